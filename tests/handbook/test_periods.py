"""Days, weeks and months as the policy cuts them (NUM-41 … NUM-44, VAR-24, VAR-25)."""

from __future__ import annotations

from datetime import date
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.errors import UsageProblem
from svcctl.handbook import periods
from svcctl.handbook.lookup import Handbook
from tests.support.builders import ZONE

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
TODAY = date(2026, 11, 21)


def handbook(**report: object) -> Handbook:
    return Handbook([{"id": "2026-01-01", "report": report}], {}, ZONE, "")


def test_a_week_ends_on_the_day_of_the_policy() -> None:
    friday = periods.week(date(2026, 11, 20), handbook(week_ends="fri"))
    assert friday == ("2026-W47", date(2026, 11, 14), date(2026, 11, 20))
    assert periods.week(date(2026, 11, 14), handbook(week_ends="fri")) == friday
    assert periods.week(date(2026, 11, 21), handbook(week_ends="fri")).name == "2026-W48"
    sunday = periods.week(date(2026, 11, 20), handbook(week_ends="sun"))
    assert sunday == ("2026-W47", date(2026, 11, 16), date(2026, 11, 22))


def test_a_week_across_the_new_year_belongs_to_the_year_of_its_last_day() -> None:
    assert periods.week(date(2026, 12, 31), handbook()).name == "2026-W53"
    assert periods.week(date(2027, 1, 2), handbook()).name == "2027-W01"


@pytest.mark.parametrize(
    ("day", "name", "first", "last"),
    [
        ("2026-11-30", "2026-11", "2026-10-31", "2026-11-30"),
        ("2026-12-31", "2027-01", "2026-12-31", "2027-01-30"),
        ("2026-02-28", "2026-02", "2026-01-31", "2026-02-28"),
        ("2026-03-01", "2026-03", "2026-03-01", "2026-03-30"),
        ("2028-02-29", "2028-02", "2028-01-31", "2028-02-29"),
    ],
)
def test_the_complaint_file_is_cut_off_on_the_30th_or_the_last_of_february(
    day: str, name: str, first: str, last: str
) -> None:
    made = periods.file_month(date.fromisoformat(day), handbook(cutoff_day=30))
    assert made == (name, date.fromisoformat(first), date.fromisoformat(last))


def test_a_new_cutoff_leaves_no_day_out() -> None:
    rules = Handbook(
        [
            {"id": "2026-01-01", "report": {"cutoff_day": 30}},
            {"id": "2026-11-01", "report": {"cutoff_day": 25}},
        ],
        {},
        ZONE,
        "",
    )
    november = periods.read("file", "2026-11", TODAY, rules)
    assert (november.first, november.last) == (date(2026, 10, 31), date(2026, 11, 25))


@given(
    DAYS, st.sampled_from(sorted(periods.SORTS)), st.integers(1, 31), st.sampled_from(periods.DAYS)
)
def test_periods_follow_each_other_without_gap_and_are_found_by_name(
    day: date, sort: str, cutoff: int, ends: str
) -> None:
    rules = handbook(cutoff_day=cutoff, week_ends=ends)
    around = periods.SORTS[sort]
    one = around(day, rules)
    assert one.first <= day <= one.last
    following = around(one.last + timedelta(days=1), rules)
    assert following.first == one.last + timedelta(days=1)
    assert following.name > one.name
    assert around(one.first, rules) == one == around(one.last, rules)
    assert periods.read(sort, one.name, TODAY, rules) == one
    assert one.end(ZONE) == following.start(ZONE)


def test_periods_are_named_in_words() -> None:
    rules = handbook()
    assert periods.read("day", "", TODAY, rules).name == "2026-11-21"
    assert periods.read("day", "昨天", TODAY, rules).name == "2026-11-20"
    assert periods.read("week", "上周", TODAY, rules).name == "2026-W47"
    assert periods.read("week", "２０２６－Ｗ４７", TODAY, rules).name == "2026-W47"
    assert periods.read("month", "last", TODAY, rules).name == "2026-10"
    assert periods.read("month", "2026年2月", TODAY, rules).last == date(2026, 2, 28)
    assert periods.read("month", "2026-02-10", TODAY, rules).name == "2026-02"


@pytest.mark.parametrize(
    ("sort", "text"),
    [("week", "2026-W54"), ("month", "2026-13"), ("month", "0000-01"), ("day", "2026-02-30"),
     ("day", "soon"), ("month", "9999-12"), ("week", "9999-W52")],
)  # fmt: skip
def test_what_is_no_period_is_refused(sort: str, text: str) -> None:
    with pytest.raises(UsageProblem):
        periods.read(sort, text, TODAY, handbook())

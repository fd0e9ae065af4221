"""Who is on the roster, and which shifts nobody is on (SHF-01, SHF-02, SHF-03, SHF-16, NUM-06)."""

from __future__ import annotations

from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.handbook.roster import rules

FIRST = date(2026, 11, 2)  # a Monday
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def row(*staff: str, shift: str = "night", **more: Any) -> dict[str, Any]:
    return {"shift": shift, "staff": list(staff), **more}


def codes(*rows: dict[str, Any]) -> list[str]:
    return [one.code for one in rules.checks({"row": list(rows)})]


def on(day: date, *rows: dict[str, Any]) -> list[str]:
    return rules.on({"row": list(rows)}, "night", day).staff


def test_rows_add_up_and_instead_replaces_those_above() -> None:
    rows = (
        row("zhao.qiang", standin="chen.an"),
        row("li.na", weekdays=["sat"]),
        row("wu.gang", since=date(2026, 11, 7), until=date(2026, 11, 7), instead=True),
        row("wang.fang", shift="day"),
    )
    assert on(date(2026, 11, 6), *rows) == ["zhao.qiang"]
    assert on(date(2026, 11, 14), *rows) == ["zhao.qiang", "li.na"]
    assert on(date(2026, 11, 7), *rows) == ["wu.gang"]
    assert rules.on({"row": list(rows)}, "night", FIRST).standins == ["chen.an"]
    assert rules.on({"row": list(rows)}, "midday", FIRST).staff == []


@pytest.mark.parametrize(
    "rows",
    [
        (row("a"),),
        (row("a", weekdays=WEEK[:5]), row("b", weekdays=WEEK[5:])),
        (row("a", since=FIRST),),
        (row("a", since=FIRST, until=FIRST + timedelta(days=30)),),
        (row("a", until=FIRST), row("b", since=FIRST + timedelta(days=1))),
        (row("a", weekdays=["mon"], since=FIRST, until=FIRST),),
        (),
    ],
)
def test_a_roster_without_gaps_has_no_finding(rows: tuple[dict[str, Any], ...]) -> None:
    assert codes(*rows) == []


@pytest.mark.parametrize(
    "rows",
    [
        (row("a", weekdays=WEEK[:6]),),
        (row("a", until=FIRST), row("b", since=FIRST + timedelta(days=2))),
        (row("a"), row("b", weekdays=["mon"], instead=True, staff=[])),
    ],
)
def test_a_gap_is_a_warning(rows: tuple[dict[str, Any], ...]) -> None:
    assert codes(*rows) == ["SHF101"]


def test_a_row_that_ends_before_it_begins_is_an_error() -> None:
    wrong = row("a", since=FIRST, until=FIRST - timedelta(days=1))
    assert codes(wrong, row("b")) == ["SHF102"]


DAYS = st.integers(0, 40).map(lambda nth: FIRST + timedelta(days=nth))


@st.composite
def rosters(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for _nth in range(draw(st.integers(1, 4))):
        since = draw(st.none() | DAYS)
        length = draw(st.none() | st.integers(0, 20))
        until = None if length is None else (since or FIRST) + timedelta(days=length)
        days = draw(st.lists(st.sampled_from(WEEK), unique=True, max_size=6))
        made = row("a", weekdays=days)
        rows.append(made | {k: v for k, v in (("since", since), ("until", until)) if v})
    return rows


@given(rosters())
def test_gaps_are_those_that_a_look_at_every_day_finds(rows: list[dict[str, Any]]) -> None:
    """Between the first and the last day that the rows speak of."""
    since = [one.get("since", date.min) for one in rows]
    until = [one.get("until", date.max) for one in rows]
    first = max(min(since), FIRST - timedelta(days=30))
    last = min(max(until), FIRST + timedelta(days=90))
    days = [first + timedelta(days=nth) for nth in range((last - first).days + 1)]
    empty = any(not on(day, *rows) for day in days)
    assert ("SHF101" in codes(*rows)) == empty

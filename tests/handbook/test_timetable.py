"""The hours of the shifts: every moment is in one, seasons turn at night, zones do not matter.

NUM-02 … NUM-05, SHF-18, GAP-27.
"""

from __future__ import annotations

from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.handbook.lookup import Policy
from svcctl.handbook.timetable import Timetable
from tests.support.builders import ZONE
from tests.support.handbooks import policy
from tests.support.handbooks import shipped
from tests.support.reference_calendar import Calendar

SHIPPED = Policy([shipped()]).timetable
SLOW = Calendar(ZONE, shipped()["shift"])
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its summer time is half an hour


def at(text: str, zone: ZoneInfo = ZONE) -> datetime:
    """Return a moment of 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=zone)


def timetable(**shift: Any) -> Timetable:
    """Return the timetable of a policy with these hours alone."""
    return Policy([policy("2026-01-01", shift=shift)]).timetable


@pytest.mark.parametrize(
    "day, summer",
    [("04-30", False), ("05-01", True), ("09-30", True), ("10-01", False), ("01-01", False)],
)
def test_both_ends_of_the_season_belong_to_it(day: str, *, summer: bool) -> None:
    assert SHIPPED.is_summer(date.fromisoformat(f"2026-{day}")) is summer


def test_season_over_the_turn_of_the_year() -> None:
    """South of the equator."""
    south = timetable(summer=["11-01", "03-31"], night="17:30-08:30", night_summer="18:00-08:30")
    assert [south.is_summer(date(2026, month, 1)) for month in (1, 3, 4, 10, 11, 12)] == [
        True, True, False, False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "moment, night",
    [
        ("11-21 17:29", None),
        ("11-21 17:30", ("11-21 17:30", "11-22 08:30")),
        ("11-22 00:00", ("11-21 17:30", "11-22 08:30")),
        ("11-22 08:29", ("11-21 17:30", "11-22 08:30")),
        ("11-22 08:30", None),
        ("09-30 17:45", None),
        ("10-01 08:00", ("09-30 18:00", "10-01 08:30")),
        ("05-01 08:00", ("04-30 17:30", "05-01 08:30")),
        ("10-01 17:45", ("10-01 17:30", "10-02 08:30")),
    ],
)
def test_night_belongs_to_the_day_on_which_it_begins(
    moment: str, night: tuple[str, str] | None
) -> None:
    found = SHIPPED.night(at(moment))
    if night is None:
        assert found is None
    else:
        assert found is not None
        assert (found.start, found.end) == (at(night[0]), at(night[1]))
        assert (found.name, found.day) == ("night", at(night[0]).date())


def test_midday_is_longer_in_summer() -> None:
    """NUM-02, NUM-03."""
    assert SHIPPED.midday(at("11-21 13:30")) is None
    assert SHIPPED.midday(at("07-21 13:30")) is not None
    assert SHIPPED.midday(at("11-21 12:00")) is not None
    assert SHIPPED.midday(at("11-21 11:59")) is None


def test_what_came_in_at_night_counts_as_of_the_day_it_ends_on() -> None:
    assert SHIPPED.counted_day(at("11-21 22:00")) == date(2026, 11, 22)
    assert SHIPPED.counted_day(at("11-22 02:00")) == date(2026, 11, 22)
    assert SHIPPED.counted_day(at("11-21 12:00")) == date(2026, 11, 21)


def test_closing_is_the_end_of_the_shift_in_which_it_is_taken_up() -> None:
    assert SHIPPED.closing(at("11-21 10:00")) == at("11-21 17:30")
    assert SHIPPED.closing(at("11-21 22:00")) == at("11-22 17:30")
    assert SHIPPED.shift(at("11-21 22:00")).end == at("11-22 08:30")


@given(st.integers(0, 366 * 1440))
def test_minute_by_minute(minute: int) -> None:
    """Against a clock that is looked at minute after minute."""
    moment = (at("01-01 00:00") + timedelta(minutes=minute)).astimezone(ZONE)
    epoch = int(moment.timestamp())
    assert (SHIPPED.night(moment) is not None) == SLOW.is_night(moment)
    assert SHIPPED.handover(moment).timestamp() == SLOW.after_the_night(epoch)
    assert SHIPPED.shift(moment).end.timestamp() == SLOW.end_of_shift(epoch)


HOURS = st.builds(
    "{:02}:{:02}-{:02}:{:02}".format,
    st.integers(12, 23), st.integers(0, 59), st.integers(0, 11), st.integers(0, 59),
)  # fmt: skip


@given(HOURS, HOURS, st.integers(0, 400 * 1440), st.sampled_from([ZONE, NEW_YORK, LORD_HOWE]))
def test_every_moment_is_in_one_shift_and_shifts_meet(
    night: str, night_summer: str, minute: int, zone: ZoneInfo
) -> None:
    """Also where an hour is left out or comes twice."""
    here = timetable(summer=["05-01", "09-30"], night=night, night_summer=night_summer)
    moment = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).astimezone(zone)
    span = here.shift(moment)
    assert span.start <= moment < span.end
    assert here.shift(span.end).name != span.name
    assert here.shift(span.end).start == span.end
    assert here.handover(moment) >= moment
    assert here.night(here.handover(moment)) is None
    assert here.closing(moment) > moment


def test_night_after_midnight_belongs_to_its_own_day() -> None:
    late = timetable(night="00:30-06:00")
    span = late.night(at("11-21 01:00"))
    assert span is not None
    assert (span.day, span.start, span.end) == (
        date(2026, 11, 21), at("11-21 00:30"), at("11-21 06:00"),
    )  # fmt: skip
    assert late.night(at("11-21 00:00")) is None


@pytest.mark.parametrize("said", [None, "", "17:30", "25:00-08:30", "17:30-08:60", 5, []])
def test_without_hours_there_is_no_night(said: object) -> None:
    here = timetable(night=said)
    assert here.night(at("11-21 22:00")) is None
    assert here.handover(at("11-21 22:00")) == at("11-21 22:00")
    assert here.closing(at("11-21 22:00")) == at("11-22 00:00")


def test_hours_of_summer_that_are_not_said_are_those_of_the_year() -> None:
    here = timetable(summer=["05-01", "09-30"], night="17:30-08:30")
    assert here.night(at("07-21 17:45")) is not None


@pytest.mark.parametrize("said", [None, "05-01", ["05-01"], [1, 2, 3], [], 5])
def test_season_that_is_none_never_begins(said: object) -> None:
    assert not timetable(summer=said).is_summer(date(2026, 7, 1))

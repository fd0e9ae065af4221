"""What the night leaves is a ticket by the handover (NUM-09, SHF-06, SHF-18, VAR-28, VAR-29).

The reference here is a second, simple-minded reading of the timetable, minute by minute.
"""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.record import Record
from svcctl.desk.shifts import actions
from svcctl.desk.shifts import hours
from svcctl.desk.shifts import rules
from svcctl.desk.shifts.words import LINES
from svcctl.handbook.lookup import Handbook
from svcctl.kinds import Clock
from tests.support.builders import ZONE
from tests.support.builders import at
from tests.support.builders import deed
from tests.support.handbooks import handbook
from tests.support.handbooks import limit
from tests.support.handbooks import policy
from tests.support.handbooks import shipped

SHIPPED = handbook()
DAY = timedelta(days=1)


def shift(came: datetime, name: str = "night", **line: Any) -> Record:
    """Return a shift with one line."""
    who = deed()._replace(at=came, when=came)
    made = actions.start("S261121-A01", who, name, came.date())
    return actions.line(made, who, {"kind": "repair", "subject": "漏水", **line})


def owed(record: Record, book: Handbook = SHIPPED) -> list[Clock]:
    """Return the clocks of the lines, without the rungs."""
    found = rules.clocks(record, rules.facts(record), book)
    return [one for one in found if one.duty == "convert"]


def is_night(moment: datetime) -> bool:
    """Say by the numbers of the source whether a minute is night (NUM-04, NUM-05)."""

    def begins(day: date) -> tuple[int, int]:
        return (18, 0) if (5, 1) <= (day.month, day.day) <= (9, 30) else (17, 30)

    clock = (moment.hour, moment.minute)
    return clock < (8, 30) or clock >= begins(moment.date())


def handover(moment: datetime) -> datetime:
    """Walk minute by minute to where the night is over."""
    while is_night(moment):
        moment += timedelta(minutes=1)
    return moment


@given(
    st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 30)),
    st.sampled_from(LINES),
    st.sampled_from(["", "urgent"]),
    st.sampled_from(["night", "day"]),
)
def test_every_line_of_the_night_is_owed_at_its_end(
    when: datetime, kind: str, urgent: str, name: str
) -> None:
    came = when.replace(second=0, microsecond=0, tzinfo=ZONE)
    found = owed(shift(came, name, kind=kind, **({"urgent": True} if urgent else {})))
    if kind == "note" or not (urgent or name == "night" or is_night(came)):
        assert found == []
        return
    # What the night record took down before its night is owed with it.
    evening = came if is_night(came) or name == "day" else came.replace(hour=23)
    due = came if urgent else handover(evening)
    assert [(one.due, one.part, one.owner) for one in found] == [
        (int(due.timestamp()), "2a", "agent")
    ]
    assert found[0].since == ("opened" if due == came else "handover")


@pytest.mark.parametrize(
    "came, due",
    [
        ("2026-11-21 17:29", None),
        ("2026-11-21 17:30", "2026-11-22 08:30"),
        ("2026-11-22 08:20", "2026-11-22 08:30"),
        ("2026-11-22 08:30", None),
        # The timetable of the day on which the night begins counts.
        ("2026-04-30 17:45", "2026-05-01 08:30"),
        ("2026-05-01 17:45", None),
        ("2026-09-30 17:45", None),
        ("2026-10-01 17:45", "2026-10-02 08:30"),
    ],
)
def test_edges_of_the_night(came: str, due: str | None) -> None:
    found = owed(shift(at(came), "day"))
    assert [one.due for one in found] == ([int(at(due).timestamp())] if due else [])


def test_what_is_done_or_a_ticket_is_owed_no_longer() -> None:
    made = shift(at("2026-11-21 21:40"))
    later = deed("2026-11-22 08:41")
    done = owed(actions.done(made, deed("2026-11-21 22:00"), "2A", "修好"))[0]
    assert (done.void, done.met) == ("done", None)
    ticket = owed(actions.convert(made, later, "2A", "T261122-A01"))[0]
    assert (ticket.void, ticket.met) == ("", int(at("2026-11-22 08:41").timestamp()))


def test_house_rules() -> None:
    """The figure is the handbook's, by kind of matter; `off` is none."""
    line = limit("convert", "30m", kind="repair"), limit("convert", "off", kind="complaint")
    book = handbook(shipped(), policy("2026-06-01", *line))
    came = at("2026-11-21 21:40")
    assert [one.due for one in owed(shift(came), book)] == [int(at("2026-11-22 09:00").timestamp())]
    assert owed(shift(came, kind="complaint"), book) == []
    assert len(owed(shift(came, kind="inquiry"), book)) == 1


def test_a_line_that_is_late_is_put_before_those_above() -> None:
    roles = {"role": [{"key": "agent", "superior": "lead"}, {"key": "lead"}]}
    book = Handbook((shipped(),), roles, ZONE, "test")
    made = shift(at("2026-11-21 21:40"))
    rungs = [one for one in rules.clocks(made, rules.facts(made), book) if one.duty == "escalate"]
    assert [(one.part, one.owner, one.due) for one in rungs] == [
        ("convert-2a/2", "lead", int(at("2026-11-22 08:30").timestamp()))
    ]


# Which shift it is.


@given(st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 30)))
def test_whoever_comes_begins_the_shift_of_a_quarter_of_an_hour_later(when: datetime) -> None:
    """NUM-07, GAP-27."""
    moment = when.replace(second=0, microsecond=0, tzinfo=ZONE)
    found = hours.upcoming(SHIPPED.policy(moment.date()), moment)
    then = moment + timedelta(minutes=15)
    assert found.name == ("night" if is_night(then) else "day")
    early = is_night(then) and (then.hour, then.minute) < (8, 30)
    assert found.day == (then - DAY).date() if early else then.date()
    same = hours.span(SHIPPED.policy(moment.date()).timetable, found.name, found.day, ZONE)
    assert same == found


def test_hours_of_the_midday_duty_follow_the_season() -> None:
    """NUM-02, NUM-03."""
    times = SHIPPED.policy(date(2026, 11, 21)).timetable
    for day, end in ((date(2026, 11, 21), "13:30"), (date(2026, 7, 1), "14:00")):
        found = hours.span(times, "midday", day, ZONE)
        assert (f"{found.start:%H:%M}", f"{found.end:%H:%M}") == ("12:00", end)


@pytest.mark.parametrize(
    "name, when, begins",
    [
        ("night", "2026-11-22 03:00", "2026-11-21 17:30"),
        ("night", "2026-11-22 10:00", "2026-11-22 17:30"),
        ("day", "2026-11-21 23:00", "2026-11-22 08:30"),
        ("day", "2026-11-22 07:00", "2026-11-22 08:30"),
        ("midday", "2026-11-22 14:30", "2026-11-23 12:00"),
    ],
)
def test_a_shift_that_is_named_is_the_running_or_the_next_one(
    name: str, when: str, begins: str
) -> None:
    times = SHIPPED.policy(date(2026, 11, 21)).timetable
    assert hours.named(times, name, at(when), ZONE).start == at(begins)


def test_without_hours_a_shift_is_a_day() -> None:
    times = handbook(policy("2026-01-01")).policy(date(2026, 11, 21)).timetable
    found = hours.span(times, "night", date(2026, 11, 21), ZONE)
    assert (found.start, found.end) == (at("2026-11-21 00:00"), at("2026-11-22 00:00"))

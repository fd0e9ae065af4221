"""Which shift a moment belongs to, and whether one comes early enough (SHF-09, SHF-18, GAP-27)."""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import tzinfo
from typing import TYPE_CHECKING

from svcctl.base.clock import length
from svcctl.handbook.timetable import Span

if TYPE_CHECKING:
    from svcctl.handbook.lookup import Policy
    from svcctl.handbook.timetable import Timetable

_DAY = timedelta(days=1)
_MINUTE = 60


def span(times: Timetable, name: str, day: date, zone: tzinfo) -> Span:
    """Return the shift of this name that begins on a day; all of the day without hours for it."""
    midnight = datetime.combine(day, time(), zone)
    if name == "midday" and (hours := times.hours("midday", day)):
        start, end = (datetime.combine(day, one, zone) for one in hours)
        return Span(name, day, start, end)
    begins, ends = _night(times, day, zone), _night(times, day - _DAY, zone)
    if name == "night" and begins:
        return begins
    if name == "day" and begins and ends:
        return Span(name, day, ends.end, begins.start)
    return Span(name, day, midnight, datetime.combine(day + _DAY, time(), zone))


def _night(times: Timetable, day: date, zone: tzinfo) -> Span | None:
    hours = times.hours("night", day)
    if hours is None:
        return None
    start, end = (datetime.combine(day, one, zone) for one in hours)
    return Span("night", day, start, end if start < end else end + _DAY)


def named(times: Timetable, name: str, moment: datetime, zone: tzinfo) -> Span:
    """Return the shift of this name that a moment lies in, else the next one."""
    days = [moment.date() + nth * _DAY for nth in (-1, 0, 1)]
    found = [span(times, name, day, zone) for day in days]
    return next((one for one in found if one.end > moment), found[-1])


def early(policy: Policy) -> timedelta:
    """Return how long before a shift one comes (NUM-07)."""
    said = policy.setting("shift", "early", "off")
    return length(said) if said != "off" else timedelta()


def upcoming(policy: Policy, moment: datetime) -> Span:
    """Return the shift that somebody who comes now begins: the next one shortly before it."""
    return policy.timetable.shift(moment + early(policy))


def lateness(shift: Span, moment: datetime) -> int:
    """Return by how many minutes somebody comes after the shift began, negative before it."""
    return int((moment.timestamp() - shift.start.timestamp()) // _MINUTE)


def is_current(policy: Policy, shift: Span, moment: datetime) -> bool:
    """Tell whether an open shift can still be the one of a moment.

    It is, through the whole shift that follows it: who is not relieved stays (SHF-13). Older ones
    were forgotten.
    """
    return shift.end >= policy.timetable.shift(moment).start and shift.start - _DAY < moment

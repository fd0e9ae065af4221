"""The hours of the day, midday and night shifts, in summer and else (NUM-02 … NUM-05, SHF-18).

A night belongs to the day on which it begins (GAP-27), and what came in at night counts as of the
day on which the night ends. Without hours in the policy there is no night.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import Any
from typing import NamedTuple

_YEAR_DAYS = {
    (month, day): f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 32)
}
_HOURS = r"(\d\d):(\d\d)-(\d\d):(\d\d)"


class Span(NamedTuple):
    """One shift of one day.

    Attributes:
        name: `day`, `midday` or `night`.
        day: The day on which it begins.
    """

    name: str
    day: date
    start: datetime
    end: datetime


class Timetable:
    """When the shifts of a centre begin and end.

    Args:
        setting: Gives a setting of the policy by section and key.
    """

    def __init__(self, setting: Callable[[str, str], Any]) -> None:
        summer = setting("shift", "summer")
        both = isinstance(summer, list) and len(summer) == 2
        self._summer = tuple(map(str, summer)) if both else ("", "")
        self._hours = {
            key: _hours(setting("shift", key))
            for key in ("midday", "midday_summer", "night", "night_summer")
        }

    def is_summer(self, day: date) -> bool:
        """Tell whether the summer hours hold on a day; both ends of the season belong to it."""
        first, last = self._summer
        if not first:
            return False
        now = _YEAR_DAYS[day.month, day.day]
        return first <= now <= last if first <= last else now >= first or now <= last

    def hours(self, name: str, day: date) -> tuple[time, time] | None:
        """Return when `midday` or `night` begins and ends, for the one that begins on `day`."""
        summer = self._hours[f"{name}_summer"] if self.is_summer(day) else None
        return summer or self._hours[name]

    def night(self, moment: datetime) -> Span | None:
        """Return the night that a moment of the estate's zone lies in, if it does."""
        for day in (moment.date() - timedelta(days=1), moment.date()):
            if (span := self._night_of(day, moment)) and span.start <= moment < span.end:
                return span
        return None

    def _night_of(self, day: date, moment: datetime) -> Span | None:
        if (hours := self.hours("night", day)) is None:
            return None
        begins, ends = hours
        start = datetime.combine(day, begins, moment.tzinfo)
        last = day + timedelta(days=1) if ends <= begins else day
        return Span("night", day, start, datetime.combine(last, ends, moment.tzinfo))

    def shift(self, moment: datetime) -> Span:
        """Return the shift of a moment: the night, or the day between two nights.

        The midday duty is within the day; `midday` tells it.
        """
        if span := self.night(moment):
            return span
        today = moment.date()
        before = self._night_of(today - timedelta(days=1), moment)
        after = self._night_of(today, moment)
        if before is None or after is None:
            start = datetime.combine(today, time(), moment.tzinfo)
            tomorrow = datetime.combine(today + timedelta(days=1), time(), moment.tzinfo)
            return Span("day", today, start, tomorrow)
        return Span("day", today, before.end, after.start)

    def midday(self, moment: datetime) -> Span | None:
        """Return the midday duty that a moment lies in, if it does."""
        if (hours := self.hours("midday", moment.date())) is None:
            return None
        start, end = (datetime.combine(moment.date(), one, moment.tzinfo) for one in hours)
        return Span("midday", moment.date(), start, end) if start <= moment < end else None

    def handover(self, moment: datetime) -> datetime:
        """Return when something that can wait is taken up: at once, or when the night ends."""
        span = self.night(moment)
        return span.end if span else moment

    def counted_day(self, moment: datetime) -> date:
        """Return the day whose 24:00 ends "the same day": at night, the day on which it ends."""
        return self.handover(moment).date()

    def closing(self, moment: datetime) -> datetime:
        """Return the end of the shift in which something that can wait is taken up."""
        return self.shift(self.handover(moment)).end


def _hours(said: object) -> tuple[time, time] | None:
    found = re.fullmatch(_HOURS, said) if isinstance(said, str) else None
    if not found:
        return None
    first, second, third, fourth = map(int, found.groups())
    if max(first, third) > 23 or max(second, fourth) > 59:
        return None
    return time(first, second), time(third, fourth)

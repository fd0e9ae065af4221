"""Days, weeks and months that numbers are counted for, as the policy cuts them.

A week ends on the policy's `report.week_ends` (NUM-43) and is called after the ISO week of that
day. A tally's month is the calendar's (NUM-42); the month of the complaint file runs from the day
after one cut-off to the next (NUM-44, VAR-25), the last day where a month is shorter (VAR-24).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import tzinfo
from typing import NamedTuple

from svcctl.base.clock import parse_day
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.text import fold
from svcctl.handbook.lookup import Handbook

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = r"(\d{4})-?W(\d{1,2})"
_MONTH = r"(\d{4})[-/.年](\d{1,2})月?"
_THIS = frozenset(("", "this", "今天", "本周", "这周", "本月", "这个月"))
_LAST = frozenset(("last", "上周", "上星期", "上月", "上个月"))
_YEARS = range(1900, 2200)
_ONE = timedelta(days=1)


class Period(NamedTuple):
    """A span of whole days.

    Attributes:
        name: `2026-11-21`, `2026-W47` or `2026-11`.
        last: The last day, which belongs to it.
    """

    name: str
    first: date
    last: date

    def start(self, zone: tzinfo) -> datetime:
        """Return its first moment."""
        return datetime.combine(self.first, time(), zone)

    def end(self, zone: tzinfo) -> datetime:
        """Return the first moment after it."""
        return datetime.combine(self.last + _ONE, time(), zone)

    def title(self) -> str:
        """Return its name and its days."""
        if self.first == self.last:
            return self.name
        return _("{name} ({first} to {last})").format(
            name=self.name, first=self.first, last=self.last
        )


def day(at: date, handbook: Handbook) -> Period:
    """Return a day as a period."""
    del handbook
    return Period(at.isoformat(), at, at)


def week(at: date, handbook: Handbook) -> Period:
    """Return the week that a day lies in."""
    last = at + timedelta(days=(_week_end(handbook, at) - at.weekday()) % 7)
    year, number, _day = last.isocalendar()
    return Period(f"{year}-W{number:02}", last - timedelta(days=6), last)


def month(at: date, handbook: Handbook) -> Period:
    """Return the calendar month that a day lies in."""
    del handbook
    return Period(f"{at:%Y-%m}", at.replace(day=1), _last_day(at))


def file_month(at: date, handbook: Handbook) -> Period:
    """Return the month of the complaint file that a day lies in (VAR-25)."""
    cut = _cutoff(at, handbook)
    named = at if at <= cut else _last_day(at) + _ONE
    before = _cutoff(named.replace(day=1) - _ONE, handbook)
    return Period(f"{named:%Y-%m}", before + _ONE, _cutoff(named, handbook))


SORTS: dict[str, Callable[[date, Handbook], Period]] = {
    "day": day,
    "week": week,
    "month": month,
    "file": file_month,
}
"""Sort of period → what finds the one that a day lies in."""


def read(sort: str, text: str, today: date, handbook: Handbook) -> Period:
    """Return the period that a person wrote: `2026-W47`, `2026-11`, a day in it, `last`, `上周`.

    Args:
        sort: One of `SORTS`.
        text: Empty for the one that today lies in.

    Raises:
        UsageProblem: It cannot be read.
    """
    said = fold(text).strip()
    around = SORTS[sort]
    if said.lower() in _THIS:
        return around(today, handbook)
    if said.lower() in _LAST:
        return around(around(today, handbook).first - _ONE, handbook)
    try:
        at = _named(sort, said, handbook) or parse_day(said, today)
    except ValueError:
        raise UsageProblem(_("there is no period '{text}'").format(text=text)) from None
    if at.year not in _YEARS:
        raise UsageProblem(_("there is no period '{text}'").format(text=text))
    return around(at, handbook)


def _named(sort: str, said: str, handbook: Handbook) -> date | None:
    """Return a day of the period that is given by its name; None if it is given by a day."""
    if sort == "week" and (found := re.fullmatch(_WEEK, said, re.IGNORECASE)):
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return monday + timedelta(days=_week_end(handbook, monday))
    if sort in ("month", "file") and (found := re.fullmatch(_MONTH, said)):
        return date(int(found[1]), int(found[2]), 1)
    return None


def _week_end(handbook: Handbook, at: date) -> int:
    said = handbook.policy(at).setting("report", "week_ends", "fri")
    return DAYS.index(said) if said in DAYS else DAYS.index("fri")


def _cutoff(at: date, handbook: Handbook) -> date:
    """Return the day on which the complaint file of a day's calendar month is cut off."""
    first = at.replace(day=1)
    said = handbook.policy(first).setting("report", "cutoff_day", 30)
    last = _last_day(at)
    return first.replace(day=min(said, last.day)) if isinstance(said, int) and said > 0 else last


def _last_day(at: date) -> date:
    return (at.replace(day=28) + timedelta(days=4)).replace(day=1) - _ONE

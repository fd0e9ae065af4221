"""Moments, days and limits.

Hours are exact. "N days" end at 24:00 of day N in the estate's time zone, the day of the event
being day 0; "0d" is the end of the same day. Days are calendar days and clocks never sleep
(VAR-33, GAP-15).
24:00 is kept as 00:00 of the next day and shown as 24:00.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import tzinfo
from typing import NamedTuple

from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.base.text import fold

LIMIT_PATTERN = r"(?:0|[1-9][0-9]{0,4})(?:m|h|d)"
_LAST_DAY = date(9999, 12, 30)
_SEPARATORS = r"[/.年月]"
_BETWEEN = r"(?<=\d)T(?=\d)"
_JOINED = r"(?<=[\u3400-\u9fff])(?=\d{1,2}:\d\d)"
_HOURS = r"^(\d{1,2}):(\d{2})(?::(\d{2}))?$"
_DAY = r"^(\d{4})-(\d{1,2})-(\d{1,2})$"
_RELATIVE_DAYS = {
    "today": 0, "今天": 0, "今日": 0,
    "yesterday": -1, "昨天": -1, "昨日": -1,
    "前天": -2,
    "tomorrow": 1, "明天": 1, "明日": 1,
    "后天": 2,
}  # fmt: skip


def is_plausible(moment: datetime) -> bool:
    """Tell whether a moment can be meant: year 1 or 9999 stands for something else."""
    return moment.tzinfo is not None and 1900 <= moment.year < 2200


class Pause(NamedTuple):
    """A span in which a clock stands still; `end` is None while it lasts."""

    start: datetime
    end: datetime | None


def due(start: datetime, limit: str, zone: tzinfo, pauses: Iterable[Pause] = ()) -> datetime | None:
    """Return when `limit`, running from `start`, is over; None while a pause holds it.

    Pauses may touch, overlap or lie outside the clock's run; only the time they cover counts, so
    splitting one in two changes nothing.

    Args:
        limit: `90m`, `24h` (exact) or `2d` (24:00 of that day).
    """
    amount, unit = split_limit(limit)
    # In UTC: between two moments of one zone Python counts wall-clock hours, not real ones.
    begin = start.astimezone(UTC)
    if unit == "d":
        end = end_of_day(start.astimezone(zone).date() + timedelta(days=amount), zone)
    else:
        end = begin + timedelta(minutes=amount * (60 if unit == "h" else 1))
    over = _extend(begin, end.astimezone(UTC), pauses)
    return None if over is None else over.astimezone(zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return 24:00 of a day. "For ever" (9999-12-31) ends a day early: nothing comes after it."""
    return datetime.combine(min(day, _LAST_DAY) + timedelta(days=1), time(), zone)


def _extend(start: datetime, end: datetime, pauses: Iterable[Pause]) -> datetime | None:
    covered = start
    for pause in sorted(pauses, key=lambda one: one.start):
        begins = max(pause.start.astimezone(UTC), covered)
        if begins >= end:
            break
        if pause.end is None:
            return None
        stops = pause.end.astimezone(UTC)
        if stops > begins:
            end += stops - begins
            covered = stops
    return end


def is_limit(text: str) -> bool:
    """Tell whether `text` is a limit such as `24h`."""
    return re.fullmatch(LIMIT_PATTERN, text) is not None


def split_limit(limit: str) -> tuple[int, str]:
    """Split `24h` into (24, "h").

    Raises:
        UsageProblem: It is not a limit.
    """
    if not is_limit(limit):
        raise UsageProblem(
            _("'{limit}' is not a time limit").format(limit=limit),
            _("write 30m, 24h or 2d"),
        )
    return int(limit[:-1]), limit[-1]


def length(limit: str) -> timedelta:
    """Return a limit as a plain length of time, a day being 24 hours: how far back, how far ahead.

    Raises:
        UsageProblem: It is not a limit.
    """
    amount, unit = split_limit(limit)
    return timedelta(**{{"m": "minutes", "h": "hours", "d": "days"}[unit]: amount})


def epoch(value: object) -> int | None:
    """Return a moment of a record as epoch seconds, None if it is none that can be meant."""
    if not isinstance(value, datetime) or not is_plausible(value):
        return None
    return int(value.timestamp())


def moment(epoch: int) -> datetime:
    """Return the moment of epoch seconds, in UTC."""
    return datetime.fromtimestamp(epoch, UTC)


def parse_day(text: str, today: date) -> date:
    """Read a day: `2026-11-21`, `today`, `昨天` ….

    Raises:
        UsageProblem: No such day.
    """
    word = fold(text).lower()
    if word in _RELATIVE_DAYS:
        return today + timedelta(days=_RELATIVE_DAYS[word])
    found = re.match(_DAY, re.sub(_SEPARATORS, "-", word).rstrip("日号"))
    if found:
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            raise UsageProblem(_("there is no day '{day}'").format(day=text)) from None
    raise UsageProblem(
        _("'{day}' is not a day").format(day=text), _("write it as 2026-11-21, today or yesterday")
    )


def parse_moment(text: str, now: datetime) -> datetime:
    """Read a moment in the zone of `now`: `09:12`, `昨天 21:30`, `2026-11-21 09:12`, ISO 8601.

    A day alone is its first minute; a time alone is today. A Chinese word for the day needs no
    blank behind it: `昨天21:30`.

    Raises:
        UsageProblem: It cannot be read, or there is no such time.
    """
    words = re.sub(f"{_BETWEEN}|{_JOINED}", " ", fold(text)).split()
    try:
        if _has_offset(words):
            made = datetime.fromisoformat(" ".join(words)).astimezone(now.tzinfo)
            made = made.replace(microsecond=0)
        else:
            made = _local_moment(words, text, now)
    except (ValueError, OverflowError):
        raise UsageProblem(_("there is no moment '{text}'").format(text=text)) from None
    if not is_plausible(made):
        raise UsageProblem(_("there is no moment '{text}'").format(text=text))
    return made


def _has_offset(words: list[str]) -> bool:
    return bool(words) and bool(re.search(r"\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$", words[-1]))


def _local_moment(words: list[str], text: str, now: datetime) -> datetime:
    if not words:
        raise UsageProblem(_("'{text}' is not a moment").format(text=text))
    later, clock = timedelta(), time()
    if found := re.match(_HOURS, words[-1]):
        if words.pop() == "24:00":
            later = timedelta(days=1)
        else:
            clock = time(int(found[1]), int(found[2]), int(found[3] or 0))
    day = parse_day(" ".join(words), now.date()) if words else now.date()
    made = datetime.combine(day + later, clock, now.tzinfo)
    if clock != time() and made.astimezone(UTC).astimezone(now.tzinfo).time() != clock:
        # The hour that is left out when summer time begins.
        raise ValueError(text)
    return made


def show_moment(moment: datetime, zone: tzinfo, *, end_of_day: bool = False) -> str:
    """Write a moment as `2026-11-21 09:12`; `end_of_day`: midnight is 24:00 of the day before."""
    if moment.tzinfo is not None and not is_plausible(moment):
        return moment.isoformat(" ", "minutes")
    local = moment.astimezone(zone)
    if end_of_day and local.time() == time():
        return f"{local.date() - timedelta(days=1)} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def show_days(span: timedelta) -> str:
    """Write a length of time for a list: `2d 3h` from a day on, else to the minute."""
    days, rest = divmod(abs(int(span.total_seconds())) // 60, 24 * 60)
    return _("{days}d {hours}h").format(days=days, hours=rest // 60) if days else show_span(span)


def show_span(span: timedelta) -> str:
    """Write a length of time to the minute, e.g. `2d 3h 05m`, without sign."""
    minutes = abs(int(span.total_seconds())) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, mins = divmod(rest, 60)
    if days:
        return _("{days}d {hours}h {mins:02}m").format(days=days, hours=hours, mins=mins)
    if hours:
        return _("{hours}h {mins:02}m").format(hours=hours, mins=mins)
    return _("{mins}m").format(mins=mins)


def length_words(limit: str) -> str:
    """Return a length as a policy writes it, in words: `24h`, `2d`, `0m`; others as they are."""
    if not limit[:-1].isdigit():
        return limit
    amount, unit = int(limit[:-1]), limit[-1]
    words = {
        "m": ngettext("{count} minute", "{count} minutes", amount),
        "h": ngettext("{count} hour", "{count} hours", amount),
        "d": ngettext("{count} day", "{count} days", amount),
    }[unit]
    return words.format(count=amount)

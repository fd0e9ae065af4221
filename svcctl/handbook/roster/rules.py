"""Who is rostered for a shift, and which shifts have nobody (NUM-06, SHF-01)."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from datetime import timedelta
from typing import Any
from typing import NamedTuple

from svcctl.base.fields import day
from svcctl.base.fields import tables
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.finding import Finding
from svcctl.base.record import Link
from svcctl.base.record import Record
from svcctl.handbook.roster.words import FIELDS
from svcctl.handbook.roster.words import VALUES

__all__ = ["FIELDS", "VALUES"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ONE = timedelta(days=1)

KEYED = {"row": ("shift", "weekdays", "since", "until", "instead")}


class Rostered(NamedTuple):
    """Who is on a shift by the roster, and who steps in."""

    staff: list[str]
    standins: list[str]


def row(record: Record) -> dict[str, Any]:
    """Return the columns of a list."""
    return {"rows": len(record.get("row", []))}


def describe(record: Record) -> str:
    """Return one line about the file."""
    return ", ".join(name for _place, one in tables(record, "row") for name in texts(one, "staff"))


def on(roster: Mapping[str, Any], shift: str, when: date) -> Rostered:
    """Return who is on the shift of this name that begins on a day."""
    found = Rostered([], [])
    for _place, one in tables(roster, "row"):
        if text(one, "shift") != shift or not _holds(one, when):
            continue
        if one.get("instead") is True:
            found = Rostered([], [])
        found.staff.extend(name for name in texts(one, "staff") if name not in found.staff)
        if standin := text(one, "standin"):
            found.standins.append(standin)
    return found


def _holds(one: Mapping[str, Any], when: date) -> bool:
    weekdays = texts(one, "weekdays")
    since, until = day(one, "since"), day(one, "until")
    return (
        (not weekdays or WEEKDAYS[when.weekday()] in weekdays)
        and (since is None or since <= when)
        and (until is None or when <= until)
    )


def links(record: Record) -> Iterator[Link]:
    """Yield the colleagues that the roster names."""
    for place, one in tables(record, "row"):
        for at, name in enumerate(texts(one, "staff")):
            if name:
                yield Link(("row", place, "staff", at), "staff", name)
        if name := text(one, "standin"):
            yield Link(("row", place, "standin"), "staff", name)


def checks(record: Record) -> Iterator[Finding]:
    """Yield rows that end before they begin, and shifts that nobody is on."""
    for place, one in tables(record, "row"):
        since, until = day(one, "since"), day(one, "until")
        if since and until and until < since:
            said = {"since": since, "until": until}
            yield Finding("SHF102", ("row", place, "until"), said)
    for shift in dict.fromkeys(text(one, "shift") for _place, one in tables(record, "row")):
        yield from _gaps(record, shift)


def _gaps(record: Record, shift: str) -> Iterator[Finding]:
    """Yield one finding for each stretch of the roster in which some weekdays have nobody.

    A shift that the roster does not name at all is not rostered here, which is no gap.
    """
    rows = [(place, one) for place, one in tables(record, "row") if text(one, "shift") == shift]
    for first, last in _stretches([one for _place, one in rows]):
        days = [first + n * _ONE for n in range(7) if last is None or first + n * _ONE <= last]
        free = [when for when in days if not on(record, shift, when).staff]
        if free:
            said = {
                "shift": shift,
                "days": ", ".join(str(when) for when in free),
                "until": last or "…",
            }
            yield Finding("SHF101", ("row", rows[0][0]), said)


def _stretches(rows: list[Mapping[str, Any]]) -> Iterator[tuple[date, date | None]]:
    """Yield (first day, last day) of the stretches in which the same rows hold.

    Only between the first and the last day that the rows speak of: before and after it there is no
    roster yet, or no more.
    """
    starts = {since for one in rows if (since := day(one, "since"))}
    follows = {until + _ONE for one in rows if (until := day(one, "until")) and until < date.max}
    ever = any(day(one, "since") is None for one in rows)
    bounds = sorted(starts | follows)
    if ever:
        # Any seven days before the first change, or at all.
        bounds.insert(0, (bounds[0] if bounds else date(2001, 1, 8)) - 7 * _ONE)
    endless = any(day(one, "until") is None for one in rows)
    for at, first in enumerate(bounds):
        last = bounds[at + 1] - _ONE if at + 1 < len(bounds) else None
        if last is None and not endless:
            return
        yield first, last

"""What must hold in a tally on file: the equation, and as many ids as each number says."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from svcctl.base import fields
from svcctl.base.finding import Finding
from svcctl.base.record import Link
from svcctl.base.record import Record
from svcctl.desk.tallies.counting import NUMBERS
from svcctl.desk.tallies.counting import gap
from svcctl.desk.tallies.words import FIELDS
from svcctl.desk.tallies.words import VALUES

__all__ = ["FIELDS", "VALUES"]

KEYED = {"group": ("by", "key")}


def row(record: Record) -> dict[str, Any]:
    """Return the columns of a list of tallies."""
    shown: dict[str, Any] = {number: record[number] for number in NUMBERS if number in record}
    shown["open_tickets"] = shown.pop("open", None)  # `open` says of a record that it is not ended
    return shown | {"filed_at": str(record.get("filed_at", "")), "title": describe(record)}


def describe(record: Record) -> str:
    """Return one line about the tally."""
    return f"{record.get('id', '')} {equation(record)}"


def equation(numbers: Mapping[str, Any]) -> str:
    """Return the equation of a tally, `12 + 3 + 1 - 4 - 0 - 1 = 11`, with what is reclassified."""
    parts = [str(numbers.get("opening", 0))]
    for number, sign in _SIGNED:
        if number in numbers or number not in ("into", "away"):
            parts.append(f"{sign} {numbers.get(number, 0)}")
    return f"{' '.join(parts)} = {numbers.get('open', 0)}"


_SIGNED = (
    ("new", "+"), ("reopened", "+"), ("into", "+"), ("away", "-"),
    ("closed", "-"), ("cancelled", "-"), ("duplicate", "-"),
)  # fmt: skip


def checks(record: Record) -> Iterator[Finding]:
    """Yield sums that do not add up, and numbers that other than so many ids stand for."""
    groups = [(("group", place), one) for place, one in fields.tables(record, "group")]
    for where, numbers in [((), record), *groups]:
        if gap({key: one for key in NUMBERS if isinstance(one := numbers.get(key), int)}):
            yield Finding("TAL101", where, {"equation": equation(numbers)})
    trace = fields.table(record, "trace")
    for number in NUMBERS:
        named = trace.get(number, [])
        if number in _TRACED and isinstance(named, list) and record.get(number) != len(named):
            args = {"number": number, "said": record.get(number), "count": len(named)}
            yield Finding("TAL102", (number,), args)


_TRACED = frozenset(NUMBERS) - {"open", "into", "away"}


def links(record: Record) -> Iterator[Link]:
    """Yield the colleague who filed it. Tickets are named in their thousands: left out."""
    if name := fields.text(record, "filed_by"):
        yield Link(("filed_by",), "staff", name)

"""What must hold in `book.toml`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from svcctl.base.finding import Finding
from svcctl.base.record import Link
from svcctl.base.record import Record
from svcctl.desk.estate.words import FIELDS
from svcctl.desk.estate.words import VALUES

__all__ = ["FIELDS", "VALUES"]


def row(record: Record) -> dict[str, Any]:
    """Return the columns of a list."""
    return {"estate": record.get("estate", "")}


def describe(record: Record) -> str:
    """Return the estate's name."""
    return str(record.get("estate", ""))


def links(record: Record) -> Iterator[Link]:
    """Yield the desk that runs the routines."""
    if isinstance(desk := record.get("routines_desk"), str):
        yield Link(("routines_desk",), "desk", desk)


def checks(record: Record) -> Iterator[Finding]:
    """Yield an unknown time zone."""
    zone = str(record.get("time_zone", ""))
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        yield Finding("BOK101", ("time_zone",), {"zone": zone})

"""Ids that people say on the phone and write on paper.

Three ways of naming: *dated* `T261121-A07` (kind, day, desk, number of that day at that desk),
*serial* `R-A0123` (kind, desk, number at that desk) and *natural* (`3-2-1501`, `wang.fang`).
Numbers widen past their usual width and are never used twice.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

DESK_PATTERN = r"^[A-Z]{1,3}$"
_DATED = r"^([A-Z])(\d\d)(\d\d)(\d\d)-([A-Z]{1,3})(\d{2,7})$"
_SERIAL = r"^([A-Z])-([A-Z]{1,3})(\d{4,9})$"
_SHORT = r"([A-Z]{1,3})([0-9]{1,7})"


class DatedId(NamedTuple):
    """The parts of a dated id."""

    prefix: str
    day: date
    desk: str
    number: int

    def __str__(self) -> str:
        return f"{self.prefix}{self.day:%y%m%d}-{self.desk}{self.number:02d}"


class SerialId(NamedTuple):
    """The parts of a serial id."""

    prefix: str
    desk: str
    number: int

    def __str__(self) -> str:
        return f"{self.prefix}-{self.desk}{self.number:04d}"


def parse_dated(text: str) -> DatedId | None:
    """Return the parts of a dated id in canonical form, or None."""
    found = re.match(_DATED, text)
    if not found:
        return None
    try:
        day = date(2000 + int(found[2]), int(found[3]), int(found[4]))
    except ValueError:
        return None
    made = DatedId(found[1], day, found[5], int(found[6]))
    return made if str(made) == text and made.number else None


def parse_serial(text: str) -> SerialId | None:
    """Return the parts of a serial id in canonical form, or None."""
    found = re.match(_SERIAL, text)
    if not found:
        return None
    made = SerialId(found[1], found[2], int(found[3]))
    return made if str(made) == text and made.number else None


def parse_short(text: str) -> tuple[str, int] | None:
    """Return (desk, number) of a short form such as `A07`, or None."""
    found = re.fullmatch(_SHORT, text)
    return (found[1], int(found[2])) if found and int(found[2]) else None

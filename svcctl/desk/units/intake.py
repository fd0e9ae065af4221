"""From what somebody typed, or a line of a file, to the fields of a unit. Pure."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from datetime import date
from typing import Any

from svcctl.base import unitid
from svcctl.base.choice import refuse_unknown_columns
from svcctl.base.choice import resolve
from svcctl.base.clock import parse_day
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.text import line
from svcctl.base.text import several
from svcctl.desk.units import actions
from svcctl.desk.units import words

_METERS = tuple(f"{kind.key}{part}" for kind in words.METERS for part in ("", "_base"))
COLUMNS = ("unit", "area", "state", "building", "aliases", "note", *_METERS, "base_on")
"""Columns of a batch: `water` is the meter's number, `water_base` what it showed on `base_on`."""


def unit(typed: object) -> str:
    """Return the id that a new unit gets.

    Raises:
        UsageProblem: It is not the name of a unit.
    """
    made = unitid.parse(str(typed or ""))
    if made is None:
        raise UsageProblem(
            _("'{unit}' is not the name of a unit").format(unit=typed or ""),
            _("write 3-2-1501, 3栋2单元1501, S-12 for a shop or P-B1-023 for parking"),
        )
    return made


def fields(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that were said; an empty word clears a field (None).

    Raises:
        UsageProblem: A value is not possible.
    """
    made: dict[str, Any] = {}
    for key, read in _READERS.items():
        if key in said:
            typed = said[key]
            made[key] = read(typed) if typed not in ("", None, [], ()) else None
    return made


def from_row(row: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return the card of a new unit from one line of a batch.

    Raises:
        UsageProblem: An unknown column, or a value that is not possible.
    """
    refuse_unknown_columns(row, COLUMNS)
    card = actions.new(unit(row.get("unit")), fields(row))
    on = parse_day(str(row["base_on"]), today) if row.get("base_on") else None
    for kind in words.METERS:
        number, base = row.get(kind.key), row.get(f"{kind.key}_base")
        if not {number, base} <= {None, ""}:
            card = actions.with_meter(card, meter((kind.key, number, base), on))
    return card


def meter(said: tuple[str, object, object], on: date | None) -> dict[str, Any]:
    """Return a meter from kind, number and base reading; `-` stands for unknown.

    Raises:
        UsageProblem: No such kind, or no reading.
    """
    number, base = (_part(part) for part in said[1:])
    return {
        "kind": resolve(said[0], words.METERS, _("meter")),
        "number": number or None,
        "base": actions.reading(base) if base else None,
        "base_on": on if base else None,
    }


def _part(said: object) -> str:
    return "" if said in (None, "-", "－") else line(str(said))


def _building(said: object) -> str:
    return line(str(said)).upper()


_READERS: dict[str, Callable[[Any], Any]] = {
    "building": _building,
    "area": lambda said: actions.area(str(said)),
    "state": lambda said: resolve(str(said), words.STATES, _("state")),
    "aliases": several,
    "note": lambda said: str(said).strip(),
}

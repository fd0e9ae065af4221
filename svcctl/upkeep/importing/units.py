"""Rows as units. A unit is known by its name, so a list needs no numbers of its own."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from svcctl.base import unitid
from svcctl.base.errors import UsageProblem
from svcctl.base.fields import changed
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.base.text import fold_id
from svcctl.desk.units import actions
from svcctl.desk.units.words import KINDS
from svcctl.desk.units.words import METERS
from svcctl.desk.units.words import STATES
from svcctl.upkeep.importing.cards import differing
from svcctl.upkeep.importing.cells import Field
from svcctl.upkeep.importing.cells import Unfit
from svcctl.upkeep.importing.cells import Values
from svcctl.upkeep.importing.known import Known
from svcctl.upkeep.importing.plan import Outcome
from svcctl.upkeep.importing.plan import Write

_HEADS = {"shop": unitid.SHOP, "parking": unitid.PARKING}
_METERS = tuple(choice.key for choice in METERS)


def fields(known: Known) -> tuple[Field, ...]:
    """Return what a list of units can fill: its whole name, or building, entrance and room."""
    del known
    return (
        Field("unit", "plain"),
        Field("kind", "choice", KINDS),
        Field("building", "plain"),
        Field("entrance", "plain"),
        Field("room", "plain"),
        Field("area", "plain"),
        Field("state", "choice", STATES),
        Field("aliases", "list"),
        Field("note", "words"),
        *(Field(f"{kind}_meter", "plain") for kind in _METERS),
        *(Field(f"{kind}_base", "plain") for kind in _METERS),
        Field("base_on", "day"),
    )


class Units:
    """Makes units of rows, and knows which are in the book."""

    def __init__(self, known: Known, *, update: bool) -> None:
        self._known = known
        self._update = update
        self._seen: dict[str, str] = {}
        self._writes: list[Write] = []

    def writes(self) -> Sequence[Write]:
        """Return the units to be written."""
        return self._writes

    def take(self, said: Values, key: str) -> Outcome:
        """Return what becomes of a unit; raises as `Adapter.take` says."""
        del key
        unit = _name(said.fields)
        twin = self._seen.get(unitid.shape(unit))
        if twin is not None:
            raise Unfit(
                _("'{unit}' stands in the list twice, as '{twin}'").format(unit=unit, twin=twin)
            )
        wanted = _card(said)
        is_here = self._known.has("unit", unit)
        outcome = self._again(unit, wanted) if is_here else self._new(unit, wanted)
        self._seen[unitid.shape(unit)] = unit
        return outcome

    def _new(self, unit: str, wanted: Mapping[str, Any]) -> Outcome:
        others = self._known.units(unit)
        if others:
            raise Unfit(_("'{unit}' is probably '{other}'").format(unit=unit, other=others[0]))
        record = self._checked(actions.new(unit, _with_meters({}, wanted)))
        self._writes.append(Write(record))
        return Outcome("create", unit, _title(record))

    def _again(self, unit: str, wanted: Mapping[str, Any]) -> Outcome:
        record = self._known.get("unit", unit)
        asked = _with_meters(record, wanted)
        if not (other := differing(record, asked)):
            return Outcome("unchanged", unit, _title(record))
        if not self._update:
            return Outcome("differs", unit, _title(record), ", ".join(other))
        self._writes.append(Write(self._checked(changed(record, asked))))
        return Outcome("update", unit, _title(record), ", ".join(other))

    def _checked(self, record: Record) -> Record:
        if wrong := self._known.faults("unit", record):
            raise Unfit("; ".join(wrong))
        return record


def _title(record: Mapping[str, Any]) -> str:
    return " ".join(str(record[key]) for key in ("kind", "state", "area") if record.get(key))


def _name(given: Mapping[str, Any]) -> str:
    """Return the id that a row means.

    Raises:
        Unfit: It is no name of a unit.
    """
    if "unit" in given:
        typed = given["unit"]
        unit = unitid.parse(typed)
    else:
        names = ("building", "entrance", "room")
        parts = [fold_id(str(given[name])) for name in names if name in given]
        head = _HEADS.get(str(given.get("kind")))
        typed = "-".join([*([head] if head else []), *_bare(parts)])
        unit = unitid.parse(typed) if "room" in given else None
    if unit is None:
        raise Unfit(_("'{typed}' is no name of a unit").format(typed=typed))
    return unit


def _bare(parts: Sequence[str]) -> list[str]:
    """Return `3`, `2`, `1501` from `3栋`, `2单元`, `1501室`."""
    return [part.rstrip("号楼栋幢座单元门梯室房户#") for part in parts]


def _card(said: Values) -> dict[str, Any]:
    """Return the fields of a card that a row says.

    Raises:
        Unfit: An area or reading is no amount.
    """
    given = said.fields
    card: dict[str, Any] = {key: given[key] for key in ("state", "aliases") if key in given}
    note = "\n".join(part for part in (str(given.get("note", "")), *said.kept) if part)
    if note:
        card["note"] = note
    try:
        if "area" in given:
            card["area"] = actions.area(given["area"])
        meters = [meter for kind in _METERS if len(meter := _meter(kind, given)) > 1]
    except UsageProblem as problem:
        raise Unfit(problem.message) from None
    return card | ({"meter": meters} if meters else {})


def _meter(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    meter: dict[str, Any] = {"kind": kind}
    if number := given.get(f"{kind}_meter"):
        meter["number"] = number
    if base := given.get(f"{kind}_base"):
        meter |= {"base": actions.reading(base), "base_on": given.get("base_on")}
    return {key: value for key, value in meter.items() if value is not None}


def _with_meters(record: Record, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is wanted, its meters laid over those of the card: other meters stay."""
    if "meter" not in wanted:
        return dict(wanted)
    whole: Record = {"meter": list(record.get("meter", []))}
    for meter in wanted["meter"]:
        whole = actions.with_meter(whole, meter)
    return {**wanted, "meter": whole["meter"]}

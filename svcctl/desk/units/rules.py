"""What must hold for a unit, how lists show it, and which unit a typed name means."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import Protocol

from svcctl.base import private
from svcctl.base import unitid
from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import NotFoundError
from svcctl.base.fields import tables
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.finding import Finding
from svcctl.base.finding import Where
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.base.text import fold_id
from svcctl.desk.units.words import FIELDS
from svcctl.desk.units.words import VALUES

__all__ = ["FIELDS", "VALUES"]

Row = Mapping[str, Any]

KEYED = {"meter": ("kind", "number")}


class Index(Protocol):
    """What is asked of the book's index."""

    def search(self, kind: str, words: list[str]) -> list[str]:
        """Return the ids that words find."""

    def rows(self, kind: str, *, ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Return rows by id."""


def row(record: Record) -> dict[str, Any]:
    """Return the columns of a list of units."""
    return {
        "kind": text(record, "kind"),
        "building": text(record, "building"),
        "entrance": text(record, "entrance"),
        "room": text(record, "room"),
        "area": text(record, "area"),
        "state": text(record, "state"),
        "aliases": [alias for alias in texts(record, "aliases") if alias],
        "meters": sum(1 for _one in tables(record, "meter")),
    }


def terms(record: Record) -> list[str]:
    """Return the words by which a unit is found."""
    return sorted(names(text(record, "id"), texts(record, "aliases")))


def names(unit: str, aliases: Iterable[str]) -> set[str]:
    """Return everything a unit is called, folded.

    Besides its id and aliases: without entrance (`3-1501`), without `S` or `P` (`B1-023`),
    without leading zeros, and as it is said (`3栋2单元1501`).
    """
    parts = unitid.split(unit)
    found = {unit, unitid.shape(unit), *(fold_id(alias) for alias in aliases)}
    if parts.kind != "home":
        found.add(unit.split("-", 1)[-1])
    elif parts.entrance:
        found |= {
            f"{parts.building}-{parts.room}",
            f"{parts.building}栋{parts.entrance}单元{parts.room}",
        }
    else:
        found.add(f"{parts.building}栋{parts.room}")
    return found - {""}


def which(
    typed: str, has: Callable[[str], bool], search: Callable[[str], Iterable[Row]]
) -> list[str]:
    """Return the ids of the units that a typed name may mean: none, one, or several.

    Args:
        typed: As people say it; full-width or not.
        has: Tells whether a unit with this id is in the book.
        search: Returns the rows of units (with `id`) that one word finds.
    """
    unit = unitid.parse(typed)
    if unit and has(unit):
        return [unit]
    said = {fold_id(typed)} | ({unit, unitid.shape(unit)} if unit else set())
    found = {
        str(one["id"])
        for word in sorted(said - {""})
        for one in search(word)
        if said & names(str(one["id"]), texts(one, "aliases"))
    }
    return sorted(found, key=unitid.order)


def resolve(typed: str, has: Callable[[str, str], bool], index: Callable[[], Index]) -> str:
    """Return the id of the unit that a typed name means.

    Args:
        typed: As people say it; full-width or not.
        has: Tells whether a record is in the book, by kind and id.
        index: Gives the index; called only where the id alone does not tell.

    Raises:
        NotFoundError: No unit is called so.
        AmbiguousError: Several are; the hints list them.
    """

    def search(word: str) -> Iterable[Row]:
        return index().rows("unit", ids=index().search("unit", [word]))

    found = which(typed, lambda unit: has("unit", unit), search)
    if not found:
        raise NotFoundError(
            _("there is no unit '{unit}'").format(unit=typed), "svcctl unit list --tree"
        )
    if len(found) > 1:
        raise AmbiguousError(_("'{unit}' may be any of these").format(unit=typed), *found)
    return found[0]


def checks(record: Record) -> Iterator[Finding]:
    """Yield what is wrong in one unit beyond the form."""
    yield from _parts(record)
    yield from _meters(record)
    unit = text(record, "id")
    for place, alias in enumerate(texts(record, "aliases")):
        meant = unitid.parse(alias)
        if (
            meant
            and meant.count("-") == unit.count("-")
            and unitid.shape(meant) != unitid.shape(unit)
        ):
            yield Finding("UNI105", ("aliases", place), {"alias": alias, "unit": meant})
        yield from _leaks(("aliases", place), alias)
    yield from _leaks(("note",), text(record, "note"))


def _parts(record: Record) -> Iterator[Finding]:
    unit = text(record, "id")
    if not unitid.is_id(unit):
        return
    parts = unitid.split(unit)
    if text(record, "kind") and text(record, "kind") != parts.kind:
        yield Finding(
            "UNI102", ("kind",), {"id": unit, "kind": text(record, "kind"), "should": parts.kind}
        )
        return
    for field, should in zip(("building", "entrance", "room"), parts[1:], strict=True):
        said = text(record, field)
        free = parts.kind != "home" and not should  # a shop's id may leave out its building
        if said != should and not free:
            yield Finding(
                "UNI101", (field,), {"id": unit, "field": field, "value": said, "should": should}
            )


def _meters(record: Record) -> Iterator[Finding]:
    seen = set()
    for place, meter in tables(record, "meter"):
        key = text(meter, "kind"), text(meter, "number")
        if key in seen:
            yield Finding("UNI103", ("meter", place), {"kind": key[0], "number": key[1]})
        seen.add(key)
        if "base" in meter and "base_on" not in meter:
            yield Finding("UNI106", ("meter", place, "base"), {"kind": key[0]})


def _leaks(where: Where, words: str) -> Iterator[Finding]:
    for one in private.find(words):
        yield Finding("PRV101", where, {"number": one.masked})


def across(rows: Iterable[Row]) -> Iterator[tuple[str, Finding]]:
    """Yield, with the id of the unit, aliases that lead to more than one unit."""
    for alias, units in shared_aliases(rows).items():
        for unit in units:
            others = [one for one in units if one != unit]
            yield (
                unit,
                Finding("UNI104", ("aliases",), {"alias": alias, "other": ", ".join(others)}),
            )


def shared_aliases(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Return the aliases that more than one unit carries, with the units."""
    found: dict[str, list[str]] = {}
    for one in rows:
        for alias in {fold_id(alias) for alias in texts(one, "aliases")}:
            found.setdefault(alias, []).append(str(one["id"]))
    return {alias: sorted(units) for alias, units in found.items() if len(units) > 1}


def spoken(unit: str) -> str:
    """Return a unit as people say it in the language of this run: 3栋2单元1501."""
    parts = unitid.split(unit)
    said = {"building": parts.building, "entrance": parts.entrance, "room": parts.room}
    if parts.kind == "shop":
        words = _("building {building} shop {room}") if parts.building else _("shop {room}")
    elif parts.kind == "parking":
        words = _("zone {building} space {room}") if parts.building else _("parking space {room}")
    elif parts.entrance:
        words = _("building {building} entrance {entrance} room {room}")
    else:
        words = _("building {building} room {room}")
    return words.format(**said)


def describe(record: Record) -> str:
    """Return one line about the unit."""
    unit = text(record, "id")
    return f"{unit} {spoken(unit)}"

"""Who was what to which unit, and when. Pure; works on records and on index rows alike.

Both days of a relation belong to it, but on the day of a transfer the unit is the newcomer's.
In rows the days are ISO texts, which compare as days do.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from typing import Any
from typing import NamedTuple

from svcctl.base.fields import tables
from svcctl.base.fields import text

_FIRST, _LAST = "0000-00-00", "9999-99-99"


class Relation(NamedTuple):
    """One relation of one person; days as ISO text, empty where none is said."""

    person: str
    name: str
    unit: str
    role: str
    since: str
    until: str
    place: int

    @property
    def open(self) -> bool:
        """Whether no end is written."""
        return not self.until

    def covers(self, day: str) -> bool:
        """Tell whether the relation holds on a day, by its own two days."""
        return (self.since or _FIRST) <= day <= (self.until or _LAST)

    def overlaps(self, other: Relation) -> bool:
        """Tell whether two relations hold at once; touching on one day is no overlap."""
        latest = max(self.since or _FIRST, other.since or _FIRST)
        return latest < min(self.until or _LAST, other.until or _LAST)


def of(person: Mapping[str, Any]) -> Iterator[Relation]:
    """Yield the relations of one resident (record or row)."""
    for place, one in tables(person, "relation"):
        yield Relation(
            text(person, "id"),
            text(person, "name"),
            text(one, "unit"),
            text(one, "as"),
            _iso(one.get("since")),
            _iso(one.get("until")),
            place,
        )


def _iso(value: object) -> str:
    return str(value)[:10] if isinstance(value, date | str) else ""


def of_unit(residents: Iterable[Mapping[str, Any]], unit: str) -> list[Relation]:
    """Return every relation to a unit, in time order."""
    found = [one for person in residents for one in of(person) if one.unit == unit]
    return sorted(found, key=lambda one: (one.since, one.until or _LAST, one.person, one.place))


def who_lives(residents: Iterable[Mapping[str, Any]], unit: str, day: date) -> list[Relation]:
    """Return who was related to a unit on a day: owners first, then as they came.

    Somebody who left that very day is left out if somebody else came that day in the same role.
    """
    then = day.isoformat()
    holding = [one for one in of_unit(residents, unit) if one.covers(then)]
    came = {one.role for one in holding if one.since == then and one.until != then}
    return sorted(
        (one for one in holding if not (one.until == then and one.role in came)),
        key=lambda one: one.role != "owner",
    )


def open_relations(
    residents: Iterable[Mapping[str, Any]], unit: str, role: str | None = None
) -> list[Relation]:
    """Return the relations to a unit that have no end yet, of one role or of all."""
    return [one for one in of_unit(residents, unit) if one.open and role in (None, one.role)]

"""The tally of tickets: opening + new + reopened ± reclassified − closed − cancelled = open.

(盘点, RPT-01, RPT-39, CMP-23.) Things are counted by when they happened. The two balances are
counted by the state of each ticket before the first and after the last moment, the movements by
what was done: the equation is a check. Every number is a list of ids, so that it can be traced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from svcctl.base import unitid

Group = tuple[str, str, str]
"""Kind, severity and class, as a ticket stood in them at a moment."""


ARRIVING = ("new", "reopened")
LEAVING = ("closed", "cancelled", "duplicate")
NUMBERS = ("opening", *ARRIVING, "into", "away", *LEAVING, "open")
"""The numbers of a line, in the order of the equation; `into` and `away` are reclassified."""

MOVES = (*ARRIVING, "reclassified", *LEAVING)
DIMENSIONS = ("kind", "severity", "class", "area", "department")


class Move(NamedTuple):
    """One thing that a tally counts.

    Attributes:
        before: The group in which it was open; None if it was not.
        after: The group in which it is now, open or not.
    """

    how: str
    moment: int
    before: Group | None
    after: Group


class Item(NamedTuple):
    """One ticket in one number.

    Attributes:
        move: What brought it there; None in a balance.
    """

    id: str
    group: Group
    move: Move | None = None


Line = dict[str, list[Item]]
"""Number → the tickets behind it."""


class Seen(NamedTuple):
    """One ticket as a tally of a period sees it.

    Attributes:
        opening: The group in which it was open before the period; None if it was not.
        open: The same after the period.
        area: Where its unit is now; it is not followed through time, nor is the department.
    """

    id: str
    opening: Group | None
    open: Group | None
    moves: tuple[Move, ...]
    area: str = ""
    department: str = ""


def seen(
    name: str, turns: Sequence[Sequence[Any]], span: tuple[int, int], area: str, department: str
) -> Seen | None:
    """Return what a ticket adds to the tally of a period, None if nothing.

    Args:
        turns: The fact of this name: moment, open, kind, severity, class, how.
        span: First moment, and the first one after the period.
    """
    start, end = span
    opening: Group | None = None
    now: Group | None = None
    moves: list[Move] = []
    for moment, is_open, kind, severity, category, how in turns:
        if moment >= end:
            break
        group = (kind, severity, category)
        if moment >= start:
            moves.append(Move(how, moment, now, group))
        now = group if is_open else None
        if moment < start:
            opening = now
    if opening is None and not moves:
        return None
    return Seen(name, opening, now, tuple(moves), area, department)


def area_of(unit: object, place: object, areas: Iterable[Mapping[str, Any]]) -> str:
    """Return the area of a unit: the policy's, else the building; `public` for a place."""
    if not isinstance(unit, str) or not unit:
        return PUBLIC if place else ""
    parts = unitid.split(unit)
    building = parts.building or unit.partition("-")[0]
    for area in areas:
        if building in area.get("buildings", ()):
            return str(area.get("key", ""))
    return unitid.PARKING if parts.kind == "parking" else building


PUBLIC = "public"
"""The area of what is in no unit."""

_Key = Callable[[Seen, Group], str]
_KEYS: dict[str, _Key] = {
    "": lambda _one, _group: "",
    "kind": lambda _one, group: group[0],
    "severity": lambda _one, group: group[1],
    "class": lambda _one, group: group[2],
    "area": lambda one, _group: one.area,
    "department": lambda one, _group: one.department,
}


def lines(
    tickets: Iterable[Seen], by: str = "", only: Collection[str] | None = None
) -> dict[str, Line]:
    """Return the tally of each group; without `by` the one line of all, under the empty key.

    Args:
        by: One of `DIMENSIONS`.
        only: Count these kinds alone; what is reclassified across their border comes or goes.
    """
    found: dict[str, Line] = {} if by else {"": _empty()}
    key = _KEYS[by]

    def add(one: Seen, group: Group | None, number: str, move: Move | None = None) -> None:
        if group is not None and (only is None or group[0] in only):
            item = Item(one.id, group, move)
            found.setdefault(key(one, group), _empty())[number].append(item)

    for one in tickets:
        add(one, one.opening, "opening")
        for move in one.moves:
            if move.how in ARRIVING:
                add(one, move.after, move.how, move)
            elif move.how in LEAVING:
                add(one, move.before or move.after, move.how, move)
            elif move.before is not None and _crosses(one, move, key, only):
                add(one, move.before, "away", move)
                add(one, move.after, "into", move)
        add(one, one.open, "open")
    return found


def _crosses(one: Seen, move: Move, key: _Key, only: Collection[str] | None) -> bool:
    before, after = move.before or move.after, move.after
    if key(one, before) != key(one, after):
        return True
    return only is not None and (before[0] in only) != (after[0] in only)


def _empty() -> Line:
    return {number: [] for number in NUMBERS}


_SIGNS = {
    "opening": 1, "new": 1, "reopened": 1, "into": 1,
    "away": -1, "closed": -1, "cancelled": -1, "duplicate": -1, "open": -1,
}  # fmt: skip


def difference(line: Line) -> list[str]:
    """Return the ids for which the equation of a line does not hold."""
    sums: Counter[str] = Counter()
    for number, items in line.items():
        for item in items:
            sums[item.id] += _SIGNS[number]
    return sorted(name for name, left in sums.items() if left)


def gap(numbers: Mapping[str, int]) -> int:
    """Return by how much what follows from the movements differs from what is open."""
    return sum(_SIGNS[number] * count for number, count in numbers.items() if number in _SIGNS)


# -- on file -------------------------------------------------------------------------------------


def traced(tickets: Iterable[Seen]) -> dict[str, list[str]]:
    """Return the balance before and the movements as they are filed: ticket and its group."""
    found: dict[str, list[str]] = {number: [] for number in ("opening", *MOVES)}
    for one in tickets:
        if one.opening is not None:
            found["opening"].append(f"{one.id} {'/'.join(one.opening)}")
        for move in one.moves:
            before = move.before or move.after
            where = "/".join(before if move.how in LEAVING else move.after)
            if move.how == "reclassified":
                where = f"{'/'.join(before)} > {where}"
            found[move.how].append(f"{one.id} {where}")
    return {number: sorted(ids) for number, ids in found.items()}


class Later(NamedTuple):
    """How the book differs from a tally on file.

    Attributes:
        gone: Whether it is on file and no longer in the book; else it came later.
        group: The groups it is counted in.
    """

    number: str
    id: str
    group: str
    gone: bool


def since_filed(filed: Mapping[str, Any], tickets: Iterable[Seen]) -> list[Later]:
    """Return how the book differs from what was filed: late entries, and what was taken back."""
    found: list[Later] = []
    for number, now in traced(tickets).items():
        then = filed.get(number)
        before = Counter(then if isinstance(then, list) else ())
        after = Counter(now)
        for gone, lines_ in ((False, after - before), (True, before - after)):
            for line in sorted(map(str, lines_.elements())):
                name, _space, group = line.partition(" ")
                found.append(Later(number, name, group, gone))
    return found

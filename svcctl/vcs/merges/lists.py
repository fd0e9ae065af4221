"""Merging lists three ways: as ordered sets, and rows of tables that belong together; pure."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from svcctl.base.record import Record

BEGINS, ENDS = "since", "until"
"""Rows of one key are different rows where one had ended before the other began."""


class Rows(NamedTuple):
    """The rows of three versions of a list, those that are one row under one name.

    Attributes:
        base: Row by name, in order.
        ours: Row by name, in order.
        theirs: Row by name, in order.
    """

    base: dict[Hashable, Record]
    ours: dict[Hashable, Record]
    theirs: dict[Hashable, Record]


def content(value: object) -> str:
    """Return a text that two values share if a file would hold them alike."""
    if isinstance(value, Mapping):
        inner = ",".join(f"{key!r}:{content(value[key])}" for key in sorted(value))
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(content, value))}]"
    return f"{type(value).__name__} {value!s}" if not isinstance(value, str) else repr(value)


def named(items: Iterable[Any]) -> dict[Hashable, Any]:
    """Return the items of a list by content, and by turn where one is there several times."""
    found: dict[Hashable, Any] = {}
    turns: dict[str, int] = {}
    for one in items:
        name = content(one)
        turns[name] = turns.get(name, 0) + 1
        found[name, turns[name]] = one
    return found


def in_one_order(
    base: Collection[Hashable],
    ours: Collection[Hashable],
    theirs: Collection[Hashable],
    kept: Collection[Hashable] = (),
) -> list[Hashable]:
    """Merge ordered sets: what either added is there, what either took out is not.

    Args:
        kept: What stays although one side took it out.
    """
    stays = {
        one
        for one in [*ours, *theirs]
        if one in kept or (one in ours and one in theirs) or one not in base
    }
    first, second = ours, theirs
    both = [one for one in ours if one in theirs]
    if both != [one for one in theirs if one in ours] and _keeps_order(base, ours):
        first, second = theirs, ours  # who changed the order says what it is
    merged = [one for one in first if one in stays]
    at, shared = 0, sum(one in merged for one in second)
    for one in second:
        if one in merged:
            shared -= 1
            at = merged.index(one) + 1 if shared else len(merged)
        elif one in stays:
            at = _past_added(merged, at, second, base)
            merged.insert(at, one)
            at += 1
    return merged


def _past_added(
    merged: Sequence[Hashable],
    at: int,
    second: Collection[Hashable],
    base: Collection[Hashable],
) -> int:
    """Return the place behind what only the first side added at `at`."""
    while at < len(merged) and merged[at] not in second and merged[at] not in base:
        at += 1
    return at


def _keeps_order(base: Collection[Hashable], side: Collection[Hashable]) -> bool:
    return [one for one in base if one in side] == [one for one in side if one in base]


def rows(
    base: Sequence[Record], ours: Sequence[Record], theirs: Sequence[Record], keys: Sequence[str]
) -> Rows:
    """Find out which rows of three versions are one row.

    Rows that are alike are one; then those with the same values in `keys`, in order. Rows that
    both sides added are two only if one had ended before the other began.
    """
    names: list[Hashable] = [("base", place) for place in range(len(base))]
    one = _paired(base, ours, keys)
    two = _paired(base, theirs, keys)
    new_ours = [place for place, found in enumerate(one) if found is None]
    new_theirs = [place for place, found in enumerate(two) if found is None]
    added = _paired([ours[p] for p in new_ours], [theirs[p] for p in new_theirs], keys, new=True)
    own: dict[int, Hashable] = {place: ("added", n) for n, place in enumerate(new_ours)}
    other: dict[int, Hashable] = {
        place: ("more", n) if found is None else ("added", found)
        for n, (place, found) in enumerate(zip(new_theirs, added, strict=True))
    }
    return Rows(
        dict(zip(names, base, strict=True)),
        {own[p] if one[p] is None else ("base", one[p]): row for p, row in enumerate(ours)},
        {other[p] if two[p] is None else ("base", two[p]): row for p, row in enumerate(theirs)},
    )


def _paired(
    before: Sequence[Record], after: Sequence[Record], keys: Sequence[str], *, new: bool = False
) -> list[int | None]:
    """Return for each row of `after` the place of the one of `before` that it is, or None."""
    found: list[int | None] = [None] * len(after)
    free = dict(enumerate(before))
    for sort in ("alike", "begin", "key"):
        for place, row in enumerate(after):
            if found[place] is not None:
                continue
            match = next((p for p, one in free.items() if _is_one(one, row, keys, sort)), None)
            if match is None or (sort == "key" and new and _apart(free[match], row)):
                continue
            found[place] = match
            del free[match]
    return found


def _is_one(one: Record, row: Record, keys: Sequence[str], sort: str) -> bool:
    if sort == "alike":
        return content(one) == content(row)
    compared = [*keys, BEGINS] if sort == "begin" else keys
    said = any(key in one for key in keys)
    return said and all(content(one.get(key)) == content(row.get(key)) for key in compared)


def _apart(one: Record, row: Record) -> bool:
    """Tell whether of two rows one had ended before the other began."""
    if content(one.get(BEGINS)) == content(row.get(BEGINS)):
        return False
    return _ends_before(one, row) or _ends_before(row, one)


def _ends_before(one: Record, row: Record) -> bool:
    end: Any = one.get(ENDS)
    begin: Any = row.get(BEGINS)
    return end is not None and type(end) is type(begin) and bool(end < begin)

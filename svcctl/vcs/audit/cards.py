"""What must hold over time of cards that others rely on: tallies, policies, desks. Pure.

A tally on file and a policy in force stay as they are, a desk code belongs to one clone for ever.
A merge may put together what its sides say, and a person may settle what a merge left in dispute.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from typing import Any

from svcctl.base import fields
from svcctl.base.finding import Finding
from svcctl.base.finding import Where
from svcctl.base.record import Record
from svcctl.handbook.lookup import in_force_from

_DISPUTED = "disputed"
_OWNING = ("token", "claimed_by", "claimed_at")


def of_tally(olds: Sequence[Record], new: Record | None) -> Iterator[Finding]:
    """Yield that a tally on file was changed or taken away."""
    if not olds:
        return
    name = fields.text(olds[0], "id")
    if new is None:
        yield Finding("AUD110", (), {"id": name, "fields": ["id"]})
    elif wrong := differing(olds, new):
        yield Finding("AUD110", place_of(olds[0], new, wrong[0]), {"id": name, "fields": wrong})


def of_policy(
    olds: Sequence[Record], new: Record | None, day: date, *, begins: bool
) -> Iterator[Finding]:
    """Yield that a policy was made, changed or taken away after the day from which it holds."""
    some = new if new is not None else olds[0] if olds else {}
    start = in_force_from(some)
    if begins or start is None or start >= day:
        return
    if new is None or not olds:
        yield Finding("AUD112", ("id",), {"id": start, "day": day, "fields": ["id"]})
    elif wrong := differing(olds, new):
        where = place_of(olds[0], new, wrong[0])
        yield Finding("AUD112", where, {"id": start, "day": day, "fields": wrong})


def of_desk(olds: Sequence[Record], new: Record | None) -> Iterator[Finding]:
    """Yield that a desk code went to another clone."""
    if not olds:
        return
    name = fields.text(olds[0], "id")
    if new is None:
        yield Finding("AUD115", (), {"id": name, "field": "id"})
        return
    for key in differing(olds, new):
        if key in _OWNING:
            yield Finding("AUD115", (key,), {"id": name, "field": key})


def differing(olds: Sequence[Record], new: Record) -> list[str]:
    """Return the keys of a record that are not what any of its earlier versions said.

    Of one earlier version every difference counts. Of several, as in a merge, what is on no side
    or was on every side counts.
    """
    settled = {key for old in olds for key in _disputed(old)}
    keys = [
        key
        for key in dict.fromkeys([*new, *(key for old in olds for key in old)])
        if key not in settled and key != _DISPUTED
    ]
    if len(olds) == 1:
        return [key for key in keys if olds[0].get(key) != new.get(key)]
    now = _atoms(new)
    sides = [_atoms(old) for old in olds]
    some = sides[0].union(*sides[1:])
    every = sides[0].intersection(*sides[1:])
    wrong = (now - some) | (every - now)
    hit = {where[0] for where, _value in wrong}
    open_now = set(_disputed(new))
    return [key for key in keys if key in hit and key not in open_now]


def place_of(old: Any, new: Any, key: str) -> Where:
    """Return the place of the first difference inside what two records say under a key."""
    return (key, *_inside(old.get(key), new.get(key)))


def _inside(old: Any, new: Any) -> Where:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*new, *old]):
            if old.get(key) != new.get(key):
                return (key, *_inside(old.get(key), new.get(key)))
    if isinstance(old, list) and isinstance(new, list):
        for place, (one, other) in enumerate(zip(old, new, strict=False)):
            if one != other:
                return (place, *_inside(one, other))
        return (max(0, len(new) - 1),)
    return ()


def _disputed(record: Record) -> Iterator[str]:
    for _place, one in fields.tables(record, _DISPUTED):
        yield fields.text(one, "field").split(".")[0]


def _atoms(record: Mapping[str, Any]) -> set[tuple[tuple[str, ...], str]]:
    return {
        (where, repr(value))
        for key, inside in record.items()
        for where, value in _parts((key,), inside)
    }


def _parts(where: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the single values of a table or list; rows of a list are not told apart."""
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from _parts((*where, key), inside)
    elif isinstance(value, list):
        for one in value:
            yield from _parts(where, one)
    else:
        yield where, value

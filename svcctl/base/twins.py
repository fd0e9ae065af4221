"""Entries that were redacted on two sides: one of each remains, without what either had lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from svcctl.base.entry import desk
from svcctl.base.entry import order
from svcctl.base.record import Entry

_TOLD = ("redacted_at", "redacted_by", "redacted_why")
_GROUPS = ("set", "line")
Chosen = Callable[[str, Sequence[Any]], Any]


def one_of_each(redacted: Iterable[Entry]) -> list[Entry]:
    """Return redacted entries with those of one deed made one.

    Commutative, associative and idempotent, and no text comes back that one side had taken out.
    """
    found: dict[str, Entry] = {}
    for one in redacted:
        deed = _deed_of(one)
        found[deed] = _both(found[deed], one) if deed in found else one
    return list(found.values())


def _deed_of(entry: Entry) -> str:
    """Return which deed an entry is of; a machine's is the same whenever it was recorded."""
    keys = ["n", "at", "by", "did"] if desk(entry.get("n")) else ["n", "by", "did"]
    return _text([entry.get(key) for key in keys])


def _both(first: Entry, second: Entry) -> Entry:
    """Return the one entry that two redactions amount to; who, when, why are the later one's."""
    sides = (first, second)
    made = _agreed(sides, lambda key, values: _at_and_after(first, key, values))
    told = max(sides, key=lambda one: (_moment(one.get("redacted_at")), _telling(one)))
    made = {key: value for key, value in made.items() if key not in _TOLD}
    made |= {key: told[key] for key in _TOLD if key in told}
    gone = [_names(one.get("redacted_fields")) for one in sides]
    if any(gone):
        made["redacted_fields"] = sorted(gone[0] | gone[1])
    for group in _GROUPS:
        parts = [one[group] for one in sides if isinstance(one.get(group), Mapping)]
        if len(parts) == len(sides):
            made[group] = _agreed(parts, lambda key, values: _without(key, values, gone))
    return made


def _agreed(sides: Sequence[Mapping[str, Any]], chosen: Chosen) -> dict[str, Any]:
    """Return what both sides have: words that only one still has are gone."""
    first, second = sides
    made = {}
    for key in first:
        if key in second:
            values = (first[key], second[key])
            same = _text(values[0]) == _text(values[1])
            made[key] = values[0] if same else chosen(key, values)
    return made


def _at_and_after(entry: Entry, key: str, values: Sequence[Any]) -> Any:
    """Return of a machine's two the earlier recording and the later place, as a merge does."""
    if key == "after":
        return max(values, key=lambda one: (order(entry.get("n"), one), str(one)))
    return min(values, key=lambda one: (_moment(one), _text(one)))


def _without(key: str, values: Sequence[Any], gone: Sequence[set[str]]) -> Any:
    """Return the value from which the text was taken out."""
    out = [value for value, fields in zip(values, gone, strict=True) if key in fields]
    return min(out or values, key=_text)


def _names(value: Any) -> set[str]:
    return {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()


def _telling(entry: Entry) -> str:
    return _text([entry.get(key) for key in _TOLD])


def _moment(value: Any) -> float:
    return value.timestamp() if isinstance(value, datetime) else 0.0


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)

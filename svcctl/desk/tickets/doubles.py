"""Likely doubles: other tickets about the same matter, pointed out at intake and never in its way.

Two subjects are alike by the share of their two-character pieces that both have, of the shorter
one: `电梯困人` is wholly in `三期电梯困人`. Words of other scripts count whole. Alike enough is
`SAME_UNIT` where the unit is the same, `NEAR` where only building, entrance or place is; in the
same unit the same class of matter is enough too. A hit is a hint, so the thresholds are low
(assumed). The number of records does not matter, if only rows that are open or new are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from typing import NamedTuple

from svcctl.base import unitid
from svcctl.base.clock import length
from svcctl.base.text import half_width
from svcctl.base.text import is_han

SAME_UNIT = 0.3
NEAR = 0.5
BACK = "3d"
"""How far back a matter that has ended may be the same one, if the policy does not say."""

_AT_MOST = 3
_WORD = r"[0-9a-z]+|[\u3400-\u9fff\U00020000-\U000323af]+"
_SPOT = r"([0-9a-z]{1,8})\s*(?:号楼|栋|幢|座)(?:\s*([0-9a-z]{1,8})\s*(?:单元|门|梯))?"
_GONE = frozenset(("cancelled", "duplicate"))


class _Matter(NamedTuple):
    """What of a ticket is compared."""

    unit: str
    building: str
    entrance: str
    place: frozenset[str]
    words: frozenset[str]


def likely(
    rows: Iterable[Mapping[str, Any]], fields: Mapping[str, Any], now: datetime, back: str = BACK
) -> list[Mapping[str, Any]]:
    """Return the rows that are likely the same matter as `fields`, the most alike first.

    Args:
        rows: List rows of tickets. Only those that are open or opened within `back` are compared,
            so there is no need to ask for others.
        fields: Header fields of the new ticket; its own `id`, if it has one, is left out.
        now: The moment.
        back: Length of time such as `3d`; `off` finds nothing.
    """
    if back == "off":
        return []
    since = int((now - length(back)).timestamp())
    new = _matter(fields)
    found: dict[str, tuple[float, int, Mapping[str, Any]]] = {}
    for row in rows:
        at = row.get("at") or 0
        if not (row.get("open") or at >= since) or row.get("status") in _GONE:
            continue
        if row["id"] == fields.get("id") or row["id"] in found:
            continue
        if alike := _alike(new, fields, row):
            found[row["id"]] = alike, at, row
    best = sorted(found.values(), key=lambda one: (-one[0], -one[1]))
    return [row for _alike_, _at, row in best[:_AT_MOST]]


def _alike(new: _Matter, fields: Mapping[str, Any], row: Mapping[str, Any]) -> float:
    """Return how alike two matters are, 0 where they are not thought to be one."""
    old = _matter(row)
    share = overlap(new.words, old.words)
    # Of several that have all the words, the one without others is the most alike.
    rank = share + len(new.words & old.words) / max(1, len(new.words | old.words))
    if new.unit and new.unit == old.unit:
        same_class = bool(fields.get("category")) and fields["category"] == row.get("category")
        return 2 + rank if share >= SAME_UNIT or same_class else 0.0
    return rank if share >= NEAR and _near(new, old) else 0.0


def _near(new: _Matter, old: _Matter) -> bool:
    """Tell whether two matters may be in one place: an entrance not named may be any of them."""
    if new.building and old.building:
        entrances = {new.entrance, old.entrance} - {""}
        return new.building == old.building and len(entrances) < 2
    return overlap(new.place, old.place) >= NEAR


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the smaller set that is in the other too; 0 where one is empty."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def _matter(row: Mapping[str, Any]) -> _Matter:
    unit = str(row.get("unit") or "")
    spoken = " ".join(str(row.get(key) or "") for key in ("unit_said", "place"))
    building, entrance = spot(unit, spoken)
    return _Matter(
        unit, building, entrance, pieces(str(row.get("place") or "")),
        pieces(str(row.get("subject") or "")),
    )  # fmt: skip


def spot(unit: str, spoken: str) -> tuple[str, str]:
    """Return building and entrance, from the id of a unit or else from what was said."""
    if unit:
        parts = unitid.split(unit)
        return (parts.building, parts.entrance) if parts.kind == "home" else ("", "")
    said = re.search(_SPOT, half_width(spoken).lower())
    return (said[1].upper(), (said[2] or "").upper()) if said else ("", "")


def pieces(text: str) -> frozenset[str]:
    """Return what two texts are compared by: pairs of Chinese characters, and other words whole."""
    return frozenset(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    # Where it is does not say what it is about.
    plain = re.sub(_SPOT, " ", half_width(text).lower())
    for word in re.findall(_WORD, plain):
        if is_han(word[0]) and len(word) > 1:
            yield from (word[place : place + 2] for place in range(len(word) - 1))
        else:
            yield word

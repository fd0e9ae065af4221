"""Random records of every kind, drawn from their JSON Schemas, and what desks make of one."""

from __future__ import annotations

import string
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from functools import cache
from typing import Any
from typing import NamedTuple

from hypothesis import strategies as st

from svcctl.base.entry import in_order
from svcctl.base.record import Record
from svcctl.base.unitid import PATTERN as UNIT
from svcctl.kinds import KINDS
from svcctl.upkeep.schemas import schema

CASES = sorted(kind.name for kind in KINDS.values() if kind.shape == "case")
CARDS = sorted(kind.name for kind in KINDS.values() if kind.shape == "card")
_PLAIN = ("甲", "乙", "多\n行", "x")
# So few of each that two desks often say the same.
_POOLS: dict[str, tuple[str, ...]] = {
    r"^[^\n\r\t]*$": ("甲", "乙", "丙"),
    UNIT: ("3-2-1501", "3-2-1502"),
    r"^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$": ("wang.fang", "li.na"),
    r"^[a-z][a-z0-9-]*$": ("lead", "agent", "leak"),
    r"^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,7}$": ("name", "title", "relation.since", "phones"),
}
_DAYS = (date(2026, 1, 1), date(2026, 1, 12), date(2026, 2, 5))
_MOMENTS = (
    datetime(2026, 1, 1, 8, 0, tzinfo=UTC),
    datetime(2026, 1, 1, 16, 0, tzinfo=timezone(timedelta(hours=8))),
)


class Story(NamedTuple):
    """A card and what two desks made of it, unaware of each other."""

    kind: str
    base: Record
    ours: Record
    theirs: Record


@cache
def _schema(name: str) -> dict[str, Any]:
    return schema(KINDS[name])


@st.composite
def stories(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(CARDS)) -> Story:
    """Draw a card of any kind and two versions that came of it."""
    name = draw(st.sampled_from(kinds))
    whole = _schema(name)
    base = draw(_values(name, whole))
    ours, theirs = (_edited(draw, name, whole, base) for _side in range(2))
    for one in (ours, theirs):
        one.pop("id", None)
        if "id" in base:
            one["id"] = base["id"]
    return Story(name, base, ours, theirs)


@st.composite
def logs(draw: st.DrawFn, name: str) -> list[Record]:
    """Draw a case of any life, possible or not, and what three desks made of it."""
    entry = _values(name, _schema(name)["$defs"]["LogEntry"])

    def more(log: list[Record], desk: str, most: int) -> list[Record]:
        made = list(log)
        for one in draw(st.lists(entry, max_size=most)):
            plain = {key: one[key] for key in one if not key.startswith(("redacted", "after"))}
            made.append({**plain, "n": f"{len(made) + 1}{desk}"})
        return made

    base = more([], "A", 4) or [{"n": "1A"}]
    sides = []
    for desk in "ABC":
        side = more(base, desk, 3)
        if draw(st.integers(0, 2)) == 0:
            place = draw(st.integers(0, len(base) - 1))
            side[place] = {"n": side[place]["n"], "redacted": True, "redacted_by": desk.lower()}
        if draw(st.booleans()):
            minute = draw(st.integers(0, 3))
            at = _MOMENTS[0] + timedelta(minutes=minute)
            side.append({"n": "auto/raise/1", "after": base[-1]["n"], "at": at, "did": "escalate"})
        sides.append(side)
    fold = KINDS[name].rules.fold
    return [{"id": "T261121-A07", **fold(log), "log": in_order(log)} for log in (base, *sides)]


def _resolved(name: str, part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in part:
        found: dict[str, Any] = _schema(name)["$defs"][part["$ref"].rpartition("/")[2]]
        return found
    return part


def _values(name: str, part: dict[str, Any]) -> st.SearchStrategy[Any]:
    part = _resolved(name, part)
    if "anyOf" in part:
        return st.one_of([_values(name, one) for one in part["anyOf"]])
    if "const" in part or "enum" in part:
        return st.sampled_from(part.get("enum", [part.get("const")])[:3])
    if part.get("type") == "object":
        return _tables(name, part)
    if part.get("type") == "array":
        inner = _values(name, part["items"])
        least = part.get("minItems", 0)
        return st.lists(inner, min_size=least, max_size=part.get("maxItems", least + 3))
    return _scalars(part)


def _scalars(part: dict[str, Any]) -> st.SearchStrategy[Any]:
    sort = part.get("format", part.get("type"))
    least = part.get("minimum", 0)
    pools: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "integer": st.integers(least, min(part.get("maximum", least + 2), least + 2)),
        "number": st.sampled_from([0.5, 1.5]),
        "date": st.sampled_from(_DAYS),
        "date-time": st.sampled_from(_MOMENTS),
    }
    if sort in pools:
        return pools[sort]
    if "pattern" in part:
        pool = _POOLS.get(part["pattern"])
        return st.sampled_from(pool) if pool else _matching(part["pattern"])
    return st.sampled_from(_PLAIN)


def _matching(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True, alphabet=string.printable)


@st.composite
def _tables(draw: st.DrawFn, name: str, part: dict[str, Any]) -> Record:
    made: Record = {}
    for key, inner in part.get("properties", {}).items():
        wanted = draw(st.integers(0, 2))
        if key in part.get("required", ()) or wanted == 0 or (wanted == 1 and "items" in inner):
            value = draw(_values(name, inner))
            if value not in ([], {}):
                made[key] = value
    return made


def _edited(draw: st.DrawFn, name: str, part: dict[str, Any], before: Record) -> Record:
    """Return a table with some of its fields left, set, taken out, or edited inside."""
    made = dict(before)
    part = _resolved(name, part)
    for key, inner in part.get("properties", {}).items():
        # Rows of tables are where merging is hard: they are edited more than all else.
        often = (0, 1, 2, 3, 3, 3) if _is_rows(made.get(key)) else (0, 0, 0, 1, 2, 3)
        how = draw(st.sampled_from(often))
        if how == 1 and key not in part.get("required", ()):
            made.pop(key, None)
        elif how == 2:
            made[key] = draw(_values(name, inner))
        elif how == 3 and key in made:
            made[key] = _inside(draw, name, inner, made[key])
        if made.get(key) in ([], {}):
            made.pop(key)
    return made


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _inside(draw: st.DrawFn, name: str, part: dict[str, Any], value: Any) -> Any:
    if isinstance(value, dict):
        return _edited(draw, name, part, value)
    if not isinstance(value, list) or "maxItems" in part:
        return draw(_values(name, part))
    items = part["items"]
    kept = [one for one in value if draw(st.integers(0, 3))]
    changed = [
        _edited(draw, name, items, one)
        if isinstance(one, dict) and draw(st.integers(0, 2)) == 0
        else one
        for one in kept
    ]
    more = draw(st.lists(_values(name, items), max_size=2))
    found = [*changed, *more] if draw(st.booleans()) else [*more, *changed]
    return found or value

"""Merging two versions of a record with what they have in common; pure.

A case is the union of its entries, folded again. A card is merged field by field: tables inside it
likewise, lists of plain values as ordered sets, lists of tables row by row (`KEYED` in the rules
says how rows are told apart). What a newer version of svcctl wrote is merged like all else.

What cannot be chosen becomes data, so that a merge never stops: the field holds one version, and
`disputed` says the others (see `svcctl.base.model.Dispute`). Nothing that somebody wrote is lost:
what one side changed and the other took out stays, and is disputed. A dispute that one side
settled is settled, unless the other side went on to say something else.

Laws, whatever the records: `merge(b, o, t) == merge(b, t, o)`, `merge(b, x, x) == x`, and
`merge(b, x, b) == x` for cases that only grew.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Hashable
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from svcctl.base.entry import union
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.kinds import Kind
from svcctl.vcs.merges.lists import BEGINS
from svcctl.vcs.merges.lists import content
from svcctl.vcs.merges.lists import in_one_order
from svcctl.vcs.merges.lists import named
from svcctl.vcs.merges.lists import rows

DISPUTED = "disputed"
PRIVATE = "private"
_Name = tuple[str, str]


class CannotMergeError(Exception):
    """A person must look: two desks claimed one code, or a file holds what no model allows."""


def merge(kind: Kind, base: Record | None, ours: Record, theirs: Record) -> Record:
    """Return what two versions of one record amount to.

    Args:
        base: What both came from; None where both added the record.

    Raises:
        CannotMergeError: Only a person can tell.
    """
    if content(ours) == content(theirs):
        return ours
    if content(ours) > content(theirs):
        # Whoever merges, the same: what follows need not think of it.
        ours, theirs = theirs, ours
    if ours.get("id") != theirs.get("id"):
        raise CannotMergeError
    if kind.shape == "case":
        return _case(kind, base, ours, theirs)
    return _Card(kind).merged(base or {}, ours, theirs)


def _case(kind: Kind, base: Record | None, ours: Record, theirs: Record) -> Record:
    try:
        log = union(_log(ours), _log(theirs))
        header = kind.rules.fold(log)
        odd = [_odd(kind, one) if one else {} for one in (base, ours, theirs)]
    except (LookupError, TypeError, ValueError, AttributeError):
        raise CannotMergeError from None
    for key in sorted({*odd[1], *odd[2]}):
        # A newer version's, or a hand's: what the log does not explain is not lost by merging.
        before, one, two = (side.get(key, ()) for side in odd)
        kept = two if content(one) == content(before) else one
        if kept == (None,):
            header.pop(key, None)
        elif kept:
            header[key] = kept[0]
    return {"id": ours["id"], **header, "log": log} if "id" in ours else {**header, "log": log}


def _log(record: Record) -> list[Entry]:
    log = record.get("log")
    if not isinstance(log, list) or not all(isinstance(one, dict) for one in log):
        raise CannotMergeError
    return log


def _odd(kind: Kind, record: Record) -> dict[str, tuple[Any]]:
    """Return the header fields that are not what the log amounts to; None for one that is not."""
    folded = kind.rules.fold(_log(record))
    keys = (record.keys() | folded.keys()) - {"id", "log"}
    return {
        key: (record.get(key),)
        for key in keys
        if content(record.get(key)) != content(folded.get(key))
    }


class _Place(NamedTuple):
    """Where in a card something stands.

    Attributes:
        private: Whether it is below the table `private`.
        field: Its dotted name, as in a dispute.
        row: What tells its row apart; empty outside lists of tables.
    """

    private: bool = False
    field: str = ""
    row: tuple[tuple[str, Any], ...] = ()

    def below(self, key: str) -> _Place:
        if key == PRIVATE and not self.field and not self.private:
            return _Place(private=True)
        return self._replace(field=f"{self.field}.{key}" if self.field else key)

    @property
    def path(self) -> str:
        """The dotted name from the top."""
        return f"{PRIVATE}.{self.field}" if self.private else self.field

    @property
    def name(self) -> _Name:
        return self.field, content(dict(self.row))


_Disputes = dict[_Name, dict[str, Any]]


class _Card:
    """One merge of a card: the disputes that it meets and finds."""

    def __init__(self, kind: Kind) -> None:
        self._keyed: Mapping[str, tuple[str, ...]] = getattr(kind.rules, "KEYED", {})
        self._whole: Collection[str] = getattr(kind.rules, "WHOLE", ())
        self._loud: Collection[str] = getattr(kind.rules, "LOUD", ())
        self._found: dict[bool, _Disputes] = {False: {}, True: {}}
        self._settled: dict[bool, tuple[set[_Name], set[_Name]]] = {}

    def merged(self, base: Record, ours: Record, theirs: Record) -> Record:
        for private in (False, True):
            before, one, two = (_disputes(side, private=private) for side in (base, ours, theirs))
            self._settled[private] = (before.keys() - one.keys(), before.keys() - two.keys())
        made = self._table(base, ours, theirs, _Place()) or {}
        for private in (False, True):
            if kept := self._disputed(private, base, ours, theirs):
                table = made.setdefault(PRIVATE, {}) if private else made
                table[DISPUTED] = kept
        return made

    def _table(self, base: Record, ours: Record, theirs: Record, at: _Place) -> Record | None:
        made: Record = {}
        for key in dict.fromkeys([*ours, *theirs]):
            if key == DISPUTED and not at.field:
                continue
            here = at.below(key)
            value = self._value(base.get(key), ours.get(key), theirs.get(key), here)
            if value is not None:
                made[key] = value
        return made or None

    def _value(self, base: Any, ours: Any, theirs: Any, at: _Place) -> Any:
        one, two = (side is None or isinstance(side, dict) for side in (ours, theirs))
        if one and two:
            before = base if isinstance(base, dict) else {}
            return self._table(before, ours or {}, theirs or {}, at)
        if content(ours) == content(theirs):
            return ours
        if self._is_rows(ours, theirs, at):
            return self._rows(base, ours or [], theirs or [], at)
        mine, other = (self._changed(base, one, at, n) for n, one in enumerate((ours, theirs)))
        if not (mine and other):
            return ours if mine else theirs
        return self._both_changed(base, ours, theirs, at)

    def _both_changed(self, base: Any, ours: Any, theirs: Any, at: _Place) -> Any:
        if self._is_set(ours, theirs, at):
            before = base if isinstance(base, list) else []
            return self._items(before, ours or [], theirs or [], at) or None
        if isinstance(ours, dict) or isinstance(theirs, dict):
            raise CannotMergeError
        if not at.field or (base is None and at.path in self._loud):
            raise CannotMergeError
        return self._choice(ours, theirs, at)

    def _changed(self, base: Any, side: Any, at: _Place, number: int) -> bool:
        """Tell whether a side says something of its own; confirming what is disputed is that."""
        return content(base) != content(side) or at.name in self._settled[at.private][number]

    def _is_rows(self, ours: Any, theirs: Any, at: _Place) -> bool:
        lists = [side for side in (ours, theirs) if side is not None]
        tables = all(
            isinstance(side, list) and all(isinstance(one, dict) for one in side) for side in lists
        )
        return tables and not at.row and at.path in self._keyed

    def _is_set(self, ours: Any, theirs: Any, at: _Place) -> bool:
        lists = all(side is None or isinstance(side, list) for side in (ours, theirs))
        return lists and at.path not in self._whole

    def _choice(self, ours: Any, theirs: Any, at: _Place) -> Any:
        said = [side for side in (ours, theirs) if side is not None]
        if any(isinstance(one, list) for one in said) and not all(
            isinstance(one, list) and not any(isinstance(item, dict) for item in one)
            for one in said
        ):
            raise CannotMergeError
        self._dispute(at, said, gone=len(said) == 1)
        return min(said, key=_sort_key)

    def _items(self, base: list[Any], ours: list[Any], theirs: list[Any], at: _Place) -> list[Any]:
        old, one, two = named(base), named(ours), named(theirs)
        items = {**two, **one}
        order = in_one_order(old.keys(), one.keys(), two.keys())
        if not order and one and two:
            # Only both together took everything out; neither wanted it empty.
            order = in_one_order((), one.keys(), two.keys())
            self._dispute(at, [items[name] for name in order])
        new = [[n for n in a if n not in old and n not in b] for a, b in ((one, two), (two, one))]
        if all(new) and any(name not in one and name not in two for name in old):
            self._dispute(at, [items[name] for name in (*new[0], *new[1])])
        return [items[name] for name in order]

    def _rows(self, base: Any, ours: list[Any], theirs: list[Any], at: _Place) -> list[Any] | None:
        keys = self._keyed[at.path]
        before = [one for one in base if isinstance(one, dict)] if isinstance(base, list) else []
        old, one, two = rows(before, ours, theirs, keys)
        kept = set()
        for number, side, other in ((0, one, two), (1, two, one)):
            for name, row in side.items():
                here = at._replace(row=_told_apart(name, (one, two), keys))
                gone = name in old and name not in other
                if gone and self._row_changed(old[name], row, here, number):
                    kept.add(name)
                    self._dispute(here, [], gone=True)
        made = []
        for name in in_one_order(old.keys(), one.keys(), two.keys(), kept):
            versions = [side.get(name) for side in (old, one, two)]
            here = at._replace(row=_told_apart(name, (one, two), keys))
            made.append(self._row(versions, here, alone=name in kept))
        return made or None

    def _row_changed(self, before: Record, row: Record, at: _Place, number: int) -> bool:
        settled = {row for _field, row in self._settled[at.private][number]}
        return content(before) != content(row) or at.name[1] in settled

    def _row(self, versions: list[Record | None], at: _Place, *, alone: bool) -> Record:
        base, one, two = versions
        if one is None or two is None or alone:
            return one or two or {}
        return self._table(base or {}, one, two, at) or {}

    def _dispute(self, at: _Place, values: list[Any], *, gone: bool = False) -> None:
        one: dict[str, Any] = {"field": at.field}
        if plain := [value for value in values if not isinstance(value, dict)]:
            one["values"] = sorted(plain, key=_sort_key)
        elif values:
            return  # tables of a newer version: both stand in the list, which is enough
        if gone:
            one["gone"] = True
        if at.row:
            one["row"] = dict(at.row)
        found = self._found[at.private]
        found[at.name] = _united(found.get(at.name, {}), one)

    def _disputed(self, private: bool, *sides: Record) -> list[Any]:  # noqa: FBT001
        """Return the disputes that stand: those of both sides, and those found now."""
        lists = [_disputed_of(side, private=private) for side in sides]
        base, ours, theirs = lists
        found = self._found[private]
        if not found:
            if content(ours) in (content(base), content(theirs)):
                return theirs
            if content(theirs) == content(base):
                return ours
        before, one, two = (_disputes(side, private=private) for side in sides)
        made: _Disputes = {}
        for name in {*one, *two, *found}:
            stands = _standing(before.get(name), one.get(name), two.get(name))
            if both := _united(stands, found.get(name, {})):
                made[name] = both
        return [made[name] for name in sorted(made)]


def _standing(
    base: dict[str, Any] | None, ours: dict[str, Any] | None, theirs: dict[str, Any] | None
) -> dict[str, Any]:
    """Return what is left of one dispute: what one side settled is, unless more was said."""
    if content(ours) == content(base):
        return theirs or {}
    if content(theirs) == content(base):
        return ours or {}
    return _united(ours or {}, theirs or {})


def _united(one: Mapping[str, Any], two: Mapping[str, Any]) -> dict[str, Any]:
    if not one or not two:
        return {**one, **two}
    made = {**one, **two}
    said = [*_values(one), *_values(two)]
    if values := sorted({content(value): value for value in said}.values(), key=_sort_key):
        made["values"] = values
    if one.get("gone") is True or two.get("gone") is True:
        made["gone"] = True
    return made


def _values(one: Mapping[str, Any]) -> list[Any]:
    values = one.get("values", [])
    return values if isinstance(values, list) else [values]


def _sort_key(value: Any) -> tuple[str, str]:
    # Text and days as people sort them, each sort by itself.
    return type(value).__name__, value if isinstance(value, str) else content(value)


def _told_apart(
    name: Hashable, sides: tuple[dict[Hashable, Record], ...], keys: tuple[str, ...]
) -> tuple[tuple[str, Any], ...]:
    """Return what tells a row from all others: the day it begins too, if there are several."""
    own = [side[name] for side in sides if name in side]
    told = _told_by(own[0], keys)
    several = {one for side in sides for one, row in side.items() if _told_by(row, keys) == told}
    begins = [content(row[BEGINS]) for row in own if BEGINS in row]
    if len(several) > 1 and begins == begins[:1] * len(own):
        return _told_by(own[0], (*keys, BEGINS))
    return told


def _told_by(row: Record, keys: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    return tuple((key, row[key]) for key in sorted({*keys}) if key in row)


def _disputed_of(record: Record, *, private: bool) -> list[Any]:
    table = record.get(PRIVATE) if private else record
    found = table.get(DISPUTED, []) if isinstance(table, dict) else []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise CannotMergeError
    return found


def _disputes(record: Record, *, private: bool) -> _Disputes:
    found: _Disputes = {}
    for one in _disputed_of(record, private=private):
        row = one.get("row")
        name = str(one.get("field", "")), content(row if isinstance(row, dict) else {})
        found[name] = _united(found.get(name, {}), one)
    return found

"""What changed between two versions of a record, as data; pure.

A case is told by its entries: the header follows from them. Header fields appear only where they
do *not* follow, which is the mark of a hand in the file. A card is told field by field.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.kinds import KINDS
from svcctl.kinds import Kind

Where = tuple[str, ...]


class Field(NamedTuple):
    """One field that differs.

    Attributes:
        where: Its place, e.g. `("private", "phones")`.
        before: Its value; None where it was not there.
        after: Its value; None where it is not there any more.
    """

    where: Where
    before: Any
    after: Any


class Delta(NamedTuple):
    """What became of one record.

    Attributes:
        kind: Name of its kind.
        id: Its id; that of the path for kinds without.
        before: The earlier version; None where there was none.
        after: The later version; None where it is gone.
        added: Entries that only the later version has, in order.
        removed: Entries that only the earlier version has.
        altered: Entries of one name that differ, both versions.
        fields: A card's fields that differ; of a case, header fields that its log does not explain.
    """

    kind: str
    id: str
    before: Record | None
    after: Record | None
    added: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()
    altered: tuple[tuple[Entry, Entry], ...] = ()
    fields: tuple[Field, ...] = ()

    @property
    def rewritten(self) -> bool:
        """Whether history was edited: something other than appending or redacting happened."""
        kept = all(new.get("redacted") is True for _old, new in self.altered)
        gone = KINDS[self.kind].shape == "case" and self.before is not None and self.after is None
        return gone or bool(self.removed) or not kept or (bool(self.fields) and self._is_case)

    @property
    def _is_case(self) -> bool:
        return KINDS[self.kind].shape == "case"


def compare(kind: Kind, name: str, before: Record | None, after: Record | None) -> Delta | None:
    """Return how a record differs between two versions, None where nothing of meaning does."""
    if kind.shape == "case":
        delta = _of_case(kind, name, before, after)
    else:
        fields = tuple(_fields(before or {}, after or {}))
        delta = Delta(kind.name, name, before, after, fields=fields)
    told = delta.added or delta.removed or delta.altered or delta.fields
    return delta if told or (before is None) != (after is None) else None


def _of_case(kind: Kind, name: str, before: Record | None, after: Record | None) -> Delta:
    old, new = _entries(before), _entries(after)
    return Delta(
        kind.name,
        name,
        before,
        after,
        added=tuple(one for key, one in new.items() if key not in old),
        removed=tuple(one for key, one in old.items() if key not in new),
        altered=tuple((old[key], new[key]) for key in old if key in new and old[key] != new[key]),
        fields=tuple(_unexplained(kind, before, after)),
    )


def _entries(record: Record | None) -> dict[tuple[str, int], Entry]:
    """Return the entries by name; twins of one name are told apart by their turn."""
    found: dict[tuple[str, int], Entry] = {}
    for one in log_of(record):
        name, turn = str(one.get("n", "")), 1
        while (name, turn) in found:
            turn += 1
        found[name, turn] = one
    return found


def log_of(record: Record | None) -> list[Entry]:
    """Return the log of a case as far as it is one; files edited by hand may hold anything."""
    log = (record or {}).get("log")
    return [one for one in log if isinstance(one, dict)] if isinstance(log, list) else []


def _unexplained(kind: Kind, before: Record | None, after: Record | None) -> Iterator[Field]:
    """Yield header fields that are not what the log amounts to, unless they were so before."""
    if after is None:
        return
    earlier = dict(strange(kind, before))
    for key, value in strange(kind, after):
        if key not in earlier or earlier[key] != value:
            yield Field((key,), (before or {}).get(key), value)


def strange(kind: Kind, record: Record | None) -> Iterator[tuple[str, Any]]:
    """Yield header fields of a case that its log does not amount to, and their values."""
    if record is None:
        return
    header = _header(record)
    try:
        folded = kind.rules.fold(log_of(record))
    except (LookupError, TypeError, ValueError, AttributeError):
        return  # a broken log; `validate` says how
    for key in sorted(header.keys() | folded.keys()):
        if header.get(key) != folded.get(key):
            yield key, header.get(key)


def _header(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in ("id", "log")}


def _fields(
    before: Mapping[str, Any], after: Mapping[str, Any], above: Where = ()
) -> Iterator[Field]:
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old == new or (key == "id" and not above):
            continue
        where = (*above, key)
        if isinstance(old, dict | None) and isinstance(new, dict | None):
            yield from _fields(old or {}, new or {}, where)
        else:
            yield Field(where, old, new)

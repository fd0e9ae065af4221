"""What clocks and reports are made of, read from the tables: heads and facts instead of files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from svcctl.book.index_rows import rows_of
from svcctl.book.index_rows import unpack
from svcctl.book.index_tables import HERE
from svcctl.book.index_tables import Tables

_AT_ONCE = 500
_ORDER = "ORDER BY c.ord, c.id, c.path"

WITH_BASIS = f"""
SELECT c.id, c.kind, c.path, c.row, b.basis
FROM content c {HERE} CROSS JOIN basis b ON b.content = c.c WHERE c.bad = 0
"""  # noqa: S608 - constants
_OF_PATHS = f"{WITH_BASIS} AND c.path IN (SELECT value FROM json_each(?1)) {_ORDER}"  # noqa: S608
# All that may be open: quicker than to look at every record and ask.
_OPEN_OR_LATER = """
(SELECT c AS k FROM content WHERE kind = ? AND ended IS NULL
UNION ALL SELECT c FROM content WHERE kind = ? AND ended >= ?) CROSS JOIN content c ON c.c = k
"""

Stored = tuple[str, str, str, str, str]
"""id, kind, path, list row, basis (both JSON)."""


class Basis(NamedTuple):
    """What clocks and reports are made of, of one record.

    Attributes:
        row: Its list row, with `id` and `path`.
        head: All its fields but the log.
        facts: What happened when.
    """

    id: str
    row: dict[str, Any]
    head: dict[str, Any]
    facts: dict[str, Any]


class Wanted(NamedTuple):
    """Which records are wanted; see `Index.bases`."""

    kind: str
    since: int | None
    until: int | None
    open_or_closed_after: int | None

    def question(self, columns: str) -> tuple[str, list[object]]:
        """Return a query for columns of these records, and its values."""
        start, values = "content c", []
        if self.open_or_closed_after is not None:
            start = _OPEN_OR_LATER
            values = [self.kind, self.kind, self.open_or_closed_after]
        where = ["c.kind = ?", "c.bad = 0"]
        values.append(self.kind)
        for text, value in (("c.at >= ?", self.since), ("c.at <= ?", self.until)):
            if value is not None:
                where.append(text)
                values.append(value)
        question = (
            f"SELECT {columns} FROM {start} {HERE} CROSS JOIN basis b ON b.content = c.c"  # noqa: S608
            f" WHERE {' AND '.join(where)} {_ORDER}"
        )
        return question, values


def bases(tables: Tables, wanted: Wanted) -> Iterator[Basis]:
    """Yield bases in the order of ids; few are held at once."""
    question, values = wanted.question("c.path")
    paths = [path for (path,) in tables.ask(question, *values)]
    for start in range(0, len(paths), _AT_ONCE):
        some = json.dumps(paths[start : start + _AT_ONCE])
        yield from tables.ask_for(bases_of, _OF_PATHS, some)


def bases_of(found: Iterable[Stored]) -> list[Basis]:
    """Return the bases of rows found by `WITH_BASIS`, in the same order."""
    kept = list(found)
    rows = rows_of((name, path, row) for name, _kind, path, row, _basis in kept)
    return [Basis(one[0], row, *unpack(one[4])) for one, row in zip(kept, rows, strict=True)]


def some_facts(tables: Tables, wanted: Wanted, names: Sequence[str]) -> list[Basis]:
    """Return bases with some facts alone and without a head: a third of the work."""
    parts = ", ".join(["json_extract(b.basis, '$[1].' || ?)"] * len(names))
    question, values = wanted.question(f"c.id, c.path, c.row, json_array({parts})")

    def read(cursor: Iterable[tuple[str, str, str, str]]) -> list[Basis]:
        kept = list(cursor)
        rows = rows_of((name, path, row) for name, path, row, _facts in kept)
        facts = json.loads(f"[{','.join([one[3] for one in kept])}]")
        return [
            Basis(str(row["id"]), row, {}, _known(names, values))
            for row, values in zip(rows, facts, strict=True)
        ]

    return tables.ask_for(read, question, *names, *values)


def _known(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}

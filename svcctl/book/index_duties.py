"""Duties as the index answers them: clocks of records, with the list rows of these records."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any
from typing import NamedTuple

from svcctl.book.index_rows import sort_key
from svcctl.book.index_tables import HERE

OWED = f"""
SELECT c.id, c.kind, c.path, c.row, '[' || o.clock || ']', c.c
FROM owed o CROSS JOIN content c ON c.c = o.content {HERE}
WHERE o.handbook = ?1 AND c.bad = 0 AND (?2 IS NULL OR c.kind = ?2)
AND (?3 IS NULL OR o.due <= ?3) ORDER BY o.due, c.kind, c.ord, c.path, o.nth
"""  # noqa: S608 - constants
ALL = f"""
SELECT c.id, c.kind, c.path, c.row, k.clocks, c.c
FROM clocks k CROSS JOIN content c ON c.c = k.content {HERE}
WHERE k.handbook = ?1 AND k.clocks IS NOT NULL AND c.bad = 0 AND (?2 IS NULL OR c.kind = ?2)
AND (?3 IS NULL OR c.path = ?3)
"""  # noqa: S608 - constants

_AT_ONCE = 500

Found = tuple[str, str, str, str, str, int]
"""id, kind, path, list row, clocks (both JSON), number of the content."""


class Duty(NamedTuple):
    """One clock of a record; see `svcctl.kinds.Clock` for the parts.

    Attributes:
        row: The list row of the record; duties of one record share it.
    """

    id: str
    kind: str
    path: str
    duty: str
    start: int
    since: str
    limit: str
    due: int | None
    met: int | None
    owner: str
    rule: str
    void: str
    paused: int
    row: dict[str, Any]


def rows_of(found: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Return list rows from (id, path, row as JSON)."""
    rows: list[dict[str, Any]] = []
    left = iter(found)
    # One call of the decoder for many rows; not for all, so that their text is not held at once.
    while batch := list(islice(left, _AT_ONCE)):
        decoded = json.loads(f"[{','.join([row for _id, _path, row in batch])}]")
        for row, (name, path, _text) in zip(decoded, batch, strict=True):
            row["id"] = name
            row["path"] = path
        rows += decoded
    return rows


def duties_of(cursor: Iterable[Found]) -> list[Duty]:
    """Return the duties of rows found by `OWED` or `ALL`, in the same order."""
    found = list(cursor)
    places = {number: (name, path, row) for name, _kind, path, row, _clocks, number in found}
    rows = dict(zip(places, rows_of(places.values()), strict=True))
    clocks = json.loads(f"[{','.join([one[4] for one in found])}]")
    return [
        Duty._make((name, kind, path, *clock, rows[number]))
        for (name, kind, path, _row, _clocks, number), several in zip(found, clocks, strict=True)
        for clock in several
    ]


def in_order(duties: list[Duty]) -> list[Duty]:
    """Sort duties by limit, those without one last, then by record."""
    order = {duty.path: sort_key(duty.id) for duty in duties}
    # The sort is stable: clocks of one record stay in the order their rules give them.
    duties.sort(key=lambda duty: (duty.kind, order[duty.path], duty.path))
    return sorted(duties, key=lambda duty: (duty.due is None, duty.due or 0))

"""Duties as the index answers them: clocks of records, with the list rows of these records.

What is owed is kept; every clock, met or not, is made from the stored basis when asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from typing import NamedTuple

from svcctl.book.index_bases import Stored
from svcctl.book.index_bases import bases_of
from svcctl.book.index_clocks import clocks_of
from svcctl.book.index_rows import rows_of
from svcctl.book.index_rows import sort_key
from svcctl.book.index_tables import HERE
from svcctl.kinds import Clock

OWED = f"""
SELECT c.id, c.kind, c.path, c.row, '[' || o.clock || ']', c.c
FROM owed o CROSS JOIN content c ON c.c = o.content {HERE}
WHERE o.handbook = ?1 AND c.bad = 0 AND (?2 IS NULL OR c.kind = ?2)
AND (?3 IS NULL OR o.due <= ?3)
AND (?4 IS NULL OR o.duty IN (SELECT value FROM json_each(?4)))
AND o.duty NOT IN (SELECT value FROM json_each(?5))
ORDER BY o.due, c.kind, c.ord, c.path, o.nth
"""  # noqa: S608 - constants
COUNT = f"""
SELECT count(*) FROM owed o CROSS JOIN content c ON c.c = o.content {HERE}
WHERE o.handbook = ?1 AND o.duty = ?2 AND o.due <= ?3
"""  # noqa: S608 - constants

Found = tuple[str, str, str, str, str, int]
"""id, kind, path, list row, clocks (both JSON), number of the content."""


class Duty(NamedTuple):
    """One clock of a record.

    Attributes:
        row: The list row of the record; duties of one record share it.
    """

    id: str
    kind: str
    path: str
    clock: Clock
    row: dict[str, Any]


def duties_of(cursor: Iterable[Found]) -> list[Duty]:
    """Return the duties of rows found by `OWED`, in the same order."""
    found = list(cursor)
    places = {number: (name, path, row) for name, _kind, path, row, _clocks, number in found}
    rows = dict(zip(places, rows_of(places.values()), strict=True))
    clocks = json.loads(f"[{','.join([one[4] for one in found])}]")
    return [
        Duty(name, kind, path, Clock._make(clock), rows[number])
        for (name, kind, path, _row, _clocks, number), several in zip(found, clocks, strict=True)
        for clock in several
    ]


def every_duty(found: Iterable[Stored], handbook: Any) -> list[Duty]:
    """Return all clocks of rows found by `WITH_BASIS`; of a record that rules fail over, none."""
    kept = list(found)
    made: list[Duty] = []
    for (name, kind, path, _row, _basis), basis in zip(kept, bases_of(kept), strict=True):
        with suppress(Exception):  # such a file is named by `unreadable`
            clocks = clocks_of(kind, basis.head, basis.facts, handbook)
            made += [Duty(name, kind, path, clock, basis.row) for clock in clocks]
    return made


def in_order(duties: list[Duty]) -> list[Duty]:
    """Sort duties by limit, those without one last, then by record."""
    order = {duty.path: sort_key(duty.id) for duty in duties}
    # The sort is stable: clocks of one record stay in the order their rules give them.
    duties.sort(key=lambda duty: (duty.kind, order[duty.path], duty.path))
    return sorted(duties, key=lambda duty: (duty.clock.due is None, duty.clock.due or 0))

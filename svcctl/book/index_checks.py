"""What a check of the whole book asks the index: names that lead nowhere, files not yet checked.

Second runs of `validate` look at no file that is known to be clean; these questions are all that
is left, so each is one pass over an index of the database and never over the rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

from svcctl.base.finding import Where
from svcctl.kinds import KINDS

_MISSING = """
    SELECT kind, id FROM (SELECT DISTINCT kind, id FROM link) AS named
    WHERE NOT EXISTS (SELECT 1 FROM content t WHERE t.id = named.id AND t.kind = named.kind
        AND t.c IN (SELECT content FROM place))"""
_WHO = """
    SELECT c.path, l.wheres FROM link l JOIN content c ON c.c = l.content
    WHERE l.kind = ? AND l.id = ? AND c.c IN (SELECT content FROM place)"""
_DESKS = """
    SELECT DISTINCT rtrim(substr(id, instr(id, '-') + 1), '0123456789') FROM content
    WHERE id GLOB ? OR id GLOB ?"""
_MINTED = """
    SELECT id, path FROM content
    WHERE id GLOB ? AND kind = ? AND c IN (SELECT content FROM place)"""
_UNCHECKED = """
    SELECT path FROM content WHERE clean IS NOT ? AND c IN (SELECT content FROM place)
    ORDER BY path"""


class Loose(NamedTuple):
    """A place in a record that names a record which there is not."""

    path: str
    where: Where
    kind: str
    id: str


def dangling(db: sqlite3.Connection) -> Iterator[Loose]:
    """Yield every place that names a missing record."""
    for kind, name in db.execute(_MISSING).fetchall():
        for path, wheres in db.execute(_WHO, (kind, name)).fetchall():
            for where in json.loads(wheres):
                yield Loose(path, tuple(where), kind, name)


def minted(db: sqlite3.Connection, claimed: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (path, id, desk) of records whose id a desk gave that is not in `claimed`."""
    known = set(claimed)
    for kind in KINDS.values():
        if kind.naming not in ("dated", "serial"):
            continue
        pattern = f"{kind.prefix}[0-9][0-9][0-9][0-9][0-9][0-9]-" if kind.naming == "dated" else f"{kind.prefix}-"
        desks = db.execute(_DESKS, (f"{pattern}[A-Z]*", "")).fetchall()
        for desk in sorted({one for (one,) in desks if one.isalpha()} - known):
            for name, path in db.execute(_MINTED, (f"{pattern}{desk}[0-9]*", kind.name)).fetchall():
                yield path, name, desk


def unchecked(db: sqlite3.Connection, mark: int) -> list[str]:
    """Return the paths of all files that are not known to be clean."""
    return [path for (path,) in db.execute(_UNCHECKED, (mark,))]


def mark_clean(db: sqlite3.Connection, mark: int, files: Iterable[tuple[str, str]]) -> None:
    """Note that files of these paths and hashes are clean."""
    db.executemany(
        "UPDATE content SET clean = ? WHERE path = ? AND hash = ?",
        [(mark, path, bytes.fromhex(digest)) for path, digest in files],
    )

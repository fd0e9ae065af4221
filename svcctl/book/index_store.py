"""Writing rows into the tables of the index, within a transaction of the caller's.

Numbers of content only grow: clocks are computed for all content above a mark (`index_clocks`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from svcctl.book.index_rows import Summary
from svcctl.book.index_schema import INDEXES

Line = tuple[Any, ...]
"""A `Summary` as a plain tuple, as it comes through a pipe."""

_BATCH = 2_000
_SLACK = 1_000
_HANGING = ("term", "link", "basis", "broken", "owed")


class Place(NamedTuple):
    """Where a content lies: what the system says of the file, and whether to trust that."""

    stat: bytes
    racy: int
    content: int


class Store:
    """Collects rows and writes them in batches; `finish` writes the rest."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._next = 0
        self._lines: list[tuple[int, Summary, int | None]] = []
        self._written = False
        self._indexed = True
        self._folders: dict[str, int] | None = None

    def is_empty(self) -> bool:
        """Return whether there is no content at all yet."""
        return self._db.execute("SELECT 1 FROM content LIMIT 1").fetchone() is None

    def without_indexes(self) -> None:
        """Do without indexes until the end: building them at once is quicker for a new book."""
        self._written, self._indexed = True, False
        for statement in INDEXES:
            self._db.execute(f"DROP INDEX {statement.partition(' ON ')[0].split()[-1]}")

    def number(self, content: int | Line, mark: int | None = None) -> int:
        """Return the number of a content, storing it with `mark` if it is new."""
        if isinstance(content, int):
            return content
        if not self._next:
            self._next = self._meta("next")
        number, self._next = self._next, self._next + 1
        self._lines.append((number, Summary._make(content), mark))
        if len(self._lines) >= _BATCH:
            self._flush()
        return number

    def folder(self, path: str, sign: bytes, count: int) -> int:
        """Store a folder and return its number."""
        number = self._numbers().get(path)
        if number is None:
            number = self._numbers()[path] = max(self._numbers().values(), default=0) + 1
        row = (number, path, sign, count)
        self._run("INSERT OR REPLACE INTO folder VALUES (?, ?, ?, ?)", [row])
        return number

    def places(self, folder: int, changed: Mapping[str, Place], gone: Collection[str]) -> None:
        """Store the places of a folder that changed, and forget those that are gone."""
        self._run("DELETE FROM place WHERE folder = ? AND name = ?", [(folder, x) for x in gone])
        rows = [(folder, name, *place) for name, place in changed.items()]
        self._run("INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?, ?)", rows)

    def drop_folder(self, path: str) -> None:
        """Forget a folder that is gone."""
        number = self._numbers().pop(path, None)
        self._run("DELETE FROM place WHERE folder = ?", [(number,)])
        self._run("DELETE FROM folder WHERE f = ?", [(number,)])

    def finish(self, *, prune: bool) -> bool:
        """Write what is left; return whether anything was written at all.

        Args:
            prune: Drop content that no file on disk has any more, when it gets much.
        """
        self._flush()
        if not self._written:
            return False
        if self._next:
            self._db.execute("UPDATE meta SET value = ? WHERE key = 'next'", (self._next,))
            if prune and self._indexed:
                self._prune()
        self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'serial'")
        if not self._indexed:
            for statement in INDEXES:
                self._db.execute(statement)
        return True

    def _numbers(self) -> dict[str, int]:
        if self._folders is None:
            self._folders = dict(self._db.execute("SELECT path, f FROM folder").fetchall())
        return self._folders

    def _meta(self, key: str) -> int:
        found = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return int(found[0])

    def _run(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        if rows:
            self._written = True
            self._db.executemany(statement, rows)

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        if not lines:
            return
        self._run(
            "INSERT INTO content VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(number, *one[:14], mark) for number, one, mark in lines],
        )
        self._run(
            "INSERT INTO term VALUES (?, ?, ?)",
            [(one.kind, number, one.terms) for number, one, _mark in lines if one.terms],
        )
        # Sorted, they go into the tree from one end to the other.
        links = [(*link[:2], number, link[2]) for number, one, _mark in lines for link in one.links]
        self._run("INSERT INTO link VALUES (?, ?, ?, ?)", sorted(links))
        self._run(
            "INSERT INTO basis VALUES (?, ?)",
            [(number, one.basis) for number, one, _mark in lines if one.basis is not None],
        )

    def _prune(self) -> None:
        """Drop unused content, once there is more of it than of the rest."""
        found = self._db.execute("SELECT value FROM meta WHERE key = 'prune'").fetchone()
        if self._next < (found[0] if found else 2 * _SLACK):
            return
        live = self._db.execute("SELECT count(*) FROM place").fetchone()[0]
        total = self._db.execute("SELECT count(*) FROM content").fetchone()[0]
        if total > 2 * live + _SLACK:
            unused = "NOT IN (SELECT content FROM place)"
            self._db.execute(f"DELETE FROM content WHERE c {unused}")  # noqa: S608 - constants
            for table in _HANGING:
                self._db.execute(f"DELETE FROM {table} WHERE content {unused}")  # noqa: S608
            total = live
        soon = self._next + (2 * live + _SLACK - total) + _SLACK
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('prune', ?)", (soon,))

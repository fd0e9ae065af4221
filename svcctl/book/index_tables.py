"""The tables of the index, always up to date and always usable.

One object shows one state of the book: that of its `refresh`. It keeps a transaction open for as
long as it lives, so another process that stores a newer state does not change what is seen here.
Only if others store something in the very moment in which clocks are stored here, the state moves
on to the newest one; each single answer is of one state in any case.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from collections.abc import Iterable
from contextlib import nullcontext
from contextlib import suppress
from typing import Any
from typing import TypeVar

from svcctl.book import index_rows
from svcctl.book.index_clocks import new_number
from svcctl.book.index_clocks import next_number
from svcctl.book.index_clocks import number_of
from svcctl.book.index_clocks import refresh_clocks
from svcctl.book.index_clocks import settle_marks
from svcctl.book.index_refresh import Inspect
from svcctl.book.index_refresh import Look
from svcctl.book.index_refresh import MovedError
from svcctl.book.index_refresh import refresh_disk
from svcctl.book.index_refresh import refresh_listed
from svcctl.book.index_rows import Parse
from svcctl.book.index_schema import Cache
from svcctl.book.index_schema import is_busy
from svcctl.book.index_schema import is_refusal
from svcctl.book.source import Disk
from svcctl.book.source import Source
from svcctl.kinds import KINDS

T = TypeVar("T")

HERE = "CROSS JOIN place p ON p.content = c.c"
"""Keeps content that lies somewhere. CROSS keeps this order of the loops: content first."""

_AS_IS = nullcontext()
_LOOKS = 6
_FAILURES = 4


class Tables:
    """The tables for one version of a book.

    Args:
        cache: Where they are kept.
        source: The version; the working folder is looked at, other versions are listed.
        parse: Reads a record file.
        handbook_key: What clocks depend on besides the files of the handbook.
    """

    def __init__(self, cache: Cache, source: Source, parse: Parse, handbook_key: str) -> None:
        self._cache = cache
        self._source = source
        self._parse = parse
        self._handbook_key = handbook_key
        self._state: str | None = None
        self._clocked = False
        self._inspect: Inspect | None = None
        self._said: dict[str, list[tuple[Any, ...]]] = {}
        self._mark = 0

    def close(self) -> None:
        """Let go of the database."""
        self._cache.close()

    def refresh(self, inspect: Inspect | None = None) -> dict[str, list[tuple[Any, ...]]]:
        """Look at the source again; all answers that follow are of this one state.

        Returns:
            What `inspect` said of the files that were read now, by path, if it said anything.

        Raises:
            RecoveryNeededError: A pending journal is damaged.
            GitError: Git failed to list or read a version.
        """
        self._forget()
        self._inspect = inspect
        try:
            self._steadily(lambda _db: None)
        finally:
            self._inspect = None
        return self._said

    def ask(self, question: str, *values: object) -> list[Any]:
        """Return all rows of a query, refreshing first if that was not done yet."""
        return self._steadily(lambda db: db.execute(question, values).fetchall())

    def ask_for(self, read: Callable[[Iterable[Any]], T], question: str, *values: object) -> T:
        """Return what `read` makes of the rows of a query."""
        return self._steadily(lambda db: read(db.execute(question, values)))

    def handbook_number(self) -> int:
        """Return the number of the handbook in force, -1 if nothing is known with it yet."""
        return self._steadily(lambda db: number_of(db, self._state or "")) or -1

    def ask_clocks(
        self,
        handbook: Callable[[], Any],
        read: Callable[[Iterable[Any]], T],
        question: str,
        *values: object,
    ) -> T:
        """Return what `read` makes of the rows of a query, with all clocks up to date.

        Args:
            question: Its first parameter is the number of the handbook.

        Raises:
            InvalidRecordError: The handbook cannot be read.
        """

        def step(db: sqlite3.Connection) -> tuple[T] | None:
            if not self._clocked and refresh_clocks(db, self._state or "", handbook):
                self._store(db)
            # If the state moved on just now, there may be more to compute.
            self._clocked = self._state is not None
            if not self._clocked:
                return None
            number = number_of(db, self._state or "")
            return (read(db.execute(question, (number, *values))),)

        while (found := self._steadily(step)) is None:
            continue
        return found[0]

    def mark_clean(self, marks: list[tuple[str, bytes]]) -> None:
        """Note that content, given as (path, hash), is clean; best effort."""
        db, key = self._steadily(lambda db: (db, self._state or ""))
        try:
            number = number_of(db, key) or new_number(db, key)
            db.executemany(
                "UPDATE content SET clean = ? WHERE path = ? AND hash = ?",
                ((number, *mark) for mark in marks),
            )
            db.execute("UPDATE meta SET value = value + 1 WHERE key = 'serial'")
            self._store(db)
        except sqlite3.DatabaseError:
            self._forget()

    def is_sound(self) -> bool:
        """Return whether the tables are as they were when `mark_sound` was called."""
        asked = "SELECT value FROM meta WHERE key = 'sound'"
        return self._steadily(lambda db: [(_serial(db),)] == db.execute(asked).fetchall())

    def mark_sound(self) -> None:
        """Note that nothing is wrong between the records of the tables; best effort."""
        db = self._steadily(lambda db: db)
        try:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('sound', ?)", (_serial(db),))
            self._store(db)
        except sqlite3.DatabaseError:
            self._forget()

    def _store(self, db: sqlite3.Connection) -> None:
        """Commit, and go on with the same state if nobody stored another one meanwhile."""
        mine = _serial(db)
        db.execute("COMMIT")
        db.execute("BEGIN")
        if _serial(db) != mine:
            self._forget()

    def _forget(self) -> None:
        db = self._cache.db
        with suppress(sqlite3.Error):
            if db.in_transaction:
                db.execute("ROLLBACK")
        self._state, self._clocked = None, False

    def _steadily(self, step: Callable[[sqlite3.Connection], T]) -> T:
        """Run a step on fresh tables, whatever happens to the cache file."""
        for failure in range(_FAILURES):
            try:
                if self._state is None:
                    self._refresh()
                return step(self._cache.db)
            except (sqlite3.DatabaseError, json.JSONDecodeError) as error:
                self._forget()
                if failure == _FAILURES - 1:
                    raise
                self._mend(error, failure)
        raise AssertionError

    def _mend(self, error: Exception, failure: int) -> None:
        if is_busy(error) and failure == 0:
            # Another process has just stored what we were about to: most of the work is done.
            return
        if is_refusal(error):
            self._cache.to_memory()
        else:
            self._cache.discard()

    def _refresh(self) -> None:
        for look in range(_LOOKS):
            last = look == _LOOKS - 1
            if last:
                # Nobody else stores anything there, so this is the end of it.
                self._cache.to_memory()
            try:
                with self._source.quiet() if last and isinstance(self._source, Disk) else _AS_IS:
                    written = self._load(last=last)
            except MovedError:
                self._forget()
                continue
            except BaseException:
                self._forget()
                raise
            self._state = self._digest(self._cache.db)
            if written and self._inspect:
                settle_marks(self._cache.db, self._state, self._mark)
            if written:
                self._store(self._cache.db)
            if self._state is not None:
                return

    def _load(self, *, last: bool) -> bool:
        if not isinstance(self._source, Disk):
            self._cache.temporary_places()
        self._cache.db.execute("BEGIN")
        if not self._cache.is_ours():
            # Another version of svcctl works on the same book.
            self._cache.db.execute("ROLLBACK")
            self._cache.to_memory()
            return self._load(last=last)
        if isinstance(self._source, Disk):
            self._said, self._mark = {}, next_number(self._cache.db)
            how = Look(self._parse, self._inspect, self._mark, self._said)
            return refresh_disk(self._cache.db, self._source, how, last=last)
        return refresh_listed(self._cache.db, self._source, self._parse)

    def _digest(self, db: sqlite3.Connection) -> str:
        """Return what clocks depend on: the handbook's files and the key given."""
        names = [kind.name for kind in KINDS.values() if kind.folder.startswith("handbook/")]
        files = db.execute(
            f"SELECT c.path, hex(c.hash) FROM content c {HERE}"  # noqa: S608 - constants
            " WHERE c.kind IN (SELECT value FROM json_each(?)) ORDER BY c.path",
            (json.dumps(names),),
        )
        return index_rows.digest("\n".join([self._handbook_key, *map(" ".join, files)]))


def _serial(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT value FROM meta WHERE key = 'serial'").fetchone()[0])

"""Questions to the book that need no file to be read: the derived index.

Answers are those of a full look at every file, at the price of a stat of each. The tables live in
`.svcctl/cache/`, where they can be deleted at any time; without them (`cached=False`) the same
tables are made in memory. One index object shows one state of the book, that of its `refresh`.

Files that cannot be understood are in no list of rows, but always in `unreadable`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from typing import NamedTuple
from typing import TypeVar

from svcctl.base.record import Record
from svcctl.book import index_rows
from svcctl.book.index_clocks import clocks_of
from svcctl.book.index_clocks import number_of
from svcctl.book.index_clocks import refresh_clocks
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

_LOOKS = 6
_FAILURES = 4
_HERE = "CROSS JOIN place p ON p.content = c.c"
"""Keeps content that lies somewhere. CROSS keeps this order of the loops: content first."""


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


class Backlink(NamedTuple):
    """A field of another record that names this one."""

    path: str
    kind: str
    id: str
    where: tuple[str | int, ...]


class Index:
    """The index of one version of a book.

    Args:
        root: The folder with `book.toml`.
        source: The version; the working folder is looked at, other versions are listed.
        handbook_key: What clocks depend on besides the handbook's files, e.g. the time zone. The
            files need not be in it: the index sees itself when they change.
        handbook: Gives the handbook that clocks are computed with; called only when needed.
        parse: Reads a record file; `svcctl.book.toml.parse` unless given, loaded when needed.
        cached: Whether tables may be read from and written to disk.
        rules_key: Identity of the code that computes rows; that of the installed code unless given.
    """

    def __init__(  # noqa: PLR0913 - what an answer depends on, by name
        self,
        root: Path,
        source: Source,
        *,
        handbook_key: str = "",
        handbook: Callable[[], Any] = lambda: None,
        parse: Parse | None = None,
        cached: bool = True,
        rules_key: str | None = None,
    ) -> None:
        self._source = source
        self._handbook_key = handbook_key
        self._handbook = handbook
        self._parse = parse or _parse
        self._state: str | None = None
        self._clocked = False
        key = index_rows.rules_key() if rules_key is None else rules_key
        self._cache = Cache(root / ".svcctl" / "cache" if cached else None, key)

    def close(self) -> None:
        """Let go of the database."""
        self._cache.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # -- being up to date -----------------------------------------------------------------------

    def refresh(self) -> None:
        """Look at the source again; all answers that follow are of this one state.

        Raises:
            RecoveryNeededError: A pending journal is damaged.
            GitError: Git failed to list or read a version.
        """
        self._forget()
        self._steadily(lambda _db: None)

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
            except sqlite3.DatabaseError as error:
                self._forget()
                if failure == _FAILURES - 1:
                    raise
                self._mend(error, failure)
        raise AssertionError

    def _mend(self, error: sqlite3.DatabaseError, failure: int) -> None:
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
            if not self._cache.is_ours():
                # Another version of svcctl works on the same book.
                self._cache.to_memory()
            db = self._cache.db
            try:
                written = self._load(db, last=last)
            except MovedError:
                db.execute("ROLLBACK")
                continue
            except BaseException:
                self._forget()
                raise
            if not written:
                break
            mine = _serial(db)
            db.execute("COMMIT")
            db.execute("BEGIN")
            # Others may have stored a newer state between our two transactions: look again.
            if _serial(db) == mine or last:
                break
            db.execute("ROLLBACK")
        self._state = self._digest(db)

    def _load(self, db: sqlite3.Connection, *, last: bool) -> bool:
        if isinstance(self._source, Disk):
            db.execute("BEGIN")
            return refresh_disk(db, self._source, self._parse, last=last)
        self._cache.temporary_places()
        db.execute("BEGIN")
        return refresh_listed(db, self._source, self._parse)

    def _digest(self, db: sqlite3.Connection) -> str:
        """Return what clocks depend on: the handbook's files and the key given."""
        names = [kind.name for kind in KINDS.values() if kind.folder.startswith("handbook/")]
        files = db.execute(
            f"SELECT c.path, hex(c.hash) FROM content c {_HERE}"  # noqa: S608 - constants
            " WHERE c.kind IN (SELECT value FROM json_each(?)) ORDER BY c.path",
            (json.dumps(names),),
        )
        return index_rows.digest("\n".join([self._handbook_key, *map(" ".join, files)]))

    def _ask(self, question: str, *values: object) -> list[Any]:
        return self._steadily(lambda db: db.execute(question, values).fetchall())

    # -- records --------------------------------------------------------------------------------

    def rows(  # noqa: PLR0913 - each a filter by name
        self,
        kind: str,
        *,
        open: bool | None = None,
        unit: str | None = None,
        person: str | None = None,
        ids: Iterable[str] | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> list[dict[str, Any]]:
        """Return the list rows of a kind with `id` and `path` added, in the order of ids.

        Args:
            open: Only those that say so.
            unit: Only those of this unit.
            person: Only those of this person.
            ids: Only these.
            since: Only those with an `at` not before this moment (epoch seconds).
            until: Only those with an `at` not after this moment.
        """
        names = None if ids is None else json.dumps(list(ids))
        filters: tuple[tuple[str, object], ...] = (
            ("c.open = ?", None if open is None else int(open)),
            ("c.unit = ?", unit),
            ("c.person = ?", person),
            ("c.id IN (SELECT value FROM json_each(?))", names),
            ("c.at >= ?", since),
            ("c.at <= ?", until),
        )
        wanted = [(text, value) for text, value in filters if value is not None]
        where = " AND ".join(["c.kind = ?", "c.bad = 0", *(text for text, _value in wanted)])
        found = self._ask(
            f"SELECT c.id, c.path, c.row FROM content c {_HERE}"  # noqa: S608 - constants
            f" WHERE {where} ORDER BY c.ord, c.id, c.path",
            kind,
            *(value for _text, value in wanted),
        )
        return _rows(found)

    def ids(self, kind: str, *, readable: bool = False) -> list[str]:
        """Return the ids of a kind in their order, by the names of the files."""
        found = self._ask(
            f"SELECT c.id FROM content c {_HERE}"  # noqa: S608 - constants
            " WHERE c.kind = ? AND c.bad <= ? AND c.path LIKE '%.toml' ORDER BY c.ord, c.id",
            kind,
            int(not readable),
        )
        return [name for (name,) in found]

    def count(self, kind: str, *, open: bool | None = None) -> int:
        """Return how many readable records of a kind there are."""
        condition = "" if open is None else f" AND c.open = {int(open)}"
        found = self._ask(
            f"SELECT count(*) FROM content c {_HERE}"  # noqa: S608 - constants
            f" WHERE c.kind = ? AND c.bad = 0{condition}",
            kind,
        )
        return int(found[0][0])

    def paths(self, kind: str | None = None) -> list[str]:
        """Return the paths of all record files, or those of one kind, sorted."""
        return [path for path, _hash in self.files(kind)]

    def files(self, kind: str | None = None) -> list[tuple[str, str]]:
        """Return (path, Git blob hash) of all record files; no hash if the bytes cannot be had."""
        condition = "" if kind is None else " AND c.kind = ?"
        found: list[tuple[str, str]] = self._ask(
            f"SELECT c.path, lower(hex(c.hash)) FROM content c {_HERE}"  # noqa: S608 - constants
            f" WHERE c.path LIKE '%.toml'{condition} ORDER BY c.path",
            *(() if kind is None else (kind,)),
        )
        return found

    def find(self, name: str) -> str | None:
        """Return the path of the record with this id, the first if there are several."""
        found = self._ask(
            f"SELECT c.path FROM content c {_HERE} WHERE c.id = ? ORDER BY c.path",  # noqa: S608
            name,
        )
        return str(found[0][0]) if found else None

    def unreadable(self) -> list[tuple[str, str, int, int]]:
        """Return (path, why, line, column) of the files that are missing from lists."""
        found = self._ask(
            f"SELECT c.path FROM content c {_HERE} WHERE c.bad"  # noqa: S608 - constants
            " UNION"
            f" SELECT c.path FROM clocks k JOIN content c ON c.c = k.content {_HERE}"
            " WHERE k.clocks IS NULL AND k.handbook = ? ORDER BY 1",
            self._steadily(lambda db: number_of(db, self._state or "")),
        )
        return [(path, *self._trouble(path)) for (path,) in found]

    def _trouble(self, path: str) -> tuple[str, int, int]:
        try:
            data = self._source.read(path)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            return str(error), 1, 1
        found = index_rows.trouble(path, data, self._parse)
        return found or self._clock_trouble(path, data)

    def _clock_trouble(self, path: str, data: bytes) -> tuple[str, int, int]:
        try:
            line = index_rows.summarise(path, b"", data, self._parse)
            head, facts = index_rows.unpack(line.head or "{}"), index_rows.unpack(line.facts or "{}")
            clocks_of(line.kind, head, facts, self._handbook())
        except Exception as error:  # noqa: BLE001 - as above
            return index_rows.explain(error)
        return index_rows.explain(ValueError(path))

    # -- what is owed ---------------------------------------------------------------------------

    def duties(
        self, *, owed: bool = True, kind: str | None = None, until: int | None = None
    ) -> list[Duty]:
        """Return the clocks of all records, those first that are due first.

        Args:
            owed: Only those that run now: with a limit, not met, not fallen away.
            kind: Only those of records of this kind.
            until: Only those with a limit not after this moment (epoch seconds).

        Raises:
            InvalidRecordError: The handbook cannot be read.
        """
        number = self._clocks()
        ask = _OWED if owed else _ALL
        found = self._ask(ask, number, kind, until)
        return _duties(found) if owed else _all_duties(found, until)

    def clocks(self, path: str) -> list[Duty]:
        """Return every clock of one record, by limit.

        Raises:
            InvalidRecordError: The handbook cannot be read.
        """
        return _all_duties(self._ask(f"{_ALL} AND c.path = ?4", self._clocks(), None, None, path))

    def _clocks(self) -> int:
        """Bring the clocks up to date and return the number of the handbook."""

        def step(db: sqlite3.Connection) -> int:
            state = self._state or ""
            if not self._clocked and refresh_clocks(db, state, self._handbook):
                mine = _serial(db)
                db.execute("COMMIT")
                db.execute("BEGIN")
                if _serial(db) != mine:
                    # The book may have moved on under our feet: what we know is of the past.
                    self._forget()
                    self._refresh()
                    return step(db)
            self._clocked = True
            return number_of(db, state) or 0

        return self._steadily(step)

    # -- words and links ------------------------------------------------------------------------

    def search(self, kind: str, words: Iterable[str]) -> list[str]:
        """Return the ids of the records in which every word is found.

        A word is found at the start of a word of the record, and in scripts without spaces
        anywhere. Case and width make no difference.
        """
        wanted = [word for text in words for word in index_rows.words(text)]
        wanted = [word if index_rows.is_wide(word) else f"\n{word}" for word in wanted]
        if not wanted:
            return []
        condition = " AND instr(t.words, ?)" * len(wanted)
        found = self._ask(
            "SELECT c.id FROM term t CROSS JOIN content c ON c.c = t.content"  # noqa: S608
            f" {_HERE} WHERE t.kind = ?{condition} ORDER BY c.ord, c.id",
            kind,
            *wanted,
        )
        return [name for (name,) in found]

    def backlinks(self, kind: str, name: str) -> list[Backlink]:
        """Return the fields of other records that name this one, by path."""
        found = self._ask(
            "SELECT c.path, c.kind, c.id, l.wheres FROM link l"  # noqa: S608 - constants
            f" CROSS JOIN content c ON c.c = l.content {_HERE}"
            " WHERE l.kind = ? AND l.id = ? ORDER BY c.path",
            kind,
            name,
        )
        return [Backlink(*here, where) for *here, text in found for where in _wheres(text)]

    def dangling(self) -> list[tuple[Backlink, str, str]]:
        """Return every link to a record that is not there: the link, kind and id named."""
        found = self._ask(
            "SELECT c.path, c.kind, c.id, l.wheres, l.kind, l.id"  # noqa: S608 - constants
            " FROM (SELECT DISTINCT kind, id FROM link) t"
            " CROSS JOIN link l ON l.kind = t.kind AND l.id = t.id"
            f" CROSS JOIN content c ON c.c = l.content {_HERE}"
            " WHERE NOT EXISTS (SELECT 1 FROM content o CROSS JOIN place q ON q.content = o.c"
            " WHERE o.id = t.id AND o.kind = t.kind) ORDER BY c.path, l.kind, l.id",
        )
        return [
            (Backlink(path, kind, name, where), other, missing)
            for path, kind, name, text, other, missing in found
            for where in _wheres(text)
        ]

    def doubles(self) -> list[tuple[str, str, list[str]]]:
        """Return (kind, id, paths) of ids that more than one file has."""
        found = self._ask(
            f"SELECT c.kind, c.id, json_group_array(c.path) FROM content c {_HERE}"  # noqa: S608
            " GROUP BY c.id, c.kind HAVING count(*) > 1"
        )
        return [(kind, name, sorted(json.loads(paths))) for kind, name, paths in found]

    # -- known to be clean ----------------------------------------------------------------------

    def mark_clean(self, files: Iterable[tuple[str, str]]) -> None:
        """Note that nothing is wrong inside these files, given as (path, Git blob hash).

        Holds for this code and this handbook. Best effort: it may be forgotten.
        """
        marks = [(path, bytes.fromhex(digest)) for path, digest in files]

        def step(db: sqlite3.Connection) -> None:
            number = self._mark_number(db)
            db.executemany(
                "UPDATE content SET clean = ? WHERE path = ? AND hash = ?",
                ((number, *mark) for mark in marks),
            )
            db.execute("UPDATE meta SET value = value + 1 WHERE key = 'serial'")
            db.execute("COMMIT")
            db.execute("BEGIN")

        if marks:
            with suppress(sqlite3.Error):
                self._steadily(step)

    def is_clean(self, path: str, digest: str) -> bool:
        """Return whether nothing is known to be wrong inside this file with these bytes."""
        asked = "SELECT 1 FROM content WHERE path = ? AND hash = ? AND clean = ?"
        return bool(self._ask(asked, path, bytes.fromhex(digest), self._mark() or -1))

    def unmarked(self, kind: str | None = None) -> list[tuple[str, str]]:
        """Return (path, Git blob hash) of the files that are not known to be clean, sorted."""
        number = self._mark() or -1
        one = (
            f"SELECT c.path, lower(hex(c.hash)) FROM content c {_HERE}"  # noqa: S608 - constants
            " WHERE c.path LIKE '%.toml' AND (?1 IS NULL OR c.kind = ?1) AND c.clean"
        )
        found: list[tuple[str, str]] = self._ask(
            f"{one} IS NULL UNION ALL {one} < ?2 UNION ALL {one} > ?2 ORDER BY 1", kind, number
        )
        return found

    def _mark(self) -> int | None:
        return self._steadily(lambda db: number_of(db, self._state or ""))

    def _mark_number(self, db: sqlite3.Connection) -> int:
        number = number_of(db, self._state or "")
        if number is not None:
            return number
        from svcctl.book.index_clocks import new_number

        return new_number(db, self._state or "")


_OWED = f"""
SELECT c.id, c.kind, c.path, c.row, '[' || o.clock || ']', c.c
FROM owed o CROSS JOIN content c ON c.c = o.content {_HERE}
WHERE o.handbook = ?1 AND c.bad = 0 AND (?2 IS NULL OR c.kind = ?2)
AND (?3 IS NULL OR o.due <= ?3) ORDER BY o.due, c.kind, c.ord, c.path, o.nth
"""  # noqa: S608 - constants
_ALL = f"""
SELECT c.id, c.kind, c.path, c.row, k.clocks, c.c
FROM clocks k CROSS JOIN content c ON c.c = k.content {_HERE}
WHERE k.handbook = ?1 AND k.clocks IS NOT NULL AND c.bad = 0 AND (?2 IS NULL OR c.kind = ?2)
AND ?3 IS ?3
"""  # noqa: S608 - constants


def _parse(data: bytes) -> Record:
    from svcctl.book import toml  # lists of an unchanged book need no parser

    return toml.parse(data)


def _serial(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT value FROM meta WHERE key = 'serial'").fetchone()[0])


def _rows(found: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    # One call of the decoder for all of them.
    rows: list[dict[str, Any]] = json.loads(f"[{','.join([row for _id, _path, row in found])}]")
    for row, (name, path, _text) in zip(rows, found, strict=True):
        row["id"] = name
        row["path"] = path
    return rows


def _duties(found: list[tuple[str, str, str, str, str, int]]) -> list[Duty]:
    places = {number: (name, path, row) for name, _kind, path, row, _clocks, number in found}
    rows = dict(zip(places, _rows(list(places.values())), strict=True))
    clocks = json.loads(f"[{','.join([one[4] for one in found])}]")
    return [
        Duty(name, kind, path, *clock, rows[number])
        for (name, kind, path, _row, _clocks, number), several in zip(found, clocks, strict=True)
        for clock in several
    ]


def _all_duties(
    found: list[tuple[str, str, str, str, str, int]], until: int | None = None
) -> list[Duty]:
    duties = _duties(found)
    if until is not None:
        duties = [duty for duty in duties if duty.due is not None and duty.due <= until]
    order = {duty.path: index_rows.sort_key(duty.id) for duty in duties}
    # The sort is stable: clocks of one record stay in the order their rules give them.
    duties.sort(key=lambda duty: (duty.kind, order[duty.path], duty.path))
    duties.sort(key=lambda duty: (duty.due is None, duty.due or 0))
    return duties


def _wheres(text: str) -> list[tuple[str | int, ...]]:
    return [tuple(where) for where in json.loads(text)]

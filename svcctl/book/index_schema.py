"""The index as a database: its tables, and a connection that can always be worked with.

Two layers. `folder` and `place` say which content lies where on disk (path -> stat -> content);
`content` and the tables that hang on it hold what was computed from the bytes (path and Git blob
hash -> row, words, links, clocks). Other versions of the book bring a temporary `place` of their
own, which hides the stored one, and share the content.

The file is a cache. Whatever is wrong with it - old, foreign, damaged, locked, on a read-only
disk - costs time and never changes an answer: then the tables are built again, or in memory.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 4
"""Changes with every change to the tables below."""

_FILE = "index.sqlite"
_PATIENCE_S = 0.3

_TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE folder (f INTEGER PRIMARY KEY, path TEXT, sign BLOB, count INTEGER)",
    """CREATE TABLE place (folder INTEGER, name TEXT, stat BLOB, racy INTEGER, content INTEGER,
        PRIMARY KEY (folder, name)) WITHOUT ROWID""",
    """CREATE TABLE content (c INTEGER PRIMARY KEY, path TEXT, hash BLOB, kind TEXT, id TEXT,
        ord TEXT, bad INTEGER, open INTEGER, unit TEXT, person TEXT, at INTEGER, ended INTEGER,
        last INTEGER, disputed INTEGER, row TEXT, clean INTEGER)""",
    """CREATE TABLE term (kind TEXT, content INTEGER, words TEXT,
        PRIMARY KEY (kind, content)) WITHOUT ROWID""",
    """CREATE TABLE link (kind TEXT, id TEXT, content INTEGER, wheres TEXT,
        PRIMARY KEY (kind, id, content)) WITHOUT ROWID""",
    "CREATE TABLE basis (content INTEGER PRIMARY KEY, basis TEXT)",
    "CREATE TABLE handbook (h INTEGER PRIMARY KEY, key TEXT UNIQUE, done INTEGER)",
    """CREATE TABLE broken (handbook INTEGER, content INTEGER,
        PRIMARY KEY (handbook, content)) WITHOUT ROWID""",
    """CREATE TABLE owed (handbook INTEGER, due INTEGER, content INTEGER, nth INTEGER, duty TEXT,
        clock TEXT, PRIMARY KEY (handbook, due, content, nth)) WITHOUT ROWID""",
)
INDEXES = (
    "CREATE INDEX place_content ON place (content)",
    "CREATE UNIQUE INDEX content_path ON content (path, hash)",
    "CREATE INDEX content_id ON content (id)",
    "CREATE INDEX content_open ON content (kind, open)",
    "CREATE INDEX content_at ON content (kind, at)",
    "CREATE INDEX content_ended ON content (kind, ended)",
    "CREATE INDEX content_last ON content (kind, last)",
    "CREATE INDEX content_unit ON content (unit) WHERE unit IS NOT NULL",
    "CREATE INDEX content_person ON content (person) WHERE person IS NOT NULL",
    "CREATE INDEX content_clean ON content (clean)",
    "CREATE INDEX content_bad ON content (bad) WHERE bad",
    "CREATE INDEX content_disputed ON content (disputed) WHERE disputed",
)
_TEMPORARY = (
    "CREATE TEMP TABLE IF NOT EXISTS place (content INTEGER PRIMARY KEY)",
    "DELETE FROM temp.place",
)
_DISK_REFUSES = frozenset(
    code & 0xFF
    for code in (
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_AUTH,
    )
)


def is_refusal(error: Exception) -> bool:
    """Return whether the disk or another process refused, as opposed to a damaged file."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DISK_REFUSES


def is_busy(error: Exception) -> bool:
    """Return whether another process was writing, so that trying again may help."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


class Cache:
    """The connection to the tables, on disk if possible, else in memory.

    Args:
        folder: Where the file is kept; None for memory.
        rules_key: Rows computed by other code are dropped.
    """

    def __init__(self, folder: Path | str | None, rules_key: str) -> None:
        self._folder = folder
        self._rules_key = rules_key
        self._claim: int | None = None
        self.stored = folder is not None
        self.db = self._open_stored() if folder else self._open_memory()

    def close(self) -> None:
        """Close the connection; what was not committed is dropped."""
        self.db.close()
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None

    def temporary_places(self) -> None:
        """Hide the stored places behind an empty temporary table."""
        for statement in _TEMPORARY:
            self.db.execute(statement)

    def to_memory(self) -> None:
        """Go on in memory, with what the file holds as far as it can be read."""
        if not self.stored:
            return
        memory = sqlite3.connect(":memory:", isolation_level=None)
        try:
            self.db.backup(memory)
            if not self._is_ours(memory):
                _reset(memory, self._rules_key)
        except sqlite3.Error:
            memory.close()
            memory = self._open_memory()
        self.close()
        self.db, self.stored = memory, False

    def discard(self) -> None:
        """Throw a damaged file away and start again, in memory if others still use it."""
        self.db.close()
        if self.stored and self._remove():
            self.db = self._open_stored()
        else:
            self.db = self._open_memory()

    def is_ours(self) -> bool:
        """Return whether the tables are of this version and hold rows of this code."""
        return self._is_ours(self.db)

    def _open_memory(self) -> sqlite3.Connection:
        self.stored = False
        db = sqlite3.connect(":memory:", isolation_level=None)
        _reset(db, self._rules_key)
        return db

    def _open_stored(self) -> sqlite3.Connection:
        self.stored = True
        for _attempt in range(2):
            try:
                return self._open_writable()
            except OSError:
                break
            except sqlite3.Error as error:
                if is_refusal(error) or not self._remove():
                    break
        return self._open_copy() or self._open_memory()

    def _remove(self) -> bool:
        """Remove the file unless another process has it open; return whether it is gone."""
        if not self._alone():
            return False
        try:
            for suffix in ("-wal", "-shm", "-journal", ""):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(f"{self._folder}/{_FILE}{suffix}")
        except OSError:
            return False
        return True

    def _open_copy(self) -> sqlite3.Connection | None:
        """Take what the file holds into memory, where it can be read but not written."""
        path = f"{self._folder}/{_FILE}"
        self.stored = False
        try:
            with open(path, "rb") as file:
                data = bytearray(file.read())
            # Newer rows may be in a log that only a writer can replay.
            with contextlib.suppress(FileNotFoundError):
                if os.stat(f"{path}-wal").st_size:
                    return None
        except OSError:
            return None
        # In memory there is no write-ahead log; these two bytes of the header ask for one.
        data[18:20] = b"\x01\x01"
        db = sqlite3.connect(":memory:", isolation_level=None)
        try:
            db.deserialize(bytes(data))
            if self._is_ours(db):
                return db
        except sqlite3.Error:
            pass
        db.close()
        return None

    def _open_writable(self) -> sqlite3.Connection:
        path = f"{self._folder}/{_FILE}"
        self._prepare(path)
        db = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            # Names, phones and notes: nothing of it may be left in other temporary files.
            db.execute("PRAGMA temp_store = MEMORY")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA cache_size = -4000")
            if not self._is_ours(db):
                _reset(db, self._rules_key)
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _prepare(self, path: str) -> None:
        control = os.path.dirname(os.path.dirname(path))
        if not os.path.isdir(os.path.dirname(path)):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with contextlib.suppress(FileExistsError), open(f"{control}/.gitignore", "x") as file:
                file.write("*\n")
        # SQLite gives its side files the mode of the file itself.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            if hasattr(os, "fchmod") and os.fstat(handle).st_mode & 0o077:
                os.fchmod(handle, 0o600)
        finally:
            os.close(handle)
        self._share()

    def _share(self) -> None:
        """Note that the file is in use, so that nobody removes it from under us."""
        try:
            import fcntl
        except ImportError:
            return
        if self._claim is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._claim = os.open(f"{self._folder}/in-use", flags, 0o600)
        fcntl.flock(self._claim, fcntl.LOCK_SH)

    def _alone(self) -> bool:
        if self._claim is None:
            return False
        import fcntl

        try:
            fcntl.flock(self._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _is_ours(self, db: sqlite3.Connection) -> bool:
        if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            return False
        found = db.execute("SELECT value FROM meta WHERE key = 'rules'").fetchone()
        return found is not None and found[0] == self._rules_key


def _reset(db: sqlite3.Connection, rules_key: str) -> None:
    """Make the tables anew, empty."""
    db.execute("BEGIN IMMEDIATE")
    try:
        stored = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (name,) in db.execute(stored).fetchall():
            db.execute(f'DROP TABLE "{name}"')
        for statement in (*_TABLES, *INDEXES):
            db.execute(statement)
        db.execute("INSERT INTO meta VALUES ('rules', ?), ('next', 1), ('serial', 0)", (rules_key,))
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except sqlite3.Error:
        db.execute("ROLLBACK")
        raise

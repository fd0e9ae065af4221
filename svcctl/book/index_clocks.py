"""What all records owe, computed from stored heads and facts when somebody asks for duties.

Only what is owed is kept, and which records the rules stumbled over; all other clocks of a record
are made when they are asked for. A mark says up to which content the clocks of a handbook are
known, so nothing is looked at twice, a changed handbook needs no file to be read, and lists that
show no duty never load a handbook.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import chain
from itertools import islice
from typing import Any

from svcctl.base.record import Record
from svcctl.book import workers
from svcctl.book.index_rows import unpack
from svcctl.kinds import KINDS
from svcctl.kinds import Clock

_CHUNK = 500
_HANDBOOKS_KEPT = 3

_Basis = tuple[int, str, str]
_Owed = tuple[int, int, str, str]
"""When it is due, its place among the clocks of its record, the duty, the clock as JSON."""
_Line = tuple[int, bool, list[_Owed]]


def number_of(db: sqlite3.Connection, key: str) -> int | None:
    """Return the number of a handbook, or None if no clock was computed with it yet."""
    found = db.execute("SELECT h FROM handbook WHERE key = ?", (key,)).fetchone()
    return int(found[0]) if found else None


def refresh_clocks(db: sqlite3.Connection, key: str, handbook: Callable[[], Any]) -> bool:
    """Compute the clocks that are missing for the handbook `key`; return whether there were any.

    Runs inside a transaction of the caller's.

    Args:
        handbook: Called only if there is something to compute.

    Raises:
        sqlite3.Error: The tables cannot be written or are damaged.
        InvalidRecordError: The handbook cannot be read.
    """
    top = db.execute("SELECT value FROM meta WHERE key = 'next'").fetchone()[0]
    found = db.execute("SELECT h, done FROM handbook WHERE key = ?", (key,)).fetchone()
    number, done = found or (None, 0)
    if number is not None and done >= top:
        return False
    todo = db.execute(
        "SELECT b.content, c.kind, b.basis FROM basis b JOIN content c ON c.c = b.content"
        " WHERE b.content >= ?",
        (done,),
    ).fetchall()
    if number is not None and not todo:
        # Not worth a write lock: the same short look is taken next time.
        return False
    lines = _computed(todo, handbook() if todo else None)
    number = number or new_number(db, key)
    _store(db, number, lines)
    db.execute("UPDATE handbook SET done = ? WHERE h = ?", (top, number))
    db.execute("UPDATE meta SET value = value + 1 WHERE key = 'serial'")
    return True


def next_number(db: sqlite3.Connection) -> int:
    """Return the number that a new handbook would get."""
    return int(db.execute("SELECT coalesce(max(h), 0) FROM handbook").fetchone()[0]) + 1


def settle_marks(db: sqlite3.Connection, key: str, mark: int) -> None:
    """Give content marked clean with a number for a new handbook the number of `key`.

    Which handbook it is can be said only when all files are known. For a new one there is nothing
    to rewrite: that is the case in which it would cost most.
    """
    number = number_of(db, key) or new_number(db, key)
    if number != mark:
        db.execute("UPDATE content SET clean = ? WHERE clean = ?", (number, mark))


def new_number(db: sqlite3.Connection, key: str) -> int:
    """Make room for one more handbook, dropping what was computed with long unused ones."""
    number = next_number(db)
    oldest = (number - _HANDBOOKS_KEPT,)
    for table, column in (("handbook", "h"), ("broken", "handbook"), ("owed", "handbook")):
        db.execute(f"DELETE FROM {table} WHERE {column} <= ?", oldest)  # noqa: S608 - constants
    db.execute("INSERT INTO handbook VALUES (?, ?, 0)", (number, key))
    return number


def _store(db: sqlite3.Connection, number: int, lines: Iterator[_Line]) -> None:
    while batch := list(islice(lines, _CHUNK)):
        db.executemany(
            "INSERT OR REPLACE INTO broken VALUES (?, ?)",
            [(number, content) for content, sound, _owed in batch if not sound],
        )
        db.executemany(
            "INSERT OR REPLACE INTO owed VALUES (?, ?, ?, ?, ?, ?)",
            [(number, due, c, *rest) for c, _sound, owed in batch for due, *rest in owed],
        )


def _computed(todo: Sequence[_Basis], handbook: Any) -> Iterator[_Line]:
    def compute(part: Sequence[_Basis]) -> list[_Line]:
        with workers.uncollected():
            return [_line(*each, handbook) for each in part]

    return chain.from_iterable(workers.deal(todo, compute))


def _line(content: int, kind: str, basis: str, handbook: Any) -> _Line:
    try:
        head, facts = unpack(basis)
        owed = [
            (_storable(clock.due), nth, clock.duty, _encode(clock))
            for nth, clock in enumerate(clocks_of(kind, head, facts, handbook))
            if clock.due is not None and clock.met is None and not clock.void
        ]
    except Exception:  # noqa: BLE001 - whatever rules stumble over, the file is named as unreadable
        return content, False, []
    return content, True, owed


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _storable(due: int) -> int:
    due.to_bytes(8, "big", signed=True)
    return due


def clocks_of(kind: str, head: Record, facts: dict[str, Any], handbook: Any) -> list[Clock]:
    """Return the clocks of a record from its head (all fields but the log) and facts."""
    rule = KINDS[kind].rule("clocks")
    return [Clock(*clock) for clock in rule(head, facts, handbook)] if rule else []

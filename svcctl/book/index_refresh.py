"""Bringing the tables up to date with a source.

For the disk: look at every file, read only what changed, and note as not to be trusted whatever
changed so lately that another change could leave no trace (Git's racy rule). For a version in Git
the hashes are known beforehand, so only content never seen before is read.
"""

from __future__ import annotations

import json
import marshal
import sqlite3
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import chain
from typing import Any
from typing import NamedTuple

from svcctl.base.record import Record
from svcctl.book import workers
from svcctl.book.files import blob_hash
from svcctl.book.index_rows import Parse
from svcctl.book.index_rows import summarise
from svcctl.book.index_rows import unread
from svcctl.book.index_store import Line
from svcctl.book.index_store import Place
from svcctl.book.index_store import Store
from svcctl.book.scan import Folder
from svcctl.book.scan import Known
from svcctl.book.scan import Scan
from svcctl.book.scan import Stat
from svcctl.book.scan import scan
from svcctl.book.source import Disk
from svcctl.book.source import Source
from svcctl.book.source import is_record
from svcctl.kinds import kind_of

_MARGIN_NS = 2_000_000_000
"""How coarse the clock of a file system may be (FAT: 2 s)."""
_BULK = 5_000
_NO_STAT: Stat = (0, 0, 0, 0)
"""Stands for a content that no file has: it is in the journal, or cannot be had."""
_NO_STAT_STORED = marshal.dumps(_NO_STAT, 2)

Existing = dict[tuple[str, bytes], int]
"""Content already known: (path, hash) -> its number."""


Inspect = Callable[[str, bytes, Parse], list[tuple[Any, ...]]]
"""Says what is wrong in a file, given path and bytes, as plain tuples; its parser remembers."""

Result = tuple[bytes, int | Line, list[tuple[Any, ...]] | None]
"""Hash of a file, its content (the number if it is known, else what to keep of it), and what an
inspection said of it; None without one."""


class Look(NamedTuple):
    """How files are looked at.

    Attributes:
        parse: Reads a record file.
        inspect: What else is asked of every file that is read, if anything.
        mark: Kept with a new content that `inspect` found nothing wrong with.
        said: What `inspect` said, by path; filled by looking.
    """

    parse: Parse
    inspect: Inspect | None
    mark: int
    said: dict[str, list[tuple[Any, ...]]]


class Todo(NamedTuple):
    """A file whose bytes must be looked at."""

    folder: str
    name: str
    path: str
    stat: bytes
    racy: bool


class FolderPlan(NamedTuple):
    """What a folder is to become in the tables.

    Attributes:
        known: What is stored of it.
        before: Its places as stored.
        kept: Names whose places stay as they are.
    """

    folder: Folder
    known: Known | None
    before: dict[str, Place]
    kept: set[str]


class Plan(NamedTuple):
    """All that differs between the tables and the disk."""

    folders: list[FolderPlan]
    todo: list[Todo]
    gone: list[str]


class MovedError(Exception):
    """The book changed while it was looked at; looking again is all there is to do."""


def refresh_disk(db: sqlite3.Connection, disk: Disk, how: Look, *, last: bool) -> bool:
    """Make `place` and `content` say what is on disk; return whether anything was written.

    Runs inside a transaction of the caller's.

    Args:
        last: Take what can be had of a book that changes all the time.

    Raises:
        MovedError: The book changed meanwhile; roll back and try again. Not if `last`.
        sqlite3.Error: The tables cannot be written or are damaged.
        RecoveryNeededError: A pending journal is damaged.
    """
    state = disk.settle()
    plan = _plan(db, disk)
    store = Store(db)
    if len(plan.todo) > _BULK and store.is_empty():
        store.without_indexes()
    places: dict[str, dict[str, Place]] = {each.folder.path: {} for each in plan.folders}
    for each, result in zip(plan.todo, _results(db, disk, plan.todo, how), strict=True):
        if result is not None:
            digest, content, said = result
            if said:
                how.said[each.path] = said
            number = store.number(content, how.mark if said == [] else None)
            # What could not be read is tried again each time.
            places[each.folder][each.name] = Place(each.stat, int(each.racy or not digest), number)
        elif not last:
            raise MovedError
    # A transaction that came or went meanwhile may have been seen half.
    if not last and disk.state() != state:
        raise MovedError
    _write(store, plan, places)
    return store.finish(prune=True)


def _plan(db: sqlite3.Connection, disk: Disk) -> Plan:
    limit = time.time_ns() - _MARGIN_NS
    rows = db.execute("SELECT path, sign, count, f FROM folder").fetchall()
    known = {path: Known(sign, count) for path, sign, count, _f in rows}
    numbers = {path: f for path, _sign, _count, f in rows}
    overlay = _by_folder(disk.overlay)
    found = scan(str(disk.root), {path: one for path, one in known.items() if path not in overlay})
    plan = Plan([], [], [])
    changed = _changed(found, overlay)
    for folder in changed.values():
        stored = known.get(folder.path)
        before = _places(db, numbers.get(folder.path))
        plan.folders.append(_compare(folder, (stored, before), limit, plan.todo))
    plan.gone.extend(known.keys() - set(found.same) - changed.keys())
    return plan


def _changed(found: Scan, overlay: Mapping[str, Mapping[str, bytes | None]]) -> dict[str, Folder]:
    """Return the folders to compare file by file, as a pending journal makes them."""
    changed = {}
    for folder in found.changed:
        if storable(folder.path) == folder.path:
            changed[folder.path] = folder
        else:
            found.odd.append(folder.path)
    for path, files in overlay.items():
        changed[path] = _overlaid(changed.get(path, Folder(path, b"", [], [])), files)
    for path in found.odd:
        changed[storable(path)] = Folder(storable(path), b"", [""], [_NO_STAT])
    return changed


def _by_folder(overlay: Mapping[str, bytes | None]) -> dict[str, dict[str, bytes | None]]:
    folders: dict[str, dict[str, bytes | None]] = {}
    for path, data in overlay.items():
        if is_record(path):
            above, _slash, name = path.rpartition("/")
            single = _is_single(path)
            folders.setdefault(path if single else above, {})["" if single else name] = data
    return folders


def _is_single(path: str) -> bool:
    kind = kind_of(path)
    return kind is not None and kind.folder == path


def _overlaid(folder: Folder, overlay: Mapping[str, bytes | None]) -> Folder:
    stats = dict(zip(folder.names, folder.stats, strict=True))
    for name, data in overlay.items():
        if data is None:
            stats.pop(name, None)
        else:
            stats[name] = _NO_STAT
    return Folder(folder.path, b"", list(stats), list(stats.values()))


def _places(db: sqlite3.Connection, number: int | None) -> dict[str, Place]:
    if number is None:
        return {}
    found = db.execute("SELECT name, stat, racy, content FROM place WHERE folder = ?", (number,))
    return {name: Place(stat, racy, content) for name, stat, racy, content in found}


def _compare(
    folder: Folder, stored: tuple[Known | None, dict[str, Place]], limit: int, todo: list[Todo]
) -> FolderPlan:
    """Add to `todo` the files of a folder to look at, and return what the folder is to become."""
    known, before = stored
    kept = set()
    for name, each in zip(folder.names, folder.stats, strict=True):
        stat = marshal.dumps(each, 2)
        name_ = storable(name)
        racy = max(each[0], each[1]) >= limit or each is _NO_STAT or name_ != name
        place = before.get(name_)
        if place is not None and place.stat == stat and not place.racy:
            kept.add(name_)
        else:
            todo.append(Todo(folder.path, name_, folder.join(name), stat, racy))
    return FolderPlan(folder, known, before, kept)


def storable(name: str) -> str:
    """Return a file name as it can be stored and shown, even if it is not UTF-8 on disk."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _results(
    db: sqlite3.Connection, disk: Disk, todo: Sequence[Todo], how: Look
) -> Iterator[Result | None]:
    """Look at the bytes of the files in `todo`; in the same order, None for a file that is gone."""
    is_new = db.execute("SELECT 1 FROM content LIMIT 1").fetchone() is None
    existing = {} if is_new else _existing(db, [storable(each.path) for each in todo])

    def look(part: Sequence[Todo]) -> list[Any]:
        with workers.uncollected():
            return [_look(disk, each, existing, how) for each in part]

    # This process has enough to do with storing. An inspection costs twice as much as the rest.
    worth_it = workers.WORTH_IT // 4 if how.inspect else workers.WORTH_IT
    return chain.from_iterable(workers.deal(todo, look, helpers=2, worth_it=worth_it))


def _existing(db: sqlite3.Connection, paths: list[str]) -> Existing:
    if not paths:
        return {}
    asked = "SELECT path, hash, c FROM content WHERE path IN (SELECT value FROM json_each(?))"
    return {(path, hash_): c for path, hash_, c in db.execute(asked, (json.dumps(paths),))}


def _look(disk: Disk, each: Todo, existing: Existing, how: Look) -> Result | None:
    shown = storable(each.path)
    data = None
    if shown == each.path:
        try:
            data = disk.fetch(each.path)
        except FileNotFoundError:
            if each.stat != _NO_STAT_STORED:
                return None
        except (OSError, ValueError):
            data = None
    if data is None:
        return b"", existing.get((shown, b"")) or tuple(unread(shown, b"")), None
    digest = bytes.fromhex(blob_hash(data))
    if known := existing.get((each.path, digest)):
        return digest, known, None
    if how.inspect is None:
        return digest, tuple(summarise(each.path, digest, data, how.parse)), None
    parse = once(how.parse)
    found = tuple(summarise(each.path, digest, data, parse))
    return digest, found, how.inspect(each.path, data, parse)


def once(parse: Parse) -> Parse:
    """Return a parser that reads the same bytes, the very same object, only once in a row."""
    held: tuple[bytes, Record] | None = None

    def remembering(data: bytes) -> Record:
        nonlocal held
        if held is None or held[0] is not data:
            held = data, parse(data)
        return held[1]

    return remembering


def _write(store: Store, plan: Plan, places: Mapping[str, Mapping[str, Place]]) -> None:
    """Store folders and places where they differ from what is stored."""
    for each in plan.folders:
        now = places[each.folder.path]
        # With a place that must be looked at again, the folder must not look unchanged.
        sign = b"" if any(place.racy for place in now.values()) else each.folder.sign
        changed = {name: place for name, place in now.items() if each.before.get(name) != place}
        gone = each.before.keys() - now.keys() - each.kept
        state = Known(sign, len(now) + len(each.kept))
        # A write lock is asked for only if there is something to write.
        if changed or gone or state != each.known:
            store.places(store.folder(each.folder.path, *state), changed, gone)
    for path in plan.gone:
        store.drop_folder(path)


def refresh_listed(db: sqlite3.Connection, source: Source, parse: Parse) -> bool:
    """Make the temporary `place` say what a version in Git holds; return whether content was new.

    Runs inside a transaction of the caller's.

    Raises:
        sqlite3.Error: The tables cannot be written or are damaged.
        GitError: Git failed.
    """
    store = Store(db)
    known, missing = _asked(db, source.list())
    numbers = [(number,) for number in known]
    for path, data in source.read_many(missing):
        digest = bytes.fromhex(missing.pop(path))
        line = tuple(summarise(path, digest, data, parse))
        numbers.append((store.number(line),))
    existing = _existing(db, list(missing))
    for path in missing:
        line_or_number = existing.get((path, b"")) or tuple(unread(path, b""))
        numbers.append((store.number(line_or_number),))
    db.executemany("INSERT OR IGNORE INTO temp.place VALUES (?)", numbers)
    return store.finish(prune=False)


def _asked(
    db: sqlite3.Connection, listed: Iterable[tuple[str, str]]
) -> tuple[list[int], dict[str, str]]:
    """Split a listing into the numbers of known content, and path -> hash of the rest."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS asked (path TEXT, hash BLOB)")
    db.execute("DELETE FROM temp.asked")
    rows = ((path, bytes.fromhex(digest)) for path, digest in listed if is_record(path))
    db.executemany("INSERT INTO temp.asked VALUES (?, ?)", rows)
    found = db.execute(
        "SELECT a.path, a.hash, c.c FROM temp.asked a"
        " LEFT JOIN content c ON c.path = a.path AND c.hash = a.hash AND a.hash <> x''"
    ).fetchall()
    known = [number for _path, _hash, number in found if number is not None]
    return known, {path: digest.hex() for path, digest, number in found if number is None}

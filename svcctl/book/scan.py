"""Looking at every file of a book, fast: which folders are not as they were.

One signature stands for the name, times, size and inode of every record file in a folder. A
folder's own times are not enough: an edit in place does not change them.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from functools import partial
from heapq import heapify
from heapq import heappop
from heapq import heappush
from operator import attrgetter
from typing import Any
from typing import NamedTuple

from svcctl.book import workers
from svcctl.book.source import SUFFIX
from svcctl.kinds import KINDS

try:
    # `hashlib` loads the system's crypto library, as long as all the rest of a small scan.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

Stat = tuple[int, int, int, int]
"""(mtime_ns, ctime_ns, size, inode)."""

_facts: Any = attrgetter("st_mtime_ns", "st_ctime_ns", "st_size", "st_ino")
_RELATIVE = os.stat in os.supports_dir_fd and os.listdir in os.supports_fd
_FOLDER = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)
_PIECES = 16


class Folder(NamedTuple):
    """One folder with record files.

    Attributes:
        path: Relative to the book. A kind that has a single file is a folder of its own, whose
            only name is empty.
        sign: Signature over names and stats; empty when it must not be trusted.
        names: Its record files.
        stats: What the system says of each, in the same order.
    """

    path: str
    sign: bytes
    names: list[str]
    stats: list[Stat]

    def join(self, name: str) -> str:
        """Return the path of one of its files."""
        return f"{self.path}/{name}" if name else self.path


class Scan(NamedTuple):
    """What was found: folders as known, folders that differ or are new, folders not listable."""

    same: list[str]
    changed: list[Folder]
    odd: list[str]


class Known(NamedTuple):
    """What an earlier scan found in a folder: its signature and number of files."""

    sign: bytes
    size: int


def scan(root: str, known: Mapping[str, Known]) -> Scan:
    """Look at every record file below `root` and compare with what is known.

    Large books are looked at by two processes. Folders that are gone are simply not in the
    result. Nothing is raised: what cannot be listed is in `odd`.
    """
    found = Scan([], [], [])
    for kind in KINDS.values():
        if kind.folder.endswith(SUFFIX):
            _single(root, kind.folder, known, found)
    tops = [kind.folder for kind in KINDS.values() if not kind.folder.endswith(SUFFIX)]
    if sum(each.size for each in known.values()) > workers.WORTH_IT and workers.available():
        _scan_by_two(root, tops, known, found)
    else:
        _walk(root, tops, known, found)
    return found


def _walk(root: str, tops: Iterable[str], known: Mapping[str, Known], found: Scan) -> None:
    todo = list(tops)
    while todo:
        path = todo.pop()
        todo += _folder(root, path, known, found)


def _folder(root: str, path: str, known: Mapping[str, Known], found: Scan) -> list[str]:
    """Look at one folder, note what it holds, and return the folders inside it."""
    try:
        names, stats, others = (_look if _RELATIVE else _look_plain)(f"{root}/{path}")
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        if os.path.islink(f"{root}/{path}") and os.path.isdir(f"{root}/{path}"):
            found.odd.append(path)
        return []
    except OSError:
        found.odd.append(path)
        return []
    if names:
        _note(Folder(path, _sign(names, stats), names, stats), known, found)
    return [f"{path}/{name}" for name in others]


def _note(folder: Folder, known: Mapping[str, Known], found: Scan) -> None:
    before = known.get(folder.path)
    if before is not None and before.sign == folder.sign:
        found.same.append(folder.path)
    else:
        found.changed.append(folder)


def fingerprint(data: bytes) -> bytes:
    """Return a short digest of any bytes, the same in every run."""
    return blake2b(data, digest_size=16).digest()


def _sign(names: list[str], stats: list[Stat]) -> bytes:
    # Version 2 of the format has no back references, so equal values give equal bytes.
    return fingerprint(marshal.dumps((names, stats), 2))


def _look(path: str) -> tuple[list[str], list[Stat], list[str]]:
    handle = os.open(path, _FOLDER)
    try:
        names, others = _sort_out(os.listdir(handle))
        about = partial(os.stat, dir_fd=handle, follow_symlinks=False)
        try:
            return names, list(map(_facts, map(about, names))), others
        except FileNotFoundError:
            here = [(name, each) for name in names if (each := _stat(about, name)) is not None]
            return [name for name, _each in here], [each for _name, each in here], others
    finally:
        os.close(handle)


def _look_plain(path: str) -> tuple[list[str], list[Stat], list[str]]:
    # Where folders cannot be opened (Windows), the listing itself brings the stats.
    if os.path.islink(path):
        raise NotADirectoryError(path)
    with os.scandir(path) as listing:
        entries = {entry.name: entry for entry in listing}
    names, others = _sort_out(list(entries))
    about = {name: _stat(os.lstat, f"{path}/{name}") for name in names}
    here = {name: each for name, each in about.items() if each is not None}
    return list(here), list(here.values()), others


def _stat(about: Any, name: str) -> Stat | None:
    try:
        each: Stat = _facts(about(name))
    except FileNotFoundError:
        return None
    return each


def _sort_out(names: list[str]) -> tuple[list[str], list[str]]:
    """Split a listing into record files and names that may be folders."""
    all_in_one = "/".join(names) + "/"
    # The usual case, settled without a step in Python for each name.
    if all_in_one.count(f"{SUFFIX}/") == len(names) and "/." not in f"/{all_in_one}":
        return names, []
    shown = [name for name in names if name[0] != "."]
    return (
        [name for name in shown if name.endswith(SUFFIX)],
        [name for name in shown if not name.endswith(SUFFIX)],
    )


def _single(root: str, path: str, known: Mapping[str, Known], found: Scan) -> None:
    try:
        each: Stat = _facts(os.lstat(f"{root}/{path}"))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        found.odd.append(path)
        return
    _note(Folder(path, _sign([""], [each]), [""], [each]), known, found)


def _scan_by_two(root: str, tops: list[str], known: Mapping[str, Known], found: Scan) -> None:
    mine, theirs = _share(root, tops, known, found)

    def job() -> Iterator[Any]:
        part = Scan([], [], [])
        _walk(root, theirs, known, part)
        yield part.same, [tuple(folder) for folder in part.changed], part.odd

    others = workers.start(job)
    _walk(root, mine, known, found)
    for same, changed, odd in others:
        found.same.extend(same)
        found.changed.extend(Folder(*folder) for folder in changed)
        found.odd.extend(odd)


def _share(
    root: str, tops: list[str], known: Mapping[str, Known], found: Scan
) -> tuple[list[str], list[str]]:
    """Cut the tree into subtrees and deal them out evenly, by how many files they had."""
    weights = _weights(known)
    heap = [(-weights.get(path, 1), path) for path in tops]
    heapify(heap)
    limit = sum(each.size for each in known.values()) // _PIECES
    while heap and -heap[0][0] > limit:
        _weight, path = heappop(heap)
        for inner in _folder(root, path, known, found):
            heappush(heap, (-weights.get(inner, 1), inner))
    shares: tuple[list[str], list[str]] = ([], [])
    loads = [0, 0]
    for weight, path in sorted(heap):
        lighter = 0 if loads[0] <= loads[1] else 1
        shares[lighter].append(path)
        loads[lighter] -= weight
    return shares


def _weights(known: Mapping[str, Known]) -> dict[str, int]:
    weights: dict[str, int] = {}
    for path, each in known.items():
        above = path
        while above:
            weights[above] = weights.get(above, 0) + each.size
            above = above.rpartition("/")[0]
    return weights

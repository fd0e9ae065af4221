"""What awaits its commit: one file each in `.svcctl/commits`, written with the records themselves.

A recorder adds the file to the transaction, so that records and the wish to commit them are there
together or not at all; `commit.flush` makes the commits in order and drops the files. A file holds
all that a commit needs, so that it does not matter what became of the records meanwhile.

The file is one line `svcctl commit 1 SHA256` (of all that follows), one line of JSON about the
commit, one line of JSON for each change, an empty line, then the new bytes one after the other.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from svcctl.book import files
from svcctl.book.journal import Change

FOLDER = files.QUEUE
_MAGIC = b"svcctl commit 1 "


class Waiting(NamedTuple):
    """A commit that is to be made.

    Attributes:
        number: Its place in the order; 0: `add` gives the next one.
        message: All of its message.
        author: Name of who acted; empty: nobody known to the book.
        email: What stands for their address: the staff id.
        at: When they acted, epoch seconds.
        zone: Their zone, `+0800`.
        adopt: A merge commit that the branch is to move to; empty for an ordinary commit.
        onto: The tip of the branch that `adopt` was made from.
        changes: The files that it holds: what was read, what was written. For `adopt`, the files
            that the merge changed here.
    """

    number: int
    message: str
    author: str
    email: str
    at: int
    zone: str
    adopt: str
    onto: str
    changes: list[Change]


def add(root: Path, waiting: Waiting) -> Change:
    """Return the change that puts a commit into the queue, as its last; under the writer lock."""
    number = waiting.number or max(numbers(root), default=0) + 1
    return Change(f"{FOLDER}/{number}", None, _encode(waiting))


def waiting(root: Path) -> list[Waiting]:
    """Return what awaits its commit, in order; files that are damaged are left out.

    Raises:
        OSError: The queue cannot be read.
    """
    found = (load(root, number) for number in numbers(root))
    return [one for one in found if one is not None]


def numbers(root: Path) -> list[int]:
    """Return the numbers of the queue in order, damaged files among them; cheap if it is empty.

    Raises:
        OSError: The folder cannot be read.
    """
    try:
        names = os.listdir(f"{os.fspath(root)}/{FOLDER}")
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(int(name) for name in names if files.is_queued(f"{FOLDER}/{name}"))


def load(root: Path, number: int) -> Waiting | None:
    """Return one of the queue; None if it is gone or damaged.

    Raises:
        OSError: It cannot be read.
    """
    try:
        return _decode(number, files.read_raw(_place(root, number)))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def drop(root: Path, number: int) -> None:
    """Take one out of the queue, durably; under the writer lock.

    Raises:
        OSError: As it comes.
    """
    files.remove(_place(root, number))
    # Otherwise it could come back after later ones are gone, and be taken for a person's change.
    files.sync_folder(f"{os.fspath(root)}/{FOLDER}")


def _place(root: Path, number: int) -> str:
    return f"{os.fspath(root)}/{FOLDER}/{number}"


def _encode(one: Waiting) -> bytes:
    about = one._asdict()
    del about["number"], about["changes"]
    rows: list[dict[str, object]] = [about]
    for path, old, new in one.changes:
        rows.append({"path": path, "old": old, "size": None if new is None else len(new)})
    head = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows) + "\n"
    parts = [head.encode("utf-8", "backslashreplace")]
    parts += [change.new for change in one.changes if change.new is not None]
    rest = b"".join(parts)
    return _MAGIC + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest


def _decode(number: int, data: bytes) -> Waiting:
    first, _end, rest = data.partition(b"\n")
    if first != _MAGIC + hashlib.sha256(rest).hexdigest().encode():
        raise ValueError
    head, _end, body = rest.partition(b"\n\n")
    about, *rows = [json.loads(line) for line in head.splitlines()]
    changes, start = [], 0
    for row in rows:
        size = row["size"]
        changes.append(
            Change(row["path"], row["old"], None if size is None else body[start : start + size])
        )
        start += size or 0
    return Waiting(number=number, changes=changes, **about)

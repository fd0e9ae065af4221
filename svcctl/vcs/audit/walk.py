"""The history of a book as a stream: each commit with the files it changed, parents first.

One `git log` tells it, one `git cat-file` gives the contents; both are read while they run, so that
memory does not grow with the history. A merge is compared with each of its parents.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.source import is_record
from svcctl.vcs import git

ODD = "!"
"""In the place of a hash: a link or a module, whose content is none of the book."""

ENV = {"GIT_NO_REPLACE_OBJECTS": "1"}
"""What was committed counts, not what somebody put in its place here."""

_FILES = (b"100644", b"100755")
_FORMAT = "--format=%H%x01%P%x01%at%x01%ct%x01%an"
_KEPT_BYTES = 12_000_000


class Change(NamedTuple):
    """What a commit made of one file.

    Attributes:
        path: Relative to the book.
        olds: Its hash in each parent that had another; empty where a parent had none.
        new: Its hash now; empty if it is gone.
        everywhere: Whether no parent had it as it is now.
    """

    path: str
    olds: tuple[str, ...]
    new: str
    everywhere: bool


class Past(NamedTuple):
    """One commit.

    Attributes:
        authored: When it was made, epoch seconds.
        committed: When it came into this history: later, if it was carried over by a rebase.
        changes: The record files that differ from any parent, in the order of their paths.
    """

    hash: str
    parents: tuple[str, ...]
    authored: int
    committed: int
    author: str
    changes: tuple[Change, ...]


def commits(root: Path, revs: Sequence[str]) -> Iterator[Past]:
    """Give the commits that `revs` stand for, parents before children.

    Raises:
        GitError: Git is missing or failed.
    """
    asked = [
        "log", "--diff-merges=separate", "--raw", "-z", "--no-abbrev", "--no-renames", "--root",
        "--topo-order", "--reverse", "--relative", "--no-show-signature", "--encoding=UTF-8",
        _FORMAT, *revs, "--",
    ]  # fmt: skip
    head: bytes | None = None
    lines: dict[str, list[tuple[bytes, ...]]] = {}
    pieces = git.stream(root, asked, env=ENV)
    for piece in pieces:
        text = piece.lstrip(b"\n")
        if text.startswith(b":"):
            path = next(pieces).decode("utf-8", "backslashreplace")
            if is_record(path):
                lines.setdefault(path, []).append(tuple(text[1:].split(b" ")))
        elif text and text != head:
            # A merge has its head once for each parent that it differs from.
            if head is not None:
                yield _past(head, lines)
            head, lines = text, {}
    if head is not None:
        yield _past(head, lines)


def _past(head: bytes, lines: dict[str, list[tuple[bytes, ...]]]) -> Past:
    name, parents, authored, committed, author = head.decode("utf-8", "replace").split("\1", 4)
    above = tuple(parents.split())
    changes = tuple(
        Change(
            path,
            tuple(_hash(mode, old) for mode, _new_mode, old, _new, _how in found),
            _hash(found[0][1], found[0][3]),
            len(found) >= len(above),
        )
        for path, found in lines.items()
    )
    return Past(name, above, int(authored), int(committed), author, changes)


def _hash(mode: bytes, digest: bytes) -> str:
    if mode in _FILES:
        return digest.decode()
    return "" if mode == b"000000" else ODD


def lines(root: Path, revs: Sequence[str]) -> list[list[str]]:
    """Return the commits that `revs` stand for, each with its parents behind it.

    Raises:
        GitError: Git is missing or failed.
    """
    listed = git.run(root, ["rev-list", "--parents", *revs, "--"], env=ENV)
    return [line.split(" ") for line in listed.decode().splitlines()]


def children(graph: Iterable[Sequence[str]]) -> dict[str, int]:
    """Return how many children the commits of a graph have, and those it was made from."""
    counts: dict[str, int] = {}
    for own, *above in graph:
        counts.setdefault(own, 0)
        for one in above:
            counts[one] = counts.get(one, 0) + 1
    return counts


class Version:
    """One content of a file, parsed.

    Attributes:
        record: None if it cannot be read.
        problem: Why, with the place.
    """

    __slots__ = ("problem", "record", "size")

    def __init__(self, data: bytes | None) -> None:
        self.record: Record | None = None
        self.problem: toml.TomlError | None = None
        self.size = len(data or b"")
        try:
            self.record = _parse(data) if data is not None else None
        except toml.TomlError as error:
            self.problem = error


def _parse(data: bytes) -> Record:
    plain = toml.without_bom_and_cr(data) if data[:3] == b"\xef\xbb\xbf" or b"\r" in data else data
    return toml.parse(plain)


class Blobs:
    """Contents by hash, through one process; those used last are kept, up to some megabytes."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept: OrderedDict[str, Version] = OrderedDict()
        self._size = 0

    @cached_property
    def _reader(self) -> git.BatchReader:
        return git.BatchReader(self._root, env=ENV)

    def close(self) -> None:
        """End the process."""
        if "_reader" in self.__dict__:
            self._reader.close()

    def raw(self, name: str) -> bytes | None:
        """Return an object as it is, None if there is none of this name."""
        return next(iter(self._reader.read_many([name])))

    def want(self, hashes: Iterable[str]) -> None:
        """Read what will be asked for soon, in one go."""
        wanted = dict.fromkeys(one for one in hashes if one and one != ODD)
        missing = []
        for one in wanted:
            if one in self._kept:
                self._kept.move_to_end(one)
            else:
                missing.append(one)
        for one, data in zip(missing, self._reader.read_many(missing), strict=True):
            self._kept[one] = made = Version(data)
            self._size += made.size
        while self._size > _KEPT_BYTES and len(self._kept) > len(wanted):
            _hash, old = self._kept.popitem(last=False)
            self._size -= old.size

    def get(self, digest: str) -> Version:
        """Return a version; one without a record for a link, a module or what is missing."""
        if digest == ODD:
            return Version(None)
        if digest not in self._kept:
            self.want([digest])
        self._kept.move_to_end(digest)
        return self._kept[digest]

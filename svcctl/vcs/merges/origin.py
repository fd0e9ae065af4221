"""Where a version of a file came from: who committed it, and when.

One `git log` over all the files asked for and one `cat-file`, however many there are. What is not
committed yet, or older than what this clone has, came from nobody we know.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from svcctl.base.errors import GitError
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.vcs import git
from svcctl.vcs.git import Repository

_FORMAT = "%x01%H%x02%at%x02%an"
_NONE = "0" * 40
_HEADS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")


class Author(NamedTuple):
    """Who committed something, when (epoch seconds), and the commit."""

    name: str
    at: int
    commit: str


class Step(NamedTuple):
    """One change of one file in one commit.

    Attributes:
        path: From the book.
        before: Hash of the file before; empty where it was not there.
        after: Hash after; empty where it is gone.
        author: Who did it; None where history only begins here, as in a shallow clone.
    """

    path: str
    before: str
    after: str
    author: Author | None


def heads(repo: Repository) -> list[str]:
    """Return what there is to look for: the commit here, and those that are being brought in."""
    found = ["HEAD"]
    for name in _HEADS:
        try:
            found += (repo.git / name).read_text(encoding="ascii").split()
        except (OSError, ValueError):
            continue
    return found


def steps(repo: Repository, paths: Iterable[str]) -> dict[str, list[Step]]:
    """Return every change of the files, the newest first, by path; merges are left out.

    Args:
        paths: From the book.

    Raises:
        GitError: Git failed, or there is no commit yet.
    """
    wanted = list(paths)
    found: dict[str, list[Step]] = {path: [] for path in wanted}
    if not wanted:
        return found
    asked = "\n".join([*heads(repo), "--", *wanted, ""])
    how = ["--raw", "--no-abbrev", "--no-renames", "--full-history", "--no-merges", "--relative"]
    listed = git.run(
        repo.folder,
        ["log", "--stdin", "-z", *how, f"--format={_FORMAT}"],
        data=asked.encode("utf-8", "surrogateescape"),
    )
    for step in _parsed(listed, _cut_off(repo)):
        found.setdefault(step.path, []).append(step)
    return found


def _parsed(listed: bytes, cut_off: set[str]) -> Iterator[Step]:
    author: Author | None = None
    parts = iter(os.fsdecode(listed).split("\0"))
    for part in parts:
        said = part.lstrip("\n")
        if said.startswith("\x01"):
            commit, at, name = said[1:].split("\x02", 2)
            author = None if commit in cut_off else Author(name, int(at), commit)
        elif said.startswith(":"):
            _old_mode, _new_mode, old, new, _status = said[1:].split(" ")
            path = next(parts)
            yield Step(path, old.replace(_NONE, ""), new.replace(_NONE, ""), author)


def _cut_off(repo: Repository) -> set[str]:
    """Return the commits at which a shallow clone begins: they seem to bring all there is."""
    try:
        return set((repo.common / "shallow").read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return set()


class Versions:
    """The records behind hashes; each hash is read and parsed once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Record | None] = {"": None}
        self.bytes: dict[str, bytes] = {}

    def read(self, hashes: Iterable[str]) -> None:
        """Read many at once.

        Raises:
            GitError: Git failed.
        """
        missing = list(dict.fromkeys(one for one in hashes if one and one not in self.bytes))
        if not missing:
            return
        with git.BatchReader(self._folder) as reader:
            for name, data in zip(missing, reader.read_many(missing), strict=True):
                self.bytes[name] = data or b""

    def record(self, name: str) -> Record | None:
        """Return the record behind a hash that was read; None where it is none."""
        if name not in self._known:
            try:
                self._known[name] = toml.parse(self.bytes.get(name, b""))
            except toml.TomlError:
                self._known[name] = None
        return self._known[name]


def safely(repo: Repository, paths: Iterable[str]) -> dict[str, list[Step]]:
    """Return the same as `steps`; nothing where Git cannot tell."""
    try:
        return steps(repo, paths)
    except GitError:
        return {}

"""Which records a commit or a merge is about, as Git lists them: one process, no file read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from svcctl.book.source import is_record
from svcctl.vcs import git

_LISTING = ("--name-status", "-z", "--no-renames", "--relative", "--no-ext-diff")


class Changed(NamedTuple):
    """Records that differ.

    Attributes:
        paths: Those that are new or other, relative to the book.
        gone: Those that are no more.
    """

    paths: tuple[str, ...]
    gone: tuple[str, ...]


def changed(root: Path, index: str | None = None) -> Changed:
    """Return the records that are staged for the next commit.

    Args:
        root: The book.
        index: Git's index, where a hook was told to use another.

    Raises:
        GitError: There is no repository, or git failed.
    """
    git.find(root)
    env = {"GIT_INDEX_FILE": index} if index else {}
    return _listed(git.run(root, ["diff", "--cached", *_LISTING], env=env))


def merged(root: Path, *, squashed: bool = False) -> Changed:
    """Return the records that the merge which has just ended brought.

    Args:
        root: The book.
        squashed: Whether it was only staged (`git merge --squash`).

    Raises:
        GitError: There is no repository, or git does not know where the branch was before.
    """
    if squashed:
        return changed(root)
    return _listed(git.run(root, ["diff", *_LISTING, "ORIG_HEAD", "HEAD", "--"]))


def _listed(said: bytes) -> Changed:
    words: Sequence[str] = said.decode("utf-8", "backslashreplace").split("\0")
    pairs = [pair for pair in zip(words[::2], words[1::2], strict=False) if is_record(pair[1])]
    return Changed(
        tuple(path for status, path in pairs if status != "D"),
        tuple(path for status, path in pairs if status == "D"),
    )

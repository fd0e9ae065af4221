"""The first commit of a book: all of its files, and nothing else that lies in the repository."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from svcctl.vcs import git
from svcctl.vcs import state

_NOBODY = "svcctl"


def is_due(root: Path) -> bool:
    """Return whether no commit holds the book yet, and one can be made now.

    Raises:
        GitError: There is no repository, or git failed.
    """
    found = git.find(root)
    if state.under_way(found.git) or not _branch(root):
        return False
    asked = ["rev-parse", "--verify", "--quiet", f"HEAD:{found.prefix}book.toml"]
    return not git.run(root, asked, ok=(0, 1, 128)).strip()


def _branch(root: Path) -> str:
    said = git.run(root, ["symbolic-ref", "--quiet", "HEAD"], ok=(0, 1))
    return said.decode("utf-8", "surrogateescape").strip()


def make(root: Path, message: str, author: tuple[str, str], *, signed: bool) -> str:
    """Commit every file of the book that Git does not ignore; return the commit.

    What a person has staged of other things stays staged. No hook runs.

    Args:
        message: All of its message.
        author: Name and address of who made the book; empty where nobody is known.
        signed: Whether it is to be signed, as git is told to.

    Raises:
        GitError: Git failed; the branch is where it was.
    """
    # First of all: if another git holds the index, nothing is done yet.
    git.run(root, ["add", "--all", "--", "."])
    head = git.run(root, ["rev-parse", "--verify", "--quiet", "HEAD"], ok=(0, 1)).decode().strip()
    with tempfile.TemporaryDirectory(prefix="svcctl-") as folder:
        index = {"GIT_INDEX_FILE": os.path.join(folder, "index")}
        if head:
            git.run(root, ["read-tree", head], env=index)
        git.run(root, ["add", "--all", "--", "."], env=index)
        tree = git.run(root, ["write-tree"], env=index).decode().strip()
    more = [*(["-p", head] if head else []), *(["-S"] if signed else [])]
    people = _people(root, author)
    made = git.run(root, ["commit-tree", tree, *more], data=message.encode(), env=people)
    commit = made.decode().strip()
    subject = message.partition("\n")[0]
    git.run(
        root, ["update-ref", "-m", f"commit: {subject}", "HEAD", commit, head or "0" * len(commit)]
    )
    return commit


def _people(root: Path, author: tuple[str, str]) -> Mapping[str, str]:
    """Return who stands in the commit: the colleague, or whoever git knows, or the program."""
    known = state.identity(root)
    if not known or author[0]:
        name, email = (author[0] or _NOBODY, author[1] or _NOBODY)
        people = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email}
        if not known:
            people |= {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}
        return people
    return {}

"""Which state a repository is in: its branch, what is under way in it, who would commit.

What is under way is read from the repository's own files; git is asked only where it keeps refs in
tables.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import NamedTuple

from svcctl.base.errors import GitError
from svcctl.base.i18n import N_
from svcctl.base.i18n import _
from svcctl.vcs import git

OLDEST = (2, 38)
"""Git learnt then to merge without touching files (`merge-tree --write-tree`)."""

DEAD_S = 600.0
"""After so long, whoever locked the index is taken for dead: seconds."""

# The first that is found: a rebase picks commits, and leaves marks of that too.
_MARKS = (
    ("rebase-merge", N_("rebase")),
    ("rebase-apply/applying", N_("am")),
    ("rebase-apply", N_("rebase")),
    ("MERGE_HEAD", N_("merge")),
    ("CHERRY_PICK_HEAD", N_("cherry-pick")),
    ("REVERT_HEAD", N_("revert")),
    ("BISECT_LOG", N_("bisect")),
)
# Of these two git makes refs, which are no files where refs are kept in tables.
_REFS = ("CHERRY_PICK_HEAD", "REVERT_HEAD")
_TABLES = "reftable"
_ENDS = {
    "am": ("git am --continue", "git am --abort"),
    "bisect": ("git bisect reset",),
    "merge": ("git commit", "git merge --abort"),
}


class Head(NamedTuple):
    """Where a working tree stands, as one `git status` tells it.

    Attributes:
        branch: Its name; empty where HEAD is detached.
        commit: Its hash; empty before the first commit.
        upstream: The branch it is compared with; empty where there is none.
        ahead: Commits that only we have; None where the upstream is not known here.
        behind: Commits that only the upstream has, as of the last fetch.
        changed: Paths below the book that differ from the commit, or are new.
        unmerged: Paths below the book whose merge is not finished.
    """

    branch: str
    commit: str
    upstream: str = ""
    ahead: int | None = None
    behind: int | None = None
    changed: tuple[str, ...] = ()
    unmerged: tuple[str, ...] = ()


def under_way(folder: Path) -> str:
    """Return what is not finished in the repository with this `.git`: `merge`, `rebase` … or ''.

    Args:
        folder: The repository's own folder; that of the worktree, in a worktree.

    Raises:
        GitError: Refs are kept in tables, and git is missing or failed.
    """
    tables = (folder / _TABLES).exists()
    for mark, name in _MARKS:
        if (folder / mark).exists() or (tables and mark in _REFS and _is_ref(folder, mark)):
            return name
    return ""


def _is_ref(folder: Path, name: str) -> bool:
    asked = ["rev-parse", "--verify", "--quiet", name]
    return bool(git.run(folder, asked, env={"GIT_DIR": os.fspath(folder)}, ok=(0, 1)))


def left_lock(folder: Path) -> GitError | None:
    """Return what to say of a lock that a git which died left on the index; None: there is none.

    Args:
        folder: As for `under_way`.
    """
    lock = folder / "index.lock"
    try:
        age_s = time.time() - lock.stat().st_mtime
    except OSError:
        return None
    return left_by_dead(lock) if age_s > DEAD_S else None


def left_by_dead(lock: Path) -> GitError:
    """Return what to say of a lock whose git is taken for dead."""
    return GitError(
        _("a git that died left '{path}'").format(path=lock),
        _("if no git is running here: {command}").format(command=f"rm '{lock}'"),
    )


def how_to_end(name: str) -> tuple[str, ...]:
    """Return the commands that end what is under way: finish it, or give it up."""
    return _ENDS.get(name, (f"git {name} --continue", f"git {name} --abort"))


def head(root: Path) -> Head:
    """Return where the working tree that `root` lies in stands; the network is not asked.

    Raises:
        GitError: There is no repository, or git failed.
    """
    asked = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--", "."]
    words = iter(git.run(root, asked).decode("utf-8", "surrogateescape").split("\0"))
    about: dict[str, str] = {}
    changed: list[str] = []
    unmerged: list[str] = []
    for word in words:
        kind, _space, rest = word.partition(" ")
        if kind == "#":
            key, _space, value = rest.partition(" ")
            about[key] = value
        elif kind == "2":
            next(words, None)  # where it was renamed from
            changed.append(rest.split(" ", 8)[-1])
        elif kind in {"1", "?"}:
            changed.append(rest.split(" ", 7)[-1] if kind == "1" else rest)
        elif kind == "u":
            unmerged.append(rest.split(" ", 9)[-1])
    return _head(about, changed, unmerged)


def _head(about: dict[str, str], changed: list[str], unmerged: list[str]) -> Head:
    branch, commit = about.get("branch.head", ""), about.get("branch.oid", "")
    counts = re.fullmatch(r"\+(\d+) -(\d+)", about.get("branch.ab", ""))
    return Head(
        branch="" if branch == "(detached)" else branch,
        commit="" if commit == "(initial)" else commit,
        upstream=about.get("branch.upstream", ""),
        ahead=int(counts[1]) if counts else None,
        behind=int(counts[2]) if counts else None,
        changed=tuple(changed),
        unmerged=tuple(unmerged),
    )


def identity(root: Path) -> str:
    """Return who would be the author of a commit made here, `Name <mail>`; '' if nobody said.

    Git makes up a name from the account where it can; that is nobody's word.

    Raises:
        GitError: There is no git.
    """
    said = []
    for variable, setting in (("NAME", "user.name"), ("EMAIL", "user.email")):
        value = os.environ.get(f"GIT_AUTHOR_{variable}", "")
        if not value:
            found = git.run(root, ["config", "--get", setting], ok=(0, 1))
            value = found.decode("utf-8", "replace").strip()
        said.append(value)
    return f"{said[0]} <{said[1]}>" if all(said) else ""


def version(root: Path) -> tuple[int, ...]:
    """Return the version of the git that is installed, `(2, 39, 5)`.

    Raises:
        GitError: There is none.
    """
    said = git.run(root, ["--version"]).decode("utf-8", "replace")
    found = re.search(r"\d+(\.\d+)+", said)
    if not found:
        raise GitError(_("git does not tell its version: {words}").format(words=said.strip()))
    return tuple(int(part) for part in found[0].split("."))

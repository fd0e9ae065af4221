"""What came in and what goes out: how much, of which kinds, from which desks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from svcctl.kinds import kind_of
from svcctl.vcs import git
from svcctl.vcs.git import Repository
from svcctl.vcs.sync import meet
from svcctl.vcs.sync.meet import File
from svcctl.vcs.sync.remote import rev

_ENTRY = re.compile(rb'^n = "\d+([A-Z]{1,3})"', re.MULTILINE)


class Came(NamedTuple):
    """What came in: how many commits, from which desks, files by kind (`""`: no record)."""

    commits: int = 0
    desks: tuple[str, ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()


def within(repo: Repository, old: str, new: str) -> bool:
    """Tell whether `new` holds all that `old` did, whatever the clocks were.

    Raises:
        GitError: Git failed.
    """
    # Not by `rev-list`: it believes the dates, and takes what is there for missing.
    base = git.run(repo.top, ["merge-base", old, new], ok=(0, 1)).decode().strip()
    return bool(base) and base == rev(repo, old)


def count(repo: Repository, new: str, old: str | None) -> int:
    """Return how many commits `new` has that `old` has not: merges only if there is nothing else.

    Raises:
        GitError: Git failed.
    """
    return len(_plain(repo, new, old)) or int(new != old)


def is_news(repo: Repository, new: str, old: str | None) -> bool:
    """Tell whether `new` says anything that `old` does not, merges of what both have aside.

    If such merges were handed over, desks that meet in two remotes would merge each other's merges
    for ever.

    Raises:
        GitError: Git failed.
    """
    if old is None or new == old:
        return new != old
    return bool(changed(repo, old, new) or _plain(repo, new, old))


def _plain(repo: Repository, new: str, old: str | None) -> list[str]:
    """Return the commits of `new`, merges aside, that `old` has not."""
    asked = ["rev-list", "--no-merges", new, *([f"^{old}"] if old else []), "--"]
    found = git.run(repo.top, asked).decode().split()
    if not found or old is None:
        return found
    # Where clocks were wrong, git names some that `old` has; it never leaves one out.
    known = set(git.run(repo.top, ["rev-list", "--no-merges", old, "--"]).decode().split())
    return [one for one in found if one not in known]


def changed(repo: Repository, theirs: str | None, new: str) -> list[File]:
    """Return what the remote does not have of `new`."""
    if theirs == new:
        return []
    if theirs is not None:
        return meet.differing(repo, theirs, new)
    empty = git.run(repo.top, ["hash-object", "-t", "tree", "--stdin"]).decode().strip()
    return meet.differing(repo, empty, new)


def came(repo: Repository, ours: str, theirs: str) -> Came:
    """Return what comes in with a commit.

    Raises:
        GitError: Git failed.
    """
    base = git.run(repo.top, ["merge-base", ours, theirs], ok=(0, 1)).decode().strip()
    differing = meet.differing(repo, base, theirs) if base else []
    kinds: Counter[str] = Counter()
    for one in differing:
        kind = kind_of(one.path.removeprefix(repo.prefix))
        kinds[kind.name if kind and one.path.startswith(repo.prefix) else ""] += 1
    return Came(count(repo, theirs, ours), tuple(_desks(repo, differing)), _most_first(kinds))


def _most_first(kinds: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Sort by number; what is no record comes last."""
    return tuple(sorted(kinds.items(), key=lambda one: (not one[0], -one[1], one[0])))


def _desks(repo: Repository, changed: Sequence[File]) -> list[str]:
    """Return whose entries came in, as their names tell."""
    desks: set[str] = set()
    none = "0" * 40
    with git.BatchReader(repo.top) as reader:
        both = (name for one in changed for name in (one.old or none, one.new or none))
        found = reader.read_many(both)
        for before, after in zip(found, found, strict=True):
            known = Counter(_ENTRY.findall(before or b""))
            desks |= {one.decode() for one in Counter(_ENTRY.findall(after or b"")) - known}
    return sorted(desks)


def added(first: Came, second: Came) -> Came:
    """Return both together."""
    kinds = Counter(dict(first.kinds)) + Counter(dict(second.kinds))
    desks = sorted({*first.desks, *second.desks})
    return Came(first.commits + second.commits, tuple(desks), _most_first(kinds))

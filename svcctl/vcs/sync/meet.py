"""Merging what another desk did into this clone, without git ever touching the files half-way.

The merge is computed among git's objects (`git merge-tree`), where nothing can be seen of it. Then
the files it changes are written by the store's own journal, in one transaction with a note of the
commit to adopt (`svcctl.vcs.commits.queue`): whatever happens, the book is wholly before or wholly
after, and the next command or sync finishes what is left. What a person edited or staged stays; a
merge that would touch it does not begin.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from svcctl.base.errors import BusyError
from svcctl.base.errors import GitError
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.book import files
from svcctl.book import journal
from svcctl.book.journal import Change
from svcctl.vcs import git
from svcctl.vcs.commits import commit
from svcctl.vcs.commits import queue
from svcctl.vcs.commits.queue import Waiting
from svcctl.vcs.git import Repository
from svcctl.vcs.sync.remote import NeedsPersonError
from svcctl.vcs.sync.remote import rev
from svcctl.vcs.sync.remote import settings

_LONG_S = 900.0
_PLAIN = ("100644", "000000")
_NOTHING = "0" * 40
_SHOWN = 8
_COMMAND = "git sync"
_DURABLE = ("-c", "core.fsync=committed,loose-object", "-c", "core.fsyncMethod=batch")
"""The files follow the merge, so it must be on the disk before them."""


class File(NamedTuple):
    """One file that differs between two commits.

    Attributes:
        path: From the top of the repository.
        old: Hash before; None where it was not there.
        new: Hash after; None where it is gone.
        mode: Its mode after, as git writes it.
        plain: Whether it is an ordinary file in both.
    """

    path: str
    old: str | None
    new: str | None
    mode: str
    plain: bool


# Computing


def differing(repo: Repository, old: str, new: str) -> list[File]:
    """Return the files that differ between two commits."""
    asked = ["diff-tree", "-r", "-z", "--no-renames", old, new]
    return list(_raw(git.run(repo.top, asked)))


def _raw(listed: bytes) -> Iterator[File]:
    parts = iter(listed.split(b"\0")[:-1])
    for about, path in zip(parts, parts, strict=True):
        before, after, old, new, _status = about.decode().removeprefix(":").split(" ")
        yield File(
            os.fsdecode(path),
            None if old == _NOTHING else old,
            None if new == _NOTHING else new,
            after,
            before in _PLAIN and after in _PLAIN,
        )


def refuse_other_hashes(repo: Repository) -> None:
    """Refuse a repository whose names of files are not those of the store (SHA-1).

    Raises:
        NeedsPersonError: It is of another sort.
    """
    form = git.run(repo.folder, ["rev-parse", "--show-object-format"]).decode().strip()
    if form != "sha1":
        raise NeedsPersonError(
            _("this repository names its objects by {form}; several desks need sha1").format(
                form=form
            ),
            _("look: {command}").format(command="git help hash-function-transition"),
        )


def refuse_without_driver(repo: Repository) -> None:
    """Refuse to merge records as if they were text.

    Raises:
        NeedsPersonError: This clone was not set up.
    """
    asked = ["check-attr", "-z", "merge", "--", "tickets/2026/11/21/T261121-A01.toml"]
    known = git.run(repo.folder, asked).split(b"\0")[2:3] == [b"svcctl"]
    if not known or not settings(repo, r"^merge\.svcctl\.driver$"):
        raise NeedsPersonError(
            _("this clone was not set up for merging records, so nothing is merged"),
            "svcctl git setup",
        )


def merged(repo: Repository, ours: str, theirs: str, message: str, how: Signature) -> str:
    """Return a commit that holds both: one of them, or a merge of them.

    Raises:
        NeedsPersonError: They have no common past, or git cannot settle a file by itself.
    """
    base = git.run(repo.top, ["merge-base", ours, theirs], ok=(0, 1)).decode().strip()
    if base in (ours, theirs):
        return theirs if base == ours else ours
    if not base:
        raise _unrelated(repo)
    # A record is never renamed, and two small ones look alike: git must not guess.
    how_to = [*_DURABLE, "-c", "merge.renames=false", "-c", "merge.directoryRenames=false"]
    asked = [*how_to, "-c", f"merge.svcctl.driver={_driver()}", "merge-tree", "--write-tree", "-z"]
    listed = git.run(repo.top, [*asked, ours, theirs], ok=(0, 1), timeout_s=_LONG_S)
    tree, *rest = os.fsdecode(listed).split("\0")
    unsettled = [one.partition("\t")[2] for one in _until_empty(rest)]
    if unsettled:
        raise _by_hand(list(dict.fromkeys(unsettled)), theirs)
    made = [
        *_DURABLE,
        "commit-tree",
        *(["-S"] if how.signed else []),
        "-p",
        ours,
        "-p",
        theirs,
        tree,
    ]
    return git.run(repo.top, made, data=message.encode(), env=how.env).decode().strip()


class Signature(NamedTuple):
    """Who makes a merge, as variables for git; and whether it is signed."""

    env: dict[str, str]
    signed: bool


def _driver() -> str:
    """Return the command of this very program.

    What was set up may have moved since, and its guard would then merge records as text.
    """
    own = [sys.executable, "-P", "-m", "svcctl"]
    return f"{shlex.join(one.replace(os.sep, '/') for one in own)} git merge-driver %O %A %B %L %P"


def _until_empty(parts: Iterable[str]) -> Iterator[str]:
    for one in parts:
        if not one:
            return
        yield one


def _unrelated(repo: Repository) -> NeedsPersonError:
    if (repo.common / "shallow").exists():
        return NeedsPersonError(
            _("this clone has only the last commits, too few to merge"), "git fetch --unshallow"
        )
    return NeedsPersonError(
        _("the book there and the book here began apart: they have no commit in common"),
        _("join as a new desk instead: {command}").format(
            command="git clone ADDRESS; svcctl desk claim CODE; svcctl git setup"
        ),
    )


def _by_hand(paths: Sequence[str], theirs: str) -> NeedsPersonError:
    few = [_("not settled: {path}").format(path=path) for path in paths[:_SHOWN]]
    words = ngettext(
        "{count} file was changed here and there so that only a person can tell what holds",
        "{count} files were changed here and there so that only a person can tell what holds",
        len(paths),
    )
    return NeedsPersonError(
        words.format(count=len(paths)),
        *few,
        _("begin with: {command}").format(command=f"git merge {theirs[:12]}; svcctl git conflicts"),
    )


# Applying


class Plan(NamedTuple):
    """What adopting a commit means for the files.

    Attributes:
        onto: The commit it was made for.
        new: The commit to adopt.
        every: All files of the book that it changes, for git's index.
        todo: Those that have still to be written.
        elsewhere: All files, if one of them is of a sort that the store may not write.
    """

    onto: str
    new: str
    every: list[Change]
    todo: list[Change]
    elsewhere: list[File]


def plan(repo: Repository, onto: str, new: str) -> Plan:
    """Return what is to be written so that the files are those of `new`.

    Raises:
        NeedsPersonError: A person changed one of these files and did not commit it.
    """
    changed = differing(repo, onto, new)
    mine = [one for one in changed if _is_ours(repo, one)]
    if len(mine) < len(changed):
        return Plan(onto, new, [], [], changed)
    every = list(_with_bytes(repo, mine))
    now = {change.path: _hash(repo.folder, change.path) for change in every}
    todo = [change for change in every if now[change.path] != files.hash_of(change.new)]
    _refuse_edited(
        [change.path for change in todo if now[change.path] != change.old]
        + _staged(repo, {one.path: one for one in mine})
    )
    return Plan(onto, new, every, todo, [])


def _is_ours(repo: Repository, one: File) -> bool:
    if not one.plain or not one.path.startswith(repo.prefix):
        return False
    try:
        files.plain_parts(one.path.removeprefix(repo.prefix))
    except RefusedError:
        return False
    return True


def _with_bytes(repo: Repository, changed: Sequence[File]) -> Iterator[Change]:
    with git.BatchReader(repo.top) as reader:
        found = reader.read_many(one.new or _NOTHING for one in changed)
        for one, data in zip(changed, found, strict=True):
            if one.new and data is None:
                raise GitError(_("git has lost '{path}' of a commit").format(path=one.path))
            yield Change(one.path.removeprefix(repo.prefix), one.old, data)


def _hash(root: Path, path: str) -> str | None:
    with files.disk_errors(path):
        try:
            return files.blob_hash(files.read_raw(f"{root}/{path}"))
        except (FileNotFoundError, NotADirectoryError):
            return None


def _staged(repo: Repository, changed: dict[str, File]) -> list[str]:
    """Return those files that a person staged in another form than the merge gives them."""
    asked = ["diff-index", "--cached", "-z", "--no-renames", "HEAD"]
    listed = _raw(git.run(repo.top, asked))
    return [
        one.path.removeprefix(repo.prefix)
        for one in listed
        if one.path in changed and one.new != changed[one.path].new
    ]


def _refuse_edited(paths: Sequence[str]) -> None:
    if not paths:
        return
    every = list(dict.fromkeys(paths))
    words = ngettext(
        "'{path}' was changed here, not committed, and changed elsewhere too",
        "'{path}' and others were changed here, not committed, and changed elsewhere too",
        len(every),
    )
    raise NeedsPersonError(
        words.format(path=every[0]),
        *[_("changed too: {path}").format(path=path) for path in every[1:_SHOWN]],
        _("commit, then sync again: {command}").format(command="svcctl git commit"),
    )


def adopt(repo: Repository, made: Plan, message: str, now: datetime) -> list[str]:
    """Write the files of a plan and move the branch; under the writer lock, with HEAD at `onto`.

    Returns:
        What git could not do, in words.

    Raises:
        BusyError: The branch could not be moved; the files are written, a later sync does it.
        DiskError: As of the journal.
    """
    if made.elsewhere:
        return _by_git(repo, made)
    waits = Waiting(
        number=0,
        message=message,
        author="",
        email="",
        at=int(now.timestamp()),
        zone=f"{now:%z}",
        adopt=made.new,
        onto=made.onto,
        changes=made.every,
    )
    journal.commit(repo.folder, [*made.todo, queue.add(repo.folder, waits)], _COMMAND)
    flushed = commit.flush(repo.folder, now)
    if rev(repo, "HEAD") != made.new:
        raise BusyError(
            _("git did not take the merge over; the files have it already"), *flushed.left
        )
    return list(flushed.left)


def _by_git(repo: Repository, made: Plan) -> list[str]:
    """Let git write what the store may not: files outside the book, links, programs.

    Git is not all or nothing here. If it was killed on the way, the files that it had written are
    told to its index first; it finishes the rest.
    """
    _admit(repo, made.elsewhere)
    quiet = ["-c", "merge.autoStash=false", "-c", "core.hooksPath=/dev/null"]
    try:
        git.run(
            repo.top,
            [*quiet, "merge", "--quiet", "--ff-only", "--no-stat", made.new],
            timeout_s=_LONG_S,
        )
    except GitError as error:
        _refuse_edited(_overwritten(error.said))
        raise
    return []


def _admit(repo: Repository, changed: Sequence[File]) -> None:
    there = [one for one in changed if one.new and _content(repo.top / one.path) == one.new]
    if there:
        lines = "".join(f"{one.mode} {one.new}\t{one.path}\0" for one in there)
        git.run(repo.top, ["update-index", "-z", "--index-info"], data=os.fsencode(lines))


def _content(path: Path) -> str | None:
    """Return the hash that git gives to a file or link."""
    try:
        if path.is_symlink():
            return files.blob_hash(os.fsencode(path.readlink()))
        return files.blob_hash(path.read_bytes())
    except OSError:
        return None


def _overwritten(said: Sequence[str]) -> list[str]:
    """Return the files that git names as edited."""
    start = [place for place, line in enumerate(said) if "would be overwritten" in line]
    after = said[start[0] + 1 :] if start else []
    return list(takewhile(lambda line: not line.startswith(("Please", "Aborting")), after))

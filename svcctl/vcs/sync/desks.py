"""Several desks: commit, fetch, merge, check, apply, push, as often as others are faster.

Nothing is half done wherever it stops: what is fetched is only objects, what is merged is applied
in one transaction of the store (`svcctl.vcs.sync.meet`), and pushing is one step of git at the
remote. The lock is held while files are written, never while the remote is waited for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from typing import NamedTuple
from typing import Protocol

from svcctl.base.errors import BusyError
from svcctl.base.errors import GitError
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.base.i18n import speaking
from svcctl.book import files
from svcctl.book import journal
from svcctl.book.lock import WriterLock
from svcctl.book.lock import short_lock
from svcctl.vcs import git
from svcctl.vcs import state
from svcctl.vcs.commits import commit
from svcctl.vcs.commits import queue
from svcctl.vcs.git import Repository
from svcctl.vcs.sync import arrivals
from svcctl.vcs.sync import meet
from svcctl.vcs.sync import remote as remotes
from svcctl.vcs.sync.arrivals import Came
from svcctl.vcs.sync.meet import File
from svcctl.vcs.sync.meet import Signature
from svcctl.vcs.sync.remote import NeedsPersonError
from svcctl.vcs.sync.remote import Remote
from svcctl.vcs.sync.remote import rev

_TRIES = 12
_ALL = 1_000_000
_LOCAL_TRIES = 3
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 6.0
_INDEX_TURNS, _INDEX_PAUSE_S = 30, 0.1
"""So long no git holds its index."""
_COMMAND = "git sync"


class Finding(Protocol):
    """What a check says of one place; `svcctl.check` makes them."""

    @property
    def path(self) -> str: ...  # noqa: D102 - relative to the book
    @property
    def severity(self) -> Any: ...  # noqa: D102 - error or warning


class Wish(NamedTuple):
    """What is wanted of a sync.

    Attributes:
        now: The moment of this run, in the book's zone.
        examine: Checks those paths of a commit.
        remote: Which one, if not the usual one.
        dry: Fetch and tell, change nothing.
        push: Whether to hand over at all.
        signed: Whether merges must be signed.
        language: In which the book is kept.
        pause: Waits so many seconds.
    """

    now: datetime
    examine: Callable[[str, Sequence[str]], Sequence[Any]]
    remote: str | None = None
    dry: bool = False
    push: bool = True
    signed: bool = False
    language: str = "zh"
    pause: Callable[[float], None] = time.sleep


class Synced(NamedTuple):
    """How a sync ended.

    Attributes:
        remote: Where.
        came: What came in, or would.
        went: How many commits went out, or would.
        faster: How often another desk was faster.
        found: What the check says of what came in and what goes out.
        held: Whether nothing was pushed because of errors in it.
        upstream: Whether the branch was given its upstream now.
        greeted: Whether a new bare folder was told its branch.
        awaiting: How many commits of commands await; only `dry`.
        loose: Files of the book that nobody committed.
        notes: What git could not do.
    """

    remote: Remote
    came: Came = Came()
    went: int = 0
    faster: int = 0
    found: tuple[Any, ...] = ()
    held: bool = False
    upstream: bool = False
    greeted: bool = False
    awaiting: int = 0
    loose: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def sync(root: Path, wish: Wish) -> Synced:
    """Bring this clone and a remote together.

    Raises:
        NeedsPersonError: Only a person can go on; nothing was changed.
        GitError: Git or the remote failed.
        BusyError: Another sync or writer is at work, or others were always faster.
        UsageProblem: There is no such remote.
    """
    repo = git.find(root)
    remote = remotes.choose(repo, _branch(repo), wish.remote)
    meet.refuse_other_hashes(repo)
    meet.refuse_without_driver(repo)
    with ExitStack() as stack:
        _alone(stack, repo)
        notes = [] if wish.dry else _commit_waiting(root, wish.now)
        done = _Sync(repo, remote, wish).run()
    return done._replace(
        notes=(*notes, *done.notes),
        loose=state.head(root).changed,
        awaiting=_awaiting(root) if wish.dry else 0,
    )


def _branch(repo: Repository) -> str:
    """Return the branch that is checked out, if git has nothing else in hand."""
    if busy := state.under_way(repo.git):
        raise NeedsPersonError(
            _("git is in the middle of a {what}").format(what=_(busy)), *state.how_to_end(busy)
        )
    asked = ["symbolic-ref", "--quiet", "--short", "HEAD"]
    branch = git.run(repo.folder, asked, ok=(0, 1)).decode().strip()
    if not branch:
        raise NeedsPersonError(_("no branch is checked out"), "git switch main")
    if git.run(repo.top, ["ls-files", "--unmerged", "-z"]):
        raise NeedsPersonError(_("a merge of files is not finished"), "svcctl git conflicts")
    if rev(repo, "HEAD") is None:
        raise NeedsPersonError(_("nothing was ever committed here"), "svcctl git commit")
    return branch


def _alone(stack: ExitStack, repo: Repository) -> None:
    """Let only one sync work on a clone at a time."""
    folder = repo.common / "svcctl"
    with files.disk_errors(folder):
        folder.mkdir(exist_ok=True)
    try:
        stack.enter_context(short_lock(folder / "sync.lock"))
    except BusyError:
        raise BusyError(
            _("another sync of this clone is at work"), _("run the command again when it is done")
        ) from None


def _commit_waiting(root: Path, now: datetime) -> list[str]:
    with WriterLock(root, _COMMAND):
        return _settle(root, now)


def _settle(root: Path, now: datetime) -> list[str]:
    """Finish what others left: an interrupted change, commits that await. Under the lock."""
    journal.recover(root)
    flushed = commit.flush(root, now, most=_ALL)
    if _awaiting(root):
        raise BusyError(_("what commands did here cannot be committed now"), *flushed.left)
    return list(flushed.left)


def _wait_for_index(repo: Repository) -> None:
    """Begin to write only when no other git holds the index, or a dead one's lock is in the way.

    Raises:
        BusyError: Another git is at work.
        NeedsPersonError: It has been for long; it must have died.
    """
    lock = repo.git / "index.lock"
    for _turn in range(_INDEX_TURNS):
        if not lock.exists():
            return
        if dead := state.left_lock(repo.git):
            raise _needs_person(dead)
        time.sleep(_INDEX_PAUSE_S)
    raise BusyError(
        _("another git is at work here and holds '{path}'").format(path=lock),
        _("run the command again when it is done"),
    )


def _needs_person(error: GitError) -> NeedsPersonError:
    return NeedsPersonError(error.message, *error.hints)


def _awaiting(root: Path) -> int:
    with files.disk_errors(queue.FOLDER):
        return len(queue.waiting(root))


class _Sync:
    """One sync with one remote."""

    def __init__(self, repo: Repository, remote: Remote, wish: Wish) -> None:
        self._repo = repo
        self._remote = remote
        self._wish = wish
        self._came = Came()
        self._notes: list[str] = []
        self._found: list[Any] = []
        self._incoming: set[str] = set()
        self._known: str | None = None

    def run(self) -> Synced:
        """Meet and push until nobody was faster."""
        for faster in range(_TRIES):
            if faster:
                self._wish.pause(_jittered(faster))
            theirs = self._fetched()
            met = self._met(theirs)
            if met is None:
                continue
            ended = self._ended(met, theirs, faster)
            if ended is not None:
                return ended
        if lock := remotes.locked(self._remote):
            raise _needs_person(state.left_by_dead(lock))
        raise BusyError(
            _("other desks were faster {count} times").format(count=_TRIES),
            _("run the command again"),
        )

    def _ended(self, met: str, theirs: str | None, faster: int) -> Synced | None:
        """Push what was merged; None if another desk was faster."""
        news = arrivals.is_news(self._repo, met, theirs)
        went = arrivals.count(self._repo, met, theirs) if news else 0
        mine = {one.path for one in arrivals.changed(self._repo, theirs, met)}
        held = went > 0 and any(
            one.severity == "error" and self._repo.prefix + one.path in mine for one in self._found
        )
        how = Synced(
            self._remote, self._came, went, faster, tuple(self._found), held,
            notes=tuple(self._notes),
        )  # fmt: skip
        if self._wish.dry:
            return how
        pushes = self._wish.push and not held and news
        if pushes and not remotes.push(self._repo, self._remote, met):
            return None
        both = met if pushes else theirs
        if both is not None and both != self._known:
            self._remember(both)
        return how._replace(
            went=went if pushes else 0,
            upstream=both is not None and self._set_upstream(),
            greeted=pushes and theirs is None and remotes.greet(self._repo, self._remote),
        )

    # -- what the remote has ----------------------------------------------------------------------

    def _fetched(self) -> str | None:
        self._known = rev(self._repo, self._remote.seen)
        known = self._known or rev(self._repo, f"refs/remotes/{self._remote.label}")
        theirs = remotes.fetch(self._repo, self._remote)
        if known and not (theirs and arrivals.within(self._repo, known, theirs)):
            self._refuse_rewound(known, theirs)
        return theirs

    def _refuse_rewound(self, known: str, theirs: str | None) -> None:
        """Refuse to bring back what somebody took out there, until a person says which is right."""
        if not arrivals.within(self._repo, known, "HEAD"):
            return
        label, remote = self._remote.label, self._remote
        if theirs is None:
            raise NeedsPersonError(
                _("'{remote}' had this book and is empty now").format(remote=remote.name),
                _("if it is a new, empty folder: {command}").format(
                    command=f"git update-ref -d {remote.seen}"
                    f"; git update-ref -d refs/remotes/{label}"
                ),
            )
        gone = arrivals.count(self._repo, known, theirs)
        words = ngettext(
            "'{label}' was rewritten: {count} commit that it had is gone",
            "'{label}' was rewritten: {count} commits that it had are gone",
            gone,
        )
        raise NeedsPersonError(
            words.format(label=label, count=gone),
            _("look: {command}").format(command=f"git log {remote.fetched}..HEAD"),
            _("if that was meant: {command}").format(command=f"git reset --hard {remote.fetched}"),
            _("if not: {command}").format(
                command=f"git push --force {remote.name} HEAD:refs/heads/{remote.branch}"
            ),
        )

    def _remember(self, both: str) -> None:
        git.run(self._repo.top, ["update-ref", self._remote.seen, both])

    def _set_upstream(self) -> bool:
        if self._remote.tracked:
            return False
        own = f"branch.{self._remote.ours}"
        git.run(self._repo.top, ["config", f"{own}.remote", self._remote.name])
        merge = f"refs/heads/{self._remote.branch}"
        git.run(self._repo.top, ["config", f"{own}.merge", merge])
        return True

    # -- merging ----------------------------------------------------------------------------------

    def _met(self, theirs: str | None) -> str | None:
        """Merge and apply; return the commit that holds both, None to begin again."""
        for attempt in range(_LOCAL_TRIES + 1):
            with ExitStack() as stack:
                if attempt == _LOCAL_TRIES:
                    # Commands at this desk were always faster: now they wait.
                    stack.enter_context(WriterLock(self._repo.folder, _COMMAND))
                    _settle(self._repo.folder, self._wish.now)
                met = self._met_once(theirs, locked=attempt == _LOCAL_TRIES)
            if met is not None:
                return met
        return None

    def _met_once(self, theirs: str | None, *, locked: bool) -> str | None:
        repo = self._repo
        ours = rev(repo, "HEAD") or ""
        new = ours
        words = ""
        came = Came()
        if theirs is not None and not arrivals.within(repo, theirs, ours):
            came = arrivals.came(repo, ours, theirs)
            words = self._message(came.commits)
            new = meet.merged(repo, ours, theirs, words, self._signature())
        if new != ours:
            self._incoming |= self._records(meet.differing(repo, ours, new))
        self._found = self._examined(new, self._records(arrivals.changed(repo, theirs, new)))
        if new != ours:
            plan = meet.plan(repo, ours, new)
            if not self._wish.dry and not self._adopted(plan, words, locked=locked):
                return None
        self._came = arrivals.added(self._came, came)
        return new

    def _adopted(self, plan: meet.Plan, words: str, *, locked: bool) -> bool:
        root, now = self._repo.folder, self._wish.now
        with ExitStack() as stack:
            if not locked:
                stack.enter_context(WriterLock(root, _COMMAND))
                self._notes += _settle(root, now)
            if rev(self._repo, "HEAD") != plan.onto:
                return False
            _wait_for_index(self._repo)
            self._notes += meet.adopt(self._repo, plan, words, now)
        return True

    def _records(self, changed: Iterable[File]) -> set[str]:
        prefix = self._repo.prefix
        return {one.path.removeprefix(prefix) for one in changed if one.path.startswith(prefix)}

    def _examined(self, new: str, mine: set[str]) -> list[Any]:
        paths = sorted(mine | self._incoming)
        return list(self._wish.examine(new, paths)) if paths else []

    def _message(self, count: int) -> str:
        with speaking(self._wish.language):
            words = ngettext(
                "merge {remote}: {count} commit", "merge {remote}: {count} commits", count
            ).format(remote=self._remote.label, count=count)
        return f"{words}\n\nSvcctl: {_COMMAND}\n"

    def _signature(self) -> Signature:
        return Signature(_identity(self._repo, self._wish.now), self._wish.signed)


def _identity(repo: Repository, now: datetime) -> dict[str, str]:
    """Return who makes the merge: git's own idea of it, else this program."""
    moment = f"{int(now.timestamp())} {now:%z}"
    env = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    if not state.identity(repo.folder):
        for who in ("AUTHOR", "COMMITTER"):
            env |= {f"GIT_{who}_NAME": "svcctl", f"GIT_{who}_EMAIL": "svcctl@localhost"}
    return env


def _jittered(turn: int) -> float:
    """Return a pause in seconds that grows, never in step with another desk."""
    longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * (1 << turn))
    return longest * (0.2 + 0.8 * int.from_bytes(os.urandom(2), "big") / 65535)

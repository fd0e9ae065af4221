"""Making the commits that await in the queue, in order, without ever failing who wrote.

A commit holds exactly the files of one command or batch. Hooks of commits are not run: what was
written was validated by the store before it was written. During a merge, a rebase and the like
nothing is committed; it is when that is over. What a person has staged stays staged as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from svcctl.base.errors import GitError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.book import files
from svcctl.book.journal import Change
from svcctl.book.trouble import reason
from svcctl.vcs import git
from svcctl.vcs.commits import queue
from svcctl.vcs.commits import tip as tips
from svcctl.vcs.commits.queue import Waiting
from svcctl.vcs.commits.tip import Draft
from svcctl.vcs.commits.tip import Held
from svcctl.vcs.commits.tip import Person
from svcctl.vcs.commits.tip import Tip

MOST = 50
"""How many commits one command makes at most; after weeks without git there may be many."""
_TRIES = 4
_MOVED = ("but expected", "reference already exists", "unable to resolve reference")


class Flushed(NamedTuple):
    """What became of the queue.

    Attributes:
        done: How many commits were made, or were found made.
        left: What a person should know, a line each.
    """

    done: int
    left: list[str]


class _Way(NamedTuple):
    """What holds for every commit of one flush."""

    root: Path
    now: datetime
    signed: bool
    own: Mapping[str, str]


class _Later(Exception):  # noqa: N818 - no error: its time has not come
    """The commit must wait; says why."""


class _Never(Exception):  # noqa: N818 - no error either
    """The commit cannot be made any more; says why."""


def flush(root: Path, now: datetime, *, most: int = MOST) -> Flushed:
    """Make the commits that await, in order; the caller holds the writer lock. Never raises.

    Args:
        now: The time of commit; that of the author is in the queue.
    """
    done, left = 0, []
    try:
        numbers = queue.numbers(root)
        if not numbers:
            return Flushed(0, [])
        way = _Way(root, now, is_signed(root, now), tips.settings(root))
        for number in numbers[:most]:
            left += _one(way, number)
            done += 1
        if len(numbers) > most:
            left.append(_waiting(len(numbers) - most))
    except _Later as why:
        left.append(str(why))
    except SvcctlError as error:
        left.append(_not_yet(error.message))
    except OSError as error:
        left.append(_not_yet(reason(error)))
    return Flushed(done, left)


def _waiting(count: int) -> str:
    return ngettext(
        "{count} more commit waits; the next writing command makes it",
        "{count} more commits wait; the next writing command makes them",
        count,
    ).format(count=count)


def _not_yet(why: str) -> str:
    return _("not committed to Git yet: {why}; the next writing command tries again").format(
        why=why
    )


def is_signed(root: Path, now: datetime) -> bool:
    """Return whether today's policy wants commits signed; False where it cannot be read."""
    from svcctl.book.book import Book

    try:
        policy = Book.open(root).handbook.policy(now.date())
    except SvcctlError:
        return False
    return bool(policy.setting("git", "signed", default=False))


def _one(way: _Way, number: int) -> list[str]:
    """Make one commit and take it from the queue; return what there is to say."""
    waiting = queue.load(way.root, number)
    try:
        if waiting is None:
            said = [_damaged(f"{queue.FOLDER}/{number}")]
        else:
            said = _adopted(way, waiting) if waiting.adopt else _committed(way, waiting)
    except _Never as why:
        said = [str(why)]
    queue.drop(way.root, number)
    return said


def _damaged(path: str) -> str:
    return _("'{path}' is damaged; what it held is safe in the book: svcctl git commit").format(
        path=path
    )


def _committed(way: _Way, waiting: Waiting) -> list[str]:
    """Make an ordinary commit; again if somebody commits meanwhile."""
    for left in reversed(range(_TRIES)):
        tip, held = _look(way.root, waiting.changes)
        todo = _todo(way.root, waiting, held)
        if not todo:
            return []
        try:
            _make(way, tip, waiting, todo, held)
        except GitError as error:
            if not left or not _has_moved(error):
                raise
        else:
            return _own_work(todo, held)
    return []


def _look(root: Path, changes: Sequence[Change]) -> tuple[Tip, dict[str, Held]]:
    """Return where the branch stands and what it holds.

    Raises:
        _Later: This is no time to commit.
    """
    tip = tips.find(root)
    under_way, held = tips.held(tip, [change.path for change in changes])
    if under_way:
        raise _Later(
            _("not committed to Git during a {what}; svcctl does it afterwards").format(
                what=_(under_way)
            )
        )
    if not tip.branch:
        raise _Later(
            _("not committed to Git: no branch is checked out; svcctl does it when one is")
        )
    return tip, held


def _todo(root: Path, waiting: Waiting, held: Mapping[str, Held]) -> list[Change]:
    """Return the changes that the tip does not hold yet.

    Raises:
        _Never: It holds something else: before the change, a person wrote what nobody committed.
            Or a person put the file back, by `git stash` or `git reset`: the history would hold
            what the book does not.
    """
    todo: list[Change] = []
    strange: list[Change] = []
    for change in waiting.changes:
        head, new = held[change.path].head, files.hash_of(change.new)
        if head == new:
            continue
        (todo if head == change.old else strange).append(change)
    back = [change for change in todo if _is_put_back(root, change)]
    later = _written_later(root, waiting.number) if strange or back else {}
    for change in strange:
        if held[change.path].head not in later.get(change.path, ()):
            raise _Never(_foreign(change.path))
    for change in back:
        if change.old not in later.get(change.path, ()):
            raise _Never(_put_back(change.path))
    return todo


def _is_put_back(root: Path, change: Change) -> bool:
    """Return whether the file is again what it was before the change."""
    try:
        return files.blob_hash(files.read_raw(f"{root}/{change.path}")) == change.old
    except (FileNotFoundError, NotADirectoryError):
        return change.old is None
    except OSError:
        return False


def _put_back(path: str) -> str:
    return _(
        "not committed to Git: '{path}' was put back to what it was before; if it was by"
        " 'git stash': git stash pop, then svcctl git commit"
    ).format(path=path)


def _written_later(root: Path, number: int) -> dict[str, set[str | None]]:
    """Return what the commits behind this one write: a tip that has it has this one, too."""
    found: dict[str, set[str | None]] = {}
    for one in queue.waiting(root):
        if one.number > number:
            for change in one.changes:
                found.setdefault(change.path, set()).add(files.hash_of(change.new))
    return found


def _foreign(path: str) -> str:
    return _(
        "not committed to Git: '{path}' was changed before and that is not committed either;"
        " both with: svcctl git commit"
    ).format(path=path)


def _make(
    way: _Way, tip: Tip, waiting: Waiting, todo: Sequence[Change], held: Mapping[str, Held]
) -> None:
    """Write the commit, then the index entries that were the tip's, then move the branch."""
    if path := tips.filtered(tip, [change.path for change in todo], way.own):
        raise _Never(
            _("not committed to Git: a filter changes '{path}' on its way; use git commit").format(
                path=path
            )
        )
    modes = tips.modes(tip, todo, way.own)
    made = _written(way, tip, waiting, todo, modes)
    tips.stage(tip, [one for one in todo if held[one.path].staged == held[one.path].head], modes)
    tips.move(tip, made, f"svcctl: {waiting.message.partition(chr(10))[0]}")


def _written(
    way: _Way, tip: Tip, waiting: Waiting, todo: Iterable[Change], modes: Mapping[str, str]
) -> str:
    """Write the objects of a commit and return its hash, signed if the policy says so."""
    known = tips.committer(way.own)
    author = Person(waiting.author, waiting.email) if waiting.author else known
    author = author or Person("svcctl", "svcctl")
    draft = Draft(
        waiting.message,
        author.stamp(waiting.at, waiting.zone),
        known or author,
        int(way.now.timestamp()),
        f"{way.now:%z}" or "+0000",
    )
    made = tips.write(tip, draft, todo, modes)
    return tips.sign(tip, draft, made) if way.signed else made


def _own_work(todo: Sequence[Change], held: Mapping[str, Held]) -> list[str]:
    """Return a note on files that a person has staged in another form."""
    return [
        _("'{path}' is staged with changes of your own; what svcctl wrote is not staged").format(
            path=one.path
        )
        for one in todo
        if held[one.path].staged not in (held[one.path].head, files.hash_of(one.new))
    ]


def _has_moved(error: GitError) -> bool:
    return any(word in line for line in (error.message, *error.hints) for word in _MOVED)


def _adopted(way: _Way, waiting: Waiting) -> list[str]:
    """Move the branch to a merge that was made, and the index entries of what it changed."""
    tip, held = _look(way.root, waiting.changes)
    if tip.commit != waiting.onto and not _is_in(tip, waiting.adopt):
        raise _Never(
            _("the branch went on while a merge was being taken over; run: svcctl git sync")
        )
    own = {one.path: held[one.path].staged for one in waiting.changes}
    todo = [one for one in waiting.changes if own[one.path] == one.old]
    tips.stage(tip, todo, tips.modes(tip, todo, way.own))
    if tip.commit == waiting.onto:
        tips.move(tip, waiting.adopt, f"svcctl: {waiting.message.partition(chr(10))[0]}")
    return []


def _is_in(tip: Tip, commit: str) -> bool:
    """Return whether the branch holds a commit already."""
    asked = ["rev-list", "--max-count=1", f"^{tip.commit}", commit]
    try:
        return bool(tip.commit) and not git.run(tip.root, asked)
    except GitError:
        return False


def make(root: Path, waiting: Waiting, now: datetime) -> str:
    """Commit at once what a person asked for, with their own entries of these paths in the index.

    Returns:
        The hash of the commit; empty if the tip holds all of it already.

    Raises:
        RefusedError: This is no time to commit.
        GitError: Git is missing or failed; the branch is as it was.
    """
    way = _Way(root, now, is_signed(root, now), tips.settings(root))
    for left in reversed(range(_TRIES)):
        try:
            tip, held = _look(root, waiting.changes)
            fresh = [
                one for one in waiting.changes if held[one.path].head != files.hash_of(one.new)
            ]
            if fresh:
                return _make_all(way, tip, waiting, fresh)
            tips.stage(tip, waiting.changes, tips.modes(tip, waiting.changes, way.own))
        except (_Later, _Never) as why:
            raise RefusedError(str(why), "git status") from None
        except GitError as error:
            if not left or not _has_moved(error):
                raise
        else:
            return ""
    return ""


def _make_all(way: _Way, tip: Tip, waiting: Waiting, todo: Sequence[Change]) -> str:
    held = {one.path: Held(None, None) for one in todo}
    _make(way, tip, waiting, todo, held)
    return tips.find(way.root).commit

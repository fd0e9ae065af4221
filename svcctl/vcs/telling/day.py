"""What came into this branch on one day, and what of it needs an eye.

A day is a range of the branch's own line of commits (first parents) by the time of the commit, in
the book's zone; today also has what nobody committed yet. Git is started a fixed number of times.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import tzinfo
from pathlib import Path
from typing import Any
from typing import NamedTuple

from svcctl.base.case import MACHINE
from svcctl.base.clock import is_limit
from svcctl.base.clock import length
from svcctl.base.record import Entry
from svcctl.book.source import is_record
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import Policy
from svcctl.kinds import KINDS
from svcctl.vcs import git
from svcctl.vcs.commits import queue
from svcctl.vcs.delta import Delta
from svcctl.vcs.state import under_way
from svcctl.vcs.telling import changes
from svcctl.vcs.telling.changes import FILES
from svcctl.vcs.telling.changes import Seen
from svcctl.vcs.telling.changes import Span
from svcctl.vcs.telling.history import Commit
from svcctl.vcs.telling.history import Logged
from svcctl.vcs.telling.history import Step
from svcctl.vcs.telling.history import log
from svcctl.vcs.telling.history import told

BROKEN, REWRITTEN, BY_HAND, STRANGER, LATE, SAME = (
    "unreadable", "rewritten", "by-hand", "no-card", "late", "same-person",
)  # fmt: skip
HANDBOOK = "handbook/"
_COMMIT = "git commit"
"""The command that commits what was edited past the commands."""
_BY_ITSELF = "svcctl"
"""Who the commits of commands are by that nobody typed."""


class Day(NamedTuple):
    """What a day brought.

    Attributes:
        span: The book before and after; None where there was no book in Git by then.
        logged: The commits that came in, also those that a merge brought.
        seen: The files that differ.
        steps: What each commit of a person did, and each merge; and what is not committed.
        begun: The commit with which the book begins, if it does on this day.
        founding: What the book begins with, which is no act of the day.
        under_way: What git is in the middle of, `merge` …: what is not committed is of no hand yet.
        awaiting: Files as a command left them that could not be committed so far.
    """

    day: date
    span: Span | None
    logged: list[Logged]
    seen: list[Seen]
    steps: list[Step]
    begun: Logged | None = None
    founding: Sequence[Seen] = ()
    under_way: str = ""
    awaiting: frozenset[str] = frozenset()

    @property
    def uncommitted(self) -> list[Seen]:
        """Return what nobody committed yet."""
        return [one.seen for one in self.steps if one.commit is None]


class Sign(NamedTuple):
    """Something that needs an eye.

    Attributes:
        what: One of the words above.
        seen: The file it is about; None for a commit.
        entry: The entry it is about.
        person: Who: a staff id, or the name on a commit.
        commit: The commit in which it came; None if it is not committed.
    """

    what: str
    seen: Seen | None = None
    entry: Entry | None = None
    person: str = ""
    commit: Commit | None = None

    @property
    def path(self) -> str:
        """Return the file it is about; empty for a commit."""
        return self.seen.path if self.seen is not None else ""


def day_of(root: Path, day: date, today: date, zone: tzinfo) -> Day:
    """Return what came in on a day.

    Raises:
        GitError: There is no repository, git is missing or failed.
    """
    start = int(datetime.combine(day, time(), zone).timestamp())
    end = int(datetime.combine(day + timedelta(days=1), time(), zone).timestamp())
    newest = changes.head(root)
    tip = _before(root, end, newest)
    base = _before(root, start, tip)
    if not tip and day != today:
        return Day(day, None, [], [], [])
    asked = [tip] + [f"^{base}"] * bool(base)
    logged = log(root, asked) if tip else []
    begun = None if base else _first(logged, tip)
    base = begun.commit.hash if begun is not None else base
    span = Span(base or changes.empty(root), FILES if day == today else tip)
    seen = list(changes.between(root, span))
    later = [one for one in logged if one is not begun]
    steps = list(told(root, [one for one in later if _is_of_person(one.commit)]))
    if day == today and newest:
        here = changes.between(root, Span(newest)) if newest != base else seen
        steps += [Step(None, one) for one in here]
    founding = [step.seen for step in told(root, [begun])] if begun is not None else []
    busy = under_way(git.find(root).git) if day == today else ""
    awaiting = frozenset(_awaiting(root)) if day == today else frozenset[str]()
    return Day(day, span, logged, seen, steps, begun, founding, busy, awaiting)


def _awaiting(root: Path) -> Iterator[str]:
    """Yield the files that are as a command wrote them, though that is not committed."""
    last = {change.path: change.new for one in queue.waiting(root) for change in one.changes}
    for path, data in last.items():
        try:
            if data == (root / path).read_bytes():
                yield path
        except OSError:
            continue


def _first(logged: Sequence[Logged], tip: str) -> Logged | None:
    """Return the commit in which this branch begins."""
    known = {one.commit.hash: one for one in logged}
    found = known.get(tip)
    while found is not None and found.commit.parents:
        found = known.get(found.commit.parents[0])
    return found


def _before(root: Path, end: int, tip: str) -> str:
    """Return the last commit of the branch before a moment, empty if there is none."""
    if not tip:
        return ""
    asked = ["rev-list", "--first-parent", "--max-count=1", f"--min-age={end - 1}", tip, "--"]
    return git.run(root, asked).decode().strip()


# -- what needs an eye ----------------------------------------------------------------------------


class Rules(NamedTuple):
    """What a day is judged by.

    Attributes:
        handbook: None where it cannot be read.
        has_card: Tells whether a staff id has a card.
        name: Gives the name of a colleague.
    """

    handbook: Handbook | None
    policies: Sequence[Mapping[str, Any]]
    has_card: Callable[[str], bool]
    name: Callable[[str], str]

    def policy(self, day: date) -> Policy:
        """Return the policy in force on a day, as far as it can be read."""
        held = [one for one in self.policies if str(one.get("id", "")) <= day.isoformat()]
        return Policy({**one, "id": str(one.get("id", ""))} for one in held or self.policies[:1])


def signs(found: Day, rules: Rules) -> Iterator[Sign]:
    """Yield what needs an eye: what cannot be read, hand edits, strangers, late, one for both."""
    last = _last_by_hand(found.logged)
    for seen in (*found.founding, *found.seen):
        known = seen.delta is not None or seen.same or seen.what == changes.MOVED
        if not known and is_record(seen.path):
            yield Sign(BROKEN, seen, commit=last.get(seen.path))
    rewritten = list(_rewritten(found, last))
    yield from rewritten
    if rules.policy(found.day).setting("git", "commit") == "auto":
        told_of = {one.path for one in rewritten}
        yield from (one for one in _by_hand(found, last) if one.path not in told_of)
    yield from _strangers([one for one in found.logged if one is not found.begun], rules)
    for seen in found.seen:
        if seen.delta is not None and KINDS[seen.delta.kind].shape == "case" and not is_old(seen):
            yield from _late(seen, seen.delta, rules)
            yield from _same(seen, seen.delta, rules)


def _last_by_hand(logged: Sequence[Logged]) -> dict[str, Commit]:
    """Return the last commit of a person, by file; a command's is none."""
    return {raw.path: one.commit for one in logged if _is_by_hand(one.commit) for raw in one.files}


def _is_by_hand(commit: Commit) -> bool:
    # A book begins with a commit of everything, and a merge brings what others did.
    return _is_of_person(commit) and len(commit.parents) == 1


def _is_of_person(commit: Commit) -> bool:
    """Tell whether somebody committed what they had changed in files, with git or `git commit`."""
    return commit.command in ("", _COMMIT)


def _rewritten(found: Day, last: Mapping[str, Commit]) -> Iterator[Sign]:
    """Yield edits of logs, also of what was written on the same day, which the day hides."""
    # In the middle of a merge a file holds both sides of it.
    named = {one.path for one in found.uncommitted} if found.under_way else set()
    for step in found.steps:
        if step.commit is None and found.under_way:
            continue
        if step.seen.delta is not None and step.seen.delta.rewritten:
            named.add(step.seen.path)
            yield Sign(REWRITTEN, step.seen, commit=step.commit)
    for seen in found.seen:
        if seen.delta is not None and seen.delta.rewritten and seen.path not in named:
            yield Sign(REWRITTEN, seen, commit=last.get(seen.path))


def _by_hand(found: Day, last: Mapping[str, Commit]) -> Iterator[Sign]:
    """Yield records that were changed past the commands; edits of logs are told as such."""
    uncommitted = {one.path for one in found.uncommitted if not found.under_way}
    uncommitted -= found.awaiting
    planted = {one.seen.path: one.commit for one in found.steps if one.planted}
    for seen in found.seen:
        is_told = seen.delta is None or seen.delta.rewritten or not is_record(seen.path)
        if is_told:
            continue
        if seen.path in last or seen.path in uncommitted or seen.path in planted:
            yield Sign(BY_HAND, seen, commit=planted.get(seen.path) or last.get(seen.path))


def _strangers(logged: Sequence[Logged], rules: Rules) -> Iterator[Sign]:
    """Yield the first commit of each author who is nobody on the staff."""
    known: dict[tuple[str, str], bool] = {}
    for one in logged:
        who = one.commit.author, one.commit.email
        if who in known or not any(is_record(raw.path) for raw in one.files):
            continue
        if one.commit.command and one.commit.person == _BY_ITSELF:
            continue  # what runs by itself has no card
        known[who] = rules.has_card(one.commit.person)
        if not known[who]:
            yield Sign(STRANGER, person=one.commit.author, commit=one.commit)


def is_old(seen: Seen) -> bool:
    """Tell whether a case is one that was taken over from another system, as it was there."""
    delta = seen.delta
    return delta is not None and delta.before is None and bool((delta.after or {}).get("source"))


def _late(seen: Seen, delta: Delta, rules: Rules) -> Iterator[Sign]:
    for entry in delta.added:
        at, when = entry.get("at"), entry.get("when")
        if not isinstance(at, datetime) or not isinstance(when, datetime):
            continue
        if entry.get("by") == MACHINE:
            continue
        limit = rules.policy(at.date()).setting("time", "late_entry", "")
        if is_limit(limit) and gap(entry) > length(limit):
            yield Sign(LATE, seen, entry, str(entry.get("by", "")))


def gap(entry: Entry) -> timedelta:
    """Return how long after it happened an entry was written down."""
    at, when = (
        one if one.tzinfo else one.replace(tzinfo=UTC) for one in (entry["at"], entry["when"])
    )
    span: timedelta = at - when
    return span


def _same(seen: Seen, delta: Delta, rules: Rules) -> Iterator[Sign]:
    """Yield acts by which somebody granted what they had asked for themselves (GAP-33)."""
    approvals = KINDS[delta.kind].rule("approvals")
    if approvals is None or rules.handbook is None or delta.after is None:
        return
    fresh = {str(one.get("n")): one for one in delta.added}
    try:
        every = list(approvals(delta.after, rules.handbook))
    except (LookupError, TypeError, ValueError, AttributeError):
        return  # a broken log; `validate` says how
    for one in every:
        both = one.applicant in (one.approver, rules.name(one.approver))
        if one.n in fresh and both:
            yield Sign(SAME, seen, fresh[one.n], one.approver)

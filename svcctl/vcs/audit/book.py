"""What must hold over the time of a book, asked of each commit of its history.

`svcctl validate` looks at one state; this looks at the way from each to the next. Every version of
a file is parsed once as it passes. Nothing in the history makes it fail: a version that cannot be
read is a finding, and what comes after it is compared with what was before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from typing import Self

from svcctl.base.finding import Finding
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.layout import id_of
from svcctl.kinds import Kind
from svcctl.kinds import kind_of
from svcctl.vcs.audit import acts as audit_acts
from svcctl.vcs.audit import cards as audit_cards
from svcctl.vcs.audit import entries as audit_entries
from svcctl.vcs.audit import signs as audit_signs
from svcctl.vcs.audit.acts import Scene
from svcctl.vcs.audit.entries import Lost
from svcctl.vcs.audit.entries import Versions
from svcctl.vcs.audit.then import Thens
from svcctl.vcs.audit.walk import ODD
from svcctl.vcs.audit.walk import Blobs
from svcctl.vcs.audit.walk import Change
from svcctl.vcs.audit.walk import Past
from svcctl.vcs.audit.walk import commits
from svcctl.vcs.delta import log_of
from svcctl.vcs.delta import strange

_AHEAD = 512
"""How many changed files are read at once."""

_LASTING = frozenset(("staff", "resident"))
"""Cards whose ids are never given to another; those of cases are not either."""


class Found(NamedTuple):
    """One finding of an audit: in which commit, and where in that commit's file.

    Attributes:
        line: From 1, as `col`.
    """

    past: Past
    path: str
    line: int
    col: int
    finding: Finding


class Audit:
    """The audit of a book's history; a context manager.

    Args:
        root: The book.
        since: A commit whose history is not looked at again; empty for all of it.

    Raises:
        GitError: Git is missing or failed.
    """

    def __init__(self, root: Path, since: str = "") -> None:
        self._root = root
        self._revs = [f"{since}..HEAD"] if since else ["HEAD"]
        self._blobs = Blobs(root)
        self._thens = Thens(root, self._revs, self._blobs)
        self._memory = _Memory()
        self._unsigned: list[tuple[Past, str]] = []
        self.files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._blobs.close()

    def __len__(self) -> int:
        return len(self._thens)

    def commits(self) -> Iterator[Past]:
        """Give the commits to look at, oldest first; what they hold is read some ahead."""
        stream, ahead = commits(self._root, self._revs), 0
        waiting: list[Past] = []
        for one in stream:
            waiting.append(one)
            ahead += len(one.changes)
            if ahead >= _AHEAD:
                yield from self._read(waiting)
                waiting, ahead = [], 0
        yield from self._read(waiting)

    def _read(self, waiting: Sequence[Past]) -> Sequence[Past]:
        changes = (change for one in waiting for change in one.changes)
        self._blobs.want(_hashes(islice(changes, _AHEAD)))
        return waiting

    def look(self, past: Past) -> list[Found]:
        """Return what is wrong in a commit, by path and place."""
        before = tuple(self._thens.before(past))
        had_book = any(one.ground.is_book for one in before)
        ground = before[0].ground.after(past.changes) if before else None
        latest: dict[str, float] = {}
        for then in before:
            for desk, moment in then.latest.items():
                latest[desk] = max(moment, latest.get(desk, 0.0))
        ground = ground or self._thens.empty().ground.after(past.changes)
        scene = Scene(past, before, ground, not had_book)
        self._note_sign(scene)
        found: list[Found] = []
        changes = iter(past.changes)
        while part := list(islice(changes, _AHEAD)):
            self._blobs.want(_hashes(part))
            for change in part:
                found += self._change(scene, change, latest)
        self._thens.enter(past, before, latest)
        return found

    def signatures(self) -> Iterator[Found]:
        """Give the commits that should have been signed well and are not; asked at the end."""
        if not self._unsigned:
            return
        paths = {past.hash: path for past, path in self._unsigned}
        pasts = {past.hash: past for past, _path in self._unsigned}
        for name, finding in audit_signs.wrong(self._root, list(pasts)):
            yield Found(pasts[name], paths[name], 1, 1, finding)

    def _note_sign(self, scene: Scene) -> None:
        """Ask for a signature where a policy that the commit was made under wants one."""
        if not scene.past.changes:
            return
        grounds = [one.ground for one in scene.before if one.ground.is_book] or [scene.ground]
        day = audit_acts.day_of(scene.past.committed, scene.ground)
        if any(one.handbook.policy(day).setting("git", "signed") is True for one in grounds):
            self._unsigned.append((scene.past, scene.past.changes[0].path))

    # -- one file -------------------------------------------------------------------------------

    def _change(self, scene: Scene, change: Change, latest: dict[str, float]) -> list[Found]:
        kind = kind_of(change.path)
        if kind is None or id_of(change.path) is None:
            return []
        self.files += 1
        new = self._record(change.new) if change.new else None
        if change.new and new is None:
            told = self._unreadable(scene.past, change)
            return [told] if change.everywhere else []
        olds = [
            one for digest in change.olds if digest and (one := self._last(change.path, digest))
        ]
        if kind.shape == "case":
            findings = list(self._case(scene, change, kind, olds, new, latest))
        else:
            findings = list(self._card(scene, change, kind, olds, new))
        return self._placed(scene.past, change, findings)

    def _record(self, digest: str) -> Record | None:
        return self._blobs.get(digest).record

    def _last(self, path: str, digest: str) -> Record | None:
        """Return what a file was; where that cannot be read, what it was before."""
        return self._record(self._memory.readable(path, digest))

    def _unreadable(self, past: Past, change: Change) -> Found:
        problem = self._blobs.get(change.new).problem if change.new != ODD else None
        for old in change.olds:
            if old and old != ODD and self._record(self._memory.readable(change.path, old)):
                self._memory.stands_for(change.path, change.new, old)
        said = {"problem": problem.message if problem else "-"}
        line, col = (problem.line, problem.col) if problem else (1, 1)
        return Found(past, change.path, line, col, Finding("AUD119", (), said))

    def _case(
        self,
        scene: Scene,
        change: Change,
        kind: Kind,
        olds: list[Record],
        new: Record | None,
        latest: dict[str, float],
    ) -> Iterator[Finding]:
        if new is None:
            if self._memory.removed(change.path, olds):
                yield Finding("AUD103", (), {"id": id_of(change.path)})
            return
        if not olds and change.everywhere and (gone := self._memory.gone.pop(change.path, None)):
            if any(one not in log_of(new) for one in log_of(gone)):
                yield Finding("AUD104", ("id",), {"id": id_of(change.path)})
                return
            olds = [gone]
        first = self._memory.first.get(change.path, {})
        past = scene.past
        merged, carried = len(past.parents) > 1, past.committed != past.authored
        seen = Versions(olds, new, merged, carried, first, change.everywhere)
        for lost in audit_entries.changed(seen):
            self._memory.lost(change.path, lost.name, lost.entries)
            told = self._memory.told(change.path, lost, new)
            if not (told and seen.merged):
                yield lost.finding
        if not change.everywhere:
            return  # the rest was looked at where it came from
        yield from _header(kind, olds, new)
        fresh = audit_entries.added(seen)
        for place, entry in fresh:
            yield from audit_acts.of_entry(scene, kind, new, place, entry)
            audit_acts.note(latest, entry)
        yield from _approvals(scene, kind, new, fresh)

    def _card(
        self, scene: Scene, change: Change, kind: Kind, olds: list[Record], new: Record | None
    ) -> Iterator[Finding]:
        path = change.path
        if new is None:
            if not self._memory.removed(path, olds):
                return
        elif not change.everywhere:
            return  # one side of a merge, which was looked at there
        elif not olds and (gone := self._memory.gone.pop(path, None)):
            if kind.name in _LASTING and gone != new:
                yield Finding("AUD104", ("id",), {"id": id_of(path)})
            olds = [gone]
        if new is None or new != self._memory.was.get(path):
            found = list(_of_card(scene, kind, olds, new))
            if found and olds:
                self._memory.was.setdefault(path, olds[0])
            yield from found

    def _placed(self, past: Past, change: Change, findings: Sequence[Finding]) -> list[Found]:
        if not findings:
            return []
        data = (self._blobs.raw(change.new) or b"") if change.new else b""
        places = toml.locate_all(data, [one.where for one in findings])
        return [
            Found(past, change.path, line, col, one)
            for (line, col), one in sorted(
                zip(places, findings, strict=True), key=lambda found: found[0]
            )
        ]


class _Memory:
    """What the history had and somebody changed, so that putting it right is told of no more."""

    def __init__(self) -> None:
        self.gone: dict[str, Record] = {}
        self.was: dict[str, Record] = {}
        self.first: dict[str, dict[str, list[Entry]]] = {}
        self._stands: dict[tuple[str, str], str] = {}
        self._told: set[tuple[str, str, str]] = set()

    def removed(self, path: str, olds: Sequence[Record]) -> bool:
        """Note that a file is gone; False if that was told of already, on one side of a merge."""
        told = path in self.gone
        if olds:
            self.gone[path] = olds[0]
        return not told

    def lost(self, path: str, name: str, was: Sequence[Entry]) -> None:
        """Note what an entry was before it was changed."""
        self.first.setdefault(path, {}).setdefault(name, []).extend(was)

    def told(self, path: str, lost: Lost, new: Record) -> bool:
        """Note what became of an entry; True if that was told of already."""
        now = sorted(repr(one) for one in log_of(new) if str(one.get("n", "")) == lost.name)
        key = path, lost.name, "\n".join(now)
        if key in self._told:
            return True
        self._told.add(key)
        return False

    def stands_for(self, path: str, broken: str, readable: str) -> None:
        """Note that one version stands for another that cannot be read."""
        self._stands[path, broken] = self.readable(path, readable)

    def readable(self, path: str, digest: str) -> str:
        """Return the version that stands for one, itself if it can be read."""
        return self._stands.get((path, digest), digest)


def _hashes(changes: Iterable[Change]) -> Iterator[str]:
    for one in changes:
        yield one.new
        yield from one.olds


def _of_card(
    scene: Scene, kind: Kind, olds: Sequence[Record], new: Record | None
) -> Iterator[Finding]:
    if kind.name == "tally":
        yield from audit_cards.of_tally(olds, new)
    elif kind.name == "desk":
        yield from audit_cards.of_desk(olds, new)
    elif kind.name == "policy":
        day = audit_acts.day_of(scene.past.committed, scene.ground)
        yield from audit_cards.of_policy(olds, new, day, begins=scene.begins)


def _header(kind: Kind, olds: Sequence[Record], new: Record) -> Iterator[Finding]:
    """Yield header fields that do not follow from the log, and did so nowhere before."""
    wrong = dict(strange(kind, new))
    if not wrong:
        return
    folded = kind.rules.fold(log_of(new))
    earlier: list[Mapping[str, object]] = [dict(strange(kind, old)) for old in olds]
    for key, value in wrong.items():
        if not any(key in one and one[key] == value for one in earlier):
            said = {"key": key, "header": value, "log": folded.get(key)}
            yield Finding("AUD105", (key,), said)


def _approvals(
    scene: Scene, kind: Kind, record: Record, fresh: Sequence[tuple[int, Entry]]
) -> Iterator[Finding]:
    """Yield acts by which somebody approved what they had applied for themselves (GAP-33)."""
    rule = kind.rule("approvals")
    if rule is None or not fresh:
        return
    places = {str(one.get("n")): place for place, one in fresh}
    try:
        every = list(rule(record, scene.ground.handbook))
    except (LookupError, TypeError, ValueError, AttributeError):
        return  # a broken log; `validate` says how
    for one in every:
        if one.grave and one.applicant == one.approver and one.n in places:
            said = {"n": one.n, "by": one.approver}
            yield Finding("AUD106", ("log", places[one.n], "by"), said)

"""The book as it was at each commit, as far as others are judged by it.

Staff cards, desks, handbook and tallies are few and change seldom: commits that change none of them
share one object, and what no commit to come is made from is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from datetime import datetime
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from svcctl.base import fields
from svcctl.base.record import Record
from svcctl.book.layout import path_of
from svcctl.handbook.lookup import Handbook
from svcctl.kinds import KINDS
from svcctl.vcs import git
from svcctl.vcs.audit.walk import Blobs
from svcctl.vcs.audit.walk import Change
from svcctl.vcs.audit.walk import Past
from svcctl.vcs.audit.walk import children
from svcctl.vcs.audit.walk import lines

_BOOK = "book.toml"
_FOLDERS = ("staff", "desks", "handbook", "handbook/policy")
_TALLIES = "tallies"
_ZONE = "Asia/Shanghai"


class Tally(NamedTuple):
    """A tally on file: the days it covers, and when it was filed (epoch seconds)."""

    id: str
    first: date
    last: date
    filed_at: float


class Tallies:
    """The tallies on file at a commit."""

    def __init__(
        self, files: Mapping[str, str], blobs: Blobs, known: dict[str, Tally | None] | None = None
    ) -> None:
        self.files = files
        self._blobs = blobs
        # Shared by all that come after: each tally is read once.
        self._known = {} if known is None else known

    def after(self, changes: Iterable[Change]) -> Tallies:
        """Return what they are after some changes: these, if none is about them."""
        files = _after(self.files, [one for one in changes if one.path.startswith("tallies/")])
        return self if files is self.files else Tallies(files, self._blobs, self._known)

    @cached_property
    def _every(self) -> list[Tally]:
        for digest in self.files.values():
            if digest not in self._known:
                record = self._blobs.get(digest).record
                self._known[digest] = _tally(record) if record is not None else None
        every = (self._known[digest] for digest in self.files.values())
        return [one for one in every if one is not None]

    @cached_property
    def _last(self) -> float:
        return max((one.filed_at for one in self._every), default=0.0)

    def closing(self, at: datetime, zone: tzinfo) -> Tally | None:
        """Return the tally that was filed over a moment, None if there was none."""
        if not self.files or at.timestamp() >= self._last:
            return None
        day, moment = at.astimezone(zone).date(), at.timestamp()
        over = (one for one in self._every if one.first <= day <= one.last)
        return min(
            (one for one in over if moment < one.filed_at),
            key=lambda one: one.filed_at,
            default=None,
        )


def _tally(record: Record) -> Tally | None:
    first, last = fields.day(record, "first"), fields.day(record, "last")
    filed_at = record.get("filed_at")
    if first is None or last is None or not isinstance(filed_at, datetime):
        return None
    return Tally(fields.text(record, "id"), first, last, filed_at.timestamp())


class Ground:
    """The files by which entries are judged, as they were at a commit."""

    def __init__(self, files: Mapping[str, str], blobs: Blobs) -> None:
        self.files = files
        self._blobs = blobs

    def after(self, changes: Iterable[Change]) -> Ground:
        """Return what they are after some changes: these, if none is about them."""
        own = [one for one in changes if _is_ground(one.path)]
        files = _after(self.files, own)
        if files is self.files:
            return self
        made = Ground(files, self._blobs)
        if "handbook" in self.__dict__ and not any(
            one.path == _BOOK or one.path.startswith("handbook/") for one in own
        ):
            made.__dict__ |= {key: self.__dict__[key] for key in ("handbook", "zone")}
        return made

    @property
    def is_book(self) -> bool:
        """Whether there was a book."""
        return _BOOK in self.files

    @property
    def desks(self) -> int:
        """How many desks were claimed."""
        return sum(path.startswith("desks/") for path in self.files)

    @cached_property
    def zone(self) -> tzinfo:
        """The zone of the book."""
        settings = self._read(_BOOK) or {}
        try:
            return ZoneInfo(str(settings.get("time_zone", _ZONE)))
        except (KeyError, OSError, ValueError):
            return ZoneInfo(_ZONE)

    @cached_property
    def handbook(self) -> Handbook:
        """The handbook; files that cannot be read are left out."""
        policies = [
            record
            for path in sorted(self.files)
            if path.startswith("handbook/policy/") and (record := self._read(path)) is not None
        ]
        return Handbook(policies, self._read("handbook/roles.toml") or {}, self.zone, "")

    def card(self, name: str) -> Record | None:
        """Return the card of a colleague, None if there was none that can be read."""
        path = path_of(KINDS["staff"], name)
        return self._read(path) if path else None

    def _read(self, path: str) -> Record | None:
        digest = self.files.get(path)
        return self._blobs.get(digest).record if digest else None


def _is_ground(path: str) -> bool:
    return path == _BOOK or path.startswith(("staff/", "desks/", "handbook/"))


def _after(files: Mapping[str, str], changes: Sequence[Change]) -> Mapping[str, str]:
    if not changes:
        return files
    made = {**files, **{one.path: one.new for one in changes}}
    return {path: digest for path, digest in made.items() if digest}


class Then(NamedTuple):
    """The book at a commit.

    Attributes:
        latest: Desk → when it last wrote an entry, as far as this history tells; epoch seconds.
    """

    ground: Ground
    tallies: Tallies
    latest: Mapping[str, float]


class Thens:
    """The book at the commits of a history, each asked once its parents were.

    Raises:
        GitError: Git is missing or failed.
    """

    def __init__(self, root: Path, revs: Sequence[str], blobs: Blobs) -> None:
        self._blobs = blobs
        self._prefix = git.find(root).prefix
        graph = lines(root, revs)
        self._length = len(graph)
        self._children = children(graph)
        self._known: dict[str, Then] = {}

    def __len__(self) -> int:
        return self._length

    def before(self, past: Past) -> list[Then]:
        """Return the book at the parents of a commit."""
        found = []
        for parent in past.parents:
            if parent not in self._known:
                self._known[parent] = self._from_trees(parent)
            found.append(self._known[parent])
        return found

    def enter(self, past: Past, before: Sequence[Then], latest: Mapping[str, float]) -> None:
        """Note the book at a commit, and forget what no later commit is made from."""
        start = before[0] if before else self.empty()
        made = Then(start.ground.after(past.changes), start.tallies.after(past.changes), latest)
        if self._children.get(past.hash):
            self._known[past.hash] = made
        for parent in past.parents:
            self._children[parent] = self._children.get(parent, 1) - 1
            if not self._children[parent]:
                self._known.pop(parent, None)

    def empty(self) -> Then:
        """Return what there was before the first commit."""
        return Then(Ground({}, self._blobs), Tallies({}, self._blobs), {})

    def _from_trees(self, commit: str) -> Then:
        """Return the book at a commit whose own history is not walked."""
        cards = {path: digest for path, digest in self._tree(commit, "") if path == _BOOK}
        for folder in _FOLDERS:
            cards |= dict(self._tree(commit, folder))
        tallies = dict(self._tree(commit, _TALLIES))
        return Then(Ground(cards, self._blobs), Tallies(tallies, self._blobs), {})

    def _tree(self, commit: str, folder: str) -> Iterator[tuple[str, str]]:
        name = f"{self._prefix}{folder}".rstrip("/")
        data, length = self._blobs.raw(f"{commit}:{name}") or b"", len(commit) // 2
        while data:
            about, _nul, rest = data.partition(b"\0")
            mode, _space, own = about.partition(b" ")
            path = f"{folder}/{own.decode('utf-8', 'backslashreplace')}".lstrip("/")
            if mode in (b"100644", b"100755") and path.endswith(".toml"):
                yield path, rest[:length].hex()
            data = rest[length:]

"""A book, opened: reading records, and transactions that change several at once.

Reading takes no lock. All writing goes through `Book.begin`; what a transaction promises is in
`svcctl.book.journal`: durable when the command returns, all or nothing over any number of files.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import date
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.errors import InvalidRecordError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.ids import DatedId
from svcctl.base.ids import SerialId
from svcctl.base.ids import parse_dated
from svcctl.base.ids import parse_serial
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.layout import day_folder
from svcctl.book.layout import path_of
from svcctl.book.reading import has_log
from svcctl.book.reading import refuse_vague
from svcctl.book.reading import unreadable
from svcctl.book.source import Disk
from svcctl.book.source import Source
from svcctl.kinds import KINDS

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from svcctl.book.index import Index
    from svcctl.book.journal import Change
    from svcctl.book.local import Local
    from svcctl.book.recorder import Recorder
    from svcctl.handbook.lookup import Handbook


_ROLES = "handbook/roles.toml"
_FEW = 32


class Book:
    """A book at `root`, read through `source`.

    Args:
        root: The folder with `book.toml`.
        source: Where bytes come from; the disk unless given.
        cached: Whether the derived index may be read from and written to disk.

    Raises:
        NotFoundError: There is no `book.toml`.
        InvalidRecordError: `book.toml` cannot be read, or is of a newer format.
    """

    def __init__(
        self, root: Path | str, *, source: Source | None = None, cached: bool = True
    ) -> None:
        self.folder = os.fspath(root)
        self.source = source or Disk(root)
        self._cached = cached
        self._parsed = 0
        self.settings = self._settings()

    @classmethod
    def open(cls, root: Path | str, *, source: Source | None = None, cached: bool = True) -> Book:
        """Open the book at `root`; arguments and errors as of the class."""
        return cls(root, source=source, cached=cached)

    def parse(self, data: bytes) -> Record:
        """Read a record file: the first few with the parser that is loaded soonest.

        Raises:
            TomlError: It is no record file.
        """
        self._parsed += 1
        return toml.parse_one(data) if self._parsed <= _FEW else toml.parse(data)

    def _settings(self) -> Record:
        try:
            settings = self.parse(self.source.read("book.toml"))
        except FileNotFoundError:
            raise NotFoundError(
                _("there is no book at '{root}'").format(root=self.folder), "svcctl init DIR"
            ) from None
        except toml.TomlError as error:
            raise unreadable("book.toml", error) from None
        if settings.get("format") != 1:
            raise InvalidRecordError(
                _("the book has format '{format}'; this svcctl knows format 1").format(
                    format=settings.get("format")
                )
            )
        return settings

    @cached_property
    def root(self) -> Path:
        """The folder with `book.toml`."""
        from pathlib import Path  # reading commands do without

        return Path(self.folder)

    @cached_property
    def local(self) -> Local:
        """The state of this clone: desk, numbers, who is acting."""
        from svcctl.book.local import Local  # writing commands alone

        return Local(self.root)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The estate's time zone."""
        from zoneinfo import ZoneInfo

        try:
            return ZoneInfo(str(self.settings.get("time_zone", "Asia/Shanghai")))
        except (KeyError, OSError, ValueError):
            raise InvalidRecordError(
                _("book.toml names an unknown time zone '{zone}'").format(
                    zone=self.settings.get("time_zone")
                )
            ) from None

    @cached_property
    def handbook(self) -> Handbook:
        """The handbook of this book, all files of it; roles are read when they are asked for.

        Raises:
            InvalidRecordError: A policy file cannot be read; rules must not be guessed.
        """
        from svcctl.handbook.lookup import Handbook

        held = list(self._held(sorted(self.source.folder("handbook/policy"))))
        policies = [self._handbook_file(path, data) for path, data in held]
        for (path, _data), policy in zip(held, policies, strict=True):
            refuse_vague(path, policy)

        def roles() -> Record:
            found = [self._handbook_file(*one) for one in self._held([_ROLES])]
            return found[0] if found else {}

        def key() -> str:
            from svcctl.book import files

            every = [*held, *self._held([_ROLES])]
            parts = [(path, files.blob_hash(data)) for path, data in every]
            return "\n".join([str(self.zone), *(part for pair in parts for part in pair)])

        # Hashing is loaded only where it is asked: not for one ticket's clocks. Roles are read only
        # where one is named: a broken roles file must not block intake.
        return Handbook(policies, roles, self.zone, key)

    def _held(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            try:
                yield path, self.source.read(path)
            except FileNotFoundError:
                continue

    def _handbook_file(self, path: str, data: bytes) -> Record:
        try:
            return self.parse(data)
        except toml.TomlError as error:
            raise unreadable(path, error) from None

    @cached_property
    def index(self) -> Index:
        """The derived index, brought up to date once for this book object."""
        from svcctl.book.index import Index

        index = Index(
            self.folder,
            self.source,
            handbook_key=str(self.zone),
            handbook=lambda: self.handbook,
            cached=self._cached,
        )
        index.refresh()
        return index

    @property
    def desk(self) -> str:
        """The desk code of this clone.

        Raises:
            RefusedError: None was claimed, or the folder is a copy.
        """
        return self.local.desk()

    def path(self, kind: str, name: str) -> str:
        """Return where a record lives.

        Raises:
            UsageProblem: `name` is no id of this kind.
        """
        path = path_of(KINDS[kind], name)
        if path is None:
            raise UsageProblem(_("'{name}' is no id of a {kind}").format(name=name, kind=_(kind)))
        return path

    def has(self, kind: str, name: str) -> bool:
        """Tell whether a record exists."""
        path = path_of(KINDS[kind], name)
        return path is not None and self.source.exists(path)

    def get(self, kind: str, name: str) -> Record:
        """Return a record.

        Raises:
            NotFoundError: There is none of this name.
            InvalidRecordError: Its file cannot be read.
        """
        return self.load(kind, name)[0]

    def load(self, kind: str, name: str) -> tuple[Record, bytes]:
        """Return a record and the bytes it was read from; raises as `get` does."""
        path = self.path(kind, name)
        try:
            data = self.source.read(path)
        except FileNotFoundError:
            raise NotFoundError(
                _("there is no {kind} '{name}'").format(kind=_(kind), name=name),
            ) from None
        try:
            record = self.parse(data)
        except toml.TomlError as error:
            raise unreadable(path, error) from None
        if KINDS[kind].shape == "case" and not has_log(record):
            raise InvalidRecordError(
                _("'{path}' has no log that can be read").format(path=path),
                f"svcctl validate {path}",
            )
        return record, data

    def records(self, kind: str) -> Iterator[Record]:
        """Yield every readable record of a kind, in the order of their paths."""
        for name in self.index.ids(kind, readable=True):
            yield self.get(kind, name)

    def resolve(self, kind: str, text: str, now: datetime) -> str:
        """Return the id that `text` means: an id, or a short form such as `A07` or `last`.

        `A07` or `21-A07` is such a number of the last 36 hours; `last` is this desk's newest
        record. A colleague may be called by name.

        Raises:
            NotFoundError: Nothing fits.
            AmbiguousError: More than one record fits; the hints list them.
        """
        from svcctl.book.short import resolve

        return resolve(self, kind, text, now)

    def of_day(self, kind: str, day: date) -> Iterator[DatedId]:
        """Yield the ids of a day that there are."""
        for path in self.source.folder(day_folder(KINDS[kind], day.year, day.month, day.day)):
            if made := parse_dated(path.rpartition("/")[2].removesuffix(".toml")):
                yield made

    @contextmanager
    def begin(
        self,
        command: str,
        *,
        on_wait: Callable[[Mapping[str, Any]], None] | None = None,
        recorder: Recorder | None = None,
    ) -> Iterator[Transaction]:
        """Open a transaction; it is committed when the block ends and dropped if it raises.

        Args:
            on_wait: Told who holds the lock, once, if anybody does.
            recorder: Who keeps the history; told of the transaction before and after.

        Raises:
            BusyError: Another writer holds the book, or a record changed since it was read.
            InvalidRecordError: What was put is not a valid record; nothing was written.
            DiskError: The disk refused; the message says whether anything was written.
            RecoveryNeededError: An earlier transaction cannot be finished without a person.
        """
        from svcctl.book import journal
        from svcctl.book.lock import WriterLock

        if not isinstance(self.source, Disk):
            raise RefusedError(_("a committed state of the book can only be read"))
        with WriterLock(self.root, command, on_wait=on_wait):
            if journal.recover(self.root):
                self._forget()
            change = Transaction(self)
            yield change
            if changes := change.changes():
                more = recorder.saved(changes, command) if recorder else ()
                journal.commit(self.root, [*changes, *more], command)
                self._forget()
            if recorder:
                recorder.done()

    def close(self) -> None:
        """Close the index, if it was opened; the book can still be used."""
        if "index" in self.__dict__:
            self.index.close()
            del self.index

    def _forget(self) -> None:
        """Drop what was derived from the files before they changed."""
        for name in ("index", "handbook"):
            self.__dict__.pop(name, None)


class Transaction:
    """Changes to several records that happen together; made by `Book.begin`."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._read: dict[str, bytes] = {}
        self._put: dict[str, bytes] = {}
        self._minted: set[str] = set()

    @property
    def desk(self) -> str:
        """The desk code that new entries and numbers carry."""
        return self.book.desk

    def get(self, kind: str, name: str) -> Record:
        """Return a copy of a record, as this transaction sees it; raises as `Book.get` does."""
        path = self.book.path(kind, name)
        if path in self._put:
            return self.book.parse(self._put[path])
        record, data = self.book.load(kind, name)
        self._read[path] = data
        return record

    def has(self, kind: str, name: str) -> bool:
        """Tell whether a record exists, as this transaction sees it."""
        return self.book.path(kind, name) in self._put or self.book.has(kind, name)

    def mint(self, kind: str, day: date | None = None) -> str:
        """Return a new id: the next number of this desk, never given before.

        Args:
            day: For dated kinds, the day the number belongs to.

        Raises:
            RefusedError: This clone is no desk.
        """
        made: DatedId | SerialId
        prefix, desk = KINDS[kind].prefix, self.desk
        if day is not None:
            series = f"{prefix}{day:%y%m%d}-{desk}"
            known = [one.number for one in self.book.of_day(kind, day) if one.desk == desk]
            number = self.book.local.reserve(series, max(known, default=0) + 1)
            made = DatedId(prefix, day, desk, number)
        else:
            number = self.book.local.reserve(f"{prefix}-{desk}", self._last_serial(kind, desk) + 1)
            made = SerialId(prefix, desk, number)
        return str(made)

    def mint_many(self, kind: str, days: Sequence[date | None]) -> list[str]:
        """Return a new id for each of `days`, in their order; one durable write for all of them.

        Raises:
            RefusedError: This clone is no desk.
        """
        prefix, desk = KINDS[kind].prefix, self.desk
        wanted: dict[str, tuple[int, int]] = {}
        for day, count in Counter(days).items():
            if day is None:
                wanted[f"{prefix}-{desk}"] = (self._last_serial(kind, desk) + 1, count)
            else:
                there = self.book.of_day(kind, day)
                known = [one.number for one in there if one.desk == desk]
                wanted[f"{prefix}{day:%y%m%d}-{desk}"] = (max(known, default=0) + 1, count)
        following = self.book.local.reserve_many(wanted)
        made: list[str] = []
        for day in days:
            series = f"{prefix}-{desk}" if day is None else f"{prefix}{day:%y%m%d}-{desk}"
            number = following[series]
            following[series] += 1
            made.append(
                str(DatedId(prefix, day, desk, number) if day else SerialId(prefix, desk, number))
            )
        return made

    def _last_serial(self, kind: str, desk: str) -> int:
        """Return the highest number in the newest folder of a desk's series that is not empty."""
        top = f"{KINDS[kind].folder}/{desk}"
        folders = [name for name in self.book.source.subfolders(top) if name.isdigit()]
        for newest in sorted(folders, key=int, reverse=True):
            names = (
                parse_serial(path.rpartition("/")[2].removesuffix(".toml"))
                for path in self.book.source.folder(f"{top}/{newest}")
            )
            if numbers := [one.number for one in names if one]:
                return max(numbers)
        return 0

    def put(self, kind: str, record: Record) -> None:
        """Write a record, new or changed, when the transaction ends.

        Raises:
            InvalidRecordError: It is not valid; nothing is written.
        """
        from svcctl.book.guard import canonical_bytes

        name = str(record["id"]) if "id" in record else kind
        path = self.book.path(kind, name)
        before = self._before(path)
        if before and b"disputed" in before and KINDS[kind].shape == "card":
            from svcctl.base.dispute import after_edit

            record = after_edit(self.book.parse(before), record)
        self._put[path] = canonical_bytes(KINDS[kind], path, record, before)

    def _before(self, path: str) -> bytes | None:
        if path not in self._read and path not in self._put:
            try:
                self._read[path] = self.book.source.read(path)
            except FileNotFoundError:
                return None
        return self._read.get(path)

    def changes(self) -> list[Change]:
        """Return what is to be written: path, hash of what was read, new bytes."""
        from svcctl.book import files
        from svcctl.book.journal import Change

        made = []
        for path, data in self._put.items():
            before = self._read.get(path)
            if data != before:
                old = files.hash_of(before)
                made.append(Change(path, old, data))
        return made

"""Several files at once: all or nothing, whatever happens on the way.

A redo journal. `commit` stages every new file in `.svcctl/tmp`, writes the same contents into one
journal, flushes all of it, checks that no target changed since it was read, and renames the journal
to `.svcctl/journal`: **that rename is the commit point**. Then the staged files are renamed into
place, their folders flushed, the journal removed. A single file needs no journal, its own rename is
the commit point.

- An error or a crash before the commit point leaves the book as it was.
- After it, the change is done for everybody: readers lay `pending` over the files, and the next
  writer finishes the work with `recover`, as often as it takes.
- Data are flushed *before* the renames, so after a power cut a target is whole, old or new, and
  anything else is a person's edit, which `recover` never overwrites: `rescue` saves it first.

Writers hold `svcctl.book.lock.WriterLock`; `pending` needs no lock.

The journal is one line `svcctl journal 1 SHA256` (of all that follows), one line of JSON with the
note and the number of changes, one line of JSON for each change, an empty line, then the new bytes
one after the other.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import NamedTuple

from svcctl.base.errors import BusyError
from svcctl.base.errors import DiskError
from svcctl.base.errors import RecoveryNeededError
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.book import files
from svcctl.book.trouble import not_changed
from svcctl.book.trouble import not_confirmed
from svcctl.book.trouble import reason

if TYPE_CHECKING:
    from pathlib import Path

NAME = f"{files.STATE}/journal"
_MAGIC = b"svcctl journal"
_VERSION = b"1"
_DOCTOR = "svcctl book doctor --fix"


class Change(NamedTuple):
    """What one file is to become.

    Attributes:
        path: Relative to the book, with `/`.
        old: Blob hash of the bytes that were read; None: the file must not exist.
        new: The bytes to write; None: delete the file.
    """

    path: str
    old: str | None
    new: bytes | None


class Overlay(NamedTuple):
    """A committed change that is not yet in the files, for readers to lay over them.

    Attributes:
        files: New bytes by path; None: the file is deleted.
        note: What the change was, e.g. the command.
    """

    files: dict[str, bytes | None]
    note: str


class _Step(NamedTuple):
    change: Change
    target: str

    @property
    def folder(self) -> str:
        return os.path.dirname(self.target)


# Writing


def commit(root: Path, changes: Sequence[Change], note: str) -> None:
    """Make all changes durably, or none. The caller holds the lock and has called `recover`.

    Raises:
        BusyError: A file is not what it was when it was read; nothing was changed.
        RefusedError: A path leads out of the book; nothing was changed.
        DiskError: Nothing was changed; or, if the message says so, the change is committed and the
            next writer finishes it, or it is written but the disk did not confirm it.
    """
    steps = _steps(root, changes)
    todo = [step for step in steps if _effect(step.change)]
    if not todo:
        _check(steps)
    elif len(todo) == 1:
        _commit_one(root, steps, todo[0])
    else:
        _commit_many(root, steps, todo, note)


def _steps(root: Path, changes: Iterable[Change]) -> list[_Step]:
    """Find the targets; a folder is looked at once however many files it takes."""
    safe: dict[str, str] = {}
    steps: dict[str, _Step] = {}
    for change in changes:
        *folders, name = files.plain_parts(change.path)
        folder = "/".join(folders)
        if folder not in safe:
            safe[folder] = os.fspath(files.inside(root, folder) if folder else root)
        files.inside(safe[folder], name)
        if change.path in steps:
            raise ValueError(f"two changes of {change.path}")
        steps[change.path] = _Step(change, f"{safe[folder]}/{name}")
    return list(steps.values())


def _effect(change: Change) -> bool:
    if change.new is None or change.old is None:
        return change.new is not None or change.old is not None
    return files.blob_hash(change.new) != change.old


def _check(steps: Iterable[_Step]) -> None:
    """Refuse if a target is not what the caller read."""
    for step in steps:
        path, old = step.change.path, step.change.old
        try:
            found = _hash_of(step.target)
        except OSError as error:
            raise not_changed(path, error) from error
        if found != old:
            words = _("'{path}' was changed meanwhile; nothing was written")
            if old is None:
                words = _("'{path}' was created meanwhile; nothing was written")
            raise BusyError(words.format(path=path), _("run the command again"))


def _hash_of(target: str) -> str | None:
    try:
        return files.blob_hash(files.read_raw(target))
    except FileNotFoundError:
        return None


def _commit_one(root: Path, steps: list[_Step], step: _Step) -> None:
    draft = _Draft(os.fspath(root), [step])
    with draft.or_nothing(step.change.path):
        draft.stage()
        _check(steps)
        draft.place()
    try:
        files.sync_folder(step.folder)
    except OSError as error:
        raise not_confirmed(step.change.path, error) from error


def _commit_many(root: Path, steps: list[_Step], todo: list[_Step], note: str) -> None:
    draft = _Draft(os.fspath(root), todo)
    with draft.or_nothing(_several(todo)):
        journal = draft.stage(_encode([step.change for step in todo], note))
        _check(steps)
        files.ops.rename(journal, draft.journal)
    try:
        files.sync_folder(draft.state)
        draft.place()
        draft.clear(todo)
    except OSError as error:
        draft.drop()
        raise _committed(_several(todo), error) from error


def _several(steps: Sequence[_Step]) -> str:
    """Name the files of a change in a message: the first and how many more."""
    more = sum(not files.is_queued(step.change.path) for step in steps) - 1
    if more < 1:
        return steps[0].change.path
    return ngettext("{path} and {more} more file", "{path} and {more} more files", more).format(
        path=steps[0].change.path, more=more
    )


def _committed(name: str, error: OSError) -> DiskError:
    return DiskError(
        _(
            "cannot finish writing '{path}': {reason};"
            " the change is committed and the next writing command finishes it"
        ).format(path=name, reason=reason(error)),
        _("mend the disk, then run: {command}").format(command=_DOCTOR),
    )


class _Draft:
    """New files on their way from `.svcctl/tmp` to their places."""

    def __init__(self, root: str, steps: Sequence[_Step]) -> None:
        self.root = root
        self.state = f"{root}/{files.STATE}"
        self.journal = f"{root}/{NAME}"
        self._steps = steps
        self._temps: list[str] = []
        self._made: list[str] = []

    @contextlib.contextmanager
    def or_nothing(self, name: str) -> Iterator[None]:
        """Remove everything that was made if the block fails."""
        try:
            yield
        except BaseException as error:
            self.drop()
            files.discard([], self._made)
            if isinstance(error, OSError):
                raise not_changed(name, error) from error
            raise

    def stage(self, journal: bytes | None = None) -> str:
        """Write all new bytes and those of a journal, flushed; return the journal's file."""
        files.prepare(self.root)
        for folder in sorted({step.folder for step in self._steps if step.change.new is not None}):
            self._made += files.make_folders(folder)
        targets = [(step.target, step.change.new) for step in self._steps]
        if journal is not None:
            targets.append((self.journal, journal))
        bulk = len(targets) > files.FEW
        for target, data in targets:
            if data is not None:
                self._temps.append(files.stage(self.root, target, data, flush=not bulk))
        if bulk:
            files.sync_all(self.root, self._temps, [])
        return self._temps[-1] if self._temps else ""

    def place(self) -> None:
        """Rename every staged file to its place and remove what is to be deleted."""
        temps = iter(self._temps)
        for step in self._steps:
            if step.change.new is None:
                files.remove(step.target)
            else:
                files.place(next(temps), step.target)

    def clear(self, steps: Iterable[_Step]) -> None:
        """Flush the folders of `steps`, then remove the journal for good."""
        folders = sorted({step.folder for step in steps})
        files.sync_all(self.root, [], [folder for folder in folders if _exists(folder)])
        files.ops.unlink(self.journal)
        files.sync_folder(self.state)

    def drop(self) -> None:
        """Remove the staged files."""
        files.discard(self._temps, [])


def _exists(path: str) -> bool:
    try:
        files.ops.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


# Reading


def pending(root: Path | str) -> Overlay | None:
    """Return the change that is committed but not yet in the files, if there is one.

    Raises:
        RecoveryNeededError: The journal is damaged.
        DiskError: It cannot be read.
    """
    try:
        found = _load(os.fspath(root))
    except OSError as error:
        raise DiskError(
            _("cannot read '{path}': {reason}").format(path=NAME, reason=reason(error))
        ) from error
    if found is None:
        return None
    changes, note = found
    # What awaits its commit is no part of what readers see.
    records = {one.path: one.new for one in changes if not files.is_queued(one.path)}
    return Overlay(records, note)


def _load(root: str) -> tuple[list[Change], str] | None:
    try:
        data = files.read_raw(f"{root}/{NAME}")
    except (FileNotFoundError, NotADirectoryError):
        return None
    return _decode(data)


def _encode(changes: Sequence[Change], note: str) -> bytes:
    import hashlib
    import json

    rows: list[dict[str, object]] = [{"note": note, "changes": len(changes)}]
    for path, old, new in changes:
        rows.append({"path": path, "old": old, "size": None if new is None else len(new)})
    head = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows) + "\n"
    # A note may hold what a shell passed undecoded.
    parts = [head.encode("utf-8", "backslashreplace")]
    parts += [change.new for change in changes if change.new is not None]
    rest = b"".join(parts)
    return b"%s %s %s\n%s" % (_MAGIC, _VERSION, hashlib.sha256(rest).hexdigest().encode(), rest)


def _decode(data: bytes) -> tuple[list[Change], str]:
    import hashlib

    first, _end, rest = data.partition(b"\n")
    magic, version, digest = [*first.rsplit(b" ", 2), b"", b""][:3]
    if magic == _MAGIC and version != _VERSION:
        raise RecoveryNeededError(
            _("'{path}' was written by a newer svcctl").format(path=NAME),
            _("finish it with that version, or set it aside with: {command}").format(
                command=_DOCTOR
            ),
        )
    if magic != _MAGIC or digest != hashlib.sha256(rest).hexdigest().encode():
        raise _damaged()
    try:
        return _read_rows(rest)
    except (ValueError, KeyError, TypeError):
        raise _damaged() from None


def _damaged() -> RecoveryNeededError:
    return RecoveryNeededError(
        _("'{path}' is damaged, so an interrupted change cannot be finished").format(path=NAME),
        _("set it aside with: {command}").format(command=_DOCTOR),
    )


def _read_rows(rest: bytes) -> tuple[list[Change], str]:
    import json

    head, _end, body = rest.partition(b"\n\n")
    note, *rows = [json.loads(line) for line in head.splitlines()]
    changes, start = [], 0
    for row in rows:
        size = row["size"]
        new = None if size is None else body[start : start + size]
        start += size or 0
        changes.append(Change(row["path"], row["old"], new))
    return changes, note["note"]


# Finishing


def recover(root: Path) -> int:
    """Finish what a writer left committed and remove what it left unfinished; under the lock.

    Returns:
        How many files had still to be written.

    Raises:
        RecoveryNeededError: The journal is damaged, or a file was edited since; nothing was done.
        DiskError: The disk refused; recovery can be tried again.
    """
    base = os.fspath(root)
    try:
        found = _load(base)
        done = 0 if found is None else _finish(root, found[0])
        _sweep(base)
    except OSError as error:
        raise _unfinished(error) from error
    return done


def _finish(root: Path, changes: list[Change], *, overwrite: bool = False) -> int:
    steps = _recovery_steps(root, changes)
    todo, edited = _compare(steps)
    if edited and overwrite:
        todo += edited
    elif edited:
        raise RecoveryNeededError(
            _("'{path}' was edited after an interrupted change that also writes it").format(
                path=edited[0].change.path
            ),
            *[_("edited too: {path}").format(path=step.change.path) for step in edited[1:9]],
            _("keep both with: {command}").format(command=_DOCTOR),
        )
    draft = _Draft(os.fspath(root), todo)
    # Who died just after the rename did not flush it; half of the files must not outlive it.
    files.sync_folder(draft.state)
    draft.stage()
    draft.place()
    draft.clear(steps)
    return len(todo)


def _recovery_steps(root: Path, changes: list[Change]) -> list[_Step]:
    try:
        return _steps(root, changes)
    except RefusedError as error:
        raise RecoveryNeededError(
            error.message, _("put it back, then run: {command}").format(command=_DOCTOR)
        ) from error


def _compare(steps: Iterable[_Step]) -> tuple[list[_Step], list[_Step]]:
    """Return the steps still to do and those whose target somebody edited."""
    todo: list[_Step] = []
    edited: list[_Step] = []
    for step in steps:
        old, new = step.change.old, step.change.new
        found = _hash_of(step.target)
        if found == files.hash_of(new):
            continue
        (todo if found == old else edited).append(step)
    return todo, edited


def _sweep(root: str) -> None:
    """Remove temporary files of writers that died."""
    tmp = files.temp_folder(root)
    try:
        names = files.ops.listdir(tmp)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        files.ops.unlink(f"{tmp}/{name}")


def rescue(root: Path) -> list[str]:
    """Finish an interrupted change although files were edited since; under the lock.

    The edited files, or a journal that cannot be used, are kept in `.svcctl/rescued/TIME/`.

    Returns:
        Where they are kept, relative to the book.

    Raises:
        RecoveryNeededError: A folder of the change was replaced by a link.
        DiskError: The disk refused; it can be tried again.
    """
    base = os.fspath(root)
    shelf = _new_shelf(base)
    try:
        kept = _rescue_journal(base, shelf) or _rescue_edited(root, shelf)
    except OSError as error:
        raise _unfinished(error) from error
    recover(root)
    return kept


def _rescue_journal(base: str, shelf: str) -> list[str]:
    """Take away a journal that cannot be used."""
    try:
        _load(base)
    except RecoveryNeededError:
        kept = f"{shelf}/journal"
        files.make_folders(f"{base}/{shelf}")
        files.ops.rename(f"{base}/{NAME}", f"{base}/{kept}")
        files.sync_folder(f"{base}/{shelf}")
        files.sync_folder(f"{base}/{files.STATE}")
        return [kept]
    return []


def _rescue_edited(root: Path, shelf: str) -> list[str]:
    """Copy edited files, durably before the journal overwrites them."""
    base = os.fspath(root)
    found = _load(base)
    if found is None:
        return []
    _todo, edited = _compare(_recovery_steps(root, found[0]))
    kept = []
    for step in edited:
        if _exists(step.target):
            kept.append(f"{shelf}/{step.change.path}")
            files.write_one(f"{base}/{kept[-1]}", files.read_raw(step.target), root=base)
    _finish(root, found[0], overwrite=True)
    return kept


def _new_shelf(base: str) -> str:
    shelf = f"{files.STATE}/rescued/{time.strftime('%Y%m%dT%H%M%S')}"
    while _exists(f"{base}/{shelf}"):
        shelf += "x"
    return shelf


def _unfinished(error: OSError) -> DiskError:
    return DiskError(
        _("cannot finish an interrupted change: {reason}").format(reason=reason(error)),
        _("mend the disk, then run: {command}").format(command=_DOCTOR),
    )

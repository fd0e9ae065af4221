"""Durable writing: every file of the book is changed through here, by the calls of `ops`.

What a caller may rely on:

- A file is replaced whole: the new bytes go to `.svcctl/tmp`, are flushed, then renamed. A reader
  sees the old bytes or the new ones. Record folders never hold a temporary file, except for a
  moment where a folder lies on another file system than `.svcctl`.
- A rename counts as done only when the folder is flushed too; new folders are flushed with their
  parents. A failed flush is never tried again: the kernel may have dropped the data meanwhile.
- A replaced file keeps its mode. A new one follows the umask, and in a folder shared by group
  (setgid) that folder's group and group rights.

The functions that `journal` builds on raise `OSError` as it comes, because only the caller knows
whether anything changed; `write_one` and `read` raise `DiskError`. Tests put a model file system in
the place of `ops`.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import stat
import sys
from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING

from svcctl.base.errors import DiskError
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.book.calls import Ops
from svcctl.book.trouble import not_changed
from svcctl.book.trouble import not_confirmed
from svcctl.book.trouble import reason

if TYPE_CHECKING:
    from pathlib import Path

STATE = ".svcctl"
"""The folder of a book that holds lock, journal, cache and temporary files; never in Git."""

QUEUE = f"{STATE}/commits"
"""The folder of what awaits its commit; besides records, a transaction may write its files."""

_TMP = "tmp"

FEW = 8
"""Up to so many files are flushed one by one, more with one flush of the file system."""

_NOT_RECORDS = (STATE, ".git")
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_FOLDER_FLUSH = (errno.EINVAL, errno.ENOTSUP)
_READ_AT_ONCE = 1 << 20
_serial = itertools.count(1)


ops = Ops()


# Reading


def read(path: Path | str) -> bytes:
    """Return the bytes of a file.

    Raises:
        FileNotFoundError: There is no such file.
        DiskError: It cannot be read.
    """
    try:
        return read_raw(os.fspath(path))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DiskError(
            _("cannot read '{path}': {reason}").format(path=path, reason=reason(error))
        ) from error


def read_raw(path: str) -> bytes:
    """Return the bytes of a file.

    Raises:
        OSError: As it comes.
    """
    fd = ops.open(path, os.O_RDONLY)
    try:
        return read_open(fd)
    finally:
        ops.close(fd)


def read_open(fd: int) -> bytes:
    """Return what is left to read of an open file.

    Raises:
        OSError: As it comes.
    """
    parts = [ops.read(fd, _READ_AT_ONCE)]
    while parts[-1]:
        parts.append(ops.read(fd, _READ_AT_ONCE))
    return b"".join(parts)


@contextlib.contextmanager
def disk_errors(path: Path | str) -> Iterator[None]:
    """Turn an `OSError` of the block into a `DiskError` that names `path`."""
    try:
        yield
    except OSError as error:
        raise DiskError(
            _("cannot use '{path}': {reason}").format(path=path, reason=reason(error))
        ) from error


def blob_hash(data: bytes) -> str:
    """Return the name that Git gives to these bytes."""
    import hashlib  # loads the system's crypto library: not for commands that only list

    head = b"blob %d\0" % len(data)
    return hashlib.sha1(head + data, usedforsecurity=False).hexdigest()


def hash_of(data: bytes | None) -> str | None:
    """Return the blob hash of a file's bytes, None for a file that is not there."""
    return None if data is None else blob_hash(data)


# Paths


def inside(root: Path | str, rel: str) -> Path:
    """Return the place of `rel` in the book.

    Raises:
        RefusedError: It leads out of the book or through a link, or as `plain_parts`.
    """
    parts = plain_parts(rel)
    path = os.fspath(root)
    for part in parts:
        path = f"{path}/{part}"
        try:
            mode = ops.lstat(path).st_mode
        except FileNotFoundError:
            break
        except NotADirectoryError:
            raise _stray(rel) from None
        except OSError as error:
            raise not_changed(rel, error) from error
        if stat.S_ISLNK(mode):
            raise RefusedError(
                _("'{path}' is a link; the book is written only through plain folders").format(
                    path=path
                )
            )
    from pathlib import Path  # reading commands do without

    return Path(root, *parts)


def plain_parts(rel: str) -> list[str]:
    """Split a path of the book, by its words alone.

    Raises:
        RefusedError: It leads out of the book, or into `.git`, or into `.svcctl` and to no file of
            the queue.
    """
    parts = rel.split("/")
    if not all(_is_plain(part) for part in parts) and rel != QUEUE and not is_queued(rel):
        raise _stray(rel)
    return parts


def is_queued(rel: str) -> bool:
    """Return whether a path is that of something that awaits its commit."""
    folder, _slash, name = rel.rpartition("/")
    return folder == QUEUE and name.isascii() and name.isdigit() and name[0] != "0"


def _is_plain(part: str) -> bool:
    # ':' and '\\' would leave the folder on a Windows clone of the same book.
    return (
        part.rstrip(". ").casefold() not in ("", *_NOT_RECORDS)
        and part.isprintable()
        and not any(char in part for char in "\\:")
    )


def _stray(rel: str) -> RefusedError:
    return RefusedError(_("'{path}' is not a path inside the book").format(path=rel))


# Writing one file


def write_one(path: Path | str, data: bytes, *, root: Path | str | None = None) -> None:
    """Replace or create one file durably, with its missing folders.

    Args:
        root: The book, whose `.svcctl/tmp` takes the new bytes first; without it (a file outside a
            book) they go beside the target.

    Raises:
        DiskError: Nothing was changed, or, if the message says so, the file is written but the
            disk did not confirm it.
    """
    _write(None if root is None else os.fspath(root), os.fspath(path), data, mode=None)


def _write(root: str | None, target: str, data: bytes, *, mode: int | None) -> None:
    made: list[str] = []
    temp = ""
    try:
        if root is not None:
            prepare(root)
        made += make_folders(os.path.dirname(target))
        temp = stage(root, target, data, flush=True, mode=mode)
        place(temp, target)
    except BaseException as error:
        discard([temp] if temp else [], made)
        if isinstance(error, OSError):
            raise not_changed(target, error) from error
        raise
    try:
        sync_folder(os.path.dirname(target))
    except OSError as error:
        raise not_confirmed(target, error) from error


def write_private(path: Path | str, data: bytes) -> None:
    """Replace or create a file that only its owner may read, durably; for use outside the book.

    Raises:
        DiskError: As `write_one`.
    """
    _write(None, os.fspath(path), data, mode=0o600)


def prepare(root: str) -> None:
    """Make `.svcctl` with its own `.gitignore` and `tmp`, if it is not there.

    `tmp` comes last: where it is, the rest is there and flushed.

    Raises:
        RefusedError: One of them is a link or a file.
        OSError: As it comes.
    """
    state, tmp = f"{root}/{STATE}", temp_folder(root)
    if _is_folder(state) and _is_folder(tmp):
        return
    with contextlib.suppress(FileExistsError):
        _make_folder(state)
    fd = ops.open(f"{state}/.gitignore", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_FOLLOW)
    try:
        fill(fd, b"*\n")
        ops.fsync(fd)
    finally:
        ops.close(fd)
    sync_folder(state)
    sync_folder(root)
    with contextlib.suppress(FileExistsError):
        _make_folder(tmp)


def temp_folder(root: str) -> str:
    """Return where the unfinished files of a book are."""
    return f"{root}/{STATE}/{_TMP}"


def _is_folder(path: str) -> bool:
    try:
        mode = ops.lstat(path).st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(mode):
        raise RefusedError(_("'{path}' must be a folder").format(path=path))
    return True


def make_folders(folder: str) -> list[str]:
    """Make a folder and its missing parents, flushed; return the new ones, outermost first.

    Raises:
        OSError: As it comes; what was made is removed again.
    """
    missing: list[str] = []
    while folder:
        try:
            ops.lstat(folder)
            break
        except FileNotFoundError:
            missing.append(folder)
            folder = os.path.dirname(folder)
    made: list[str] = []
    try:
        for path in reversed(missing):
            with contextlib.suppress(FileExistsError):
                _make_folder(path)
                made.append(path)
            sync_folder(os.path.dirname(path))
    except BaseException:
        discard([], made)
        raise
    return made


def _make_folder(path: str) -> None:
    ops.mkdir(path)
    parent = ops.lstat(os.path.dirname(path) or ".").st_mode
    if parent & stat.S_ISGID:
        mine = ops.lstat(path).st_mode
        ops.chmod(path, stat.S_IMODE(mine | parent & 0o2070))


def stage(
    root: str | None, target: str, data: bytes, *, flush: bool, mode: int | None = None
) -> str:
    """Write the future bytes of `target` to a temporary file and return its path.

    Args:
        root: The book whose `.svcctl/tmp` is used; None puts the file beside the target.
        flush: Whether to flush it now; otherwise the caller does.
        mode: Its mode; None: that of the file it replaces, or what new files have there.

    Raises:
        OSError: As it comes; the temporary file is removed again.
    """
    temp, fd = _open_temp(root, target, 0o666 if mode is None else mode)
    try:
        try:
            if mode is None:
                _adopt(fd, target)
            fill(fd, data)
            if flush:
                ops.fsync(fd)
        finally:
            ops.close(fd)
    except BaseException:
        discard([temp], [])
        raise
    return temp


def _open_temp(root: str | None, target: str, mode: int) -> tuple[str, int]:
    folder, name = os.path.split(target)
    while True:
        word = f"{os.getpid()}-{next(_serial)}"
        temp = f"{folder or '.'}/.{name}.{word}" if root is None else f"{temp_folder(root)}/{word}"
        with contextlib.suppress(FileExistsError):
            return temp, ops.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)


def _adopt(fd: int, target: str) -> None:
    """Give a temporary file the group and mode it must have as `target`."""
    mine = ops.fstat(fd)
    group, mode = mine.st_gid, stat.S_IMODE(mine.st_mode)
    try:
        there = ops.lstat(target)
        group, mode = there.st_gid, stat.S_IMODE(there.st_mode)
    except FileNotFoundError:
        folder = ops.lstat(os.path.dirname(target) or ".")
        if folder.st_mode & stat.S_ISGID:
            group, mode = folder.st_gid, mode | folder.st_mode & 0o060
    if group != mine.st_gid:
        with contextlib.suppress(PermissionError):
            ops.fchown(fd, group)
    if mode != stat.S_IMODE(mine.st_mode):
        ops.fchmod(fd, mode)


def fill(fd: int, data: bytes) -> None:
    """Write all of `data`.

    Raises:
        OSError: As it comes.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[ops.write(fd, rest) :]


def place(temp: str, target: str) -> None:
    """Rename a staged file to its place; the caller flushes the folder.

    Raises:
        OSError: As it comes; the target is unchanged.
    """
    try:
        ops.rename(temp, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _place_across(temp, target)


def _place_across(temp: str, target: str) -> None:
    """Do the same for a folder on another file system, by a copy beside the target."""
    beside = stage(None, target, read_raw(temp), flush=True)
    try:
        ops.rename(beside, target)
    except BaseException:
        discard([beside], [])
        raise
    # A flush of the book's own file system would not reach this one.
    sync_folder(os.path.dirname(target))
    discard([temp], [])


def remove(target: str) -> None:
    """Remove a file that may be gone already; the caller flushes the folder.

    Raises:
        OSError: As it comes.
    """
    with contextlib.suppress(FileNotFoundError):
        ops.unlink(target)


def discard(temps: Iterable[str], folders: Iterable[str]) -> None:
    """Remove what an unfinished write made, as far as possible; recovery removes the rest."""
    for temp in temps:
        with contextlib.suppress(OSError):
            ops.unlink(temp)
    for folder in reversed(list(folders)):
        with contextlib.suppress(OSError):
            ops.rmdir(folder)


# Flushing


def sync_folder(folder: str) -> None:
    """Flush the names in a folder.

    Raises:
        OSError: As it comes.
    """
    if sys.platform == "win32":
        return
    fd = ops.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        ops.fsync(fd)
    except OSError as error:
        # Some network file systems cannot flush a folder and do it by themselves.
        if error.errno not in _NO_FOLDER_FLUSH:
            raise
    finally:
        ops.close(fd)


def sync_all(root: str, paths: Iterable[str], folders: Iterable[str]) -> None:
    """Flush many files and folders: at once where the system can, else one by one.

    Raises:
        OSError: As it comes.
    """
    files, names = list(paths), list(folders)
    if len(files) + len(names) > FEW and ops.syncfs(root):
        return
    for path in files:
        # Windows flushes only what is open for writing; elsewhere the file may be read-only.
        fd = ops.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
        try:
            ops.fsync(fd)
        finally:
            ops.close(fd)
    for folder in names:
        sync_folder(folder)


def settle(root: str) -> None:
    """Flush what a writer that died may have left unflushed, before building on it.

    Raises:
        OSError: As it comes.
    """
    if not ops.syncfs(root) and sys.platform != "win32":
        os.sync()

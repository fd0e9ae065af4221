"""One writer at a time: a kernel lock that dies with its process.

The lock is on `.svcctl/lock`, which is never removed: removing it would split those who wait
between two files. Whoever holds it writes into it who they are, so that one who waits can be told.
Leaving in good order empties the file; what the next writer finds there was left by one that died
or whose disk failed, and is a reason to flush everything before building on it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from typing import Self

from svcctl.base.errors import BusyError
from svcctl.base.errors import DiskError
from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.book import files
from svcctl.book.trouble import not_changed

if TYPE_CHECKING:
    from pathlib import Path

NAME = f"{files.STATE}/lock"
PATIENCE_S = 10.0
"""How long a command waits for another writer."""
_FIRST_PAUSE_S = 0.005
_LONGEST_PAUSE_S = 0.05
"""Who waits long must not ask so seldom that newcomers always get in before."""
_WINDOWS_BYTE = 1 << 30
_held: set[int] = set()
_watching = False


class Holder(NamedTuple):
    """Who holds the lock, as far as the file tells.

    Attributes:
        pid: Process.
        host: Machine.
        command: What it runs, as its user typed it.
        since: Local time, `2026-11-21 09:12:05`.
    """

    pid: int
    host: str
    command: str
    since: str

    def __str__(self) -> str:
        return _("'{command}' since {since} (process {pid} on {host})").format(**self._asdict())


class WriterLock:
    """The right to write, for the length of a `with` block.

    Args:
        root: The book.
        command: What the holder runs, told to those who wait.
        timeout_s: How long to wait for another writer; 0 tries once.
        on_wait: Called once before waiting, with the fields of the `Holder` (none if unknown).

    Raises:
        BusyError: Another writer still holds it after `timeout_s`; names the holder.
        DiskError: The folder cannot be written, or its file system has no locks.
    """

    def __init__(
        self,
        root: Path,
        command: str,
        timeout_s: float = PATIENCE_S,
        *,
        on_wait: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        self._root = os.fspath(root)
        self._command = command
        self._timeout_s = timeout_s
        self._on_wait = on_wait
        self._fd = -1
        self._pid = 0

    def __enter__(self) -> Self:
        try:
            files.prepare(self._root)
            self._fd = files.ops.open(f"{self._root}/{NAME}", os.O_RDWR | os.O_CREAT)
            self._pid = os.getpid()
            _register(self._fd)
            self._wait()
            self._sign()
        except BaseException as error:
            self._close()
            if isinstance(error, OSError):
                raise not_changed(NAME, error) from error
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if os.getpid() != self._pid:
            return  # a forked child: its copy is closed, the number may name another file by now
        orderly = error is None or (
            isinstance(error, SvcctlError) and not isinstance(error, DiskError)
        )
        if orderly:
            # If it stays, the next writer only flushes once too often.
            with contextlib.suppress(OSError):
                files.ops.truncate(self._fd, 0)
        self._close()

    def _wait(self) -> None:
        end = time.monotonic() + self._timeout_s
        pause = _FIRST_PAUSE_S
        waits = False
        while not _try_lock(self._fd):
            if not waits and self._on_wait is not None:
                found = self._holder()
                self._on_wait(found._asdict() if found else {})
            waits = True
            left = end - time.monotonic()
            if left <= 0:
                raise self._busy()
            # Jitter, so that those who wait do not try in step.
            time.sleep(min(left, pause * (0.5 + os.urandom(1)[0] / 255)))
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _busy(self) -> BusyError:
        holder = self._holder()
        who = str(holder) if holder else _("another command")
        return BusyError(
            _("the book is being written by {holder}").format(holder=who),
            _("run the command again when that one is done"),
        )

    def _holder(self) -> Holder | None:
        return parse_holder(self._text())

    def _text(self) -> bytes:
        os.lseek(self._fd, 0, os.SEEK_SET)
        return files.read_open(self._fd)

    def _sign(self) -> None:
        """Write who holds the lock; what a dead writer left is flushed first."""
        if self._text():
            files.settle(self._root)
        os.lseek(self._fd, 0, os.SEEK_SET)
        text = _describe(self._command)
        # Never empty on the way: whoever comes after a kill here must see that somebody died.
        files.fill(self._fd, text)
        files.ops.truncate(self._fd, len(text))

    def _close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            _release(fd)


@contextlib.contextmanager
def short_lock(path: Path, timeout_s: float = PATIENCE_S) -> Iterator[None]:
    """Lock any file for a moment; for state of this clone that is kept outside the book.

    Raises:
        BusyError: Another process still holds it after `timeout_s`.
        DiskError: The file cannot be made, or its file system has no locks.
    """
    with files.disk_errors(path):
        fd = files.ops.open(os.fspath(path), os.O_RDWR | os.O_CREAT)
        _register(fd)
    pid = os.getpid()
    try:
        end = time.monotonic() + timeout_s
        with files.disk_errors(path):
            while not _try_lock(fd):
                if time.monotonic() >= end:
                    raise BusyError(
                        _("'{path}' is in use by another command").format(path=path),
                        _("run the command again when that one is done"),
                    )
                time.sleep(_FIRST_PAUSE_S * (1 + os.urandom(1)[0] / 255))
        yield
    finally:
        if os.getpid() == pid:
            _release(fd)


def holder(root: Path) -> Holder | None:
    """Return who signed the lock file last and did not leave in good order, for `book doctor`."""
    with contextlib.suppress(OSError):
        return parse_holder(files.read_raw(f"{os.fspath(root)}/{NAME}"))
    return None


def parse_holder(text: bytes) -> Holder | None:
    """Read what a holder wrote; None if it is empty, torn or strange."""
    import json

    with contextlib.suppress(ValueError, TypeError, KeyError):
        data = json.loads(text)
        return Holder(int(data["pid"]), str(data["host"]), str(data["command"]), str(data["since"]))
    return None


def _describe(command: str) -> bytes:
    import json

    since = time.strftime("%Y-%m-%d %H:%M:%S")
    mine = Holder(os.getpid(), _host(), command, since)
    return json.dumps(mine._asdict()).encode() + b"\n"


def _host() -> str:
    if sys.platform == "win32":
        import platform

        return platform.node()
    return os.uname().nodename


def _register(fd: int) -> None:
    global _watching  # noqa: PLW0603 - a hook of the process, which cannot be removed
    if sys.platform != "win32" and not _watching:
        os.register_at_fork(after_in_child=_close_in_child)
        _watching = True
    _held.add(fd)


def _release(fd: int) -> None:
    _held.discard(fd)
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            _unlock(fd)
        files.ops.close(fd)


def _close_in_child() -> None:
    """Close the lock in a forked child: it would live as long as any copy of it is open."""
    for fd in _held:
        with contextlib.suppress(OSError):
            os.close(fd)
    _held.clear()


if sys.platform == "win32":
    import msvcrt

    def _try_lock(fd: int) -> bool:
        # A byte far behind the text: a locked byte cannot be read there.
        os.lseek(fd, _WINDOWS_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True

    def _unlock(fd: int) -> None:
        os.lseek(fd, _WINDOWS_BYTE, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

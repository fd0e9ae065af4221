"""Where the bytes of a book come from.

`Disk` is the working folder; the Git index and commits are in `svcctl.vcs.source`. A reader that
meets a committed journal sees the book as if its writes were done already; only writers finish it.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Protocol

from svcctl.base.errors import DiskError
from svcctl.base.i18n import _
from svcctl.kinds import kind_of

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".toml"
_OPEN = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
_ATTEMPTS = 20
_PATIENCE_S = 3.0
_PAUSE_S = 0.002

State = tuple[int, ...]
"""Identity of the journal at one moment; two equal states mean that no transaction came between."""


class Source(Protocol):
    """A version of a book that can be listed and read; paths are relative and `/`-separated."""

    @property
    def name(self) -> str:
        """What people call it: `disk`, `index` or the revision."""
        ...

    def list(self) -> Iterable[tuple[str, str]]:
        """Give (path, Git blob hash) of every record file; an empty hash: it has no content."""
        ...

    def read(self, path: str) -> bytes:
        """Return the bytes of one file.

        Raises:
            FileNotFoundError: There is no such file in this version.
        """
        ...

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Give the bytes of many files, leaving out those that cannot be read."""
        ...

    def exists(self, path: str) -> bool:
        """Return whether there is such a file."""
        ...

    def folder(self, path: str) -> Sequence[str]:
        """Return the paths of the record files directly in a folder, sorted."""
        ...

    def subfolders(self, path: str) -> Sequence[str]:
        """Return the names of the folders directly in a folder, sorted."""
        ...


def is_record(path: str) -> bool:
    """Return whether `path` is where a record of a known kind would be."""
    return path.endswith(SUFFIX) and "/." not in f"/{path}" and kind_of(path) is not None


def read_plain(path: str) -> bytes:
    """Return the bytes of a regular file, refusing links and devices.

    Raises:
        OSError: It cannot be read, or it is not a regular file.
    """
    handle = os.open(path, _OPEN)
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(_("it is not a regular file"))
        # Asking for much more than there is costs a fresh mapping each time (3x, measured).
        data = os.read(handle, about.st_size + 1)
        while len(data) > about.st_size and (more := os.read(handle, 65536)):
            data += more
        return data
    finally:
        os.close(handle)


class Disk:
    """The working folder of a book, seen through a pending journal if there is one."""

    name = "disk"

    def __init__(self, root: Path | str) -> None:
        self.root = root
        self._control = f"{root}/.svcctl"
        self._state: State | None = None
        self._overlay: Mapping[str, bytes | None] = {}

    def state(self) -> State:
        """Return the identity of the journal, changed by every transaction's start and end."""
        # The folder's own times tell of a journal that came and went between two looks.
        return (*_identity(self._control), *_identity(f"{self._control}/journal"))

    def settle(self) -> State:
        """Load the pending journal, if any, and return the state it belongs to.

        Raises:
            RecoveryNeededError: The journal is damaged.
        """
        for _attempt in range(_ATTEMPTS):
            state = self.state()
            if state == self._state:
                return state
            overlay = self._pending()
            if self.state() == state:
                break
        self._state, self._overlay = state, overlay
        return state

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Keep writers out for the length of the block, if that can be had within seconds.

        For a reader that was interrupted time and again; readers take no lock otherwise.
        """
        handle = self._lock()
        try:
            yield
        finally:
            if handle is not None:
                os.close(handle)

    def _lock(self) -> int | None:
        try:
            import fcntl

            handle = os.open(f"{self._control}/lock", os.O_RDONLY | os.O_CLOEXEC)
        except (ImportError, OSError):
            return None
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_PAUSE_S)
            except OSError:
                break
            else:
                return handle
        os.close(handle)
        return None

    @property
    def overlay(self) -> Mapping[str, bytes | None]:
        """What the pending journal says of files, as of the last `settle`; None means deleted."""
        return self._overlay

    def list(self) -> Iterator[tuple[str, str]]:
        """Give (path, hash) of every record file, reading them all; the index knows it faster."""
        from svcctl.book.files import blob_hash
        from svcctl.book.scan import scan

        self.settle()
        found = scan(str(self.root), {})
        paths = {folder.join(name) for folder in found.changed for name in folder.names}
        paths |= {path for path in self._overlay if is_record(path)}
        for path in sorted(paths):
            try:
                yield path, blob_hash(self.fetch(path))
            except FileNotFoundError:
                continue
            except OSError:
                yield path, ""

    def read(self, path: str) -> bytes:
        """Return the bytes of one file of the book.

        Raises:
            FileNotFoundError: No such file.
            DiskError: It cannot be read, or lies behind a symbolic link.
            RecoveryNeededError: The pending journal is damaged.
        """
        self.settle()
        try:
            self._refuse_links(path)
            return self.fetch(path)
        except NotADirectoryError:
            raise FileNotFoundError(path) from None
        except FileNotFoundError:
            raise
        except (OSError, ValueError) as error:
            raise DiskError(
                _("'{path}' cannot be read: {why}").format(path=path, why=reason(error))
            ) from error

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Give the bytes of many files, leaving out those that cannot be read.

        Raises:
            RecoveryNeededError: The pending journal is damaged.
        """
        self.settle()
        for path in paths:
            try:
                yield path, self.fetch(path)
            except (OSError, ValueError):
                continue

    def exists(self, path: str) -> bool:
        """Return whether there is such a file, readable or not.

        Raises:
            RecoveryNeededError: The pending journal is damaged.
        """
        self.settle()
        if path in self._overlay:
            return self._overlay[path] is not None
        return os.path.lexists(f"{self.root}/{path}")

    def folder(self, path: str) -> Sequence[str]:
        """Return the paths of the record files directly in a folder, sorted.

        Raises:
            DiskError: The folder cannot be listed.
            RecoveryNeededError: The pending journal is damaged.
        """
        self.settle()
        names = {name for name in self._names(path) if name.endswith(SUFFIX) and name[0] != "."}
        for changed, data in self._overlay.items():
            above, _slash, name = changed.rpartition("/")
            if above == path and name.endswith(SUFFIX):
                (names.discard if data is None else names.add)(name)
        return [f"{path}/{name}" for name in sorted(names)]

    def subfolders(self, path: str) -> Sequence[str]:
        """Return the names of the folders directly in a folder, sorted.

        Raises:
            DiskError: The folder cannot be listed.
            RecoveryNeededError: The pending journal is damaged.
        """
        self.settle()
        top = f"{path}/"
        names = {name for name in self._names(path) if _is_folder(f"{self.root}/{top}{name}")}
        for changed, data in self._overlay.items():
            if data is not None and changed.startswith(top):
                first, slash, _rest = changed.removeprefix(top).partition("/")
                names |= {first} if slash else set()
        return sorted(name for name in names if name[0] != ".")

    def _names(self, path: str) -> Sequence[str]:
        try:
            return os.listdir(f"{self.root}/{path}")
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise DiskError(
                _("'{path}' cannot be listed: {why}").format(path=path, why=reason(error))
            ) from error

    def fetch(self, path: str) -> bytes:
        """Return bytes as `read` does, but without looking for a new journal or links above.

        Raises:
            OSError: As it comes.
        """
        if path in self._overlay:
            data = self._overlay[path]
            if data is None:
                raise FileNotFoundError(path)
            return data
        return read_plain(f"{self.root}/{path}")

    def _refuse_links(self, path: str) -> None:
        parts = path.split("/")
        if os.path.isabs(path) or ".." in parts:
            raise OSError(_("it is outside the book"))
        for depth in range(1, len(parts)):
            above = "/".join(parts[:depth])
            if os.path.islink(f"{self.root}/{above}"):
                raise OSError(_("'{folder}' is a symbolic link").format(folder=above))

    def _pending(self) -> Mapping[str, bytes | None]:
        if not os.path.lexists(f"{self._control}/journal"):
            return {}
        from svcctl.book import journal

        overlay = journal.pending(self.root)
        return {} if overlay is None else overlay.files


def reason(error: BaseException) -> str:
    """Return why the system refused, without path and number."""
    if isinstance(error, OSError):
        return _(error.strerror or str(error))
    return str(error)


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _identity(path: str) -> State:
    try:
        about = os.lstat(path)
    except OSError:
        return ()
    return (about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)

"""The system calls that change a book, one method each: the seam of `svcctl.book.files`.

Nothing else in the program changes a file of the book. Tests put a model file system in its place.
"""

from __future__ import annotations

import errno
import os
import sys
import time

_BINARY = getattr(os, "O_BINARY", 0)
_WINDOWS_TRIES = 8


class Ops:
    """The system calls on the book, one method each, so that tests can fail or forget them."""

    def open(self, path: str, flags: int, mode: int = 0o666) -> int:
        """Open a file; the descriptor is not inherited by other programs."""
        return os.open(path, flags | _BINARY, mode)

    def read(self, fd: int, size: int) -> bytes:
        """Read up to `size` bytes."""
        return os.read(fd, size)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """Write a part of `data`; return how much."""
        return os.write(fd, data)

    def truncate(self, fd: int, size: int) -> None:
        """Cut an open file."""
        os.ftruncate(fd, size)

    def close(self, fd: int) -> None:
        """Close a file; some file systems report a failed write only here."""
        os.close(fd)

    def fsync(self, fd: int) -> None:
        """Flush a file or folder to the disk."""
        if sys.platform == "darwin":
            import fcntl

            # fsync leaves the data in the drive's own cache there.
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
        else:
            os.fsync(fd)

    def syncfs(self, folder: str) -> bool:
        """Flush the file system that holds `folder`; False where there is no such call."""
        if sys.platform != "linux":
            return False
        import ctypes  # 10 ms, so only for many files

        call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
        if call is None:
            return False
        fd = self.open(folder, os.O_RDONLY)
        try:
            failed = call(fd) and ctypes.get_errno()
        finally:
            self.close(fd)
        if failed in (errno.ENOSYS, errno.ENOTSUP):
            return False
        if failed:
            raise OSError(failed, os.strerror(failed), folder)
        return True

    def fstat(self, fd: int) -> os.stat_result:
        """Look at an open file."""
        return os.fstat(fd)

    def lstat(self, path: str) -> os.stat_result:
        """Look at a path without following a link."""
        return os.lstat(path)

    def listdir(self, folder: str) -> list[str]:
        """Return the names in a folder."""
        return os.listdir(folder)

    def chmod(self, path: str, mode: int) -> None:
        """Set the mode of a path."""
        os.chmod(path, mode)

    def fchmod(self, fd: int, mode: int) -> None:
        """Set the mode of an open file."""
        if sys.platform != "win32":
            os.fchmod(fd, mode)

    def fchown(self, fd: int, group: int) -> None:
        """Set the group of an open file."""
        if sys.platform != "win32":
            os.fchown(fd, -1, group)

    def rename(self, old: str, new: str) -> None:
        """Put `old` in the place of `new` in one step."""
        if sys.platform == "win32":
            _rename_patiently(old, new)
        else:
            os.rename(old, new)

    def unlink(self, path: str) -> None:
        """Remove a file."""
        os.unlink(path)

    def mkdir(self, path: str) -> None:
        """Make a folder."""
        os.mkdir(path)

    def rmdir(self, path: str) -> None:
        """Remove an empty folder."""
        os.rmdir(path)


def _rename_patiently(old: str, new: str) -> None:
    """Rename on Windows, where an editor or virus scanner may hold the file for a moment."""
    for attempt in range(_WINDOWS_TRIES):
        try:
            os.replace(old, new)
        except PermissionError:
            if attempt == _WINDOWS_TRIES - 1:
                raise
            time.sleep(0.01 * 2**attempt)
        else:
            return

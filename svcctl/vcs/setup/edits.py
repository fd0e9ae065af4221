"""Files of Git that the set-up changes, and how each comes back to what it was, byte for byte.

What a file was before is noted beside the state of this clone. If nobody changed it since, that is
what comes back; else only our part of it is taken out, and the rest stays as it is.
"""

from __future__ import annotations

import base64
import contextlib
import difflib
import hashlib
import json
import os
import stat
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import Literal
from typing import NamedTuple

from svcctl.base.errors import BusyError
from svcctl.base.i18n import _
from svcctl.book import files

_NOTES = "setup.json"


class Edit(NamedTuple):
    """What becomes of one file.

    Attributes:
        name: What it is called in notes and before people: `.gitattributes`, `.git/config`.
        path: Where it is.
        now: Its bytes; None where there is no such file.
        after: What it is to hold; None: it is to go.
        kind: A script must be executable; Git's settings are written as git writes them.
    """

    name: str
    path: Path
    now: bytes | None
    after: bytes | None
    kind: Literal["text", "script", "settings"] = "text"


class Notes:
    """What the files were before the set-up, kept in the folder for the state of this clone.

    Args:
        folder: That folder; worktrees share it.
        tree: The worktree whose files are meant; empty for the first one.
    """

    def __init__(self, folder: Path, tree: str = "") -> None:
        self._path = folder / _NOTES
        self._mark = f"{tree}:" if tree else ""
        try:
            known = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            known = {}
        self._known: dict[str, Any] = known if isinstance(known, dict) else {}

    @property
    def program(self) -> str:
        """The program that was noted as svcctl's."""
        return str(self._known.get("program", ""))

    def former(
        self, name: str, now: bytes | None, strip: Callable[[bytes], bytes | None]
    ) -> bytes | None:
        """Return what a file is without our part.

        Args:
            strip: Takes our part out, where somebody changed the file since.
        """
        if now is None:
            return None
        files_ = self._files()
        # Settings and hooks may be noted by another worktree; the digest tells whether it holds.
        for note in (files_.get(self._mark + name), files_.get(name)):
            if isinstance(note, dict) and note.get("after") == _digest(now):
                before = note.get("before")
                return None if before is None else base64.b64decode(before)
        return strip(now)

    def _files(self) -> dict[str, Any]:
        found = self._known.get("files")
        return dict(found) if isinstance(found, dict) else {}

    def remember(self, program: str, states: dict[str, tuple[bytes | None, bytes]]) -> None:
        """Note what files were and are to be; those not named stay noted as they are.

        Args:
            program: Where svcctl is.
            states: Name -> (bytes before, bytes with our part).

        Raises:
            DiskError: They cannot be written.
        """
        known = self._files()
        for name, (before, after) in states.items():
            text = None if before is None else base64.b64encode(before).decode()
            known[self._mark + name] = {"before": text, "after": _digest(after)}
        self._write(program, known)

    def _write(self, program: str, known: dict[str, Any]) -> None:
        self._known = {"svcctl": 1, "program": program, "files": known}
        files.write_private(self._path, (json.dumps(self._known, indent=1) + "\n").encode())

    def forget(self) -> None:
        """Remove all that was noted of this worktree.

        Raises:
            DiskError: It cannot be removed.
        """
        known = self._files()
        others = {name: note for name, note in known.items() if not self._is_own(name)}
        if others:
            self._write(self.program, others)
            return
        with files.disk_errors(self._path):
            files.remove(os.fspath(self._path))

    def _is_own(self, name: str) -> bool:
        return name.startswith(self._mark) if self._mark else ":" not in name


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read(path: Path) -> bytes | None:
    """Return the bytes of a file; None where there is none.

    Raises:
        DiskError: It cannot be read.
    """
    with files.disk_errors(path):
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None


def diff(edit: Edit) -> Iterator[str]:
    """Yield the lines of a unified diff of an edit."""
    old, new = _lines(edit.now), _lines(edit.after)
    before = "/dev/null" if edit.now is None else edit.name
    after = "/dev/null" if edit.after is None else edit.name
    for line in difflib.unified_diff(old, new, before, after):
        yield line.rstrip("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode("utf-8", "backslashreplace").splitlines(keepends=True)


def apply(edit: Edit) -> None:
    """Make an edit durably.

    Raises:
        BusyError: The file is Git's configuration, and another git is writing it.
        DiskError: It cannot be written.
    """
    if edit.kind == "settings":
        _apply_locked(edit)
    elif edit.after is None:
        with files.disk_errors(edit.path):
            files.remove(os.fspath(edit.path))
            files.sync_folder(os.path.dirname(edit.path))
    else:
        files.write_one(edit.path, edit.after)
        if edit.kind == "script":
            _make_executable(edit.path)


def _make_executable(path: Path) -> None:
    with files.disk_errors(path):
        mode = stat.S_IMODE(path.stat().st_mode)
        files.ops.chmod(os.fspath(path), mode | (mode & 0o444) >> 2)


def _apply_locked(edit: Edit) -> None:
    """Write Git's configuration as git does: `config.lock` keeps other gits away meanwhile."""
    # The file may be a link; git, too, follows it.
    path = os.path.realpath(edit.path)
    lock = f"{path}.lock"
    try:
        fd = files.ops.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise _busy(lock) from None
    try:
        with files.disk_errors(path):
            try:
                if read(Path(path)) != edit.now:
                    raise _busy(path)
                files.fill(fd, edit.after or b"")
                files.ops.fsync(fd)
            finally:
                files.ops.close(fd)
            files.ops.chmod(lock, stat.S_IMODE(os.stat(path).st_mode))
            files.ops.rename(lock, path)
            files.sync_folder(os.path.dirname(path))
    except BaseException:
        with contextlib.suppress(OSError):
            files.ops.unlink(lock)
        raise


def _busy(path: str) -> BusyError:
    return BusyError(
        _("another program is changing Git's configuration: '{path}'").format(path=path),
        _("try again; if no git is running, remove {path}").format(path=path),
    )

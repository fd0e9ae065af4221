"""What belongs to this clone and to no other: desk code, last numbers, who is at the desk.

Kept in the Git common directory, so that `git clean` does not lose it and worktrees share it;
without Git in `.svcctl/`. A copied folder is told by its fingerprint and may mint no numbers.
Changes are made under the writer lock of the book, and under a lock of its own because worktrees
share it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from svcctl.base.errors import DiskError
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.book import files
from svcctl.book.trouble import reason

_KEPT = 4000


class Local:
    """The local state of the clone that holds the book at `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._plain = root / ".svcctl" / "local"
        self._git = _git_home(root)
        self.folder = self._git or self._plain
        if self._git and self._is_older_than_git():
            self.folder = self._plain
        self._path = self.folder / "state.json"

    def _is_older_than_git(self) -> bool:
        """Tell whether the state was made before the book came under Git."""
        made = (self._plain / "state.json").exists()
        return made and self._git is not None and not (self._git / "state.json").exists()

    def _move_to_git(self) -> None:
        """Move the state to where `git clean` does not reach; a rename keeps the fingerprint."""
        if self._git is None or self.folder == self._git or not self._is_older_than_git():
            return
        try:
            self._git.parent.mkdir(parents=True, exist_ok=True)
            self.folder.rename(self._git)
        except OSError:
            return  # Another file system: it stays where it is, and works.
        self.folder = self._git
        self._path = self.folder / "state.json"

    def read(self) -> dict[str, Any]:
        """Return the state; empty where none was written yet.

        Raises:
            DiskError: It is there and cannot be read.
        """
        try:
            state = json.loads(self._path.read_bytes())
            if not isinstance(state, dict) or not isinstance(state.get("last", {}), dict):
                raise ValueError(_("not what svcctl wrote there"))  # noqa: TRY004, TRY301 - as no JSON
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError) as error:
            raise DiskError(
                _("cannot read '{path}': {error}").format(path=self._path, error=error),
                "svcctl book doctor --fix",
            ) from None
        return state

    def update(self, **changes: Any) -> None:
        """Merge `changes` into the state, durably; None removes a key.

        Raises:
            DiskError: It cannot be written.
        """
        with self._alone():
            state = self.read() | changes
            self._write({key: value for key, value in state.items() if value is not None})

    def intend(self, desk: str, token: str) -> None:
        """Note that a claim is under way, before its card is written.

        Killed between the card and `claim`, this clone can tell by the token that the card is its
        own, and finish; otherwise the code would be lost for ever.

        Raises:
            DiskError: It cannot be written.
        """
        self.update(claiming=[desk, token, self._fingerprint(create=True)])

    def intended(self, desk: str) -> str | None:
        """Return the token of an unfinished claim of `desk`, made here and not in a copy.

        Raises:
            DiskError: The state cannot be read.
        """
        noted = self.read().get("claiming")
        if not isinstance(noted, list) or noted[:1] != [desk]:
            return None
        return str(noted[1]) if noted[2:] == [self._fingerprint(create=False)] else None

    def claim(self, desk: str, token: str, **more: Any) -> None:
        """Make this clone the desk `desk`; marks the folder so that a copy is told from it.

        Args:
            more: What else is to be in the state from the same moment on.

        Raises:
            DiskError: It cannot be written.
        """
        # What a copy remembers of claims is not its own.
        earlier = {} if self.moved() else self.read().get("claims", {})
        claims = earlier | {desk: token}
        fingerprint = self._fingerprint(create=True)
        self.update(
            desk=desk, token=token, fingerprint=fingerprint, claims=claims, claiming=None, **more
        )

    def claimed(self, desk: str) -> str | None:
        """Return the token of a code that this clone claimed, now or earlier; None in a copy.

        Raises:
            DiskError: The state cannot be read.
        """
        token = self.read().get("claims", {}).get(desk)
        return None if token is None or self.moved() else str(token)

    def finish(self, desk: str, token: str, **more: Any) -> None:
        """Do as `claim` when the card of the desk is written already.

        Raises:
            DiskError: It cannot be noted; the message says that the card is there.
        """
        try:
            self.claim(desk, token, **more)
        except DiskError as error:
            cause = error.__cause__
            why = reason(cause) if isinstance(cause, OSError) else error.message
            words = _("the card of desk '{desk}' is written, but this clone cannot note it: {why}")
            raise DiskError(
                words.format(desk=desk, why=why), _("finish it with the same command")
            ) from error

    def desk(self) -> str:
        """Return the desk code of this clone.

        Raises:
            RefusedError: None was claimed, or this folder is a copy of the one that claimed it.
        """
        state = self.read()
        if not state.get("desk"):
            raise RefusedError(
                _("this copy of the book is no desk yet, so it cannot give out numbers"),
                self._hint(state.get("claiming")),
            )
        if state.get("fingerprint") != self._fingerprint(create=False):
            raise RefusedError(
                _("this folder was copied or moved; desk '{desk}' may live elsewhere").format(
                    desk=state["desk"]
                ),
                _("if it was moved: svcctl book doctor --fix"),
                _("if it is a copy: svcctl desk claim with a new code"),
            )
        self._refuse_lost(str(state["desk"]), str(state.get("token")))
        return str(state["desk"])

    def _refuse_lost(self, desk: str, token: str) -> None:
        """Refuse if the card of the desk is another clone's: two that give out the same numbers."""
        try:
            card = files.read_raw(f"{self._root}/desks/{desk}.toml")
        except OSError:
            return  # `validate` and `book doctor` speak of a card that is missing
        # Looked for as text: this is asked for every number.
        if b"token = " in card and f'token = "{token}"'.encode() not in card:
            raise RefusedError(
                _("desk '{desk}' was claimed by another clone too").format(desk=desk),
                _("svcctl desk claim CODE"),
            )

    def _hint(self, claiming: list[str] | None) -> str:
        if claiming and self.intended(claiming[0]):
            return _("finish what was interrupted: {command}").format(
                command=f"svcctl desk claim {claiming[0]}"
            )
        return _("claim a free code: svcctl desk claim B")

    def moved(self) -> bool:
        """Tell whether a desk was claimed here and the folder has been copied or moved since."""
        state = self.read()
        return bool(state.get("desk")) and state.get("fingerprint") != self._fingerprint(
            create=False
        )

    def set_aside(self) -> str:
        """Move a state that cannot be read out of the way; the clone is then no desk.

        Its last numbers are lost with it, so this clone must claim a code that nobody used.
        """
        kept = f"{self._path}.damaged"
        with files.disk_errors(self.folder):
            os.replace(self._path, kept)
        return _("kept as {path}; claim a new code: svcctl desk claim CODE").format(path=kept)

    def reserve(self, series: str, at_least: int) -> int:
        """Return the next number of a series and remember it; larger than any given before.

        Args:
            series: What is numbered, e.g. `T261121-A`.
            at_least: One more than the highest number found in the files.
        """
        with self._alone():
            state = self.read()
            last: dict[str, int] = state.get("last", {})
            number = max(at_least, last.get(series, 0) + 1)
            self._write(state | {"last": _recent(last) | {series: number}})
        return number

    def reserve_many(self, wanted: Mapping[str, tuple[int, int]]) -> dict[str, int]:
        """Reserve runs of numbers with one durable write; return the first of each.

        Args:
            wanted: Series -> (one more than the highest number in the files, how many).
        """
        first: dict[str, int] = {}
        with self._alone():
            state = self.read()
            last: dict[str, int] = state.get("last", {})
            for series, (at_least, count) in wanted.items():
                first[series] = max(at_least, last.get(series, 0) + 1)
                last = last | {series: first[series] + count - 1}
            self._write(state | {"last": _recent(last)})
        return first

    def _write(self, state: dict[str, Any]) -> None:
        files.write_private(self._path, (json.dumps(state, indent=1) + "\n").encode())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        from svcctl.book.lock import short_lock

        self._move_to_git()
        with files.disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with short_lock(self.folder / "state.lock"):
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Remove unfinished copies of the state that writers left which were killed."""
        with files.disk_errors(self.folder):
            for name in os.listdir(self.folder):
                if name.startswith(f".{self._path.name}."):
                    (self.folder / name).unlink(missing_ok=True)

    def _fingerprint(self, *, create: bool) -> str:
        """A copy has another inode, another machine another name; a rename keeps both."""
        marker = self.folder / "clone"
        if create and not marker.exists():
            with files.disk_errors(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
            files.write_private(marker, f"{secrets.token_hex(8)}\n".encode())
        try:
            facts = f"{marker.read_text()}{marker.stat().st_ino}{_machine()}"
        except OSError:
            return ""
        return hashlib.sha256(facts.encode()).hexdigest()[:16]


def _recent(last: dict[str, int]) -> dict[str, int]:
    """Keep the newest dated series, more than ten years of days; the file is written each time.

    Undated series (`R-A`) are few and kept for ever.
    """
    dated = sorted((key for key in last if key[1:7].isdigit()), key=lambda key: key[1:7])
    return {key: number for key, number in last.items() if key not in set(dated[:-_KEPT])}


def _machine() -> str:
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip() or platform.node()
    except OSError:
        return platform.node()


def _git_home(root: Path) -> Path | None:
    """Return the folder for local state below the Git common directory, None without Git."""
    git = _git_common(root)
    if git is None:
        return None
    top = git_top(root) or root
    inside = root.resolve().relative_to(top.resolve()).as_posix()
    name = hashlib.sha256(inside.encode()).hexdigest()[:8] if inside != "." else "book"
    return git / "svcctl" / name


def git_top(root: Path) -> Path | None:
    """Return the work tree that holds `root`, found without starting git."""
    for folder in (root.resolve(), *root.resolve().parents):
        if (folder / ".git").exists():
            return folder
    return None


def _git_common(root: Path) -> Path | None:
    top = git_top(root)
    if top is None:
        return None
    git = top / ".git"
    if git.is_file():
        text = git.read_text(encoding="utf-8", errors="replace").strip()
        git = (top / text.removeprefix("gitdir:").strip()).resolve()
    common = git / "commondir"
    if common.is_file():
        git = Path(os.path.normpath(git / common.read_text(encoding="utf-8").strip()))
    return git if git.is_dir() else None


def acting(root: Path) -> str | None:
    """Return the staff id that `shift start` set for this clone."""
    person = Local(root).read().get("acting")
    return str(person) if person else None

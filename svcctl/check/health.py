"""The health of a book on this machine: what stands between a clone and its work, and its cure.

Records are `svcctl.check.runner`'s business; here it is what lies around them: the journal, the
index, the desk of this clone, Git, the disk.
"""

from __future__ import annotations

import os
import platform
import shutil
import stat
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.base.record import Record
from svcctl.book import files
from svcctl.book import journal
from svcctl.book import toml
from svcctl.book.index import Index
from svcctl.book.local import Local
from svcctl.book.local import git_top
from svcctl.book.lock import Holder
from svcctl.book.lock import WriterLock
from svcctl.book.lock import holder
from svcctl.book.source import Disk
from svcctl.vcs.setup import install as setup
from svcctl.vcs.setup import parts

State = Literal["ok", "note", "problem"]
_CACHE = f"{files.STATE}/cache"
_DOCTOR = "svcctl book doctor --fix"
_SETUP = "svcctl git setup"
_OTHERS = 0o077


class Point(NamedTuple):
    """One thing looked at.

    Attributes:
        name: Short name of what was looked at.
        state: A note is nothing to mend: the book works, but the reader may want to know.
        said: What was found.
        cure: The command that mends it; empty where there is none to run.
        mend: What `--fix` does; None where a person must act. Returns what was done.
        ask: The question a person must agree to first.
    """

    name: str
    state: State
    said: str
    cure: str = ""
    mend: Callable[[], str] | None = None
    ask: str = ""


def examine(root: Path) -> Iterator[Point]:
    """Yield every point, in the order in which mending them makes sense.

    What is read through the journal is left out while that cannot be read: it is not to blame.
    """
    yield _disk(root)
    yield _journal(root)
    yield _leftovers(root)
    if not _is_stuck(root):
        yield from _settings(root)
        yield _index(root)
    yield from _modes(root)
    yield from _desk(root)
    yield _git(root)


def _disk(root: Path) -> Point:
    name = _("disk")
    control = root / files.STATE
    for folder in (root, control):
        if folder.exists() and not _is_writable(folder):
            said = _("'{folder}' cannot be written; reading works").format(folder=folder)
            return Point(name, "problem", said, _("give yourself the right to write there"))
    return Point(name, "ok", _("can be written"))


def _is_writable(folder: Path) -> bool:
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    if not hasattr(os, "statvfs"):
        return True
    return not os.statvfs(folder).f_flag & os.ST_RDONLY


def _journal(root: Path) -> Point:
    name = _("journal")
    try:
        pending = journal.pending(root)
    except SvcctlError as error:
        return Point(name, "problem", error.message, _DOCTOR, lambda: _rescue(root))
    if pending is None:
        return Point(name, "ok", _("no interrupted change"))
    count = len(pending.files)
    said = ngettext(
        "'{note}' was interrupted; {count} file is still to be written",
        "'{note}' was interrupted; {count} files are still to be written",
        count,
    ).format(note=pending.note, count=count)
    return Point(name, "problem", said, _DOCTOR, lambda: _rescue(root))


def _rescue(root: Path) -> str:
    with WriterLock(root, "book doctor"):
        lost = _is_stuck(root)
        kept = journal.rescue(root)
    if kept and lost:
        return _("the interrupted change was not done; it is kept in {paths}: do it again").format(
            paths=", ".join(kept)
        )
    if kept:
        return _("finished; what was edited meanwhile is kept in {paths}").format(
            paths=", ".join(kept)
        )
    return _("the interrupted change is finished")


def _is_stuck(root: Path) -> bool:
    """Tell whether the journal cannot be read, so that nothing that it covers can be."""
    try:
        journal.pending(root)
    except SvcctlError:
        return True
    return False


def _leftovers(root: Path) -> Point:
    name = _("temporary files")
    who = holder(root)
    try:
        count = len(os.listdir(root / files.STATE / "tmp"))
    except OSError:
        count = 0
    if not count:
        return Point(name, "ok", _("none left behind"))
    if who is not None and _is_alive(who):
        return Point(name, "note", _("a writer is at work: {holder}").format(holder=who))
    said = ngettext("{count} left behind", "{count} left behind", count).format(count=count)
    return Point(name, "problem", said, _DOCTOR, lambda: _rescue(root))


def _is_alive(who: Holder) -> bool:
    """Tell whether the one who signed the lock still runs; one that died leaves its name there."""
    if who.host != platform.node():
        return False
    try:
        os.kill(who.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _settings(root: Path) -> Iterator[Point]:
    name = _("settings")
    try:
        settings = toml.parse(Disk(root).read("book.toml"))
    except (SvcctlError, OSError, toml.TomlError) as error:
        said = getattr(error, "message", str(error))
        yield Point(name, "problem", said, "svcctl validate book.toml")
        return
    yield Point(name, "ok", str(settings.get("estate", "")))
    yield _zone(settings)


def _zone(settings: Record) -> Point:
    name, zone = _("time zone"), str(settings.get("time_zone", ""))
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        said = _("'{zone}' is unknown on this machine").format(zone=zone)
        return Point(name, "problem", said, "pip install --upgrade tzdata")
    return Point(name, "ok", zone)


def _index(root: Path) -> Point:
    name = _("index")
    if not (root / _CACHE).exists():
        return Point(name, "ok", _("not made yet; the next list makes it"))
    source = Disk(root)
    try:
        with Index(root, source) as index:
            index.refresh()
            known = index.files()
        really = sorted(source.list())
    except SvcctlError as error:
        return Point(name, "problem", error.message, _DOCTOR, lambda: _drop_cache(root))
    if known == really:
        said = ngettext("{count} file, as on disk", "{count} files, as on disk", len(known))
        return Point(name, "ok", said.format(count=len(known)))
    said = _("not as the files are")
    return Point(name, "problem", said, _DOCTOR, lambda: _drop_cache(root))


def _drop_cache(root: Path) -> str:
    with files.disk_errors(root / _CACHE):
        shutil.rmtree(root / _CACHE)
    return _("removed; the next list makes it anew")


def _modes(root: Path) -> Iterator[Point]:
    """Names and phones must not be readable by others; on Windows modes say nothing."""
    if os.name == "nt":
        return
    name = _("file modes")
    open_ = [path for path in _private(root) if _is_open(path)]
    if not open_:
        yield Point(name, "ok", _("private files are yours alone"))
        return
    said = _("others may read {paths}").format(paths=", ".join(path.name for path in open_))
    yield Point(name, "problem", said, _DOCTOR, lambda: _close(open_))


def _private(root: Path) -> list[Path]:
    cache = root / _CACHE
    found = sorted(cache.iterdir()) if cache.is_dir() else []
    return [*found, Local(root).folder / "state.json"]


def _is_open(path: Path) -> bool:
    try:
        about = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(about.st_mode) and bool(about.st_mode & _OTHERS)


def _close(paths: list[Path]) -> str:
    for path in paths:
        with files.disk_errors(path):
            path.chmod(0o600)
    return _("closed to others")


def _desk(root: Path) -> Iterator[Point]:
    name = _("desk")
    local = Local(root)
    try:
        state = local.read()
    except SvcctlError as error:
        yield Point(name, "problem", error.message, _DOCTOR, local.set_aside)
        return
    desk = str(state.get("desk", ""))
    if not desk:
        said = _("this clone is no desk, so it cannot give out numbers")
        yield Point(name, "problem", said, _("svcctl desk claim CODE"))
    elif local.moved():
        yield _moved(local, state)
    elif not _is_stuck(root):
        yield _card(root, desk, str(state.get("token", "")))


def _moved(local: Local, state: Record) -> Point:
    desk = str(state["desk"])
    said = _("this folder was copied or moved; desk '{desk}' may live elsewhere")
    return Point(
        _("desk"),
        "problem",
        said.format(desk=desk),
        _("if it was moved: {command}; if it is a copy: svcctl desk claim CODE").format(
            command=_DOCTOR
        ),
        lambda: _bind(local, state),
        _("was it moved, and is there no other folder that works as desk '{desk}'?").format(
            desk=desk
        ),
    )


def _bind(local: Local, state: Record) -> str:
    local.claim(str(state["desk"]), str(state.get("token", "")))
    return _("this folder is desk '{desk}' again").format(desk=state["desk"])


def _card(root: Path, desk: str, token: str) -> Point:
    name, path = _("desk"), f"desks/{desk}.toml"
    try:
        card = toml.parse(Disk(root).read(path))
    except (SvcctlError, OSError, toml.TomlError):
        said = _("this clone is desk '{desk}', but its card {path} is missing or broken")
        return Point(
            name, "problem", said.format(desk=desk, path=path), f"git checkout HEAD -- {path}"
        )
    if card.get("token") != token:
        said = _("desk '{desk}' was claimed by another clone too").format(desk=desk)
        return Point(name, "problem", said, _("svcctl desk claim CODE"))
    return Point(name, "ok", desk)


def _git(root: Path) -> Point:
    name = _("Git")
    top = git_top(root)
    if top is None:
        said = _("the book is not under Git: no history, no other desks")
        return Point(name, "note", said, _SETUP)
    if shutil.which("git") is None:
        said = _("the folder is a Git repository, but the program git is not installed")
        return Point(name, "problem", said, _("install git"))
    try:
        wrong = _not_set_up(root)
    except SvcctlError as error:
        return Point(name, "problem", error.message, "svcctl git status")
    if not wrong:
        return Point(name, "ok", str(top))
    said = _("not set up: {parts}").format(parts=", ".join(wrong))
    return Point(name, "problem" if setup.is_set_up(root) else "note", said, _SETUP)


def _not_set_up(root: Path) -> list[str]:
    """Return the names of what the set-up for Git should have made and is not there, or not so."""
    return [part.name for part in parts.set_up(setup.place(root)) if part.is_wrong]

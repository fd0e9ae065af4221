"""What makes Git and svcctl know each other: planned as edits of files, and taken out again.

Attributes are part of the book and reach every clone; settings and hooks are of one repository.
Nothing of it is needed to write records: without it, Git merges and shows them line by line.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from svcctl.base.i18n import _
from svcctl.book import files
from svcctl.book.local import Local
from svcctl.vcs import git
from svcctl.vcs.setup import blocks
from svcctl.vcs.setup import edits
from svcctl.vcs.setup import scripts
from svcctl.vcs.setup.edits import Edit
from svcctl.vcs.setup.edits import Notes

ATTRIBUTES, IGNORED, SETTINGS = ".gitattributes", ".gitignore", ".git/config"
CACHE = "refs/notes/textconv/svcctl"
"""Where Git keeps what textconv made of each version of a file."""

_RECORDS = "*.toml merge=svcctl diff=svcctl\n"
_STATE_OF_CLONE = "/.svcctl/\n"
_BYTES = re.compile(rb"^\*(\.toml)?[ \t](.*[ \t])?-text([ \t]|\r?$)", re.MULTILINE)
_CALL = re.compile(r'"\$p" git [a-z-]+')
_IGNORES = re.compile(rb"^/?\.svcctl/?[ \t]*\r?$", re.MULTILINE)


class Place(NamedTuple):
    """A book in its repository.

    Attributes:
        root: The book.
        book: Its path below the top of the working tree; empty at the top.
        settings: Git's `config` of this repository.
        hooks: Folder of the hooks.
        foreign: Where the hooks' folder was chosen for more than this repository: that setting.
        made: Whether there is a repository; False: as if one were made at the book.
        tree: Name of the worktree; empty for the first one.
    """

    root: Path
    book: str
    settings: Path
    hooks: Path
    foreign: str
    made: bool = True
    tree: str = ""


class Plan(NamedTuple):
    """What is to be done.

    Attributes:
        edits: Files that change.
        states: By name, each file with our part: its bytes before and with it.
        notes: What cannot be done, and what a person can do, in words.
    """

    edits: list[Edit]
    states: dict[str, tuple[bytes | None, bytes]]
    notes: list[str]


def place(root: Path) -> Place:
    """Return where the book lies.

    Raises:
        GitError: Git is missing or refuses.
    """
    try:
        found = git.find(root)
    except git.NotARepositoryError:
        home = root / ".git"
        return Place(root, "", home / "config", home / "hooks", "", made=False)
    asked = ["rev-parse", "--path-format=absolute", "--git-path", "hooks"]
    hooks = git.run(root, asked).decode("utf-8", "surrogateescape")
    return Place(
        root,
        found.prefix.rstrip("/"),
        found.common / "config",
        Path(hooks.removesuffix("\n")),
        _foreign(root),
        tree="" if os.path.samefile(found.git, found.common) else found.git.name,
    )


def _foreign(root: Path) -> str:
    asked = ["config", "--show-scope", "--get", "core.hooksPath"]
    said = git.run(root, asked, ok=(0, 1)).decode("utf-8", "replace").strip()
    scope, _tab, value = said.partition("\t")
    return value if scope in {"global", "system"} else ""


# -- putting in -------------------------------------------------------------------------------


def plan(where: Place, program: str) -> Plan:
    """Return what the set-up is to change.

    Args:
        program: Where svcctl is, absolute; empty where only PATH knows.

    Raises:
        GitError: Git failed.
        DiskError: A file cannot be read.
    """
    made = Plan([], {}, [])
    notes = _notes(where)
    for name, lines in ((ATTRIBUTES, _attributes), (IGNORED, _ignored)):
        path = where.root / name
        if path.is_symlink():
            made.notes.append(_("{name} is a link, which Git does not follow").format(name=name))
            continue
        now = edits.read(path)
        base = notes.former(name, now, _without_block)
        block = blocks.block("", lines(base)) if lines(base) else b""
        if block not in (now or b""):
            _note(made, Edit(name, path, now, blocks.appended(base, block)), base)
    _plan_settings(made, where, notes, program)
    for name in scripts.HOOKS:
        _plan_hook(made, where, notes, Edit(name, where.hooks / name, None, None), program)
    return made


def _note(made: Plan, edit: Edit, base: bytes | None) -> None:
    if edit.after is not None and edit.after != base:
        made.states[edit.name] = (base, edit.after)
    if edit.after != edit.now:
        made.edits.append(edit)


def _attributes(base: bytes | None) -> str:
    every = "" if base and _BYTES.search(base) else f"*{'.toml' if base else ''} -text\n"
    return every + _RECORDS


def _ignored(base: bytes | None) -> str:
    return "" if base and _IGNORES.search(base) else _STATE_OF_CLONE


def _without_block(data: bytes) -> bytes | None:
    return blocks.without(data, "") or None


def settings(program: str, book: str) -> dict[str, str]:
    """Return Git's settings, as this repository is to have them.

    Args:
        program: Where svcctl is.
        book: The book's place in the repository.
    """
    return {
        "merge.svcctl.name": "records by entries and fields",
        "merge.svcctl.driver": scripts.driver(program, book),
        "diff.svcctl.textconv": scripts.textconv(program, book),
        "diff.svcctl.cachetextconv": "true",
        "diff.svcctl.xfuncname": scripts.XFUNCNAME,
    }


def _plan_settings(made: Plan, where: Place, notes: Notes, program: str) -> None:
    now = edits.read(where.settings)
    wanted = settings(program, where.book)
    if now is not None and known_settings(where.settings) == wanted:
        return
    base = notes.former(SETTINGS, now, _without_settings)
    steps = [["config", "--file", "{file}", key, value] for key, value in wanted.items()]
    edit = Edit(SETTINGS, where.settings, now, _edited(base or b"", steps), "settings")
    _note(made, edit, base)


def known_settings(path: Path) -> dict[str, str]:
    """Return svcctl's settings as they stand in a configuration file.

    Raises:
        GitError: Git cannot read it.
    """
    asked = ["config", "--file", str(path), "-z", "--get-regexp", r"^(merge|diff)\.svcctl\."]
    said = git.run(path.parent, asked, ok=(0, 1)).decode("utf-8", "replace")
    return {
        key: value for key, _line, value in (one.partition("\n") for one in said.split("\0")) if key
    }


def _edited(data: bytes, steps: Iterable[list[str]]) -> bytes:
    """Return a configuration as git leaves it after some commands; `{file}` stands for it."""
    with tempfile.TemporaryDirectory(prefix="svcctl-") as folder:
        path = Path(folder) / "config"
        path.write_bytes(data)
        for step in steps:
            words = [str(path) if word == "{file}" else word for word in step]
            git.run(Path(folder), words, ok=(0, 5))
        return path.read_bytes()


def _without_settings(data: bytes) -> bytes | None:
    """Take out the settings that are recognizably ours; a person may have some of that name."""
    if b"svcctl" not in data:
        return data
    with tempfile.TemporaryDirectory(prefix="svcctl-") as folder:
        path = Path(folder) / "config"
        path.write_bytes(data)
        known = known_settings(path)
    ours = [key for key, value in settings("", "").items() if _is_ours(known.get(key, ""), value)]
    return _edited(data, [["config", "--file", "{file}", "--unset-all", key] for key in ours])


def _is_ours(found: str, ours: str) -> bool:
    call = _CALL.search(ours)
    return call[0] in found if call else found == ours


def _plan_hook(made: Plan, where: Place, notes: Notes, empty: Edit, program: str) -> None:
    why = why_not(where, empty.path)
    if why:
        made.notes.append(f"{empty.name}: {why}")
        return
    now = edits.read(empty.path)
    name = f"hooks/{empty.name}"
    base = notes.former(name, now, lambda data: _without_hook(data, where.book))
    block = blocks.block(where.book, scripts.hook(empty.name, program, where.book))
    if now is not None and block in now:
        return
    _note(made, Edit(name, empty.path, now, blocks.in_script(base, block), "script"), base)


def _without_hook(data: bytes, book: str) -> bytes | None:
    left = blocks.without(data, book)
    return None if left == blocks.SHEBANG and left != data else left


def why_not(where: Place, path: Path) -> str:
    """Return why a hook takes no block of ours, in words; '' where it does."""
    call = f"svcctl --book {where.book or '.'} git hook {path.name}"
    if where.foreign:
        return _(
            "core.hooksPath = {folder} is for all your repositories; put there: {call}"
        ).format(folder=where.foreign, call=call)
    try:
        mode = path.lstat().st_mode
    except OSError:
        return ""
    words = ""
    if stat.S_ISLNK(mode):
        words = _("'{path}' is a link; put into what it leads to: {call}")
    elif not stat.S_ISREG(mode):
        words = _("'{path}' is no file")
    elif not blocks.is_shell(edits.read(path) or b""):
        words = _("'{path}' is no shell script; let it call: {call}")
    elif not mode & stat.S_IXUSR:
        words = _("'{path}' is not executable, so git does not run it: chmod +x, then {setup}")
    return words.format(path=path, call=call, setup="svcctl git setup")


def home(where: Place) -> Path:
    """Return the folder in which the set-up keeps its notes."""
    return Local(where.root).folder


def _notes(where: Place) -> Notes:
    return Notes(home(where), where.tree)


def do(where: Place, todo: Plan, program: str) -> None:
    """Make the edits of a plan. What was before is noted first, so that it can come back.

    Raises:
        BusyError: Another git is at work.
        DiskError: A file cannot be written; what was written before it stays.
    """
    local = Local(where.root)
    if local.read():
        # Where it is kept in the book, it moves to where `git clean` does not reach.
        local.update()
    _notes(where).remember(program, todo.states)
    for edit in todo.edits:
        edits.apply(edit)
    _forget_conversions(where.root)


def _forget_conversions(root: Path) -> None:
    """Drop what Git keeps of textconv: it may be of a time when svcctl was missing."""
    git.run(root, ["update-ref", "-d", CACHE])


# -- taking out -------------------------------------------------------------------------------


def removal(where: Place) -> Plan:
    """Return what takes our part out of every file again.

    Raises:
        GitError: Git failed.
        DiskError: A file cannot be read.
    """
    made = Plan([], {}, [])
    notes = _notes(where)
    for name in (ATTRIBUTES, IGNORED):
        path = where.root / name
        now = None if path.is_symlink() else edits.read(path)
        _note(made, Edit(name, path, now, notes.former(name, now, _without_block)), None)
    others = False
    # Whoever chose another folder for hooks since may have left ours behind in the usual one.
    homes = {os.path.realpath(one) for one in (where.hooks, where.settings.parent / "hooks")}
    for path in sorted(Path(one) / name for one in homes for name in scripts.HOOKS):
        name = f"hooks/{path.name}"
        now = None if path.is_symlink() else edits.read(path)
        left = notes.former(name, now, lambda data: _without_hook(data, where.book))
        others = others or blocks.holds(left or b"")
        _note(made, Edit(name, path, now, left), None)
    if others:
        made.notes.append(_("another book in this repository uses Git's settings; they stay"))
        return made
    now = edits.read(where.settings)
    left = notes.former(SETTINGS, now, _without_settings)
    _note(made, Edit(SETTINGS, where.settings, now, left, "settings"), None)
    return made


def undo(where: Place, todo: Plan) -> None:
    """Make the edits of a removal, and forget what was noted.

    Raises:
        BusyError: Another git is at work.
        DiskError: A file cannot be written.
    """
    for edit in todo.edits:
        edits.apply(edit)
    _notes(where).forget()
    _forget_conversions(where.root)


def begin_repository(root: Path) -> None:
    """Make a repository at the book.

    Raises:
        GitError: Git is missing or failed.
    """
    with files.disk_errors(root):
        git.run(root, ["init", "--quiet", "--initial-branch=main"])


def is_set_up(root: Path) -> bool:
    """Return whether somebody set this book up for Git: here, or in a clone that it came from.

    Raises:
        DiskError: The attributes cannot be read.
    """
    return blocks.holds(edits.read(root / ATTRIBUTES) or b"")


def program_noted(where: Place) -> str:
    """Return the program that the set-up noted as svcctl's."""
    return _notes(where).program

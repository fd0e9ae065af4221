"""`svcctl git setup` and `git remove`: what makes Git and svcctl know each other."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcctl.base.i18n import _
from svcctl.base.i18n import speaking
from svcctl.term.options import command
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from svcctl.term.context import Run
    from svcctl.vcs.setup.edits import Edit
    from svcctl.vcs.setup.install import Place

_dry_run = click.option(
    "--dry-run", is_flag=True, help=_("Show every change as a diff; write nothing.")
)


@command(
    help=_(
        "Make Git and svcctl know each other: records are merged by entries and fields, shown in "
        "words, and checked before a commit and after a merge. Makes a repository and the first "
        "commit of the book where there is none. Can be run again at any time."
    ),
    examples=("svcctl git setup --dry-run", "svcctl git setup"),
)
@_dry_run
@pass_run
def setup(run: Run, *, dry_run: bool) -> None:
    """Set up."""
    if dry_run:
        _preview(run)
    else:
        run.must_write_now()
        set_up(run, "git setup")


def set_up(run: Run, name: str, *, quiet: bool = False) -> None:
    """Set the book of this run up; say what was done.

    Args:
        name: The command that does it.
        quiet: Whether to name no file, only what needs a person.

    Raises:
        GitError: Git is missing or failed.
        BusyError: Another program is writing the book or Git's settings.
        DiskError: A file cannot be written.
    """
    from svcctl.book.journal import recover
    from svcctl.book.lock import WriterLock
    from svcctl.vcs.setup import install as making

    with WriterLock(run.root, name):
        recover(run.root)
        if not making.place(run.root).made:
            making.begin_repository(run.root)
            run.say(_("a repository is made in {folder}").format(folder=run.root))
        where = making.place(run.root)
        todo = making.plan(where, program())
        making.do(where, todo, program())
        if not quiet:
            _tell(run, todo.edits, where)
        for note in todo.notes:
            run.warn(note)
        _first_commit(run, name)
    if not quiet:
        _next(run, todo.edits)


def program() -> str:
    """Return where svcctl itself is; empty where it runs as a module and PATH has none."""
    own = os.path.abspath(sys.argv[0]) if sys.argv and sys.argv[0] else ""
    if os.path.basename(own).lower() in {"svcctl", "svcctl.exe"} and os.access(own, os.X_OK):
        return Path(own).as_posix()
    found = shutil.which("svcctl")
    return Path(found).absolute().as_posix() if found else ""


def _preview(run: Run) -> None:
    from svcctl.vcs.commits import first
    from svcctl.vcs.setup import edits
    from svcctl.vcs.setup import install as making

    where = making.place(run.root)
    todo = making.plan(where, program())
    for edit in todo.edits:
        for line in edits.diff(_named(edit, where)):
            run.data(line)
    if not where.made:
        run.say(_("would make a repository in {folder}").format(folder=run.root))
    if not where.made or first.is_due(run.root):
        run.say(_("would commit all files of the book"))
    for note in todo.notes:
        run.warn(note)
    if not todo.edits:
        run.say(_("nothing to change"))


def _named(edit: Edit, where: Place) -> Edit:
    return edit._replace(name=_path(edit, where))


def _path(edit: Edit, where: Place) -> str:
    """Return where a file is, from the top of the repository if it lies in it."""
    if edit.name.startswith(".git/"):
        return edit.name
    if edit.name.startswith("hooks/") and where.hooks.name == "hooks":
        return f".git/{edit.name}"
    if edit.name.startswith("hooks/"):
        return os.path.normpath(edit.path)
    return f"{where.book}/{edit.name}" if where.book else edit.name


def _tell(run: Run, changed: Iterable[Edit], where: Place) -> None:
    nothing = True
    for edit in changed:
        nothing = False
        if edit.after is None:
            run.say(_("removed: {path}").format(path=_path(edit, where)))
        elif edit.now is None:
            run.say(_("new: {path}").format(path=_path(edit, where)))
        else:
            run.say(_("changed: {path}").format(path=_path(edit, where)))
    if nothing:
        run.say(_("all was as it should be"))


def _first_commit(run: Run, name: str) -> None:
    from svcctl.base.errors import GitError
    from svcctl.vcs.commits import first

    if not first.is_due(run.root):
        return
    estate = str(run.book.settings.get("estate", ""))
    with speaking(str(run.book.settings.get("language", "en"))):
        subject = _("begin the book of {estate}").format(estate=estate)
    signed = run.book.handbook.policy(run.now().date()).setting("git", "signed") is True
    message = f"{subject}\n\nSvcctl: {name}\n"
    try:
        first.make(run.root, message, _author(run), signed=signed)
    except GitError as error:
        # All else is set up; the next call, or the person, commits it.
        run.warn(_("the book is not committed: {why}").format(why=error.message))
        run.say(_("hint: {hint}").format(hint="svcctl git setup"))
    else:
        run.say(_("the book is committed: {subject}").format(subject=subject))


def _author(run: Run) -> tuple[str, str]:
    """Return name and staff id of who is at the desk; empty where nobody is."""
    from svcctl.base.errors import SvcctlError

    try:
        who = run.actor
        return str(run.book.get("staff", who).get("name", who)), who
    except SvcctlError:
        return "", ""


def _next(run: Run, changed: Iterable[Edit]) -> None:
    from svcctl.vcs import state

    names = {edit.name for edit in changed}
    loose = state.head(run.root).changed
    if any(path.endswith((".gitattributes", ".gitignore")) for path in loose) and names:
        run.say(_("other clones get the attributes with the next commit: svcctl git commit"))


@command(
    help=_(
        "Take out all that `svcctl git setup` put in: every file becomes what it was before, or, "
        "if somebody changed it since, loses our part alone. The repository stays."
    ),
    examples=("svcctl git remove --dry-run", "svcctl git remove"),
)
@_dry_run
@pass_run
def remove(run: Run, *, dry_run: bool) -> None:
    """Take out."""
    from svcctl.book.lock import WriterLock
    from svcctl.vcs import git
    from svcctl.vcs.setup import edits
    from svcctl.vcs.setup import install as making

    git.find(run.root)
    where = making.place(run.root)
    if dry_run:
        todo = making.removal(where)
        for edit in todo.edits:
            for line in edits.diff(_named(edit, where)):
                run.data(line)
        if not todo.edits:
            run.say(_("nothing to change"))
    else:
        run.must_write_now()
        with WriterLock(run.root, "git remove"):
            todo = making.removal(where)
            making.undo(where, todo)
        _tell(run, todo.edits, where)
    for note in todo.notes:
        run.warn(note)

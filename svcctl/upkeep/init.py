"""`svcctl init`: a new, empty, valid book."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcctl.base.i18n import _
from svcctl.term.options import command
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(
    help=_(
        "Make a new book in a folder: settings, handbook, schemas, desk A and one colleague. "
        "In a Git repository it is set up for Git and committed."
    ),
    examples=("svcctl init estate --estate 翠湖花园 --staff wang.fang --name 王芳",),
    rev=False,
)
@click.argument("folder", metavar="DIR")
@click.option(
    "--estate",
    metavar="WORDS",
    default="",
    help=_("Name of the estate; the folder's unless given."),
)
@click.option(
    "--zone", metavar="ZONE", default="Asia/Shanghai", show_default=True, help=_("Time zone.")
)
@click.option("--staff", metavar="ID", help=_("Your id as a colleague, e.g. wang.fang."))
@click.option("--name", metavar="NAME", help=_("Your name."))
@pass_run
def init(
    run: Run, folder: str, estate: str, zone: str, staff: str | None, name: str | None
) -> None:
    """Make a new book."""
    from svcctl.upkeep.founding import found
    from svcctl.upkeep.founding import refuse_second

    if not folder.strip():
        raise click.UsageError(_("name the folder of the new book"))
    root = Path(folder)
    refuse_second(root)
    estate = estate or root.resolve().name
    colleague = {"id": staff, "name": name or staff} if staff else None
    new = found(root, estate, zone, run.language, colleague=colleague)
    run.wishes.book = folder
    if not new:
        estate = run.book.settings["estate"]
        run.say(_("an init that was interrupted here is finished now"))
    run.say(
        _("a book for '{estate}' is in {folder}; this clone is desk A").format(
            estate=estate, folder=folder
        )
    )
    if staff:
        run.say(_("{id} is at the desk").format(id=staff))
    else:
        run.say(_("next: cd {folder} && svcctl staff new NAME").format(folder=folder))
    _under_git(run)


def _under_git(run: Run) -> None:
    """Set the new book up for Git where it lies in a repository; a book it is in any case."""
    from svcctl.base.errors import SvcctlError
    from svcctl.book.local import git_top

    if git_top(run.root) is None:
        run.say(_("for history and several desks: svcctl git setup"))
        return
    from svcctl.upkeep.git.setup import set_up

    try:
        set_up(run, "init", quiet=True)
        run.say(_("Git merges, shows and checks its records: svcctl git status"))
    except SvcctlError as error:
        run.warn(_("the book is not set up for Git: {why}").format(why=error.message))
        run.say(_("hint: {hint}").format(hint="svcctl git setup"))

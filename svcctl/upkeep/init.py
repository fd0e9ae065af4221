"""`svcctl init`: a new, empty, valid book."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.term.options import command
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(
    help=_("Make a new book in a folder: settings, handbook, schemas, desk A and one colleague."),
    examples=("svcctl init estate --estate 翠湖花园 --staff wang.fang --name 王芳",),
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

    root = Path(folder)
    if (root / "book.toml").exists():
        raise RefusedError(_("there is a book in '{folder}' already").format(folder=folder))
    found(root, estate or root.resolve().name, zone, run.language)
    run.wishes.book = folder
    run.say(
        _("a book for '{estate}' is in {folder}; this clone is desk A").format(
            estate=estate or root.resolve().name, folder=folder
        )
    )
    if staff:
        _first_colleague(run, staff, name or staff)
    else:
        run.say(_("next: cd {folder} && svcctl staff new NAME").format(folder=folder))


def _first_colleague(run: Run, staff: str, name: str) -> None:
    with run.writing("init") as change:
        change.put("staff", {"id": staff, "name": name})
    run.book.local.update(acting=staff, acting_since=run.now().isoformat())
    run.say(_("{id} is at the desk").format(id=staff))

"""Looking at tickets: `svcctl ticket list` and `show`. They load nothing that writing needs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.i18n import _
from svcctl.desk.tickets import view
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.desk.tickets.words import STATUS_CHOICES
from svcctl.term.options import Word
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import ids_argument
from svcctl.term.options import open_list
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(
    "list",
    help=_("List tickets, the newest last."),
    examples=(
        "svcctl ticket list --open",
        "svcctl ticket list --unit 3-2-1501 --format csv -o a.csv",
    ),
)
@click.option("--open/--ended", "open_", default=None, help=_("Only open or only ended tickets."))
@click.option("--kind", type=Word(_("kind"), KIND_CHOICES))
@click.option("--status", type=Word(_("status"), STATUS_CHOICES))
@click.option("--severity", type=Word(_("severity"), SEVERITY_CHOICES))
@click.option("--category", type=open_list("category", _("category")))
@click.option("--department", type=open_list("department", _("department")))
@click.option("--assignee", metavar="NAME", help=_("Who deals with it."))
@click.option("--unit", metavar="UNIT", help=_("The unit it is about."))
@click.option("--urgent", is_flag=True, default=None, help=_("It cannot wait."))
@click.option("--incident", metavar="ID", help=_("What one cause brought in."))
@click.option("--late", is_flag=True, help=_("Only those with a duty that is late."))
@click.option("--since", metavar="DAY", help=_("Opened on this day or later."))
@click.option("--until", metavar="DAY", help=_("Opened on this day or earlier."))
@click.option("--find", metavar="WORDS", help=_("Whose subject, caller or place has these words."))
@format_options
@pass_run
def list_(run: Run, /, **wanted: Any) -> None:
    """List tickets."""
    book = run.book
    if wanted["unit"]:
        from svcctl.desk.units import rules as units  # only where a unit is named

        wanted["unit"] = units.resolve(wanted["unit"], book.has, lambda: book.index)
    if wanted["assignee"]:
        wanted["assignee"] = book.resolve("staff", wanted["assignee"], run.now())
    if wanted["incident"]:
        wanted["incident"] = book.resolve("incident", wanted["incident"], run.now())
    run.rows(view.listed(book.index, wanted, run.now()), view.columns(run.word))
    run.report_unreadable()


@command(
    help=_("Show tickets: the header and what was done, in order."),
    examples=("svcctl ticket show A07",),
)
@ids_argument
@format_options
@pass_run
def show(run: Run, ids: tuple[str, ...]) -> None:
    """Show tickets."""
    for name in ids:
        record = run.book.get("ticket", run.book.resolve("ticket", name, run.now()))
        owed = view.owed(record, lambda: run.book.handbook, run.now())
        run.one(record, view.page(record, run.zone, owed, run.word))

"""The end of a ticket: filed, withdrawn, a double of another; and taken up again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.i18n import _
from svcctl.desk.tickets import actions
from svcctl.desk.tickets.doing import WORDS
from svcctl.desk.tickets.doing import act_command

if TYPE_CHECKING:
    from svcctl.desk.tickets.doing import Said
    from svcctl.term.context import Run

_WHY = click.option("--why", required=True, metavar="REASON", help=_("The reason."))


@act_command(
    help=_(
        "File tickets: done, told and called back; an inquiry once it is answered, and what was "
        "judged invalid."
    ),
    examples=("svcctl ticket close A07",),
)
def close(_run: Run, _said: Said) -> None:
    """Close tickets."""


@act_command(
    help=_("Take tickets up again."),
    examples=('svcctl ticket reopen A07 --why "又漏了"',),
    because=False,
)
@_WHY
def reopen(_run: Run, _said: Said) -> None:
    """Reopen tickets."""


@act_command(
    help=_("Cancel tickets; their numbers stay."),
    examples=('svcctl ticket cancel A07 --why "住户撤回"',),
    because=False,
)
@_WHY
def cancel(_run: Run, _said: Said) -> None:
    """Cancel tickets."""


@act_command(
    help=_("The same matter is a ticket already; this one ends, the other goes on."),
    examples=("svcctl ticket duplicate A08 --of A07",),
)
@click.option("--of", required=True, metavar="ID", help=_("The ticket that goes on."))
def duplicate(run: Run, said: Said) -> dict[str, Any]:
    """End tickets that are doubles of another."""
    name = run.book.resolve("ticket", said.pop("of"), run.now())
    return actions.original(run.book.get("ticket", name))


@act_command(
    help=_("Somebody has looked at what did not fit together after a merge, and says so."),
    examples=('svcctl ticket settle A07 "以 A 台的归档为准"',),
    last=WORDS,
)
def settle(_run: Run, _said: Said) -> None:
    """Settle what two desks left behind."""

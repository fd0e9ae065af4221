"""Whom a ticket goes to: put before a role, handed on, first contact, a department's report."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.i18n import _
from svcctl.desk.staff import rules as staff
from svcctl.desk.tickets.doing import VIA
from svcctl.desk.tickets.doing import WORDS
from svcctl.desk.tickets.doing import act_command
from svcctl.desk.tickets.raising import standing_for
from svcctl.term.whom import choice_or_colleague
from svcctl.term.whom import role_or_colleague

if TYPE_CHECKING:
    from svcctl.desk.tickets.doing import Said
    from svcctl.term.context import Run


@act_command(
    help=_("Put tickets before those whom the rules name: a role, or the colleague who holds it."),
    examples=(
        "svcctl ticket forward A07 --to 管理处主任",
        'svcctl ticket forward A07 --to supervisor --note "住户情绪激动"',
    ),
)
@click.option("--to", required=True, metavar="WHOM", help=_("A role, or a colleague."))
@VIA
def forward(run: Run, said: Said) -> None:
    """Put tickets before a role; a colleague stands there for the highest role they hold."""
    said |= addressed(run, said["to"])


def addressed(run: Run, to: str) -> dict[str, str]:
    """Return what an entry says of whom a matter was put before: `to` and perhaps `person`.

    Raises:
        UsageProblem: No role and no colleague is called so.
        RefusedError: The colleague does not work here now.
    """
    role, person = role_or_colleague(run, to)
    if not person:
        return {"to": role}
    card = run.book.get("staff", person)
    return standing_for(card, run.book.handbook, run.now().date())


@act_command(
    help=_("Hand tickets to a department or a colleague."),
    examples=("svcctl ticket assign A07 --to 工程部", "svcctl ticket assign A07 --to li.na"),
)
@click.option(
    "--to", required=True, metavar="WHOM", help=_("A department, or a colleague's id or name.")
)
def assign(run: Run, said: Said) -> dict[str, Any]:
    """Hand tickets on."""
    departments = run.book.handbook.policy(run.now().date()).options("department")
    to, what = said.pop("to"), _("department or colleague")
    department, person = choice_or_colleague(run, to, departments, what)
    if person:
        staff.refuse_absent(run.book.get("staff", person), run.now().date())
    return {"assignee": person} if person else {"department": department}


@act_command(
    help=_("The one who deals with it has spoken to the resident."),
    examples=("svcctl ticket contact A07 --via phone",),
)
@VIA
def contact(_run: Run, _said: Said) -> None:
    """Record the first contact, or another."""


@act_command(
    help=_("What the department replied to the desk."),
    examples=('svcctl ticket report A07 "配件明天到,后天装"',),
    last=WORDS,
)
@VIA
def report(_run: Run, _said: Said) -> None:
    """Record a department's result."""

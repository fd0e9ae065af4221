"""The commands of a ticket that are good at any time: a note, a correction.

The others are grouped by what they are about: `routing`, `dates`, `work`, `papers`, `judging`,
`ending`. Each is one act of `lifecycle.ACTIONS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.i18n import _
from svcctl.desk.tickets import intake
from svcctl.desk.tickets.doing import CHANNEL
from svcctl.desk.tickets.doing import WORDS
from svcctl.desk.tickets.doing import act_command
from svcctl.desk.tickets.register import knowledge
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.term.options import Word
from svcctl.term.options import open_list

if TYPE_CHECKING:
    from svcctl.desk.tickets.doing import Said
    from svcctl.term.context import Run


@act_command(
    help=_("Write down something about tickets."),
    examples=(
        'svcctl ticket note A07 "住户下午在家"',
        'svcctl ticket list --open --format ids | svcctl ticket note - "已在晨会通报"',
    ),
    last=WORDS,
)
def note(_run: Run, _said: Said) -> None:
    """Add a note."""


_ENTRY = ("note", "why", "when")


@act_command(
    help=_("Correct the header of tickets, or complete what was unknown."),
    examples=("svcctl ticket edit A07 --unit 3-2-1501", "svcctl ticket edit A07 --severity 重大"),
)
@click.option("--kind", type=Word(_("kind"), KIND_CHOICES))
@click.option("--subject", metavar="WORDS", help=_("What it is about."))
@click.option("--severity", type=Word(_("severity"), SEVERITY_CHOICES))
@click.option("--category", type=open_list("category", _("category")))
@click.option("--urgent/--not-urgent", default=None, help=_("It cannot wait."))
@click.option("--unit", metavar="UNIT", help=_("The unit it is about."))
@click.option("--place", metavar="WORDS", help=_("Where, if it is not about one unit."))
@click.option("--resident", metavar="ID", help=_("Who says it, if the book knows them."))
@click.option("--name", "caller", metavar="NAME", help=_("Who says it, as they say it."))
@click.option("--channel", type=CHANNEL)
@click.option("--wanted", metavar="DAY", help=_("By when the resident asked for it."))
@click.option("--demand", metavar="WORDS", help=_("What the resident asks for."))
@click.option(
    "--concerned",
    type=open_list("department", _("department")),
    help=_("The department that a complaint is about."),
)
@click.option("--accused", metavar="NAME", help=_("The person that a complaint is about."))
@click.option("--convenient", metavar="WORDS", help=_("When somebody is home."))
@click.option("--warranty/--no-warranty", default=None, help=_("Within the warranty."))
def edit(run: Run, said: Said) -> dict[str, Any]:
    """Correct tickets."""
    given = {key: said.pop(key) for key in set(said) - set(_ENTRY)}
    spoken = {key: value for key, value in given.items() if value is not None}
    policy = run.book.handbook.policy(run.now().date())
    return intake.corrections(spoken, knowledge(run, policy))

"""What a matter is: its class and severity, whether it is valid, who answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.desk.tickets.doing import WORDS
from svcctl.desk.tickets.doing import act_command
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import LIABILITY_CHOICES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.desk.tickets.words import VALIDITY_CHOICES
from svcctl.term.options import Word
from svcctl.term.options import open_list

if TYPE_CHECKING:
    from svcctl.desk.tickets.doing import Said
    from svcctl.term.context import Run


@act_command(
    help=_(
        "Say what tickets are. Who may confirm a severity does so with this, even if nothing "
        "changes; from others it is a proposal. The limits run from the intake."
    ),
    examples=(
        "svcctl ticket classify A07 --severity 重要 --category 电梯",
        "svcctl ticket classify A08 --kind 报修 --why 登记有误",
    ),
)
@click.option("--severity", type=Word(_("severity"), SEVERITY_CHOICES))
@click.option("--kind", type=Word(_("kind"), KIND_CHOICES))
@click.option("--category", type=open_list("category", _("category")))
@click.option(
    "--constructive/--not-constructive",
    default=None,
    help=_("A suggestion whose feasibility is to be looked into."),
)
def classify(_run: Run, said: Said) -> dict[str, Any]:
    """Classify tickets."""
    fields = _given(said, "severity", "kind", "category")
    if (constructive := said.pop("constructive")) is not None:
        fields["constructive"] = constructive or None
    return fields


def _given(said: Said, *keys: str) -> dict[str, Any]:
    """Take fields out of what was said, and return those that were."""
    taken = {key: said.pop(key) for key in keys}
    return {key: value for key, value in taken.items() if value is not None}


@act_command(
    help=_("Whether a complaint is valid, and who answers for it."),
    examples=("svcctl ticket judge A07 --validity 有效 --liability 物业公司",),
)
@click.option("--validity", type=Word(_("validity"), VALIDITY_CHOICES))
@click.option("--liability", type=Word(_("liability"), LIABILITY_CHOICES))
def judge(_run: Run, said: Said) -> dict[str, Any]:
    """Judge complaints (ENU-07, ENU-08)."""
    fields = _given(said, "validity", "liability")
    if not fields:
        raise UsageProblem(_("say --validity or --liability"))
    return fields


@act_command(
    help=_("What came of looking into a constructive suggestion."),
    examples=('svcctl ticket feasibility A07 "可行,列入明年计划"',),
    last=WORDS,
)
def feasibility(_run: Run, _said: Said) -> None:
    """Record whether a suggestion can be carried out (CMP-29)."""

"""The work and its result: progress, answers, done, tested, told, signed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.i18n import _
from svcctl.desk.tickets.dates import along
from svcctl.desk.tickets.doing import VIA
from svcctl.desk.tickets.doing import WORDS
from svcctl.desk.tickets.doing import act_command
from svcctl.desk.tickets.words import TEST_CHOICES
from svcctl.term.options import Word
from svcctl.term.options import open_list

if TYPE_CHECKING:
    from svcctl.desk.tickets.doing import Said
    from svcctl.term.context import Run


@act_command(
    help=_("Write down how far the work is; what waited goes on."),
    examples=('svcctl ticket progress A07 "配件已到,下午安装"',),
    last=WORDS,
)
def progress(_run: Run, _said: Said) -> None:
    """Record progress."""


@act_command(
    help=_("Write down what the resident was answered; --final for the clear answer."),
    examples=('svcctl ticket answer A07 "工程部今天下午到场" --final',),
    last=WORDS,
)
@click.option(
    "--final/--first", help=_("It is the clear answer, or only a first reply (as without it).")
)
@VIA
def answer(_run: Run, _said: Said) -> None:
    """Record an answer."""


@act_command(
    help=_("The work is done; say with what result."),
    examples=(
        'svcctl ticket done A07 "更换门机,试运行正常"',
        'svcctl ticket done A07 "换水管" --cause 老化磨损',
    ),
    last=WORDS,
)
@click.option("--cause", type=open_list("cause", _("cause")), help=_("What it came from."))
def done(_run: Run, said: Said) -> dict[str, Any]:
    """Finish the work."""
    cause = said.pop("cause")
    return {"cause": cause} if cause else {}


@act_command(
    help=_("A leak that was mended is tested with water; a failed test returns it to work."),
    examples=("svcctl ticket watertest A07 --result 不漏",),
)
@click.option("--result", required=True, type=Word(_("result"), TEST_CHOICES))
@click.option("--second", metavar="NAME", help=_("The colleague who came along."))
def watertest(run: Run, said: Said) -> None:
    """Record a water test (NUM-26)."""
    said["second"] = along(run, said["second"])


@act_command(
    help=_("The resident was told the result."), examples=("svcctl ticket tell A07 --via phone",)
)
@VIA
def tell(_run: Run, _said: Said) -> None:
    """Record that the result was told."""


@act_command(
    help=_("The resident signed the finished order."),
    examples=('svcctl ticket sign A07 --kept "维修工作单 0231"',),
)
@click.option("--kept", metavar="WHERE", help=_("Where the paper is."))
def sign(_run: Run, _said: Said) -> None:
    """Record the resident's signature (REP-15)."""

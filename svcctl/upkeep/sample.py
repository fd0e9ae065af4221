"""`svcctl sample`: a believable estate, made up, to try things on."""

from __future__ import annotations

from datetime import UTC
from datetime import date
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from zoneinfo import ZoneInfo

import click

from svcctl.base.clock import parse_day
from svcctl.base.i18n import _
from svcctl.book import files
from svcctl.term.options import command
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from svcctl.term.context import Run

_MOST_UNITS = 50_000
_MOST_MONTHS = 120


@command(
    help=_(
        "Make a believable estate in a new folder: people, units, tickets of the past months."
        " The same seed, size and last day give the same bytes on every machine."
    ),
    examples=(
        "svcctl sample demo",
        "svcctl sample demo --seed 7 --units 800 --months 12 --until today",
        "svcctl sample demo --labels faults.jsonl",
    ),
    rev=False,
)
@click.argument("folder", metavar="DIR")
@click.option(
    "--seed", type=int, default=7, show_default=True, help=_("Another number, another estate.")
)
@click.option(
    "--units",
    type=click.IntRange(1, _MOST_UNITS),
    default=60,
    show_default=True,
    help=_("Homes, shops and parking spaces in all."),
)
@click.option(
    "--months",
    type=click.IntRange(1, _MOST_MONTHS),
    default=3,
    show_default=True,
    help=_("How long the book has been kept."),
)
@click.option(
    "--until",
    metavar="DAY",
    default="2026-11-21",
    show_default=True,
    help=_("The last day; the sample ends with its morning handover."),
)
@click.option(
    "--labels",
    "labelled",
    metavar="FILE",
    help=_("Write down which faults were planted, one a line, to test what finds them."),
)
@pass_run
def sample(run: Run, folder: str, labelled: str | None, **asked: Any) -> None:
    """Make a sample estate."""
    from svcctl.sample.world import Plan
    from svcctl.sample.world import World
    from svcctl.upkeep.sampling import AGENT
    from svcctl.upkeep.sampling import labels
    from svcctl.upkeep.sampling import write

    until = parse_day(asked.pop("until"), _today())
    plan = Plan(**asked, until=until)
    world = World(plan)
    count = write(Path(folder), plan, world=world)
    if labelled:
        with files.disk_errors(Path(labelled)):
            Path(labelled).write_bytes(labels(world))
    run.say(
        _("a sample estate of {units} units, {count} files, is in {folder}; you are desk A").format(
            units=plan.units, count=count, folder=folder
        )
    )
    run.say(_("{id} is at the desk").format(id=AGENT))
    run.say(_("next: cd {folder} && svcctl").format(folder=folder))


def _today() -> date:
    from svcctl.sample.world import ZONE_NAME

    return datetime.now(UTC).astimezone(ZoneInfo(ZONE_NAME)).date()

"""`svcctl due`, and bare `svcctl`: today's screen."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.choice import show as label
from svcctl.base.clock import length
from svcctl.base.clock import show_days
from svcctl.base.clock import show_moment
from svcctl.base.errors import Exit
from svcctl.base.i18n import _
from svcctl.desk.staff import rules as staff
from svcctl.duty.agenda import Agenda
from svcctl.duty.agenda import Item
from svcctl.duty.agenda import agenda
from svcctl.kinds import KINDS
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.output import Column

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(
    help=_("Show what is late, what ends today, and how much comes after."),
    examples=("svcctl", "svcctl due --within 2d", "svcctl due --mine --format ids"),
)
@click.option(
    "--within", metavar="TIME", help=_("Look ahead this far (30m, 24h, 2d); today unless given.")
)
@click.option("--mine", is_flag=True, help=_("Only what the acting person owes."))
@click.option("--unit", metavar="UNIT", help=_("Only what concerns this unit."))
@click.option("--check", is_flag=True, help=_("End in 1 if anything is late; for scripts."))
@format_options
@pass_run
def due(run: Run, *, within: str | None, mine: bool, unit: str | None, check: bool) -> None:
    """Show today's screen."""
    now = run.now()
    owners = _owners(run) if mine else None
    place = _unit(run, unit)

    def keep(item: Item) -> bool:
        return (owners is None or item.owner in owners) and (
            place is None or item.row.get("unit") == place
        )

    seen = agenda(run.book.index.duties(), now, horizon=_span(within), keep=keep)
    if run.format == "table":
        run.say(f"{run.book.settings.get('estate', '')}  {show_moment(now, run.zone)}")
    run.rows((_row(item) for item in seen.items), _columns(run))
    if run.format == "table":
        _say_summary(run, seen)
    run.report_unreadable()
    if check and seen.late:
        run.ends_with(Exit.FINDINGS)


def _owners(run: Run) -> set[str]:
    """Return the names under which the acting person owes: their own and those of their roles."""
    card = run.book.get("staff", run.actor)
    return {run.actor, *staff.roles(card, run.now().date())}


def _unit(run: Run, said: str | None) -> str | None:
    if said is None:
        return None
    from svcctl.desk.units import rules as units  # only where a unit is named

    return units.resolve(said, run.book.has, lambda: run.book.index)


def _say_summary(run: Run, seen: Agenda) -> None:
    """Say what a person wants to know and a program does not: how much comes, what to do first."""
    run.say(
        _("late {late} · today {today} · tomorrow {tomorrow} · the week after {week}").format(
            late=seen.late, today=seen.today, tomorrow=seen.tomorrow, week=seen.week
        )
    )
    if seen.items:
        first = seen.items[0]
        steps = KINDS[first.kind].rules.STEPS
        step = steps.get(first.duty, "svcctl explain {id}").format(id=first.id)
        run.say(_("next: {step}").format(step=step))


def _span(within: str | None) -> timedelta | None:
    return None if within is None else length(within)


def _row(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "duty": item.duty,
        "task": label(item.duty, KINDS[item.kind].rules.DUTIES),
        "due": item.due,
        "late": item.late,
        "left": item.left,
        "where": item.row.get("where", ""),
        "what": item.row.get("title", ""),
        "record": item.kind,
        "kind": item.row.get("kind"),
        "severity": item.row.get("severity"),
        "owner": item.owner,
    }


def _columns(run: Run) -> list[Column]:
    return [
        Column("left", _("when"), show=_left),
        Column(
            "due",
            _("until"),
            show=lambda moment: show_moment(moment, run.zone, end_of_day=True)[5:],
        ),
        Column("task", _("duty")),
        Column("id", _("id")),
        Column("where", _("where"), 12),
        Column("what", _("what"), 20),
        Column("owner", _("owner"), 10, show=lambda owner: run.word("role", owner)),
        Column("duty", _("duty"), 0),
        Column("kind", _("kind"), 0),
        Column("severity", _("severity"), 0),
        Column("late", _("late"), 0),
    ]


def _left(left: timedelta) -> str:
    span = show_days(left)
    return (
        _("late {span}").format(span=span)
        if left < timedelta(0)
        else _("in {span}").format(span=span)
    )

"""`svcctl due`, and bare `svcctl`: today's screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import click

from svcctl.base.choice import resolve
from svcctl.base.choice import show as label
from svcctl.base.clock import length
from svcctl.base.clock import show_moment
from svcctl.base.errors import Exit
from svcctl.base.i18n import _
from svcctl.base.i18n import language
from svcctl.base.i18n import ngettext
from svcctl.desk.staff import rules as staff
from svcctl.duty.agenda import LATE
from svcctl.duty.agenda import Agenda
from svcctl.duty.agenda import Item
from svcctl.duty.agenda import agenda
from svcctl.duty.agenda import last_needed
from svcctl.kinds import ESCALATE
from svcctl.kinds import KINDS
from svcctl.term.names import Names
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.output import Column

if TYPE_CHECKING:
    from svcctl.book.index import Duty
    from svcctl.term.context import Run


class Wanted(NamedTuple):
    """Whose and what is to be shown; None and empty for all."""

    owners: frozenset[str] | None
    unit: str | None

    def keeps(self, duty: Duty, owner: str) -> bool:
        """Tell whether a duty that `owner` answers for is to be shown."""
        return (self.owners is None or owner in self.owners) and (
            self.unit is None or duty.row.get("unit") == self.unit
        )


@command(
    help=_("Show what is late, what ends today, what must be completed, and how much comes after."),
    examples=("svcctl", "svcctl due --within 2d", "svcctl due --mine --format ids"),
)
@click.option(
    "--within", metavar="TIME", help=_("Look ahead this far (30m, 24h, 2d); today unless given.")
)
@click.option("--mine", is_flag=True, help=_("Only what the acting person owes."))
@click.option("--role", metavar="ROLE", help=_("Only what this role owes, or who holds it."))
@click.option("--unit", metavar="UNIT", help=_("Only what concerns this unit."))
@click.option("--check", is_flag=True, help=_("End in 1 if anything is late; for scripts."))
@click.option("--at", metavar="MOMENT", help=_("As it was then, by what was written down by then."))
@format_options
@pass_run
def due(run: Run, *, within: str | None, check: bool, at: str | None, **whose: Any) -> None:
    """Show today's screen."""
    now = run.moment(at)
    horizon = None if within is None else length(within)
    wanted = _wanted(run, now, **whose)
    duties = _duties(run, now, horizon, look_back=at is not None)
    seen = agenda(duties, now, horizon=horizon, keep=wanted.keeps)
    if run.format == "table":
        run.say(f"{run.book.settings.get('estate', '')}  {show_moment(now, run.zone)}")
    run.rows((_row(item) for item in seen.items), _columns(run))
    if run.format == "table":
        _say_totals(run, seen)
        if wanted == Wanted(None, None):
            _say_raised(run, now, look_back=at is not None)
        _say_next(run, seen)
    run.report_unreadable()
    if check and seen.late:
        run.ends_with(Exit.FINDINGS)


def _duties(run: Run, now: datetime, horizon: timedelta | None, *, look_back: bool) -> list[Duty]:
    if look_back:
        from svcctl.upkeep.lookback import duties_at  # reads files; today's screen reads none

        return duties_at(run.book, now, but=(ESCALATE,))
    return run.book.index.duties(but=(ESCALATE,), until=last_needed(now, horizon))


def _wanted(run: Run, now: datetime, *, mine: bool, role: str | None, unit: str | None) -> Wanted:
    owners = _of_mine(run, now) if mine else None
    if role is not None:
        held = _of_role(run, now, role)
        owners = held if owners is None else owners & held
    return Wanted(owners, None if unit is None else _unit(run, unit))


def _of_mine(run: Run, now: datetime) -> frozenset[str]:
    """Return the names under which the acting person owes: own, roles, department."""
    card = run.book.get("staff", run.actor)
    department = {str(card["department"])} if card.get("department") else set()
    return frozenset({run.actor, *staff.roles(card, now.date()), *department})


def _of_role(run: Run, now: datetime, said: str) -> frozenset[str]:
    """Return a role and those who hold it on the day."""
    day = now.date()
    role = resolve(said, run.book.handbook.role_choices(day), _("role"))
    held = (row["id"] for row in run.book.index.rows("staff") if role in staff.roles(row, day))
    return frozenset({role, *held})


def _unit(run: Run, said: str) -> str:
    from svcctl.desk.units import rules as units  # only where a unit is named

    return units.resolve(said, run.book.has, lambda: run.book.index)


# -- what a person wants to know and a program does not -------------------------------------------


def _say_totals(run: Run, seen: Agenda) -> None:
    run.say(
        _("late {late} · today {today} · tomorrow {tomorrow} · the week after {week}").format(
            late=seen.late, today=seen.today, tomorrow=seen.tomorrow, week=seen.week
        )
    )


def _say_raised(run: Run, now: datetime, *, look_back: bool) -> None:
    """Say how much waits to be raised; nobody does it by hand, so it is one line."""
    if look_back:
        return
    count = run.book.index.owed_count(ESCALATE, until=int(now.timestamp()))
    if count:
        message = ngettext("{count} to escalate: {step}", "{count} to escalate: {step}", count)
        run.say(message.format(count=count, step="svcctl escalate"))


def _say_next(run: Run, seen: Agenda) -> None:
    """Say the one command to type next."""
    if seen.items:
        run.say(_("next: {step}").format(step=step_of(seen.items[0])))


def step_of(item: Item) -> str:
    """Return what to type for a duty."""
    kind = KINDS[item.kind]
    if by_record := kind.rule("step"):
        step = str(by_record(item.duty, item.row))
    else:
        step = getattr(kind.rules, "STEPS", {}).get(item.duty, "svcctl explain {id}")
    return step.format(id=item.id)


# -- rows and columns -----------------------------------------------------------------------------


def _row(item: Item) -> dict[str, Any]:
    # A record with several matters, such as a night record, says of each what it is about.
    row = {**item.row, **item.row.get("parts", {}).get(item.part, {})}
    return {
        "id": item.id,
        "duty": item.duty,
        "part": item.part,
        "task": task_of(item.kind, item.duty, row),
        "group": item.group,
        "due": item.due,
        "late": item.group == LATE,
        "left": item.left,
        "where": row.get("where", ""),
        "what": row.get("title", ""),
        "record": item.kind,
        "kind": row.get("kind"),
        "severity": row.get("severity"),
        "owner": item.owner,
    }


def task_of(kind: str, duty: str, row: dict[str, Any]) -> str:
    """Return what to do, and with what kind of matter: `投诉/重大 首次答复`."""
    rules = KINDS[kind].rules
    matter = KINDS[kind].rule("matter")
    words = label(duty, rules.DUTIES)
    return f"{matter(row)} {words}" if matter else words


def _columns(run: Run) -> list[Column]:
    # Together with the gaps 100 columns in Chinese, the longest id of a busy day included.
    until = _until(run)
    return [
        Column("left", _("when"), 12, show=_left),
        Column("due", _("until"), 11, show=until),
        Column("id", _("id")),
        Column("where", _("where"), 10),
        Column("task", _("duty"), 18 if language() == "zh" else 32),
        Column("what", _("what"), 14),
        Column("owner", _("owner"), 10, show=Names(run).of),
        Column("duty", _("duty"), 0),
        Column("part", _("part"), 0),
        Column("group", _("group"), 0),
        Column("kind", _("kind"), 0),
        Column("severity", _("severity"), 0),
        Column("late", _("late"), 0),
        Column("record", _("record"), 0),
    ]


def _until(run: Run) -> Callable[[datetime], str]:
    return lambda moment: show_moment(moment, run.zone, end_of_day=True)[5:]


def _left(left: timedelta) -> str:
    days, minutes = divmod(abs(int(left.total_seconds())) // 60, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    late = left < timedelta(0)
    if days:
        words = _("late {days}d {hours}h") if late else _("in {days}d {hours}h")
    elif hours:
        words = _("late {hours}h {minutes:02}m") if late else _("in {hours}h {minutes:02}m")
    else:
        words = _("late {minutes}m") if late else _("in {minutes}m")
    return words.format(days=days, hours=hours, minutes=minutes)

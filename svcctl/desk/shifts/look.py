"""Looking at shifts: who is here, who is rostered, what is open, the handover sheet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from svcctl.base.choice import show as label
from svcctl.base.clock import moment as moment_of
from svcctl.base.clock import parse_day
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.desk.shifts import doing
from svcctl.desk.shifts import rules
from svcctl.desk.shifts import sheet as sheets
from svcctl.desk.shifts import view
from svcctl.desk.shifts.words import SHIFT_CHOICES
from svcctl.desk.shifts.words import STATUS_CHOICES
from svcctl.handbook.roster.rules import on as rostered
from svcctl.kinds import ESCALATE
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.output import Column

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from svcctl.base.record import Record
    from svcctl.term.context import Run


@command(
    help=_("Show who is typing here, who is on duty and on the roster, and what is open."),
    examples=("svcctl shift show", "svcctl shift show --at 2026-10-01"),
)
@click.option("--at", metavar="DAY", help=_("Who is on the roster that day."))
@pass_run
def show(run: Run, at: str | None) -> None:
    """Show the acting person of this clone, this desk's shifts and the roster."""
    if at:
        for line in _roster(run, parse_day(at, run.now().date()), told=True):
            run.data(line)
        return
    # Who types at this clone now is no part of what was committed.
    state = run.book.local.read() if run.wishes.rev is None else {}
    if state.get("acting"):
        run.data(f"{state['acting']}  {str(state.get('acting_since', ''))[:16].replace('T', ' ')}")
    elif run.wishes.rev is None:
        run.say(_("nobody is at the desk"))
    records = _running(run)
    for record in records:
        run.data(_line(run, record))
    for line in _roster(run, run.now().date(), told=False):
        run.data(line)
    for line in view.open_lines(_with_lines(run), run.zone):
        run.data(line)
    for record in records:
        run.say(_("handover sheet: svcctl shift sheet {id}").format(id=record["id"]))


def _running(run: Run) -> list[Record]:
    return [one for one in _of_desk(run) if one.get("status") != "handed-over"]


def _of_desk(run: Run) -> list[Record]:
    try:
        return doing.of_desk(run, run.now())
    except RefusedError:  # this clone is no desk, and keeps no record
        return []


def _with_lines(run: Run) -> list[Record]:
    return [one for one in _of_desk(run) if rules.open_lines(one)]


def _line(run: Run, record: Record) -> str:
    on = joined(doing.name(run, one) for one in record.get("on", []))
    parts = [str(record["id"]), view.title(record)]
    parts += [label(str(record.get("status")), STATUS_CHOICES), on]
    if standin := record.get("standin"):
        parts.append(_("stand-in: {name}").format(name=doing.name(run, standin)))
    return "  ".join(part for part in parts if part)


def _roster(run: Run, day: date, *, told: bool) -> Iterator[str]:
    """Yield who is on the roster on a day; a shift that the roster knows and nobody is on is told.

    Args:
        told: Whether to say that there is no roster.
    """
    roster = doing.roster(run)
    known = {row.get("shift") for row in roster.get("row", [])}
    if not known and told:
        run.say(_("the handbook has no roster: handbook/roster.toml"))
    for choice in SHIFT_CHOICES:
        if choice.key not in known:
            continue
        found = rostered(roster, choice.key, day)
        names = joined(doing.name(run, one) for one in found.staff)
        hours = doing.span(run, {"name": choice.key, "day": day})
        parts = [str(day), label(choice.key, SHIFT_CHOICES)]
        parts += [f"{hours.start:%H:%M}-{hours.end:%H:%M}", names or _("nobody")]
        for one in found.standins:
            parts.append(_("stand-in: {name}").format(name=doing.name(run, one)))
        yield "  ".join(parts)


@command(
    help=_(
        "Show the handover sheet of a shift: what is left, what to watch for, open repairs, "
        "complaints and major matters, what falls due in the next shift, tools."
    ),
    examples=("svcctl shift sheet", "svcctl shift sheet S261121-A02 -o sheet.md"),
)
@click.argument("shift", required=False, metavar="[ID]")
@format_options
@pass_run
def sheet(run: Run, shift: str | None) -> None:
    """Show a handover sheet."""
    record = run.book.get("shift", doing.named(run, shift) if shift else _latest(run))
    items = _items(run, record)
    if run.format in ("table", "md"):
        markdown = run.format == "md"
        run.text(
            view.sheet(record, items, run.zone, lambda who: _name(run, who), markdown=markdown)
        )
    else:
        run.rows((_row(run, one) for one in items), _columns())
    run.report_unreadable()


def _latest(run: Run) -> str:
    """Return the shift that is handed over next: the oldest that is not, else the last one."""
    running = _running(run) or _of_desk(run)[-1:]
    if not running:
        raise RefusedError(_("no shift is open at this desk"), "svcctl shift start NAME")
    return str(running[0]["id"])


def _name(run: Run, who: str) -> str:
    """Return the word for a role or department, or the name of a colleague."""
    for name in ("role", "department"):
        if (word := run.word(name, who)) != who:
            return word
    return doing.name(run, who) if who else ""


def _items(run: Run, record: Record) -> list[sheets.Item]:
    known = rules.facts(record)
    now = int(run.now().timestamp())
    moment = known.get("ended", now)
    over = record.get("status") == "handed-over"
    index = run.book.index
    tickets = index.rows("ticket", until=moment) if over else index.rows("ticket", open=True)
    policy = run.book.handbook.policy(doing.span(run, record).day)
    due = _due(run, record, moment, over=over)
    return sheets.compose(record, moment, tickets, due, policy.setting("shift", "tools", []))


def _due(run: Run, record: Record, moment: int, *, over: bool) -> Iterator[sheets.Item]:
    """Yield what is late at the end of a shift, or now, and what falls due in the next one."""
    own = doing.span(run, record)
    times = run.book.handbook.policy(own.day).timetable
    until = int(times.shift(own.end).end.timestamp())
    for one in run.book.index.duties(owed=not over, until=until, kind="ticket"):
        clock = one.clock
        ended = clock.met if clock.met is not None else clock.ended
        was_owed = clock.start <= moment and (ended is None or ended > moment)
        if clock.due is None or clock.duty == ESCALATE or not was_owed:
            continue
        yield sheets.Item(
            "due" if clock.due > moment else "late",
            one.id,
            str(one.row.get("where", "")),
            str(one.row.get("title", "")),
            clock.duty,
            str(one.row.get("kind", "")),
            clock.due,
            clock.owner,
        )


def _row(run: Run, item: sheets.Item) -> dict[str, object]:
    moment = None if item.at is None else moment_of(item.at).astimezone(run.zone)
    return item._asdict() | {"at": moment}


def _columns() -> list[Column]:
    return [
        Column("part", _("part")),
        Column("id", _("id")),
        Column("where", _("where")),
        Column("what", _("what")),
        Column("kind", _("kind")),
        Column("duty", _("duty")),
        Column("at", _("when")),
        Column("owner", _("owner")),
    ]


@command(
    "list",
    help=_("List shifts, the newest last."),
    examples=("svcctl shift list", "svcctl shift list --since 2026-11-01 --format csv"),
)
@click.option("--since", metavar="DAY", help=_("Begun on this day or later."))
@click.option("--open", "open_", is_flag=True, help=_("Only those not handed over yet."))
@format_options
@pass_run
def list_(run: Run, since: str | None, *, open_: bool) -> None:
    """List shifts."""
    first = None
    if since:
        day = parse_day(since, run.now().date())
        first = int(datetime(day.year, day.month, day.day, tzinfo=run.zone).timestamp())
    rows = run.book.index.rows("shift", open=True if open_ else None, since=first)
    run.rows(rows, view.columns(lambda who: doing.name(run, who)))
    run.report_unreadable()

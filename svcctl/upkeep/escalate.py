"""`svcctl escalate`: what has passed its limit, and before whom it is brought.

Bare it lists; `--all` raises everything that is due, as cron does on one desk of the book; with
`--to` a person raises tickets by hand. Each raising is an entry in the record and a message.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from datetime import datetime
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.choice import show as label
from svcctl.base.clock import moment
from svcctl.base.clock import show_days
from svcctl.base.clock import show_moment
from svcctl.base.errors import Exit
from svcctl.base.errors import InvalidRecordError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import speaking
from svcctl.base.text import fold_id
from svcctl.duty.outbox import post
from svcctl.kinds import END
from svcctl.kinds import ESCALATE
from svcctl.kinds import KINDS
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.options import why_option
from svcctl.term.options import with_stdin
from svcctl.term.output import Column

if TYPE_CHECKING:
    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.book.index import Duty
    from svcctl.duty.raising import Raised
    from svcctl.term.context import Run

_Name = tuple[str, str]
"""Kind and id of a record."""

_Get = Callable[[str, str], "Record"]


@command(
    help=_("List what has passed its limit and must be put before somebody; --all does it."),
    examples=(
        "svcctl escalate",
        "svcctl escalate --all",
        'svcctl escalate A07 --to 客服主管 --why "住户第三次来电"',
    ),
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help=_("Raise all that is due; on one desk only."))
@click.option("--to", metavar="ROLE|NAME", help=_("Put these tickets before somebody by hand."))
@why_option
@click.option("--dry-run", "dry", is_flag=True, help=_("Show what would be raised; write nothing."))
@click.option("--take-over", is_flag=True, help=_("From now on this desk runs the routines."))
@format_options
@pass_run
def escalate(run: Run, /, ids: tuple[str, ...], **said: Any) -> None:
    """List what is due to be raised, or raise it."""
    _refuse_mixed(ids, said)
    wanted = with_stdin(ids)
    if said["to"]:
        from svcctl.upkeep.by_hand import put_before  # where a person says so

        put_before(run, wanted, said["to"], said["why"], dry=said["dry"])
    elif said["every"]:
        _raise_all(run, dry=said["dry"], take_over=said["take_over"])
    elif wanted:
        _raise(run, [_named(run, one) for one in wanted], dry=said["dry"])
    else:
        _list(run)


def _refuse_mixed(ids: tuple[str, ...], said: dict[str, Any]) -> None:
    if ids and said["every"]:
        raise UsageProblem(_("name records, or say --all"))
    if said["take_over"] and not said["every"]:
        raise UsageProblem(_("--take-over goes with --all"), "svcctl escalate --all --take-over")
    if bool(said["to"]) != bool(said["why"]):
        raise UsageProblem(_("a person who raises a ticket says --to whom and --why"))
    if said["to"] and not ids:
        raise UsageProblem(_("name the tickets that go to '{to}'").format(to=said["to"]))


# -- the list -------------------------------------------------------------------------------------


def _list(run: Run) -> None:
    rows = [_row(one, run.now()) for one in _due(run)]
    run.rows(rows, _columns(run))
    if rows and run.format == "table":
        run.say(_("next: {step}").format(step="svcctl escalate --all"))
    run.report_unreadable()


def _due(run: Run) -> list[Duty]:
    return run.book.index.duties(until=int(run.now().timestamp()), only=(ESCALATE,))


def _row(one: Duty, now: datetime) -> dict[str, Any]:
    rung = one.clock
    return _shown(one.kind, one.id, one.row, rung.since) | {
        "due": moment(rung.due or 0).astimezone(now.tzinfo),
        "limit": moment(rung.start).astimezone(now.tzinfo),
        "late": now - moment(rung.start),
        "to": rung.owner,
        "end": rung.by == END,
        "rung": rung.part,
    }


def _raised_row(kind: str, record: Record, one: Raised, now: datetime) -> dict[str, Any]:
    rules = KINDS[kind].rules
    row = rules.row(record, rules.facts(record))
    return _shown(kind, record["id"], row, one.duty) | {
        "due": one.moment,
        "limit": one.limit,
        "late": now - one.limit,
        "to": one.to,
        "end": one.end,
        "rung": one.name,
    }


def _shown(kind: str, name: str, row: dict[str, Any], duty: str) -> dict[str, Any]:
    return {
        "id": name,
        "record": kind,
        "duty": duty,
        "task": label(duty, KINDS[kind].rules.DUTIES),
        "where": row.get("where", ""),
        "what": row.get("title", ""),
        "kind": row.get("kind"),
        "severity": row.get("severity"),
    }


def _columns(run: Run) -> list[Column]:
    return [
        Column("due", _("due"), show=lambda at: show_moment(at, run.zone, end_of_day=True)[5:]),
        Column("late", _("late by"), show=_late),
        Column("task", _("duty")),
        Column("id", _("id")),
        Column("where", _("where"), 12),
        Column("what", _("what"), 18),
        Column("to", _("to"), 12, show=lambda to: run.word("role", to)),
        Column("end", _("note"), show=lambda end: _("nobody above") if end else ""),
        Column("record", _("record"), 0),
        Column("duty", _("duty"), 0),
        Column("rung", _("rung"), 0),
        Column("limit", _("limit"), 0),
        Column("kind", _("kind"), 0),
        Column("severity", _("severity"), 0),
    ]


def _late(late: timedelta) -> str:
    if late < timedelta(0):
        return _("in {span}").format(span=show_days(late))
    return show_days(late)


# -- raising --------------------------------------------------------------------------------------


def _raise_all(run: Run, *, dry: bool, take_over: bool) -> None:
    home, here = str(run.book.settings.get("routines_desk", "")), run.book.desk
    if home != here and not take_over:
        run.say(
            _("desk {home} runs the routines of this book; this is desk {here}").format(
                home=home, here=here
            )
        )
        return
    _raise(run, None, dry=dry, desk=here if home != here else "")
    if home != here and not dry:
        run.say(_("desk {here} runs the routines of this book from now on").format(here=here))


def _raise(run: Run, names: Sequence[_Name] | None, *, dry: bool, desk: str = "") -> None:
    """Raise what is due of some records, or of all; with `desk`, that is where routines run."""
    rows: list[dict[str, Any]] = []
    if dry:
        for name, record, raised in _raising(run, run.book.get, names):
            rows += [_raised_row(name[0], record, one, run.now()) for one in raised]
    else:
        with run.writing("escalate") as change:
            if desk:
                settings = change.get("book", "book")
                change.put("book", {**settings, "routines_desk": desk})
            for name, record, raised in _raising(run, change.get, names):
                if _put(run, change, name, record):
                    _post(run, change, record["id"], raised)
                    rows += [_raised_row(name[0], record, one, run.now()) for one in raised]
    rows.sort(key=lambda row: row["due"])
    run.rows(rows, _columns(run))
    run.report_unreadable()


def _named(run: Run, said: str) -> _Name:
    """Return the record that a person names: a ticket, or another that can be late."""
    from svcctl.book.layout import kind_of_id  # only where something is named

    name = fold_id(said)
    kind = kind_of_id(name)
    if kind is not None and kind.rule("clocks") and run.book.has(kind.name, name):
        return kind.name, name
    return "ticket", run.book.resolve("ticket", said, run.now())


def _raising(
    run: Run, get: _Get, names: Iterable[_Name] | None
) -> Iterator[tuple[_Name, Record, list[Raised]]]:
    """Yield each record of which a rung is due, with its due rungs raised, the oldest first.

    What cannot be read is named and left out.
    """
    from svcctl.duty.raising import raise_due

    for name in dict.fromkeys((one.kind, one.id) for one in _due(run)) if names is None else names:
        try:
            record, raised = raise_due(KINDS[name[0]], get(*name), run.book.handbook, run.now())
        except (InvalidRecordError, RefusedError) as error:
            _say_left_out(run, name[1], error)
            continue
        if raised:
            yield name, record, raised


def _put(run: Run, change: Transaction, name: _Name, record: Record) -> bool:
    try:
        change.put(name[0], record)
    except (InvalidRecordError, RefusedError) as error:
        _say_left_out(run, name[1], error)
        return False
    return True


def _say_left_out(run: Run, name: str, error: InvalidRecordError | RefusedError) -> None:
    run.warn(_("'{id}' is not raised: {why}").format(id=name, why=error.message))
    for hint in error.hints:
        run.say(_("hint: {hint}").format(hint=hint))
    run.ends_with(Exit.INVALID)


def _post(run: Run, change: Transaction, about: str, raised: Iterable[Raised]) -> None:
    kind = next(one for one in KINDS.values() if one.prefix == about[:1])
    language = str(run.book.settings.get("language", "en"))
    for one in raised:
        with speaking(language):
            words = _words(one, label(one.duty, kind.rules.DUTIES), run)
        post(
            change,
            about=about,
            key=one.name,
            to=one.to,
            moment=one.moment,
            at=run.now(),
            words=words,
            deliver=one.deliver,
        )


def _words(one: Raised, duty: str, run: Run) -> str:
    """Return the line of a message, the same on every desk: nothing that one may know alone."""
    limit = show_moment(one.limit, run.zone, end_of_day=True)
    if one.moment < one.limit:
        return _("{duty} is due by {limit}").format(duty=duty, limit=limit)
    if one.end:
        return _("{duty} is late since {limit}; nobody is above").format(duty=duty, limit=limit)
    return _("{duty} is late since {limit}").format(duty=duty, limit=limit)

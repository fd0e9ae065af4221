"""`svcctl shift convert`: what the night wrote down and could not do becomes tickets (SHF-06).

A ticket of a night line came in when the line did: its answer clocks run from then, its routing
from the handover (NUM-09, VAR-29). All in one transaction; no line becomes a ticket twice.
"""

from __future__ import annotations

from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import click

from svcctl.base.case import happened
from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.desk.shifts import actions as shifts
from svcctl.desk.shifts import hours
from svcctl.desk.shifts.story import replay
from svcctl.desk.shifts.words import REMARK
from svcctl.desk.tickets import actions as tickets
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.term.options import Word
from svcctl.term.options import command
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from svcctl.base.record import Deed
    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.term.context import Run


class Target(NamedTuple):
    """A line that is to become a ticket."""

    shift: str
    line: str


@command(
    help=_(
        "Make tickets of the open lines of the night that is over, or of those named: lines "
        "(3A, A01/3A) or whole shifts."
    ),
    examples=("svcctl shift convert", "svcctl shift convert A01/3A --kind 报修"),
)
@click.argument("lines", nargs=-1, metavar="[LINE]...")
@click.option("--kind", type=Word(_("kind"), KIND_CHOICES))
@pass_run
def convert(run: Run, lines: tuple[str, ...], kind: str | None) -> None:
    """Make tickets of lines."""
    run.must_write_now()
    targets = _named(run, lines) if lines else _owed(run)
    if not targets:
        run.say(_("no line waits to become a ticket"))
        _say_waiting(run)
        return
    deed = run.deed()
    with run.writing("shift convert") as change:
        made = _convert(change, deed, targets, kind)
    for target, ticket in made:
        run.data(ticket)
        run.say(f"{target.shift}/{target.line} -> {ticket}")
    run.say(
        ngettext("{count} ticket made", "{count} tickets made", len(made)).format(count=len(made))
    )


def _owed(run: Run) -> list[Target]:
    """Return the lines that are owed by now, or will be at the handover that is about to begin."""
    soon = hours.early(run.book.handbook.policy(run.now().date()))
    until = int((run.now().astimezone(UTC) + soon).timestamp())
    return [
        Target(one.id, one.clock.part.upper())
        for one in run.book.index.duties(kind="shift", until=until)
        if one.clock.duty == "convert"
    ]


def _say_waiting(run: Run) -> None:
    rows = [row for row in run.book.index.rows("shift", open=True) if row.get("parts")]
    for row in rows:
        names = ", ".join(f"{row['id']}/{part.upper()}" for part in row["parts"])
        run.say(_("still open, to be named if they cannot wait: {lines}").format(lines=names))


def _named(run: Run, said: Sequence[str]) -> list[Target]:
    found: list[Target] = []
    rows = run.book.index.rows("shift")
    for one in said:
        found += [two for two in _meant(run, one, rows) if two not in found]
    return found


def _meant(run: Run, said: str, rows: list[dict[str, Any]]) -> list[Target]:
    """Return the lines that a name means: one line, or all open ones of a shift."""
    shift, slash, name = said.strip().upper().rpartition("/")
    if slash:
        return [Target(run.book.resolve("shift", shift, run.now()), name)]
    fits = [str(row["id"]) for row in rows if name.lower() in row["parts"]]
    if len(fits) > 1:
        raise AmbiguousError(
            _("'{name}' may be any of these").format(name=said),
            *(f"{shift}/{name}" for shift in fits),
        )
    if fits:
        return [Target(fits[0], name)]
    return _of_shift(run, said, rows)


def _of_shift(run: Run, said: str, rows: list[dict[str, Any]]) -> list[Target]:
    try:
        shift = run.book.resolve("shift", said, run.now())
    except NotFoundError:
        raise NotFoundError(
            _("there is no open line and no shift '{name}'").format(name=said), "svcctl shift list"
        ) from None
    parts = next(row["parts"] for row in rows if row["id"] == shift)
    if not parts:
        raise RefusedError(_("'{id}' has no open line").format(id=shift))
    return [Target(shift, part.upper()) for part in parts]


def _convert(
    change: Transaction, deed: Deed, targets: Sequence[Target], kind: str | None
) -> list[tuple[Target, str]]:
    """Make a ticket of each line; the numbers are reserved all at once."""
    records = {one.shift: change.get("shift", one.shift) for one in targets}
    for one in targets:
        # Before any number is given: what is wrong with one line stops all of them.
        shifts.convert(records[one.shift], deed, one.line, _ANY)
        _refuse_remark(records[one.shift], one.line, kind)
    names = change.mint_many("ticket", [deed.at.date()] * len(targets))
    for one, name in zip(targets, names, strict=True):
        record = records[one.shift]
        change.put("ticket", _ticket(record, one, deed, name, kind))
        records[one.shift] = shifts.convert(record, deed, one.line, name)
    for record in records.values():
        change.put("shift", record)
    return list(zip(targets, names, strict=True))


def _refuse_remark(record: Record, line: str, kind: str | None) -> None:
    if not kind and replay(record["log"]).lines[line].said.get("kind") == REMARK:
        raise RefusedError(
            _("line '{line}' is a remark; say what it is with --kind").format(line=line)
        )


def _ticket(record: Record, one: Target, deed: Deed, name: str, kind: str | None) -> Record:
    line = replay(record["log"]).lines[one.line]
    fields = {**line.said, "line": f"{one.shift}/{one.line}"}
    if kind:
        fields["kind"] = kind
    came = happened(line.entry)
    when = came if isinstance(came, datetime) else deed.at
    note = str(line.entry.get("note") or "")
    return tickets.register(name, deed._replace(when=when), fields, note=note)


_ANY = "T000000-A00"
"""Stands for a ticket in a trial that is not kept."""

"""`svcctl callback list`: whom to call back today, and on which number (VIS-01 … VIS-03)."""

from __future__ import annotations

import sys
from datetime import UTC
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base import clock
from svcctl.base import phones
from svcctl.base import private
from svcctl.base.errors import RefusedError
from svcctl.base.fields import table
from svcctl.base.fields import texts
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.desk.staff import rules as staff
from svcctl.desk.tickets import calls
from svcctl.desk.tickets.rates import CALLBACK
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.output import SHOWN_AT_MOST
from svcctl.term.output import Column
from svcctl.term.output import is_terminal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from datetime import datetime

    from svcctl.book.index import Duty
    from svcctl.term.context import Run


@command(
    "list",
    help=_(
        "List whom to call back today, the late ones first, with the number for the acting person."
    ),
    examples=("svcctl callback list", "svcctl callback list --within 2d --format csv -o a.csv"),
)
@click.option("--all", "every", is_flag=True, help=_("All that are owed, also if tried today."))
@click.option(
    "--within", metavar="TIME", help=_("Look ahead this far (24h, 2d); today if not said.")
)
@click.option("--mine", is_flag=True, help=_("Only what the acting person owes."))
@click.option("--unit", metavar="UNIT", help=_("Only this unit."))
@format_options
@pass_run
def list_(run: Run, /, **wanted: Any) -> None:
    """List whom to call back."""
    now = run.now()
    until = None if wanted["every"] else _until(now, wanted["within"])
    owed = run.book.index.duties(kind="ticket", until=until, only=[CALLBACK])
    owed = list(_wanted(run, owed, wanted))
    left = [one for one in owed if wanted["every"] or not _tried_today(one, now)]
    caller = _caller(run)
    shown = left
    if run.format == "table" and not run.wishes.path and is_terminal(sys.stdout):
        # Nobody reads more, and each row has the resident's card read.
        shown = left[:SHOWN_AT_MOST]
    run.rows(_rows(run, shown, caller), _columns(), total=len(left))
    if run.format == "table" and len(left) < len(owed):
        count = len(owed) - len(left)
        said = ngettext("{count} was tried today; --all", "{count} were tried today; --all", count)
        run.say(said.format(count=count))
    if caller is None and left:
        run.say(_("numbers are masked, because nobody is acting here: svcctl shift start NAME"))
    run.report_unreadable()


def _until(now: datetime, within: str | None) -> int:
    if within is None:
        return int(clock.end_of_day(now.date(), now.tzinfo or UTC).timestamp())
    return int((now.astimezone(UTC) + clock.length(within)).timestamp())


def _wanted(run: Run, owed: Iterable[Duty], wanted: dict[str, Any]) -> Iterator[Duty]:
    """Yield what fits --mine and --unit."""
    owners, unit = None, None
    if wanted["mine"]:
        card = run.book.get("staff", run.actor)
        owners = {run.actor, *staff.roles(card, run.now().date())}
    if wanted["unit"]:
        from svcctl.desk.units import rules as units  # only where a unit is named

        unit = units.resolve(wanted["unit"], run.book.has, lambda: run.book.index)
    for one in owed:
        mine = owners is None or one.clock.owner in owners
        if mine and (unit is None or one.row.get("unit") == unit):
            yield one


def _tried_today(one: Duty, now: datetime) -> bool:
    last = one.row.get("last_call")
    return isinstance(last, int) and clock.moment(last).astimezone(now.tzinfo).date() == now.date()


def _caller(run: Run) -> str | None:
    """Return who is acting, None if nobody is: then no number is shown in full."""
    try:
        return run.actor
    except RefusedError:
        return None


def _rows(run: Run, owed: Iterable[Duty], caller: str | None) -> Iterator[dict[str, Any]]:
    duties = list(owed)
    ids = sorted({str(one.row["resident"]) for one in duties if one.row.get("resident")})
    cards = {row["id"]: row for row in run.book.index.rows("resident", ids=ids)} if ids else {}
    handbook = run.book.handbook
    for one in duties:
        row = one.row
        due = clock.moment(one.clock.due or 0).astimezone(run.zone)
        card = cards.get(row.get("resident"), {})
        opened = clock.moment(row["at"] or 0).astimezone(run.zone).date()
        yield {
            "left": due - run.now(),
            "due": due,
            "late": due < run.now(),
            "id": one.id,
            "where": row.get("where", ""),
            "unit": row.get("unit"),
            "resident": row.get("resident"),
            "name": card.get("name") or row.get("caller") or "",
            "phone": _number(run, row, card, caller),
            "done": private.hide(row.get("result") or row.get("subject") or ""),
            "subject": row.get("subject", ""),
            "kind": row.get("kind"),
            "attempt": calls.days_tried(row.get("calls", ()), handbook.zone) + 1,
            "attempts": calls.attempts(handbook.policy(opened)),
            "handler": row.get("handler"),
            "own": bool(caller) and row.get("handler") == caller,
        }


def _number(run: Run, row: dict[str, Any], card: dict[str, Any], caller: str | None) -> str:
    """Return the number to call: the one left with the matter, if several are known."""
    masked = str(row.get("contact") or next(iter(card.get("phones", ())), ""))
    if caller is None or not card:
        return masked
    held = texts(table(run.book.get("resident", card["id"]), "private"), "phones")
    numbers = [one for one in held if one]
    return next((one for one in numbers if phones.mask(one) == masked), (numbers or [masked])[0])


def _columns() -> list[Column]:
    return [
        Column("left", _("when"), show=_left),
        Column("id", _("id")),
        Column("where", _("where"), 11),
        Column("name", _("name"), 8),
        Column("phone", _("phone"), 13),
        Column("done", _("what was done"), 20),
        Column("attempt", _("attempt")),
        Column("own", _("yours"), show=lambda own: _("yes") if own else ""),
        Column("due", _("until"), 0),
        Column("late", _("late"), 0),
        Column("unit", _("unit"), 0),
        Column("resident", _("resident"), 0),
        Column("subject", _("subject"), 0),
        Column("kind", _("kind"), 0),
        Column("attempts", _("attempts"), 0),
        Column("handler", _("handler"), 0),
    ]


def _left(left: timedelta) -> str:
    words = _("late {span}") if left < timedelta(0) else _("in {span}")
    return words.format(span=clock.show_days(left))

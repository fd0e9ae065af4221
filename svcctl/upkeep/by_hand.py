"""Raising tickets by hand: a person puts them before somebody, and says why."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.i18n import _
from svcctl.base.i18n import speaking
from svcctl.desk.staff import rules as staff
from svcctl.desk.tickets import actions
from svcctl.desk.tickets.needs import Bounds
from svcctl.desk.tickets.raising import refuse_lower
from svcctl.desk.tickets.raising import standing_for
from svcctl.duty.outbox import post
from svcctl.kinds import ESCALATE
from svcctl.term.whom import role_or_colleague

if TYPE_CHECKING:
    from svcctl.base.record import Entry
    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.term.context import Run

_TITLE = 120


def put_before(run: Run, ids: Sequence[str], to: str, why: str, *, dry: bool) -> None:
    """Put tickets before a role or a colleague, all or none.

    Raises:
        RefusedError: One was put before somebody higher already, or the colleague is not here.
        UsageProblem: No role and no colleague is called so.
        NotFoundError: There is no such ticket.
    """
    whom, said = _addressee(run, to)
    said["why"] = why
    if dry:
        tickets = [_raised(run, run.book.get, one, said) for one in ids]
    else:
        with run.writing("escalate") as change:
            tickets = [_raised(run, change.get, one, said) for one in ids]
            for ticket in tickets:
                change.put("ticket", ticket)
                _post(run, change, ticket, whom)
    for ticket in tickets:
        words = _("{id} would be put before {to}") if dry else _("{id} is put before {to}")
        run.say(words.format(id=ticket["id"], to=run.word("role", whom)))


def _raised(run: Run, get: Callable[[str, str], Record], name: str, said: dict[str, Any]) -> Record:
    handbook, deed = run.book.handbook, run.deed()
    ticket = get("ticket", run.book.resolve("ticket", name, run.now()))
    day = deed.at.date()
    refuse_lower(ticket, handbook, said["to"], day, lambda one: _roles(run, one))
    card = run.book.get("staff", run.actor)
    bounds = Bounds(handbook, staff.standing(card, handbook, day))
    return actions.act(ticket, deed, ESCALATE, bounds=bounds, **said)


def _addressee(run: Run, said: str) -> tuple[str, dict[str, Any]]:
    """Return whom the message is for, and what the entry says: `to` and perhaps `person`."""
    role, name = role_or_colleague(run, said)
    if not name:
        return role, {"to": role}
    card = run.book.get("staff", name)
    return name, standing_for(card, run.book.handbook, run.now().date())


def _roles(run: Run, one: str) -> list[str]:
    """Return the roles of a colleague; a role is its own."""
    if one in run.book.handbook.role_keys():
        return [one]
    if not run.book.has("staff", one):
        return []
    return staff.roles(run.book.get("staff", one), run.now().date())


def _post(run: Run, change: Transaction, ticket: Record, whom: str) -> None:
    made: Entry = next(
        one for one in reversed(ticket["log"]) if (one["did"], one["by"]) == (ESCALATE, run.actor)
    )
    with speaking(str(run.book.settings.get("language", "en"))):
        words = _("raised by {by}: {why}").format(
            by=made["by"], why=str(made["why"]).split("\n")[0][:_TITLE]
        )
    post(
        change,
        about=ticket["id"],
        key=f"hand/{made['n'].lower()}",
        to=whom,
        moment=made["at"],
        at=made["at"],
        words=words,
    )

"""What can be done with an incident: a record in, a record out. Each act appends one entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcctl.base.case import append
from svcctl.base.case import entry
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.desk.tickets import actions as tickets
from svcctl.desk.tickets.incidents import rules
from svcctl.desk.tickets.needs import Bounds


def begin(name: str, deed: Deed, fields: Mapping[str, Any], **said: str) -> Record:
    """Return a new incident called `name`; what it is about is enough."""
    kept = {key: value for key, value in fields.items() if value}
    return append({"id": name}, entry([], deed, "open", kept, **said), rules)


def act(
    record: Record, deed: Deed, did: str, fields: Mapping[str, Any] | None = None, **said: Any
) -> Record:
    """Return `record` after one act; None clears a field, what is already so is left out.

    Raises:
        RefusedError: Not now, something is missing, or nothing would change.
    """
    given = {key: value or None for key, value in (fields or {}).items()}
    changed = {key: value for key, value in given.items() if record.get(key) != value}
    if did == "edit" and not changed:
        raise RefusedError(_("nothing to change in '{id}'").format(id=record["id"]))
    return append(record, entry(record["log"], deed, did, changed, **said), rules)


def join(ticket: Record, deed: Deed, incident: str, bounds: Bounds) -> Record:
    """Return a ticket that belongs to an incident.

    Raises:
        RefusedError: It belongs to another one, or has ended.
    """
    other = ticket.get("incident")
    if other and other != incident:
        raise RefusedError(
            _("'{id}' belongs to '{other}'").format(id=ticket["id"], other=other),
            f"svcctl ticket incident drop {other} {ticket['id']}",
        )
    return tickets.edit(ticket, deed, {"incident": incident}, bounds=bounds)


def leave(ticket: Record, deed: Deed, incident: str, bounds: Bounds) -> Record:
    """Return a ticket that no longer belongs to an incident.

    Raises:
        RefusedError: It does not, or it has ended.
    """
    if ticket.get("incident") != incident:
        raise RefusedError(
            _("'{id}' does not belong to '{incident}'").format(id=ticket["id"], incident=incident)
        )
    return tickets.edit(ticket, deed, {"incident": None}, bounds=bounds)

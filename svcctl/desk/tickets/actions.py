"""What can be done with a ticket: a record in, a record out. Each act appends one entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from datetime import timedelta
from typing import Any

from svcctl.base.case import append
from svcctl.base.case import entry
from svcctl.base.clock import length
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.desk.tickets import rules
from svcctl.desk.tickets.lifecycle import after
from svcctl.desk.tickets.needs import Bounds
from svcctl.desk.tickets.needs import confirms
from svcctl.desk.tickets.needs import early_close
from svcctl.desk.tickets.needs import refuse_beyond
from svcctl.handbook.lookup import Policy


def register(name: str, deed: Deed, fields: Mapping[str, Any], **said: str) -> Record:
    """Return a new ticket called `name`. Kind and subject are enough (CMP-02)."""
    kept = {key: value for key, value in fields.items() if value is not None}
    return append({"id": name}, entry([], deed, "open", kept, **said), rules)


def act(
    record: Record,
    deed: Deed,
    did: str,
    fields: Mapping[str, Any] | None = None,
    *,
    bounds: Bounds | None = None,
    **said: Any,
) -> Record:
    """Return `record` after one act of the life-cycle table.

    Args:
        record: The ticket before.
        deed: Who, when.
        did: The action's name in `lifecycle.ACTIONS`.
        fields: Header fields to set; None clears one.
        bounds: What the handbook allows the one who acts; None for what is taken over from
            another system, which had its own rules.
        said: What else the entry says: `note`, `why`, `via`, `result` ….

    Raises:
        RefusedError: The action is not legal now, lacks something, or is another's to do.
    """
    given = {
        key: value
        for key, value in (fields or {}).items()
        if value is not None or key in record  # what is not there need not be cleared
    }
    if bounds is not None:
        said = _decided(record, did, given, said, bounds)
    if did in _CORRECTING and after(did, record.get("status", "")):
        given = _corrected(record, given, known=bool(said.get("confirmed")))
    changes = _changes(record, did, given, str(said.get("result") or ""))
    made = entry(record["log"], deed, did, changes, **said)
    rules.refuse(record, made)
    if bounds is not None:
        refuse_beyond(record, made, bounds)
    return append(record, made, rules)


_CORRECTING = frozenset(("edit", "classify"))


def _decided(
    record: Record, did: str, fields: Mapping[str, Any], said: dict[str, Any], bounds: Bounds
) -> dict[str, Any]:
    """Return what an entry says, with what follows from who says it, and of what."""
    if did == "classify":
        known = fields.get("severity") or record.get("severity")
        return {**said, "confirmed": bool(known) and confirms(record, bounds)}
    if did == "close" and not said.get("result"):
        return {**said, "result": early_close(record, bounds)}
    return said


def _corrected(record: Record, fields: dict[str, Any], *, known: bool) -> dict[str, Any]:
    """Return the fields that a correction really changes.

    Args:
        known: Whether it says something even if nothing changes: that a class is confirmed.

    Raises:
        RefusedError: Nothing would change, or a severity is given to what is no complaint.
    """
    kind = fields.get("kind", record.get("kind"))
    if kind != "complaint" and fields.get("severity"):
        raise RefusedError(
            _("'{id}' is no complaint; only a complaint has a severity").format(id=record["id"])
        )
    if kind != "complaint" and record.get("severity"):
        fields = {**fields, "severity": None}
    changed = {key: value for key, value in fields.items() if record.get(key) != value}
    if not changed and not known:
        raise RefusedError(_("nothing to change in '{id}'").format(id=record["id"]))
    if changed.get("unit") and record.get("unit_said"):
        changed.setdefault("unit_said", None)
    return changed


_ENDS_WAIT = frozenset(("progress", "done", "cancel", "duplicate", "appoint", "close"))
_BACK_TO_WORK = ("appointment", "appointment_end", "waiting", "waiting_until")


def _changes(record: Record, did: str, changes: dict[str, Any], result: str) -> dict[str, Any]:
    """Return the fields that an act sets, with those that it makes void."""
    gone: tuple[str, ...] = ()
    if did == "assign" and "department" in changes and record.get("assignee"):
        # A department that takes a ticket over does not owe it through somebody else's colleague.
        gone = ("assignee",)
    elif did in _ENDS_WAIT:
        gone = ("waiting", "waiting_until")
    elif did == "missed":
        gone = ("appointment", "appointment_end")
    if did == "appoint":
        gone += ("appointment_end",)
    elif did == "reopen" or f"{did}/{result}" in ("watertest/failed", "callback/unsatisfied"):
        gone = _BACK_TO_WORK
    return {key: None for key in gone if key in record and key not in changes} | changes


def edit(
    record: Record,
    deed: Deed,
    fields: Mapping[str, Any],
    *,
    why: str = "",
    bounds: Bounds | None = None,
) -> Record:
    """Return `record` with header fields corrected; fields that are already so are left out.

    Raises:
        RefusedError: Nothing would change, the ticket is closed, or a severity is given to what is
            no complaint.
    """
    return act(record, deed, "edit", fields, why=why, bounds=bounds)


def original(ticket: Record) -> dict[str, Any]:
    """Return the fields that make a ticket the duplicate of another.

    Raises:
        RefusedError: The other is a duplicate itself, so that the matter would be lost between two.
    """
    if ticket.get("status") == "duplicate":
        raise RefusedError(
            _("'{id}' is itself a duplicate of '{of}'").format(
                id=ticket["id"], of=ticket.get("duplicate_of", "")
            ),
            _("say --of {of}").format(of=ticket.get("duplicate_of", "")),
        )
    return {"duplicate_of": ticket["id"]}


def refuse_late_entry(deed: Deed, policy: Policy, why: str) -> None:
    """Raise if something that happened long ago is written down without a reason.

    Raises:
        RefusedError: `when` is in the future, or older than `time.late_entry` and `why` is empty.
    """
    # By the clock of the world: in one zone Python compares what the wall clock shows.
    ago = deed.at.astimezone(UTC) - deed.when.astimezone(UTC)
    if ago < timedelta(0):
        when = f"{deed.when:%Y-%m-%d %H:%M}"
        raise RefusedError(_("'{when}' is in the future").format(when=when))
    bound = policy.setting("time", "late_entry", "off")
    if bound != "off" and not why and ago > length(bound):
        raise RefusedError(
            _("'{when}' is more than {bound} ago; say why it is written down only now").format(
                when=f"{deed.when:%Y-%m-%d %H:%M}", bound=bound
            ),
            _("add --why …"),
        )

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
from svcctl.handbook.lookup import Policy


def register(name: str, deed: Deed, fields: Mapping[str, Any], **said: str) -> Record:
    """Return a new ticket called `name`. Kind and subject are enough (CMP-02)."""
    kept = {key: value for key, value in fields.items() if value is not None}
    return append({"id": name}, entry([], deed, "open", kept, **said), rules)


def act(
    record: Record, deed: Deed, did: str, fields: Mapping[str, Any] | None = None, **said: Any
) -> Record:
    """Return `record` after one act of the life-cycle table.

    Args:
        record: The ticket before.
        deed: Who, when.
        did: The action's name in `rules.ACTIONS`.
        fields: Header fields to set; None clears one.
        said: What else the entry says: `note`, `why`, `via`, and `final` for a clear answer.

    Raises:
        RefusedError: The action is not legal now or lacks something.
    """
    changes = dict(fields or {})
    if did == "assign" and "department" in changes and record.get("assignee"):
        # A department that takes a ticket over does not owe it through somebody else's colleague.
        changes.setdefault("assignee", None)
    return append(record, entry(record["log"], deed, did, changes, **said), rules)


def edit(record: Record, deed: Deed, fields: Mapping[str, Any], *, why: str = "") -> Record:
    """Return `record` with header fields corrected; fields that are already so are left out.

    Raises:
        RefusedError: Nothing would change, the ticket is closed, or a severity is given to what is
            no complaint.
    """
    kind = fields.get("kind", record.get("kind"))
    if kind != "complaint" and fields.get("severity"):
        raise RefusedError(_("only a complaint has a severity"))
    if kind != "complaint" and record.get("severity"):
        fields = {**fields, "severity": None}
    changed = {key: value for key, value in fields.items() if record.get(key) != value}
    if not changed:
        raise RefusedError(_("nothing to change in '{id}'").format(id=record["id"]))
    if changed.get("unit") and record.get("unit_said"):
        changed.setdefault("unit_said", None)
    return act(record, deed, "edit", changed, why=why)


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

"""What can be done to the card of a staff member."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from svcctl.base.errors import RefusedError
from svcctl.base.fields import changed
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.desk.staff import rules


def new(staff: str, fields: Mapping[str, Any]) -> Record:
    """Return the card of a new staff member."""
    return changed({"id": staff}, fields)


def edit(record: Record, changes: Mapping[str, Any]) -> Record:
    """Return the card with `changes` set; None clears a field."""
    return changed(record, changes)


def take_role(record: Record, role: str, since: date | None) -> Record:
    """Return the card with a role added from a day on.

    Raises:
        RefusedError: The role is held on that day already, or later.
    """
    first = since.isoformat() if since else ""
    for one in record.get("role", []):
        if one.get("role") == role and first <= str(one.get("until") or "9999-99-99"):
            raise RefusedError(
                _("'{id}' is {role} already").format(id=record["id"], role=role),
                f"svcctl staff show {record['id']}",
            )
    added = changed({"role": role}, {"since": since})
    return {**record, "role": [*record.get("role", []), added]}


def leave_role(record: Record, role: str, when: date) -> Record:
    """Return the card with a role ended; `when` is its last day.

    Raises:
        RefusedError: The role is not held on that day.
    """
    roles = [dict(one) for one in record.get("role", [])]
    for one in roles:
        began = str(one.get("since") or "")
        if one.get("role") == role and "until" not in one and began <= when.isoformat():
            one["until"] = when
            return {**record, "role": roles}
    raise RefusedError(
        _("'{id}' is not {role} on {when}").format(id=record["id"], role=role, when=when),
        f"svcctl staff show {record['id']}",
    )


def leave(record: Record, last: date) -> Record:
    """Return the card of somebody whose last day is `last`; open roles end on it.

    Raises:
        RefusedError: That is before the first day.
    """
    first = record.get("since")
    if first and last < first:
        raise RefusedError(
            _("'{id}' began on {since}, after {when}").format(
                id=record["id"], since=first, when=last
            )
        )
    gone = record
    for role in rules.roles(record, last):
        gone = leave_role(gone, role, last) if _still(gone, role) else gone
    return changed(gone, {"until": last})


def _still(record: Record, role: str) -> bool:
    return any(one["role"] == role and "until" not in one for one in record.get("role", []))

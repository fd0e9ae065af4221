"""Who asked for something in a ticket and who granted it: separation of duties (GAP-33, NFR-15).

Not what is forbidden (that `needs` refuses, where the policy says so), but what a person who reads
the day's changes should see: one and the same person on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from svcctl.base.case import MACHINE
from svcctl.base.entry import in_order
from svcctl.base.entry import tables_of
from svcctl.base.fields import table
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.record import Approval
from svcctl.base.record import Record
from svcctl.desk.tickets import calls
from svcctl.handbook.lookup import Handbook

_NOT_BY_THE_ACCUSED = frozenset(("judge", "close", "cancel", "settle"))
_KEPT = ("assignee", "accused")


def approvals(record: Record, handbook: Handbook) -> Iterator[Approval]:
    """Yield the acts in which two people should meet, with who asked and who granted.

    A later day (`extend`) is asked for by the one who has the work. A return call asks about the
    work of the one who did it. Whether a complaint is valid and when it is over is not for the one
    it is about; who that is stands as it was said: a name or a staff id.
    """
    yield from calls.approvals(record, handbook)
    said: dict[str, Any] = {}
    log = record.get("log")
    for entry in in_order(tables_of(log if isinstance(log, list) else [])):
        did, by = text(entry, "did"), text(entry, "by")
        asked = _asked(said, did)
        if asked and by and by != MACHINE:
            yield Approval(text(entry, "n"), asked, by, grave=did != "extend")
        if did == "extend" and (agreed_by := text(entry, "agreed_by")):
            # The resident agrees to a later day; a colleague who names himself granted his own.
            yield Approval(text(entry, "n"), agreed_by, by, grave=False)
        for key in texts(entry, "unset"):
            said.pop(key, None)
        changes = table(entry, "set")
        said |= {key: changes[key] for key in _KEPT if key in changes}


def _asked(said: Mapping[str, Any], did: str) -> str:
    if did == "extend":
        return text(said, "assignee")
    return text(said, "accused") if did in _NOT_BY_THE_ACCUSED else ""

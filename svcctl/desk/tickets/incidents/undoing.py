"""Which act takes back which act of an incident, for `svcctl git undo`."""

from __future__ import annotations

from svcctl.base.choice import show
from svcctl.base.i18n import _
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.base.undoing import Undoing
from svcctl.base.undoing import cannot
from svcctl.base.undoing import fields_as_before
from svcctl.base.undoing import header_before
from svcctl.desk.tickets.incidents import rules
from svcctl.desk.tickets.incidents.words import ACT_CHOICES

BY = {"open": "done", "done": "reopen", "reopen": "done", "edit": "edit", "wording": "wording"}


def undo(record: Record, entry: Entry) -> Undoing:
    """Return the act that takes back an entry of an incident.

    Raises:
        RefusedError: It cannot be taken back; the hints say what to do instead.
    """
    did = str(entry.get("did"))
    word = show(did, ACT_CHOICES)
    why = _("takes back {n}: {did}").format(n=entry.get("n"), did=word)
    if did not in BY:
        raise cannot(
            record,
            word,
            'svcctl ticket incident note {id} "…"',
            f"svcctl book redact {{id}} {entry.get('n')} --why …",
        )
    if BY[did] == "done":
        return Undoing("done", {}, {"note": why})
    fields = fields_as_before(header_before(record, entry, rules), entry)
    return Undoing(BY[did], fields if did != "done" else {}, {"why": why})

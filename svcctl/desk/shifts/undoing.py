"""Which act takes back which act of a shift, for `svcctl git undo`: hardly any can be."""

from __future__ import annotations

from svcctl.base.choice import show
from svcctl.base.i18n import _
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.base.undoing import Undoing
from svcctl.base.undoing import cannot
from svcctl.desk.shifts.words import ACT_CHOICES

INSTEAD = {
    "start": "svcctl shift end",
    "join": "svcctl shift leave",
    "leave": "svcctl shift start NAME",
    "end": "svcctl shift accept --defect …",
    "accept": 'svcctl shift line "…"',
    "convert": "svcctl git undo T…",
}
"""What to do about an act that cannot be taken back."""


def undo(record: Record, entry: Entry) -> Undoing:
    """Return the act that takes back an entry of a shift: a line is done with.

    Raises:
        RefusedError: It cannot be taken back; the hints say what to do instead.
    """
    did = str(entry.get("did"))
    word = show(did, ACT_CHOICES)
    if did == "line":
        why = _("takes back {n}: {did}").format(n=entry.get("n"), did=word)
        return Undoing("done", {}, {"of": entry.get("n"), "note": why})
    raise cannot(record, word, INSTEAD.get(did, 'svcctl shift line "…"'))

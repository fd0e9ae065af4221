"""What was sent was sent: no act of a message can be taken back by `svcctl git undo`."""

from __future__ import annotations

from svcctl.base.choice import show
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.base.undoing import Undoing
from svcctl.base.undoing import cannot
from svcctl.desk.messages.words import ACT_CHOICES


def undo(record: Record, entry: Entry) -> Undoing:
    """Refuse, and say what to do instead.

    Raises:
        RefusedError: Always.
    """
    about = record.get("about", "")
    raise cannot(
        record, show(str(entry.get("did")), ACT_CHOICES), f'svcctl ticket note {about} "…"'
    )

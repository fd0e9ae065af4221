"""The outbox: what somebody is to be told, posted once under a key, on whatever desk.

A record of the kind `message` says that telling is owed; sending is for people and scripts. The
same key about the same record is the same message, so a routine may run twice and on two desks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.case import machine_entry
from svcctl.kinds import KINDS

if TYPE_CHECKING:
    from datetime import datetime

    from svcctl.book.book import Transaction

MESSAGE = "message"


def post(  # noqa: PLR0913 - the parts of a message, by name
    change: Transaction,
    *,
    about: str,
    key: str,
    to: str,
    moment: datetime,
    at: datetime,
    words: str = "",
    deliver: datetime | None = None,
) -> str | None:
    """Put a message into the outbox; return its id, or None if it is there already.

    Args:
        about: Id of the record it is about.
        key: What of that record, the same on every desk: `done-2/3`, `unsatisfied/7a`.
        to: Role or colleague.
        moment: When it fell due to be told.
        at: When it is recorded.
        words: A short line in the language of the book.
        deliver: Before this it is not to be sent.

    Raises:
        InvalidRecordError: `about`, `key` or `to` is none.
    """
    rules = KINDS[MESSAGE].rules
    name: str = rules.id_for(about, key)
    if change.has(MESSAGE, name):
        return None
    said: dict[str, Any] = {"about": about, "key": key, "to": to}
    said |= {"words": words} if words else {}
    said |= {"deliver": deliver} if deliver is not None and deliver > moment else {}
    log = [machine_entry([], "queue", moment, at, "queue", set=said)]
    change.put(MESSAGE, {"id": name, **rules.fold(log), "log": log})
    return name

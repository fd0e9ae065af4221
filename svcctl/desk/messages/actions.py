"""What can be done with a message: say that it was sent, or that it need not be."""

from __future__ import annotations

from typing import Any

from svcctl.base.case import append
from svcctl.base.case import entry
from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.desk.messages import rules


def act(record: Record, deed: Deed, did: str, **said: Any) -> Record:
    """Return a message after `sent` or `drop`.

    Args:
        said: `to`: who was in fact told; `via`: how; `why`: the reason.

    Raises:
        RefusedError: It was sent or dropped already, or a reason is missing.
    """
    made = entry(record["log"], deed, did, {}, **said)
    return append(record, made, rules)

"""Claiming a desk code."""

from __future__ import annotations

from datetime import datetime

from svcctl.base.record import Record


def claim(code: str, by: str, at: datetime, token: str, name: str | None = None) -> Record:
    """Return the card of a newly claimed desk.

    Args:
        token: Random; two clones that claim the same code without knowing of each other differ in
            it, so that their merge is a conflict that somebody sees.
    """
    card: Record = {"id": code, "claimed_at": at, "claimed_by": by, "token": token}
    return card | {"name": name} if name else card

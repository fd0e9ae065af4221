"""What lists show of a desk."""

from __future__ import annotations

from typing import Any

from svcctl.base.record import Record
from svcctl.desk.desks.words import FIELDS

__all__ = ["FIELDS"]

LOUD = ("token",)


def row(record: Record) -> dict[str, Any]:
    """Return the columns of a list of desks."""
    return {
        "name": record.get("name", ""),
        "claimed_by": record.get("claimed_by", ""),
        "claimed_at": str(record.get("claimed_at", "")),
    }


def describe(record: Record) -> str:
    """Return one line about the desk."""
    return f"{record.get('id', '')} {record.get('name', '')}".strip()

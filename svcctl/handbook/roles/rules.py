"""What must hold among the roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from svcctl.base.finding import Finding
from svcctl.base.record import Record
from svcctl.handbook.roles.words import FIELDS
from svcctl.handbook.roles.words import VALUES

__all__ = ["FIELDS", "VALUES"]

KEYED = {"role": ("key",)}


def row(record: Record) -> dict[str, Any]:
    """Return the columns of a list."""
    return {"roles": len(record.get("role", []))}


def describe(record: Record) -> str:
    """Return one line about the file."""
    return ", ".join(str(one.get("key", "")) for one in record.get("role", []))


def checks(record: Record) -> Iterator[Finding]:
    """Yield superiors that do not exist and lines of command that run in a circle."""
    above = {one.get("key", ""): one.get("superior") for one in record.get("role", [])}
    for place, one in enumerate(record.get("role", [])):
        for field in ("superior", "deputy"):
            if one.get(field) and one[field] not in above:
                yield Finding("HBK103", ("role", place, field), {"role": one[field]})
        if _circle(one.get("key", ""), above):
            yield Finding("HBK104", ("role", place, "superior"), {"role": one.get("key", "")})


def _circle(start: str, above: dict[str, str | None]) -> bool:
    seen, at = {start}, above.get(start)
    while at:
        if at == start:
            return True
        if at in seen:
            return False
        seen.add(at)
        at = above.get(at)
    return False

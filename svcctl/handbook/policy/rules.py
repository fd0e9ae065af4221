"""What must hold in a policy file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from svcctl.base.finding import Finding
from svcctl.base.record import Record
from svcctl.handbook.listed import unknown_roles
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import in_force_from
from svcctl.handbook.policy.words import FIELDS
from svcctl.handbook.policy.words import VALUES

__all__ = ["FIELDS", "VALUES"]

KEYED = {
    "limit": ("duty", "kind", "severity", "category"),
    "rung": ("duty", "severity", "step"),
    "area": ("key",),
    "option": ("list", "key"),
}
WHOLE = ("shift.summer",)


def row(record: Record) -> dict[str, Any]:
    """Return the columns of a list of policies."""
    return {"title": record.get("title", ""), "limits": len(record.get("limit", []))}


def describe(record: Record) -> str:
    """Return one line about the policy."""
    return f"{record.get('id', '')} {record.get('title', '')}"


def checks(record: Record) -> Iterator[Finding]:
    """Yield what is wrong beyond the model: impossible day, a key given twice."""
    if in_force_from(record) is None:
        yield Finding("HBK101", ("id",), {"id": record.get("id", "")})
    yield from _twice(record, "limit", ("duty", "kind", "severity", "category"))
    yield from _twice(record, "rung", ("duty", "severity", "step"))
    yield from _twice(record, "area", ("key",))
    yield from _twice(record, "option", ("list", "key"))


def against(record: Record, handbook: Handbook) -> Iterator[Finding]:
    """Yield limits and rungs that name a role which there is not."""
    for table, field in (("limit", "owner"), ("limit", "to"), ("rung", "to")):
        yield from unknown_roles(handbook, table, record.get(table, []), field)
    keys = handbook.role_keys()
    for section, field in _ROLE_SETTINGS:
        settings = record.get(section)
        role = settings.get(field) if isinstance(settings, dict) else None
        if isinstance(role, str) and role not in keys:
            yield Finding("HBK103", (section, field), {"role": role})


_ROLE_SETTINGS = (
    ("may", "confirm"),
    ("may", "judge"),
    ("may", "extend"),
    ("may", "callback"),
    ("may", "redact"),
    ("callback", "tell"),
    ("shift", "standin"),
)


def _twice(record: Record, table: str, keys: tuple[str, ...]) -> Iterator[Finding]:
    seen: set[tuple[str, ...]] = set()
    for place, one in enumerate(record.get(table, [])):
        key = tuple(str(one.get(name, "")) for name in keys)
        if key in seen:
            yield Finding("HBK102", (table, place), {"table": table, "key": " ".join(key).strip()})
        seen.add(key)

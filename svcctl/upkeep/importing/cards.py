"""What units and residents have in common: a card is compared with a list field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcctl.base.record import Record


def differing(record: Record, wanted: Mapping[str, Any]) -> list[str]:
    """Return the fields that a list says otherwise, inner ones as `private.phones`."""
    found = []
    for key, value in wanted.items():
        if isinstance(value, Mapping):
            inner = record.get(key)
            below = differing(dict(inner) if isinstance(inner, Mapping) else {}, value)
            found += [f"{key}.{name}" for name in below]
        elif record.get(key) != value:
            found.append(key)
    return found

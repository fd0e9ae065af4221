"""Reading and changing the fields of a record that may hold anything.

Rules see files as they are, hand-edited or broken: a wrong type reads as "not there", and the
model reports it. Nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from datetime import datetime
from typing import Any

from svcctl.base.record import Record


def text(record: Mapping[str, Any], key: str) -> str:
    """Return a text field, empty if there is none."""
    value = record.get(key)
    return value if isinstance(value, str) else ""


def texts(record: Mapping[str, Any], key: str) -> list[str]:
    """Return a list of texts; items that are not text read as empty, so that positions hold."""
    value = record.get(key)
    if not isinstance(value, list):
        return []
    return [item if isinstance(item, str) else "" for item in value]


def day(record: Mapping[str, Any], key: str) -> date | None:
    """Return a day field, None if there is none."""
    value = record.get(key)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def table(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a sub-table, empty if there is none."""
    value = record.get(key)
    return value if isinstance(value, Mapping) else {}


def tables(record: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the tables of a `[[key]]` list with their positions."""
    value = record.get(key)
    if isinstance(value, list):
        for place, item in enumerate(value):
            if isinstance(item, Mapping):
                yield place, item


def changed(record: Record, changes: Mapping[str, Any]) -> Record:
    """Return `record` with `changes` set; None clears, and a table is changed field by field."""
    made = dict(record)
    for key, value in changes.items():
        if isinstance(value, Mapping):
            value = changed(dict(table(made, key)), value)  # noqa: PLW2901 - the inner table
        if value is None or value in ("", [], {}):
            made.pop(key, None)
        else:
            made[key] = value
    return made

"""What a record names that the handbook does not know: values of open lists, roles."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from svcctl.base.finding import Finding
from svcctl.base.finding import Where
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import Policy


def unlisted(policy: Policy, record: Mapping[str, Any], *lists: str) -> Iterator[Finding]:
    """Yield the fields whose values are not on the open list of the same name."""
    for name in lists:
        value = record.get(name)
        if isinstance(value, str) and all(value != one.key for one in policy.options(name)):
            yield Finding("HBK105", (name,), {"value": value, "list": name})


def unknown_roles(
    handbook: Handbook, table: str, rows: Iterable[Mapping[str, Any]], field: str
) -> Iterator[Finding]:
    """Yield the rows of a table that name a role which there is not."""
    keys = handbook.role_keys()
    for place, row in enumerate(rows):
        role = row.get(field)
        if isinstance(role, str) and role not in keys:
            where: Where = (table, place, field)
            yield Finding("HBK103", where, {"role": role})

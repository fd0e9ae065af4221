"""How staff are shown: in a list and on a page."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from typing import Any

from svcctl.base.choice import Choice
from svcctl.base.choice import show as label
from svcctl.base.fields import table
from svcctl.base.fields import tables
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.record import Record
from svcctl.desk.staff import rules
from svcctl.term.output import Column

Row = Mapping[str, Any]


def columns(roles: Sequence[Choice], departments: Sequence[Choice]) -> list[Column]:
    """Return the columns of a list of staff."""
    return [
        Column("id", _("id")),
        Column("name", _("name")),
        Column("roles", _("roles"), show=lambda keys: joined(label(key, roles) for key in keys)),
        Column("department", _("department"), show=lambda key: label(str(key), departments)),
        Column("phones", _("phones")),
        Column("since", _("since")),
        Column("until", _("until")),
    ]


def listed(rows: Sequence[Row], day: date, *, everyone: bool) -> Iterator[dict[str, Any]]:
    """Yield the rows of those who work on a day, or of everyone, with their roles of that day."""
    for row in rows:
        if everyone or rules.works(row, day):
            yield {**row, "roles": rules.roles(row, day)}


def lines(record: Record, roles: Sequence[Choice], departments: Sequence[Choice]) -> Iterator[str]:
    """Yield the page of a staff member; what is private must be masked before."""
    yield rules.describe(record)
    facts = {
        _("department"): label(text(record, "department"), departments),
        _("since"): str(record.get("since", "")),
        _("until"): str(record.get("until", "")),
        _("phones"): ", ".join(texts(table(record, "private"), "phones")),
        _("note"): text(record, "note").strip(),
    }
    for name, value in facts.items():
        if value:
            yield f"  {name}: {value}"
    for _place, one in tables(record, "role"):
        until = one.get("until") or _("today")
        yield f"  {label(text(one, 'role'), roles)}  {one.get('since', '?')} .. {until}"

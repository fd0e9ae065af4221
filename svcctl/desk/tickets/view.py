"""How a ticket is shown: in a list, on a page, and in the one line after an act."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from datetime import UTC
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import tzinfo
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base import unitid
from svcctl.base.case import happened
from svcctl.base.choice import show as label
from svcctl.base.clock import parse_day
from svcctl.base.clock import show_moment
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.desk.tickets.words import ACT_CHOICES
from svcctl.desk.tickets.words import FIELD_CHOICES
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.desk.tickets.words import STATUS_CHOICES
from svcctl.term.output import Column

if TYPE_CHECKING:
    from svcctl.book.index import Index

_WORDED = {"kind": KIND_CHOICES, "status": STATUS_CHOICES, "severity": SEVERITY_CHOICES}
_EQUAL = ("kind", "status", "severity", "department", "urgent")


def worded(key: str, value: object) -> str:
    """Return a field's value in words."""
    if key in _WORDED:
        return label(str(value), _WORDED[key])
    if value is True:
        return _("yes")
    return str(value)


def columns() -> list[Column]:
    """Return the columns of a list of tickets."""
    return [
        Column("id", _("id")),
        Column("kind", _("kind"), show=lambda value: worded("kind", value)),
        Column("severity", _("severity"), show=lambda value: worded("severity", value)),
        Column("status", _("status"), show=lambda value: worded("status", value)),
        Column("where", _("where"), 14),
        Column("subject", _("subject"), 36),
        Column("with", _("with"), 12),
        Column("opened", _("opened")),
        Column("unit", _("unit"), 0),
        Column("resident", _("resident"), 0),
        Column("assignee", _("assignee"), 0),
        Column("department", _("department"), 0),
        Column("urgent", _("urgent"), 0),
    ]


def listed(index: Index, wanted: Mapping[str, Any], now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the rows of tickets that fit what was asked for."""
    ids = index.search("ticket", [wanted["find"]]) if wanted["find"] else None
    rows = index.rows(
        "ticket",
        open=wanted["open_"],
        unit=_unit(wanted["unit"]),
        person=wanted["assignee"],
        ids=ids,
        since=_epoch(wanted["since"], now, 0),
        until=_epoch(wanted["until"], now, 1),
    )
    for row in rows:
        if all(wanted[key] is None or row.get(key) == wanted[key] for key in _EQUAL):
            yield {
                **row,
                "with": row.get("assignee") or row.get("department") or "",
                "opened": _at(row.get("at")),
            }


def _unit(said: str | None) -> str | None:
    if not said:
        return None
    unit = unitid.parse(said)
    if unit is None:
        raise UsageProblem(_("'{unit}' is not the name of a unit").format(unit=said))
    return unit


def _epoch(day: str | None, now: datetime, later: int) -> int | None:
    if not day:
        return None
    start = parse_day(day, now.date()) + timedelta(days=later)
    return int(datetime.combine(start, time(), now.tzinfo).timestamp()) - later


def _at(epoch: object) -> datetime | None:
    return datetime.fromtimestamp(epoch, UTC) if isinstance(epoch, int) else None


def page(record: Record, zone: tzinfo) -> Iterator[str]:
    """Yield the lines of a ticket's page."""
    yield f"{record['id']}  {record.get('subject', '')}"
    for choice in FIELD_CHOICES:
        if choice.key in record and choice.key != "subject":
            name = label(choice.key, FIELD_CHOICES)
            yield f"  {name}: {worded(choice.key, record[choice.key])}"
    yield ""
    for entry in record.get("log", []):
        yield from _entry_lines(entry, zone)


def _entry_lines(entry: Entry, zone: tzinfo) -> Iterator[str]:
    moment = happened(entry)
    stamp = show_moment(moment, zone) if isinstance(moment, datetime) else str(moment)
    did = label(str(entry.get("did", "")), ACT_CHOICES)
    if entry.get("final"):
        did += _(" (final)")
    yield f"{stamp}  {did}  {entry.get('by', '')}  [{entry.get('n', '')}]"
    if "when" in entry and isinstance(entry.get("at"), datetime):
        yield "    " + _("written down {at}").format(at=show_moment(entry["at"], zone))
    for key, value in (entry.get("set") or {}).items():
        if entry.get("did") != "open":
            yield f"    {label(key, FIELD_CHOICES)}: {worded(key, value)}"
    for key in entry.get("unset") or []:
        yield f"    {label(key, FIELD_CHOICES)}: -"
    for key in ("why", "note"):
        for line in str(entry.get(key, "")).strip().splitlines():
            yield f"    {line}"


def outcome(ticket: Record, did: str) -> str:
    """Return the line that confirms an act."""
    return _("{id}: {did}; now {status}").format(
        id=ticket["id"],
        did=label(did, ACT_CHOICES),
        status=label(ticket["status"], STATUS_CHOICES),
    )


def next_step(ticket: Record) -> str:
    """Return the line after intake: what to do next."""
    if ticket.get("unit_said") and not ticket.get("unit"):
        return _("unit still unknown; when it is: svcctl ticket edit {id} --unit …").format(
            id=ticket["id"]
        )
    return _("next: svcctl ticket assign {id} --to …").format(id=ticket["id"])

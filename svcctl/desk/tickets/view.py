"""How a ticket is shown: in a list, on a page, and in the one line after an act."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import UTC
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import tzinfo
from itertools import islice
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.case import happened
from svcctl.base.choice import show as label
from svcctl.base.clock import end_of_day
from svcctl.base.clock import parse_day
from svcctl.base.clock import show_moment
from svcctl.base.clock import show_span
from svcctl.base.i18n import _
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.desk.tickets.words import ACT_CHOICES
from svcctl.desk.tickets.words import DUTY_CHOICES
from svcctl.desk.tickets.words import FIELD_CHOICES
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import OPEN_STATUSES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.desk.tickets.words import STATUS_CHOICES
from svcctl.term.output import Column

if TYPE_CHECKING:
    from svcctl.book.index import Index
    from svcctl.handbook.lookup import Handbook

_WORDED = {"kind": KIND_CHOICES, "status": STATUS_CHOICES, "severity": SEVERITY_CHOICES}
_LISTED = frozenset(("channel", "department"))
_EQUAL = ("kind", "status", "severity", "department", "urgent")


def worded(
    key: str, value: object, word: Callable[[str, str], str] = lambda _list, key: key
) -> str:
    """Return a field's value in words.

    Args:
        word: Gives the handbook's word for a value of one of its lists.
    """
    if key in _LISTED:
        return word(key, str(value))
    if key in _WORDED:
        return label(str(value), _WORDED[key])
    if value is True:
        return _("yes")
    return str(value)


def columns(word: Callable[[str, str], str]) -> list[Column]:
    """Return the columns of a list of tickets."""
    return [
        Column("id", _("id")),
        Column("kind", _("kind"), show=lambda value: worded("kind", value)),
        Column("severity", _("severity"), show=lambda value: worded("severity", value)),
        Column("status", _("status"), show=lambda value: worded("status", value)),
        Column("where", _("where"), 14),
        Column("subject", _("subject"), 36),
        Column("with", _("with"), 12, show=lambda value: word("department", value)),
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
        unit=wanted["unit"],
        person=wanted["assignee"],
        ids=ids,
        since=_epoch(wanted["since"], now),
        until=_epoch(wanted["until"], now, last=True),
    )
    for row in rows:
        if all(wanted[key] is None or row.get(key) == wanted[key] for key in _EQUAL):
            yield {
                **row,
                "with": row.get("assignee") or row.get("department") or "",
                "opened": _at(row.get("at"), now.tzinfo),
            }


def _epoch(day: str | None, now: datetime, *, last: bool = False) -> int | None:
    if not day:
        return None
    start = parse_day(day, now.date())
    if last:
        return int(end_of_day(start, now.tzinfo or UTC).timestamp()) - 1
    return int(datetime.combine(start, time(), now.tzinfo).timestamp())


def _at(epoch: object, zone: tzinfo | None) -> datetime | None:
    return datetime.fromtimestamp(epoch, zone) if isinstance(epoch, int) else None


def page(
    record: Record,
    zone: tzinfo,
    owed_lines: Iterable[str],
    word: Callable[[str, str], str],
) -> Iterator[str]:
    """Yield the lines of a ticket's page.

    Args:
        owed_lines: What it still owes, from `owed`.
        word: Gives the handbook's word for a value of one of its lists.
    """
    yield f"{record['id']}  {record.get('subject', '')}"
    for choice in FIELD_CHOICES:
        if choice.key in record and choice.key != "subject":
            name = label(choice.key, FIELD_CHOICES)
            yield f"  {name}: {worded(choice.key, record[choice.key], word)}"
    yield from (f"  {line}" for line in owed_lines)
    yield ""
    for entry in record.get("log", []):
        yield from _entry_lines(entry, zone, word)


def _entry_lines(entry: Entry, zone: tzinfo, word: Callable[[str, str], str]) -> Iterator[str]:
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
            yield f"    {label(key, FIELD_CHOICES)}: {worded(key, value, word)}"
    if entry.get("via"):
        yield f"    {label('channel', FIELD_CHOICES)}: {word('channel', entry['via'])}"
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


def owed(ticket: Record, handbook: Callable[[], Handbook], now: datetime) -> Iterator[str]:
    """Yield what a ticket still owes, until when, and the time that is left."""
    if ticket.get("status") not in OPEN_STATUSES:
        return
    from svcctl.desk.tickets import rules  # not for lists and closed tickets

    rulebook = handbook()
    for one in rules.clocks(ticket, rules.facts(ticket), rulebook):
        if one.met is not None or one.void or one.due is None:
            continue
        left = timedelta(seconds=one.due - int(now.timestamp()))
        words = _("owed: {duty} until {due}, {span} left")
        if left < timedelta(0):
            words = _("owed: {duty} until {due}, late by {span}")
        due = datetime.fromtimestamp(one.due, rulebook.zone)
        yield words.format(
            duty=label(one.duty, DUTY_CHOICES),
            due=show_moment(due, rulebook.zone, end_of_day=True),
            span=show_span(left),
        )


def next_step(ticket: Record, handbook: Callable[[], Handbook], now: datetime) -> Iterator[str]:
    """Yield the lines after intake: what is owed first, and what to do next."""
    yield from islice(owed(ticket, handbook, now), 1)
    if not ticket.get("department") and not ticket.get("assignee"):
        yield _("next: svcctl ticket assign {id} --to …").format(id=ticket["id"])

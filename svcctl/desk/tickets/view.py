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

from svcctl.base import redaction
from svcctl.base.case import MACHINE
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
from svcctl.desk.tickets.words import ENTRY_CHOICES
from svcctl.desk.tickets.words import FIELD_CHOICES
from svcctl.desk.tickets.words import OPEN_STATUSES
from svcctl.desk.tickets.words import RESULT_CHOICES
from svcctl.desk.tickets.words import STATUS_CHOICES
from svcctl.desk.tickets.words import VALUES
from svcctl.kinds import ESCALATE
from svcctl.term.output import Column

if TYPE_CHECKING:
    from svcctl.book.index import Index
    from svcctl.handbook.lookup import Handbook
    from svcctl.kinds import Clock

_EQUAL = ("kind", "status", "severity", "department", "category", "incident", "urgent")


def worded(
    key: str,
    value: object,
    word: Callable[[str, str], str] = lambda _list, key: key,
    zone: tzinfo | None = None,
) -> str:
    """Return a field's value in words.

    Args:
        word: Gives the handbook's word for a value of one of its lists.
        zone: Zone in which moments are read.
    """
    known = VALUES.get(key)
    if isinstance(known, str):
        return word(known, str(value))
    if known is not None:
        return label(str(value), known)
    if value is True:
        return _("yes")
    if isinstance(value, datetime):
        return show_moment(value, zone or value.tzinfo or UTC)
    return str(value)


def result_word(did: str, result: str) -> str:
    """Return what an act came to, in words."""
    return label(result, RESULT_CHOICES.get(did, ()))


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
        Column("category", _("category"), 0),
        Column("incident", _("incident"), 0),
    ]


def listed(index: Index, wanted: Mapping[str, Any], now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the rows of tickets that fit what was asked for."""
    ids = index.search("ticket", [wanted["find"]]) if wanted["find"] else None
    if wanted["late"]:
        late = _late(index, now)
        ids = [one for one in (late if ids is None else ids) if one in late]
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


def _late(index: Index, now: datetime) -> set[str]:
    """Return the ids of tickets with a duty whose limit has passed."""
    passed = index.duties(kind="ticket", until=int(now.timestamp()) - 1)
    return {one.id for one in passed if one.clock.duty != ESCALATE}


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
            yield f"  {name}: {worded(choice.key, record[choice.key], word, zone)}"
    yield from (f"  {line}" for line in owed_lines)
    yield ""
    for entry in record.get("log", []):
        yield from _entry_lines(entry, zone, word)


def _entry_lines(entry: Entry, zone: tzinfo, word: Callable[[str, str], str]) -> Iterator[str]:
    moment = happened(entry)
    machine = entry.get("by") == MACHINE
    # The machine acts at limits, and a limit at midnight is the 24:00 of the day before.
    timed = isinstance(moment, datetime)
    stamp = show_moment(moment, zone, end_of_day=machine) if timed else str(moment)
    by = _("automatic") if machine else entry.get("by", "")
    yield f"{stamp}  {_deed(entry)}  {by}  [{entry.get('n', '')}]"
    if "when" in entry and isinstance(entry.get("at"), datetime):
        yield "    " + _("written down {at}").format(at=show_moment(entry["at"], zone))
    yield from (f"    {line}" for line in redaction.told(entry, zone))
    for choice in ENTRY_CHOICES:
        if choice.key in entry and choice.key not in _ELSEWHERE:
            name = label(choice.key, ENTRY_CHOICES)
            yield f"    {name}: {_said(entry, choice.key, zone, word)}"
    for key, value in (entry.get("set") or {}).items():
        if entry.get("did") != "open":
            yield f"    {label(key, FIELD_CHOICES)}: {worded(key, value, word, zone)}"
    for key in entry.get("unset") or []:
        yield f"    {label(key, FIELD_CHOICES)}: -"
    for key in ("why", "note"):
        for line in str(entry.get(key, "")).strip().splitlines():
            yield f"    {line}"


def _said(entry: Entry, key: str, zone: tzinfo, word: Callable[[str, str], str]) -> str:
    own = f"{entry.get('did')}.{key}"
    return worded(own if own in VALUES else key, entry[key], word, zone)


_ELSEWHERE = frozenset(("why", "note", "result"))
"""What an entry says that is not shown by name: words, and what stands beside the act."""


def _deed(entry: Entry) -> str:
    """Return what was done, in words: `water test (failed)`."""
    did = str(entry.get("did", ""))
    word = label(did, ACT_CHOICES)
    if entry.get("result"):
        result = result_word(did, str(entry["result"]))
        return _("{deed} ({result})").format(deed=word, result=result)
    return word + (_(" (final)") if entry.get("final") else "")


def outcome(ticket: Record, did: str) -> str:
    """Return the line that confirms an act, the last of the ticket."""
    last = ticket["log"][-1]
    return _("{id}: {did}; now {status}").format(
        id=ticket["id"],
        did=_deed(last) if last.get("did") == did else label(did, ACT_CHOICES),
        status=label(ticket["status"], STATUS_CHOICES),
    )


def owed(ticket: Record, handbook: Callable[[], Handbook], now: datetime) -> Iterator[str]:
    """Yield what a ticket still owes, until when, and the time that is left."""
    if ticket.get("status") not in OPEN_STATUSES:
        return
    rulebook = handbook()
    for one in _running(ticket, rulebook):
        if one.due is None:  # never; a running clock has an end
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


def made_late(ticket: Record, handbook: Handbook, now: datetime) -> Iterator[str]:
    """Yield what a reclassification has just made late, and until when it is whose who made it."""
    for one in _running(ticket, handbook):
        if one.held and one.held_until > int(now.timestamp()):
            due, until = (
                datetime.fromtimestamp(epoch, handbook.zone)
                for epoch in (one.due or 0, one.held_until)
            )
            yield _("{id}: {duty} was due {due}; until {until} it is for {held}").format(
                id=ticket["id"],
                duty=label(one.duty, DUTY_CHOICES),
                due=show_moment(due, handbook.zone, end_of_day=True),
                until=show_moment(until, handbook.zone),
                held=one.held,
            )


def _running(ticket: Record, handbook: Handbook) -> list[Clock]:
    """Return the clocks of what a ticket still owes, the first to end first."""
    from svcctl.desk.tickets import clocks  # not for lists and closed tickets
    from svcctl.desk.tickets.facts import facts

    found = [
        one
        for one in clocks.owed(ticket, facts(ticket), handbook)
        if one.met is None and not one.void and one.due is not None
    ]
    return sorted(found, key=lambda one: one.due or 0)


def next_step(ticket: Record, handbook: Callable[[], Handbook], now: datetime) -> Iterator[str]:
    """Yield the lines after intake: what is owed first, and what to do next."""
    from svcctl.desk.tickets import rules  # for a person who waits

    yield from islice(owed(ticket, handbook, now), 1)
    first = next(iter(_running(ticket, handbook())), None)
    step = rules.step(first.duty, ticket) if first else "svcctl ticket assign {id} --to …"
    yield _("next: {step}").format(step=step.format(id=ticket["id"]))

"""What holds for a message: its short life, its header as the fold of its log.

The machine queues it, once on whatever desk (`auto/queue`); a person or a script says that it was
sent, or that it need not be. Two desks may both have sent it: exactly once in the book, at least
once in sending.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from datetime import datetime
from typing import Any

from svcctl.base import private
from svcctl.base.case import MACHINE
from svcctl.base.choice import show
from svcctl.base.entry import desk
from svcctl.base.entry import in_order
from svcctl.base.entry import tables_of
from svcctl.base.errors import RefusedError
from svcctl.base.finding import Finding
from svcctl.base.i18n import _
from svcctl.base.log import findings
from svcctl.base.record import Entry
from svcctl.base.record import Link
from svcctl.base.record import Record
from svcctl.desk.messages.words import ACT_CHOICES
from svcctl.desk.messages.words import FIELDS
from svcctl.desk.messages.words import STATUS_CHOICES
from svcctl.desk.messages.words import VALUES
from svcctl.handbook.lookup import Handbook
from svcctl.kinds import KINDS
from svcctl.kinds import Clock

__all__ = ["ACTS", "FIELDS", "VALUES", "fold", "refuse", "strays"]

ACTS = ACT_CHOICES

_MOVES = {
    ("queue", ""): "queued",
    ("sent", "queued"): "sent",
    ("sent", "sent"): "sent",
    ("sent", "dropped"): "sent",
    ("drop", "queued"): "dropped",
    ("drop", "dropped"): "dropped",
    ("drop", "sent"): "sent",
}
"""Act and state → state. What was sent was sent, whatever another desk thought of it meanwhile."""

_FIELDS = ("about", "key", "to", "words", "deliver")


FREE = frozenset(("words",))
"""Fields of free text, which a redaction may blank; no state or clock depends on their words."""


def fold(log: Iterable[Entry]) -> dict[str, Any]:
    """Return the header that a log amounts to; an entry that does not apply has no effect."""
    return _replay(log)[0]


def strays(log: Iterable[Entry]) -> list[str]:
    """Return the names of entries that do not apply where they stand."""
    return _replay(log)[1]


def _replay(log: Iterable[Entry]) -> tuple[dict[str, Any], list[str]]:
    fields: dict[str, Any] = {}
    state, stray = "", []
    for entry in in_order(tables_of(log)):
        did = entry.get("did")
        then = _MOVES.get((did, state)) if isinstance(did, str) else None
        if then is None:
            stray.append(str(entry.get("n", "")))
            continue
        state = then
        changes = entry.get("set")
        if isinstance(changes, Mapping):
            fields |= {key: changes[key] for key in _FIELDS if key in changes}
    return {**fields, "status": state}, stray


def refuse(record: Record, entry: Entry) -> None:
    """Raise unless the message still waits to be sent.

    Raises:
        RefusedError: It was sent or dropped already.
    """
    state = record.get("status", "")
    if state != "queued":
        raise RefusedError(
            _("'{id}' is {state} already").format(
                id=record["id"], state=show(state, STATUS_CHOICES)
            ),
            f"svcctl message show {record['id']}",
        )
    if entry["did"] == "drop" and not entry.get("why"):
        raise RefusedError(_("'drop' of '{id}' needs --why").format(id=record["id"]))


def row(record: Record) -> dict[str, Any]:
    """Return the columns that lists show."""
    log = record.get("log") or [{}]
    first = log[0]
    moment = first.get("when", first.get("at"))
    deliver = record.get("deliver")
    return {
        "about": record.get("about", ""),
        "key": record.get("key", ""),
        "to": record.get("to", ""),
        "words": record.get("words", ""),
        "status": record.get("status", ""),
        "open": record.get("status") == "queued",
        "at": int(moment.timestamp()) if isinstance(moment, datetime) else None,
        "deliver": int(deliver.timestamp()) if isinstance(deliver, datetime) else None,
        "title": record.get("words", ""),
        "where": record.get("about", ""),
    }


def checks(record: Record) -> Iterator[Finding]:
    """Yield what is wrong inside one message, beyond what the model says."""
    yield from findings(record, fold, strays)
    for found in private.find(str(record.get("words", ""))):
        yield Finding("PRV101", ("words",), {"number": found.masked})
    name = id_for(str(record.get("about", "")), str(record.get("key", "")))
    if record.get("id") != name:
        yield Finding("MSG101", ("id",), {"id": record.get("id"), "should": name})


def against(record: Record, handbook: Handbook) -> Iterator[Finding]:
    """Yield a way of telling that is on none of the handbook's lists, which only ever grow."""
    ways = {choice.key for choice in handbook.policy(date.max).options("channel")}
    for place, entry in enumerate(record.get("log", [])):
        if (via := entry.get("via")) and via not in ways:
            yield Finding("HBK105", ("log", place, "via"), {"value": via, "list": "channel"})


def id_for(about: str, key: str) -> str:
    """Return the id of the message of a key about a record: `T261121-A07.done-2.3`."""
    return f"{about}.{key.replace('/', '.')}"


def is_settled(key: str, clocks: Iterable[Clock], *, is_open: bool) -> bool:
    """Tell whether what a message is about was done, or fell away, meanwhile.

    Args:
        key: Of the message: the name of a rung such as `done-2/3`, or what else is told.
        clocks: All clocks of the record.
        is_open: Whether the record is open.
    """
    name = key.rpartition("/")[0]
    for one in clocks:
        if name == (f"{one.duty}-{one.part}" if one.part else one.duty):
            return one.met is not None or bool(one.void)
    return not is_open


def links(record: Record) -> Iterator[Link]:
    """Yield the record, staff and desks that a message names."""
    about = record.get("about")
    if isinstance(about, str) and (kind := _kind_of(about)):
        yield Link(("about",), kind, about)
    for place, entry in enumerate(record.get("log", [])):
        if not isinstance(entry, dict):
            continue
        for key in ("by", "to", "redacted_by"):
            if isinstance(name := entry.get(key), str) and name != MACHINE:
                yield Link(("log", place, key), "staff", name)
        if code := desk(entry.get("n")):
            yield Link(("log", place, "n"), "desk", code)


def _kind_of(name: str) -> str:
    """Return the kind of record that an id is of, by its first letter."""
    of = [one.name for one in KINDS.values() if one.prefix and one.prefix == name[:1]]
    return of[0] if of else ""


def terms(record: Record) -> Iterator[str]:
    """Yield the words by which a message is found."""
    for key in ("about", "words"):
        if isinstance(text := record.get(key), str):
            yield text


def describe(record: Record) -> str:
    """Return one line about the message."""
    parts = (record.get("id", ""), record.get("to", ""), record.get("words", ""))
    return " ".join(str(part) for part in parts if part)

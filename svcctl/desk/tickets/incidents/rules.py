"""What holds for an incident: its short life, its header as the fold of its log.

A ticket belongs to it by its own field `incident`; the index knows the other side.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from datetime import datetime
from typing import Any

from svcctl.base import private
from svcctl.base.case import happened
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
from svcctl.desk.tickets.incidents.words import ACT_CHOICES
from svcctl.desk.tickets.incidents.words import FIELDS
from svcctl.desk.tickets.incidents.words import STATUS_CHOICES
from svcctl.desk.tickets.incidents.words import VALUES
from svcctl.handbook.listed import unlisted
from svcctl.handbook.lookup import Handbook

__all__ = ["ACTS", "FIELDS", "NOUN", "VALUES", "fold", "refuse", "strays"]

NOUN = "ticket incident"
ACTS = ACT_CHOICES

_ANY = {"open": "open", "done": "done"}

MOVES: dict[str, Mapping[str, str]] = {
    "open": {"": "open"},
    "edit": _ANY,
    "note": _ANY,
    "wording": _ANY,
    "done": {"open": "done"},
    "reopen": {"done": "open"},
}
"""Act → state before → state after."""

_NEEDS = {"note": "note", "done": "note", "reopen": "why"}
_FIELDS = ("subject", "category", "place", "buildings", "cause", "wording")


FREE = frozenset(("subject", "place", "wording"))
"""Fields of free text, which a redaction may blank; no state or clock depends on their words."""


def fold(log: Iterable[Entry]) -> dict[str, Any]:
    """Return the header that a log amounts to; an entry that does not apply has no effect."""
    return _replay(log)[0]


def strays(log: Iterable[Entry]) -> list[str]:
    """Return the names of entries that do not apply where they stand, as after a merge."""
    return _replay(log)[1]


def _replay(log: Iterable[Any]) -> tuple[dict[str, Any], list[str]]:
    fields: dict[str, Any] = {}
    state, stray = "", []
    for entry in in_order(tables_of(log)):
        did = entry.get("did")
        then = MOVES.get(did, {}).get(state) if isinstance(did, str) else None
        if then is None:
            stray.append(str(entry.get("n", "")))
            continue
        state = then
        changes, gone = entry.get("set"), entry.get("unset")
        if isinstance(changes, Mapping):
            fields |= {key: changes[key] for key in _FIELDS if key in changes}
        for key in gone if isinstance(gone, list) else ():
            fields.pop(key, None)
    return {**fields, "status": state}, stray


def refuse(record: Record, entry: Entry) -> None:
    """Raise if `entry` may not be appended to `record` now.

    Raises:
        RefusedError: Not in this state, something is missing, or its time cannot be.
    """
    name, state, did = record["id"], record.get("status", ""), entry["did"]
    if state not in MOVES[did]:
        raise RefusedError(
            _("'{id}' is {state}; '{did}' is not possible").format(
                id=name, state=show(state, STATUS_CHOICES), did=show(did, ACT_CHOICES)
            ),
            f"svcctl ticket incident show {name}",
        )
    need = _NEEDS.get(did)
    if need and not str(entry.get(need, "")).strip():
        words = _("'{did}' of '{id}' needs --why") if need == "why" else _(
            "'{did}' of '{id}' needs words"
        )  # fmt: skip
        raise RefusedError(words.format(did=show(did, ACT_CHOICES), id=name))
    began = opened(record)
    if began is not None and happened(entry).timestamp() < began.timestamp():
        raise RefusedError(
            _("'{id}' began at {since}; this cannot have happened before").format(
                id=name, since=f"{began:%Y-%m-%d %H:%M}"
            )
        )


def opened(record: Mapping[str, Any]) -> datetime | None:
    """Return when an incident began."""
    moments = (happened(one) for one in record.get("log", []) if one.get("did") == "open")
    return next((one for one in moments if isinstance(one, datetime)), None)


def result(record: Mapping[str, Any]) -> str:
    """Return what was done about an incident that is mended; empty for one that is not."""
    if record.get("status") != "done":
        return ""
    notes = [one.get("note", "") for one in record.get("log", []) if one.get("did") == "done"]
    return str(notes[-1]).strip() if notes else ""


def row(record: Record) -> dict[str, Any]:
    """Return the columns that lists show."""
    began = opened(record)
    buildings = record.get("buildings", [])
    return {
        "subject": record.get("subject", ""),
        "status": record.get("status", ""),
        "category": record.get("category"),
        "place": record.get("place"),
        "buildings": buildings,
        "cause": record.get("cause"),
        "open": record.get("status") == "open",
        "at": int(began.timestamp()) if began else None,
        "title": record.get("subject", ""),
        "where": str(record.get("place") or ", ".join(map(str, buildings))),
    }


def checks(record: Record) -> Iterator[Finding]:
    """Yield what is wrong inside one incident, beyond what the model says."""
    yield from findings(record, fold, strays)
    for key in ("subject", "place", "wording"):
        for found in private.find(str(record.get(key, ""))):
            yield Finding("PRV101", (key,), {"number": found.masked})


def against(record: Record, handbook: Handbook) -> Iterator[Finding]:
    """Yield values that are on none of the handbook's lists, which only ever grow."""
    yield from unlisted(handbook.policy(date.max), record, "category", "cause")


def links(record: Record) -> Iterator[Link]:
    """Yield the staff and desks that an incident names."""
    for place, entry in enumerate(record.get("log", [])):
        if not isinstance(entry, dict):
            continue
        for key in ("by", "redacted_by"):
            if isinstance(name := entry.get(key), str):
                yield Link(("log", place, key), "staff", name)
        if code := desk(entry.get("n")):
            yield Link(("log", place, "n"), "desk", code)


def terms(record: Record) -> Iterator[str]:
    """Yield the words by which an incident is found."""
    for key in ("subject", "place"):
        if isinstance(text := record.get(key), str):
            yield text


def describe(record: Record) -> str:
    """Return one line about the incident."""
    return " ".join(str(record[key]) for key in ("id", "subject") if record.get(key))

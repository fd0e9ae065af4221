"""What holds for a ticket: its life, its header as the fold of its log, its clocks.

Pure functions over dicts. The life cycle is in `lifecycle`, the fold in `story`, what happened when
in `facts`, the clocks in `clocks` and `ladder`, what an act needs in `needs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from typing import Any

from svcctl.base.case import MACHINE
from svcctl.base.choice import show
from svcctl.base.entry import desk
from svcctl.base.entry import in_order
from svcctl.base.finding import Finding
from svcctl.base.record import Entry
from svcctl.base.record import Link
from svcctl.base.record import Record
from svcctl.desk.tickets import calls
from svcctl.desk.tickets.approvals import approvals
from svcctl.desk.tickets.clocks import clocks
from svcctl.desk.tickets.facts import facts
from svcctl.desk.tickets.needs import refuse
from svcctl.desk.tickets.needs import reserved
from svcctl.desk.tickets.story import Story
from svcctl.desk.tickets.story import fold
from svcctl.desk.tickets.story import replay
from svcctl.desk.tickets.story import rivals
from svcctl.desk.tickets.story import strays
from svcctl.desk.tickets.words import ACT_CHOICES
from svcctl.desk.tickets.words import DUTY_CHOICES
from svcctl.desk.tickets.words import FIELDS
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import OPEN_STATUSES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.desk.tickets.words import VALUES
from svcctl.handbook.listed import unlisted
from svcctl.handbook.lookup import Handbook

__all__ = [
    "ACTS",
    "DUTIES",
    "FIELDS",
    "STEPS",
    "VALUES",
    "approvals",
    "clocks",
    "facts",
    "fold",
    "refuse",
    "reserved",
    "rivals",
    "strays",
]

ACTS = ACT_CHOICES
DUTIES = DUTY_CHOICES
STEPS = {
    "contact": "svcctl ticket contact {id}",
    "forward": "svcctl ticket forward {id} --to …",
    "reply": 'svcctl ticket answer {id} "…"',
    "answer": 'svcctl ticket answer {id} "…" --final',
    "report": 'svcctl ticket report {id} "…"',
    "appoint": "svcctl ticket appoint {id} …",
    "done": 'svcctl ticket done {id} "…"',
    "watertest": "svcctl ticket watertest {id} --result passed|failed",
    "tell": "svcctl ticket tell {id}",
    "sign": "svcctl ticket sign {id}",
    "callback": "svcctl callback record {id} satisfied|fair|unsatisfied|…",
    "confirm": "svcctl ticket classify {id} --severity …",
    "complete": "svcctl ticket edit {id} --unit …",
    "resume": 'svcctl ticket progress {id} "…"',
    "escalate": "svcctl escalate --all",
}
"""What to type for a duty."""


FREE = frozenset(
    (
        "subject",
        "unit_said",
        "place",
        "caller",
        "contact",
        "demand",
        "accused",
        "convenient",
        "agreed_by",
        "file",
        "kept",
    )
)
"""Fields of free text, which a redaction may blank; no state or clock depends on their words."""


def step(duty: str, row: Mapping[str, Any]) -> str:
    """Return what to type for a duty of a ticket, given its list row."""
    if duty == "forward" and row.get("kind") == "repair":
        return "svcctl ticket assign {id} --to …"
    return STEPS[duty]


def matter(row: Mapping[str, Any]) -> str:
    """Return what kind of matter a ticket is, and how grave, given its list row."""
    words = show(str(row.get("kind", "")), KIND_CHOICES)
    severity = row.get("severity")
    # Not with a dot in the middle: on many Chinese terminals it is two columns wide.
    return f"{words}/{show(str(severity), SEVERITY_CHOICES)}" if severity else words


def checks(record: Record) -> Iterator[Finding]:
    """Yield what is wrong inside one ticket, beyond what the model says."""
    log = record.get("log", [])
    ordered = in_order(log)
    yield from _check_names(log, ordered)
    yield from _check_fold(record, log, replay(ordered, sort=False))
    yield from _check_values(record)
    for place, entry in enumerate(log):
        yield from _check_entry(entry, place)


def _check_names(log: list[Entry], ordered: list[Entry]) -> Iterator[Finding]:
    names = [entry.get("n", "") for entry in log]
    if len(set(names)) < len(names):
        for place, name in enumerate(names):
            if name in names[:place]:
                yield Finding("TKT201", ("log", place, "n"), {"n": name})
    if [one.get("n", "") for one in ordered] != names:
        yield Finding("TKT202", ("log",))


def _check_fold(record: Record, log: list[Entry], story: Story) -> Iterator[Finding]:
    header = {key: value for key, value in record.items() if key not in ("id", "log")}
    folded, _applied, stray = story
    for key in sorted(header.keys() | folded.keys()) if header != folded else ():
        if header.get(key) != folded.get(key):
            yield Finding(
                "TKT203", (key,), {"key": key, "header": header.get(key), "log": folded.get(key)}
            )
    untold = _untold(log, story)
    for place, entry in enumerate(log) if stray else ():
        if id(entry) in untold:
            yield Finding("TKT204", ("log", place), {"n": entry.get("n"), "did": entry.get("did")})
    if folded.get("disputed"):
        yield Finding("TKT205", ("disputed",), {"id": record.get("id")})


def _untold(log: list[Entry], story: Story) -> set[int]:
    """Return the entries without effect, by identity, but other endings: the dispute tells them."""
    rest = rivals(log) if story.header.get("disputed") else []
    return {id(entry) for entry in story.stray} - {id(entry) for entry in rest}


def _check_values(record: Record) -> Iterator[Finding]:
    from svcctl.base import private  # for checks alone

    if record.get("severity") and record.get("kind") != "complaint":
        yield Finding("TKT206", ("severity",), {"kind": record.get("kind")})
    known = record.get("unit") or record.get("place")
    if record.get("status") in ("done", "closed") and record.get("unit_said") and not known:
        yield Finding("TKT207", ("unit_said",), {"said": record["unit_said"]})
    for key in ("subject", "unit_said", "caller", "demand", "place", "contact"):
        for found in private.find(str(record[key])) if key in record else ():
            yield Finding("PRV101", (key,), {"number": found.masked})


def _check_entry(entry: Entry, place: int) -> Iterator[Finding]:
    from svcctl.base import private  # for checks alone

    if "when" in entry and entry["when"] > entry["at"]:
        yield Finding("TKT208", ("log", place, "when"), {"n": entry.get("n")})
    for key in ("note", "why", "redacted_why"):
        for found in private.find(str(entry[key])) if key in entry else ():
            yield Finding("PRV101", ("log", place, key), {"number": found.masked})


def against(record: Record, handbook: Handbook) -> Iterator[Finding]:
    """Yield values that are on none of the handbook's lists, which only ever grow.

    Not by the list of the day of opening: what is handed on later may go to a newer department.
    """
    policy = handbook.policy(date.max)
    yield from unlisted(policy, record, "channel", "department", "category", "cause")
    departments = {choice.key for choice in policy.options("department")}
    if (concerned := record.get("concerned")) and concerned not in departments:
        yield Finding("HBK105", ("concerned",), {"value": concerned, "list": "department"})
    ways = {choice.key for choice in policy.options("channel")}
    for place, entry in enumerate(record.get("log", [])):
        if (via := entry.get("via")) and via not in ways:
            yield Finding("HBK105", ("log", place, "via"), {"value": via, "list": "channel"})


_LINKS = (
    ("unit", "unit"),
    ("resident", "resident"),
    ("assignee", "staff"),
    ("duplicate_of", "ticket"),
    ("incident", "incident"),
)


def links(record: Record) -> Iterator[Link]:
    """Yield the unit, resident, staff and desks that a ticket names."""
    for key, kind in _LINKS:
        if isinstance(name := record.get(key), str):
            yield Link((key,), kind, name)
    if isinstance(line := record.get("line"), str):
        yield Link(("line",), "shift", line.partition("/")[0])
    for place, entry in enumerate(record.get("log", [])):
        if not isinstance(entry, dict):
            continue
        if isinstance(name := entry.get("by"), str) and name != MACHINE:
            yield Link(("log", place, "by"), "staff", name)
        for key in ("person", "second", "redacted_by"):
            if isinstance(name := entry.get(key), str):
                yield Link(("log", place, key), "staff", name)
        if code := desk(entry.get("n")):
            yield Link(("log", place, "n"), "desk", code)


_SHOWN = (
    "kind", "status", "severity", "urgent", "subject", "unit", "unit_said", "place", "resident",
    "caller", "contact", "channel", "department", "assignee", "disputed", "source", "category",
    "validity", "liability", "cause", "incident", "duplicate_of",
)  # fmt: skip


def row(record: Record, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that lists show.

    Args:
        known: The facts of the record.
    """
    shown = {key: record[key] for key in _SHOWN if key in record}
    return shown | {
        "where": where(record),
        "title": record.get("subject", ""),
        "open": record.get("status") in OPEN_STATUSES,
        "person": record.get("assignee"),
        "at": known.get("opened"),
        "done_at": known.get("done"),
        "closed_at": known.get("closed"),
        "ended_at": _ended(known),
        "reopened": max(0, len(known["cycles"]) - 1),
        **_of_callback(record, known),
    }


def _ended(known: Mapping[str, Any]) -> int | None:
    """Return when a tally last counted it as ended, None while it is open."""
    turns = known["turns"]
    return turns[-1][0] if turns and not turns[-1][1] else None


def _of_callback(record: Record, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the list of callbacks shows: how often it was tried, who did the work and what.

    `calls`: the moments and results of the calls.
    """
    if record.get("status") != "done" or not known["cycles"]:
        return {}
    made = known["cycles"][-1].get("calls", [])
    done = [one for one in record.get("log", []) if isinstance(one, dict) and one["did"] == "done"]
    words = " ".join(str(done[-1].get("note", "")).split())[:_SHOWN_WORDS] if done else ""
    last = {"last_call": made[-1][0], "calls": made} if made else {}
    handler = calls.handler(record, known)
    return {"attempts": len(made), "handler": handler, "result": words, **last}


_SHOWN_WORDS = 80


def where(record: Mapping[str, Any]) -> str:
    """Return where a ticket's matter is: the unit, what was said of it, or the place."""
    if record.get("unit"):
        return str(record["unit"])
    if record.get("unit_said"):
        return f"{record['unit_said']}?"
    return str(record.get("place", ""))


def terms(record: Record) -> Iterator[str]:
    """Yield the words by which a ticket is found."""
    for key in ("subject", "caller", "unit_said", "place", "source"):
        if isinstance(text := record.get(key), str):
            yield text


def describe(record: Record) -> str:
    """Return one line about the ticket."""
    parts = (record.get("id", ""), where(record), record.get("subject", ""))
    return " ".join(str(part) for part in parts if part)

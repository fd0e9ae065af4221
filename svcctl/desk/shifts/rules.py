"""What holds for a shift: its header as the fold of its log, its lines, its clocks.

Pure functions over dicts. The fold is in `story`, what happened when in `facts`, what is owed in
`clocks`, the hours in `hours`.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from svcctl.base.case import MACHINE
from svcctl.base.choice import show
from svcctl.base.entry import desk
from svcctl.base.entry import in_order
from svcctl.base.entry import tables_of
from svcctl.base.fields import table
from svcctl.base.fields import tables
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.finding import Finding
from svcctl.base.finding import Where
from svcctl.base.record import Approval
from svcctl.base.record import Link
from svcctl.base.record import Record
from svcctl.desk.shifts.clocks import clocks
from svcctl.desk.shifts.clocks import part_of
from svcctl.desk.shifts.facts import facts
from svcctl.desk.shifts.needs import refuse
from svcctl.desk.shifts.story import Line
from svcctl.desk.shifts.story import fold
from svcctl.desk.shifts.story import people
from svcctl.desk.shifts.story import replay
from svcctl.desk.shifts.story import strays
from svcctl.desk.shifts.words import ACT_CHOICES
from svcctl.desk.shifts.words import DUTY_CHOICES
from svcctl.desk.shifts.words import FIELDS
from svcctl.desk.shifts.words import LINE_CHOICES
from svcctl.desk.shifts.words import REMARK
from svcctl.desk.shifts.words import SHIFT_CHOICES
from svcctl.desk.shifts.words import VALUES

__all__ = [
    "ACTS",
    "DUTIES",
    "FIELDS",
    "STEPS",
    "VALUES",
    "clocks",
    "facts",
    "fold",
    "refuse",
    "strays",
]

ACTS = ACT_CHOICES
DUTIES = DUTY_CHOICES
STEPS = {"convert": "svcctl shift convert {id}", "escalate": "svcctl escalate --all"}
"""What to type for a duty."""


FREE = frozenset(("subject", "unit_said", "place", "caller", "contact"))
"""Fields of free text, which a redaction may blank; no state or clock depends on their words."""


def row(record: Record, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that lists show; `parts` says what each open line is about.

    Args:
        known: The facts of the record.
    """
    left = open_lines(record)
    wheres = {where(line.said) for line in left.values()}
    return {
        "name": text(record, "name"),
        "day": str(record.get("day", "")),
        "status": text(record, "status"),
        "on": texts(record, "on"),
        "standin": text(record, "standin"),
        "lines": len(known["lines"]),
        "todo": len(left),
        "open": record.get("status") != "handed-over",
        "at": known.get("began"),
        "ended": known.get("ended"),
        "ended_at": known.get("accepted"),
        "title": "; ".join(text(line.said, "subject") for line in left.values()),
        "where": wheres.pop() if len(wheres) == 1 else "",
        "parts": {part_of(name): _about(line) for name, line in left.items()},
    }


def matter(row: Mapping[str, Any]) -> str:
    """Return what kind of matter a line is, given the list row or what `parts` says of it."""
    return show(text(row, "kind"), LINE_CHOICES)


def _about(line: Line) -> dict[str, str]:
    said = {"title": text(line.said, "subject"), "where": where(line.said)}
    return said | {"kind": text(line.said, "kind")}


def open_lines(record: Record) -> dict[str, Line]:
    """Return the lines of which something is left to do, by name, in their order."""
    found = replay(record.get("log", [])).lines
    return {
        name: line
        for name, line in found.items()
        if line.closed is None and line.said.get("kind") != REMARK
    }


def ended_by(record: Record) -> str:
    """Return who ended a shift last; empty while nobody has."""
    return replay(record.get("log", [])).ended_by


def comings(record: Record, person: str) -> int:
    """Return how often somebody came to the desk in a shift."""
    told = replay(record.get("log", [])).applied
    return sum(one.get("did") in ("start", "join") and person in people(one) for one in told)


def approvals(record: Record, _handbook: object = None) -> Iterator[Approval]:
    """Yield who accepted a shift, and who had ended it (SHF-12)."""
    ended_by = ""
    for entry in in_order(tables_of(record.get("log", []))):
        did = text(entry, "did")
        if did == "end":
            ended_by = text(entry, "by")
        elif did == "accept" and ended_by:
            yield Approval(text(entry, "n"), ended_by, text(entry, "by"))


def where(said: Mapping[str, Any]) -> str:
    """Return where the matter of a line is: the unit, what was said of it, or the place."""
    unknown = text(said, "unit_said")
    return text(said, "unit") or (f"{unknown}?" if unknown else text(said, "place"))


def terms(record: Record) -> Iterator[str]:
    """Yield the words by which a shift is found: those of its lines."""
    for _place, entry in tables(record, "log"):
        for key in ("subject", "caller", "unit_said", "place"):
            if word := text(table(entry, "line"), key):
                yield word


_LINKS = (("unit", "unit"), ("resident", "resident"))


def links(record: Record) -> Iterator[Link]:
    """Yield the colleagues, units, residents, tickets and desks that a shift names."""
    for key in ("standin", "successor"):
        if name := text(record, key):
            yield Link((key,), "staff", name)
    for place, entry in tables(record, "log"):
        yield from _links_of(place, entry)


def _links_of(place: int, entry: Mapping[str, Any]) -> Iterator[Link]:
    if (name := text(entry, "by")) and name != MACHINE:
        yield Link(("log", place, "by"), "staff", name)
    if name := text(entry, "redacted_by"):
        yield Link(("log", place, "redacted_by"), "staff", name)
    for at, name in enumerate(texts(entry, "who")):
        if name:
            yield Link(("log", place, "who", at), "staff", name)
    if name := text(entry, "ticket"):
        yield Link(("log", place, "ticket"), "ticket", name)
    for key, kind in _LINKS:
        if name := text(table(entry, "line"), key):
            yield Link(("log", place, "line", key), kind, name)
    if code := desk(entry.get("n")):
        yield Link(("log", place, "n"), "desk", code)


def describe(record: Record) -> str:
    """Return one line about the shift."""
    name = show(text(record, "name"), SHIFT_CHOICES)
    parts = (record.get("id", ""), record.get("day", ""), name)
    return " ".join(str(part) for part in (*parts, *texts(record, "on")) if part)


def checks(record: Record) -> Iterator[Finding]:
    """Yield what is wrong inside one shift, beyond what the model says."""
    from svcctl.base import private  # for checks alone
    from svcctl.base.log import findings

    yield from findings(record, fold, strays)
    for place, entry in tables(record, "log"):
        for found in private.find(text(entry, "left")):
            yield Finding("PRV101", ("log", place, "left"), {"number": found.masked})
        for key, value in table(entry, "line").items():
            for found in private.find(value) if isinstance(value, str) else ():
                at: Where = ("log", place, "line", key)
                yield Finding("PRV101", at, {"number": found.masked})

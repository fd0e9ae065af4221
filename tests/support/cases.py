"""Tickets written by hand for tests of clocks, and clocks written as one line each."""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import timedelta
from typing import Any

from svcctl.base.record import Record
from svcctl.desk.tickets import rules
from svcctl.desk.tickets.clocks import owed
from svcctl.desk.tickets.facts import facts
from svcctl.handbook.lookup import Handbook
from tests.support.builders import ZONE
from tests.support.builders import at
from tests.support.handbooks import shipped
from tests.support.reference_clocks import Owed
from tests.support.reference_clocks import reckon

ROLES: list[dict[str, Any]] = [
    {"key": "agent", "superior": "lead"},
    {"key": "lead", "superior": "supervisor"},
    {"key": "supervisor", "superior": "manager"},
    {"key": "manager", "superior": "director"},
    {"key": "director"},
]
ABOVE = {
    "agent": ["lead", "supervisor", "manager", "director"],
    "lead": ["supervisor", "manager", "director"],
    "supervisor": ["manager", "director"],
    "manager": ["director"],
    "director": [],
}
_SAID = {
    "to", "result", "final", "confirmed", "note", "why", "agreed_by", "end", "by", "n", "after",
    "happened",
}  # fmt: skip


def seconds(text: str, year: int = 2026) -> int:
    """Return `11-21 09:12` in epoch seconds; `24:00` is midnight after."""
    if text.endswith(" 24:00"):
        return seconds(text.replace(" 24:00", " 00:00"), year) + 86400
    return int(at(f"{year}-{text}").timestamp())


def act(when: str, did: str, **more: Any) -> dict[str, Any]:
    """Return one act: what its entry says, all else a field that it sets; None clears one.

    Args:
        when: When it was written down; `happened` says so if it had happened before.
    """
    said = {key: value for key, value in more.items() if key in _SAID}
    fields = {key: value for key, value in more.items() if key not in _SAID}
    entry: dict[str, Any] = {"at": at(f"2026-{when}"), "by": "wang.fang", "did": did, **said}
    if happened := entry.pop("happened", None):
        entry["when"] = at(f"2026-{happened}")
    if kept := {key: value for key, value in fields.items() if value is not None}:
        entry["set"] = kept
    if gone := sorted(key for key, value in fields.items() if value is None):
        entry["unset"] = gone
    return entry


def case(*acts: dict[str, Any]) -> Record:
    """Return a ticket with these acts; entries without a name are numbered."""
    log = [{"n": f"{place}A", **one} for place, one in enumerate(acts, 1)]
    assert not rules.strays(log), rules.strays(log)
    return {"id": "T261121-A07", **rules.fold(log), "log": log}


def book(*files: Record) -> Handbook:
    """Return a handbook of these files with the five roles of the line."""
    return Handbook(files, {"role": ROLES}, ZONE, "test")


def found(record: Record, *files: Record) -> list[Owed]:
    """Return what the product says is owed."""
    return [
        Owed(one.duty, one.part, one.start, one.due, one.met, one.void)
        for one in owed(record, facts(record), book(*files))
    ]


def told(duties: list[Owed]) -> list[str]:
    """Return each duty as `reply 11-21 09:12 → 11-22 09:12 met 11-21 10:00`, sorted."""
    return sorted(map(_line, duties))


def _line(one: Owed) -> str:
    name = f"{one.duty}-{one.part}" if one.part else one.duty
    line = f"{name} {_show(one.start)} → {_show(one.due, end=True)}"
    if one.met is not None:
        line += f" met {_show(one.met)}"
    return f"{line} {one.void}" if one.void else line


def _show(epoch: int | None, *, end: bool = False) -> str:
    if epoch is None:
        return "-"
    moment = datetime.fromtimestamp(epoch, ZONE)
    if end and f"{moment:%H:%M:%S}" == "00:00:00":
        return f"{moment - timedelta(days=1):%m-%d} 24:00"
    shown = f"{moment:%m-%d %H:%M:%S}".removesuffix(":00")
    return shown if moment.year == 2026 else f"{moment.year}-{shown}"


def day(text: str) -> date:
    """Return `11-21` as a day of 2026."""
    return date.fromisoformat(f"2026-{text}")


def check(record: Record, *expected: str, files: tuple[Record, ...] = ()) -> None:
    """Assert that both accounts of a ticket say this of the duties that are named."""
    files = files or (shipped(),)
    duties = {line.split(maxsplit=1)[0].partition("-")[0] for line in expected}
    for made in (found(record, *files), reckon(record["log"], list(files), ABOVE, ZONE)):
        lines = [one for one in told(made) if one.split()[0].partition("-")[0] in duties]
        assert lines == sorted(one for one in expected if " " in one)


def complaint(when: str, severity: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the intake of a complaint."""
    more |= {"severity": severity} if severity else {}
    return act(when, "open", kind="complaint", subject="x", **more)


def repair(when: str, **more: Any) -> dict[str, Any]:
    """Return the intake of a repair."""
    return act(when, "open", kind="repair", subject="x", **more)


def visit(when: str, begins: str, ends: str | None = None) -> dict[str, Any]:
    """Return an appointment."""
    until = {"appointment_end": at(f"2026-{ends}")} if ends else {}
    return act(when, "appoint", appointment=at(f"2026-{begins}"), **until)


def done(when: str, **more: Any) -> dict[str, Any]:
    """Return that the work was done."""
    return act(when, "done", note="好", **more)

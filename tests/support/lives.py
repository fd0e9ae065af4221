"""Random lives of tickets: whatever people do with one, as far as it is legal."""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from svcctl.base.errors import RefusedError
from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.desk.tickets import actions
from svcctl.desk.tickets.lifecycle import ACTIONS
from tests.support.builders import at
from tests.support.handbooks import limit
from tests.support.handbooks import policy
from tests.support.handbooks import shipped

NAME = "T261121-A07"
KINDS = ("complaint", "complaint", "repair", "repair", "suggestion", "inquiry", "service")
SEVERITIES = ("major", "important", "minor")
OUTCOMES = ("satisfied", "fair", "unsatisfied", "unreachable", "unreachable", "refused")
ROLES = ("lead", "supervisor", "manager", "director")
DUTIES = (
    "contact", "forward", "reply", "answer", "report", "appoint", "done", "watertest", "tell",
    "sign", "callback", "confirm", "complete", "resume",
)  # fmt: skip
ACTS = sorted(step for step in ACTIONS if step != "open" and "/" not in step)
# What a life is mostly made of, so that it gets far.
_WORK = ("assign", "answer", "done", "done", "done", "appoint", "appoint", "wait", "classify",
         "report", "forward", "extend", "edit", "cancel", "judge", "wait")  # fmt: skip
_AFTER = ("tell", "callback", "callback", "callback", "watertest", "watertest", "sign", "close",
          "reopen")  # fmt: skip
USUAL = {
    "registered": _WORK,
    "assigned": _WORK,
    "in-progress": (*_WORK, "missed", "missed"),
    "done": _AFTER,
    "closed": ("reopen", "sign"),
    "cancelled": ("reopen",),
    "duplicate": ("reopen",),
}


@st.composite
def lives(draw: st.DrawFn, *, late: bool = True, grid: int = 1) -> Record:
    """Draw a ticket with a life of legal acts.

    Args:
        late: Whether things may be written down later than they happened.
        grid: All moments are multiples of so many minutes.
    """
    now = at("2026-04-20 00:00") + timedelta(
        minutes=grid * draw(st.integers(0, 300 * 1440 // grid))
    )
    behind = timedelta(minutes=grid * draw(st.integers(0, 600 // grid)) if late else 0)
    deed = Deed(by="wang.fang", at=now + behind, when=now, desk="A")
    record = actions.register(NAME, deed, _opening(draw, now))
    return _lived_on(draw, record, now + behind, late=late, grid=grid)


@st.composite
def lived_on(draw: st.DrawFn, record: Record, desk: str) -> Record:
    """Draw what becomes of a ticket at one desk."""
    last = max(one["at"] for one in record["log"])
    return _lived_on(draw, record, last, desk=desk, most=5)


def _lived_on(
    draw: st.DrawFn,
    record: Record,
    now: datetime,
    *,
    late: bool = True,
    grid: int = 1,
    desk: str = "A",
    most: int = 14,
) -> Record:
    for _count in range(draw(st.integers(0, most))):
        usual = USUAL[record["status"]]
        did = draw(st.sampled_from([*usual, *usual, *usual, *ACTS]))
        now += timedelta(minutes=grid * draw(_gaps(grid)))
        behind = timedelta(minutes=grid * draw(st.integers(0, 900 // grid)) if late else 0)
        by = draw(st.sampled_from(["wang.fang", "li.na"]))
        deed = Deed(by=by, at=now, when=now - behind, desk=desk)
        fields, said = _details(draw, did, now, grid)
        try:
            record = actions.act(record, deed, did, fields, **said)
        except RefusedError:
            continue
    return record


def _gaps(grid: int) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(0, 240 // grid), st.integers(0, 4000 // grid))


def _opening(draw: st.DrawFn, now: datetime) -> dict[str, Any]:
    fields: dict[str, Any] = {"kind": draw(st.sampled_from(KINDS)), "subject": "x"}
    if fields["kind"] == "complaint":
        fields["severity"] = draw(st.sampled_from([None, *SEVERITIES]))
    if fields["kind"] == "repair":
        fields["category"] = draw(st.sampled_from([None, "leak", "leak", "safety"]))
    if draw(st.booleans()):
        fields["urgent"] = True
    if draw(st.booleans()):
        fields["wanted"] = now.date() + timedelta(days=draw(st.integers(0, 12)))
    fields |= draw(st.sampled_from([{"unit_said": "后门"}, {"unit": "3-2-1501"}, {}]))
    if draw(st.integers(0, 9)) == 0:
        fields["source"] = "2019-7"
    if draw(st.integers(0, 9)) == 0:
        fields["incident"] = "I261121-A01"
    return fields


def _details(
    draw: st.DrawFn, did: str, now: datetime, grid: int
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return what an act sets and what its entry says."""
    later = now + timedelta(minutes=grid * draw(st.integers(0, 4000 // grid)))
    day = now.date() + timedelta(days=draw(st.integers(0, 9)))
    severity = draw(st.sampled_from(SEVERITIES))
    every: dict[str, dict[str, Any]] = {
        "assign": draw(st.sampled_from([{"department": "repair"}, {"department": "security"},
                                        {"assignee": "li.na"}])),
        "appoint": {"appointment": later} | draw(st.sampled_from(
            [{}, {"appointment_end": later + timedelta(hours=2)}])),
        "wait": {"waiting": draw(st.sampled_from(["parts", "resident"])), "waiting_until": day},
        "extend": {"agreed": day},
        "classify": {"severity": severity},
        "judge": {"validity": draw(st.sampled_from(["valid", "invalid"]))},
        "charge": {"fee": "20.00"},
        "duplicate": {"duplicate_of": "T261120-A01"},
        "edit": draw(st.sampled_from([
            {"kind": "complaint"}, {"kind": "repair"}, {"category": "leak"}, {"category": None},
            {"unit": "3-2-1502"}, {"severity": severity}, {"urgent": True}, {"wanted": day},
            {"incident": "I261121-A01"}, {"incident": None},
        ])),
    }  # fmt: skip
    said: dict[str, Any] = {"note": "x", "why": "y"}
    if did == "answer":
        said["final"] = draw(st.booleans())
    if did == "extend":
        said["agreed_by"] = "陈先生"
    if did == "classify":
        said["confirmed"] = draw(st.booleans())
    if did in {"forward", "escalate"}:
        said["to"] = draw(st.sampled_from(ROLES))
    if did == "watertest":
        said["result"] = draw(st.sampled_from(["passed", "passed", "failed"]))
    if did == "callback":
        said["result"] = draw(st.sampled_from(OUTCOMES))
    if did == "close":
        said["result"] = draw(st.sampled_from(["", "", "answered", "invalid"]))
    if did == "attach":
        said |= {"file": "a.jpg", "sha256": "0" * 64}
    return every.get(did, {}), said


@st.composite
def handbooks(draw: st.DrawFn) -> list[Record]:
    """Draw the files of a handbook: the shipped one, and one or two that change it later."""
    files = [shipped() | draw(_settings())]
    days = st.dates(date(2026, 4, 1), date(2027, 3, 1)).map(str)
    for day in draw(st.lists(days, max_size=2, unique=True)):
        rows = draw(st.lists(_rows(), max_size=6, unique_by=_key))
        files.append(policy(day, *rows, **draw(_settings())))
    return files


@st.composite
def _settings(draw: st.DrawFn) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if draw(st.booleans()):
        reasons = draw(st.sampled_from([["parts", "resident"], ["parts"], []]))
        more["time"] = {"waiting_pauses": reasons}
    if draw(st.booleans()):
        more["callback"] = {"attempts": draw(st.integers(1, 4))}
    return more


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(key, "") for key in ("duty", "kind", "severity", "category"))


@st.composite
def _rows(draw: st.DrawFn) -> dict[str, Any]:
    duty = draw(st.sampled_from(DUTIES))
    within = draw(st.sampled_from(["off", "shift", "agreed", "0d", "1d", "3d", "30m", "5h", "24h"]))
    if duty == "resume" and within != "off":
        within = "0d"
    kind = draw(st.sampled_from(["*", "complaint", "repair"]))
    severity = draw(st.sampled_from(["", "major", "minor"])) if kind == "complaint" else ""
    row = limit(duty, within, kind, severity)
    if kind == "repair" and draw(st.booleans()):
        row["category"] = "leak"
    if duty == "done" and draw(st.booleans()):
        row["agreed"] = True
    if duty == "forward" and draw(st.booleans()):
        row["to"] = "supervisor"
    return row

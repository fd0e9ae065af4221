"""A large book for timing: many tickets over most of a year, made by the commands' own actions.

Most go their way in time; those of the last days are open, and a few were forgotten and are late.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from collections.abc import Iterator
from datetime import date
from datetime import datetime
from datetime import timedelta
from pathlib import Path
from typing import Any
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floors import DAYS
from floors import FIRST
from floors import LAST

from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.book.guard import canonical_bytes
from svcctl.book.layout import path_of
from svcctl.desk.tickets import actions
from svcctl.kinds import KINDS
from svcctl.upkeep.founding import found
from svcctl.upkeep.founding import handbook_files

ZONE = ZoneInfo("Asia/Shanghai")
LAST_MOMENT = datetime(LAST.year, LAST.month, LAST.day, 18, tzinfo=ZONE)
"""The moment at which the book is looked at; what would come later has not happened yet."""
_SUBJECTS = (
    "厨房下水管漏水",
    "电梯异响",
    "楼道灯不亮",
    "楼上夜间噪音",
    "门禁卡失灵",
    "垃圾清运不及时",
)
_FORGOTTEN = 0.03
_KINDS = ("repair", "repair", "repair", "complaint", "complaint", "inquiry", "suggestion")


def build(root: Path, tickets: int) -> None:
    """Make a book of many tickets at `root`, in the way of a bulk load: nothing is synced."""
    found(root, "大型小区", "Asia/Shanghai", "zh")
    set_commit(root, "manual")
    _put(root, "staff", {"id": "wang.fang", "name": "王芳", "role": [{"role": "supervisor"}]})
    rng = random.Random(7)  # noqa: S311 - the same book each time, nothing secret
    units = [
        f"{b}-{e}-{f}0{d}"
        for b in range(1, 21)
        for e in (1, 2)
        for f in range(1, 19)
        for d in (1, 2)
    ]
    for unit in units:
        building, entrance, room = unit.split("-")
        _put(
            root,
            "unit",
            {"id": unit, "kind": "home", "building": building, "entrance": entrance, "room": room},
        )
    for number in range(tickets):
        _put(root, "ticket", _ticket(rng, number, tickets, units))


def set_commit(root: Path, who: str) -> None:
    """Let svcctl commit what its commands write (`auto`), or nobody (`manual`)."""
    for path, data in handbook_files(date(LAST.year, 1, 1), commit=who).items():
        (root / path).write_bytes(data)


def _ticket(rng: random.Random, number: int, tickets: int, units: list[str]) -> Record:
    day = FIRST + timedelta(days=number * DAYS // tickets)
    in_day = number - -(-(number * DAYS // tickets) * tickets // DAYS)
    opened = datetime(day.year, day.month, day.day, 8, 30, tzinfo=ZONE) + timedelta(
        minutes=rng.randrange(540)
    )
    kind = rng.choice(_KINDS)
    severity = rng.choice(("major", "important", "minor")) if kind == "complaint" else None
    ticket = actions.register(
        f"T{day:%y%m%d}-A{in_day + 1:02d}",
        _deed(opened),
        {
            "kind": kind,
            "severity": severity,
            "subject": rng.choice(_SUBJECTS),
            "unit": rng.choice(units),
            "channel": "phone",
        },
    )
    steps = list(_STEPS[kind](opened, severity))
    # A few are forgotten: before the work is done, or before anybody calls back.
    left_out = rng.choice(("done", "callback")) if rng.random() < _FORGOTTEN else ""
    for step in steps:
        moment = opened + timedelta(minutes=step.after)
        if moment > LAST_MOMENT or step.did == left_out:
            break
        ticket = actions.act(ticket, _deed(moment), step.did, step.fields, **step.said)
    return ticket


class _Step(NamedTuple):
    """One act so many minutes after the intake: what it sets and what it says."""

    after: int
    did: str
    fields: dict[str, Any]
    said: dict[str, Any]


def _complaint(opened: datetime, severity: str | None) -> Iterator[_Step]:
    del opened
    above = {"major": "director", "important": "supervisor"}.get(severity or "")
    yield _Step(20, "contact", {}, {"via": "phone"})
    if above:
        yield _Step(30, "forward", {}, {"to": above})
    yield _Step(40, "assign", {"department": "security"}, {})
    yield _Step(60, "classify", {"severity": severity}, {"confirmed": True})
    yield _Step(180, "answer", {}, {"note": "正在核实", "final": severity == "major"})
    yield _Step(1200, "report", {}, {"note": "已处理"})
    yield _Step(1300, "done", {}, {"note": "已处理,住户认可"})
    yield from _ending(1310)


def _repair(opened: datetime, _severity: str | None) -> Iterator[_Step]:
    begins = opened + timedelta(hours=4)
    agreed = {"appointment": begins, "appointment_end": begins + timedelta(hours=2)}
    yield _Step(10, "contact", {}, {"via": "phone"})
    yield _Step(15, "assign", {"department": "repair"}, {})
    yield _Step(20, "appoint", agreed, {})
    yield _Step(300, "done", {}, {"note": "已修复"})
    yield _Step(305, "sign", {}, {})
    yield from _ending(310)


def _suggestion(_opened: datetime, _severity: str | None) -> Iterator[_Step]:
    yield _Step(120, "answer", {}, {"note": "已记录"})
    yield _Step(1300, "done", {}, {"note": "已采纳"})
    yield from _ending(1310)


def _inquiry(_opened: datetime, _severity: str | None) -> Iterator[_Step]:
    yield _Step(10, "answer", {}, {"note": "已答复"})
    yield _Step(12, "close", {}, {"result": "answered"})


def _ending(after: int) -> Iterator[_Step]:
    yield _Step(after, "tell", {}, {})
    yield _Step(after + 1440, "callback", {}, {"result": "satisfied", "via": "phone"})
    yield _Step(after + 1450, "close", {}, {})


_STEPS: dict[str, Callable[[datetime, str | None], Iterator[_Step]]] = {
    "complaint": _complaint,
    "repair": _repair,
    "suggestion": _suggestion,
    "inquiry": _inquiry,
}


def _deed(moment: datetime) -> Deed:
    return Deed("wang.fang", moment, moment, "A")


def _put(root: Path, kind: str, record: Record) -> None:
    path = path_of(KINDS[kind], record["id"])
    assert path is not None
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(canonical_bytes(KINDS[kind], path, record, None))


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]))

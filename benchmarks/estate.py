"""A large book for timing: many tickets over most of a year, made by the commands' own actions."""

from __future__ import annotations

import random
import sys
from datetime import datetime
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from floors import DAYS
from floors import FIRST

from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.book.guard import canonical_bytes
from svcctl.book.layout import path_of
from svcctl.desk.tickets import actions
from svcctl.kinds import KINDS
from svcctl.upkeep.founding import found

ZONE = ZoneInfo("Asia/Shanghai")
_SUBJECTS = (
    "厨房下水管漏水",
    "电梯异响",
    "楼道灯不亮",
    "楼上夜间噪音",
    "门禁卡失灵",
    "垃圾清运不及时",
)
_KINDS = ("repair", "repair", "repair", "complaint", "complaint", "inquiry", "suggestion")


def build(root: Path, tickets: int) -> None:
    """Make a book of many tickets at `root`, in the way of a bulk load: nothing is synced."""
    found(root, "大型小区", "Asia/Shanghai", "zh")
    _put(root, "staff", {"id": "wang.fang", "name": "王芳"})
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


def _ticket(rng: random.Random, number: int, tickets: int, units: list[str]) -> Record:
    day = FIRST + timedelta(days=number * DAYS // tickets)
    in_day = number - -(-(number * DAYS // tickets) * tickets // DAYS)
    opened = datetime(day.year, day.month, day.day, 8, 0, tzinfo=ZONE) + timedelta(
        minutes=rng.randrange(600)
    )
    kind = rng.choice(_KINDS)
    ticket = actions.register(
        f"T{day:%y%m%d}-A{in_day + 1:02d}",
        _deed(opened),
        {
            "kind": kind,
            "severity": rng.choice(("major", "important", "minor"))
            if kind == "complaint"
            else None,
            "subject": rng.choice(_SUBJECTS),
            "unit": rng.choice(units),
            "channel": "phone",
        },
    )
    steps = [("assign", {"department": "repair"}, {}), ("answer", {}, {"note": "已安排师傅上门"})]
    if number < tickets * 0.96 and rng.random() < 0.97:
        steps += [("done", {}, {"note": "已修复,住户确认"}), ("tell", {}, {}), ("close", {}, {})]
    for turn, (did, fields, said) in enumerate(steps, 1):
        ticket = actions.act(ticket, _deed(opened + timedelta(hours=2 * turn)), did, fields, **said)
    return ticket


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

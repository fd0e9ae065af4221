"""The one incident of the sample: a building without water, and what came of the reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from random import Random
from typing import Any

from svcctl.base.ids import DatedId
from svcctl.base.record import Record
from svcctl.desk.tickets.incidents import actions
from svcctl.sample.intakes import Intake
from svcctl.sample.life import Life
from svcctl.sample.life import Turn
from svcctl.sample.staff import Rota
from svcctl.sample.world import ZONE
from svcctl.sample.world import World
from svcctl.sample.world import deed

_DESK = "B"
_OPENED = time(17, 6)
"""When the second report made it plain; a minute before anybody would agree on a visit."""

_NOTED = time(17, 16)
_MENDED = time(10, 40)
_CAUSE = "wear"
_SUBJECT = "{building} 栋停水"
_NOTE = "主管接口漏水，已关 {building} 栋总阀，维修部连夜备件。"
_RESULT = "换好主管接口，10:40 恢复供水。"
_TOLD = "已告知恢复供水，请先放水片刻。"


def fields(one: Intake) -> dict[str, Any]:
    """Return what a report says of the incident at its intake: nothing while there is none yet."""
    day = one.at.date()
    return {"incident": _name(day)} if one.at > _moment(day, _OPENED) else {}


def begin(life: Life) -> None:
    """Lay down what happens to a report: it is put to the incident, and done and told with it."""
    day = life.one.at.date()
    if "incident" not in life.record:
        life.plan["free", "join"] = Turn(_moment(day, _OPENED), _join)
    mended = _moment(day + timedelta(days=1), _MENDED)
    life.plan["free", "done"] = Turn(mended, _done)


def _join(life: Life) -> None:
    life.act("edit", {"incident": _name(life.one.at.date())}, desk=_DESK)


def _done(life: Life) -> None:
    life.act("done", {"cause": _CAUSE}, note=_RESULT)
    life.plan["free", "tell"] = Turn(life.now + timedelta(minutes=12), _tell)


def _tell(life: Life) -> None:
    life.act("tell", via="wechat", note=_TOLD)


def make(world: World, rng: Random) -> Iterator[tuple[str, Record]]:
    """Yield the incident that the tickets name, if any does."""
    del rng
    reports = [one for one in world.records("ticket") if "incident" in one]
    if not reports:
        return
    first, rota = reports[0], Rota(world)
    day, building = first["log"][0]["at"].date(), first["unit"].partition("-")[0]

    def at(when: datetime) -> Any:
        return deed(rota.agent(_DESK, when), when, _DESK)

    said = {"subject": _SUBJECT.format(building=building), "category": "water"}
    record = actions.begin(_name(day), at(_moment(day, _OPENED)), {**said, "buildings": [building]})
    record = actions.act(
        record, at(_moment(day, _NOTED)), "note", note=_NOTE.format(building=building)
    )
    mended = _moment(day + timedelta(days=1), _MENDED)
    yield "incident", actions.act(record, at(mended), "done", {"cause": _CAUSE}, note=_RESULT)


def _name(day: date) -> str:
    return str(DatedId("I", day, _DESK, 1))


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZONE)

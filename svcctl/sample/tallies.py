"""The tallies on file: the days of the last week, and the weeks and months that are over."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from datetime import datetime
from datetime import time
from datetime import timedelta
from random import Random
from typing import Any
from typing import NamedTuple

from svcctl.base.case import as_of
from svcctl.base.case import happened
from svcctl.base.record import Record
from svcctl.desk.tallies import actions
from svcctl.desk.tallies import counting
from svcctl.desk.tickets import rules
from svcctl.desk.tickets.facts import facts
from svcctl.handbook import periods
from svcctl.handbook.periods import Period
from svcctl.sample.staff import Rota
from svcctl.sample.world import ZONE
from svcctl.sample.world import World
from svcctl.sample.world import deed

_DESK = "A"
_DAYS = 7
_FILED = time(8, 10)
"""When those who had the night file what the day before brought to an end."""

_ONE = timedelta(days=1)


class _Ticket(NamedTuple):
    """A ticket with what tallies ask of it.

    Attributes:
        turns: The fact of this name.
        late: When each entry happened and was written down that was not written at once.
    """

    record: Record
    turns: Any
    late: list[tuple[datetime, datetime]]


def make(world: World, rng: Random) -> Iterator[tuple[str, Record]]:
    """Yield each tally as it was filed: without what was written down later."""
    del rng
    rota = Rota(world)
    tickets = [_ticket(one) for one in world.records("ticket")]
    for period in _periods(world):
        at = datetime.combine(period.last + _ONE, _FILED, ZONE)
        areas = world.handbook.policy(period.last).areas()
        found = [_seen(one, period, at, areas) for one in tickets]
        done = deed(rota.agent(_DESK, at), at, _DESK)
        counted = [one for one in found if one is not None]
        yield "tally", actions.file(period, counted, done, ZONE)


def _periods(world: World) -> Iterator[Period]:
    """Yield the days of the last week, then every week and month that lies within the sample."""
    for back in range(min(_DAYS, (world.last - world.first).days), 0, -1):
        yield periods.day(world.last - back * _ONE, world.handbook)
    for sort in (periods.week, periods.month):
        one = sort(world.first, world.handbook)
        while one.last < world.last:
            if one.first >= world.first:
                yield one
            one = sort(one.last + _ONE, world.handbook)


def _ticket(record: Record) -> _Ticket:
    late = [(happened(one), one["at"]) for one in record["log"] if happened(one) != one["at"]]
    return _Ticket(record, facts(record)["turns"], late)


def _seen(
    one: _Ticket, period: Period, at: datetime, areas: list[Mapping[str, Any]]
) -> counting.Seen | None:
    start, end = period.start(ZONE), period.end(ZONE)
    record: Record | None = one.record
    turns = one.turns
    if any(when < end and written > at for when, written in one.late):
        record = as_of(one.record, at, rules)
        turns = facts(record)["turns"] if record else ()
    if not turns or record is None:
        return None
    span = int(start.timestamp()), int(end.timestamp())
    area = counting.area_of(record.get("unit"), record.get("place"), areas)
    return counting.seen(record["id"], turns, span, area, _department(record, at))


def _department(record: Record, at: datetime) -> str:
    """Return the department that a ticket was with."""
    then = [one.get("set", {}) for one in record["log"] if one["at"] <= at]
    said = [changes["department"] for changes in then if "department" in changes]
    return str(said[-1]) if said else ""

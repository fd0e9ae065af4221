"""The roster of the last weeks and the one to come: who is on by day, at midday and at night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from datetime import timedelta
from random import Random

from svcctl.base.record import Record
from svcctl.handbook.roster.rules import WEEKDAYS
from svcctl.sample.staff import FRONT
from svcctl.sample.staff import SECOND
from svcctl.sample.staff import Rota
from svcctl.sample.world import World

STANDIN = "deng.gang"
_MIDDAY = {FRONT[0]: ("mon", "wed", "fri", "sun"), FRONT[1]: ("tue", "thu", "sat")}
_DAY = timedelta(days=1)


def make(world: World, rng: Random) -> Iterator[tuple[str, Record]]:
    """Yield the roster: from Monday of the week before the last day to Sunday of that after it."""
    del rng
    rota = Rota(world)
    this = world.last - world.last.weekday() * _DAY
    first = this - 7 * _DAY
    yield "roster", {"row": [*_days(first), *_nights(rota, first, world.last)]}


def midday(day: date) -> str:
    """Return who is on at midday."""
    return next(who for who, days in _MIDDAY.items() if WEEKDAYS[day.weekday()] in days)


def _days(first: date) -> Iterator[Record]:
    yield {"shift": "day", "since": first, "staff": [*FRONT], "standin": STANDIN, "note": "前台"}
    yield {"shift": "day", "since": first, "staff": [*SECOND], "note": "二期服务点"}
    for who, days in _MIDDAY.items():
        yield {"shift": "midday", "weekdays": [*days], "since": first, "staff": [who]}


def _nights(rota: Rota, first: date, last: date) -> Iterator[Record]:
    """Yield the nights of three weeks, and who stood in for the last one if somebody did."""
    for monday in (first, first + 7 * _DAY, first + 14 * _DAY):
        week = [monday + count * _DAY for count in range(7)]
        for who in dict.fromkeys(map(rota.night_by_turn, week)):
            days = [WEEKDAYS[one.weekday()] for one in week if rota.night_by_turn(one) == who]
            span = {"since": week[0], "until": week[-1]}
            yield {"shift": "night", "weekdays": days, **span, "staff": [who]}
    night = last - _DAY
    if rota.night(night) != rota.night_by_turn(night):
        row = {"shift": "night", "since": night, "until": night, "instead": True}
        yield row | {"staff": [rota.night(night)], "note": "换班"}

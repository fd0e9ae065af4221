"""The shifts of the last days at the front desk: work log, night record, handover.

The last night is ended and not accepted: whoever begins the day has that to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from datetime import datetime
from datetime import timedelta
from random import Random
from typing import Any

from svcctl.base.ids import DatedId
from svcctl.base.record import Record
from svcctl.desk.shifts import actions
from svcctl.desk.shifts import hours
from svcctl.desk.shifts.words import REMARK
from svcctl.sample import words
from svcctl.sample.roster import STANDIN
from svcctl.sample.roster import midday
from svcctl.sample.staff import FRONT
from svcctl.sample.staff import Rota
from svcctl.sample.world import ZONE
from svcctl.sample.world import World
from svcctl.sample.world import deed
from svcctl.sample.world import moment
from svcctl.sample.world import one_in

_DESK = "A"
_DAYS = 7
_NUMBERS = {"day": 1, "midday": 2, "night": 3}
_LINE = "2A"
_SAID = ("kind", "subject", "unit", "resident", "caller", "contact", "channel")
_MINUTE = timedelta(minutes=1)


def make(world: World, rng: Random) -> Iterator[tuple[str, Record]]:
    """Yield day, midday and night of the last seven days; each was accepted but the last."""
    week = _Week(world, rng)
    for back in range(_DAYS, 0, -1):
        day = world.last - timedelta(days=back)
        if day >= world.first:
            for shift in (week.day, week.midday, week.night):
                yield "shift", shift(day)


def line_of(day: date) -> str:
    """Return the line of a night that becomes a ticket, as the ticket names it."""
    return f"{_name('night', day)}/{_LINE}"


def _name(shift: str, day: date) -> str:
    return str(DatedId("S", day, _DESK, _NUMBERS[shift]))


class _Week:
    """The shifts of the front desk, one after the other."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world = world
        self.rng = rng
        self.rota = Rota(world)
        self.tickets = {one["line"]: one for one in world.records("ticket") if "line" in one}

    def day(self, day: date) -> Record:
        """Return a day shift: two are there, and who has not the night hands over to it."""
        first, night = self.rota.opener(day), self.rota.night(day)
        other = next(one for one in FRONT if one != first)
        record, began = self._start("day", day, first, STANDIN)
        record = actions.join(record, deed(other, self._after(began), _DESK))
        for hour, line in zip((10, 15), self._lines("day", 2), strict=False):
            record = self._line(record, self._at(day, hour), first, line)
        ender = next(one for one in (other, first) if one != night)
        return self._over(record, ender, night)

    def midday(self, day: date) -> Record:
        """Return a midday duty: one stays while the other eats."""
        who = midday(day)
        record, _began = self._start("midday", day, who)
        for line in self._lines("midday", self.rng.randint(0, 1)):
            record = self._line(record, self._at(day, 12, 40), who, line)
        return self._over(record, who, next(one for one in FRONT if one != who))

    def night(self, day: date) -> Record:
        """Return a night: rounds, what was done about it, and the line that became a ticket."""
        who, then = self.rota.night(day), day + timedelta(days=1)
        record, _began = self._start("night", day, who)
        if ticket := self.tickets.get(line_of(day)):
            record = self._converted(record, ticket)
        elif then == self.world.last or one_in(self.rng, 60):
            (line,) = self._lines("night", 1)
            record = self._line(record, self._at(day, 21), who, line)
        # The log is written in the order of time: these are after the line that became a ticket.
        for at in (self._at(then, 0, 30), self._at(then, 4)):
            patrol = words.Line("night", REMARK, self.rng.choice(words.lists("patrols")))
            record = self._line(record, at, who, patrol)
        return self._over(record, who, self.rota.opener(then))

    # -- from beginning to end -------------------------------------------------------------------

    def _start(
        self, shift: str, day: date, who: str, standin: str | None = None
    ) -> tuple[Record, datetime]:
        began = self._span(shift, day).start - self.rng.randint(13, 15) * _MINUTE
        done = deed(who, began, _DESK)
        return actions.start(_name(shift, day), done, shift, day, standin), began

    def _over(self, record: Record, who: str, successor: str) -> Record:
        """Return a shift at its end, accepted unless it is the last night."""
        end = self._span(record["name"], record["day"]).end
        last = end >= self.world.now
        at = end + (-3 if last else self.rng.randint(1, 6)) * _MINUTE
        named = successor if last else None
        done = deed(who, at, _DESK)
        record = actions.end(record, done, self._said(at), relieved=not last, successor=named)
        return record if last else actions.accept(record, deed(successor, self._after(at), _DESK))

    def _said(self, at: datetime) -> dict[str, Any]:
        tools = self.world.handbook.policy(at.date()).setting("shift", "tools") or []
        said: dict[str, Any] = {"tools": [*tools]}
        for key, name in (("left", "left"), ("note", "cautions")):
            if one_in(self.rng, 35):
                said[key] = self.rng.choice(words.lists(name))
        return said

    # -- lines -----------------------------------------------------------------------------------

    def _lines(self, shift: str, count: int) -> list[words.Line]:
        return self.rng.sample(words.log_lines(shift), count)

    def _line(self, record: Record, at: datetime, who: str, one: words.Line) -> Record:
        said = {"kind": one.kind, "subject": one.subject, "place": one.place}
        said = {key: value for key, value in said.items() if value}
        record = actions.line(record, deed(who, at, _DESK), said)
        if not one.result:
            return record
        done = deed(who, at + self.rng.randint(4, 25) * _MINUTE, _DESK)
        return actions.done(record, done, str(record["log"][-1]["n"]), one.result)

    def _converted(self, record: Record, ticket: Record) -> Record:
        """Return a night with the line that a ticket was made of, and when that was made."""
        first = ticket["log"][0]
        said = {key: first["set"][key] for key in _SAID if key in first["set"]}
        came = deed(first["by"], first["when"], _DESK)
        record = actions.line(record, came, said, first.get("note", ""))
        made = deed(first["by"], first["at"], _DESK)
        return actions.convert(record, made, str(record["log"][-1]["n"]), ticket["id"])

    # -- time ------------------------------------------------------------------------------------

    def _span(self, shift: str, day: date) -> Any:
        return hours.span(self.world.handbook.policy(day).timetable, shift, day, ZONE)

    def _at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return moment(day, hour, minute) + self.rng.randint(0, 29) * _MINUTE

    def _after(self, at: datetime) -> datetime:
        return at + self.rng.randint(1, 3) * _MINUTE

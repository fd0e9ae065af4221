"""How a ticket goes on: a small scheduler that knows from the clocks what falls due next.

Nothing is late by chance. Everything that is owed is planned to be done in time, and the ticket
lives from one planned turn to the next until the sample ends; only a fault that was planted plans
a duty for after its limit, or never, and leaves a label that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from datetime import datetime
from datetime import time
from datetime import timedelta
from random import Random
from typing import Any
from typing import NamedTuple

from svcctl.base.choice import Choice
from svcctl.base.clock import show_moment
from svcctl.base.record import Record
from svcctl.desk.tickets import actions
from svcctl.desk.tickets import ladder
from svcctl.desk.tickets.clocks import owed
from svcctl.desk.tickets.facts import facts
from svcctl.desk.tickets.lifecycle import after
from svcctl.desk.tickets.needs import Bounds
from svcctl.desk.tickets.words import DUTY_CHOICES
from svcctl.duty.raising import Raised
from svcctl.duty.raising import raise_due
from svcctl.kinds import KINDS
from svcctl.kinds import Clock
from svcctl.sample import words
from svcctl.sample.intakes import Intake
from svcctl.sample.staff import Rota
from svcctl.sample.world import HANDOVER
from svcctl.sample.world import ZONE
from svcctl.sample.world import Label
from svcctl.sample.world import Told
from svcctl.sample.world import World
from svcctl.sample.world import clock_time
from svcctl.sample.world import deed
from svcctl.sample.world import one_in

NEVER = datetime(9999, 1, 1, tzinfo=ZONE)
_QUIET = 22
_MINUTE = timedelta(minutes=1)
_MOST_TURNS = 300
"""More than any ticket has: a turn that does not do what it was planned for would come for ever."""

Key = tuple[str, ...]


class Turn(NamedTuple):
    """Something planned: when it happens, and what."""

    when: datetime
    act: Callable[[Life], None]


Planner = Callable[["Life", Clock], Turn]
Follower = Callable[["Life"], None]


class Life:
    """A ticket as it lives.

    Attributes:
        now: The moment up to which everything has happened.
        written: When its last entry was written down.
        plan: What will happen, by what it is for.
        marks: What chance laid down for it: `missed`, `parts`, `reopen` ….
        calls: How its callback will go, call by call.
        lost: Whether nobody ever looks at it again.
    """

    def __init__(self, record: Record, one: Intake, world: World, rota: Rota, rng: Random) -> None:
        self.record = record
        self.one = one
        self.matter = one.matter
        self.world = world
        self.rota = rota
        self.rng = rng
        self.now = one.when
        self.written = one.at
        self.end = world.now
        self.fault = one.fault
        self.plan: dict[Key, Turn] = {}
        self.marks: set[str] = set()
        self.calls: list[str] = []
        self.lost = False
        self.known: dict[str, Any] = {}
        self.clocks: list[Clock] = []

    # -- living ---------------------------------------------------------------------------------

    def live(self, plan_duty: Planner, follow: Follower) -> None:
        """Take one turn after the other until the sample ends or nothing is left to do."""
        for _count in range(_MOST_TURNS):
            self.look()
            self._plan_duties(plan_duty)
            follow(self)
            if not self.plan:
                return
            key = min(self.plan, key=lambda one: (self.plan[one].when, one))
            turn = self.plan.pop(key)
            if turn.when > self.end:
                return
            self.now = max(self.now, turn.when)
            turn.act(self)
        raise LookupError(self.record["id"])  # a turn misses its purpose: a mistake in it

    def look(self) -> None:
        """Take the facts and clocks of the ticket as it now is."""
        self.known = facts(self.record)
        self.clocks = owed(self.record, self.known, self.world.handbook)

    def pending(self) -> list[Clock]:
        """Return what is owed now and has a limit."""
        return [
            one for one in self.clocks if one.met is None and not one.void and one.due is not None
        ]

    def _plan_duties(self, plan_duty: Planner) -> None:
        pending = {key_of(one): one for one in self.pending()}
        gone = [key for key in self.plan if key[0] == "owed" and key not in pending]
        for key in gone:
            del self.plan[key]
        new = [] if self.lost else [key for key in pending if key not in self.plan]
        wrong = self.fault.duty if self.fault else ""
        for key in sorted(new, key=lambda one: one[1] != wrong):  # others may wait for what is late
            self.plan[key] = plan_duty(self, pending[key])
        if self.fault or self.record.get("severity") == "major":
            self._plan_rungs()

    def _plan_rungs(self) -> None:
        """Let the routine that runs every hour raise what is late, as `svcctl escalate` does."""
        self.plan.pop(("rungs",), None)
        rungs = ladder.rungs(self.record, self.known, self.world.handbook, self.clocks)
        if dues := [one.due for one in rungs if one.met is None and one.due is not None]:
            hour = full_hour(max(clock_time(min(dues)), self.now))
            self.plan["rungs",] = Turn(hour, lambda life: _raise(life, hour))

    # -- acting ---------------------------------------------------------------------------------

    def act(
        self,
        did: str,
        fields: Mapping[str, Any] | None = None,
        *,
        by: str = "",
        delay: int = 0,
        desk: str = "",
        **said: Any,
    ) -> None:
        """Do something to the ticket now.

        Args:
            did: The act's name.
            fields: Header fields to set.
            by: Role of who did it; the agent on duty unless given.
            delay: How many minutes later it was written down.
            desk: Which desk writes; by the hour and by chance unless given.
            said: Words of the entry.
        """
        at = max(self.now + delay * _MINUTE, self.written)
        at = at if at <= self.end else max(self.now, self.written)
        desk = desk or self._desk(at)
        who = self.rota.holder(by, at) if by else self.rota.agent(desk, at)
        if at - self.now > timedelta(hours=24):
            said.setdefault("why", self.pick("late_reasons"))
        done = deed(who, at, desk, self.now)
        bounds = Bounds(self.world.handbook, self.world.standing(who, at.date()))
        change = actions.edit if did == "edit" else _doing(did)
        self.record = change(self.record, done, fields or {}, bounds=bounds, **said)
        self.written = at

    def may(self, did: str) -> bool:
        """Tell whether an act is legal in the state that the ticket is in."""
        return after(did, self.record["status"]) is not None

    def _desk(self, at: datetime) -> str:
        """Return which desk writes: mostly the one that took it in; B keeps office hours."""
        other = one_in(self.rng, 12)
        if not 9 <= at.hour < 17:
            return "A"
        return ({"A": "B", "B": "A"} if other else {}).get(self.one.desk, self.one.desk)

    # -- chance ---------------------------------------------------------------------------------

    def pick(self, name: str) -> str:
        """Return one of a list of wordings."""
        return self.rng.choice(words.lists(name))

    def chance(self, percent: float) -> bool:
        """Tell whether something happens by chance; nothing does where a fault was planted.

        What is to be found must not be covered by what else might happen.
        """
        return one_in(self.rng, percent) and not (self.fault or self.one.scene)

    def later(self, name: str, least: int, most: int, act: Callable[[Life], None]) -> None:
        """Plan something that is not owed for some minutes from now."""
        when = self.now + self.rng.randint(least, most) * _MINUTE
        self.plan["free", name] = Turn(self.by_day(when), act)

    def between(self, start: datetime, due: datetime, wish: int) -> datetime:
        """Return a moment before a limit: so many minutes after `start` if that is in time.

        Raises:
            LookupError: The limit has passed: something is late that was not planned to be.
        """
        if due <= start:
            raise LookupError(self.record["id"], f"{due:%Y-%m-%d %H:%M}")
        latest = minute(start + (due - start) * 0.95)
        moment = start + wish * _MINUTE
        if moment > latest:
            moment = minute(start + (latest - start) * self.rng.uniform(0.4, 1))
        wished, moment = moment, self.by_day(moment)
        if moment <= latest:
            return moment
        evening = datetime.combine(start.date(), time(_QUIET), ZONE)
        if start < evening < latest:
            return minute(start + (evening - start) * self.rng.random())
        return wished

    def by_day(self, when: datetime) -> datetime:
        """Return a moment, or the next morning: nobody is called at night unless it is urgent."""
        if self.record.get("urgent") or HANDOVER <= when.time() < time(_QUIET):
            return when
        morning = datetime.combine(when.date(), HANDOVER, ZONE)
        days = timedelta(days=1 if when.hour >= _QUIET else 0)
        return morning + days + self.rng.randint(3, 100) * _MINUTE

    def label(self, duty: str, part: str, due: datetime) -> None:
        """Note that a duty was made late, if it is so by the end of the sample."""
        if self.fault and due < self.end:
            one = Label(self.record["id"], self.fault.name, duty, part)
            if one not in self.world.labels:
                self.world.labels.append(one)


def key_of(one: Clock) -> Key:
    """Return the name under which a duty is planned: once its limit moves, it is planned anew."""
    return "owed", one.duty, one.part, str(one.due)


def minute(when: datetime) -> datetime:
    """Return a moment cut to the minute."""
    return when.replace(second=0, microsecond=0)


def full_hour(when: datetime) -> datetime:
    """Return the first full hour not before a moment."""
    hour = when.replace(minute=0, second=0, microsecond=0)
    return hour if hour == when else hour + timedelta(hours=1)


def _doing(did: str) -> Callable[..., Record]:
    def do(record: Record, done: Any, fields: Mapping[str, Any], **said: Any) -> Record:
        return actions.act(record, done, did, fields, **said)

    return do


def _raise(life: Life, hour: datetime) -> None:
    """Raise what is late, and put who is told into the outbox, as the hourly routine does."""
    handbook = life.world.handbook
    life.record, raised = raise_due(KINDS["ticket"], life.record, handbook, hour)
    for one in raised:
        said = one.name, one.to, one.moment, hour, _words(one)
        life.world.told.append(Told(life.record["id"], *said))


_DUTIES: dict[str, Choice] = {one.key: one for one in DUTY_CHOICES}


def _words(one: Raised) -> str:
    duty, limit = _DUTIES[one.duty].zh, show_moment(one.limit, ZONE, end_of_day=True)
    if one.moment < one.limit:
        return f"{duty}应于 {limit} 前完成"
    return f"{duty}已超时，期限 {limit}" + ("；已无上级" if one.end else "")

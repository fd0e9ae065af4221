"""What comes in, day by day and unit by unit: who calls about what, and when it is written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from datetime import datetime
from datetime import timedelta
from random import Random
from typing import NamedTuple

from svcctl.base.record import Record
from svcctl.desk.residents import relations
from svcctl.sample import words
from svcctl.sample.world import World
from svcctl.sample.world import holiday
from svcctl.sample.world import in_season
from svcctl.sample.world import moment
from svcctl.sample.world import one_in
from svcctl.sample.world import spring_festival
from svcctl.sample.world import weighed

_A_MONTH = 0.35
"""How many matters come from one unit in a month."""

_HOURS = {
    "working": (1, 1, 0, 0, 0, 1, 2, 5, 14, 16, 14, 10, 6, 6, 9, 10, 9, 10, 12, 14, 13, 9, 5, 2),
    "free": (2, 1, 1, 0, 0, 1, 1, 3, 9, 13, 15, 13, 9, 8, 10, 11, 11, 10, 11, 13, 13, 10, 6, 3),
}
_TEMPERS = {0.3: 25, 0.8: 40, 1.3: 25, 3.0: 9, 6.0: 1}
_CALLERS = ("owner", "tenant", "user", "family", "merchant")
_OF_ANYBODY = ("inquiry", "suggestion", "opinion", "liaison")
_BY_NIGHT = ("repair", "complaint", "call")
_STORM = 6
_STORM_MONTHS = (6, 7, 8, 9)
_HEATING_DAY = (11, 15)
_HEATING = 8


class Fault(NamedTuple):
    """What goes wrong with one ticket, and with which duty; see `Label`."""

    name: str
    duty: str = ""


class _Scene(NamedTuple):
    """A matter that every sample ends with, so that there is something to see whatever its size.

    Attributes:
        ago: Days before the last day.
    """

    ago: int
    clock: tuple[int, int]
    subject: str
    truth: str
    fault: Fault | None = None


_SCENES = (
    _Scene(0, (7, 42), "{b} 栋 {e} 单元电梯困人", "known"),
    _Scene(1, (20, 50), "楼上夜间噪音", "said"),
    _Scene(1, (15, 5), "卫生间漏水到楼下", "known", Fault("forgotten", "appoint")),
    _Scene(2, (16, 10), "建议增设电动车充电棚", "known", Fault("lost")),
    _Scene(5, (9, 30), "物业费账单有误", "known", Fault("forgotten", "done")),
)
_LATER_SCENES = (
    _Scene(4, (9, 20), "水龙头滴水", "known", Fault("forgotten", "callback")),
    _Scene(3, (10, 5), "家中跳闸", "known", Fault("late", "callback")),
    _Scene(2, (16, 40), "卫生间漏水到楼下", "known", Fault("late", "watertest")),
)
_NIGHT_LINE = _Scene(3, (22, 40), "入户门锁不好开", "known")
"""A line of the night record, which became a ticket before the day was over."""

_OUTAGE = "家中停水"
_OUTAGE_AGO = 5
_REPORTED = ((17, 3), (17, 5), (17, 9), (17, 14), (17, 22))
"""When the reporters of the one incident called desk B; nobody else calls it so late."""


class Intake(NamedTuple):
    """One matter as it came in.

    Attributes:
        at: When it was written down.
        when: When it came in; a night's matter may be written down at the handover.
        unit: The unit it came from, even where the desk does not know it.
        who: The caller, if the book knows one.
        truth: How the caller is bound to the unit: `known`, `said` (unit not understood),
            `passing` (no unit at all), `patrol` (seen by our own people).
        scene: Whether its life is laid down: nothing happens to it by chance.
        line: Whether it was a line of the night record first.
        outage: Whether it is one of the reports of the incident.
    """

    at: datetime
    when: datetime
    desk: str
    unit: str
    matter: words.Matter
    who: Record | None
    truth: str
    scene: bool = False
    fault: Fault | None = None
    line: bool = False
    outage: bool = False


class Intakes:
    """Everything that comes in while the book is kept."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world = world
        self.rng = rng
        self._units = world.records("unit")
        self._temper = [weighed(rng, _TEMPERS) for _unit in self._units]
        self._people = _people(world)

    def all(self) -> Iterator[Intake]:
        """Yield everything that comes in, in no order."""
        yield from self._scenes(_SCENES)
        for day in self.world.days():
            share = _A_MONTH / 30 * _busy(day)
            for unit, temper in zip(self._units, self._temper, strict=True):
                if self.rng.random() < share * temper and (made := self._one(day, unit)):
                    yield made
        self.rng = self.world.chance("rushes")  # so that the days do not hang on what follows
        yield from self._rushes()
        yield from self._scenes(_LATER_SCENES)
        for one in self._scenes((_NIGHT_LINE,)):
            # Half a minute before midnight: after all others, so that it moves no number.
            yield one._replace(at=moment(one.at.date(), 23, 59) + timedelta(seconds=30), line=True)
        yield from self._outage()

    def _scenes(self, scenes: tuple[_Scene, ...]) -> Iterator[Intake]:
        homes = self._homes()
        for scene in scenes if homes else ():
            at = moment(self.world.last - timedelta(days=scene.ago), *scene.clock)
            unit = self.rng.choice(homes)
            callers = self._callers(unit, at.date())
            who = self.rng.choice(callers) if callers else None
            matter = words.matter(scene.subject)
            yield Intake(at, at, "A", unit, matter, who, scene.truth, scene=True, fault=scene.fault)

    def _homes(self) -> list[str]:
        return [
            one["id"]
            for one in self._units
            if one["kind"] == "home" and self._callers(one["id"], self.world.last)
        ]

    def _outage(self) -> Iterator[Intake]:
        """Yield the reports of one incident: homes of the building that has most."""
        day = self.world.last - timedelta(days=_OUTAGE_AGO)
        homes: dict[str, list[str]] = {}
        for unit in self._homes():
            if self._callers(unit, day):
                homes.setdefault(unit.partition("-")[0], []).append(unit)
        most = max(homes.values(), key=len, default=[])
        units = self.rng.sample(most, min(len(most), len(_REPORTED)))
        for unit, clock in zip(units, _REPORTED, strict=False):
            at, matter = moment(day, *clock), words.matter(_OUTAGE)
            who = self.rng.choice(self._callers(unit, day))
            yield Intake(at, at, "B", unit, matter, who, "known", scene=True, outage=True)

    def _rushes(self) -> Iterator[Intake]:
        """Yield what comes in besides on days of storm and on the day the heating starts."""
        storms = {(month, self.rng.randint(1, 28)) for month in _STORM_MONTHS for _turn in range(2)}
        for day in self.world.days():
            for season, on, share in (
                ("rain", (day.month, day.day) in storms, _STORM),
                ("winter", (day.month, day.day) == _HEATING_DAY, _HEATING),
            ):
                yield from self._rush(day, season, share) if on else ()

    def _rush(self, day: date, season: str, share: int) -> Iterator[Intake]:
        for unit in self._units:
            fit = [one for one in _fit(day, unit["kind"]) if one.season == season]
            fit = [one for one in fit if one.kind == "repair"]
            if fit and one_in(self.rng, share) and (made := self._one(day, unit, fit)):
                yield made

    def _one(self, day: date, unit: Record, fit: list[words.Matter] | None = None) -> Intake | None:
        """Return a matter of a unit on a day, None where it falls behind the end of the sample."""
        callers = self._callers(unit["id"], day)
        if not callers and one_in(self.rng, 80):
            return None
        fit = fit or _fit(day, unit["kind"])
        matter = self.rng.choices(fit, [one.weight for one in fit])[0]
        when = self._when(day, matter)
        at = self._written(when)
        desk = "B" if 9 <= at.hour < 17 and one_in(self.rng, 28) else "A"
        who = self.rng.choice(callers) if callers else None
        made = Intake(at, when, desk, unit["id"], matter, who, self._truth(matter))
        return made if at <= self.world.now else None

    def _callers(self, unit: str, day: date) -> list[Record]:
        on = day.isoformat()
        living = [one for one in self._people.get(unit, []) if one[0] <= on < one[1]]
        rented = any(one[2] == "tenant" for one in living)
        return [one[3] for one in living if not (rented and one[2] == "owner")]

    def _when(self, day: date, matter: words.Matter) -> datetime:
        free = day.weekday() >= 5 or holiday(day)
        hours = list(_HOURS["free" if free else "working"])
        if matter.kind not in _BY_NIGHT:
            hours = [weight if 8 <= hour < 21 else 0 for hour, weight in enumerate(hours)]
        return moment(day, self.rng.choices(range(24), hours)[0], self.rng.randrange(60))

    def _written(self, when: datetime) -> datetime:
        """Return when it is written down: at once, at the handover, or much too late."""
        night = when.hour >= 22 or when.hour < 8
        if night and one_in(self.rng, 35):
            day = when.date() + timedelta(days=1 if when.hour >= 22 else 0)
            return moment(day, 8, self.rng.randint(10, 29))
        if one_in(self.rng, 1.5):
            return moment(when.date() + timedelta(days=2), 9, self.rng.randrange(60))
        delay = self.rng.randint(3, 40) if one_in(self.rng, 12) else 0
        return when + timedelta(minutes=delay)

    def _truth(self, matter: words.Matter) -> str:
        public = "public" in matter.where
        if public and matter.kind in ("repair", "complaint") and one_in(self.rng, 15):
            return "patrol" if matter.kind == "repair" else "passing"
        if public and matter.kind in _OF_ANYBODY and one_in(self.rng, 30):
            return "passing"
        return "said" if one_in(self.rng, 6) else "known"


def _fit(day: date, kind: str) -> list[words.Matter]:
    """Return what a unit of a kind may come with on a day."""
    about = {kind, "public"} if kind == "home" else {kind}
    return [
        one
        for one in words.matters()
        if in_season(one.season, day) and not about.isdisjoint(one.where)
    ]


def _busy(day: date) -> float:
    """Return how much comes in on a day, 1 being a dry working day."""
    if spring_festival(day):
        return 0.55
    factor = 0.85 if holiday(day) else 1.25 if day.weekday() >= 5 else 1.0
    return factor * (1.2 if in_season("rain", day) else 1.0)


def _people(world: World) -> dict[str, list[tuple[str, str, str, Record]]]:
    """Return who of every unit may call: from, until (the day itself no longer), role, card."""
    found: dict[str, list[tuple[str, str, str, Record]]] = {}
    for card in world.records("resident"):
        if not card.get("private", {}).get("phones"):
            continue
        for one in relations.of(card):
            if one.role in _CALLERS:
                span = (one.since, one.until or "9999", one.role, card)
                found.setdefault(one.unit, []).append(span)
    return found

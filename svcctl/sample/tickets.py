"""The tickets: who came with what, and how it went on, told by the same acts the commands use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from datetime import datetime
from datetime import timedelta
from random import Random
from typing import Any
from typing import NamedTuple

from svcctl.base import phones
from svcctl.base.ids import DatedId
from svcctl.base.record import Record
from svcctl.desk.residents import relations
from svcctl.desk.tickets import actions
from svcctl.sample import names
from svcctl.sample import words
from svcctl.sample.staff import Rota
from svcctl.sample.story import Story
from svcctl.sample.story import tell
from svcctl.sample.world import World
from svcctl.sample.world import deed
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
_CHANNELS = {
    "phone": 46,
    "wechat": 24,
    "visit": 20,
    "hotline": 5,
    "web": 3,
    "email": 1,
    "letter": 1,
}
_CALLERS = ("owner", "tenant", "user", "family", "merchant")
_OF_ANYBODY = ("inquiry", "suggestion", "opinion", "liaison")
_BY_NIGHT = ("repair", "complaint", "call")


class _Scene(NamedTuple):
    """A matter that every sample ends with, so that there is something to see whatever its size.

    Attributes:
        ago: Days before the last day.
        parts: After how many parts of its life it is left lying; 0 leaves that to chance.
    """

    ago: int
    clock: tuple[int, int]
    subject: str
    truth: str
    parts: int


_SCENES = (
    _Scene(0, (7, 42), "{b} 栋 {e} 单元电梯困人", "known", 9),
    _Scene(1, (20, 50), "楼上夜间噪音", "said", 2),
    _Scene(1, (15, 5), "卫生间漏水到楼下", "known", 2),
    _Scene(2, (16, 10), "建议增设电动车充电棚", "known", 1),
    _Scene(5, (9, 30), "物业费账单有误", "known", 2),
)


class Intake(NamedTuple):
    """One matter as it came in.

    Attributes:
        at: When it was written down.
        when: When it came in; a night's matter may be written down at the handover.
        unit: The unit it came from, even where the desk does not know it.
        who: The caller, if the book knows one.
        truth: How the caller is bound to the unit: `known`, `said` (unit not understood),
            `passing` (no unit at all), `patrol` (seen by our own people).
        parts: See `_Scene`.
    """

    at: datetime
    when: datetime
    desk: str
    unit: str
    matter: words.Matter
    who: Record | None
    truth: str
    parts: int = 0


def make(world: World, rng: Random) -> Iterator[tuple[str, Record]]:
    """Yield every ticket in the order of registration, numbered by day and desk as `mint` does."""
    rota = Rota(world)
    last: dict[tuple[date, str], int] = {}
    for one in sorted(_Intakes(world, rng).all(), key=_order):
        key = one.at.date(), one.desk
        last[key] = last.get(key, 0) + 1
        name = str(DatedId("T", key[0], one.desk, last[key]))
        story = _begin(name, one, rota, world, rng)
        tell(story, one.matter, one.unit, one.parts)
        yield "ticket", story.record


def _order(one: Intake) -> tuple[datetime, str, str]:
    return one.at, one.unit, one.matter.subject


def _begin(name: str, one: Intake, rota: Rota, world: World, rng: Random) -> Story:
    late = rng.choice(words.lists("late")) if one.at - one.when > timedelta(hours=24) else ""
    done = deed(rota.agent(one.desk, one.at), one.at, one.desk, one.when)
    record = actions.register(name, done, _fields(one, rng), note=_said(one.matter, rng), why=late)
    return Story(record, one.desk, one.at, world.now, rota, rng)


def _said(matter: words.Matter, rng: Random) -> str:
    said = rng.choice(matter.said)
    return said if one_in(rng, 85) else ""


def _fields(one: Intake, rng: Random) -> dict[str, Any]:
    building, entrance = _place(one.unit)
    asked = rng.choice(words.lists("asked_for"))
    matter = one.matter
    fields: dict[str, Any] = {
        "kind": matter.kind,
        "subject": matter.subject.format(b=building, e=entrance, who=asked),
        "urgent": True if one_in(rng, matter.urgent) else None,
        "severity": matter.severity or None,
        "channel": "patrol" if one.truth == "patrol" else weighed(rng, _CHANNELS),
        **_who(one, building, rng),
    }
    if matter.kind == "complaint" and one_in(rng, 30):
        fields["demand"] = rng.choice(words.lists("demands"))
    if matter.severity == "minor" and one_in(rng, 15):
        fields["wanted"] = one.when.date() + timedelta(days=rng.randint(2, 7))
    return fields


def _who(one: Intake, building: str, rng: Random) -> dict[str, Any]:
    if one.truth == "patrol":
        return {"place": rng.choice(words.lists("places"))}
    if one.truth == "passing":
        return {
            "place": rng.choice(words.lists("places")),
            "caller": rng.choice(words.lists("passers_by")),
        }
    if one.truth == "said":
        surname = one.who["name"][:1] if one.who else names.surname(rng)
        said = rng.choice(words.lists("said_units")).format(b=building, s=surname)
        return {"unit_said": said, "caller": surname + rng.choice(("先生", "女士"))}
    if one.who is None:
        return {"unit": one.unit, "caller": names.surname(rng) + rng.choice(("先生", "女士"))}
    return {
        "unit": one.unit,
        "resident": one.who["id"],
        "contact": phones.mask(one.who["private"]["phones"][0]) if one_in(rng, 80) else None,
    }


def _place(unit: str) -> tuple[str, str]:
    """Return building and entrance as they are said; from a shop or a car it is the first."""
    parts = unit.split("-")
    return (parts[0], parts[1]) if unit[0].isdigit() and len(parts) > 2 else ("1", "1")


class _Intakes:
    """What comes in, day by day and unit by unit."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world = world
        self.rng = rng
        self._units = world.records("unit")
        self._temper = [weighed(rng, _TEMPERS) for _unit in self._units]
        self._people = _people(world)

    def all(self) -> Iterator[Intake]:
        """Yield everything that comes in, in no order."""
        yield from self._scenes()
        for day in self.world.days():
            share = _A_MONTH / 30 * _busy(day)
            for unit, temper in zip(self._units, self._temper, strict=True):
                if self.rng.random() < share * temper and (made := self._one(day, unit)):
                    yield made

    def _scenes(self) -> Iterator[Intake]:
        homes = [
            one["id"]
            for one in self._units
            if one["kind"] == "home" and self._callers(one["id"], self.world.last)
        ]
        for scene in _SCENES if homes else ():
            at = moment(self.world.last - timedelta(days=scene.ago), *scene.clock)
            unit = self.rng.choice(homes)
            callers = self._callers(unit, at.date())
            who = self.rng.choice(callers) if callers else None
            matter = words.matter(scene.subject)
            yield Intake(at, at, "A", unit, matter, who, scene.truth, scene.parts)

    def _one(self, day: date, unit: Record) -> Intake | None:
        """Return a matter of a unit on a day, None where it falls behind the end of the sample."""
        callers = self._callers(unit["id"], day)
        if not callers and one_in(self.rng, 80):
            return None
        matter = self._matter(day, unit["kind"])
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

    def _matter(self, day: date, kind: str) -> words.Matter:
        about = {kind, "public"} if kind == "home" else {kind}
        fit = [
            one
            for one in words.matters()
            if in_season(one.season, day) and not about.isdisjoint(one.where)
        ]
        return self.rng.choices(fit, [one.weight for one in fit])[0]

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

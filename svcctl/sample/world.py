"""What the generators share: the plan, the calendar, and the records made so far.

Everything follows from the plan. Chance comes from one `random.Random` per generator, seeded with
a text, and is drawn only as numbers and choices that are the same on every platform.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from functools import cached_property
from importlib import resources
from random import Random
from typing import NamedTuple
from typing import TypeVar

from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.desk.staff import rules as staff
from svcctl.handbook.lookup import Handbook

T = TypeVar("T")

ESTATE = "翠湖花园"
ZONE_NAME = "Asia/Shanghai"
ZONE = timezone(timedelta(hours=8))
"""China has had no summer time since 1991, so the offset is enough and needs no zone database."""

HANDOVER = time(8, 30)
"""The hour at which the sample ends: the day shift of the last day takes over."""

_NEW_YEARS = {
    2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29),
    2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23),
    2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
_RULES = ("policy", "roles")
_SEASONS = {"rain": (5, 6, 7, 8, 9), "summer": (6, 7, 8, 9), "winter": (11, 12, 1, 2, 3)}


class Plan(NamedTuple):
    """What was asked for.

    Attributes:
        units: How many units in all: homes, shops and parking spaces.
        months: How many months before `until` the book begins.
        until: The last day; the book is as of its morning handover.
    """

    seed: int
    units: int
    months: int
    until: date


class Label(NamedTuple):
    """A fault that was planted: the duty it makes late, so that a test can ask whether it is found.

    Attributes:
        fault: `late`, `silent` (the department), `forgotten` (not done by the end), `lost` (the
            whole ticket lay for days), `misjudged` (taken for less grave than it is).
        part: Which run of the duty, as clocks name it.
    """

    id: str
    fault: str
    duty: str
    part: str


class Told(NamedTuple):
    """What somebody was to be told, and so stands in the outbox."""

    about: str
    key: str
    to: str
    moment: datetime
    at: datetime
    words: str


class World:
    """The plan, its days, and every record that earlier generators made.

    Attributes:
        labels: The faults planted so far.
        told: What goes into the outbox.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.first = _months_before(plan.until, plan.months)
        self.last = plan.until
        self.now = datetime.combine(plan.until, HANDOVER, ZONE)
        self.labels: list[Label] = []
        self.told: list[Told] = []
        self._records: dict[str, list[Record]] = {}
        self._standing: dict[tuple[str, date], frozenset[str]] = {}

    @cached_property
    def handbook(self) -> Handbook:
        """The shipped handbook, by which the sample lives."""
        template = resources.files("svcctl.handbook") / "template"
        policy, roles = (toml.parse((template / f"{name}.toml").read_bytes()) for name in _RULES)
        return Handbook([policy | {"id": f"{self.rules_from}"}], roles, ZONE, "")

    @property
    def rules_from(self) -> date:
        """The day from which the handbook is in force: before the first ticket."""
        return min(date(2026, 1, 1), date(self.first.year, 1, 1))

    def standing(self, who: str, day: date) -> frozenset[str]:
        """Return the roles that a colleague may act for on a day."""
        if (who, day) not in self._standing:
            card = next(one for one in self.records("staff") if one["id"] == who)
            self._standing[who, day] = staff.standing(card, self.handbook, day)
        return self._standing[who, day]

    def chance(self, name: str) -> Random:
        """Return the source of chance of one generator; another's draws never change it."""
        return Random(f"{name} {self.plan.seed}")  # noqa: S311 - a sample needs to repeat, not to be secret

    def keep(self, kind: str, record: Record) -> None:
        """Remember a record for the generators that come later."""
        self._records.setdefault(kind, []).append(record)

    def records(self, kind: str) -> Sequence[Record]:
        """Return the records of a kind made so far, in the order they were made."""
        return self._records.get(kind, [])

    def days(self) -> Iterator[date]:
        """Yield every day of the sample, the last one included."""
        for count in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=count)

    def day_at(self, part: float) -> date:
        """Return the day at a part of the way: 0 is the first, 1 the last."""
        return self.first + timedelta(days=int((self.last - self.first).days * part))


def _months_before(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, min(day.day, 28))


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment of a day in the estate's zone."""
    return datetime.combine(day, time(hour, minute), ZONE)


def clock_time(epoch: int) -> datetime:
    """Return the moment of epoch seconds in the estate's zone."""
    return datetime.fromtimestamp(epoch, ZONE)


def deed(by: str, at: datetime, desk: str, when: datetime | None = None) -> Deed:
    """Return who does something and when; `when` is the same as `at` unless given."""
    return Deed(by, at, when or at, desk)


def spring_festival(day: date) -> bool:
    """Tell whether a day is within the spring festival, from New Year's Eve to the sixth day."""
    if day.year not in _NEW_YEARS:
        return False
    new_year = date(day.year, *_NEW_YEARS[day.year])
    return new_year - timedelta(days=1) <= day <= new_year + timedelta(days=5)


def holiday(day: date) -> bool:
    """Tell whether a day is a public holiday of several days."""
    fixed = (day.month, day.day) == (1, 1) or (day.month, day.day) in {(5, d) for d in range(1, 6)}
    return fixed or (day.month == 10 and day.day <= 7) or spring_festival(day)


def in_season(season: str, day: date) -> bool:
    """Tell whether a matter of a season comes up on a day; no season is all the year."""
    if season == "festival":
        return spring_festival(day) or (day.month, day.day) in {(1, 1), (10, 1)}
    return not season or day.month in _SEASONS[season]


def one_in(rng: Random, percent: float) -> bool:
    """Tell whether something happens that happens in so many of a hundred cases."""
    return rng.random() * 100 < percent


def weighed(rng: Random, table: dict[T, int]) -> T:
    """Return a key of a table of weights."""
    return rng.choices(list(table), list(table.values()))[0]

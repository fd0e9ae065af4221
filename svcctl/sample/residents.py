"""The residents: who lived here at the start, and who came and went while the book was kept."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from datetime import date
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from svcctl.base.ids import SerialId
from svcctl.base.record import Record
from svcctl.desk.residents import actions
from svcctl.desk.residents import relations
from svcctl.desk.residents.actions import Move
from svcctl.sample import names
from svcctl.sample.world import World
from svcctl.sample.world import one_in
from svcctl.sample.world import weighed

_GROWN_UP = (24, 68)
_RENTED = 28
# How many of a hundred change hands in a month.
_SALES = 1.5
_TENANCIES = 6.0
_SHOPS = 3.0
_ARRIVALS = 2.0
_FOREIGN = (
    "David Miller",
    "Emma Clark",
    "Kenji Sato",
    "Maria Rossi",
    "Thomas Weber",
    "Anna Petrova",
)
_WAYS = {"phone": 50, "wechat": 35, "sms": 8, "visit": 3}
_NOTES = (
    "独居老人，上门前先打电话。",
    "上夜班，上午请勿打扰。",
    "家有婴儿，请轻敲门。",
    "听力不好，请大声些或发短信。",
    "业主委员会委员。",
    "养大型犬，已登记办证。",
)

Event = tuple[date, int, Callable[[date], None]]


def make(world: World, rng: Random) -> Iterator[tuple[str, Record]]:
    """Yield every resident, numbered in the order in which they were written down."""
    register = _Register(world, rng)
    for unit in world.records("unit"):
        register.settle(unit)
    register.share_parking()
    for number in range(max(2, world.plan.units // 80)):
        register.later(partial(register.passer_by, number))
    register.live()
    for card in register.cards.values():
        yield "resident", card


class _Register:
    """The residents' cards as they grow: first the start, then event by event."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world = world
        self.rng = rng
        self.cards: dict[str, Record] = {}
        self._last = {"A": 0, "B": 0}
        self._events: list[Event] = []
        self._started = False
        self._near: dict[str, list[str]] = {}

    # -- writing down ---------------------------------------------------------------------------

    def enrol(self, kind: str, **fields: Any) -> str:
        """Write down somebody new and return the id; the start was all typed at desk A."""
        desk = "B" if self._started and one_in(self.rng, 30) else "A"
        self._last[desk] += 1
        name = str(SerialId("R", desk, self._last[desk]))
        self.cards[name] = actions.new(name, {"kind": kind, **fields})
        return name

    def person(self, kind: str, ages: tuple[int, int] = _GROWN_UP, family: str = "") -> str:
        """Write down a person of an age; grown-ups have a phone, owners and tenants their paper."""
        who = names.person(self.rng, ages, self.world.last, family)
        grown = self.world.last.year - who.born.year > 14
        private: dict[str, Any] = {"phones": [names.mobile(self.rng)]} if grown else {}
        if kind in ("owner", "tenant", "agent"):
            private["id_number"] = names.identity(self.rng, who)
        if kind == "owner" or not grown:
            private["birthday"] = who.born
        return self.enrol(
            kind,
            name=who.text,
            salutation=("ms" if who.sex == "f" else "mr") if grown else None,
            watch=self._watch(),
            contact=weighed(self.rng, _WAYS) if grown else None,
            note=self.rng.choice(_NOTES) if grown and one_in(self.rng, 6) else None,
            private=private,
        )

    def _watch(self) -> list[str]:
        return [weighed(self.rng, {"attention": 3, "key": 2})] if one_in(self.rng, 4) else []

    def _foreigner(self) -> str:
        number = self.rng.choice("EGK") + f"{self.rng.randrange(10**8):08d}"
        papers = {"phones": [names.mobile(self.rng)], "id_kind": "passport", "id_number": number}
        return self.enrol("tenant", name=self.rng.choice(_FOREIGN), language="en", private=papers)

    def _company(self) -> str:
        papers = {
            "phones": [names.mobile(self.rng)],
            "id_kind": "company",
            "id_number": names.company_code(self.rng),
        }
        return self.enrol("company", name=names.firm(self.rng), private=papers)

    def _merchant(self) -> str:
        flags = ["large-merchant"] if one_in(self.rng, 12) else []
        phones = {"phones": [names.mobile(self.rng)]}
        return self.enrol("merchant", name=names.shop(self.rng), watch=flags, private=phones)

    def _tenant(self) -> str:
        return self._foreigner() if one_in(self.rng, 2) else self.person("tenant", (21, 55))

    def move_in(self, who: str, unit: str, role: str, since: date) -> None:
        """Open a relation."""
        self._meet(unit, who)
        self.cards[who] = actions.move_in(self.cards[who], unit, role, since)

    def _meet(self, unit: str, who: str) -> None:
        if who not in self._near.setdefault(unit, []):
            self._near[unit].append(who)

    def _open(self, unit: str) -> list[relations.Relation]:
        near = (self.cards[one] for one in self._near.get(unit, []))
        return relations.open_relations(near, unit)

    def _transfer(self, unit: str, role: str, who: str, when: date) -> None:
        """Hand a unit over to somebody; the families of those who leave go with them."""
        held = self._open(unit)
        self._meet(unit, who)
        leaving = [self.cards[one.person] for one in held if one.role == role]
        for card in actions.transfer(leaving, [self.cards[who]], Move(unit, role, when)):
            self.cards[card["id"]] = card
        for one in held:
            if one.role == "family":
                self._move_out(one.person, unit, when)

    def _move_out(self, who: str, unit: str, when: date) -> None:
        self.cards[who] = actions.move_out(self.cards[who], unit, None, when)

    # -- the start ------------------------------------------------------------------------------

    def settle(self, unit: Record) -> None:
        """Fill a unit as its state says, and plan what will happen to it."""
        place = {"home": self._settle_home, "shop": self._settle_shop, "parking": self._settle_none}
        place[unit["kind"]](unit["id"], unit["state"])

    def _settle_none(self, unit: str, state: str) -> None:
        """Parking spaces are given out once the homes are full."""

    def _settle_home(self, unit: str, state: str) -> None:
        if state == "not-moved-in" and one_in(self.rng, 40):
            return
        owner = self._owner(unit)
        if state == "decorating":
            self.later(partial(self._sale, unit, state))
        elif state in ("vacant", "for-rent"):
            if one_in(self.rng, 65):
                self._rent(unit, self._tenant(), self._past(20, 900))
                self.later(partial(self._vacate, unit))
        elif state == "custody":
            agent = self.person("agent")
            self.move_in(agent, unit, "agent", self._past(30, 800))
        elif state == "occupied":
            self._settle_occupied(unit, owner)

    def _owner(self, unit: str) -> str:
        since = self._past(90, 2400)
        if one_in(self.rng, 9):
            before = self.person("owner")
            began = since - timedelta(days=self.rng.randint(300, 1200))
            self.move_in(before, unit, "owner", began)
            self._move_out(before, unit, since)
        owner = self.person("owner")
        self.move_in(owner, unit, "owner", since)
        return owner

    def _settle_occupied(self, unit: str, owner: str) -> None:
        months = self.world.plan.months
        if one_in(self.rng, _RENTED):
            self._rent(unit, self._tenant(), self._past(20, 900))
            if one_in(self.rng, _TENANCIES * months):
                self.later(partial(self._new_tenant, unit))
        else:
            self._family(unit, owner, self._past(30, 2000))
            if one_in(self.rng, _SALES * months):
                self.later(partial(self._sale, unit, "occupied"))
            elif one_in(self.rng, _ARRIVALS * months):
                self.later(partial(self._arrival, unit, owner))

    def _rent(self, unit: str, tenant: str, since: date) -> None:
        self.move_in(tenant, unit, "tenant", since)
        if one_in(self.rng, 35):
            self.move_in(self.person("resident", (20, 50)), unit, "family", since)

    def _family(self, unit: str, owner: str, since: date) -> None:
        """Add spouse, children and grandparents; children bear the owner's surname."""
        began = max(str(since), min(str(one.since) for one in relations.of(self.cards[owner])))
        since = date.fromisoformat(began)
        surname = self.cards[owner]["name"][:1]
        members: list[tuple[tuple[int, int], str]] = []
        if one_in(self.rng, 72):
            members.append(((26, 62), ""))
        if one_in(self.rng, 50):
            members += [((1, 19), surname)] * (2 if one_in(self.rng, 30) else 1)
        if one_in(self.rng, 22):
            members.append(((60, 86), surname))
        for ages, family in members:
            self.move_in(self.person("resident", ages, family), unit, "family", since)

    def _settle_shop(self, unit: str, state: str) -> None:
        owner = self._company() if one_in(self.rng, 40) else self.person("owner")
        self.move_in(owner, unit, "owner", self._past(200, 2400))
        if state != "occupied":
            return
        self.move_in(self._merchant(), unit, "merchant", self._past(30, 1200))
        if one_in(self.rng, _SHOPS * self.world.plan.months):
            self.later(partial(self._new_merchant, unit))

    def share_parking(self) -> None:
        """Give the occupied parking spaces to people who own or rent a home."""
        units = self.world.records("unit")
        spaces = [one for one in units if one["kind"] == "parking"]
        homes = [one["id"] for one in units if (one["kind"], one["state"]) == ("home", "occupied")]
        people = [
            self.cards[one.person]
            for home in homes
            for one in self._open(home)
            if one.role in ("owner", "tenant")
        ]
        for space in spaces:
            if space["state"] == "occupied" and people:
                one = people.pop(self.rng.randrange(len(people)))
                role = "owner" if one["kind"] == "owner" and one_in(self.rng, 60) else "user"
                since = max(date.fromisoformat(each.since) for each in relations.of(one))
                self.move_in(one["id"], space["id"], role, max(since, self._past(10, 1500)))

    def _past(self, least: int, most: int) -> date:
        return self.world.first - timedelta(days=self.rng.randint(least, most))

    # -- what happens ---------------------------------------------------------------------------

    def later(self, what: Callable[[date], None]) -> None:
        """Plan something for one of the days, the first and the last left out."""
        span = (self.world.last - self.world.first).days
        day = self.world.first + timedelta(days=self.rng.randint(1, max(1, span - 1)))
        self._events.append((day, len(self._events), what))

    def live(self) -> None:
        """Let everything planned happen, in the order of the days."""
        self._started = True
        for day, _number, what in sorted(self._events, key=lambda event: event[:2]):
            what(day)

    def _sale(self, unit: str, state: str, when: date) -> None:
        buyer = self.person("owner")
        self._hand_over(unit, "owner", buyer, when)
        if state == "occupied":
            self._family(unit, buyer, when)

    def _hand_over(self, unit: str, role: str, who: str, when: date) -> None:
        """Hand a home over, and the parking spaces that go with it."""
        leaving = [self.cards[one.person] for one in self._open(unit) if one.role == role]
        spaces = [
            one for card in leaving for one in relations.of(card)
            if one.open and one.unit.startswith("P-")
        ]  # fmt: skip
        self._transfer(unit, role, who, when)
        for one in spaces:
            self._transfer(one.unit, one.role, who, when)

    def _new_tenant(self, unit: str, when: date) -> None:
        self._hand_over(unit, "tenant", self._tenant(), when)

    def _vacate(self, unit: str, when: date) -> None:
        for one in self._open(unit):
            if one.role in ("tenant", "family"):
                self._move_out(one.person, unit, when)

    def _arrival(self, unit: str, owner: str, when: date) -> None:
        ages = weighed(self.rng, {(58, 80): 2, (22, 40): 1})
        family = self.cards[owner]["name"][:1]
        self.move_in(self.person("resident", ages, family), unit, "family", when)

    def _new_merchant(self, unit: str, when: date) -> None:
        self._transfer(unit, "merchant", self._merchant(), when)

    def passer_by(self, number: int, when: date) -> None:
        """Write down somebody who belongs to no unit."""
        del when
        self.person("passer-by" if number % 3 else "other", (20, 60))

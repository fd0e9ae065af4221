"""The tickets: who came with what, and how it went on, told by the same acts the commands use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from datetime import datetime
from datetime import timedelta
from random import Random
from typing import Any

from svcctl.base import phones
from svcctl.base.ids import DatedId
from svcctl.base.record import Record
from svcctl.desk.tickets import actions
from svcctl.sample import duties
from svcctl.sample import faults
from svcctl.sample import names
from svcctl.sample import outage
from svcctl.sample import shifts
from svcctl.sample import turns
from svcctl.sample import words
from svcctl.sample.intakes import Intake
from svcctl.sample.intakes import Intakes
from svcctl.sample.life import Life
from svcctl.sample.staff import Rota
from svcctl.sample.world import World
from svcctl.sample.world import deed
from svcctl.sample.world import one_in
from svcctl.sample.world import weighed

_CHANNELS = {
    "phone": 46,
    "wechat": 24,
    "visit": 20,
    "hotline": 5,
    "web": 3,
    "email": 1,
    "letter": 1,
}
_TWINS = timedelta(days=2)
"""How soon after each other two callers are likely to mean the same."""


def make(world: World, rng: Random) -> Iterator[tuple[str, Record]]:
    """Yield every ticket in the order of registration, numbered by day and desk as `mint` does."""
    rota = Rota(world)
    last: dict[tuple[date, str], int] = {}
    seen: dict[tuple[str, str], Record] = {}
    for one in sorted(Intakes(world, rng).all(), key=_order):
        key = one.at.date(), one.desk
        last[key] = last.get(key, 0) + 1
        name = str(DatedId("T", key[0], one.desk, last[key]))
        # Its own source of chance: what happens to one ticket changes no other.
        life = _begin(name, one, rota, world)
        turns.begin(life, _double(life.record, one, seen))
        life.live(duties.plan, turns.follow)
        seen[_about(life.record, one)] = life.record
        yield "ticket", life.record


def _order(one: Intake) -> tuple[datetime, str, str]:
    return one.at, one.unit, one.matter.subject


def _about(record: Record, one: Intake) -> tuple[str, str]:
    return record["subject"], "" if "public" in one.matter.where else one.unit


def _double(record: Record, one: Intake, seen: dict[tuple[str, str], Record]) -> str:
    """Return the ticket that this one may be about once more."""
    other = seen.get(_about(record, one))
    if other is None or record["kind"] not in ("repair", "complaint"):
        return ""
    near = one.at - other["log"][0]["at"] < _TWINS
    return str(other.get("duplicate_of") or other["id"]) if near else ""


def _begin(name: str, one: Intake, rota: Rota, world: World) -> Life:
    rng = world.chance(name)
    one = one._replace(fault=faults.choose(one, world, rng))
    late = rng.choice(words.lists("late")) if one.at - one.when > timedelta(hours=24) else ""
    done = deed(rota.agent(one.desk, one.at), one.at, one.desk, one.when)
    fields = _fields(one, rng)
    if one.fault and one.fault.name == "misjudged":
        fields["severity"] = "minor"
    record = actions.register(name, done, fields, note=_said(one.matter, rng), why=late)
    life = Life(record, one, world, rota, rng)
    life.look()
    return life


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
        "category": matter.category if matter.category and one_in(rng, 60) else None,
        **_who(one, building, rng),
    }
    if matter.kind == "complaint" and one_in(rng, 30):
        fields["demand"] = rng.choice(words.lists("demands"))
    if matter.severity == "minor" and one_in(rng, 15):
        fields["wanted"] = one.when.date() + timedelta(days=rng.randint(2, 7))
    if one.line:  # a line says no more than this
        fields |= {"category": None, "channel": "phone", "line": shifts.line_of(one.when.date())}
    if one.outage:
        fields |= {"category": "water", "channel": "phone", **outage.fields(one)}
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

"""The units: homes in buildings of two entrances, shops along the street, parking below ground."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from svcctl.base.record import Record
from svcctl.desk.units import actions
from svcctl.sample.world import World
from svcctl.sample.world import one_in
from svcctl.sample.world import weighed

_ENTRANCES = 2
_MOST_IN_STAIR = 66
_STATES: dict[str, dict[str, int]] = {
    "home": {
        "occupied": 84,
        "not-moved-in": 4,
        "vacant": 4,
        "custody": 2,
        "decorating": 3,
        "for-rent": 2,
        "for-sale": 1,
    },
    "shop": {"occupied": 90, "vacant": 4, "decorating": 3, "for-rent": 3},
    "parking": {"occupied": 78, "vacant": 16, "for-rent": 6},
}
_SIZES = ("58.60", "76.35", "89.50", "96.20", "108.75", "121.40", "138.00", "143.90")
_STREET = ("南门东第一间", "南门西第一间", "北门口")


def make(world: World, rng: Random) -> Iterator[tuple[str, Record]]:
    """Yield every unit of the estate; those of one kind have consecutive names."""
    total = world.plan.units
    shops, parking = total * 6 // 100, total * 18 // 100
    built = world.first - timedelta(days=rng.randint(6 * 365, 8 * 365))
    plans = _plans(max(1, total - shops - parking), rng)
    for unit, size in plans:
        fields = {"area": size, "state": weighed(rng, _STATES["home"])}
        card = actions.new(unit, fields)
        for meter in _meters(rng):
            base_on = built + timedelta(days=rng.randint(0, 500))
            card = actions.with_meter(card, {**meter, "base_on": base_on})
        yield "unit", card
    for number in range(1, shops + 1):
        yield "unit", _shop(number, rng)
    for number in range(1, parking + 1):
        fields = {"area": "13.25", "state": weighed(rng, _STATES["parking"])}
        yield "unit", actions.new(f"P-B1-{number:03d}", fields)


def _plans(homes: int, rng: Random) -> Iterator[tuple[str, str]]:
    """Yield homes and their areas; rooms above each other have one plan."""
    buildings = max(min(3, homes), homes // 75, -(-homes // (_ENTRANCES * _MOST_IN_STAIR)))
    stairs = buildings * _ENTRANCES
    left = homes
    for stair in range(stairs):
        building, entrance = stair // _ENTRANCES + 1, stair % _ENTRANCES + 1
        share = left // (stairs - stair)
        left -= share
        rooms, height = _shape(share)
        sizes = [rng.choice(_SIZES) for _room in range(rooms)]
        for place in range(share):
            floor, room = place // rooms * height + 1, place % rooms + 1
            yield f"{building}-{entrance}-{floor}{room:02d}", sizes[room - 1]


def _shape(homes: int) -> tuple[int, int]:
    """Return homes a floor and floors a home for one staircase: a small one is of maisonettes."""
    if homes <= 10:
        return 1, 2
    return (1, 1) if homes <= 20 else (2, 1)


def _meters(rng: Random) -> Iterator[dict[str, Any]]:
    for kind, letter in (("water", "S"), ("power", "D")):
        number = f"{letter}{rng.randrange(10**7):07d}"
        yield {"kind": kind, "number": number, "base": str(rng.randint(0, 6))}


def _shop(number: int, rng: Random) -> Record:
    fields: dict[str, Any] = {
        "area": f"{rng.randint(22, 130)}.{rng.randrange(100):02d}",
        "state": weighed(rng, _STATES["shop"]),
    }
    if number <= len(_STREET):
        fields["aliases"] = [_STREET[number - 1]]
    if one_in(rng, 15):
        fields["note"] = "有排烟管道，可做餐饮。"
    return actions.new(f"S-{number}", fields)

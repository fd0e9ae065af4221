"""The estate itself and its two desks: the front desk A and the service point B."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from svcctl.base.record import Record
from svcctl.desk.desks.actions import claim
from svcctl.sample.world import ESTATE
from svcctl.sample.world import ZONE_NAME
from svcctl.sample.world import World
from svcctl.sample.world import moment

_DESKS = {"A": ("客户服务中心前台", "wang.fang"), "B": ("二期服务点", "liu.yan")}


def make(world: World, rng: Random) -> Iterator[tuple[str, Record]]:
    """Yield `book.toml` and the claimed desk codes."""
    yield (
        "book",
        {
            "estate": ESTATE,
            "time_zone": ZONE_NAME,
            "language": "zh",
            "format": 1,
            "routines_desk": "A",
        },
    )
    for code, (name, by) in _DESKS.items():
        token = f"{rng.getrandbits(64):016x}"
        yield "desk", claim(code, by, moment(world.first, 8, 30), token, name)

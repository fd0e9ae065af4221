"""The sample as a composition: one generator per desk, each with its own source of chance."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from random import Random

from svcctl.base.record import Record
from svcctl.sample import estate
from svcctl.sample import messages
from svcctl.sample import outage
from svcctl.sample import residents
from svcctl.sample import roster
from svcctl.sample import shifts
from svcctl.sample import staff
from svcctl.sample import tallies
from svcctl.sample import tickets
from svcctl.sample import units
from svcctl.sample.world import Plan
from svcctl.sample.world import World

Generator = Callable[[World, Random], Iterator[tuple[str, Record]]]

GENERATORS: dict[str, Generator] = {
    "estate": estate.make,
    "staff": staff.make,
    "roster": roster.make,
    "units": units.make,
    "residents": residents.make,
    "tickets": tickets.make,
    "messages": messages.make,
    "shifts": shifts.make,
    "incidents": outage.make,
    "tallies": tallies.make,
}
"""One line per desk; each may look at what those above it made."""


def records(plan: Plan, world: World | None = None) -> Iterator[tuple[str, Record]]:
    """Yield every record of the sample with its kind; the same for the same plan everywhere.

    Args:
        world: Where the faults that were planted are noted, for who wants to know them.
    """
    world = world or World(plan)
    for name, make in GENERATORS.items():
        for kind, record in make(world, world.chance(name)):
            world.keep(kind, record)
            yield kind, record

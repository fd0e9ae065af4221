"""The clocks of a year of made-up tickets are those that a patient colleague works out."""

from __future__ import annotations

from functools import cache

import pytest

from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.desk.tickets.clocks import owed
from svcctl.desk.tickets.facts import facts
from svcctl.handbook.lookup import Handbook
from svcctl.sample import compose
from svcctl.sample.world import Plan
from svcctl.upkeep.sampling import UNTIL
from tests.support.builders import ZONE
from tests.support.cases import told
from tests.support.handbooks import TEMPLATE
from tests.support.handbooks import shipped
from tests.support.reference_clocks import DUTIES
from tests.support.reference_clocks import Owed
from tests.support.reference_clocks import reckon

SEEDS = (7, 11)
MONTHS = [f"{2025 + (month + 10) // 12}-{(month + 10) % 12 + 1:02}" for month in range(13)]


FILES = [shipped()]
ROLES = toml.parse(TEMPLATE.with_name("roles.toml").read_bytes())
BOOK = Handbook(FILES, ROLES, ZONE, "sample")


@cache
def year(seed: int) -> list[Record]:
    """Return the tickets of a made-up estate."""
    made = compose.records(Plan(seed=seed, units=60, months=12, until=UNTIL))
    return [record for kind, record in made if kind == "ticket"]


def line_above() -> dict[str, list[str]]:
    """Return all roles above each role."""
    superior = {one["key"]: one.get("superior") for one in ROLES["role"]}
    found: dict[str, list[str]] = {}
    for role, first in superior.items():
        found[role], one = [], first
        while one:
            found[role].append(one)
            one = superior[one]
    return found


ABOVE = line_above()


def duties(ticket: Record) -> list[Owed]:
    """Return what the product says is owed."""
    return [
        Owed(one.duty, one.part, one.start, one.due, one.met, one.void)
        for one in owed(ticket, facts(ticket), BOOK)
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("month", MONTHS)
def test_a_month_of_tickets(seed: int, month: str) -> None:
    own = [one for one in year(seed) if f"20{one['id'][1:3]}-{one['id'][3:5]}" == month]
    assert own
    for ticket in own:
        slow = reckon(ticket["log"], FILES, ABOVE, ZONE)
        assert told(duties(ticket)) == told(slow), ticket["id"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_year_has_every_duty(seed: int) -> None:
    assert {one.duty for ticket in year(seed) for one in duties(ticket)} == set(DUTIES)

"""The card of a unit: a home, a shop or a parking space.

Area and meter readings are text, not TOML floats: a float has no two decimals and may change in
the last place when it is written again. `"89.50"` is what the contract says, and stays that.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from typing import Literal

from pydantic import Field

from svcctl.base.model import Card
from svcctl.base.model import Part
from svcctl.base.model import Word
from svcctl.base.model import Words
from svcctl.base.unitid import PATTERN

Segment = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}$")]
Area = Annotated[str, Field(pattern=r"^(?:0|[1-9][0-9]{0,5})\.[0-9]{2}$")]
"""Square metres with two decimals."""

Reading = Annotated[str, Field(pattern=r"^(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,3})?$")]
"""What a meter shows, in its own unit (m³ or kWh)."""


class Meter(Part):
    """A meter and the reading both sides confirmed when the unit was handed over (MOV-09)."""

    kind: Literal["water", "power", "gas"]
    number: Word | None = None
    base: Reading | None = None
    base_on: date | None = None


class Unit(Card):
    """A unit. `building`, `entrance` and `room` say in fields what the id says in short.

    For a shop or a parking space `building` is the building or zone, if there is one.
    """

    id: Annotated[str, Field(pattern=PATTERN)]
    kind: Literal["home", "shop", "parking"]
    building: Segment | None = None
    entrance: Segment | None = None
    room: Segment
    area: Area | None = None
    state: (
        Literal[
            "occupied", "not-moved-in", "vacant", "custody", "decorating", "for-rent", "for-sale"
        ]
        | None
    ) = None
    aliases: list[Word] = Field(default_factory=list)
    note: Words | None = None
    meter: list[Meter] = Field(default_factory=list)


MODEL = Unit

"""The roster: who is on which shift (SHF-01 … SHF-03). Both days of a span belong to it."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from typing import Literal

from pydantic import Field

from svcctl.base.model import Card
from svcctl.base.model import Part
from svcctl.base.model import StaffId
from svcctl.base.model import Word


class RosterRow(Part):
    """Who is on one shift, on the weekdays named (all if none), while the row holds.

    A night belongs to the day on which it begins. Rows add up; one with `instead` replaces, on its
    days, the rows of its shift above it: somebody stands in for a day off (SHF-16).
    """

    shift: Literal["day", "midday", "night"]
    weekdays: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = []
    since: date | None = None
    until: date | None = None
    instead: bool | None = None
    staff: Annotated[list[StaffId], Field(min_length=1)]
    standin: StaffId | None = None
    note: Word | None = None


class Roster(Card):
    """The file `handbook/roster.toml`."""

    row: list[RosterRow] = []


MODEL = Roster

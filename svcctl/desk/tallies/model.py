"""The tally file: the numbers of a period as they were when it was filed (RPT-01, RPT-39)."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from typing import ClassVar
from typing import Literal

from pydantic import Field

from svcctl.base.model import Card
from svcctl.base.model import Moment
from svcctl.base.model import Part
from svcctl.base.model import StaffId
from svcctl.base.model import Word
from svcctl.base.model import Words
from svcctl.desk.tallies.counting import DIMENSIONS

_GROUP = r"[a-z][a-z-]*/[a-z-]*/[a-z0-9-]*"
Count = Annotated[int, Field(ge=0)]
PeriodId = Annotated[str, Field(pattern=r"^\d{4}-(?:\d\d-\d\d|W\d\d|\d\d)$")]
Traced = Annotated[
    str, Field(pattern=rf"^T\d{{6}}-[A-Z]{{1,3}}\d{{2,7}} {_GROUP}(?: > {_GROUP})?$")
]


class Numbers(Part):
    """One line of the equation but for what is reclassified."""

    opening: Count
    new: Count
    reopened: Count
    closed: Count
    cancelled: Count
    duplicate: Count
    open: Count


class GroupRow(Numbers):
    """One group of a tally; without `key` what is in no group. `into`, `away`: reclassified."""

    FIRST: ClassVar = ("by", "key", "opening", "new", "reopened", "into", "away")

    by: Literal[DIMENSIONS]  # type: ignore[valid-type]
    key: Word | None = None
    into: Count
    away: Count


class Trace(Part):
    """Ids behind the numbers, each with its kind, severity and class."""

    opening: list[Traced] = []
    new: list[Traced] = []
    reopened: list[Traced] = []
    reclassified: list[Traced] = []
    closed: list[Traced] = []
    cancelled: list[Traced] = []
    duplicate: list[Traced] = []


class Tally(Numbers, Card):
    """A tally on file. Area and department are where tickets stood when it was filed."""

    FIRST: ClassVar = ("id", "first", "last", "filed_at", "filed_by", "note")

    id: PeriodId
    first: date
    last: date
    filed_at: Moment
    filed_by: StaffId
    note: Words | None = None
    group: list[GroupRow] = []
    trace: Trace | None = None


MODEL = Tally

"""The incident file: one cause that many people report. Which tickets belong to it, they say."""

from __future__ import annotations

from typing import ClassVar
from typing import Literal

from pydantic import Field

from svcctl.base.model import Act
from svcctl.base.model import FieldName
from svcctl.base.model import Key
from svcctl.base.model import Part
from svcctl.base.model import Word
from svcctl.base.model import Words
from svcctl.desk.tickets.incidents.words import STATUSES
from svcctl.desk.tickets.model import IncidentId


class Fields(Part):
    """What entries set and the header shows.

    `buildings`: those that it concerns, whether somebody there reported it or not. `wording`: what
    residents are told, with `{building}` and the like to be filled in.
    """

    subject: Word
    category: Key | None = None
    place: Word | None = None
    buildings: list[Word] = Field(default_factory=list)
    cause: Key | None = None
    wording: Words | None = None


class SetFields(Fields):
    """The fields one entry sets; none is required."""

    subject: Word | None = None  # type: ignore[assignment]


class LogEntry(Act):
    """One act: who did what, when it happened and when it was written down."""

    why: Words | None = None
    note: Words | None = None
    unset: list[FieldName] = Field(default_factory=list)
    set: SetFields | None = None


class Incident(Fields):
    """An incident file: the header is the fold of `log` and is checked against it."""

    FIRST: ClassVar = ("id", "status")

    id: IncidentId
    status: Literal[STATUSES]  # type: ignore[valid-type]
    log: list[LogEntry] = Field(min_length=1)


MODEL = Incident

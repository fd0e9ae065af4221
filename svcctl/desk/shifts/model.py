"""The shift file: one turn of duty at one desk, with its work log or night record.

REC-06 work log, REC-07 telephone messages, REC-08 night record, REC-10 handover.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from typing import ClassVar
from typing import Literal

from pydantic import Field

from svcctl.base.model import Act
from svcctl.base.model import EntryName
from svcctl.base.model import FieldName
from svcctl.base.model import Key
from svcctl.base.model import Part
from svcctl.base.model import StaffId
from svcctl.base.model import Word
from svcctl.base.model import Words
from svcctl.desk.shifts.words import LINES
from svcctl.desk.shifts.words import SHIFTS
from svcctl.desk.shifts.words import STATUSES

ShiftId = Annotated[str, Field(pattern=r"^S\d{6}-[A-Z]{1,3}\d{2,7}$")]
TicketId = Annotated[str, Field(pattern=r"^T\d{6}-[A-Z]{1,3}\d{2,7}$")]


class Line(Part):
    """One line of the work log or night record.

    `contact` is a masked snapshot; the full number lives only with the resident.
    """

    kind: Literal[LINES]  # type: ignore[valid-type]
    urgent: bool | None = None
    subject: Word
    unit: Word | None = None
    unit_said: Word | None = None
    place: Word | None = None
    resident: Word | None = None
    caller: Word | None = None
    contact: Word | None = None
    channel: Key | None = None


class Fields(Part):
    """What entries set and the header shows.

    `day` is the one on which the shift begins; `standin` steps in when those on duty are called
    away (SHF-07); `successor` was named by those who ended it.
    """

    name: Literal[SHIFTS]  # type: ignore[valid-type]
    day: date
    standin: StaffId | None = None
    successor: StaffId | None = None


class SetFields(Fields):
    """The fields one entry sets; none is required."""

    name: Literal[SHIFTS] | None = None  # type: ignore[valid-type]
    day: date | None = None  # type: ignore[assignment]


class LogEntry(Act):
    """One act: who did what, when it happened and when it was written down.

    `who` came or left. `of` is the line that was done or became a `ticket`. `left`: what is left to
    the next shift, `note`: what to watch for, `tools`: what was counted (REC-10). `result`:
    `defect` where the successor did not accept (SHF-12). `to`, `end`: as in a ticket.
    """

    who: list[StaffId] = Field(default_factory=list)
    of: EntryName | None = None
    ticket: TicketId | None = None
    result: Key | None = None
    to: Key | StaffId | None = None
    end: bool | None = None
    left: Words | None = None
    tools: list[Word] = Field(default_factory=list)
    why: Words | None = None
    note: Words | None = None
    unset: list[FieldName] = Field(default_factory=list)
    line: Line | None = None
    set: SetFields | None = None


class Shift(Fields):
    """A shift file: the header is the fold of `log` and is checked against it."""

    FIRST: ClassVar = ("id", "name", "day", "status", "on")

    id: ShiftId
    status: Literal[STATUSES]  # type: ignore[valid-type]
    on: list[StaffId] = Field(default_factory=list)
    log: list[LogEntry] = Field(min_length=1)


MODEL = Shift

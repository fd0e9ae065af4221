"""The ticket file: one matter a resident brought, from intake to filing.

One record with the union of the paper forms' fields (VAR-17, VAR-18; REC-01 … REC-06, REC-11).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from typing import ClassVar
from typing import Literal

from pydantic import Field

from svcctl.base.model import Act
from svcctl.base.model import FieldName
from svcctl.base.model import Key
from svcctl.base.model import Moment
from svcctl.base.model import Part
from svcctl.base.model import StaffId
from svcctl.base.model import Word
from svcctl.base.model import Words
from svcctl.desk.tickets.words import KINDS
from svcctl.desk.tickets.words import LIABILITIES
from svcctl.desk.tickets.words import SEVERITIES
from svcctl.desk.tickets.words import STATUSES
from svcctl.desk.tickets.words import VALIDITIES
from svcctl.desk.tickets.words import WAITS

TicketId = Annotated[str, Field(pattern=r"^T\d{6}-[A-Z]{1,3}\d{2,7}$")]
IncidentId = Annotated[str, Field(pattern=r"^I\d{6}-[A-Z]{1,3}\d{2,7}$")]
LineName = Annotated[str, Field(pattern=r"^S\d{6}-[A-Z]{1,3}\d{2,7}/[1-9]\d{0,8}[A-Z]{1,3}$")]
Money = Annotated[str, Field(pattern=r"^(?:0|[1-9][0-9]{0,8})\.[0-9]{2}$")]
Checksum = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Fields(Part):
    """What entries set and the header shows.

    `unit_said` and `caller` hold what was said while it is not known which unit or who; `contact`
    is a masked snapshot, the full number lives only with the resident. `wanted` is the day the
    resident asked for, `agreed` the one that was agreed on later (VAR-04). `accused`, `concerned`:
    whom and which department a complaint is about (REC-02). `fee` is in yuan, as text because a
    float is not exact. `line` is the line of a night record it was made of (REC-08). `source` is
    the number in the system it came from.
    """

    kind: Literal[KINDS]  # type: ignore[valid-type]
    urgent: bool | None = None
    severity: Literal[SEVERITIES] | None = None  # type: ignore[valid-type]
    subject: Word
    unit: Word | None = None
    unit_said: Word | None = None
    place: Word | None = None
    resident: Word | None = None
    caller: Word | None = None
    contact: Word | None = None
    demand: Words | None = None
    channel: Key | None = None
    wanted: date | None = None
    department: Key | None = None
    assignee: StaffId | None = None
    category: Key | None = None
    constructive: bool | None = None
    validity: Literal[VALIDITIES] | None = None  # type: ignore[valid-type]
    liability: Literal[LIABILITIES] | None = None  # type: ignore[valid-type]
    accused: Word | None = None
    concerned: Key | None = None
    convenient: Word | None = None
    warranty: bool | None = None
    appointment: Moment | None = None
    appointment_end: Moment | None = None
    waiting: Literal[WAITS] | None = None  # type: ignore[valid-type]
    waiting_until: date | None = None
    agreed: date | None = None
    cause: Key | None = None
    fee: Money | None = None
    receipt: Word | None = None
    incident: IncidentId | None = None
    duplicate_of: TicketId | None = None
    line: LineName | None = None
    source: Word | None = None


class SetFields(Fields):
    """The fields one entry sets; none is required."""

    kind: Literal[KINDS] | None = None  # type: ignore[valid-type]
    subject: Word | None = None  # type: ignore[assignment]


class LogEntry(Act):
    """One act: who did what, when it happened and when it was written down.

    `after` is for an entry that a machine wrote: the entry it stands behind. `to` is the role or
    colleague it was put before, `person` the colleague in that role; `result` what a test or a
    callback came to, or why a ticket could be closed early; `confirmed`: the severity was decided
    by who may; `agreed_by`: who agreed to a later day; `second`: the colleague along on a visit
    (NUM-12); `end`: nobody is above (GAP-16); `file`, `sha256`, `kept`: a paper or picture, its
    checksum and where it is.
    """

    final: bool | None = None
    confirmed: bool | None = None
    result: Key | None = None
    score: Annotated[int, Field(ge=1, le=5)] | None = None
    to: Key | StaffId | None = None
    person: StaffId | None = None
    end: bool | None = None
    via: Key | None = None
    agreed_by: Word | None = None
    second: StaffId | None = None
    file: Word | None = None
    sha256: Checksum | None = None
    kept: Word | None = None
    why: Words | None = None
    note: Words | None = None
    unset: list[FieldName] = Field(default_factory=list)
    set: SetFields | None = None


class Ticket(Fields):
    """A ticket file: the header is the fold of `log` and is checked against it."""

    FIRST: ClassVar = ("id", "kind", "status", "disputed")

    id: TicketId
    status: Literal[STATUSES]  # type: ignore[valid-type]
    disputed: bool | None = None
    log: list[LogEntry] = Field(min_length=1)


MODEL = Ticket

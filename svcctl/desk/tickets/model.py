"""The ticket file: one matter a resident brought, from intake to filing.

One record with the union of the paper forms' fields (VAR-17, VAR-18; REC-01 … REC-06, REC-11).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from typing import ClassVar
from typing import Literal

from pydantic import Field

from svcctl.base.model import EntryName
from svcctl.base.model import Moment
from svcctl.base.model import Part
from svcctl.base.model import Word
from svcctl.base.model import Words
from svcctl.desk.tickets.words import KINDS
from svcctl.desk.tickets.words import SEVERITIES
from svcctl.desk.tickets.words import STATUSES

StaffId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$")]
TicketId = Annotated[str, Field(pattern=r"^T\d{6}-[A-Z]{1,3}\d{2,7}$")]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]


class Fields(Part):
    """What entries set and the header shows.

    `unit_said` and `caller` hold what was said while it is not known which unit or who; `contact`
    is a masked snapshot, the full number lives only with the resident. `wanted` is the day the
    resident asked for or agreed to (VAR-04). `source` is the number in the system it came from.
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
    source: Word | None = None


class SetFields(Fields):
    """The fields one entry sets; none is required."""

    kind: Literal[KINDS] | None = None  # type: ignore[valid-type]
    subject: Word | None = None  # type: ignore[assignment]


class LogEntry(Part):
    """One act: who did what, when it happened and when it was written down.

    `after` is for an entry that a machine wrote: the entry it stands behind.
    """

    n: EntryName
    after: EntryName | None = None
    at: Moment
    when: Moment | None = None
    by: StaffId
    did: Key
    final: bool | None = None
    via: Key | None = None
    why: Words | None = None
    note: Words | None = None
    redacted: bool | None = None
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

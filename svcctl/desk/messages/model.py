"""The message file: one thing that somebody is to be told, and whether they were."""

from __future__ import annotations

from typing import Annotated
from typing import ClassVar
from typing import Literal

from pydantic import Field

from svcctl.base.model import Act
from svcctl.base.model import Key
from svcctl.base.model import Moment
from svcctl.base.model import Part
from svcctl.base.model import StaffId
from svcctl.base.model import Word
from svcctl.base.model import Words
from svcctl.desk.messages.words import STATUSES

MessageId = Annotated[str, Field(pattern=r"^[A-Z]\d{6}-[A-Z]{1,3}\d{2,7}(?:\.[a-z0-9-]+){1,4}$")]
AboutId = Annotated[str, Field(pattern=r"^[A-Z]\d{6}-[A-Z]{1,3}\d{2,7}$")]
MessageKey = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}(?:/[a-z0-9-]{1,40}){0,3}$")]


class Fields(Part):
    """What the message says.

    `about`: the record it is about. `key`: what of that record, the same on every desk that posts
    it. `to`: role or colleague. `deliver`: not to be sent before. The words are short and in the
    book's language; what they are about stands in the record itself.
    """

    about: AboutId
    key: MessageKey
    to: Key | StaffId
    words: Word | None = None
    deliver: Moment | None = None


class SetFields(Fields):
    """The fields one entry sets; none is required."""

    about: AboutId | None = None  # type: ignore[assignment]
    key: MessageKey | None = None  # type: ignore[assignment]
    to: Key | StaffId | None = None  # type: ignore[assignment]


class LogEntry(Act):
    """One act: queued by the machine, then sent or dropped. `to` is who was in fact told."""

    to: StaffId | None = None
    via: Key | None = None
    why: Words | None = None
    set: SetFields | None = None


class Message(Fields):
    """A message file: the header is the fold of `log` and is checked against it."""

    FIRST: ClassVar = ("id", "status")

    id: MessageId
    status: Literal[STATUSES]  # type: ignore[valid-type]
    log: list[LogEntry] = Field(min_length=1)


MODEL = Message

"""What all record models share: strictness, and the texts and times they are made of.

A leaf below the models of every desk; it needs pydantic, so only model modules import it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator
from pydantic import AwareDatetime
from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field
from pydantic import StringConstraints

from svcctl.base.clock import is_plausible
from svcctl.base.entry import PATTERN as ENTRY_NAME
from svcctl.base.entry import PLACE
from svcctl.base.i18n import N_


class Part(BaseModel):
    """A table inside a record: unknown keys are errors, values are not converted."""

    # Deferred: only the model of a whole file is built, not its parts once more by themselves.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Card(Part):
    """A record without a log; Git is its history."""


def _to_the_second(moment: datetime) -> datetime:
    if not is_plausible(moment):
        raise ValueError(N_("no moment between 1900 and 2199"))
    if moment.microsecond:
        raise ValueError(N_("moments are kept to the second"))
    return moment


Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\n\r\t]*$")]
"""One line of text."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
"""Text of any number of lines."""

Moment = Annotated[AwareDatetime, AfterValidator(_to_the_second)]
"""A point in time with its offset, to the second."""

EntryName = Annotated[str, Field(pattern=ENTRY_NAME)]

EntryPlace = Annotated[str, Field(pattern=PLACE)]
"""Behind which entry a machine's entry stands; `0`: it is the first."""

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
"""A word of the book's own: an act, a role, a value of a list."""

StaffId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$")]

FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]


class Act(Part):
    """What every entry of a log begins with: who did what, when it happened, when it was recorded.

    `after` is for an entry that a machine wrote: the entry it stands behind.
    """

    n: EntryName
    after: EntryPlace | None = None
    at: Moment
    when: Moment | None = None
    by: StaffId
    did: Key

"""What all record models share: strictness, and the texts and times they are made of.

A leaf below the models of every desk; it needs pydantic, so only model modules import it.
"""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import time
from typing import Annotated
from typing import Self

from pydantic import AfterValidator
from pydantic import AwareDatetime
from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field
from pydantic import StringConstraints
from pydantic import model_validator

from svcctl.base.clock import is_plausible
from svcctl.base.entry import PATTERN as ENTRY_NAME
from svcctl.base.entry import PLACE
from svcctl.base.i18n import N_
from svcctl.base.redaction import WORDS

DISPUTED_FIELD = r"^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,7}$"
Scalar = str | bool | int | float | datetime | date | time
"""Any value of TOML that is neither a list nor a table."""


class Part(BaseModel):
    """A table inside a record: unknown keys are errors, values are not converted."""

    # Deferred: only the model of a whole file is built, not its parts once more by themselves.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Dispute(Part):
    """What a merge found and could not choose: one field that two sides changed in two ways.

    It stands in the card itself, so that a merge never stops: in `[[disputed]]`, or in
    `[[private.disputed]]` for a field below `private`, so that numbers stay there. The field holds
    one of the versions, the same whoever merges; taking the dispute out settles it.

    `field`: its name, below tables dotted: `name`, `time.late_entry`; in a list of tables the list
    first: `relation.until`; in `private.disputed` without `private`: `id_number`.
    `row`: in a list of tables, the fields that tell the row apart (`KEYED` in the rules).
    `values`: what it may be, sorted by content; of a list of plain values, the items that came in
    the place of the same ones (all of them stand in the list); of a list that is a whole
    (`WHOLE` in the rules), lists.
    `gone`: one side took the field out. Without `values`: it took the whole row out, which the
    other side changed and which therefore stands.
    """

    field: Annotated[str, Field(pattern=DISPUTED_FIELD)]
    values: list[Scalar | list[Scalar]] = Field(default_factory=list)
    gone: bool | None = None
    row: dict[str, Scalar | list[Scalar]] | None = None


class Card(Part):
    """A record without a log; Git is its history."""

    disputed: list[Dispute] = Field(default_factory=list)


class PrivateTable(Part):
    """The table `private` of a card: what is shown only with `--reveal`."""

    disputed: list[Dispute] = Field(default_factory=list)


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

    `after` is for an entry that a machine wrote: the entry it stands behind. `redacted`: its words
    were taken out, by whom, when and why; `redacted_fields` names what else lost its text (NFR-02).
    """

    n: EntryName
    after: EntryPlace | None = None
    at: Moment
    when: Moment | None = None
    by: StaffId
    did: Key
    redacted: bool | None = None
    redacted_by: StaffId | None = None
    redacted_at: Moment | None = None
    redacted_why: Words | None = None
    redacted_fields: list[FieldName] = Field(default_factory=list)

    @model_validator(mode="after")
    def _redaction_is_told(self) -> Self:
        told = (self.redacted_by, self.redacted_at, self.redacted_why)
        if self.redacted and None in told:
            raise ValueError(N_("a redacted entry says who redacted it, when and why"))
        if self.redacted and any(getattr(self, key, None) for key in WORDS):
            raise ValueError(N_("a redacted entry has no words any more"))
        if not self.redacted and (self.redacted_fields or any(told)):
            raise ValueError(N_("what is not redacted does not say who redacted it"))
        return self

"""The card of a resident: anyone the centre deals with, whether or not they live here (REC-16)."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from typing import Literal

from pydantic import Field

from svcctl.base.model import Card
from svcctl.base.model import Part
from svcctl.base.model import PrivateTable
from svcctl.base.model import Word
from svcctl.base.model import Words
from svcctl.base.unitid import PATTERN


class Relation(Part):
    """What somebody is to a unit, and when; both days belong to the time.

    On the day of a transfer the unit is the newcomer's. `until` missing means: still.
    """

    unit: Annotated[str, Field(pattern=PATTERN)]
    as_: Literal["owner", "user", "family", "tenant", "merchant", "agent"] = Field(alias="as")
    since: date | None = None
    until: date | None = None
    note: Word | None = None


class Private(PrivateTable):
    """What is needed to call and to verify, and shown only with `--reveal`.

    `id_kind` missing means the resident identity card.
    """

    phones: list[Word] = Field(default_factory=list)
    id_kind: Literal["resident-id", "passport", "permit", "company", "other"] | None = None
    id_number: Word | None = None
    birthday: date | None = None


class Resident(Card):
    """A resident. The way they like to be reached is `contact`; their tongue is `language`."""

    id: Annotated[str, Field(pattern=r"^R-[A-Z]{1,3}[0-9]{4,9}$")]
    name: Word
    kind: (
        Literal[
            "owner",
            "user",
            "resident",
            "tenant",
            "merchant",
            "company",
            "agent",
            "passer-by",
            "other",
        ]
        | None
    ) = None
    salutation: Literal["mr", "ms"] | None = None
    watch: list[Literal["attention", "key", "large-merchant"]] = Field(default_factory=list)
    language: Literal["zh", "en"] | None = None
    contact: Literal["phone", "sms", "wechat", "visit", "none"] | None = None
    note: Words | None = None
    relation: list[Relation] = Field(default_factory=list)
    private: Private | None = None


MODEL = Resident

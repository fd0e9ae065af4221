"""The policy file: limits, open lists and settings in force from a day."""

from __future__ import annotations

from typing import Annotated
from typing import Literal

from pydantic import Field

from svcctl.base.clock import LIMIT_PATTERN
from svcctl.base.model import Card
from svcctl.base.model import Part
from svcctl.base.model import Word

Within = Annotated[str, Field(pattern=rf"^(?:off|{LIMIT_PATTERN})$")]
Rule = Annotated[
    str, Field(pattern=r"^(?:[A-Z]{3}-[0-9]{2,3})(?: [A-Z]{3}-[0-9]{2,3})*$|^assumed$|^house$")
]


class LimitRow(Part):
    """One time limit: who owes what within which time of the event.

    `kind = "*"` holds for every kind of ticket. `within` is `90m`, `24h`, `2d` (24:00 of that day)
    or `off`. `rule` is the requirement the figure comes from, `assumed`, or `house` for the
    centre's own.
    """

    duty: Literal["reply", "answer", "done", "complete"]
    kind: str
    severity: str | None = None
    within: Within
    owner: str
    rule: Rule


Others = list[Word]


class OptionRow(Part):
    """One value of an open list: its Chinese word, pinyin initials, and other words for it."""

    list: Literal["channel", "department"]
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    zh: str
    abbr: str
    en: str
    aliases: Others = []


class TimeSettings(Part):
    """Settings about when things are written down.

    `late_entry`: an event older than this needs a reason when it is recorded.
    """

    late_entry: Within | None = None


class Policy(Card):
    """A policy file; its id is the first day it applies to."""

    id: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    title: Word
    time: TimeSettings | None = None
    limit: list[LimitRow] = []
    option: list[OptionRow] = []


MODEL = Policy

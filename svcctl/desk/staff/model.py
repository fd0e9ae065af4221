"""The card of somebody who works here. Roles are dated; both days belong to the time."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from svcctl.base.model import Card
from svcctl.base.model import Key
from svcctl.base.model import Part
from svcctl.base.model import PrivateTable
from svcctl.base.model import Word
from svcctl.base.model import Words


class Role(Part):
    """A role held for a time; its key is one of `handbook/roles.toml`."""

    role: Key
    since: date | None = None
    until: date | None = None


class Private(PrivateTable):
    """How to reach somebody after hours; shown only with `--reveal`."""

    phones: list[Word] = Field(default_factory=list)


class Staff(Card):
    """A staff member, from the first day (`since`) to the last (`until`)."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(?:[.-][a-z0-9]+){0,3}$")]
    name: Word
    department: Key | None = None
    since: date | None = None
    until: date | None = None
    note: Words | None = None
    role: list[Role] = Field(default_factory=list)
    private: Private | None = None


MODEL = Staff

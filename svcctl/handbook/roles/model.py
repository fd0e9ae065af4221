"""The roles of the centre and who is above whom (ROL; titles differ, VAR-19)."""

from __future__ import annotations

from datetime import date

from svcctl.base.model import Card
from svcctl.base.model import Key
from svcctl.base.model import Part
from svcctl.base.model import Word


class RoleRow(Part):
    """One role, while it is in use (`since`, `until` inclusive)."""

    key: Key
    zh: Word
    en: Word
    aliases: list[Word] = []
    superior: Key | None = None
    deputy: Key | None = None
    since: date | None = None
    until: date | None = None


class Roles(Card):
    """The file `handbook/roles.toml`."""

    role: list[RoleRow] = []


MODEL = Roles

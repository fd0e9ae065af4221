"""Who calls: the resident whose number was given, or a card for a stranger, which holds it.

A full number stands only with a resident; tickets and night records show a mask of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from svcctl.base import phones
from svcctl.base import text
from svcctl.base.fields import table
from svcctl.base.fields import texts
from svcctl.base.i18n import _


def stranger(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the card of a caller whom the book does not know yet: one without a unit."""
    return {
        "id": name,
        "name": _line(said.get("name")) or _("unknown caller"),
        "kind": "passer-by",
        "private": {"phones": [phones.parse(str(said["phone"]))]},
    }


def with_number(card: Mapping[str, Any], phone: object) -> dict[str, Any] | None:
    """Return a resident's card with one more number, None if it is there already."""
    plain = phones.parse(str(phone))
    private_part = table(card, "private")
    held = texts(private_part, "phones")
    if plain in {phones.normalise(one) for one in held}:
        return None
    return {**card, "private": {**private_part, "phones": [*held, plain]}}


def fitting(said: Mapping[str, Any], found: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the ids of those who have the number and whose name may be the one given."""
    name = _line(said.get("name"))
    return [
        str(one["id"]) for one in found if not name or str(one.get("name", "")).startswith(name[:1])
    ]


def _line(said: object) -> str | None:
    return text.line(str(said)) or None if said else None

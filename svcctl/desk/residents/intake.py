"""From what somebody typed, or a line of a file, to the fields of a resident. Pure."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from datetime import date
from typing import Any

from svcctl.base import phones
from svcctl.base.choice import resolve
from svcctl.base.clock import parse_day
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.text import line
from svcctl.base.text import several
from svcctl.desk.residents import actions
from svcctl.desk.residents import words

COLUMNS = (
    "name", "kind", "salutation", "watch", "speaks", "contact", "note",
    "phone", "id_number", "id_kind", "birthday", "unit", "relation", "when",
)  # fmt: skip
"""Columns of a batch; several phones or flags are parted by `;`."""


def fields(said: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return the fields that were said; an empty word clears a field (None).

    Raises:
        UsageProblem: A value is not possible.
    """
    made: dict[str, Any] = {}
    for key, (field, read) in _READERS.items():
        if key in said:
            made[field] = read(said[key]) if _given(said[key]) else None
    details = _private(said, today)
    return {**made, "private": details} if details else made


def _given(typed: object) -> bool:
    return typed is not None and typed not in ("", [], ())


def _private(said: Mapping[str, Any], today: date) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "phone" in said:
        numbers = [phones.parse(one) for one in several(said["phone"])]
        made["phones"] = list(dict.fromkeys(numbers)) or None
    kind = said.get("id_kind")
    if kind is not None:
        kind = resolve(str(kind), words.PAPERS, _("paper")) if kind else None
        made["id_kind"] = None if kind == "resident-id" else kind
    if "id_number" in said:
        number = said["id_number"]
        made["id_number"] = actions.id_number(str(number), kind) if number else None
    if "birthday" in said:
        made["birthday"] = parse_day(str(said["birthday"]), today) if said["birthday"] else None
    return made


def name(said: object) -> str:
    """Return a name as it is kept.

    Raises:
        UsageProblem: There is none.
    """
    kept = line(str(said or ""))
    if not kept:
        raise UsageProblem(_("a resident needs a name, or words by which to know them"))
    return kept


def relation(said: object, kind: object) -> str:
    """Return what somebody is to a unit: as said, or as their kind says.

    Raises:
        UsageProblem: Not said, and the kind does not tell.
    """
    known = {one.key for one in words.RELATIONS}
    if not said and kind in known:
        return str(kind)
    if not said:
        listed = ", ".join(one.key for one in words.RELATIONS)
        raise UsageProblem(_("say what they are to the unit with --relation"), listed)
    return resolve(str(said), words.RELATIONS, _("relation"))


def flags(said: Any) -> list[str]:
    """Return the watch flags said, each once.

    Raises:
        UsageProblem: There is no such flag.
    """
    found = [resolve(one, words.WATCH, _("watch flag")) for one in several(said)]
    return list(dict.fromkeys(found))


_READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("name", name),
    "kind": ("kind", lambda said: resolve(str(said), words.KINDS, _("kind"))),
    "salutation": (
        "salutation",
        lambda said: resolve(str(said), words.SALUTATIONS, _("salutation")),
    ),
    "watch": ("watch", flags),
    "speaks": ("language", lambda said: resolve(str(said), words.LANGUAGES, _("language"))),
    "contact": ("contact", lambda said: resolve(str(said), words.CONTACTS, _("contact"))),
    "note": ("note", lambda said: str(said).strip()),
}

"""What must hold for a staff member, and how lists show one."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from typing import Any

from svcctl.base import phones
from svcctl.base import pinyin
from svcctl.base import private
from svcctl.base.errors import RefusedError
from svcctl.base.fields import day
from svcctl.base.fields import table
from svcctl.base.fields import tables
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.finding import Finding
from svcctl.base.finding import Where
from svcctl.base.i18n import _
from svcctl.base.phonebook import phone_findings
from svcctl.base.record import Record
from svcctl.base.text import fold
from svcctl.base.text import is_han
from svcctl.desk.staff.words import FIELDS
from svcctl.desk.staff.words import VALUES
from svcctl.handbook.listed import unknown_roles
from svcctl.handbook.listed import unlisted
from svcctl.handbook.lookup import Handbook

__all__ = ["FIELDS", "VALUES"]

KEYED = {"role": ("role",)}


def row(record: Record) -> dict[str, Any]:
    """Return the columns of a list of staff; phones are masked."""
    return {
        "name": text(record, "name"),
        "department": text(record, "department"),
        "since": _iso(day(record, "since")),
        "until": _iso(day(record, "until")),
        "role": [
            {
                "role": text(one, "role"),
                "since": _iso(day(one, "since")),
                "until": _iso(day(one, "until")),
            }
            for _place, one in tables(record, "role")
        ],
        "phones": [phones.mask(one) for one in texts(table(record, "private"), "phones") if one],
    }


def _iso(moment: date | None) -> str:
    return moment.isoformat() if moment else ""


def terms(record: Record) -> list[str]:
    """Return the words that find a staff member: id, name, pinyin, initials."""
    name = fold(text(record, "name")).lower()
    own = text(record, "id")
    found = dict.fromkeys([own, *own.split("."), name, *name.split()])
    if any(map(is_han, name)):
        found.update(dict.fromkeys(pinyin.terms(name)))
    return [word for word in found if word]


def works(record: Mapping[str, Any], on: date) -> bool:
    """Tell whether somebody is employed on a day; takes a record or a row."""
    return _covers(record, on)


def roles(record: Mapping[str, Any], on: date) -> list[str]:
    """Return the roles somebody holds on a day; takes a record or a row."""
    if not _covers(record, on):
        return []
    return [text(one, "role") for _place, one in tables(record, "role") if _covers(one, on)]


def refuse_absent(record: Mapping[str, Any], on: date) -> None:
    """Raise if somebody is not employed on a day: has left, or has not begun.

    Raises:
        RefusedError: It is so.
    """
    first, last = _ends(record)
    if last < on.isoformat():
        raise RefusedError(
            _("'{id}' left on {day}").format(id=text(record, "id"), day=last), "svcctl staff list"
        )
    if on.isoformat() < first:
        raise RefusedError(
            _("'{id}' begins on {day}").format(id=text(record, "id"), day=first),
            "svcctl staff list",
        )


def highest_role(record: Mapping[str, Any], handbook: Handbook, on: date) -> str:
    """Return the role that somebody holds on a day, of several the highest; empty if none."""
    own = roles(record, on)
    return min(own, key=lambda one: len(handbook.above(one, on)), default="")


def holders(
    cards: Iterable[Mapping[str, Any]], handbook: Handbook, role: str, on: date
) -> list[Mapping[str, Any]]:
    """Return who holds a role on a day; where nobody does, who deputises (ROL, VAR-19).

    Args:
        cards: Records or rows of the staff.
    """
    known, seen = list(cards), set()
    deputy = {str(row.get("key")): row.get("deputy") for row in handbook.roles(on)}
    wanted: object = role
    while isinstance(wanted, str) and wanted not in seen:
        if found := [card for card in known if wanted in roles(card, on)]:
            return found
        seen.add(wanted)
        wanted = deputy.get(wanted)
    return []


def standing(record: Mapping[str, Any], handbook: Handbook, on: date) -> frozenset[str]:
    """Return the roles somebody may act for on a day; takes a record or a row.

    Their own roles, those they deputise for, and all that are below one of these (ROL, VAR-19).
    """
    own = set(roles(record, on))
    rows = handbook.roles(on)
    own |= {str(row.get("key")) for row in rows if row.get("deputy") in own}
    every = {str(row.get("key")) for row in rows}
    return frozenset(own | {one for one in every if own & set(handbook.above(one, on))})


def _covers(span: Mapping[str, Any], on: date) -> bool:
    first, last = _ends(span)
    return first <= on.isoformat() <= last


def _ends(span: Mapping[str, Any]) -> tuple[str, str]:
    """Return first and last day of a span as ISO text, however it is kept."""
    since, until = (str(span.get(key) or "") for key in ("since", "until"))
    return since or "0000-00-00", until or "9999-99-99"


def checks(record: Record) -> Iterator[Finding]:
    """Yield what is wrong in one card beyond the form."""
    yield from _times(record, ("until",), text(record, "id"))
    yield from _roles(record)
    yield from phone_findings(texts(table(record, "private"), "phones"), "STF")
    for key in ("name", "note"):
        for one in private.find(text(record, key)):
            yield Finding("PRV101", (key,), {"number": one.masked})


def against(record: Record, handbook: Handbook) -> Iterator[Finding]:
    """Yield a department or roles that the handbook does not know, now or ever."""
    newest = handbook.policy(date.max)
    yield from unlisted(newest, record, "department")
    yield from unknown_roles(handbook, "role", record.get("role", []), "role")


def _times(span: Mapping[str, Any], where: Where, what: str) -> Iterator[Finding]:
    since, until = _ends(span)
    if until < since:
        yield Finding("STF101", where, {"what": what, "since": since, "until": until})


def _roles(record: Record) -> Iterator[Finding]:
    hired, left = _ends(record)
    held = [(place, text(one, "role"), *_ends(one)) for place, one in tables(record, "role")]
    for count, (place, role, since, until) in enumerate(held):
        yield from _times(record["role"][place], ("role", place, "until"), role)
        if (record["role"][place].get("since") and since < hired) or (left < until != "9999-99-99"):
            yield Finding("STF106", ("role", place), {"role": role})
        for other, name, begins, ends in held[:count]:
            if name == role and max(begins, since) <= min(ends, until):
                yield Finding("STF102", ("role", place), {"role": role, "other": other + 1})
                break


def describe(record: Record) -> str:
    """Return one line about the staff member."""
    return f"{text(record, 'id')} {text(record, 'name')}"


def masked(record: Record) -> Record:
    """Return the record with its private table fit to be seen."""
    details = table(record, "private")
    if not details:
        return record
    return {**record, "private": {"phones": [phones.mask(one) for one in texts(details, "phones")]}}

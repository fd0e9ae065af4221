"""What must hold for a resident, how lists show one, and by which words one is found."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from svcctl.base import idcard
from svcctl.base import phones
from svcctl.base import pinyin
from svcctl.base import private
from svcctl.base.fields import day
from svcctl.base.fields import table
from svcctl.base.fields import tables
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.finding import Finding
from svcctl.base.finding import Where
from svcctl.base.phonebook import phone_findings
from svcctl.base.record import Link
from svcctl.base.record import Record
from svcctl.base.text import fold
from svcctl.base.text import is_han
from svcctl.desk.residents import relations
from svcctl.desk.residents.words import FIELDS
from svcctl.desk.residents.words import VALUES

__all__ = ["FIELDS", "VALUES"]

KEYED = {"relation": ("unit", "as")}
LOUD = ("name",)
_FAULTS = {"form": "RES104", "date": "RES105", "check": "RES106"}


def row(record: Record) -> dict[str, Any]:
    """Return the columns of a list of residents; numbers are masked."""
    held = list(relations.of(record))
    now = [one for one in held if one.open]
    return {
        "name": text(record, "name"),
        "kind": text(record, "kind"),
        "salutation": text(record, "salutation"),
        "watch": [flag for flag in texts(record, "watch") if flag],
        "phones": [phones.mask(one) for one in texts(table(record, "private"), "phones") if one],
        "units": list(dict.fromkeys(one.unit for one in now)),
        "unit": now[0].unit if now else "",
        "relation": [
            {"unit": one.unit, "as": one.role, "since": one.since, "until": one.until}
            for one in held
        ],
    }


def terms(record: Record) -> list[str]:
    """Return the words that find a resident: name, pinyin, initials, phone tails, units.

    Phones are found whole and by their last four digits, identity numbers not at all.
    """
    name = fold(text(record, "name")).lower()
    found = dict.fromkeys([text(record, "id"), name, *name.split()])
    if any(map(is_han, name)):
        found.update(dict.fromkeys(pinyin.terms(name)))
    for one in texts(table(record, "private"), "phones"):
        found.update({one: None, phones.tail(one): None})
    found.update((one.unit, None) for one in relations.of(record))
    return [word for word in found if word]


def links(record: Record) -> Iterator[Link]:
    """Yield the units that a resident is related to."""
    for one in relations.of(record):
        if one.unit:
            yield Link(("relation", one.place, "unit"), "unit", one.unit)


def checks(record: Record) -> Iterator[Finding]:
    """Yield what is wrong in one resident beyond the form."""
    yield from _times(record)
    yield from _overlaps(record)
    details = table(record, "private")
    yield from phone_findings(texts(details, "phones"), "RES")
    yield from _paper(details)
    for where, words in _open_texts(record):
        for one in private.find(words):
            yield Finding("PRV101", where, {"number": one.masked})


def _times(record: Record) -> Iterator[Finding]:
    for one in relations.of(record):
        if one.since and one.until and one.until < one.since:
            said = {"unit": one.unit, "since": one.since, "until": one.until}
            yield Finding("RES101", ("relation", one.place, "until"), said)


def _overlaps(record: Record) -> Iterator[Finding]:
    held = [one for one in relations.of(record) if one.unit]
    for place, later in enumerate(held):
        for earlier in held[:place]:
            same = (earlier.unit, earlier.role) == (later.unit, later.role)
            if same and (earlier.overlaps(later) or earlier[4:6] == later[4:6]):
                said = {"unit": later.unit, "as": later.role, "other": earlier.place + 1}
                yield Finding("RES102", ("relation", later.place), said)
                break


def _paper(details: Mapping[str, Any]) -> Iterator[Finding]:
    number, kind = text(details, "id_number"), text(details, "id_kind") or "resident-id"
    where: Where = ("private", "id_number")
    if not number or kind not in ("resident-id", "company"):
        return
    proper = idcard.normalise(number)
    fault = idcard.fault(proper) if kind == "resident-id" else idcard.company_fault(proper)
    if fault:
        yield Finding(_FAULTS[fault], where, {"masked": idcard.mask(number), "kind": kind})
    elif proper != number:
        yield Finding("RES111", where, {"masked": idcard.mask(proper)})
    born, said = idcard.birthday(proper), day(details, "birthday")
    if kind == "resident-id" and not fault and said and born != said:
        yield Finding("RES107", ("private", "birthday"), {"masked": idcard.mask(number)})


def _open_texts(record: Record) -> Iterator[tuple[Where, str]]:
    yield ("name",), text(record, "name")
    yield ("note",), text(record, "note")
    for place, one in tables(record, "relation"):
        yield ("relation", place, "note"), text(one, "note")


def describe(record: Record) -> str:
    """Return one line about the resident."""
    units = dict.fromkeys(one.unit for one in relations.of(record) if one.open)
    return " ".join([text(record, "id"), text(record, "name"), *units])


def masked(record: Record) -> Record:
    """Return the record with its private table fit to be seen."""
    details = table(record, "private")
    if not details:
        return record
    shown: dict[str, Any] = dict(details)
    if "phones" in shown:
        shown["phones"] = [phones.mask(one) for one in texts(details, "phones")]
    if "id_number" in shown:
        shown["id_number"] = idcard.mask(text(details, "id_number"))
    if born := day(details, "birthday"):
        shown["birthday"] = private.mask_day(born)
    if "disputed" in shown:
        shown["disputed"] = [{**one, "values": []} for _place, one in tables(details, "disputed")]
    return {**record, "private": shown}

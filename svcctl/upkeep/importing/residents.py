"""Rows as residents: one row for each unit that somebody has to do with, one card for each person.

Rows are one person if the name is the same and a phone, the identity number or a unit is, and no
identity number speaks against it. The same rule finds people who are in the book already.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from svcctl.base.errors import UsageProblem
from svcctl.base.fields import changed
from svcctl.base.fields import table
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.base.text import fold
from svcctl.desk.residents import actions
from svcctl.desk.residents import relations
from svcctl.desk.residents import words
from svcctl.upkeep.importing.cards import differing
from svcctl.upkeep.importing.cells import Field
from svcctl.upkeep.importing.cells import Unfit
from svcctl.upkeep.importing.cells import Values
from svcctl.upkeep.importing.known import Known
from svcctl.upkeep.importing.plan import Outcome
from svcctl.upkeep.importing.plan import Write


def fields(known: Known) -> tuple[Field, ...]:
    """Return what a list of residents can fill."""
    del known
    return (
        Field("name", "name", required=True),
        Field("kind", "choice", words.KINDS),
        Field("salutation", "choice", words.SALUTATIONS),
        Field("watch", "choice", words.WATCH),
        Field("language", "choice", words.LANGUAGES),
        Field("contact", "choice", words.CONTACTS),
        Field("note", "words"),
        Field("unit", "plain"),
        Field("relation", "choice", words.RELATIONS),
        Field("since", "day"),
        Field("until", "day"),
        Field("phones", "phones"),
        Field("id_kind", "choice", words.PAPERS),
        Field("id_number", "number"),
        Field("birthday", "day"),
    )


@dataclass
class _Person:
    """A card while rows are laid onto it.

    Attributes:
        new: Which of the new people it is, from 0; None for a card of the book.
        touched: Whether a row of this list was this person: what it said is not overwritten by
            the next, so that a list with two opinions is not an endless change.
    """

    record: Record
    new: int | None = None
    changed: bool = False
    touched: bool = False


class Residents:
    """Makes residents of rows, joins rows of one person, and knows who is in the book."""

    def __init__(self, known: Known, *, update: bool, unknown: Mapping[str, str]) -> None:
        self._known = known
        self._update = update
        self._unknown = unknown
        self._people: list[_Person] = []
        self._created = 0
        self._by_name: dict[str, list[_Person]] = {}
        for record in known.records("resident"):
            self._add(_Person(record))

    def _add(self, person: _Person) -> None:
        self._people.append(person)
        self._by_name.setdefault(_plain(text(person.record, "name")), []).append(person)

    def writes(self) -> Sequence[Write]:
        """Return the residents to be written."""
        return [Write(one.record, new=one.new is not None) for one in self._people if one.changed]

    def take(self, said: Values, key: str) -> Outcome:
        """Return what becomes of a row; raises as `Adapter.take` says."""
        del key
        relation, kept = self._relation(said.fields)
        card = _card(said, kept)
        found = list(self._same(card, relation))
        if len(found) > 1:
            people = ", ".join(self._shown(one) for one in found)
            raise Unfit(_("it may be any of {people}").format(people=people))
        if found:
            return self._again(found[0], card, relation)
        record = _with_relation(actions.new(f"R-{self._known.desk}0001", card), relation)
        self._check(record)
        number = self._created
        self._created += 1
        person = _Person(record, new=number, changed=True, touched=True)
        self._add(person)
        return Outcome("create", self._shown(person), _title(card, relation), made=number)

    def _again(
        self, person: _Person, card: Mapping[str, Any], relation: Mapping[str, Any]
    ) -> Outcome:
        wanted = _merged(person.record, card, fill_only=person.touched)
        made = _with_relation(changed(person.record, wanted), relation)
        other = differing(person.record, made)
        title = _title(card, relation)
        if not other:
            person.touched = True
            return Outcome("unchanged", self._shown(person), title, made=person.new)
        reason = ", ".join(other)
        if not self._update and person.new is None:
            return Outcome("differs", self._shown(person), title, reason)
        self._check(made)
        person.record, person.changed, person.touched = made, True, True
        return Outcome("update", self._shown(person), title, reason, person.new)

    def _shown(self, person: _Person) -> str:
        return f"R-{self._known.desk}.." if person.new is not None else str(person.record["id"])

    def _check(self, record: Record) -> None:
        if wrong := self._known.faults("resident", record):
            raise Unfit("; ".join(wrong))

    def _same(self, card: Mapping[str, Any], relation: Mapping[str, Any]) -> Iterator[_Person]:
        for person in self._by_name.get(_plain(card["name"]), ()):
            if _is_same(person.record, table(card, "private"), str(relation.get("unit", ""))):
                yield person

    def _relation(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Return what a row says somebody is to a unit, and what is left for the note."""
        if "unit" not in given:
            return {}, []
        said, units = given["unit"], self._known.units(given["unit"])
        if len(units) != 1:
            if self._unknown.get("unit") == "note":
                return {}, [said]
            if units:
                listed = ", ".join(units)
                raise Unfit(_("'{unit}' may be any of {units}").format(unit=said, units=listed))
            raise Unfit(_("there is no unit '{unit}' in the book").format(unit=said))
        role = given.get("relation") or given.get("kind")
        if role not in {choice.key for choice in words.RELATIONS}:
            name = given["name"]
            raise Unfit(
                _("it is not said what '{name}' is to '{unit}'").format(name=name, unit=units[0])
            )
        days = {key: given[key] for key in ("since", "until") if key in given}
        return {"unit": units[0], "as": role, **days}, []


def _plain(name: str) -> str:
    return fold(name).casefold()


def _title(card: Mapping[str, Any], relation: Mapping[str, Any]) -> str:
    parts = (card["name"], relation.get("unit"), relation.get("as"))
    return " ".join(str(part) for part in parts if part)


def _card(said: Values, kept: Iterable[str]) -> dict[str, Any]:
    """Return the fields of the card that a row says.

    Raises:
        Unfit: The identity number is wrong.
    """
    given = said.fields
    plain = ("name", "kind", "salutation", "language", "contact")
    card: dict[str, Any] = {key: given[key] for key in plain if key in given}
    if "watch" in given:
        card["watch"] = [given["watch"]]
    lines = [str(given.get("note", "")), *said.kept, *kept]
    if note := "\n".join(line for line in lines if line):
        card["note"] = note
    details: dict[str, Any] = {
        key: given[key] for key in ("phones", "id_kind", "birthday") if key in given
    }
    if "id_number" in given:
        details["id_number"] = _paper(given["id_number"], given.get("id_kind"))
    return card | ({"private": details} if details else {})


def _paper(number: str, kind: str | None) -> str:
    try:
        return actions.id_number(number, kind)
    except UsageProblem as problem:
        raise Unfit(problem.message) from None


def _is_same(record: Record, details: Mapping[str, Any], unit: str) -> bool:
    """Tell whether a card of the same name is the person that a row means."""
    own = table(record, "private")
    number, other = text(own, "id_number"), text(details, "id_number")
    if number and other:
        return number == other
    if set(texts(own, "phones")) & set(texts(details, "phones")):
        return True
    return bool(unit) and any(one.unit == unit for one in relations.of(record))


def _merged(record: Record, card: Mapping[str, Any], *, fill_only: bool) -> dict[str, Any]:
    """Return the fields of a card after a row: phones and flags add up, notes are appended."""
    made = {key: value for key, value in card.items() if not (fill_only and key in record)}
    if "watch" in card:
        made["watch"] = list(dict.fromkeys([*texts(record, "watch"), *card["watch"]]))
    if "note" in card:
        before = text(record, "note").strip()
        more = [line for line in card["note"].splitlines() if line.strip() not in before]
        made["note"] = "\n".join([before, *more]).strip() if more else text(record, "note")
    if "private" in card:
        own = table(record, "private")
        details = {
            key: value for key, value in card["private"].items() if not (fill_only and key in own)
        }
        if "phones" in card["private"]:
            every = [*texts(own, "phones"), *card["private"]["phones"]]
            details["phones"] = list(dict.fromkeys(every))
        made["private"] = details
    made["name"] = record["name"]
    return made


def _with_relation(record: Record, relation: Mapping[str, Any]) -> Record:
    """Return the card with a relation added, or its end set where the relation is there already."""
    if not relation:
        return record
    held = [dict(one) for one in record.get("relation", [])]
    for one in held:
        same = (one.get("unit"), one.get("as")) == (relation["unit"], relation["as"])
        if same and relation.get("since") in (None, one.get("since")):
            if "until" in relation:
                one["until"] = relation["until"]
            break
    else:
        held.append(dict(relation))
    return {**record, "relation": held}

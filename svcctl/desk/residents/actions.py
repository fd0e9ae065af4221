"""What can be done to the cards of residents.

Relations are closed and opened, never overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from typing import Any
from typing import NamedTuple

from svcctl.base import idcard
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.fields import changed
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.desk.residents import relations


class Move(NamedTuple):
    """A unit that passes from some residents to others on a day."""

    unit: str
    role: str
    when: date


def new(resident: str, fields: Mapping[str, Any]) -> Record:
    """Return the card of a new resident."""
    return changed({"id": resident}, fields)


def edit(record: Record, changes: Mapping[str, Any]) -> Record:
    """Return the card with `changes` set; None clears a field, `private` changes field by field."""
    return changed(record, changes)


def move_in(record: Record, unit: str, role: str, since: date | None) -> Record:
    """Return the card with a new open relation to a unit.

    Raises:
        RefusedError: The same relation is open already, or holds on that day.
    """
    first = since.isoformat() if since else ""
    for one in relations.of(record):
        if (one.unit, one.role) == (unit, role) and (one.open or first < one.until):
            raise RefusedError(
                _("'{id}' is {role} of '{unit}' already").format(
                    id=record["id"], role=role, unit=unit
                ),
                f"svcctl resident show {record['id']}",
            )
    opened = changed({"unit": unit, "as": role}, {"since": since})
    return {**record, "relation": [*record.get("relation", []), opened]}


def move_out(record: Record, unit: str, role: str | None, when: date) -> Record:
    """Return the card with the open relations to a unit ended; of one role, or of every role.

    Raises:
        RefusedError: None is open, or one began after that day.
    """
    held = [dict(one) for one in record.get("relation", [])]
    ending = [one for one in relations.of(record) if _is_open(one, unit, role)]
    if not ending:
        raise RefusedError(
            _("'{id}' has no open relation to '{unit}'").format(id=record["id"], unit=unit),
            f"svcctl resident show {record['id']}",
        )
    for one in ending:
        if one.since > when.isoformat():
            raise RefusedError(
                _("'{id}' came to '{unit}' on {since}, after {when}").format(
                    id=record["id"], unit=unit, since=one.since, when=when
                )
            )
        held[one.place] = changed(held[one.place], {"until": when})
    return {**record, "relation": [_in_order(one) for one in held]}


def _is_open(one: relations.Relation, unit: str, role: str | None) -> bool:
    return one.open and one.unit == unit and role in (None, one.role)


def _in_order(relation: Record) -> Record:
    order = ("unit", "as", "since", "until", "note")
    return {key: relation[key] for key in (*order, *relation) if key in relation}


def transfer(leaving: Sequence[Record], coming: Sequence[Record], move: Move) -> list[Record]:
    """Return the cards of everybody concerned after a unit changed hands.

    Who leaves has the relation ended on that day, who comes has one opened on it. Somebody may
    stay as one of several owners by being named on neither side.

    Raises:
        RefusedError: Somebody to leave has no such relation, somebody to come has it already.
        UsageProblem: Nobody comes, or somebody does both.
    """
    both = {one["id"] for one in leaving} & {one["id"] for one in coming}
    if both:
        raise UsageProblem(_("'{id}' cannot both leave and come").format(id=min(both)))
    if not coming:
        raise UsageProblem(_("nobody is named who takes the unit over"), _("name them with --to"))
    return [
        *(move_out(one, move.unit, move.role, move.when) for one in leaving),
        *(move_in(one, move.unit, move.role, move.when) for one in coming),
    ]


def id_number(typed: str, kind: str | None) -> str:
    """Return a typed identity number as the book writes it.

    Args:
        typed: As typed.
        kind: The paper it stands on; None means the resident identity card. Numbers of other
            papers are kept as they are.

    Raises:
        UsageProblem: Its form, birth date or check digit is wrong.
    """
    if kind not in (None, "resident-id", "company"):
        return typed.strip()
    number = idcard.normalise(typed)
    fault = idcard.company_fault(number) if kind == "company" else idcard.fault(number)
    if fault:
        why = {
            "form": _("it has not the right form"),
            "date": _("the birth date in it is impossible"),
            "check": _("its check digit does not fit"),
        }[fault]
        raise UsageProblem(
            _("identity number '{number}' is wrong: {why}").format(
                number=idcard.mask(number), why=why
            ),
            _("compare it with the card; for another paper give --id-kind"),
        )
    return number

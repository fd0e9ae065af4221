"""What people must see before a unit is handed over: what is open there, and who goes and stays."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from svcctl.base.choice import show as label
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.base.record import Record
from svcctl.desk.residents import search
from svcctl.desk.residents.actions import Move
from svcctl.desk.residents.words import RELATIONS

if TYPE_CHECKING:
    from svcctl.book.book import Book


class Plan(NamedTuple):
    """A unit to be handed over, and between whom."""

    move: Move
    leaving: tuple[str, ...]
    coming: tuple[str, ...]


def open_items(book: Book, unit: str) -> list[dict[str, Any]]:
    """Return what is still open for a unit: tickets today; arrears, keys, deposits later."""
    return book.index.rows("ticket", open=True, unit=unit)


def summary(book: Book, plan: Plan, cards: Mapping[str, Record]) -> Iterator[str]:
    """Yield what is open for the unit, who leaves, who comes and who stays."""
    unit = plan.move.unit
    items = open_items(book, unit)
    if items:
        yield ngettext(
            "{unit}: {count} ticket is still open",
            "{unit}: {count} tickets are still open",
            len(items),
        ).format(unit=unit, count=len(items))
    else:
        yield _("{unit}: nothing is open").format(unit=unit)
    for row in items:
        yield f"  {row['id']}  {row.get('subject', '')}"
    role = label(plan.move.role, RELATIONS)
    for person in plan.leaving:
        yield _("{id} {name} is {role} until {when}").format(
            id=person, name=cards[person].get("name", ""), role=role, when=plan.move.when
        )
    for person in plan.coming:
        yield _("{id} {name} is {role} from {when}").format(
            id=person, name=cards[person].get("name", ""), role=role, when=plan.move.when
        )
    yield from _staying(book, plan)


def _staying(book: Book, plan: Plan) -> Iterator[str]:
    for one in search.open_in(book, plan.move.unit):
        if one.person not in plan.leaving or one.role != plan.move.role:
            yield _("{id} {name} stays {role}; end it with: {command}").format(
                id=one.person,
                name=one.name,
                role=label(one.role, RELATIONS),
                command=f"svcctl resident edit {one.person} --move-out {plan.move.unit}",
            )

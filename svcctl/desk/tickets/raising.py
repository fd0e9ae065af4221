"""Putting a ticket before somebody by hand: what holds beyond the life-cycle table."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from datetime import date

from svcctl.base.choice import show
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.desk.staff import rules as staff
from svcctl.desk.tickets.facts import facts
from svcctl.handbook.lookup import Handbook


def standing_for(card: Record, handbook: Handbook, day: date) -> dict[str, str]:
    """Return what an entry says of a colleague before whom something is put: `to`, `person`.

    A colleague stands there for the highest role they hold: the clocks know roles alone, and the
    ladder must not go below whoever was told.

    Raises:
        RefusedError: The colleague does not work here on that day.
    """
    staff.refuse_absent(card, day)
    name, held = str(card["id"]), staff.highest_role(card, handbook, day)
    return {"to": held, "person": name} if held else {"to": name}


def refuse_lower(
    record: Record, handbook: Handbook, to: str, day: date, roles: Callable[[str], Sequence[str]]
) -> None:
    """Raise if a ticket was put before somebody above `to` already, by hand or by the machine.

    Args:
        to: Role or colleague.
        roles: The roles of a colleague; a role is its own.

    Raises:
        RefusedError: It was.
    """
    own, words = roles(to), handbook.role_choices(day)
    for told in _told(record) if own else ():
        for role in roles(told):
            if all(role in handbook.above(one, day)[1:] for one in own):
                raise RefusedError(
                    _("'{id}' was put before '{told}' already, who is above '{to}'").format(
                        id=record["id"], told=show(told, words), to=show(to, words)
                    ),
                    f"svcctl ticket show {record['id']}",
                )


def _told(record: Record) -> list[str]:
    known = facts(record)
    by_hand = [to for _moment, to in known.get("informed", ())]
    return by_hand + [to for _moment, to, _end in known.get("raised", {}).values()]

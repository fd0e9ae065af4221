"""From what somebody typed, or a line of a file, to the fields of a staff member. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from svcctl.base import phones
from svcctl.base import pinyin
from svcctl.base.choice import refuse_unknown_columns
from svcctl.base.choice import resolve
from svcctl.base.clock import parse_day
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.text import fold
from svcctl.base.text import line
from svcctl.base.text import several
from svcctl.desk.staff import actions
from svcctl.handbook.lookup import Handbook

COLUMNS = ("id", "name", "department", "role", "since", "phone", "note")
"""Columns of a batch; several roles or phones are parted by `;`."""


def card(said: Mapping[str, Any], handbook: Handbook, today: date) -> dict[str, Any]:
    """Return the card of a new colleague; the id is made of the name where none is said.

    Raises:
        UsageProblem: A value is not possible, a column is unknown, or the name gives no id.
    """
    refuse_unknown_columns(said, COLUMNS)
    name = line(str(said.get("name") or ""))
    if not name:
        raise UsageProblem(_("a staff member needs a name"))
    own = fold(str(said.get("id") or "")).lower() or pinyin.staff_id(name)
    if not own:
        raise UsageProblem(
            _("no id can be made of the name '{name}'").format(name=name),
            _("give one with --id, such as wang.fang"),
        )
    since = parse_day(str(said["since"]), today) if said.get("since") else today
    made = actions.new(own, {"name": name, "since": since, **fields(said, handbook, today)})
    for role in roles(said.get("role"), handbook, today):
        made = actions.take_role(made, role, since)
    return made


def fields(said: Mapping[str, Any], handbook: Handbook, today: date) -> dict[str, Any]:
    """Return the fields that were said; an empty word clears a field (None).

    Raises:
        UsageProblem: A value is not possible.
    """
    made: dict[str, Any] = {}
    if "department" in said:
        known = handbook.policy(today).options("department")
        word = said["department"]
        made["department"] = resolve(str(word), known, _("department")) if word else None
    if "note" in said:
        made["note"] = str(said["note"] or "").strip() or None
    if said.get("phone"):
        made["private"] = {"phones": [phones.parse(one) for one in several(said["phone"])]}
    return made


def roles(said: Any, handbook: Handbook, day: date) -> list[str]:
    """Return the keys of the roles said.

    Raises:
        UsageProblem: The handbook has no such role on that day.
    """
    known = handbook.role_choices(day)
    return [resolve(one, known, _("role")) for one in several(said)]

"""Intake: from what a clerk typed to the fields of a new ticket. Never blocked (CMP-02).

A unit or caller that is not known is kept as it was said and becomes a duty to complete.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from datetime import date
from typing import Any
from typing import NamedTuple

from svcctl.base import phones
from svcctl.base import text
from svcctl.base.choice import Choice
from svcctl.base.choice import resolve
from svcctl.base.choice import show
from svcctl.base.clock import parse_day
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.desk.tickets.words import COLUMN_CHOICES
from svcctl.desk.tickets.words import FIELD_CHOICES
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.desk.units.said import where
from svcctl.handbook.lookup import Policy

_TRUE = frozenset(("1", "true", "yes", "y", "是", "急"))
_FALSE = frozenset(("", "0", "false", "no", "n", "none", "否", "不急"))


class Knowledge(NamedTuple):
    """What intake may ask about the book.

    Attributes:
        has: Whether a record exists, by kind and id.
        unit: The id of the unit that a name means; raises if none or several are called so.
        policy: The policy in force today.
        today: The day it is.
    """

    has: Callable[[str, str], bool]
    unit: Callable[[str], str]
    policy: Policy
    today: date


def fields(said: Mapping[str, Any], known: Knowledge) -> dict[str, Any]:
    """Return the fields of a new ticket from what was said.

    Raises:
        UsageProblem: A value is impossible: unknown kind, no such day, unknown option.
    """
    subject = text.line(str(said.get("words") or ""))
    if not subject:
        raise UsageProblem(_("say in a few words what it is about"))
    kind = resolve(str(said.get("kind") or ""), KIND_CHOICES, _("kind"))
    return {
        "kind": kind,
        "urgent": _yes(said.get("urgent"), "urgent"),
        "severity": _severity(said, kind),
        "subject": subject,
        **where(said.get("unit"), known.unit),
        "place": _line(said.get("place")),
        "resident": _existing("resident", said.get("resident"), known),
        "caller": _line(said.get("name")),
        "contact": _contact(said.get("phone")),
        "demand": _line(said.get("demand")),
        "channel": option(said.get("channel"), known.policy.options("channel"), _("channel")),
        "wanted": parse_day(str(said["wanted"]), known.today) if said.get("wanted") else None,
        "category": option(said.get("category"), known.policy.options("category"), _("category")),
        "accused": _line(said.get("accused")),
        "concerned": _department(said.get("concerned"), known),
        "convenient": _line(said.get("convenient")),
        "warranty": _yes(said.get("warranty"), "warranty"),
        "department": _department(said.get("department"), known),
        "assignee": _existing("staff", said.get("assignee"), known),
        "incident": said.get("incident"),
        "source": _line(said.get("source")),
    }


def refuse_early(wanted: date | None, came: date) -> None:
    """Refuse a day asked for that was over before the matter came in: it would be late at once.

    Raises:
        UsageProblem: It is such a day.
    """
    if wanted is not None and wanted < came:
        raise UsageProblem(
            _("it came in on {came}; it cannot be wanted by {wanted}").format(
                came=came, wanted=wanted
            )
        )


def renamed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line of a batch by English key; headings may be Chinese: `类别`, `房号`, `事由`.

    Raises:
        UsageProblem: A column is not known; names the nearest.
    """
    return {resolve(key, COLUMN_CHOICES, _("column")): value for key, value in row.items()}


def option(said: object, choices: Iterable[Choice], what: str) -> str | None:
    """Return the key of an open list's value, None where nothing was said.

    Raises:
        UsageProblem: The handbook has no such value.
    """
    known = list(choices)
    if said and not known:
        raise UsageProblem(
            _("the handbook has no list of this yet: {what}").format(what=what),
            _("the shipped one is in a book that 'svcctl init' makes; see docs/guides/handbook.md"),
        )
    return resolve(str(said), known, what) if said else None


def corrections(said: Mapping[str, Any], known: Knowledge) -> dict[str, Any]:
    """Return the header fields that a correction sets; an empty word clears a field.

    Raises:
        UsageProblem: A resident that the book does not know, no such day, or several units.
        NotFoundError: There is no such unit.
    """
    fields: dict[str, Any] = {
        key: _line(value) if isinstance(value, str) else value for key, value in said.items()
    }
    if "subject" in fields and not fields["subject"]:
        raise UsageProblem(_("say in a few words what it is about"))
    if said.get("unit"):
        fields["unit"] = known.unit(str(said["unit"]))
    if said.get("resident"):
        _existing("resident", said["resident"], known)
    if said.get("wanted"):
        fields["wanted"] = parse_day(str(said["wanted"]), known.today)
    for key in ("urgent", "warranty"):
        if said.get(key) is False:
            fields[key] = None
    return fields


def _yes(said: object, what: str) -> bool | None:
    """Return True for a yes of a batch or an option, None for a no or nothing."""
    word = text.fold(str(said or "")).lower()
    if word not in _TRUE | _FALSE:
        raise UsageProblem(
            _("no {what} '{text}'").format(what=show(what, FIELD_CHOICES), text=said),
            _("allowed: {values}").format(values=_("yes, no")),
        )
    return True if word in _TRUE else None


def _department(said: object, known: Knowledge) -> str | None:
    return option(said, known.policy.options("department"), _("department"))


def _severity(said: Mapping[str, Any], kind: str) -> str | None:
    if not said.get("severity"):
        return None
    if kind != "complaint":
        raise UsageProblem(_("only a complaint has a severity"))
    return resolve(str(said["severity"]), SEVERITY_CHOICES, _("severity"))


def _contact(said: object) -> str | None:
    return phones.mask(phones.parse(str(said))) if said else None


def money(said: str) -> str:
    """Return a sum in yuan as it is kept: `35.00`.

    Raises:
        UsageProblem: It is no sum.
    """
    plain = text.fold(said).lstrip("¥￥").rstrip("元").strip()
    if not re.fullmatch(r"(?:0|[1-9]\d{0,8})(?:\.\d{1,2})?", plain):
        raise UsageProblem(
            _("'{text}' is no sum of money").format(text=said), _("write it as 35 or 35.50")
        )
    whole, point, part = plain.partition(".")
    return f"{whole}{point or '.'}{part:0<2}"


def one_line(said: object) -> str | None:
    """Return words as one line to keep, None for nothing."""
    return _line(said)


def _line(said: object) -> str | None:
    return text.line(str(said)) or None if said else None


def _existing(kind: str, said: object, known: Knowledge) -> str | None:
    if not said:
        return None
    if not known.has(kind, str(said)):
        raise UsageProblem(_("there is no {kind} '{id}'").format(kind=_(kind), id=said))
    return str(said)

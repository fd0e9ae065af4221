"""A policy in words: its limits, rungs, settings and lists as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.choice import Choice
from svcctl.base.choice import say
from svcctl.base.choice import show as label
from svcctl.base.clock import length_words
from svcctl.base.i18n import N_
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.desk.shifts.words import DUTY_CHOICES as SHIFT_DUTIES
from svcctl.desk.tickets.words import DUTY_CHOICES
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.handbook.policy.words import FIELDS
from svcctl.handbook.policy.words import VALUES
from svcctl.term.names import Names
from svcctl.upkeep.clock_words import after_words

if TYPE_CHECKING:
    from svcctl.handbook.lookup import Limit
    from svcctl.handbook.lookup import Policy
    from svcctl.handbook.lookup import Rung
    from svcctl.term.context import Run

_DUTIES = (*DUTY_CHOICES, *SHIFT_DUTIES)
_SETTINGS = {
    ("time", "late_entry"): N_("written down later than this needs a reason"),
    ("time", "waiting_pauses"): N_("waits for which the work's clock stands still"),
    ("time", "doubles"): N_("how far back a double is looked for"),
    ("shift", "summer"): N_("first and last day of summer hours"),
    ("shift", "midday"): N_("midday duty"),
    ("shift", "midday_summer"): N_("midday duty in summer"),
    ("shift", "night"): N_("night shift"),
    ("shift", "night_summer"): N_("night shift in summer"),
    ("shift", "early"): N_("to be there before a shift"),
    ("shift", "least"): N_("how many are always there"),
    ("shift", "standin"): N_("who stands in at night"),
    ("shift", "tools"): N_("tools counted at the handover"),
    ("callback", "attempts"): N_("callback attempts, on different days"),
    ("callback", "by_handler"): N_("a callback by the one who did the work"),
    ("callback", "staff_inside"): N_("how many go on a visit inside a home"),
    ("callback", "tell"): N_("who is told when somebody is not satisfied"),
    ("close", "needs"): N_("needed before a ticket is closed"),
    ("close", "exempt"): N_("kinds that are closed without it"),
    ("escalate", "deliver"): N_("when a message about something late goes out"),
    ("may", "confirm"): N_("who may confirm a severity"),
    ("may", "judge"): N_("who may judge"),
    ("may", "extend"): N_("who may extend"),
    ("may", "callback"): N_("who may call back"),
    ("may", "redact"): N_("who may redact"),
    ("report", "week_ends"): N_("the weekday a week ends on"),
    ("report", "cutoff_day"): N_("the day of the month the complaint file ends on"),
    ("report", "repeats"): N_("how many of a kind are a repeated problem"),
    ("git", "commit"): N_("who commits what a command wrote"),
    ("git", "signed"): N_("whether commits must be signed"),
    ("git", "near"): N_("how far recorded times may lie from their commit"),
}
_KINDS: dict[tuple[str, ...], tuple[Choice, ...]] = {("close", "exempt"): KIND_CHOICES}
_LISTS = {
    "channel": N_("channel"),
    "department": N_("department"),
    "category": N_("category"),
    "cause": N_("cause"),
    "area": N_("area"),
}


class PolicyWords:
    """Words for what stands in policies.

    Args:
        policies: Where the words of categories are looked up.
    """

    def __init__(self, run: Run, *policies: Policy) -> None:
        self._names = Names(run)
        self._categories = [one for policy in policies for one in policy.options("category")]

    def name(self, part: str, key: tuple[str, ...]) -> str:
        """Return what an entry of a policy is about; `key` as `compare.Difference` has it."""
        if part == "limit":
            duty, kind, severity, category = key
            return f"{self._matter(kind, severity, category)} {self.duty(duty)}"
        if part == "rung":
            return self._rung_name(*key)
        if part == "setting":
            section, field = key
            known = _SETTINGS.get((section, field))
            return _(known) if known else label(field, FIELDS)
        return _("{list} {key}").format(list=_(_LISTS.get(part, part)), key=key[0])

    def duty(self, duty: str) -> str:
        """Return the word for a duty."""
        return _("every duty") if duty == "*" else label(duty, _DUTIES)

    def value(self, part: str, value: Any, key: tuple[str, ...] = ()) -> str:
        """Return what an entry says, of a setting by its `key`; None is one not in force."""
        if part == "limit":
            return self.limit(value)
        if value is None:
            return _("none")
        if part == "rung":
            return self.rung(value)
        return self._setting(value, key)

    def _setting(self, value: Any, key: tuple[str, ...]) -> str:
        if isinstance(value, list):
            return joined(self._setting(one, key) for one in value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        known = _KINDS.get(key) or VALUES.get(key[-1] if key else "", ())
        if not isinstance(value, str) or (isinstance(known, str) and known != "category"):
            return self._plain(value)
        return label(value, self._categories if isinstance(known, str) else known)

    def _plain(self, value: Any) -> str:
        if isinstance(value, Choice):
            return say(value)
        if isinstance(value, Mapping):
            return self._area(value)
        if isinstance(value, list):
            return joined(map(str, value))
        return self._names.of(value) if isinstance(value, str) else str(value)

    def limit(self, limit: Limit | None) -> str:
        """Return until when something is owed by a limit."""
        if limit is None or limit.within == "off":
            return _("no limit")
        words = {
            "agreed": _("as agreed with the resident"),
            "shift": _("by the end of the shift"),
            "0d": _("the same day"),
            "0m": _("at once"),
        }.get(limit.within) or length_words(limit.within)
        if limit.agreed:
            words = _("{length}, or as agreed with the resident").format(length=words)
        if limit.to:
            words = _("{length}, before {name}").format(length=words, name=self._names.of(limit.to))
        return words

    def owner(self, limit: Limit | None) -> str:
        """Return who owes what a limit is for."""
        if limit is None:
            return _("nobody")
        return _("owed by {owner}").format(owner=self._names.of(limit.owner))

    def rung(self, rung: Rung) -> str:
        """Return when a rung is reached and who is told."""
        if rung.after == "off":
            return _("none")
        if rung.to:
            whom = self._names.of(rung.to)
        elif rung.up:
            whom = _("{count} above the one who owes it").format(count=rung.up)
        else:
            whom = _("the one who owes it")
        return _("{after}, {whom}").format(after=after_words(rung.after), whom=whom)

    def _matter(self, kind: str, severity: str, category: str) -> str:
        words = _("every kind") if kind == "*" else label(kind, KIND_CHOICES)
        if severity:
            words = f"{words}/{label(severity, SEVERITY_CHOICES)}"
        return f"{words}/{label(category, self._categories)}" if category else words

    def _rung_name(self, duty: str, severity: str, step: str) -> str:
        about = self.duty(duty)
        if severity:
            about = _("{duty} ({part})").format(duty=about, part=label(severity, SEVERITY_CHOICES))
        return _("raising of {duty}, step {step}").format(duty=about, step=step)

    def _area(self, area: Mapping[str, Any]) -> str:
        parts = [joined(map(str, area.get("buildings", ()))), str(area.get("ambassador", ""))]
        return _("; ").join(part for part in parts if part)

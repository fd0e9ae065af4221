"""What an act needs: the words and fields of its row, who may do it, and what filing waits for.

Asked once, when an entry is appended. Required fields bite at *done* and *close*, not at intake.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from datetime import datetime
from functools import cached_property

from svcctl.base import clock
from svcctl.base.case import happened
from svcctl.base.case import refuse_clock_set_back
from svcctl.base.choice import show
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.desk.tickets import calls
from svcctl.desk.tickets import lifecycle
from svcctl.desk.tickets.clocks import owed
from svcctl.desk.tickets.facts import facts
from svcctl.desk.tickets.lifecycle import ACTIONS
from svcctl.desk.tickets.runs import limit_of
from svcctl.desk.tickets.runs import policy_of
from svcctl.desk.tickets.story import replay
from svcctl.desk.tickets.words import ACT_CHOICES
from svcctl.desk.tickets.words import ENTRY_CHOICES
from svcctl.desk.tickets.words import FIELD_CHOICES
from svcctl.desk.tickets.words import STATUS_CHOICES
from svcctl.desk.tickets.words import verb
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import Policy


class Bounds:
    """What the handbook allows the one who acts.

    Args:
        standing: The roles the acting person may act for: their own, those they deputise for, and
            all below these; or what finds them, for most acts do not ask.
    """

    def __init__(
        self, handbook: Handbook, standing: frozenset[str] | Callable[[], frozenset[str]]
    ) -> None:
        self.handbook = handbook
        self._standing = standing

    @cached_property
    def standing(self) -> frozenset[str]:
        """The roles the acting person may act for."""
        return self._standing() if callable(self._standing) else self._standing

    def policy(self, record: Record) -> Policy:
        """Return the policy that a ticket is judged by: of the day on which it was opened."""
        return policy_of(facts(record), self.handbook)

    def role(self, record: Record, act: str) -> str | None:
        """Return the role that the policy reserves an act for, None where anyone may."""
        who = ACTIONS[act].who
        return self.policy(record).setting("may", who) if who else None


_FOLLOWS = {
    "done": ("reopen", "watertest", "callback"),
    "cancel": ("reopen",),
    "duplicate": ("reopen",),
    "reopen": ("done", "close", "cancel", "duplicate"),
    "tell": ("done",),
    "sign": ("done",),
    "watertest": ("done",),
    "callback": ("done",),
    "close": ("done", "answer"),
    "missed": ("appoint",),
}
"""What an act cannot have happened before, besides the opening."""


def refuse(record: Record, entry: Entry) -> None:
    """Raise if `entry` may not be appended to `record` now, whoever appends it.

    Raises:
        RefusedError: Not legal in this state, something it needs is missing, or its time is wrong.
    """
    step = lifecycle.step_of(entry)
    state = record.get("status", "")
    if lifecycle.after(step, state) is None:
        raise RefusedError(
            _("'{id}' is {state}; '{did}' is not possible").format(
                id=record["id"],
                state=show(state, STATUS_CHOICES),
                did=verb(str(entry["did"])),
            ),
            *lifecycle.legal_steps(record),
        )
    _refuse_lack(record, entry, ACTIONS[step])
    if entry["did"] == "missed":
        _refuse_missed(record, entry)
    if (entry.get("set") or {}).get("duplicate_of") == record["id"]:
        raise RefusedError(_("'{id}' is no duplicate of itself").format(id=record["id"]))
    _refuse_time(record, entry)
    _refuse_past(record, entry)


def _refuse_missed(record: Record, entry: Entry) -> None:
    start = record.get("appointment")
    if not isinstance(start, datetime):
        raise RefusedError(
            _("'{id}' has no appointment that could be missed").format(id=record["id"]),
            f"svcctl ticket appoint {record['id']} …",
        )
    if happened(entry).timestamp() < start.timestamp():
        raise RefusedError(
            _("the appointment of '{id}' is at {moment}; nobody can have missed it yet").format(
                id=record["id"], moment=f"{start.astimezone(entry['at'].tzinfo):%Y-%m-%d %H:%M}"
            ),
            f"svcctl ticket appoint {record['id']} …",
        )


def _refuse_lack(record: Record, entry: Entry, action: lifecycle.Action) -> None:
    given = {**entry, **(entry.get("set") or {})}
    for need in action.needs:
        if not str(given.get(need, "")).strip():
            raise RefusedError(
                _lacking(need).format(
                    did=verb(str(entry["did"])),
                    id=record["id"],
                    need=show(need, (*ENTRY_CHOICES, *FIELD_CHOICES)),
                ),
                f"svcctl ticket {entry['did']} {record['id']}{action.rest}",
            )
    if entry["did"] == "assign" and not given.keys() & {"department", "assignee"}:
        raise RefusedError(_("'assign' of '{id}' needs --to").format(id=record["id"]))


def _lacking(need: str) -> str:
    if need == "why":
        return _("'{did}' of '{id}' needs --why")
    if need == "note":
        return _("'{did}' of '{id}' needs words")
    return _("'{did}' of '{id}' needs {need}")


def _refuse_time(record: Record, entry: Entry) -> None:
    log = record.get("log", [])
    refuse_clock_set_back(record, entry)
    before = ("open", *_FOLLOWS.get(entry["did"], ()))
    acts = [one for one, _state in replay(log).applied if one["did"] in before]
    since = happened(acts[-1]) if acts else None
    if not isinstance(since, datetime) or happened(entry).timestamp() >= since.timestamp():
        return
    raise RefusedError(
        _("'{id}' was {act} at {since}; this cannot have happened before").format(
            id=record["id"], act=show(acts[-1]["did"], ACT_CHOICES), since=f"{since:%Y-%m-%d %H:%M}"
        )
    )


def _refuse_past(record: Record, entry: Entry) -> None:
    """What is agreed on or waited for lies ahead of the moment at which that was done."""
    moment, given = happened(entry), entry.get("set") or {}
    for key in ("appointment", "waiting_until", "agreed"):
        value = given.get(key)
        if isinstance(value, datetime):
            past, words = value.timestamp() < moment.timestamp(), f"{value:%Y-%m-%d %H:%M}"
        else:
            past, words = isinstance(value, date) and value < moment.date(), str(value)
        if past:
            raise RefusedError(
                _("'{id}': {field} {value} is in the past").format(
                    id=record["id"], field=show(key, FIELD_CHOICES), value=words
                )
            )


def refuse_beyond(record: Record, entry: Entry, bounds: Bounds) -> None:
    """Raise if the handbook does not let this person do this, or not yet.

    Raises:
        RefusedError: It is reserved for a role, or *done* or *close* lacks what it needs.
    """
    role = bounds.role(record, lifecycle.step_of(entry))
    # Anybody may propose how grave a matter is; `confirms` tells who decides.
    if role and entry["did"] != "classify" and role not in bounds.standing:
        day = entry["at"].date()
        raise RefusedError(
            _("'{did}' of '{id}' is reserved for a role: {role}").format(
                did=verb(str(entry["did"])),
                id=record["id"],
                role=show(role, bounds.handbook.role_choices(day)),
            ),
            f"svcctl staff list --role {role}",
        )
    if entry["did"] == "done":
        _refuse_done(record)
    if entry["did"] == "extend":
        _refuse_extend(record, bounds)
    if entry["did"] == "close":
        _refuse_close(record, entry, bounds)
    if entry["did"] == "watertest":
        _refuse_watertest(record, bounds)
    if entry["did"] == "callback":
        calls.refuse(record, entry, bounds.policy(record))


def reserved(record: Record, entry: Entry, handbook: Handbook) -> str:
    """Return the role that an act of a ticket is reserved for; empty where anybody may.

    A classification that decides nothing is a proposal, and what came from another system with the
    ticket itself had that system's rules.
    """
    step = lifecycle.step_of(entry)
    if step not in ACTIONS or (entry.get("did") == "classify" and not entry.get("confirmed")):
        return ""
    log = record.get("log") or [{}]
    if record.get("source") and entry.get("at") == log[0].get("at"):
        return ""
    return Bounds(handbook, frozenset()).role(record, step) or ""


def confirms(record: Record, bounds: Bounds) -> bool:
    """Tell whether a classification by the acting person is a decision, not a proposal (GAP-26)."""
    role = bounds.role(record, "classify")
    return not role or role in bounds.standing


def early_close(record: Record, bounds: Bounds) -> str:
    """Return why a ticket may be closed without all that closing needs; empty if it may not.

    An invalid complaint always; what is exempt as soon as it is answered, before any work is done.
    """
    if record.get("validity") == "invalid":
        return "invalid"
    exempt = record.get("kind") in bounds.policy(record).setting("close", "exempt", [])
    return "answered" if exempt and record.get("status") in lifecycle.RUNNING else ""


def _refuse_extend(record: Record, bounds: Bounds) -> None:
    """Only where the policy says so does a day agreed with the resident move a limit (VAR-04)."""
    policy, name = bounds.policy(record), record["id"]
    limit = limit_of(record, policy, "done")
    if limit is not None and (limit.agreed or limit.within == "agreed"):
        return
    if limit is not None:
        raise RefusedError(
            _(
                "'{id}' cannot be extended: its limit of {limit} stands, "
                "whatever is agreed ({rule})"
            ).format(id=name, limit=clock.length_words(limit.within), rule=limit.rule),
            f"svcctl escalate {name} --to … --why …",
        )
    hint = f"svcctl ticket lifecycle {name}"
    if record.get("kind") == "complaint" and not record.get("severity"):
        hint = f"svcctl ticket classify {name} --severity …"
    raise RefusedError(_("'{id}' has no limit that could be extended").format(id=name), hint)


def _refuse_done(record: Record) -> None:
    """What the result is filed under must be known when the work is done."""
    name = record["id"]
    if record.get("unit_said") and not (record.get("unit") or record.get("place")):
        raise RefusedError(
            _("'{id}' cannot be done: the unit '{said}' is not known").format(
                id=name, said=record["unit_said"]
            ),
            f"svcctl ticket edit {name} --unit …",
            f"svcctl ticket edit {name} --place …",
        )
    if record.get("kind") == "complaint" and not record.get("severity"):
        raise RefusedError(
            _("'{id}' cannot be done: nobody said how grave the complaint is").format(id=name),
            f"svcctl ticket classify {name} --severity …",
        )


def _refuse_watertest(record: Record, bounds: Bounds) -> None:
    """Only what owes a water test is tested; else a failed one would send a lamp back to work."""
    if limit_of(record, bounds.policy(record), "watertest") is None:
        raise RefusedError(
            _("'{id}' owes no water test: it is not classed as a leak").format(id=record["id"]),
            _HINTS["leak"].format(id=record["id"]),
        )


_HINTS = {
    "tell": "svcctl ticket tell {id}",
    "callback": "svcctl callback record {id} satisfied|fair|unsatisfied|…",
    "watertest": "svcctl ticket watertest {id} --result passed|failed",
    "sign": "svcctl ticket sign {id}",
    "leak": "svcctl ticket classify {id} --category leak",
    "invalid": "svcctl ticket judge {id} --validity invalid",
}


def _refuse_close(record: Record, entry: Entry, bounds: Bounds) -> None:
    policy = bounds.policy(record)
    result = entry.get("result")
    known = facts(record)
    name = record["id"]
    if result == "invalid" and record.get("validity") != "invalid":
        raise RefusedError(
            _("'{id}' was not judged invalid").format(id=name),
            _HINTS["invalid"].format(id=name),
        )
    exempt = record.get("kind") in policy.setting("close", "exempt", [])
    if result == "answered" and not (exempt and "replied" in known):
        raise RefusedError(
            _("'{id}' was not answered").format(id=name), f'svcctl ticket answer {name} "…"'
        )
    if result or exempt:
        return
    needs = policy.setting("close", "needs", ["told"])
    if "told" in needs and "told" not in known:
        raise RefusedError(
            _("'{id}' cannot be closed: the resident was not told the result").format(id=name),
            f"svcctl ticket tell {name}",
        )
    if "feasibility" in needs and record.get("constructive") and "feasible" not in known:
        raise RefusedError(
            _("'{id}' cannot be closed: a constructive suggestion needs a feasibility note").format(
                id=name
            ),
            f'svcctl ticket feasibility {name} "…"',
        )
    for one in owed(record, known, bounds.handbook):
        if one.duty in needs and one.duty in _HINTS and one.met is None and not one.void:
            raise RefusedError(_lack_of(one.duty).format(id=name), _HINTS[one.duty].format(id=name))


def _lack_of(duty: str) -> str:
    return {
        "callback": _("'{id}' cannot be closed: the resident was not called back"),
        "watertest": _("'{id}' cannot be closed: the water test is missing"),
        "sign": _("'{id}' cannot be closed: the resident's signature is missing"),
    }[duty]

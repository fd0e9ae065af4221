"""Return calls: who dealt with the matter, which attempt it is, what a call may not be.

Source: VIS-01 … VIS-04, VIS-12, NUM-11, NUM-12. `needs` asks `refuse` when a call is recorded; what
is only doubtful is told by `doubts` and never in the way.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from datetime import timedelta
from datetime import tzinfo
from typing import Any
from typing import NamedTuple

from svcctl.base import clock
from svcctl.base import private
from svcctl.base.case import happened
from svcctl.base.entry import in_order
from svcctl.base.entry import tables_of
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.record import Approval
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.desk.tickets.facts import facts
from svcctl.desk.tickets.runs import Case
from svcctl.desk.tickets.runs import concluded
from svcctl.desk.tickets.runs import limit_of
from svcctl.desk.tickets.runs import policy_of
from svcctl.desk.tickets.story import fold
from svcctl.desk.tickets.words import REACHED
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import Policy

UNSATISFIED = "unsatisfied"
UNREACHABLE = "unreachable"


class Standing(NamedTuple):
    """How far the callback of a ticket is.

    Attributes:
        tried: On how many different days nobody was reached.
        wanted: How many such days conclude it.
        concluded: Whether it came to its end.
        last: The last of these days.
    """

    tried: int
    wanted: int
    concluded: bool
    last: date | None

    def earliest(self, today: date) -> date:
        """Return the first day on which a call without an answer can conclude it."""
        following = max(today, self.last + timedelta(days=1)) if self.last else today
        return following + timedelta(days=self.wanted - self.tried - 1)


def standing(record: Record, handbook: Handbook) -> Standing:
    """Return how far the callback of a ticket that is done is."""
    known = facts(record)
    policy = policy_of(known, handbook)
    calls = _calls(known)
    ended = concluded(calls, Case(record, known, handbook, policy)) is not None
    days = _days(calls, handbook.zone)
    return Standing(len(days), attempts(policy), ended, max(days, default=None))


def attempts(policy: Policy) -> int:
    """Return on how many different days nobody must be reached before it is concluded."""
    wanted: int = policy.setting("callback", "attempts", 3)
    return wanted


def days_tried(calls: Iterable[tuple[int, str]], zone: tzinfo) -> int:
    """Return on how many different days nobody was reached."""
    return len(_days(calls, zone))


def _days(calls: Iterable[tuple[int, str]], zone: tzinfo) -> set[date]:
    return {
        clock.moment(at).astimezone(zone).date() for at, result in calls if result == UNREACHABLE
    }


def _calls(known: Mapping[str, Any]) -> list[tuple[int, str]]:
    cycles = known["cycles"]
    return cycles[-1].get("calls", []) if cycles else []


def handler(head: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return who dealt with a matter; empty where only a department is known.

    The colleague it was handed to; if it was handed to nobody, who wrote down that it was done. At
    the desk somebody else writes that down for a department.
    """
    if assignee := head.get("assignee"):
        return str(assignee)
    cycles = known["cycles"]
    return "" if head.get("department") or not cycles else str(cycles[-1].get("by") or "")


def refuse(record: Record, entry: Entry, policy: Policy) -> None:
    """Raise if a return call cannot be recorded so.

    Raises:
        RefusedError: A leak whose water test was not passed yet, a complaint without words, a call
            by the one who did the work where the policy forbids it.
    """
    known = facts(record)
    name = record["id"]
    _refuse_untested(record, entry, known, policy)
    if entry.get("result") == UNSATISFIED and not str(entry.get("note", "")).strip():
        raise RefusedError(
            _("'{id}': say with what the resident is not satisfied").format(id=name),
            f'svcctl callback record {name} unsatisfied --note "…"',
        )
    if entry.get("score") and entry.get("result") not in REACHED:
        raise RefusedError(_("'{id}': nobody was asked, so there is no score").format(id=name))
    if entry.get("second") == entry["by"]:
        raise RefusedError(_("'{id}': the second on a visit is somebody else").format(id=name))
    own = handler(record, known) == entry["by"]
    if own and policy.setting("callback", "by_handler") == "refuse":
        raise RefusedError(
            _("'{id}' was handled by {by}; somebody else calls back").format(
                id=name, by=entry["by"]
            ),
            "svcctl callback list --as NAME",
        )


def approvals(record: Record, handbook: Handbook) -> Iterator[Approval]:
    """Yield calls that the policy keeps from who did the work: who did it, who called (GAP-33)."""
    log = in_order(tables_of(record.get("log", [])))
    for place, entry in enumerate(log):
        if entry.get("did") != "callback":
            continue
        before = {"id": record.get("id"), **fold(log[:place]), "log": log[:place]}
        known = facts(before)
        who = handler(before, known)
        rule = policy_of(known, handbook).setting("callback", "by_handler")
        if who and rule in ("refuse", "warn"):
            grave = rule == "refuse"
            yield Approval(str(entry.get("n")), who, str(entry.get("by")), grave)


def _refuse_untested(
    record: Record, entry: Entry, known: Mapping[str, Any], policy: Policy
) -> None:
    """A leak is called back once its water test was passed (NUM-26)."""
    if limit_of(record, policy, "watertest") is None:
        return
    cycle = known["cycles"][-1] if known["cycles"] else {}
    passed = [at for at, result in cycle.get("tests", ()) if result == "passed"]
    if not passed or happened(entry).timestamp() < passed[0]:
        raise RefusedError(
            _("'{id}' is a leak; it is called back once the water test was passed").format(
                id=record["id"]
            ),
            "svcctl ticket watertest {id} --result passed|failed".format(id=record["id"]),
        )


def doubts(record: Record, entry: Entry, handbook: Handbook) -> list[str]:
    """Return what is doubtful about a call that may be recorded, given the ticket before it."""
    known = facts(record)
    policy = policy_of(known, handbook)
    found: list[str] = []
    own = handler(record, known) == entry["by"]
    if own and policy.setting("callback", "by_handler") == "warn":
        found.append(_("{by} handled it and calls back").format(by=entry["by"]))
    inside = policy.setting("callback", "staff_inside", 1)
    # Nobody home, or not let in, is a visit outside (VIS-15, VIS-16).
    went_in = entry.get("via") == "visit" and record.get("unit") and entry["result"] in REACHED
    if went_in and not entry.get("second") and inside > 1:
        # "In principle" two, and the visit was made: it is recorded all the same (VIS-06).
        found.append(
            _("inside a home {count} go together; who came along? --second NAME").format(
                count=inside
            )
        )
    if private.find(str(entry.get("note", ""))):
        found.append(_("the words hold a private number; it belongs with the resident"))
    if standing(record, handbook).concluded:
        found.append(_("it was called back before"))
    elif entry.get("result") == UNREACHABLE and _tried_that_day(entry, known, handbook):
        found.append(_("it was tried on that day before; a day counts once"))
    return found


def _tried_that_day(entry: Entry, known: Mapping[str, Any], handbook: Handbook) -> bool:
    day = happened(entry).astimezone(handbook.zone).date()
    days = (clock.moment(at).astimezone(handbook.zone).date() for at, _result in _calls(known))
    return day in days

"""The clocks of a ticket: what is owed, from when, until when.

Every figure is a limit of the policy in force on the day the ticket was opened (VAR-01 … VAR-07).
Nothing here knows what time it is now. What starts and meets a duty is in `runs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from svcctl.base import clock
from svcctl.base.record import Record
from svcctl.desk.tickets.facts import CLASS
from svcctl.desk.tickets.lifecycle import ENDED
from svcctl.desk.tickets.runs import INVALID
from svcctl.desk.tickets.runs import RUNS
from svcctl.desk.tickets.runs import SHARED
from svcctl.desk.tickets.runs import Case
from svcctl.desk.tickets.runs import Run
from svcctl.desk.tickets.runs import limits_of
from svcctl.desk.tickets.runs import policy_of
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import Limit
from svcctl.kinds import Clock

_OF_ASSIGNEE = frozenset(("contact", "reply", "answer", "appoint", "done", "watertest", "resume"))
"""Duties of the one who deals with the matter; the others are the desk's."""

_NOT_OWED = (INVALID, SHARED)
"""Why a duty is not owed in the class that a ticket is in, though it may be in another."""

_HOUR = 3600


def clocks(record: Record, facts: Mapping[str, Any], handbook: Handbook) -> list[Clock]:
    """Return every clock of a ticket, met or not, and the rungs on which what is late is raised."""
    from svcctl.desk.tickets.ladder import rungs  # it reads the clocks made here

    found = owed(record, facts, handbook)
    return found + rungs(record, facts, handbook, found)


def owed(record: Record, facts: Mapping[str, Any], handbook: Handbook) -> list[Clock]:
    """Return every clock of a ticket but for the rungs."""
    if "opened" not in facts:
        return []
    case = Case(record, facts, handbook, policy_of(facts, handbook))
    made = _clocks(case)
    if facts.get("reclassified"):
        made = _reclassified(case, made)
    return sorted(made, key=lambda one: (one.start, one.due or 0, one.duty, one.part))


def _clocks(case: Case) -> list[Clock]:
    return [
        _clock(case, limit, run)
        for limit in limits_of(case.head, case.policy)
        if limit.duty in RUNS
        for run in RUNS[limit.duty](case, limit)
    ]


# -- from a run to a clock ------------------------------------------------------------------------


def _clock(case: Case, limit: Limit, run: Run) -> Clock:
    due, paused = (run.due, 0) if run.due is not None else _until(case, limit, run)
    if run.void == SHARED:
        # Done for this ticket alone it counts, but nobody can be late with it.
        in_time = run.met is not None and (due is None or run.met <= due)
        run = run._replace(void="", ended=None) if in_time else run._replace(met=None)
    fell = run.void or run.ended is not None
    void, ended = (run.void, run.ended) if fell else _void(case, run)
    return Clock(
        duty=limit.duty,
        start=run.start,
        since=run.since,
        limit="" if run.by else limit.within,
        due=due,
        met=run.met,
        owner=_owner(case, limit, run),
        rule=limit.rule,
        void=void,
        paused=paused,
        part=run.part,
        role=limit.owner,
        by=run.by,
        ended=ended,
        set_at=run.set_at,
    )


def _until(case: Case, limit: Limit, run: Run) -> tuple[int | None, int]:
    """Return when a run ends, and by how much waiting has moved it."""
    start = case.local(run.start)
    zone = case.handbook.zone
    if limit.within == "shift":
        hours = case.policy.timetable
        closing = hours.shift(start).end if case.head.get("urgent") else hours.closing(start)
        return int(closing.timestamp()), 0
    if limit.within == "agreed":
        return None, 0
    if limit.within == "0d":
        end = clock.end_of_day(case.policy.timetable.counted_day(start), zone)
        return int(end.timestamp()), 0
    plain = due = clock.due(start, limit.within, zone)
    if pauses := _pauses(case, limit):
        due = clock.due(start, limit.within, zone, pauses)
    if due is None or plain is None:
        return None, 0
    return int(due.timestamp()), int(due.timestamp() - plain.timestamp())


def _pauses(case: Case, limit: Limit) -> list[clock.Pause]:
    """Return the waits for which the policy stops the clock; by default none does (GAP-15)."""
    reasons = case.policy.setting("time", "waiting_pauses", [])
    if limit.duty != "done" or not reasons:
        return []
    found = []
    for start, until, ended, reason, _how in case.facts.get("waits", ()):
        last = clock.end_of_day(date.fromisoformat(until), case.handbook.zone)
        end = last if ended is None else min(last, case.local(ended))
        if reason in reasons and end > case.local(start):
            found.append(clock.Pause(case.local(start), end))
    return found


def _owner(case: Case, limit: Limit, run: Run) -> str:
    if run.owner:
        return run.owner
    if limit.duty in _OF_ASSIGNEE and (assignee := case.head.get("assignee")):
        return str(assignee)
    return limit.owner


def _reclassified(case: Case, made: list[Clock]) -> list[Clock]:
    """Return the clocks with who answers for those that a reclassification put into the past.

    Assumed: no source says it (domain: "the reclassifier's for 1 hour"). Who reclassifies what was
    late before does not answer for it.
    """
    changes = case.facts["reclassified"]
    former = [
        {
            (one.duty, one.part): None if one.void in _NOT_OWED else one.due
            for one in _clocks(case._replace(head=head))
        }
        for head in (classed(case.head, was) for _moment, _by, was in changes)
    ]
    return [_late_since(one, changes, former) for one in made]


def classed(head: Record, was: Mapping[str, Any]) -> Record:
    """Return a header with what it said of the class at a time, and nothing else of it."""
    made = {key: value for key, value in head.items() if key not in CLASS} | dict(was)
    if isinstance(wanted := was.get("wanted"), str):
        made["wanted"] = _day(wanted)
    return made


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _late_since(one: Clock, changes: list[Any], former: list[dict[Any, int | None]]) -> Clock:
    if one.due is None:
        return one
    due: int | None = one.due
    moved = [
        moment
        for (moment, _by, _was), before in zip(changes, former, strict=True)
        if before.get((one.duty, one.part)) != due
    ]
    if moved:  # the last change before which it ended at another moment
        one = one._replace(set_at=max(one.set_at, moved[-1]))
    for (moment, by, _was), before in zip(reversed(changes), reversed(former), strict=True):
        if due is None or due > moment or (one.met is not None and one.met <= moment):
            return one
        due = before.get((one.duty, one.part))
        if due is None or due > moment:
            return one._replace(held=by, held_until=moment + _HOUR)
    return one


def _void(case: Case, run: Run) -> tuple[str, int | None]:
    """Say why and since when an unmet duty is owed no longer: the ticket ended without it.

    Or, in a ticket taken over from elsewhere, the work was done before this book knew of it.
    """
    status = str(case.head.get("status", ""))
    if run.met is not None:
        return "", None
    if status in ENDED:
        return status, case.facts.get("closed", case.facts.get("cancelled"))
    done = case.facts["cycles"][0].get("done")
    if case.head.get("source") and done is not None and run.start <= done < case.facts["known"]:
        return "earlier", int(done)
    return "", None

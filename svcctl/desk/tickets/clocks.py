"""The clocks of a ticket: what is owed, from when, until when.

Every figure is a limit of the policy in force on the day the ticket was opened (VAR-01 … VAR-04).
Nothing here knows what time it is now.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from svcctl.base import clock
from svcctl.base import fields
from svcctl.base.record import Record
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import Limit
from svcctl.kinds import Clock

_MET_BY = {"reply": "replied", "answer": "answered"}


def clocks(record: Record, facts: dict[str, Any], handbook: Handbook) -> list[Clock]:
    """Return every clock of a ticket, met or not."""
    if "opened" not in facts:
        return []
    opened_day = clock.moment(facts["opened"]).astimezone(handbook.zone).date()
    policy = handbook.policy(opened_day)
    limits = policy.limits(record.get("kind", ""), record.get("severity", ""))
    made = [one for limit in limits for one in _of_limit(limit, record, facts, handbook)]
    return sorted(made, key=lambda one: (one.start, one.due or 0, one.duty))


def _of_limit(
    limit: Limit, record: Record, facts: dict[str, Any], handbook: Handbook
) -> Iterator[Clock]:
    if limit.duty == "done":
        yield from _done(limit, record, facts, handbook)
    elif limit.duty == "complete":
        if "unit_said" in facts:
            yield _clock(limit, record, facts, handbook, met=facts.get("placed"))
    elif limit.duty in _MET_BY:
        yield _clock(limit, record, facts, handbook, met=facts.get(_MET_BY[limit.duty]))


def _clock(
    limit: Limit, record: Record, facts: dict[str, Any], handbook: Handbook, *, met: int | None
) -> Clock:
    start = facts["opened"]
    due = clock.due(clock.moment(start), limit.within, handbook.zone)
    return Clock(
        duty=limit.duty,
        start=start,
        since="opened",
        limit=limit.within,
        due=int(due.timestamp()) if due else None,
        met=met,
        owner=record.get("assignee") or limit.owner,
        rule=limit.rule,
        void=_void(record, met),
    )


def _void(record: Record, met: int | None) -> str:
    """Say why an unmet duty is owed no longer: the ticket ended without it."""
    if met is not None:
        return ""
    status = record.get("status", "")
    return str(status) if status in ("closed", "cancelled") else ""


def _done(
    limit: Limit, record: Record, facts: dict[str, Any], handbook: Handbook
) -> Iterator[Clock]:
    """Yield one clock for the intake and one for each reopening, which starts the limit anew."""
    wanted = fields.day(record, "wanted") if record.get("severity") == "minor" else None
    last = len(facts["cycles"]) - 1
    for turn, (start, met) in enumerate(facts["cycles"]):
        made = _clock(limit, record, facts, handbook, met=met)
        due = clock.due(clock.moment(start), limit.within, handbook.zone)
        made = made._replace(
            start=start,
            since="reopened" if turn else "opened",
            due=int(due.timestamp()) if due else None,
        )
        if wanted and not turn:
            until = clock.end_of_day(wanted, handbook.zone)
            made = made._replace(due=int(until.timestamp()), limit="", rule="wanted VAR-04")
        if met is None and turn < last:
            # It was taken up again without having been done: only from cancelled.
            made = made._replace(void="cancelled")
        yield made

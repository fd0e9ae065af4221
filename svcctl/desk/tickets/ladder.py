"""The ladder: before whom a duty is brought that is late, when, and what was brought there already.

A rung is due at a moment that follows from the record and the handbook alone, so whoever looks,
whenever, finds the same. The first rung that was not yet recorded is a clock of the duty
`escalate`; its name in the log (`auto/escalate/done-2/3`) is made of duty, run and step, so two
desks that raise it write the same entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from svcctl.base import clock
from svcctl.base.record import Record
from svcctl.desk.tickets.clocks import classed
from svcctl.desk.tickets.clocks import owed as owed_by
from svcctl.desk.tickets.runs import policy_of
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import Rung
from svcctl.kinds import END
from svcctl.kinds import ESCALATE
from svcctl.kinds import Clock


def rungs(
    record: Record, facts: Mapping[str, Any], handbook: Handbook, owed: Sequence[Clock]
) -> list[Clock]:
    """Return the rungs that were raised, and of each duty the next one that will be."""
    if "opened" not in facts:
        return []
    policy = policy_of(facts, handbook)
    found: dict[str, Clock] = {}
    for severity, clocks in (
        *_before(record, facts, handbook),
        (str(record.get("severity", "")), owed),
    ):
        for one in clocks:
            for rung in _of_clock(one, policy.rungs(one.duty, severity), facts, handbook):
                known = found.setdefault(rung.part, rung)
                if known.met is None and (rung.due or 0) < (known.due or 0):
                    found[rung.part] = rung
    return [*_others(facts, found), *found.values()]


def _before(
    record: Record, facts: Mapping[str, Any], handbook: Handbook
) -> Iterator[tuple[str, list[Clock]]]:
    """Yield the clocks of each class that a ticket was in before, up to when it was reclassified.

    What was late then was to be raised then, whatever it was called later.
    """
    changes = facts.get("reclassified", ())
    for place, (moment, _by, was) in enumerate(changes):
        then = {**facts, "reclassified": changes[:place]}
        found = owed_by(classed(record, was), then, handbook)
        clocks = [
            one._replace(ended=moment if one.ended is None else min(moment, one.ended))
            for one in found
        ]
        yield str(was.get("severity", "")), clocks


def name_of(duty: str, part: str, step: int) -> str:
    """Return the name of a rung: of the second run of `done` the third is `done-2/3`."""
    return f"{duty}-{part}/{step}" if part else f"{duty}/{step}"


def _others(facts: Mapping[str, Any], shown: Mapping[str, Clock]) -> Iterator[Clock]:
    """Yield what was raised for an end, a duty or a ladder that there is no longer."""
    for name, (told, to, end) in facts.get("raised", {}).items():
        if name not in shown:
            duty = name.partition("/")[0].partition("-")[0]
            by = END if end else ""
            yield Clock(ESCALATE, told, duty, "", told, told, to, "", part=name, by=by)


def _of_clock(
    one: Clock, ladder: Sequence[Rung], facts: Mapping[str, Any], handbook: Handbook
) -> Iterator[Clock]:
    if one.due is None:
        return
    raised = facts.get("raised", {})
    stop = min([end for end in (one.met, one.ended) if end is not None], default=None)
    ended = False
    last = 0
    for rung in ladder:
        name = name_of(one.duty, one.part, rung.step)
        if name in raised:
            told, to, end = raised[name]
            ended, last = ended or end, max(last, told)
            yield _clock(one, rung, name, told, to)._replace(met=told, by=END if end else "")
            continue
        moment = _moment(one, rung, facts, last)
        if moment is None or (stop is not None and moment >= stop):
            continue
        to, end = _target(one, rung, moment, facts, handbook)
        if end and ended:
            continue
        yield _clock(one, rung, name, moment, to)._replace(by=END if end else "")
        return


def _moment(one: Clock, rung: Rung, facts: Mapping[str, Any], last: int) -> int | None:
    """Return when a rung is reached, None if it never is.

    Not before the rung below, not before the book knew of the matter or its end was set, not within
    the hour of the one who made it late, and not while the ticket was filed or given up. A reminder
    is left out if its moment lies before it could be given.
    """
    if one.due is None:
        return None
    reached = one.due + seconds(rung.after)
    known = max(int(facts["known"]), one.set_at, one.held_until)
    if reached < one.due:
        return reached if max(one.start, known, last) <= reached else None
    reached = max(reached, known, last)
    cycles = facts["cycles"]
    for cycle, after in zip_longest(cycles, cycles[1:]):
        if "ended" not in cycle or reached < cycle["ended"]:
            continue
        if after is None:
            return None
        reached = max(reached, after["start"])
    return reached


@lru_cache(maxsize=64)
def seconds(after: str) -> int:
    """Return the seconds of a signed length such as `-4h`; a day has 24 hours."""
    span: timedelta = clock.length(after.removeprefix("-"))
    return int(-span.total_seconds() if after.startswith("-") else span.total_seconds())


def _target(
    one: Clock, rung: Rung, moment: int, facts: Mapping[str, Any], handbook: Handbook
) -> tuple[str, bool]:
    """Return before whom a rung brings a duty, and whether there is nobody above to go to.

    One above the owner for each `up`, or the role named; never below one who was told before. What
    is told at the same moment of other duties does not count, so their order does not matter.
    """
    if not rung.to and not rung.up:
        return one.owner, False
    day = clock.moment(moment).astimezone(handbook.zone).date()
    line = handbook.above(rung.to or one.role, day)
    wanted = 0 if rung.to else rung.up
    told = [line.index(to) for to in _told_before(moment, facts) if to in line]
    return line[min(max([wanted, *told]), len(line) - 1)], wanted > len(line) - 1


def _told_before(moment: int, facts: Mapping[str, Any]) -> Iterator[str]:
    yield from (to for at, to in facts.get("informed", ()) if at < moment)
    yield from (to for at, to, _end in facts.get("raised", {}).values() if at < moment)


def _clock(one: Clock, rung: Rung, name: str, moment: int, to: str) -> Clock:
    return Clock(
        duty=ESCALATE,
        start=one.due or one.start,
        since=one.duty,
        limit=rung.after,
        due=moment,
        met=None,
        owner=to,
        rule=rung.rule,
        part=name,
        role=one.role,
    )

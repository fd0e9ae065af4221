"""What starts each duty of a ticket, what meets it, and what makes it fall away.

One function for each duty yields its runs. How long a run may take is the business of `clocks`.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from datetime import datetime
from itertools import zip_longest
from typing import Any
from typing import NamedTuple

from svcctl.base import clock
from svcctl.base import fields
from svcctl.base.record import Record
from svcctl.desk.tickets.facts import GROUPS
from svcctl.desk.tickets.words import REACHED
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import Limit
from svcctl.handbook.lookup import Policy


class Case(NamedTuple):
    """What the clocks of one ticket are computed from.

    Attributes:
        head: The header fields.
        policy: The policy of the day on which it was opened.
    """

    head: Record
    facts: Mapping[str, Any]
    handbook: Handbook
    policy: Policy

    def local(self, epoch: int) -> datetime:
        """Return a moment in the zone of the estate."""
        return clock.moment(epoch).astimezone(self.handbook.zone)


class Run(NamedTuple):
    """One run of a duty's clock.

    Attributes:
        due: Set where the end does not follow from the limit: an appointment, a day agreed on.
        ended: When it fell away, if `void` says that it did.
        part: Which of several runs of one duty; see `Clock`.
        owner: Who owes it, where it is neither the assignee nor the owner of the limit.
        by: What the end follows from, where it is not the limit: `appointment`, `wanted` ….
        set_at: When the end became what it is, where it was moved.
    """

    start: int
    since: str
    met: int | None
    void: str = ""
    ended: int | None = None
    due: int | None = None
    part: str = ""
    owner: str = ""
    by: str = ""
    set_at: int = 0


Runs = Iterator[Run]


def policy_of(facts: Mapping[str, Any], handbook: Handbook) -> Policy:
    """Return the policy that a ticket is judged by: of the day on which it was opened."""
    return handbook.policy(clock.moment(facts.get("opened", 0)).astimezone(handbook.zone).date())


def limits_of(head: Mapping[str, Any], policy: Policy) -> list[Limit]:
    """Return the limits that a policy sets for the class a ticket is in."""
    return policy.limits(*(str(head.get(key, "")) for key in GROUPS))


def limit_of(head: Mapping[str, Any], policy: Policy, duty: str) -> Limit | None:
    """Return the limit of one duty for the class a ticket is in, None where it is not owed."""
    return next((one for one in limits_of(head, policy) if one.duty == duty), None)


INVALID = "invalid"
SHARED = "incident"
"""Why a duty is not owed for a ticket: it is done once for all tickets of an incident."""

_ROUTING = frozenset(("contact", "forward", "appoint"))
"""Duties that wait for the handover if a matter of the night can wait (NUM-09, VAR-29)."""


def _from_opening(fact: str) -> Callable[[Case, Limit], Runs]:
    """Return the runs of a duty that starts with the intake and that one fact meets."""

    def runs(case: Case, limit: Limit) -> Runs:
        yield Run(*_start(case, limit), case.facts.get(fact))

    return runs


def _start(case: Case, limit: Limit) -> tuple[int, str]:
    """Return from when a duty runs: routing that can wait starts at the handover."""
    opened = int(case.facts["opened"])
    if limit.duty in _ROUTING and not case.head.get("urgent"):
        from_then = case.policy.timetable.handover(case.local(opened))
        if (start := int(from_then.timestamp())) > opened:
            return start, "handover"
    return opened, "opened"


def _forward(case: Case, limit: Limit) -> Runs:
    """Met when it is put before the role named or one above it; else when it is handed on.

    What is done without having been handed on needs no handing on any more.
    """
    start, since = _start(case, limit)
    if not limit.to:
        known = case.facts["known"] if case.head.get("source") else 0
        handed = [one["done"] for one in case.facts["cycles"] if one.get("done", -1) >= known]
        if "assigned" in case.facts:
            handed.append(case.facts["assigned"])
        met = min(handed, default=None)
        yield _of_incident(case, Run(start, since, met), own="assigned" in case.facts)
        return
    day = case.local(case.facts["opened"]).date()
    line = case.handbook.above(limit.to, day)
    told = [moment for moment, to in case.facts.get("informed", ()) if to in line]
    yield Run(start, since, min(told, default=None))


def _report(case: Case, limit: Limit) -> Runs:
    """A department owes its reply from when it was handed the matter, each department its own."""
    del limit
    handed = case.facts.get("handed", ())
    for place, (moment, department, replied) in enumerate(handed):
        run = Run(moment, "handed", replied, part=_part(place), owner=department)
        if place < len(handed) - 1 and replied is None:
            run = run._replace(void="reassigned", ended=handed[place + 1][0])
        yield run


def _appoint(case: Case, limit: Limit) -> Runs:
    """Owed from the intake, when it was taken up again, and when nobody was home."""
    runs = [
        run
        for turn, cycle in enumerate(case.facts["cycles"])
        for run in _appoint_in(case, limit, turn, cycle)
    ]
    for place, run in enumerate(runs):
        yield run._replace(part=_part(place))


def _appoint_in(case: Case, limit: Limit, turn: int, cycle: dict[str, Any]) -> Runs:
    made = [one for one in case.facts.get("appointments", ()) if one[5] == turn]
    starts = [_start(case, limit) if not turn else (cycle["start"], _SINCE[cycle["how"]])]
    starts += [(one[3], one[4]) for one in made if one[4] == "missed"]
    # The first is met by the first appointment, each other one by that after the missed one.
    after = [0] + [place + 1 for place, one in enumerate(made) if one[4] == "missed"]
    for nth, ((start, since), place) in enumerate(zip(starts, after, strict=True)):
        met = made[place][0] if place < len(made) else cycle.get("done")
        run = _fallen(Run(start, since, met), cycle)
        # A visit of one's own that was missed, and what was taken up again, is one of many no more.
        yield run if turn or nth else _of_incident(case, run, own=place < len(made))


def _of_incident(case: Case, run: Run, *, own: bool) -> Run:
    """Say that what is one matter with others is handed on, appointed and signed for as one.

    Args:
        own: Whether it was done for this ticket alone all the same; that counts if it was in time.
    """
    if not case.head.get("incident"):
        return run
    return run._replace(met=run.met if own else None, void=SHARED, ended=run.start)


def _fallen(run: Run, cycle: Mapping[str, Any]) -> Run:
    """Say that an unmet run of a cycle fell away when the cycle was filed or given up."""
    if run.met is not None or "end" not in cycle:
        return run
    return run._replace(void=cycle["end"], ended=cycle["ended"])


def _done(case: Case, limit: Limit) -> Runs:
    """One run for the intake and one for each time it was taken up again, which starts anew.

    An end that is agreed on anew, or an appointment at which nobody was home, is a run of its own,
    so that it stays known whether the first was kept.
    """
    for turn, cycle in enumerate(case.facts["cycles"]):
        run = Run(cycle["start"], _SINCE[cycle["how"]], cycle.get("done"))
        ends = _ends(case, limit, turn)
        count = 0
        for end, after in zip_longest(ends, ends[1:]):
            if not end.by and limit.within == "agreed":
                continue  # nothing is agreed on that it could be late for
            one = run._replace(due=end.due, by=end.by, set_at=end.set_at)
            one = one._replace(part=f"{turn + 1}-{count + 1}" if count else _part(turn))
            count += 1
            if after is None:
                yield _fallen(one, cycle)
            else:
                void = "missed" if after.missed else "moved"
                yield one._replace(met=None, void=void, ended=after.set_at)


_SINCE = {"open": "opened", "reopen": "reopened", "watertest": "failed", "callback": "unsatisfied"}
"""What began a cycle, as a clock says it."""


class _End(NamedTuple):
    """An end that was agreed on with the resident; without `due`, that of the limit."""

    due: int | None = None
    by: str = ""
    set_at: int = 0
    missed: bool = False


def _ends(case: Case, limit: Limit, turn: int) -> list[_End]:
    """Return the ends that stood one after the other in a cycle.

    What was agreed on last stands: an appointment until it is given up, or a day; else the day
    that the resident asked for at intake (VAR-04); else the limit.
    """
    only = limit.within == "agreed"
    if not (only or limit.agreed):
        return [_End()]
    wanted = None if turn else fields.day(case.head, "wanted")
    day = _End() if wanted is None else _End(_end_of(case, wanted), "wanted")
    found = [day]
    for moment, what, until, of in case.facts.get("ends", ()):
        if of != turn or (what != "agreed" and not only):
            continue
        if what == "missed":
            if found[-1].by == "appointment":
                found.append(day._replace(set_at=moment, missed=True))
        elif what == "appointment":
            found.append(_End(until, what, moment))
        else:
            day = _End(_end_of(case, date.fromisoformat(until)), what, moment)
            found.append(day)
    return found


def _end_of(case: Case, day: date) -> int:
    return int(clock.end_of_day(day, case.handbook.zone).timestamp())


def _part(turn: int) -> str:
    return str(turn + 1) if turn else ""


def _after_done(case: Case) -> Iterator[tuple[dict[str, Any], Run]]:
    """Yield each cycle that was done, with the run of what follows from it, not yet met.

    It falls away when the matter is taken up again; and in a ticket taken over from elsewhere, if
    the work was done before this book knew of it.
    """
    cycles = case.facts["cycles"]
    for turn, cycle in enumerate(cycles):
        if "done" not in cycle:
            continue
        run = _fallen(Run(cycle["done"], "done", None, part=_part(turn)), cycle)
        if turn < len(cycles) - 1 and not run.void:
            run = run._replace(void="reopened", ended=cycles[turn + 1]["start"])
        if case.head.get("source") and cycle["done"] < case.facts["known"]:
            run = run._replace(void="earlier", ended=cycle["done"])
        yield cycle, run


def _met(run: Run, met: int | None) -> Run:
    return run if met is None else run._replace(met=met, void="", ended=None)


def _cycle_duty(fact: str) -> Callable[[Case, Limit], Runs]:
    """Return the runs of a duty that is owed each time the work is done."""

    def runs(case: Case, limit: Limit) -> Runs:
        del limit
        for cycle, run in _after_done(case):
            yield _met(run, cycle.get(fact))

    return runs


def _sign(case: Case, limit: Limit) -> Runs:
    del limit
    for cycle, run in _after_done(case):
        yield _of_incident(case, _met(run, cycle.get("signed")), own="signed" in cycle)


def _watertest(case: Case, limit: Limit) -> Runs:
    del limit
    for cycle, run in _after_done(case):
        yield _met(run, next((moment for moment, _result in cycle.get("tests", ())), None))


def _callback(case: Case, limit: Limit) -> Runs:
    """From done, of a leak from the test that passed; only what is valid is called back (VAR-07).

    Source: NUM-25 … NUM-29, GAP-11, GAP-31.
    """
    del limit
    tested = limit_of(case.head, case.policy, "watertest") is not None
    for cycle, after in _after_done(case):
        run = after
        if tested:
            passed = [at for at, result in cycle.get("tests", ()) if result == "passed"]
            if not passed:
                continue
            run = run._replace(start=passed[0], since="passed")
        if case.head.get("validity") == "invalid":
            ends = (case.facts.get("judged"), run.ended)
            ended = min([one for one in ends if one is not None], default=None)
            run = run._replace(void=INVALID, ended=ended)
        met = concluded(cycle.get("calls", ()), case)
        # Called all the same, it counts; but since it was judged nobody is asked for it.
        yield (
            run
            if met is None
            else run._replace(met=met, void="", ended=run.ended if run.void == INVALID else None)
        )


def concluded(calls: Any, case: Case) -> int | None:
    """Return when a callback came to its end: reached, refused, or tried often enough.

    Tried often enough is on as many different days as the policy's `callback.attempts` says.
    """
    wanted = case.policy.setting("callback", "attempts", 3)
    days: set[date] = set()
    for moment, result in calls:
        if result in REACHED or result == "refused":
            return int(moment)
        if result == "unreachable":
            days.add(case.local(moment).date())
        if len(days) >= wanted:
            return int(moment)
    return None


def _complete(case: Case, limit: Limit) -> Runs:
    del limit
    if "unit_said" in case.facts:
        yield Run(case.facts["opened"], "opened", case.facts.get("placed"))


def _resume(case: Case, limit: Limit) -> Runs:
    """What waits until a day comes back on that day."""
    del limit
    for place, (start, until, ended, _reason, how) in enumerate(case.facts.get("waits", ())):
        due = _end_of(case, date.fromisoformat(until))
        run = Run(start, "wait", None if how else ended, how, ended if how else None, due)
        yield run._replace(part=_part(place), by="waiting_until")


def _confirm(case: Case, limit: Limit) -> Runs:
    """Owed from the intake, and again when a confirmed severity was changed (GAP-26)."""
    for place, (asked, met) in enumerate(case.facts.get("confirms", [[None, None]])):
        start, since = _start(case, limit) if asked is None else (asked, "changed")
        yield Run(start, since, met, part=_part(place))


RUNS: dict[str, Callable[[Case, Limit], Runs]] = {
    "contact": _from_opening("contacted"),
    "forward": _forward,
    "reply": _from_opening("replied"),
    "answer": _from_opening("answered"),
    "report": _report,
    "appoint": _appoint,
    "done": _done,
    "watertest": _watertest,
    "tell": _cycle_duty("told"),
    "sign": _sign,
    "callback": _callback,
    "confirm": _confirm,
    "complete": _complete,
    "resume": _resume,
}

"""How many callbacks were owed and what became of them: the figures of reports (NUM-24, NUM-29).

One callback is owed each time the work is done; whoever is not satisfied is owed a second one when
it is done again. The rate is reached ÷ owed. Who could not be reached and who refused are owed and
not reached, and shown apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from svcctl.base.record import Record
from svcctl.desk.tickets.words import REACHED
from svcctl.kinds import Clock

Case = tuple[Record, Mapping[str, Any], Iterable[Clock]]
"""Header, facts and clocks of a ticket."""

CALLBACK = "callback"
UNREACHABLE = "unreachable"
_STILL_COUNTS = frozenset(("", "closed"))
"""Why a callback may have fallen away and is missing all the same: it was filed without one."""


class Rates(NamedTuple):
    """What became of the callbacks that were owed.

    `owed` = reached + unreachable + refused + open + filed; `reached` = satisfied + fair +
    unsatisfied.

    Attributes:
        owed: How many.
        reached: The resident was spoken to.
        unreachable: Tried on as many days as the policy asks for.
        refused: The resident did not want to be asked.
        open: Still owed.
        late: Of those still owed, how many are past their limit.
        filed: Closed without a callback.
        on_time: Of all that came to an end by a call, how many within the limit.
    """

    owed: int = 0
    reached: int = 0
    unreachable: int = 0
    refused: int = 0
    open: int = 0
    late: int = 0
    filed: int = 0
    on_time: int = 0
    satisfied: int = 0
    fair: int = 0
    unsatisfied: int = 0

    @property
    def rate(self) -> float | None:
        """Reached ÷ owed; None where nothing was owed."""
        return self.reached / self.owed if self.owed else None

    @property
    def satisfied_share(self) -> float | None:
        """Satisfied ÷ reached; who was fairly satisfied is not among them."""
        return self.satisfied / self.reached if self.reached else None


def callback_rates(
    cases: Iterable[Case], now: int, *, since: int | None = None, until: int | None = None
) -> Rates:
    """Return what became of the callbacks of some tickets.

    Args:
        cases: The tickets; the caller chooses which, by kind or class.
        now: The moment (epoch seconds) at which what is still owed is late or not.
        since: Only callbacks that were owed from this moment on: the work was done, or the leak
            passed its test.
        until: Only those owed from before this moment.
    """
    count = dict.fromkeys(Rates._fields, 0)
    for head, facts, clocks in cases:
        for one in clocks:
            if one.duty == CALLBACK and _is_owed(one, head) and _within(one, since, until):
                for name in _counted(one, facts, now):
                    count[name] += 1
    return Rates(**count)


def _is_owed(one: Clock, head: Mapping[str, Any]) -> bool:
    """Only what is valid is owed a call (VAR-07); a call that was made counts all the same."""
    if one.met is not None:
        return not one.void
    return one.void in _STILL_COUNTS and head.get("validity") != "invalid"


def _within(one: Clock, since: int | None, until: int | None) -> bool:
    return (since is None or one.start >= since) and (until is None or one.start < until)


def _counted(one: Clock, facts: Mapping[str, Any], now: int) -> list[str]:
    """Return the names of the figures in which one callback counts."""
    if one.met is None:
        if one.void:
            return ["owed", "filed"]
        return (
            ["owed", "open", "late"] if one.due is not None and now > one.due else ["owed", "open"]
        )
    names = ["owed"] if one.due is None or one.met > one.due else ["owed", "on_time"]
    result = outcome(one, facts)
    return [*names, "reached", result] if result in REACHED else [*names, result]


def outcome(one: Clock, facts: Mapping[str, Any]) -> str:
    """Return what concluded a callback that came to its end; what was said later is too late."""
    cycles = facts["cycles"]
    turn = int(one.part) - 1 if one.part else 0
    calls = cycles[turn].get("calls", ()) if turn < len(cycles) else ()
    for moment, result in calls:
        if result in REACHED or result == "refused":
            return str(result) if moment == one.met else UNREACHABLE
    return UNREACHABLE

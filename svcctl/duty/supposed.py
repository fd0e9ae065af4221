"""What another rule would have changed: the same records judged by two handbooks. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from svcctl.kinds import Clock


class Change(NamedTuple):
    """One duty of one record that another rule judges otherwise.

    Attributes:
        clock: The one that there is, by the other rule if there is one.
        before: The clock by the rule in force; None where there was no such duty.
        after: The clock by the other rule; None where there would be none.
        was_late: Whether it is late by the rule in force, `would_be` by the other.
    """

    clock: Clock
    before: Clock | None
    after: Clock | None
    was_late: bool
    would_be: bool


def changes(before: list[Clock], after: list[Clock], now: int) -> Iterator[Change]:
    """Yield the duties whose end, or being owed at all, differs between two lists of clocks."""
    ours, theirs = _by_run(before), _by_run(after)
    for key in dict.fromkeys([*ours, *theirs]):
        one, other = ours.get(key), theirs.get(key)
        if (shown := other or one) and _judged(one) != _judged(other):
            yield Change(shown, one, other, is_late(one, now), is_late(other, now))


def is_late(clock: Clock | None, now: int) -> bool:
    """Tell whether a duty was met late, or fell away late, or is late now."""
    if clock is None or clock.due is None:
        return False
    end = clock.met if clock.met is not None else clock.ended if clock.void else now
    return end is not None and end > clock.due


def _by_run(clocks: list[Clock]) -> Mapping[tuple[str, str], Clock]:
    return {(one.duty, one.part): one for one in clocks}


def _judged(clock: Clock | None) -> tuple[int | None, str] | None:
    return None if clock is None else (clock.due, clock.void)

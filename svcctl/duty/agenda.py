"""Today's list: what is late, ends today, must be completed. Pure, given duties and a time."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from datetime import UTC
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from svcctl.base.clock import moment

if TYPE_CHECKING:
    from svcctl.book.index import Duty
    from svcctl.kinds import Clock

COMPLETING = frozenset(("complete", "confirm", "convert"))
"""Duties that supply what the intake left open; they stand behind the day's work."""

LATE, TODAY, COMPLETE = "late", "today", "complete"
_GROUPS = (LATE, TODAY, COMPLETE)


class Item(NamedTuple):
    """One duty as seen at a moment.

    Attributes:
        part: Which of several clocks of one duty; see `Clock`.
        group: `late`, `today` or `complete`.
        left: Time until the limit; negative when late.
        owner: Who answers for it now.
        row: The list row of its record.
    """

    id: str
    kind: str
    duty: str
    part: str
    group: str
    due: datetime
    left: timedelta
    owner: str
    row: dict[str, Any]


class Agenda(NamedTuple):
    """The items of a day, and how many come later.

    Attributes:
        items: Late ones first, then those of today, then what must be completed; each by limit.
        late: How many are late in all; `today`, `tomorrow` and `week` likewise: how many end today,
            tomorrow, in the six days after tomorrow.
    """

    items: list[Item]
    late: int
    today: int
    tomorrow: int
    week: int


def agenda(
    duties: Iterable[Duty], now: datetime, *, horizon: timedelta | None = None,
    keep: Callable[[Duty, str], bool] = lambda _duty, _owner: True,
) -> Agenda:  # fmt: skip
    """Return what is late or ends within `horizon`, and counts of the days after.

    Without a horizon: what ends today or, late in the day, within 24 hours; and all that must be
    completed.

    Args:
        duties: What is owed, ordered by limit.
        now: The moment, in the zone of the estate.
        keep: Which duties to look at, given their owner.
    """
    present = now.timestamp()
    # Lengths are added in UTC: within one zone Python counts wall-clock hours.
    ahead = timedelta(days=1) if horizon is None else horizon
    last = (now.astimezone(UTC) + ahead).timestamp()
    ends = [midnight(now, days).timestamp() for days in (1, 2, 8)]
    groups: dict[str, list[Item]] = {group: [] for group in _GROUPS}
    late = today = tomorrow = week = 0
    for one in duties:
        due = one.clock.due
        if due is None or not keep(one, owner := answers(one.clock, present)):
            continue
        if due < present:
            late += 1
        elif due <= ends[0]:
            today += 1
        elif due <= ends[1]:
            tomorrow += 1
        elif due <= ends[2]:
            week += 1
        completes = one.clock.duty in COMPLETING
        if due <= last or (completes and horizon is None):
            group = LATE if due < present else COMPLETE if completes else TODAY
            groups[group].append(_item(one, owner, group, now))
    return Agenda([one for group in _GROUPS for one in groups[group]], late, today, tomorrow, week)


def last_needed(now: datetime, horizon: timedelta | None) -> int:
    """Return up to which moment (epoch seconds) `agenda` has to be given duties."""
    week = midnight(now, 8).timestamp()
    return int(max(week, (now.astimezone(UTC) + (horizon or timedelta())).timestamp()))


def midnight(now: datetime, days: int) -> datetime:
    """Return the beginning of a day so many days after today."""
    return datetime.combine(now.date() + timedelta(days=days), time(), now.tzinfo)


def answers(clock: Clock, present: float) -> str:
    """Return who answers for a duty: for a while, the one who made it late by reclassifying."""
    return clock.held if clock.held and present < clock.held_until else clock.owner


def _item(one: Duty, owner: str, group: str, now: datetime) -> Item:
    due = moment(one.clock.due or 0)
    left = due - now
    local = due.astimezone(now.tzinfo)
    clock = one.clock
    return Item(one.id, one.kind, clock.duty, clock.part, group, local, left, owner, one.row)

"""Today's list: what is late, what ends today, what comes after. Pure, given duties and a time."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
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


class Item(NamedTuple):
    """One duty as seen at a moment.

    Attributes:
        late: Whether its limit has passed.
        left: Time until the limit; negative when late.
        row: The list row of its record.
    """

    id: str
    kind: str
    duty: str
    due: datetime
    late: bool
    left: timedelta
    owner: str
    row: dict[str, Any]


class Agenda(NamedTuple):
    """The items of a day, and how many come later.

    Attributes:
        items: Late ones first, then by limit.
        tomorrow: How many end tomorrow.
        week: How many end in the six days after tomorrow.
    """

    items: list[Item]
    late: int
    today: int
    tomorrow: int
    week: int


def agenda(
    duties: Iterable[Duty], now: datetime, *, horizon: timedelta | None = None,
    keep: Callable[[Item], bool] = lambda _item: True,
) -> Agenda:  # fmt: skip
    """Return what is late or ends within `horizon`, and counts of the days after.

    Without a horizon: what ends today or, late in the day, within 24 hours.

    Args:
        duties: What is owed, ordered by limit.
        now: The moment, in the zone of the estate.
        keep: Which items to look at.
    """
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    # Lengths are added and compared in UTC: within one zone Python counts wall-clock hours.
    last = now.astimezone(UTC) + (timedelta(days=1) if horizon is None else horizon)
    items: list[Item] = []
    late = today = tomorrow = week = 0
    for item in filter(keep, _items(duties, now)):
        if item.late:
            late += 1
        elif item.due <= midnight:
            today += 1
        elif item.due <= midnight + timedelta(days=1):
            tomorrow += 1
        elif item.due <= midnight + timedelta(days=7):
            week += 1
        if item.late or item.due <= last:
            items.append(item)
    return Agenda(items, late, today, tomorrow, week)


def _items(duties: Iterable[Duty], now: datetime) -> Iterator[Item]:
    for one in duties:
        if one.due is None:
            continue
        due = moment(one.due)
        left = due - now
        late = left < timedelta(0)
        yield Item(
            one.id, one.kind, one.duty, due.astimezone(now.tzinfo), late, left, one.owner, one.row
        )

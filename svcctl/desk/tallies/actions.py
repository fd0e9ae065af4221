"""Filing a tally: once per period, and only when the period is over (RPT-01, RPT-39)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from svcctl.base.clock import show_moment
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.desk.tallies.counting import DIMENSIONS
from svcctl.desk.tallies.counting import Seen
from svcctl.desk.tallies.counting import difference
from svcctl.desk.tallies.counting import lines
from svcctl.desk.tallies.counting import traced
from svcctl.handbook.periods import Period


def file(
    period: Period, tickets: Sequence[Seen], deed: Deed, zone: tzinfo, note: str | None = None
) -> Record:
    """Return the tally of a period as it is filed.

    Raises:
        RefusedError: The period is not over, or the tally does not add up.
    """
    refuse_unfinished(period, deed, zone)
    every = lines(tickets)[""]
    if wrong := difference(every):
        raise RefusedError(
            _("the tally of {period} does not add up: {ids}").format(
                period=period.name, ids=" ".join(wrong)
            )
        )
    numbers = {number: len(ids) for number, ids in every.items() if number not in ("into", "away")}
    filed: Record = {"id": period.name, "first": period.first, "last": period.last}
    filed |= {"filed_at": deed.at, "filed_by": deed.by} | ({"note": note} if note else {})
    trace = {number: ids for number, ids in traced(tickets).items() if ids}
    return filed | numbers | {"group": _groups(tickets), "trace": trace}


def _groups(tickets: Sequence[Seen]) -> list[Record]:
    return [
        {"by": by} | ({"key": key} if key else {}) | {name: len(ids) for name, ids in line.items()}
        for by in DIMENSIONS
        for key, line in sorted(lines(tickets, by).items())
    ]


def refuse_unfinished(period: Period, deed: Deed, zone: tzinfo) -> None:
    """Raise if a period is not over: what is still to come would be missing for ever.

    Raises:
        RefusedError: It is not.
    """
    end = period.end(zone)
    if deed.at < end:
        raise RefusedError(
            _("{period} is not over; it can be filed after {end}").format(
                period=period.name, end=show_moment(end, zone, end_of_day=True)
            )
        )

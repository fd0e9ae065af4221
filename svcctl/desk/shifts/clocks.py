"""What a shift owes: each line of the night that can wait is a ticket by the end of the night.

NUM-09, SHF-06, VAR-29. An urgent line is owed at once. A remark owes nothing, nor does what was
done. Lines that came by day are in the work log only: by day a ticket is made at once (SHF-04).
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from svcctl.base import clock
from svcctl.base import fields
from svcctl.base.record import Record
from svcctl.desk.shifts.hours import span
from svcctl.desk.shifts.words import REMARK
from svcctl.desk.tickets.ladder import rungs
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import Limit
from svcctl.handbook.lookup import Policy
from svcctl.kinds import Clock

CONVERT = "convert"


def clocks(record: Record, facts: Mapping[str, Any], handbook: Handbook) -> list[Clock]:
    """Return the clock of every line that is or was to become a ticket, and its rungs."""
    found: list[Clock] = []
    for line in facts.get("lines", ()):
        found += _of_line(record, line, facts.get("raised", {}), handbook)
    return sorted(found, key=lambda one: (one.start, one.due or 0, one.duty, one.part))


def part_of(name: str) -> str:
    """Return how the clock of a line is told from others: the entry's name in small letters."""
    return name.lower()


def _of_line(
    record: Record, line: Mapping[str, Any], raised: Mapping[str, Any], handbook: Handbook
) -> Iterator[Clock]:
    if line.get("came") is None or line.get("kind") == REMARK:
        return
    came = clock.moment(line["came"]).astimezone(handbook.zone)
    policy = handbook.policy(came.date())
    if (start := _start(record, line, came, policy)) is None:
        return
    for limit in policy.limits(str(line["kind"]), ""):
        if limit.duty == CONVERT:
            made = _clock(line, limit, start, _due(start, limit, handbook, policy))
            yield made
            yield from _raised(made, line, raised, handbook)


def _start(
    record: Record, line: Mapping[str, Any], came: datetime, policy: Policy
) -> datetime | None:
    """Return from when a line is owed: at once if it is urgent, else from the handover.

    What the night record took down before or after its night is owed with it, or at once.
    """
    if line.get("urgent"):
        return came
    if policy.timetable.night(came):
        return policy.timetable.handover(came)
    day = fields.day(record, "day")
    if record.get("name") != "night" or day is None or came.tzinfo is None:
        return None
    return max(came, span(policy.timetable, "night", day, came.tzinfo).end)


def _due(start: datetime, limit: Limit, handbook: Handbook, policy: Policy) -> int | None:
    if limit.within == "agreed":
        return None
    if limit.within == "shift":
        return int(policy.timetable.closing(start).timestamp())
    end = clock.due(start, limit.within, handbook.zone)
    return None if end is None else int(end.timestamp())


def _clock(line: Mapping[str, Any], limit: Limit, start: datetime, due: int | None) -> Clock:
    began = int(start.timestamp())
    void = "done" if line.get("how") == "done" else ""
    closed = line.get("closed")
    return Clock(
        duty=CONVERT,
        start=began,
        since="opened" if began == line["came"] else "handover",
        limit=limit.within,
        due=due,
        met=None if void else closed,
        owner=limit.owner,
        rule=limit.rule,
        void=void,
        part=part_of(str(line["n"])),
        role=limit.owner,
        ended=closed if void else None,
    )


def _raised(
    made: Clock, line: Mapping[str, Any], raised: Mapping[str, Any], handbook: Handbook
) -> list[Clock]:
    own = {key: one for key, one in raised.items() if key.startswith(f"{CONVERT}-{made.part}/")}
    told = [[moment, to] for moment, to, _end in own.values()]
    known = {"opened": line["came"], "known": line["known"], "raised": own, "informed": told}
    known["cycles"] = []  # a line is not taken up again
    return rungs({}, known, handbook, [made])

"""Raising what is late: which rungs of a record are due by a moment, and what each one writes.

What is due follows from the record as it is known now. Rungs are taken in the order of their
moments, each looking at the record as it stood at its moment: so a routine that ran every hour and
one that catches up after a week write the same entries, but for when they were recorded. Pure.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from typing import NamedTuple

from svcctl.base import clock
from svcctl.base.case import append_unasked
from svcctl.base.case import happened
from svcctl.base.case import machine_entry
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.kinds import END
from svcctl.kinds import ESCALATE

if TYPE_CHECKING:
    from svcctl.base.record import Entry
    from svcctl.base.record import Record
    from svcctl.handbook.lookup import Handbook
    from svcctl.kinds import Clock
    from svcctl.kinds import Kind


class Raised(NamedTuple):
    """One rung that was reached, and the message that follows from it.

    Attributes:
        name: `done-2/3`: duty, run and step.
        duty: What is late.
        limit: Until when it was owed.
        moment: When the rung was reached.
        to: The role or colleague who is told.
        end: Whether nobody is above.
        deliver: Before this the message is not to be sent; None for at once.
    """

    name: str
    duty: str
    limit: datetime
    moment: datetime
    to: str
    end: bool
    deliver: datetime | None


def raise_due(
    kind: Kind, record: Record, handbook: Handbook, now: datetime
) -> tuple[Record, list[Raised]]:
    """Return a record with every rung raised that is due by `now`, and which they are, in order.

    Raises:
        RefusedError: Its header is not what its log says, or the log is in such disorder that an
            entry more would have no effect: a person must look at it first.
    """
    _refuse_edited(kind, record)
    raised: list[Raised] = []
    while (rung := _next(kind, record, handbook, now)) is not None:
        one = _raised(kind, record, handbook, rung)
        said = {"to": one.to, "end": one.end}
        name = f"{ESCALATE}/{one.name}"
        made = machine_entry(record["log"], name, one.moment, now, ESCALATE, **said)
        record = append_unasked(record, made, kind.rules)
        raised.append(one)
    return record, raised


def _refuse_edited(kind: Kind, record: Record) -> None:
    """A header that was edited by hand would be lost by folding the log anew, unseen."""
    header = {key: value for key, value in record.items() if key not in ("id", "log")}
    if header != kind.rules.fold(record["log"]):
        raise RefusedError(
            _("the header of '{id}' is not what its log says").format(id=record["id"]),
            "svcctl validate",
        )


def _next(kind: Kind, record: Record, handbook: Handbook, now: datetime) -> Clock | None:
    end = now.timestamp()
    due = [
        one
        for one in _rungs(kind, record, handbook)
        if one.met is None and one.due is not None and one.due <= end
    ]
    return min(due, key=lambda one: (one.due, one.part), default=None)


def _rungs(kind: Kind, record: Record, handbook: Handbook) -> list[Clock]:
    found: list[Clock] = kind.rules.clocks(record, kind.rules.facts(record), handbook)
    return [one for one in found if one.duty == ESCALATE]


def _raised(kind: Kind, record: Record, handbook: Handbook, rung: Clock) -> Raised:
    moment = clock.moment(rung.due or 0).astimezone(handbook.zone)
    rung = _then(kind, record, handbook, rung)
    limit = clock.moment(rung.start).astimezone(handbook.zone)
    deliver = _deliver(record, handbook, moment)
    return Raised(rung.part, rung.since, limit, moment, rung.owner, rung.by == END, deliver)


def _then(kind: Kind, record: Record, handbook: Handbook, rung: Clock) -> Clock:
    """Return a rung as it was when it was first reached.

    A later hand-over changes nothing about who was to be told; nor, of a matter that had ended and
    was taken up again, what was reached in between.
    """
    reached = float(rung.due or 0)
    later = sorted({one for one in map(_epoch, record["log"]) if one > reached})
    for moment in (reached, *later):
        for one in _rungs(kind, _as_of(kind, record, moment), handbook):
            if one.part == rung.part and one.met is None:
                return rung._replace(owner=one.owner, by=one.by)
    return rung


def _as_of(kind: Kind, record: Record, moment: float) -> Record:
    """Return a record as it stood at a moment: without what happened later."""
    log = [one for one in record["log"] if _epoch(one) <= moment]
    return {"id": record["id"], **kind.rules.fold(log), "log": log}


def _epoch(entry: Entry) -> float:
    moment = happened(entry)
    return moment.timestamp() if isinstance(moment, datetime) else 0.0


def _deliver(record: Record, handbook: Handbook, moment: datetime) -> datetime | None:
    """Return when the message may go out: by the policy, only when the night is over."""
    opened = clock.moment(int(_epoch(record["log"][0]))).astimezone(handbook.zone)
    policy = handbook.policy(opened.date())
    if policy.setting("escalate", "deliver") != "hours":
        return None
    morning = policy.timetable.handover(moment)
    return morning if morning > moment else None

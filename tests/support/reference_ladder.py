"""Before whom what is late is brought, by looking at a ticket again and again; see `raised`.

A colleague who looks at the ticket at every tick, knows what was written down by then and nothing
else, and raises at once what is to be raised. Shares no code with the product.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.support.reference_clocks import Clerk
from tests.support.reference_log import header

HOUR = 3600
UNITS = {"m": 60, "h": HOUR, "d": 24 * HOUR}
CLASS = ("kind", "severity", "category", "urgent", "wanted", "validity", "incident")


class Step(NamedTuple):
    """One rung that was reached."""

    name: str
    moment: int
    to: str
    end: bool


def raised(
    log: list[dict[str, Any]], files: list[dict[str, Any]], above: dict[str, list[str]],
    zone: ZoneInfo, until: int, tick: int,
) -> list[Step]:  # fmt: skip
    """Return the rungs that are reached by `until`, in order."""
    colleague = _Colleague(log, files, above, zone)
    now = int(log[0]["at"].timestamp())
    while now <= until:
        colleague.look(now)
        now += tick
    return colleague.raised


class _Colleague:
    def __init__(
        self, log: list[dict[str, Any]], files: list[dict[str, Any]], above: dict[str, list[str]],
        zone: ZoneInfo,
    ) -> None:  # fmt: skip
        self.log = log
        self.given: Any = (files, above, zone)
        self.above = above
        self.raised: list[Step] = []
        self.known = 0
        self.held: dict[tuple[str, str], int] = {}
        self.owed: list[Any] = []
        self.clerk: Clerk | None = None

    def look(self, now: int) -> None:
        """Raise what is to be raised now."""
        written = sum(one["at"].timestamp() <= now for one in self.log)
        while self.known < written:
            self.read_on(now)
        assert self.clerk is not None
        # What is raised at the same moment for another duty is not known yet.
        before = [(one.moment, one.to) for one in self.raised]
        before += [
            (int(one.get("when", one["at"]).timestamp()), one["to"])
            for one in self.log[: self.known]
            if one["did"] in {"forward", "escalate"}
        ]
        told = [to for moment, to in before if moment < now]
        for one in self.owed:
            if one.met is None and not one.void and one.due is not None:
                self.climb(one, now, told)

    def read_on(self, now: int) -> None:
        """Read one entry more; who put the ticket into a class that is late has an hour."""
        late = {(one.duty, one.part) for one in self.owed if _late(one, now)}
        was = header(self.log[: self.known])
        self.known += 1
        is_ = header(self.log[: self.known])
        self.clerk = Clerk(self.log[: self.known], *self.given)
        self.owed = list(self.clerk.reckon())
        if self.known > 1 and any(was.get(key) != is_.get(key) for key in CLASS):
            for one in self.owed:
                if _late(one, now) and (one.duty, one.part) not in late:
                    self.held[one.duty, one.part] = now + HOUR

    def climb(self, one: Any, now: int, told: list[str]) -> None:
        """Raise the rungs of one duty that are reached, lowest first."""
        assert self.clerk is not None
        severity = str(self.clerk.head.get("severity", ""))
        for rung in self.clerk.rules.ladder(one.duty, severity):
            name = f"{one.duty}-{one.part}" if one.part else one.duty
            name = f"{name}/{rung['step']}"
            if any(step.name == name for step in self.raised):
                continue
            after = str(rung["after"])
            reached = one.due + _seconds(after)
            if after.startswith("-") and reached < now:
                continue  # it is too late for a reminder
            if now < max(reached, self.held.get((one.duty, one.part), 0)):
                return
            self.bring(one, rung, name, now, told)

    def bring(self, one: Any, rung: dict[str, Any], name: str, now: int, told: list[str]) -> None:
        """Tell the one so many rungs above the owner, or above: the highest who was told before."""
        assert self.clerk is not None
        row = self.clerk.row(one.duty)
        assert row is not None
        up = rung.get("up", 0)
        if not up and "to" not in rung:
            to, end = str(self.clerk.head.get("assignee") or row["owner"]), False
            to = to if one.duty in _OF_ASSIGNEE else row["owner"]
        else:
            first = str(rung.get("to", row["owner"]))
            line = [first, *self.above[first]]
            end = up > len(line) - 1
            place = min(up, len(line) - 1)
            while any(one in line[place + 1 :] for one in told):
                place += 1
            to = line[place]
        family = name.split("/", maxsplit=1)[0]
        ends = [step for step in self.raised if step.end and step.name.split("/")[0] == family]
        if end and ends:
            return  # that nobody is above was said already
        self.raised.append(Step(name, now, to, end))


_OF_ASSIGNEE = ("contact", "reply", "answer", "appoint", "done", "watertest", "resume")


def _late(one: Any, now: int) -> bool:
    return bool(one.due is not None and one.due <= now and one.met is None and not one.void)


def _seconds(after: str) -> int:
    length = int(after.lstrip("-")[:-1]) * UNITS[after[-1]]
    return -length if after.startswith("-") else length


def shown(steps: list[Step], zone: ZoneInfo) -> list[str]:
    """Return rungs one a line."""
    return [
        f"{datetime.fromtimestamp(one.moment, zone):%m-%d %H:%M} {one.name} {one.to}"
        f"{' end' if one.end else ''}"
        for one in steps
    ]

"""The figures of callbacks, against a recount of the logs act by act (NUM-24, NUM-29, VIS-07)."""

from __future__ import annotations

from datetime import datetime
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.errors import RefusedError
from svcctl.base.record import Record
from svcctl.desk.tickets import actions
from svcctl.desk.tickets import rules
from svcctl.desk.tickets.rates import Case
from svcctl.desk.tickets.rates import Rates
from svcctl.desk.tickets.rates import callback_rates
from tests.support.builders import at
from tests.support.builders import deed
from tests.support.handbooks import handbook

SHIPPED = handbook()
FIRST = at("2026-11-02 08:00")
NOW = FIRST + timedelta(days=40)
DAY = timedelta(days=1)
REACHED = ("satisfied", "fair", "unsatisfied")
CALLS = [("callback", result) for result in (*REACHED, "unreachable", "unreachable", "refused")]
STEPS = [("done", ""), ("done", ""), ("reopen", ""), ("close", ""), ("judge", ""), *CALLS, *CALLS]


@st.composite
def lives(draw: st.DrawFn) -> Record:
    """Draw a repair or complaint that is done, called about, closed and reopened."""
    kind = draw(st.sampled_from(["repair", "complaint"]))
    record = actions.register(
        "T261102-A01", deed()._replace(at=FIRST, when=FIRST), {"kind": kind, "subject": "x"}
    )
    now = FIRST
    for did, result in draw(st.lists(st.sampled_from(STEPS), min_size=4, max_size=14)):
        now += timedelta(hours=draw(st.integers(1, 40)))
        fields = {"validity": "invalid"} if did == "judge" else {}
        try:
            record = actions.act(
                record, deed()._replace(at=now, when=now), did, fields,
                note="x", why="y", result=result,
            )  # fmt: skip
        except RefusedError:
            continue
    return record


def case(record: Record) -> Case:
    known = rules.facts(record)
    return record, known, rules.clocks(record, known, SHIPPED)


def day_after(moment: datetime, days: int) -> datetime:
    return moment.replace(hour=0, minute=0) + DAY * (days + 1)


class Owed:
    """One callback as somebody with a pencil keeps it."""

    def __init__(self, done: datetime) -> None:
        self.done = done
        self.outcome = ""
        self.ended: datetime | None = None
        self.days: set[Any] = set()
        self.gone = False
        self.filed = False

    def call(self, moment: datetime, result: str) -> None:
        if self.outcome:
            return
        self.days.add(moment.date())
        if result != "unreachable" or len(self.days) == 3:
            self.outcome, self.ended = result, moment


def kept(record: Record) -> list[Owed]:
    """Return the callbacks of one ticket, act by act."""
    owed: list[Owed] = []
    for one in record["log"]:
        did = one["did"]
        if did == "done":
            owed.append(Owed(one["at"]))
        elif did == "callback":
            owed[-1].call(one["at"], one["result"])
        elif did == "close":
            owed[-1].filed = not owed[-1].outcome
        elif did == "reopen" and owed and not owed[-1].outcome and not owed[-1].filed:
            owed[-1].gone = True
    invalid = record.get("validity") == "invalid"
    return [one for one in owed if not one.gone and (one.outcome or not invalid)]


def by_hand(records: list[Record], since: datetime | None, until: datetime | None) -> Rates:
    """Count what became of each callback."""
    count = dict.fromkeys(Rates._fields, 0)
    every = [one for record in records for one in kept(record)]
    if since and until:
        every = [one for one in every if since <= one.done < until]
    for one in every:
        limit = day_after(one.done, 2)
        still = not one.outcome and not one.filed
        count["owed"] += 1
        count["reached"] += one.outcome in REACHED
        count[one.outcome or ("filed" if one.filed else "open")] += 1
        count["on_time"] += one.ended is not None and one.ended <= limit
        count["late"] += still and limit < NOW
    return Rates(**count)


SPANS = st.sampled_from([(None, None), (FIRST + 2 * DAY, FIRST + 6 * DAY)])


@given(st.lists(lives(), max_size=6), SPANS)
def test_figures_are_those_counted_by_hand(
    records: list[Record], span: tuple[datetime | None, datetime | None]
) -> None:
    since, until = span
    found = callback_rates(
        map(case, records),
        int(NOW.timestamp()),
        since=int(since.timestamp()) if since else None,
        until=int(until.timestamp()) if until else None,
    )
    assert found == by_hand(records, since, until)


@given(st.lists(lives(), max_size=6))
def test_what_is_owed_is_the_sum_of_its_parts(records: list[Record]) -> None:
    found = callback_rates(map(case, records), int(NOW.timestamp()))
    ended = found.reached + found.unreachable + found.refused
    assert found.owed == ended + found.open + found.filed
    assert found.reached == found.satisfied + found.fair + found.unsatisfied
    assert found.late <= found.open
    assert found.on_time <= ended


def test_nothing_owed_has_no_rate() -> None:
    nothing = callback_rates([], 0)
    assert (nothing.rate, nothing.satisfied_share) == (None, None)


def test_rate_is_reached_of_owed_and_the_unreached_are_apart() -> None:
    # NUM-24: 100 % of repairs are owed a call; who was not reached lowers the rate.
    rates = Rates(owed=8, reached=5, unreachable=2, refused=1, satisfied=4, fair=1)
    assert rates.rate == 5 / 8
    assert rates.satisfied_share == 4 / 5

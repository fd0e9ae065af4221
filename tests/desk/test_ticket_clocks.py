"""The clocks of a ticket: they add up, follow from header and facts alone, and end with it.

What each duty is made of is in `test_ticket_cases` and `test_ticket_reference`.
"""

from __future__ import annotations

import json
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.record import Record
from svcctl.desk.tickets import rules
from svcctl.desk.tickets.clocks import owed
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.timetable import Timetable
from svcctl.kinds import Clock
from tests.support.builders import ZONE
from tests.support.builders import at
from tests.support.builders import ticket
from tests.support.cases import act
from tests.support.cases import book
from tests.support.cases import case
from tests.support.cases import complaint
from tests.support.cases import done
from tests.support.cases import repair
from tests.support.cases import visit
from tests.support.handbooks import handbook
from tests.support.handbooks import limit
from tests.support.handbooks import policy
from tests.support.handbooks import shipped
from tests.support.lives import DUTIES
from tests.support.lives import handbooks
from tests.support.lives import lives

SHIPPED = handbook()
HOUR, DAY = 3600, 86400
ENDED = {"closed", "cancelled", "duplicate"}


def clocks(record: Record, book: Handbook = SHIPPED) -> list[Clock]:
    """Return every clock of a ticket but the rungs."""
    return owed(record, rules.facts(record), book)


def seconds(text: str) -> int:
    """Return a moment in the estate's zone in epoch seconds; `24:00` is midnight after."""
    if text.endswith(" 24:00"):
        return seconds(text.replace(" 24:00", " 00:00")) + DAY
    return int(at(text).timestamp())


# Whatever happens to a ticket.


@given(lives(), handbooks())
def test_every_clock_adds_up(record: Record, files: list[Record]) -> None:
    """Start and limit, and what was waited, make the end; or a moment of the record is the end."""
    here = book(*files)
    for one in clocks(record, here):
        if one.by:
            assert one.limit == ""
            assert one.due in moments(record, here)
        elif one.limit == "agreed":
            assert one.due is None
        else:
            timetable = here.policy(datetime.fromtimestamp(opened(record), ZONE).date()).timetable
            urgent = bool(record.get("urgent"))
            assert one.due == added(one, timetable, urgent=urgent) + one.paused


def opened(record: Record) -> int:
    """Return when a ticket came in."""
    first = record["log"][0]
    return int(first.get("when", first["at"]).timestamp())


def added(one: Clock, timetable: Timetable, *, urgent: bool) -> int:
    """Return start and limit, added as `explain` says them."""
    start = datetime.fromtimestamp(one.start, ZONE)
    if one.limit == "shift":
        end = timetable.shift(start if urgent else timetable.handover(start)).end
        return int(end.timestamp())
    if one.limit[-1] in "mh":
        return one.start + int(one.limit[:-1]) * (HOUR if one.limit[-1] == "h" else 60)
    day = timetable.handover(start).date() if one.limit == "0d" else start.date()
    end = datetime.combine(day + timedelta(days=int(one.limit[:-1]) + 1), time(), ZONE)
    return int(end.timestamp())


def moments(record: Record, here: Handbook) -> set[int]:
    """Return the appointments, and 24:00 of the days, that a ticket ever named."""
    found: set[int] = set()
    for said in [record, *(one.get("set", {}) for one in record["log"])]:
        for value in said.values():
            if isinstance(value, datetime):
                found.add(int(value.timestamp()))
            elif isinstance(value, date):
                end = datetime.combine(value + timedelta(days=1), time(), here.zone)
                found.add(int(end.timestamp()))
    return found


@given(lives())
def test_facts_are_plain_and_clocks_need_no_log(record: Record) -> None:
    """As the index does: from the header and the facts as JSON."""
    header = {key: value for key, value in record.items() if key != "log"}
    kept = json.loads(json.dumps(rules.facts(record)))
    assert rules.clocks(header, kept, SHIPPED) == rules.clocks(record, rules.facts(record), SHIPPED)


@given(lives(), st.dates(date(2026, 4, 1), date(2027, 6, 1)))
def test_policy_of_a_later_day_changes_no_clock(record: Record, day: date) -> None:
    first = datetime.fromtimestamp(opened(record), ZONE).date()
    strict = policy(
        str(max(day, first + timedelta(days=1))),
        *(limit(duty, "1m", kind) for duty in DUTIES for kind in ("*", "complaint", "repair")),
        rung=[{"duty": "*", "step": 2, "after": "1m", "up": 3, "rule": "house"}],
    )
    known = rules.facts(record)
    changed = handbook(shipped(), strict)
    assert rules.clocks(record, known, changed) == rules.clocks(record, known, SHIPPED)


@given(lives())
def test_ended_ticket_owes_nothing(record: Record) -> None:
    left = [one for one in clocks(record) if one.met is None and not one.void]
    if record["status"] in ENDED:
        assert not left
    assert len([one for one in left if one.duty == "done"]) <= 1
    assert len([one for one in left if one.duty == "appoint"]) <= 1


@given(lives(), handbooks())
def test_what_fell_away_says_when_and_what_was_met_did_not(
    record: Record, files: list[Record]
) -> None:
    for one in clocks(record, book(*files)):
        assert not (one.void and one.met is not None)
        assert (one.ended is None) == (not one.void and not called_though_invalid(one, record))


def called_though_invalid(one: Clock, record: Record) -> bool:
    """Tell whether a call was made that nobody owed any more."""
    invalid = record.get("validity") == "invalid"
    return invalid and one.duty == "callback" and one.met is not None


@given(lives(), handbooks())
def test_each_run_has_a_name_of_its_own(record: Record, files: list[Record]) -> None:
    names = [
        (one.duty, one.part) for one in rules.clocks(record, rules.facts(record), book(*files))
    ]
    assert len(set(names)) == len(names)


@given(lives(), handbooks())
def test_who_reclassified_has_an_hour_for_what_that_made_late(
    record: Record, files: list[Record]
) -> None:
    """Domain: and nobody for what was late before."""
    changed = {int(one.get("when", one["at"]).timestamp()) for one in record["log"]}
    for one in clocks(record, book(*files)):
        assert bool(one.held) == bool(one.held_until)
        if one.held:
            assert one.held_until - HOUR in changed
            assert one.due is not None
            assert one.due <= one.held_until - HOUR


# Reclassified (GAP-26).


def held(record: Record) -> dict[str, tuple[str, int]]:
    """Return who has until when for what they made late, by duty."""
    return {one.duty: (one.held, one.held_until) for one in clocks(record) if one.held}


def test_limit_already_past_is_the_reclassifiers_for_an_hour() -> None:
    """Minor on the 21st, major on the 24th: 当天 and the 23rd are past."""
    record = case(
        complaint("11-21 09:12", "minor"), act("11-24 10:00", "edit", severity="major", by="li.na")
    )
    until = seconds("2026-11-24 11:00")
    # The reply and the first contact were late before, whatever it is called.
    assert held(record) == {"forward": ("li.na", until), "answer": ("li.na", until)}


def test_what_was_met_before_is_not_made_late() -> None:
    record = case(
        complaint("11-21 09:12", "minor"),
        act("11-21 10:00", "forward", to="director"),
        act("11-21 11:00", "answer", note="x", final=True),
        act("11-24 10:00", "edit", severity="major", by="li.na"),
    )
    assert held(record) == {}


def test_who_reclassifies_what_another_made_late_does_not_answer_for_it() -> None:
    record = case(
        complaint("11-21 09:12", "minor"),
        act("11-24 10:00", "edit", severity="major", by="li.na"),
        act("11-24 10:30", "edit", urgent=True, by="chen.lei"),
    )
    assert held(record)["answer"] == ("li.na", seconds("2026-11-24 11:00"))


def test_class_said_for_the_first_time_is_a_class_like_another() -> None:
    """Nobody was late with a complaint that nobody had called major."""
    record = case(
        complaint("11-21 09:12"),
        act("11-24 10:00", "classify", severity="major", by="li.na", confirmed=True),
    )
    assert set(held(record)) == {"forward", "answer"}


def test_day_asked_for_earlier_is_past_too() -> None:
    record = case(
        complaint("11-21 09:12", "minor", wanted=date(2026, 11, 30)),
        act("11-24 10:00", "edit", wanted=date(2026, 11, 22), by="li.na"),
    )
    assert set(held(record)) == {"done"}


# By example.


def one(record: Record, duty: str, book: Handbook = SHIPPED) -> Clock:
    """Return the only clock of a duty."""
    (found,) = [each for each in clocks(record, book) if each.duty == duty]
    return found


def test_what_the_end_follows_from() -> None:
    """VAR-04: each says it, so that `explain` can."""
    minor = one(case(complaint("11-21 09:12", "minor", wanted=date(2026, 12, 24))), "done")
    assert (minor.due, minor.limit, minor.by, minor.rule) == (
        seconds("2026-12-24 24:00"), "", "wanted", "NUM-36 VAR-04",
    )  # fmt: skip
    home = one(case(repair("11-21 09:12"), visit("11-21 09:30", "11-22 14:00")), "done")
    assert (home.by, home.set_at) == ("appointment", seconds("2026-11-21 09:30"))
    assert one(ticket(severity="minor", wanted=date.max), "done").due is not None


def test_what_waiting_adds_is_told() -> None:
    paused = handbook(shipped() | {"time": {"waiting_pauses": ["parts"]}})
    wait = act("11-22 10:00", "wait", waiting="parts", waiting_until=date(2026, 11, 23))
    record = case(complaint("11-21 09:12", "important"), wait)
    assert one(record, "done", paused).paused == 38 * HOUR
    assert one(record, "done").paused == 0


def test_owner_is_the_department_the_assignee_or_the_role() -> None:
    record = case(
        complaint("11-21 09:12", "minor"),
        act("11-21 09:30", "assign", assignee="li.na"),
        act("11-21 09:40", "assign", department="repair", assignee=None),
    )
    assert one(record, "report").owner == "repair"
    assert one(record, "report").role == "lead"
    assert one(record, "done").owner == "lead"
    assert one(case(complaint("11-21 09:12", "minor", assignee="li.na")), "done").owner == "li.na"
    assert one(case(complaint("11-21 09:12", assignee="li.na")), "confirm").owner == "supervisor"


def test_owed_no_longer_since() -> None:
    record = case(
        repair("11-21 09:12"),
        done("11-21 10:00"),
        act("11-22 09:00", "callback", result="unsatisfied"),
        act("11-22 10:00", "cancel", why="x"),
        act("11-25 10:00", "reopen", why="y"),
    )
    found = {(each.duty, each.part): (each.void, each.ended) for each in clocks(record)}
    assert found["tell", ""] == ("reopened", seconds("2026-11-22 09:00"))
    assert found["appoint", "2"] == ("cancelled", seconds("2026-11-22 10:00"))


def test_policy_before_the_first_is_the_first() -> None:
    record = ticket()
    record["log"][0]["at"] = at("2019-03-01 10:00")
    assert one(record, "reply").due == seconds("2019-03-02 10:00")


def test_day_of_the_policy_is_that_of_the_estate() -> None:
    # 23:30 in New York is the next day in Shanghai, where the stricter policy holds already.
    files = (
        policy("2026-01-01", limit("reply", "24h")),
        policy("2026-11-22", limit("reply", "1h")),
    )
    moment = datetime(2026, 11, 21, 23, 30, tzinfo=ZoneInfo("America/New_York"))
    record = ticket()
    record["log"][0]["at"] = moment
    here = handbook(*files, zone=ZoneInfo("America/New_York"))
    assert one(record, "reply", here).limit == "24h"
    assert one(record, "reply", handbook(*files)).limit == "1h"


def test_days_end_where_the_estate_is() -> None:
    zone = ZoneInfo("America/New_York")
    record = ticket(severity="major")
    record["log"][0]["at"] = datetime(2026, 3, 7, 12, tzinfo=zone)
    local = one(record, "answer", handbook(zone=zone))
    assert local.due is not None
    assert datetime.fromtimestamp(local.due, zone) == datetime(2026, 3, 10, tzinfo=zone)
    assert local.due - local.start == 60 * HOUR - HOUR


@pytest.mark.parametrize("wanted", ["soon", 5, datetime(2026, 1, 1), []])
def test_wanted_that_is_no_day_is_passed_over(wanted: object) -> None:
    record = ticket(severity="minor") | {"wanted": wanted}
    assert one(record, "done").limit == "2d"


def test_duty_that_this_version_does_not_know_is_passed_over() -> None:
    book = handbook(policy("2026-01-01", limit("visit", "1d"), limit("reply", "1h")))
    assert [each.duty for each in clocks(ticket(), book)] == ["reply"]

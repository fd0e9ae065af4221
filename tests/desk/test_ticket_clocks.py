"""The clocks of a ticket, against counting them by hand in whole seconds."""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.errors import RefusedError
from svcctl.base.record import Record
from svcctl.desk.tickets import actions
from svcctl.desk.tickets import rules
from svcctl.handbook.lookup import Handbook
from svcctl.kinds import Clock
from tests.support.builders import at
from tests.support.builders import deed
from tests.support.builders import entry
from tests.support.builders import ticket
from tests.support.handbooks import handbook
from tests.support.handbooks import limit
from tests.support.handbooks import policy
from tests.support.handbooks import shipped

SHIPPED = handbook()
HOUR, DAY = 3600, 86400
# What the shipped policy says, written down once more: duty -> (hours exact) or (days to 24:00).
DONE_DAYS = {"major": 10, "important": 3, "minor": 2}
REPLY_KINDS = {
    "complaint", "suggestion", "opinion", "inquiry", "need", "liaison", "errand", "service",
}  # fmt: skip


def clocks(record: Record, book: Handbook = SHIPPED) -> list[Clock]:
    """Return every clock of a ticket."""
    return rules.clocks(record, rules.facts(record), book)


def seconds(text: str) -> int:
    """Return a moment in the estate's zone in epoch seconds; `24:00` is midnight after."""
    if text.endswith(" 24:00"):
        return seconds(text.replace(" 24:00", " 00:00")) + DAY
    return int(at(text).timestamp())


def midnight_after(moment: int, days: int) -> int:
    """Return 24:00 of the day N after a moment: Shanghai is 8 hours ahead, always."""
    return ((moment + 8 * HOUR) // DAY + days + 1) * DAY - 8 * HOUR


# Random lives, followed by a second, simple-minded bookkeeper.


@st.composite
def lives(draw: st.DrawFn) -> Record:
    """Draw a ticket with a life of legal acts, some written down late."""
    fields: dict[str, Any] = {
        "kind": draw(st.sampled_from(["complaint", "complaint", "inquiry", "repair"])),
        "subject": "x",
    }
    if fields["kind"] == "complaint":
        fields["severity"] = draw(st.sampled_from([None, "major", "important", "minor"]))
    if draw(st.booleans()):
        fields["wanted"] = date(2026, 11, 1) + timedelta(days=draw(st.integers(0, 60)))
    if draw(st.booleans()):
        fields["unit_said"] = "后门"
    now = at("2026-11-01 00:00") + timedelta(minutes=draw(st.integers(0, 30 * 1440)))
    record = actions.register("T261121-A07", deed()._replace(at=now, when=now), fields)
    for did in draw(
        st.lists(st.sampled_from([one for one in rules.ACTIONS if one != "open"]), max_size=14)
    ):
        now += timedelta(minutes=draw(st.integers(0, 4000)))
        when = now - timedelta(minutes=draw(st.integers(0, 900)))
        said = {"note": "x", "why": "y", "final": draw(st.booleans()) and did == "answer"}
        changes = {"assign": {"department": "repair"}, "edit": {"unit": "3-2-1501"}}.get(did)
        try:
            record = actions.act(record, deed()._replace(at=now, when=when), did, changes, **said)
        except RefusedError:
            continue
    return record


def expected(record: Record) -> dict[tuple[str, int], tuple[int, int | None, str]]:
    """Return (duty, turn) -> (due, met, void), worked out act by act."""
    acts = [(one["did"], int(one.get("when", one["at"]).timestamp()), one) for one in record["log"]]
    opened = acts[0][1]
    kind, severity = record["kind"], record.get("severity")
    ended = record["status"] if record["status"] in {"closed", "cancelled"} else ""
    made: dict[tuple[str, int], tuple[int, int | None, str]] = {}

    def add(duty: str, turn: int, due: int, met: int | None, over: str = "") -> None:
        made[duty, turn] = (due, met, "" if met is not None else over or ended)

    replies = [when for did, when, _one in acts if did in {"answer", "tell"}]
    answers = [when for did, when, one in acts if did == "tell" or one.get("final")]
    placed = [when for _did, when, one in acts if one.get("set", {}).get("unit")]
    if kind in REPLY_KINDS:
        add("reply", 0, opened + 24 * HOUR, min(replies, default=None))
    if severity == "major":
        add("answer", 0, midnight_after(opened, 2), min(answers, default=None))
    if acts[0][2]["set"].get("unit_said"):
        add("complete", 0, midnight_after(opened, 1), placed[0] if placed else None)
    if severity in DONE_DAYS:
        starts = [
            place for place, (did, _when, _one) in enumerate(acts) if did in {"open", "reopen"}
        ]
        for turn, place in enumerate(starts):
            stop = starts[turn + 1] if turn + 1 < len(starts) else len(acts)
            met = [when for did, when, _one in acts[place:stop] if did == "done"]
            due = midnight_after(acts[place][1], DONE_DAYS[severity])
            if severity == "minor" and not turn and record.get("wanted"):
                due = seconds(f"{record['wanted']} 24:00")
            over = "cancelled" if turn + 1 < len(starts) else ""
            add("done", turn, due, met[-1] if met else None, over)
    return made


@given(lives())
def test_clocks_are_those_a_patient_colleague_counts(record: Record) -> None:
    found: dict[tuple[str, int], tuple[int, int | None, str]] = {}
    for one in clocks(record):
        turn = sum(duty == one.duty for duty, _turn in found)
        assert one.due is not None
        found[one.duty, turn] = (one.due, one.met, one.void)
    assert found == expected(record)


@given(lives(), st.dates(date(2026, 11, 1), date(2027, 6, 1)))
def test_policy_of_a_later_day_changes_no_clock(record: Record, day: date) -> None:
    opened = record["log"][0]["at"].date()
    strict = policy(
        str(max(day, opened + timedelta(days=1))),
        *(limit(duty, "1m", kind) for duty in ("reply", "answer", "done", "complete")
          for kind in ("*", "complaint", "inquiry", "repair")),
    )  # fmt: skip
    assert clocks(record, handbook(shipped(), strict)) == clocks(record)


@given(lives())
def test_clocks_do_not_depend_on_how_facts_were_kept(record: Record) -> None:
    # As the index does: from the header and the facts, without the log.
    header = {key: value for key, value in record.items() if key != "log"}
    assert rules.clocks(header, rules.facts(record), SHIPPED) == clocks(record)


@given(lives())
def test_ended_ticket_owes_nothing(record: Record) -> None:
    owed = [one for one in clocks(record) if one.met is None and not one.void]
    if record["status"] in {"closed", "cancelled"}:
        assert not owed
    assert len([one for one in owed if one.duty == "done"]) <= 1


# By example.


def one(record: Record, duty: str, book: Handbook = SHIPPED) -> Clock:
    """Return the only clock of a duty."""
    (found,) = [each for each in clocks(record, book) if each.duty == duty]
    return found


@pytest.mark.parametrize(
    "severity, duty, until",
    [
        ("major", "reply", "2026-11-22 09:12"),
        ("major", "answer", "2026-11-23 24:00"),
        ("major", "done", "2026-12-01 24:00"),
        ("important", "done", "2026-11-24 24:00"),
        ("minor", "done", "2026-11-23 24:00"),
    ],
)
def test_figures_of_the_trade(severity: str, duty: str, until: str) -> None:
    assert one(ticket(severity=severity), duty).due == seconds(until)


@pytest.mark.parametrize(
    "fields, duties",
    [
        ({}, {"reply"}),
        ({"severity": "important"}, {"reply", "done"}),
        ({"kind": "repair"}, set()),
        ({"kind": "repair", "unit_said": "后门"}, {"complete"}),
        ({"kind": "call"}, set()),
        ({"kind": "inquiry"}, {"reply"}),
    ],
)
def test_what_is_owed(fields: dict[str, Any], duties: set[str]) -> None:
    assert {each.duty for each in clocks(ticket(**fields))} == duties


def test_day_the_resident_asked_for_counts_for_a_minor_complaint_alone() -> None:
    wanted: dict[str, Any] = {"wanted": date(2026, 12, 24)}
    minor = one(ticket(severity="minor", **wanted), "done")
    assert (minor.due, minor.limit, minor.rule) == (
        seconds("2026-12-24 24:00"),
        "",
        "wanted VAR-04",
    )
    assert one(ticket(severity="important", **wanted), "done").limit == "3d"
    for_ever = one(ticket(severity="minor", wanted=date.max), "done")
    assert for_ever.due is not None


def test_reply_told_late_counts_when_it_happened() -> None:
    record = ticket()
    record["log"] += [
        entry("2A", "answer", "2026-11-23 15:00", note="b"),
        entry("3A", "answer", "2026-11-23 16:00", note="a") | {"when": at("2026-11-21 10:00")},
    ]
    assert one(record, "reply").met == seconds("2026-11-21 10:00")


def test_first_reply_is_no_clear_answer_unless_it_is_final() -> None:
    record = ticket(severity="major")
    record["log"].append(entry("2A", "answer", "2026-11-21 10:00", note="在看"))
    assert one(record, "answer").met is None
    record["log"].append(entry("3A", "answer", "2026-11-21 11:00", note="好", final=True))
    assert one(record, "answer").met == seconds("2026-11-21 11:00")


def reopened(end: str) -> Record:
    """Return a ticket that ended and was taken up again a day later."""
    record = ticket(severity="important")
    ends = {"done": {"note": "好"}, "cancel": {"why": "撤回"}}
    record["log"] += [
        entry("2A", end, "2026-11-21 18:00", **ends[end]),
        entry("3A", "reopen", "2026-11-22 09:00", why="又来"),
    ]
    return {"id": record["id"], **rules.fold(record["log"]), "log": record["log"]}


def test_reopening_starts_the_limit_anew() -> None:
    first, second = (each for each in clocks(reopened("done")) if each.duty == "done")
    assert (first.since, first.met, first.void) == ("opened", seconds("2026-11-21 18:00"), "")
    assert (second.since, second.due) == ("reopened", seconds("2026-11-25 24:00"))


def test_what_was_cancelled_undone_is_owed_once() -> None:
    first, second = (each for each in clocks(reopened("cancel")) if each.duty == "done")
    assert (first.void, second.void) == ("cancelled", "")


def test_owner_is_the_assignee_else_the_role() -> None:
    assert one(ticket(), "reply").owner == "agent"
    assert one(ticket(assignee="li.na"), "reply").owner == "li.na"


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

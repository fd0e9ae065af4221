"""The life of a ticket: every act in every state does what the table says, or is refused."""

from __future__ import annotations

from datetime import datetime
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from svcctl.base.errors import RefusedError
from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.desk.tickets import actions
from svcctl.desk.tickets import rules
from svcctl.desk.tickets.words import ACT_CHOICES
from svcctl.desk.tickets.words import STATUSES
from svcctl.handbook.lookup import Policy
from tests.support.builders import at
from tests.support.builders import deed
from tests.support.handbooks import handbook
from tests.support.handbooks import policy
from tests.support.handbooks import shipped

# What should happen, written down once more by hand: state -> act -> state after.
LIFE = {
    "registered": "note registered, edit registered, assign assigned, answer in-progress,"
    " done done,"
    " cancel cancelled",
    "assigned": "note assigned, edit assigned, assign assigned, answer in-progress, done done,"
    " cancel cancelled",
    "in-progress": "note in-progress, edit in-progress, assign assigned, answer in-progress,"
    " done done, cancel cancelled",
    "done": "note done, edit done, answer done, tell done, close closed, reopen in-progress",
    "closed": "note closed, reopen in-progress",
    "cancelled": "note cancelled, reopen in-progress",
}
NEXT = {
    state: dict(step.strip().split(" ") for step in steps.split(","))
    for state, steps in LIFE.items()
}
WAY = {
    "registered": (),
    "assigned": ("assign",),
    "in-progress": ("answer",),
    "done": ("done", "tell"),
    "closed": ("done", "tell", "close"),
    "cancelled": ("cancel",),
}
FIELDS: dict[str, dict[str, Any]] = {
    "assign": {"department": "repair"}, "edit": {"subject": "电梯困人两次"},
}  # fmt: skip
NEW_YORK = ZoneInfo("America/New_York")


def act(record: Record, did: str, when: str = "2026-11-21 09:12", **said: Any) -> Record:
    """Do an act with all it needs."""
    words: dict[str, Any] = {"note": "x", "why": "y"} | said
    return actions.act(record, deed(when), did, FIELDS.get(did), **words)


def new(when: str = "2026-11-21 09:12", **fields: Any) -> Record:
    """Return a new complaint."""
    said = {"kind": "complaint", "subject": "电梯困人", **fields}
    return actions.register("T261121-A07", deed(when), said)


def in_state(state: str) -> Record:
    """Return a ticket brought into a state by acts."""
    record = new()
    for did in WAY[state]:
        record = act(record, did)
    assert record["status"] == state
    return record


@pytest.mark.parametrize("did", rules.ACTIONS)
@pytest.mark.parametrize("state", STATUSES)
def test_every_act_in_every_state(state: str, did: str) -> None:
    record = in_state(state)
    if did in NEXT[state]:
        assert act(record, did)["status"] == NEXT[state][did]
        return
    with pytest.raises(RefusedError, match=f"'{did}' is not possible") as refused:
        act(record, did)
    named = {hint.split()[2] for hint in refused.value.hints}
    assert named == NEXT[state].keys() - {"note", "edit"}
    assert {hint.split()[3] for hint in refused.value.hints} == {"T261121-A07"}


@pytest.mark.parametrize("state", STATUSES)
def test_no_state_is_a_dead_end(state: str) -> None:
    assert set(NEXT[state]) - {"note"}


def test_every_act_has_a_word() -> None:
    assert {choice.key for choice in ACT_CHOICES} == rules.ACTIONS.keys()


def test_refusal_says_the_state_in_words() -> None:
    with pytest.raises(RefusedError, match="'T261121-A07' is in progress; 'close' is not possible"):
        act(in_state("in-progress"), "close")


@pytest.mark.parametrize(
    "did, state, lacks",
    [
        ("note", "registered", "note"),
        ("answer", "registered", "note"),
        ("done", "assigned", "note"),
        ("cancel", "registered", "why"),
        ("reopen", "closed", "why"),
    ],
)
@pytest.mark.parametrize("words", ["", " \n\t "])
def test_acts_that_need_words(did: str, state: str, lacks: str, words: str) -> None:
    message = "needs --why" if lacks == "why" else "needs words"
    with pytest.raises(RefusedError, match=message):
        act(in_state(state), did, **{lacks: words})


def test_assigning_needs_somebody() -> None:
    with pytest.raises(RefusedError, match="needs --to"):
        actions.act(new(), deed(), "assign", {"subject": "x"})


def test_closing_needs_the_resident_told() -> None:
    record = act(new(), "done")
    with pytest.raises(RefusedError, match="was not told") as refused:
        act(record, "close")
    assert refused.value.hints == ("svcctl ticket tell T261121-A07",)


def test_after_reopening_it_must_be_done_and_told_again() -> None:
    record = act(act(in_state("closed"), "reopen"), "done")
    with pytest.raises(RefusedError, match="was not told"):
        act(record, "close")
    assert act(act(record, "tell"), "close")["status"] == "closed"


# Two times.


@pytest.mark.parametrize("did", [one for one in rules.ACTIONS if one not in {"open", "edit"}])
def test_nothing_happens_before_the_opening(did: str) -> None:
    state = next(state for state, acts in NEXT.items() if did in acts)
    with pytest.raises(RefusedError, match="cannot have happened before"):
        act(in_state(state), did, "2026-11-21 09:11")


def test_opening_counts_from_when_it_happened() -> None:
    late = deed()._replace(when=at("2026-11-21 08:00"))
    record = actions.register("T261121-A07", late, {"kind": "complaint", "subject": "x"})
    assert act(record, "answer", "2026-11-21 08:30")["status"] == "in-progress"


def test_reopening_cannot_come_before_the_end_it_undoes() -> None:
    record = act(act(act(new(), "done", "2026-11-21 12:00"), "tell", "2026-11-21 13:00"),
                 "close", "2026-11-21 14:00")  # fmt: skip
    with pytest.raises(RefusedError, match="was closed at 2026-11-21 14:00"):
        act(record, "reopen", "2026-11-21 13:59")
    again = act(record, "reopen", "2026-11-21 15:00")
    with pytest.raises(RefusedError, match="was reopened at 2026-11-21 15:00"):
        act(again, "done", "2026-11-21 14:59")
    assert act(again, "note", "2026-11-21 14:30")["log"][-1]["did"] == "note"


def told(when: str, at_: str = "2026-11-21 09:12", zone: ZoneInfo = NEW_YORK) -> Deed:
    """Return a deed told later than it happened."""
    recorded = datetime.fromisoformat(at_).replace(tzinfo=zone)
    return deed()._replace(at=recorded, when=datetime.fromisoformat(when).replace(tzinfo=zone))


SHIPPED = Policy([shipped()])


@pytest.mark.parametrize("when", ["2026-11-21 09:12", "2026-11-20 09:12"])
def test_a_day_late_needs_no_reason(when: str) -> None:
    actions.refuse_late_entry(told(when), SHIPPED, "")


@pytest.mark.parametrize("when", ["2026-11-20 09:11", "2019-01-01 00:00"])
def test_later_needs_a_reason(when: str) -> None:
    with pytest.raises(RefusedError, match="more than 24h ago") as refused:
        actions.refuse_late_entry(told(when), SHIPPED, "")
    assert refused.value.hints == ("add --why …",)
    actions.refuse_late_entry(told(when), SHIPPED, "夜班漏记")


def test_future_is_refused_whatever_the_reason() -> None:
    with pytest.raises(RefusedError, match="'2026-11-21 09:13' is in the future"):
        actions.refuse_late_entry(told("2026-11-21 09:13"), SHIPPED, "算过的")


@pytest.mark.parametrize("bound", [{"late_entry": "off"}, {}])
def test_centre_may_ask_for_no_reason(bound: dict[str, str]) -> None:
    actions.refuse_late_entry(
        told("2019-01-01 00:00"), Policy([policy("2026-01-01", time=bound)]), ""
    )


def test_late_is_counted_in_real_hours() -> None:
    # From noon to one o'clock on the next day are 24 hours when the clock goes forward.
    actions.refuse_late_entry(told("2026-03-07 12:00", "2026-03-08 13:00"), SHIPPED, "")
    # Twice a night the wall clock shows 01:30; the second time, 01:45 has been.
    second = told("2026-11-01 01:45", "2026-11-01 01:30")
    actions.refuse_late_entry(second._replace(at=second.at.replace(fold=1)), SHIPPED, "")


# Correcting.


def edit(record: Record, **fields: Any) -> Record:
    """Correct a ticket."""
    return actions.edit(record, deed(), fields)


def test_edit_that_changes_nothing_is_refused() -> None:
    with pytest.raises(RefusedError, match="nothing to change"):
        edit(new(urgent=True), urgent=True, subject="电梯困人", unit=None)


def test_edit_logs_only_what_changes() -> None:
    record = edit(new(urgent=True), urgent=None, subject="电梯困人", place="大堂")
    assert record["log"][1]["set"] == {"place": "大堂"}
    assert record["log"][1]["unset"] == ["urgent"]


def test_unit_found_takes_the_place_of_the_unit_said() -> None:
    record = edit(new(unit_said="后门姓孙"), unit="3-2-1501")
    assert record["unit"] == "3-2-1501"
    assert "unit_said" not in record


def test_severity_goes_with_the_complaint() -> None:
    record = edit(new(severity="major"), kind="repair")
    assert (record["kind"], record.get("severity")) == ("repair", None)
    with pytest.raises(RefusedError, match="only a complaint has a severity"):
        edit(record, severity="minor")
    assert edit(record, kind="complaint", severity="minor")["severity"] == "minor"


def test_long_life_stays_in_order() -> None:
    record, now = new(), at("2026-11-21 09:12")
    for turn in range(60):
        now += timedelta(hours=1)
        doing = deed(desk="AB"[turn % 2])._replace(at=now, when=now)
        record = actions.act(record, doing, "note", note=f"{turn}")
    assert [one["n"][:-1] for one in record["log"]] == [str(place) for place in range(1, 62)]


def test_department_takes_a_ticket_from_the_colleague_who_had_it() -> None:
    held = actions.act(new(), deed("2026-11-21 09:12"), "assign", {"assignee": "li.na"})
    passed = actions.act(held, deed("2026-11-21 09:13"), "assign", {"department": "security"})
    assert (passed["department"], "assignee" in passed) == ("security", False)
    both = {"department": "repair", "assignee": "li.na"}
    assert actions.act(held, deed("2026-11-21 09:13"), "assign", both)["assignee"] == "li.na"


def test_old_ticket_may_go_to_a_department_that_came_later() -> None:
    legal = {"list": "department", "key": "legal", "zh": "法务部", "abbr": "fwb", "en": "legal"}
    later = handbook(shipped(), policy("2027-01-01", option=[legal]))
    record = actions.act(new(), deed("2027-01-02 09:12"), "assign", {"department": "legal"})
    assert list(rules.against(record, later)) == []
    assert [one.code for one in rules.against(record, handbook())] == ["HBK105"]


def test_way_of_an_answer_is_on_the_handbooks_list() -> None:
    record = actions.act(new(), deed(), "answer", note="x", via="pigeon")
    assert [(one.code, one.where) for one in rules.against(record, handbook(shipped()))] == [
        ("HBK105", ("log", 1, "via"))
    ]

"""The life of a ticket: every act in every state does what the table says, or is refused."""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from svcctl.base.errors import RefusedError
from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.desk.tickets import actions
from svcctl.desk.tickets import lifecycle
from svcctl.desk.tickets import rules
from svcctl.desk.tickets.needs import Bounds
from svcctl.desk.tickets.words import ACT_CHOICES
from svcctl.desk.tickets.words import FACT_CHOICES
from svcctl.desk.tickets.words import RESULT_CHOICES
from svcctl.desk.tickets.words import STATUSES
from svcctl.handbook.lookup import Policy
from tests.support.builders import at
from tests.support.builders import deed
from tests.support.handbooks import handbook
from tests.support.handbooks import policy
from tests.support.handbooks import shipped

# What should happen, written down once more by hand: state -> step -> state after, `=` for no
# change. What is said of "any" and "open" holds in each such state.
ANY = "note = attach = escalate = settle ="
OPEN = (
    f"{ANY} edit = classify = judge = feasibility = charge ="
    " close/answered closed close/invalid closed"
)
WORK = (
    f"{OPEN} contact in-progress wait in-progress progress in-progress answer in-progress"
    " report in-progress appoint = missed = extend = done done cancel cancelled"
    " duplicate duplicate assign assigned"
)
LIFE = {
    "registered": f"{WORK} forward assigned",
    "assigned": f"{WORK} forward assigned",
    "in-progress": f"{WORK} forward =",
    "done": f"{OPEN} answer = report = watertest = watertest/failed in-progress tell = sign ="
    " callback = callback/unsatisfied in-progress close closed reopen in-progress",
    "closed": f"{ANY} sign = reopen in-progress",
    "cancelled": f"{ANY} reopen in-progress",
    "duplicate": f"{ANY} reopen in-progress",
}
NEXT = {
    state: {
        step: state if then == "=" else then
        for step, then in zip(steps.split()[::2], steps.split()[1::2], strict=True)
    }
    for state, steps in LIFE.items()
}
WAY: dict[str, tuple[str, ...]] = {
    "registered": (),
    "assigned": ("assign",),
    "in-progress": ("answer",),
    "done": ("done", "tell"),
    "closed": ("done", "tell", "close"),
    "cancelled": ("cancel",),
    "duplicate": ("duplicate",),
}
FIELDS: dict[str, dict[str, Any]] = {
    "assign": {"department": "repair"},
    "edit": {"subject": "电梯困人两次"},
    "classify": {"category": "lift"},
    "judge": {"validity": "valid"},
    "appoint": {"appointment": at("2026-11-22 14:00")},
    "wait": {"waiting": "parts", "waiting_until": date(2026, 11, 25)},
    "extend": {"agreed": date(2026, 11, 25)},
    "charge": {"fee": "35.00"},
    "duplicate": {"duplicate_of": "T261121-A06"},
}
SAID: dict[str, dict[str, Any]] = {
    "forward": {"to": "director"},
    "escalate": {"to": "director"},
    "extend": {"agreed_by": "孙丽"},
    "attach": {"file": "a.jpg", "sha256": "0" * 64},
    "watertest": {"result": "passed"},
    "callback": {"result": "satisfied"},
}
QUIET = {"note", "attach", "escalate", "settle", "edit", "callback", "missed"}
NEW_YORK = ZoneInfo("America/New_York")


def act(
    record: Record,
    step: str,
    when: str = "2026-11-21 09:12",
    bounds: Bounds | None = None,
    **said: Any,
) -> Record:
    """Do a step with all it needs, written down no earlier than what was written before."""
    did, _slash, result = step.partition("/")
    words: dict[str, Any] = {"note": "x", "why": "y"} | SAID.get(did, {})
    words |= ({"result": result} if result else {}) | said
    recorded = max(at(when), *(one["at"] for one in record["log"]))
    doing = deed(when)._replace(at=recorded)
    return actions.act(record, doing, did, FIELDS.get(did), bounds=bounds, **words)


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


STEPS = [step for step in lifecycle.ACTIONS if step != "open"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", STATUSES)
def test_every_step_in_every_state(state: str, step: str) -> None:
    record, when = in_state(state), "2026-11-21 09:12"
    if step == "missed" and "missed" in NEXT[state]:
        record, when = act(record, "appoint"), "2026-11-22 14:10"
    if step in NEXT[state]:
        assert act(record, step, when)["status"] == NEXT[state][step]
        return
    with pytest.raises(RefusedError, match=r"'T261121-A07' is .*; '.*' is not possible") as refused:
        act(record, step)
    named = [hint.split() for hint in refused.value.hints]
    assert {words[2] for words in named if words[1] == "ticket"} == {
        one for one in NEXT[state] if "/" not in one
    } - QUIET
    assert [words[1:3] for words in named if words[1] != "ticket"] == (
        [["callback", "record"]] if state == "done" else []
    )
    assert {words[3] for words in named} == {"T261121-A07"}


def test_a_ticket_is_opened_once() -> None:
    with pytest.raises(RefusedError, match="is not possible"):
        actions.act(new(), deed(), "open", {"subject": "y"})


@pytest.mark.parametrize("state", STATUSES)
def test_no_state_is_a_dead_end(state: str) -> None:
    assert set(NEXT[state].values()) - {state}


def test_every_act_has_a_word() -> None:
    acts = {step.partition("/")[0] for step in lifecycle.ACTIONS}
    assert {choice.key for choice in ACT_CHOICES} == acts


def test_every_fact_and_every_result_of_the_table_has_a_word() -> None:
    facts = {fact for action in lifecycle.ACTIONS.values() for fact in action.touches}
    assert facts == {choice.key for choice in FACT_CHOICES}
    assert set(lifecycle.CLOCKS) <= facts
    for step in lifecycle.ACTIONS:
        did, _slash, result = step.partition("/")
        assert not result or result in {one.key for one in RESULT_CHOICES[did]}


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
        ("progress", "registered", "note"),
        ("report", "assigned", "note"),
        ("feasibility", "registered", "note"),
        ("settle", "closed", "note"),
    ],
)
@pytest.mark.parametrize("words", ["", " \n\t "])
def test_acts_that_need_words(did: str, state: str, lacks: str, words: str) -> None:
    message = "needs --why" if lacks == "why" else "needs words"
    said: dict[str, Any] = {lacks: words}
    with pytest.raises(RefusedError, match=message):
        act(in_state(state), did, **said)


def test_assigning_needs_somebody() -> None:
    with pytest.raises(RefusedError, match="needs --to"):
        actions.act(new(), deed(), "assign", {"subject": "x"})


# What closing needs, and who needs less.


HANDBOOK = handbook()
NOBODY = Bounds(HANDBOOK, frozenset())


def test_closing_needs_the_resident_told_and_called_back() -> None:
    record = act(new(severity="minor"), "done")
    with pytest.raises(RefusedError, match="was not told") as refused:
        act(record, "close", bounds=NOBODY)
    assert refused.value.hints == ("svcctl ticket tell T261121-A07",)
    record = act(record, "tell")
    with pytest.raises(RefusedError, match="was not called back") as refused:
        act(record, "close", bounds=NOBODY)
    assert refused.value.hints[0].startswith("svcctl callback record T261121-A07 satisfied")
    assert act(act(record, "callback"), "close", bounds=NOBODY)["status"] == "closed"


def test_after_reopening_it_must_be_done_and_told_again() -> None:
    record = act(act(in_state("closed"), "reopen"), "done")
    with pytest.raises(RefusedError, match="was not told"):
        act(record, "close", bounds=NOBODY)
    record = act(act(record, "tell"), "callback")
    assert act(record, "close", bounds=NOBODY)["status"] == "closed"


def test_answered_inquiry_may_be_closed_at_once_and_an_invalid_complaint() -> None:
    inquiry = new(kind="inquiry")
    with pytest.raises(RefusedError, match="was not answered") as refused:
        act(inquiry, "close", bounds=NOBODY)
    assert refused.value.hints == ('svcctl ticket answer T261121-A07 "…"',)
    closed = act(act(inquiry, "answer"), "close", bounds=NOBODY)
    assert (closed["status"], closed["log"][-1]["result"]) == ("closed", "answered")
    with pytest.raises(RefusedError, match="'close' is not possible"):
        act(new(), "close", bounds=NOBODY)
    invalid = actions.act(new(), deed(), "judge", {"validity": "invalid"})
    closed = act(invalid, "close", bounds=NOBODY)
    assert (closed["status"], closed["log"][-1]["result"]) == ("closed", "invalid")


@pytest.mark.parametrize("result, lacks", [("invalid", "was not judged"), ("answered", "was not")])
def test_early_end_is_not_taken_by_saying_so(result: str, lacks: str) -> None:
    with pytest.raises(RefusedError, match=lacks):
        act(new(), "close", bounds=NOBODY, result=result)


def test_what_is_constructive_needs_its_feasibility_looked_into() -> None:
    record = act(act(new(kind="opinion", constructive=True), "done"), "tell")
    with pytest.raises(RefusedError, match="feasibility note"):
        act(record, "close", bounds=NOBODY)
    assert act(act(record, "feasibility"), "close", bounds=NOBODY)["status"] == "closed"


def test_mended_leak_needs_its_test_and_the_callback_after_it() -> None:
    record = act(act(new(kind="repair", category="leak"), "done"), "tell")
    with pytest.raises(RefusedError, match="water test is missing"):
        act(record, "close", bounds=NOBODY)
    record = act(record, "watertest")
    with pytest.raises(RefusedError, match="was not called back"):
        act(record, "close", bounds=NOBODY)


def test_done_needs_a_place_and_a_severity() -> None:
    with pytest.raises(RefusedError, match="the unit '后门' is not known"):
        act(new(unit_said="后门", severity="minor"), "done", bounds=NOBODY)
    with pytest.raises(RefusedError, match="nobody said how grave") as refused:
        act(new(), "done", bounds=NOBODY)
    assert refused.value.hints == ("svcctl ticket classify T261121-A07 --severity …",)


# Who may.


def test_severity_is_a_proposal_until_who_may_confirms_it() -> None:
    proposed = actions.act(new(), deed(), "classify", {"severity": "minor"}, bounds=NOBODY)
    assert "confirmed" not in proposed["log"][-1]
    supervisor = Bounds(HANDBOOK, frozenset({"supervisor"}))
    confirmed = actions.act(proposed, deed(), "classify", bounds=supervisor)
    assert confirmed["log"][-1]["confirmed"] is True
    assert "set" not in confirmed["log"][-1]
    with pytest.raises(RefusedError, match="nothing to change"):
        actions.act(confirmed, deed(), "classify", {"severity": "minor"}, bounds=NOBODY)


def test_nobody_confirms_a_severity_that_nobody_said() -> None:
    supervisor = Bounds(HANDBOOK, frozenset({"supervisor"}))
    with pytest.raises(RefusedError, match="nothing to change"):
        actions.act(new(), deed(), "classify", bounds=supervisor)
    made = actions.act(new(), deed(), "classify", {"category": "lift"}, bounds=supervisor)
    assert "confirmed" not in made["log"][-1]


@pytest.mark.parametrize("step", ["judge", "settle"])
def test_what_is_reserved_for_a_role_is_refused_to_others(step: str) -> None:
    with pytest.raises(RefusedError, match="is reserved for a role: supervisor") as refused:
        act(new(), step, bounds=NOBODY)
    assert refused.value.hints == ("svcctl staff list --role supervisor",)
    assert act(new(), step, bounds=Bounds(HANDBOOK, frozenset({"supervisor"})))["log"][1:]


def test_standing_is_asked_only_where_a_role_is_needed() -> None:
    def standing() -> frozenset[str]:
        raise AssertionError

    assert act(new(), "note", bounds=Bounds(HANDBOOK, standing))["log"][1:]


# A later day (VAR-04).


@pytest.mark.parametrize("fields", [{"severity": "minor"}, {"kind": "repair"}, {"kind": "need"}])
def test_agreed_day_moves_the_limit_where_the_policy_lets_it(fields: dict[str, str]) -> None:
    assert act(new(**fields), "extend", bounds=NOBODY)["agreed"] == date(2026, 11, 25)


@pytest.mark.parametrize(
    "fields, reason, hint",
    [
        ({"severity": "major"}, "10 days stands", "svcctl escalate T261121-A07 --to … --why …"),
        ({"severity": "important"}, "3 days stands", "svcctl escalate T261121-A07 --to … --why …"),
        ({}, "no limit", "svcctl ticket classify T261121-A07 --severity …"),
        ({"kind": "suggestion"}, "no limit", "svcctl ticket lifecycle T261121-A07"),
    ],
)
def test_other_limits_cannot_be_extended(fields: dict[str, str], reason: str, hint: str) -> None:
    with pytest.raises(RefusedError, match=reason) as refused:
        act(new(**fields), "extend", bounds=NOBODY)
    assert refused.value.hints == (hint,)


# Doubles.


def test_double_is_neither_of_itself_nor_of_a_double() -> None:
    with pytest.raises(RefusedError, match="no duplicate of itself"):
        actions.act(new(), deed(), "duplicate", actions.original(new()))
    with pytest.raises(RefusedError, match="is itself a duplicate of 'T261121-A06'"):
        actions.original(in_state("duplicate"))


# Two times.


@pytest.mark.parametrize("step", [one for one in STEPS if one not in {"edit", "missed"}])
def test_nothing_happens_before_the_opening(step: str) -> None:
    state = next(state for state, steps in NEXT.items() if step in steps)
    with pytest.raises(RefusedError, match="cannot have happened before"):
        act(in_state(state), step, "2026-11-21 09:11")


@pytest.mark.parametrize("step", [one for one in STEPS if one not in {"edit", "missed"}])
def test_clock_that_was_set_back_is_refused(step: str) -> None:
    state = next(state for state, steps in NEXT.items() if step in steps)
    early = deed("2026-11-21 09:11")._replace(when=at("2026-11-21 09:12"))
    said: dict[str, Any] = {"note": "x", "why": "y", **SAID.get(step, {}), **_result(step)}
    with pytest.raises(RefusedError, match="shows 2026-11-21 09:11:00, but 'T261121-A07' was"):
        actions.act(in_state(state), early, step.partition("/")[0], FIELDS.get(step), **said)


def _result(step: str) -> dict[str, str]:
    return {"result": step.partition("/")[2]} if "/" in step else {}


def test_another_desk_may_have_a_slower_clock() -> None:
    other = deed("2026-11-21 09:05", desk="B")._replace(when=at("2026-11-21 09:12"))
    assert actions.act(new(), other, "note", note="x")["log"][-1]["n"] == "2B"


# What lies ahead.


@pytest.mark.parametrize(
    "step, fields",
    [
        ("appoint", {"appointment": at("2026-11-21 09:11")}),
        ("wait", {"waiting": "parts", "waiting_until": date(2026, 11, 20)}),
        ("extend", {"agreed": date(2026, 11, 20)}),
    ],
)
def test_what_is_agreed_on_is_never_in_the_past(step: str, fields: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match=r"'T261121-A07': .* 2026-11-2.* is in the past"):
        actions.act(new(), deed(), step, fields, agreed_by="孙丽")
    later = {key: value + timedelta(days=1) for key, value in fields.items() if key != "waiting"}
    made = actions.act(new(), deed(), step, {**fields, **later}, agreed_by="孙丽")
    assert made["log"][-1]["set"] == {**fields, **later}


def test_appointment_written_down_later_is_judged_by_when_it_was_made() -> None:
    late = deed("2026-11-21 15:00")._replace(when=at("2026-11-21 10:00"))
    made = actions.act(new(), late, "appoint", {"appointment": at("2026-11-21 14:00")})
    assert made["appointment"] == at("2026-11-21 14:00")


def test_only_an_appointment_that_was_can_be_missed() -> None:
    with pytest.raises(RefusedError, match="has no appointment that could be missed"):
        act(new(), "missed")
    agreed = act(new(), "appoint")
    with pytest.raises(RefusedError, match="is at 2026-11-22 14:00; nobody can have missed it"):
        act(agreed, "missed", "2026-11-22 13:59")
    missed = act(agreed, "missed", "2026-11-22 14:00")
    assert "appointment" not in missed
    with pytest.raises(RefusedError, match="has no appointment that could be missed"):
        act(missed, "missed", "2026-11-22 14:01")


def test_new_appointment_takes_the_end_of_the_old_one_away() -> None:
    span = {"appointment": at("2026-11-22 14:00"), "appointment_end": at("2026-11-22 16:00")}
    made = actions.act(new(), deed(), "appoint", span)
    again = actions.act(made, deed(), "appoint", {"appointment": at("2026-11-23 09:00")})
    assert again["appointment"] == at("2026-11-23 09:00")
    assert "appointment_end" not in again


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


def test_department_a_complaint_is_about_is_on_the_list() -> None:
    found = list(rules.against(new(concerned="nowhere"), handbook(shipped())))
    assert [(one.code, one.where) for one in found] == [("HBK105", ("concerned",))]

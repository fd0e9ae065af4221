"""The header of a ticket is the fold of its log: total, the same whatever order a merge left."""

from __future__ import annotations

import json
from datetime import date
from datetime import datetime
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.case import append
from svcctl.base.codes import CODES
from svcctl.base.entry import in_order
from svcctl.base.errors import RefusedError
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.book.guard import findings
from svcctl.desk.tickets import actions
from svcctl.desk.tickets import lifecycle
from svcctl.desk.tickets import rules
from svcctl.desk.tickets.words import OPEN_STATUSES
from svcctl.kinds import KINDS
from tests.support.builders import at
from tests.support.builders import deed
from tests.support.builders import entry
from tests.support.builders import ticket
from tests.support.handbooks import handbook
from tests.support.lives import lives

TICKET = KINDS["ticket"]
SHIPPED = handbook()
ACTS = sorted({step.partition("/")[0] for step in lifecycle.ACTIONS})

anything: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.dates(),
        st.datetimes(), st.just(at("2026-11-21 09:12")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)  # fmt: skip
keys = st.sampled_from(
    ["subject", "unit", "status", "disputed", "id", "log", "kind", "severity", "category", "urgent",
     "wanted", "validity", "department", "appointment", "appointment_end", "waiting",
     "waiting_until", "agreed", "unit_said", "source"]
)  # fmt: skip
broken_entries = st.one_of(
    anything,
    st.fixed_dictionaries(
        {},
        optional={
            "n": st.one_of(
                st.sampled_from(["1A", "2A", "2B", "3A", "4A", "auto/escalate/done/2"]), anything
            ),
            "did": st.one_of(st.sampled_from(ACTS), anything),
            "at": st.one_of(st.just(at("2026-11-21 09:12")), anything),
            "when": anything,
            "set": st.one_of(st.dictionaries(keys, anything, max_size=3), anything),
            "unset": st.one_of(st.lists(st.one_of(keys, anything), max_size=3), anything),
            "final": anything,
            "why": anything,
            "to": st.one_of(st.just("lead"), anything),
            "result": st.one_of(st.sampled_from(["passed", "failed", "unsatisfied"]), anything),
            "by": anything,
            "confirmed": anything,
            "end": anything,
        },
    ),
)


@given(st.lists(broken_entries, max_size=8))
def test_fold_takes_any_log(log: list[Any]) -> None:
    header = rules.fold(log)
    assert header["status"] in (*OPEN_STATUSES, "closed", "cancelled", "")


@given(st.lists(broken_entries, max_size=8), st.data())
def test_fold_does_not_depend_on_the_order_of_a_merge(log: list[Any], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(log))
    # As text, because a NaN is not equal to itself.
    one, two = (
        json.dumps(rules.fold(each), sort_keys=True, default=str) for each in (shuffled, log)
    )
    assert one == two


@given(st.lists(broken_entries, max_size=8))
def test_facts_and_row_take_any_log(log: list[Any]) -> None:
    record: Record = {"id": "T261121-A07", **rules.fold(log), "log": log}
    known = rules.facts(record)
    assert json.loads(json.dumps(known)) == known  # as the index keeps them
    assert rules.row(record, known)["open"] in {True, False}
    assert all(isinstance(one.start, int) for one in rules.clocks(record, known, SHIPPED))


@given(st.lists(broken_entries, max_size=8))
def test_checking_any_log_ends_in_findings(log: list[Any]) -> None:
    record: Record = {"id": "T261121-A07", **rules.fold(log), "log": log}
    assert all(one.code in CODES and one.code != "RUL101" for one in findings(TICKET, record))


# Acts: whatever people do, legal or refused.

FIELDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "assign": st.sampled_from([{"department": "repair"}, {"assignee": "li.na"}]),
    "edit": st.fixed_dictionaries(
        {},
        optional={
            "subject": st.sampled_from(["电梯困人", "a\u0301", "x" * 200]),
            "urgent": st.sampled_from([True, None]),
            "severity": st.sampled_from(["major", "minor", None]),
            "unit": st.sampled_from(["3-2-1501", None]),
            "wanted": st.sampled_from([date(2026, 11, 30), None]),
        },
    ),
}


@st.composite
def acts(draw: st.DrawFn) -> tuple[str, dict[str, Any], int, int, dict[str, Any]]:
    """Draw one act: its name, fields, minutes after the last, minutes it is told late, words."""
    did = draw(st.sampled_from([one for one in ACTS if one != "open"]))
    fields = draw(FIELDS.get(did, st.just({})))
    said: dict[str, Any] = {"note": draw(st.sampled_from(["好", "a\r\nb", "  x\n"])), "why": "因为"}
    if did == "answer":
        said["final"] = draw(st.booleans())
    return did, fields, draw(st.integers(0, 3000)), draw(st.integers(0, 600)), said


def played(steps: list[tuple[str, dict[str, Any], int, int, dict[str, Any]]]) -> list[Record]:
    """Do every act that is legal and return the ticket after each of them."""
    now = at("2026-11-21 09:12")
    made = [actions.register("T261121-A07", deed(), {"kind": "complaint", "subject": "电梯困人"})]
    for place, (did, fields, later, late, said) in enumerate(steps):
        now += timedelta(minutes=later)
        when = now - timedelta(minutes=late)
        doing = deed(desk="AB"[place % 2])._replace(at=now, when=when)
        try:
            made.append(actions.act(made[-1], doing, did, fields, **said))
        except RefusedError:
            continue
    return made


@given(st.lists(acts(), max_size=12))
def test_an_act_is_one_entry_and_the_fold_of_all(steps: list[Any]) -> None:
    story = played(steps)
    for before, after in pairwise(story):
        assert after["log"][:-1] == before["log"]
    for record in story:
        assert record == {"id": "T261121-A07", **rules.fold(record["log"]), "log": record["log"]}
        assert not rules.strays(record["log"])


@given(lives())
def test_any_life_is_a_valid_file_that_reads_back(record: Record) -> None:
    data = canonical_bytes(TICKET, "x.toml", record, None)
    read = toml.parse(data)
    assert not [one for one in findings(TICKET, read) if CODES[one.code].severity == "error"]
    assert rules.facts(read) == rules.facts(record)


@given(st.lists(acts(), max_size=12))
def test_what_acts_make_is_a_valid_file_that_reads_back(steps: list[Any]) -> None:
    record = played(steps)[-1]
    data = canonical_bytes(TICKET, "x.toml", record, None)
    read = toml.parse(data)
    assert not [one for one in findings(TICKET, read) if CODES[one.code].severity == "error"]
    assert canonical_bytes(TICKET, "x.toml", read, None) == data
    assert rules.facts(read) == rules.facts(record)


@given(st.lists(acts(), max_size=8), st.lists(acts(), max_size=4), st.lists(acts(), max_size=4))
def test_two_branches_merge_by_the_union_of_their_entries(
    shared: list[Any], ours: list[Any], theirs: list[Any]
) -> None:
    base = played(shared)[-1]
    one, two = (branch(base, "A", ours), branch(base, "B", theirs))
    union = [*one["log"], *(each for each in two["log"] if each not in one["log"])]
    swapped = [*two["log"], *(each for each in one["log"] if each not in two["log"])]
    assert rules.fold(union) == rules.fold(swapped)
    merged: Record = {"id": "T261121-A07", **rules.fold(union), "log": in_order(union)}
    wrong = [each for each in findings(TICKET, merged) if CODES[each.code].severity == "error"]
    # Each branch alone was right about what goes with what; together, a field may lack its partner.
    assert {each.code for each in wrong} <= {"TKT206"}
    # Endings that a dispute is about are told by it.
    rest = {id(each) for each in rules.rivals(merged["log"])[1:]}
    told = [each for each in merged["log"] if each["n"] in rules.strays(union)]
    assert sum(id(each) not in rest for each in told) == sum(
        each.code == "TKT204" for each in findings(TICKET, merged)
    )


def branch(base: Record, desk: str, steps: list[Any]) -> Record:
    """Go on with a ticket at one desk, from the moment of the last entry."""
    now: datetime = base["log"][-1]["at"]
    record = base
    for did, fields, later, _late, said in steps:
        now += timedelta(minutes=later)
        doing = deed(desk=desk)._replace(at=now, when=now)
        try:
            record = actions.act(record, doing, did, fields, **said)
        except RefusedError:
            continue
    return record


# By example.

DONE = (entry("2A", "done", note="好"), entry("3A", "tell"))


def merged(*entries: dict[str, Any]) -> Record:
    """Return a ticket with these entries after its first."""
    log = in_order([*ticket()["log"], *entries])
    return {"id": "T261121-A07", **rules.fold(log), "log": log}


def codes(record: Record) -> list[str]:
    """Return the codes of what is wrong with a ticket."""
    return [one.code for one in findings(TICKET, record)]


def test_same_end_twice_is_no_dispute() -> None:
    record = merged(*DONE, entry("4A", "close"), entry("4B", "close"))
    assert record["status"] == "closed"
    assert "disputed" not in record
    assert codes(record) == ["TKT204"]


def test_two_different_ends_fold_to_the_first_and_are_disputed() -> None:
    cancel = entry("2A", "cancel", why="住户撤回")
    record = merged(cancel, entry("2B", "cancel", why="重复登记"))
    assert (record["status"], record["disputed"]) == ("cancelled", True)
    assert codes(record) == ["TKT205"]


def test_reopening_settles_a_dispute() -> None:
    cancels = (entry("2A", "cancel", why="住户撤回"), entry("2B", "cancel", why="重复登记"))
    record = merged(*cancels, entry("3A", "reopen", why="再看"))
    assert "disputed" not in record
    assert record["status"] == "in-progress"


def test_entry_that_lost_its_place_is_kept_and_told() -> None:
    record = merged(*DONE, entry("4A", "close"), entry("4B", "assign", set={"assignee": "li.na"}))
    assert "assignee" not in record
    assert rules.strays(record["log"]) == ["4B"]
    assert [one.where for one in findings(TICKET, record)] == [("log", 4)]


def test_fields_set_by_two_desks_are_those_of_the_later_name() -> None:
    record = merged(
        entry("2B", "edit", set={"subject": "B"}), entry("2A", "edit", set={"subject": "A"})
    )
    assert record["subject"] == "B"


def test_unset_takes_a_field_away() -> None:
    record = merged(
        entry("2A", "edit", set={"unit": "3-2-1501"}), entry("3A", "edit", unset=["unit"])
    )
    assert "unit" not in record


def test_header_changed_by_hand_is_told_key_by_key() -> None:
    record = ticket() | {"status": "closed", "urgent": True}
    told = {(one.code, one.where) for one in findings(TICKET, record)}
    assert told == {("TKT203", ("status",)), ("TKT203", ("urgent",))}


def test_entry_taken_out_by_hand_is_told() -> None:
    record = actions.act(ticket(), deed(), "assign", {"assignee": "li.na"})
    del record["log"][1]
    assert codes(record) == ["TKT203", "TKT203"]


def test_log_out_of_order_and_name_used_twice_are_told() -> None:
    record = ticket()
    record["log"].append(entry("1A", "note", note="x"))
    assert "TKT201" in codes(record)
    record["log"][1]["n"] = "3A"
    record["log"].append(entry("2A", "note", note="y"))
    assert codes(record) == ["TKT202"]


def test_broken_twin_of_an_entry_does_not_take_its_facts_away() -> None:
    record = ticket()
    record["log"].append(entry("1A", "tell"))
    assert "opened" in rules.facts(record)


def test_happened_after_it_was_written_down_is_told() -> None:
    record = ticket()
    record["log"][0]["when"] = at("2026-11-21 10:00")
    assert codes(record) == ["TKT208"]


@pytest.mark.parametrize("moment", [datetime.min, datetime.max, datetime(2026, 11, 21)])
def test_moment_without_offset_is_no_fact(moment: datetime) -> None:
    record = ticket()
    record["log"][0]["at"] = moment
    assert rules.facts(record) == {"cycles": [], "turns": []}
    assert codes(record) == ["SCH109"]


def test_no_entry_sets_what_follows_from_all() -> None:
    log = [{"n": "1A", "did": "open", "set": {"kind": "repair", "id": "T1", "status": "closed"}}]
    assert rules.fold(log) == {"kind": "repair", "status": "registered"}


def test_act_without_effect_is_refused_not_swallowed() -> None:
    now = at("2026-11-21 09:12")
    machine = {"n": "auto/x/1", "at": now, "by": "wang.fang", "did": "cancel", "why": "x"}
    opened = actions.register("T261121-A07", deed(), {"kind": "repair", "subject": "x"})
    # It does not say where it stands, so it stays last whatever people do.
    cancelled = append(opened, machine, rules)
    assert cancelled["status"] == "cancelled"
    with pytest.raises(RefusedError, match="would have no effect"):
        actions.act(cancelled, deed(), "reopen", why="y")
    placed = append(opened, machine | {"after": "1A"}, rules)
    assert actions.act(placed, deed(), "reopen", why="y")["status"] == "in-progress"

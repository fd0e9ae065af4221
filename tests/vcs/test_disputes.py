from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base import dispute as disputes
from svcctl.base.dispute import Choice
from svcctl.book import guard
from svcctl.kinds import KINDS
from svcctl.vcs.merges import conflicts
from svcctl.vcs.merges import twins
from svcctl.vcs.merges.merge import merge

CARD: dict[str, Any] = {
    "id": "R-A0001",
    "name": "A",
    "watch": ["key", "attention"],
    "relation": [
        {"unit": "1-1-101", "as": "owner", "until": date(2026, 1, 1)},
        {"unit": "1-1-102", "as": "user"},
    ],
    "private": {"phones": ["13700137000", "13800138000", "13900139000"]},
}


def card(**dispute: Any) -> dict[str, Any]:
    return {**CARD, "disputed": [dispute]}


def only(record: dict[str, Any]) -> disputes.Dispute:
    (one,) = disputes.disputes(record)
    return one


def settled(record: dict[str, Any], choice: Choice) -> dict[str, Any]:
    made = disputes.settled(record, only(record), choice)
    assert disputes.disputes(made) == []
    assert "disputed" not in made
    return made


@pytest.mark.parametrize("value", ["A", "B", "neither"])
def test_a_field_takes_the_value_chosen(value: str) -> None:
    assert settled(card(field="name", values=["A", "B"]), Choice(value)) == {**CARD, "name": value}


def test_a_field_that_one_side_took_out_may_go() -> None:
    record = card(field="name", values=["A"], gone=True)
    assert only(record).choices == (Choice("A"), Choice(gone=True))
    assert "name" not in settled(record, Choice(gone=True))


def test_of_items_in_a_list_the_chosen_one_stands_in_their_place() -> None:
    two = ["13700137000", "13900139000"]
    private = {**CARD["private"], "disputed": [{"field": "phones", "values": two}]}
    record = {**CARD, "private": private}
    one = only(record)
    assert one.name == "private.phones"
    assert disputes.is_of_list(record, one)
    made = settled_private(record, Choice("13900139000"))
    assert made["phones"] == ["13900139000", "13800138000"]
    assert settled_private(record, Choice(gone=True))["phones"] == ["13800138000"]


def test_writing_into_a_disputed_field_settles_it() -> None:
    before = card(field="name", values=["A", "B"])
    assert disputes.after_edit(before, {**before, "name": "C"}) == {**CARD, "name": "C"}
    assert disputes.after_edit(before, {**before, "watch": ["key"]})["disputed"]


def test_writing_into_a_disputed_row_settles_that_row_alone() -> None:
    rows = [{"field": "relation.until", "values": [date(2026, 1, 1), date(2026, 2, 1)],
             "row": {"unit": unit, "as": role}}
            for unit, role in (("1-1-101", "owner"), ("1-1-102", "user"))]  # fmt: skip
    before = {**CARD, "disputed": rows}
    first, second = CARD["relation"]
    after = {**before, "relation": [{**first, "until": date(2026, 3, 1)}, second]}
    assert disputes.after_edit(before, after)["disputed"] == rows[1:]


def settled_private(record: dict[str, Any], choice: Choice) -> dict[str, Any]:
    made = disputes.settled(record, only(record), choice)
    assert "disputed" not in made["private"]
    assert record["private"]["disputed"], "what was given is as it was"
    private: dict[str, Any] = made["private"]
    return private


def test_a_list_that_is_a_whole_is_taken_as_one() -> None:
    record = card(field="watch", values=[["key"], ["attention", "key"]])
    assert settled(record, Choice(["key"]))["watch"] == ["key"]


def test_a_field_of_a_row_is_changed_in_that_row_alone() -> None:
    row = {"unit": "1-1-101", "as": "owner"}
    record = card(field="relation.until", values=[date(2026, 1, 1), date(2026, 2, 2)], row=row)
    assert only(record).name == "relation.until@1-1-101,owner"
    relation = settled(record, Choice(date(2026, 2, 2)))["relation"]
    assert relation == [{**row, "until": date(2026, 2, 2)}, CARD["relation"][1]]


def test_a_row_that_one_side_took_out_stays_or_goes() -> None:
    row = {"unit": "1-1-102", "as": "user"}
    record = card(field="relation", row=row, gone=True)
    keep, go = only(record).choices
    assert settled(record, keep)["relation"] == CARD["relation"]
    assert settled(record, go)["relation"] == CARD["relation"][:1]


MOVED_BACK = (
    {"unit": "1-1-101", "as": "user", "since": date(2020, 1, 1), "until": date(2021, 1, 1)},
    {"unit": "1-1-101", "as": "user", "since": date(2023, 1, 1)},
)


def moved_back(**more: Any) -> dict[str, Any]:
    """Return somebody who left a unit and came back; `more` is of the second time."""
    return {"id": "R-A0001", "name": "A", "relation": [MOVED_BACK[0], {**MOVED_BACK[1], **more}]}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"until": date(2026, 1, 1)}, {"until": date(2026, 2, 2)}),
        ({"since": date(2023, 2, 1)}, {"since": date(2023, 3, 1)}),
        ({"note": "x"}, {"note": "y"}),
    ],
)
def test_of_two_stays_in_one_unit_the_right_one_is_changed(
    ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    kind = KINDS["resident"]
    record = merge(kind, moved_back(), moved_back(**ours), moved_back(**theirs))
    assert settled(record, only(record).choices[1]) == moved_back(**theirs)


def test_of_two_stays_in_one_unit_the_right_one_is_taken_out() -> None:
    ours = {**moved_back(), "relation": [MOVED_BACK[0]]}
    record = merge(KINDS["resident"], moved_back(), ours, moved_back(note="x"))
    keep, go = only(record).choices
    assert settled(record, keep) == moved_back(note="x")
    assert settled(record, go) == ours


def test_moved_in_on_two_days_is_one_stay_whose_day_is_disputed() -> None:
    kind, base = KINDS["resident"], moved_back(until=date(2024, 1, 1))
    new = {"unit": "1-1-101", "as": "user"}
    sides = [
        {**base, "relation": [*base["relation"], {**new, "since": date(2026, 1, day)}]}
        for day in (5, 1)
    ]
    record = merge(kind, base, *sides)
    assert [one.field for one in disputes.disputes(record)] == ["relation.since"]
    assert settled(record, only(record).choices[0]) == sides[1]
    assert settled(record, only(record).choices[1]) == sides[0]


def test_other_disputes_of_the_card_stay() -> None:
    both = [{"field": "name", "values": ["A", "B"]}, {"field": "watch", "values": [["key"], []]}]
    record = {**CARD, "disputed": both}
    first, second = disputes.disputes(record)
    assert disputes.disputes(disputes.settled(record, first, Choice("B"))) == [second]


@pytest.mark.parametrize("broken", [1, [1], [{}], [{"field": 3}], {"field": "name"}])
def test_what_is_misshapen_is_no_dispute(broken: object) -> None:
    assert disputes.disputes({**CARD, "disputed": broken, "private": broken}) == []


@pytest.mark.parametrize(
    ("before", "after", "choice", "brought"),
    [
        ({"name": "A"}, {"name": "B"}, Choice("B"), True),
        ({"name": "B"}, {"name": "B", "note": "x"}, Choice("B"), False),
        (None, {"name": "B"}, Choice("B"), True),
        ({"name": "A"}, {}, Choice(gone=True), True),
        ({"name": "A"}, None, Choice(gone=True), True),
        ({}, {}, Choice(gone=True), False),
    ],
)
def test_which_step_brought_a_side(
    before: dict[str, Any] | None, after: dict[str, Any] | None, choice: Choice, *, brought: bool
) -> None:
    one = only(card(field="name", values=["A", "B"], gone=True))
    assert disputes.brought(before, after, one, choice) is brought


TWO = b"a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\nd\n"
THREE = b"a\n<<<<<<< ours\nb\n||||||| base\nx\n=======\nc\n>>>>>>> theirs\nd\n"


@pytest.mark.parametrize("text", [TWO, THREE])
def test_marked_lines_are_parted(text: bytes) -> None:
    assert conflicts.parted(text) == (b"a\nb\nd\n", b"a\nc\nd\n")


@pytest.mark.parametrize(
    "text",
    [b"", b"a\n", TWO[: TWO.index(b">")], TWO.replace(b"<<<<<<< ours\n", b""), TWO + TWO[2:20]],
)
def test_lines_marked_in_a_broken_way_are_left_alone(text: bytes) -> None:
    assert conflicts.parted(text) is None


def entry(n: str, note: str) -> dict[str, Any]:
    return {"n": n, "did": "note", "by": "wang.fang", "note": note}


LOG = [entry("1A", "one"), entry("2A", "two"), entry("2A", "too"), entry("3B", "three")]
CASE: dict[str, Any] = {"id": "T261121-A07", "log": LOG}


@pytest.mark.parametrize(("keeps", "moved"), [(0, "too"), (1, "two")])
def test_twins_part_and_nothing_is_lost(keeps: int, moved: str) -> None:
    made = twins.parted(KINDS["ticket"], CASE, "2A", keeps, "C")
    assert twins.twins(made) == {}
    assert sorted(one["note"] for one in made["log"]) == ["one", "three", "too", "two"]
    assert made["log"][-1] == entry("4C", moved)


def test_what_is_told_twice_is_told_once() -> None:
    same = {**CASE, "log": [LOG[0], LOG[1], LOG[1]]}
    assert twins.parted(KINDS["ticket"], same, "2A", 1, "C")["log"] == LOG[:2]


def test_a_machines_twins_have_no_other_name() -> None:
    auto = {**CASE, "log": [LOG[0], entry("auto/x/1", "a"), entry("auto/x/1", "b")]}
    with pytest.raises(ValueError, match="auto/x/1"):
        twins.parted(KINDS["ticket"], auto, "auto/x/1", 0, "C")
    with pytest.raises(LookupError):
        twins.parted(KINDS["ticket"], CASE, "9A", 0, "C")


# What the merge writes, this reads

NAMES = st.sampled_from(["A", "B", "C"])
DAYS = st.none() | st.sampled_from([date(2026, 1, 1), date(2026, 2, 2), date(2026, 3, 3)])
PHONES = st.lists(
    st.sampled_from(["13700137000", "13800138000", "13900139000"]), unique=True, max_size=3
)
ROWS = st.lists(
    st.builds(
        lambda unit, since: {"unit": unit, "as": "owner"} | ({"since": since} if since else {}),
        st.sampled_from(["1-1-101", "1-1-102"]),
        DAYS,
    ),
    unique_by=lambda row: row["unit"],
    max_size=2,
)


@st.composite
def residents(draw: st.DrawFn) -> dict[str, Any]:
    record: dict[str, Any] = {"id": "R-A0001", "name": draw(NAMES)}
    if draw(st.booleans()):
        record["contact"] = draw(st.sampled_from(["phone", "sms", "visit"]))
    if watch := draw(st.lists(st.sampled_from(["attention", "key"]), unique=True)):
        record["watch"] = watch
    if rows := draw(ROWS):
        record["relation"] = rows
    private = {"phones": draw(PHONES), "birthday": draw(DAYS)}
    if kept := {key: value for key, value in private.items() if value}:
        record["private"] = kept
    return record


@given(residents(), residents(), residents(), st.lists(st.integers(0, 2), min_size=12))
def test_whatever_is_left_can_be_settled_and_is_a_card_then(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], choices: list[int]
) -> None:
    kind = KINDS["resident"]
    record = merge(kind, base, ours, theirs)
    for number in choices:
        found = disputes.disputes(record)
        if not found:
            break
        options = found[0].choices
        assert options
        record = disputes.settled(record, found[0], options[number % len(options)])
        assert len(disputes.disputes(record)) == len(found) - 1
    codes = {one.code for one in guard.findings(kind, record)}
    if not disputes.disputes(record):
        assert "CRD101" not in codes
        assert not {code for code in codes if code.startswith("SCH")}

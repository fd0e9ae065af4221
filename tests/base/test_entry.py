"""Names of log entries: their order is total, desks sort as people count, logs have one order."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base import entry
from svcctl.base.record import Entry

desks = st.from_regex(r"[A-Z]{1,3}", fullmatch=True)
numbered = st.builds("{}{}".format, st.integers(1, 999_999_998), desks)
automatic = st.from_regex(r"auto/[a-z0-9][a-z0-9/-]{0,20}", fullmatch=True)
garbage = st.one_of(
    st.none(), st.integers(), st.floats(), st.text(max_size=8), st.lists(st.integers()),
    st.dictionaries(st.text(max_size=3), st.integers()),
)  # fmt: skip
names = st.one_of(numbered, automatic, garbage)


@given(st.lists(names))
def test_any_names_can_be_sorted(some: list[object]) -> None:
    keys = [entry.order(one) for one in some]
    ranked = sorted(keys)
    assert all(one <= two for one, two in pairwise(ranked))


@given(numbered, automatic)
def test_machines_come_after_people(person: str, machine: str) -> None:
    assert entry.order(person) < entry.order(machine)


@pytest.mark.parametrize(
    "first, second", [("1A", "2A"), ("2A", "2B"), ("9B", "10A"), ("3Z", "3AA"), ("3AB", "3AAA")]
)
def test_order_is_number_then_desk(first: str, second: str) -> None:
    assert entry.order(first) < entry.order(second)


@given(names)
def test_parts_of_a_name_that_fits_the_pattern_and_of_no_other(name: object) -> None:
    fits = isinstance(name, str) and re.fullmatch(r"[1-9][0-9]{0,8}[A-Z]{1,3}", name)
    if fits:
        assert f"{entry.number(name)}{entry.desk(name)}" == name
    else:
        assert (entry.number(name), entry.desk(name)) == (0, "")


@pytest.mark.parametrize("name", ["7A\n", "07A", "0A", "7a", "7", "A", "7ABCD", "７A", " 7A"])
def test_nearly_a_name_is_none(name: str) -> None:
    assert (entry.number(name), entry.desk(name)) == (0, "")


@given(st.lists(names.map(lambda name: {"n": name})), desks)
def test_next_name_is_larger_than_all_numbers_and_new(log: list[Entry], desk: str) -> None:
    made = entry.next_name(log, desk)
    assert all(entry.number(one["n"]) < entry.number(made) for one in log)
    assert made not in [one["n"] for one in log]
    assert entry.desk(made) == desk


def test_first_entry_is_one() -> None:
    assert entry.next_name([], "A") == "1A"


def test_two_desks_that_wrote_at_once_go_on_from_the_higher() -> None:
    assert entry.next_name([{"n": "2A"}, {"n": "2B"}, {"n": "auto/x/9"}], "A") == "3A"


entries: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"n": st.one_of(st.sampled_from(["1A", "1B", "2A", "auto/x"]), garbage)},
    optional={"did": st.sampled_from(["open", "note"]), "set": garbage},
)


def as_text(log: list[Entry]) -> str:
    """Return a log as text that tells whether two are the same."""
    return json.dumps(log, sort_keys=True, default=str)


@given(st.lists(entries, max_size=6), st.data())
def test_one_order_whatever_way_a_merge_left_them(log: list[Entry], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(log))
    # As text, because a NaN is not equal to itself.
    assert as_text(entry.in_order(shuffled)) == as_text(entry.in_order(log))


@given(st.lists(entries, max_size=6))
def test_order_keeps_every_entry(log: list[Entry]) -> None:
    ordered = entry.in_order(log)
    assert sorted(map(id, ordered)) == sorted(map(id, log))


def test_machine_stands_where_it_says_and_people_come_later() -> None:
    first = {"n": "auto/x/2", "after": "1A"}
    log = [{"n": "2A"}, {"n": "auto/x/10", "after": "1A"}, {"n": "1A"}, first]
    assert [one["n"] for one in entry.in_order(log)] == ["1A", "auto/x/2", "auto/x/10", "2A"]


@given(st.permutations(["plain", "redacted", "other"]))
def test_redacted_entry_takes_the_place_of_its_twin(merged: list[str]) -> None:
    said: dict[str, Entry] = {
        "plain": {"n": "2A", "note": "电话 …"},
        "redacted": {"n": "2A", "redacted": True, "why": "privacy"},
        "other": {"n": "1A"},
    }
    ordered = entry.in_order([said[one] for one in merged])
    assert ordered == [said["other"], said["redacted"]]


@given(st.lists(st.one_of(numbered, automatic), max_size=8), automatic)
def test_machine_that_opened_a_record_is_first_whoever_wrote_later(
    names: list[str], machine: str
) -> None:
    """Also where a desk wrote the first numbered entry: `1A` is later than the beginning."""
    log: list[Entry] = [{"n": name} for name in names if name != machine]
    first = {"n": machine, "after": entry.BEGINNING}
    assert entry.in_order([*log, first])[0] == first
    assert entry.union(log, [first])[0] == first


def test_two_machines_at_the_beginning_have_one_order() -> None:
    log = [{"n": "auto/b", "after": "0"}, {"n": "1A"}, {"n": "auto/a", "after": "0"}]
    assert [one["n"] for one in entry.in_order(log)] == ["auto/a", "auto/b", "1A"]


@pytest.mark.parametrize("place, fits", [("0", True), ("7A", True), ("00", False), ("0A", False)])
def test_place_is_an_entry_or_the_beginning(place: str, *, fits: bool) -> None:
    assert bool(re.fullmatch(entry.PLACE, place)) is fits

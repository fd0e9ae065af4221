"""Two versions of one log merge into one, whoever merges, in whatever order, however often."""

from __future__ import annotations

from datetime import datetime
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from svcctl.base import entry
from svcctl.base.case import machine_entry
from svcctl.base.record import Entry
from svcctl.desk.tickets import story
from tests.support.builders import at

START = at("2026-11-21 09:00")
NEW_YORK = ZoneInfo("America/New_York")
moments = st.builds(
    lambda minute, zone: (START + timedelta(minutes=minute)).astimezone(zone),
    st.integers(0, 3),
    st.sampled_from([START.tzinfo, NEW_YORK]),
)
people = st.fixed_dictionaries(
    {
        "n": st.sampled_from(["1A", "1B", "2A", "2B", "3A", "10A"]),
        "at": moments,
        "did": st.sampled_from(["open", "note", "done", "close", "cancel", "reopen"]),
    },
    optional={"note": st.sampled_from(["x", "y"]), "redacted": st.sampled_from([True])},
)
blanked = st.fixed_dictionaries(
    {
        "n": st.sampled_from(["1A", "2A", "auto/x"]),
        "at": st.just(START),
        "by": st.just("wang.fang"),
        "did": st.just("open"),
        "redacted": st.sampled_from([True]),
        "redacted_by": st.sampled_from(["li.na", "zhao.min"]),
        "redacted_at": moments,
        "redacted_why": st.sampled_from(["x", "y"]),
        "set": st.builds(
            lambda caller, subject: {"caller": caller, "subject": subject},
            st.sampled_from(["孙丽", "…"]),
            st.sampled_from(["孙丽", "…"]),
        ),
    },
    optional={
        "redacted_fields": st.sampled_from([["caller"], ["subject"], ["caller", "subject"]]),
        "after": st.sampled_from(["1A", "2A"]),
    },
)
machines = st.fixed_dictionaries(
    {
        "n": st.sampled_from(["auto/escalate/done/2", "auto/escalate/done/02", "auto/x"]),
        "at": moments,
        "did": st.just("escalate"),
    },
    optional={
        "after": st.sampled_from(["1A", "2A", "2B"]),
        "to": st.sampled_from(["lead", "director"]),
        "when": moments,
        "redacted": st.sampled_from([True]),
    },
)
logs = st.lists(st.one_of(people, machines, blanked), max_size=6)
broken = st.lists(
    st.dictionaries(
        st.sampled_from(["n", "at", "after", "did", "redacted", "set"]),
        st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just("auto/x"), st.just("1A")),
        max_size=4,
    ),
    max_size=5,
)


def same(one: list[Entry], two: list[Entry]) -> bool:
    """Tell whether two logs are the same, to the letter."""
    return list(map(repr, map(sorted_keys, one))) == list(map(repr, map(sorted_keys, two)))


def sorted_keys(one: Entry) -> list[tuple[str, Any]]:
    """Return an entry as its keys and values in order; a moment with its offset."""
    return sorted(
        (key, value.isoformat() if isinstance(value, datetime) else value)
        for key, value in one.items()
    )


@given(logs, logs)
def test_it_does_not_matter_who_merges(ours: list[Entry], theirs: list[Entry]) -> None:
    assert same(entry.union(ours, theirs), entry.union(theirs, ours))


@given(logs, logs, logs)
def test_it_does_not_matter_in_which_order_three_are_merged(
    one: list[Entry], two: list[Entry], three: list[Entry]
) -> None:
    left = entry.union(entry.union(one, two), three)
    assert same(left, entry.union(one, entry.union(two, three)))


@given(logs, logs)
def test_merging_again_changes_nothing(ours: list[Entry], theirs: list[Entry]) -> None:
    merged = entry.union(ours, theirs)
    assert same(entry.union(merged, merged), merged)
    assert same(entry.union(merged, ours), merged)
    assert same(entry.union(theirs, merged), merged)


@given(logs, logs)
def test_who_only_went_on_wins(base: list[Entry], more: list[Entry]) -> None:
    longer = entry.union(base, more)
    assert same(entry.union(base, longer), longer)


@given(logs, logs)
def test_nothing_that_people_wrote_is_lost(ours: list[Entry], theirs: list[Entry]) -> None:
    merged = entry.union(ours, theirs)
    redacted = {one["n"] for one in [*ours, *theirs] if one.get("redacted")}
    for one in [*ours, *theirs]:
        if one.get("redacted"):
            assert any(deed_of(one) == deed_of(kept) for kept in merged if kept.get("redacted"))
        elif not (one["n"].startswith("auto/") or one["n"] in redacted):
            assert one in merged
    assert {one["n"] for one in merged} == {one["n"] for one in [*ours, *theirs]}


def deed_of(one: Entry) -> tuple[object, ...]:
    """Return which deed an entry is of; a machine's is one whenever it was recorded."""
    at = None if one["n"].startswith("auto/") else one["at"].isoformat()
    return one["n"], at, one.get("by"), one["did"]


@given(logs, st.lists(blanked, max_size=3))
def test_what_one_side_took_out_stays_out(log: list[Entry], redacted: list[Entry]) -> None:
    for merged in (entry.union(log, redacted), entry.union(redacted, log)):
        for one in redacted:
            twins = [each for each in merged if each["n"] == one["n"]]
            assert all(each.get("redacted") for each in twins)
            (kept,) = [each for each in twins if deed_of(each) == deed_of(one)]
            for field in one.get("redacted_fields", []):
                assert field in kept["redacted_fields"]
                others = [each for each in [*log, *redacted] if deed_of(each) == deed_of(one)]
                allowed = [
                    each["set"][field]
                    for each in others
                    if field in each.get("redacted_fields", []) and each.get("redacted")
                ]
                assert kept["set"][field] in allowed


@given(logs, logs)
def test_machines_twins_are_one(ours: list[Entry], theirs: list[Entry]) -> None:
    merged = entry.union(ours, theirs)
    plain = [one for one in merged if one["n"].startswith("auto/") and not one.get("redacted")]
    assert len({one["n"] for one in plain}) == len(plain)
    for one in plain:
        twins = [each for each in [*ours, *theirs] if each["n"] == one["n"]]
        assert one["at"] == min(each["at"] for each in twins)


@given(logs, st.permutations(range(6)))
def test_order_in_the_file_does_not_matter(log: list[Entry], places: list[int]) -> None:
    shuffled = [log[place] for place in places if place < len(log)]
    assert same(entry.union(log, []), entry.union([], shuffled))


@given(broken, broken)
def test_broken_logs_merge_and_fold(ours: list[Entry], theirs: list[Entry]) -> None:
    merged = entry.union(ours, theirs)
    assert same(merged, entry.union(theirs, ours))
    assert "status" in story.fold(merged)


@given(logs, logs)
def test_fold_of_what_was_merged_is_total(ours: list[Entry], theirs: list[Entry]) -> None:
    assert story.fold(entry.union(ours, theirs)) == story.fold(entry.union(theirs, ours))


def test_two_desks_that_caught_up_apart_wrote_one_entry() -> None:
    log: list[Entry] = [{"n": "1A", "at": START, "did": "open"}]
    due = START + timedelta(hours=1)
    name, said = "escalate/done/2", {"to": "lead"}
    ours = machine_entry(log, name, due, due + timedelta(days=1), "escalate", **said)
    theirs = machine_entry(log, name, due, due + timedelta(days=2), "escalate", **said)
    assert entry.union([*log, ours], [*log, theirs]) == [*log, ours]


def test_redacted_entry_of_a_machine_wins_too() -> None:
    plain = {"n": "auto/x", "after": "1A", "at": START, "note": "138"}
    hidden = {"n": "auto/x", "after": "1A", "at": START, "redacted": True}
    assert entry.union([plain], [hidden]) == [hidden]

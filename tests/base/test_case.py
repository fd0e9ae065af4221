"""Appending to a case: an act is one entry more and the header folded anew, never anything else."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import pytest

from svcctl.base import case
from svcctl.base.entry import next_name
from svcctl.base.errors import RefusedError
from svcctl.base.record import Entry
from svcctl.base.record import Record
from tests.support.builders import at
from tests.support.builders import deed


class Counting:
    """Rules of a small kind: the header is how many entries there are; three are enough."""

    def fold(self, log: Iterable[Entry]) -> dict[str, Any]:
        return {"count": len(list(log))}

    def strays(self, log: Iterable[Entry]) -> list[str]:
        return [one["n"] for one in log if one.get("did") == "nothing"]

    def refuse(self, record: Record, entry: Entry) -> None:
        if record.get("count", 0) >= 3:
            raise RefusedError(f"{entry['n']} is one too many")


def test_entry_says_who_when_and_what() -> None:
    made = case.entry([], deed(), "open", {"subject": "x", "unit": None}, note="n", why="")
    assert made == {
        "n": "1A", "at": at("2026-11-21 09:12"), "by": "wang.fang", "did": "open", "note": "n",
        "unset": ["unit"], "set": {"subject": "x"},
    }  # fmt: skip


def test_when_is_left_out_if_it_was_just_now() -> None:
    made = case.entry([], deed()._replace(when=at("2026-11-21 08:55")), "open", {})
    assert case.happened(made) == made["when"] == at("2026-11-21 08:55")
    assert "when" not in case.entry([], deed(), "open", {})


def test_nothing_set_leaves_no_empty_tables() -> None:
    assert case.entry([], deed(), "note", {}).keys() == {"n", "at", "by", "did"}


def test_false_and_zero_are_values() -> None:
    assert case.entry([], deed(), "edit", {"urgent": False, "floor": 0})["set"] == {
        "urgent": False,
        "floor": 0,
    }


def test_append_folds_anew_and_leaves_the_old_record_alone() -> None:
    before: Record = {"id": "X", "count": 1, "log": [{"n": "1A"}], "stray": True}
    kept = deepcopy(before)
    after = case.append(before, {"n": "2A"}, Counting())
    assert before == kept
    assert after == {"id": "X", "count": 2, "log": [{"n": "1A"}, {"n": "2A"}]}
    assert list(after) == ["id", "count", "log"]


def test_refused_entry_is_not_appended() -> None:
    full: Record = {"id": "X", "count": 3, "log": [{"n": "1A"}, {"n": "2A"}, {"n": "3A"}]}
    with pytest.raises(RefusedError, match="4A is one too many"):
        case.append(full, {"n": "4A"}, Counting())
    assert len(full["log"]) == 3


def test_log_in_any_order_is_put_right() -> None:
    merged: Record = {"id": "X", "log": [{"n": "2B"}, {"n": "1A"}]}
    after = case.append(merged, {"n": next_name(merged["log"], "A")}, Counting())
    assert [one["n"] for one in after["log"]] == ["1A", "2B", "3A"]


def test_machine_stands_behind_what_people_had_done_by_then() -> None:
    log = [
        {"n": "1B", "at": at("2026-11-21 09:00")},
        {"n": "2A", "at": at("2026-11-21 12:00")},
        {"n": "auto/x/1", "after": "2A", "at": at("2026-11-21 12:00")},
    ]
    moment, now = at("2026-11-21 10:00"), at("2026-11-22 08:00")
    made = case.machine_entry(log, "x/2", moment, now, "escalate", to="lead", end=False)
    assert made == {
        "n": "auto/x/2", "after": "1B", "at": now, "when": moment, "by": "auto", "did": "escalate",
        "to": "lead",
    }  # fmt: skip


def test_machine_never_stands_before_what_opened_the_record() -> None:
    log = [{"n": "1B", "at": at("2026-11-21 09:00")}, {"n": "2B", "at": at("2026-11-21 09:30")}]
    early = case.machine_entry(log, "x", at("2026-11-20 09:00"), at("2026-11-22 08:00"), "escalate")
    assert early["after"] == "1B"


def test_machine_that_opens_a_record_stands_at_its_beginning() -> None:
    now = at("2026-11-21 09:00")
    made = case.machine_entry([], "queue", now, now, "queue", set={"to": "lead"})
    assert (made["after"], "when" in made) == ("0", False)


def test_as_of_a_moment_is_what_had_been_written_down() -> None:
    log = [
        {"n": "1A", "at": at("2026-11-21 09:00"), "did": "open"},
        # Written down later, of something earlier.
        {"n": "2A", "at": at("2026-11-21 12:00"), "when": at("2026-11-21 09:30"), "did": "note"},
        {"n": "3A", "at": at("2026-11-21 11:00"), "did": "note"},
        {"n": "4A", "did": "note"},
    ]
    record: Record = {"id": "X", "count": 4, "log": log}
    rules = Counting()
    whole = case.as_of(record, at("2026-11-21 12:00"), rules)
    assert whole == record
    early = case.as_of(record, at("2026-11-21 11:30"), rules)
    assert early == {"id": "X", "count": 3, "log": [log[0], log[2], log[3]]}
    without = {**record, "log": log[:3]}
    assert case.as_of(without, at("2026-11-21 08:59"), rules) is None

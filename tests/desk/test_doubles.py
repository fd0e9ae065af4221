"""Likely doubles at intake: found where a person would see one, quick, never in the way."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.desk.tickets import doubles
from tests.support.builders import at

NOW = at("2026-11-21 09:12")


def row(number: int = 1, *, ago: float = 1, **fields: Any) -> dict[str, Any]:
    """Return the list row of a ticket opened some hours ago."""
    opened = int((NOW - timedelta(hours=ago)).timestamp())
    made = {"id": f"T261121-A{number:02d}", "at": opened, "open": True, "status": "registered"}
    return made | {"kind": "repair", "subject": "没水"} | fields


def found(new: dict[str, Any], *rows: dict[str, Any], back: str = "3d") -> list[str]:
    return [str(one["id"]) for one in doubles.likely(rows, new, NOW, back)]


@pytest.mark.parametrize(
    "old, new",
    [
        (
            {"unit": "3-2-1501", "subject": "厨房漏水"},
            {"unit": "3-2-1501", "subject": "卫生间漏水"},
        ),
        ({"unit": "3-2-1501", "subject": "漏水"}, {"unit": "3-2-1501", "subject": "又在漏水了"}),
        (
            {"unit": "3-2-1501", "subject": "电梯困人"},
            {"unit": "3-2-1102", "subject": "电梯又困人"},
        ),
        ({"unit": "3-2-1501", "subject": "电梯困人"}, {"place": "3栋2单元", "subject": "电梯困人"}),
        ({"unit": "3-2-1501", "subject": "停水"}, {"unit_said": "３栋姓孙", "subject": "家里停水"}),
        (
            {"place": "小区后门", "subject": "门禁坏了"},
            {"place": "后门", "subject": "门禁打不开,坏了"},
        ),
        ({"unit": "3-1-101", "subject": "no water"}, {"unit": "3-1-102", "subject": "No water!"}),
        (
            {"unit": "3-2-1501", "subject": "天花板湿", "category": "leak"},
            {"unit": "3-2-1501", "subject": "楼上滴水", "category": "leak"},
        ),
    ],
)
def test_same_matter_in_other_words_is_seen(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert found(new, row(**old)) == ["T261121-A01"]


@pytest.mark.parametrize(
    "old, new",
    [
        ({"unit": "3-2-1501", "subject": "厨房漏水"}, {"unit": "3-2-1501", "subject": "电梯困人"}),
        ({"unit": "3-2-1501", "subject": "电梯困人"}, {"unit": "3-1-1501", "subject": "电梯困人"}),
        ({"unit": "3-2-1501", "subject": "电梯困人"}, {"unit": "4-2-1501", "subject": "电梯困人"}),
        ({"place": "后门", "subject": "门禁坏了"}, {"place": "东门", "subject": "门禁坏了"}),
        ({"subject": "电梯困人"}, {"subject": "电梯困人"}),
        ({"unit": "P-B1-023", "subject": "灯坏了"}, {"unit": "3-1-101", "subject": "灯坏了"}),
    ],
)
def test_other_matter_or_other_place_is_not(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert found(new, row(**old)) == []


def test_a_matter_that_ended_counts_while_it_is_fresh() -> None:
    same: dict[str, Any] = {"unit": "3-2-1501", "open": False, "status": "closed"}
    new = {"unit": "3-2-1501", "subject": "没水"}
    assert found(new, row(1, ago=71, **same), row(2, ago=73, **same)) == ["T261121-A01"]
    assert found(new, row(3, ago=900, unit="3-2-1501")) == ["T261121-A03"]


@pytest.mark.parametrize("status", ["cancelled", "duplicate"])
def test_withdrawn_tickets_are_no_doubles(status: str) -> None:
    old = row(unit="3-2-1501", open=False, status=status)
    assert found({"unit": "3-2-1501", "subject": "没水"}, old) == []


def test_itself_is_no_double_and_a_row_given_twice_counts_once() -> None:
    old = row(1, unit="3-2-1501")
    assert found(old, old, row(2, unit="3-2-1501"), row(2, unit="3-2-1501")) == ["T261121-A02"]


def test_the_most_alike_come_first_and_not_too_many() -> None:
    rows = [row(number, unit="3-2-1501", subject="没水") for number in range(2, 9)]
    best = row(1, unit="3-2-1501", subject="没水一整天")
    new = {"unit": "3-2-1501", "subject": "没水一整天"}
    assert len(found(new, *rows, best)) == 3
    assert "T261121-A01" in found(new, *rows, best)


def test_policy_can_turn_it_off() -> None:
    assert found({"unit": "3-2-1501", "subject": "没水"}, row(unit="3-2-1501"), back="off") == []


@given(st.text(), st.text(), st.text())
def test_whatever_is_said_nothing_breaks(words: str, place: str, unit: str) -> None:
    new: dict[str, Any] = {"subject": words, "place": place, "unit_said": unit}
    doubles.likely([row(1, **new), row(2, unit=unit or None)], new, NOW)


@given(st.text(), st.text())
def test_likeness_does_not_depend_on_the_order(one: str, other: str) -> None:
    first, second = doubles.pieces(one), doubles.pieces(other)
    assert doubles.overlap(first, second) == doubles.overlap(second, first)
    assert 0 <= doubles.overlap(first, second) <= 1
    assert doubles.overlap(first, first) == (1 if first else 0)


def test_a_hundred_thousand_old_rows_cost_little() -> None:
    old = [row(number, ago=5000, open=False, status="closed") for number in range(100_000)]
    fresh = [row(200_000 + number, unit=f"3-1-{number}") for number in range(300)]
    start = time.process_time()
    assert found({"unit": "3-1-7", "subject": "没水"}, *old, *fresh)[0] == "T261121-A200007"
    assert time.process_time() - start < 1

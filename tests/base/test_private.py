from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base import private


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        ("打13800138000找张", ["138****8000"]),
        ("电话：１３８００１３８０００。", ["138****8000"]),
        ("138-0013-8000 或 010-65551234", ["138****8000", "010-****1234"]),
        ("+86 13800138000", ["138****8000"]),
        ("证11010519491231002x", ["110105********002X"]),
        ("mistyped 110105194912310021 still tells", ["110105********0021"]),
        ("旧证110105491231002", ["110105*****1002"]),
    ],
)
def test_find_private_numbers(words: str, masked: list[str]) -> None:
    assert [one.masked for one in private.find(words)] == masked


@pytest.mark.parametrize(
    "words",
    [
        "",
        "拨110或400-810-1234",
        "T261121-A07, 3-2-1501, 2026-11-21 09:12",
        "快递单号 99138001380001",
        "EMS 1138001380001",
        "票号 2026112100013800138000123",
        "合同 123456789012345678901",
        "建筑面积 113800138000.5",
    ],
)
def test_find_other_numbers_are_left_alone(words: str) -> None:
    assert private.find(words) == []


def test_find_gives_spans_of_the_original_text() -> None:
    words = "找（１３８００１３８０００）"
    (one,) = private.find(words)
    assert words[one.start : one.end] == "１３８００１３８０００"
    assert private.hide(words) == "找（138****8000）"


@given(st.text(alphabet="0123456789- x+()（１３８电话", max_size=60))
def test_hide_leaves_no_private_number(words: str) -> None:
    assert private.find(private.hide(words)) == []


def test_mask_day() -> None:
    assert private.mask_day(date(1990, 3, 7)) == "1990-**-**"

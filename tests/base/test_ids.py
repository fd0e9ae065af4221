"""Ids: their parts, one canonical form each, short forms."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.ids import DatedId
from svcctl.base.ids import SerialId
from svcctl.base.ids import parse_dated
from svcctl.base.ids import parse_serial
from svcctl.base.ids import parse_short

letters = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
desks = st.text(letters, min_size=1, max_size=3)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(letters, days, desks, st.integers(1, 9_999_999))
def test_dated_id_comes_back(prefix: str, day: date, desk: str, number: int) -> None:
    made = DatedId(prefix, day, desk, number)
    assert parse_dated(str(made)) == made


@given(letters, desks, st.integers(1, 999_999_999))
def test_serial_id_comes_back(prefix: str, desk: str, number: int) -> None:
    made = SerialId(prefix, desk, number)
    assert parse_serial(str(made)) == made


@pytest.mark.parametrize(
    "number, text", [(1, "T261121-A01"), (99, "T261121-A99"), (100, "T261121-A100")]
)
def test_day_numbers_widen_past_99(number: int, text: str) -> None:
    assert str(DatedId("T", date(2026, 11, 21), "A", number)) == text


@pytest.mark.parametrize("number, text", [(1, "R-A0001"), (9999, "R-A9999"), (10_000, "R-A10000")])
def test_serial_numbers_widen_past_9999(number: int, text: str) -> None:
    assert str(SerialId("R", "A", number)) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "T261121-A7", "T261121-A007", "T261121-A00", "T260229-A01", "T261301-A01",
        "t261121-A01",
        "T261121-a01", "T261121-A01\n", " T261121-A01", "T261121A01", "T261121-ABCD01",
        "T２61121-A01",
        "T261121-A0１", "T261121-A12345678", "TT261121-A01", "../T261121-A01", "T261121-A01.toml",
    ],
)  # fmt: skip
def test_what_is_no_dated_id(text: str) -> None:
    assert parse_dated(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "R-A1",
        "R-A00001",
        "R-A0000",
        "R-0001",
        "r-A0001",
        "R-a0001",
        "R-A0001\n",
        "R-A０001",
        "RA0001",
    ],
)
def test_what_is_no_serial_id(text: str) -> None:
    assert parse_serial(text) is None


@given(st.text(max_size=14))
def test_what_is_read_is_canonical(text: str) -> None:
    dated, serial = parse_dated(text), parse_serial(text)
    assert dated is None or str(dated) == text
    assert serial is None or str(serial) == text


@pytest.mark.parametrize(
    "text, parts",
    [("A07", ("A", 7)), ("A7", ("A", 7)), ("AB123", ("AB", 123)), ("A0", None), ("a07", None),
     ("A07\n", None), ("A０７", None), ("7", None), ("A", None), ("ABCD1", None), ("A12345678",
     None)],
)  # fmt: skip
def test_short_forms(text: str, parts: tuple[str, int] | None) -> None:
    assert parse_short(text) == parts

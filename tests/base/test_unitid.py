from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base import unitid


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("3-2-1501", "3-2-1501"),
        ("3栋2单元1501", "3-2-1501"),
        ("3号楼2单元1501室", "3-2-1501"),
        ("３栋１５０１", "3-1501"),
        ("３－２－１５０１", "3-2-1501"),
        ("3 栋 2 单元 1501", "3-2-1501"),
        ("三栋二单元1501", "3-2-1501"),
        ("十二号楼三单元一五〇一室", "12-3-1501"),
        ("二十一幢1501", "21-1501"),
        ("3#2-1501", "3-2-1501"),
        ("3-2单元1501", "3-2-1501"),
        ("3栋2单元15楼1号", "3-2-1501"),
        ("Ｂ座1501", "B-1501"),
        ("商铺12", "S-12"),
        ("S-12", "S-12"),
        ("s12", "S-12"),
        ("12号商铺", "S-12"),
        ("3栋商铺12", "S-3-12"),
        ("车位B1-023", "P-B1-023"),
        ("地下车位Ｂ１－０２３号", "P-B1-023"),
        ("P-B1-023", "P-B1-023"),
        ("B1-023车位", "P-B1-023"),
    ],
)
def test_parse_what_people_say(said: str, unit: str) -> None:
    assert unitid.parse(said) == unit
    assert unitid.parse(unit) == unit


@pytest.mark.parametrize(
    "said",
    [
        "",
        "后门姓孙",
        "sun",
        "wang.fang",
        "R-A0123",
        "T261121-A07",
        "3栋",
        "1501室",
        "-",
        "3-2-1-1501",
    ],
)
def test_parse_other_words_are_no_unit(said: str) -> None:
    assert unitid.parse(said) is None


@given(
    st.text(max_size=30)
    | st.from_regex(r"[0-9A-Z一二三十栋号楼单元室商铺车位SP#-]{1,14}", fullmatch=True)
)
def test_parse_is_total_and_gives_ids(said: str) -> None:
    unit = unitid.parse(said)
    if unit is not None:
        assert re.match(unitid.PATTERN, unit)
        assert unitid.parse(unit) == unit


def test_split_by_kind() -> None:
    assert unitid.split("3-2-1501") == ("home", "3", "2", "1501")
    assert unitid.split("3-1501") == ("home", "3", "", "1501")
    assert unitid.split("S-12") == ("shop", "", "", "12")
    assert unitid.split("S-3-12") == ("shop", "3", "", "12")
    assert unitid.split("P-B1-023") == ("parking", "B1", "", "023")


def test_order_counts_like_people() -> None:
    units = ["S-2", "3-2-1501", "10-1-101", "3-2-901", "P-B1-023", "A-101"]
    assert sorted(units, key=unitid.order) == [
        "A-101",
        "3-2-901",
        "3-2-1501",
        "10-1-101",
        "S-2",
        "P-B1-023",
    ]


def test_shape_ignores_leading_zeros() -> None:
    assert unitid.shape("03-02-0101") == unitid.shape("3-2-101")

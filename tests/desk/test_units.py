from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from svcctl.base import i18n
from svcctl.base.codes import CODES
from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import UsageProblem
from svcctl.desk.units import actions
from svcctl.desk.units import intake
from svcctl.desk.units import rules
from svcctl.desk.units import words
from svcctl.desk.units.model import MODEL
from svcctl.desk.units.model import Meter
from svcctl.desk.units.model import Unit

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def home(**fields: Any) -> dict[str, Any]:
    return actions.new("3-2-1501", {"state": "occupied", **fields})


def codes(record: dict[str, Any]) -> list[str]:
    return [one.code for one in rules.checks(record)]


def literal(model: type[Any], field: str) -> set[str]:
    annotation = model.model_fields[field].annotation
    args = get_args(annotation)
    return {key for arg in args for key in (get_args(arg) or [arg]) if isinstance(key, str)}


def test_new_parts_come_from_the_id() -> None:
    assert home() == {
        "id": "3-2-1501", "kind": "home", "building": "3", "entrance": "2", "room": "1501",
        "state": "occupied",
    }  # fmt: skip
    assert actions.new("S-12", {}) == {"id": "S-12", "kind": "shop", "room": "12"}


def test_new_full_card_fits_the_model_and_its_rules() -> None:
    meter = {"kind": "water", "number": "W-1", "base": "12.5", "base_on": date(2025, 3, 1)}
    record = home(area="89.50", aliases=["3栋西门上"], note="顶楼", meter=[meter])
    MODEL.model_validate(record)
    assert codes(record) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("area", 89.5),
        ("area", "89.5"),
        ("area", "089.50"),
        ("state", "sold"),
        ("id", "3"),
        ("x", 1),
    ],
)
def test_model_refuses_other_forms(key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        MODEL.model_validate({**home(), key: value})


def test_lists_and_model_agree() -> None:
    assert {one.key for one in words.STATES} == literal(Unit, "state")
    assert {one.key for one in words.KINDS} == literal(Unit, "kind")
    assert {one.key for one in words.METERS} == literal(Meter, "kind")


def test_edit_none_clears() -> None:
    assert "state" not in actions.edit(home(), {"state": None})


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"building": "4"}, "UNI101"),
        ({"room": "1502"}, "UNI101"),
        ({"kind": "shop"}, "UNI102"),
        ({"meter": [{"kind": "gas", "number": "1"}] * 2}, "UNI103"),
        ({"note": "找张三13800138000"}, "PRV101"),
        ({"aliases": ["3-2-1502"]}, "UNI105"),
        ({"meter": [{"kind": "gas", "base": "1"}]}, "UNI106"),
    ],
)
def test_checks_name_what_is_wrong(broken: dict[str, Any], code: str) -> None:
    assert codes({**home(), **broken}) == [code]
    assert code in CODES


def test_checks_shop_may_say_its_building() -> None:
    assert codes(actions.new("S-12", {"building": "3"})) == []


@given(st.dictionaries(st.sampled_from([*Unit.model_fields]), junk))
def test_rules_are_total(record: dict[str, Any]) -> None:
    rules.row(record)
    rules.terms(record)
    rules.describe(record)
    list(rules.checks(record))


ROWS: list[dict[str, Any]] = [
    {"id": "3-2-1501", "aliases": ["老王家"]},
    {"id": "3-1-801", "aliases": []},
    {"id": "3-2-801", "aliases": []},
    {"id": "P-B1-023", "aliases": []},
    {"id": "05-01-0101", "aliases": []},
]


def search(word: str) -> Iterable[dict[str, Any]]:
    return [
        row
        for row in ROWS
        if any(name.startswith(word) for name in rules.names(row["id"], row["aliases"]))
    ]


@pytest.mark.parametrize(
    ("said", "units"),
    [
        ("3栋2单元1501", ["3-2-1501"]),
        ("３栋１５０１", ["3-2-1501"]),
        ("老王家", ["3-2-1501"]),
        ("3栋801", ["3-1-801", "3-2-801"]),
        ("b1-023", ["P-B1-023"]),
        ("5-1-101", ["05-01-0101"]),
        ("3-2-15", []),
        ("9-9-9", []),
    ],
)
def test_which_unit_is_meant(said: str, units: list[str]) -> None:
    known = {row["id"] for row in ROWS}
    assert rules.which(said, known.__contains__, search) == units


class Shelf:
    """An index of `ROWS`."""

    def search(self, kind: str, words: list[str]) -> list[str]:
        assert kind == "unit"
        return [row["id"] for row in search(words[0])]

    def rows(self, kind: str, *, ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
        assert kind == "unit"
        return [row for row in ROWS if ids is None or row["id"] in set(ids)]


def test_resolve_names_the_one_unit_or_says_why_not() -> None:
    assert rules.resolve("老王家", lambda _kind, _id: False, Shelf) == "3-2-1501"
    assert rules.resolve("9栋1", lambda _kind, id: id == "9-1", Shelf) == "9-1"
    with pytest.raises(NotFoundError):
        rules.resolve("9栋1", lambda _kind, _id: False, Shelf)
    with pytest.raises(AmbiguousError) as caught:
        rules.resolve("3栋801", lambda _kind, _id: False, Shelf)
    assert caught.value.hints == ("3-1-801", "3-2-801")


def test_shared_aliases() -> None:
    rows = [{"id": "1-1", "aliases": ["A"]}, {"id": "1-2", "aliases": ["ａ"]}]
    assert rules.shared_aliases(rows) == {"A": ["1-1", "1-2"]}


def test_amounts_are_exact() -> None:
    assert actions.area("89.5㎡") == "89.50"
    assert actions.area("１２０") == "120.00"
    assert actions.reading("00012.30") == "12.3"
    assert actions.reading("0") == "0"
    for wrong in ("89.505", "-1", "abc", "NaN", "1e9"):
        with pytest.raises(UsageProblem):
            actions.area(wrong)


def test_with_meter_changes_the_one_that_is_there() -> None:
    record = actions.with_meter(home(), {"kind": "water", "number": "1", "base": "0"})
    record = actions.with_meter(record, {"kind": "water", "number": "1", "base": "5"})
    record = actions.with_meter(record, {"kind": "gas", "number": "1", "base": None})
    assert record["meter"] == [
        {"kind": "water", "number": "1", "base": "5"},
        {"kind": "gas", "number": "1"},
    ]


def test_spoken_follows_the_language() -> None:
    i18n.use("en")
    assert rules.spoken("3-2-1501") == "building 3 entrance 2 room 1501"
    assert rules.spoken("P-B1-023") == "zone B1 space 023"


def test_meter_a_dash_is_unknown_and_a_negative_reading_refused() -> None:
    on = date(2025, 3, 1)
    assert intake.meter(("水表", "W-1", "-"), on) == {
        "kind": "water", "number": "W-1", "base": None, "base_on": None,
    }  # fmt: skip
    assert intake.meter(("db", "-", 0), on)["base"] == "0"
    with pytest.raises(UsageProblem):
        intake.meter(("gas", "-", "-5"), on)


def test_from_row_refuses_unknown_columns() -> None:
    with pytest.raises(UsageProblem, match="colour"):
        intake.from_row({"unit": "3-1", "colour": "red"}, date(2025, 3, 1))

from __future__ import annotations

import json
from datetime import date
from typing import Any
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from svcctl.base.codes import CODES
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.desk.residents import actions
from svcctl.desk.residents import relations
from svcctl.desk.residents import rules
from svcctl.desk.residents import words
from svcctl.desk.residents.model import MODEL
from svcctl.desk.residents.model import Private
from svcctl.desk.residents.model import Relation
from svcctl.desk.residents.model import Resident

UNIT = "3-2-1501"
OTHER = "3-2-1502"
MARCH, APRIL, MAY = date(2025, 3, 1), date(2025, 4, 1), date(2025, 5, 1)
NUMBER = "11010519491231002X"

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["unit", "as", "since", "phones", "id_number", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


def person(name: str = "曾国华", number: int = 1, **fields: Any) -> dict[str, Any]:
    return actions.new(f"R-A{number:04d}", {"name": name, **fields})


def owner(number: int = 1, since: date | None = MARCH) -> dict[str, Any]:
    return actions.move_in(person(number=number), UNIT, "owner", since)


def codes(record: dict[str, Any]) -> list[str]:
    return [one.code for one in rules.checks(record)]


def literal(model: type[Any], field: str) -> set[str]:
    found: set[str] = set()
    todo = [model.model_fields[field].annotation]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            found.add(one)
        todo += get_args(one)
    return found


def test_full_card_fits_the_model_and_its_rules() -> None:
    record = {
        **owner(),
        "kind": "owner", "salutation": "mr", "watch": ["key"], "language": "zh", "contact": "phone",
        "note": "养狗",
        "private": {"phones": ["13800138000"], "id_number": NUMBER, "birthday": date(1949, 12, 31)},
    }  # fmt: skip
    MODEL.model_validate(record)
    assert codes(record) == []


def test_passer_by_needs_only_a_name() -> None:
    MODEL.model_validate(person("后门姓孙"))


@pytest.mark.parametrize(
    "broken", [{"kind": "ghost"}, {"phone": "1"}, {"name": ""}, {"name": "a\nb"}]
)
def test_model_refuses_other_forms(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MODEL.model_validate({**person(), **broken})


def test_lists_and_model_agree() -> None:
    for choices, model, field in (
        (words.KINDS, Resident, "kind"),
        (words.WATCH, Resident, "watch"),
        (words.SALUTATIONS, Resident, "salutation"),
        (words.LANGUAGES, Resident, "language"),
        (words.CONTACTS, Resident, "contact"),
        (words.RELATIONS, Relation, "as_"),
        (words.PAPERS, Private, "id_kind"),
    ):
        assert {one.key for one in choices} == literal(model, field)
        assert len({one.abbr for one in choices}) == len(choices)


def relation(**fields: Any) -> dict[str, Any]:
    return {"unit": UNIT, "as": "owner", **fields}


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"relation": [relation(since=APRIL, until=MARCH)]}, "RES101"),
        ({"relation": [relation(since=MARCH, until=MAY), relation(since=APRIL)]}, "RES102"),
        ({"relation": [relation(), relation()]}, "RES102"),
        ({"private": {"phones": ["12800138000"]}}, "RES103"),
        ({"private": {"id_number": "123"}}, "RES104"),
        ({"private": {"id_number": "110105199002300020"}}, "RES105"),
        ({"private": {"id_number": "110105194912310021"}}, "RES106"),
        ({"private": {"id_number": NUMBER, "birthday": MARCH}}, "RES107"),
        ({"note": "电话１３８００１３８０００"}, "PRV101"),
        ({"name": "张三13800138000"}, "PRV101"),
        ({"private": {"phones": ["13800138000", "13800138000"]}}, "RES109"),
        ({"private": {"phones": ["138 0013 8000"]}}, "RES110"),
        ({"private": {"id_number": "11010519491231002x"}}, "RES111"),
    ],
)
def test_checks_name_what_is_wrong_and_show_no_number(broken: dict[str, Any], code: str) -> None:
    found = list(rules.checks({**person(), **broken}))
    assert [one.code for one in found] == [code]
    shown = CODES[code].message.format(**found[0].args)
    assert "13800138000" not in shown
    assert NUMBER not in shown


@pytest.mark.parametrize(
    "fine",
    [
        {"relation": [relation(since=MARCH, until=APRIL), relation(since=APRIL)]},
        {"relation": [relation(), relation(unit=OTHER)]},
        {"relation": [relation(), {**relation(), "as": "user"}]},
        {"private": {"id_kind": "passport", "id_number": "E12345678"}},
        {"private": {"id_kind": "company", "id_number": "91350100M000100Y43"}},
        {"private": {"id_number": "110105491231002"}},
    ],
)
def test_checks_leave_right_things_alone(fine: dict[str, Any]) -> None:
    assert codes({**person(), **fine}) == []


@given(st.dictionaries(st.sampled_from([*Resident.model_fields]), junk))
def test_rules_are_total_and_rows_are_json(record: dict[str, Any]) -> None:
    json.dumps(rules.row(record))
    assert all(isinstance(word, str) for word in rules.terms(record))
    list(rules.links(record))
    list(rules.checks(record))
    rules.describe(record)
    rules.masked(record)


def test_row_holds_no_private_number_and_terms_only_the_phone() -> None:
    record = {**owner(), "private": {"phones": ["13800138000"], "id_number": NUMBER}}
    told = json.dumps(rules.row(record))
    assert "13800138000" not in told
    assert NUMBER not in told + " ".join(rules.terms(record))
    words = {"13800138000", "8000", "zengguohua", "zgh", "曾国华", UNIT}
    assert words <= set(rules.terms(record))


def test_masked_hides_the_private_table() -> None:
    private = {"phones": ["13800138000"], "id_number": NUMBER, "birthday": date(1949, 12, 31)}
    shown = rules.masked({**person(), "private": private})
    assert shown["private"] == {
        "phones": ["138****8000"],
        "id_number": "110105********002X",
        "birthday": "1949-**-**",
    }


def test_links_name_the_place_of_each_unit() -> None:
    assert [tuple(one) for one in rules.links(owner())] == [(("relation", 0, "unit"), "unit", UNIT)]


def test_transfer_closes_one_and_opens_another() -> None:
    before = owner(1)
    move = actions.Move(UNIT, "owner", MAY)
    left, came = actions.transfer([before], [person("李娜", 2)], move)
    assert left["relation"] == [relation(since=MARCH, until=MAY)]
    assert came["relation"] == [relation(since=MAY)]
    assert before == owner(1)
    for day, who in (
        (date(2025, 4, 30), "R-A0001"),
        (MAY, "R-A0002"),
        (date(2026, 1, 1), "R-A0002"),
    ):
        assert [one.person for one in relations.who_lives([left, came], UNIT, day)] == [who]


def test_transfer_back_and_forth_keeps_every_time() -> None:
    left, came = actions.transfer(
        [owner(1)], [person(number=2)], actions.Move(UNIT, "owner", APRIL)
    )
    back = actions.transfer([came], [left], actions.Move(UNIT, "owner", MAY))
    again = next(one for one in back if one["id"] == "R-A0001")
    assert again["relation"] == [relation(since=MARCH, until=APRIL), relation(since=MAY)]
    assert codes(again) == []


@pytest.mark.parametrize(
    ("leaving", "coming", "when", "error"),
    [
        ([person()], [person(number=2)], MAY, RefusedError),
        ([owner(1)], [owner(2)], MAY, RefusedError),
        ([owner(1, since=MAY)], [person(number=2)], MARCH, RefusedError),
        ([owner(1)], [owner(1)], MAY, UsageProblem),
        ([owner(1)], [], MAY, UsageProblem),
    ],
)
def test_transfer_refuses_what_cannot_be(
    leaving: list[dict[str, Any]],
    coming: list[dict[str, Any]],
    when: date,
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        actions.transfer(leaving, coming, actions.Move(UNIT, "owner", when))


def test_transfer_leaves_other_relations_alone() -> None:
    both = actions.move_in(owner(1), UNIT, "user", MARCH)
    left, _came = actions.transfer([both], [person(number=2)], actions.Move(UNIT, "owner", MAY))
    assert [one.get("until") for one in left["relation"]] == [MAY, None]


def test_move_in_twice_is_refused() -> None:
    with pytest.raises(RefusedError):
        actions.move_in(owner(), UNIT, "owner", MAY)


def test_who_lives_owner_first_and_last_day_counts() -> None:
    tenant = actions.move_in(person(number=2), UNIT, "tenant", date(2025, 1, 1))
    tenant = actions.move_out(tenant, UNIT, None, MAY)
    people = [tenant, owner(1)]
    assert [one.person for one in relations.who_lives(people, UNIT, MAY)] == ["R-A0001", "R-A0002"]
    assert [one.person for one in relations.who_lives(people, UNIT, date(2025, 5, 2))] == [
        "R-A0001"
    ]


def test_who_lives_gives_the_same_from_rows() -> None:
    people = [owner(1), actions.move_out(owner(2), UNIT, "owner", APRIL)]
    rows = [{"id": one["id"], **rules.row(one)} for one in people]
    for day in (MARCH, APRIL, MAY):
        assert relations.who_lives(rows, UNIT, day) == relations.who_lives(people, UNIT, day)


def test_open_relations_by_role() -> None:
    people = [owner(1), actions.move_in(person(number=2), UNIT, "tenant", None)]
    assert [one.person for one in relations.open_relations(people, UNIT)] == ["R-A0002", "R-A0001"]
    assert [one.person for one in relations.open_relations(people, UNIT, "owner")] == ["R-A0001"]


def test_typed_identity_numbers_are_checked() -> None:
    assert actions.id_number("110105 19491231 002x", None) == NUMBER
    assert actions.id_number("E12345678", "passport") == "E12345678"
    with pytest.raises(UsageProblem) as caught:
        actions.id_number("110105194912310021", None)
    assert "110105194912310021" not in caught.value.message

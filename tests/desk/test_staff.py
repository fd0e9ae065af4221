from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.codes import CODES
from svcctl.base.errors import RefusedError
from svcctl.desk.staff import actions
from svcctl.desk.staff import rules
from svcctl.desk.staff.model import MODEL
from svcctl.desk.staff.model import Staff
from tests.support.desk import run
from tests.support.transcript import World

MARCH, APRIL, MAY = date(2025, 3, 1), date(2025, 4, 1), date(2025, 5, 1)


def agent(**fields: Any) -> dict[str, Any]:
    return actions.new("wang.fang", {"name": "王芳", "since": MARCH, **fields})


def test_full_card_fits_the_model_and_its_rules() -> None:
    record = actions.take_role(agent(department="service"), "desk-agent", MARCH)
    record["private"] = {"phones": ["13800138000"]}
    MODEL.model_validate(record)
    assert list(rules.checks(record)) == []


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"until": date(2025, 1, 1)}, "STF101"),
        ({"role": [{"role": "a", "since": MAY, "until": APRIL}]}, "STF101"),
        ({"role": [{"role": "a", "since": MARCH}, {"role": "a", "since": MAY}]}, "STF102"),
        ({"private": {"phones": ["1"]}}, "STF103"),
        ({"private": {"phones": ["138 00138000"]}}, "STF110"),
        ({"private": {"phones": ["110", "110"]}}, "STF109"),
        ({"note": "13800138000"}, "PRV101"),
        ({"role": [{"role": "a", "since": date(2024, 1, 1)}]}, "STF106"),
        ({"until": MAY, "role": [{"role": "a", "until": date(2026, 1, 1)}]}, "STF106"),
    ],
)
def test_checks_name_what_is_wrong(broken: dict[str, Any], code: str) -> None:
    assert [one.code for one in rules.checks({**agent(), **broken})] == [code]
    assert code in CODES


keys = st.sampled_from([*Staff.model_fields])
spans = st.dictionaries(
    st.sampled_from(["role", "since", "until"]), st.integers() | st.dates() | st.text(max_size=3)
)
junk = st.none() | st.integers() | st.text(max_size=4) | st.dates() | st.lists(spans, max_size=3)


@given(st.dictionaries(keys, junk))
def test_rules_are_total_and_rows_are_json(record: dict[str, Any]) -> None:
    json.dumps(rules.row(record))
    rules.terms(record)
    rules.describe(record)
    rules.masked(record)
    list(rules.checks(record))


def test_terms_find_by_id_name_and_initials() -> None:
    assert {"wang.fang", "fang", "王芳", "wangfang", "wf"} <= set(rules.terms(agent()))


def test_roles_by_day_both_days_included() -> None:
    record = actions.take_role(agent(), "desk-agent", MARCH)
    record = actions.leave_role(record, "desk-agent", APRIL)
    record = actions.take_role(record, "desk-lead", APRIL)
    assert rules.roles(record, MARCH) == ["desk-agent"]
    assert rules.roles(record, APRIL) == ["desk-agent", "desk-lead"]
    assert rules.roles(rules.row(record), MAY) == ["desk-lead"]
    assert rules.roles(record, date(2025, 2, 1)) == []


def test_leave_ends_open_roles() -> None:
    gone = actions.leave(actions.take_role(agent(), "desk-agent", MARCH), MAY)
    assert gone["until"] == MAY
    assert gone["role"] == [{"role": "desk-agent", "since": MARCH, "until": MAY}]
    assert rules.works(gone, MAY)
    assert not rules.works(gone, date(2025, 5, 2))


def test_actions_refuse_what_cannot_be() -> None:
    record = actions.take_role(agent(), "desk-agent", MARCH)
    with pytest.raises(RefusedError):
        actions.take_role(record, "desk-agent", MAY)
    with pytest.raises(RefusedError):
        actions.leave_role(record, "desk-lead", MAY)
    with pytest.raises(RefusedError):
        actions.leave(record, date(2025, 1, 1))


def test_who_leaves_does_not_take_tickets_along(world: World) -> None:
    run(world, "init b --estate 翠湖花园 --staff wang.fang --name 王芳")
    world.environ = world.environ | {"SVCCTL_BOOK": "b"}
    run(world, "staff new 李娜 --id li.na")
    name = run(world, 'log repair "lamp broken"').strip()
    run(world, f"ticket assign {name} --to li.na")
    said = run(world, "staff edit li.na --left")
    assert f"'li.na' still has open tickets: {name}" in said
    assert f"svcctl ticket assign {name} --to" in said

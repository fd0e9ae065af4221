"""An incident's log, and the wording for residents: total, in any order, per building."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.desk.tickets.incidents import actions
from svcctl.desk.tickets.incidents import rules
from svcctl.desk.tickets.incidents import wording
from tests.support.builders import at
from tests.support.builders import deed
from tests.support.builders import entry

NAME = "I261121-A01"
VALUES = {
    "time": "08:50", "today": "2026-11-21", "subject": "爆管", "result": "", "estate": "翠湖",
}  # fmt: skip

ACTS = st.builds(
    lambda number, did, said: entry(f"{number}A", did, **said),
    st.integers(1, 9),
    st.sampled_from([*rules.MOVES, "close"]),
    st.sampled_from(
        [
            {},
            {"note": "x"},
            {"set": {"subject": "爆管", "buildings": ["3"]}},
            {"set": {"status": "done", "id": "x", "category": "water"}},
            {"unset": ["buildings", "subject"]},
            {"set": 3, "unset": 4},
        ]
    ),
)


def incident() -> Record:
    return actions.begin(NAME, deed(), {"subject": "爆管", "buildings": ["3"]}, note="3 栋")


@given(st.lists(st.one_of(ACTS, st.text(), st.integers()), max_size=8), st.randoms())
def test_fold_is_total_and_does_not_depend_on_the_order_of_the_file(
    log: list[Any], random: Any
) -> None:
    folded = rules.fold(log)
    assert folded["status"] in ("", "open", "done")
    assert not {"id", "log"} & folded.keys()
    shuffled = list(log)
    random.shuffle(shuffled)
    assert rules.fold(shuffled) == folded
    assert sorted(rules.strays(shuffled)) == sorted(rules.strays(log))


def test_life_of_an_incident() -> None:
    record = actions.act(incident(), deed("2026-11-21 10:40"), "done", {"cause": "wear"}, note="好")
    assert (record["status"], record["cause"], rules.result(record)) == ("done", "wear", "好")
    record = actions.act(record, deed("2026-11-21 11:00"), "reopen", why="又漏")
    assert (record["status"], rules.result(record)) == ("open", "")
    record = actions.act(record, deed("2026-11-21 11:00"), "edit", {"buildings": ["3", "4"]})
    assert record["buildings"] == ["3", "4"]
    assert rules.row(record)["where"] == "3, 4"


@pytest.mark.parametrize(
    "did, said",
    [
        ("done", {}),
        ("done", {"note": "  "}),
        ("note", {}),
        ("reopen", {"why": "x"}),
        ("edit", {"fields": {"subject": "爆管"}}),
        ("edit", {"fields": {}}),
    ],
)
def test_what_cannot_be_is_refused(did: str, said: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        actions.act(incident(), deed("2026-11-21 10:40"), did, **said)


def test_nothing_happens_before_it_began() -> None:
    before = deed("2026-11-21 10:40")._replace(when=at("2026-11-21 09:00"))
    with pytest.raises(RefusedError, match="began at 2026-11-21 09:12"):
        actions.act(incident(), before, "note", note="x")


def test_header_that_is_not_its_log_is_found() -> None:
    broken = incident() | {"status": "done"}
    assert [one.code for one in rules.checks(broken)] == ["LOG103"]
    told = incident() | {"log": [*incident()["log"], entry("2A", "done", note="13800138000")]}
    codes = {one.code for one in rules.checks(told)}
    assert codes == {"LOG103", "PRV101"}


# What residents are told.


def test_places_are_those_that_reported_and_those_named() -> None:
    rows = [
        {"unit": "10-1-101"}, {"unit": "3-2-1501"}, {"unit": "3-1-101"}, {"unit": "3-2-901"},
        {"unit_said": "４栋１单元姓孙"}, {"place": "后门"}, {"unit": "P-B1-023"}, {},
    ]  # fmt: skip
    found = wording.places(rows, ["5", "3"])
    assert [(one.building, one.entrances, one.reports) for one in found] == [
        ("3", ("1", "2"), 3), ("4", ("1",), 1), ("5", (), 0), ("10", ("1",), 1),
    ]  # fmt: skip


def test_without_a_building_there_is_one_notice_for_the_estate() -> None:
    (place,) = wording.places([{"place": "后门"}], [])
    ((_place, text),) = wording.notices("{building}", [place], VALUES, _)
    assert text == "翠湖"


def test_braces_are_filled_in_either_language_and_the_rest_stays() -> None:
    places = wording.places([{"unit": "3-2-1501"}, {"unit": "3-1-101"}], [])
    text = "{楼栋}({单元}) {building} {time} {小区} {x} {} 100%"
    ((_place, filled),) = wording.notices(text, places, VALUES, _)
    assert filled == ("building 3(entrance 1, entrance 2) building 3 08:50 翠湖 {x} {} 100%")


@given(st.text())
def test_any_text_can_be_filled(text: str) -> None:
    wording.fill(text, VALUES)


def test_unknown_braces_are_named_when_the_wording_is_given() -> None:
    wording.refuse_unknown("{楼栋} {time}")
    with pytest.raises(UsageProblem, match=r"\{reason\}"):
        wording.refuse_unknown("{楼栋} {reason}")

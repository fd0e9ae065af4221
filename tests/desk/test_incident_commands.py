"""Incidents at the terminal: one cause, many reporters, and nothing half done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from svcctl.base.record import Record
from svcctl.book.book import Book
from tests.support.desk import at_desk
from tests.support.desk import run
from tests.support.transcript import World

INCIDENT = "I261121-A01"


@pytest.fixture
def desk(world: World) -> World:
    """A book with an incident and four tickets, of which A01 and A02 belong to it."""
    return at_desk(
        world,
        "init b --estate 翠湖花园 --staff wang.fang --name 王芳",
        "unit new 3-1-101 3-2-101 4-1-101",
        "log repair 3-1-101 没水 --name 孙丽",
        "log repair 3-2-101 没水 --name 王强",
        "log complaint 4-1-101 没水也没人管",
        "log repair 后门姓孙 没水",
        "ticket incident new 主水管爆裂 --category water --buildings 3 A01 A02",
    )


def book(desk: World) -> Book:
    return Book(desk.folder / "b")


def tickets(desk: World) -> list[Record]:
    return list(book(desk).records("ticket"))


def states(desk: World) -> list[str]:
    return [one["status"] for one in tickets(desk)]


def files(desk: World) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (desk.folder / "b").rglob("*.toml")}


# Who belongs to it.


def test_ticket_says_what_it_belongs_to_and_the_index_gives_the_other_side(desk: World) -> None:
    assert [one.get("incident") for one in tickets(desk)] == [INCIDENT, INCIDENT, None, None]
    shown = json.loads(run(desk, f"ticket incident show {INCIDENT} --format json"))
    assert shown["record"]["tickets"] == ["T261121-A01", "T261121-A02"]
    assert "tickets" not in book(desk).get("incident", INCIDENT)


def test_forty_callers_are_forty_quick_lines(desk: World) -> None:
    lines = [{"kind": "repair", "unit": "3-1-101", "words": "没水", "name": f"住户{n}"}
             for n in range(40)]  # fmt: skip
    text = "\n".join(map(json.dumps, lines))
    run(desk, f"log --from - --incident {INCIDENT}", stdin=text)
    assert sum(one.get("incident") == INCIDENT for one in tickets(desk)) == 42


def test_line_of_a_batch_may_name_another_incident(desk: World) -> None:
    run(desk, "ticket incident new 停电")
    text = "类别,房号,事由,事件\n报修,3-1-101,没电,I261121-A02\n报修,3-2-101,没水,\n"
    run(desk, f"log --from - --incident {INCIDENT}", stdin=text)
    assert [one["incident"] for one in tickets(desk)[-2:]] == ["I261121-A02", INCIDENT]


def test_other_options_still_belong_into_the_lines(desk: World) -> None:
    told = run(desk, f"log --from - --incident {INCIDENT} --urgent", status=2, stdin="{}")
    assert "'urgent' cannot go with --from" in told


@pytest.mark.parametrize(
    "command",
    [
        "log repair 3-1-101 没水 --incident I261121-A07",
        "log repair 3-1-101 没水 --incident A07",
        "ticket incident add I261121-A07 A03",
        f"ticket incident add {INCIDENT} A03 A09",
    ],
)
def test_incident_or_ticket_that_is_not_there_is_named(desk: World, command: str) -> None:
    before = files(desk)
    assert "there is no" in run(desk, command, status=3)
    assert files(desk) == before


def test_ticket_belongs_to_one_incident_alone(desk: World) -> None:
    before = files(desk)
    told = run(desk, "ticket incident new 停电 A03 A01", status=4)
    assert f"'T261121-A01' belongs to '{INCIDENT}'" in told
    assert f"svcctl ticket incident drop {INCIDENT} T261121-A01" in told
    assert files(desk) == before
    run(desk, f"ticket incident drop {INCIDENT} A01")
    # No number was used up by what was refused.
    assert run(desk, "ticket incident new 停电 A03 A01") == "I261121-A02\n"


def test_joining_twice_changes_nothing(desk: World) -> None:
    before = files(desk)
    run(desk, f"ticket incident add {INCIDENT} A01 A02")
    assert files(desk) == before


def test_the_cause_may_have_begun_before_the_first_call(desk: World) -> None:
    run(desk, "ticket incident new 停电 A03 --when 08:00")
    assert tickets(desk)[2]["incident"] == "I261121-A02"
    assert "'2026-11-22 08:00' is in the future" in run(
        desk, "ticket incident new 停电 --when '2026-11-22 08:00'", status=4
    )


# Done for all.


def test_done_alone_leaves_the_tickets_and_says_how_many(desk: World) -> None:
    told = run(desk, f"ticket incident done {INCIDENT} 换好接口")
    assert "2 tickets are not done" in told
    assert states(desk) == ["registered"] * 4
    # The others can follow.
    run(desk, f"ticket incident done {INCIDENT} 换好接口 --all")
    assert states(desk) == ["done", "done", "registered", "registered"]


def test_done_for_all_is_all_or_nothing(desk: World) -> None:
    run(desk, f"ticket incident add {INCIDENT} A03 A04")
    before = files(desk)
    told = run(desk, f"ticket incident done {INCIDENT} 换好接口 --all", status=4)
    assert "2 of 4 cannot be done; nothing was written" in told
    assert "'T261121-A03' cannot be done: nobody said how grave" in told
    assert "'T261121-A04' cannot be done: the unit '后门姓孙' is not known" in told
    assert files(desk) == before


def test_skip_leaves_out_what_cannot_be_and_names_it(desk: World) -> None:
    run(desk, f"ticket incident add {INCIDENT} A03 A04")
    told = run(desk, f"ticket incident done {INCIDENT} 换好接口 --all --skip --cause wear")
    assert told.count("left out: 'T261121-A0") == 2
    assert "2 tickets done" in told
    assert states(desk) == ["done", "done", "registered", "registered"]
    assert [one.get("cause") for one in tickets(desk)] == ["wear", "wear", None, None]
    assert book(desk).get("incident", INCIDENT)["cause"] == "wear"


def test_what_ended_already_is_left_as_it_is(desk: World) -> None:
    run(desk, "ticket cancel A02 --why 打错")
    run(desk, f"ticket incident done {INCIDENT} 换好接口 --all")
    assert states(desk)[:2] == ["done", "cancelled"]


def test_everybody_is_told_once_and_keeps_a_callback(desk: World) -> None:
    assert "nothing was written" in run(desk, f"ticket incident tell {INCIDENT}", status=4)
    run(desk, f"ticket incident done {INCIDENT} 换好接口 --all")
    run(desk, "ticket tell A01 --via phone")
    assert "1 was told" in run(desk, f"ticket incident tell {INCIDENT} --via 微信")
    assert "nobody is left" in run(desk, f"ticket incident tell {INCIDENT} --via 微信")
    ways = [[e.get("via") for e in one["log"] if e["did"] == "tell"] for one in tickets(desk)]
    assert ways == [["phone"], ["wechat"], [], []]
    owed = json.loads(run(desk, "callback list --all --format json"))["rows"]
    assert [one["id"] for one in owed] == ["T261121-A01", "T261121-A02"]


def test_list_counts_tickets(desk: World) -> None:
    run(desk, "ticket cancel A02 --why 打错")
    (row,) = json.loads(run(desk, "ticket incident list --open --format json"))["rows"]
    assert (row["id"], row["tickets"], row["left"]) == (INCIDENT, 2, 1)
    assert json.loads(run(desk, "ticket incident list --done --format json"))["rows"] == []


# What residents are told.


def test_wording_is_in_the_language_of_the_book_and_one_for_each_building(desk: World) -> None:
    text = run(desk, f"ticket incident wording {INCIDENT} --format jsonl")
    (row,) = map(json.loads, text.splitlines())
    assert (row["building"], row["entrances"], row["tickets"]) == ("3", ["1", "2"], 2)
    assert "主水管爆裂" in row["text"]
    run(desk, f"ticket incident wording {INCIDENT} '{{楼栋}} {{时间}}起停水'")
    assert book(desk).get("incident", INCIDENT)["wording"].strip() == "{楼栋} {时间}起停水"
    run(desk, f"ticket incident add {INCIDENT} A03")
    told = run(desk, f"ticket incident wording {INCIDENT} --format jsonl")
    texts = [json.loads(line)["text"] for line in told.splitlines()]
    assert [one[-19:] for one in texts] == ["2026-11-21 09:12起停水"] * 2


def test_wording_with_a_private_number_is_warned_of(desk: World) -> None:
    told = run(desk, f"ticket incident wording {INCIDENT} '请致电 13800138000'")
    assert "warning" in told
    assert "138****8000" in told


@pytest.mark.parametrize("said", ["3栋,4栋", "４ ３", "3、4号楼", "3;4"])
def test_buildings_are_read_as_people_write_them(desk: World, said: str) -> None:
    run(desk, f"ticket incident edit {INCIDENT} --buildings '{said}'")
    assert book(desk).get("incident", INCIDENT)["buildings"] == ["3", "4"]


def test_what_is_no_building_is_named(desk: World) -> None:
    command = f"ticket incident edit {INCIDENT} --buildings 三期"
    assert "'三期' is no building" in run(desk, command, status=2)


def test_book_is_valid_and_an_edit_by_hand_is_found(desk: World) -> None:
    run(desk, f"ticket incident done {INCIDENT} 换好接口 --all")
    run(desk, "validate")
    path = desk.folder / "b/incidents/2026/11/21" / f"{INCIDENT}.toml"
    path.write_text(path.read_text("utf-8").replace('status = "done"', 'status = "open"'), "utf-8")
    assert "LOG103" in run(desk, "validate", status=1)


def test_inner_group_names_the_nearest_command_and_says_whose_help(desk: World) -> None:
    told = run(desk, "ticket incident shw", status=2)
    assert "Did you mean 'show'?" in told
    assert "svcctl ticket incident --help" in told
    assert "incident" in run(desk, "ticket --help")

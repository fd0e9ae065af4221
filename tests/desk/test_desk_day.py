"""What somebody at the desk types in a hurry, and what they are told."""

from __future__ import annotations

import json

import pytest

from svcctl.base.record import Record
from svcctl.book.book import Book
from tests.support.desk import at_desk
from tests.support.desk import run
from tests.support.transcript import World

DATED = "2026-11-2{day} 09:12"


@pytest.fixture
def desk(world: World) -> World:
    """A book with two flats, a shop and a second colleague."""
    return at_desk(
        world,
        "init b --estate 翠湖花园 --staff wang.fang --name 王芳",
        "unit new 3-1-1501 3-2-1501 3-2-1502",
        "unit new S-1 --alias 南门第一间",
        "staff new 李娜 --id li.na",
    )


def last(desk: World) -> Record:
    return list(Book(desk.folder / "b").records("ticket"))[-1]


# Units.


@pytest.mark.parametrize(
    "said, unit",
    [
        ("3-2-1502", "3-2-1502"),
        ("３栋１５０２", "3-2-1502"),
        ("南门第一间", "S-1"),
        ("3-1502", "3-2-1502"),
    ],
)
def test_unit_is_known_by_any_name(desk: World, said: str, unit: str) -> None:
    assert "no one unit" not in run(desk, f"log repair {said} 漏水")
    assert last(desk)["unit"] == unit


@pytest.mark.parametrize("said", ["3栋1501", "9-9-999", "后门姓孙"])
def test_unit_that_is_unknown_or_not_clear_is_kept_as_said_and_told(desk: World, said: str) -> None:
    told = run(desk, f"log repair {said} 漏水")
    assert f"no one unit '{said}'" in told
    assert f"svcctl ticket edit {last(desk)['id']} --unit" in told
    assert (last(desk)["unit_said"], "unit" in last(desk)) == (said, False)


def test_correction_takes_any_name_and_lists_those_it_may_mean(desk: World) -> None:
    run(desk, "log repair 后门 漏水")
    told = run(desk, "ticket edit last --unit 3栋1501", 2)
    assert "3-1-1501" in told
    assert "3-2-1501" in told
    run(desk, "ticket edit last --unit 3栋1509", 3)
    run(desk, "ticket edit last --unit 南门第一间")
    assert last(desk)["unit"] == "S-1"


def test_list_of_a_unit_takes_any_name_and_refuses_what_is_none(desk: World) -> None:
    run(desk, "log repair 南门第一间 漏水")
    assert run(desk, "ticket list --unit 南门第一间 --format ids") == f"{last(desk)['id']}\n"
    run(desk, "ticket list --unit 9栋 --format ids", 3)
    run(desk, "due --unit 9栋 --format ids", 3)


# Colleagues.


@pytest.mark.parametrize("who", ["li.na", "李娜", "Ｌｉ.ｎａ"])
def test_colleague_is_named_by_id_or_name(desk: World, who: str) -> None:
    run(desk, "log repair 漏水")
    run(desk, f"ticket assign last --to {who}")
    assert last(desk)["assignee"] == "li.na"
    assert run(desk, f"ticket list --assignee {who} --format ids") == f"{last(desk)['id']}\n"
    run(desk, f"--as {who} ticket note last 在家")
    assert last(desk)["log"][-1]["by"] == "li.na"


def test_name_that_two_colleagues_have_is_asked_back(desk: World) -> None:
    run(desk, "staff new 李娜 --id li.na2")
    told = run(desk, "shift start 李娜", 2)
    assert "li.na 李娜" in told
    assert "li.na2 李娜" in told


def test_nobody_of_this_name(desk: World) -> None:
    run(desk, "log repair 漏水")
    assert "engineering" in run(desk, "ticket assign last --to 李四", 2)
    run(desk, "ticket list --assignee 李四", 3)


# Ids and words.


def test_number_of_yesterday_and_today_is_told_apart_by_the_day(desk: World) -> None:
    for day in (0, 1):
        desk.now = DATED.format(day=day)
        run(desk, f"log repair 漏水{day}")
    assert "T261120-A01 漏水0" in run(desk, "ticket show A01", 2)
    assert run(desk, "ticket show 20-A01").startswith("T261120-A01")
    assert run(desk, "ticket show ２１－a01").startswith("T261121-A01")


@pytest.mark.parametrize("verb", ["note", "answer", "done"])
def test_words_go_to_every_ticket_named(desk: World, verb: str) -> None:
    for word in "abc":
        run(desk, f"log repair {word}")
    run(desk, f"ticket {verb} A01 a2 电梯已恢复")
    ids = run(desk, "ticket list --find c --format ids")
    run(desk, f"ticket {verb} - 电梯已恢复", stdin=ids)
    notes = [one["log"][-1]["note"] for one in Book(desk.folder / "b").records("ticket")]
    assert notes == ["电梯已恢复"] * 3


def test_without_words_nothing_is_written(desk: World) -> None:
    run(desk, "log repair a")
    assert "needs words" in run(desk, "ticket note last", 4)
    assert len(last(desk)["log"]) == 1


# Batches.


def test_headings_may_be_chinese(desk: World) -> None:
    rows = "类别,房号,事由,电话,紧急,时间\n报修,3栋2单元1501,厨房漏水,13800138000,急,08:00\n"
    (desk.folder / "night.csv").write_bytes(rows.replace("\n", "\r\n").encode("gbk"))
    run(desk, "log --from night.csv")
    ticket = last(desk)
    assert (ticket["kind"], ticket["unit"], ticket["urgent"]) == ("repair", "3-2-1501", True)
    assert ticket["contact"] == "138****8000"


def test_wrong_heading_is_said_once_with_the_nearest(desk: World) -> None:
    rows = "类别,事情\n" + "报修,漏水\n" * 12
    (desk.folder / "night.csv").write_text(rows, encoding="utf-8")
    told = run(desk, "log --from night.csv", 2)
    assert told.count("no column '事情'; did you mean '事由'?") == 1
    assert "lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …: " in told


# What is owed.


def test_page_shows_what_is_owed_until_it_is_done(desk: World) -> None:
    run(desk, 'log complaint 3-2-1501 "noise" --severity important')
    assert "  owed: first reply until 2026-11-22 09:12, 1d 0h 00m left\n" in run(
        desk, "ticket show last"
    )
    desk.now = "2026-11-22 09:13"
    assert "owed: first reply until 2026-11-22 09:12, late by 1m\n" in run(desk, "ticket show last")
    run(desk, "ticket answer last 马上到 --via 来电")
    page = run(desk, "ticket show last")
    assert "owed: first reply" not in page
    assert "owed: done until 2026-11-24 24:00" in page
    assert "owed: escalate" not in page
    assert "    via: phone call\n" in page
    run(desk, "ticket cancel last --why x")
    assert "owed" not in run(desk, "ticket show last")


def test_next_line_is_what_to_type_and_roles_are_words(desk: World) -> None:
    run(desk, "log complaint 后门 noise")
    told = run(desk, "due --within 2d")
    assert f"next: svcctl ticket contact {last(desk)['id']}" in told
    assert "desk agent" in told


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "ids"])
def test_programs_get_data_and_no_talk(desk: World, form: str) -> None:
    assert "next" not in run(desk, f"due --format {form}")
    run(desk, "log complaint 3-2-1501 noise")
    told = run(desk, f"due --format {form}")
    assert "tomorrow" not in told
    if form == "jsonl":
        row = json.loads(told.splitlines()[0])
        assert (row["owner"], row["due"], row["severity"]) == (
            "agent",
            "2026-11-21T10:12:00+08:00",
            None,
        )


def test_moments_for_programs_have_the_offset_of_the_estate(desk: World) -> None:
    run(desk, "log complaint 3-2-1501 noise")
    row = json.loads(run(desk, "ticket list --format jsonl"))
    assert row["opened"] == "2026-11-21T09:12:00+08:00"
    clocks = json.loads(run(desk, "explain last --format jsonl"))["clocks"]
    assert {one["duty"]: one["due"] for one in clocks}["reply"] == "2026-11-22T09:12:00+08:00"


def test_record_in_one_csv_line_is_json_inside(desk: World) -> None:
    run(desk, "log repair 漏水")
    assert '""did"": ""open""' in run(desk, "ticket show last --format csv")

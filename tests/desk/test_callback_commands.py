"""Return calls at the terminal: whose number is shown to whom, what is refused, what is told."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from svcctl.base.record import Record
from svcctl.book import local
from svcctl.book.book import Book
from svcctl.desk.tickets import callbacks
from svcctl.term import output
from tests.support.desk import at_desk
from tests.support.desk import run
from tests.support.transcript import World

DONE = "T261120-A01"


@pytest.fixture
def desk(world: World) -> World:
    """A book with two agents; li.na finished a repair on the 20th, which is owed a call."""
    world.now = "2026-11-20 09:00"
    return at_desk(
        world,
        "init b --estate 翠湖花园 --staff wang.fang --name 王芳",
        "staff new 李娜 --id li.na --role agent",
        "staff new 陈杰 --id chen.jie --role supervisor",
        "unit new 3-2-1501 3-2-1502",
        "log repair 3-2-1501 厨房龙头滴水 --phone 13800138000 --name 孙丽",
        f"ticket done {DONE} 更换龙头 --as li.na",
    )


def book(desk: World) -> Book:
    return Book(desk.folder / "b")


def listed(desk: World, options: str = "--all") -> list[Record]:
    rows: list[Record] = json.loads(run(desk, f"callback list {options} --format json"))["rows"]
    return rows


def files(desk: World) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (desk.folder / "b").rglob("*.toml")}


def change_policy(desk: World, old: str, new: str) -> None:
    path = desk.folder / "b/handbook/policy/2026-01-01.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# Whose number is shown to whom.


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_full_number_is_for_who_is_acting_alone(desk: World, form: str) -> None:
    assert "13800138000" in run(desk, f"callback list --all --format {form}")
    local.Local(desk.folder / "b").update(acting=None)
    masked = run(desk, f"callback list --all --format {form}")
    assert "13800138000" not in masked
    assert "138****8000" in masked
    assert "numbers are masked, because nobody is acting here" in masked
    assert "13800138000" in run(desk, f"callback list --all --format {form} --as li.na")


def test_number_left_with_the_matter_is_the_one_to_call(desk: World) -> None:
    (resident,) = [one["id"] for one in book(desk).records("resident")]
    run(desk, f"resident edit {resident} --phone 13700137000")
    run(desk, f"log repair 3-2-1501 门铃坏 --resident {resident} --phone 13600136000")
    run(desk, "ticket done last 换电池")
    numbers = {one["id"]: one["phone"] for one in listed(desk)}
    assert numbers == {DONE: "13800138000", "T261120-A02": "13600136000"}


def test_list_says_who_what_and_which_attempt(desk: World) -> None:
    (row,) = listed(desk)
    assert row | {"left": 0} == {
        "left": 0, "due": "2026-11-23T00:00:00+08:00", "late": False, "id": DONE,
        "where": "3-2-1501", "unit": "3-2-1501", "name": "孙丽", "resident": row["resident"],
        "phone": "13800138000", "done": "更换龙头", "subject": "厨房龙头滴水", "kind": "repair",
        "attempt": 1, "attempts": 3, "handler": "li.na", "own": False,
    }  # fmt: skip
    (row,) = listed(desk, "--all --as li.na")
    assert row["own"] is True


def test_only_what_ends_today_is_listed_unless_asked_for_more(desk: World) -> None:
    assert listed(desk, "") == []
    assert [one["id"] for one in listed(desk, "--within 3d")] == [DONE]
    desk.now = "2026-11-22 23:59"
    assert [one["id"] for one in listed(desk, "")] == [DONE]
    desk.now = "2026-11-23 00:01"
    assert [one["late"] for one in listed(desk, "")] == [True]


def test_who_was_tried_today_is_not_listed_again_today(desk: World) -> None:
    desk.now = "2026-11-22 09:00"
    run(desk, f"callback record {DONE} 未联系上")
    assert listed(desk, "") == []
    assert [one["attempt"] for one in listed(desk)] == [2]
    desk.now = "2026-11-23 09:00"
    assert [one["attempt"] for one in listed(desk, "")] == [2]


def test_mine_and_unit_leave_out_the_rest(desk: World) -> None:
    assert [one["id"] for one in listed(desk, "--all --mine --as li.na")] == [DONE]
    assert listed(desk, "--all --mine --as chen.jie") == []
    assert [one["id"] for one in listed(desk, "--all --unit 3栋1501")] == [DONE]
    assert listed(desk, "--all --unit 3-2-1502") == []


def test_list_fits_a_hundred_columns_in_chinese(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(desk, "unit new 12-2-30001")
    for name in ("欧阳娜娜和她的先生", "孙丽"):
        run(desk, f"log 报修 12-2-30001 厨房龙头滴水很久了 --name {name} --phone 010-65551234")
        run(desk, "ticket done last 更换龙头阀芯与软管并试水十五分钟一切正常 --as li.na")
    desk.now = "2026-12-11 09:00"
    for module in (output, callbacks):
        monkeypatch.setattr(module, "is_terminal", lambda _stream: True)
    monkeypatch.setenv("SVCCTL_LANG", "zh")
    desk.environ = desk.environ | {"SVCCTL_LANG": "zh"}
    lines = run(desk, "callback list --as li.na").splitlines()
    assert len(lines) == 5
    assert max(map(output.text_width, lines)) <= 100


# What is refused, and that nothing is half done.


@pytest.mark.parametrize(
    "call, why",
    [
        (f"{DONE} unsatisfied", "say with what"),
        (f"{DONE} unsatisfied --note ' '", "say with what"),
        (f"{DONE} unreachable --score 3", "there is no score"),
        (f"{DONE} satisfied --by visit --second wang.fang", "somebody else"),
        (f"{DONE} satisfied --when '2026-11-20 08:00'", "cannot have happened before"),
        (f"{DONE} T261120-A02 satisfied", "is registered"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(desk: World, call: str, why: str) -> None:
    run(desk, "log repair 3-2-1502 门铃坏")
    before = files(desk)
    assert why in run(desk, f"callback record {call}", status=4)
    assert files(desk) == before


@pytest.mark.parametrize(
    "call", ["", DONE, f"{DONE} happy", f"{DONE} satisfied --score 6", f"{DONE} fair --by letter"]
)
def test_what_cannot_be_understood_is_refused(desk: World, call: str) -> None:
    before = files(desk)
    run(desk, f"callback record {call}", status=2)
    assert files(desk) == before


def test_batch_names_every_wrong_line_and_writes_nothing(desk: World) -> None:
    run(desk, "log repair 3-2-1502 门铃坏")
    text = io.StringIO()
    csv.writer(text).writerows(
        [
            ("编号", "结果", "评分", "备注"),
            (DONE, "满意", "5", ""),
            ("T261120-A02", "满意", "", ""),
            (DONE, "很好", "", ""),
            (DONE, "满意", "9", ""),
            ("", "满意", "", ""),
        ]
    )
    before = files(desk)
    told = run(desk, "callback record --from -", status=2, stdin=text.getvalue())
    assert "4 lines are wrong; nothing was written" in told
    for line in ("line 3: 'T261120-A02' is registered", "line 4: no outcome", "line 5: '9' is no"):
        assert line in told
    assert files(desk) == before


def test_batch_records_all(desk: World) -> None:
    lines = [
        {"id": DONE, "outcome": "wlxs", "when": "2026-11-20 09:30"},
        {"编号": DONE, "结果": "不满意", "备注": "还滴", "方式": "上门", "同行": "李娜"},
    ]
    desk.now = "2026-11-21 09:00"
    told = run(desk, "callback record --from -", stdin="\n".join(map(json.dumps, lines)))
    assert "supervisor is told" in told
    calls = [one for one in book(desk).get("ticket", DONE)["log"] if one["did"] == "callback"]
    assert [one["result"] for one in calls] == ["unreachable", "unsatisfied"]
    assert (calls[1]["via"], calls[1]["second"], calls[1]["note"]) == ("visit", "li.na", "还滴")


# Who may call.


@pytest.mark.parametrize(
    "setting, status, words",
    [("warn", 0, "li.na handled it"), ("off", 0, ""), ("refuse", 4, "somebody else calls back")],
)
def test_caller_who_is_handler_is_as_the_policy_says(
    desk: World, setting: str, status: int, words: str
) -> None:
    change_policy(desk, 'by_handler = "warn"', f'by_handler = "{setting}"')
    told = run(desk, f"callback record {DONE} satisfied --as li.na", status=status)
    assert words in told
    assert ("warning" in told) is (setting == "warn")
    if status:
        run(desk, f"callback record {DONE} satisfied --as wang.fang")


def test_who_writes_down_what_a_department_did_is_no_handler(desk: World) -> None:
    run(desk, "log repair 3-2-1502 门铃坏")
    run(desk, "ticket assign last --to repair")
    run(desk, "ticket done last 换电池")
    assert "warning" not in run(desk, "callback record last satisfied")


def test_role_that_calls_are_reserved_for_holds_for_bad_outcomes_too(desk: World) -> None:
    change_policy(desk, 'confirm = "supervisor"\n', 'confirm = "supervisor"\ncallback = "lead"\n')
    for call in ("satisfied", "unsatisfied --note 还滴"):
        assert "is reserved" in run(desk, f"callback record {DONE} {call}", status=4)
    run(desk, f"callback record {DONE} unsatisfied --note 还滴 --as chen.jie")


@pytest.mark.parametrize(
    "call, warned",
    [("--by visit", True), ("--by visit --second li.na", False), ("--by phone", False)],
)
def test_visit_inside_a_home_by_one_is_recorded_and_warned_of(
    desk: World, call: str, *, warned: bool
) -> None:
    # "In principle" two go (NUM-12); the visit was made, so it must be recorded (VIS-06).
    told = run(desk, f"callback record {DONE} satisfied {call} --as wang.fang")
    assert ("2 go together" in told) is warned


@pytest.mark.parametrize("outcome", ["无人在家", "拒访"])
def test_visit_that_stayed_outside_needs_one(desk: World, outcome: str) -> None:
    # VIS-15, VIS-16, NUM-11.
    told = run(desk, f"callback record {DONE} {outcome} --by visit --note 留条 --as wang.fang")
    assert "warning" not in told


def test_visit_to_a_place_that_is_no_home_needs_one(desk: World) -> None:
    run(desk, "log repair 路灯不亮 --place 后门")
    run(desk, "ticket done last 换灯 --as li.na")
    assert "warning" not in run(desk, "callback record last satisfied --by visit")


# Somebody is not satisfied.


def test_supervisor_is_told_once_for_each_bad_outcome(desk: World) -> None:
    for turn in range(2):
        desk.now = f"2026-11-2{turn + 1} 09:00"
        run(desk, f"callback record {DONE} bmy --note '还在滴,请致电 13800138000'")
        run(desk, f"ticket done {DONE} 再换 --as li.na")
    first, second = book(desk).records("message")
    assert (first["to"], first["about"]) == ("supervisor", DONE)
    assert (first["key"], second["key"]) == ("unsatisfied/3a", "unsatisfied/5a")
    assert "还在滴" in first["words"]
    assert "13800138000" not in first["words"]


def test_nobody_is_told_where_the_policy_names_nobody(desk: World) -> None:
    change_policy(desk, 'tell = "supervisor"\n', "")
    assert "told" not in run(desk, f"callback record {DONE} unsatisfied --note 还滴")
    assert list(book(desk).records("message")) == []


def test_unsatisfied_is_work_again_and_owed_again(desk: World) -> None:
    run(desk, f"callback record {DONE} unsatisfied --note 还滴")
    ticket = book(desk).get("ticket", DONE)
    assert ticket["status"] == "in-progress"
    assert listed(desk) == []
    run(desk, f"ticket done {DONE} 再换 --as li.na")
    assert [one["attempt"] for one in listed(desk)] == [1]


# Nobody answers.


def test_attempts_count_by_days_and_the_third_concludes(desk: World) -> None:
    said = []
    for moment in ("11-20 10:00", "11-20 18:00", "11-21 09:00", "11-24 09:00"):
        desk.now = f"2026-{moment}"
        said.append(run(desk, f"callback record {DONE} unreachable"))
    assert "day 1 of 3 without an answer; a call on 2026-11-22 or later" in said[0]
    assert "a day counts once" in said[1]
    assert "day 1 of 3" in said[1]
    assert "day 2 of 3 without an answer; a call on 2026-11-22 or later" in said[2]
    assert "3 days without an answer conclude" in said[3]
    assert listed(desk) == []
    run(desk, f"ticket tell {DONE}")
    run(desk, f"ticket close {DONE}")


def test_refusal_of_the_resident_concludes(desk: World) -> None:
    run(desk, f"callback record {DONE} 拒访")
    assert listed(desk) == []

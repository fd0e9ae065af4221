"""The people-and-places commands, run whole in one process on a real book."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from svcctl.cli.main import run as run_main
from svcctl.upkeep.founding import found

Said = tuple[int, str, str]
Type = Callable[..., Said]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "book"
    found(root, "Test", "Asia/Shanghai", "en")
    monkeypatch.setenv("SVCCTL_BOOK", str(root))
    monkeypatch.setenv("SVCCTL_LANG", "en")
    return root


@pytest.fixture
def say(book: Path, capsys: pytest.CaptureFixture[str]) -> Type:
    def typed(*words: str) -> Said:
        capsys.readouterr()
        status = run_main(words)
        told = capsys.readouterr()
        return int(status), told.out, told.err

    del book
    return typed


@pytest.fixture
def estate(say: Type) -> Type:
    assert say("unit", "new", "3栋2单元1501", "3-2-1502", "S-12", "--alias", "x")[0] == 0
    assert say("unit", "edit", "3-2-1502", "S-12", "--no-alias", "x")[0] == 0
    for words in (
        ("曾国华", "--kind", "owner", "--phone", "138 0013 8001", "--unit", "3-2-1501"),
        ("欧阳小芳", "--phone", "010-65551234转801"),
        ("李娜", "--kind", "租户", "--unit", "３栋２单元１５０１", "--phone", "13900139000"),
    ):
        status, _out, err = say("resident", "new", *words, "--when", "2025-03-01")
        assert status == 0, err
    return say


def rows(said: Said) -> list[dict[str, Any]]:
    return list(json.loads(said[1])["rows"])


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["zgh"], ["R-A0001"]),
        (["zeng", "guohua"], ["R-A0001"]),
        (["ceng"], ["R-A0001"]),
        (["国华"], ["R-A0001"]),
        (["OYXF"], ["R-A0002"]),
        (["8001"], ["R-A0001"]),
        (["13800"], ["R-A0001"]),
        (["38002"], []),
        (["zgh", "1234"], []),
        (["38001"], ["R-A0001"]),
        (["+86 138 0013 8001"], ["R-A0001"]),
        (["010", "65551234"], ["R-A0002"]),
        (["３栋２单元１５０１"], ["R-A0001", "R-A0003"]),
        (["x"], ["R-A0001", "R-A0003"]),
        (["3-2-1501", "ln"], ["R-A0003"]),
        (["3栋2单元1502"], []),
    ],
)
def test_find_by_anything_people_say(estate: Type, words: list[str], ids: list[str]) -> None:
    status, out, _err = estate("resident", "find", *words, "--format", "ids")
    assert (status, out.split()) == (0, ids)


def test_transfer_without_yes_lists_what_is_open_and_changes_nothing(
    estate: Type, book: Path
) -> None:
    estate("staff", "new", "王芳")
    assert estate("log", "complaint", "3-2-1501", "电梯困人", "--as", "wang.fang")[0] == 0
    before = {path: path.read_bytes() for path in book.rglob("R-*.toml")}
    status, _out, err = estate(
        "unit", "transfer", "3-2-1501", "--from", "R-A0001", "--to", "欧阳小芳"
    )
    assert status == 4
    assert "电梯困人" in err.split("error:")[0]
    assert "R-A0003 李娜 stays tenant" in err
    assert {path: path.read_bytes() for path in book.rglob("R-*.toml")} == before


def test_transfer_then_show_at_tells_who_lived_there(estate: Type) -> None:
    status, _out, err = estate(
        "unit", "transfer", "3-2-1501", "--to", "oyxf", "--when", "2026-05-01", "--yes"
    )
    assert status == 0, err
    for day, owner in (
        ("2025-02-28", []),
        ("2026-04-30", ["R-A0001"]),
        ("2026-05-01", ["R-A0002"]),
    ):
        shown = json.loads(estate("unit", "show", "3-2-1501", "--at", day, "--format", "json")[1])
        people = shown["record"]["people"]
        assert [one["resident"] for one in people if one["as"] == "owner"] == owner
    story = [(event["day"], event["what"], event["id"]) for event in shown["record"]["story"]]
    assert story == [
        ("2025-03-01", "came", "R-A0001"),
        ("2025-03-01", "came", "R-A0003"),
        ("2026-05-01", "left", "R-A0001"),
        ("2026-05-01", "came", "R-A0002"),
    ]
    assert estate("validate")[0] == 0


def test_batch_is_all_or_nothing_and_names_every_bad_line(
    estate: Type, book: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "name,kind,phone\n王五,租户,13900139002\n赵六,外星人,\n钱七,,139\n", encoding="utf-8"
    )
    status, _out, err = estate("resident", "new", "--from", str(bad))
    assert status == 2
    assert "line 3" in err
    assert "line 4" in err
    assert len(list(book.rglob("R-*.toml"))) == 3
    units = tmp_path / "units.jsonl"
    units.write_text(
        '{"unit": "5栋1单元101", "area": 88, "water": "W1", "water_base": 0,'
        ' "base_on": "2025-01-01"}\n'
    )
    assert estate("unit", "new", "--from", str(units))[0] == 0
    text = (book / "units/5/5-1-101.toml").read_text(encoding="utf-8")
    assert 'area = "88.00"' in text
    assert "base_on = 2025-01-01" in text
    assert estate("unit", "new", "--from", str(units))[0] == 2


def test_private_numbers_are_masked_unless_revealed(estate: Type) -> None:
    for words in (("list",), ("show", "R-A0001"), ("find", "8001")):
        for form in ("table", "json"):
            assert "13800138001" not in estate("resident", *words, "--format", form)[1]
            assert "13800138001" in estate("resident", *words, "--format", form, "--reveal")[1]


def test_a_number_typed_into_a_note_is_warned_of(estate: Type) -> None:
    status, _out, err = estate("resident", "edit", "R-A0002", "--note", "电话13900139000")
    assert status == 0
    assert "PRV101" in err
    assert "13900139000" not in err


def test_same_number_on_two_cards_is_told(estate: Type) -> None:
    err = estate("resident", "new", "后门姓孙", "--phone", "13800138001")[2]
    assert "R-A0001" in err


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("unit", "new", "3-02-1501"), 4),
        (("unit", "new", "后门"), 2),
        (("unit", "new"), 2),
        (("unit", "show", "9-9-9"), 3),
        (("unit", "edit", "3-2-1501", "--area", "8x"), 2),
        (("unit", "list", "--state", "sold"), 2),
        (("unit", "transfer", "3-2-1501", "--to", "R-A0001", "--yes"), 2),
        (("unit", "transfer", "3-2-1501", "--yes"), 2),
        (("unit", "transfer", "3-2-1501", "--to", "R-A0002", "--when", "2020-01-01", "--yes"), 4),
        (("resident", "new", "甲", "--phone", "123456"), 2),
        (("resident", "new", "甲", "--id-number", "110105194912310021"), 2),
        (("resident", "new", "甲", "--unit", "9-9-9"), 3),
        (("resident", "new", "甲", "--unit", "3-2-1501"), 2),
        (("resident", "show", "nobody"), 3),
        (("resident", "show", "3-2-1501"), 2),
        (("resident", "edit", "R-A0001", "--move-out", "3-2-1502"), 4),
        (("resident", "edit", "R-A0001", "--move-in", "3-2-1501"), 4),
    ],
)
def test_what_cannot_be_is_refused_with_its_status(
    estate: Type, book: Path, words: tuple[str, ...], status: int
) -> None:
    before = {path: path.read_bytes() for path in book.rglob("*-*.toml")}
    assert estate(*words)[0] == status
    assert {path: path.read_bytes() for path in book.rglob("*-*.toml")} == before


def test_unit_list_sorted_as_people_count_and_with_people(estate: Type) -> None:
    estate("unit", "new", "3-2-901", "P-B1-023")
    said = rows(estate("unit", "list", "--who", "--format", "json"))
    assert [row["id"] for row in said] == ["3-2-901", "3-2-1501", "3-2-1502", "S-12", "P-B1-023"]
    assert said[1]["people"] == ["曾国华", "李娜"]
    assert "entrance 2: 901 1501 1502" in estate("unit", "list", "3栋", "--tree")[1]


def test_staff_by_day_and_role(say: Type) -> None:
    assert (
        say("staff", "new", "王芳", "--role", "客服管理员", "--when", "2026-01-01")[1]
        == "wang.fang\n"
    )
    assert say("staff", "new", "王芳")[0] == 4
    assert say("staff", "new", "王芳", "--role", "astronaut", "--id", "wang.fang2")[0] == 2
    edit = (
        "staff",
        "edit",
        "wang.fang",
        "--role",
        "lead",
        "--no-role",
        "agent",
        "--when",
        "2026-03-01",
    )
    assert say(*edit)[0] == 0
    roles = [
        rows(say("staff", "list", "--at", day, "--format", "json"))[0]["roles"]
        for day in ("2026-01-01", "2026-03-02")
    ]
    assert roles == [["agent"], ["lead"]]
    assert say("staff", "edit", "wang.fang", "--left", "--when", "2026-04-01")[0] == 0
    assert rows(say("staff", "list", "--at", "2026-04-02", "--format", "json")) == []
    assert say("--as", "wang.fang", "log", "repair", "x")[0] == 4
    assert say("validate")[0] == 0

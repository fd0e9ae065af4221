"""Tickets at the terminal: what transcripts do not show, above all what is kept and what is not."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from svcctl.base.record import Record
from svcctl.book import files
from svcctl.book.book import Book
from svcctl.book.calls import Ops
from tests.support.desk import at_desk
from tests.support.desk import run
from tests.support.transcript import World


@pytest.fixture
def desk(world: World) -> World:
    """A book with one colleague at the desk."""
    return at_desk(world, "init b --estate 翠湖花园 --staff wang.fang --name 王芳")


def book(desk: World) -> Book:
    """Return the book, opened anew."""
    return Book(desk.folder / "b")


def last(desk: World) -> Record:
    """Return the newest ticket."""
    return list(book(desk).records("ticket"))[-1]


# Numbers of people.


def test_number_is_kept_with_the_caller_and_nowhere_else(desk: World) -> None:
    run(desk, "log complaint 电梯困人 --phone 138-0013-8000 --name 孙丽")
    ticket = last(desk)
    card = book(desk).get("resident", ticket["resident"])
    assert (card["name"], card["private"]["phones"]) == ("孙丽", ["13800138000"])
    assert ticket["contact"] == "138****8000"
    holding = {path for path in all_files(desk) if b"13800138000" in path.read_bytes()}
    assert {path.parent.parent.parent.name for path in holding} == {"residents"}


def all_files(desk: World) -> list[Path]:
    """Return the record files of the book."""
    return list((desk.folder / "b").rglob("*.toml"))


def test_caller_is_known_again_by_number_and_name(desk: World) -> None:
    for words in ("a --name 孙丽", "b --name 孙女士", "c"):
        run(desk, f"log call {words} --phone 13800138000")
    residents = [one["resident"] for one in book(desk).records("ticket")]
    assert len(set(residents)) == 1


def test_same_number_and_another_name_is_another_person(desk: World) -> None:
    run(desk, "log call a --name 孙丽 --phone 13800138000")
    run(desk, "log call b --name 王强 --phone 13800138000")
    one, two = book(desk).records("ticket")
    assert one["resident"] != two["resident"]


def test_number_that_several_have_names_nobody_and_makes_no_new_card(desk: World) -> None:
    run(desk, "log call a --name 孙丽 --phone 13800138000")
    run(desk, "log call b --name 王强 --phone 13800138000")
    run(desk, "log call c --phone 13800138000")
    assert "resident" not in last(desk)
    assert last(desk)["contact"] == "138****8000"
    assert len(list(book(desk).records("resident"))) == 2


def test_new_number_of_a_known_resident_is_kept_with_them(desk: World) -> None:
    run(desk, "log call a --name 孙丽 --phone 13800138000")
    name = last(desk)["resident"]
    run(desk, f"log call b --resident {name} --phone 13900139000")
    run(desk, f"log call c --resident {name} --phone 13800138000")
    phones = book(desk).get("resident", name)["private"]["phones"]
    assert phones == ["13800138000", "13900139000"]


def test_one_card_for_one_number_within_a_batch(desk: World) -> None:
    lines = "".join(
        json.dumps({"kind": "repair", "words": word, "phone": 13800138000}) + "\n" for word in "abc"
    )
    run(desk, "log --from -", stdin=lines)
    assert len(list(book(desk).records("resident"))) == 1


# Words.


def test_words_too_long_for_a_line_are_whole_in_the_note(desk: World) -> None:
    words = "电梯困人" * 100
    run(desk, f"log complaint {words} --note 急")
    ticket = last(desk)
    assert len(ticket["subject"]) == 200
    assert ticket["subject"].endswith("…")
    assert ticket["log"][0]["note"].strip() == f"{words}\n急"


@pytest.mark.parametrize("words", ["a\tb", " a\u3000b ", "a\x1b[31mb"])
def test_words_become_one_plain_line(desk: World, words: str) -> None:
    lines = json.dumps({"kind": "repair", "words": words}) + "\n"
    run(desk, "log --from -", stdin=lines)
    assert "\x1b" not in last(desk)["subject"]
    assert last(desk)["subject"].replace("[31m", "").replace(" ", "") == "ab"


@pytest.mark.parametrize(
    "row, status",
    [
        ({"kind": "repair", "words": 5}, 0),
        ({"kind": "repair", "words": "x", "when": "08:00", "by": "wang.fang", "urgent": True}, 0),
        ({"kind": "repair", "words": "x", "urgent": "否"}, 0),
        ({"kind": "repair", "words": "x", "note": 5, "unit": 1501, "name": ["a"]}, 0),
        ({"kind": "repair", "words": "x", "when": 5}, 2),
        ({"kind": "repair", "words": "x", "when": ["08:00"]}, 2),
        ({"kind": None, "words": "x"}, 2),
        ({"kind": "repair", "words": None}, 2),
        ({"kind": "repair", "words": "x", "urgent": "maybe"}, 2),
        ({"kind": "repair", "words": "x", "by": "nobody"}, 2),
        ({"kind": "repair", "words": "x", "wanted": 20261130}, 2),
        ({"kind": {}, "words": {}}, 2),
        ({"kind": "repair", "words": "x", "colour": "red"}, 2),
    ],
    ids=str,
)
def test_values_of_a_batch_are_registered_or_named(
    desk: World, row: dict[str, Any], status: int
) -> None:
    said = run(desk, "log --from -", status, stdin=json.dumps(row) + "\n")
    assert ("line 1" in said) == (status == 2)
    assert len(list(book(desk).records("ticket"))) == (status == 0)


def test_batch_is_one_transaction(desk: World) -> None:
    lines = [json.dumps({"kind": "repair", "words": f"{turn}"}) for turn in range(30)]
    run(desk, "log --from -", 2, stdin="\n".join([*lines, "{}"]))
    assert list(book(desk).records("ticket")) == []
    run(desk, "log --from -", stdin="\n".join(lines))
    assert len(list(book(desk).records("ticket"))) == 30


def test_batch_on_stdin_may_be_csv(desk: World) -> None:
    lines = "类别,房号,事由\n报修,3-2-1501,厨房漏水\nrepair,,b\n"
    assert "2 registered" in run(desk, "log --from -", stdin=lines)
    assert last(desk)["subject"] == "b"


def test_bad_line_of_csv_on_stdin_is_named(desk: World) -> None:
    assert "line 3: " in run(desk, "log --from -", 2, stdin="kind,words\nrepair,a\nrepair,\n")
    assert list(book(desk).records("ticket")) == []


# Never blocked.


def test_intake_needs_no_roles(desk: World) -> None:
    (desk.folder / "b/handbook/roles.toml").write_text("[", encoding="utf-8")
    run(desk, "log complaint 电梯困人")
    run(desk, "ticket note last 已派人")
    assert "roles.toml" in run(desk, "staff edit wang.fang --role desk-agent", 5)
    assert "roles.toml" in run(desk, "handbook show", 5)
    assert "roles.toml" in run(desk, "validate", 1)


@pytest.mark.parametrize("where", ["words", "note"])
def test_number_in_open_words_is_kept_and_warned_of(desk: World, where: str) -> None:
    said = {"words": "x", "note": "y"} | {where: "回电13800138000"}
    printed = run(desk, "log call {words} --note {note}".format(**said))
    assert "svcctl: warning: T261121-A01: PRV101" in printed
    assert "138****8000" in printed
    assert "13800138000" not in printed
    assert "PRV101" not in run(desk, "log call 电梯困人")


# A day that is asked for.


def test_nothing_can_be_wanted_before_it_came_in(desk: World) -> None:
    assert "2020-01-01" in run(desk, "log repair a --wanted 2020-01-01", 2)
    assert list(book(desk).records("ticket")) == []
    run(desk, "log repair a --wanted 今天")


def test_wanted_is_judged_by_the_day_it_came_in(desk: World) -> None:
    run(desk, "log repair a --when 昨天 --wanted 昨天 --why 补录")
    line = json.dumps(
        {"kind": "repair", "words": "b", "when": "昨天", "wanted": "前天", "why": "x"}
    )
    assert "line 1: " in run(desk, "log --from -", 2, stdin=line)


# Several at once.


def test_several_tickets_in_one_act_all_or_none(desk: World) -> None:
    for word in "abc":
        run(desk, f"log repair {word}")
    run(desk, 'ticket cancel A02 --why "x"')
    run(desk, "ticket assign A01 A02 A03 --to 工程部", 4)
    assert [one["status"] for one in book(desk).records("ticket")] == [
        "registered", "cancelled", "registered",
    ]  # fmt: skip
    ids = run(desk, "ticket list --open --format ids")
    run(desk, "ticket assign - --to 工程部", stdin=ids)
    assert [one["status"] for one in book(desk).records("ticket")] == [
        "assigned", "cancelled", "assigned",
    ]  # fmt: skip


def test_one_ticket_named_twice_gets_two_entries(desk: World) -> None:
    run(desk, "log repair a")
    run(desk, "ticket assign A01 a1 --to 工程部")
    assert [one["n"] for one in last(desk)["log"]] == ["1A", "2A", "3A"]


# Refused by the system.


class ReadOnly(Ops):
    """A disk that only reads."""

    def open(self, path: str, flags: int, mode: int = 0o666) -> int:
        if flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)
        return super().open(path, flags, mode)

    def mkdir(self, path: str) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    def rename(self, old: str, new: str) -> None:  # noqa: ARG002 - as in Ops
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), new)


def test_read_only_disk_stops_writing_and_not_reading(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(desk, "log repair a")
    before = {path: path.read_bytes() for path in all_files(desk)}
    monkeypatch.setattr(files, "ops", ReadOnly())
    for command in ("log repair b", "ticket note A01 x", "ticket cancel A01 --why x", "shift end"):
        said = run(desk, command, 6)
        assert "read-only" in said
        assert len(said.splitlines()) <= 2
    for command in ("ticket list", "ticket show A01", "due", "explain A01"):
        assert "T261121-A01" in run(desk, command) or command == "due"
    assert {path: path.read_bytes() for path in all_files(desk)} == before


def test_pretended_time_only_reads(desk: World) -> None:
    del desk.environ["SVCCTL_TEST_CLOCK"]
    assert "--now only reads" in run(desk, "log repair a", 2)


# Lists.


WANTED = {
    "": "12345", "--open": "1245", "--ended": "3", "--kind 报修": "23", "--severity 重大": "1",
    "--status registered": "125", "--department gcb": "4", "--assignee wang.fang": "",
    "--urgent": "2", "--unit 3栋2单元1501": "1", "--since 2026-11-21": "2345",
    "--until 2026-11-20": "1", "--until 今天": "12345", "--until 9999-12-31": "12345",
    "--since 0001-01-01": "12345", "--find 困人": "1", "--find 不存在": "",
    "--open --kind complaint": "14",
}  # fmt: skip


def test_lists_show_what_was_asked_for(desk: World) -> None:
    run(desk, "unit new 3-2-1501")
    late = '--when "2026-11-20 20:00"'
    run(desk, f"log complaint 3-2-1501 电梯困人 --severity 重大 {late}")
    run(desk, "log repair 水管 --urgent")
    run(desk, "log repair 灯")
    run(desk, "ticket cancel A03 --why x")
    run(desk, "log complaint 噪音 --department 工程部")
    run(desk, "ticket assign A04 --to 工程部")
    run(desk, "log inquiry 停车费")
    for wanted, ids in WANTED.items():
        found = run(desk, f"ticket list {wanted} --format ids")
        assert [one[-1] for one in found.split() if one.startswith("T26")] == list(ids), wanted
        assert run(desk, f"--no-index ticket list {wanted} --format ids") == found

"""`svcctl escalate`: the list, the routine, by hand, and what goes wrong (CMP-33, CMP-34)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from svcctl.book import toml
from tests.support.builders import at
from tests.support.merge import files
from tests.support.program import ENVIRONMENT
from tests.support.program import PROGRAM
from tests.support.program import PROJECT
from tests.support.transcript import Outcome
from tests.support.transcript import World

LATE = "2026-11-25 03:00"
FIRST = "T261121-A01"
SECOND = "T261121-A02"


class Desk:
    """A book and the words typed at it."""

    def __init__(self, world: World, book: Path) -> None:
        self.world, self.book = world, book

    def types(self, words: str, now: str = LATE) -> Outcome:
        self.world.now = now
        return self.world.run(f"svcctl --book {self.book} {words}")

    def does(self, words: str, now: str = LATE) -> str:
        ended = self.types(words, now)
        assert ended.status == 0, ended
        return ended.output

    def rows(self, words: str, now: str = LATE) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.does(f"{words} --format jsonl", now).splitlines()]

    def ticket(self, name: str = FIRST) -> dict[str, Any]:
        return toml.parse(self.path(name).read_bytes())

    def path(self, name: str = FIRST) -> Path:
        return self.book / f"tickets/2026/11/21/{name}.toml"

    def messages(self) -> list[dict[str, Any]]:
        return [
            toml.parse(one.read_bytes()) for one in sorted(self.book.glob("messages/**/*.toml"))
        ]


@pytest.fixture
def desk(world: World) -> Desk:
    """A book with a major complaint and an inquiry, nobody having done anything."""
    made = Desk(world, world.folder / "book")
    opened = "2026-11-21 09:12"
    made.does(f"init {made.book} --staff wang.fang", opened)
    made.does("staff new 李娜 --id li.na --role lead", opened)
    made.does("staff new 赵敏 --id zhao.min --role supervisor", opened)
    made.does('log complaint "电梯困人" --severity major', opened)
    made.does('log inquiry "装修手续"', "2026-11-21 10:00")
    return made


def test_list_names_each_late_duty_with_whom_to_tell(desk: Desk) -> None:
    rows = desk.rows("escalate", "2026-11-22 12:00")
    found = {(one["id"], one["duty"]): (one["due"], one["rung"], one["to"]) for one in rows}
    assert found[FIRST, "reply"] == ("2026-11-22T09:12:00+08:00", "reply/2", "lead")
    assert found[SECOND, "reply"] == ("2026-11-22T10:00:00+08:00", "reply/2", "lead")
    assert (FIRST, "done") not in found
    assert [one["due"] for one in rows] == sorted(one["due"] for one in rows)


def test_list_and_no_index_agree_and_nothing_is_written(desk: Desk) -> None:
    before = files(desk.book)
    assert desk.rows("escalate") == desk.rows("escalate --no-index")
    assert desk.does("escalate --all --dry-run")
    assert desk.does(f"escalate {FIRST} --dry-run")
    assert files(desk.book) == before


def test_list_loads_no_models(desk: Desk) -> None:
    desk.does("escalate")
    code = (
        "import sys; from svcctl.cli import main;"
        f"main.run(['--book', {str(desk.book)!r}, '--now', {LATE!r}, 'escalate',"
        "'--format', 'ids'])"
        "; assert not {'pydantic', 'tabulate', 'tomli_w'} & sys.modules.keys(), 'loaded'"
    )
    ended = subprocess.run(
        [sys.executable, "-P", "-c", code], env=ENVIRONMENT, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended
    assert FIRST.encode() in ended.stdout


def test_all_is_caught_up_in_order_and_once(desk: Desk) -> None:
    raised = desk.rows("escalate --all")
    assert [one["due"] for one in raised] == sorted(one["due"] for one in raised)
    steps = [one["rung"] for one in raised if one["id"] == SECOND]
    assert steps == ["reply/2", "reply/3"]
    log = desk.ticket(SECOND)["log"]
    assert [(one["n"], one["by"], one["to"]) for one in log[1:]] == [
        ("auto/escalate/reply/2", "auto", "lead"),
        ("auto/escalate/reply/3", "auto", "supervisor"),
    ]
    assert [(one["when"], one["at"]) for one in log[1:]] == [
        (at("2026-11-22 10:00"), at(LATE)),
        (at("2026-11-23 10:00"), at(LATE)),
    ]
    before = files(desk.book)
    assert desk.rows("escalate --all") == []
    assert desk.rows("escalate") == []
    assert files(desk.book) == before
    assert "nothing wrong" in desk.does("validate")


def test_every_rung_has_one_message(desk: Desk) -> None:
    raised = desk.rows("escalate --all")
    told = {(one["about"], one["key"]): one["to"] for one in desk.messages()}
    assert told == {(one["id"], one["rung"]): one["to"] for one in raised}
    shown = desk.does(f"message show {SECOND}.reply.3")
    assert "first reply is late since 2026-11-22 10:00" in shown
    assert "supervisor (赵敏)" in shown


def test_dry_run_tells_what_all_does(desk: Desk) -> None:
    tried = desk.rows("escalate --all --dry-run")
    assert tried == desk.rows("escalate --all")


def test_end_of_the_chain_is_said(desk: Desk) -> None:
    """GAP-16."""
    late = desk.does("escalate --all", "2026-12-20 09:00")
    last = [line for line in late.splitlines() if line.endswith("nobody above")]
    assert last
    assert all("director" in line for line in last)
    ends = [one for one in desk.messages() if one["words"].endswith("nobody is above")]
    assert {one["to"] for one in ends} == {"director"}


def test_midnight_is_the_end_of_a_day_wherever_a_rung_is_shown(desk: Desk) -> None:
    """VAR-33: a limit "the same day" ends at 24:00 of it, and so the rung that follows it."""
    ahead = desk.does(f"explain {FIRST}", "2026-11-21 12:00")
    assert "    2026-11-21 24:00 forward is to be brought before " in ahead
    desk.does("escalate --all", "2026-11-22 03:00")
    assert {one["moment"][11:19] for one in desk.rows("message list")} >= {"00:00:00"}
    for words in (f"explain {FIRST}", "message list", f"message show {FIRST}.forward.2"):
        said = desk.does(words)
        assert "11-21 24:00" in said
        assert "00:00" not in said.replace("24:00:00", "")
    assert "2026-11-21 24:00  escalated  automatic" in desk.does(f"ticket show {FIRST}")


def test_words_of_a_message_are_in_the_language_of_the_book(desk: Desk) -> None:
    book = desk.book / "book.toml"
    book.write_text(book.read_text("utf-8").replace('"en"', '"zh"'), "utf-8")
    desk.does("escalate --all --lang en")
    assert all("首次答复" in one["words"] for one in desk.messages() if one["key"] == "reply/2")


def test_handbook_without_rungs_raises_nothing(desk: Desk) -> None:
    path = desk.book / "handbook/policy/2026-01-01.toml"
    policy = toml.parse(path.read_bytes())
    for rung in policy["rung"]:
        rung["after"] = "off"
    from svcctl.book.guard import canonical_bytes
    from svcctl.kinds import KINDS

    path.write_bytes(canonical_bytes(KINDS["policy"], "", policy, None))
    assert desk.rows("escalate") == []
    assert desk.rows("escalate --all") == []
    assert desk.messages() == []


def test_messages_keep_to_service_hours_if_the_policy_says_so(desk: Desk) -> None:
    path = desk.book / "handbook/policy/2026-01-01.toml"
    path.write_text(
        path.read_text("utf-8").replace('deliver = "now"', 'deliver = "hours"'), "utf-8"
    )
    desk.does("escalate --all")
    by_key = {(one["about"], one["key"]): one.get("deliver") for one in desk.messages()}
    # 24:00 is in the night that ends at 08:30; ten in the morning is not.
    assert by_key[FIRST, "forward/2"] == at("2026-11-22 08:30")
    assert by_key[SECOND, "reply/2"] is None


def test_night_line_that_became_no_ticket_is_raised_too(desk: Desk) -> None:
    """NUM-09: a line of the night is a ticket by the handover, or somebody is told."""
    desk.does("shift start wang.fang", "2026-11-21 17:30")
    desk.does('shift line repair "水管滴水"', "2026-11-21 23:30")
    raised = [one for one in desk.rows("escalate --all", "2026-11-22 10:00") if one["id"][0] == "S"]
    assert [(one["due"], one["rung"], one["to"]) for one in raised] == [
        ("2026-11-22T08:30:00+08:00", "convert-2a/2", "lead")
    ]
    assert desk.rows("escalate S261121-A01", "2026-11-22 10:00") == []
    assert "S261121-A01" in {one["about"] for one in desk.messages()}
    assert "nothing wrong" in desk.does("validate")


# -- the desk that runs the routines --------------------------------------------------------------


def test_elsewhere_it_says_so_and_does_nothing(desk: Desk) -> None:
    book = desk.book / "book.toml"
    book.write_text(book.read_text("utf-8").replace('desk = "A"', 'desk = "B"'), "utf-8")
    before = files(desk.book)
    said = desk.does("escalate --all")
    assert said == "desk B runs the routines of this book; this is desk A\n"
    assert files(desk.book) == before
    # By name a person may raise what is due at any desk: the entries are the same.
    assert [one["rung"] for one in desk.rows(f"escalate {SECOND}")] == ["reply/2", "reply/3"]


def test_take_over_is_written_down_with_what_it_raises(desk: Desk) -> None:
    book = desk.book / "book.toml"
    book.write_text(book.read_text("utf-8").replace('desk = "A"', 'desk = "B"'), "utf-8")
    said = desk.does("escalate --all --take-over")
    assert "desk A runs the routines of this book from now on" in said
    assert toml.parse(book.read_bytes())["routines_desk"] == "A"
    assert desk.messages()
    assert "desk A runs" not in desk.does("escalate --all --take-over")


@pytest.mark.parametrize(
    "words, problem",
    [
        ("escalate --take-over", "--take-over goes with --all"),
        (f"escalate {FIRST} --all", "name records, or say --all"),
        ("escalate --to lead", "says --to whom and --why"),
        (f"escalate {FIRST} --to lead", "says --to whom and --why"),
        (f"escalate {FIRST} --why x", "says --to whom and --why"),
        ("escalate --to lead --why x", "name the tickets that go to 'lead'"),
    ],
)
def test_half_said_is_a_usage_error(desk: Desk, words: str, problem: str) -> None:
    ended = desk.types(words)
    assert ended.status == 2
    assert problem in ended.output


# -- by hand --------------------------------------------------------------------------------------


def test_a_person_raises_a_ticket_by_hand(desk: Desk) -> None:
    said = desk.does(f'escalate {SECOND} --to 客服主管 --why "住户第三次来电"', "2026-11-21 11:00")
    assert said == f"{SECOND} is put before supervisor\n"
    entry = desk.ticket(SECOND)["log"][-1]
    assert (entry["n"], entry["by"], entry["to"]) == ("2A", "wang.fang", "supervisor")
    (message,) = desk.messages()
    assert (message["id"], message["to"]) == (f"{SECOND}.hand.2a", "supervisor")
    assert "住户第三次来电" in message["words"]


def test_a_colleague_is_told_and_stands_for_the_highest_role(desk: Desk) -> None:
    desk.does(f"escalate {SECOND} --to 赵敏 --why x", "2026-11-21 11:00")
    entry = desk.ticket(SECOND)["log"][-1]
    assert (entry["to"], entry["person"]) == ("supervisor", "zhao.min")
    assert [one["to"] for one in desk.messages()] == ["zhao.min"]
    # The ladder does not go below whoever was told.
    assert desk.rows("escalate", "2026-11-22 12:00")[-1]["to"] == "supervisor"


def test_never_below_one_who_was_told_already(desk: Desk) -> None:
    desk.does(f"escalate {SECOND} --to director --why x", "2026-11-21 11:00")
    before = files(desk.book)
    for to in ("lead", "supervisor", "li.na"):
        ended = desk.types(f"escalate {FIRST} {SECOND} --to {to} --why x", "2026-11-21 12:00")
        assert ended.status == 4
        assert f"'{SECOND}' was put before 'director' already" in ended.output
    assert files(desk.book) == before
    # The same one may be told again.
    desk.does(f"escalate {SECOND} --to director --why again", "2026-11-21 12:00")


def test_what_the_machine_told_counts_too(desk: Desk) -> None:
    desk.does("escalate --all", "2026-11-23 12:00")
    ended = desk.types(f"escalate {SECOND} --to lead --why x", "2026-11-23 12:10")
    assert (ended.status, "was put before 'supervisor'" in ended.output) == (4, True)


def test_one_who_left_is_not_told(desk: Desk) -> None:
    card = desk.book / "staff/li.na.toml"
    card.write_text(
        card.read_text("utf-8").replace("[[role]]", "until = 2026-11-21\n\n[[role]]"), "utf-8"
    )
    ended = desk.types(f"escalate {SECOND} --to li.na --why x", "2026-11-22 12:00")
    assert ended.status == 4
    assert "left on 2026-11-21" in ended.output


def test_by_hand_dry_run_checks_and_writes_nothing(desk: Desk) -> None:
    before = files(desk.book)
    said = desk.does(f"escalate {SECOND} --to lead --why x --dry-run")
    assert said == f"{SECOND} would be put before desk lead\n"
    assert files(desk.book) == before


# -- what goes wrong ------------------------------------------------------------------------------


def test_broken_ticket_is_named_and_the_rest_done(desk: Desk) -> None:
    desk.path(FIRST).write_text("<<<<<<< ours\n", "utf-8")
    ended = desk.types("escalate --all --format ids")
    assert ended.status == 5
    assert f"{FIRST}.toml:1:1: error:" in ended.output
    assert {one["about"] for one in desk.messages()} == {SECOND}


@pytest.mark.parametrize("by_hand", ['colour = "red"', "# ask again", 'caller = "孙丽"'])
def test_ticket_edited_by_hand_is_named_and_the_rest_done(desk: Desk, by_hand: str) -> None:
    """What a person wrote into the header is not lost because a machine came by."""
    path = desk.path(FIRST)
    line = 'status = "registered"\n'
    path.write_text(path.read_text("utf-8").replace(line, f"{line}{by_hand}\n"), "utf-8")
    ended = desk.types("escalate --all --format ids")
    assert ended.status == 5
    assert f"'{FIRST}' is not raised" in ended.output
    assert {one["about"] for one in desk.messages()} == {SECOND}
    assert by_hand in path.read_text("utf-8")


def test_clock_set_back_raises_nothing_again(desk: Desk) -> None:
    desk.does("escalate --all")
    before = files(desk.book)
    assert desk.rows("escalate --all", "2026-11-22 12:00") == []
    assert files(desk.book) == before


@pytest.mark.slow
def test_two_at_once_raise_each_rung_once(desk: Desk) -> None:
    command = [*PROGRAM, "--book", str(desk.book), "--now", LATE, "escalate", "--all"]

    def run(_number: int) -> subprocess.CompletedProcess[bytes]:
        words = [*command, "--format", "ids"]
        return subprocess.run(words, env=ENVIRONMENT, capture_output=True, check=False)

    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(run, range(3)))
    assert [one.returncode for one in ended] == [0, 0, 0]
    assert sorted(bool(one.stdout) for one in ended) == [False, False, True]
    names = [one["n"] for one in desk.ticket(SECOND)["log"]]
    assert names == ["1A", "auto/escalate/reply/2", "auto/escalate/reply/3"]
    assert "nothing wrong" in desk.does("validate")


@pytest.mark.slow
def test_cron_has_nothing_but_a_path(desk: Desk) -> None:
    """No home, no language, no terminal, nobody acting, another folder."""
    desk.does("shift end")
    environ = {"PATH": os.defpath, "PYTHONPATH": str(PROJECT), "SVCCTL_TEST_CLOCK": "1"}
    words = [*PROGRAM, "--book", str(desk.book), "--now", LATE, "escalate", "--all"]
    ended = subprocess.run(
        [*words, "--format", "jsonl"],
        cwd="/", env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert len(ended.stdout.splitlines()) == len(desk.messages()) > 5

"""`svcctl git undo`: one more entry takes the last own act back; what happened stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcctl.book import toml
from svcctl.desk.tickets.lifecycle import ACTIONS
from svcctl.desk.tickets.undoing import AGAIN
from svcctl.desk.tickets.undoing import BY_FIELDS
from svcctl.desk.tickets.undoing import BY_STATE
from svcctl.desk.tickets.undoing import INSTEAD
from svcctl.term.context import Run
from svcctl.vcs import git
from tests.support.desk import at_desk
from tests.support.desk import run
from tests.support.transcript import World

pytestmark = pytest.mark.git

A01 = "T261121-A01"


@pytest.fixture
def desk(world: World) -> World:
    """A book in Git that commits by itself; wang.fang types, zhao.min is at hand."""
    at_desk(
        world,
        "init b --estate 枫林苑 --staff wang.fang --name 王芳",
        "git setup",
        "staff new 赵敏 --id zhao.min --role supervisor",
        "staff new 李娜 --id li.na",
    )
    world.now = "2026-11-21 09:20"
    run(world, "log complaint 后门 电梯困人 --severity minor")
    return world


def held(desk: World, name: str = A01) -> dict[str, object]:
    folder = desk.folder / "b/tickets/2026/11/21"
    return toml.parse((folder / f"{name}.toml").read_bytes())


def at(desk: World, minute: int, *commands: str) -> str:
    desk.now = f"2026-11-21 10:{minute:02d}"
    return "".join(run(desk, one) for one in commands)


def test_a_registration_is_cancelled_and_its_number_stays(desk: World) -> None:
    before = git.run(desk.folder / "b", ["rev-list", "--count", "HEAD"])
    said = at(desk, 0, "git undo")
    assert A01 in said
    assert held(desk)["status"] == "cancelled"
    assert int(git.run(desk.folder / "b", ["rev-list", "--count", "HEAD"])) == int(before) + 1
    assert "T261121-A02" in at(desk, 1, "log inquiry 后门 车位")
    assert "nothing wrong" in run(desk, "validate")


def test_what_is_refused_is_told_in_the_language_of_the_run(world: World) -> None:
    at_desk(
        world,
        "--lang zh init b --staff wang.fang --name 王芳",
        "git setup",
        "log complaint 后门 电梯困人",
    )
    world.now = "2026-11-21 09:20"
    run(world, "ticket answer A01 下午到场")
    assert "cannot be taken back: it happened" in run(world, "--lang en git undo A01", status=4)


def test_an_undo_is_undone_by_another(desk: World) -> None:
    at(desk, 0, "git undo")
    at(desk, 1, "git undo")
    assert held(desk)["status"] == "in-progress"
    at(desk, 2, "git undo")
    assert held(desk)["status"] == "cancelled"


@pytest.mark.parametrize(
    ("commands", "key", "before"),
    [
        (["ticket edit A01 --subject 门禁坏了"], "subject", "电梯困人"),
        (["ticket edit A01 --demand 道歉"], "demand", None),
        (["ticket classify A01 --severity major"], "severity", "minor"),
        (["ticket classify A01 --kind repair"], "severity", "minor"),
        (
            ["ticket assign A01 --to 工程部", "ticket assign A01 --to 环境部"],
            "department",
            "engineering",
        ),
        (["ticket assign A01 --to li.na", "ticket assign A01 --to 环境部"], "assignee", "li.na"),
        (["ticket wait A01 --for 等配件 --until 2026-11-23"], "waiting", None),
        (
            ["ticket appoint A01 '明天 14:00'", "ticket appoint A01 '明天 16:00'"],
            "appointment",
            None,
        ),
        (["ticket edit A01 --place 大堂", "ticket done A01 好了"], "status", "in-progress"),
        (["ticket cancel A01 --why 撤回"], "status", "in-progress"),
        (["ticket cancel A01 --why 撤回", "ticket reopen A01 --why 又来"], "status", "cancelled"),
        (
            [
                "ticket edit A01 --place 大堂",
                "ticket done A01 好了",
                "ticket reopen A01 --why 又坏",
            ],
            "status",
            "done",
        ),
    ],
)
def test_fields_and_states_come_back(
    desk: World, commands: list[str], key: str, before: object
) -> None:
    for minute, one in enumerate(commands[:-1]):
        at(desk, minute, one)
    was = held(desk).get(key)
    at(desk, 10, commands[-1])
    assert held(desk).get(key) != was
    at(desk, 11, "git undo")
    assert held(desk).get(key) == (was if key == "appointment" else before)
    assert "nothing wrong" in run(desk, "validate")


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("ticket note A01 字", f"svcctl book redact {A01} 2A"),
        ("ticket answer A01 字", f"svcctl ticket answer {A01}"),
        ("ticket contact A01", f"svcctl ticket note {A01}"),
        ("ticket assign A01 --to 工程部", f"svcctl ticket assign {A01}"),
        ("ticket forward A01 --to manager", f"svcctl ticket forward {A01}"),
        ("ticket appoint A01 '明天 14:00'", f"svcctl ticket appoint {A01}"),
        ("escalate A01 --to manager --why 急", f"svcctl ticket note {A01}"),
    ],
)
def test_what_happened_is_not_taken_back_but_it_is_told_what_to_do(
    desk: World, command: str, instead: str
) -> None:
    at(desk, 0, command)
    held_before = held(desk)
    desk.now = "2026-11-21 10:01"
    assert instead in run(desk, "git undo", status=4)
    assert held(desk) == held_before


def test_every_act_of_the_life_cycle_is_taken_back_or_refused_on_purpose() -> None:
    told = {*BY_FIELDS, *BY_STATE, *INSTEAD, *AGAIN.values()}
    words = {"note", "attach", "feasibility", "progress", "report", "sign", "settle"}
    assert {step.partition("/")[0] for step in ACTIONS} <= told | words


def test_what_somebody_else_did_since_is_never_touched(desk: World) -> None:
    at(desk, 0, "ticket edit A01 --subject 门禁坏了")
    at(desk, 1, "--as zhao.min ticket note A01 已了解")
    desk.now = "2026-11-21 10:02"
    assert "zhao.min" in run(desk, f"git undo {A01}", status=4)
    assert held(desk)["subject"] == "门禁坏了"


def test_only_own_acts_are_taken_back(desk: World) -> None:
    at(desk, 0, "--as zhao.min ticket edit A01 --subject 门禁坏了")
    desk.now = "2026-11-21 10:01"
    assert "has written to" in run(desk, "git undo", status=4)
    assert "nothing" in run(desk, "--as li.na git undo", status=3)
    at(desk, 2, "--as zhao.min git undo")
    assert held(desk)["subject"] == "电梯困人"


def test_one_command_on_several_tickets_is_undone_as_a_whole(desk: World) -> None:
    at(desk, 0, "log complaint 后门 噪音", "log complaint 后门 异味")
    at(desk, 1, "ticket cancel A01 A02 --why 重复来电")
    said = at(desk, 2, "git undo")
    assert said.count("reopen") >= 2
    status = [held(desk, f"T261121-A0{one}")["status"] for one in (1, 2, 3)]
    assert status == ["in-progress", "in-progress", "registered"]


def test_a_batch_of_which_one_cannot_be_taken_back_stays(desk: World) -> None:
    at(desk, 0, "log complaint 后门 噪音")
    at(desk, 1, "ticket cancel A01 A02 --why 重复来电")
    at(desk, 2, "--as zhao.min ticket note A02 且慢")
    desk.now = "2026-11-21 10:03"
    assert "zhao.min" in run(desk, "git undo", status=4)
    assert held(desk)["status"] == "cancelled"


def test_different_acts_of_one_second_must_be_told_apart(desk: World) -> None:
    at(desk, 0, "log complaint 后门 噪音", "ticket edit A01 --subject 门禁坏了")
    said = run(desk, "git undo", status=2)
    assert f"svcctl git undo {A01}" in said
    at(desk, 1, f"git undo {A01}")
    assert held(desk)["subject"] == "电梯困人"


def test_a_card_and_a_ticket_of_one_second_must_be_told_apart(desk: World) -> None:
    at(desk, 0, "ticket note A01 又来电", "staff edit li.na --name 李纳")
    said = run(desk, "git undo", 2)
    assert f"svcctl git undo {A01}" in said
    assert "svcctl git undo li.na" in said
    assert "李娜" in run(desk, "git undo li.na")


def test_what_one_command_wrote_to_a_ticket_and_a_card_is_the_tickets_act(desk: World) -> None:
    at(desk, 0, "log complaint 后门 楼道堆物 --phone 13800138000")
    assert "T261121-A02" in run(desk, "git undo")


def test_dry_run_shows_and_writes_nothing(desk: World) -> None:
    said = at(desk, 0, "git undo --dry-run")
    assert "cancelled" in said
    assert held(desk)["status"] == "registered"


def test_lines_of_a_shift_and_incidents(desk: World) -> None:
    at(desk, 0, "shift start wang.fang")
    at(desk, 1, "shift line 巡查正常 --kind repair")
    at(desk, 2, "git undo")
    assert "巡查正常" not in run(desk, "shift show")
    at(desk, 3, "ticket incident new 停水")
    at(desk, 4, "git undo")
    assert "done" in run(desk, "ticket incident list --format csv")
    at(desk, 5, "git undo")
    assert "I261121-A01" in run(desk, "ticket incident list --open --format ids")


def test_a_card_goes_back_field_by_field(desk: World) -> None:
    at(desk, 0, "resident new 孙丽 --phone 13812345678")
    at(desk, 1, "resident edit R-A0001 --note 爱喝茶 --contact sms")
    at(desk, 2, "--as zhao.min resident edit R-A0001 --note 爱喝咖啡")
    said = at(desk, 3, "git undo R-A0001")
    assert "stays" in said
    card = toml.parse((desk.folder / "b/residents/A/00/R-A0001.toml").read_bytes())
    assert card["note"] == "爱喝咖啡"
    assert "contact" not in card
    at(desk, 4, "git undo R-A0001")
    card = toml.parse((desk.folder / "b/residents/A/00/R-A0001.toml").read_bytes())
    assert card["contact"] == "sms"


def test_a_card_that_somebody_changed_wholly_since_is_left(desk: World) -> None:
    at(desk, 0, "resident new 孙丽")
    at(desk, 1, "resident edit R-A0001 --note 爱喝茶")
    at(desk, 2, "--as zhao.min resident edit R-A0001 --note 爱喝咖啡")
    desk.now = "2026-11-21 10:03"
    assert "changed again since" in run(desk, "git undo R-A0001", status=4)


def test_a_new_card_is_not_deleted(desk: World) -> None:
    at(desk, 0, "resident new 孙丽")
    assert "svcctl resident edit R-A0001" in run(desk, "git undo", status=4)
    assert Path(desk.folder / "b/residents/A/00/R-A0001.toml").exists()


def test_cases_are_undone_without_git_too(world: World) -> None:
    at_desk(world, "init c --estate 枫林苑 --staff wang.fang")
    world.environ["SVCCTL_BOOK"] = "c"
    run(world, "log complaint 后门 电梯困人")
    world.now = "2026-11-21 10:00"
    run(world, "git undo")
    assert A01 in run(world, "ticket list --status cancelled --format ids")


def test_the_first_commit_of_a_book_is_no_act_on_its_cards(world: World) -> None:
    at_desk(
        world,
        "init b --estate 枫林苑 --staff wang.fang --name 王芳",
        "resident new 孙丽",
        "log complaint 后门 电梯困人",
    )
    run(world, "git setup")
    assert A01 in run(world, "git undo --dry-run")
    assert "wang.fang has done nothing" in run(world, "git undo R-A0001", 3)


def test_without_a_last_act_it_says_so(desk: World) -> None:
    desk.now = "2026-11-25 10:00"
    assert "36 hours" in run(desk, "--as li.na git undo", status=3)
    assert "svcctl history" in run(desk, f"--as li.na git undo {A01}", status=3)


def test_a_person_is_asked_first(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "interactive", True)
    said = desk.run("svcctl git undo", "n\n")
    assert said.status != 0
    assert "Take it back?" in said.output
    assert held(desk)["status"] == "registered"
    at(desk, 0, "git undo --yes")
    assert held(desk)["status"] == "cancelled"

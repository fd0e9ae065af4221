"""Today's screen: whose, how far ahead, in what form; and what it says when something is broken."""

from __future__ import annotations

import json

import pytest

from svcctl.term import output
from tests.support.desk import at_desk
from tests.support.transcript import World


@pytest.fixture
def desk(world: World) -> World:
    """A book with three complaints of different days, one of them handed to a colleague."""
    return at_desk(
        world,
        "init b --estate 翠湖花园 --staff wang.fang --name 王芳",
        "unit new 3-2-1501",
        "staff new 李娜 --id li.na",
        'log complaint 3-2-1501 "lift stuck" --severity major',
        'log complaint "noise" --severity minor --when "2026-11-20 18:00"',
        'log inquiry "parking" --when "2026-11-20 10:00"',
        "ticket assign A02 --to li.na",
    )


def ids(desk: World, options: str = "", now: str = "2026-11-21 09:12") -> str:
    """Return the duties shown, as `number duty` in their order."""
    done = desk.run(f"svcctl due {options} --now '{now}' --format jsonl")
    rows = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    return " ".join(f"{row['id'][-1]}{row['duty']}" for row in rows)


def test_late_then_by_limit_then_what_must_be_completed(desk: World) -> None:
    # The noise of yesterday came at night: routing waits for the handover, but not the answers.
    assert ids(desk, "--within 12d") == (
        "2contact 3reply 1contact 2reply 1forward 1reply 2done 1answer 1done 1confirm 2confirm"
    )
    assert ids(desk, now="2026-11-21 23:59") == (
        "2contact 3reply 1contact 2reply 1forward 1reply 1confirm 2confirm"
    )
    assert ids(desk, now="2026-11-22 00:01") == (
        "2contact 3reply 1contact 2reply 1confirm 1forward 2confirm 1reply 2done"
    )


@pytest.mark.parametrize(
    "within, shown",
    [
        ("0m", ""),
        ("47m", "2contact"),
        ("48m", "2contact 3reply"),
        ("9h", "2contact 3reply 1contact 2reply"),
        ("24h", "2contact 3reply 1contact 2reply 1forward 1reply 1confirm 2confirm"),
    ],
)
def test_looks_ahead_as_far_as_told_and_no_further(desk: World, within: str, shown: str) -> None:
    assert ids(desk, f"--within {within}") == shown


def test_limit_is_late_only_when_it_has_passed(desk: World) -> None:
    unit = "--unit 3-2-1501"
    assert desk.run(f"svcctl due --check {unit} --now '2026-11-21 10:12'").status == 0
    assert desk.run(f"svcctl due --check {unit} --now '2026-11-21 10:13'").status == 1
    assert desk.run(f"svcctl due {unit} --now '2026-11-21 10:13'").status == 0


def test_unit_in_any_spelling(desk: World) -> None:
    assert ids(desk, "--within 12d --unit 3栋2单元1501") == (
        "1contact 1forward 1reply 1answer 1done 1confirm"
    )
    for unknown in ("后门", "9-9-901"):
        assert desk.run(f"svcctl due --unit {unknown}").status == 3


def test_mine_is_what_i_or_my_roles_owe(desk: World) -> None:
    assert ids(desk, "--within 12d --mine") == ""
    assert ids(desk, "--within 12d --mine --as li.na") == "2contact 2reply 2done"
    path = desk.folder / "b" / "staff" / "wang.fang.toml"
    path.write_text(path.read_text() + '\n[[role]]\nrole = "agent"\nuntil = 2026-11-21\n')
    assert ids(desk, "--within 12d --mine") == "3reply 1contact 1forward 1reply"
    assert ids(desk, "--within 12d --mine", "2026-11-22 09:00") == ""


def test_department_owes_for_those_who_work_there(desk: World) -> None:
    for command in ("staff edit li.na --department repair", "ticket assign A01 --to repair"):
        assert desk.run(f"svcctl {command}").status == 0
    assert "1report" in ids(desk, "--within 12d --mine --as li.na").split()
    assert "1report" not in ids(desk, "--within 12d --mine").split()


def test_of_a_role_is_what_it_owes_or_who_holds_it(desk: World) -> None:
    assert ids(desk, "--within 12d --role supervisor") == "1answer 1done 1confirm 2confirm"
    assert ids(desk, "--within 12d --role 客服主管") == "1answer 1done 1confirm 2confirm"
    assert ids(desk, "--within 12d --role repairer") == ""
    path = desk.folder / "b" / "staff" / "li.na.toml"
    path.write_text(path.read_text() + '\n[[role]]\nrole = "repairer"\n')
    assert ids(desk, "--within 12d --role repairer") == "2contact 2reply 2done"
    assert ids(desk, "--within 12d --role repairer --mine --as li.na") == "2contact 2reply 2done"
    assert desk.run("svcctl due --role dancer").status == 2


@pytest.mark.parametrize("within", ["soon", "2", "2 d", "-1d", ""])
def test_looking_ahead_needs_a_time(desk: World, within: str) -> None:
    assert "is not a time limit" in desk.run(f"svcctl due --within '{within}'").output


def test_bare_svcctl_shows_the_same(desk: World) -> None:
    assert desk.run("svcctl").output == desk.run("svcctl due").output


def test_without_index_the_same(desk: World) -> None:
    assert desk.run("svcctl --no-index due").output == desk.run("svcctl due").output


def test_answered_is_owed_no_longer(desk: World) -> None:
    assert desk.run('svcctl ticket answer A03 "ask at the gate"').status == 0
    assert "3reply" not in ids(desk)


def test_broken_file_is_told_and_the_rest_shown(desk: World) -> None:
    path = desk.folder / "b" / "tickets/2026/11/21/T261121-A01.toml"
    path.write_text("<<<<<<< HEAD\n")
    done = desk.run("svcctl due --within 12d")
    assert done.status == 5
    assert "tickets/2026/11/21/T261121-A01.toml:1:1: " in done.output
    assert "T261121-A03" in done.output


def test_limit_that_is_none_stops_and_names_the_policy(desk: World) -> None:
    (path,) = (desk.folder / "b" / "handbook" / "policy").iterdir()
    path.write_text(path.read_text().replace('within = "24h"', 'within = "one day"', 1))
    done = desk.run("svcctl due")
    assert done.status == 5
    assert f"svcctl validate handbook/policy/{path.name}" in done.output


def test_new_policy_counts_from_its_day(desk: World) -> None:
    before = ids(desk, "--within 40d")
    policy = desk.folder / "b" / "handbook" / "policy" / "2026-11-22.toml"
    policy.write_text(
        'id = "2026-11-22"\ntitle = "faster"\n\n[[limit]]\nduty = "reply"\nkind = "complaint"\n'
        'within = "1h"\nowner = "agent"\nrule = "house"\n'
    )
    assert ids(desk, "--within 40d") == before
    desk.now = "2026-11-22 08:00"
    assert desk.run('svcctl log complaint "x"').status == 0
    done = desk.run("svcctl explain last")
    assert "(house)" in done.output
    assert "= 2026-11-22 09:00" in done.output


def test_empty_book_owes_nothing(world: World) -> None:
    assert world.run("svcctl init b --staff wang.fang").status == 0
    done = world.run("svcctl --book b due")
    assert done.status == 0
    assert "nothing to show" in done.output
    assert "late 0 · today 0" in done.output


# -- what it says ---------------------------------------------------------------------------------


def test_one_line_for_all_that_is_to_be_raised(desk: World) -> None:
    assert "to escalate" not in desk.run("svcctl due").output
    done = desk.run("svcctl due --now '2026-11-21 12:00'")
    assert "3 to escalate: svcctl escalate\n" in done.output
    rows = desk.run("svcctl due --now '2026-11-21 12:00' --format jsonl").output
    assert '"duty": "escalate"' not in rows
    assert "to escalate" not in rows
    # Whoever asks for a part is not told of all.
    for part in ("--unit 3-2-1501", "--role agent", "--mine"):
        assert "to escalate" not in desk.run(f"svcctl due {part} --now '2026-11-21 12:00'").output


def test_next_command_is_that_of_the_first_row(desk: World) -> None:
    assert "next: svcctl ticket contact T261121-A02\n" in desk.run("svcctl due").output
    assert desk.run("svcctl ticket contact A02").status == 0
    assert 'next: svcctl ticket answer T261121-A03 "…"\n' in desk.run("svcctl due").output
    assert desk.run('svcctl log repair 3-2-1501 "tap"').status == 0
    said = desk.run("svcctl due --role agent --now '2026-11-21 09:43' --unit 3-2-1501").output
    assert "next: svcctl ticket assign T261121-A04 --to …\n" in said


def test_owner_task_and_group_are_told(desk: World) -> None:
    done = desk.run("svcctl due --within 12d")
    line = next(line for line in done.output.splitlines() if "clear answer" in line)
    assert "complaint/major clear answer" in line
    assert line.rstrip().endswith("supervisor")
    assert any(line.rstrip().endswith("李娜") for line in done.output.splitlines())
    first = json.loads(desk.run("svcctl due --format jsonl").output.splitlines()[0])
    assert {key: first[key] for key in ("id", "duty", "task", "group", "late", "owner")} == {
        "id": "T261121-A02",
        "duty": "contact",
        "task": "complaint/minor first contact",
        "group": "today",
        "late": False,
        "owner": "li.na",
    }


def test_reclassifier_answers_for_an_hour_for_what_became_late(desk: World) -> None:
    desk.now = "2026-11-21 11:00"
    done = desk.run("svcctl ticket classify T261121-A01 --severity important --as li.na")
    assert done.status == 0, done.output

    def owner(now: str) -> str:
        rows = desk.run(f"svcctl due --format jsonl --now '{now}'").output.splitlines()
        found = map(json.loads, rows)
        return next(
            str(row["owner"]) for row in found if (row["id"][-1], row["duty"]) == ("1", "forward")
        )

    assert owner("2026-11-21 11:59") == "li.na"
    assert owner("2026-11-21 12:00") == "agent"


# -- looking back ---------------------------------------------------------------------------------


def test_as_it_was_then_whatever_came_after(desk: World) -> None:
    before = ids(desk, "--within 12d")
    desk.now = "2026-11-21 10:00"
    for command in (
        'ticket answer A01 "soon" --final',
        'ticket done A03 "told"',
        "ticket cancel A02 --why double",
        'log complaint "new"',
    ):
        assert desk.run(f"svcctl {command}").status == 0
    assert ids(desk, "--within 12d", "2026-11-21 10:00") != before
    then = "--within 12d --at '2026-11-21 09:12'"
    assert ids(desk, then, "2026-12-31 10:00") == before
    assert ids(desk, f"{then} --no-index", "2026-12-31 10:00") == before
    assert ids(desk, "--within 12d --at '2026-11-21 09:00'") == ""


def test_looking_back_past_a_broken_file(desk: World) -> None:
    path = desk.folder / "b" / "tickets/2026/11/21/T261121-A01.toml"
    path.write_text("<<<<<<< HEAD\n")
    done = desk.run("svcctl due --at '2026-11-21 10:00'")
    assert done.status == 5
    assert "T261121-A03" in done.output


# -- the screen -----------------------------------------------------------------------------------


@pytest.fixture
def zh(world: World) -> World:
    """A Chinese book with long names everywhere, and one row of each group."""
    return at_desk(
        world,
        "init b --estate 翠湖花园 --staff wang.fang --name 王芳 --lang zh",
        "unit new 13-12-2501",
        "staff new 欧阳娜娜美丽大方 --id ou.yang",
        '--now "2026-08-01 09:00" log 投诉 13-12-2501 "地下车库排水沟长期堵塞" --severity 重要',
        '--now "2026-11-18 21:00" log 投诉 13-12-2501 "ＡＢＣ Wi-Fi mixed 中英文" --severity 重大',
        "log 报修 后门小卖部姓孙的住户家 厨房漏水",
        "log 有偿服务 搬运家具到地下储藏室去",
        "ticket assign T261121-A01 --to ou.yang",
        "ticket assign T261121-A02 --to 计划财务部",
    )


@pytest.mark.parametrize("now", ["2026-11-21 09:12", "2026-11-21 23:59", "2026-12-09 08:05"])
def test_screen_fits_100_columns_and_no_column_is_crooked(
    zh: World, now: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda _stream: True)
    lines = zh.run(f"svcctl due --within 30d --now '{now}'").output.splitlines()
    assert [line for line in lines if output.text_width(line) > 100] == []
    rule = next(number for number, line in enumerate(lines) if line.startswith("---"))
    gaps = [place for place, sign in enumerate(lines[rule]) if sign == " "]
    rows = [line for line in lines if "T26" in line and "svcctl" not in line]
    assert len(rows) > 8
    for line in (lines[rule - 1], *rows):
        cells = "".join(sign + "\0" * (output.text_width(sign) - 1) for sign in line)
        assert {cells[place] for place in gaps if place < len(cells)} == {" "}, line


STEPS = (
    "10:00 | ticket contact A02",
    '10:30 | ticket answer A01 "soon" --final',
    "11:00 | ticket assign A01 --to repair",
    "12:00 | ticket forward A01 --to director",
    '13:00 | log repair 3-2-1501 "tap" --when 12:30',
    "14:00 | ticket cancel A02 --why double",
    '15:00 | ticket done A01 "freed"',
    "16:00 | ticket reopen A02 --why mistake",
    "16:30 | ticket tell A01",
    '17:00 | callback record A01 unsatisfied --note "again stuck"',
    "18:00 | escalate --all",
)


def test_each_moment_of_a_day_is_seen_again_as_it_was(desk: World) -> None:
    seen: list[tuple[str, str]] = []
    for step in STEPS:
        hour, _bar, command = step.partition(" | ")
        desk.now = f"2026-11-21 {hour}"
        done = desk.run(f"svcctl {command}")
        assert done.status == 0, f"{command}: {done.output}"
        seen.append((desk.now, desk.run("svcctl due --within 30d --format jsonl").output))
    assert len({output for _moment, output in seen}) > len(seen) / 2
    desk.now = "2026-12-31 10:00"
    for moment, before in seen:
        again = desk.run(f"svcctl due --within 30d --format jsonl --at '{moment}'").output
        assert again == before, moment

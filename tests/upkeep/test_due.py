"""Today's screen: whose, how far ahead, in what form; and what it says when something is broken."""

from __future__ import annotations

import json

import pytest

from tests.support.transcript import World


@pytest.fixture
def desk(world: World) -> World:
    """A book with three complaints of different days, one of them handed to a colleague."""
    world.environ = world.environ | {"SVCCTL_BOOK": "b"}
    for command in (
        "init b --estate 翠湖花园 --staff wang.fang --name 王芳",
        "unit new 3-2-1501",
        "staff new 李娜 --id li.na",
        'log complaint 3-2-1501 "lift stuck" --severity major',
        'log complaint "noise" --severity minor --when "2026-11-20 18:00"',
        'log inquiry "parking" --when "2026-11-20 10:00"',
        "ticket assign A02 --to li.na",
    ):
        done = world.run(f"svcctl {command}")
        assert done.status == 0, done.output
    return world


def ids(desk: World, options: str = "", now: str = "2026-11-21 09:12") -> str:
    """Return the duties shown, as `number duty` in their order."""
    done = desk.run(f"svcctl due {options} --now '{now}' --format jsonl")
    rows = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    return " ".join(f"{row['id'][-1]}{row['duty']}" for row in rows)


def test_ordered_by_limit(desk: World) -> None:
    assert ids(desk, "--within 12d") == "3reply 2reply 1reply 2done 1answer 1done"


@pytest.mark.parametrize(
    "within, shown",
    [
        ("0m", ""),
        ("48m", "3reply"),
        ("47m", ""),
        ("9h", "3reply 2reply"),
        ("24h", "3reply 2reply 1reply"),
    ],
)
def test_looks_ahead_as_far_as_told_and_no_further(desk: World, within: str, shown: str) -> None:
    assert ids(desk, f"--within {within}") == shown


def test_limit_is_late_only_when_it_has_passed(desk: World) -> None:
    assert desk.run("svcctl due --check --now '2026-11-21 10:00'").status == 0
    assert desk.run("svcctl due --check --now '2026-11-21 10:01'").status == 1


def test_unit_in_any_spelling(desk: World) -> None:
    assert ids(desk, "--within 12d --unit 3栋2单元1501") == "1reply 1answer 1done"
    for unknown in ("后门", "9-9-901"):
        assert desk.run(f"svcctl due --unit {unknown}").status == 3


def test_mine_is_what_i_or_my_roles_owe(desk: World) -> None:
    assert ids(desk, "--within 12d --mine") == ""
    assert ids(desk, "--within 12d --mine --as li.na") == "2reply 2done"
    path = desk.folder / "b" / "staff" / "wang.fang.toml"
    path.write_text(path.read_text() + '\n[[role]]\nrole = "agent"\nuntil = 2026-11-21\n')
    assert ids(desk, "--within 12d --mine") == "3reply 1reply"
    assert ids(desk, "--within 12d --mine", "2026-11-22 09:00") == ""


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

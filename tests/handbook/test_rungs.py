"""Ladders, classes of matters and the line of command, as the handbook has them on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from svcctl.desk.staff import rules as staff
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import Policy
from tests.support.builders import ZONE
from tests.support.cases import book
from tests.support.handbooks import limit
from tests.support.handbooks import policy
from tests.support.handbooks import shipped

DAY = date(2026, 11, 21)


def rung(duty: str, step: int, after: str, **more: Any) -> dict[str, Any]:
    """Return one row of a ladder."""
    return {"duty": duty, "step": step, "after": after, "up": step, "rule": "house", **more}


def test_a_ladder_is_put_together_rung_by_rung_the_particular_first() -> None:
    made = Policy(
        [
            policy("2026-01-01", rung=[
                rung("*", 1, "1h"), rung("*", 2, "2h"), rung("*", 3, "3h"),
                rung("*", 2, "4h", severity="major"),
                rung("done", 2, "5h"), rung("done", 3, "off"),
                rung("done", 2, "-6h", severity="major"),
            ]),
        ]
    )  # fmt: skip

    def ladder(duty: str, severity: str) -> list[tuple[int, str]]:
        return [(one.step, one.after) for one in made.rungs(duty, severity)]

    assert ladder("reply", "") == [(1, "1h"), (2, "2h"), (3, "3h")]
    assert ladder("reply", "major") == [(1, "1h"), (2, "4h"), (3, "3h")]
    assert ladder("done", "minor") == [(1, "1h"), (2, "5h")]
    assert ladder("done", "major") == [(1, "1h"), (2, "-6h")]


def test_later_file_replaces_a_rung_and_keeps_the_rest() -> None:
    made = Policy([
        policy("2026-01-01", rung=[rung("*", 2, "0m"), rung("*", 3, "24h")]),
        policy("2026-07-01", rung=[rung("*", 3, "12h")]),
    ])  # fmt: skip
    assert [(one.step, one.after, one.policy) for one in made.rungs("reply", "")] == [
        (2, "0m", "2026-01-01"),
        (3, "12h", "2026-07-01"),
    ]


def test_shipped_ladder_reminds_of_major_ones_alone() -> None:
    """CMP-33, CMP-34, assumed."""
    made = Policy([shipped()])
    assert [one.after for one in made.rungs("done", "major")] == ["-24h", "0m", "24h", "72h"]
    assert [one.after for one in made.rungs("done", "minor")] == ["0m", "24h", "72h"]
    assert [one.after for one in made.rungs("complete", "")] == ["0m"]


def test_limit_of_a_class_of_matters_goes_before_that_of_a_severity() -> None:
    """NUM-25 … NUM-27: leak, safety, other."""
    made = Policy([
        policy("2026-01-01",
               limit("callback", "2d", "repair"),
               limit("callback", "3d", "repair") | {"category": "leak"},
               limit("callback", "1d", "*") | {"category": "leak"},
               limit("callback", "5h", "repair", "major")),
    ])  # fmt: skip

    def within(kind: str, severity: str, category: str) -> list[str]:
        return [one.within for one in made.limits(kind, severity, category)]

    assert within("repair", "", "leak") == ["3d"]
    assert within("repair", "major", "leak") == ["3d"]
    assert within("complaint", "", "leak") == ["1d"]
    assert within("repair", "major", "") == ["5h"]
    assert within("repair", "", "power") == ["2d"]
    assert within("complaint", "", "power") == []


def test_off_hides_the_general() -> None:
    """VAR-02: an empty value switches the clock off."""
    made = Policy([
        policy("2026-01-01", limit("tell", "0d", "*"), limit("tell", "off", "inquiry")),
        policy("2026-07-01", limit("tell", "1d", "*")),
    ])  # fmt: skip
    assert made.limits("inquiry", "") == []
    assert [one.within for one in made.limits("repair", "")] == ["1d"]


# The line of command (VAR-19).


def test_line_of_command() -> None:
    assert book(shipped()).above("agent", DAY) == [
        "agent", "lead", "supervisor", "manager", "director",
    ]  # fmt: skip
    assert book(shipped()).above("director", DAY) == ["director"]
    assert book(shipped()).above("unknown", DAY) == ["unknown"]


ROLES: list[dict[str, Any]] = [
    {"key": "agent", "superior": "lead"},
    {"key": "lead", "superior": "head", "until": date(2026, 6, 30)},
    {"key": "head", "superior": "director", "deputy": "agent"},
    {"key": "director"},
    {"key": "one", "superior": "two"},
    {"key": "two", "superior": "one"},
]


@pytest.mark.parametrize(
    "day, line",
    [
        (date(2026, 6, 30), ["agent", "lead", "head", "director"]),
        (date(2026, 7, 1), ["agent", "head", "director"]),
    ],
)
def test_role_that_is_no_more_is_passed_over(day: date, line: list[str]) -> None:
    """What is late then goes to somebody who is there."""
    assert Handbook([], {"role": ROLES}, ZONE, "").above("agent", day) == line


def test_circle_of_superiors_ends() -> None:
    assert Handbook([], {"role": ROLES}, ZONE, "").above("one", DAY) == ["one", "two"]


def test_line_given_away_is_not_the_handbooks() -> None:
    here = book(shipped())
    here.above("agent", DAY).clear()
    assert len(here.above("agent", DAY)) == 5


@pytest.mark.parametrize(
    "role, may",
    [
        ("agent", {"agent", "lead", "head"}),  # deputy of the head, and all below
        ("director", {"agent", "lead", "head", "director"}),
        ("lead", {"agent", "lead"}),
        ("two", {"one", "two"}),
    ],
)
def test_who_may_act_for_whom(role: str, may: set[str]) -> None:
    """Their own roles, those they deputise for, and all below."""
    card = {"id": "wang.fang", "name": "王芳", "role": [{"role": role, "since": date(2026, 1, 1)}]}
    here = Handbook([], {"role": ROLES}, ZONE, "")
    assert staff.standing(card, here, date(2026, 6, 1)) == may


def test_who_left_may_nothing() -> None:
    card = {
        "id": "wang.fang",
        "name": "王芳",
        "until": date(2026, 5, 1),
        "role": [{"role": "lead"}],
    }
    assert staff.standing(card, book(shipped()), DAY) == frozenset()


def test_what_cannot_be_meant_reads_as_not_there() -> None:
    """An edit that nobody checked stops no list: `validate` names it."""
    made = Policy([
        policy(
            "2026-01-01",
            rung=[rung("*", 2, "0m", up=-5)],
            close={"exempt": 5},
            callback={"attempts": "three"},
        )
    ])  # fmt: skip
    assert [one.up for one in made.rungs("reply", "")] == [0]
    assert made.setting("close", "exempt", []) == []
    assert made.setting("callback", "attempts", 3) == 3
    assert made.setting("callback", "attempts") == "three"

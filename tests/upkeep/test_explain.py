"""Every clock of a record, to the minute; for records whose logs tell strange things too."""

from __future__ import annotations

import json

import pytest

from tests.support.transcript import World


@pytest.fixture
def desk(world: World) -> World:
    """A book with one minor complaint."""
    world.environ = world.environ | {"SVCCTL_BOOK": "b"}
    for command in (
        "init b --staff wang.fang",
        'log complaint "noise" --severity minor --wanted 2026-12-24',
    ):
        done = world.run(f"svcctl {command}")
        assert done.status == 0, done.output
    return world


def explain(desk: World, options: str = "T261121-A01", now: str = "2026-11-21 09:12") -> str:
    """Return what is explained."""
    done = desk.run(f"svcctl explain {options} --now '{now}'")
    assert done.status == 0, done.output
    return done.output


def test_day_agreed_is_named(desk: World) -> None:
    said = explain(desk)
    assert "until the day agreed (wanted VAR-04)" in said
    assert "= 2026-12-24 24:00" in said


@pytest.mark.parametrize(
    "now, verdict",
    [
        ("2026-11-21 09:12", "first reply: 1d 0h 00m left"),
        ("2026-11-22 09:11", "first reply: 1m left"),
        ("2026-11-22 09:12", "first reply: 0m left"),
        ("2026-11-22 09:13", "first reply: late by 1m"),
        ("2026-12-22 09:12", "first reply: late by 30d 0h 00m"),
    ],
)
def test_time_left(desk: World, now: str, verdict: str) -> None:
    assert verdict in explain(desk, now=now)


def test_met_in_time_and_late(desk: World) -> None:
    desk.now = "2026-11-22 09:12"
    assert desk.run("svcctl ticket answer A01 x").status == 0
    assert "first reply: met at 2026-11-22 09:12\n" in explain(desk, now="2026-11-23 09:12")
    desk.now = "2026-12-25 00:01"
    assert desk.run("svcctl ticket done T261121-A01 x").status == 0
    said = explain(desk, now="2026-12-25 00:01")
    assert "done: met at 2026-12-25 00:01, late by 1m" in said


def test_void_and_reopened(desk: World) -> None:
    assert desk.run("svcctl ticket cancel A01 --why x").status == 0
    assert explain(desk).count("no longer owed: ") == 2
    assert desk.run("svcctl ticket reopen A01 --why y").status == 0
    said = explain(desk)
    assert said.count("no longer owed: ") == 1
    assert "when it was taken up again" in said


def test_record_without_limits(desk: World) -> None:
    assert desk.run("svcctl log call x").status == 0
    assert "nothing is owed by a time limit" in explain(desk, "last")


def test_data_has_every_clock_with_offsets(desk: World) -> None:
    row = json.loads(explain(desk, "A01 --format json"))["record"]
    done = next(one for one in row["clocks"] if one["duty"] == "done")
    assert done["due"] == "2026-12-25T00:00:00+08:00"
    assert done["met"] is None
    assert row["id"] == "T261121-A01"


def test_kind_without_clocks_and_ticket_that_there_is_not(desk: World) -> None:
    assert desk.run("svcctl log call x --phone 13800138000").status == 0
    assert "has no clocks" in desk.run("svcctl explain R-A0001").output
    assert desk.run("svcctl explain A99").status == 3


@pytest.mark.parametrize(
    "right, wrong",
    [
        ("at = 2026-11-21 09:12:00+08:00", "at = 2026-11-21 09:12:00"),
        ("at = 2026-11-21 09:12:00+08:00", 'at = "soon"'),
        ("at = 2026-11-21 09:12:00+08:00", "at = 9999-12-31 23:59:59-08:00"),
        ("at = 2026-11-21 09:12:00+08:00", "at = 0001-01-01 00:00:00+08:00"),
        ("wanted = 2026-12-24", 'wanted = "soon"'),
        ("wanted = 2026-12-24", "wanted = 9999-12-31"),
        ('did = "open"', 'did = "dance"'),
        ('did = "open"', "did = []"),
        ('n = "1A"', "n = 1"),
        ('severity = "minor"', "severity = {}"),
        ('kind = "complaint"', "kind = []"),
        ("[[log]]", "[log]"),
    ],
)
def test_broken_record_is_explained_or_named_but_is_no_bug(
    desk: World, right: str, wrong: str
) -> None:
    path = desk.folder / "b" / "tickets/2026/11/21/T261121-A01.toml"
    text = path.read_text()
    assert right in text
    path.write_text(text.replace(right, wrong))
    for command in ("explain A01", "due", "ticket list", "ticket show A01", "ticket note A01 x"):
        done = desk.run(f"svcctl {command} --now '2026-11-21 10:00'")
        assert done.status in {0, 4, 5}, f"{command}: {done.output}"

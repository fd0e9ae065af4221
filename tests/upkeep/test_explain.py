"""Every clock of a record, to the minute; for records whose logs tell strange things too."""

from __future__ import annotations

import json
import re
from datetime import datetime
from datetime import timedelta

import pytest

from tests.support.desk import at_desk
from tests.support.transcript import World


@pytest.fixture
def desk(world: World) -> World:
    """A book with one minor complaint."""
    return at_desk(
        world,
        "init b --staff wang.fang",
        'log complaint "noise" --severity minor --wanted 2026-12-24',
    )


def explain(desk: World, options: str = "T261121-A01", now: str = "2026-11-21 09:12") -> str:
    """Return what is explained."""
    done = desk.run(f"svcctl explain {options} --now '{now}'")
    assert done.status == 0, done.output
    return done.output


def test_day_agreed_is_named(desk: World) -> None:
    said = explain(desk)
    assert "to the day the resident asked for (NUM-36 VAR-04)" in said
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
    assert explain(desk).count("no longer owed: it was withdrawn, since 2026-11-21 09:12") == 4
    assert desk.run("svcctl ticket reopen A01 --why y").status == 0
    said = explain(desk)
    assert said.count("no longer owed: ") == 1
    assert "done (2): " in said
    assert "when it was taken up again" in said


def test_record_without_limits(desk: World) -> None:
    assert desk.run("svcctl log call x").status == 0
    assert "nothing is owed by a time limit" in explain(desk, "last")


def test_data_has_every_clock_with_offsets(desk: World) -> None:
    row = json.loads(explain(desk, "A01 --format json"))["record"]
    done = next(one for one in row["clocks"] if one["duty"] == "done")
    assert done["due"] == "2026-12-25T00:00:00+08:00"
    assert done["met"] is None
    assert (done["start"], done["by"]) == ("2026-11-21T09:12:00+08:00", "wanted")
    assert {one["duty"] for one in row["escalation"]} == {"escalate"}
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


# -- every kind of clock, in words ----------------------------------------------------------------

PAUSING = """\
id = "2026-11-01"
title = "waits for parts stop the clock"

[time]
waiting_pauses = ["parts"]
"""


def tell(desk: World, *steps: str) -> str:
    """Run steps, each at its moment, and return what is explained of the last ticket."""
    name = ""
    for step in steps:
        desk.now, _bar, command = step.partition(" | ")
        done = desk.run(f"svcctl {command.format(id=name)}")
        assert done.status == 0, f"{command}: {done.output}"
        name = done.output.split()[0] if command.startswith("log ") else name
    return explain(desk, name, desk.now)


STORIES = {
    "night complaint": (
        [
            "2026-11-20 22:10 | log complaint night --severity important",
        ],
        [
            "forward: 11h 20m left",
            "from 2026-11-21 08:30, when the night's matters were handed over",
            "from 2026-11-20 22:10, when it came in",
            "+ the end of the day on which the night shift ends (GAP-26 assumed)",
            "= 2026-11-21 24:00",
        ],
    ),
    "handed from one department to another": (
        [
            "2026-11-20 10:00 | log complaint dark --severity minor",
            "2026-11-20 10:20 | ticket assign {id} --to repair",
            "2026-11-20 11:20 | ticket assign {id} --to security",
        ],
        [
            "department's reply: no longer owed: it was handed to another department, since 2026",
            "from 2026-11-20 10:20, when it was handed to repair",
            "department's reply (2): ",
            "from 2026-11-20 11:20, when it was handed to security",
            "+ 24 hours (NUM-39 CMP-21)",
            "owed by security",
        ],
    ),
    "nobody home": (
        [
            "2026-11-20 09:00 | log repair tap",
            "2026-11-20 09:10 | ticket appoint {id} '2026-11-20 14:00' --until '2026-11-20 15:00'",
            "2026-11-20 15:05 | ticket missed {id}",
        ],
        [
            "appointment: met at 2026-11-20 09:10",
            "to the end of the shift (REP-01 REP-03 assumed)",
            "= 2026-11-20 17:30",
            "appointment (2): ",
            "from 2026-11-20 15:05, when nobody was home",
        ],
    ),
    "appointment": (
        [
            "2026-11-20 09:00 | log repair tap",
            "2026-11-20 09:10 | ticket appoint {id} '2026-11-20 14:00' --until '2026-11-20 15:00'",
        ],
        [
            "to the end of the appointment (REP-03 GAP-32)",
            "= 2026-11-20 15:00",
        ],
    ),
    "leak": (
        [
            "2026-11-20 09:00 | log repair leak --category leak --place roof",
            "2026-11-20 10:00 | ticket done {id} sealed",
            "2026-11-20 12:00 | ticket watertest {id} --result failed",
            "2026-11-21 10:00 | ticket done {id} again",
            "2026-11-21 12:00 | ticket watertest {id} --result passed",
        ],
        [
            "water test: met at 2026-11-20 12:00",
            "from 2026-11-20 10:00, when it was done",
            "signature: no longer owed: it was taken up again, since 2026-11-20 12:00",
            "callback (2): ",
            "from 2026-11-21 12:00, when the water test was passed",
            "+ 3 days, to 24:00 of the last (NUM-26)",
            "= 2026-11-24 24:00",
        ],
    ),
    "waits": (
        [
            "2026-11-20 09:00 | log complaint gate --severity minor",
            "2026-11-20 10:00 | ticket wait {id} --for parts --until 2026-11-23",
            "2026-11-21 12:00 | ticket progress {id} arrived",
        ],
        [
            "wait is over: met at 2026-11-21 12:00",
            "from 2026-11-20 10:00, when the wait began",
            "to the day it waits for (assumed)",
            "= 2026-11-23 24:00",
            "+ 2 days, to 24:00 of the last (NUM-36 VAR-04)",
            "+ 1d 2h 00m that it waited",
            "= 2026-11-24 02:00",
        ],
    ),
    "extended": (
        [
            "2026-11-20 09:00 | log complaint gate --severity minor",
            "2026-11-20 10:00 | ticket extend {id} --until 2026-11-30 --with resident",
        ],
        ["to the day agreed with the resident (NUM-36 VAR-04)", "= 2026-11-30 24:00"],
    ),
    "reclassified": (
        [
            "2026-11-20 09:00 | log complaint gate --severity major",
            "2026-11-20 11:00 | ticket classify {id} --severity important",
        ],
        [
            "forward: late by 1h 00m",
            "until 2026-11-20 12:00 wang.fang answers for it, whose reclassification made it late",
        ],
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_story_in_words(desk: World, story: str) -> None:
    policy = desk.folder / "b" / "handbook" / "policy" / "2026-11-01.toml"
    policy.write_text(PAUSING)
    steps, expected = STORIES[story]
    said = tell(desk, *steps)
    lines = [line.strip() for line in said.splitlines()]
    for words in expected:
        assert any(line.startswith(words) for line in lines), f"{words}\n{said}"


LENGTHS = {"minute": 60, "hour": 3600}


def end_of(lines: list[str]) -> datetime | None:
    """Return the end that the words of one clock amount to; None where they name a record's."""
    start, end = None, None
    for line in lines:
        if found := re.match(r"from (\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?)", line):
            start = end = datetime.fromisoformat(found[1])
        elif line.startswith("to the "):
            return None
        elif "of the day on which the night" in line:
            assert start
            later = 1 if start.hour >= 12 else 0
            end = datetime.combine(start.date() + timedelta(days=later + 1), datetime.min.time())
        elif line.startswith("+ the end of the same day"):
            assert start
            end = datetime.combine(start.date() + timedelta(days=1), datetime.min.time())
        elif found := re.match(r"\+ (\d+) days?, to 24:00", line):
            assert start
            last = start.date() + timedelta(days=int(found[1]) + 1)
            end = datetime.combine(last, datetime.min.time())
        elif found := re.match(r"\+ (\d+) (minute|hour)s? \(", line):
            assert end
            end += timedelta(seconds=int(found[1]) * LENGTHS[found[2]])
        elif found := re.match(r"\+ (?:(\d+)d )?(?:(\d+)h )?(\d+)m(?: (\d+)s)? that", line):
            assert end
            days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
            end += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return end


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("seconds", ["", ":37"])
def test_every_clock_adds_up(desk: World, story: str, seconds: str) -> None:
    policy = desk.folder / "b" / "handbook" / "policy" / "2026-11-01.toml"
    policy.write_text(PAUSING)
    steps, _expected = STORIES[story]
    # In the second run nothing falls on a whole minute.
    odd = [re.sub(r"^(\S+ \S+) \|", rf"\1{seconds} |", step) for step in steps]
    said = tell(desk, *odd)
    sums = 0
    for block in re.split(r"\n  (?=\S)", said)[1:]:
        lines = [line.strip() for line in block.splitlines()]
        total = next((line for line in lines if line.startswith("= ")), None)
        if total is None:
            continue
        shown, made = total[2:], end_of(lines)
        if made is not None:
            sums += 1
            day, _space, hour = shown.partition(" ")
            late = hour == "24:00"
            moment = datetime.fromisoformat(f"{day} 00:00" if late else shown)
            assert made == moment + timedelta(days=late), block
    assert sums >= 1


def test_ladder_is_one_block_at_the_end(desk: World) -> None:
    said = explain(desk, now="2026-11-22 12:00")
    assert said.count("raised when late:") == 1
    *_before, block = said.split("  raised when late:\n")
    assert "    2026-11-21 10:12 first contact is to be brought before desk lead " in block
    assert "(at the limit, CMP-34 assumed)" in block
    assert "owed by" not in block
    assert desk.run("svcctl escalate --all --now '2026-11-22 12:00'").status == 0
    *_before, block = explain(desk, now="2026-11-22 12:00").split("  raised when late:\n")
    assert block.startswith("    2026-11-21 10:12 first contact was brought before desk lead ")
    assert "2026-11-22 10:12 first contact" in block


# -- looking back, and by a draft -----------------------------------------------------------------


def test_as_it_was_written_down_then(desk: World) -> None:
    before = explain(desk)
    desk.now = "2026-11-21 10:00"
    for command in ('answer A01 "we look into it" --final', "assign A01 --to repair"):
        assert desk.run(f"svcctl ticket {command}").status == 0
    now = "2026-12-31 10:00"
    assert explain(desk, now=now) != before
    assert explain(desk, "T261121-A01 --at '2026-11-21 09:12'", now) == before
    early = desk.run("svcctl explain T261121-A01 --at '2026-11-21 09:11'")
    assert early.status == 3
    assert "was not written down yet at 2026-11-21 09:11" in early.output


def test_looking_back_judges_by_the_policy_of_the_opening(desk: World) -> None:
    policy = desk.folder / "b" / "handbook" / "policy" / "2026-11-22.toml"
    policy.write_text(draft("2026-11-22", "1m"))
    said = explain(desk, "T261121-A01 --at '2026-11-21 10:00'", "2026-12-31 10:00")
    assert "+ 24 hours (NUM-39 NUM-40 VAR-01)" in said


def draft(day: str, within: str) -> str:
    """Return a policy with another limit for the first reply."""
    return (
        f'id = "{day}"\ntitle = "x"\n\n[[limit]]\nduty = "reply"\nkind = "complaint"\n'
        f'within = "{within}"\nowner = "agent"\nrule = "house"\n'
    )


def test_one_record_by_a_draft(desk: World) -> None:
    (desk.folder / "draft.toml").write_text(draft("2027-01-01", "2h"))
    said = explain(desk, "A01 --policy draft.toml")
    assert "+ 2 hours (house)" in said
    assert "= 2026-11-21 11:12" in said

"""What was planted in a sample is found, and nothing else.

The labels are written while the sample is made, by what was decided; what is late is asked of the
clocks and of the commands afterwards.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from svcctl.base.record import Record
from svcctl.cli.main import run
from svcctl.desk.tickets import rules
from svcctl.desk.tickets.clocks import owed
from svcctl.desk.tickets.facts import facts
from svcctl.kinds import Clock
from svcctl.sample import compose
from svcctl.sample.world import Label
from svcctl.sample.world import Plan
from svcctl.sample.world import World
from svcctl.upkeep.sampling import UNTIL

YEAR = Plan(seed=7, units=300, months=12, until=UNTIL)
SMALL = Plan(seed=7, units=60, months=2, until=UNTIL)
Duty = tuple[str, str, str]


@cache
def sampled(plan: Plan) -> tuple[World, tuple[Record, ...]]:
    world = World(plan)
    tickets = [record for kind, record in compose.records(plan, world) if kind == "ticket"]
    return world, tuple(tickets)


def is_late(one: Clock, now: float) -> bool:
    if one.due is None or one.void:
        return False
    return one.due < now if one.met is None else one.met > one.due


def late(plan: Plan) -> set[Duty]:
    world, tickets = sampled(plan)
    now = world.now.timestamp()
    return {
        (ticket["id"], one.duty, one.part)
        for ticket in tickets
        for one in owed(ticket, facts(ticket), world.handbook)
        if is_late(one, now)
    }


def planted(labels: list[Label]) -> set[Duty]:
    return {(one.id, one.duty, one.part) for one in labels}


@pytest.mark.parametrize(
    "plan", [YEAR, SMALL, *(Plan(seed, 150, 5, UNTIL) for seed in (1, 2, 3))], ids=str
)
def test_what_is_or_was_late_is_what_was_planted(plan: Plan) -> None:
    world, _tickets = sampled(plan)
    assert late(plan) == planted(world.labels)


def test_no_duty_fell_away_after_it_was_late() -> None:
    world, tickets = sampled(YEAR)
    found = [
        (ticket["id"], one)
        for ticket in tickets
        for one in owed(ticket, facts(ticket), world.handbook)
        if one.void and one.due is not None and (one.ended or 0) > one.due
    ]
    assert found == []


def test_every_fault_is_planted_in_a_year() -> None:
    world, tickets = sampled(YEAR)
    assert {one.fault for one in world.labels} == {
        "late", "silent", "forgotten", "lost", "misjudged"
    }  # fmt: skip
    per_duty = Counter(one.duty for one in world.labels)
    assert len(per_duty) >= 12
    assert len({one.id for one in world.labels}) < len(tickets) / 10


def test_what_was_planted_was_raised_hour_by_hour_and_nothing_else() -> None:
    """The routine ran in time: at the last full hour no rung was left to be raised (CMP-33)."""
    world, tickets = sampled(YEAR)
    last = world.now.replace(minute=0).timestamp()
    faulty = {one.id for one in world.labels}
    for ticket in tickets:
        known = facts(ticket)
        clocks = rules.clocks(ticket, known, world.handbook)
        due = [one for one in clocks if one.duty == "escalate" and one.met is None]
        assert all((one.due or 0) > last for one in due), ticket["id"]
        if known.get("raised"):
            assert ticket["id"] in faulty or ticket.get("severity") == "major"


def test_every_raising_and_every_bad_callback_has_its_message() -> None:
    world, tickets = sampled(SMALL)
    messages = {one["id"] for kind, one in compose.records(SMALL) if kind == "message"}
    raised = [
        f"{ticket['id']}.{entry['n'].removeprefix('auto/escalate/').replace('/', '.')}"
        for ticket in tickets
        for entry in ticket["log"]
        if entry["did"] == "escalate"
    ]
    bad = [
        f"{ticket['id']}.unsatisfied.{entry['n'].lower()}"
        for ticket in tickets
        for entry in ticket["log"]
        if entry.get("result") == "unsatisfied"
    ]
    assert raised
    assert messages == {*raised, *bad}
    assert len(world.told) == len(messages)


def test_the_commands_find_what_the_labels_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`svcctl due` shows the planted faults that still stand, and no others, as late."""
    root, labels = tmp_path / "demo", tmp_path / "faults.jsonl"
    words = ["--seed", "5", "--units", "80", "--months", "3", "--labels", str(labels)]
    assert run(["--lang", "en", "sample", str(root), *words]) == 0
    rows = [Label(**json.loads(line)) for line in labels.read_text("utf-8").splitlines()]
    assert rows == sorted(rows)
    capsys.readouterr()
    now = ["--now", "2026-11-21 08:30", "-C", str(root)]
    assert run([*now, "due", "--format", "json"]) == 0
    due = json.loads(capsys.readouterr().out)["rows"]
    shown = {(one["id"], one["duty"], one["part"]) for one in due if one["late"]}
    world, tickets = sampled(Plan(5, 80, 3, UNTIL))
    still = {
        (ticket["id"], one.duty, one.part)
        for ticket in tickets
        for one in owed(ticket, facts(ticket), world.handbook)
        if one.met is None
    }
    assert planted(rows) == late(Plan(5, 80, 3, UNTIL))
    assert shown == planted(rows) & still
    assert shown
    assert run(["--lang", "en", *now, "validate", "--strict"]) == 0

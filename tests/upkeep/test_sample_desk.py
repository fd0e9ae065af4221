"""What the sample has of the desk besides tickets: roster, shifts, an incident, tallies on file."""

from __future__ import annotations

from datetime import date
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from svcctl.base.record import Record
from svcctl.cli.main import run
from svcctl.desk.shifts import rules as shifts
from svcctl.desk.tickets import rules as tickets
from svcctl.handbook import periods
from svcctl.handbook.roster import rules as roster
from svcctl.sample import compose
from svcctl.sample.intakes import Intakes
from svcctl.sample.world import Plan
from svcctl.sample.world import World
from svcctl.upkeep.sampling import AGENT
from svcctl.upkeep.sampling import UNTIL
from svcctl.upkeep.sampling import write

SMALL = Plan(seed=7, units=60, months=2, until=UNTIL)
PLANS = (SMALL, Plan(3, 150, 5, date(2026, 8, 3)), Plan(1, 40, 1, date(2024, 2, 29)))
PEOPLED = pytest.mark.parametrize("plan", PLANS, ids=str)


@cache
def made(plan: Plan) -> list[tuple[str, Record]]:
    return list(compose.records(plan))


def of_kind(plan: Plan, kind: str) -> list[Record]:
    return [record for name, record in made(plan) if name == kind]


@PEOPLED
def test_who_was_at_the_front_desk_was_on_the_roster(plan: Plan) -> None:
    """SHF-01, SHF-16: the roster names who came, also who stood in for a night."""
    (table,) = of_kind(plan, "roster")
    for shift in of_kind(plan, "shift"):
        rostered = roster.on(table, shift["name"], shift["day"]).staff
        assert set(shift["on"]) <= set(rostered), shift["id"]


@PEOPLED
def test_every_shift_of_the_last_week_is_handed_over_but_the_last_night(plan: Plan) -> None:
    """SHF-13, SHF-06: whoever begins the day accepts it; no line is left open."""
    records = of_kind(plan, "shift")
    assert [one["name"] for one in records] == ["day", "midday", "night"] * 7
    assert {one["day"] for one in records} == {plan.until - timedelta(days=n) for n in range(1, 8)}
    assert {one["status"] for one in records[:-1]} == {"handed-over"}
    assert (records[-1]["status"], records[-1]["successor"]) == ("ended", AGENT)
    assert not any(shifts.open_lines(one) for one in records)
    assert not any(shifts.strays(one["log"]) for one in records)


@PEOPLED
def test_a_line_of_the_night_was_done_and_one_is_a_ticket_in_time(plan: Plan) -> None:
    """NUM-09: the ticket names its line, and the line its ticket."""
    world, records = World(plan), {one["id"]: one for one in of_kind(plan, "shift")}
    (ticket,) = [one for one in of_kind(plan, "ticket") if "line" in one]
    shift, _slash, name = ticket["line"].partition("/")
    (entry,) = [one for one in records[shift]["log"] if one["did"] == "convert"]
    assert (entry["of"], entry["ticket"]) == (name, ticket["id"])
    clocks = shifts.clocks(records[shift], shifts.facts(records[shift]), world.handbook)
    (clock,) = [one for one in clocks if one.duty == "convert" and not one.void]
    assert clock.met is not None
    assert clock.due is not None
    assert clock.met <= clock.due
    night = [one for one in records.values() if one["name"] == "night"]
    assert any(entry["did"] == "done" for one in night for entry in one["log"])


@PEOPLED
def test_the_reports_of_the_incident_were_met_in_time(plan: Plan) -> None:
    (incident,) = of_kind(plan, "incident")
    reports = [one for one in of_kind(plan, "ticket") if one.get("incident") == incident["id"]]
    assert len(reports) == 5
    assert incident["status"] == "done"
    assert {one["unit"].partition("-")[0] for one in reports} == set(incident["buildings"])
    handbook = World(plan).handbook
    for one in reports:
        for clock in tickets.clocks(one, tickets.facts(one), handbook):
            late = clock.due is not None and (clock.met or 0) > clock.due
            assert clock.void or not late, (one["id"], clock.duty)


@PEOPLED
def test_they_move_no_number_of_another_ticket(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {one["id"]: one["subject"] for one in of_kind(plan, "ticket")}
    more = {one["id"] for one in of_kind(plan, "ticket") if "line" in one or "incident" in one}
    own = Intakes.all
    monkeypatch.setattr(
        Intakes, "all", lambda self: (x for x in own(self) if not (x.line or x.outage))
    )
    after = {
        record["id"]: record["subject"]
        for kind, record in compose.records(plan)
        if kind == "ticket"
    }
    assert after == {name: one for name, one in before.items() if name not in more}


@PEOPLED
def test_every_day_of_the_last_week_and_every_week_and_month_is_on_file(plan: Plan) -> None:
    """RPT-01: the balance of each follows from that of the one before."""
    world, found = World(plan), {one["id"]: one for one in of_kind(plan, "tally")}
    days = [f"{plan.until - timedelta(days=back)}" for back in range(7, 0, -1)]
    assert [name for name in found if len(name) == 10] == days
    for sort in (periods.week, periods.month):
        last = sort(sort(plan.until, world.handbook).first - timedelta(days=1), world.handbook)
        assert (last.name in found) == (last.first >= world.first)
    for one in found.values():
        assert one["filed_at"] <= world.now
        assert one["last"] < one["filed_at"].date()


def test_a_new_clerk_begins_the_day_and_accepts_the_night(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVCCTL_TEST_CLOCK", "1")
    write(tmp_path / "demo", SMALL)
    at = ["--lang", "en", "-C", str(tmp_path / "demo"), "--now", "2026-11-21 08:30"]
    assert run([*at, "escalate", "--format", "ids"]) == 0
    assert capsys.readouterr().out == ""
    assert run([*at, "shift", "start", "王芳"]) == 0
    assert "S261121-A01" in capsys.readouterr().err
    assert run([*at, "shift", "accept"]) == 0
    assert "S261120-A03 is handed over to wang.fang" in capsys.readouterr().err
    assert run([*at, "reconcile", "tally", "--day", "2026-11-20"]) == 0
    assert run([*at, "validate", "--strict"]) == 0

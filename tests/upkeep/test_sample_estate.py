"""The made-up estate: repeatable, valid, and such that there is something to see."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from random import Random

import pytest

from svcctl.base import idcard
from svcctl.base import pinyin
from svcctl.base.case import MACHINE
from svcctl.base.ids import parse_dated
from svcctl.base.record import Record
from svcctl.book.guard import findings
from svcctl.book.layout import path_of
from svcctl.desk.staff import rules as staff_rules
from svcctl.desk.tickets import lifecycle
from svcctl.desk.tickets import rules
from svcctl.desk.tickets import words as ticket_words
from svcctl.kinds import KINDS
from svcctl.sample import compose
from svcctl.sample import names
from svcctl.sample import words
from svcctl.sample.world import Plan
from svcctl.sample.world import World
from svcctl.upkeep.sampling import UNTIL
from svcctl.upkeep.sampling import sample_files
from tests.support.transcript import ROOT

SMALL = Plan(seed=7, units=60, months=2, until=UNTIL)
LARGE = Plan(seed=7, units=300, months=6, until=UNTIL)


@cache
def made(plan: Plan) -> list[tuple[str, Record]]:
    return list(compose.records(plan))


def of_kind(plan: Plan, kind: str) -> list[Record]:
    return [record for name, record in made(plan) if name == kind]


def entries(plan: Plan) -> Iterator[tuple[Record, Record]]:
    for ticket in of_kind(plan, "ticket"):
        for entry in ticket["log"]:
            yield ticket, entry


# -- the same for the same plan ---------------------------------------------------------------


def digest(hash_seed: str) -> str:
    code = (
        "import hashlib; from datetime import date;"
        "from svcctl.upkeep.sampling import sample_files; from svcctl.sample.world import Plan;"
        "made = sample_files(Plan(3, 40, 2, date(2026, 11, 21)));"
        "print(hashlib.sha256(repr(sorted(made.items())).encode()).hexdigest())"
    )
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": f"UTC{hash_seed}"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_same_plan_gives_the_same_bytes_in_any_process_and_zone() -> None:
    here = sample_files(Plan(3, 40, 2, date(2026, 11, 21)))
    expected = hashlib.sha256(repr(sorted(here.items())).encode()).hexdigest()
    assert digest("1") == expected
    assert digest("5") == expected


def test_another_seed_gives_another_estate() -> None:
    one, other = (list(compose.records(SMALL._replace(seed=seed))) for seed in (7, 8))
    assert one != other


def test_a_new_generator_changes_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def keys(_world: World, rng: Random) -> Iterator[tuple[str, Record]]:
        yield "key", {"id": str(rng.random())}

    before = made(SMALL)
    first, *rest = compose.GENERATORS.items()
    monkeypatch.setattr(compose, "GENERATORS", dict([first, ("keys", keys), *rest]))
    after = [one for one in compose.records(SMALL) if one[0] != "key"]
    assert after == before


# -- valid ------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [SMALL, LARGE, Plan(1, 1, 1, date(2024, 2, 29))], ids=str)
def test_nothing_is_wrong_with_any_record(plan: Plan) -> None:
    wrong = [
        (record.get("id"), one)
        for kind, record in made(plan)
        for one in findings(KINDS[kind], record)
    ]
    assert not wrong


@pytest.mark.parametrize("plan", [SMALL, LARGE], ids=str)
def test_ids_are_unique_and_every_link_leads_somewhere(plan: Plan) -> None:
    known = [(kind, str(record.get("id", kind))) for kind, record in made(plan)]
    assert len(set(known)) == len(known)
    assert all(path_of(KINDS[kind], name) for kind, name in known)
    there = set(known)
    lost = [
        link
        for kind, record in made(plan)
        for link in (KINDS[kind].rule("links") or (lambda _record: ()))(record)
        if (link.kind, link.id) not in there
    ]
    assert not lost


def test_numbers_of_a_day_and_desk_run_from_one_in_the_order_of_registration() -> None:
    series: dict[tuple[date, str], list[tuple[int, object]]] = {}
    for ticket in of_kind(LARGE, "ticket"):
        name, opened = parse_dated(ticket["id"]), ticket["log"][0]["at"]
        assert name
        assert name.day == opened.date()
        series.setdefault((name.day, name.desk), []).append((name.number, opened))
    for numbered in series.values():
        assert [number for number, _at in numbered] == list(range(1, len(numbered) + 1))
        assert sorted(at for _number, at in numbered) == [at for _number, at in numbered]  # type: ignore[type-var]


def test_nothing_is_written_after_the_end_nor_by_somebody_who_is_not_there() -> None:
    end = World(LARGE).now
    staff = {one["id"]: one for one in of_kind(LARGE, "staff")}
    for ticket, entry in entries(LARGE):
        assert entry["at"] <= end, ticket["id"]
        if entry["by"] != MACHINE:
            assert staff_rules.works(staff[entry["by"]], entry["at"].date()), ticket["id"]


def test_entries_of_a_ticket_follow_each_other_in_time() -> None:
    for ticket in of_kind(LARGE, "ticket"):
        # The hourly routine writes its entries where they belong, an hour later at most.
        times = [entry["at"] for entry in ticket["log"] if entry["by"] != MACHINE]
        assert times == sorted(times), ticket["id"]


def test_every_entry_has_its_effect() -> None:
    assert not [one["id"] for one in of_kind(LARGE, "ticket") if rules.strays(one["log"])]


def test_callers_lived_in_their_unit_on_that_day() -> None:
    residents = {one["id"]: one for one in of_kind(LARGE, "resident")}
    for ticket in of_kind(LARGE, "ticket"):
        if "resident" not in ticket or "unit" not in ticket["log"][0]["set"]:
            continue
        first = ticket["log"][0]
        day = first.get("when", first["at"]).date()
        spans = [
            one
            for one in residents[ticket["resident"]]["relation"]
            if one["unit"] == ticket["unit"]
        ]
        assert any(one["since"] <= day <= one.get("until", day) for one in spans), ticket["id"]


# -- believable -------------------------------------------------------------------------------


def test_units_are_as_many_as_asked_and_of_all_kinds() -> None:
    units = of_kind(SMALL, "unit")
    assert len(units) == 60
    assert {one["kind"] for one in units} == {"home", "shop", "parking"}
    assert len({one["state"] for one in of_kind(LARGE, "unit")}) == 7


def test_homes_that_the_manual_speaks_of_are_there() -> None:
    for plan in (SMALL, SMALL._replace(units=800)):
        assert any(one["id"] == "3-2-1501" for one in of_kind(plan, "unit"))


def test_all_kinds_severities_and_channels_come_up() -> None:
    tickets = of_kind(LARGE, "ticket")
    assert {one["kind"] for one in tickets} == set(ticket_words.KINDS)
    assert {one["severity"] for one in tickets if "severity" in one} == set(ticket_words.SEVERITIES)
    assert {"phone", "visit", "wechat", "patrol"} <= {one["channel"] for one in tickets}


def test_every_step_of_the_life_cycle_comes_up_but_the_settling_of_a_dispute() -> None:
    steps = Counter(lifecycle.step_of(entry) for _ticket, entry in entries(LARGE))
    assert lifecycle.ACTIONS.keys() - steps.keys() == {"settle"}
    outcomes = {entry["result"] for _ticket, entry in entries(LARGE) if entry["did"] == "callback"}
    assert outcomes == {choice.key for choice in ticket_words.OUTCOME_CHOICES}


def test_nobody_does_what_is_reserved_for_a_role() -> None:
    world = World(LARGE)
    for kind, record in made(LARGE):
        world.keep(kind, record)
    for _ticket, entry in entries(LARGE):
        if entry["did"] == "judge" or entry.get("confirmed"):
            assert "supervisor" in world.standing(entry["by"], entry["at"].date())


def test_storms_and_the_start_of_the_heating_are_rush_days() -> None:
    days = Counter(ticket["log"][0]["at"].date() for ticket in of_kind(LARGE, "ticket"))
    usual = sum(days.values()) / len(days)
    rushes = [day for day, count in days.items() if count > 2 * usual]
    assert len(rushes) >= 4
    assert any((day.month, day.day) == (11, 15) for day in rushes)
    assert any(day.month in (6, 7, 8, 9) for day in rushes)


def test_volume_is_that_of_a_real_estate() -> None:
    a_unit_a_month = len(of_kind(LARGE, "ticket")) / 300 / 6
    assert 0.25 < a_unit_a_month < 0.6


@pytest.mark.parametrize("seed", [1, 7, 9])
def test_even_a_small_sample_ends_with_something_to_do(seed: int) -> None:
    tickets = of_kind(SMALL._replace(seed=seed), "ticket")
    running = [one for one in tickets if one["status"] in ticket_words.OPEN_STATUSES]
    assert 3 <= len(running) < len(tickets) / 2
    assert any("unit_said" in one for one in running)
    assert any(one.get("urgent") for one in running)
    assert any(one.get("severity") == "major" for one in running)


def test_people_come_and_go() -> None:
    start = World(LARGE).first
    relations = [one for card in of_kind(LARGE, "resident") for one in card.get("relation", [])]
    came = [one for one in relations if one["since"] > start]
    left = [one for one in relations if one.get("until", start) > start]
    assert len(came) > 10
    assert len(left) > 10
    assert any("relation" not in card for card in of_kind(LARGE, "resident"))


def test_two_desks_write() -> None:
    assert [one["id"] for one in of_kind(SMALL, "desk")] == ["A", "B"]
    desks = Counter(entry["n"].lstrip("0123456789") for _ticket, entry in entries(LARGE))
    assert desks["A"] > desks["B"] > 0


def test_staff_ids_are_those_the_program_would_propose() -> None:
    staff = of_kind(SMALL, "staff")
    assert [one["id"] for one in staff] == [pinyin.staff_id(one["name"]) for one in staff]
    assert any("until" in one for one in staff)


def test_made_up_numbers_are_right_and_nobodys() -> None:
    rng = Random(1)  # noqa: S311 - a fixed sequence
    for _turn in range(200):
        who = names.person(rng, (1, 90), UNTIL)
        number = names.identity(rng, who)
        assert idcard.fault(number) is None
        assert idcard.birthday(number) == who.born
        assert number.startswith("99")
        assert names.mobile(rng).startswith("154")
        assert idcard.company_fault(names.company_code(rng)) is None


def test_every_matter_can_come_up() -> None:
    handled = {one.department for one in words.matters()}
    assert all(words.first_replies(department) for department in handled)
    assert {one.kind for one in words.matters()} == set(ticket_words.KINDS)
    assert all(bool(one.severity) == (one.kind == "complaint") for one in words.matters())

"""`svcctl report` and `reconcile tally` on the sample estate: traceable, and without names."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from svcctl.base.record import Record
from svcctl.book.guard import canonical_bytes
from svcctl.book.layout import path_of
from svcctl.kinds import KINDS
from svcctl.sample import compose
from svcctl.sample.world import Plan
from tests.support.transcript import Outcome
from tests.support.transcript import World

UNTIL = date(2026, 11, 21)
REPORTS = (
    "complaints --week 2026-W41",
    "complaints --month 2026-11",
    "callbacks --week 2026-W46",
    "callbacks --month 2026-10",
    "repairs --month 2026-10",
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Record]]:
    root = tmp_path_factory.mktemp("reports") / "book"
    residents = []
    for name, record in compose.records(Plan(seed=5, units=60, months=3, until=UNTIL)):
        if name == "tally":
            continue  # what is on file is told besides, and is tested with the tallies
        kind = KINDS[name]
        path = path_of(kind, str(record.get("id", name)))
        assert path
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(canonical_bytes(kind, path, record, None))
        residents += [record] if name == "resident" else []
    template = Path(str(KINDS["policy"].rules.__file__)).parents[1] / "template"
    for file, place in (("policy.toml", "policy/2026-01-01.toml"), ("roles.toml", "roles.toml")):
        target = root / "handbook" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((template / file).read_bytes())
    return root, residents


@pytest.fixture
def asked(book: tuple[Path, list[Record]], world: World) -> World:
    world.now = "2026-11-21 18:00"
    world.folder = book[0]
    world.environ["SVCCTL_LANG"] = "zh"
    return world


def said(world: World, command: str) -> str:
    outcome: Outcome = world.run(f"svcctl {command}")
    assert outcome.status == 0, outcome
    return outcome.output


@pytest.mark.parametrize("which", REPORTS)
def test_every_number_of_a_report_has_as_many_tickets(asked: World, which: str) -> None:
    rows = json.loads(said(asked, f"report {which} --format json"))["rows"]
    assert any(row["count"] for row in rows)
    for row in rows:
        assert row["count"] == len(row["ids"])
    counted = [row for row in rows if row["section"] not in ("open", "words", "repeated")]
    for row in counted[::6]:
        traced = said(asked, f"report {which} --trace {row['section']}/{row['key']} --format ids")
        assert traced.split() == row["ids"]
        if row["of"]:
            whole = f"--trace {row['section']}/{row['key']}/of --format ids"
            assert len(said(asked, f"report {which} {whole}").split()) == row["of"]


@pytest.mark.parametrize("which", REPORTS)
@pytest.mark.parametrize("form", ["table", "md", "csv"])
def test_no_resident_is_named(
    asked: World, book: tuple[Path, list[Record]], which: str, form: str
) -> None:
    printed = said(asked, f"report {which} --format {form}")
    # Two characters may stand in any sentence.
    names = {one["name"] for one in book[1] if len(one["name"]) > 2}
    assert names
    assert [name for name in names if name in printed] == []


@pytest.mark.parametrize("by", ["kind", "severity", "class", "area", "department"])
@pytest.mark.parametrize("period", ["--week 2026-W46", "--month 2026-10"])
def test_every_number_of_a_tally_has_as_many_tickets(asked: World, by: str, period: str) -> None:
    tally = f"reconcile tally {period} --by {by}"
    rows = json.loads(said(asked, f"{tally} --format json"))["rows"]
    numbers = ("opening", "new", "reopened", "into", "away", "closed", "cancelled", "duplicate",
               "open")  # fmt: skip
    assert all(row["difference"] == 0 for row in rows)
    for number in numbers:
        assert rows[-1][number] == sum(row[number] for row in rows[:-1])
    for row in rows[-3:]:
        group = "" if row["by"] == "" else f"{row['group'] or 'none'}/"
        for number in ("opening", "new", "closed", "open"):
            traced = said(asked, f"{tally} --trace {group}{number} --format ids")
            assert len(traced.split()) == row[number]


def test_reports_are_the_same_without_the_index(asked: World) -> None:
    for command in ("reconcile tally --month 2026-10", "report complaints --week 2026-W41"):
        assert said(asked, command) == said(asked, f"{command} --no-index")

"""The 3,000 real cases of an office, taken over whole."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from svcctl.base.case import happened
from svcctl.base.record import Record
from tests.support.importing import Office

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "data" / "constituent-cases-2019.csv"
MAP = ROOT / "docs" / "guides" / "import-nyc.toml"


@pytest.fixture
def office(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Office:
    return Office(tmp_path, capsys, monkeypatch)


def day_of(record: Record, did: str) -> str:
    days = [f"{happened(entry):%Y-%m-%d}" for entry in record["log"] if entry["did"] == did]
    return days[0] if days else ""


def test_the_real_cases_are_taken_over_with_their_own_days(office: Office) -> None:
    words = ("import", "tickets", CASES, "--map", MAP)
    planned = office.rows(*words, "--plan")
    began = time.monotonic()
    done = office.rows(*words)
    assert time.monotonic() - began < 20, "generous: takes two seconds alone on a slow machine"
    assert [(row["row"], row["verdict"]) for row in planned] == [
        (row["row"], row["verdict"]) for row in done
    ]
    with CASES.open(encoding="utf-8", newline="") as file:
        cases = {f"nyc:{row['unique_key']}": row for row in csv.DictReader(file)}
    tickets = {record["source"]: record for record in office.records("ticket")}
    assert len(tickets) == len(cases) == 3000
    for source, case in cases.items():
        record = tickets[source]
        assert record["id"][1:7] == case["opendate"].replace("-", "")[2:]
        assert day_of(record, "open") == case["opendate"]
        assert day_of(record, "close") == case["closedate"]
        assert record["status"] == ("closed" if case["closedate"] else "registered")
        assert record["subject"].startswith(case["complaint_type"])
        note = record["log"][0]["note"]
        assert all(case[name] in note for name in ("account", "council_dist", "community_board"))
    assert {row["id"] for row in done} == {record["id"] for record in tickets.values()}

    before = office.files()
    assert office.run(*words) == (0, "", "3000 rows: 3000 unchanged\n")
    assert office.files() == before
    status, out, err = office.run("validate", "tickets")
    assert (status, out) == (0, ""), err
    still_open = office.rows("ticket", "list", "--open")
    assert len(still_open) == sum(1 for case in cases.values() if not case["closedate"])

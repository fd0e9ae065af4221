from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from svcctl.vcs import git
from tests.support.transcript import ROOT
from tests.support.transcript import World

pytestmark = pytest.mark.git

TICKET = "tickets/2026/11/21/T261121-A01.toml"
PHONE = "15866667777"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The sample estate in a repository, with one commit."""
    world = World(tmp_path / "work", now="2026-11-21 18:00")
    world.environ |= {"SVCCTL_LANG": "en", "GIT_COMMITTER_DATE": "2026-11-20 17:00 +0800"}
    shutil.copytree(ROOT / "records", world.folder / "records")
    for command in (
        "git init -q -b main",
        "git add --all",
        "git commit -q -m begin",
    ):
        assert world.run(command).status == 0
    world.environ["GIT_COMMITTER_DATE"] = "2026-11-21 17:00 +0800"
    return world


def book(world: World) -> Path:
    return world.folder / "records"


def change(world: World, path: str, before: str, after: str) -> None:
    file = book(world) / path
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.fixture
def somebody(world: World) -> str:
    """A file of the staff, by its path."""
    return min((book(world) / "staff").iterdir()).relative_to(book(world)).as_posix()


def test_nothing_differs(world: World) -> None:
    assert world.run("svcctl diff --exit-code").output == "nothing differs\n"


def test_exit_code_only_where_asked_for(world: World, somebody: str) -> None:
    change(world, somebody, 'name = "', 'name = "新')
    assert world.run("svcctl diff").status == 0
    assert world.run("svcctl diff --exit-code").status == 1
    assert world.run("svcctl diff --exit-code units").status == 0


def test_json_has_one_object_for_each_record(world: World, somebody: str) -> None:
    change(world, somebody, 'name = "', 'name = "新')
    change(world, TICKET, 'subject = "', 'subject = "新')
    rows = json.loads(world.run("svcctl diff --format json").output)["rows"]
    assert [row["path"] for row in rows] == [somebody, TICKET]
    staff, ticket = rows
    assert [one["field"] for one in staff["fields"]] == ["name"]
    assert (staff["kind"], staff["change"], staff["rewritten"]) == ("staff", "changed", False)
    assert ticket["rewritten"]
    assert set(ticket) >= {"added", "removed", "altered", "fields", "id", "kind", "words"}
    lines = world.run("svcctl diff --format jsonl").output.splitlines()
    assert [json.loads(line) for line in lines] == rows
    ids = world.run("svcctl diff --format ids").output.split()
    assert ids == [Path(somebody).stem, "T261121-A01"]


def test_numbers_are_masked_in_every_format_unless_revealed(world: World) -> None:
    resident = next((book(world) / "residents").rglob("*.toml")).relative_to(book(world))
    text = (book(world) / resident).read_text(encoding="utf-8")
    old = next(one for one in text.split('"') if one.isdigit() and len(one) == 11)
    change(world, resident.as_posix(), old, PHONE)
    for form in ("table", "json", "jsonl", "csv", "md"):
        output = world.run(f"svcctl diff --format {form}").output
        assert PHONE not in output
        assert old not in output
        assert "158****7777" in output
        assert PHONE in world.run(f"svcctl diff --reveal --format {form}").output
    world.run(f"git commit -q -a -m {resident.stem}")
    for command in (f"history {resident.stem}", "diff --day", "diff --day --format json"):
        assert PHONE not in world.run(f"svcctl {command}").output
    assert PHONE in world.run(f"svcctl history {resident.stem} --reveal").output


def test_paths_folders_ids_and_short_forms(world: World, somebody: str) -> None:
    change(world, somebody, 'name = "', 'name = "新')
    change(world, TICKET, 'subject = "', 'subject = "新')
    name = Path(somebody).stem
    for said, found in (
        ("21-A01", {"T261121-A01"}),
        ("T261121-A01", {"T261121-A01"}),
        (f"records/{TICKET}", {"T261121-A01"}),
        (TICKET, {"T261121-A01"}),
        ("tickets", {"T261121-A01"}),
        (name, {name}),
        ("HEAD 21-A01", {"T261121-A01"}),
        (f"staff T261121-A01 {name}", {name, "T261121-A01"}),
    ):
        output = world.run(f"svcctl diff {said} --format ids").output
        assert set(output.split()) == found, said


def test_what_is_gone_can_be_named_by_its_id(world: World) -> None:
    os.unlink(book(world) / TICKET)
    output = world.run("svcctl diff T261121-A01").output
    assert "the whole record is gone" in output
    assert "T261121-A01" in world.run("svcctl history T261121-A01").output


@pytest.mark.parametrize("said", ["nothing", "HEAD nothing", "nothing..HEAD"])
def test_what_is_neither_revision_nor_record_is_refused(said: str, world: World) -> None:
    assert world.run(f"svcctl diff {said}").status == 3


@pytest.mark.parametrize("said", ["--day today A01", "--day --staged", "--staged HEAD~0..HEAD"])
def test_what_makes_no_sense_together_is_refused(said: str, world: World) -> None:
    assert world.run(f"svcctl diff {said}").status == 2


def test_a_range_and_what_is_staged(world: World, somebody: str) -> None:
    change(world, somebody, 'name = "', 'name = "新')
    assert world.run("svcctl diff --staged").output == "nothing differs\n"
    world.run("git add --all")
    assert "name: " in world.run("svcctl diff --staged").output
    world.run("git commit -q -m two")
    assert "name: " in world.run("svcctl diff HEAD~1..").output
    assert world.run("svcctl diff HEAD").output == "nothing differs\n"


def test_a_file_is_written_where_asked_for(world: World, somebody: str) -> None:
    change(world, somebody, 'name = "', 'name = "新')
    assert world.run("svcctl diff -o out.csv").output == ""
    text = (world.folder / "out.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "id,kind,path,change,entry,field,before,after"


def test_a_policy_is_told_by_what_it_changes(world: World) -> None:
    change(world, "handbook/policy/2026-01-01.toml", "attempts = 3", "attempts = 5")
    output = world.run("svcctl diff handbook").output
    assert "callback attempts, on different days: 3 -> 5" in output


@pytest.mark.parametrize(
    "broken", ["book.toml", "handbook/roles.toml", "handbook/policy/2026-01-01.toml", TICKET]
)
def test_broken_files_stop_nothing(broken: str, world: World, somebody: str) -> None:
    (book(world) / broken).write_bytes(b"<<<<<<< ours\n\xff")
    change(world, somebody, 'name = "', 'name = "新')
    for command in ("diff", "diff --day", "diff --format json", "diff --day --format json",
                    "diff HEAD", f"history {broken} {somebody}"):  # fmt: skip
        outcome = world.run(f"svcctl {command}")
        assert outcome.status == 0, outcome.output
        assert Path(somebody).stem in outcome.output


def test_without_git_one_line_says_why_not(tmp_path: Path) -> None:
    world = World(tmp_path / "work", now="2026-11-21 18:00")
    world.environ["SVCCTL_LANG"] = "en"
    shutil.copytree(ROOT / "records", world.folder / "records")
    for command in ("diff", "diff --day", "history T261121-A01"):
        outcome = world.run(f"svcctl {command}")
        assert outcome.status == 8
        assert "not in a git repository" in outcome.output.splitlines()[0]


def test_the_day_as_data(world: World) -> None:
    change(world, TICKET, 'subject = "', 'subject = "新')
    world.run("git commit -q -a -m edited")
    record = json.loads(world.run("svcctl diff --day --format json").output)["record"]
    assert record["id"] == "2026-11-21"
    assert [one["what"] for one in record["eye"]] == ["rewritten"]
    assert record["tally"]["open"] >= 0
    assert [one["id"] for one in record["records"]] == ["T261121-A01"]


def test_history_as_data_has_a_row_for_each_commit(world: World) -> None:
    change(world, TICKET, 'subject = "', 'subject = "新')
    world.run("git commit -q -a -m edited")
    change(world, TICKET, 'subject = "新', 'subject = "又')
    rows = json.loads(world.run("svcctl history T261121-A01 --format json").output)["rows"]
    assert [row["subject"] for row in rows] == ["begin", "edited", ""]
    assert rows[0]["change"] == "added"
    assert rows[2]["commit"] == ""


def test_git_itself_reads_the_same(world: World) -> None:
    world.processes = True
    git.run(world.folder, ["config", "diff.svcctl.textconv", "svcctl git textconv"])
    (world.folder / ".gitattributes").write_text("*.toml diff=svcctl\n", encoding="utf-8")
    change(world, TICKET, 'note = "', 'note = "新')
    shown = world.run("git diff").output
    assert "\n+    新" in shown
    (book(world) / TICKET).write_bytes(b"<<<<<<< ours\n\xff")
    (book(world) / "staff" / "new.toml").write_bytes(b"")
    world.run("git add --all")
    done = subprocess.run(["git", "diff", "HEAD"], cwd=world.folder, env=world.environ,
                          capture_output=True, check=False)  # fmt: skip
    assert done.returncode == 0
    assert b"+<<<<<<< ours" in done.stdout


def test_a_number_in_what_somebody_said_of_a_commit_is_masked(world: World, somebody: str) -> None:
    change(world, somebody, 'name = "', 'name = "新')
    world.run(f'git commit -q -a -m "called {PHONE}"')
    name = Path(somebody).stem
    for form in ("table", "json", "jsonl", "csv", "md"):
        output = world.run(f"svcctl history {name} --format {form}").output
        assert PHONE not in output
        assert "158****7777" in output
    assert PHONE in world.run(f"svcctl history {name} --reveal").output
    assert PHONE not in world.run("svcctl diff --day").output


def test_a_book_that_cannot_be_opened_is_audited_all_the_same(world: World) -> None:
    change(world, TICKET, 'subject = "', 'subject = "新')
    world.run("git commit -q -a -m edits --no-verify")
    change(world, "book.toml", "format", "x = [\nformat")
    done = world.run("svcctl git audit")
    assert done.status == 1, done.output
    assert "AUD101" in done.output or "AUD105" in done.output
    assert "+08:00" in world.run("svcctl git audit --format json").output

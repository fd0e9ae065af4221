"""The commands `validate`, `fmt` and `handbook`, from the command line to the exit status."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.transcript import World

BOOK = Path(__file__).parents[1] / "check" / "book"
STAFF = "staff/wang.fang.toml"
TICKET = "tickets/2026/11/21/T261121-A07.toml"


@pytest.fixture
def book(world: World) -> Path:
    """A valid book in which the commands run; the language is English."""
    shutil.copytree(BOOK, world.folder, dirs_exist_ok=True)
    spoil(world.folder, "book.toml", 'language = "zh"', 'language = "en"')
    return world.folder


def spoil(root: Path, path: str, old: str, new: str) -> None:
    target = root / path
    changed = target.read_text("utf-8").replace(old, new, 1)
    target.write_text(changed, encoding="utf-8", newline="\n")


@pytest.mark.usefixtures("book")
def test_a_valid_book_ends_in_0_and_prints_no_finding(world: World) -> None:
    assert world.run("svcctl validate") == ("8 files checked, nothing wrong\n", 0)


def test_findings_end_in_1_and_lead_to_the_line_from_where_one_stands(
    world: World, book: Path
) -> None:
    spoil(book, STAFF, 'name = "王芳"', "name = 3")
    said = world.run("svcctl validate")
    assert said.status == 1
    assert said.output == (
        f"{STAFF}:2:1: error[SCH105]: wrong kind of value: text expected\n"
        "8 files checked: 1 error, 0 warnings\n"
    )
    world.folder = book / "tickets"
    assert world.run("svcctl validate").output.startswith(f"../{STAFF}:2:1: error")
    assert world.run(f"svcctl validate ../{STAFF}").status == 1
    assert world.run(f"svcctl validate {STAFF}").status == 1
    assert world.run("svcctl validate 2026").status == 0


def test_warnings_end_in_0_unless_strict(world: World, book: Path) -> None:
    spoil(book, "units/3/3-2-1501.toml", "base_on = 2020-05-01\n", "")
    assert world.run("svcctl validate").status == 0
    assert world.run("svcctl validate --strict").status == 1


def test_json_is_only_the_document_on_stdout(world: World, book: Path) -> None:
    spoil(book, STAFF, 'name = "王芳"', "name = 3")
    document = json.loads(world.run("svcctl validate --format json 2>/dev/null").output)
    assert document["errors"] == 1
    assert document["diagnostics"][0]["path"] == STAFF


@pytest.mark.usefixtures("book")
def test_a_path_outside_the_book_is_refused_and_one_not_there_is_named(world: World) -> None:
    assert world.run("svcctl validate /etc/passwd").status == 2
    missing = world.run("svcctl validate nowhere.toml")
    assert missing.status == 3
    assert "nowhere.toml" in missing.output


def git(book: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=book, check=True, capture_output=True)


@pytest.mark.git
def test_staged_and_committed_states_are_checked_as_they_are(world: World, book: Path) -> None:
    git(book, "init", "-q")
    git(book, "add", ".")
    git(book, "commit", "-qm", "sound")
    spoil(book, STAFF, 'name = "王芳"', "name = 3")
    git(book, "add", ".")
    shutil.copyfile(BOOK / STAFF, book / STAFF)
    assert world.run("svcctl validate").status == 0
    assert world.run("svcctl validate --staged").status == 1
    assert world.run("svcctl validate --rev HEAD").status == 0
    git(book, "commit", "-qm", "spoilt")
    assert world.run("svcctl validate --rev HEAD").status == 1
    assert world.run("svcctl validate --rev HEAD~1").status == 0
    assert world.run("svcctl validate --rev HEAD --staged").status == 2
    assert world.run("svcctl validate --rev nothing").status == 3


def test_fmt_rewrites_what_it_can_and_names_what_it_leaves(world: World, book: Path) -> None:
    spoil(book, STAFF, 'name = "王芳"', 'name    = "王芳"')
    spoil(book, "units/3/3-2-1501.toml", "[[meter]]", "# 抄表\n[[meter]]")
    before = (book / STAFF).read_bytes()
    check = world.run("svcctl fmt --check")
    assert check.status == 1
    assert (book / STAFF).read_bytes() == before
    said = world.run("svcctl fmt")
    assert said.status == 1
    assert said.output == (
        f"{STAFF}\n"
        "svcctl: warning: units/3/3-2-1501.toml:11:1: the comment in this line would be lost; "
        "move it to the top of the file or into a note\n"
        "1 file rewritten; 1 file left as it is\n"
    )
    assert (book / STAFF).read_bytes() == (BOOK / STAFF).read_bytes()
    assert world.run(f"svcctl fmt {STAFF}") == ("everything is in canonical form\n", 0)


def test_fmt_writes_several_files_at_once_and_nothing_the_second_time(
    world: World, book: Path
) -> None:
    for path in (STAFF, TICKET, "book.toml"):
        data = (book / path).read_bytes()
        (book / path).write_bytes(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))
    assert world.run("svcctl fmt").output.endswith("3 files rewritten\n")
    assert (book / TICKET).read_bytes() == (BOOK / TICKET).read_bytes()
    assert world.run("svcctl fmt").output == "everything is in canonical form\n"


def test_handbook_show_gives_what_is_in_force_on_the_day(world: World, book: Path) -> None:
    later = book / "handbook/policy/2027-01-01.toml"
    later.write_text(
        'id = "2027-01-01"\ntitle = "新规"\n\n[[limit]]\nduty = "reply"\nkind = "complaint"\n'
        'within = "12h"\nowner = "agent"\nrule = "house"\n',
        encoding="utf-8",
    )
    rows = json.loads(world.run("svcctl handbook show --format json 2>/dev/null").output)["rows"]
    assert [one["value"] for one in rows if one["part"] == "limit"] == ["24h"]
    said = world.run("svcctl handbook show --at 2027-03-01 --format json 2>/dev/null")
    rows = json.loads(said.output)["rows"]
    limit = next(one for one in rows if one["part"] == "limit")
    assert (limit["value"], limit["policy"], limit["owner"]) == ("12h", "2027-01-01", "agent")
    assert {one["name"] for one in rows if one["part"] == "role"} == {"supervisor", "agent"}


def test_handbook_check_looks_at_the_handbook_alone(world: World, book: Path) -> None:
    spoil(book, STAFF, 'name = "王芳"', "name = 3")
    assert world.run("svcctl handbook check") == ("2 files checked, nothing wrong\n", 0)
    spoil(book, "handbook/policy/2026-01-01.toml", 'owner = "agent"', 'owner = "clerk"')
    said = world.run("svcctl handbook check")
    assert said.status == 1
    assert "HBK103" in said.output

"""The merge driver on files: what git hands it, and what it leaves in the file of our side."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import assume
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.order import order_of
from svcctl.kinds import KINDS
from svcctl.vcs.merges import driver
from svcctl.vcs.merges.driver import kind_of_path
from svcctl.vcs.merges.driver import merge_files
from tests.support.builders import entry
from tests.support.builders import ticket
from tests.support.cards import Story
from tests.support.cards import stories

PATH = "staff/li.na.toml"
STAFF = KINDS["staff"]
CARD = b'id = "li.na"\nname = "\xe6\x9d\x8e\xe5\xa8\x9c"\ndepartment = "repair"\n'
SECOND = b'id = "li.na"\nname = "\xe6\x9d\x8e\xe5\xa8\x9c"\ndepartment = "security"\n'
NOTED = CARD + b'note = "x"\n'


class Result(NamedTuple):
    """What the driver left behind."""

    status: int
    data: bytes


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def drive(base: bytes, ours: bytes, theirs: bytes, path: str = PATH) -> Result:
    """Run the driver in the current folder as git does."""
    for name, data in (("o", base), ("a", ours), ("b", theirs)):
        Path(name).write_bytes(data)
    status = driver.main(["o", "a", "b", "7", path])
    return Result(status, Path("a").read_bytes())


def commented(data: bytes, comment: str) -> bytes:
    return f"{comment}\n\n".encode() + data


@given(stories())
def test_files_no_side_is_the_better_one(story: Story) -> None:
    kind = KINDS[story.kind]
    base, ours, theirs = (toml.emit(one, order_of(kind)) for one in story[1:])
    assume(base and ours and theirs)
    made = merge_files(kind, base, ours, theirs)
    assert made.data is not None
    assert merge_files(kind, base, theirs, ours).data == made.data
    assert merge_files(kind, base, ours, base).data == ours
    assert merge_files(kind, base, ours, ours).data == ours
    assert toml.is_canonical(made.data, toml.parse(made.data), order_of(kind))
    assert merge_files(kind, base, made.data, made.data).data == made.data


@given(st.binary(max_size=60), st.binary(max_size=60), st.sampled_from(sorted(KINDS)))
def test_no_bytes_make_it_fail(ours: bytes, theirs: bytes, name: str) -> None:
    made = merge_files(KINDS[name], b"", ours, theirs)
    assert made.data is None or toml.parse(made.data) is not None


@pytest.mark.git
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_no_bytes_stop_git(
    tmp_path_factory: pytest.TempPathFactory, ours: bytes, theirs: bytes
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("any"))
        assert drive(b"", ours, theirs).status in (0, 1)


def test_one_field_each_is_merged() -> None:
    made = drive(CARD, SECOND, NOTED)
    assert made == (0, SECOND + b'note = "x"\n')


def test_both_change_one_field_and_the_card_says_so() -> None:
    made = drive(CARD, SECOND, CARD.replace(b"repair", b"reception"))
    assert made.status == 0
    record = toml.parse(made.data)
    assert record["disputed"] == [{"field": "department", "values": ["reception", "security"]}]
    assert record["department"] == "reception"


def test_an_empty_base_is_none() -> None:
    assert drive(b"", CARD, NOTED) == (0, NOTED)


def test_line_ends_and_marks_of_other_systems_do_not_matter() -> None:
    made = drive(CARD, b"\xef\xbb\xbf" + SECOND.replace(b"\n", b"\r\n"), NOTED)
    assert made == (0, SECOND + b'note = "x"\n')


def test_the_first_comments_are_merged_line_by_line() -> None:
    old = commented(CARD, "# a\n# b")
    one = commented(SECOND, "# a\n# b\n# ours")
    two = commented(NOTED, "# a\n# theirs\n# b")
    made = drive(old, one, two)
    assert made.status == 0
    assert made.data.startswith(b"# a\n# theirs\n# b\n# ours\n\nid =")
    assert drive(old, two, one).data == made.data
    changed = drive(old, commented(SECOND, "# a\n# c"), commented(NOTED, "# a\n# b"))
    assert changed.data.startswith(b"# a\n# c\n\nid")
    assert drive(old, one, NOTED).data.startswith(b"# ours\n\nid")


@pytest.mark.git
def test_another_comment_is_left_to_git_and_kept() -> None:
    body = CARD.replace(b"department", b"# why\ndepartment")
    made = drive(body, body + b'note = "x"\n', body.replace(b'na"\n', b'na"\n', 1))
    assert made == (0, body + b'note = "x"\n')


@pytest.mark.git
def test_a_comment_next_to_two_changes_is_a_conflict() -> None:
    made = drive(CARD, SECOND + b"# why\n", NOTED)
    assert made.status == 1
    assert b"<<<<<<< ours\n" in made.data
    assert b">>>>>>> theirs\n" in made.data
    assert b"# why" in made.data


@pytest.mark.git
@pytest.mark.parametrize(
    "broken",
    [b"id = ", b"<<<<<<< HEAD\nid = 1\n=======\n>>>>>>> x\n", b"\xff\xfe\x00", b"a\0b\n" * 9, b""],
)
def test_a_side_that_cannot_be_read_is_a_conflict_that_loses_nothing(broken: bytes) -> None:
    for sides in ((broken, NOTED), (NOTED, broken)):
        made = drive(CARD, *sides)
        assert made.status == 1
        for side in sides:
            assert set(side.splitlines()) - set(CARD.splitlines()) <= set(made.data.splitlines())


@pytest.mark.git
def test_a_file_that_is_no_record_is_merged_as_text() -> None:
    base = b"1\n2\n3\n4\n5\n6\n7\n"
    ours, theirs = base.replace(b"1", b"one"), base.replace(b"7", b"seven")
    assert drive(base, ours, theirs, "schemas/x.toml") == (0, b"one\n2\n3\n4\n5\n6\nseven\n")
    made = drive(base, ours, base.replace(b"1", b"uno"), "README.toml")
    assert made.status == 1
    assert made.data.startswith(b"<<<<<<< ours\none\n=======\nuno\n>>>>>>> theirs\n")


@pytest.mark.git
def test_a_desk_claimed_twice_is_loud() -> None:
    def claim(token: str, who: str) -> bytes:
        text = f'id = "B"\nclaimed_at = 2026-11-21 09:00:00+08:00\nclaimed_by = "{who}"\n'
        return f'{text}token = "{token * 16}"\n'.encode()

    made = drive(b"", claim("a", "wang"), claim("b", "li"), "desks/B.toml")
    assert made.status == 1
    assert b"<<<<<<< ours\n" in made.data
    with pytest.raises(toml.TomlError, match="conflict"):
        toml.parse(made.data)
    same = drive(b"", claim("a", "wang"), claim("a", "li"), "desks/B.toml")
    assert same.status == 0


@pytest.mark.git
def test_two_residents_of_one_number_are_not_made_one() -> None:
    one, two = (f'id = "R-A0123"\nname = "{name}"\n'.encode() for name in ("孙丽", "钱七"))
    path = "residents/A/01/R-A0123.toml"
    assert drive(b"", one, two, path).status == 1
    assert drive(b'id = "R-A0123"\nname = "x"\n', one, two, path).status == 0


def written(*entries: Record) -> bytes:
    base = ticket()
    log = [*base["log"], *entries]
    record = {"id": base["id"], **KINDS["ticket"].rules.fold(log), "log": log}
    return toml.emit(record, order_of(KINDS["ticket"]))


TICKET = "tickets/2026/11/21/T261121-A07.toml"


def test_cases_are_merged_by_their_entries() -> None:
    one, two = entry("2A", "note", note="x"), entry("2B", "note", note="y")
    made = drive(written(), written(one), written(two), TICKET)
    assert made == (0, written(one, two))


def test_one_name_for_two_entries_keeps_both_and_is_loud() -> None:
    one, two = entry("2A", "note", note="x"), entry("2A", "note", note="y")
    made = drive(written(), written(one), written(two), TICKET)
    assert made.status == 1
    assert [one.get("note") for one in toml.parse(made.data)["log"][1:]] == ["x", "y"]


def test_a_name_that_was_double_before_is_no_news() -> None:
    one, two, more = (
        entry(n, "note", note=n + w) for n, w in (("2A", "x"), ("2A", "y"), ("3B", ""))
    )
    made = drive(written(one), written(one, two), written(one, more), TICKET)
    assert made == (0, written(one, two, more))


def test_a_case_with_a_broken_past_is_merged() -> None:
    one, two = entry("2A", "note", note="x"), entry("2B", "note", note="y")
    assert drive(b"<<<<<<<", written(one), written(two), TICKET) == (0, written(one, two))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("staff/li.na.toml", "staff"),
        ("records/staff/li.na.toml", "staff"),
        ("a/b/records/" + TICKET, "ticket"),
        ("staff/" + TICKET, "ticket"),
        ("book.toml", "book"),
        ("records/handbook/policy/2026-01-01.toml", "policy"),
        ("records/README.toml", None),
        ("records/schemas/staff.schema.json", None),
        ("records/handbook/other.toml", None),
        ("", None),
    ],
)
def test_the_kind_of_a_file_in_a_subfolder(path: str, name: str | None) -> None:
    found = kind_of_path(path)
    assert (found.name if found else None) == name


def test_the_book_on_disk_decides_where_the_path_is_ambiguous(here: Path) -> None:
    assert kind_of_path("desks/A/units/3/3-2-1501.toml") == KINDS["unit"]
    (here / "records").mkdir()
    (here / "records" / "book.toml").touch()
    assert kind_of_path("records/staff/li.na.toml") == KINDS["staff"]
    assert kind_of_path("records/old/staff/li.na.toml") is None


def test_wrong_arguments_are_no_merge(capsys: pytest.CaptureFixture[str]) -> None:
    assert driver.main(["o"]) == 2
    assert "%O %A %B %L %P" in capsys.readouterr().err


def test_a_merge_loads_neither_click_nor_pydantic() -> None:
    for name, data in (("o", CARD), ("a", SECOND), ("b", NOTED)):
        Path(name).write_bytes(data)
    code = (
        "import sys\nfrom svcctl.cli import main\n"
        f"status = main.run(['git', 'merge-driver', 'o', 'a', 'b', '7', '{PATH}'])\n"
        "print(status, sorted({'click', 'pydantic', 'subprocess', 'rtoml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "0 []\n"
    assert Path("a").read_bytes() == SECOND + b'note = "x"\n'

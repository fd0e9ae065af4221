"""The check of whole books: what it covers, what it remembers, that nothing stops it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from svcctl.base.errors import NotFoundError
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book import workers
from svcctl.book.index import Index
from svcctl.book.source import Disk
from svcctl.check import across
from svcctl.check import diagnostic
from svcctl.check import file
from svcctl.check import runner
from svcctl.check.form import formed
from svcctl.handbook.lookup import Handbook
from tests.support.builders import ZONE

HERE = Path(__file__).parent
TICKET = "tickets/2026/11/21/T261121-A07.toml"
STAFF = "staff/wang.fang.toml"
PATHS = [
    TICKET,
    STAFF,
    "book.toml",
    "desks/A.toml",
    "handbook/roles.toml",
    "handbook/policy/2026-01-01.toml",
    "units/3/3-2-1501.toml",
    "residents/A/01/R-A0123.toml",
]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A small valid book."""
    shutil.copytree(HERE / "book", tmp_path / "book")
    return tmp_path / "book"


def spoil(root: Path, path: str, old: str, new: str) -> None:
    target = root / path
    text = target.read_text("utf-8")
    assert old in text
    target.write_text(text.replace(old, new, 1), encoding="utf-8")


def codes(root: Path, **more: Any) -> list[str]:
    return [one.code for one in runner.run(root, Disk(root), **more).found]


def test_all_findings_of_all_files_are_told_sorted(book: Path) -> None:
    spoil(book, TICKET, 'severity = "major"', 'severity = "majr"')
    spoil(book, TICKET, 'did = "assign"', 'did = "assign"\nnote = """\n13912345678\n"""')
    spoil(book, STAFF, 'name = "王芳"', "name = 3")
    found = runner.run(book, Disk(book)).found
    assert [(one.path, one.line, one.code) for one in found] == [
        (STAFF, 2, "SCH105"),
        (TICKET, 4, "SCH103"),
        (TICKET, 31, "PRV101"),
    ]


def test_rules_are_asked_about_the_sound_parts_of_a_misshapen_record(book: Path) -> None:
    spoil(book, TICKET, 'subject = "电梯困人"', 'subjekt = "电梯困人"')
    spoil(book, TICKET, 'status = "assigned"', 'status = "done"')
    assert codes(book) == ["SCH101", "TKT203", "SCH102"]


def test_a_second_run_reads_no_file_that_was_clean(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(book, STAFF, 'name = "王芳"', "name = 3")
    first = runner.run(book, Disk(book))
    seen: list[str] = []
    check = file.check

    def noted(path: str, data: bytes, handbook: Handbook | None) -> list[diagnostic.Diagnostic]:
        seen.append(path)
        return check(path, data, handbook)

    monkeypatch.setattr(file, "check", noted)
    assert runner.run(book, Disk(book)) == first
    assert seen == [STAFF]


def test_a_changed_handbook_makes_clean_files_be_checked_again(book: Path) -> None:
    assert codes(book) == []
    spoil(book, "handbook/policy/2026-01-01.toml", 'key = "phone"', 'key = "call"')
    assert codes(book) == ["HBK105"]


def test_a_link_breaks_when_its_target_goes_although_the_file_is_known_clean(book: Path) -> None:
    assert codes(book) == []
    (book / "units/3/3-2-1501.toml").unlink()
    found = runner.run(book, Disk(book)).found
    assert {(one.path, one.code) for one in found} == {
        (TICKET, "LNK101"),
        ("residents/A/01/R-A0123.toml", "LNK101"),
    }


def test_the_hint_names_the_command_that_lists_what_is_missing(book: Path) -> None:
    spoil(book, TICKET, "[[log]]", 'incident = "I261121-A01"\n\n[[log]]')
    (found,) = [one for one in runner.run(book, Disk(book)).found if one.code == "LNK101"]
    assert "svcctl ticket incident list" in found.hint


def test_without_index_the_findings_are_the_same(book: Path) -> None:
    spoil(book, TICKET, 'by = "wang.fang"', 'by = "li.na"')
    kept = runner.run(book, Disk(book), cached=False)
    assert kept.found
    assert not (book / ".svcctl").exists()
    assert runner.run(book, Disk(book)) == kept
    assert runner.run(book, Disk(book)) == kept


def test_paths_choose_files_and_what_is_between_them(book: Path) -> None:
    spoil(book, TICKET, 'by = "wang.fang"', 'by = "li.na"')
    spoil(book, STAFF, 'name = "王芳"', "name = 3")
    assert codes(book, paths=["tickets/2026"]) == ["LNK101"]
    assert codes(book, paths=[STAFF]) == ["SCH105"]
    assert runner.run(book, Disk(book), paths=["tickets"]).files == 1
    with pytest.raises(NotFoundError):
        runner.run(book, Disk(book), paths=["tickets/2025"])


def test_a_broken_book_file_or_policy_is_a_finding_like_any_other(book: Path) -> None:
    (book / "book.toml").write_bytes(b"\xff")
    (book / "handbook/policy/2026-01-01.toml").write_bytes(b"[")
    assert codes(book) == ["FMT107", "FMT101"]


def test_two_processes_find_what_one_finds(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(book, TICKET, 'did = "assign"', 'did = "asign"')
    spoil(book, STAFF, 'name = "王芳"', "name = 3")
    one = runner.run(book, Disk(book), cached=False)
    assert len(one.found) > 2
    # New files are looked at by the index, known ones by the runner itself.
    monkeypatch.setattr(workers, "WORTH_IT", 4)
    assert runner.run(book, Disk(book)) == one
    assert runner.run(book, Disk(book)) == one
    shutil.rmtree(book / ".svcctl")
    list_all(book)
    monkeypatch.setattr(runner, "_TWO_PROCESSES", 2)
    assert runner.run(book, Disk(book)) == one


def list_all(root: Path) -> None:
    """Let the index know every file, as a list does."""
    with Index(root, Disk(root)) as index:
        index.refresh()


def test_a_first_check_reads_and_parses_each_file_once(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    parsed: list[bytes] = []
    fetch, parse = Disk.fetch, toml.parse

    def fetching(disk: Disk, path: str) -> bytes:
        fetched.append(path)
        return fetch(disk, path)

    def parsing(data: bytes) -> Record:
        parsed.append(data)
        return parse(data)

    monkeypatch.setattr(Disk, "fetch", fetching)
    monkeypatch.setattr(toml, "parse", parsing)
    assert codes(book) == []
    assert [fetched.count(path) for path in (TICKET, STAFF)] == [1, 1]
    assert [parsed.count((book / path).read_bytes()) for path in (TICKET, STAFF)] == [1, 1]


def test_a_check_after_a_list_finds_the_same_and_remembers_it(book: Path) -> None:
    spoil(book, TICKET, 'did = "assign"', 'did = "asign"')
    alone = runner.run(book, Disk(book), cached=False)
    list_all(book)
    assert runner.run(book, Disk(book)) == alone
    with Index(book, Disk(book), handbook_key=str(ZONE)) as index:
        assert [path for path, _hash in index.unmarked()] == [TICKET]


def test_what_is_between_records_is_asked_again_after_any_change(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    check = across.check

    def noted(*given: Any) -> list[diagnostic.Diagnostic]:
        asked.append(1)
        return check(*given)

    monkeypatch.setattr(across, "check", noted)
    assert codes(book) == codes(book) == codes(book) == []
    assert len(asked) == 1
    unit = book / "units/3/3-2-1501.toml"
    kept = unit.read_bytes()
    unit.unlink()
    assert codes(book) == codes(book) == ["LNK101", "LNK101"]
    unit.write_bytes(kept)
    assert codes(book) == []
    assert len(asked) == 4


def test_a_handbook_that_came_and_went_leaves_no_wrong_marks(book: Path) -> None:
    policy = book / "handbook/policy/2026-01-01.toml"
    before = policy.read_bytes()
    assert codes(book) == []
    spoil(book, "handbook/policy/2026-01-01.toml", 'key = "phone"', 'key = "call"')
    # A new file, read while another handbook is in force.
    shutil.copy(book / STAFF, book / "staff/li.na.toml")
    spoil(book, "staff/li.na.toml", 'id = "wang.fang"', 'id = "li.na"')
    assert codes(book) == ["HBK105"]
    policy.write_bytes(before)
    assert codes(book) == []
    with Index(book, Disk(book), handbook_key=str(ZONE)) as index:
        assert index.unmarked() == []


def test_names_that_differ_in_case_only_are_found(book: Path) -> None:
    (book / "Staff").mkdir()
    (book / STAFF).rename(book / "staff/wang.fang.TOML")
    found = runner.run(book, Disk(book), paths=["staff", "Staff"]).found
    assert [(one.path, one.code) for one in found] == [
        ("Staff", "PTH103"),
        ("staff/wang.fang.TOML", "PTH103"),
    ]


def test_private_values_are_not_repeated_by_findings(book: Path) -> None:
    path = "residents/A/01/R-A0123.toml"
    spoil(book, path, '    "13900139000",\n', "    13900139000,\n")
    spoil(book, path, 'id_number = "11010519491231002X"', "id_number = 110105194912310021")
    spoil(book, TICKET, 'kind = "complaint"', 'kind = "13912345678"')
    text = diagnostic.written(runner.run(book, Disk(book)).found, "json", files=8)
    for number in ("13900139000", "110105194912310021", "13912345678"):
        assert number not in text


# -- how findings are written -----------------------------------------------------------------


def one(path: str = STAFF, message: str = "100% wrong, really", hint: str = "") -> Any:
    return diagnostic.Diagnostic(path, 2, 8, "FMT101", "error", message, hint)


def test_text_has_the_place_first_and_the_hint_below() -> None:
    text = diagnostic.written([one(hint="svcctl fmt")], "text", files=1, prefix="records/")
    assert text == (
        f"records/{STAFF}:2:8: error[FMT101]: 100% wrong, really\n    hint: svcctl fmt\n"
    )


def test_github_annotations_are_escaped() -> None:
    text = diagnostic.written([one("a,b:c.toml", "50%\nmore")], "github", files=1)
    assert text == "::error file=a%2Cb%3Ac.toml,line=2,col=8,title=FMT101::50%25%0Amore\n"


def test_json_counts_and_carries_every_field() -> None:
    made = json.loads(diagnostic.written([one(hint="mend it")], "json", files=3, prefix="x/"))
    assert made == {
        "svcctl": 1,
        "files": 3,
        "errors": 1,
        "warnings": 0,
        "diagnostics": [
            {
                "path": STAFF,
                "line": 2,
                "col": 8,
                "code": "FMT101",
                "severity": "error",
                "message": "100% wrong, really",
                "hint": "mend it",
            }
        ],
    }


def test_a_path_cannot_break_out_of_its_line() -> None:
    text = diagnostic.written([one("a\n::error::b.toml")], "text", files=1)
    assert text.count("\n") == 1


# -- whatever the bytes -----------------------------------------------------------------------

_WORDS = """id kind status severity subject unit resident log n at when by did set unset note
    private phones id_number relation as since until role limit option list key within owner meter
    aliases format time_zone disputed"""
_KEYS = st.sampled_from(_WORDS.split()) | st.text(max_size=8)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.datetimes()
    | st.datetimes(timezones=st.just(ZONE))
    | st.dates()
    | st.times(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)
_RECORDS = st.dictionaries(_KEYS, _VALUES, max_size=8)
_BARE = Handbook([], {}, ZONE, "")


@given(path=st.sampled_from(PATHS), data=st.binary(max_size=300))
def test_any_bytes_become_findings(path: str, data: bytes) -> None:
    assert_sound(file.check(path, data, _BARE), data)
    formed(path, data)


@given(path=st.sampled_from(PATHS), record=_RECORDS)
def test_any_document_becomes_findings(path: str, record: dict[str, Any]) -> None:
    try:
        data = toml.emit(record, toml.Order())
    except toml.TomlError:
        return
    found = file.check(path, data, _BARE)
    assert_sound(found, data)
    assert "RUL101" not in {one.code for one in found}
    formed(path, data)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), at=st.integers(0, 2000), junk=st.binary(max_size=6))
def test_a_valid_file_with_a_few_bytes_changed_is_checked(path: str, at: int, junk: bytes) -> None:
    data = (HERE / "book" / path).read_bytes()
    spoilt = data[:at] + junk + data[at + len(junk) :]
    assert_sound(file.check(path, spoilt, _BARE), spoilt)
    made = formed(path, spoilt)
    if made.data is not None:
        assert formed(path, made.data).data == made.data


def assert_sound(found: list[diagnostic.Diagnostic], data: bytes) -> None:
    lines = data.count(b"\n") + 1
    for one in found:
        assert 1 <= one.line <= lines
        assert one.col >= 1
        assert one.message
        assert "\n" not in one.message + one.hint
        assert "{" not in one.hint


def test_name_that_is_no_text_is_found(book: Path) -> None:
    (book / "staff" / "\udcff.toml").write_bytes(b"")
    assert codes(book) == ["PTH101"]

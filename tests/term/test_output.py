"""Rows on their way out, in every format."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from collections.abc import Iterator
from datetime import date
from datetime import timedelta
from pathlib import Path

import pytest

from svcctl.base.errors import DiskError
from svcctl.term import output
from svcctl.term.output import Column
from svcctl.term.output import Form
from svcctl.term.output import Row
from tests.support.builders import ZONE
from tests.support.builders import at

COLUMNS = (
    Column("id", "Id"),
    Column("due", "Due"),
    Column("subject", "Subject", width=12),
    Column("path", "Path", width=0),
)
ROWS: list[Row] = [
    {"id": "T1", "due": at("2026-11-21 09:12"), "subject": "电梯困人,要求当天答复", "path": "a"},
    {"id": "1e5", "due": None, "subject": "0012", "path": "b", "secret": "x"},
]


class Terminal(io.StringIO):
    """A stream at which a person looks."""

    def isatty(self) -> bool:
        return True


def form(name: str, path: Path | None = None) -> Form:
    return Form(name, str(path or ""), ZONE)


def written(capsys: pytest.CaptureFixture[str], name: str, rows: list[Row] | None = None) -> str:
    output.write_rows(ROWS if rows is None else rows, COLUMNS, form(name))
    return capsys.readouterr().out


def test_markdown_is_a_table_that_no_cell_can_break(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[Row] = [
        {"id": "T1", "due": at("2026-11-21 09:12"), "subject": "a|b *c*\nd", "path": 1}
    ]
    assert written(capsys, "md", rows).splitlines() == [
        "| Id | Due | Subject |",
        "| --- | --- | --- |",
        r"| T1 | 2026-11-21 09:12 | a\|b \*c\* d |",
    ]
    assert output.format_for(None, "week.md") == "md"


def test_table_keeps_words_as_they_are_and_lines_up_chinese(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert written(capsys, "table").splitlines() == [
        "Id    Due               Subject",
        "----  ----------------  ---------------------",
        "T1    2026-11-21 09:12  电梯困人,要求当天答复",
        "1e5                     0012",
    ]


def test_table_on_a_terminal_cuts_by_columns_not_characters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    assert output.write_rows(ROWS, COLUMNS, form("table")) == 0
    assert "电梯困人,.." in screen.getvalue()


def test_table_on_a_terminal_ends_at_200_and_counts_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    rows: Iterator[Row] = ({"id": f"T{number}"} for number in range(500))
    assert output.write_rows(rows, COLUMNS[:1], form("table")) == 300
    assert len(screen.getvalue().splitlines()) == 202


def test_piped_table_leaves_nothing_out(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[Row] = [{"id": f"T{number}"} for number in range(500)]
    assert len(written(capsys, "table", rows).splitlines()) == 502


def test_no_rows_print_no_heading(capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, "table", []) == ""
    assert json.loads(written(capsys, "json", [])) == {"svcctl": 1, "rows": []}
    assert written(capsys, "csv", []) == "id,due,subject,path\n"


def test_json_is_an_envelope_with_iso_moments_and_the_columns_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = written(capsys, "json")
    assert "电梯困人" in text
    assert json.loads(text)["rows"] == [
        {
            "id": "T1",
            "due": "2026-11-21T09:12:00+08:00",
            "subject": "电梯困人,要求当天答复",
            "path": "a",
        },
        {"id": "1e5", "due": None, "subject": "0012", "path": "b"},
    ]


def test_jsonl_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = written(capsys, "jsonl").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["T1", "1e5"]


def test_ids_are_bare(capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, "ids") == "T1\n1e5\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_cell_never_becomes_a_formula(start: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[Row] = [{"id": f"{start}HYPERLINK(1)", "due": -5}]
    _head, cells = csv.reader(io.StringIO(written(capsys, "csv", rows), newline=""))
    assert cells == [f"'{start}HYPERLINK(1)".replace("\r", "\n"), "-5", "", ""]


def test_csv_of_a_span_before_is_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[Row] = [{"id": "T1", "subject": timedelta(hours=-2)}]
    _head, cells = csv.reader(io.StringIO(written(capsys, "csv", rows), newline=""))
    assert "-7200" in cells


def test_csv_file_opens_in_excel(tmp_path: Path) -> None:
    target = tmp_path / "名单.csv"
    output.write_rows(ROWS, COLUMNS, form("csv", target))
    data = target.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,due,subject,path\n")
    assert "2026-11-21T09:12:00+08:00" in data.decode()


def test_csv_on_stdout_has_no_mark(capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, "csv").startswith("id,")


@pytest.mark.parametrize(
    ("wish", "path", "expected"),
    [
        (None, None, "table"),
        (None, "a.CSV", "csv"),
        (None, "a.json", "json"),
        (None, "a.jsonl", "jsonl"),
        (None, "a.txt", "table"),
        ("ids", "a.csv", "ids"),
    ],
)
def test_format_follows_the_file_name_unless_said(
    wish: str | None, path: str | None, expected: str
) -> None:
    assert output.format_for(wish, path) == expected


def test_failing_rows_leave_the_old_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "list.csv"
    target.write_text("old", encoding="utf-8")

    def rows() -> Iterator[Row]:
        yield ROWS[0]
        msg = "disk on fire"
        raise RuntimeError(msg)

    with pytest.raises(RuntimeError):
        output.write_rows(rows(), COLUMNS, form("csv", target))
    assert target.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["list.csv"]


def test_new_file_has_the_mode_the_user_chose(tmp_path: Path) -> None:
    target = tmp_path / "list.csv"
    before = os.umask(0o027)
    try:
        output.write_rows(ROWS, COLUMNS, form("csv", target))
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_file_behind_a_link_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    real = tmp_path / "real.csv"
    real.write_text("old", encoding="utf-8")
    link = tmp_path / "link.csv"
    link.symlink_to(real)
    output.write_rows(ROWS, COLUMNS, form("ids", link))
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "T1\n1e5\n"


def test_unwritable_file_is_a_disk_error(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match="No such file or directory"):
        output.write_rows(ROWS, COLUMNS, form("csv", tmp_path / "none" / "list.csv"))


def test_device_is_written_to_and_not_replaced() -> None:
    output.write_rows(ROWS, COLUMNS, Form("csv", os.devnull, ZONE))
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_one_record_for_people_and_for_programs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    record: Row = {"id": "T1", "log": [{"at": at("2026-11-21 09:12")}], "day": date(2026, 11, 21)}
    output.write_one(record, ["T1", "  电梯"], form("table"))
    assert capsys.readouterr().out == "T1\n  电梯\n"
    output.write_one(record, [], form("json"))
    assert json.loads(capsys.readouterr().out) == {
        "svcctl": 1,
        "record": {
            "id": "T1",
            "log": [{"at": "2026-11-21T09:12:00+08:00"}],
            "day": "2026-11-21",
        },
    }
    output.write_one(record, [], form("ids", tmp_path / "ids.txt"))
    assert (tmp_path / "ids.txt").read_text(encoding="utf-8") == "T1\n"


def test_control_characters_do_not_reach_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[Row] = [{"id": "T1", "subject": "a\x1b[2Jb\nc\x07"}]
    assert "a[2Jb c" in written(capsys, "table", rows)


def test_values_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    columns = (
        Column("late", "Late"),
        Column("open", "Open"),
        Column("tags", "Tags"),
        Column("status", "Status", show=str.upper),
    )
    rows: list[Row] = [
        {"late": timedelta(hours=2, minutes=5), "open": True, "tags": ["a", "b"], "status": "done"}
    ]
    output.write_rows(rows, columns, form("table"))
    assert capsys.readouterr().out.splitlines()[2].split() == [
        "2h",
        "05m",
        "yes",
        "a,",
        "b",
        "DONE",
    ]
    output.write_rows(rows, columns, form("jsonl"))
    assert json.loads(capsys.readouterr().out) == {
        "late": 7500,
        "open": True,
        "tags": ["a", "b"],
        "status": "done",
    }


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [("abc", 3, "abc"), ("abcd", 3, "a.."), ("电梯困人", 8, "电梯困人"), ("电梯困人", 7, "电梯..")],
)
def test_cut_fits_the_width(text: str, width: int, expected: str) -> None:
    assert output.cut(text, width) == expected
    assert output.text_width(output.cut(text, width)) <= width


def test_no_text_turns_the_direction_of_what_stands_behind_it() -> None:
    assert output.clean("a\u202eb\u2066c\x07d") == "abcd"
    # What joins the parts of one sign stays.
    assert output.clean("👨\u200d👩") == "👨\u200d👩"

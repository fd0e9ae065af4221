from __future__ import annotations

import io
import sys
from datetime import date
from datetime import datetime
from pathlib import Path

import pytest

from svcctl.base.errors import UsageProblem
from svcctl.upkeep.importing import excel
from svcctl.upkeep.importing.read import Line
from svcctl.upkeep.importing.read import decode
from svcctl.upkeep.importing.read import find_sheet
from svcctl.upkeep.importing.read import read_text
from svcctl.upkeep.importing.read import show

LIST = "编号,内容\n1,三栋电梯困人\n2,漏水\n"
SHORT = "编号\n漏水\n"


@pytest.mark.parametrize("text", [LIST, SHORT, "a,b\n1,2\n", "名\n䶮\n", "名\n𠮷\n"])
@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32", "utf-16-le-bom"]
)
def test_decode_tells_every_charset_of_a_chinese_office(text: str, charset: str) -> None:
    if charset == "utf-16-le-bom":
        data = b"\xff\xfe" + text.encode("utf-16-le")
    else:
        data = text.encode(charset)
    assert decode(data) == text


def test_decode_reads_gbk_where_it_is_no_utf_8() -> None:
    assert decode("姓名,电话\n孙丽,1\n".encode("gbk")) == "姓名,电话\n孙丽,1\n"


def test_decode_takes_the_charset_named() -> None:
    assert decode("臺灣".encode("big5"), "big5") == "臺灣"


@pytest.mark.parametrize(
    "data, encoding, says",
    [
        (b"a\n\xff\xff\n", None, "line 2 is not gb18030 text"),
        (b"PK\x03\x04\x00\x00", None, "no text"),
        ("电梯".encode("gbk"), "utf-8", "line 1 is not utf-8 text"),
        (b"a", "klingon", "no character set 'klingon'"),
    ],
)
def test_decode_refuses_what_is_no_text(data: bytes, encoding: str | None, says: str) -> None:
    with pytest.raises(UsageProblem, match=says):
        decode(data, encoding)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_read_text_finds_the_delimiter(delimiter: str) -> None:
    text = f'a{delimiter}b\n"1{delimiter}x"{delimiter}2\n'
    assert read_text(text)[1] == Line(2, (f"1{delimiter}x", "2"))


def test_read_text_is_not_led_astray_by_a_title_or_commas_in_words() -> None:
    lines = read_text("2019年案件清单, 全部\na;b;c\n1;x, y;2\n")
    assert lines[2].cells == ("1", "x, y", "2")


def test_read_text_heeds_the_hint_of_excel() -> None:
    assert read_text("sep=;\na;b\n1;2\n") == [Line(2, ("a", "b")), Line(3, ("1", "2"))]


def test_read_text_numbers_rows_by_the_line_where_they_begin() -> None:
    lines = read_text('a,b\r\n1,"x\r\ny"\r\n\r\n2,z\r\n')
    assert [(line.number, line.cells) for line in lines if line.cells] == [
        (1, ("a", "b")),
        (2, ("1", "x\r\ny")),
        (5, ("2", "z")),
    ]


def test_read_text_names_the_line_of_an_open_quotation_mark() -> None:
    with pytest.raises(UsageProblem, match="line 2"):
        read_text('a,b\n1,"x\n2,y\n')


def test_find_sheet_leaves_out_blank_rows_repeated_headings_and_trailing_blanks() -> None:
    text = "案件清单,,\n\n a ,b,,\n1,2,,\n,,,\nA,Ｂ\n3,\n"
    sheet = find_sheet(read_text(text), ["b"])
    assert sheet.heading == ("a", "b")
    assert sheet.lines == [Line(4, ("1", "2")), Line(7, ("3", ""))]


def test_find_sheet_keeps_what_stands_beyond_the_heading() -> None:
    sheet = find_sheet(read_text("a,b\n1,2,3\n"), ["a"])
    assert sheet.lines[0].cells == ("1", "2", "3")


def test_find_sheet_names_the_nearest_column() -> None:
    with pytest.raises(UsageProblem, match="no column 'opend'") as caught:
        find_sheet(read_text("opened,closed\n1,2\n"), ["opend"])
    assert "did you mean 'opened'?" in caught.value.hints


def test_find_sheet_refuses_a_wanted_column_that_is_there_twice() -> None:
    with pytest.raises(UsageProblem, match="twice"):
        find_sheet(read_text("a,a,b\n1,2,3\n"), ["a"])
    assert find_sheet(read_text("a,a,b\n1,2,3\n"), ["b"]).heading == ("a", "a", "b")


def test_find_sheet_refuses_an_empty_file() -> None:
    with pytest.raises(UsageProblem, match="empty"):
        find_sheet(read_text("\n,,\n"), ["a"])


@pytest.mark.parametrize(
    "cell, text",
    [
        (1501.0, "1501"),
        (89.5, "89.5"),
        (True, "true"),
        (date(2019, 1, 2), "2019-01-02"),
        (datetime(2019, 1, 2), "2019-01-02"),
        (datetime(2019, 1, 2, 9, 5), "2019-01-02 09:05:00"),
        ("e\u0301", "é"),
    ],
)
def test_show_writes_cells_as_people_read_them(cell: str | float | date, text: str) -> None:
    assert show(cell) == text


def workbook(rows: list[list[object]], sheets: tuple[str, ...] = ("案件",)) -> bytes:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name in sheets:
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows if name == sheets[-1] else []):
            sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


def test_read_workbook_gives_row_numbers_as_excel_shows_them() -> None:
    data = workbook([[], [], ["编号", "日期", "房号"], [1, datetime(2019, 1, 2), 1501]])
    lines = excel.read_workbook(data)
    assert lines[2] == Line(3, ("编号", "日期", "房号"))
    assert [show(cell) for cell in lines[3].cells] == ["1", "2019-01-02", "1501"]


def test_read_workbook_takes_the_first_sheet_with_rows_or_the_one_named() -> None:
    data = workbook([["a"], ["b"]], ("说明", "案件"))
    assert excel.read_workbook(data) == excel.read_workbook(data, "案件")
    assert excel.read_workbook(data, "说明") == []
    with pytest.raises(UsageProblem, match="no sheet '住户'"):
        excel.read_workbook(data, "住户")


def test_read_workbook_refuses_a_damaged_file() -> None:
    pytest.importorskip("python_calamine")
    with pytest.raises(UsageProblem, match="cannot be read"):
        excel.read_workbook(b"PK\x03\x04 not really")


def test_read_workbook_says_how_to_get_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(UsageProblem) as caught:
        excel.read_workbook(b"")
    assert 'pip install "svcctl[excel]"' in caught.value.hints


def test_the_real_list_is_read_whole() -> None:
    path = Path(__file__).parents[1] / "data" / "constituent-cases-2019.csv"
    sheet = find_sheet(read_text(decode(path.read_bytes())), ["unique_key", "opendate"])
    assert len(sheet.lines) == 3000
    assert {len(line.cells) for line in sheet.lines} == {11}

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from svcctl.base.case import happened
from svcctl.base.record import Record
from tests.support.builders import at
from tests.support.builders import write
from tests.support.importing import Ended
from tests.support.importing import Office
from tests.support.importing import rejects

MAP = """\
kind = "tickets"
system = "old"
key = "编号"
why = "旧系统案件"

[columns]
opened = "受理时间"
closed = "办结日期"
kind = "类别"
subject = "内容"
unit = "房号"
caller = "来电人"
phone = "电话"
note = ["备注"]
result = "结果"

[values.kind]
"报修单" = "repair"
"""
HEADING = "编号,受理时间,办结日期,类别,内容,房号,来电人,电话,备注,结果\n"
OPEN = "1,2026-11-19 21:30,,投诉,电梯困人,后门,孙女士,13800138000,很急,\n"
CLOSED = "2,2026-11-19 08:05,2026-11-19,报修单,厨房漏水,３栋２单元1501室,,,,换了阀门\n"
UNIT = """\
id = "3-2-1501"
kind = "home"
building = "3"
entrance = "2"
room = "1501"
"""


@pytest.fixture
def office(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Office:
    made = Office(tmp_path, capsys, monkeypatch)
    made.file("map.toml", MAP)
    made.file("cases.csv", HEADING + OPEN + CLOSED)
    write(made.root, "units/3/3-2-1501.toml", UNIT)
    return made


def take(office: Office, *more: str, name: str = "cases.csv") -> Ended:
    return office.run(
        "import", "tickets", office.folder / name, "--map", office.folder / "map.toml", *more
    )


def deeds(record: Record) -> list[tuple[str, datetime]]:
    return [(entry["did"], happened(entry)) for entry in record["log"]]


def test_days_become_entries_that_happened_then_and_were_written_now(office: Office) -> None:
    assert take(office) == (0, "", "2 rows: 2 create\n")
    first, second = office.records("ticket")
    assert (first["id"], first["status"]) == ("T261119-A01", "registered")
    assert deeds(first) == [("open", at("2026-11-19 21:30"))]
    assert first["log"][0]["at"] == at("2026-11-21 09:12")
    assert first["log"][0]["why"] == "旧系统案件"
    assert first["log"][0]["note"] == "很急"
    # A closing day without a time is all of that day, so not before the intake at 08:05.
    assert deeds(second) == [
        (did, at("2026-11-19 08:05")) for did in ("open", "done", "tell", "close")
    ]
    assert second["log"][1]["note"] == "换了阀门"
    assert {entry["by"] for entry in second["log"]} == {"wang.fang"}


def test_places_and_callers_are_kept_as_far_as_they_are_known(office: Office) -> None:
    take(office)
    first, second = office.records("ticket")
    assert (first["unit_said"], first["caller"], first["contact"]) == (
        "后门",
        "孙女士",
        "138****8000",
    )
    assert (second["unit"], second["kind"]) == ("3-2-1501", "repair")
    assert [record["source"] for record in (first, second)] == ["old:1", "old:2"]


def test_a_second_run_changes_nothing(office: Office) -> None:
    take(office)
    before = office.files()
    assert take(office) == (0, "", "2 rows: 2 unchanged\n")
    assert office.files() == before


def test_a_ticket_that_people_worked_on_stays_as_it_is(office: Office) -> None:
    take(office)
    office.run("ticket", "note", "T261119-A01", "--note", "回电无人接")
    before = office.files()
    assert take(office) == (0, "", "2 rows: 2 unchanged\n")
    assert office.files() == before


def test_a_case_that_went_on_in_the_old_system_goes_on_here_only_if_asked(office: Office) -> None:
    take(office)
    before = office.files()
    office.file("cases.csv", HEADING + OPEN.replace("21:30,,", "21:30,2026-11-20,") + CLOSED)
    ended = take(office)
    assert "1 unchanged, 1 differs" in str(ended)
    assert office.files() == before
    office.file("map.toml", MAP.replace("\n[columns]", 'existing = "update"\n\n[columns]'))
    assert take(office) == (0, "", "2 rows: 1 update, 1 unchanged\n")
    (first, _second) = office.records("ticket")
    assert [did for did, _when in deeds(first)] == ["open", "done", "tell", "close"]
    assert take(office) == (0, "", "2 rows: 2 unchanged\n")


def test_plan_shows_what_apply_does_and_writes_nothing(office: Office) -> None:
    before = office.files()
    words = ("import", "tickets", office.folder / "cases.csv", "--map", office.folder / "map.toml")
    planned = office.rows(*words, "--plan")
    assert office.files() == before
    done = office.rows(*words)
    assert [(row["row"], row["verdict"], row["title"]) for row in planned] == [
        (row["row"], row["verdict"], row["title"]) for row in done
    ]
    assert [row["id"] for row in planned] == ["T261119-A..", "T261119-A.."]
    assert [row["id"] for row in done] == ["T261119-A01", "T261119-A02"]
    assert [row["row"] for row in done] == ["2", "3"]


BAD = {
    "3,2026-11-22,,投诉,x,,,,,\n": "opened in the future: 2026-11-22 00:00",
    "4,2026-11-19,2026-11-18,投诉,x,,,,,\n": "closed 2026-11-18 00:00, before it was opened",
    "5,19/11/2026,,投诉,x,,,,,\n": "受理时间: '19/11/2026' is no date in a known form",
    "6,2026-11-19,,表扬,x,,,,,\n": "类别: '表扬' is unknown",
    "7,2026-11-19,,投诉,,,,,,\n": "subject is empty",
    "8,1998-11-19,,投诉,x,,,,,\n": "opened in 1998; ids begin with 2000",
    ",2026-11-19,,投诉,x,,,,,\n": "编号 is empty",
    "1,2026-11-19,,投诉,x,,,,,\n": "'1' stands in the list twice",
    "9,2026-11-19,,投诉,x,,,1380013,,\n": "电话: '1380013' is no telephone number",
    "10,2026-11-19,,投诉,x,,,,,,,z\n": "12 cells, but the heading has 10",
}


@pytest.mark.parametrize("row", BAD)
def test_one_bad_row_refuses_the_whole_list_and_comes_back_with_its_reason(
    office: Office, row: str
) -> None:
    before = office.files()
    office.file("cases.csv", HEADING + OPEN + CLOSED + row)
    status, _out, err = take(office)
    assert status == 4
    assert "1 row of 3 does not fit; nothing was written" in err
    assert f"row 4: {BAD[row]}" in err
    assert office.files() == before
    (back,) = rejects(office.folder / "cases.rejects.csv")
    assert BAD[row] in back["reason"]
    assert [back[name] for name in HEADING.strip().split(",")] == row.strip().split(",")[:10]


def test_rejects_can_be_left_out_mended_and_taken_over_later(office: Office) -> None:
    office.file("cases.csv", HEADING + OPEN + "".join(BAD) + CLOSED)
    status, _out, err = take(office, "--skip-rejects")
    assert (status, len(office.records("ticket"))) == (1, 2)
    assert f"12 rows: 2 create, {len(BAD)} reject" in err
    mended = office.folder / "cases.rejects.csv"
    text = mended.read_text("utf-8-sig")
    assert len(rejects(mended)) == len(BAD)
    lines = text.splitlines(keepends=True)
    office.file("again.csv", lines[0] + lines[4].replace("表扬", "投诉"))
    assert take(office, name="again.csv") == (0, "", "1 row: 1 create\n")
    assert office.records("ticket")[-1]["source"] == "old:6"


def test_rejects_of_rejects_have_one_reason_and_no_file_is_overwritten(office: Office) -> None:
    office.file("cases.csv", HEADING + next(iter(BAD)))
    take(office)
    take(office)
    first, second = (office.folder / f"cases.rejects{more}.csv" for more in ("", "-2"))
    assert first.read_bytes() == second.read_bytes()
    office.file("again.csv", first.read_bytes())
    take(office, name="again.csv")
    assert (office.folder / "again.rejects.csv").read_bytes() == first.read_bytes()


def test_rejects_go_where_they_are_wanted_but_never_over_the_list(office: Office) -> None:
    path = office.file("cases.csv", HEADING + next(iter(BAD)))
    take(office, "--rejects", str(office.folder / "bad.csv"))
    assert len(rejects(office.folder / "bad.csv")) == 1
    ended = take(office, "--rejects", str(path))
    assert "is the list itself" in str(ended)
    assert path.read_text() == HEADING + next(iter(BAD))


def test_a_plan_with_rejects_ends_in_1_and_writes_no_file(office: Office) -> None:
    office.file("cases.csv", HEADING + next(iter(BAD)))
    status, out, _err = take(office, "--plan")
    assert (status, "opened in the future" in out) == (1, True)
    assert not (office.folder / "cases.rejects.csv").exists()


@pytest.mark.parametrize("charset", ["utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_every_charset_gives_the_same_tickets(office: Office, charset: str) -> None:
    office.file("cases.csv", (HEADING + OPEN + CLOSED).replace("\n", "\r\n").encode(charset))
    assert take(office) == (0, "", "2 rows: 2 create\n")
    assert [record["subject"] for record in office.records("ticket")] == ["电梯困人", "厨房漏水"]


def test_excel_gives_the_same_tickets(office: Office) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    take(office)
    before = office.files()
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for at_row, line in enumerate((HEADING + OPEN + CLOSED).splitlines(), 2):
        for column, cell in enumerate(line.split(",")):
            sheet.write_string(at_row, column, cell)
    for place in ((3, 0, 1), (3, 7, 13800138000), (4, 0, 2)):
        sheet.write_number(*place)
    sheet.write_datetime(3, 1, datetime(2026, 11, 19, 21, 30), day)
    sheet.write_datetime(4, 2, datetime(2026, 11, 19), day)
    book.close()
    office.file("cases.xlsx", out.getvalue())
    assert take(office, name="cases.xlsx") == (0, "", "2 rows: 2 unchanged\n")
    assert office.files() == before


STATUS_MAP = MAP.replace("[values.kind]", "status = '状态'\n\n[values.kind]")


@pytest.mark.parametrize(
    "status, closed, ended",
    [
        ("登记", "", ["open"]),
        ("", "2026-11-20", ["open", "done", "tell", "close"]),
        ("归档", "2026-11-20", ["open", "done", "tell", "close"]),
        ("办结", "2026-11-20", ["open", "done"]),
        ("取消", "2026-11-20", ["open", "cancel"]),
        ("处理中", "2026-11-20", "it is in-progress, but has a closing day"),
        ("归档", "", "it is closed, but has no closing day"),
    ],
)
def test_the_state_of_the_old_system_decides_the_entries(
    office: Office, status: str, closed: str, ended: list[str] | str
) -> None:
    office.file("map.toml", STATUS_MAP)
    row = f"1,2026-11-19,{closed},投诉,x,,,,,,{status}\n"
    office.file("cases.csv", HEADING.replace("结果", "结果,状态") + row)
    _status, _out, err = take(office)
    found = [[did for did, _when in deeds(record)] for record in office.records("ticket")]
    if isinstance(ended, str):
        assert (found, ended in err) == ([], True)
    else:
        assert found == [ended]


@pytest.mark.parametrize("closing", ["done", "done+tell", "done+tell+close"])
def test_the_map_says_what_a_closing_day_stands_for(office: Office, closing: str) -> None:
    office.file("map.toml", f'closing = "{closing}"\n{MAP}')
    take(office)
    assert [did for did, _when in deeds(office.records("ticket")[1])] == [
        "open",
        *closing.split("+"),
    ]


def test_a_long_subject_is_cut_and_kept_whole_in_the_note(office: Office) -> None:
    office.file("cases.csv", f"{HEADING}1,2026-11-19,,投诉,{'电梯困人' * 60},,,,备注,\n")
    take(office)
    (record,) = office.records("ticket")
    assert (len(record["subject"]), record["subject"][-1]) == (200, "…")
    assert "电梯困人" * 60 in record["log"][0]["note"]
    assert "备注" in record["log"][0]["note"]


@pytest.mark.parametrize(
    "spoil, status, says",
    [
        (lambda text: text.replace("tickets", "units"), 2, "the map is for a list of units"),
        (lambda text: text.replace('key = "编号"\n', ""), 2, "'key' is missing"),
        (lambda text: text.replace('system = "old"\n', ""), 2, "'system' is missing"),
        (lambda text: 'by = "li.na"\n' + text, 3, "no such staff member"),
        (lambda text: text.replace("来电人", "报修人"), 2, "no column '报修人'"),
    ],
)
def test_a_map_that_does_not_fit_writes_nothing(
    office: Office, spoil: Callable[[str], str], status: int, says: str
) -> None:
    office.file("map.toml", spoil(MAP))
    before = office.files()
    ended = take(office)
    assert (ended[0], says in ended[2]) == (status, True)
    assert office.files() == before


def test_a_ticket_that_cannot_be_read_stops_the_import(office: Office) -> None:
    take(office)
    write(office.root, "tickets/2026/11/19/T261119-A01.toml", "id = \n")
    status, _out, err = take(office)
    assert (status, "the list may hold it again" in err) == (5, True)


@pytest.mark.parametrize("missing", ["cases.csv", "map.toml"])
def test_a_file_that_is_not_there_is_named(office: Office, missing: str) -> None:
    (office.folder / missing).unlink()
    status, _out, err = take(office)
    assert (status, f"{missing}'" in err) == (3, True)


def test_who_and_where_come_from_the_map_and_the_book(office: Office) -> None:
    write(office.root, "staff/li.na.toml", 'id = "li.na"\nname = "李娜"\n')
    more = 'department = "部门"\nassignee = "经办人"\n\n[values.kind]'
    office.file("map.toml", 'by = "li.na"\n' + MAP.replace("[values.kind]", more))
    heading = HEADING.replace("结果", "结果,部门,经办人")
    office.file("cases.csv", f"{heading}1,2026-11-19,,投诉,x,,,,,,维修部,李娜\n")
    take(office)
    (record,) = office.records("ticket")
    assert (record["status"], record["department"], record["assignee"]) == (
        "assigned", "repair", "li.na",
    )  # fmt: skip
    assert {entry["by"] for entry in record["log"]} == {"li.na"}


def test_what_ended_before_the_book_knew_owes_nothing(office: Office) -> None:
    """Nobody is called back, told or classified for what an old system had finished (GAP-31)."""
    heading = HEADING.replace("结果", "结果,分类")
    cases = (
        "1,2026-11-10 09:00,2026-11-12,投诉,楼上噪音,,孙女士,,,已劝导,噪音\n"
        "2,2026-11-10 09:00,2026-11-12,报修,楼下渗水,,孙女士,,,已补漏,房屋渗漏\n"
        "3,2026-11-10 09:00,2026-11-12,建议,加装扶手,,孙女士,,,列入计划,\n"
    )
    office.file("cases.csv", heading + cases)
    office.file(
        "map.toml",
        MAP.replace('subject = "内容"', 'subject = "内容"\ncategory = "分类"').replace(
            'key = "编号"', 'key = "编号"\nclosing = "done"'
        ),
    )
    assert take(office) == (0, "", "3 rows: 3 create\n")
    assert {one.get("category") for one in office.records("ticket")} == {"noise", "leak", None}
    assert {one["status"] for one in office.records("ticket")} == {"done"}
    assert office.rows("due") == []
    # What is taken up again here is owed here.
    office.run("ticket", "reopen", "T261110-A02", "--why", "又渗水")
    owed = {row["duty"] for row in office.rows("due")}
    assert "appoint" in owed
    assert owed.isdisjoint({"tell", "sign", "callback", "watertest"})

from __future__ import annotations

from datetime import date
from datetime import datetime
from typing import Any

import pytest

from svcctl.base.choice import Choice
from svcctl.base.errors import UsageProblem
from svcctl.upkeep.importing.cells import Field
from svcctl.upkeep.importing.cells import Unfit
from svcctl.upkeep.importing.cells import Values
from svcctl.upkeep.importing.cells import key_of
from svcctl.upkeep.importing.cells import values
from svcctl.upkeep.importing.mapping import faults
from svcctl.upkeep.importing.mapping import load
from svcctl.upkeep.importing.mapping import problem
from svcctl.upkeep.importing.mapping import rules
from svcctl.upkeep.importing.read import Cell
from svcctl.upkeep.importing.read import Line

KINDS = (Choice("repair", "报修", "bx", "repair"), Choice("complaint", "投诉", "ts", "complaint"))
FIELDS = (
    Field("opened", "moment"),
    Field("wanted", "day"),
    Field("kind", "choice", KINDS, required=True),
    Field("subject", "line", required=True),
    Field("note", "words"),
    Field("urgent", "flag"),
    Field("phone", "phones"),
    Field("id_number", "number"),
    Field("aliases", "list"),
)
HEAD = 'kind = "tickets"\n[columns]\nkind = "类别"\nsubject = "内容"\n'


def said(text: str, /, **cells: Cell) -> Values:
    mapping = load((HEAD + text).encode(), "m.toml")
    assert list(faults(mapping, FIELDS)) == []
    row = {"类别": "报修", "内容": "漏水", **cells}
    blank = frozenset(mapping.file.blank)
    return values(Line(2, tuple(row.values())), rules(mapping, FIELDS, list(row)), blank)


def problems(text: str) -> tuple[str, ...]:
    data = text.encode()
    try:
        mapping = load(data, "m.toml")
    except UsageProblem as error:
        return error.hints
    return problem(data, "m.toml", list(faults(mapping, FIELDS))).hints


@pytest.mark.parametrize(
    "text, hint",
    [
        ("kind = 'x", "m.toml:1:"),
        (HEAD + "subjet = '内容'\n", "m.toml:5:1: no field 'subjet'; did you mean 'subject'?"),
        ("kind = 'tickets'\n[columns]\nsubject = 'a'\n", "m.toml:2:1: 'kind' has no column"),
        (
            HEAD + "[values.kind]\nx = 'repairs'\n",
            "m.toml:6:1: kind: 'repairs' is unknown; possible",
        ),
        (HEAD + "[default]\nkind = 'y'\n", "m.toml:6:1: kind: 'y' is unknown"),
        (HEAD + "[unknown]\nkind = 'default'\n", "m.toml:6:1: 'kind' has no default"),
        (HEAD + "[unknown]\nkind = 'note'\n", "m.toml:6:1: 'kind' must have a value"),
        (
            HEAD + "[unknown]\nkind = 'drop'\n",
            "'drop' is not possible here; possible: reject, note",
        ),
        (HEAD + "[constant]\nkind = 'repair'\n", "m.toml:6:1: 'kind' has a column already"),
        (HEAD + "[dates]\nopened = '%d/%m/%Y'\n", "m.toml:6:1: 'opened' has no column"),
        (HEAD + "[colums]\n", "unknown key 'colums'"),
        ("kind = 'cars'\n[columns]\n", "'cars' is not possible here; possible: residents, units"),
        (HEAD + "opened = 3\n", "m.toml:5:1: 'columns.opened' has a value of the wrong kind"),
        ("kind = 'tickets'\n", "'columns' is missing"),
    ],
)
def test_a_mistake_in_a_map_is_named_with_its_place(text: str, hint: str) -> None:
    assert any(hint in one for one in problems(text)), problems(text)


def test_all_mistakes_in_a_map_are_named_at_once() -> None:
    text = HEAD + "nots = 'a'\n[default]\nkind = 'y'\n"
    assert [hint.split(":")[1] for hint in problems(text)] == ["5", "7"]


def test_words_of_the_list_are_looked_up_whatever_their_width_and_case() -> None:
    found = said('[values.kind]\n"Heat/Hot Water" = "报修"\n', 类别="ｈｅａｔ/hot  water")
    assert found.fields["kind"] == "repair"


@pytest.mark.parametrize("word", ["repair", "报修", "Repair"])
def test_words_of_the_book_need_no_table(word: str) -> None:
    assert said("", 类别=word).fields["kind"] == "repair"


def test_of_several_columns_the_first_that_is_understood_counts() -> None:
    text = 'kind = "tickets"\n[columns]\nsubject = "内容"\nkind = ["细类", "类别"]\n'
    mapping = load(text.encode(), "m.toml")
    heading = ["细类", "类别", "内容"]
    made = rules(mapping, FIELDS, heading)
    found = [
        values(Line(2, cells), made, frozenset()).fields["kind"]
        for cells in (("投诉", "报修", "x"), ("其他", "报修", "x"), ("", "报修", "x"))
    ]
    assert found == ["complaint", "repair", "repair"]


@pytest.mark.parametrize(
    "text, kind, kept, fault",
    [
        ("", None, [], ["类别: '其他' is unknown"]),
        ("[default]\nkind = 'repair'\n", "repair", [], ["类别: '其他' is unknown"]),
        ("[unknown]\nkind='default'\n[default]\nkind = 'repair'\n", "repair", [], []),
        ("[unknown]\nkind='note'\n[default]\nkind = 'repair'\n", "repair", ["类别: 其他"], []),
    ],
)
def test_the_map_says_what_happens_to_an_unknown_value(
    text: str, kind: str | None, kept: list[str], fault: list[str]
) -> None:
    found = said(text, 类别="其他")
    assert (found.fields.get("kind"), found.kept, found.faults) == (kind, kept, fault)


def test_an_empty_cell_takes_the_default_and_without_one_a_needed_field_is_a_fault() -> None:
    assert said("[default]\nkind = 'repair'\n", 类别="").fields["kind"] == "repair"
    assert said("", 类别="").faults == ["kind is empty"]
    assert said("[file]\nblank = ['n/a']\n", 内容="N/A").faults == ["subject is empty"]


@pytest.mark.parametrize(
    "formats, cell, moment",
    [
        ("", "2019-01-02", date(2019, 1, 2)),
        ("", "2019年1月2日", date(2019, 1, 2)),
        ("", "2019/1/2 9:05", datetime(2019, 1, 2, 9, 5)),
        ("", 20190102.0, date(2019, 1, 2)),
        ("", date(2019, 1, 2), date(2019, 1, 2)),
        ("", datetime(2019, 1, 2, 9, 5), datetime(2019, 1, 2, 9, 5)),
        ("[dates]\nopened = '%d/%m/%Y'\n", "02/01/2019", date(2019, 1, 2)),
        ("[dates]\nopened = ['%m/%d/%Y', '%d.%m.%y']\n", "02.01.19", date(2019, 1, 2)),
    ],
)
def test_dates_are_read_by_the_formats_of_the_map(formats: str, cell: Cell, moment: date) -> None:
    assert said(f"opened = '日期'\n{formats}", 日期=cell).fields["opened"] == moment


@pytest.mark.parametrize("cell", ["02/01/2019", "2019-02-30", "昨天", 43467.0])
def test_a_date_in_doubt_is_a_fault(cell: Cell) -> None:
    (fault,) = said("opened = '日期'\n", 日期=cell).faults
    assert fault.startswith("日期: ")


def test_day_and_time_may_be_two_columns() -> None:
    found = said("opened = ['日期', '时间']\n", 日期="2019-01-02", 时间="09:05")
    assert found.fields["opened"] == datetime(2019, 1, 2, 9, 5)


@pytest.mark.parametrize("cell, flag", [("是", True), ("√", True), ("否", None), ("", None)])
def test_flags_are_read_in_both_languages(cell: str, flag: object) -> None:
    assert said("urgent = '加急'\n", 加急=cell).fields.get("urgent") == flag


@pytest.mark.parametrize(
    "cell, numbers",
    [
        ("13800138000", ["13800138000"]),
        (13800138000.0, ["13800138000"]),
        ("138-0013-8000、010 6555 1234", ["13800138000", "010-65551234"]),
        ("13800138000/13900139000", ["13800138000", "13900139000"]),
    ],
)
def test_phones_are_written_as_the_book_does(cell: Cell, numbers: list[str]) -> None:
    assert said("phone = '电话'\n", 电话=cell).fields["phone"] == numbers


@pytest.mark.parametrize("cell", [1.1010119900307e17, "1.10101E+17", 1065551234.0])
@pytest.mark.parametrize("field", ["phone", "id_number"])
def test_numbers_that_excel_has_ruined_are_refused(field: str, cell: Cell) -> None:
    (fault,) = said(f"{field} = '号码'\n", 号码=cell).faults
    assert "digits may be lost" in fault


def test_an_identity_number_that_is_text_stays_as_it_is() -> None:
    found = said("id_number = '证件'\n", 证件="11010119900307447X")
    assert found.fields["id_number"] == "11010119900307447X"


def test_private_numbers_in_texts_are_masked_and_counted() -> None:
    found = said("note = '备注'\n", 内容="请致电13800138000", 备注="业主13900139000")
    assert found.fields["subject"] == "请致电138****8000"
    assert found.fields["note"] == "业主139****9000"
    assert found.masked == 2


def test_several_columns_make_a_note_with_their_names() -> None:
    found = said("note = '*'\n", 楼栋="3", 备注="", 登记人="李娜")
    assert found.fields["note"] == "楼栋: 3\n登记人: 李娜"


def test_parts_of_a_line_are_joined_as_the_map_says() -> None:
    text = 'kind = "tickets"\n[columns]\nkind = "k"\nsubject = ["a", "b"]\n'
    mapping = load((text + '[join]\nsubject = "："\n').encode(), "m.toml")
    made = rules(mapping, FIELDS, ["k", "a", "b"])
    subjects = [
        values(Line(2, ("报修", *cells)), made, frozenset()).fields["subject"]
        for cells in (("厨房", "漏水"), ("厨房", ""))
    ]
    assert subjects == ["厨房：漏水", "厨房"]


def test_a_list_of_names_is_split() -> None:
    assert said("aliases = '别名'\n", 别名="东门铺、小卖部；东门铺").fields["aliases"] == [
        "东门铺",
        "小卖部",
    ]


@pytest.mark.parametrize("cell, key", [("NYCC02", "NYCC02"), (17830.0, "17830"), (" 7 ", "7")])
def test_a_key_is_the_old_number_as_people_read_it(cell: Any, key: str) -> None:
    assert key_of("编号", cell) == key


@pytest.mark.parametrize("cell", ["", 1e17, "1.1E+17", 3.5])
def test_a_key_that_is_missing_or_ruined_is_refused(cell: Any) -> None:
    with pytest.raises(Unfit):
        key_of("编号", cell)

from __future__ import annotations

from svcctl.base import fields
from svcctl.base import text


def test_fold_full_width_becomes_half_width() -> None:
    assert text.fold("  ３栋　１５０１：Ａ ") == "3栋 1501:A"


def test_fold_id_dashes_of_an_input_method_become_one_kind() -> None:
    assert text.fold_id("Ｔ261121－Ａ07") == "T261121-A07"
    assert text.fold_id("t261121 — a07") == "T261121-A07"


def test_fold_composes_characters() -> None:
    assert text.fold("e\u0301") == "é"


def test_half_width_keeps_positions() -> None:
    said = "电话：１３８"
    assert len(text.half_width(said)) == len(said)


def test_line_drops_control_characters_and_keeps_chinese_punctuation() -> None:
    assert text.line("张\x07三：\n 您好") == "张 三： 您好"


def test_changed_none_clears_and_tables_change_by_field() -> None:
    record = {"id": "x", "note": "a", "private": {"phones": ["110"], "id_number": "1"}}
    made = fields.changed(record, {"note": None, "private": {"id_number": None}})
    assert made == {"id": "x", "private": {"phones": ["110"]}}
    assert record["note"] == "a"


def test_changed_table_without_fields_goes() -> None:
    assert fields.changed({"private": {"id_number": "1"}}, {"private": {"id_number": None}}) == {}


def test_readers_wrong_types_read_as_absent() -> None:
    broken = {"name": 3, "list": "no", "table": [1], "tables": [1, {"a": 1}, "x"]}
    assert fields.text(broken, "name") == ""
    assert fields.texts(broken, "list") == []
    assert fields.table(broken, "table") == {}
    assert list(fields.tables(broken, "tables")) == [(1, {"a": 1})]
    assert fields.day(broken, "name") is None

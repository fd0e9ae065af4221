from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from datetime import date
from datetime import datetime
from typing import Any
from typing import get_args

import pytest
from pydantic import BaseModel

from svcctl.base import i18n
from svcctl.kinds import KINDS
from svcctl.vcs.delta import Field
from svcctl.vcs.delta import compare
from svcctl.vcs.telling import words as telling
from svcctl.vcs.telling.words import NO_NAMES

TICKET, RESIDENT, STAFF = KINDS["ticket"], KINDS["resident"], KINDS["staff"]
AT = datetime(2026, 11, 21, 9, 12, tzinfo=UTC)


class Known:
    """Names as a book has them."""

    zone = UTC

    def __init__(self, *, reveal: bool = False) -> None:
        self.reveal = reveal

    def staff(self, key: str) -> str:
        return {"li.na": "Li Na"}.get(key, key)

    def word(self, name: str, key: str) -> str:
        known = {("department", "engineering"): "Engineering", ("role", "lead"): "desk lead"}
        return self.staff(key) if name == "staff" else known.get((name, key), key)


def entry(did: str, name: str = "1A", **said: Any) -> dict[str, Any]:
    return {"n": name, "at": AT, "by": "li.na", "did": did, **said}


def ticket(*log: dict[str, Any], **header: Any) -> dict[str, Any]:
    return {"id": "T261121-A07", **TICKET.rules.fold(log), **header, "log": list(log)}


OPENED = entry("open", set={"kind": "complaint", "severity": "major", "subject": "lift stuck"})


# -- words ----------------------------------------------------------------------------------------


def names_in(model: type[BaseModel]) -> Iterator[str]:
    for key, field in model.model_fields.items():
        yield field.alias or key
        yield from (name for one in inner(field.annotation) for name in names_in(one))


def inner(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for one in get_args(annotation):
        yield from inner(one)


PLAIN = {"id", "n", "at", "by", "did", "set", "unset", "row"}
"""What is never told by its name."""


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_field_of_every_file_has_a_word(kind: Any, language: str) -> None:
    with i18n.speaking(language):
        fields = set(names_in(kind.model)) - PLAIN
        keys = {choice.key for choice in (*telling._choices(kind, "FIELDS"), *telling._EVERY)}
        assert fields - keys - {"after", "when"} == set()
        words = (*telling._choices(kind, "FIELDS"), *telling._EVERY)
        assert all(one.zh and one.en for one in words)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_values_name_fields_that_there_are(kind: Any) -> None:
    known = {choice.key for choice in telling._choices(kind, "FIELDS")}
    for key in telling._values(kind):
        assert key.rpartition(".")[2] in known or key in known


def test_act_says_what_came_of_it() -> None:
    assert telling.act(TICKET, entry("watertest", result="failed")) == "water test (failed)"
    assert telling.act(TICKET, entry("answer", final=True)) == "answered (final)"
    assert telling.act(TICKET, entry("nonsense")) == "nonsense"
    assert telling.act(TICKET, {}) == ""


def test_field_leaves_out_that_it_is_private_and_names_the_table() -> None:
    assert telling.field(RESIDENT, ("private", "phones")) == "phones"
    assert telling.field(KINDS["policy"], ("may", "extend")) == "who may/extend"
    assert telling.field(TICKET, ("unheard_of",)) == "unheard_of"


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        (("kind",), "complaint", "complaint"),
        (("department",), "engineering", "Engineering"),
        (("assignee",), "li.na", "Li Na"),
        (("to",), "lead", "desk lead"),
        (("callback", "via"), "visit", "visit"),
        (("urgent",), True, "yes"),
        (("appointment",), AT, "2026-11-21 09:12"),
        (("wanted",), date(2026, 11, 25), "2026-11-25"),
        (("subject",), "one\ntwo\x1b[31m", "one two [31m"),
        (("subject",), None, "-"),
        (("kind",), ["complaint", {"severity": "major"}], "complaint, severity: major"),
        (("sha256",), "0" * 64, "000000000000…"),
    ],
)
def test_value_in_words(where: tuple[str, ...], value: object, words: str) -> None:
    assert telling.value(TICKET, where, value, Known()) == words


def test_long_lists_are_counted() -> None:
    words = telling.value(KINDS["tally"], ("trace", "new"), [f"T{n}" for n in range(40)], NO_NAMES)
    assert words.endswith("(40 in all)")
    assert "T12" not in words


# -- what must not be seen ------------------------------------------------------------------------

PRIVATE = {"phones": ["13800001111"], "id_number": "110101199003074514", "id_kind": "passport",
           "birthday": date(1990, 3, 7)}  # fmt: skip


@pytest.mark.parametrize("key", ["phones", "id_number", "birthday"])
def test_private_values_are_masked_unless_asked_for(key: str) -> None:
    where = ("private", key)
    masked = telling.value(RESIDENT, where, PRIVATE[key], NO_NAMES)
    assert "*" in masked
    assert "*" not in telling.value(RESIDENT, where, PRIVATE[key], Known(reveal=True))


def test_what_stands_below_private_is_masked_whatever_it_is() -> None:
    strange = {
        "private": {
            "disputed": [{"field": "phones", "values": ["13800001111", "13900002222"]}],
            "unheard_of": "E12345678",
        },
        "name": "13700003333",
    }
    shown = str(telling.safe(RESIDENT, strange, NO_NAMES))
    for number in ("13800001111", "13900002222", "E12345678", "13700003333"):
        assert number not in shown
    delta = compare(RESIDENT, "R-A0001", None, strange)
    assert delta is not None
    lines = "\n".join([telling.heading(delta), *telling.lines(delta, NO_NAMES)])
    for number in ("13800001111", "13900002222", "E12345678", "13700003333"):
        assert number not in lines


def test_the_kind_of_paper_is_no_secret() -> None:
    assert telling.value(RESIDENT, ("private", "id_kind"), "passport", NO_NAMES) == "passport"


# -- entries and records --------------------------------------------------------------------------


def test_an_entry_is_one_line_like_the_log_on_its_page() -> None:
    said = entry("assign", "2A", set={"department": "engineering"}, why="as\nagreed",
                 when=datetime(2026, 11, 21, 8, 0, tzinfo=UTC))  # fmt: skip
    assert telling.entry(TICKET, said, Known()) == (
        "2026-11-21 08:00  assigned  Li Na  department: Engineering; reason: as agreed; "
        "written down 2026-11-21 09:12  [2A]"
    )


@pytest.mark.parametrize("broken", [{}, {"n": 3, "at": "x", "by": 7, "did": None, "set": [1]},
                                    {"when": datetime(2026, 1, 1)}])  # fmt: skip
def test_a_broken_entry_is_told_all_the_same(broken: dict[str, Any]) -> None:
    assert telling.entry(TICKET, broken, NO_NAMES)


def lines(
    before: dict[str, Any] | None, after: dict[str, Any] | None, kind: Any = TICKET
) -> list[str]:
    delta = compare(kind, "X", before, after)
    assert delta is not None
    return list(telling.lines(delta, Known()))


def test_a_new_entry_is_told_without_alarm() -> None:
    [line] = lines(ticket(OPENED), ticket(OPENED, entry("note", "2A", note="hello")))
    assert line.endswith("note  Li Na  hello  [2A]")


def test_every_edit_of_a_log_is_told_loudly() -> None:
    edited = {**OPENED, "set": {**OPENED["set"], "subject": "nothing"}}
    note = entry("note", "2A", note="hello")
    assert lines(ticket(OPENED, note), ticket(edited, note)) == [
        "!! rewritten: 2026-11-21 09:12  registered  Li Na  [1A]: subject: lift stuck -> nothing"
    ]
    [gone] = lines(ticket(OPENED, note), ticket(OPENED))
    assert gone.startswith("!! taken out: ")
    [header] = lines(ticket(OPENED), ticket(OPENED, status="closed"))
    assert header == "!! not what the log says: status: registered -> closed"
    assert lines(ticket(OPENED), None) == ["!! the whole record is gone, 1 entries"]


def test_a_redaction_is_no_edit() -> None:
    note = entry("note", "2A", note="13800001111")
    hidden = entry("note", "2A", redacted=True, redacted_by="li.na", redacted_why="a number")
    [line] = lines(ticket(OPENED, note), ticket(OPENED, hidden))
    assert line.startswith("redacted: ")


def test_rows_of_a_list_are_told_one_by_one() -> None:
    old = {"id": "R-A0001", "relation": [{"unit": "1-1-101", "as": "owner"},
                                         {"unit": "1-1-102", "as": "tenant"}]}  # fmt: skip
    new = {"id": "R-A0001", "relation": [
        {"unit": "1-1-101", "as": "owner", "until": date(2026, 1, 1)},
        {"unit": "1-1-103", "as": "family"}]}  # fmt: skip
    assert lines(old, new, RESIDENT) == [
        "~ relation: unit: 1-1-101, as: owner  until: - -> 2026-01-01",
        "- relation: unit: 1-1-102, as: tenant",
        "+ relation: unit: 1-1-103, as: family",
    ]


def test_a_card_is_told_field_by_field_in_its_own_order() -> None:
    old = {"id": "li.na", "department": "engineering", "name": "Li"}
    new = {"id": "li.na", "note": "new", "name": "Li Na"}
    assert lines(old, new, STAFF) == [
        "name: Li -> Li Na", "department: Engineering -> -", "note: - -> new",
    ]  # fmt: skip


def test_words_follow_the_language() -> None:
    with i18n.speaking("zh"):
        assert telling.act(TICKET, entry("assign")) == "转办"
        assert telling.field(RESIDENT, ("private", "phones")) == "电话"


def test_rows_that_are_no_tables_are_told() -> None:
    field = Field(("relation",), [{"unit": "1"}, 3], "x")
    assert list(telling.changed_field(RESIDENT, field, NO_NAMES))


class _People:
    """Some names."""

    zone = UTC
    reveal = False

    def staff(self, key: str) -> str:
        return {"li.na": "李娜"}.get(key, key)

    def word(self, name: str, key: str) -> str:
        return self.staff(key) if name == "staff" else {"lead": "desk lead"}.get(key, key)


def test_a_title_has_words_and_names_not_keys() -> None:
    shift = {"id": "S261121-A01", "day": "2026-11-21", "name": "night", "on": ["li.na", "x.y"]}
    words = telling.title(KINDS["shift"], "S261121-A01", shift, _People())
    assert words == "shift S261121-A01 2026-11-21 night shift 李娜 x.y"
    message = {"id": "T261121-A01.done.2", "to": "lead", "words": "late"}
    words = telling.title(KINDS["message"], "T261121-A01.done.2", message, _People())
    assert words == "message T261121-A01.done.2 desk lead late"
    broken = {"id": "S261121-A01", "on": [3, None], "name": ["x"]}
    assert "S261121-A01" in telling.title(KINDS["shift"], "S261121-A01", broken, _People())


def test_a_token_is_told_in_short() -> None:
    words = telling.value(KINDS["desk"], ("token",), "09b4af8498c86fb6", NO_NAMES)
    assert words == "09b4…"


def test_a_number_that_is_no_text_is_masked_too() -> None:
    number = 13912345678
    kind = KINDS["resident"]
    for where in (("extra",), ("private", "phones"), ("private", "other")):
        assert str(number) not in telling.value(kind, where, number, NO_NAMES)
        assert str(number) not in telling.value(kind, where, [[number]], NO_NAMES)
        assert str(number) not in str(telling.safe(kind, {"x": [number]}, NO_NAMES, where))
        assert str(number) not in str(telling.safe(kind, number, NO_NAMES, where))
    assert telling.value(kind, ("extra",), 120, NO_NAMES) == "120"
    assert telling.safe(kind, 120, NO_NAMES, ("extra",)) == 120

"""What commits say: acts, ids and the handbook's words, never people."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base import i18n
from svcctl.base.record import Record
from svcctl.book import guard
from svcctl.book.layout import path_of
from svcctl.kinds import KINDS
from svcctl.vcs.commits.subject import Edit
from svcctl.vcs.commits.subject import message
from tests.support.lives import NAME
from tests.support.lives import lives

AT = datetime.fromisoformat("2026-11-21 09:12:00+08:00")
SECRETS = ("孙丽", "13811112222", "李强", "330106199001011234", "门口有狗", "陈先生", "后门姓孙")


def edit(kind: str, before: Record | None, after: Record | None) -> Edit:
    record = after or before or {}
    path = path_of(KINDS[kind], str(record.get("id", kind))) or ""
    return Edit(path, data(kind, path, before), data(kind, path, after))


def data(kind: str, path: str, record: Record | None) -> bytes | None:
    return None if record is None else guard.canonical_bytes(KINDS[kind], path, record, None)


def opened(name: str = NAME, **fields: Any) -> Record:
    said = {"kind": "complaint", "severity": "major", "subject": SECRETS[0], **fields}
    return case(name, ("open", {"note": SECRETS[4], "set": said}))


def case(name: str, *acts: tuple[str, dict[str, Any]]) -> Record:
    log = [
        {"n": f"{number}A", "at": AT, "by": "wang.fang", "did": did, **more}
        for number, (did, more) in enumerate(acts, 1)
    ]
    return {"id": name, **KINDS["ticket"].rules.fold(log), "log": log}


def then(record: Record, did: str, **more: Any) -> Record:
    acts = [
        (one["did"], {key: one[key] for key in one if key not in ("n", "at", "by", "did")})
        for one in record["log"]
    ]
    return case(record["id"], *acts, (did, more))


CARD: Record = {
    "id": "R-A0001",
    "name": SECRETS[0],
    "kind": "owner",
    "private": {"phones": [SECRETS[1]]},
}


def first(*edits: Edit) -> str:
    return message("test", edits).partition("\n")[0]


def test_an_act_reads_like_a_line_of_the_log() -> None:
    one = opened()
    two = then(one, "answer", note=SECRETS[4], final=True)
    assert first(edit("ticket", None, one)) == f"registered {NAME} (complaint/major)"
    assert first(edit("ticket", one, two)) == f"answered (final) {NAME} (complaint/major)"
    with i18n.speaking("zh"):
        assert first(edit("ticket", None, one)) == f"登记 {NAME}（投诉/重大）"


def test_one_record_has_no_body_but_the_trailer() -> None:
    assert message("ticket answer", [edit("ticket", None, opened())]) == (
        f"registered {NAME} (complaint/major)\n\nSvcctl: ticket answer\n"
    )


def test_several_acts_on_one_record_are_told_once_each() -> None:
    one = opened()
    two = then(then(then(one, "note", note="x"), "note", note="y"), "answer", note="z")
    assert first(edit("ticket", one, two)) == f"note, answered {NAME} (complaint/major)"


def test_many_of_a_kind_are_counted_and_listed() -> None:
    edits = [edit("ticket", None, opened(f"T261121-A{number:02}")) for number in range(1, 61)]
    text = message("log", edits)
    head, body, trailer = text.split("\n\n")
    assert head == "registered: 60 × ticket"
    assert body.count("\n") == 50
    assert body.endswith("and 10 more")
    assert trailer == "Svcctl: log\n"


def test_cases_come_before_cards_and_a_card_tells_its_fields() -> None:
    new = edit("resident", None, CARD)
    assert first(new, edit("ticket", None, opened())) == (
        f"registered {NAME} (complaint/major), added resident R-A0001"
    )
    moved = {**CARD, "private": {"phones": ["13911112222"]}, "name": SECRETS[2]}
    assert re.fullmatch(
        r"changed resident R-A0001 \((name, phones?( numbers)?|phones?( numbers)?, name)\)",
        first(edit("resident", CARD, moved)),
    )
    assert first(edit("resident", CARD, None)) == "removed resident R-A0001"


def test_words_of_a_person_stand_in_place_of_the_subject() -> None:
    text = message("git commit", [edit("resident", None, CARD)], " 新住户 ")
    assert text == "新住户\n\nSvcctl: git commit\n"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("handbook/procedures/leak.toml", "changed handbook/procedures/leak.toml"),
        ("schemas/ticket.schema.json", "changed schemas/ticket.schema.json"),
        (".gitattributes", "changed .gitattributes"),
        ("residents/孙丽.toml", "changed residents/…"),
        ("scans/孙丽/13811112222.jpg", "changed scans/…"),
        ("孙丽.toml", "changed …"),
    ],
)
def test_paths_that_somebody_may_have_named_after_somebody(path: str, said: str) -> None:
    assert first(Edit(path, b"a", b"b")) == said


@pytest.mark.parametrize("broken", [b"\xff", b"", b"<<<<<<< ours\n", b"log = 1\n", b"[[log]]\n"])
def test_a_broken_file_is_told_all_the_same(broken: bytes) -> None:
    path = path_of(KINDS["ticket"], NAME) or ""
    whole = data("ticket", path, opened())
    for before, after in ((broken, whole), (whole, broken), (None, broken), (broken, broken)):
        assert NAME in first(Edit(path, before, after))


def test_what_a_hand_wrote_into_a_word_is_not_told() -> None:
    path = path_of(KINDS["ticket"], NAME) or ""
    text = f'id = "{NAME}"\nkind = "{SECRETS[0]}"\n\n[[log]]\nn = "1A"\ndid = "{SECRETS[1]}"\n'
    said = message("git commit", [Edit(path, None, text.encode())])
    assert not any(secret in said for secret in SECRETS)
    card = f'id = "R-A0001"\n"{SECRETS[0]}" = "x"\n[private]\n"{SECRETS[1]}" = 1\n'.encode()
    for edits in (Edit("residents/A/00/R-A0001.toml", b'id = "R-A0001"\n', card),
                  Edit("residents/A/00/R-A0001.toml", card, b'id = "R-A0001"\n')):  # fmt: skip
        said = message("git commit", [edits])
        assert not any(secret in said for secret in SECRETS)


def salted(value: Any, secret: str) -> Any:
    """Put a secret wherever free words stand."""
    if isinstance(value, dict):
        free = ("note", "why", "subject", "unit_said", "caller", "contact", "place", "agreed_by",
                "source", "file", "demand", "accused", "convenient")  # fmt: skip
        return {
            key: secret if key in free and isinstance(one, str) else salted(one, secret)
            for key, one in value.items()
        }
    return [salted(one, secret) for one in value] if isinstance(value, list) else value


@given(lives(), st.sampled_from(SECRETS), st.sampled_from(["zh", "en"]))
def test_no_name_number_or_note_ever_gets_into_a_message(
    record: Record, secret: str, language: str
) -> None:
    record = salted(record, secret)
    path = path_of(KINDS["ticket"], NAME) or ""
    log = record["log"]
    with i18n.speaking(language):
        for count in range(len(log)):
            part = {"id": NAME, **KINDS["ticket"].rules.fold(log[:count]), "log": log[:count]}
            before = data("ticket", path, part) if count else None
            card = {**CARD, "name": secret, "note": secret, "private": {"phones": ["13911112222"]}}
            other = edit("resident", None if count % 2 else CARD, card)
            said = message("log", [Edit(path, before, data("ticket", path, record)), other])
            assert NAME in said
            assert not any(one in said for one in (secret, "13911112222", SECRETS[1]))

"""Canonical form by hand: what `fmt` does to a file, and where it keeps its hands off."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcctl.check.form import formed

BOOK = Path(__file__).parent / "book"
STAFF = "staff/wang.fang.toml"
TICKET = "tickets/2026/11/21/T261121-A07.toml"


def text(path: str) -> str:
    return (BOOK / path).read_text("utf-8")


def test_a_canonical_file_stays_as_it_is() -> None:
    for file in BOOK.rglob("*.toml"):
        data = file.read_bytes()
        assert formed(file.relative_to(BOOK).as_posix(), data).data == data


def test_order_spaces_bom_and_line_ends_are_mended_and_the_first_comment_stays() -> None:
    messy = (
        '\ufeff# 新来的\r\nname="王芳"\r\nid = "wang.fang"\r\ndepartment = "engineering"\r\n'
        "since = 2020-03-01\r\n"
        '[private]\r\nphones = ["13800138000"]\r\n[[role]]\r\nrole = "agent"\r\n'
        "since = 2020-03-01\r\n"
    )
    assert formed(STAFF, messy.encode()).data == f"# 新来的\n\n{text(STAFF)}".encode()


def test_entries_are_sorted_by_name_and_the_header_is_folded_again() -> None:
    head, first, second = text(TICKET).split("\n[[log]]\n")
    mixed = "\n[[log]]\n".join([head, f"{second}", first])
    assert formed(TICKET, mixed.encode()).data == text(TICKET).encode()


def test_a_header_that_is_not_the_fold_of_the_log_is_left_alone() -> None:
    edited = text(TICKET).replace('status = "assigned"', 'status   = "closed"')
    made = formed(TICKET, edited.encode())
    assert made.data is None
    assert "header" in made.why


@pytest.mark.parametrize(
    ("spoilt", "line", "word"),
    [
        ('id = "wang.fang"\nname = "王芳" # 旧名\n', 2, "comment"),
        ('id = "wang.fang"\nname = 王芳\n', 2, "quotes"),
        ("<<<<<<< a\n=======\n>>>>>>> b\n", 1, "conflict"),
    ],
)
def test_what_would_be_lost_or_cannot_be_read_is_left_alone(
    spoilt: str, line: int, word: str
) -> None:
    made = formed(STAFF, spoilt.encode())
    assert made.data is None
    assert made.line == line
    assert word in made.why

"""Comments and positions in the text of record files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from svcctl.base.finding import Where
from svcctl.book.toml import leading_comment
from svcctl.book.toml import locate
from svcctl.book.toml import stray_comments
from svcctl.book.toml import without_bom_and_cr
from svcctl.book.toml_lines import tokens

TEXT = '''\
# 登记
id = "T1"
aliases = [
    "a",  # first, and ] and "
    "b",
]
short = [1, {x = 2}, [3, 4]]
remark = """
[[log]]
id = "not here"
"""
tail = 1

[[log]]
n = "1A"

[log.set]
unit = "3-2-1501"

[[log]]
n = "2A"
  note = 'x' # stray

[log.set]
unit = "3-2-1502"

[policy."a b".c]
x.y = 1
'''


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ((), (1, 1)),
        (("id",), (2, 1)),
        (("aliases",), (3, 1)),
        (("aliases", 0), (4, 5)),
        (("aliases", 1), (5, 5)),
        (("aliases", 9), (3, 1)),
        (("short", 0), (7, 10)),
        (("short", 1, "x"), (7, 13)),
        (("short", 2), (7, 22)),
        (("tail",), (12, 1)),
        (("log",), (14, 1)),
        (("log", 0, "n"), (15, 1)),
        (("log", 0, "set", "unit"), (18, 1)),
        (("log", 1), (20, 1)),
        (("log", 1, "note"), (22, 3)),
        (("log", 1, "set", "unit"), (25, 1)),
        (("log", 1, "set", "gone"), (24, 1)),
        (("log", 1, "gone"), (20, 1)),
        (("log", 7, "n"), (14, 1)),
        (("policy",), (27, 1)),
        (("policy", "a b", "c", "x", "y"), (28, 1)),
        (("missing",), (1, 1)),
    ],
)
def test_locate_finds_the_key_or_its_nearest_ancestor(where: Where, place: tuple[int, int]) -> None:
    assert locate(TEXT.encode(), where) == place


def test_locate_counts_columns_in_characters() -> None:
    assert locate('a = ["物业", "b"]\n'.encode(), ("a", 1)) == (1, 12)


@pytest.mark.parametrize(
    "text",
    [
        "a = [1, 2\nb = 1\n[[log]]\nn = 1\n",
        "a = {x\nb = ]]]\n[[log]]\nn = 1\n",
        'a = "open\nb = 1\n[[log]]\nn = 1\n',
        "<<<<<<< HEAD\n=======\n[[log]]\nn = 1\n",
        "a a a\n= = =\n[[log]\nn = 1\n",
        "\ufeffa = 1\r\nb = 1\r\n[[log]]\r\nn = 1\r\n",
    ],
)
def test_locate_recovers_in_broken_text(text: str) -> None:
    assert locate(text.encode(), ("log", 0, "n")) == (4, 1)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=40)
    | st.text(st.sampled_from("a=[]{}\"'#.,\n\r\\ 1"), max_size=40).map(str.encode),
    st.lists(st.sampled_from(["a", "1", 0, 1]), max_size=3).map(tuple),
)
def test_any_bytes_can_be_looked_at(data: bytes, where: Where) -> None:
    line, col = locate(data, where)
    assert line >= 1
    assert col >= 1
    assert all(0 < line <= data.count(b"\n") + 1 for line in stray_comments(data))
    lead = leading_comment(data)
    assert leading_comment(lead + b"a = 1\n") == lead
    text = data.decode("utf-8", "replace")
    assert "".join(token.text for token in tokens(text)) == text


@pytest.mark.parametrize(
    ("data", "lead"),
    [
        (b"a = 1\n# x\n", b""),
        (b"# x\na = 1\n", b"# x\n\n"),
        (b"\n\n  # x  \r\n\n#y\n\n\n\na = 1\n", b"# x\n\n#y\n\n"),
        ("# e\u0301\n".encode(), "# é\n\n".encode()),
        (b"# x", b"# x\n\n"),
        (b"", b""),
        (b"# \xff\na = 1\n", b"# \xff\n\n"),
    ],
)
def test_leading_comment_is_the_block_and_one_blank_line(data: bytes, lead: bytes) -> None:
    assert leading_comment(data) == lead


def test_stray_comments_are_all_others() -> None:
    assert stray_comments(TEXT.encode()) == [4, 22]
    assert stray_comments(b"# a\n\n# b\nx = 1 # c\n# d") == [4, 5]
    assert stray_comments(b'x = \'# no\' \ny = """\n# no\n"""\nz = "# no"\n') == []


def test_without_bom_and_cr_leaves_other_bytes() -> None:
    assert without_bom_and_cr(b"\xef\xbb\xbfa\r\n\rb\n\xff") == b"a\n\rb\n\xff"

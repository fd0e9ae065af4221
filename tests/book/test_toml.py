"""Reading, writing and the canonical form of record files."""

from __future__ import annotations

import copy
import pickle
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from typing import Any

import pytest
import rtoml
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from svcctl.base.errors import UsageProblem
from svcctl.book import toml
from svcctl.book.toml import Order
from svcctl.book.toml import TomlError

HEAD = (
    *("id", "kind", "status", "severity", "subject", "unit"),
    *("resident", "channel", "department", "assignee"),
)
ENTRY = ("n", "at", "when", "by", "did", "note", "why", "set", "unset")
ORDER = Order((*HEAD, "log"), {"log": Order(ENTRY, {"set": Order(HEAD)})})

# The example of the design, byte for byte.
TICKET = '''\
id = "T261121-A07"
kind = "complaint"
status = "assigned"
severity = "major"
subject = "3 栋 2 单元电梯困人"
unit = "3-2-1501"
resident = "R-A0123"
channel = "phone"
department = "engineering"
assignee = "li.na"

[[log]]
n = "1A"
at = 2026-11-21 09:12:00+08:00
when = 2026-11-21 08:55:00+08:00
by = "wang.fang"
did = "open"
note = """
困人约 10 分钟,住户要求当天答复。
"""

[log.set]
kind = "complaint"
severity = "major"
subject = "3 栋 2 单元电梯困人"
unit = "3-2-1501"
resident = "R-A0123"
channel = "phone"

[[log]]
n = "2A"
at = 2026-11-21 09:20:00+08:00
by = "wang.fang"
did = "assign"

[log.set]
department = "engineering"
assignee = "li.na"
'''.encode()

ZONE = timezone(timedelta(hours=8))
KEYS = st.sampled_from(["id", "kind", "log", "set", "n", "note", "zz", "a-b", "7", "键", "a.b", ""])
TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text(st.sampled_from('ab"\\\n\r\t[]=#{}<> 栋e\u0301\u0338\x07\x7f\u2028'), max_size=12),
    st.sampled_from(["<<<<<<< a\nb", "a\n>>>>>>> b", "=======\n", "[[log]]\n[x]", '"""', "\r\r\n"]),
)
OFFSETS = st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
SCALARS = st.one_of(
    TEXTS,
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-99999, 99999, places=3).map(float),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28), timezones=OFFSETS),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS | st.none(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(KEYS, inner, max_size=4),
        st.lists(st.dictionaries(KEYS, inner, max_size=3), max_size=3),
    ),
    max_leaves=12,
)
RECORDS = st.dictionaries(KEYS, VALUES, max_size=6)


def cleaned(value: Any) -> Any:
    """What a value is after a round trip, said independently of the code."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, (datetime, time)):
        return value.replace(microsecond=0)
    if isinstance(value, list):
        return [cleaned(one) for one in value if one is not None]
    if isinstance(value, dict):
        pairs = {cleaned(key): cleaned(one) for key, one in value.items() if one is not None}
        return {key: one for key, one in pairs.items() if one not in ("", [], {})}
    return value


def problem(data: bytes) -> tuple[str, int, int]:
    with pytest.raises(TomlError) as caught:
        toml.parse(data)
    return caught.value.message, caught.value.line, caught.value.col


@pytest.fixture
def slow_parser(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SVCCTL_TOML", "tomllib")
    toml._loader.cache_clear()
    yield
    toml._loader.cache_clear()


def test_emit_ticket_of_the_design_is_canonical() -> None:
    record = toml.parse(TICKET)
    assert toml.emit(record, ORDER) == TICKET
    assert toml.is_canonical(TICKET, record, ORDER)


def test_is_canonical_proves_the_ticket_without_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    record = toml.parse(TICKET)
    monkeypatch.setattr(toml, "emit", None)
    assert toml.is_canonical(TICKET, record, ORDER)


@settings(max_examples=200, deadline=None)
@given(RECORDS)
@example({"a": "\r\r\r\n"})
@example({"log": [{}, {"set": {"x": ""}}, {"n": "1A"}]})
@example({"a": [[{"b": "x\ny"}], 1, {"c": {"d": []}}]})
def test_emit_round_trips(record: dict[str, Any]) -> None:
    data = toml.emit(record, ORDER)
    again = toml.parse(data)
    assert again == cleaned(record)
    assert toml.emit(again, ORDER) == data
    assert toml.is_canonical(data, again, ORDER)
    assert tomllib.loads(data.decode()) == rtoml.loads(data.decode())


@settings(max_examples=200, deadline=None)
@given(RECORDS)
def test_emit_has_no_cr_no_bom_and_one_blank_line_before_headers(record: dict[str, Any]) -> None:
    data = toml.emit(record, ORDER)
    assert b"\r" not in data
    assert not data.startswith((b"\n", b"\xef\xbb\xbf"))
    assert data == b"" or (data.endswith(b"\n") and not data.endswith(b"\n\n"))


LINES = TICKET.decode().splitlines(keepends=True)
SNIPPETS = st.sampled_from(
    [
        *("\n", " ", "\t", "\r\n", "-0", "# x\n", "zz = 1\n", "zy.a = 1\n", '"zy" = 1\n'),
        *("[log]\n", "[[log]]\n", "[log.set]\n", "[zz]\n", "[zz.y]\n"),
        *("zy = -0\n", "zy = +1\n", "zy = 0x1\n", "zy = 1_0\n", "zy = 07:00:00\n"),
        *("zy = 1.50\n", "zy = 1e3\n", "zy = 0.0001\n", "zy = 0.00001\n", "zy = 100000000.5\n"),
        *("zy = -0.0\n", "zy = []\n", "zy = [1]\n", 'zy = [\n    "a",\n]\n', "zy = { a = 1 }\n"),
        *('zy = ""\n', "zy = 'a'\n", 'zy = """a"""\n', 'zy = """\na\n[x]\n"""\n'),
        *('zy = "e\u0301"\n', 'zy = "\\t"\n', 'zy = "\\u0007"\n', 'zy = "\\u0008"\n'),
        *("zy = 2026-11-21T09:12:00Z\n", "zy = 2026-11-21 09:12:00-00:00\n"),
        "zy = 2026-11-21 09:12:00.5+08:00\n",
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    lines = list(LINES)
    for _number in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        to = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["insert", "insert", "swap", "drop", "move"])):
            case "insert":
                lines.insert(at, draw(SNIPPETS))
            case "swap":
                lines[at], lines[to] = lines[to], lines[at]
            case "drop":
                lines.pop(at)
            case "move":
                lines.insert(to, lines.pop(at))
    return "".join(lines).encode()


@settings(max_examples=600, deadline=None)
@given(mutated())
def test_is_canonical_equals_writing_and_comparing(data: bytes) -> None:
    try:
        record = toml.parse(data)
    except TomlError:
        return
    written = toml.leading_comment(data) + toml.emit(record, ORDER)
    assert toml.is_canonical(data, record, ORDER) == (written == data)


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\n\n[[log]]\nn = 1\n\n[zz]\nx = 1\n\n[[log]]\nn = 2\n",
        "\n[zz]\nx = 1\n",
        "[zz]\n\n[zz.y]\nx = 1\n",
        "[zz.y]\nx = 1\n\n[zz]\nx = 1\n",
        "[zz]\n",
        "kind = 1\nid = 1\n",
        "z = 1\ny = 1\n",
        "z = 1\nid = 1\n",
        "zz = 0.10\n",
        "zz = -0\n",
        "zz = 1\n\n",
        "zz = 1",
        'zz = "e\u0301"\n',
        "# note\nzz = 1\n",
    ],
)
def test_is_canonical_refuses(text: str) -> None:
    record = toml.parse(text.encode())
    assert not toml.is_canonical(text.encode(), record, ORDER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# 物业\n# note\n\nzz = 1\n",
        "[[log]]\n\n[[log]]\nn = 1\n",
        "[zz.y]\nx = 1\n",
        'zz = [\n    "",\n    "a",\n]\n',
        'zz = """\n[log]\n"""\n\n[[log]]\nn = 1\n',
        "zz = -12.5\n",
        '"键" = 1\n\n["a b"]\nx = 1\n',
    ],
)
def test_is_canonical_accepts(text: str) -> None:
    assert toml.is_canonical(text.encode(), toml.parse(text.encode()), ORDER)


def test_emit_long_note_leaves_other_entries_alone() -> None:
    log: list[dict[str, Any]] = [{"n": f"{i}A", "did": "remark", "note": "ok"} for i in (1, 2, 3)]
    before = toml.emit({"id": "T1", "log": log}, ORDER).decode().splitlines()
    log.append({"n": "4A", "did": "remark", "note": "长" * 300 + "\n" + "x" * 300})
    after = toml.emit({"id": "T1", "log": log}, ORDER).decode().splitlines()
    assert after[: len(before)] == before
    assert "[[log]]" in before


def test_emit_omits_empties_and_normalises() -> None:
    record = {
        "subject": "cafe\u0301",
        "note": "a\r\nb\rc",
        "unit": "",
        "resident": None,
        "tags": [],
        "codes": [None, "x", ""],
        "log": [{"set": {"unit": ""}, "at": datetime(2026, 11, 21, 9, 12, 0, 5, ZONE)}],
        "id": 7,
    }
    assert toml.emit(record, ORDER).decode() == (
        'id = 7\nsubject = "café"\ncodes = [\n    "x",\n    "",\n]\nnote = """\na\nb\nc"""\n\n'
        "[[log]]\nat = 2026-11-21 09:12:00+08:00\n"
    )


def test_emit_scalars_stand_before_tables_whatever_the_order() -> None:
    order = Order(("set", "log", "id"))
    data = toml.emit({"id": 1, "log": [{"n": 1}], "set": {"x": 1}}, order)
    assert data.decode() == "id = 1\n\n[set]\nx = 1\n\n[[log]]\nn = 1\n"


def test_emit_offset_of_local_mean_time_becomes_whole_minutes() -> None:
    odd = timezone(timedelta(hours=8, minutes=5, seconds=43))
    moment = datetime(1900, 1, 1, 12, tzinfo=odd)
    data = toml.emit({"at": moment}, ORDER)
    assert data == b"at = 1900-01-01 11:59:17+08:05\n"
    assert toml.parse(data)["at"] == moment


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, float("nan"), float("inf"), "\ud800"])
def test_emit_refuses_what_no_file_can_hold(value: object) -> None:
    with pytest.raises(TomlError):
        toml.emit({"a": value}, ORDER)


def test_emit_refuses_keys_that_are_one_in_nfc() -> None:
    with pytest.raises(TomlError, match="twice"):
        toml.emit({"é": 1, "e\u0301": 2}, ORDER)


def test_emit_text_like_conflict_markers_can_be_read_again() -> None:
    record = {"note": "<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> main\n"}
    data = toml.emit(record, ORDER)
    assert b"\n<<<<<<<" not in data
    assert toml.parse(data) == record
    assert toml.is_canonical(data, record, ORDER)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode("utf-8", "replace")))
def test_any_bytes_raise_nothing_but_toml_error(data: bytes) -> None:
    try:
        record = toml.parse(data)
    except TomlError as error:
        record = {}
        place = (error.line, error.col)
    else:
        place = (1, 1)
    assert min(place) >= 1
    assert toml.parse(toml.emit(record, ORDER)) == cleaned(record)
    assert toml.is_canonical(data, {}, ORDER) in (True, False)


BITS = st.sampled_from(
    [
        *("a", "b", "0", "1", " ", "-", "inf", "1e9", "a = ", "b = ", " = ", "\n", "\r\n", "#"),
        *('"x"', '"', "'", '"""', "'''", "\\", "\\e", "\\x41", "\\n", "\\\\"),
        *("07:32", ":00", "2026-01-01", "T", "Z", "+08:00"),
        *("[", "]", "{", "}", ",", ".", "{a = 1", "[1"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(BITS, max_size=12).map("".join))
@example("a = {b = 1,}")
@example('a = "\\e"')
@example("a = 07:32")
@example("a = {\nb = 1}")
def test_parse_accepts_only_what_both_parsers_read_alike(text: str) -> None:
    try:
        record = toml.parse(text.encode())
    except TomlError:
        return
    assert tomllib.loads(text) == record
    assert rtoml.loads(text) == record


@settings(max_examples=400, deadline=None)
@given(mutated() | st.lists(BITS, max_size=12).map(lambda bits: "".join(bits).encode()))
@example(TICKET.replace(b"\n", b"\r\n"))
@example(b"a = 99999999999999999999")
@example(b"a = [[inf]]")
@example(f"a = {'[' * 40}{']' * 40}".encode())
@example(f"{'a.' * 40}a = 1".encode())
@example(b"\xef\xbb\xbfa = 1")
@example(b"<<<<<<< HEAD\n")
@example(b'a = """\n>>>>>>> main\n"""\n')
@example(b"a = \x00")
def test_parse_one_says_what_parse_says(data: bytes) -> None:
    said: list[object] = []
    for read in (toml.parse, toml.parse_one):
        try:
            said.append(read(data))
        except TomlError as error:
            said.append((error.message, error.line, error.col))
    assert said[0] == said[1]


def test_parse_one_leaves_the_choice_of_parser_to_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SVCCTL_TOML", "fast")
    toml._loader.cache_clear()
    with pytest.raises(UsageProblem, match="fast"):
        toml.parse_one(b"")
    toml._loader.cache_clear()


NEWS_OF_1_1 = [
    ("a = 1\nb = { c = 1, }\n", 2),
    ("b = {\n c = 1 }\n", 1),
    ("b = { # x\n c = 1 }\n", 1),
    ('b = "\\e"\n', 1),
    ('b = "\\x41"\n', 1),
    ('b = """\\\\\\x41"""\n', 1),
    ("b = [\n1,\n07:32,\n]\n", 3),
    ("b = 2026-01-01T07:32\n", 1),
    ("b = 2026-01-01 07:32+08:00\n", 1),
]


@pytest.mark.parametrize(("text", "line"), NEWS_OF_1_1)
def test_parse_refuses_toml_1_1(text: str, line: int) -> None:
    rtoml.loads(text)
    message, at, _col = problem(text.encode())
    assert "TOML 1.0" in message
    assert at == line


@pytest.mark.parametrize(("text", "_line"), NEWS_OF_1_1)
def test_parse_refuses_toml_1_1_where_pythons_parser_takes_it(
    text: str, _line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tomllib, "loads", rtoml.loads)
    assert "TOML 1.0" in problem(text.encode())[0]


@pytest.mark.parametrize(
    "text", ['a = "\\\\e"\n', "a = '\\e'\n", "a = '07:32'\n", "a = [{b = 1},]\n", "# 07:32 \\e\n"]
)
def test_parse_takes_toml_1_0_that_looks_newer(text: str) -> None:
    assert toml.parse(text.encode()) == tomllib.loads(text)


def test_parse_bom_is_refused() -> None:
    assert "byte order mark" in problem(b"\xef\xbb\xbfa = 1\n")[0]
    assert toml.parse(toml.without_bom_and_cr(b"\xef\xbb\xbfa = 1\r\n")) == {"a": 1}


def test_parse_crlf_file_is_read_but_not_canonical() -> None:
    data = TICKET.replace(b'"""\n', b'"').replace("。\n".encode(), "。".encode())
    data = data.replace(b"\n", b"\r\n")
    record = toml.parse(data)
    assert record["id"] == "T261121-A07"
    assert not toml.is_canonical(data, record, ORDER)


@pytest.mark.parametrize("quotes", ['"""', "'''"])
def test_parse_cr_inside_a_text_is_refused(quotes: str) -> None:
    message, line, col = problem(f"a = 1\r\nb = {quotes}x\r\ny{quotes}\r\n".encode())
    assert "CR" in message
    assert (line, col) == (2, 5)


@pytest.mark.parametrize("data", [b"a = 1\rb = 2\n", b'a = """x\ry"""\n', b"# x\ry\n"])
def test_parse_lone_cr_is_refused(data: bytes) -> None:
    assert problem(data)[1] == 1


def test_parse_bad_utf8_names_the_place() -> None:
    message, line, col = problem('a = 1\nb = "物业'.encode() + b"\xd6\xd0" + b'"\n')
    assert "0xd6" in message
    assert (line, col) == (2, 8)


def test_parse_nul_names_the_place() -> None:
    assert problem(b"a = 1\n\0\0")[1:] == (2, 1)


def test_parse_large_file_is_refused() -> None:
    assert "4 MiB" in problem(b"#" * (4 * 1024 * 1024 + 1))[0]


@pytest.mark.parametrize("parser", ["rtoml", "tomllib"])
def test_parse_duplicate_key_names_key_and_line(
    parser: str, request: pytest.FixtureRequest
) -> None:
    if parser == "tomllib":
        request.getfixturevalue("slow_parser")
    message, line, _col = problem(b'a = 1\nunit = "x"\nunit = "y"\n')
    assert message == "'unit' is there twice"
    assert line == 3
    assert problem(b"[log]\n[log]\n")[:2] == ("'log' is there twice", 2)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\n<<<<<<< HEAD\nb = 1\n=======\nb = 2\n>>>>>>> main\n", 2),
        ('a = """\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> main\n"""\n', 2),
        ("a = 1\n=======\nb = 2\n", 2),
        ("a = 1\n>>>>>>> main\n", 2),
    ],
)
def test_parse_conflict_markers_have_their_own_message(text: str, line: int) -> None:
    message, at, _col = problem(text.encode())
    assert "conflict" in message
    assert at == line


def test_parse_underlined_text_is_no_conflict() -> None:
    assert toml.parse(b'a = """\ntitle\n=======\n"""\n') == {"a": "title\n=======\n"}


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("a = 1\nb = yes\n", "double quotes", (2, 5)),
        ('a = 1\nb = "x\n', "quotation mark", (2, 7)),
        ("a = 1 b = 2\n", "not valid TOML", (1, 9)),
        ("a = 99999999999999999999\n", "64 bits", (1, 1)),
        ("a = [\n    1,\n    inf,\n]\n", "inf", (3, 5)),
        ("a = nan\n", "nan", (1, 1)),
        (f"a = {'[' * 40}{']' * 40}\n", "nested", (1, 38)),
        (f"{'a.' * 40}a = 1\n", "nested", (1, 2)),
        (f"a = {'[' * 100_000}", "not valid", (1, 85)),
    ],
)
def test_parse_other_faults(text: str, word: str, place: tuple[int, int]) -> None:
    message, line, col = problem(text.encode())
    assert word in message
    assert (line, col) == place


def test_parse_dots_in_texts_are_not_nesting() -> None:
    assert toml.parse(f"a = '{'x.' * 99}' # {'y.' * 99}\n".encode()) == {"a": "x." * 99}


@pytest.mark.usefixtures("slow_parser")
def test_parse_with_pythons_parser_gives_the_same() -> None:
    slow = toml.parse(TICKET)
    assert slow == rtoml.loads(TICKET.decode())
    assert toml._loader() is tomllib.loads
    for text, _line in NEWS_OF_1_1:
        problem(text.encode())
    assert "nested" in problem(f"a = {'[' * 5000}".encode())[0]
    assert "64 bits" in problem(f"a = {'9' * 40}\n".encode())[0]


def test_parse_unknown_parser_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVCCTL_TOML", "fast")
    toml._loader.cache_clear()
    with pytest.raises(UsageProblem, match="fast"):
        toml.parse(b"")
    toml._loader.cache_clear()


def test_parse_without_rtoml_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rtoml", None)
    toml._loader.cache_clear()
    with pytest.raises(UsageProblem) as caught:
        toml.parse(b"")
    toml._loader.cache_clear()
    assert "SVCCTL_TOML=tomllib" in caught.value.hints[0]


def test_parse_moments_have_the_zones_of_the_standard_library() -> None:
    record = toml.parse(TICKET + b"\n[zz]\nat = 2026-11-21 01:12:00Z\nday = 2026-11-21\n")
    assert copy.deepcopy(record) == record
    assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301 - our own bytes
    zone = record["log"][0]["at"].tzinfo
    assert zone == ZONE
    assert datetime.now(zone).utcoffset() == timedelta(hours=8)
    assert record["zz"] == {
        "at": datetime(2026, 11, 21, 1, 12, tzinfo=UTC),
        "day": date(2026, 11, 21),
    }

"""The text of a record file by lines and tokens: comments, positions, what is not TOML 1.0.

This is no parser: it knows where strings, comments and brackets are, and copes with any text.
It backs up the parser in `svcctl.book.toml`, which reports no positions of values.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import NamedTuple

from svcctl.base.i18n import _

if TYPE_CHECKING:
    from svcctl.base.finding import Where

MAX_DEPTH = 32

# Patterns, here and in `toml_form`, are compiled when first used: most commands need none of them.
# Only single characters are repeated possessively (`++`): Python before 3.11.5 gets groups wrong.
_PIECES = (
    r'(?s)(?P<mlb>"""(?:[^"\\]++|\\.|"{1,2}(?!"))*(?:"{3,5}|\\?\Z))'
    r"|(?P<mll>'''(?:[^']++|'{1,2}(?!'))*(?:'{3,5}|\Z))"
    r'|(?P<str>"(?:[^"\\\n]++|\\[^\n])*"?)'
    r"|(?P<lit>'[^'\n]*+'?)"
    r"|(?P<comment>\#[^\n]*+)"
    r"|(?P<nl>\r?\n)"
    r"|(?P<ws>[ \t]++)"
    r"|(?P<punct>[\[\]{},=.])"
    r"""|(?P<bare>[^\s\[\]{},=."'\#]++)"""
    r"|(?P<other>.)"
)
_ESCAPE = r"(?s)\\(.)"
_NO_SECONDS = r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt])?[0-9]{2}:[0-9]{2}(?!:)"
_LONG_KEY = rf"""(?:\.[ \t]*[^\s\[\]{{}},=.\#]*[ \t]*){{{MAX_DEPTH}}}"""
_STATEMENT = r"[A-Za-z_][A-Za-z0-9_-]*[ \t]*=|\[\[?[A-Za-z_]"
_BLANK = " \t\r"
_KEYS = ("bare", "str", "lit")


class TomlError(Exception):
    """Bytes that are no record file, or a value that no record file can hold.

    Attributes:
        message: What is wrong, in the reader's language.
        line: From 1.
        col: From 1, in characters.
    """

    def __init__(self, message: str, line: int = 1, col: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.col = col


class Token(NamedTuple):
    """One token: its sort, its text and where it begins in the whole text."""

    sort: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """Cut any text into tokens; put together they are the text again."""
    for found in re.finditer(_PIECES, text):
        yield Token(found.lastgroup or "other", found[0], found.start())


def position(text: str, start: int) -> tuple[int, int]:
    """Return line and column, both from 1, of the character at `start`."""
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def leading_comment(data: bytes) -> bytes:
    """Return the comment block at the top in canonical form, with the blank line that follows it.

    Empty where the file does not begin with a comment.
    """
    if not data.lstrip(b" \t\r\n").startswith(b"#"):
        return b""
    lines: list[str] = []
    for raw in data.decode("utf-8", "surrogateescape").split("\n"):
        line = raw.strip(_BLANK)
        if line and not line.startswith("#"):
            break
        lines.append(line)
    block = unicodedata.normalize("NFC", "\n".join(lines).strip("\n"))
    return f"{block}\n\n".encode("utf-8", "surrogateescape")


def stray_comments(data: bytes) -> list[int]:
    """Return the lines of the comments that a write could not keep: all but the leading block."""
    if b"#" not in data:
        return []
    text = data.decode("utf-8", "replace")
    found: list[int] = []
    begun = False
    for token in tokens(text):
        if token.sort == "comment" and begun:
            found.append(position(text, token.start)[0])
        begun = begun or token.sort not in ("comment", "nl", "ws")
    return found


def without_bom_and_cr(data: bytes) -> bytes:
    """Return `data` without the byte order mark and CR LF line ends that some editors write."""
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")


def beyond_toml_1_0(text: str) -> tuple[str, int] | None:
    """Return what a lenient parser accepts but the book does not: (message, start), or None.

    That is the news of TOML 1.1 (which Python's own parser takes from 3.15 on), CR inside a text,
    which parsers read differently, and nesting deep enough to stall a parser.
    """
    open_: list[str] = []
    before = ""
    for token in tokens(text):
        problem = _token_problem(token, open_, before)
        if problem:
            return problem, token.start
        if token.sort == "punct":
            if token.text in "[{":
                open_.append(token.text)
            elif token.text in "]}" and open_:
                open_.pop()
        if token.sort not in ("ws", "nl", "comment"):
            before = token.text
    found = re.search(_LONG_KEY, text) if text.count(".") >= MAX_DEPTH else None
    return _long_key(text) if found else None


def _long_key(text: str) -> tuple[str, int] | None:
    """Look again for an over-long key, with what stands in strings and comments left out."""
    parts = []
    for token in tokens(text):
        quoted = token.sort in ("str", "lit", "mlb", "mll", "comment")
        parts.append("_" * len(token.text) if quoted else token.text)
    found = re.search(_LONG_KEY, "".join(parts))
    return (_("nested too deeply"), found.start()) if found else None


def _token_problem(token: Token, open_: list[str], before: str) -> str:
    sort, text, _start = token
    if sort in ("str", "mlb") and any(one[1] in "ex" for one in re.finditer(_ESCAPE, text)):
        return _("'\\e' and '\\x' are not TOML 1.0; write '\\u00…'")
    if sort in ("mlb", "mll") and "\r" in text:
        return _("a text over several lines has CR line ends; save the file with LF line ends")
    if sort == "bare" and re.match(_NO_SECONDS, text):
        return _("a time without seconds is not TOML 1.0")
    if open_ and open_[-1] == "{":
        if sort in ("nl", "comment"):
            return _("an inline table over several lines is not TOML 1.0")
        if text == "}" and before == ",":
            return _("a comma at the end of an inline table is not TOML 1.0")
    return _("nested too deeply") if len(open_) > MAX_DEPTH else ""


def locate(data: bytes, where: Where) -> tuple[int, int]:
    """Return line and column, both from 1, of the value at `where`, or of its nearest ancestor.

    Works on text that cannot be parsed too, as well as it can; never raises.
    """
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    best, start = 0, 0
    for path, begins in _places(text):
        shared = 0
        for mine, theirs in zip(where, path, strict=False):
            if mine != theirs:
                break
            shared += 1
        if shared > best:
            best, start = shared, begins
            if best == len(where):
                break
    return position(text, start) if best else (1, 1)


def locate_all(data: bytes, wheres: Sequence[Where]) -> list[tuple[int, int]]:
    """Return what `locate` returns for each of `wheres`, reading the text once."""
    if not any(wheres):
        return [(1, 1)] * len(wheres)
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    starts: dict[Where, int] = {}
    for path, begins in _places(text):
        for length in range(1, len(path) + 1):
            starts.setdefault(path[:length], begins)
    ends = [found.start() for found in re.finditer("\n", text)]
    return [_nearest(where, starts, ends) for where in wheres]


def _nearest(where: Where, starts: dict[Where, int], ends: list[int]) -> tuple[int, int]:
    for length in range(len(where), 0, -1):
        if (start := starts.get(where[:length])) is not None:
            line = bisect_left(ends, start)
            return line + 1, start - (ends[line - 1] if line else -1)
    return 1, 1


def _places(text: str) -> Iterator[tuple[Where, int]]:
    """Yield the path and start of every header, key and array item, in the order of the text."""
    counts: dict[Where, int] = {}
    table: Where = ()
    for statement in _statements(text):
        first = statement[0]
        equals = next((i for i, one in enumerate(statement) if one.text == "="), None)
        if first.text == "[":
            several = len(statement) > 1 and statement[1].text == "["
            table = _enter(_names(statement), counts, several=several)
            yield table, first.start
        elif equals is not None:
            path = (*table, *_names(statement[:equals]))
            yield path, first.start
            yield from _items(path, statement[equals + 1 :])


def _statements(text: str) -> Iterator[list[Token]]:
    """Cut the text into headers and `key = value` statements; each has at least one token."""
    begins = re.compile(_STATEMENT).match
    statement: list[Token] = []
    depth = 0
    for token in tokens(text):
        if token.sort == "nl":
            after = token.start + len(token.text)
            if depth <= 0 or begins(text, after):
                if statement:
                    yield statement
                statement, depth = [], 0
        elif token.sort not in ("ws", "comment"):
            statement.append(token)
            if token.sort == "punct":
                depth += (token.text in "[{") - (token.text in "]}")
    if statement:
        yield statement


def _names(statement: list[Token]) -> list[str]:
    names = []
    for token in statement:
        if token.sort in _KEYS:
            quoted = token.sort != "bare" and len(token.text) > 1
            names.append(token.text[1:-1] if quoted else token.text)
    return names


def _enter(names: list[str], counts: dict[Where, int], *, several: bool) -> Where:
    """Return the path of the table that a header opens, positions in arrays filled in."""
    path: Where = ()
    for number, name in enumerate(names, 1):
        path = (*path, name)
        if several and number == len(names):
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = (*path, counts[path] - 1)
    return path


def _items(path: Where, value: list[Token]) -> Iterator[tuple[Where, int]]:
    """Yield the items of an array; what lies deeper is not told apart."""
    if not value or value[0].text != "[":
        return
    depth, number, fresh = 0, 0, False
    for token in value:
        punct = token.text if token.sort == "punct" else ""
        if fresh and not (punct and punct in "],"):
            yield (*path, number), token.start
            number, fresh = number + 1, False
        depth += (punct in ("[", "{")) - (punct in ("]", "}"))
        if depth == 1 and punct in (",", "["):
            fresh = True

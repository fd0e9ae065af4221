"""Record files: TOML bytes to dicts and back, in one canonical form.

`parse` reads TOML 1.0 and nothing more, so that every parser reads the book alike. `emit` writes
the one form in which a record is stored: UTF-8 without BOM, LF, NFC, keys in the order of the
model, empties omitted, scalars before tables, every table of an array a block of its own, each
array item on its own line, times in whole seconds. A leading comment block and one blank line may
stand before it. The laws: `parse(emit(x)) == x` and `emit(parse(emit(x))) == emit(x)`.

rtoml reads, tomli-w writes. Where rtoml has no wheel, `SVCCTL_TOML=tomllib` in the environment
chooses Python's own parser (8 times slower); never by itself, so that a broken installation shows.
Libraries are imported when first used.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from functools import cache
from typing import Any

from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.book.toml_form import BARE_KEY
from svcctl.book.toml_form import NO_ORDER
from svcctl.book.toml_form import Order
from svcctl.book.toml_form import clean
from svcctl.book.toml_form import has_form
from svcctl.book.toml_form import is_block
from svcctl.book.toml_form import is_proven
from svcctl.book.toml_form import refuse_unfit
from svcctl.book.toml_lines import MAX_DEPTH
from svcctl.book.toml_lines import TomlError
from svcctl.book.toml_lines import beyond_toml_1_0
from svcctl.book.toml_lines import leading_comment
from svcctl.book.toml_lines import locate
from svcctl.book.toml_lines import locate_all
from svcctl.book.toml_lines import position
from svcctl.book.toml_lines import stray_comments
from svcctl.book.toml_lines import without_bom_and_cr

__all__ = [
    "MAX_BYTES",
    "Order",
    "TomlError",
    "emit",
    "is_canonical",
    "leading_comment",
    "locate",
    "locate_all",
    "parse",
    "parse_one",
    "stray_comments",
    "without_bom_and_cr",
]

MAX_BYTES = 4 * 1024 * 1024
# TOML 1.1, which the book does not accept.
_TOMLLIB_READS_MORE = sys.version_info >= (3, 15)
# `=======` alone is no marker: people underline with it. A conflict has one of these as well.
_MARKER = r"(?m)^(?:<{7}|>{7})(?=[ \r\n]|\Z)"
_RTOML_AT = r"(?s)(.*?) at line (\d+) column (\d+)\s*"
_TOMLLIB_AT = r"(?s)(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)"


def parse(data: bytes) -> Record:
    """Read a record file.

    Raises:
        TomlError: Not UTF-8 TOML 1.0, or with a BOM, conflict markers, NUL, CR inside a text,
            numbers out of range, or above 4 MiB.
        UsageProblem: The parser is not installed or `SVCCTL_TOML` names none.
    """
    text = _decode(data)
    load = _loader()
    try:
        record = load(text)
    except (ValueError, RecursionError) as error:
        raise _worded(error, text) from None
    if not has_form(text):
        _guard(text, record)
    return record


def parse_one(data: bytes) -> Record:
    """Read a record file as `parse` does, for a command that reads only a few.

    Python's own parser is slower but sooner loaded than rtoml and the grammar: 2 ms instead of 8.
    What it refuses, or takes and `parse` may not, is left to `parse`.

    Raises:
        TomlError: As `parse`.
        UsageProblem: As `parse`.
    """
    if _TOMLLIB_READS_MORE or os.environ.get("SVCCTL_TOML"):
        return parse(data)
    text = _decode(data)
    from tomllib import loads

    try:
        record = loads(text)
    except (ValueError, RecursionError):
        return parse(data)
    return parse(data) if "\r" in text or _is_unfit(record, 0) else record


def _is_unfit(value: object, depth: int) -> bool:
    """Tell whether a parsed value is nested deeply or holds a number that not all readers hold."""
    if isinstance(value, dict):
        return depth >= MAX_DEPTH or any(_is_unfit(one, depth + 1) for one in value.values())
    if isinstance(value, list):
        return depth >= MAX_DEPTH or any(_is_unfit(one, depth + 1) for one in value)
    try:
        refuse_unfit(value)
    except TomlError:
        return True
    return False


def emit(record: Mapping[str, Any], order: Order) -> bytes:
    """Write a record in canonical form.

    Keys whose value is None, empty text, or an empty list or table are left out; text becomes NFC
    with LF line ends; microseconds are dropped.

    Raises:
        TomlError: A value that TOML cannot hold: half a surrogate pair, an integer beyond 64 bits,
            infinity, two keys that are the same in NFC.
        TypeError: A value of a type that TOML does not have.
    """
    blocks: list[str] = []
    _add_blocks(blocks, clean(record), order, "", "")
    text = "\n".join(blocks)
    if "\n<<<<<<<" in text or "\n>>>>>>>" in text:
        text = re.sub(_MARKER, lambda found: f"\\u00{ord(found[0][0]):02x}{found[0][1:]}", text)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise TomlError(_("text with half a character cannot be stored")) from None


def is_canonical(data: bytes, record: Mapping[str, Any], order: Order) -> bool:
    """Say whether `data`, which parses to `record`, is what `emit` would write.

    A leading comment block in canonical form is allowed. Nearly always answered without writing
    the record; the answer is the same.
    """
    lead = leading_comment(data)
    if not data.startswith(lead):
        return False
    body = data[len(lead) :]
    try:
        return is_proven(body.decode(), record, order) or emit(record, order) == body
    except (TomlError, UnicodeDecodeError):
        return False


def _add_blocks(
    blocks: list[str], table: Mapping[str, Any], order: Order, name: str, header: str
) -> None:
    scalars: dict[str, Any] = {}
    inner = []
    for key in order.sorted(table):
        value = table[key]
        if is_block(value):
            inner.append(key)
        else:
            scalars[key] = value
    if scalars or header.startswith("[["):
        # One call for each block: in one call tomli-w would choose, for a whole array of tables,
        # between inline and block form by the length of its longest entry.
        blocks.append(header + _writer()(scalars, multiline_strings=True))
    for key in inner:
        value = table[key]
        path = f"{name}{_written_key(key)}"
        inside = order.inside.get(key, NO_ORDER)
        if isinstance(value, dict):
            _add_blocks(blocks, value, inside, f"{path}.", f"[{path}]\n")
        else:
            for one in value:
                _add_blocks(blocks, one, inside, f"{path}.", f"[[{path}]]\n")


def _written_key(key: str) -> str:
    return key if re.fullmatch(BARE_KEY, key) else _writer()({key: 0}).removesuffix(" = 0\n")


@cache
def _writer() -> Callable[..., str]:
    from tomli_w import dumps

    return dumps


@cache
def _loader() -> Callable[[str], Record]:
    choice = os.environ.get("SVCCTL_TOML", "")
    if choice == "tomllib":
        from tomllib import loads as slow

        return slow
    if choice not in ("", "rtoml"):
        raise UsageProblem(
            _("SVCCTL_TOML names no parser: '{choice}'").format(choice=choice),
            _("unset it, or set it to rtoml or tomllib"),
        )
    return _rtoml()


def _rtoml() -> Callable[[str], Record]:
    try:
        from rtoml import loads
    except ImportError:
        raise UsageProblem(
            _("the TOML parser rtoml is not installed"),
            _("install it, or set SVCCTL_TOML=tomllib in the environment to use a slower one"),
        ) from None

    def load(text: str) -> Record:
        record = loads(text)
        _settle_zones(record)
        return record

    return load


def _settle_zones(record: Record) -> None:
    """Put the stdlib's zones for rtoml's, which fail in copy, pickle, `now` and `astimezone`."""
    # A list of what is left, not recursion: this is done for every table of every file.
    left: list[Any] = [record]
    for box in left:
        for key, value in box.items() if type(box) is dict else enumerate(box):
            sort = type(value)
            if sort is str:
                continue
            if sort is dict or sort is list:
                left.append(value)
            elif sort is datetime and value.tzinfo is not None:
                box[key] = value.replace(tzinfo=_zone(value.utcoffset()))


@cache
def _zone(offset: timedelta) -> timezone:
    return timezone(offset)


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise TomlError(_("larger than {limit} MiB").format(limit=MAX_BYTES // 1024 // 1024))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        good = data[: error.start].decode()
        line, col = position(good, len(good))
        message = _("byte 0x{byte:02x} is not UTF-8; save the file as UTF-8")
        raise TomlError(message.format(byte=data[error.start]), line, col) from None
    if text.startswith("\ufeff"):
        raise TomlError(_("begins with a byte order mark; save the file as UTF-8 without BOM"))
    # Asked of the bytes: in a text of wide characters every other byte looks like a NUL.
    if b"\0" in data:
        place = position(text, text.index("\0"))
        raise TomlError(_("holds a NUL byte; the file is damaged"), *place)
    if b"<<<<<<<" in data or b">>>>>>>" in data:
        found = re.search(_MARKER, text)
        if found:
            raise _conflict(position(text, found.start())[0])
    return text


def _conflict(line: int) -> TomlError:
    return TomlError(_("unresolved merge conflict: the line is a conflict marker"), line, 1)


def _guard(text: str, record: Record) -> None:
    """Refuse what the parser accepted although others read it differently or not at all.

    Raises:
        TomlError: It is so.
    """
    problem = beyond_toml_1_0(text)
    if problem:
        raise TomlError(problem[0], *position(text, problem[1]))
    from tomllib import loads

    try:
        again = loads(text)
    except (ValueError, RecursionError) as error:
        raise _worded(error, text) from None
    for where, value in _leaves(record):
        try:
            refuse_unfit(value)
        except TomlError as error:
            raise TomlError(error.message, *locate(text.encode(), where)) from None
    if again != record:
        raise TomlError(_("TOML parsers read this file differently"))


def _leaves(value: object, where: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, object]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, (*where, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _leaves(one, (*where, number))
    else:
        yield where, value


def _worded(error: Exception, text: str) -> TomlError:
    """Turn a parser's error into ours, with the words for what people get wrong most."""
    if isinstance(error, RecursionError):
        return TomlError(_("nested too deeply"))
    said = str(error)
    found = re.fullmatch(_RTOML_AT, said) or re.fullmatch(_TOMLLIB_AT, said)
    detail = found[1] if found else said
    line, col = position(text, len(text))
    if found and found[2]:
        line, col = int(found[2]), int(found[3])
    lines = text.split("\n")
    faulty = lines[line - 1] if 0 < line <= len(lines) else ""
    if faulty.startswith("======="):
        return _conflict(line)
    return TomlError(_words(detail, faulty), line, col)


def _words(detail: str, faulty: str) -> str:
    if detail == "duplicate key" or detail.startswith(("Cannot overwrite", "Cannot declare")):
        key = faulty.partition("=")[0].strip(" \t[]\r")
        return _("'{key}' is there twice").format(key=key)
    if detail.startswith("string values must be quoted"):
        return _("not a value: text stands in double quotes")
    if 'string, expected `"`' in detail or detail == "Unterminated string":
        return _("the closing quotation mark is missing")
    return _("not valid TOML: {detail}").format(detail=detail)

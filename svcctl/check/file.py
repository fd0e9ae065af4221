"""Everything that can be wrong inside one file, whatever its bytes.

In this order, each only as far as it makes sense: form (can it be read, is it canonical), place
(may a record live there, is the id that of the name), shape, rules, and what the handbook says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator

from svcctl.base.finding import Finding
from svcctl.base.finding import Where
from svcctl.base.record import Record
from svcctl.book import guard
from svcctl.book import toml
from svcctl.book.index_rows import Parse
from svcctl.book.layout import id_of
from svcctl.book.order import order_of
from svcctl.check import diagnostic
from svcctl.check.diagnostic import Diagnostic
from svcctl.check.handbook import against
from svcctl.check.names import misplaced
from svcctl.handbook.lookup import Handbook
from svcctl.kinds import Kind
from svcctl.kinds import kind_of

_BOM = b"\xef\xbb\xbf"
_MARKER = re.compile(rb"^(?:<{7}|>{7})(?=[ \r\n]|\Z)", re.MULTILINE)


def check(
    path: str, data: bytes, handbook: Handbook | None, parse: Parse = toml.parse
) -> list[Diagnostic]:
    """Return everything wrong in one file of the book; never raises for what it holds.

    Args:
        path: Relative to the book; decides the kind.
        handbook: What values of open lists are looked up in; None skips that.
        parse: `toml.parse`, or one that remembers what it parsed.
    """
    kind = kind_of(path)
    if kind is None:
        return [diagnostic.make(path, Finding("PTH101"))]
    plain = toml.without_bom_and_cr(data) if data[:3] == _BOM or b"\r" in data else data
    found = [diagnostic.make(path, one, *place) for one, place in _bytes(data)]
    try:
        record = parse(plain)
    except toml.TomlError as error:
        return found + _unread(path, plain, error)
    except Exception as error:  # noqa: BLE001 - no file may stop the check of the others
        return [*found, diagnostic.make(path, Finding("FMT101", (), {"problem": repr(error)}))]
    wrong = guard.findings(kind, record)
    found += [
        diagnostic.make(path, one, line, 1)
        for one, line in _form(kind, plain, record, data)
        if one.code != "FMT102" or not _is_misshapen(wrong)
    ]
    if id_of(path) is None:
        found.append(misplaced(path))
    inside = [*_named(kind, path, record), *wrong, *against(kind, record, handbook)]
    return found + placed(path, plain, inside) if inside else found


def placed(path: str, data: bytes, findings: Iterable[Finding]) -> list[Diagnostic]:
    """Return findings about a file's content with the line and column they are about."""
    found = list(findings)
    places = toml.locate_all(data, [one.where for one in found])
    return [
        diagnostic.make(path, one, line, col)
        for one, (line, col) in zip(found, places, strict=True)
    ]


def _bytes(data: bytes) -> Iterator[tuple[Finding, tuple[int, int]]]:
    """Yield what editors of other systems leave behind; the rest is checked without it."""
    if data[:3] == _BOM:
        yield Finding("FMT105"), (1, 1)
    at = data.find(b"\r\n")
    if at >= 0:
        yield Finding("FMT106"), (data.count(b"\n", 0, at) + 1, 1)


def _unread(path: str, data: bytes, error: toml.TomlError) -> list[Diagnostic]:
    if len(data) <= toml.MAX_BYTES:
        if marks := [_line(data, found.start()) for found in _MARKER.finditer(data)]:
            return [diagnostic.make(path, Finding("FMT104"), line, 1) for line in marks]
        try:
            data.decode()
        except UnicodeDecodeError as wrong:
            byte = {"byte": f"0x{data[wrong.start]:02x}"}
            return [diagnostic.make(path, Finding("FMT107", (), byte), error.line, error.col)]
    problem = Finding("FMT101", (), {"problem": error.message})
    return [diagnostic.make(path, problem, error.line, error.col)]


def _is_misshapen(wrong: Iterable[Finding]) -> bool:
    """Tell whether the shape is wrong; then the canonical form is not known yet."""
    return any(one.code.startswith("SCH") for one in wrong)


def _line(data: bytes, start: int) -> int:
    return data.count(b"\n", 0, start) + 1


def _form(kind: Kind, plain: bytes, record: Record, data: bytes) -> Iterator[tuple[Finding, int]]:
    if lines := toml.stray_comments(plain):
        for line in lines:
            yield Finding("FMT103"), line
        # What is canonical without its comments cannot be said before they are moved.
        return
    order = order_of(kind)
    if not toml.is_canonical(plain, record, order):
        yield Finding("FMT102"), _first_difference(plain, record, order)
    elif b"\r" in data and b"\r\n" not in data:
        yield Finding("FMT102"), _line(data, data.index(b"\r"))


def _first_difference(plain: bytes, record: Record, order: toml.Order) -> int:
    """Return the first line that is not as `fmt` would write it."""
    try:
        should = toml.leading_comment(plain) + toml.emit(record, order)
    except (toml.TomlError, TypeError):
        return 1
    theirs = plain.split(b"\n")
    for number, line in enumerate(should.split(b"\n")):
        if number >= len(theirs) or theirs[number] != line:
            return min(number + 1, len(theirs))
    return len(should.split(b"\n"))


def _named(kind: Kind, path: str, record: Record) -> Iterator[Finding]:
    stem, said = path.rpartition("/")[2].removesuffix(".toml"), record.get("id")
    if kind.naming == "single" or not isinstance(said, str):
        return
    if said.lower() != stem.lower() or (said != stem and id_of(path) is not None):
        where: Where = ("id",)
        yield Finding("PTH102", where, {"stem": stem, "id": said})

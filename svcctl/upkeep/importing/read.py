"""A list as it comes from another system: bytes in, a heading and numbered rows out.

The character set is told by one rule: byte order mark, then strict UTF-8, then strict GB18030.
Statistical guessing takes short Chinese files for Korean (measured), so there is none.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from datetime import date
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.text import fold

Cell = str | float | bool | date | datetime
"""One cell: text from CSV, anything of these from a spreadsheet; empty is the empty text."""

DELIMITERS = (",", "\t", ";", "|")
HEADING_WITHIN = 20
"""The heading is looked for among this many first rows: titles and dates often stand above it."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class Line(NamedTuple):
    """One row of the file.

    Attributes:
        number: Line of a text file where the row begins, or row of a sheet; from 1.
        cells: As many as the heading has columns, or more.
    """

    number: int
    cells: tuple[Cell, ...]


class Sheet(NamedTuple):
    """A whole list.

    Attributes:
        heading: Names of the columns as written.
        lines: Rows with something in them, without the heading.
    """

    heading: tuple[str, ...]
    lines: list[Line]


def decode(data: bytes, encoding: str | None = None) -> str:
    """Return the text of a file.

    Args:
        encoding: Name of the character set; None goes by the rule.

    Raises:
        UsageProblem: It is no text, or not in that character set.
    """
    if encoding is not None:
        return _strict(data, encoding)
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return _strict(data, charset)
    if b"\0" in data:
        raise UsageProblem(
            _("the file is no text in a known character set"),
            _("save it as CSV UTF-8, or name the character set: [file] encoding in the map"),
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _strict(data, "gb18030")


def _strict(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageProblem(
            _("line {line} is not {charset} text (byte {byte})").format(
                line=line, charset=charset, byte=error.start
            ),
            _("save it as CSV UTF-8, or name the character set: [file] encoding in the map"),
        ) from None
    except LookupError:
        raise UsageProblem(_("there is no character set '{name}'").format(name=charset)) from None


def read_text(text: str, delimiter: str | None = None) -> list[Line]:
    """Return the rows of a delimited text.

    Args:
        delimiter: What stands between cells; None takes the one that splits the first rows best.

    Raises:
        UsageProblem: A quotation mark is not closed, or the text cannot be split.
    """
    first, _newline, rest = text.partition("\n")
    skipped = 0
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        # Excel's own hint about the delimiter.
        delimiter, text, skipped = delimiter or first.strip()[-1], rest, 1
    return list(_split(text, delimiter or _best_delimiter(text), skipped))


def _split(text: str, delimiter: str, skipped: int) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            yield Line(begins + skipped, tuple(cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UsageProblem(
            _("line {line} cannot be split into cells: {error}").format(
                line=begins + skipped, error=error
            ),
            _("look for a quotation mark that is not closed"),
        ) from None


def _best_delimiter(text: str) -> str:
    first = "\n".join(line for line in text.splitlines()[:HEADING_WITHIN] if line.strip())
    best, most = DELIMITERS[0], 1
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(first, newline=""), delimiter=delimiter)
        try:
            widths = [len(cells) for cells in reader]
        except csv.Error:
            continue
        width = max(widths, key=widths.count, default=0)
        if width > most:
            best, most = delimiter, width
    return best


def find_sheet(lines: Iterable[Line], wanted: Sequence[str]) -> Sheet:
    """Find the heading that has the columns `wanted`, and the rows below it.

    Blank rows and repeated headings are left out; what is missing at a row's end is blank.

    Raises:
        UsageProblem: No row has all these columns, or a wanted one is there twice.
    """
    full = [line for line in (_trimmed(line) for line in lines) if line.cells]
    if not full:
        raise UsageProblem(_("the file is empty"))
    at = _heading_at(full, wanted)
    heading = tuple(show(cell) for cell in full[at].cells)
    _refuse_missing(heading, wanted)
    body = [
        Line(line.number, line.cells + ("",) * (len(heading) - len(line.cells)))
        for line in full[at + 1 :]
        if not _is_heading(line, heading)
    ]
    return Sheet(heading, body)


def _is_heading(line: Line, heading: Sequence[str]) -> bool:
    """Tell whether a row is the heading again, as at the top of each printed page."""
    return len(line.cells) == len(heading) and all(
        same(show(cell)) == same(name) for cell, name in zip(line.cells, heading, strict=True)
    )


def _trimmed(line: Line) -> Line:
    """Return a row with blanks around its cells gone, and blank cells at its end."""
    cells = [cell.strip() if isinstance(cell, str) else cell for cell in line.cells]
    while cells and cells[-1] == "":
        cells.pop()
    return Line(line.number, tuple(cells))


def _heading_at(full: Sequence[Line], wanted: Sequence[str]) -> int:
    names = {same(name) for name in wanted}
    for place, line in enumerate(full[:HEADING_WITHIN]):
        if names <= {same(show(cell)) for cell in line.cells}:
            return place
    # None fits: judge by the row that comes nearest, so that the message names what is missing.
    first = full[:HEADING_WITHIN]
    found = [len(names & {same(show(cell)) for cell in line.cells}) for line in first]
    return found.index(max(found))


def _refuse_missing(heading: Sequence[str], wanted: Sequence[str]) -> None:
    there = [same(name) for name in heading]
    for name in wanted:
        count = there.count(same(name))
        if count > 1:
            raise UsageProblem(_("column '{name}' stands in the heading twice").format(name=name))
        if not count:
            near = get_close_matches(name, heading, n=1, cutoff=0.5)
            hints = [_("did you mean '{near}'?").format(near=near[0])] if near else []
            listed = ", ".join(name for name in heading if name)
            raise UsageProblem(
                _("the file has no column '{name}'").format(name=name),
                *hints,
                _("it has: {columns}").format(columns=listed),
            )


@lru_cache(maxsize=50_000)
def same(name: str) -> str:
    """Return a word as it is compared: width, case and blanks do not matter."""
    return fold(name).casefold()


def show(cell: Cell) -> str:
    """Return a cell as text: whole numbers without `.0`, days and moments in ISO form."""
    if isinstance(cell, str):
        return unicodedata.normalize("NFC", cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        is_day = cell.time() == datetime.min.time()
        return cell.date().isoformat() if is_day else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(int(cell)) if cell == int(cell) else str(cell)

"""Rows on their way out: table, JSON, JSON lines, CSV or bare ids; to stdout or a file.

Rows hold plain values (text, numbers, datetimes, lists). How a value looks is decided here, by
format: people get local time and words, programs get ISO 8601 and English keys.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import unicodedata
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import tzinfo
from itertools import islice
from typing import Any
from typing import NamedTuple
from typing import TextIO

from svcctl.base.clock import show_moment
from svcctl.base.clock import show_span
from svcctl.base.errors import DiskError
from svcctl.base.i18n import _
from svcctl.base.i18n import joined

FORMATS = ("table", "json", "jsonl", "csv", "ids", "md")
ENVELOPE = 1
"""Version of the JSON envelope."""

SHOWN_AT_MOST = 200
"""Rows of a table on a terminal; nobody reads more, and laying out 10,000 takes 0.3 s."""

_BY_SUFFIX = {
    ".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".txt": "table", ".md": "md",
}  # fmt: skip
_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CUT = ".."


class Column(NamedTuple):
    """One column of a list.

    Attributes:
        key: Key in the row and in JSON and CSV; English in every language, and stable.
        title: Heading of the table, already translated.
        width: Cells of a table on a terminal are cut to this many columns; 0 keeps the column
            out of tables, None never cuts.
        show: Words for a value in a table, where the usual ones do not do.
    """

    key: str
    title: str
    width: int | None = None
    show: Callable[[Any], str] | None = None


class Form(NamedTuple):
    """How and where this run wants its data.

    Attributes:
        format: One of `FORMATS`.
        path: File named with -o; empty for stdout.
        zone: Zone in which people read times.
    """

    format: str
    path: str
    zone: tzinfo | None


Row = Mapping[str, object]


def format_for(wish: str | None, path: str | None) -> str:
    """Return the format asked for, or the one that the file name of -o implies."""
    if wish:
        return wish
    suffix = os.path.splitext(path or "")[1].lower()
    return _BY_SUFFIX.get(suffix, "table")


def write_rows(rows: Iterable[Row], columns: Sequence[Column], form: Form) -> int | None:
    """Write a list and return how many rows were left out, or None if it is not known yet.

    Raises:
        DiskError: The file cannot be written; one that was there is as before.
    """
    if form.format == "table" and not form.path and is_terminal(sys.stdout):
        return _short_table(rows, columns, form)
    with opened(form) as out:
        _WRITERS[form.format](rows, columns, form, out)
    return 0


def write_one(record: Row, lines: Iterable[str], form: Form) -> None:
    """Write one record: `lines` for people, the record itself for programs.

    Raises:
        DiskError: The file cannot be written.
    """
    with opened(form) as out:
        if form.format == "table":
            out.writelines(f"{clean(line) if is_terminal(out) else line}\n" for line in lines)
        elif form.format == "json":
            _dump({"svcctl": ENVELOPE, "record": plain(record)}, out, indent=2)
        else:
            columns = [Column(key, key) for key in record]
            _WRITERS[form.format]([record], columns, form, out)


def write_text(lines: Iterable[str], form: Form) -> None:
    """Write a page made for people, as a table or as Markdown.

    Raises:
        DiskError: The file cannot be written.
    """
    with opened(form) as out:
        out.writelines(f"{clean(line) if is_terminal(out) else line}\n" for line in lines)


def plain(value: object) -> object:
    """Return a value as JSON can hold it: ISO 8601 moments, spans in seconds, keys as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, Iterable):
        return [plain(one) for one in value]
    return str(value)


def clean(text: str) -> str:
    """Return `text` without control characters, which could drive a reader's terminal.

    Nor those that turn the direction of what stands behind them: the rest of a row, and its ids.
    """
    if text.isprintable():
        return text
    return "".join(one for one in text if one in "\n\t" or not _drives(one))


def _drives(char: str) -> bool:
    return unicodedata.category(char) == "Cc" or unicodedata.bidirectional(char) in _TURNS


_TURNS = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))


def is_terminal(stream: TextIO) -> bool:
    """Tell whether a person reads (or types) at the other end of `stream`."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def text_width(text: str) -> int:
    """Return how many terminal columns `text` takes."""
    if text.isascii():
        return len(text)
    return sum(_char_width(one) for one in text)


@contextlib.contextmanager
def opened(form: Form) -> Iterator[TextIO]:
    """Open where the data goes; a file appears whole or not at all.

    Raises:
        DiskError: It cannot be written.
    """
    if not form.path:
        yield sys.stdout
        return
    try:
        with _replacing(form.path) as file:
            if form.format == "csv":
                file.write(_BOM)
            yield file
    except OSError as error:
        raise DiskError(
            _("cannot write '{path}': {why}").format(path=form.path, why=_(error.strerror or ""))
        ) from error


@contextlib.contextmanager
def _replacing(path: str) -> Iterator[TextIO]:
    if os.path.exists(path) and not os.path.isfile(path):
        # A pipe or a device has no place beside it, and nothing to keep whole.
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            yield file
        return
    target = os.path.realpath(path)
    part = f"{target}.part-{os.getpid()}"
    try:
        with open(part, "x", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        raise


def _short_table(rows: Iterable[Row], columns: Sequence[Column], form: Form) -> int | None:
    more = iter(rows)
    _write_table(list(islice(more, SHOWN_AT_MOST)), columns, form, sys.stdout)
    return sum(1 for _row in more)


def _write_table(rows: Iterable[Row], columns: Sequence[Column], form: Form, out: TextIO) -> None:
    shown = [column for column in columns if column.width != 0]
    narrow = is_terminal(out)
    cells = [
        [_cell(row.get(one.key), one, form.zone, narrow=narrow) for one in shown] for row in rows
    ]
    if not cells:
        return
    from tabulate import tabulate  # 50 ms, for tables alone

    # Plain ASCII rules: box characters are two columns wide on many Chinese terminals.
    text = tabulate(
        cells,
        headers=[column.title for column in shown],
        tablefmt="simple",
        disable_numparse=True,
    )
    out.writelines(f"{line.rstrip()}\n" for line in text.splitlines())


def _write_json(rows: Iterable[Row], columns: Sequence[Column], form: Form, out: TextIO) -> None:
    del form
    _dump({"svcctl": ENVELOPE, "rows": [_chosen(row, columns) for row in rows]}, out, indent=2)


def _write_jsonl(rows: Iterable[Row], columns: Sequence[Column], form: Form, out: TextIO) -> None:
    del form
    for row in rows:
        _dump(_chosen(row, columns), out, indent=None)


def _write_csv(rows: Iterable[Row], columns: Sequence[Column], form: Form, out: TextIO) -> None:
    del form
    import csv  # for this format alone

    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    writer.writerows([_guarded(row.get(column.key)) for column in columns] for row in rows)


def _write_markdown(
    rows: Iterable[Row], columns: Sequence[Column], form: Form, out: TextIO
) -> None:
    shown = [column for column in columns if column.width != 0]
    cells = [
        [_cell(row.get(one.key), one, form.zone, narrow=False) for one in shown] for row in rows
    ]
    out.writelines(f"{line}\n" for line in markdown([one.title for one in shown], cells))


def markdown(titles: Sequence[str], cells: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    for line in (titles, ["---"] * len(titles), *cells):
        yield f"| {' | '.join(_in_markdown(one) for one in line)} |"


def _in_markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", " ".join(text.split()))


def _write_ids(rows: Iterable[Row], columns: Sequence[Column], form: Form, out: TextIO) -> None:
    del columns, form
    out.writelines(f"{row['id']}\n" for row in rows)


_WRITERS: dict[str, Callable[[Iterable[Row], Sequence[Column], Form, TextIO], None]] = {
    "table": _write_table,
    "json": _write_json,
    "jsonl": _write_jsonl,
    "csv": _write_csv,
    "ids": _write_ids,
    "md": _write_markdown,
}


def _chosen(row: Row, columns: Sequence[Column]) -> dict[str, object]:
    return {column.key: plain(row.get(column.key)) for column in columns}


def _dump(value: object, out: TextIO, *, indent: int | None) -> None:
    import json  # for these formats alone

    out.write(json.dumps(value, ensure_ascii=False, indent=indent))
    out.write("\n")


def _guarded(value: object) -> object:
    """Return a CSV cell that a spreadsheet shows and does not compute."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, int | float):
        return value
    flat = plain(value)
    if isinstance(flat, int):
        return flat
    if isinstance(flat, dict) or (isinstance(flat, list) and any(map(_is_nested, flat))):
        import json  # for a record as one line

        return json.dumps(flat, ensure_ascii=False)
    text = "; ".join(map(str, flat)) if isinstance(flat, list) else str(flat)
    guarded = f"'{text}" if text.startswith(_FORMULA) else text
    # The csv module leaves a lone CR unquoted, which would break the row in two.
    return guarded.replace("\r\n", "\n").replace("\r", "\n")


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list)


def _cell(value: object, column: Column, zone: tzinfo | None, *, narrow: bool) -> str:
    text = column.show(value) if column.show and value is not None else _words(value, zone)
    if not text.isprintable():
        text = clean(" ".join(text.split()))
    if narrow and column.width and text_width(text) > column.width:
        return cut(text, column.width)
    return text


def _words(value: object, zone: tzinfo | None) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return show_moment(value, zone or value.tzinfo or UTC)
    if isinstance(value, timedelta):
        return show_span(value)
    if isinstance(value, list | tuple | set | frozenset):
        return joined(_words(one, zone) for one in value)
    return "" if value is None else str(plain(value))


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` columns, ending in `..` where something is left out."""
    if text_width(text) <= width:
        return text
    kept, used = [], len(_CUT)
    for one in text:
        used += _char_width(one)
        if used > width:
            break
        kept.append(one)
    return "".join(kept) + _CUT


def _char_width(one: str) -> int:
    if unicodedata.combining(one):
        return 0
    return 2 if unicodedata.east_asian_width(one) in "WF" else 1

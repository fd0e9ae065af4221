"""Many at once: rows from a JSON-lines or CSV file, all or none.

A batch runs in one transaction. Every bad line is named with its number, and if there is one,
nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import TypeVar

import click

from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import SvcctlError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.i18n import ngettext

Function = TypeVar("Function", bound=Callable[..., object])
T = TypeVar("T")
Row = tuple[int, dict[str, Any]]
_SHOWN_ERRORS = 50
_SHOWN_NUMBERS = 10
_Bad = tuple[int, str]


def from_option(function: Function) -> Function:
    """Add `--from FILE` as `source: str | None`."""
    return click.option(
        "--from",
        "source",
        metavar="FILE",
        help=_("Take many from a .jsonl or .csv file, or - for stdin; all or none."),
    )(function)


def read_batch(name: str) -> list[Row]:
    """Return the rows of a batch with their line numbers.

    Args:
        name: A `.jsonl` or `.csv` file, or `-` for stdin, whose first character tells which it is.

    Raises:
        NotFoundError: There is no such file.
        UsageProblem: It is no text, or a line is no JSON object; every bad line is named.
    """
    try:
        data = sys.stdin.buffer.read() if name == "-" else _bytes_of(name)
    except OSError as error:
        raise NotFoundError(
            _("cannot read '{path}': {error}").format(path=name, error=_(error.strerror or ""))
        ) from None
    text = decode(data)
    return list(_csv(text) if _is_csv(name, text) else _jsonl(text))


def _is_csv(name: str, text: str) -> bool:
    if name != "-":
        return name.lower().endswith(".csv")
    return not text.lstrip().startswith(("{", "["))


def _bytes_of(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def decode(data: bytes) -> str:
    """Return a text file's text: BOM, else UTF-8, else GB 18030.

    Raises:
        UsageProblem: It is none of these.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for charset in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    raise UsageProblem(_("the file is no text"))


def _csv(text: str) -> Iterator[Row]:
    import csv

    reader = csv.DictReader(text.splitlines())
    for row in reader:
        if any(row.values()):
            yield reader.line_num, {key: value for key, value in row.items() if key and value}


def _jsonl(text: str) -> Iterator[Row]:
    import json

    bad: list[_Bad] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            bad.append((number, str(error)))
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            bad.append((number, _("not a JSON object")))
    if bad:
        raise _refusal(bad)


def each_row(rows: Iterable[tuple[int, T]], do: Callable[[T], object]) -> int:
    """Do something with every row and return how many there were.

    Raises:
        UsageProblem: Some rows could not be done; all of them are named. The caller's transaction
            must end with it, so that nothing is written.
    """
    bad: list[_Bad] = []
    count = 0
    for number, row in rows:
        count += 1
        try:
            do(row)
        except (UsageProblem, RefusedError, NotFoundError) as error:
            bad.append((number, _words(error)))
        except SvcctlError as error:
            if error.exit_code.name != "INVALID":
                raise
            bad.append((number, _words(error)))
    if bad:
        raise _refusal(bad)
    return count


def _words(error: SvcctlError) -> str:
    return _("; ").join((error.message, *error.hints[:1]))


def _listed(bad: list[_Bad]) -> Iterator[str]:
    """Yield one line for each mistake; one made on many lines, such as a heading, is said once."""
    places: dict[str, list[str]] = {}
    for number, error in bad:
        places.setdefault(error, []).append(str(number))
    for error, numbers in places.items():
        words = ngettext("line {number}: {error}", "lines {number}: {error}", len(numbers))
        shown = [*numbers[:_SHOWN_NUMBERS], *(["…"] if len(numbers) > _SHOWN_NUMBERS else [])]
        yield words.format(number=joined(shown), error=error)


def _refusal(bad: list[_Bad]) -> UsageProblem:
    message = ngettext(
        "{count} line is wrong; nothing was written",
        "{count} lines are wrong; nothing was written",
        len(bad),
    ).format(count=len(bad))
    return UsageProblem(message, *list(_listed(bad))[:_SHOWN_ERRORS])

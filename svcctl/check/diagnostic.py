"""A diagnostic: a finding with its file, line and column, in words; and how one is written.

The first line of each is `path:line:col: severity[CODE]: message`, which editors jump to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

from svcctl.base import wording
from svcctl.base.codes import Severity
from svcctl.base.finding import Finding
from svcctl.base.i18n import _

FORMATS = ("text", "json", "github")
_GITHUB_VALUE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_GITHUB_NAME = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


class Diagnostic(NamedTuple):
    """One thing wrong at one place; the order of fields is the order in which they are shown.

    Attributes:
        path: Relative to the book, with `/`.
        line: From 1.
        col: From 1, in characters.
        code: See `svcctl.base.codes`.
        severity: An error must be mended, a warning may stand.
        message: What is wrong, in the language of this run.
        hint: What helps; may be empty.
    """

    path: str
    line: int
    col: int
    code: str
    severity: Severity
    message: str
    hint: str = ""


def make(path: str, finding: Finding, line: int = 1, col: int = 1) -> Diagnostic:
    """Return the diagnostic for a finding in `path`."""
    return Diagnostic(
        path,
        line,
        col,
        finding.code,
        wording.code_of(finding).severity,
        wording.message(finding, path),
        wording.hint(finding, path),
    )


def in_order(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return diagnostics by path, line, column and code, each once."""
    return sorted(dict.fromkeys(found))


def count(found: Iterable[Diagnostic]) -> tuple[int, int]:
    """Return the number of errors and of warnings."""
    severities = [one.severity for one in found]
    return severities.count("error"), severities.count("warning")


def written(found: Iterable[Diagnostic], form: str, *, files: int, prefix: str = "") -> str:
    """Return diagnostics as text in one of `FORMATS`, with the last line end.

    Args:
        files: How many files were checked.
        prefix: Put before each path in text and github, so that it leads to the file from where
            the reader stands; JSON has paths relative to the book.
    """
    if form == "json":
        return _json(list(found), files)
    lines = (_github if form == "github" else _text)(found, prefix)
    return "".join(f"{line}\n" for line in lines)


def _text(found: Iterable[Diagnostic], prefix: str) -> Iterator[str]:
    for one in found:
        # Severity and code are words for programs too and stay as they are in every language.
        place = f"{_one_line(prefix + one.path)}:{one.line}:{one.col}"
        yield f"{place}: {one.severity}[{one.code}]: {one.message}"
        if one.hint:
            yield "    " + _("hint: {hint}").format(hint=one.hint)


def _one_line(path: str) -> str:
    """A file name may hold anything; what would break the line is written as an escape."""
    if path.isprintable():
        return path
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in path)


def _github(found: Iterable[Diagnostic], prefix: str) -> Iterator[str]:
    for one in found:
        path = _one_line(prefix + one.path).translate(_GITHUB_NAME)
        said = f"{one.message} ({one.hint})" if one.hint else one.message
        where = f"file={path},line={one.line},col={one.col},title={one.code}"
        yield f"::{one.severity} {where}::{said.translate(_GITHUB_VALUE)}"


def _json(found: list[Diagnostic], files: int) -> str:
    errors, warnings = count(found)
    head = {"svcctl": 1, "files": files, "errors": errors, "warnings": warnings}
    rows = [one._asdict() | {"path": _one_line(one.path)} for one in found]
    return json.dumps(head | {"diagnostics": rows}, ensure_ascii=False, indent=1) + "\n"

"""Findings in words: the message and the hint of a code, filled in and fit to be shown.

Values come from files that may hold anything: they are shortened, control characters are made
visible, and private numbers are masked, because findings end up in terminals and CI logs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from datetime import datetime
from typing import Any

from svcctl.base.codes import CODES
from svcctl.base.codes import Code
from svcctl.base.finding import Finding
from svcctl.base.i18n import _

_LONGEST = 60
_MAX_LINE = 400
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_UNKNOWN = Code("error", "{code}")


def code_of(finding: Finding) -> Code:
    """Return the table's entry for a finding; a code that nobody registered is an error."""
    return CODES.get(finding.code, _UNKNOWN)


def message(finding: Finding, path: str = "") -> str:
    """Return what is wrong, as one line."""
    return _fill(code_of(finding).message, finding, path)


def hint(finding: Finding, path: str = "") -> str:
    """Return what helps, as one line; empty where nothing is known."""
    text = _fill(code_of(finding).hint, finding, path) if code_of(finding).hint else ""
    nearest = finding.args.get("nearest")
    if not nearest:
        return text
    guess = _("did you mean '{nearest}'?").format(nearest=shown(nearest))
    return f"{guess} {text}".strip()


def one_line(finding: Finding) -> str:
    """Return a finding with its place inside the record, where the file is named already."""
    where = place(finding)
    said = f"{finding.code}: {where}: " if where else f"{finding.code}: "
    return said + message(finding)


def place(finding: Finding) -> str:
    """Return the place inside the record, e.g. `log 2, set, unit`; positions count from 1."""
    parts: list[str] = []
    for part in finding.where:
        if isinstance(part, int) and parts:
            parts[-1] += f" {part + 1}"
        else:
            parts.append(shown(part))
    return ", ".join(parts)


def _fill(template: str, finding: Finding, path: str) -> str:
    values = {"path": path, "code": finding.code}
    values |= {key: shown(value) for key, value in finding.args.items()}
    text = _(template).format_map(_Lenient(values))
    return text if len(text) <= _MAX_LINE else text[: _MAX_LINE - 1] + "…"


class _Lenient(dict[str, str]):
    """A finding that lacks a value must still be told."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def shown(value: object) -> str:
    """Return a value of a file as it may be shown inside a line of text."""
    if value is None:
        return _("nothing")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return _safe(_plain(value))


def _plain(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(one) for one in value[:8])
    if isinstance(value, Mapping):
        return _("a table")
    return str(value)


def _safe(text: str) -> str:
    # Only findings pay for the private patterns.
    from svcctl.base.private import hide

    text = _CONTROL.sub(
        lambda found: f"\\u{ord(found[0]):04x}", text[: _LONGEST * 8].replace("\n", "⏎")
    )
    text = hide(text)
    longest = _LONGEST * 5 if ", " in text else _LONGEST
    return text if len(text) <= longest else text[: longest - 1] + "…"

"""Bringing a file into canonical form without changing what it says."""

from __future__ import annotations

from typing import NamedTuple

from svcctl.base.entry import in_order
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.order import order_of
from svcctl.kinds import Kind
from svcctl.kinds import kind_of


class Formed(NamedTuple):
    """What is to become of a file.

    Attributes:
        data: The canonical bytes; None if the file must stay as it is.
        why: Why it must stay, with line and column.
        line: From 1.
        col: From 1.
    """

    data: bytes | None
    why: str = ""
    line: int = 1
    col: int = 1


def formed(path: str, data: bytes) -> Formed:
    """Return a file in canonical form; never raises for what is in it.

    The log of a case is sorted by the names of its entries, and its header written anew, but only
    if the header is what the log says already: formatting must not change what a record says.
    """
    kind = kind_of(path)
    if kind is None:
        return Formed(None, _("no record may live at this path"))
    plain = toml.without_bom_and_cr(data)
    try:
        record = toml.parse(plain)
    except toml.TomlError as error:
        return Formed(None, error.message, error.line, error.col)
    if lines := toml.stray_comments(plain):
        why = _(
            "the comment in this line would be lost; move it to the top of the file or into a note"
        )
        return Formed(None, why, lines[0])
    return _written(kind, plain, record)


def _written(kind: Kind, plain: bytes, record: Record) -> Formed:
    if kind.shape == "case":
        sorted_case = _refolded(kind, record)
        if sorted_case is None:
            why = _("the header is not what the log says; see: svcctl validate")
            return Formed(None, why)
        record = sorted_case
    try:
        data = toml.leading_comment(plain) + toml.emit(record, order_of(kind))
        same = toml.parse(data)
    except toml.TomlError as error:
        return Formed(None, error.message)
    if set(same) - set(record):
        return Formed(None, _("the file cannot be written again"))
    return Formed(data)


def _refolded(kind: Kind, record: Record) -> Record | None:
    """Return a case with its log in order, or None if its header is not the fold of it."""
    fold, log = kind.rule("fold"), record.get("log")
    if fold is None or not isinstance(log, list):
        return None
    entries = [one for one in log if isinstance(one, dict)]
    if len(entries) != len(log):
        return None
    ordered = in_order(entries)
    try:
        header = fold(ordered)
    except Exception:  # noqa: BLE001 - a hand-written log may make a rule fail in any way
        return None
    said = {key: value for key, value in record.items() if key not in ("id", "log")}
    return record | {"log": ordered} if said == header else None

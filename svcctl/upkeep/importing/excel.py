"""Spreadsheets (.xlsx, .xls, .xlsb, .ods) as rows; needs the extra `svcctl[excel]`."""

from __future__ import annotations

import io
import math
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.upkeep.importing.read import Cell
from svcctl.upkeep.importing.read import Line

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def read_workbook(data: bytes, sheet: str | None = None) -> list[Line]:
    """Return the rows of one sheet: the one named, else the first with anything in it.

    Raises:
        UsageProblem: The extra is missing, the file is damaged or locked, or has no such sheet.
    """
    book = _open(data)
    if sheet is not None and sheet not in book.sheet_names:
        raise UsageProblem(
            _("the workbook has no sheet '{sheet}'").format(sheet=sheet),
            _("it has: {sheets}").format(sheets=", ".join(book.sheet_names)),
        )
    for name in [sheet] if sheet is not None else book.sheet_names:
        # Without the empty area above, messages would name the wrong row.
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        if rows:
            return [Line(at, tuple(map(_cell, row))) for at, row in enumerate(rows, 1)]
    return []


def _open(data: bytes) -> CalamineWorkbook:
    try:
        from python_calamine import CalamineError
        from python_calamine import CalamineWorkbook
    except ImportError:
        raise UsageProblem(
            _("reading spreadsheets needs an extra library"),
            'pip install "svcctl[excel]"',
            _("or save the sheet as CSV UTF-8"),
        ) from None
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, OSError) as error:
        raise UsageProblem(
            _("the spreadsheet cannot be read: {error}").format(error=error),
            _("if it has a password, save a copy without one"),
        ) from None


def _cell(value: Any) -> Cell:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, time | timedelta):
        return str(value)
    if isinstance(value, str | bool | int | date | datetime):
        return value
    return "" if value is None else str(value)

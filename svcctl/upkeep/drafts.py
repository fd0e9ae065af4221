"""A draft of a policy file: read from wherever it lies, and checked as if it lay in the book."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from svcctl.base.errors import InvalidRecordError
from svcctl.base.errors import NotFoundError
from svcctl.base.i18n import _
from svcctl.book import toml
from svcctl.check.diagnostic import written
from svcctl.check.file import check
from svcctl.handbook.lookup import in_force_from

if TYPE_CHECKING:
    from svcctl.base.record import Record
    from svcctl.term.context import Run

_FOLDER = "handbook/policy"
_FORM = ("FMT102", "FMT103", "FMT105", "FMT106", "PTH")
"""What does not matter before the file is put into the book."""


def draft(run: Run, path: str) -> Record:
    """Return the policy that a file holds.

    Raises:
        NotFoundError: There is no such file.
        InvalidRecordError: It is no valid policy; what is wrong was said.
    """
    try:
        data = toml.without_bom_and_cr(Path(path).read_bytes())
    except OSError:
        raise NotFoundError(_("there is no file '{path}'").format(path=path)) from None
    wrong = [
        one._replace(path=path)
        for one in check(f"{_FOLDER}/{_day(data)}.toml", data, run.book.handbook)
        if one.severity == "error" and not one.code.startswith(_FORM)
    ]
    if wrong:
        run.say(written(wrong, "text", files=1).removesuffix("\n"))
        raise InvalidRecordError(_("'{path}' is no valid policy").format(path=path))
    return toml.parse(data)


def _day(data: bytes) -> str:
    """Return the day that a draft says it is in force from; any day if it says none."""
    try:
        record = toml.parse(data)
    except toml.TomlError:
        return "2000-01-01"
    return str(record["id"]) if in_force_from(record) else "2000-01-01"

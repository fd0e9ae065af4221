"""The shapes that records have in memory, between the TOML files and the pydantic models.

A record is the plain dict that a file parses to. Rules and actions work on these dicts, so reading
commands need no model classes; the models in `svcctl.desk.*.model` guard writes and `validate`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from typing import NamedTuple

Record = dict[str, Any]
"""A parsed record file: header fields, and for a case its `log`."""

Entry = dict[str, Any]
"""One `[[log]]` block of a case."""


class Link(NamedTuple):
    """A field of a record that names another record."""

    where: tuple[str | int, ...]
    kind: str
    id: str


class Deed(NamedTuple):
    """Who does something, when it happened and when it is written down.

    Attributes:
        by: Id of the acting staff member.
        at: When it is recorded.
        when: When it happened; equal to `at` unless said otherwise.
        desk: Desk code of this clone, which names the entries it writes.
    """

    by: str
    at: datetime
    when: datetime
    desk: str


class Approval(NamedTuple):
    """An act by which somebody approves what somebody asked for or did.

    Attributes:
        n: Name of the entry that approves.
        applicant: Who asked for it, or did it.
        approver: Who approved it; must be somebody else.
        grave: Whether that is forbidden; else it is only worth a look.
    """

    n: str
    applicant: str
    approver: str
    grave: bool = True

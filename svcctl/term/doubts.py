"""Telling the one who types what is doubtful about what was just written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcctl.base.wording import code_of
from svcctl.base.wording import one_line
from svcctl.kinds import KINDS

if TYPE_CHECKING:
    from svcctl.base.record import Record
    from svcctl.term.context import Run


def tell_doubts(run: Run, kind: str, record: Record) -> None:
    """Say on stderr what `validate` would warn of in a record, such as a phone in a note."""
    checks = KINDS[kind].rule("checks")
    for finding in checks(record) if checks else ():
        if code_of(finding).severity == "warning":
            run.warn(f"{record.get('id', kind)}: {one_line(finding)}")

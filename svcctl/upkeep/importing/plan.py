"""From rows to what would be written: a plan that can be shown, and is applied as it stands."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from datetime import date
from typing import Literal
from typing import NamedTuple
from typing import Protocol

from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.upkeep.importing.cells import Rule
from svcctl.upkeep.importing.cells import Unfit
from svcctl.upkeep.importing.cells import Values
from svcctl.upkeep.importing.cells import key_of
from svcctl.upkeep.importing.cells import values
from svcctl.upkeep.importing.read import Line
from svcctl.upkeep.importing.read import Sheet

Verdict = Literal["create", "update", "unchanged", "differs", "reject"]
VERDICTS: tuple[Verdict, ...] = ("create", "update", "unchanged", "differs", "reject")


class Outcome(NamedTuple):
    """What becomes of one row.

    Attributes:
        name: Id of the record; `T190102-A..` while the number is not given out.
        title: What it is about, in short.
        reason: Why it is rejected, or what differs.
        made: Which of the new records the row goes into, counted from 0 in the order of `writes`.
    """

    verdict: Verdict
    name: str
    title: str
    reason: str = ""
    made: int | None = None


class Step(NamedTuple):
    """One row and what becomes of it."""

    line: Line
    outcome: Outcome


class Write(NamedTuple):
    """One record to be written.

    Attributes:
        record: Whole; its id is provisional where `new`.
        new: Whether the record needs an id of a numbered kind.
        day: The day such a number belongs to, for dated kinds.
    """

    record: Record
    new: bool = False
    day: date | None = None


class Adapter(Protocol):
    """What a kind does with rows; remembers what it has taken."""

    def take(self, said: Values, key: str) -> Outcome:
        """Return what becomes of a row.

        Args:
            said: What the row says, without faults.
            key: The old system's number; empty if the map names no key column.

        Raises:
            Unfit: The row cannot be taken.
            RefusedError: A rule forbids it.
        """
        ...

    def writes(self) -> Sequence[Write]:
        """Return the records to be written, in the order of their rows."""
        ...


class Plan(NamedTuple):
    """All rows with what becomes of them, and the records to be written."""

    steps: list[Step]
    writes: Sequence[Write]
    masked: int

    def count(self, verdict: Verdict) -> int:
        """Return how many rows end so."""
        return sum(1 for step in self.steps if step.outcome.verdict == verdict)

    def rejects(self) -> list[Step]:
        """Return the rows that do not fit."""
        return [step for step in self.steps if step.outcome.verdict == "reject"]


def make(
    sheet: Sheet, rules: Iterable[Rule], adapter: Adapter, key: int | None, blank: Iterable[str]
) -> Plan:
    """Return what becomes of every row of a list.

    Args:
        sheet: The list.
        rules: How fields are filled.
        adapter: What the kind makes of a row.
        key: Position of the column with the old system's number.
        blank: Folded words that stand for an empty cell.
    """
    rules, blanks = list(rules), frozenset(blank)
    steps, masked = [], 0
    for line in sheet.lines:
        said = values(line, rules, blanks)
        outcome = _outcome(sheet, line, said, adapter, key)
        masked += said.masked if outcome.verdict in ("create", "update") else 0
        steps.append(Step(line, outcome))
    return Plan(steps, adapter.writes(), masked)


def _outcome(sheet: Sheet, line: Line, said: Values, adapter: Adapter, key: int | None) -> Outcome:
    titles = (said.fields.get(key) for key in ("subject", "name", "unit"))
    title = next((str(one) for one in titles if one), "")
    faults = list(said.faults)
    if len(line.cells) > len(sheet.heading):
        faults.insert(0, too_wide(sheet, line))
    try:
        old = key_of(sheet.heading[key], line.cells[key]) if key is not None else ""
        if not faults:
            return adapter.take(said, old)
    except Unfit as unfit:
        faults.append(str(unfit))
    except (RefusedError, UsageProblem) as error:
        faults.append(error.message)
    return Outcome("reject", "", title, "; ".join(faults))


def too_wide(sheet: Sheet, line: Line) -> str:
    """Return what is wrong with a row that has more cells than the heading."""
    return _("{cells} cells, but the heading has {columns}").format(
        cells=len(line.cells), columns=len(sheet.heading)
    )

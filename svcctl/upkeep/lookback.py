"""Looking back: what was owed at an earlier moment, by what had been written down by then.

The policy is that of the day on which a record was opened, so only the log has to be cut off. What
was not written to since then is as the index has it; the files of the rest are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING

from svcctl.base.case import as_of
from svcctl.base.errors import InvalidRecordError
from svcctl.book.index_duties import Duty
from svcctl.book.index_duties import in_order
from svcctl.kinds import KINDS

if TYPE_CHECKING:
    from datetime import datetime

    from svcctl.book.book import Book


def duties_at(
    book: Book, moment: datetime, *, but: Iterable[str] = (), only: Iterable[str] | None = None
) -> list[Duty]:
    """Return what was owed at `moment`, ordered by limit.

    Raises:
        InvalidRecordError: The handbook cannot be read.
    """
    unwanted, wanted = list(but), None if only is None else list(only)
    kinds = [kind.name for kind in KINDS.values() if kind.shape == "case" and kind.rule("clocks")]
    epoch = int(moment.timestamp())
    changed = {kind: book.index.changed_after(kind, epoch) for kind in kinds}
    known = {(kind, name) for kind, names in changed.items() for name in names}
    kept = book.index.duties(but=unwanted, only=wanted)
    found = [one for one in kept if (one.kind, one.id) not in known]
    for kind, names in changed.items():
        for name in names:
            found += [
                one
                for one in _owed(book, kind, name, moment)
                if one.clock.duty not in unwanted and (wanted is None or one.clock.duty in wanted)
            ]
    return in_order(found)


def _owed(book: Book, kind: str, name: str, moment: datetime) -> Iterator[Duty]:
    rules = KINDS[kind].rules
    try:
        record = as_of(book.get(kind, name), moment, rules)
    except InvalidRecordError:
        return  # changed since the index looked; lists name it
    if record is None:
        return
    facts = rules.facts(record)
    path = book.path(kind, name)
    row = {**rules.row(record, facts), "id": name, "path": path}
    for clock in rules.clocks(record, facts, book.handbook):
        if clock.due is not None and clock.met is None and not clock.void:
            yield Duty(name, kind, path, clock, row)

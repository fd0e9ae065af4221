"""What the book knows already, as far as an import asks."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import datetime
from datetime import tzinfo
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.choice import Choice
from svcctl.base.errors import InvalidRecordError
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.base.text import fold_id
from svcctl.base.unitid import parse
from svcctl.base.unitid import shape
from svcctl.base.wording import code_of
from svcctl.base.wording import one_line
from svcctl.desk.units import rules as unit_rules
from svcctl.kinds import KINDS

if TYPE_CHECKING:
    from svcctl.book.book import Book


class Known:
    """A book as an import sees it: ids, sources, names of units.

    Args:
        book: The open book; while writing, looked at under the lock.
        now: The one moment of this import.
        desk: Desk code that new numbers carry.
    """

    def __init__(self, book: Book, now: datetime, desk: str) -> None:
        self.book = book
        self.now = now
        self.desk = desk
        self.zone: tzinfo = book.zone

    def options(self, name: str) -> tuple[Choice, ...]:
        """Return the values of one of the handbook's lists, as of today."""
        return tuple(self.book.handbook.policy(self.now.date()).options(name))

    def has(self, kind: str, name: str) -> bool:
        """Tell whether a record exists; `name` may be anything."""
        return name in self._ids(kind)

    def _ids(self, kind: str) -> frozenset[str]:
        if kind not in self._known:
            self._known[kind] = frozenset(self.book.index.ids(kind))
        return self._known[kind]

    @cached_property
    def _known(self) -> dict[str, frozenset[str]]:
        return {}

    def get(self, kind: str, name: str) -> Record:
        """Return a record; raises as `Book.get` does."""
        return self.book.get(kind, name)

    def records(self, kind: str) -> Iterator[Record]:
        """Yield all records of a kind; raises as `rows` does."""
        self.rows(kind)
        yield from self.book.records(kind)

    def rows(self, kind: str) -> Sequence[Mapping[str, Any]]:
        """Return the index rows of all records of a kind.

        Raises:
            InvalidRecordError: One cannot be read, so nobody can tell whether it is in the list.
        """
        folder = KINDS[kind].folder + "/"
        for path, message, line, col in self.book.index.unreadable():
            if path.startswith(folder):
                raise InvalidRecordError(
                    _("'{path}' cannot be read, and the list may hold it again").format(path=path),
                    f"{path}:{line}:{col}: {message}",
                    f"svcctl validate {path}",
                )
        return self.book.index.rows(kind)

    def units(self, typed: str) -> list[str]:
        """Return the ids of the units that people call so: none, one or several."""
        unit = parse(typed)
        if unit and self.has("unit", unit):
            return [unit]
        said = {fold_id(typed)} | ({unit, shape(unit)} if unit else set())
        return sorted({one for word in said for one in self._unit_names.get(word, ())})

    @cached_property
    def _unit_names(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self.book.index.rows("unit"):
            for name in unit_rules.names(str(row["id"]), row.get("aliases") or ()):
                found.setdefault(name, []).append(str(row["id"]))
        return found

    def faults(self, kind: str, record: Record) -> list[str]:
        """Return why a record may not be written; empty if it may."""
        from svcctl.book import guard  # loads the model

        wrong = guard.findings(KINDS[kind], record)
        return [one_line(one) for one in wrong if code_of(one).severity == "error"]

"""The store's one hook: whoever keeps the history of a book hears of every transaction.

The store knows no Git. What the history needs to remember is written in the transaction itself, so
that a crash loses neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Protocol

if TYPE_CHECKING:
    from svcctl.book.journal import Change


class Recorder(Protocol):
    """Who keeps the history of a book: told of every transaction, before and after."""

    def saved(self, changes: Sequence[Change], command: str) -> Sequence[Change]:
        """Return what is to be written together with `changes`; nothing is written yet."""
        ...

    def done(self) -> None:
        """Act on what was written, still under the lock; never raises over it."""
        ...

"""A ticket's log replayed: the header it amounts to, and the entries that have no effect.

The fold accepts any log. An entry that does not apply where it stands, as after a merge, is kept
and reported; a `settle` entry says that somebody has looked at what came before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from typing import NamedTuple

from svcctl.base.entry import in_order
from svcctl.base.entry import tables_of
from svcctl.base.record import Entry
from svcctl.desk.tickets.lifecycle import ENDED
from svcctl.desk.tickets.lifecycle import after
from svcctl.desk.tickets.lifecycle import step_of

_ENDS = ("close", "cancel", "duplicate")
_FOLDED = frozenset(("id", "log", "status", "disputed"))
"""What no entry may set: it follows from all of them."""


class Story(NamedTuple):
    """A log replayed: what it amounts to, and which entries had a part in it.

    Attributes:
        applied: Each entry that applies, with the state after it.
    """

    header: dict[str, Any]
    applied: list[tuple[Entry, str]]
    stray: list[Entry]


def fold(log: Iterable[Entry]) -> dict[str, Any]:
    """Return the header that `log` amounts to; an entry that does not apply has no effect."""
    return replay(log).header


def strays(log: Iterable[Entry]) -> list[str]:
    """Return the names of entries that do not apply where they stand, as after a merge."""
    return [str(entry.get("n", "")) for entry in replay(log).stray]


def replay(log: Iterable[Any], *, sort: bool = True) -> Story:
    """Return the story that a log tells.

    Args:
        sort: Whether the entries may be out of their order.
    """
    fields: dict[str, Any] = {}
    state, disputed = "", False
    ended: Entry | None = None
    applied: list[tuple[Entry, str]] = []
    stray: list[Entry] = []
    for entry in in_order(tables_of(log)) if sort else log:
        step = step_of(entry)
        then = after(step, state)
        did = entry.get("did")
        if then is None:
            stray.append(entry)
            disputed = disputed or _differs(ended, entry)
            continue
        state = then
        if state in ENDED and did in _ENDS:
            ended = entry
        elif did == "reopen":
            ended, disputed = None, False
        elif did == "settle":
            disputed = False
            stray.clear()
        if "set" in entry or "unset" in entry:
            _apply(fields, entry)
        applied.append((entry, state))
    header = {**fields, "status": state}
    return Story(header | {"disputed": True} if disputed else header, applied, stray)


def _apply(fields: dict[str, Any], entry: Entry) -> None:
    if isinstance(changes := entry.get("set"), dict):
        fields.update((key, value) for key, value in changes.items() if key not in _FOLDED)
    if isinstance(gone := entry.get("unset"), list):
        for key in gone:
            if isinstance(key, str):
                fields.pop(key, None)


_ENDING = ("did", "result", "set", "why", "note")
"""What an ending says, apart from who said it and when; two that say the same agree."""


def _differs(ended: Entry | None, entry: Entry) -> bool:
    """Tell whether an entry ends otherwise what had ended; of redacted words nobody can say."""
    if ended is None or entry.get("did") not in _ENDS:
        return False
    words_gone = ended.get("redacted") is True or entry.get("redacted") is True
    keys = _ENDING[:3] if words_gone else _ENDING
    return any(ended.get(key) != entry.get(key) for key in keys)


def rivals(log: Iterable[Entry]) -> list[Entry]:
    """Return the ending that holds and those that say otherwise, as two desks left them."""
    entries = in_order(tables_of(log))
    story = replay(entries, sort=False)
    if not story.header.get("disputed"):
        return []
    held = [one for one, state in story.applied if state in ENDED and one.get("did") in _ENDS]
    later = entries[entries.index(held[-1]) :]
    return [held[-1], *(one for one in story.stray if one in later and _differs(held[-1], one))]

"""Names of log entries and their order.

An entry's name `n` is a Lamport number (highest in the record + 1) and the desk that wrote it:
`7A`.
Order is (number, desk) and never the clock, because desks' clocks differ. An entry that a machine
writes has a name made from what it does (`auto/escalate/answer/2`), so two desks that both ran the
same job name it alike; such entries come after all numbered ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from svcctl.base.record import Entry

PATTERN = r"^(?:[1-9][0-9]{0,8}[A-Z]{1,3}|auto/[a-z0-9][a-z0-9/-]{0,79})$"
_NUMBERED = r"([1-9][0-9]{0,8})([A-Z]{1,3})"
_LAST = 10**12


def order(name: object) -> tuple[int, str, str]:
    """Return the sort key of an entry name; total, so that broken names sort too (last)."""
    return _order_of(name if isinstance(name, str) else "")


@lru_cache(maxsize=1024)
def _order_of(text: str) -> tuple[int, str, str]:
    # The same few names stand in every record of a book.
    found = re.fullmatch(_NUMBERED, text)
    if found:
        desk = found[2]
        return int(found[1]), f"{len(desk)}{desk}", ""
    return _LAST, "", text


def number(name: object) -> int:
    """Return the Lamport number of an entry name, 0 for a machine's name or a broken one."""
    found = re.fullmatch(_NUMBERED, name) if isinstance(name, str) else None
    return int(found[1]) if found else 0


def desk(name: object) -> str:
    """Return the desk that wrote an entry, empty for a machine's name or a broken one."""
    return _desk_of(name) if isinstance(name, str) else ""


@lru_cache(maxsize=1024)
def _desk_of(text: str) -> str:
    found = re.fullmatch(_NUMBERED, text)
    return found[2] if found else ""


def next_name(log: Iterable[Entry], desk: str) -> str:
    """Return the name for the next entry that `desk` appends to `log`."""
    highest = max((number(entry.get("n")) for entry in log), default=0)
    return f"{highest + 1}{desk}"


def in_order(log: Iterable[Entry]) -> list[Entry]:
    """Return the entries of `log` in their true order.

    Two of one name are a mistake that `validate` reports; they too have one order, so that what
    a log amounts to never depends on the order in which a merge left its entries.
    """
    entries = list(log)
    keys = [order(entry.get("n")) for entry in entries]
    if keys == sorted(keys) and len(set(keys)) == len(keys):
        return entries  # nearly every log is
    placed = sorted((key, place, entries[place]) for place, key in enumerate(keys))
    if any(one[0] == two[0] for one, two in pairwise(placed)):
        placed.sort(key=lambda one: (one[0], _content(one[2])))
    return [entry for _order, _place, entry in placed]


def _content(entry: Entry) -> str:
    import json  # only for broken logs

    return json.dumps(entry, sort_keys=True, default=str)

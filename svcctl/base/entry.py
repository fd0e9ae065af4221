"""Names of log entries and their order.

An entry's name `n` is a Lamport number (highest in the record + 1) and the desk that wrote it:
`7A`.
Order is (number, desk) and never the clock, because desks' clocks differ. An entry that a machine
writes has a name made from what it does (`auto/escalate/answer/2`), so two desks that both ran the
same job name it alike. It says in `after` which numbered entry it stands behind, so that what
people do later comes later; or `0`, at the beginning, where the machine opened the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any

from svcctl.base.record import Entry

PATTERN = r"^(?:[1-9][0-9]{0,8}[A-Z]{1,3}|auto/[a-z0-9][a-z0-9/-]{0,79})$"
PLACE = r"^(?:0|[1-9][0-9]{0,8}[A-Z]{1,3}|auto/[a-z0-9][a-z0-9/-]{0,79})$"
BEGINNING = "0"
"""`after` of what a machine wrote before anybody had written anything."""
_NUMBERED = r"([1-9][0-9]{0,8})([A-Z]{1,3})"
_LAST = 10**12


def order(name: object, after: object = None) -> tuple[int, str, int, str]:
    """Return the sort key of an entry; total, so that broken names sort too (last).

    Args:
        name: The entry's `n`.
        after: For a machine's entry, the name of the entry it stands behind; `0` for the beginning.
    """
    if not isinstance(name, str):
        return _LAST, "", 0, ""
    return _order_of(name, after if isinstance(after, str) else "")


@lru_cache(maxsize=1024)
def _order_of(name: str, after: str) -> tuple[int, str, int, str]:
    # The same few names stand in every record of a book.
    if found := re.fullmatch(_NUMBERED, name):
        return int(found[1]), f"{len(found[2])}{found[2]}", 0, ""
    # auto/…/2 before auto/…/10.
    counted = re.sub(r"[0-9]+", lambda digits: digits[0].zfill(10), name)
    if found := re.fullmatch(_NUMBERED, after):
        return int(found[1]), f"{len(found[2])}{found[2]}", 1, counted
    if after == BEGINNING:
        return 0, "", 1, counted
    return _LAST, "", 1, counted


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


def tables_of(log: Iterable[Any]) -> Iterator[Entry]:
    """Return the entries of a log, leaving out what is no table: a fold takes any log."""
    return (one for one in log if isinstance(one, dict))


def in_order(log: Iterable[Entry]) -> list[Entry]:
    """Return the entries of `log` in their true order.

    A redacted entry takes the place of its twin of the same name. Other twins are a mistake that
    `validate` reports; they too have one order, so that what a log amounts to never depends on
    the order in which a merge left its entries.
    """
    entries = list(log)
    keys = [_key(one) for one in entries]
    rising = all(one < two for one, two in pairwise(keys))
    if rising and len({_name(one) for one in entries}) == len(entries):
        return entries  # nearly every log is; places alike are twins, or names like 1 and 01
    redacted = {_name(one) for one in entries if one.get("redacted") is True}
    kept = [one for one in entries if one.get("redacted") is True or _name(one) not in redacted]
    return sorted(kept, key=lambda one: (_key(one), _content(one)))


def union(ours: Iterable[Entry], theirs: Iterable[Entry]) -> list[Entry]:
    """Return all entries of two versions of one log, in order, each that both have once.

    What a machine wrote on both sides is one entry: the earlier recording counts, and it stands
    behind the later of the two places. A redacted entry takes the place of its twin, and of two
    that were redacted on both sides one remains, with nothing that either had lost. Other twins
    that differ are both kept; `validate` names them. Commutative, associative and idempotent.
    """
    merged: dict[str, Entry] = {}
    machines: dict[str, Entry] = {}
    redacted: list[Entry] = []
    for one in [*ours, *theirs]:
        name = _name(one)
        if one.get("redacted") is True:
            redacted.append(one)
        elif name.startswith(_MACHINE):
            machines[name] = _one_of(machines[name], one) if name in machines else one
        else:
            # To the letter: a moment written in another zone is another text.
            merged.setdefault(_content(one), one)
    if redacted:
        from svcctl.base.twins import one_of_each  # nearly no log has any

        redacted = one_of_each(redacted)
    return in_order([*merged.values(), *machines.values(), *redacted])


_MACHINE = "auto/"


def _one_of(first: Entry, second: Entry) -> Entry:
    """Return the one entry that two machines' entries of one name amount to."""
    places = first.get("after"), second.get("after")
    # Broken places sort alike; by their text there is one order of them too.
    place = max(places, key=lambda one: (order(first.get("n"), one), str(one)))
    one, two = ({key: one[key] for key in one if key != "after"} for one in (first, second))
    kept = min(one, two, key=lambda one: (_recorded(one), _content(one)))
    return kept if place is None else {"n": kept["n"], "after": place, **kept}


def _recorded(entry: Entry) -> float:
    at = entry.get("at")
    return at.timestamp() if isinstance(at, datetime) else 0.0


def _key(entry: Entry) -> tuple[int, str, int, str]:
    return order(entry.get("n"), entry.get("after"))


def _name(entry: Entry) -> str:
    name = entry.get("n")
    return name if isinstance(name, str) else ""


def _content(entry: Entry) -> str:
    import json  # only for broken logs

    return json.dumps(entry, sort_keys=True, default=str)

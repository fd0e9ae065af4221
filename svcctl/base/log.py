"""What must hold for the log of any case: its names, their order, and the header as its fold.

Tickets have findings of their own (`TKT2…`), older than these.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from svcctl.base import private
from svcctl.base.entry import in_order
from svcctl.base.finding import Finding
from svcctl.base.record import Entry
from svcctl.base.record import Record

Fold = Callable[[Iterable[Entry]], dict[str, Any]]
Strays = Callable[[Iterable[Entry]], list[str]]


def findings(record: Record, fold: Fold, strays: Strays) -> Iterator[Finding]:
    """Yield what is wrong with the log of a case, and with its header as the fold of it."""
    log = record.get("log", [])
    names = [entry.get("n", "") for entry in log]
    for place, name in enumerate(names):
        if name in names[:place]:
            yield Finding("LOG101", ("log", place, "n"), {"n": name})
    if [one.get("n", "") for one in in_order(log)] != names:
        yield Finding("LOG102", ("log",))
    yield from _header(record, fold(log))
    without_effect = set(strays(log))
    for place, entry in enumerate(log):
        if entry.get("n") in without_effect:
            yield Finding("LOG104", ("log", place), {"n": entry.get("n"), "did": entry.get("did")})
        yield from _entry(entry, place)


def _header(record: Record, folded: dict[str, Any]) -> Iterator[Finding]:
    header = {key: value for key, value in record.items() if key not in ("id", "log")}
    for key in sorted(header.keys() | folded.keys()):
        if header.get(key) != folded.get(key):
            said = {"key": key, "header": header.get(key), "log": folded.get(key)}
            yield Finding("LOG103", (key,), said)


def _entry(entry: Entry, place: int) -> Iterator[Finding]:
    at, when = entry.get("at"), entry.get("when")
    if isinstance(at, datetime) and isinstance(when, datetime) and when > at:
        yield Finding("LOG105", ("log", place, "when"), {"n": entry.get("n")})
    for key in ("note", "why", "redacted_why"):
        for found in private.find(str(entry[key])) if key in entry else ():
            yield Finding("PRV101", ("log", place, key), {"number": found.masked})

"""Two entries of one name in a case after a merge: both stay, one under a new name; pure."""

from __future__ import annotations

from collections.abc import Iterator

from svcctl.base.entry import in_order
from svcctl.base.entry import next_name
from svcctl.base.entry import number
from svcctl.base.entry import tables_of
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.kinds import Kind


def twins(record: Record) -> dict[str, list[Entry]]:
    """Return the entries of a case that share a name, by that name."""
    found: dict[str, list[Entry]] = {}
    for one in tables_of(record.get("log", [])):
        found.setdefault(str(one.get("n", "")), []).append(one)
    return {name: several for name, several in found.items() if name and len(several) > 1}


def parted(kind: Kind, record: Record, name: str, keeps: int, desk: str) -> Record:
    """Return a case whose entries `name` have names of their own; what is told twice is one.

    Args:
        keeps: Which of them (from 0) keeps the name; the others go to the end of the log.
        desk: Of the new names.

    Raises:
        LookupError: There is no such entry.
        ValueError: They are a machine's: such a name says what the entry is.
    """
    several = twins(record)[name]
    if not number(name):
        raise ValueError(name)
    kept = several[keeps]
    log = [one for one in record["log"] if one not in several] + [kept]
    for one in _others(several, kept):
        log.append({**one, "n": next_name(log, desk)})
    log = in_order(log)
    return {"id": record["id"], **kind.rules.fold(log), "log": log}


def _others(several: list[Entry], kept: Entry) -> Iterator[Entry]:
    seen = [kept]
    for one in several:
        if one not in seen:
            seen.append(one)
            yield one

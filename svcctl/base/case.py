"""Appending to a case: one entry more, the header folded anew.

Whether an action is allowed is asked once, here, when the entry is appended. Afterwards the fold
is total: an entry that no longer applies after a merge is kept and reported, never an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from typing import Protocol

from svcctl.base.entry import BEGINNING
from svcctl.base.entry import desk
from svcctl.base.entry import in_order
from svcctl.base.entry import next_name
from svcctl.base.entry import number
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.record import Deed
from svcctl.base.record import Entry
from svcctl.base.record import Record


class Folding(Protocol):
    """What is known of a log by its kind: the header it amounts to, and what is without effect."""

    def fold(self, log: Iterable[Entry]) -> dict[str, Any]:
        """Return the header that a log amounts to."""
        ...

    def strays(self, log: Iterable[Entry]) -> list[str]:
        """Return the names of entries that have no effect where they stand."""
        ...


class CaseRules(Folding, Protocol):
    """What appending needs to know of a kind: its fold, and whether an entry may be appended."""

    def refuse(self, record: Record, entry: Entry) -> None:
        """Raise `RefusedError` if `entry` may not be appended to `record`."""
        ...


def append(record: Record, entry: Entry, rules: CaseRules) -> Record:
    """Return `record` with `entry` at the end of its log and the header folded anew.

    Raises:
        RefusedError: The rules of the kind forbid it now.
    """
    rules.refuse(record, entry)
    return append_unasked(record, entry, rules)


def append_unasked(record: Record, entry: Entry, rules: Folding) -> Record:
    """Append an entry that the rules of the kind need not be asked about: a machine's.

    Raises:
        RefusedError: It would have no effect, as the log is.
    """
    log = in_order([*record.get("log", []), entry])
    if entry["n"] in rules.strays(log):
        # Never say that something was done which the fold then passes over.
        raise RefusedError(
            _("'{did}' would have no effect in '{id}'").format(did=entry["did"], id=record["id"]),
            "svcctl validate",
        )
    return {"id": record["id"], **rules.fold(log), "log": log}


def refuse_clock_set_back(record: Record, entry: Entry) -> None:
    """A desk that writes later cannot have written earlier: its clock was set back.

    Raises:
        RefusedError: That is so.
    """
    own = [
        one["at"]
        for one in record.get("log", [])
        if desk(one.get("n")) == desk(entry["n"]) and isinstance(one.get("at"), datetime)
    ]
    last = max(own, key=lambda one: one.timestamp(), default=None)
    if last is not None and entry["at"].timestamp() < last.timestamp():
        raise RefusedError(
            _(
                "the clock of this machine shows {now}, but '{id}' was written here at {last}"
            ).format(
                now=f"{entry['at']:%Y-%m-%d %H:%M:%S}",
                id=record["id"],
                last=f"{last:%Y-%m-%d %H:%M:%S}",
            ),
            _("set the clock right; when something happened is said with --when"),
        )


def entry(
    log: Iterable[Entry], deed: Deed, did: str, fields: Mapping[str, Any], **said: Any
) -> Entry:
    """Make the entry for a deed: `fields` are set or, if None, unset; `said` is all else."""
    made: Entry = {"n": next_name(log, deed.desk), "at": deed.at}
    if deed.when != deed.at:
        made["when"] = deed.when
    made |= {"by": deed.by, "did": did}
    made |= {key: value for key, value in said.items() if value}
    if gone := sorted(key for key, value in fields.items() if value is None):
        made["unset"] = gone
    if kept := {key: value for key, value in fields.items() if value is not None}:
        made["set"] = kept
    return made


MACHINE = "auto"
"""Who did what an automatic command wrote: the same on every desk that runs it."""


def machine_entry(log: Iterable[Entry], name: str, moment: datetime, at: datetime, did: str,
                  **said: Any) -> Entry:  # fmt: skip
    """Make the entry of an automatic command, which is the same whoever runs it, but for `at`.

    It stands behind the last entry of a person that had happened by then; at the beginning of a
    record that it opens.

    Args:
        name: What it is named for, below `auto/`.
        moment: When it fell due.
        at: When it is recorded.
    """
    people = [one for one in in_order(log) if number(one.get("n"))]
    earlier = [one["n"] for one in people if _by(one, moment)] or [one["n"] for one in people[:1]]
    place = earlier[-1] if earlier else BEGINNING
    made: Entry = {"n": f"{MACHINE}/{name}", "after": place, "at": at}
    if moment != at:
        made["when"] = moment
    made |= {"by": MACHINE, "did": did}
    return made | {key: value for key, value in said.items() if value}


def _by(one: Entry, moment: datetime) -> bool:
    when = happened(one)
    return isinstance(when, datetime) and when.timestamp() <= moment.timestamp()


def as_of(record: Record, moment: datetime, rules: CaseRules) -> Record | None:
    """Return a case as it had been written down by a moment, None if it was not yet."""
    log = [one for one in record.get("log", []) if not _later(one, moment)]
    return {"id": record["id"], **rules.fold(log), "log": log} if log else None


def _later(one: Any, moment: datetime) -> bool:
    at = one.get("at") if isinstance(one, dict) else None
    return isinstance(at, datetime) and at.timestamp() > moment.timestamp()


def happened(one: Entry) -> Any:
    """Return when an entry's deed happened: `when`, else `at`."""
    return one.get("when", one.get("at"))

"""Taking an act back by one more: what that is, and who must not be overruled by it.

History is never rewritten and no number is given back; the undo is an entry like any other, and
can itself be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from svcctl.base.case import MACHINE
from svcctl.base.case import Folding
from svcctl.base.entry import in_order
from svcctl.base.entry import tables_of
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.record import Entry
from svcctl.base.record import Record


class Undoing(NamedTuple):
    """The act that takes another one back.

    Attributes:
        fields: Header fields to set; None clears one.
        said: What else the entry says.
    """

    did: str
    fields: Mapping[str, Any] = {}
    said: Mapping[str, Any] = {}


def header_before(record: Record, entry: Entry, rules: Folding) -> Record:
    """Return the header as it was before an entry of the log; empty before the first."""
    log = in_order(tables_of(record["log"]))
    earlier = log[: log.index(entry)]
    return rules.fold(earlier) if earlier else {}


def fields_as_before(before: Record, entry: Entry) -> dict[str, Any]:
    """Return the fields that an entry set or cleared, as they were; None where they were not."""
    changed = entry.get("set")
    touched = [*(changed if isinstance(changed, Mapping) else {}), *entry.get("unset", [])]
    return {key: before.get(key) for key in touched}


def refuse_since(record: Record, entry: Entry) -> None:
    """Refuse if somebody else has written to the record since.

    Raises:
        RefusedError: They have; what they did stands on what was done before.
    """
    log = in_order(tables_of(record["log"]))
    for one in log[log.index(entry) + 1 :]:
        if one.get("by") not in (entry.get("by"), MACHINE):
            raise RefusedError(
                _("{by} has written to '{id}' since ({n})").format(
                    by=one.get("by"), id=record["id"], n=one.get("n")
                ),
                f"svcctl history {record['id']}",
            )


def cannot(record: Record, did: str, *instead: str) -> RefusedError:
    """Return the refusal for what has happened and cannot be taken back.

    Args:
        did: The act in words.
        instead: What to do instead; `{id}` stands for the record.
    """
    return RefusedError(
        _("'{did}' of '{id}' cannot be taken back: it happened").format(did=did, id=record["id"]),
        *(one.replace("{id}", str(record["id"])) for one in instead),
    )

"""Which act takes back which: beside `lifecycle.ACTIONS`, for `svcctl git undo`."""

from __future__ import annotations

from typing import Any

from svcctl.base.choice import show
from svcctl.base.entry import in_order
from svcctl.base.entry import tables_of
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.base.undoing import Undoing
from svcctl.base.undoing import cannot
from svcctl.base.undoing import fields_as_before
from svcctl.base.undoing import header_before
from svcctl.desk.tickets import story
from svcctl.desk.tickets.words import ACT_CHOICES

BY_FIELDS = {
    "edit": "edit",
    "classify": "edit",
    "judge": "edit",
    "charge": "edit",
    "assign": "assign",
    "appoint": "appoint",
    "missed": "appoint",
    "extend": "extend",
    "wait": "wait",
}
"""Act → act that puts the fields back which the first one changed."""

BY_STATE = {"open": "cancel", "done": "reopen", "close": "reopen", "cancel": "reopen",
            "duplicate": "reopen"}  # fmt: skip
"""Act → act that leads out of the state which the first one led to."""

AGAIN = {"cancelled": "cancel", "duplicate": "duplicate", "done": "done"}
"""State before it was taken up again → act that leads back there."""

INSTEAD = {
    "contact": 'svcctl ticket note {id} "…"',
    "answer": 'svcctl ticket answer {id} "…"',
    "tell": 'svcctl ticket tell {id} --note "…"',
    "callback": "svcctl callback record {id} …",
    "watertest": "svcctl ticket watertest {id} --result …",
    "forward": "svcctl ticket forward {id} --to …",
    "escalate": 'svcctl ticket note {id} "…"',
    "assign": "svcctl ticket assign {id} --to …",
    "appoint": "svcctl ticket appoint {id} …",
    "missed": "svcctl ticket appoint {id} …",
    "extend": "svcctl ticket extend {id} --until … --with …",
    "reopen": 'svcctl ticket done {id} "…"',
}
"""What to do about an act that cannot be taken back; else a note, or a redaction of its words."""


def undo(record: Record, entry: Entry) -> Undoing:
    """Return the act that takes back an entry of a ticket.

    Raises:
        RefusedError: It has happened and cannot be taken back; the hints say what to do instead.
    """
    did = str(entry.get("did"))
    why = _("takes back {n}: {did}").format(n=entry.get("n"), did=show(did, ACT_CHOICES))
    if did in BY_STATE:
        gone = {"duplicate_of": None} if did == "duplicate" else {}
        return Undoing(BY_STATE[did], gone, {"why": why})
    before = header_before(record, entry, story)
    if did == "reopen" and (back := AGAIN.get(str(before.get("status")))):
        return _ended_again(record, entry, back, why)
    if did == "forward":
        return _forwarded_before(record, entry, why)
    if did not in BY_FIELDS:
        raise _refusal(record, entry)
    return _fields_back(record, entry, before, why)


def _fields_back(record: Record, entry: Entry, before: Record, why: str) -> Undoing:
    did, back = str(entry.get("did")), fields_as_before(before, entry)
    if not back:
        raise _refusal(record, entry)
    if did == "wait" and before.get("waiting") is None:
        return Undoing("progress", {}, {"note": why})
    if did in ("edit", "classify", "judge", "charge"):
        return Undoing("edit", back, {"why": why})
    needed = {"assign": ("department", "assignee"), "extend": ("agreed",), "wait": ("waiting",)}
    if not any(back.get(key) for key in needed.get(did, ("appointment",))):
        raise _refusal(record, entry)
    said = {"why": why}
    if did == "extend":
        said["agreed_by"] = _last(record, entry, "extend", "agreed_by")
    return Undoing(BY_FIELDS[did], back, said)


def _ended_again(record: Record, entry: Entry, did: str, why: str) -> Undoing:
    said: dict[str, Any] = {"why": why}
    fields = {}
    if did == "done":
        said["note"] = _last(record, entry, "done", "note") or why
    if did == "duplicate":
        log = in_order(tables_of(record["log"]))
        of = [one["set"]["duplicate_of"] for one in log if one.get("did") == "duplicate"]
        fields = {"duplicate_of": of[-1]}
    return Undoing(did, fields, said)


def _forwarded_before(record: Record, entry: Entry, why: str) -> Undoing:
    if to := _last(record, entry, "forward", "to"):
        person = _last(record, entry, "forward", "person")
        return Undoing("forward", {}, {"to": to, "person": person, "why": why})
    raise _refusal(record, entry)


def _last(record: Record, entry: Entry, did: str, key: str) -> Any:
    """Return what the last entry of an act before this one said."""
    log = in_order(tables_of(record["log"]))
    earlier = [one for one in log[: log.index(entry)] if one.get("did") == did]
    return earlier[-1].get(key) if earlier else None


def _refusal(record: Record, entry: Entry) -> RefusedError:
    did = str(entry.get("did"))
    instead = [INSTEAD.get(did, 'svcctl ticket note {id} "…"')]
    if "note" in entry or "why" in entry:
        instead.append(f"svcctl book redact {{id}} {entry.get('n')} --why …")
    return cannot(record, show(did, ACT_CHOICES), *instead)

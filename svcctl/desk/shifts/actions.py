"""What can be done with a shift: a record in, a record out. Each act appends one entry."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from datetime import date
from typing import Any

from svcctl.base import private
from svcctl.base.case import append
from svcctl.base.case import entry
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.desk.shifts import rules


def start(name: str, deed: Deed, shift: str, day: date, standin: str | None = None) -> Record:
    """Return a new shift called `name`, which the acting person begins.

    Args:
        day: The day on which the shift begins (GAP-27).
    """
    fields = {"name": shift, "day": day, "standin": standin}
    kept = {key: value for key, value in fields.items() if value is not None}
    return append({"id": name}, entry([], deed, "start", kept, who=[deed.by]), rules)


def _act(
    record: Record, deed: Deed, did: str, fields: Mapping[str, Any] | None = None, **said: Any
) -> Record:
    """Append one entry; a private number in its words is masked: the record shows none (REC-07)."""
    words = {key: private.hide(one) if isinstance(one, str) else one for key, one in said.items()}
    return append(record, entry(record["log"], deed, did, fields or {}, **words), rules)


def join(record: Record, deed: Deed, standin: str | None = None) -> Record:
    """Return `record` with the acting person at the desk.

    Raises:
        RefusedError: The shift is over, or they are there already.
    """
    fields = {"standin": standin} if standin else {}
    return _act(record, deed, "join", fields, who=[deed.by])


def name_standin(record: Record, deed: Deed, standin: str) -> Record:
    """Return `record` with somebody named who steps in."""
    return _act(record, deed, "note", {"standin": standin})


def leave(
    record: Record, deed: Deed, who: Iterable[str], *, least: int, standin: str | None, why: str
) -> Record:
    """Return `record` after some left the desk; somebody is always there (SHF-07, NUM-06).

    Args:
        least: How many the policy wants at the desk.
        standin: Who steps in; who was named before stays named.

    Raises:
        RefusedError: Too few would be left, or they are not there.
    """
    gone = list(who)
    left = [name for name in record.get("on", []) if name not in gone]
    steps_in = standin or record.get("standin")
    if steps_in in gone:
        steps_in = None
    present = len(left) + (1 if steps_in and steps_in not in left else 0)
    if present < least:
        raise RefusedError(
            _("nobody would be at the desk of '{id}'; name who stands in").format(id=record["id"])
            if not present
            else _("at least {least} are to be at the desk").format(least=least),
            "svcctl shift leave --standin NAME",
        )
    fields = {"standin": standin} if standin else {}
    return _act(record, deed, "leave", fields, who=gone, why=why)


def line(record: Record, deed: Deed, said: Mapping[str, Any], note: str = "") -> Record:
    """Return `record` with one line more in its work log.

    Raises:
        RefusedError: Nothing was said.
    """
    return _act(record, deed, "line", line=dict(said), note=note)


def done(record: Record, deed: Deed, of: str, result: str) -> Record:
    """Return `record` with a line that nothing is left of.

    Raises:
        RefusedError: There is no such line, or it is done or a ticket already.
    """
    if not result.strip():
        raise RefusedError(_("say what came of it"))
    return _act(record, deed, "done", of=of, note=result)


def convert(record: Record, deed: Deed, of: str, ticket: str) -> Record:
    """Return `record` with a line that became a ticket, once (SHF-06).

    Raises:
        RefusedError: There is no such line, or it is done or a ticket already.
    """
    return _act(record, deed, "convert", of=of, ticket=ticket)


def end(
    record: Record, deed: Deed, said: Mapping[str, Any], *, relieved: bool, successor: str | None
) -> Record:
    """Return `record` at its end, to be countersigned by the successor.

    Args:
        said: `left`, `note` (what to watch for), `tools` (what was counted).
        relieved: Whether the next shift has begun, or the policy wants nobody there.
        successor: Who was named to follow.

    Raises:
        RefusedError: Nobody would be there: one stays until relieved (SHF-13).
    """
    if not relieved and not successor:
        raise RefusedError(
            _("nobody has come to relieve '{id}'; stay until somebody does, or name them").format(
                id=record["id"]
            ),
            "svcctl shift start NAME",
            "svcctl shift end --to NAME",
        )
    if successor in record.get("on", []):
        raise RefusedError(
            _("'{name}' is on '{id}' and cannot follow it").format(name=successor, id=record["id"])
        )
    fields = {"successor": successor} if successor else {}
    return _act(record, deed, "end", fields, **said)


def accept(record: Record, deed: Deed, note: str = "", defect: str = "") -> Record:
    """Return `record` countersigned; with a defect it goes on until that is put right (SHF-12).

    Raises:
        RefusedError: It is not ended, or was ended by the same person.
    """
    if defect:
        return _act(record, deed, "accept", result="defect", note=defect)
    return _act(record, deed, "accept", note=note)

"""What holds for a ticket: its life, its header as the fold of its log, its clocks.

Pure functions over dicts. `refuse` guards the moment an entry is appended; `fold` accepts any log.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from datetime import datetime
from typing import Any
from typing import NamedTuple

from svcctl.base.case import happened
from svcctl.base.choice import show
from svcctl.base.clock import is_plausible
from svcctl.base.entry import desk
from svcctl.base.entry import in_order
from svcctl.base.errors import RefusedError
from svcctl.base.finding import Finding
from svcctl.base.i18n import _
from svcctl.base.record import Entry
from svcctl.base.record import Link
from svcctl.base.record import Record
from svcctl.desk.tickets import clocks as _clocks
from svcctl.desk.tickets.words import ACT_CHOICES
from svcctl.desk.tickets.words import DUTY_CHOICES
from svcctl.desk.tickets.words import OPEN_STATUSES
from svcctl.desk.tickets.words import STATUS_CHOICES
from svcctl.handbook.listed import unlisted
from svcctl.handbook.lookup import Handbook


class Action(NamedTuple):
    """One row of the life-cycle table.

    Attributes:
        moves: State before → state after; an action is legal in the states named.
        needs: Texts or fields the entry must carry.
    """

    moves: Mapping[str, str]
    needs: tuple[str, ...] = ()


def _stay(*states: str) -> dict[str, str]:
    return {state: state for state in states}


_RUNNING = ("registered", "assigned", "in-progress")

ACTIONS: dict[str, Action] = {
    "open": Action({"": "registered"}),
    "note": Action(_stay(*_RUNNING, "done", "closed", "cancelled"), ("note",)),
    "edit": Action(_stay(*_RUNNING, "done")),
    "assign": Action(dict.fromkeys(_RUNNING, "assigned")),
    "answer": Action(dict.fromkeys(_RUNNING, "in-progress") | _stay("done"), ("note",)),
    "done": Action(dict.fromkeys(_RUNNING, "done"), ("note",)),
    "tell": Action(_stay("done")),
    "close": Action({"done": "closed"}),
    "reopen": Action(dict.fromkeys(("done", "closed", "cancelled"), "in-progress"), ("why",)),
    "cancel": Action(dict.fromkeys(_RUNNING, "cancelled"), ("why",)),
}
"""The life of a ticket: registered → assigned → in progress → done → closed."""

_MOVES = {
    (did, before): after for did, one in ACTIONS.items() for before, after in one.moves.items()
}
"""Act and state before → state after: `ACTIONS` in one look, for the replay of every log."""

_FOLLOWS = {
    "done": ("open", "reopen"),
    "cancel": ("open", "reopen"),
    "reopen": ("done", "close", "cancel"),
}
"""What an act cannot have happened before; other acts only not before the opening."""

DUTIES = DUTY_CHOICES
STEPS = {
    "reply": 'svcctl ticket answer {id} "…"',
    "answer": 'svcctl ticket answer {id} "…" --final',
    "done": 'svcctl ticket done {id} "…"',
    "complete": "svcctl ticket edit {id} --unit …",
}
"""What to type for a duty."""

clocks = _clocks.clocks
_ENDS = ("close", "cancel")


def fold(log: Iterable[Entry]) -> dict[str, Any]:
    """Return the header that `log` amounts to; an entry that does not apply has no effect."""
    return _replay(log).header


def strays(log: Iterable[Entry]) -> list[str]:
    """Return the names of entries that do not apply where they stand, as after a merge."""
    return [str(entry.get("n", "")) for entry in _replay(log).stray]


class _Story(NamedTuple):
    """A log replayed: what it amounts to, and which entries had a part in it."""

    header: dict[str, Any]
    applied: list[Entry]
    stray: list[Entry]


def _replay(log: Iterable[Any], *, sort: bool = True) -> _Story:
    fields: dict[str, Any] = {}
    state, ended, disputed = "", "", False
    applied: list[Entry] = []
    stray: list[Entry] = []
    for entry in in_order(_tables(log)) if sort else log:
        did = entry.get("did")
        after = _MOVES.get((did, state)) if isinstance(did, str) else None
        if after is None:
            stray.append(entry)
            disputed = disputed or (bool(ended) and did in _ENDS and _end_of(entry) != ended)
            continue
        state = after
        if did in _ENDS:
            ended = _end_of(entry)
        elif did == "reopen":
            ended, disputed = "", False
        if "set" in entry or "unset" in entry:
            _apply(fields, entry)
        applied.append(entry)
    header = {**fields, "status": state}
    return _Story(header | {"disputed": True} if disputed else header, applied, stray)


def _tables(log: Iterable[Any]) -> Iterator[Entry]:
    """Yield the entries of a log, leaving out what is no table: the fold takes any log."""
    return (one for one in log if isinstance(one, dict))


_FOLDED = frozenset(("id", "log", "status", "disputed"))
"""What no entry may set: it follows from all of them."""


def _apply(fields: dict[str, Any], entry: Entry) -> None:
    if isinstance(changes := entry.get("set"), dict):
        fields.update((key, value) for key, value in changes.items() if key not in _FOLDED)
    if isinstance(gone := entry.get("unset"), list):
        for key in gone:
            if isinstance(key, str):
                fields.pop(key, None)


def _end_of(entry: Entry) -> str:
    """What an ending says, apart from who said it and when; two that say the same agree."""
    return repr([entry.get(key) for key in ("did", "why", "note", "set")])


def refuse(record: Record, entry: Entry) -> None:
    """Raise if `entry` may not be appended to `record` now.

    Raises:
        RefusedError: Not legal in this state, something it needs is missing, or its time is wrong.
    """
    state = record.get("status", "")
    did = entry["did"]
    action = ACTIONS[did]
    name = record["id"]
    if state not in action.moves:
        raise RefusedError(
            _("'{id}' is {state}; '{did}' is not possible").format(
                id=name, state=show(state, STATUS_CHOICES), did=did
            ),
            *legal_steps(record),
        )
    for need in action.needs:
        if not str(entry.get(need, "")).strip():
            raise RefusedError(_lacking(need).format(did=did, id=name))
    if did == "assign" and not (entry.get("set") or {}).keys() & {"department", "assignee"}:
        raise RefusedError(_("'assign' of '{id}' needs --to").format(id=name))
    if did == "close" and "told" not in facts(record):
        raise RefusedError(
            _("'{id}' cannot be closed: the resident was not told the result").format(id=name),
            f"svcctl ticket tell {name}",
        )
    _refuse_time(record, entry)


def _lacking(need: str) -> str:
    if need == "why":
        return _("'{did}' of '{id}' needs --why")
    return _("'{did}' of '{id}' needs words")


def _refuse_time(record: Record, entry: Entry) -> None:
    before = _FOLLOWS.get(entry["did"], ("open",))
    acts = [one for one in _replay(record.get("log", [])).applied if one["did"] in before]
    since = happened(acts[-1]) if acts else None
    if not isinstance(since, datetime) or happened(entry).timestamp() >= since.timestamp():
        return
    raise RefusedError(
        _("'{id}' was {act} at {since}; this cannot have happened before").format(
            id=record["id"], act=show(acts[-1]["did"], ACT_CHOICES), since=f"{since:%Y-%m-%d %H:%M}"
        )
    )


_REST = {
    "assign": " --to …",
    "answer": ' "…"',
    "done": ' "…"',
    "reopen": " --why …",
    "cancel": " --why …",
}
"""What a command needs besides the ids, as a hint shows it."""


def legal_steps(record: Record) -> list[str]:
    """Return the commands that are legal for a ticket in its state."""
    state = record.get("status", "")
    return [
        f"svcctl ticket {did} {record['id']}{_REST.get(did, '')}"
        for did, action in ACTIONS.items()
        if state in action.moves and did not in ("note", "edit")
    ]


def facts(record: Record) -> dict[str, Any]:
    """Return what happened when, in epoch seconds, from the entries that apply.

    `cycles` has one [start, done] pair for the intake and one for each reopening.
    """
    found: dict[str, Any] = {}
    cycles: list[list[int | None]] = []
    for entry in _replay(record.get("log", [])).applied:
        moment = entry.get("when", entry.get("at"))  # as `happened`, without the call
        if isinstance(moment, datetime) and is_plausible(moment):
            _note_fact(found, cycles, entry, int(moment.timestamp()))
    found["cycles"] = cycles
    return found


_FACT = {
    "assign": "assigned",
    "done": "done",
    "tell": "told",
    "close": "closed",
    "cancel": "cancelled",
}
_UNDONE_BY_REOPENING = ("done", "told", "closed", "cancelled")


def _note_fact(
    found: dict[str, Any], cycles: list[list[int | None]], entry: Entry, moment: int
) -> None:
    did = entry["did"]
    if "set" in entry:
        _note_completion(found, entry["set"], moment)
    if did in _FACT:
        found[_FACT[did]] = moment
    if did in ("open", "reopen"):
        found["opened" if did == "open" else "reopened"] = moment
        cycles.append([moment, None])
        for gone in _UNDONE_BY_REOPENING:
            found.pop(gone, None)
    elif did == "done" and cycles:
        cycles[-1][1] = moment
    if did in ("answer", "tell"):
        # The earliest, though it may have been written down after a later one.
        found["replied"] = min(moment, found.get("replied", moment))
        if did == "tell" or entry.get("final"):
            found["answered"] = min(moment, found.get("answered", moment))


def _note_completion(found: dict[str, Any], changes: object, moment: int) -> None:
    if not isinstance(changes, dict):
        return
    if changes.get("unit_said"):
        found.setdefault("unit_said", moment)
    if changes.get("unit") or changes.get("place"):
        found.setdefault("placed", moment)


def checks(record: Record) -> Iterator[Finding]:
    """Yield what is wrong inside one ticket, beyond what the model says."""
    log = record.get("log", [])
    ordered = in_order(log)
    yield from _check_names(log, ordered)
    yield from _check_fold(record, log, _replay(ordered, sort=False))
    yield from _check_values(record)
    for place, entry in enumerate(log):
        yield from _check_entry(entry, place)


def _check_names(log: list[Entry], ordered: list[Entry]) -> Iterator[Finding]:
    names = [entry.get("n", "") for entry in log]
    if len(set(names)) < len(names):
        for place, name in enumerate(names):
            if name in names[:place]:
                yield Finding("TKT201", ("log", place, "n"), {"n": name})
    if [one.get("n", "") for one in ordered] != names:
        yield Finding("TKT202", ("log",))


def _check_fold(record: Record, log: list[Entry], story: _Story) -> Iterator[Finding]:
    header = {key: value for key, value in record.items() if key not in ("id", "log")}
    folded, _applied, stray = story
    for key in sorted(header.keys() | folded.keys()) if header != folded else ():
        if header.get(key) != folded.get(key):
            yield Finding(
                "TKT203", (key,), {"key": key, "header": header.get(key), "log": folded.get(key)}
            )
    without_effect = {id(entry) for entry in stray}
    for place, entry in enumerate(log) if stray else ():
        if id(entry) in without_effect:
            yield Finding("TKT204", ("log", place), {"n": entry.get("n"), "did": entry.get("did")})
    if folded.get("disputed"):
        yield Finding("TKT205", ("disputed",), {"id": record.get("id")})


def _check_values(record: Record) -> Iterator[Finding]:
    from svcctl.base import private  # for checks alone

    if record.get("severity") and record.get("kind") != "complaint":
        yield Finding("TKT206", ("severity",), {"kind": record.get("kind")})
    known = record.get("unit") or record.get("place")
    if record.get("status") in ("done", "closed") and record.get("unit_said") and not known:
        yield Finding("TKT207", ("unit_said",), {"said": record["unit_said"]})
    for key in ("subject", "unit_said", "caller", "demand", "place", "contact"):
        for found in private.find(str(record[key])) if key in record else ():
            yield Finding("PRV101", (key,), {"number": found.masked})


def _check_entry(entry: Entry, place: int) -> Iterator[Finding]:
    from svcctl.base import private  # for checks alone

    if "when" in entry and entry["when"] > entry["at"]:
        yield Finding("TKT208", ("log", place, "when"), {"n": entry.get("n")})
    for key in ("note", "why"):
        for found in private.find(str(entry[key])) if key in entry else ():
            yield Finding("PRV101", ("log", place, key), {"number": found.masked})


def against(record: Record, handbook: Handbook) -> Iterator[Finding]:
    """Yield values that are on none of the handbook's lists, which only ever grow.

    Not by the list of the day of opening: what is handed on later may go to a newer department.
    """
    policy = handbook.policy(date.max)
    yield from unlisted(policy, record, "channel", "department")
    ways = {choice.key for choice in policy.options("channel")}
    for place, entry in enumerate(record.get("log", [])):
        if (via := entry.get("via")) and via not in ways:
            yield Finding("HBK105", ("log", place, "via"), {"value": via, "list": "channel"})


def links(record: Record) -> Iterator[Link]:
    """Yield the unit, resident, staff and desks that a ticket names."""
    for key, kind in (("unit", "unit"), ("resident", "resident"), ("assignee", "staff")):
        if isinstance(name := record.get(key), str):
            yield Link((key,), kind, name)
    for place, entry in enumerate(record.get("log", [])):
        if isinstance(entry, dict) and isinstance(name := entry.get("by"), str):
            yield Link(("log", place, "by"), "staff", name)
        if isinstance(entry, dict) and (code := desk(entry.get("n"))):
            yield Link(("log", place, "n"), "desk", code)


_SHOWN = (
    "kind", "status", "severity", "urgent", "subject", "unit", "unit_said", "place", "resident",
    "caller", "contact", "channel", "department", "assignee", "disputed", "source",
)  # fmt: skip


def row(record: Record, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that lists show.

    Args:
        known: The facts of the record.
    """
    shown = {key: record[key] for key in _SHOWN if key in record}
    return shown | {
        "where": where(record),
        "title": record.get("subject", ""),
        "open": record.get("status") in OPEN_STATUSES,
        "person": record.get("assignee"),
        "at": known.get("opened"),
        "done_at": known.get("done"),
        "closed_at": known.get("closed"),
        "reopened": max(0, len(known["cycles"]) - 1),
    }


def where(record: Mapping[str, Any]) -> str:
    """Return where a ticket's matter is: the unit, what was said of it, or the place."""
    if record.get("unit"):
        return str(record["unit"])
    if record.get("unit_said"):
        return f"{record['unit_said']}?"
    return str(record.get("place", ""))


def terms(record: Record) -> Iterator[str]:
    """Yield the words by which a ticket is found."""
    for key in ("subject", "caller", "unit_said", "place", "source"):
        if isinstance(text := record.get(key), str):
            yield text


def describe(record: Record) -> str:
    """Return one line about the ticket."""
    parts = (record.get("id", ""), where(record), record.get("subject", ""))
    return " ".join(str(part) for part in parts if part)

"""The life of a ticket as one table: which act is legal in which state, and what it amounts to.

`svcctl ticket lifecycle` prints it; appending, folding and the hints of a refusal read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from svcctl.base.record import Entry
from svcctl.base.record import Record


class Action(NamedTuple):
    """One row of the life-cycle table.

    Attributes:
        moves: State before → state after; an act is legal in the states named.
        needs: What the entry must carry: `note`, `why`, or a field it sets.
        who: Setting of the policy's `[may]` that names the role; empty where anyone may.
        touches: The facts it notes, each of which starts or meets clocks.
        rest: What a command needs besides the ids, as a hint shows it.
    """

    moves: Mapping[str, str]
    needs: tuple[str, ...] = ()
    who: str = ""
    touches: tuple[str, ...] = ()
    rest: str = ""


def _stay(*states: str) -> dict[str, str]:
    return {state: state for state in states}


def _to(after: str, *states: str) -> dict[str, str]:
    return dict.fromkeys(states, after)


RUNNING = ("registered", "assigned", "in-progress")
OPEN = (*RUNNING, "done")
ENDED = ("closed", "cancelled", "duplicate")
_EVER = (*OPEN, *ENDED)
_WORKING = _to("in-progress", *RUNNING)
_WORDS = ' "…"'

ACTIONS: dict[str, Action] = {
    "open": Action({"": "registered"}, touches=("opened",)),
    "note": Action(_stay(*_EVER), ("note",), rest=_WORDS),
    "edit": Action(_stay(*OPEN), touches=("placed", "classified")),
    "classify": Action(
        _stay(*OPEN), touches=("classified", "confirmed"), rest=" --severity …", who="confirm"
    ),
    "judge": Action(_stay(*OPEN), who="judge", touches=("judged",), rest=" --validity …"),
    "forward": Action(
        _to("assigned", "registered", "assigned") | _stay("in-progress"),
        ("to",),
        touches=("forwarded",),
        rest=" --to …",
    ),
    "assign": Action(_to("assigned", *RUNNING), touches=("assigned", "handed"), rest=" --to …"),
    "contact": Action(_WORKING, touches=("contacted",)),
    "appoint": Action(_stay(*RUNNING), ("appointment",), touches=("appointments",), rest=" …"),
    "missed": Action(_stay(*RUNNING), touches=("appointments",)),
    "wait": Action(
        _WORKING, ("waiting", "waiting_until"), touches=("waits",), rest=" --for … --until …"
    ),
    "extend": Action(
        _stay(*RUNNING),
        ("agreed", "agreed_by"),
        who="extend",
        touches=("agreed",),
        rest=" --until … --with …",
    ),
    "progress": Action(_WORKING, ("note",), rest=_WORDS),
    "answer": Action(
        _WORKING | _stay("done"),
        ("note",),
        touches=("contacted", "replied", "answered"),
        rest=_WORDS,
    ),
    "report": Action(_WORKING | _stay("done"), ("note",), touches=("handed",), rest=_WORDS),
    "feasibility": Action(_stay(*OPEN), ("note",), touches=("feasible",), rest=_WORDS),
    "attach": Action(_stay(*_EVER), ("file", "sha256"), rest=" FILE"),
    "charge": Action(_stay(*OPEN), ("fee",), touches=("charged",), rest=" --fee …"),
    "done": Action(_to("done", *RUNNING), ("note",), touches=("done", "handed"), rest=_WORDS),
    "watertest": Action(
        _stay("done"), ("result",), touches=("tested",), rest=" --result passed|failed"
    ),
    "watertest/failed": Action(_to("in-progress", "done"), touches=("tested", "cycles")),
    "tell": Action(_stay("done"), touches=("told", "contacted", "replied", "answered")),
    "sign": Action(_stay("done", "closed"), touches=("signed",)),
    "callback": Action(_stay("done"), ("result",), who="callback", touches=("calls",)),
    "callback/unsatisfied": Action(
        _to("in-progress", "done"), who="callback", touches=("calls", "cycles")
    ),
    "close": Action(_to("closed", "done"), touches=("closed",)),
    "close/answered": Action(_to("closed", *OPEN), touches=("closed",)),
    "close/invalid": Action(_to("closed", *OPEN), touches=("closed",)),
    "reopen": Action(
        _to("in-progress", "done", *ENDED), ("why",), touches=("cycles",), rest=" --why …"
    ),
    "cancel": Action(_to("cancelled", *RUNNING), ("why",), touches=("cancelled",), rest=" --why …"),
    "duplicate": Action(
        _to("duplicate", *RUNNING), ("duplicate_of",), touches=("cancelled",), rest=" --of …"
    ),
    "escalate": Action(_stay(*_EVER), ("to",), touches=("raised",), rest=" --to … --why …"),
    "settle": Action(_stay(*_EVER), ("note",), who="judge", rest=_WORDS),
}
"""Act, or act and result → its row. Registered → assigned → in progress → done → closed."""

CLOCKS: dict[str, tuple[str, ...]] = {
    "opened": ("contact", "forward", "reply", "answer", "appoint", "done", "confirm", "complete"),
    "placed": ("complete",),
    "classified": ("contact", "forward", "reply", "answer", "done", "confirm", "callback"),
    "confirmed": ("confirm",),
    "judged": ("callback",),
    "forwarded": ("forward",),
    "assigned": ("forward",),
    "handed": ("report",),
    "contacted": ("contact",),
    "appointments": ("appoint", "done"),
    "waits": ("resume",),
    "agreed": ("done",),
    "replied": ("reply",),
    "answered": ("answer",),
    "done": ("done", "watertest", "tell", "sign", "callback"),
    "tested": ("watertest", "callback"),
    "cycles": ("done", "appoint"),
    "told": ("tell",),
    "signed": ("sign",),
    "calls": ("callback",),
    "raised": ("escalate",),
}
"""Fact → the duties whose clocks it starts, meets or moves."""

_MOVES = {
    (step, before): after for step, one in ACTIONS.items() for before, after in one.moves.items()
}
"""Step and state before → state after: `ACTIONS` in one look, for the replay of every log."""

_QUIET = frozenset(("open", "note", "edit", "attach", "settle", "escalate", "callback"))
"""What a refusal does not suggest: it is legal nearly always, or has a command of its own."""


def step_of(entry: Entry) -> str:
    """Return the row of the table that an entry is: its act, or act and result."""
    did = entry.get("did")
    if not isinstance(did, str):
        return ""
    if "result" in entry and (step := f"{did}/{entry['result']}") in ACTIONS:
        return step
    return did


def after(step: str, state: str) -> str | None:
    """Return the state after a step, None where it is not legal."""
    return _MOVES.get((step, state))


_TYPED = {
    "open": "svcctl log …",
    "callback": "svcctl callback record {id} satisfied|fair|unreachable|refused",
    "callback/unsatisfied": "svcctl callback record {id} unsatisfied",
    "escalate": "svcctl escalate {id} --to … --why …",
    "watertest/failed": "svcctl ticket watertest {id} --result failed",
}
"""Where what is typed for a step is not its name and its rest."""


def typed(step: str, name: str) -> str:
    """Return the command for a step."""
    did = step.partition("/")[0]
    return _TYPED.get(step, f"svcctl ticket {did} {{id}}{ACTIONS[did].rest}").format(id=name)


def legal_steps(record: Record) -> list[str]:
    """Return the commands that are legal for a ticket in its state."""
    state = record.get("status", "")
    quiet = _QUIET if "appointment" in record else _QUIET | {"missed"}
    steps = [
        typed(did, record["id"])
        for did, action in ACTIONS.items()
        if state in action.moves and did not in quiet and "/" not in did
    ]
    if state == "done":
        steps.append(f"svcctl callback record {record['id']} satisfied|fair|unsatisfied|…")
    return steps

"""What happened when with a ticket, taken from its log: what clocks, lists and reports are made of.

Moments are epoch seconds of when a thing happened, not of when it was written down. The facts are
plain JSON values, because the index keeps them.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from svcctl.base import fields
from svcctl.base.case import MACHINE
from svcctl.base.clock import epoch
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.desk.tickets.lifecycle import ENDED
from svcctl.desk.tickets.story import replay
from svcctl.kinds import ESCALATE

Facts = dict[str, Any]
"""What is known of a ticket.

`opened`, `known` (when it was first written down), `contacted`, `replied`, `answered`,
`placed`, `assigned`, `confirmed`, `judged`, `feasible`, `charged`, `done`, `told`, `closed`,
`cancelled`: a moment, of the first six after `known` the first one; the last four are gone
once it is taken up again. What belongs to a cycle does so by its place in the log.

`cycles`: one for the intake and one for each time it was taken up again, each with `start`,
    `how` (the act), `done`, `by` (who did it), `told`, `signed`, `tests` and `calls` (pairs of
    moment and result), `ended` and `end` (when and how it was filed or given up).
`confirms`: [asked anew or None, confirmed or None]: the severity proposed at intake, and again
    whenever it was changed after it had been confirmed.
`forwarded`: role or colleague → moment. `handed`: [moment, department, moment of its reply].
`appointments`: [made, begins, ends, given up or None, `moved` or `missed`, cycle].
`ends`: [moment, `appointment`, `agreed` or `missed`, until, cycle]: what was agreed on as the
    end, an epoch or a day, in the order of the log.
`waits`: [moment, last day, ended, reason, given up how].
`reclassified`: [moment, by, what of `CLASS` it was before]: what moves clocks already running.
`informed`: [moment, to]: before whom a person brought it.
`raised`: name of a rung → [moment, to, whether nobody is above].
`turns`: [moment, open, kind, severity, category, how]: each change that a tally counts.
"""

Note = Callable[[Facts, Entry, int], None]


def facts(record: Record) -> Facts:
    """Return the facts of a ticket, from the entries that apply; see `Facts`."""
    found: Facts = {"cycles": [], "turns": []}
    state, group = "", dict[str, Any]()
    for entry, now in replay(record.get("log", [])).applied:
        before, state = state, now
        moment = epoch(entry.get("when", entry.get("at")))  # as `happened`, without the call
        if moment is None:
            continue
        if before in _RESTING and now not in _RESTING:
            _begin(found, entry, moment)
        elif now in ENDED and before not in ENDED:
            _end(found, now, moment)
        if (note := _NOTES.get(entry["did"])) is not None:
            note(found, entry, moment)
        if "set" in entry or "unset" in entry:
            _note_changes(found, entry, moment, group)
        if before != now or "set" in entry or "unset" in entry:
            _note_turn(found, moment, now, group, entry["did"])
    return found


_RESTING = frozenset(("", "done", *ENDED))
GROUPS = ("kind", "severity", "category")
"""The fields by which a limit is looked up, and in which a tally counts."""
CLASS = (*GROUPS, "urgent", "wanted", "validity", "incident")
"""The fields from which follows what is owed until when; a day is kept as text."""
_UNDONE = ("done", "told", "closed", "cancelled")
_HOW = {"open": "new", "close": "closed", "cancel": "cancelled", "duplicate": "duplicate"}


def _begin(found: Facts, entry: Entry, moment: int) -> None:
    found["cycles"].append({"start": moment, "how": entry["did"]})
    for gone in _UNDONE:
        found.pop(gone, None)


def _end(found: Facts, state: str, moment: int) -> None:
    _of_cycle(found).update(ended=moment, end=state)
    _end_waits(found, moment, state)


def _once(name: str) -> Note:
    """Return what notes the first time something happened, however late it was written down."""

    def note(found: Facts, entry: Entry, moment: int) -> None:
        del entry
        found[name] = min(moment, found.get(name, moment))

    return note


def _last(name: str) -> Note:
    def note(found: Facts, entry: Entry, moment: int) -> None:
        del entry
        found[name] = moment

    return note


def _opened(found: Facts, entry: Entry, moment: int) -> None:
    found["opened"] = moment
    at = entry.get("at")
    found["known"] = moment if (known := epoch(at)) is None else known


def _answered(found: Facts, entry: Entry, moment: int) -> None:
    for name in ("contacted", "replied"):
        found[name] = min(moment, found.get(name, moment))
    if entry["did"] == "tell" or entry.get("final"):
        found["answered"] = min(moment, found.get("answered", moment))


def _told(found: Facts, entry: Entry, moment: int) -> None:
    _answered(found, entry, moment)
    found["told"] = moment
    _of_cycle(found).setdefault("told", moment)


def _done(found: Facts, entry: Entry, moment: int) -> None:
    found["done"] = moment
    _of_cycle(found).update(done=moment, by=entry.get("by"))
    _end_waits(found, moment)
    _reported(found, entry, moment)


def _of_cycle(found: Facts) -> dict[str, Any]:
    cycles: list[dict[str, Any]] = found["cycles"]
    return cycles[-1] if cycles else {}


def _turn(found: Facts) -> int:
    return len(found["cycles"]) - 1


def _signed(found: Facts, entry: Entry, moment: int) -> None:
    del entry
    _of_cycle(found).setdefault("signed", moment)


def _tested(found: Facts, entry: Entry, moment: int) -> None:
    # A failed test has begun a new cycle, but it is the finished one that was tested.
    cycles = found["cycles"]
    failed = entry.get("result") == "failed"
    cycle = cycles[-2] if failed and len(cycles) > 1 else _of_cycle(found)
    cycle.setdefault("tests", []).append([moment, str(entry.get("result"))])


def _called(found: Facts, entry: Entry, moment: int) -> None:
    cycles = found["cycles"]
    bad = entry.get("result") == "unsatisfied"
    cycle = cycles[-2] if bad and len(cycles) > 1 else _of_cycle(found)
    cycle.setdefault("calls", []).append([moment, str(entry.get("result"))])


def _forwarded(found: Facts, entry: Entry, moment: int) -> None:
    to = str(entry.get("to", ""))
    known = found.setdefault("forwarded", {})
    known[to] = min(moment, known.get(to, moment))
    found.setdefault("informed", []).append([moment, to])


def _assigned(found: Facts, entry: Entry, moment: int) -> None:
    found["assigned"] = min(moment, found.get("assigned", moment))
    changes = entry.get("set")
    department = changes.get("department") if isinstance(changes, Mapping) else None
    if isinstance(department, str):
        handed = found.setdefault("handed", [])
        if handed and handed[-1][2] is None and handed[-1][1] == department:
            return  # handed to it again: the reply is owed from the first time
        handed.append([moment, department, None])


def _reported(found: Facts, entry: Entry, moment: int) -> None:
    del entry
    if (handed := found.get("handed")) and handed[-1][2] is None:
        handed[-1][2] = moment


def _appointed(found: Facts, entry: Entry, moment: int) -> None:
    changes = entry.get("set")
    changes = changes if isinstance(changes, Mapping) else {}
    begins, ends = (epoch(changes.get(key)) for key in ("appointment", "appointment_end"))
    if begins is None:
        return
    _give_up(found, moment, "moved")
    until = begins if ends is None else ends
    made = [moment, begins, until, None, "", _turn(found)]
    found.setdefault("appointments", []).append(made)
    found.setdefault("ends", []).append([moment, "appointment", until, _turn(found)])


def _missed(found: Facts, entry: Entry, moment: int) -> None:
    del entry
    _give_up(found, moment, "missed")


def _give_up(found: Facts, moment: int, how: str) -> None:
    made = found.get("appointments")
    if made and made[-1][3] is None and made[-1][5] == _turn(found):
        made[-1][3:5] = moment, how
        if how == "missed":
            found["ends"].append([moment, how, None, _turn(found)])


def _waiting(found: Facts, entry: Entry, moment: int) -> None:
    changes = entry.get("set")
    changes = changes if isinstance(changes, Mapping) else {}
    if until := fields.day(changes, "waiting_until"):
        _end_waits(found, moment)
        reason = str(changes.get("waiting", ""))
        found.setdefault("waits", []).append([moment, until.isoformat(), None, reason, ""])


def _end_waits(found: Facts, moment: int, how: str = "") -> None:
    if (waits := found.get("waits")) and waits[-1][2] is None:
        waits[-1][2] = moment
        waits[-1][4] = how


def _classified(found: Facts, entry: Entry, moment: int) -> None:
    if not entry.get("confirmed"):
        return
    found["confirmed"] = moment
    asked = found.setdefault("confirms", [[None, None]])
    if asked[-1][1] is None:
        asked[-1][1] = moment


def _escalated(found: Facts, entry: Entry, moment: int) -> None:
    to = str(entry.get("to", ""))
    name = str(entry.get("n", ""))
    if name.startswith(RUNG):
        raised = found.setdefault("raised", {})
        raised[name.removeprefix(RUNG)] = [moment, to, bool(entry.get("end"))]
    else:
        found.setdefault("informed", []).append([moment, to])


RUNG = f"{MACHINE}/{ESCALATE}/"
"""What the name of an entry begins with that a machine wrote for a rung of the ladder."""

_NOTES: dict[str, Note] = {
    "open": _opened,
    "contact": _once("contacted"),
    "answer": _answered,
    "tell": _told,
    "assign": _assigned,
    "forward": _forwarded,
    "report": _reported,
    "appoint": _appointed,
    "missed": _missed,
    "wait": _waiting,
    "classify": _classified,
    "feasibility": _last("feasible"),
    "charge": _last("charged"),
    "done": _done,
    "watertest": _tested,
    "sign": _signed,
    "callback": _called,
    "close": _last("closed"),
    "cancel": _last("cancelled"),
    "duplicate": _last("cancelled"),
    "escalate": _escalated,
}


def _note_changes(found: Facts, entry: Entry, moment: int, group: dict[str, Any]) -> None:
    changes = entry.get("set")
    changes = changes if isinstance(changes, Mapping) else {}
    if changes.get("unit_said"):
        found.setdefault("unit_said", moment)
    if changes.get("unit") or changes.get("place"):
        found["placed"] = min(moment, found.get("placed", moment))
    if day := fields.day(changes, "agreed"):
        found.setdefault("ends", []).append([moment, "agreed", day.isoformat(), _turn(found)])
    if entry["did"] != "wait" and "waiting" in _gone(entry):
        _end_waits(found, moment)
    before = dict(group)
    for key in CLASS:
        day = fields.day(changes, key)
        if isinstance(value := day.isoformat() if day else changes.get(key), str | bool):
            group[key] = value
        elif key in _gone(entry):
            group.pop(key, None)
    if group.get("validity") != before.get("validity"):
        found["judged"] = moment
    if group != before and entry["did"] != "open":
        _note_new_class(found, entry, moment, before, group)


def _note_new_class(
    found: Facts, entry: Entry, moment: int, before: dict[str, Any], group: dict[str, Any]
) -> None:
    """Note who put it into another class, from which, and whether that is still to be confirmed."""
    found.setdefault("reclassified", []).append([moment, str(entry.get("by", "")), before])
    moved = any(group.get(key) != before.get(key) for key in ("kind", "severity"))
    if moved and not entry.get("confirmed") and found.pop("confirmed", None) is not None:
        found["confirms"].append([moment, None])


def _gone(entry: Entry) -> list[Any]:
    gone = entry.get("unset")
    return gone if isinstance(gone, list) else []


def _note_turn(found: Facts, moment: int, state: str, group: Mapping[str, Any], did: str) -> None:
    """Note a change of what a tally counts: open or not, and the group it is counted in."""
    now = [int(state not in ENDED), *(group.get(key, "") for key in GROUPS)]
    turns = found["turns"]
    if turns and turns[-1][1:5] == now:
        return
    how = _HOW.get(did, "reclassified")
    if turns and now[0] and not turns[-1][1]:
        how = "reopened"
    # Never before the turn it follows, though it may be said to have happened earlier.
    turns.append([max(moment, turns[-1][0]) if turns else moment, *now, how])

"""What an act on a shift needs; asked once, when an entry is appended."""

from __future__ import annotations

from svcctl.base.case import refuse_clock_set_back
from svcctl.base.choice import show
from svcctl.base.errors import RefusedError
from svcctl.base.fields import table
from svcctl.base.fields import text
from svcctl.base.i18n import _
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.desk.shifts import story
from svcctl.desk.shifts.words import ACT_CHOICES
from svcctl.desk.shifts.words import STATUS_CHOICES


def refuse(record: Record, entry: Entry) -> None:
    """Raise if `entry` may not be appended to `record` now.

    Raises:
        RefusedError: Not possible in this state, or not by this person; the clock was set back.
    """
    state = text(record, "status")
    step = story.step_of(entry)
    if state not in story.MOVES.get(step, {}):
        raise RefusedError(
            _("'{id}' is {state}; '{did}' is not possible").format(
                id=record["id"],
                state=show(state, STATUS_CHOICES),
                did=show(text(entry, "did"), ACT_CHOICES),
            ),
            *_NEXT.get(state, ()),
        )
    told = story.replay(record.get("log", []))
    if step in ("join", "leave"):
        _refuse_place(record, entry, step)
    elif step in ("done", "convert"):
        _refuse_line(record, entry, told)
    elif step.startswith("accept") and text(entry, "by") == told.ended_by:
        raise RefusedError(
            _("'{id}' was ended by '{by}'; somebody else accepts it").format(
                id=record["id"], by=told.ended_by
            ),
            "svcctl --as NAME shift accept",
        )
    elif step == "line" and not text(table(entry, "line"), "subject"):
        raise RefusedError(_("say in a few words what it is about"))
    _refuse_future(entry)
    refuse_clock_set_back(record, entry)


_NEXT = {
    "open": ("svcctl shift end",),
    "ended": ("svcctl shift accept", "svcctl shift start NAME"),
    "handed-over": ("svcctl shift start NAME",),
}
"""What is done with a shift in each state."""


def _refuse_place(record: Record, entry: Entry, step: str) -> None:
    there = record.get("on", [])
    for name in story.people(entry):
        if (name in there) == (step == "join"):
            words = _("'{name}' is on '{id}' already")
            if step == "leave":
                words = _("'{name}' is not on '{id}'")
            raise RefusedError(words.format(name=name, id=record["id"]), "svcctl shift show")


def _refuse_line(record: Record, entry: Entry, told: story.Story) -> None:
    name = text(entry, "of")
    line = told.lines.get(name)
    if line is None:
        raise RefusedError(
            _("'{id}' has no line '{line}'").format(id=record["id"], line=name),
            f"svcctl shift sheet {record['id']}",
        )
    if line.closed is None:
        return
    ticket = text(line.closed, "ticket")
    if ticket:
        raise RefusedError(
            _("line '{line}' of '{id}' is ticket '{ticket}' already").format(
                line=name, id=record["id"], ticket=ticket
            ),
            f"svcctl ticket show {ticket}",
        )
    raise RefusedError(_("line '{line}' of '{id}' is done").format(line=name, id=record["id"]))


def _refuse_future(entry: Entry) -> None:
    when = entry["when"] if "when" in entry else entry["at"]
    if when.timestamp() > entry["at"].timestamp():
        raise RefusedError(_("'{when}' is in the future").format(when=f"{when:%Y-%m-%d %H:%M}"))

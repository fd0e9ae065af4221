"""A shift's log replayed: who is there, where it stands, what became of each line.

The fold accepts any log. An entry that does not apply where it stands has no effect and is
reported, but a line is never lost, whatever the state of its shift.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from svcctl.base.entry import in_order
from svcctl.base.entry import tables_of
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.record import Entry

_ANY = {state: state for state in ("open", "ended", "handed-over")}

MOVES: dict[str, Mapping[str, str]] = {
    "start": {"": "open"},
    "join": {"open": "open"},
    "leave": {"open": "open"},
    "line": _ANY,
    "done": _ANY,
    "convert": _ANY,
    "note": _ANY,
    "end": {"open": "ended"},
    "accept": {"ended": "handed-over"},
    "accept/defect": {"ended": "open"},
    "escalate": _ANY,
}
"""Act, or act and result → state before → state after."""

_SET = ("name", "day", "standin", "successor")


class Line(NamedTuple):
    """A line of the work log.

    Attributes:
        entry: The entry that wrote it down.
        said: What it says.
        closed: The entry by which it was done or became a ticket; None while it is open.
    """

    entry: Entry
    said: Mapping[str, Any]
    closed: Entry | None = None


class Story(NamedTuple):
    """A log replayed.

    Attributes:
        applied: The entries that apply.
        lines: The lines by the name of their entry.
        ended_by: Who ended the shift last.
    """

    header: dict[str, Any]
    applied: list[Entry]
    stray: list[Entry]
    lines: dict[str, Line]
    ended_by: str


def fold(log: Iterable[Entry]) -> dict[str, Any]:
    """Return the header that `log` amounts to; an entry that does not apply has no effect."""
    return replay(log).header


def strays(log: Iterable[Entry]) -> list[str]:
    """Return the names of entries that do not apply where they stand, as after a merge."""
    return [str(entry.get("n", "")) for entry in replay(log).stray]


def step_of(entry: Entry) -> str:
    """Return the row of `MOVES` that an entry is."""
    did = text(entry, "did")
    step = f"{did}/{entry.get('result')}"
    return step if step in MOVES else did


def people(entry: Entry) -> list[str]:
    """Return who came or left: those named, else who wrote it."""
    return [name for name in texts(entry, "who") if name] or [text(entry, "by")]


def replay(log: Iterable[Any]) -> Story:
    """Return the story that a log tells."""
    told = _Telling()
    for entry in in_order(tables_of(log)):
        told.add(entry)
    return told.story()


class _Telling:
    """The state between two entries."""

    def __init__(self) -> None:
        self.state = ""
        self.fields: dict[str, Any] = {}
        self.on: list[str] = []
        self.lines: dict[str, Line] = {}
        self.ended_by = ""
        self.applied: list[Entry] = []
        self.stray: list[Entry] = []

    def add(self, entry: Entry) -> None:
        step = step_of(entry)
        then = MOVES.get(step, {}).get(self.state)
        if then is None or not self._fits(step, entry):
            self.stray.append(entry)
            return
        self.state = then
        self._note(step, entry)
        self._set(entry)
        self.applied.append(entry)

    def _fits(self, step: str, entry: Entry) -> bool:
        if step == "join":
            return any(name not in self.on for name in people(entry))
        if step == "leave":
            return any(name in self.on for name in people(entry))
        if step in ("done", "convert"):
            line = self.lines.get(text(entry, "of"))
            return line is not None and line.closed is None
        if step.startswith("accept"):
            return text(entry, "by") != self.ended_by
        return step != "line" or isinstance(entry.get("line"), dict)

    def _note(self, step: str, entry: Entry) -> None:
        if step in ("start", "join"):
            self.on += [name for name in people(entry) if name not in self.on]
        elif step == "leave":
            self.on = [name for name in self.on if name not in people(entry)]
        elif step == "line":
            self.lines[text(entry, "n")] = Line(entry, entry["line"])
        elif step in ("done", "convert"):
            line = self.lines[text(entry, "of")]
            self.lines[text(entry, "of")] = line._replace(closed=entry)
        elif step == "end":
            self.ended_by = text(entry, "by")

    def _set(self, entry: Entry) -> None:
        changes = entry.get("set")
        if isinstance(changes, dict):
            self.fields |= {key: changes[key] for key in _SET if key in changes}
        for key in texts(entry, "unset"):
            self.fields.pop(key, None)

    def story(self) -> Story:
        header = {**self.fields, "status": self.state}
        if self.on:
            header["on"] = list(self.on)
        return Story(header, self.applied, self.stray, self.lines, self.ended_by)

"""A ticket's log read plainly: its acts, rounds of work and fields; see `reference_clocks`."""

from __future__ import annotations

from typing import Any
from typing import NamedTuple

RESTING = {"done", "closed", "cancelled", "duplicate"}
ENDED = {"closed", "cancelled", "duplicate"}


class Act(NamedTuple):
    """One entry: when it happened (not: was written down), and the state before and after it."""

    did: str
    when: int
    entry: dict[str, Any]
    before: str
    after: str

    def sets(self, key: str) -> Any:
        """Return what it sets a field to."""
        return self.entry.get("set", {}).get(key)

    def clears(self, key: str) -> bool:
        """Tell whether it clears a field."""
        return key in self.entry.get("unset", [])


class Round(NamedTuple):
    """The work from the intake, or from when it was taken up again, to when it was again.

    What sends it back to work (a failed test, a bad callback) is said of the round that was done.
    """

    number: int
    begins: int
    acts: list[Act]

    def first(self, did: str, **said: str) -> int | None:
        """Return when something was first done in this round, in the order of the log."""
        for act in self.acts:
            if act.did == did and all(act.entry.get(key) == value for key, value in said.items()):
                return act.when
        return None

    @property
    def part(self) -> str:
        return str(self.number + 1) if self.number else ""

    @property
    def ended(self) -> str:
        """As what the ticket was filed or given up in this round, empty if it was not."""
        return next((act.after for act in self.acts if act.after in ENDED), "")

    @property
    def taken_up_again(self) -> bool:
        last = self.acts[-1] if self.acts else None
        return last is not None and last.before in RESTING and last.after == "in-progress"


def state_after(state: str, entry: dict[str, Any]) -> str:
    """Return the state after a legal entry."""
    did, result = entry["did"], entry.get("result")
    always = {
        "open": "registered", "assign": "assigned", "done": "done", "close": "closed",
        "cancel": "cancelled", "duplicate": "duplicate", "reopen": "in-progress",
    }  # fmt: skip
    if did in always:
        return always[did]
    if did == "forward" and state == "registered":
        return "assigned"
    if did in {"contact", "progress", "wait", "answer", "report"} and state != "done":
        return "in-progress"
    if (did, result) in {("watertest", "failed"), ("callback", "unsatisfied")}:
        return "in-progress"
    return state


def read(log: list[dict[str, Any]]) -> tuple[list[Act], list[Round]]:
    """Go through a log whose every entry is legal."""
    acts: list[Act] = []
    rounds: list[Round] = []
    state = ""
    for entry in log:
        after = state_after(state, entry)
        when = int(entry.get("when", entry["at"]).timestamp())
        acts.append(Act(entry["did"], when, entry, state, after))
        if not rounds:
            rounds.append(Round(0, when, []))
        rounds[-1].acts.append(acts[-1])
        if rounds[-1].taken_up_again:
            rounds.append(Round(len(rounds), when, []))
        state = after
    return acts, rounds


def header(log: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the fields as the last entry that spoke of each left them."""
    fields: dict[str, Any] = {}
    for entry in log:
        fields.update(entry.get("set", {}))
        for key in entry.get("unset", []):
            fields.pop(key, None)
    return fields

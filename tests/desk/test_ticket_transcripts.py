"""Every branch of the life-cycle table has a transcript: each act in each state, done or refused.

What a transcript says is true is the business of `tests/cli/test_golden.py`; here it is only read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from svcctl.base.choice import Choice
from svcctl.desk.tickets import lifecycle
from svcctl.desk.tickets.words import RESULT_CHOICES
from svcctl.desk.tickets.words import STATUS_CHOICES
from svcctl.desk.tickets.words import STATUSES

GOLDEN = Path(__file__).parents[1] / "cli" / "golden"
COMMAND = r"^\$ svcctl (?:ticket (?P<did>[a-z]+)|(?P<other>callback record|escalate)\b)"
DONE = r"^(?P<id>T\d{6}-[A-Z]\d+): [a-z ]+(?: \((?P<result>[a-z ]+)\))?; now (?P<state>[a-z ]+)$"
RAISED = r"^(?P<id>T\d{6}-[A-Z]\d+) is put before "
REFUSED = r"^svcctl: error: 'T\d{6}-[A-Z]\d+' is (?P<state>[a-z ]+); '(?P<did>[a-z]+)' is not"
NEW = r"^T\d{6}-[A-Z]\d+$"

# What is answered is in progress: a ticket that is only registered cannot be, nor one that is done.
UNREACHED = {("close/answered", "registered"), ("close/answered", "done")}

Branch = tuple[str, str]


def key(word: str, choices: tuple[Choice, ...]) -> str:
    return next(choice.key for choice in choices if choice.en == word)


def told(text: str) -> Iterator[Branch]:
    """Yield each step that a transcript shows to be done, with the state before it."""
    states: dict[str, str] = {}
    did = ""
    for line in text.splitlines():
        if found := re.match(COMMAND, line):
            did = found["did"] or found["other"].split()[0]
        elif line.startswith("$ "):
            did = ""
        elif found := re.match(DONE, line):
            step = did
            if found["result"] and did in RESULT_CHOICES:
                step = f"{did}/{key(found['result'], RESULT_CHOICES[did])}"
            yield step if step in lifecycle.ACTIONS else did, states[found["id"]]
            states[found["id"]] = key(found["state"], STATUS_CHOICES)
        elif (found := re.match(RAISED, line)) and did == "escalate":
            yield did, states[found["id"]]
        elif re.match(NEW, line):
            yield "open", ""
            states[line] = "registered"


def refused(text: str) -> Iterator[Branch]:
    """Yield each act that a transcript shows to be refused, with the state."""
    lines = text.splitlines()
    for place, line in enumerate(lines):
        if found := re.match(REFUSED, line):
            assert lines[place + 1].startswith("hint: svcctl "), line
            yield found["did"], key(found["state"], STATUS_CHOICES)


TEXTS = [path.read_text("utf-8") for path in sorted(GOLDEN.glob("life_*.txt"))
         if not path.stem.endswith("_zh")]  # fmt: skip
SHOWN = {branch for text in TEXTS for branch in told(text)}
REFUSALS = {branch for text in TEXTS for branch in refused(text)}


@pytest.mark.parametrize("step", lifecycle.ACTIONS)
def test_every_row_is_done_in_every_state_in_which_it_is_legal(step: str) -> None:
    branches = {(step, state) for state in lifecycle.ACTIONS[step].moves}
    assert branches - SHOWN == {one for one in UNREACHED if one[0] == step}


@pytest.mark.parametrize("did", [step for step in lifecycle.ACTIONS if "/" not in step])
def test_every_act_is_refused_in_every_other_state(did: str) -> None:
    if did == "open":
        return  # no command opens a ticket that is there
    assert {state for one, state in REFUSALS if one == did} == {
        state for state in STATUSES if state not in lifecycle.ACTIONS[did].moves
    }


def test_nothing_is_shown_that_the_table_does_not_have() -> None:
    assert {one for one in SHOWN if lifecycle.after(*one) is None} == set()

"""Raising what is late: once, in order, the same whenever and wherever it is done (CMP-34)."""

from __future__ import annotations

from datetime import datetime
from datetime import timedelta
from pathlib import Path
from typing import Any
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import svcctl.handbook
from svcctl.base.entry import union
from svcctl.base.errors import RefusedError
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.desk.tickets import actions
from svcctl.desk.tickets.story import fold
from svcctl.duty.raising import Raised
from svcctl.duty.raising import raise_due
from svcctl.handbook.lookup import Handbook
from svcctl.kinds import KINDS
from tests.support.builders import ZONE
from tests.support.builders import at
from tests.support.builders import deed
from tests.support.handbooks import limit
from tests.support.handbooks import policy
from tests.support.handbooks import shipped

ROLES = Path(svcctl.handbook.__file__).parent / "template" / "roles.toml"
OPENED = at("2026-11-16 08:40")
HOURS = 9 * 24
TICKET = KINDS["ticket"]


def handbook(*files: Record) -> Handbook:
    roles = toml.parse(ROLES.read_bytes())
    return Handbook(files or (shipped(),), roles, ZONE, "test")


SHIPPED = handbook()


class Act(NamedTuple):
    """What a person does, so many minutes after the opening."""

    minute: int
    did: str
    said: dict[str, Any]
    desk: str = "A"

    @property
    def moment(self) -> datetime:
        return OPENED + timedelta(minutes=self.minute)


def new(**fields: Any) -> Record:
    said = {"kind": "complaint", "severity": "major", "subject": "电梯困人", **fields}
    return actions.register("T261116-A07", deed(f"{OPENED:%Y-%m-%d %H:%M}"), said)


def do(ticket: Record, act: Act) -> Record:
    """Return the ticket after an act; as it was, if the act is not legal now."""
    said = dict(act.said)
    fields = said.pop("set", {})
    one = deed(f"{act.moment:%Y-%m-%d %H:%M}", desk=act.desk)
    try:
        return actions.act(ticket, one, act.did, fields, **said)
    except RefusedError:
        return ticket


def raised(ticket: Record, now: datetime) -> Record:
    return raise_due(TICKET, ticket, SHIPPED, now)[0]


def names(found: list[Raised]) -> list[tuple[str, str, str]]:
    return [(f"{one.moment:%m-%d %H:%M}", one.name, one.to) for one in found]


def timeless(log: list[Entry]) -> list[Entry]:
    """Return a log without when the machine wrote it down."""
    return [
        {**{key: one[key] for key in one if key != "at"}, "when": one.get("when", one["at"])}
        if one["by"] == "auto"
        else one
        for one in log
    ]


def in_time(ticket: Record, acts: list[Act], runs: list[int]) -> Record:
    """Return a ticket whose routine ran at these minutes, each time after what people did."""
    left = list(acts)
    for minute in [*sorted(runs), HOURS * 60]:
        while left and left[0].minute <= minute:
            ticket = do(ticket, left.pop(0))
        ticket = raised(ticket, OPENED + timedelta(minutes=minute))
    return ticket


END = OPENED + timedelta(hours=HOURS)
acts = st.builds(
    lambda minute, way: Act(minute, way[0], way[1]),
    st.integers(1, HOURS * 60 - 1),
    st.sampled_from(
        [
            ("note", {"note": "x"}),
            ("contact", {}),
            ("answer", {"note": "x"}),
            ("answer", {"note": "x", "final": True}),
            ("assign", {"set": {"department": "repair"}}),
            ("assign", {"set": {"assignee": "li.na"}}),
            ("forward", {"to": "director"}),
            ("forward", {"to": "manager"}),
            ("escalate", {"to": "supervisor", "why": "x"}),
            ("report", {"note": "x"}),
            ("done", {"note": "x"}),
            ("tell", {"via": "phone"}),
            ("callback", {"result": "satisfied"}),
            ("callback", {"result": "unsatisfied", "note": "x"}),
            ("reopen", {"why": "x"}),
            ("cancel", {"why": "x"}),
            ("classify", {"confirmed": True}),
        ]
    ),
)
stories = st.lists(acts, max_size=8, unique_by=lambda act: act.minute).map(
    lambda some: sorted(some, key=lambda act: act.minute)
)
openings = st.sampled_from(
    [
        {},
        {"severity": "important"},
        {"severity": "minor"},
        {"urgent": True},
        {"kind": "suggestion", "severity": None},
        {"kind": "repair", "severity": None},
    ]
)


@given(openings, stories, st.lists(st.integers(0, HOURS * 60), max_size=12))
def test_running_in_time_and_catching_up_write_the_same(
    opening: dict[str, Any], story: list[Act], runs: list[int]
) -> None:
    """But for when it was recorded.

    Severity and agreed days are not changed here: what is due follows from what is known when the
    routine runs.
    """
    often, once = in_time(new(**opening), story, runs), in_time(new(**opening), story, [])
    assert timeless(once["log"]) == timeless(often["log"])
    assert {**once, "log": []} == {**often, "log": []}


def test_running_every_hour_and_once_after_a_week_write_the_same() -> None:
    story = [
        Act(50, "contact", {}),
        Act(26 * 60, "answer", {"note": "x"}),
        Act(30 * 60, "assign", {"set": {"department": "repair"}}),
        Act(80 * 60, "done", {"note": "x"}),
        Act(120 * 60, "callback", {"result": "unsatisfied", "note": "x"}),
    ]
    hourly = in_time(new(), story, list(range(0, HOURS * 60, 60)))
    once = in_time(new(), story, [])
    assert timeless(once["log"]) == timeless(hourly["log"])
    assert len([one for one in once["log"] if one["by"] == "auto"]) > 10


@given(openings, stories)
def test_raised_once_and_never_twice(opening: dict[str, Any], story: list[Act]) -> None:
    ticket = new(**opening)
    for act in story:
        ticket = do(ticket, act)
    once, found = raise_due(TICKET, ticket, SHIPPED, END)
    again, nothing = raise_due(TICKET, once, SHIPPED, END + timedelta(seconds=1))
    assert (again, nothing) == (once, [])
    assert len({one.name for one in found}) == len(found)
    assert all(one.moment <= END for one in found)


@given(openings, stories, st.integers(0, HOURS * 60), st.integers(0, HOURS * 60))
def test_two_desks_that_know_the_same_write_the_same(
    opening: dict[str, Any], story: list[Act], one: int, two: int
) -> None:
    ticket = new(**opening)
    for act in story:
        ticket = do(ticket, act)
    first, second = (raised(ticket, OPENED + timedelta(minutes=some)) for some in (one, two))
    first, second = raised(first, END), raised(second, END)
    merged = union(first["log"], second["log"])
    assert merged == union(second["log"], first["log"])
    assert timeless(merged) == timeless(first["log"]) == timeless(second["log"])
    assert fold(merged) == fold(first["log"])


def test_ladder_of_a_complaint_in_order() -> None:
    """CMP-33, CMP-34: a reminder before the limit, then rung by rung, to whoever is above."""
    book = handbook(policy("2026-01-01", limit("reply", "24h"), rung=LADDER))
    ticket, found = raise_due(TICKET, new(), book, at("2026-11-25 00:00"))
    assert names(found) == [
        ("11-17 06:40", "reply/1", "agent"),
        ("11-17 08:40", "reply/2", "lead"),
        ("11-18 08:40", "reply/3", "supervisor"),
        ("11-20 08:40", "reply/4", "manager"),
    ]
    assert [one["n"] for one in ticket["log"][1:]] == [
        f"auto/escalate/reply/{step}" for step in (1, 2, 3, 4)
    ]
    assert not any(one.end for one in found)


LADDER = [
    {"duty": "reply", "step": step, "after": after, "up": up, "rule": "house"}
    for step, after, up in ((1, "-2h", 0), (2, "0m", 1), (3, "24h", 2), (4, "72h", 3))
]


def test_end_of_the_chain_is_said() -> None:
    """GAP-16: nobody is above the director."""
    far = [{"duty": "reply", "step": 1, "after": "0m", "up": 9, "rule": "house"}]
    book = handbook(policy("2026-01-01", limit("reply", "24h"), rung=far))
    ticket, (one,) = raise_due(TICKET, new(), book, END)
    assert (one.to, one.end) == ("director", True)
    assert ticket["log"][1]["end"] is True


def test_without_rungs_nothing_is_raised() -> None:
    book = handbook(policy("2026-01-01", limit("reply", "24h")))
    assert raise_due(TICKET, new(), book, END) == (new(), [])


@pytest.mark.parametrize(
    "deliver, morning", [("now", None), ("hours", at("2026-11-17 08:30")), (None, None)]
)
def test_message_waits_for_the_morning_if_the_policy_says_so(
    deliver: str | None, morning: datetime | None
) -> None:
    said = {"escalate": {"deliver": deliver}} if deliver else {}
    book = handbook(
        policy(
            "2026-01-01", limit("reply", "12h"), rung=LADDER,
            shift={"night": "17:30-08:30"}, **said,
        )
    )  # fmt: skip
    found = raise_due(TICKET, new(), book, at("2026-11-16 20:50"))[1]
    assert [(one.name, one.deliver) for one in found] == [
        ("reply/1", morning),
        ("reply/2", morning),
    ]


def test_message_of_the_day_goes_at_once() -> None:
    book = handbook(
        policy(
            "2026-01-01", limit("reply", "2h"), rung=LADDER[1:],
            shift={"night": "17:30-08:30"}, escalate={"deliver": "hours"},
        )
    )  # fmt: skip
    (one,) = raise_due(TICKET, new(), book, at("2026-11-16 12:00"))[1]
    assert (one.moment, one.deliver) == (at("2026-11-16 10:40"), None)


def test_who_had_it_then_is_reminded_even_when_it_is_caught_up() -> None:
    book = handbook(policy("2026-01-01", limit("reply", "24h"), rung=LADDER))
    later = Act(24 * 60 - 30, "assign", {"set": {"assignee": "li.na"}})
    found = raise_due(TICKET, do(new(), later), book, END)[1]
    assert found[0].to == "agent"
    earlier = Act(60, "assign", {"set": {"assignee": "li.na"}})
    assert raise_due(TICKET, do(new(), earlier), book, END)[1][0].to == "li.na"

"""The log of a shift: who is there, what became of each line, whatever a merge brings.

SHF-06, SHF-07, SHF-09, SHF-12, SHF-13.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.entry import union
from svcctl.base.errors import RefusedError
from svcctl.base.record import Deed
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.book.guard import findings
from svcctl.desk.shifts import actions
from svcctl.desk.shifts import rules
from svcctl.desk.shifts.story import MOVES
from svcctl.desk.shifts.story import replay
from svcctl.kinds import KINDS
from tests.support.builders import at
from tests.support.builders import deed

NIGHT = "S261121-A01"
LINE = {"kind": "repair", "subject": "漏水"}
PEOPLE = ("wang.fang", "zhao.qiang", "chen.an")


def by(person: str, when: str = "2026-11-21 21:00") -> Deed:
    return deed(when, by=person)


def night() -> Record:
    day = at("2026-11-21 17:20")
    return actions.start(NIGHT, by("zhao.qiang", "2026-11-21 17:20"), "night", day.date())


def ended() -> Record:
    made = actions.line(night(), by("zhao.qiang"), LINE)
    out = by("zhao.qiang", "2026-11-22 08:28")
    return actions.end(made, out, {"left": "等配件"}, relieved=True, successor=None)


def test_a_night_from_start_to_countersignature() -> None:
    made = ended()
    assert (made["status"], made["on"]) == ("ended", ["zhao.qiang"])
    made = actions.accept(made, by("wang.fang", "2026-11-22 08:35"))
    assert made["status"] == "handed-over"
    made = actions.convert(made, by("wang.fang", "2026-11-22 08:36"), "2A", "T261122-A01")
    assert rules.open_lines(made) == {}
    assert findings(KINDS["shift"], made) == []
    data = canonical_bytes(KINDS["shift"], "x", made, None)
    assert toml.parse(data) == made


def test_only_somebody_else_accepts_a_shift() -> None:
    """SHF-09: handed over from one to another."""
    with pytest.raises(RefusedError, match="somebody else"):
        actions.accept(ended(), by("zhao.qiang", "2026-11-22 08:40"))
    with pytest.raises(RefusedError, match="on duty"):
        actions.accept(night(), by("wang.fang", "2026-11-22 08:40"))


def test_what_is_not_accepted_goes_on_with_those_who_had_it() -> None:
    """SHF-12."""
    made = actions.accept(ended(), by("wang.fang", "2026-11-22 08:30"), defect="台面未清理")
    assert (made["status"], made["on"]) == ("open", ["zhao.qiang"])
    assert "ended" not in rules.facts(made)
    out = by("zhao.qiang", "2026-11-22 08:40")
    made = actions.end(made, out, {}, relieved=True, successor=None)
    assert actions.accept(made, by("wang.fang", "2026-11-22 08:41"))["status"] == "handed-over"


def test_nobody_leaves_before_somebody_has_come() -> None:
    """SHF-13; a successor may be named."""
    out = by("zhao.qiang", "2026-11-22 08:28")
    with pytest.raises(RefusedError, match="nobody has come"):
        actions.end(night(), out, {}, relieved=False, successor=None)
    with pytest.raises(RefusedError, match="cannot follow"):
        actions.end(night(), out, {}, relieved=False, successor="zhao.qiang")
    made = actions.end(night(), out, {}, relieved=False, successor="wang.fang")
    assert made["successor"] == "wang.fang"


def test_the_last_one_leaves_only_to_a_stand_in() -> None:
    """SHF-07, NUM-06."""
    alone = night()
    gone = ["zhao.qiang"]

    def leave(record: Record, least: int = 1, standin: str | None = None) -> Record:
        return actions.leave(
            record, by("zhao.qiang"), gone, least=least, standin=standin, why="水管爆裂"
        )

    for standin in (None, "zhao.qiang"):
        with pytest.raises(RefusedError, match="nobody would be at the desk"):
            leave(alone, standin=standin)
    with pytest.raises(RefusedError, match="at least 2"):
        leave(alone, least=2, standin="chen.an")
    made = leave(alone, standin="chen.an")
    assert (made.get("on", []), made["standin"]) == ([], "chen.an")
    assert leave(alone, least=0)["log"][-1]["did"] == "leave"
    back = actions.join(made, by("zhao.qiang", "2026-11-21 23:00"))
    assert back["on"] == ["zhao.qiang"]
    # He was named already: nobody is asked twice.
    again = by("zhao.qiang", "2026-11-21 23:30")
    assert "on" not in actions.leave(back, again, gone, least=1, standin=None, why="")


@pytest.mark.parametrize("first", ["done", "convert"])
@pytest.mark.parametrize("second", ["done", "convert"])
def test_a_line_is_closed_once(first: str, second: str) -> None:
    """SHF-06: a line is never made a ticket twice."""

    def close(record: Record, how: str, ticket: str) -> Record:
        if how == "done":
            return actions.done(record, by("zhao.qiang"), "2A", "修好")
        return actions.convert(record, by("zhao.qiang"), "2A", ticket)

    made = close(actions.line(night(), by("zhao.qiang"), LINE), first, "T261121-A01")
    with pytest.raises(RefusedError, match="T261121-A01" if first == "convert" else "is done"):
        close(made, second, "T261121-A02")
    with pytest.raises(RefusedError, match="no line '9A'"):
        actions.done(made, by("zhao.qiang"), "9A", "x")


def test_what_needs_words_and_a_clock_set_back() -> None:
    with pytest.raises(RefusedError, match="few words"):
        actions.line(night(), by("zhao.qiang"), {"kind": "repair"})
    with pytest.raises(RefusedError, match="what came of it"):
        actions.done(ended(), by("zhao.qiang", "2026-11-22 09:00"), "2A", " ")
    with pytest.raises(RefusedError, match="clock of this machine"):
        actions.line(night(), by("zhao.qiang", "2026-11-21 17:00"), LINE)
    soon = by("zhao.qiang")._replace(when=at("2026-11-22 01:00"))
    with pytest.raises(RefusedError, match="in the future"):
        actions.line(night(), soon, LINE)
    with pytest.raises(RefusedError, match="already"):
        actions.join(night(), by("zhao.qiang"))


def test_two_desks_that_made_a_ticket_of_one_line_are_told() -> None:
    """After a merge the second ticket's entry has no effect, and `validate` names it."""
    base = actions.accept(ended(), by("wang.fang", "2026-11-22 08:30"))
    ours = actions.convert(base, deed("2026-11-22 08:40"), "2A", "T261122-A01")
    theirs = actions.convert(base, deed("2026-11-22 08:41", desk="B"), "2A", "T261122-B01")
    log = union(ours["log"], theirs["log"])
    merged = {"id": NIGHT, **rules.fold(log), "log": log}
    assert [one.code for one in findings(KINDS["shift"], merged)] == ["LOG104"]
    assert replay(log).lines["2A"].closed == ours["log"][-1]


# Whatever the log holds.


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    """Return entries in any order that people of two desks may have left, broken ones too."""
    made: list[Entry] = []
    for number in range(draw(st.integers(0, 12))):
        moment = at("2026-11-21 17:30") + timedelta(minutes=number)
        one: dict[str, Any] = {
            "n": f"{draw(st.integers(1, 9))}{draw(st.sampled_from('AB'))}",
            "at": moment,
            "by": draw(st.sampled_from(PEOPLE)),
            "did": draw(st.sampled_from([*(step.partition("/")[0] for step in MOVES), "what"])),
        }
        if draw(st.booleans()):
            one["result"] = "defect"
        if one["did"] in ("done", "convert"):
            one["of"] = draw(st.sampled_from(["1A", "2A", "3B", 7]))
        if one["did"] == "line":
            one["line"] = draw(st.sampled_from([LINE, {}, "漏水"]))
        if draw(st.booleans()):
            one["who"] = draw(st.lists(st.sampled_from(PEOPLE), max_size=2))
        made.append(one)
    return [one for nth, one in enumerate(made) if one["n"] not in {x["n"] for x in made[:nth]}]


@given(entries(), st.randoms())
def test_the_fold_takes_any_log_in_any_order(log: list[Entry], rng: Any) -> None:
    mixed = list(log)
    rng.shuffle(mixed)
    assert rules.fold(mixed) == rules.fold(log)
    told = replay(log)
    assert len(told.applied) + len(told.stray) == len(log)
    rules.facts({"id": NIGHT, "log": log})


@given(entries())
def test_a_line_is_never_lost(log: list[Entry]) -> None:
    """Every line after the start is in the story, whatever the state its shift is in."""
    told = replay(log)
    began = next((nth for nth, one in enumerate(told.applied) if one["did"] == "start"), None)
    lines = [one for one in told.applied if one["did"] == "line"]
    assert began in (0, None)
    assert list(told.lines) == [one["n"] for one in lines]
    stray = [one for one in told.stray if one["did"] == "line" and isinstance(one["line"], dict)]
    order = {one["n"]: one for one in told.applied[:1]}
    for one in stray:
        first = next(iter(order), None)
        assert first is None or (int(one["n"][:-1]), one["n"][-1]) < (int(first[:-1]), first[-1])

"""The tally's equation on random histories, against a plain recount of the logs (CMP-23)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from datetime import datetime
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.errors import RefusedError
from svcctl.base.record import Deed
from svcctl.base.record import Record
from svcctl.desk.tallies import actions
from svcctl.desk.tallies import counting
from svcctl.desk.tallies.counting import Seen
from svcctl.desk.tickets import actions as acts
from svcctl.desk.tickets import rules
from svcctl.handbook import periods
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.periods import Period
from tests.support.builders import ZONE
from tests.support.builders import at

RULES = Handbook([{"id": "2026-01-01"}], {}, ZONE, "")
FIRST = at("2026-10-28 00:00")
ENDED = ("", "closed", "cancelled", "duplicate")
STEPS: tuple[tuple[str, dict[str, Any], dict[str, str]], ...] = (
    ("done", {}, {"note": "修好"}),
    ("done", {}, {"note": "换好"}),
    ("close", {}, {}),
    ("close", {}, {}),
    ("close", {"category": "power"}, {}),
    ("cancel", {}, {"why": "误报"}),
    ("duplicate", {"duplicate_of": "T261028-A99"}, {}),
    ("reopen", {}, {"why": "又坏了"}),
    ("reopen", {"severity": "minor"}, {"why": "又坏了"}),
    ("classify", {"severity": "major"}, {}),
    ("classify", {"severity": "minor"}, {}),
    ("edit", {"kind": "repair", "severity": None}, {}),
    ("edit", {"kind": "complaint"}, {}),
    ("edit", {"category": "leak"}, {}),
    ("edit", {"category": None}, {}),
    ("note", {}, {"note": "再问"}),
    ("progress", {"category": "lift"}, {"note": "在修"}),
    ("callback", {}, {"result": "unsatisfied"}),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    """Some tickets, each with legal steps, written down now or later than they happened."""
    made = []
    for number in range(draw(st.integers(1, 6))):
        moment = FIRST + timedelta(hours=draw(st.integers(0, 24 * 40)))
        fields = {
            "kind": draw(st.sampled_from(("complaint", "repair"))),
            "subject": "电梯困人",
            "category": draw(st.sampled_from((None, "lift", "leak"))),
        }
        ticket = acts.register(f"T261028-A{number + 1:02}", _deed(moment, 0), fields)
        for did, changes, said in draw(st.lists(st.sampled_from(STEPS), max_size=12)):
            moment += timedelta(hours=draw(st.integers(0, 60)))
            deed = _deed(moment, draw(st.sampled_from((0, 0, 5, 80))))
            try:
                ticket = acts.act(ticket, deed, did, changes, **said)
            except RefusedError:
                continue
        made.append(ticket)
    return made


def _deed(moment: datetime, ago: int) -> Deed:
    return Deed("wang.fang", moment, moment - timedelta(hours=ago), "A")


def span(first: date, last: date) -> tuple[int, int]:
    made = Period("", first, last)
    return int(made.start(ZONE).timestamp()), int(made.end(ZONE).timestamp())


def look(tickets: list[Record], between: tuple[int, int]) -> list[Seen]:
    areas: list[dict[str, Any]] = []
    found = []
    for one in tickets:
        area = counting.area_of(one.get("unit"), one.get("place"), areas)
        turns = rules.facts(one)["turns"]
        found.append(counting.seen(one["id"], turns, between, area, one.get("department", "")))
    return [one for one in found if one is not None]


def count(line: counting.Line) -> dict[str, int]:
    return {number: len(items) for number, items in line.items()}


Moves = dict[str, Counter[str]]


def recount(tickets: list[Record], between: tuple[int, int]) -> Moves:
    """Count from the logs: after each entry, fold all there is so far and see what became of it."""
    start, end = between
    found: Moves = {number: Counter() for number in counting.NUMBERS}
    for ticket in tickets:
        was, latest, states = ("", ()), 0, []
        for length in range(1, len(ticket["log"]) + 1):
            entry = ticket["log"][length - 1]
            header = rules.fold(ticket["log"][:length])
            now = (header["status"], tuple(header.get(key, "") for key in _GROUP))
            if (_is_open(now), now[1]) != (_is_open(was), was[1]):
                latest = max(latest, int(entry.get("when", entry["at"]).timestamp()))
                states.append((latest, was, now, entry["did"]))
            was = now
        _add(found, ticket["id"], states, start, end)
    return found


_GROUP = ("kind", "severity", "category")
_HOW = {"close": "closed", "cancel": "cancelled", "duplicate": "duplicate"}


def _is_open(state: tuple[str, tuple[Any, ...]]) -> bool:
    return state[0] not in ENDED


def _add(found: Moves, name: str, states: list[Any], start: int, end: int) -> None:
    before = [now for moment, _was, now, _did in states if moment < start]
    after = [now for moment, _was, now, _did in states if moment < end]
    found["opening"][name] += bool(before) and _is_open(before[-1])
    found["open"][name] += bool(after) and _is_open(after[-1])
    for moment, was, now, did in states:
        if not start <= moment < end:
            continue
        if did == "open":
            found["new"][name] += 1
        elif _is_open(now) and not _is_open(was):
            found["reopened"][name] += 1
        elif _is_open(was) and not _is_open(now):
            found[_HOW[did]][name] += 1


SPANS = st.tuples(st.dates(date(2026, 10, 25), date(2026, 12, 31)), st.integers(0, 40)).map(
    lambda one: (one[0], one[0] + timedelta(days=one[1]))
)


@given(histories(), SPANS)
def test_the_tally_is_what_the_logs_say_and_adds_up(
    tickets: list[Record], days: tuple[date, date]
) -> None:
    between = span(*days)
    tally = look(tickets, between)
    line = counting.lines(tally)[""]
    assert counting.difference(line) == []
    for number, expected in recount(tickets, between).items():
        if number not in ("into", "away"):
            assert Counter(item.id for item in line[number]) == +expected, number


@given(histories(), SPANS, st.sampled_from(counting.DIMENSIONS))
def test_the_groups_add_up_and_sum_to_all(
    tickets: list[Record], days: tuple[date, date], by: str
) -> None:
    tally = look(tickets, span(*days))
    every = count(counting.lines(tally)[""])
    groups = counting.lines(tally, by)
    assert all(counting.difference(line) == [] for line in groups.values())
    summed = {number: sum(len(one[number]) for one in groups.values()) for number in every}
    assert summed["into"] == summed["away"]
    assert summed | {"into": 0, "away": 0} == every


@given(
    histories(),
    st.sampled_from(["week", "month"]),
    st.dates(date(2026, 10, 25), date(2026, 12, 31)),
)
def test_days_sum_to_weeks_and_months(tickets: list[Record], sort: str, day: date) -> None:
    whole = periods.SORTS[sort](day, RULES)
    length = (whole.last - whole.first).days + 1
    days = [whole.first + timedelta(days=place) for place in range(length)]
    for by in ("", "kind", "severity", "class"):
        total = counting.lines(look(tickets, span(whole.first, whole.last)), by)
        daily = [counting.lines(look(tickets, span(one, one)), by) for one in days]
        keys = set(total).union(*daily)
        for key in keys:
            of_days = [count(one[key]) if key in one else dict.fromkeys(counting.NUMBERS, 0)
                       for one in daily]  # fmt: skip
            of_all = count(total[key]) if key in total else dict.fromkeys(counting.NUMBERS, 0)
            assert of_all["opening"] == of_days[0]["opening"]
            assert of_all["open"] == of_days[-1]["open"]
            for one, following in pairwise(of_days):
                assert one["open"] == following["opening"]
            for number in set(counting.NUMBERS) - {"opening", "open"}:
                assert of_all[number] == sum(one[number] for one in of_days)


@given(histories(), SPANS, st.sampled_from(["complaint", "repair"]))
def test_one_kind_alone_adds_up_with_what_comes_from_and_goes_to_others(
    tickets: list[Record], days: tuple[date, date], kind: str
) -> None:
    tally = look(tickets, span(*days))
    alone = counting.lines(tally, "", {kind})[""]
    assert counting.difference(alone) == []
    among = counting.lines(tally, "kind").get(kind)
    assert count(alone) == (count(among) if among else dict.fromkeys(counting.NUMBERS, 0))


@given(histories(), SPANS)
def test_what_is_filed_adds_up_and_differs_from_the_book_by_what_came_later(
    tickets: list[Record], days: tuple[date, date]
) -> None:
    period = Period("2026-11", *days)
    deed = _deed(period.end(ZONE), 0)
    card = actions.file(period, look(tickets, span(*days)), deed, ZONE)
    from svcctl.desk.tallies import rules as filed

    assert list(filed.checks(card)) == []
    trace = card.get("trace", {})
    assert counting.since_filed(trace, look(tickets, span(*days))) == []
    late = acts.register(
        "T261101-A50", _deed(period.start(ZONE), 0), {"kind": "repair", "subject": "漏"}
    )
    found = counting.since_filed(trace, look([*tickets, late], span(*days)))
    assert found == [("new", "T261101-A50", "repair//", False)]
    gone = counting.since_filed(trace, look(tickets[1:], span(*days)))
    assert {one.id for one in gone} <= {tickets[0]["id"]}
    assert all(one.gone for one in gone)


def test_a_difference_is_named() -> None:
    turns = [
        [100, 1, "complaint", "major", "", "new"],
        [300, 0, "complaint", "major", "", "closed"],
    ]
    sound = counting.seen("T261121-A01", turns, (50, 400), "", "")
    # Closed without ever having come in: its log is damaged.
    broken = counting.seen("T261121-A02", turns[1:], (50, 400), "", "")
    assert sound is not None
    assert broken is not None
    line = counting.lines([sound, broken])[""]
    assert counting.difference(line) == ["T261121-A02"]
    assert counting.gap({number: len(items) for number, items in line.items()}) == -1
    with pytest.raises(RefusedError, match="T261121-A02"):
        actions.file(
            Period("2026-11-21", date(2026, 11, 21), date(2026, 11, 21)), [sound, broken],
            _deed(at("2026-11-22 08:00"), 0), ZONE,
        )  # fmt: skip


def test_an_unfinished_period_is_not_filed() -> None:
    day = Period("2026-11-21", date(2026, 11, 21), date(2026, 11, 21))
    with pytest.raises(RefusedError, match="24:00"):
        actions.refuse_unfinished(day, _deed(at("2026-11-21 23:59"), 0), ZONE)
    actions.refuse_unfinished(day, _deed(at("2026-11-22 00:00"), 0), ZONE)


def test_areas_are_the_policys_else_the_building() -> None:
    areas = [{"key": "east", "buildings": ["1", "2"]}]
    assert counting.area_of("2-1-301", None, areas) == "east"
    assert counting.area_of("3-1-301", None, areas) == "3"
    assert counting.area_of("S-12", None, areas) == "S"
    assert counting.area_of("P-B1-023", None, areas) == "P"
    assert counting.area_of(None, "北门", areas) == "public"
    assert counting.area_of(None, None, areas) == ""

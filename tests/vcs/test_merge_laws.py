"""What a merge is, whatever the records: no side is the better one, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from svcctl.base.case import append_unasked
from svcctl.base.case import machine_entry
from svcctl.base.entry import in_order
from svcctl.base.errors import RefusedError
from svcctl.base.record import Record
from svcctl.base.redaction import Redaction
from svcctl.base.redaction import redact
from svcctl.book import guard
from svcctl.book import toml
from svcctl.book.order import order_of
from svcctl.desk.tickets import rules
from svcctl.kinds import KINDS
from svcctl.vcs.merges.lists import content
from svcctl.vcs.merges.merge import CannotMergeError
from svcctl.vcs.merges.merge import merge
from svcctl.vcs.merges.twins import twins
from tests.support.cards import CARDS
from tests.support.cards import CASES
from tests.support.cards import Story
from tests.support.cards import logs
from tests.support.cards import stories
from tests.support.lives import lived_on
from tests.support.lives import lives

TICKET = KINDS["ticket"]
# For each kind once more, and drawn slowly.
FEWER = settings(max_examples=max(settings().max_examples // 3, 10))
Branches = tuple[Record, Record, Record, Record]


def merged(story: Story) -> Record:
    return merge(KINDS[story.kind], story.base, story.ours, story.theirs)


def same(one: object, two: object) -> bool:
    """Tell whether a file would hold both alike: to the letter, not as Python compares."""
    return content(one) == content(two)


@pytest.mark.parametrize("name", CARDS)
@FEWER
@given(st.data())
def test_cards_no_side_is_the_better_one(name: str, data: st.DataObject) -> None:
    kind, story = KINDS[name], data.draw(stories((name,)))
    _, base, ours, theirs = story
    assert same(merge(kind, base, ours, theirs), merge(kind, base, theirs, ours))
    assert same(merge(kind, base, ours, ours), ours)
    assert same(merge(kind, base, ours, base), ours)
    assert same(merge(kind, base, base, ours), ours)


@pytest.mark.parametrize("name", CARDS)
@FEWER
@given(st.data())
def test_cards_without_a_base_no_side_is_the_better_one(name: str, data: st.DataObject) -> None:
    kind, story = KINDS[name], data.draw(stories((name,)))
    try:
        one = merge(kind, None, story.ours, story.theirs)
    except CannotMergeError:
        with pytest.raises(CannotMergeError):
            merge(kind, None, story.theirs, story.ours)
        return
    assert same(one, merge(kind, None, story.theirs, story.ours))
    # Without a base nothing can have been taken out.
    assert set(leaves(story.ours)) | set(leaves(story.theirs)) <= set(leaves(one))


def leaves(value: Any) -> Iterator[str]:
    """Yield every plain value somewhere in a record."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key not in ("row", "gone"):
                yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield content(value)


@pytest.mark.parametrize("name", CARDS)
@FEWER
@given(st.data())
def test_cards_what_a_side_wrote_is_not_lost(name: str, data: st.DataObject) -> None:
    story = data.draw(stories((name,)))
    new = {*leaves(story.ours), *leaves(story.theirs)} - set(leaves(story.base))
    assert new <= set(leaves(merged(story)))


@pytest.mark.parametrize("name", CARDS)
@FEWER
@given(st.data())
def test_cards_the_result_is_a_file_of_the_right_shape(name: str, data: st.DataObject) -> None:
    kind, story = KINDS[name], data.draw(stories((name,)))
    made = merged(story)
    assert guard.shape(kind, made) == []
    written = toml.emit(made, order_of(kind))
    assert same(toml.parse(written), made)
    assert toml.emit(toml.parse(written), order_of(kind)) == written


@given(stories())
def test_cards_what_was_settled_stays_settled(story: Story) -> None:
    kind, made = KINDS[story.kind], merged(story)
    settled = {key: value for key, value in made.items() if key != "disputed"}
    assert same(merge(kind, made, settled, made), settled)
    assert same(merge(kind, made, made, settled), settled)


@st.composite
def branches(draw: st.DrawFn) -> Branches:
    """Draw a ticket and what three desks made of it, by hand and by cron."""
    base = draw(lives())
    sides = []
    for desk in "ABC":
        side = draw(lived_on(base, desk))
        for step in range(draw(st.integers(0, 2))):
            side = raised(side, step, minutes=draw(st.integers(0, 90)))
        if draw(st.integers(0, 3)) == 0:
            side = blanked(side, draw(st.integers(0, 9)))
        sides.append(side)
    return base, sides[0], sides[1], sides[2]


def raised(record: Record, step: int, minutes: int) -> Record:
    """Return a ticket that cron raised, recorded some minutes later."""
    first = record["log"][0]["at"]
    made = machine_entry(
        record["log"],
        f"escalate/answer/{step}",
        first + timedelta(days=1),
        first + timedelta(days=200, minutes=minutes),
        "escalate",
        to="manager",
    )
    try:
        return append_unasked(record, made, rules)
    except RefusedError:
        return record


def blanked(record: Record, place: int) -> Record:
    """Return a ticket with the words of one entry taken out."""
    names = [one["n"] for one in record["log"] if "note" in one and not one.get("redacted")]
    if not names:
        return record
    last = record["log"][-1]["at"]
    how = Redaction("zhao.min", last, "住户要求", (), rules.FREE)
    return redact(record, names[place % len(names)], how, rules)[0]


@given(branches())
def test_cases_no_side_is_the_better_one(four: Branches) -> None:
    base, one, two, three = four
    made = merge(TICKET, base, one, two)
    assert same(made, merge(TICKET, base, two, one))
    assert same(made, merge(TICKET, None, one, two))
    assert same(
        merge(TICKET, base, made, three), merge(TICKET, base, one, merge(TICKET, base, two, three))
    )
    assert same(merge(TICKET, base, made, one), made)
    for side in (base, one):
        assert same(merge(TICKET, base, side, base), side)
        assert same(merge(TICKET, base, side, side), side)


@pytest.mark.parametrize("name", CASES)
@FEWER
@given(st.data())
def test_cases_of_every_kind_and_any_life(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    base, one, two, three = data.draw(logs(name))
    made = merge(kind, base, one, two)
    assert same(made, merge(kind, base, two, one))
    assert same(
        merge(kind, base, made, three), merge(kind, base, one, merge(kind, base, two, three))
    )
    for side in (base, one, made):
        assert same(merge(kind, base, side, base), side)
        assert same(merge(kind, base, side, side), side)
    names = {entry["n"] for side in (base, one, two) for entry in side["log"]}
    assert {entry["n"] for entry in made["log"]} == names
    assert same(
        {key: made[key] for key in made if key not in ("id", "log")}, kind.rules.fold(made["log"])
    )
    written = toml.emit(made, order_of(kind))
    assert toml.emit(toml.parse(written), order_of(kind)) == written


@given(branches())
def test_cases_no_entry_is_lost_and_redaction_wins(four: Branches) -> None:
    base, one, two, _three = four
    made = merge(TICKET, base, one, two)
    names = [entry["n"] for entry in made["log"]]
    assert sorted(names) == sorted(
        {entry["n"] for side in (base, one, two) for entry in side["log"]}
    )
    gone = {e["n"] for side in (one, two) for e in side["log"] if e.get("redacted")}
    assert {e["n"] for e in made["log"] if e.get("redacted")} == gone
    assert twins(made) == {}
    assert in_order(made["log"]) == made["log"]


@given(branches())
def test_cases_the_header_is_what_the_log_says(four: Branches) -> None:
    base, one, two, _three = four
    made = merge(TICKET, base, one, two)
    assert {key: made[key] for key in made if key not in ("id", "log")} == rules.fold(made["log"])
    assert guard.shape(TICKET, made) == []
    written = toml.emit(made, order_of(TICKET))
    assert same(toml.parse(written), made)

"""What a tally counts: opening + new + reopened ± reclassified − ended = open, in every group."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.record import Record
from svcctl.desk.tickets import rules
from tests.support.cases import act
from tests.support.cases import case
from tests.support.cases import complaint
from tests.support.cases import done
from tests.support.lives import lives
from tests.support.reference_log import ENDED
from tests.support.reference_log import read

ENDS = {"closed", "cancelled", "duplicate"}
Group = tuple[str, str, str]


def turns(record: Record) -> list[tuple[int, bool, Group, str]]:
    """Return (moment, open, group, how) of each turn."""
    return [
        (moment, bool(is_open), (kind, severity, category), how)
        for moment, is_open, kind, severity, category, how in rules.facts(record)["turns"]
    ]


@given(st.lists(lives(), min_size=1, max_size=4), st.integers(0, 400), st.integers(0, 60))
def test_the_sum_comes_out_in_every_group_and_period(
    records: list[Record], first: int, days: int
) -> None:
    start = 1_776_614_400 + first * 86400  # 2026-04-20
    stop = start + days * 86400
    opening, left = Counter[Group](), Counter[Group]()
    moved: dict[str, Counter[Group]] = {}
    for record in records:
        was: Group | None = None
        for moment, is_open, group, how in turns(record):
            now = group if is_open else None
            if start <= moment < stop:
                count = moved.setdefault(how, Counter())
                count.update([] if now is None else [now])
                count.subtract([] if was is None else [was])
            was = now
        opening.update(standing(record, start))
        left.update(standing(record, stop))
    total = Counter(opening)
    for count in moved.values():
        total.update(count)
    assert +total == +left
    assert not -total


def standing(record: Record, moment: int) -> list[Group]:
    """Return the group in which a ticket stood open at a moment, if it did."""
    last = [one for one in turns(record) if one[0] < moment][-1:]
    return [group for _moment, is_open, group, _how in last if is_open]


@given(lives())
def test_a_turn_is_what_it_says(record: Record) -> None:
    found = turns(record)
    assert [how for _moment, _open, _group, how in found].count("new") == 1
    assert found[0][3] == "new"
    for before, after in pairwise(found):
        assert before[0] <= after[0]
        assert before[1:3] != after[1:3]
        assert after[3] == {
            (True, True): "reclassified", (True, False): after[3], (False, True): "reopened",
        }[before[1], after[1]]  # fmt: skip
        assert after[1] or after[3] in ENDS


@given(lives())
def test_turns_end_where_the_ticket_stands(record: Record) -> None:
    acts, _rounds = read(record["log"])
    _moment, is_open, group, how = turns(record)[-1]
    assert is_open == (acts[-1].after not in ENDED)
    assert group == tuple(str(record.get(key, "")) for key in ("kind", "severity", "category"))
    assert is_open or how == record["status"]


def test_done_is_open_until_it_is_filed_and_taken_up_again_from_there_is_no_reopening() -> None:
    """Domain, Tally: what is counted as reopened was closed before."""
    record = case(
        complaint("11-21 09:12", "minor"),
        done("11-21 10:00"),
        act("11-22 09:00", "callback", result="unsatisfied"),
        act("11-22 10:00", "edit", severity="major"),
        done("11-22 11:00", category="lift"),
        act("11-22 12:00", "close"),
        act("11-23 09:00", "reopen", why="y"),
        act("11-23 10:00", "cancel", why="y"),
    )
    assert [how for _moment, _open, _group, how in turns(record)] == [
        "new", "reclassified", "reclassified", "closed", "reopened", "cancelled",
    ]  # fmt: skip

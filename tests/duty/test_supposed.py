"""The same record judged twice: what is otherwise, and who is late."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.duty.supposed import changes
from svcctl.duty.supposed import is_late
from svcctl.kinds import Clock

NOW = 1000


def clock(due: int | None, met: int | None = None, **more: object) -> Clock:
    """Return a clock that ends then."""
    plain = Clock("reply", 0, "opened", "24h", due, met, "agent", "house")
    return plain._replace(**more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "one, late",
    [
        (clock(1000), False),
        (clock(999), True),
        (clock(None), False),
        (clock(500, 500), False),
        (clock(500, 501), True),
        (clock(2000, 1500), False),
        # Fallen away before or after it was late; when, is not known of the last.
        (clock(500, void="closed", ended=500), False),
        (clock(500, void="closed", ended=501), True),
        (clock(500, void="closed"), False),
    ],
)
def test_late_is_after_the_end_not_at_it(*, one: Clock, late: bool) -> None:
    assert is_late(one, NOW) is late


def test_what_there_was_not_is_never_late() -> None:
    assert not is_late(None, NOW)


RUNS = [("reply", ""), ("reply", "2"), ("done", ""), ("done", "2")]
ENDS = st.lists(st.none() | st.integers(0, 2000), min_size=4, max_size=4)


@given(ENDS, ENDS, ENDS, st.sets(st.sampled_from(RUNS)), st.sets(st.sampled_from(RUNS)))
def test_counts_of_late_ones_differ_by_what_is_said_to_change(
    met: list[int | None],
    ours: list[int | None],
    theirs: list[int | None],
    here: set[tuple[str, str]],
    there: set[tuple[str, str]],
) -> None:
    before, after = (
        [
            clock(due, moment, duty=run[0], part=run[1])
            for run, due, moment in zip(RUNS, ends, met, strict=True)
            if run in owed
        ]
        for ends, owed in ((ours, here), (theirs, there))
    )
    found = list(changes(before, after, NOW))
    assert list(changes(before, before, NOW)) == []
    late, would_be = (sum(is_late(one, NOW) for one in clocks) for clocks in (before, after))
    new = sum(one.would_be and not one.was_late for one in found)
    saved = sum(one.was_late and not one.would_be for one in found)
    assert would_be == late + new - saved

"""Whatever happens to the files, the kept index answers like one made from nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from svcctl.book import index_refresh
from tests.support import trade
from tests.support.trade import everything
from tests.support.trade import index
from tests.support.trade import ticket
from tests.support.trade import write

numbers = st.integers(1, 6)
days = st.sampled_from([20, 21])
texts = st.sampled_from(
    [
        'open = true\nat = 10\nsubject = "lift"\nunit = "3-2-1501"\n',
        "open = true\nat = 11\n",
        "open = true\nat = 12\n",
        "open = false\n",
        "open = \n",
        'break = "row"\n',
        'break = "clocks"\n',
        '[[log]]\nby = "li.na"\n',
        "",
    ]
)
places = st.builds(lambda number, day: ticket(number, day=day)[0], numbers, days)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), places, texts),
        st.tuples(st.just("same size"), places, st.sampled_from("13579")),
        st.tuples(st.just("delete"), places),
        st.tuples(st.just("rename"), places, places),
        st.tuples(st.just("touch"), places, st.integers(1, 2**31)),
        st.tuples(st.just("look"), st.booleans()),
        st.tuples(st.just("handbook"), st.integers(1, 3)),
    ),
    min_size=1,
    max_size=14,
)


def same_size(place: Path, digit: str) -> None:
    """Change one byte and put the time of change back, as a careless sync does."""
    about = place.stat()
    data = place.read_bytes()
    place.write_bytes(data.replace(b"at = 1", b"at = " + digit.encode()))
    os.utime(place, ns=(about.st_atime_ns, about.st_mtime_ns))


def do(root: Path, step: Any) -> None:
    what, place, *rest = step
    if what == "write":
        write(root, place, rest[0])
    elif what == "same size" and (root / place).exists():
        same_size(root / place, rest[0])
    elif what == "delete":
        (root / place).unlink(missing_ok=True)
    elif what == "rename" and (root / place).exists():
        (root / rest[0]).parent.mkdir(parents=True, exist_ok=True)
        (root / place).replace(root / rest[0])
    elif what == "touch" and (root / place).exists():
        os.utime(root / place, (rest[0], rest[0]))


@pytest.mark.parametrize("margin", [0, index_refresh._MARGIN_NS])
@settings(max_examples=40)
@given(steps=steps)
def test_index_is_what_a_full_look_finds(
    margin: int, steps: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("book")
    reply = 1
    with pytest.MonkeyPatch.context() as patch, trade.small_trade():
        patch.setattr(index_refresh, "_MARGIN_NS", margin)
        for step in [*steps, ("look", True)]:
            if step[0] == "handbook":
                reply = step[1]
            elif step[0] == "look":
                given_: dict[str, Any] = {
                    "handbook": lambda reply=reply: trade.handbook(reply),
                    "handbook_key": str(reply),
                }
                with index(root, **given_) as kept, index(root, cached=False, **given_) as made:
                    if step[1]:
                        assert everything(kept) == everything(made)
                    else:
                        kept.refresh()
            else:
                do(root, step)

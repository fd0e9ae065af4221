"""Files edited by hand may hold anything: whatever it is, it is told, and by textconv too."""

from __future__ import annotations

import copy
import random
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import time
from typing import Any

import pytest

from svcctl.book.toml import parse
from svcctl.kinds import KINDS
from svcctl.vcs.delta import compare
from svcctl.vcs.telling import textconv
from svcctl.vcs.telling import words as telling
from svcctl.vcs.telling.names import Names
from tests.support.transcript import ROOT

BOOK = ROOT / "records"
ODD: tuple[Any, ...] = (
    0, 1.5, True, "", "x\x1b", "13800001111", [], [1], {}, {"a": 1}, [{"a": 1}], [[{}]],
    date(2026, 1, 1), datetime(2026, 1, 1), datetime(1, 1, 1, tzinfo=UTC), time(1, 2),
)  # fmt: skip


def spoil(value: Any, chance: random.Random) -> None:
    """Change something somewhere in a record."""
    places = list(value) if isinstance(value, dict) else range(len(value))
    if not places:
        return
    place = chance.choice(list(places))
    what = chance.random()
    if what < 0.25:
        del value[place]
    elif what < 0.6 or not isinstance(value[place], dict | list):
        value[place] = copy.deepcopy(chance.choice(ODD))
    else:
        spoil(value[place], chance)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_whatever_a_file_holds_is_told(kind: Any) -> None:
    folder = BOOK / kind.folder
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.toml"))[:20]
    names = Names(str(BOOK))
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 - the same every time
        before = parse(chance.choice(files).read_bytes())
        after = copy.deepcopy(before)
        for _turn in range(4):
            spoil(before, chance)
            spoil(after, chance)
        for pair in ((before, after), (None, after), (before, None)):
            delta = compare(kind, "X", *pair)
            if delta is None:
                continue
            told = [telling.heading(delta), *telling.lines(delta, names)]
            assert all(one.isprintable() for one in told)
        shown = list(textconv.lines(kind, "X", after, names))
        assert all(one.isprintable() for one in shown)

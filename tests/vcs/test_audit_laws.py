"""Laws: a legal past has no finding, and an old entry that was changed is always found."""

from __future__ import annotations

import copy
import tempfile
from datetime import date
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from svcctl.base.entry import in_order
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.order import order_of
from svcctl.kinds import KINDS
from tests.support.lives import lives
from tests.support.pasts import BOOK
from tests.support.pasts import TICKET
from tests.support.pasts import Past
from tests.support.pasts import card

pytestmark = pytest.mark.git

TICKETS = KINDS["ticket"]
few = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def bytes_of(log: list[Entry]) -> bytes:
    """Return the ticket that a log amounts to, as it is stored."""
    record: Record = {"id": "T261121-A07", **TICKETS.rules.fold(log), "log": log}
    return toml.emit(record, order_of(TICKETS))


def begun(folder: Path) -> tuple[Past, dict[str, bytes]]:
    """Return an empty past, and the files of its first commit."""
    past = Past(folder / "office", None)
    files = {
        file.relative_to(BOOK).as_posix(): file.read_bytes()
        for file in BOOK.rglob("*.toml")
        if "tickets" not in file.parts
    }
    order = order_of(KINDS["staff"])
    files["staff/li.na.toml"] = toml.emit(card("li.na", since=date(2020, 3, 1)), order)
    return past, files


def lived(folder: Path, record: Record) -> Past:
    """Commit a life entry by entry, each when it was written down."""
    past, files = begun(folder)
    log = in_order(record["log"])
    steps = [("2026-04-19 08:00", files)]
    for count, one in enumerate(log, 1):
        when = f"{one['at'] + timedelta(minutes=1):%Y-%m-%d %H:%M}"
        steps.append((when, {TICKET: bytes_of(log[:count])}))
    past.steps(steps)
    return past


@few
@given(lives())
def test_a_legal_life_has_no_finding(record: Record) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert lived(Path(folder), record).audit() == []


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Record, int, list[Entry]]:
    """Draw a life, the place of an entry, and the log with that entry changed or gone."""
    record = draw(lives())
    log = copy.deepcopy(in_order(record["log"]))
    place = draw(st.integers(0, len(log) - 1))
    _change(draw, log, place)
    return record, place, log


def _change(draw: st.DrawFn, log: list[Entry], place: int) -> None:
    one: dict[str, Any] = log[place]
    what = draw(st.sampled_from(["gone", "at", "by", "note", "key", "set", "add"]))
    if what == "gone" and len(log) > 1:
        del log[place]
    elif what == "by":
        one["by"] = "li.na" if one["by"] == "wang.fang" else "wang.fang"
    elif what == "note":
        one["note"] = one.get("note", "").strip() + "改"
    elif what == "key" and (keys := sorted(one.keys() - {"n", "set", "at"})):
        del one[draw(st.sampled_from(keys))]
    elif what == "set" and one.get("set"):
        del one["set"][draw(st.sampled_from(sorted(one["set"])))]
    elif what == "add":
        one["redacted"] = True
        one["by"] = "zhou.xia"
    else:
        one["at"] += timedelta(minutes=draw(st.sampled_from([-90, -1, 1, 90])))


@few
@given(mutations())
def test_an_old_entry_that_was_changed_is_always_found(
    drawn: tuple[Record, int, list[Entry]],
) -> None:
    record, place, log = drawn
    name = in_order(record["log"])[place]["n"]
    with tempfile.TemporaryDirectory() as folder:
        past = lived(Path(folder), record)
        past.write(TICKET, bytes_of(log))
        last = max(one["at"] for one in record["log"])
        commit = past.commit(f"{last + timedelta(hours=1):%Y-%m-%d %H:%M}")
        past.commit(f"{last + timedelta(hours=2):%Y-%m-%d %H:%M}")
        found = [(one.past.hash, one.finding.code, one.finding.args["n"]) for one in past.audit()]
        assert (commit, "AUD101", name) in found or (commit, "AUD102", name) in found
        assert all(one[0] == commit for one in found)

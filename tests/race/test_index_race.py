"""Several real processes on one book: everyone's index is right, whoever stores it."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import pytest

from svcctl.book import journal
from svcctl.book.files import blob_hash
from svcctl.book.lock import WriterLock
from tests.support import trade
from tests.support.trade import everything
from tests.support.trade import index
from tests.support.trade import ticket
from tests.support.trade import write

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
]
READERS, WRITERS, SECONDS = 4, 2, 1.5
PAIR = (ticket(1)[0], ticket(1, day=22)[0])


def read(root: Path) -> None:
    """Two tickets that always change together are always seen alike."""
    with index(root) as made:
        rows = made.rows("ticket", ids=["T261121-A01", "T261122-A01"])
        assert len(rows) == 2, rows
        assert rows[0]["at"] == rows[1]["at"], rows
        assert made.unreadable() == []
        duties = [duty for duty in made.duties() if duty.path in PAIR]
        assert len(duties) == 4, duties
        assert len({duty.clock.start for duty in duties} | {duty.row["at"] for duty in duties}) == 1


def change(root: Path, number: int) -> None:
    with WriterLock(root, "test", 20):
        journal.recover(root)
        old = [(root / path).read_bytes() for path in PAIR]
        new = f"open = true\nat = {number}\n".encode()
        changes = [
            journal.Change(path, blob_hash(data), new) for path, data in zip(PAIR, old, strict=True)
        ]
        journal.commit(root, changes, "test")


def child(root: Path, seed: int, *, writes: bool) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        chance, end = random.Random(seed), time.monotonic() + SECONDS  # noqa: S311 - no secret
        with trade.small_trade():
            while time.monotonic() < end:
                if writes:
                    change(root, chance.randrange(10**6))
                    time.sleep(0.005)
                else:
                    read(root)
        status = 0
    except BaseException as error:  # noqa: BLE001 - told to the test by the status
        print(repr(error), file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def test_readers_and_writers_at_once(tmp_path: Path) -> None:
    for path in PAIR:
        write(tmp_path, path, "open = true\nat = 1\n")
    for number in range(2, 60):
        write(tmp_path, *ticket(number, f"open = true\nat = {number}\n"))
    pids = [child(tmp_path, seed, writes=seed < WRITERS) for seed in range(WRITERS + READERS)]
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0] * len(pids)
    with trade.small_trade(), index(tmp_path) as kept, index(tmp_path, cached=False) as made:
        assert everything(kept) == everything(made)
        assert kept._tables._cache.stored

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from svcctl.book import workers

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def test_values_of_a_child_come_in_order() -> None:
    values = [(number, "字" * number, None) for number in range(50)]
    assert list(workers.start(lambda: iter(values))) == values


def test_large_values_do_not_stall() -> None:
    assert [len(one) for one in workers.start(lambda: iter([b"x" * 5_000_000] * 3))] == [
        5_000_000
    ] * 3


def test_work_of_a_child_that_dies_is_done_here() -> None:
    here = os.getpid()

    def job() -> Iterator[int]:
        for number in range(5):
            if number == 3 and os.getpid() != here:
                os.kill(os.getpid(), signal.SIGKILL)
            yield number

    assert list(workers.start(job)) == [0, 1, 2, 3, 4]


def test_error_in_a_child_is_raised_here() -> None:
    def job() -> Iterator[int]:
        yield 1
        raise LookupError("it broke")

    found = workers.start(job)
    assert next(found) == 1
    with pytest.raises(LookupError, match="it broke"):
        next(found)


@pytest.mark.parametrize("helpers", [1, 2])
@pytest.mark.parametrize("length", [0, 1, 250, 251, 1000, 1777])
def test_deal_gives_all_parts_in_order(helpers: int, length: int) -> None:
    todo = list(range(length))
    found = workers.deal(todo, lambda part: [os.getpid(), *part], helpers=helpers, worth_it=300)
    parts = [list(one) for one in found]
    assert [number for _pid, *part in parts for number in part] == todo
    pids = {pid for pid, *_part in parts}
    assert (os.getpid() in pids) == (bool(todo) and (helpers == 1 or length <= 300))
    assert len(pids) == (2 if length > 300 else min(1, length))


def test_child_that_is_not_listened_to_ends() -> None:
    found = workers.start(lambda: iter([b"x" * 2_000_000] * 100))
    del found
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_without_processes_to_spare_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refused)
    assert list(workers.start(lambda: iter([1, 2]))) == [1, 2]


def test_not_available_beside_threads_or_without_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    assert workers.available()
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    assert not workers.available()
    stop.set()
    thread.join()
    monkeypatch.delattr(os, "fork")
    assert not workers.available()

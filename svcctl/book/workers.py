"""Work done by forked children, for bulk phases where two processors halve the time.

A child inherits everything and sends back plain values through a pipe. A child that dies costs
nothing but time: what it still owed is done here. Without `fork` all work is done here.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import cycle
from itertools import islice
from typing import Any
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

WORTH_IT = 20_000
"""Files from which on a second process gains more than it costs (measured)."""
_END = b"\0" * 8
_CHUNK = 250
_PIPE_BYTES = 1 << 20

Job = Callable[[], Iterator[Any]]
"""Makes an iterator over plain values (what `marshal` takes), the same each time it is called."""


def available() -> bool:
    """Return whether forking is possible and safe in this process."""
    if not hasattr(os, "fork"):
        return False
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1


def deal(
    todo: Sequence[S], work: Callable[[Sequence[S]], T], *, helpers: int = 1, worth_it: int = 0
) -> Iterator[T]:
    """Give what `work` makes of each part of `todo`, in order, by two processes if it pays.

    Args:
        work: Takes some of `todo` and returns plain values (what `marshal` takes).
        helpers: 1: this process does every other part itself. 2: it does none, for a caller that
            is busy enough with the results.
        worth_it: The length of `todo` from which on to fork; `WORTH_IT` unless given.
    """
    parts = [todo[at : at + _CHUNK] for at in range(0, len(todo), _CHUNK)]
    if len(todo) <= (worth_it or WORTH_IT) or not available():
        return map(work, parts)
    shares = [_every_other(parts, work, 0), _every_other(parts, work, 1)]
    theirs = [start(share) for share in shares[:helpers]]
    mine = [share() for share in shares[helpers:]]
    # In turn: a child that is not listened to stops when its pipe is full.
    return (next(source) for source, _part in zip(cycle([*theirs, *mine]), parts, strict=False))


def _every_other(parts: Sequence[Sequence[S]], work: Callable[[Sequence[S]], T], first: int) -> Job:
    return lambda: map(work, parts[first::2])


def start(job: Job) -> Iterator[Any]:
    """Begin `job` in a child at once; the iterator returned gives its values.

    Where no child can be had, the iterator does the job itself.
    """
    try:
        source, sink = os.pipe()
    except OSError:
        return job()
    _widen(sink)
    try:
        pid = os.fork()
    except OSError:
        os.close(source)
        os.close(sink)
        return job()
    if pid == 0:
        os.close(source)
        _child(job, sink)
    os.close(sink)
    results = _results(job, source, pid)
    # Only a generator that has begun cleans up after a child nobody listens to any more.
    next(results)
    return results


def _widen(pipe: int) -> None:
    """Let a child run ahead by some parts of its work, where pipes can be widened."""
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        return


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector from walking, time and again, over what has no cycles anyway."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _child(job: Job, sink: int) -> None:
    # No clean-up of the parent's must run here: neither its buffers nor its database are ours.
    status = 1
    try:
        gc.disable()
        with open(sink, "wb", buffering=1 << 16) as pipe:
            for value in job():
                data = marshal.dumps(value)
                pipe.write(len(data).to_bytes(8, "little"))
                pipe.write(data)
            pipe.write(_END)
        status = 0
    finally:
        os._exit(status)


def _results(job: Job, source: int, pid: int) -> Iterator[Any]:
    done = 0
    try:
        with open(source, "rb", buffering=1 << 16) as pipe:
            yield None
            while True:
                head = pipe.read(8)
                if head == _END:
                    return
                size = int.from_bytes(head, "little")
                data = pipe.read(size)
                if len(head) < 8 or len(data) < size:
                    break
                done += 1
                yield marshal.loads(data)  # noqa: S302 - written by our own child
    finally:
        with contextlib.suppress(OSError):
            os.waitpid(pid, 0)
    yield from islice(job(), done, None)

"""One writer at a time, who it is, and that the lock dies with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path

import pytest

from svcctl.base.errors import BusyError
from svcctl.base.errors import DiskError
from svcctl.base.errors import Exit
from svcctl.base.errors import RefusedError
from svcctl.book import files
from svcctl.book import lock
from svcctl.book.lock import Holder
from svcctl.book.lock import WriterLock
from svcctl.book.lock import short_lock

HOLD = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from svcctl.book.lock import WriterLock
with WriterLock(Path(sys.argv[2]), "ticket close", 0):
    print("held", flush=True)
    time.sleep(60)
"""
PROJECT = str(Path(__file__).parents[2])
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="forked children only")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock of the book."""
    command = [sys.executable, "-c", HOLD, PROJECT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def signature(book: Path) -> bytes:
    return (book / lock.NAME).read_bytes()


def test_holder_signs_and_leaves_an_empty_file(tmp_path: Path) -> None:
    with WriterLock(tmp_path, "log 投诉", 0):
        found = lock.holder(tmp_path)
        assert found is not None
        assert (found.pid, found.command) == (os.getpid(), "log 投诉")
        assert abs(time.mktime(time.strptime(found.since, "%Y-%m-%d %H:%M:%S")) - time.time()) < 60
    assert signature(tmp_path) == b""
    assert lock.holder(tmp_path) is None


def test_lock_file_is_never_replaced(tmp_path: Path) -> None:
    inodes = set()
    for _round in range(3):
        with WriterLock(tmp_path, "log", 0):
            inodes.add((tmp_path / lock.NAME).stat().st_ino)
    assert len(inodes) == 1


def test_second_writer_is_told_who_holds_it(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    with pytest.raises(BusyError) as raised, WriterLock(tmp_path, "log", 0):
        pass
    assert raised.value.exit_code == Exit.BUSY
    message = raised.value.message
    assert message.startswith("the book is being written by 'ticket close' since 20")
    assert f"process {other.pid} on " in message


def test_waiting_is_announced_once_and_ends_with_the_timeout(
    tmp_path: Path, other: subprocess.Popen[bytes]
) -> None:
    told: list[Mapping[str, object]] = []
    start = time.monotonic()
    waiting = WriterLock(tmp_path, "log", 0.3, on_wait=told.append)
    with pytest.raises(BusyError), waiting:
        pass
    assert 0.3 <= time.monotonic() - start < 5
    assert [(one["pid"], one["command"]) for one in told] == [(other.pid, "ticket close")]


def test_lock_dies_with_a_killed_process(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    with WriterLock(tmp_path, "log", 0):
        found = lock.holder(tmp_path)
        assert found is not None
        assert found.command == "log"


def test_waiter_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    first = WriterLock(tmp_path, "first", 0)
    first.__enter__()
    threading.Timer(0.1, first.__exit__, (None, None, None)).start()
    with WriterLock(tmp_path, "second", 10):
        found = lock.holder(tmp_path)
        assert found is not None
        assert found.command == "second"


def test_children_started_by_the_holder_do_not_keep_the_lock(tmp_path: Path) -> None:
    with WriterLock(tmp_path, "log", 0):
        child = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        with WriterLock(tmp_path, "next", 0):
            pass
    finally:
        child.kill()
        child.wait()


@needs_fork
def test_forked_children_do_not_keep_the_lock(tmp_path: Path) -> None:
    script = HOLD.replace("time.sleep(60)", "os.fork() or time.sleep(60); os._exit(0)")
    command = [sys.executable, "-c", "import os" + script, PROJECT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, process_group=0) as parent:
        parent.wait()
        try:
            # The child lets go when it runs first, which may be after its parent has ended.
            with WriterLock(tmp_path, "next", 10):
                pass
        finally:
            os.killpg(parent.pid, signal.SIGKILL)


@needs_fork
def test_forked_child_that_leaves_the_block_changes_nothing(tmp_path: Path) -> None:
    with WriterLock(tmp_path, "log", 0) as held:
        child = os.fork()
        if child == 0:
            fd = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
            os.write(fd, b"its number is that of the closed lock")
            held.__exit__(None, None, None)
            os._exit(0)
        os.waitpid(child, 0)
        assert lock.holder(tmp_path) is not None
        with pytest.raises(BusyError), WriterLock(tmp_path, "next", 0):
            pass
    assert (tmp_path / "other").read_bytes() == b"its number is that of the closed lock"


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(files, "settle", found.append)
    return found


def test_what_a_killed_writer_left_is_flushed_first(
    tmp_path: Path, other: subprocess.Popen[bytes], settled: list[str]
) -> None:
    other.kill()
    other.wait()
    for _round in range(2):
        with WriterLock(tmp_path, "log", 0):
            pass
    assert settled == [str(tmp_path)]


@pytest.mark.parametrize(
    "error, flushes",
    [
        (RefusedError("no"), 0),
        (BusyError("changed"), 0),
        (DiskError("not confirmed"), 1),
        (KeyboardInterrupt(), 1),
        (RuntimeError("bug"), 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_the_next_writer_flushes_only_after_a_doubtful_end(
    error: BaseException, flushes: int, tmp_path: Path, settled: list[str]
) -> None:
    with pytest.raises(type(error)), WriterLock(tmp_path, "log", 0):
        raise error
    with WriterLock(tmp_path, "log", 0):
        pass
    assert len(settled) == flushes


def test_settle_flushes_the_disk(tmp_path: Path) -> None:
    files.settle(str(tmp_path))


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"null", b'{"pid": 1}', b'{"pid": "x"}', b"\xff\xfe"]
)
def test_strange_signature_is_no_holder(text: bytes) -> None:
    assert lock.parse_holder(text) is None


def test_unknown_holder_still_makes_a_sentence(tmp_path: Path) -> None:
    with WriterLock(tmp_path, "log", 0):
        (tmp_path / lock.NAME).write_bytes(b"torn {")
        told: list[Mapping[str, object]] = []
        waiting = WriterLock(tmp_path, "next", 0, on_wait=told.append)
        with pytest.raises(BusyError, match="being written by another command"), waiting:
            pass
        assert told == [{}]


def test_shorter_signature_leaves_nothing_of_a_longer_one(tmp_path: Path) -> None:
    (tmp_path / files.STATE).mkdir()
    (tmp_path / lock.NAME).write_bytes(b"x" * 5000)
    with WriterLock(tmp_path, "log", 0):
        assert lock.holder(tmp_path) is not None


def test_holder_of_a_book_without_state_is_nobody(tmp_path: Path) -> None:
    assert lock.holder(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_holder_reads_as_a_sentence() -> None:
    holder = Holder(7, "desk-a", "log", "2026-11-21 09:12:05")
    assert str(holder) == "'log' since 2026-11-21 09:12:05 (process 7 on desk-a)"


def test_place_that_cannot_be_written_is_a_disk_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(DiskError, match="nothing was changed"),
        WriterLock(tmp_path / "file", "x", 0),
    ):
        pass


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder_is_a_disk_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(DiskError, match="permission denied"), WriterLock(tmp_path, "log", 0):
        pass


def test_short_lock_excludes_and_frees(tmp_path: Path) -> None:
    path = tmp_path / "state.lock"
    with (
        short_lock(path),
        pytest.raises(BusyError, match="is in use by another command"),
        short_lock(path, 0),
    ):
        pass
    with short_lock(path, 0):
        pass


def test_short_lock_passes_errors_of_its_block_and_frees(tmp_path: Path) -> None:
    path = tmp_path / "state.lock"
    with pytest.raises(FileNotFoundError), short_lock(path):
        raise FileNotFoundError
    with short_lock(path, 0):
        pass


def test_short_lock_in_a_missing_folder_is_a_disk_error(tmp_path: Path) -> None:
    with pytest.raises(DiskError), short_lock(tmp_path / "none/state.lock"):
        pass

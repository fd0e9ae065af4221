"""Several real processes under one lock: no update is lost, no reader sees a torn file."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from svcctl.book import journal
from svcctl.book.journal import Change
from svcctl.book.lock import WriterLock

pytestmark = [pytest.mark.race, pytest.mark.slow]

PROCESSES, ROUNDS = 8, 50
PROJECT = str(Path(__file__).parents[2])
WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from svcctl.book import files, journal
from svcctl.book.journal import Change
from svcctl.book.lock import WriterLock

book, name, rounds = Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
for number in range(rounds):
    with WriterLock(book, f"writer {name}", 60):
        journal.recover(book)
        changes = [Change(f"log/{name}-{number}.toml", None, b"x")]
        for path in ("one.toml", "two.toml"):
            old = files.read(book / path)
            new = b"%d\\n" % (int(old.split()[0]) + 1) * 5000
            changes.append(Change(path, files.blob_hash(old), new))
        journal.commit(book, changes, name)
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    with WriterLock(tmp_path, "test", 0):
        start = [Change(name, None, b"0\n" * 5000) for name in ("one.toml", "two.toml")]
        journal.commit(tmp_path, start, "test")
    return tmp_path


@contextmanager
def writers(book: Path, count: int, rounds: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    command = [sys.executable, "-I", "-S", "-c", WRITER, PROJECT, str(book)]
    started = [
        subprocess.Popen([*command, f"p{number}", str(rounds)], stderr=subprocess.PIPE)
        for number in range(count)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()
            if process.stderr is not None:
                process.stderr.close()


def count(book: Path, name: str) -> int:
    """Read a counter file, which is one number many times over."""
    numbers = set((book / name).read_bytes().split())
    assert len(numbers) == 1, f"a torn file: {numbers}"
    return int(numbers.pop())


def test_no_update_is_lost_and_no_file_is_torn(book: Path) -> None:
    seen = [0]
    with writers(book, PROCESSES, ROUNDS) as started:
        while any(process.poll() is None for process in started):
            seen.append(count(book, "one.toml"))
        errors = [process.stderr.read() for process in started if process.stderr is not None]
    assert errors == [b""] * PROCESSES
    assert seen == sorted(seen)
    assert count(book, "one.toml") == count(book, "two.toml") == PROCESSES * ROUNDS
    assert len(list((book / "log").iterdir())) == PROCESSES * ROUNDS
    assert not (book / journal.NAME).exists()


def test_writers_killed_at_any_moment_lose_only_their_own_change(book: Path) -> None:
    total = 0
    for round_ in range(8):
        with writers(book, 2, 1000):
            time.sleep(0.15 + 0.01 * round_)
        with WriterLock(book, "test", 5):
            journal.recover(book)
        done = len(list((book / "log").glob("*"))) if (book / "log").exists() else 0
        assert count(book, "one.toml") == count(book, "two.toml") == done
        assert list((book / ".svcctl/tmp").iterdir()) == []
        total += done
        forget(book)
    assert total > 0


def forget(book: Path) -> None:
    """Set the counters back, so that the next writers can use the same names."""
    for path in (book / "log").glob("*"):
        path.unlink()
    for name in ("one.toml", "two.toml"):
        (book / name).write_bytes(b"0\n" * 5000)

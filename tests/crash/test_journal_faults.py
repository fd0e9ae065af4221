"""The store under real faults at every system call: one file, three, many, and recovery."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from svcctl.book import files
from tests.crash import faults
from tests.crash.faults import Outcome
from tests.crash.faults import Scenario

pytestmark = [
    pytest.mark.crash,
    pytest.mark.slow,
    pytest.mark.skipif(not faults.available(), reason="strace may not inject faults here"),
]

PROJECT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("driver.py")


def command(what: str) -> list[str]:
    return [sys.executable, "-I", "-S", str(DRIVER), str(PROJECT), "{book}", what]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    root = tmp_path / "book"
    (root / "a").mkdir(parents=True)
    (root / "a/x.toml").write_bytes(b"x old\n")
    (root / "a/z.toml").write_bytes(b"z old\n")
    files.prepare(str(root))
    return root


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("what", ["one", "three"])
def test_fault_at_any_call_leaves_all_or_nothing(what: str, book: Path, work: Path) -> None:
    outcomes = faults.check(Scenario(command(what), book), work)
    assert {one.state for one in outcomes} == {"before", "after"}
    assert called(outcomes) >= {"openat", "write", "fsync", "rename", "mkdir", "ftruncate"}
    assert {one.status for one in outcomes if one.fault == "KILL"} == {-9}
    assert {one.status for one in outcomes if one.fault == "EIO"} <= {0, 6}


def test_fault_in_a_new_book_leaves_all_or_nothing(book: Path, work: Path) -> None:
    shutil.rmtree(book / files.STATE)
    outcomes = faults.check(Scenario(command("one"), book), work, faults=["KILL"])
    assert {one.state for one in outcomes} == {"before", "after"}


def test_fault_in_a_batch_leaves_all_or_nothing(book: Path, work: Path) -> None:
    outcomes = faults.check(Scenario(command("bulk"), book), work, faults=["KILL", "EIO"])
    assert {one.state for one in outcomes} == {"before", "after"}
    assert "syncfs" in called(outcomes)


def test_fault_in_recovery_leaves_all(book: Path, work: Path, tmp_path: Path) -> None:
    half = interrupted(book, tmp_path / "half")
    done = {"a/x.toml": b"x new\n", "b/c/y.toml": b"y\n"}
    assert faults.tree(half) not in (faults.tree(book), done)
    assert faults.seen(half) == done
    outcomes = faults.check(Scenario(command("recover"), half, before=lambda _tree: False), work)
    assert {one.state for one in outcomes} == {"after"}


def interrupted(book: Path, half: Path) -> Path:
    """Return a copy of the book with `three` killed after its first file was renamed into place."""
    shutil.copytree(book, half)
    words = [word.replace("{book}", str(half)) for word in command("three")]
    inject = "inject=rename:signal=KILL:when=3"
    run = subprocess.run(["strace", "-o", "/dev/null", "-e", inject, *words], check=False)
    assert run.returncode == -9
    return half


def called(outcomes: list[Outcome]) -> set[str]:
    return {one.call.name for one in outcomes}


def test_the_harness_finds_a_command_that_writes_in_place(book: Path, work: Path) -> None:
    script = "import sys; p = sys.argv[1]; [open(p + n, 'w').write('new') for n in '12']"
    torn = [sys.executable, "-I", "-S", "-c", script, "{book}/a/"]
    with pytest.raises(AssertionError, match="neither"):
        faults.check(Scenario(torn, book), work, faults=["KILL"])

"""Several people write at once, and one of them uses git: one commit each, in a line, all there."""

from __future__ import annotations

import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from svcctl.vcs.commits import queue
from tests.support.program import ENVIRONMENT
from tests.support.program import done
from tests.support.program import make_estate
from tests.support.program import svcctl

pytestmark = [pytest.mark.race, pytest.mark.git, pytest.mark.slow]

PEOPLE = 8
BUSY = 75


def git(book: Path, *args: str, ok: bool = True) -> str:
    words = ["git", "-c", f"core.hooksPath={os.devnull}", "-c", "user.name=x",
             "-c", "user.email=x", *args]  # fmt: skip
    made = subprocess.run(
        words, cwd=book, env=ENVIRONMENT, capture_output=True, encoding="utf-8", check=False
    )
    assert made.returncode == 0 or not ok, made.stderr
    return made.stdout


@pytest.fixture
def book(tmp_path: Path) -> Path:
    root = tmp_path / "book"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    make_estate(root)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "begin")
    git(root, "tag", "begin")
    return root


def written(book: Path, turns: int) -> list[str]:
    """Let all write at once, several times each; return the ids that they were given."""

    def work(person: int) -> list[str]:
        made = []
        for turn in range(turns):
            ended = svcctl(book, "log", "repair", f"第{person}人第{turn}件")
            assert ended.returncode in (0, BUSY), ended
            made += ended.stdout.split()
        return made

    with ThreadPoolExecutor(PEOPLE) as pool:
        return [one for made in pool.map(work, range(PEOPLE)) for one in made]


def history(book: Path) -> list[str]:
    """Return the commits of commands: the files that each holds."""
    commits = git(book, "rev-list", "--reverse", "--grep=^Svcctl: log", "begin..").split()
    return [git(book, "show", "--format=", "--name-only", one).strip() for one in commits]


def test_eight_at_once_make_a_line_of_commits(book: Path) -> None:
    made = written(book, 1)
    assert len(made) >= 1
    told = history(book)
    assert sorted(path.rpartition("/")[2] for path in told) == sorted(f"{one}.toml" for one in made)
    assert git(book, "rev-list", "--merges", "begin..") == ""
    assert git(book, "rev-list", "--count", "begin..").strip() == str(len(made))
    assert git(book, "status", "--porcelain") == ""
    assert queue.numbers(book) == []


def test_while_somebody_uses_git(book: Path) -> None:
    """Whoever commits meanwhile may take a record into their commit, but never loses one."""
    over = threading.Event()

    def person() -> int:
        number = 0
        while not over.is_set():
            (book / "plan.txt").write_text(f"{number}\n", encoding="utf-8")
            git(book, "status", ok=False)
            git(book, "add", "plan.txt", ok=False)
            git(book, "commit", "-qm", f"plan {number}", ok=False)
            number += 1
        return number

    with ThreadPoolExecutor(1) as pool:
        using = pool.submit(person)
        try:
            made = written(book, 2)
        finally:
            over.set()
        assert using.result() > 1
    # What had to wait for the other git is done by the next command.
    made.append(done(book, "log", "repair", "后来的"))
    git(book, "add", "plan.txt")
    git(book, "commit", "-q", "--allow-empty", "-m", "plan")
    assert git(book, "status", "--porcelain") == ""
    assert queue.numbers(book) == []
    there = git(book, "ls-tree", "-r", "--name-only", "HEAD").split()
    for one in made:
        assert f"tickets/2026/11/21/{one}.toml" in there
    assert git(book, "rev-list", "--merges", "begin..") == ""
    told = history(book)
    assert len(told) == len(set(told))
    removed = git(book, "log", "--diff-filter=D", "--format=", "--name-only", "begin..")
    assert removed == ""

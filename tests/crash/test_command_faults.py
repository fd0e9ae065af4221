"""Whole commands under real faults at every system call that changes the book."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from svcctl.book.local import Local
from tests.crash import faults
from tests.crash.faults import Scenario
from tests.crash.faults import Tree

pytestmark = [
    pytest.mark.crash,
    pytest.mark.slow,
    pytest.mark.skipif(not faults.available(), reason="strace may not inject faults here"),
]

PROJECT = str(Path(__file__).parents[2])
STAFF = "name\n李娜\n赵强\n孙丽\n"


def svcctl(*words: str) -> list[str]:
    return [sys.executable, "-m", "svcctl", "--lang", "en", "--book", "{book}", *words]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": PROJECT}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    root = tmp_path / "book"
    for words in (
        ["init", str(root)],
        ["--book", str(root), "staff", "new", "王芳"],
        ["--book", str(root), "--as", "wang.fang", "log", "complaint", "电梯困人"],
    ):
        command = [sys.executable, "-m", "svcctl", *words]
        subprocess.run(command, check=True, capture_output=True, env=environment())
    return root


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def adopt(book: Path) -> None:
    """Make a copy the desk that its original is; a copy by itself refuses to give out numbers."""
    local = Local(book)
    state = local.read()
    local.claim(state["desk"], state["token"])


def grown(before: Tree, prefix: str, count: int) -> Callable[[Tree], bool]:
    """Tell whether a tree is `before` and so many new files that start with `prefix`."""

    def check(found: Tree) -> bool:
        new = [path for path in found if path not in before]
        old = {path: data for path, data in found.items() if path in before}
        return old == before and len(new) == count and all(path.startswith(prefix) for path in new)

    return check


def edited(before: Tree, prefix: str) -> Callable[[Tree], bool]:
    """Tell whether a tree is `before` but for one file that starts with `prefix`."""

    def check(found: Tree) -> bool:
        other = [path for path, data in found.items() if before.get(path) != data]
        return found.keys() == before.keys() and [path[: len(prefix)] for path in other] == [prefix]

    return check


def run(book: Path, work: Path, words: list[str], after: Callable[[Tree], bool]) -> set[str]:
    scenario = Scenario(svcctl(*words), book, after=after, ready=adopt, env=environment())
    return {outcome.state for outcome in faults.check(scenario, work)}


def test_a_new_ticket_is_there_or_not(book: Path, work: Path) -> None:
    after = grown(faults.tree(book), "tickets/", 1)
    words = ["--as", "wang.fang", "log", "repair", "水管漏水"]
    assert run(book, work, words, after) == {"before", "after"}


def test_a_note_is_there_or_not(book: Path, work: Path) -> None:
    (ticket,) = (book / "tickets").rglob("*.toml")
    after = edited(faults.tree(book), "tickets/")
    words = ["--as", "wang.fang", "ticket", "note", ticket.stem, "已联系"]
    assert run(book, work, words, after) == {"before", "after"}


def test_a_batch_is_there_whole_or_not_at_all(book: Path, work: Path, tmp_path: Path) -> None:
    (tmp_path / "staff.csv").write_text(STAFF, encoding="utf-8")
    after = grown(faults.tree(book), "staff/", 3)
    words = ["staff", "new", "--from", str(tmp_path / "staff.csv")]
    assert run(book, work, words, after) == {"before", "after"}

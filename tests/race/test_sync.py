"""Desks that write all day and sync at random moments, one of them killed on the way now and then.

In the end the clones are the same to the byte, nothing that a command acknowledged is lost, no
number was given twice.
"""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from svcctl.base.record import Record
from svcctl.book import toml
from tests.support.clones import Clones
from tests.support.program import ENVIRONMENT
from tests.support.program import begin
from tests.support.program import done
from tests.support.program import svcctl
from tests.support.program import words_of

# What a clerk does to a matter, some of it refused by what was done before.
ACTS = (
    "ticket note {t} {w}",
    "ticket assign {t} --to wang.fang --note {w}",
    "ticket progress {t} {w}",
    "ticket answer {t} {w}",
    "ticket done {t} {w}",
    "ticket close {t} --note {w}",
    "ticket reopen {t} --why {w}",
    "ticket cancel {t} --why {w}",
    "ticket edit {t} --subject {w}",
    "unit edit 3-2-1501 --alias {w}",
    "resident edit R-A0001 --phone 138{n:08}",
)

pytestmark = [pytest.mark.race, pytest.mark.slow, pytest.mark.git]

BATCHES, BATCH = 10, 100
SHARED = ("T261121-A01", "T261121-A02", "T261121-A03")
SEED = 20261121


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    return subprocess.run(
        ["git", *who, *words],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout.strip()


def commit(book: Path) -> None:
    """Commit what commands did not commit by themselves."""
    git(book, "add", "-A")
    if git(book, "status", "--porcelain"):
        git(book, "commit", "-q", "--no-verify", "-m", "by hand")


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """Desk A with a few tickets, and the bare repository that all meet in."""
    book = tmp_path / "a"
    assert begin(book).returncode == 0
    if not (book / ".git").exists():
        git(tmp_path, "init", "-q", "-b", "main", "a")
    done(book, "git", "setup")
    for _one in SHARED:
        done(book, "log", "repair", "漏水")
    commit(book)
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "r.git")
    git(book, "remote", "add", "origin", str(tmp_path / "r.git"))
    done(book, "git", "sync")
    return book


def join(first: Path, code: str) -> Path:
    """Clone the book and make the clone a desk."""
    book = first.parent / code.lower()
    git(first.parent, "clone", "-q", "r.git", book.name)
    done(book, "git", "setup")
    done(book, "desk", "claim", code)
    commit(book)
    done(book, "git", "sync")
    return book


class Desk:
    """One desk at work; what its commands acknowledged."""

    def __init__(self, book: Path, name: str, *, killed: bool) -> None:
        self.book = book
        self.name = name
        self.made: list[str] = []
        self.subjects: set[str] = set()
        self.notes: dict[str, set[str]] = {}
        self.kills = 0
        self._killed = killed
        self._chance = random.Random(f"{SEED}{name}")  # noqa: S311 - to be repeated

    def work(self) -> None:
        """Register in batches, add to tickets that all share, and sync at random moments."""
        for number in range(BATCHES):
            self._register(number)
            if self._chance.random() < 0.7:
                self._note(number)
            if self._chance.random() < 0.75:
                self._sync()

    def _run(self, *words: str) -> str:
        for _attempt in range(20):
            ended = svcctl(self.book, "--as", "wang.fang", *words)
            if ended.returncode != 75:
                break
        assert ended.returncode == 0, ended
        return ended.stdout

    def _register(self, number: int) -> None:
        rows = [
            {"kind": "complaint", "words": f"{self.name} 第 {number} 批 {place} 件"}
            for place in range(BATCH)
        ]
        batch = self.book.parent / f"{self.name}-{number}.jsonl"
        batch.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        self.made += self._run("log", "--from", str(batch)).split()
        self.subjects |= {row["words"] for row in rows}

    def _note(self, number: int) -> None:
        ticket = self._chance.choice(SHARED)
        words = f"{self.name} {number}"
        self._run("ticket", "note", ticket, words)
        self.notes.setdefault(ticket, set()).add(words)

    def _sync(self) -> None:
        if not self._killed or self._chance.random() < 0.4:
            self._run("git", "sync", "--quiet")
            return
        process = subprocess.Popen(
            words_of(self.book, "git", "sync", "--quiet"),
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(self._chance.uniform(0.3, 1.2))
        process.kill()
        self.kills += process.wait() == -9


def records(book: Path) -> Iterator[tuple[str, Record]]:
    for path in sorted(book.glob("tickets/*/*/*/*.toml")):
        yield path.stem, toml.parse(path.read_bytes())


def settle(*books: Path) -> None:
    """Sync until all have all."""
    for book in (*books, *books):
        done(book, "git", "sync", "--quiet")


def same(*books: Path) -> None:
    listed = {git(book, "ls-tree", "-r", "HEAD") for book in books}
    assert len(listed) == 1
    for book in books:
        assert git(book, "status", "--porcelain") == ""
        assert svcctl(book, "validate", "--no-index").stderr.endswith("nothing wrong\n")


def test_two_desks_write_a_thousand_records_each(first: Path) -> None:
    second = join(first, "B")
    done(first, "git", "sync")
    desks = [Desk(first, "甲", killed=False), Desk(second, "乙", killed=True)]
    with ThreadPoolExecutor(2) as pool:
        for ended in [pool.submit(desk.work) for desk in desks]:
            ended.result()
    commit(first)
    commit(second)
    settle(first, second)
    same(first, second)
    nothing_is_lost(first, desks)
    third = join(first, "C")
    assert done(third, "--as", "wang.fang", "log", "repair", "停电") == "T261121-C01"
    commit(third)
    settle(third, first, second)
    same(first, second, third)
    assert desks[1].kills > 0


def nothing_is_lost(book: Path, desks: list[Desk]) -> None:
    found = dict(records(book))
    made = [name for desk in desks for name in desk.made]
    assert len(made) == len(set(made)) == 2 * BATCHES * BATCH
    assert set(found) == {*made, *SHARED}
    for desk in desks:
        assert {str(found[name]["subject"]) for name in desk.made} == desk.subjects
        for ticket, notes in desk.notes.items():
            entries = found[ticket]["log"]
            assert notes <= {str(one.get("note", "")).strip() for one in entries}
            names = [one["n"] for one in entries]
            assert len(names) == len(set(names))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_anything_done_to_the_same_matters(seed: int, tmp_path: Path) -> None:
    """Acts of both desks on the same few records in any order: kept, the same on both sides."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    clones = Clones(tmp_path / "w")
    clones.begin()
    clones.do("a", "unit new 3-2-1501")
    clones.do("a", "resident new 孙丽 --kind owner --unit 3-2-1501")
    shared = [clones.log("a", "漏水") for _one in range(3)]
    clones.sync("a")
    clones.join("b", "B")
    words: dict[str, set[str]] = {ticket: set() for ticket in shared}
    for number in range(60):
        desk, ticket = chance.choice("ab"), chance.choice(shared)
        act = chance.choice(ACTS).format(t=ticket, w=f"w{number}w", n=number)
        done = clones.run(f"svcctl -C {desk} --as wang.fang {act}")
        assert done.status in (0, 4), (act, done.output)
        clones.commit(desk)
        if done.status == 0 and " note " in act:
            words[ticket].add(f"w{number}w")
        if chance.random() < 0.25:
            assert clones.run(f"svcctl -C {chance.choice('ab')} git sync").status in (0, 1)
    for desk in "abab":
        assert clones.run(f"svcctl -C {desk} git sync").status in (0, 1)
    assert clones.tree("a") == clones.tree("b") == clones.tree("r.git", "main")
    for desk in "ab":
        assert clones.is_clean(desk)
        assert " error[" not in clones.run(f"svcctl -C {desk} validate").output
        for ticket, notes in words.items():
            assert all(note in clones.do(desk, f"ticket show {ticket}") for note in notes)

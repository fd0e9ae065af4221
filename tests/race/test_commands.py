"""Eight people at one book, as real processes: nothing is lost, doubled, torn or seen half."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.lock import WriterLock
from tests.support.program import ENVIRONMENT
from tests.support.program import done
from tests.support.program import make_estate
from tests.support.program import svcctl

pytestmark = [pytest.mark.race, pytest.mark.slow]

CLERK = Path(__file__).with_name("clerk.py")
SECONDS = 6
BUSY, REFUSED = 75, 4


class Did(NamedTuple):
    """What a clerk did, and how it ended."""

    words: list[str]
    status: int
    out: str
    err: str
    began: float
    ended: float


@pytest.fixture
def book(tmp_path: Path) -> Path:
    root = make_estate(tmp_path / "book")
    done(root, "staff", "new", "李娜", "--id", "li.na")
    for words in ("漏水", "停电"):
        done(root, "log", "repair", "3-2-1502", words)
    return root


def play(book: Path, parts: Iterable[str], seconds: float = SECONDS) -> list[list[Did]]:
    """Let clerks work at the same time; return what each did."""
    started = [
        subprocess.Popen(
            [sys.executable, str(CLERK), part, f"{part}{number}", str(book), str(seconds)],
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for number, part in enumerate(parts)
    ]
    with ThreadPoolExecutor(len(started)) as pool:
        ended = list(pool.map(lambda one: one.communicate(timeout=120), started))
    assert [error for _out, error in ended] == [""] * len(started)
    return [[Did(**json.loads(line)) for line in out.splitlines()] for out, _error in ended]


def record(path: Path) -> Record:
    return toml.parse(path.read_bytes())


def tickets(book: Path) -> dict[str, Record]:
    return {path.stem: record(path) for path in sorted(book.glob("tickets/*/*/*/*.toml"))}


def acknowledged(everything: Iterable[list[Did]], *verbs: str) -> Iterator[Did]:
    for clerk in everything:
        yield from (did for did in clerk if did.status == 0 and did.words[: len(verbs)] == [*verbs])


def test_eight_at_one_book(book: Path) -> None:
    parts = ["register", "register", "work", "work", "edit", "edit", "read", "read"]
    everything = play(book, parts)
    for clerk in everything:
        assert clerk
        for did in clerk:
            # What is done already cannot be handed on.
            assert did.status in ((0, BUSY, REFUSED) if "work" in did.words[-1] else (0, BUSY)), did
            assert "Traceback" not in did.err
    found = tickets(book)
    nothing_is_doubled(everything, found)
    nothing_is_lost(everything, found, record(book / "units/3/3-2-1501.toml"))
    for clerk in everything[-2:]:
        nothing_is_seen_half(clerk, list(acknowledged(everything, "log")))
    assert svcctl(book, "validate", "--no-index").stderr.endswith("nothing wrong\n")
    assert not list((book / ".svcctl/tmp").iterdir())


def nothing_is_doubled(everything: list[list[Did]], found: dict[str, Record]) -> None:
    ids = [did.out.strip() for did in acknowledged(everything, "log")]
    assert len(ids) == len(set(ids))
    callers = [one["resident"] for one in found.values() if "phone" in one["subject"]]
    assert len(callers) == len(set(callers))
    for one in found.values():
        names = [entry["n"] for entry in one["log"]]
        assert len(names) == len(set(names))


def nothing_is_lost(everything: list[list[Did]], found: dict[str, Record], unit: Record) -> None:
    registered = list(acknowledged(everything, "log"))
    assert len(registered) > 4
    for did in registered:
        subject = did.words[3] if did.words[1] == "complaint" else did.words[2]
        assert found[did.out.strip()]["subject"] == subject
    notes = {entry.get("note", "").strip() for one in found.values() for entry in one["log"]}
    worked = [
        did.words[-1] for did in acknowledged(everything, "ticket") if "list" not in did.words
    ]
    assert len(worked) > 4
    assert set(worked) <= notes
    aliases = [did.words[-1] for did in acknowledged(everything, "unit", "edit")]
    assert len(aliases) > 4
    assert set(aliases) <= set(unit["aliases"])


def nothing_is_seen_half(reader: list[Did], registered: list[Did]) -> None:
    assert len(reader) > 4
    seen: set[str] = set()
    for did in reader:
        assert did.status == 0, did
        if did.words[0] == "ticket":
            rows = [json.loads(line) for line in did.out.splitlines()]
            seen = {row["id"] for row in rows}
            callers = {row["resident"] for row in rows if row["resident"]}
            there = {one.out.strip() for one in registered if one.ended < did.began}
            assert there <= seen, did
        elif did.words[0] == "resident":
            assert callers <= set(did.out.split()), did
        elif did.words[0] == "validate":
            assert did.err.endswith("nothing wrong\n"), did


def test_two_give_out_numbers(book: Path) -> None:
    everything = play(book, ["register", "register"], 2)
    made = [did.out.strip() for did in acknowledged(everything, "log")]
    assert len(made) == sum(map(len, everything)) > 4
    assert len(set(made)) == len(made)
    days = {name.partition("-A")[0] for name in made}
    numbers = sorted(int(name.partition("-A")[2]) for name in made)
    # None was given out in vain, either.
    assert len(days) > 1 or numbers == list(range(1, len(made) + 1))


def test_who_waits_too_long_is_told_for_whom(book: Path) -> None:
    commands = [("log", "repair", "漏水"), ("desk", "claim", "B"), ("fmt",)]
    with WriterLock(book, "a long import", 1), ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda words: svcctl(book, *words), commands))
        read = svcctl(book, "ticket", "list", "--format", "ids")
    assert [one.returncode for one in ended] == [BUSY] * 3
    assert ended[0].stderr.startswith("waiting for 'a long import' since ")
    for one in ended:
        assert "svcctl: error: the book is being written by 'a long import' since" in one.stderr
        assert "{" not in one.stderr
        assert "hint: run the command again" in one.stderr
    assert read.stdout.split() == ["T261121-A01", "T261121-A02", "T261121-A03"]
    assert done(book, "log", "repair", "漏水") == "T261121-A04"

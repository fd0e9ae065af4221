"""Time svcctl against floors and peers in one run and print the ratios.

Whole processes, in turn (A B A B …), medians. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import floors

PYTHON = sys.executable
SVCCTL = str(Path(PYTHON).parent / "svcctl")
NOW = f"{floors.LAST} 18:00"
LIST = [SVCCTL, "ticket", "list", "--open", "--format", "ids"]
FLOOR = "read + parse + pydantic"
BATCH_AIM = 2_000
_ME = "-c user.name=b -c user.email=b@b"
_COMMIT = f"date +%N > note.txt; git add note.txt; git {_ME} commit -qm note"
_EVERY_VERSION = "git log -m --raw --no-abbrev --format= | cut -d' ' -f4 | git cat-file --batch"


class Result(NamedTuple):
    """One line of the table."""

    what: str
    against: str
    ratio: float
    cpu: float
    mark: float | None
    ms: float
    peak_mib: float


class Cost(NamedTuple):
    """What one run of a command took: seconds on the wall and of processors, peak memory."""

    wall: float
    cpu: float
    mib: float


class Bench:
    """One run: the book, how often each command is timed, and what came out."""

    def __init__(self, book: Path, runs: int) -> None:
        self.book = book
        self.runs = runs
        self.results: list[Result] = []
        self.environ = {**os.environ, "SVCCTL_LANG": "en", "SVCCTL_BOOK": str(book)}

    def timed(self, argv: list[str]) -> Cost:
        """Run a command to its end and return what it took.

        Raises:
            SystemExit: It failed; times of failures say nothing.
        """
        start = time.perf_counter()
        with tempfile.TemporaryFile() as said:
            child = subprocess.Popen(
                argv, cwd=self.book, env=self.environ, stdout=subprocess.DEVNULL, stderr=said
            )
            _pid, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                said.seek(0)
                words = said.read().decode(errors="replace")
                raise SystemExit(f"{argv} ended in {child.returncode}: {words}")
        wall = time.perf_counter() - start
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def pair(  # noqa: PLR0913 - a line of the table, by name
        self,
        what: str,
        argv: list[str],
        against: str,
        floor: list[str],
        mark: float | None,
        *,
        before: Callable[[], None] | None = None,
        runs: int | None = None,
    ) -> None:
        """Time a command and its floor in turn and keep the ratio of the medians."""
        ours: list[Cost] = []
        theirs: list[Cost] = []
        self.timed(floor)
        if before is None:
            self.timed(argv)
        for _turn in range(runs or self.runs):
            if before is not None:
                before()
            ours.append(self.timed(argv))
            theirs.append(self.timed(floor))
        wall = statistics.median(one.wall for one in ours)
        ratio = wall / statistics.median(one.wall for one in theirs)
        cpu = statistics.median(one.cpu for one in ours)
        cpu /= statistics.median(one.cpu for one in theirs)
        peak = max(one.mib for one in ours)
        result = Result(what, against, ratio, cpu, mark, wall * 1000, peak)
        self.results.append(result)
        print(_line(result), flush=True)


def _line(one: Result) -> str:
    mark = "–" if one.mark is None else f"{one.mark:g}"
    met = "" if one.mark is None else ("yes" if one.ratio <= one.mark else "**no**")
    cells = (one.what, one.against, f"{one.ratio:.2f}", mark, met)
    return f"| {' | '.join(cells)} | {one.cpu:.2f} | {one.ms:.0f} | {one.peak_mib:.0f} |"


def _start_up(bench: Bench, floor: Path) -> None:
    bare = [PYTHON, str(floor / "click_bare.py"), "show", "x"]
    show = [SVCCTL, "ticket", "show", f"T{floors.FIRST:%y%m%d}-A01"]
    many = bench.runs * 3
    bench.pair("--version", [SVCCTL, "--version"], "bare click", bare, 1.15, runs=many)
    bench.pair("--help", [SVCCTL, "--help"], "bare click", bare, 1.3, runs=many)
    bench.pair("ticket show", show, "bare click", bare, 1.25, runs=many)
    models = [PYTHON, str(floor / "click_pydantic.py"), "log", "x"]
    log = [SVCCTL, "--as", "wang.fang", "log", "repair", "1-1-101", "厨房漏水"]
    bench.pair("log, durable", log, "click + pydantic", models, 1.25, runs=many)


def _lists(bench: Bench) -> None:
    status = ["git", "status", "--porcelain"]
    month = f"{floors.LAST:%Y-%m}"
    bench.pair("ticket list --open", LIST, "git status", status, 2.5)
    for what in (
        ["due"],
        ["escalate"],
        ["callback", "list"],
        ["reconcile", "tally", "--month", month],
    ):
        form = "jsonl" if what[0] == "reconcile" else "ids"
        argv = [SVCCTL, "--now", NOW, *what, "--format", form]
        bench.pair(" ".join(what), argv, "git status", status, 2.5)
    bench.pair("validate, second", [SVCCTL, "validate"], "git status", status, 2.5)


def _cold(bench: Bench, floor: Path) -> None:
    cache = bench.book / ".svcctl" / "cache"
    check = [SVCCTL, "validate"]
    read_all = [PYTHON, str(floor / "check_floor.py"), str(bench.book / "tickets")]

    def drop() -> None:
        shutil.rmtree(cache, ignore_errors=True)

    bench.pair("validate, cold", check, FLOOR, read_all, 0.8, before=drop, runs=3)
    bench.pair("index build (list, cold)", LIST, FLOOR, read_all, 2.0, before=drop, runs=3)
    journal = floor / "book.journal"
    if shutil.which("hledger"):
        _journal(bench.book, journal)
        peer = ["hledger", "check", "--strict", "-f", str(journal)]
        bench.pair(
            "validate, cold", check, "hledger check --strict", peer, 0.5, before=drop, runs=3
        )


def _journal(book: Path, journal: Path) -> None:
    """Write one small transaction for each ticket."""
    count = sum(len(names) for _folder, _folders, names in os.walk(book / "tickets"))
    with journal.open("w") as out:
        out.write("commodity 1.00\naccount a\naccount b\n\n")
        for number in range(count):
            out.write(f"2026-01-{number % 28 + 1:02d} ticket {number}\n  a  1.00\n  b\n\n")


def _batch(bench: Bench, rows: int) -> None:
    source = bench.book.parent / "batch.jsonl"
    with source.open("w") as out:
        for number in range(rows):
            row = {"kind": "repair", "words": f"第 {number} 件", "unit": "1-1-101"}
            out.write(json.dumps(row) + "\n")
    cost = bench.timed([SVCCTL, "--as", "wang.fang", "log", "--from", str(source)])
    rate = rows / cost.wall
    met = "yes" if rate >= BATCH_AIM else "**no**"
    said = f"{rate:,.0f} records/s (aim {BATCH_AIM:,}: {met}), {cost.mib:.0f} MiB"
    print(f"\nA batch of {rows:,}: {said}.")


def _make(book: Path, tickets: int) -> None:
    """Make the book below Git, so that its desk is bound to the clone, and commit it."""
    book.mkdir()
    _git(book, "init", "-q", "-b", "main")
    # By another process: what this one has ever held counts as the peak of those it starts.
    maker = Path(__file__).with_name("estate.py")
    subprocess.run([PYTHON, str(maker), str(book), str(tickets)], check=True)
    _git(book, "add", "-A")
    # Before the first commit of its past, see past.py.
    day = f"{floors.LAST} 00:00 +0800"
    os.environ |= {"GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day}
    _git(book, "-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "b")
    del os.environ["GIT_AUTHOR_DATE"], os.environ["GIT_COMMITTER_DATE"]


def _git(book: Path, *argv: str) -> None:
    subprocess.run(["git", *argv], cwd=book, check=True)


def _past(bench: Bench) -> None:
    """Time the book in Git: many records, 5,000 commits of one entry each, one of 1,000 files."""
    maker = Path(__file__).with_name("past.py")
    subprocess.run([PYTHON, str(maker), str(bench.book)], check=True)
    _git(bench.book, "tag", "past")
    name = f"T{floors.FIRST:%y%m%d}-A01"
    path = f"tickets/{floors.FIRST:%Y/%m/%d}/{name}.toml"
    reading = (
        ("diff, 1,000 changed", [SVCCTL, "diff", "past~1..past"],
         "git diff", ["git", "diff", "--no-textconv", "past~1", "past"]),
        ("diff --day, 6,000 acts", [SVCCTL, "diff", "--day", f"{floors.LAST}"],
         "git log -p", ["git", "log", "-p", "--no-textconv"]),
        ("history of one", [SVCCTL, "history", name],
         "git log -p", ["git", "log", "-p", "--no-textconv", "--", path]),
        ("git audit", [SVCCTL, "git", "audit"], "git log, cat-file", ["sh", "-c", _EVERY_VERSION]),
    )  # fmt: skip
    for what, argv, against, floor in reading:
        _counted(bench, what, argv, against, floor)
    maker = "import sys, pathlib, estate; estate.set_commit(pathlib.Path(sys.argv[1]), 'auto')"
    here = Path(__file__).parent
    subprocess.run([PYTHON, "-c", maker, str(bench.book)], check=True, cwd=here)
    for argv in ([SVCCTL, "git", "setup"], [SVCCTL, "git", "commit", "--as", "wang.fang"]):
        subprocess.run(argv, cwd=bench.book, env=bench.environ, check=True)
    note = [SVCCTL, "--as", "wang.fang", "ticket", "note", name, "又来电"]
    _counted(bench, "ticket note, committed", note, "git add, git commit", ["sh", "-c", _COMMIT])


def _counted(bench: Bench, what: str, argv: list[str], against: str, floor: list[str]) -> None:
    bench.pair(what, argv, against, floor, None, runs=3)
    print(f"\n{what}: {_git_processes(bench, argv)} git processes.\n")


def _git_processes(bench: Bench, argv: list[str]) -> int:
    """Count how often a command starts git, by a program of that name in front of the real one."""
    real, folder = shutil.which("git"), Path(tempfile.mkdtemp())
    counted = folder / "count"
    shim = folder / "git"
    shim.write_text(f'#!/bin/sh\necho >> "{counted}"\nexec "{real}" "$@"\n')
    shim.chmod(0o755)
    before = bench.environ["PATH"]
    bench.environ["PATH"] = f"{folder}:{before}"
    try:
        bench.timed(argv)
    finally:
        bench.environ["PATH"] = before
    count = len(counted.read_text()) if counted.exists() else 0
    shutil.rmtree(folder)
    return count


PARTS: dict[str, Callable[[Bench, Path, int], None]] = {
    "start": lambda bench, floor, _rows: _start_up(bench, floor),
    "cold": lambda bench, floor, _rows: _cold(bench, floor),
    "lists": lambda bench, _floor, _rows: _lists(bench),
    "batch": lambda bench, _floor, rows: _batch(bench, rows),
    "past": lambda bench, _floor, _rows: _past(bench),
}


def main() -> None:
    """Build the book, time everything, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--folder", default=None, help="where the book is made; memory is best")
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    parser.add_argument("--again", default=None, metavar="DIR", help="use a folder kept earlier")
    parser.add_argument("--only", default=",".join(PARTS), help="some of the parts")
    wanted = parser.parse_args()
    again = wanted.again is not None
    folder = Path(wanted.again or tempfile.mkdtemp(dir=wanted.folder, prefix="svcctl-bench-"))
    try:
        bench = Bench(folder / "book", wanted.runs)
        floors.write(folder / "floors")
        if not again:
            _make(bench.book, wanted.tickets)
        version = sys.version.split()[0]
        cores = os.cpu_count()
        print(f"{wanted.tickets:,} tickets, {wanted.runs} runs, Python {version}, {cores} cores\n")
        print("| command | against | ratio | mark | met | cpu ratio | ms | peak MiB |")
        print("|---|---|---:|---:|---|---:|---:|---:|")
        for part in wanted.only.split(","):
            PARTS[part](bench, folder / "floors", wanted.batch)
    finally:
        if not wanted.keep and not again:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

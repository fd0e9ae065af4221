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

import estate
import floors

PYTHON = sys.executable
SVCCTL = str(Path(PYTHON).parent / "svcctl")
NOW = f"{estate.LAST} 18:00"


class Result(NamedTuple):
    """One line of the table."""

    what: str
    against: str
    ratio: float
    mark: float | None
    ms: float
    peak_mib: float


class Bench:
    """One run: the book, how often each command is timed, and what came out."""

    def __init__(self, book: Path, runs: int) -> None:
        self.book = book
        self.runs = runs
        self.results: list[Result] = []
        self.environ = {**os.environ, "SVCCTL_LANG": "en", "SVCCTL_BOOK": str(book)}

    def timed(self, argv: list[str]) -> tuple[float, float]:
        """Run a command and return its wall seconds and peak memory in MiB."""
        start = time.perf_counter()
        child = subprocess.Popen(
            argv, cwd=self.book, env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _pid, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{argv} ended in {child.returncode}")
        return time.perf_counter() - start, usage.ru_maxrss / 1024

    def pair(
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
        ours, theirs, peak = [], [], 0.0
        self.timed(floor)
        if before is None:
            self.timed(argv)
        for _turn in range(runs or self.runs):
            if before is not None:
                before()
            seconds, memory = self.timed(argv)
            ours.append(seconds)
            peak = max(peak, memory)
            theirs.append(self.timed(floor)[0])
        mine = statistics.median(ours)
        result = Result(what, against, mine / statistics.median(theirs), mark, mine * 1000, peak)
        self.results.append(result)
        print(_line(result), flush=True)


def _line(one: Result) -> str:
    mark = "–" if one.mark is None else f"{one.mark:g}"
    met = "" if one.mark is None else ("yes" if one.ratio <= one.mark else "**no**")
    return (
        f"| {one.what} | {one.against} | {one.ratio:.2f} | {mark} | {met} | {one.ms:.0f} | {one.peak_mib:.0f} |"
    )


def _start_up(bench: Bench, floor: Path) -> None:
    bare = [PYTHON, str(floor / "click_bare.py"), "show", "x"]
    first = f"T{estate.FIRST:%y%m%d}-A01"
    many = bench.runs * 3
    bench.pair("--version", [SVCCTL, "--version"], "bare click", bare, 1.15, runs=many)
    bench.pair("--help", [SVCCTL, "--help"], "bare click", bare, 1.3, runs=many)
    bench.pair("ticket show", [SVCCTL, "ticket", "show", first], "bare click", bare, 1.25, runs=many)
    models = [PYTHON, str(floor / "click_pydantic.py"), "log", "x"]
    log = [SVCCTL, "--as", "wang.fang", "log", "repair", "1-1-101", "厨房漏水"]
    bench.pair("log, durable", log, "click + pydantic", models, 1.25, runs=many)


def _lists(bench: Bench) -> None:
    status = ["git", "status", "--porcelain"]
    ids = ["--format", "ids"]
    bench.pair("ticket list --open", [SVCCTL, "ticket", "list", "--open", *ids], "git status", status, 2.5)
    bench.pair("due", [SVCCTL, "--now", NOW, "due", *ids], "git status", status, 2.5)
    bench.pair("validate, second", [SVCCTL, "validate"], "git status", status, 2.5)


def _cold(bench: Bench, floor: Path) -> None:
    cache = bench.book / ".svcctl" / "cache"
    read_all = [PYTHON, str(floor / "check_floor.py"), str(bench.book / "tickets")]

    def drop() -> None:
        shutil.rmtree(cache, ignore_errors=True)

    bench.pair("validate, cold", [SVCCTL, "validate"], "read + parse + pydantic", read_all, 0.8, before=drop, runs=3)
    journal = floor / "book.journal"
    if shutil.which("hledger"):
        _journal(bench.book, journal)
        peer = ["hledger", "check", "--strict", "-f", str(journal)]
        bench.pair("validate, cold", [SVCCTL, "validate"], "hledger check --strict", peer, 0.5, before=drop, runs=3)


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
            out.write(json.dumps({"kind": "repair", "words": f"第 {number} 件", "unit": "1-1-101"}) + "\n")
    seconds, peak = bench.timed([SVCCTL, "--as", "wang.fang", "log", "--from", str(source)])
    print(f"\nA batch of {rows:,}: {rows / seconds:,.0f} records/s (aim 2,000), {peak:.0f} MiB.")


def main() -> None:
    """Build the book, time everything, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--folder", default=None, help="where the book is made; memory is best")
    parser.add_argument("--keep", action="store_true")
    wanted = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=wanted.folder, prefix="svcctl-bench-"))
    try:
        bench = Bench(folder / "book", wanted.runs)
        floors.write(folder / "floors")
        estate.build(bench.book, wanted.tickets)
        for argv in (["init", "-q"], ["add", "-A"], ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "b"]):
            subprocess.run(["git", *argv], cwd=bench.book, check=True)
        # The desk was claimed before Git was there; bind it to its new place.
        subprocess.run([SVCCTL, "book", "doctor", "--fix"], cwd=bench.book, check=False, capture_output=True)
        print(f"{wanted.tickets:,} tickets, {wanted.runs} runs, Python {sys.version.split()[0]}\n")
        print("| command | floor | ratio | mark | met | ms | peak MiB |\n|---|---|---:|---:|---|---:|---:|")
        _start_up(bench, folder / "floors")
        _cold(bench, folder / "floors")
        _lists(bench)
        _batch(bench, wanted.batch)
    finally:
        if not wanted.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

"""One of several people at one book: does what its part says, again and again, for a while.

Usage: python clerk.py PART NAME BOOK SECONDS

Prints, at the end, one JSON line for each command: its words, status, output, errors and the
moments at which it began and ended.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import redirect_stderr
from contextlib import redirect_stdout

from svcctl.cli import main

Words = tuple[str, ...]
LEAST = 6
TICKETS = ("T261121-A01", "T261121-A02", "T261121-A03")


def register(name: str) -> Iterator[Words]:
    """Register matters, every other one from a caller nobody knows."""
    for number in range(10**6):
        yield "log", "complaint", "3-2-1501", f"{name}-{number}"
        phone = f"13{int(name[-1])}{number:08}"
        yield "log", "repair", f"{name}-{number}-by-phone", "--phone", phone


def work(name: str) -> Iterator[Words]:
    """Work on the same few tickets as the others."""
    for number in range(10**6):
        ticket = TICKETS[number % len(TICKETS)]
        yield "ticket", "note", ticket, f"{name}-{number}-note"
        yield "ticket", "assign", ticket, "--to", "li.na", "--note", f"{name}-{number}-assign"
        if number % 8 == 7:
            yield "ticket", "done", ticket, f"{name}-{number}-done"


def edit(name: str) -> Iterator[Words]:
    """Add to the same card as the others."""
    for number in range(10**6):
        yield "unit", "edit", "3-2-1501", "--alias", f"{name}-{number}"


def read(name: str) -> Iterator[Words]:
    """Read; the residents always after the tickets."""
    while name:
        yield "ticket", "list", "--format", "jsonl"
        yield "resident", "list", "--format", "ids"
        yield "due", "--format", "jsonl"
        yield ("validate",)


PARTS: dict[str, Callable[[str], Iterator[Words]]] = {
    "register": register,
    "work": work,
    "edit": edit,
    "read": read,
}


def play(part: str, name: str, book: str, seconds: float) -> Iterator[dict[str, object]]:
    """Run commands until the time is up, but a few at least."""
    end = time.monotonic() + seconds
    for number, words in enumerate(PARTS[part](name)):
        began = time.monotonic()
        if began > end and number >= LEAST:
            return
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with redirect_stdout(out), redirect_stderr(err):
            status = main.run(["--book", book, "--as", "wang.fang", *words])
        said = []
        for stream in (out, err):
            stream.flush()
            stream.seek(0)
            said.append(stream.read())
        yield {
            "words": words,
            "status": int(status),
            "out": said[0],
            "err": said[1],
            "began": began,
            "ended": time.monotonic(),
        }


if __name__ == "__main__":
    for line in list(play(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))):
        print(json.dumps(line))

"""A book, a list and a map for tests of importing; commands run in this process."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any
from typing import NamedTuple

import pytest

from svcctl.base.record import Record
from svcctl.book.book import Book
from svcctl.cli import main
from svcctl.upkeep.founding import found
from tests.support.builders import STAFF_TOML
from tests.support.builders import write

NOW = "2026-11-21 09:12"


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str


class Office:
    """A book with one colleague, and a folder with lists and maps beside it."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.folder = folder
        self.root = folder / "book"
        self._capsys = capsys
        monkeypatch.setenv("SVCCTL_TEST_CLOCK", "1")
        found(self.root, "枫林苑", "Asia/Shanghai", "en")
        write(self.root, "staff/wang.fang.toml", STAFF_TOML)

    def file(self, name: str, content: str | bytes) -> Path:
        """Write a list or a map."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, *words: object, now: str = NOW) -> Ended:
        """Run one command as Wang Fang."""
        options = ["--book", str(self.root), "--lang", "en", "--as", "wang.fang", "--now", now]
        status = main.run([*options, *map(str, words)])
        said = self._capsys.readouterr()
        return Ended(status, said.out, said.err)

    def rows(self, *words: object) -> list[dict[str, str]]:
        """Run a command and return its rows."""
        return list(csv.DictReader(io.StringIO(self.run(*words, "--format", "csv").out)))

    def book(self) -> Book:
        """Open the book anew."""
        return Book(self.root)

    def records(self, kind: str) -> list[Record]:
        """Return all records of a kind."""
        return list(self.book().records(kind))

    def files(self) -> dict[str, bytes]:
        """Return every file of the book but derived and local ones."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and ".svcctl" not in path.parts
        }


def rejects(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file of rejects."""
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))

"""A book in a real repository, for tests of what Git does with it.

Records are changed as a desk would change them, by entries and fields, but without a command each:
what is tested is Git and the merge driver. `SVCCTL_TEST_GITS` may name folders, each with a
program `git` of another version; tests that take `git_program` run with every one of them.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from pathlib import Path
from typing import Any

from svcctl.base.entry import in_order
from svcctl.base.entry import next_name
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.kinds import kind_of
from tests.support.transcript import Outcome
from tests.support.transcript import World

GITS = ("", *filter(None, os.environ.get("SVCCTL_TEST_GITS", "").split(os.pathsep)))
"""Folders put before PATH; the first stands for the git that is installed."""

UNIT = "units/3/3-2-1501.toml"
RESIDENT = "residents/A/00/R-A0001.toml"
TICKET = "tickets/2026/11/21/T261121-A01.toml"
SECOND = "tickets/2026/11/21/T261121-A02.toml"
_START = datetime.fromisoformat("2026-11-21T09:20:00+08:00")
_FINDING = re.compile(r"(error|warning)\[([A-Z]{3}\d{3})\]")


class Clone:
    """A working tree with a book in it.

    Attributes:
        top: The top of the working tree.
        book: The book, at the top or below it.
    """

    def __init__(self, top: Path, git: str = "", below: str = "") -> None:
        self.top = top
        self.book = top / below
        self.world = World(top)
        self.world.environ["SVCCTL_BOOK"] = str(self.book)
        self.world.environ["PATH"] = f"{git}{os.pathsep * bool(git)}{self.world.environ['PATH']}"

    def git(self, *args: str, ok: tuple[int, ...] = (0,), **env: str) -> str:
        """Run git as a person would, and return all it printed."""
        done = subprocess.run(
            ["git", "-c", "core.quotepath=false", *args],
            cwd=self.top,
            env={**self.world.environ, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=120,
        )
        printed = done.stdout.decode()
        assert done.returncode in ok, f"git {' '.join(args)}: {done.returncode}\n{printed}"
        return printed

    def svcctl(self, command: str, status: int = 0) -> str:
        """Run a command that should end so, and return what it printed."""
        done: Outcome = self.world.run(f"svcctl {command}")
        assert done.status == status, done.output
        return done.output

    def commit(self, words: str, by: str = "Wang Fang") -> None:
        """Commit all there is, if anything, without the hook: records are made valid here."""
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", words, GIT_AUTHOR_NAME=by)

    def read(self, path: str) -> Record:
        """Return a record."""
        return toml.parse((self.book / path).read_bytes())

    def write(self, path: str, record: Record) -> None:
        """Write a record as svcctl would."""
        kind = kind_of(path)
        assert kind is not None
        place = self.book / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(canonical_bytes(kind, path, record, None))

    def edit(self, path: str, **fields: Any) -> None:
        """Change fields of a card; None takes one out."""
        record = {**self.read(path), **fields}
        self.write(path, {key: value for key, value in record.items() if value is not None})

    def add(self, path: str, desk: str, did: str = "note", **said: Any) -> str:
        """Append an entry to a case, and return its name."""
        record = self.read(path)
        kind = kind_of(path)
        assert kind is not None
        name = said.pop("n", None) or next_name(record["log"], desk)
        at = _START + timedelta(minutes=len(record["log"]))
        entry: Entry = {"n": name, "at": at, "by": "wang.fang", "did": did, **said}
        log = in_order([*record["log"], entry])
        self.write(path, {"id": record["id"], **kind.rules.fold(log), "log": log})
        return str(name)

    def names(self, path: str) -> list[str]:
        """Return the names of a case's entries."""
        return [one["n"] for one in self.read(path)["log"]]

    def findings(self, status: int = 0) -> list[str]:
        """Return the codes of what `validate` finds, sorted."""
        return sorted(code for _weight, code in _FINDING.findall(self.svcctl("validate", status)))

    def conflicts(self, status: int = 1) -> list[Mapping[str, Any]]:
        """Return what `git conflicts` lists."""
        import json

        done = self.world.run("svcctl git conflicts --format json -o conflicts.json")
        assert done.status == status, done.output
        file = self.world.folder / "conflicts.json"
        found: list[Mapping[str, Any]] = json.loads(file.read_text("utf-8"))["record"]["conflicts"]
        file.unlink()
        return found


def founded(top: Path, git: str = "", below: str = "") -> Clone:
    """Make a repository with a small book, set up and committed on branch `main`."""
    clone = Clone(top, git, below)
    clone.git("init", "-q", "-b", "main")
    clone.svcctl(f"init {below or '.'} --staff wang.fang --name 王芳")
    clone.svcctl("shift start wang.fang")
    clone.svcctl("unit new 3-2-1501")
    clone.svcctl("resident new 张三 --phone 13800138000 --unit 3-2-1501 --relation owner")
    clone.svcctl("log complaint 电梯 --note 停了")
    clone.svcctl("log repair 水管 --note 漏水")
    claim = clone.read("desks/A.toml")
    for place, code in enumerate("BCD"):
        clone.write(f"desks/{code}.toml", claim | {"id": code, "token": f"{place:016x}"})
    clone.svcctl("git setup")
    clone.git("add", "--all")
    clone.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "begin")
    return clone

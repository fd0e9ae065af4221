"""A book in Git whose commands commit by themselves, and what its history looks like."""

from __future__ import annotations

import os
from pathlib import Path

from svcctl.book.local import Local
from svcctl.vcs import git
from tests.support.transcript import Outcome
from tests.support.transcript import World


class Kept:
    """A book below a repository, worked on in this process.

    Args:
        folder: Where the repository is made.
        inside: The book's folder below it; empty for the top.
        options: What `git init` is told.
    """

    def __init__(self, folder: Path, *, inside: str = "", options: tuple[str, ...] = ()) -> None:
        self.world = World(folder, now="2026-11-21 09:12")
        self.top = folder
        self.book = folder / inside if inside else folder
        git.run(folder, ["init", "-q", "-b", "main", *options])
        self.book.mkdir(exist_ok=True)
        self.world.folder = self.book
        self.done('init . --staff "wang.fang"')
        self.done("staff edit wang.fang --name 王芳")
        self.done("unit new 3-2-1501")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "begin")
        self.tick("09:20")

    def svcctl(self, words: str, stdin: str = "") -> Outcome:
        """Run a command on the book."""
        return self.world.run(f"svcctl {words}", stdin)

    def done(self, words: str) -> str:
        """Run a command that must do what it is asked to; return all that it printed."""
        ended = self.svcctl(words)
        assert ended.status == 0, ended.output
        return ended.output

    def tick(self, clock: str) -> None:
        """Let it be that time of the day."""
        self.world.now = f"2026-11-21 {clock}"

    def git(self, *args: str) -> str:
        """Run git at the top of the repository, without hooks: they have tests of their own."""
        return git.run(self.top, ["-c", f"core.hooksPath={os.devnull}", *args]).decode()

    def log(self, form: str = "%s") -> list[str]:
        """Return the history since `begin`, oldest first."""
        told = self.git("log", "--reverse", f"--format={form}", "begin..").splitlines()
        return [line for line in told if line]

    def mark(self) -> None:
        """Let the history begin here."""
        self.git("tag", "-f", "begin")

    @property
    def status(self) -> str:
        """What `git status` shows."""
        return self.git("status", "--porcelain", "--untracked-files=all")

    @property
    def waiting(self) -> list[str]:
        """Names of what awaits its commit."""
        folder = self.book / ".svcctl/commits"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def settle(self) -> None:
        """Tell a copy that it is no copy."""
        local = Local(self.book)
        own = local.read()
        local.claim(own["desk"], own["token"])


TICKET = "tickets/2026/11/21/T261121-A01.toml"
FIRST = "T261121-A01"

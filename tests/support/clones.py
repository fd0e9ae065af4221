"""Clones of one book side by side, and the remote that they meet in."""

from __future__ import annotations

import os
import re
import shlex
import subprocess

from tests.support.transcript import World


class Clones(World):
    """A folder with clones of one book side by side, and the remote they meet in."""

    def git(self, clone: str, command: str, status: int = 0) -> str:
        """Run git in a clone and return what it printed."""
        done = subprocess.run(
            ["git", *shlex.split(command)],
            cwd=self.folder / clone,
            env=self.environ,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout.strip()

    def do(self, clone: str, command: str, status: int = 0) -> str:
        """Run svcctl in a clone and return what it printed."""
        done = self.run(f"svcctl -C {clone} --as wang.fang {command}")
        assert done.status == status, done.output
        return done.output

    def sync(self, clone: str, words: str = "", status: int = 0) -> str:
        return self.do(clone, f"git sync {words}", status)

    def commit(self, clone: str) -> None:
        """Commit all that is there, if it was not committed by itself."""
        self.git(clone, "add -A")
        if self.git(clone, "status --porcelain"):
            self.git(clone, "commit -q --no-verify -m more")

    def log(self, clone: str, words: str = "电梯异响") -> str:
        """Register a matter; return its id."""
        told = self.do(clone, f"log repair {words}")
        self.commit(clone)
        found = re.search(r"T\d{6}-[A-Z]\d+", told)
        assert found, told
        return found[0]

    def begin(self, remote: str = "r.git") -> None:
        """Make the book of desk A and hand it over to a bare folder."""
        assert self.run("svcctl init a --staff wang.fang").status == 0
        if not (self.folder / "a" / ".git").exists():
            self.git(".", "init -q -b main a")
        self.do("a", "git setup")
        self.commit("a")
        self.git(".", f"init -q --bare -b main {shlex.quote(remote)}")
        self.git("a", f"remote add origin {shlex.quote(os.fspath(self.folder / remote))}")
        self.sync("a")

    def join(self, clone: str, desk: str, remote: str = "r.git") -> None:
        """Clone the book and make the clone a desk."""
        self.git(".", f"clone -q {shlex.quote(remote)} {clone}")
        self.do(clone, "git setup")
        self.do(clone, f"desk claim {desk}")
        self.commit(clone)
        self.sync(clone)

    def tree(self, clone: str, rev: str = "HEAD") -> str:
        return self.git(clone, f"rev-parse {rev}^{{tree}}")

    def is_clean(self, clone: str) -> bool:
        return not self.git(clone, "status --porcelain")

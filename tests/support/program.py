"""The program as a process of its own, in an environment that is the same everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
NOW = "2026-11-21 09:12"
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "PYTHONPATH": str(PROJECT),
    "PYTHONDONTWRITEBYTECODE": "1",
    # It looks at every package that is installed.
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
    "HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C.UTF-8",
    "SVCCTL_LANG": "en",
    "SVCCTL_TEST_CLOCK": "1",
    "TZ": "Asia/Shanghai",
}

PROGRAM = (sys.executable, "-P", "-m", "svcctl")
"""How it is started: from PYTHONPATH, not from whatever lies in the current folder."""

Ended = subprocess.CompletedProcess[str]


def words_of(book: Path | str, *words: str) -> list[str]:
    """Return the arguments of a command on a book, at the one moment of these tests."""
    return [*PROGRAM, "--book", str(book), "--now", NOW, *words]


def ran(*words: str) -> Ended:
    """Run any program to its end."""
    return subprocess.run(
        words, env=ENVIRONMENT, capture_output=True, encoding="utf-8", check=False, timeout=60
    )


def svcctl(book: Path | str, *words: str) -> Ended:
    """Run a command on a book to its end."""
    return ran(*words_of(book, *words))


def done(book: Path | str, *words: str) -> str:
    """Run a command that must do what it is asked to, and return what it printed."""
    ended = svcctl(book, *words)
    assert ended.returncode == 0, ended
    return ended.stdout.strip()


def begin(root: Path) -> Ended:
    """Begin a book with Wang Fang at desk A."""
    return ran(*PROGRAM, "init", str(root), "--staff", "wang.fang")


def make_estate(root: Path) -> Path:
    """Make a book with two units, two residents and a ticket."""
    assert begin(root).returncode == 0
    done(root, "unit", "new", "3-2-1501", "3-2-1502")
    done(root, "resident", "new", "孙丽", "--kind", "owner", "--unit", "3-2-1501")
    done(root, "resident", "new", "李强", "--kind", "owner")
    assert done(root, "log", "complaint", "3-2-1501", "电梯困人") == "T261121-A01"
    return root

"""Transcripts: a terminal session as a text file that is run and compared, character by character.

    # a comment begins a paragraph
    # now 2026-11-21 09:12
    $ svcctl ticket list --format ids
    T261121-A07
    $ svcctl ticket shw
    svcctl: error: No such command 'shw'. Did you mean 'show'?
    hint: svcctl ticket --help
    [exit 2]

Output is stdout and stderr in the order in which they were written. `# now MOMENT` sets the clock
of the commands that follow. A plain `svcctl` line runs in this process (quick) unless the world
asks for real processes; a line with shell signs or another program runs in `sh`. `cd` moves all the
commands that follow. A line beginning with `> ` continues the command above it.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from svcctl.cli import main

ROOT = Path(__file__).parents[2]
_SHELL_SIGNS = frozenset("|&;<>()$`*?[]{}~\n")
_ASSIGNMENT = re.compile(r"^[A-Z_][A-Z0-9_]*=")
_FENCE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHIM = """#!/bin/sh
exec "{python}" -m svcctl ${{TRANSCRIPT_NOW:+--now "$TRANSCRIPT_NOW"}} "$@"
"""


class Outcome(NamedTuple):
    """What a command printed, and its exit status."""

    output: str
    status: int


class World:
    """Where and when the commands of a transcript run.

    Attributes:
        folder: Current folder of the commands.
        now: Clock of the commands; empty for the wall clock.
        environ: All of their environment.
        processes: Whether plain `svcctl` lines, too, run as real processes.
    """

    def __init__(
        self, folder: Path, *, now: str = "2026-11-21 09:12", processes: bool = False
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.now = now
        self.processes = processes
        home = folder.parent / "home"
        programs = home / "bin"
        programs.mkdir(parents=True, exist_ok=True)
        shim = programs / "svcctl"
        shim.write_text(_SHIM.format(python=sys.executable), encoding="utf-8")
        shim.chmod(0o755)
        self.environ = _environment(home, programs)

    def run(self, command: str, stdin: str = "") -> Outcome:
        """Run one command line."""
        own, words = _split(command)
        environ = {**self.environ, **own}
        if words[:1] == ["cd"] and len(words) == 2 and not _SHELL_SIGNS & set(command):
            self.folder = (self.folder / words[1]).resolve(strict=True)
            return Outcome("", 0)
        if not words and own and not _SHELL_SIGNS & set(command):
            self.environ = environ
            return Outcome("", 0)
        plain = bool(words) and words[0] == "svcctl" and not _SHELL_SIGNS & set(command)
        if plain and not self.processes:
            return self._inside(words[1:], environ, stdin)
        return self._process(command, stdin)

    def _inside(self, argv: list[str], environ: Mapping[str, str], stdin: str) -> Outcome:
        clock = ["--now", self.now] if self.now else []
        printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True)
        with _standing_in(self.folder, environ, printed, stdin):
            status = main.run([*clock, *argv] if argv != ["--version"] else argv)
        printed.flush()
        return Outcome(printed.buffer.getvalue().decode(), status)

    def _process(self, command: str, stdin: str) -> Outcome:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env={**self.environ, "TRANSCRIPT_NOW": self.now, "PYTHONUNBUFFERED": "1"},
            input=stdin.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=60,
        )
        return Outcome(done.stdout.decode(), done.returncode)


def check_transcript(path: Path, world: World, *, update: bool) -> None:
    """Run the transcript in a file and compare it; with `update`, write down what happened."""
    expected = path.read_text(encoding="utf-8")
    play = replay_markdown if path.suffix == ".md" else replay
    actual = play(expected, world)
    if update and actual != expected:
        path.write_text(actual, encoding="utf-8", newline="\n")
    else:
        assert actual == expected


def replay_markdown(text: str, world: World) -> str:
    """Run every ```console block of a page, in order, in one world; return the page as it is."""
    return _FENCE.sub(lambda found: f"```console\n{replay(found[1], world)}```", text)


def replay(text: str, world: World) -> str:
    """Run a transcript and return it with what the commands really printed."""
    written: list[str] = []
    for part in _parts(text):
        if isinstance(part, str):
            written.append(part)
            if part.startswith("# now "):
                world.now = part.removeprefix("# now ").strip()
            continue
        outcome = world.run(part.command)
        written += part.lines
        written += outcome.output.rstrip("\n").split("\n") if outcome.output.strip() else []
        written += [f"[exit {outcome.status}]"] if outcome.status else []
        written += [""] * part.blank_after
    return "\n".join(written) + "\n" if written else ""


class _Step(NamedTuple):
    lines: list[str]
    command: str
    blank_after: int


def _parts(text: str) -> Iterator[str | _Step]:
    """Yield comment and blank lines as they are, and commands without what they once printed."""
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    place = 0
    while place < len(lines):
        if not lines[place].startswith("$ "):
            yield lines[place]
            place += 1
            continue
        first = place
        place += 1
        while place < len(lines) and lines[place].startswith("> "):
            place += 1
        typed = lines[first:place]
        end = _end_of_output(lines, place)
        blank = 0
        while end > place and not lines[end - 1]:
            end -= 1
            blank += 1
        yield _Step(typed, "\n".join(line[2:] for line in typed), blank)
        place = end + blank


def _end_of_output(lines: list[str], start: int) -> int:
    """Output ends at the next command, or at a comment that follows a blank line."""
    for place in range(start, len(lines)):
        line = lines[place]
        if line.startswith("$ ") or (line.startswith("# ") and not lines[place - 1]):
            return place
    return len(lines)


def _split(command: str) -> tuple[dict[str, str], list[str]]:
    words = shlex.split(command) if "\n" not in command else []
    own: dict[str, str] = {}
    while words and _ASSIGNMENT.match(words[0]):
        name, _equals, value = words.pop(0).partition("=")
        own[name] = value
    return own, words


def _environment(home: Path, programs: Path) -> dict[str, str]:
    return {
        "PATH": f"{programs}:{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
        "HOME": str(home),
        "TZ": "Asia/Shanghai",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "80",
        "SVCCTL_TEST_CLOCK": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Wang Fang",
        "GIT_AUTHOR_EMAIL": "wang.fang@example.com",
        "GIT_COMMITTER_NAME": "Wang Fang",
        "GIT_COMMITTER_EMAIL": "wang.fang@example.com",
    }


@contextmanager
def _standing_in(
    folder: Path, environ: Mapping[str, str], printed: io.TextIOWrapper, stdin: str
) -> Iterator[None]:
    """Give this process, for a while, the streams, folder and environment of a command."""
    streams = sys.stdin, sys.stdout, sys.stderr
    kept, here = dict(os.environ), Path.cwd()
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    sys.stdout = sys.stderr = printed
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
        os.chdir(here)
        os.environ.clear()
        os.environ.update(kept)

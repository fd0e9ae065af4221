"""A sync that is killed, or whose disk fails, at any step; then a sync again.

The remote of the clone lies in its own `.git`, so that each copy has one of its own. Whatever was
hit, the files are wholly as before or wholly merged, and one more sync ends like one without fault.
"""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from svcctl.book.local import Local
from svcctl.vcs.commits import queue
from tests.crash import faults
from tests.crash.faults import Outcome
from tests.crash.faults import Scenario
from tests.support.clones import Clones
from tests.support.program import ENVIRONMENT
from tests.support.program import PROJECT
from tests.support.program import svcctl
from tests.support.program import words_of

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.git]

EXCHANGE = ".git/exchange.git"
KILLED = -9
SHIM = """#!/bin/sh
# The n-th git of a sync kills it when it is through, or is killed itself.
count=$(($(cat "$COUNTER" 2>/dev/null || echo 0) + 1))
echo "$count" > "$COUNTER"
[ "$count" = "$AT" ] || exec "{git}" "$@"
case "$HOW" in
after) "{git}" "$@"; status=$?; kill -9 $PPID; exit $status ;;
itself) kill -9 $$ ;;
esac
"""


@pytest.fixture(scope="module", autouse=True)
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A compiled copy of the program: calls are counted, so it must start alike each time."""
    place = tmp_path_factory.mktemp("program")
    shutil.copytree(PROJECT / "svcctl", place / "svcctl")
    compileall.compile_dir(place, quiet=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENVIRONMENT, "PYTHONPATH", str(place))
        yield


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with a ticket of its own and a note on one that the other noted, too."""
    clones = Clones(tmp_path_factory.mktemp("apart") / "w")
    clones.begin()
    shared = clones.log("a")
    clones.sync("a")
    clones.join("b", "B")
    clones.sync("a")
    clones.do("a", f"ticket note {shared} 再催")
    for _one in range(3):
        clones.log("a", "漏水")
    clones.sync("a")
    clones.do("b", f"ticket note {shared} 到场")
    clones.log("b", "停电")
    book = clones.folder / "b"
    (clones.folder / "r.git").rename(book / EXCHANGE)
    clones.git("b", f"remote set-url origin {EXCHANGE}")
    return book


def git(book: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=book, env=ENVIRONMENT, capture_output=True, encoding="utf-8",
        check=True,
    ).stdout.strip()  # fmt: skip


def ready(book: Path) -> None:
    """Tell a copy that it is no copy."""
    local = Local(book)
    state = local.read()
    local.claim(state["desk"], state["token"])


@pytest.fixture(scope="module")
def goal(apart: Path) -> str:
    """The tree that a sync without fault ends in."""
    copy = apart.parent / "goal"
    shutil.copytree(apart, copy, symlinks=True)
    ready(copy)
    assert svcctl(copy, "git", "sync").returncode == 0
    assert svcctl(copy, "validate").stderr.endswith("nothing wrong\n")
    return git(copy, "rev-parse", "HEAD^{tree}")


def wrong_after_one_more(book: Path, goal: str) -> str:
    """Sync once more, as cron does; return what is not as it should be."""
    ended = svcctl(book, "git", "sync")
    if ended.returncode != 0:
        return f"one more sync ended in {ended.returncode}: {ended.stderr}"
    if git(book, "rev-parse", "HEAD^{tree}") != goal:
        return "another tree than without the fault"
    if git(book, "rev-parse", "HEAD") != git(book, "--git-dir", EXCHANGE, "rev-parse", "main"):
        return "the remote has something else"
    if dirty := git(book, "status", "--porcelain"):
        return f"left behind: {dirty}"
    if queue.numbers(book):
        return "a commit still waits"
    return ""


@pytest.mark.skipif(not faults.available(), reason="strace may not inject faults here")
def test_killed_or_starved_at_any_call(apart: Path, goal: str, tmp_path: Path) -> None:
    plain = Scenario(
        words_of("{book}", "git", "sync", "--quiet"),
        apart,
        ready=ready,
        proof=lambda book, _status, _state: wrong_after_one_more(book, goal),
        env=ENVIRONMENT,
    )
    work = tmp_path / "work"
    work.mkdir()
    outcomes = faults.check(plain, work, limit=36, workers=2)
    judge(outcomes)
    assert {one.state for one in outcomes} == {"before", "after"}


def judge(outcomes: list[Outcome]) -> None:
    """Failures are told in one sentence, never as a bug."""
    for one in outcomes:
        told = f"{one.fault} at {one.call.line}: {one.status}\n{one.stderr}"
        if one.fault == "KILL":
            assert one.status == KILLED, told
        else:
            assert one.status in (0, 6, 8, 75), told
            assert one.status == 0 or one.stderr.count("svcctl: error: ") == 1, told


@pytest.mark.parametrize(("how", "every"), [("after", 1), ("itself", 3)])
def test_killed_around_each_step_of_git(
    how: str, every: int, apart: Path, goal: str, tmp_path: Path
) -> None:
    shim = tmp_path / "bin" / "git"
    shim.parent.mkdir()
    shim.write_text(SHIM.format(git=shutil.which("git")))
    shim.chmod(0o755)
    hits = 0
    for at in range(1, 60, every):
        book = tmp_path / f"{how}{at}"
        shutil.copytree(apart, book, symlinks=True)
        ready(book)
        ended = subprocess.run(
            words_of(book, "git", "sync", "--quiet"),
            env={
                **ENVIRONMENT,
                "PATH": f"{shim.parent}:{os.environ['PATH']}",
                "COUNTER": str(tmp_path / f"{how}{at}.count"),
                "AT": str(at),
                "HOW": how,
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        told = f"{how} {at}: {ended}"
        assert ended.returncode in ((0, 8, 75) if how == "itself" else (0, KILLED)), told
        assert "Traceback" not in ended.stderr, told
        assert not (wrong := wrong_after_one_more(book, goal)), f"{told}\n{wrong}"
        reached = int((tmp_path / f"{how}{at}.count").read_text()) >= at
        shutil.rmtree(book)
        if not reached:
            break
        hits += 1
    assert 15 < hits * every < 65

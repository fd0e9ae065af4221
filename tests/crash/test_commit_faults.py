"""Commands that commit, stopped anywhere: at calls of their own, between and inside git's part.

Whatever happened, the next writing command leaves every record that is there in exactly one commit,
in order, and nothing else to commit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from svcctl.book.local import Local
from svcctl.vcs.commits import queue
from tests.crash import faults
from tests.crash.faults import Scenario
from tests.crash.faults import Tree
from tests.support.program import ENVIRONMENT
from tests.support.program import done
from tests.support.program import make_estate
from tests.support.program import ran
from tests.support.program import words_of

pytestmark = [
    pytest.mark.crash,
    pytest.mark.git,
    pytest.mark.slow,
    pytest.mark.skipif(not faults.available(), reason="strace may not inject faults here"),
]

LATER = "logged after the fault"
WORDS = ("log", "repair", "3-2-1501", "漏水", "--phone", "13811112222")
SUBJECT = "registered T261121-A02 (repair), added resident R-A0003"
STEPS = ("config", "rev-parse", "cat-file", "fast-import", "update-index", "update-ref")
_SHIM = """#!/bin/sh
# The N-th git is not like the others.
number=$(($(cat "{place}/count" 2>/dev/null || echo 0) + 1))
echo $number > "{place}/count"
test $number = {nth} || exec "{git}" "$@"
{what}
"""


def git(book: Path, *args: str) -> str:
    words = ["git", "-c", f"core.hooksPath={os.devnull}", "-c", "user.name=x",
             "-c", "user.email=x", *args]  # fmt: skip
    made = subprocess.run(
        words, cwd=book, env=ENVIRONMENT, capture_output=True, encoding="utf-8", check=False
    )
    assert made.returncode == 0, made.stderr
    return made.stdout


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book in Git that is committed up to now."""
    root = tmp_path_factory.mktemp("estate") / "book"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    make_estate(root)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "begin")
    git(root, "tag", "begin")
    assert git(root, "status", "--porcelain") == ""
    return root


def settle(book: Path) -> None:
    """Tell a copy of the estate that it is no copy."""
    local = Local(book)
    state = local.read()
    local.claim(state["desk"], state["token"])


def log_again(book: Path) -> None:
    done(book, "log", "repair", LATER)


def is_done(found: Tree) -> bool:
    return any(b'subject = "\xe6\xbc\x8f\xe6\xb0\xb4"' in data for data in found.values())


def proof(book: Path, status: int, state: str) -> str:
    """Return what is wrong with the history after the next command."""
    del status
    subjects = git(book, "log", "--reverse", "--format=%s", "begin..").splitlines()
    later = [one for one in subjects if one.startswith("registered T261121-A0")][-1:]
    expected = [SUBJECT] * (state == "after") + later
    if subjects != expected:
        return f"commits {subjects}"
    if left := git(book, "status", "--porcelain"):
        return f"not committed: {left}"
    if queue.numbers(book):
        return "something still waits"
    if git(book, "fsck", "--strict"):
        return "a broken repository"
    return ""


def test_stopped_at_its_own_calls(estate: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    plain = Scenario(
        words_of("{book}", *WORDS),
        estate,
        before=lambda found: not is_done(found),
        after=is_done,
        ready=settle,
        recover=log_again,
        proof=proof,
        env=ENVIRONMENT,
    )
    outcomes = faults.check(plain, work, limit=48)
    assert {one.state for one in outcomes} == {"before", "after"}
    queued = [one for one in outcomes if ".svcctl/commits" in one.call.line]
    assert queued
    for one in outcomes:
        assert one.status in ((-9,) if one.fault == "KILL" else (0, 6)), one
    # After the records are safe, nothing of Git's part may fail the command.
    for one in queued:
        if one.call.name == "unlink" and one.fault != "KILL":
            assert one.status == 0, one


def play(estate: Path, place: Path, nth: int, what: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a copy; do something instead of its n-th git."""
    book = place / "book"
    shutil.copytree(estate, book, symlinks=True)
    settle(book)
    real = shutil.which("git")
    shim = place / "git"
    shim.write_text(_SHIM.format(place=place, nth=nth, git=real, what=what.format(git=real)))
    shim.chmod(0o755)
    return subprocess.run(
        words_of(book, *WORDS),
        env={**ENVIRONMENT, "PATH": f"{place}:{ENVIRONMENT['PATH']}"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("nth", range(1, len(STEPS) + 1), ids=STEPS)
@pytest.mark.parametrize(
    "what", ["kill -9 $PPID", '"{git}" "$@"; kill -9 $PPID'], ids=["before", "after"]
)
def test_killed_around_a_step_of_git(estate: Path, tmp_path: Path, nth: int, what: str) -> None:
    ended = play(estate, tmp_path, nth, what)
    assert ended.returncode == -9
    book = tmp_path / "book"
    assert is_done(faults.tree(book))
    log_again(book)
    assert proof(book, -9, "after") == ""


INSIDE = [
    (nth, f"{call}:{fault}:when={when}")
    for nth in (4, 5, 6)
    for fault in ("error=ENOSPC", "error=EIO", "signal=KILL")
    for call, whens in (
        ("write,pwrite64", (1, 2)),
        ("rename,link,renameat2", (1,)),
        ("fsync,fdatasync", (1,)),
    )
    for when in whens
]


@pytest.mark.parametrize(("nth", "fault"), INSIDE, ids=str)
def test_git_itself_fails_or_is_killed(estate: Path, tmp_path: Path, nth: int, fault: str) -> None:
    calls = fault.partition(":")[0]
    what = f'exec strace -f -qq -o /dev/null -e trace={calls} -e inject={fault} "{{git}}" "$@"'
    ended = play(estate, tmp_path, nth, what)
    # The record is written, and the status says so.
    assert ended.returncode == 0, ended
    assert ended.stdout == "T261121-A02\n"
    assert "Traceback" not in ended.stderr
    book = tmp_path / "book"
    waits = queue.numbers(book)
    assert ("note: not committed to Git yet" in ended.stderr) == bool(waits)
    for lock in (book / ".git").rglob("*.lock"):
        lock.unlink()  # as a person does after git says so
    log_again(book)
    assert proof(book, 0, "after") == ""


def test_a_repository_that_may_only_be_read(estate: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(estate, book, symlinks=True)
    settle(book)
    away = tmp_path / "away"
    (book / ".git/objects").rename(away)
    (book / ".git/objects").write_bytes(b"")
    ended = ran(*words_of(book, *WORDS))
    assert ended.returncode == 0, ended
    assert "note: not committed to Git yet" in ended.stderr
    assert queue.numbers(book)
    (book / ".git/objects").unlink()
    away.rename(book / ".git/objects")
    log_again(book)
    assert proof(book, 0, "after") == ""

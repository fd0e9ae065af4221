"""Books in the states that real folders get into: conflicts, other people's Git, half a change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from svcctl.book import journal
from tests.crash import faults
from tests.support.program import ENVIRONMENT
from tests.support.program import PROGRAM
from tests.support.program import done
from tests.support.program import make_estate
from tests.support.program import ran
from tests.support.program import svcctl
from tests.support.program import words_of

pytestmark = [pytest.mark.crash, pytest.mark.slow]
git_needed = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

INVALID, RECOVERY = 5, 7
TICKET = "tickets/2026/11/21/T261121-A01.toml"
IDS = ("ticket", "list", "--format", "ids")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make_estate(tmp_path / "repository" / "records")


@pytest.fixture
def half(book: Path) -> Path:
    """A book whose transfer was killed after the first of its two files was in place."""
    if not faults.available():
        pytest.skip("strace may not inject faults here")
    words = ("unit", "transfer", "3-2-1501", "--to", "R-A0002", "--yes")
    inject = "inject=rename:signal=KILL:when=3"
    ended = ran("strace", "-o", os.devnull, "-e", inject, *words_of(book, *words))
    assert ended.returncode == -9
    assert (book / journal.NAME).exists()
    return book


def git(folder: Path, *words: str, status: int = 0) -> str:
    who = {
        f"GIT_{role}_{what}": "a@b.c"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    ended = subprocess.run(
        ["git", *words],
        cwd=folder,
        env=ENVIRONMENT | who,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == status, ended
    return ended.stdout


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "work")


def test_journal_pending_is_read_as_done(half: Path) -> None:
    owner = ("resident", "list", "--unit", "3-2-1501", "--format", "ids")
    assert done(half, *owner) == done(half, *owner, "--no-index") == "R-A0002"
    shown = json.loads(done(half, "resident", "show", "R-A0001", "--format", "json"))
    assert "until" in json.dumps(shown)
    assert svcctl(half, "validate").stderr.endswith("nothing wrong\n")
    assert svcctl(half, "fmt", "--check").returncode == 0
    # None of these finished it: that is for a writer.
    assert (half / journal.NAME).exists()
    done(half, "ticket", "note", "T261121-A01", "电话已回")
    assert not (half / journal.NAME).exists()
    assert done(half, *owner) == "R-A0002"


def test_file_edited_before_an_interrupted_change_was_finished(half: Path) -> None:
    """A person's edit is never overwritten unasked, and the doctor keeps it."""
    card = half / "residents/A/00/R-A0002.toml"
    by_hand = card.read_bytes() + b"# by hand\n"
    card.write_bytes(by_hand)
    ended = svcctl(half, "log", "repair", "漏水")
    assert ended.returncode == RECOVERY, ended
    assert "residents/A/00/R-A0002.toml" in ended.stderr
    assert "svcctl book doctor --fix" in ended.stderr
    assert card.read_bytes() == by_hand
    told = done(half, "book", "doctor", "--fix")
    kept = list((half / ".svcctl/rescued").glob("*/residents/A/00/R-A0002.toml"))
    assert [one.read_bytes() for one in kept] == [by_hand]
    assert "R-A0002.toml" in told
    assert done(half, "log", "repair", "漏水") == "T261121-A02"


def test_damaged_journal_stops_everybody_and_says_what_to_do(half: Path) -> None:
    name = half / journal.NAME
    name.write_bytes(name.read_bytes()[:-7])
    for words in (IDS, ("validate",), ("log", "repair", "漏水")):
        ended = svcctl(half, *words)
        assert ended.returncode == RECOVERY, ended
        assert "svcctl book doctor --fix" in ended.stderr, ended
    assert svcctl(half, "book", "doctor").returncode == 1
    assert "journal" in done(half, "book", "doctor", "--fix")
    assert done(half, *IDS) == "T261121-A01"
    assert done(half, "log", "repair", "漏水") == "T261121-A02"


def test_conflict_markers_hide_nothing_but_their_own_file(book: Path) -> None:
    made = [done(book, "log", "repair", f"第{number}件") for number in range(3)]
    done(book, *IDS)
    path = book / f"tickets/2026/11/21/{made[1]}.toml"
    text = path.read_text(encoding="utf-8")
    line = 'status = "registered"\n'
    both = f'<<<<<<< ours\n{line}=======\nstatus = "assigned"\n>>>>>>> theirs\n'
    path.write_text(text.replace(line, both, 1), encoding="utf-8")
    for more in ((), ("--no-index",)):
        ended = svcctl(book, *IDS, *more)
        assert ended.returncode == INVALID, ended
        assert ended.stdout.split() == ["T261121-A01", made[0], made[2]]
        assert f"{made[1]}.toml:3:1: error: " in ended.stderr
        assert svcctl(book, "due", *more).returncode == INVALID
    found = svcctl(book, "validate")
    assert found.returncode == 1
    assert f"{made[1]}.toml:3:1" in found.stdout
    changed = svcctl(book, "ticket", "note", made[1], "电话已回")
    assert changed.returncode == INVALID
    assert "<<<<<<< ours" in path.read_text(encoding="utf-8")
    # Work on other records goes on.
    done(book, "ticket", "note", made[0], "电话已回")
    assert done(book, "log", "repair", "漏水") == "T261121-A05"


@git_needed
def test_merge_of_two_desks_that_both_worked(book: Path, tmp_path: Path) -> None:
    top = book.parent
    git(top, "init", "-q", "-b", "main")
    done(book, *IDS)
    commit(top)
    assert ".svcctl" not in git(top, "ls-files")
    git(tmp_path, "clone", "-q", str(top), "north")
    north = tmp_path / "north" / "records"
    refused = svcctl(north, "--as", "wang.fang", "log", "repair", "漏水")
    assert refused.returncode == 4
    assert "svcctl desk claim B" in refused.stderr
    done(north, "desk", "claim", "B")
    ours = done(book, "log", "repair", "楼道灯不亮")
    theirs = done(north, "--as", "wang.fang", "log", "repair", "门禁坏了")
    assert (ours, theirs) == ("T261121-A02", "T261121-B01")
    # What the commands wrote is committed by themselves.
    git(top, "pull", "-q", "--no-rebase", "--no-edit", str(north.parent), "main")
    assert done(book, *IDS).split() == ["T261121-A01", ours, theirs]
    assert svcctl(book, "validate").stderr.endswith("nothing wrong\n")
    assert svcctl(book, "validate", "--rev", "HEAD").stderr.endswith("nothing wrong\n")
    assert done(book, *IDS, "--rev", "HEAD~1").split() == ["T261121-A01", ours]


@git_needed
def test_book_in_a_folder_of_a_repository_survives_git_clean(book: Path) -> None:
    top = book.parent
    git(top, "init", "-q", "-b", "main")
    assert done(book, "log", "repair", "漏水") == "T261121-A02"
    commit(top)
    (book / "tickets/2026/11/21/T261121-A02.toml").unlink()
    git(top, "clean", "-fdxq")
    assert not (book / ".svcctl").exists()
    # The number of the file that is gone is not given again.
    assert done(book, "log", "repair", "漏水") == "T261121-A03"
    inside = subprocess.run(
        [*PROGRAM, *IDS], cwd=book / "units", env=ENVIRONMENT, capture_output=True, check=True
    )
    assert inside.stdout.split() == [b"T261121-A01", b"T261121-A03"]


@git_needed
def test_two_work_trees_give_out_different_numbers(book: Path, tmp_path: Path) -> None:
    top = book.parent
    git(top, "init", "-q", "-b", "main")
    done(book, "shift", "start", "wang.fang")
    commit(top)
    side = tmp_path / "side"
    git(top, "worktree", "add", "-q", "-b", "side", str(side))
    books = [book, side / "records"] * 6
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda one: done(one, "log", "repair", "漏水"), books))
    assert len(set(made)) == 12
    assert not (side / "records/.svcctl/local").exists()
    for one in books[:2]:
        assert svcctl(one, "validate").stderr.endswith("nothing wrong\n")
    assert git(top, "status", "--porcelain") == git(side, "status", "--porcelain") == ""
    git(top, "merge", "-q", "--no-edit", "side")
    assert sorted(done(book, *IDS).split()) == sorted(["T261121-A01", *made])


@git_needed
def test_state_made_without_git_moves_to_it(book: Path) -> None:
    assert (book / ".svcctl/local/state.json").exists()
    git(book.parent, "init", "-q", "-b", "main")
    assert done(book, "log", "repair", "漏水") == "T261121-A02"
    assert not (book / ".svcctl/local/state.json").exists()
    assert list((book.parent / ".git/svcctl").glob("*/state.json"))
    assert done(book, "log", "repair", "漏水") == "T261121-A03"


def test_copy_of_the_folder_reads_but_gives_out_no_numbers(book: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(book, copy)
    assert done(copy, *IDS) == "T261121-A01"
    ended = svcctl(copy, "log", "repair", "漏水")
    assert ended.returncode == 4
    assert "copied or moved" in ended.stderr
    taken = svcctl(copy, "desk", "claim", "A")
    assert taken.returncode == 4
    assert "is taken" in taken.stderr
    done(copy, "desk", "claim", "B")
    assert done(copy, "log", "repair", "漏水") == "T261121-B01"
    assert done(book, "log", "repair", "漏水") == "T261121-A02"


def test_interrupted_claim_is_finished_where_it_began_and_nowhere_else(
    book: Path, tmp_path: Path
) -> None:
    if not faults.available():
        pytest.skip("strace may not inject faults here")
    # Renamed into place: the intention, the card, and then this clone's own note of it.
    inject = "inject=rename:signal=KILL:when=3"
    claim = ("desk", "claim", "B")
    ended = ran("strace", "-o", os.devnull, "-e", inject, *words_of(book, *claim))
    assert ended.returncode == -9
    assert (book / "desks/B.toml").exists()
    copy = tmp_path / "copy"
    shutil.copytree(book, copy)
    taken = svcctl(copy, *claim)
    assert (taken.returncode, "is taken" in taken.stderr) == (4, True)
    assert done(book, "log", "repair", "漏水") == "T261121-A02"
    done(book, *claim)
    assert done(book, "log", "repair", "漏水") == "T261121-B01"
    done(book, *claim)
    assert svcctl(book, "validate").stderr.endswith("nothing wrong\n")


def test_without_the_program_git(book: Path, tmp_path: Path) -> None:
    (book.parent / ".git").mkdir()
    bare = tmp_path / "bin"
    bare.mkdir()
    environment = ENVIRONMENT | {"PATH": str(bare)}
    for words in (IDS, ("validate",), ("log", "repair", "漏水"), ("due",)):
        command = [sys.executable, *PROGRAM[1:], "--book", str(book), *words]
        ended = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert ended.returncode == 0, ended

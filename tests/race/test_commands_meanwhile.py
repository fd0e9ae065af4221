"""What happens between the steps of one command: edits by hand, readers, kills."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from svcctl.book import journal
from tests.crash import faults
from tests.support.program import ENVIRONMENT
from tests.support.program import PROGRAM
from tests.support.program import Ended
from tests.support.program import done
from tests.support.program import make_estate
from tests.support.program import ran
from tests.support.program import svcctl
from tests.support.program import words_of

pytestmark = [pytest.mark.race, pytest.mark.slow]
slowed = pytest.mark.skipif(not faults.available(), reason="strace may not slow a process here")

BUSY = 75
TICKET = "tickets/2026/11/21/T261121-A01.toml"
TRANSFER = ("unit", "transfer", "3-2-1501", "--from", "R-A0001", "--to", "R-A0002", "--yes")
BATCH = 400


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make_estate(tmp_path / "book")


def wait_for(there: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not there():
        assert time.monotonic() < end
        time.sleep(0.002)


@contextmanager
def held_at(call: str, book: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command that pauses before each of certain system calls, e.g. `fsync:when=1`."""
    name, _colon, when = call.partition(":")
    pause = ["strace", "-o", os.devnull, "-e", f"inject={name}:delay_enter=1s:{when}"]
    process = subprocess.Popen(
        [*pause, *words_of(book, *words)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def staged(book: Path) -> bool:
    """Tell whether a command has written new files, but not yet in their places."""
    return (book / ".svcctl/tmp").is_dir() and any((book / ".svcctl/tmp").iterdir())


def edited_meanwhile(book: Path, words: tuple[str, ...], edit: Callable[[], object]) -> Ended:
    """Run a command; edit a file when the command has read it and is about to write."""
    with held_at("fsync:when=1", book, *words) as process:
        wait_for(lambda: staged(book) or process.poll() is not None)
        edit()
        out, err = process.communicate(timeout=30)
        return Ended(words, process.returncode, out, err)


def refused(ended: Ended, words: str) -> None:
    assert ended.returncode == BUSY, ended
    assert words in ended.stderr
    assert "hint: run the command again" in ended.stderr


@slowed
@pytest.mark.parametrize(
    ("words", "path"),
    [
        (("ticket", "note", "T261121-A01", "电话已回"), TICKET),
        (TRANSFER, "residents/A/00/R-A0001.toml"),
        (TRANSFER, "residents/A/00/R-A0002.toml"),
    ],
)
def test_edit_by_hand_is_kept_and_the_command_says_so(
    book: Path, words: tuple[str, ...], path: str
) -> None:
    before = faults.tree(book)
    by_hand = b"# looked at by hand\n" + before[path]
    ended = edited_meanwhile(book, words, lambda: (book / path).write_bytes(by_hand))
    refused(ended, f"'{path}' was changed meanwhile; nothing was written")
    assert faults.tree(book) == before | {path: by_hand}
    assert not staged(book)
    assert not (book / journal.NAME).exists()
    done(book, *words)
    assert (book / path).read_bytes().startswith(b"# looked at by hand\n")


@slowed
def test_file_that_came_by_hand_is_not_overwritten(book: Path) -> None:
    desk = book / "desks/B.toml"
    # The claim notes its intention first: the second flush is of the card.
    with held_at("fsync:when=3+", book, "desk", "claim", "B") as process:
        wait_for(lambda: staged(book) or process.poll() is not None)
        desk.write_bytes(b"# pulled from elsewhere\n")
        _out, err = process.communicate(timeout=30)
    refused(Ended((), process.returncode, "", err), "'desks/B.toml' was created meanwhile")
    assert desk.read_bytes() == b"# pulled from elsewhere\n"
    desk.unlink()
    done(book, "desk", "claim", "B")


@slowed
def test_reader_of_a_long_commit_sees_before_or_after(book: Path) -> None:
    """The unit has one owner at any moment, though two cards change one after the other."""
    owners = []
    with held_at("rename:when=1+", book, *TRANSFER) as process:
        while process.poll() is None:
            pending = (book / journal.NAME).exists()
            owners.append((pending, owner(book)))
            checked = svcctl(book, "validate")
            assert checked.stderr.endswith("nothing wrong\n"), checked
        assert process.communicate()[1].endswith("2 cards changed\n")
    seen = [one for _pending, one in owners]
    assert seen == sorted(seen)
    assert set(seen) <= {"R-A0001", "R-A0002"}
    assert (True, "R-A0002") in owners
    assert owner(book) == "R-A0002"


def owner(book: Path) -> str:
    """Return who owns the unit according to the cards: there must be one."""
    listed = done(book, "resident", "list", "--unit", "3-2-1501", "--format", "ids")
    assert len(listed.split()) == 1, listed
    return listed


def placed(book: Path) -> int:
    folder = book / "tickets/2026/11/21"
    return len(list(folder.iterdir()))


MOMENTS: dict[str, Callable[[Path], bool]] = {
    "while reading": lambda book: (book / ".svcctl/lock").stat().st_size > 0,
    "first file staged": staged,
    "half of it staged": lambda book: len(os.listdir(book / ".svcctl/tmp")) > BATCH // 2,
    "committed": lambda book: (book / journal.NAME).exists(),
    "first file in place": lambda book: placed(book) > 1,
    "half of it in place": lambda book: placed(book) > BATCH // 2,
}


@pytest.mark.parametrize("moment", list(MOMENTS))
def test_killed_batch_is_there_as_a_whole_or_not_at_all(
    book: Path, tmp_path: Path, moment: str
) -> None:
    night = tmp_path / "night.csv"
    night.write_text("kind,words\n" + "complaint,电梯又停了\n" * BATCH, encoding="utf-8")
    process = subprocess.Popen(
        words_of(book, "log", "--from", str(night)), env=ENVIRONMENT, stderr=subprocess.PIPE
    )
    wait_for(lambda: MOMENTS[moment](book) or process.poll() is not None)
    process.kill()
    process.communicate()
    count = len(done(book, "ticket", "list", "--format", "ids").split())
    assert count in (1, BATCH + 1)
    if "place" in moment or moment == "committed":
        assert count == BATCH + 1
    made = done(book, "log", "repair", "漏水")
    again = done(book, "ticket", "list", "--format", "ids").split()
    assert len(again) == len(set(again)) == count + 1
    assert made in again
    assert placed(book) == count + 1
    assert svcctl(book, "validate", "--no-index").stderr.endswith("nothing wrong\n")


def test_interrupted_by_the_keyboard_nothing_is_written(book: Path, tmp_path: Path) -> None:
    """Control-C while a batch is staged."""
    night = tmp_path / "night.csv"
    night.write_text("kind,words\n" + "complaint,电梯又停了\n" * BATCH, encoding="utf-8")
    before = faults.tree(book)
    process = subprocess.Popen(
        words_of(book, "log", "--from", str(night)), env=ENVIRONMENT, stderr=subprocess.PIPE
    )
    wait_for(lambda: staged(book) or process.poll() is not None)
    process.send_signal(2)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert b"interrupted" in err
    assert b"Traceback" not in err
    assert len(faults.seen(book)) in (len(before), len(before) + BATCH)
    # The one file that was being opened may stay; the next command removes it.
    assert len(os.listdir(book / ".svcctl/tmp")) <= 1
    done(book, "ticket", "note", "T261121-A01", "电话已回")
    assert not staged(book)


def test_second_init_in_the_same_folder_waits_and_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "book"
    words = [*PROGRAM, "init", str(root), "--staff", "wang.fang"]
    both = [
        subprocess.Popen(words, env=ENVIRONMENT, stderr=subprocess.PIPE, encoding="utf-8")
        for _ in range(2)
    ]
    said = [one.communicate(timeout=60)[1] for one in both]
    assert sorted(one.returncode for one in both) == [0, 4], said
    assert sum("there is a book in" in one for one in said) == 1
    assert done(root, "log", "repair", "漏水") == "T261121-A01"
    assert ran(*words_of(root, "validate")).stderr.endswith("nothing wrong\n")

"""A disk that is really full, or may really only be read: what commands do on it, and say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from svcctl.book import journal
from tests.crash import faults
from tests.support.program import ENVIRONMENT
from tests.support.program import Ended
from tests.support.program import begin
from tests.support.program import done
from tests.support.program import make_estate
from tests.support.program import ran
from tests.support.program import svcctl
from tests.support.program import words_of

pytestmark = [pytest.mark.crash, pytest.mark.slow]

DISK = 6
SIZE = 1 << 20
FULL = "no space left on the disk"
READ_ONLY = "the file system is read-only"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    how = f"size={SIZE},mode=0755"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", how, "none", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a file system may not be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def book(disk: Path) -> Path:
    return make_estate(disk / "book")


def fill(disk: Path, *, but: int = 0) -> Path:
    """Leave `but` bytes free, in whole pages."""
    filler = disk / "filler"
    about = os.statvfs(disk)
    free = about.f_bavail * about.f_frsize - but
    with filler.open("ab") as file:
        file.write(b"\0" * max(free, 0))
    return filler


def is_refused(ended: Ended, why: str) -> bool:
    assert ended.returncode in (0, DISK), ended
    assert "Traceback" not in ended.stderr
    if ended.returncode == 0:
        return False
    assert ended.stderr.count("svcctl: error: ") == 1, ended
    assert why in ended.stderr, ended
    return True


def is_sound(book: Path) -> bool:
    checked = svcctl(book, "validate", "--no-index")
    assert checked.stderr.endswith("nothing wrong\n"), checked
    return not (book / journal.NAME).exists() and not any((book / ".svcctl/tmp").iterdir())


def test_full_disk_is_said_and_leaves_nothing_half(disk: Path, book: Path) -> None:
    fill(disk, but=140 * 1024)
    made = ["T261121-A01"]
    refused = 0
    while refused < 3:
        ended = svcctl(book, "log", "repair", "漏水" * 30, "--phone", f"138{len(made):08}")
        if is_refused(ended, FULL):
            refused += 1
        else:
            assert not refused
            made.append(ended.stdout.strip())
        assert len(made) < 200
    assert len(made) > 1
    # Reading works without a byte to spare.
    assert done(book, "ticket", "list", "--format", "ids").split() == made
    assert svcctl(book, "due").returncode == 0
    assert is_sound(book)
    before = faults.tree(book)
    (disk / "filler").unlink()
    after = done(book, "log", "repair", "水管修好了吗", "--phone", "13900000000")
    assert after not in made
    assert before.items() <= faults.tree(book).items()
    assert len(faults.tree(book)) == len(before) + 2
    assert is_sound(book)


@pytest.mark.parametrize("pages", [0, 1, 3, 6, 9, 12, 13, 20])
def test_batch_on_a_disk_that_is_too_small_for_it(disk: Path, book: Path, pages: int) -> None:
    """The disk is full at one point or another of a batch: all of it is there or none."""
    night = disk / "night.csv"
    night.write_text("kind,words\n" + "complaint,电梯\n" * 12, encoding="utf-8")
    before = faults.tree(book)
    filler = fill(disk, but=pages * 4096)
    ended = svcctl(book, "log", "--from", str(night))
    refused = is_refused(ended, FULL)
    assert refused or pages > 9
    assert refused == (faults.seen(book) == before)
    filler.unlink()
    assert len(done(book, "log", "--from", str(night)).split()) == 12
    assert len(faults.tree(book)) == len(before) + (12 if refused else 24)
    assert is_sound(book)


def test_transfer_desk_and_shift_on_a_full_disk(disk: Path, book: Path) -> None:
    filler = fill(disk)
    before = faults.tree(book)
    words = ("unit", "transfer", "3-2-1501", "--from", "R-A0001", "--to", "R-A0002", "--yes")
    for command in (words, ("desk", "claim", "B"), ("shift", "start", "wang.fang")):
        assert is_refused(svcctl(book, *command), FULL), command
        assert faults.seen(book) == before
    filler.unlink()
    for command in (words, ("desk", "claim", "B"), ("shift", "start", "wang.fang")):
        done(book, *command)
    assert is_sound(book)


@pytest.mark.parametrize("pages", [0, 1, 3, 6, 10, 15, 25])
def test_new_book_on_a_full_disk_can_be_begun_again(disk: Path, pages: int) -> None:
    filler = fill(disk, but=pages * 4096)
    is_refused(begin(disk / "book"), FULL)
    filler.unlink()
    assert begin(disk / "book").returncode in (0, 4)
    assert done(disk / "book", "log", "repair", "漏水") == "T261121-A01"
    assert is_sound(disk / "book")


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", disk], check=True, capture_output=True)


READING = [
    ("ticket", "list"),
    ("ticket", "show", "A01"),
    ("due",),
    ("explain", "A01"),
    ("validate",),
    ("unit", "show", "3-2-1501"),
    ("resident", "find", "sunli"),
    ("desk", "list"),
    ("shift", "show"),
    ("handbook", "show"),
    ("fmt", "--check"),
]
WRITING = [
    ("log", "repair", "漏水"),
    ("log", "repair", "漏水", "--phone", "13811112222"),
    ("ticket", "note", "A01", "电话已回"),
    ("unit", "edit", "3-2-1501", "--note", "空置"),
    ("unit", "transfer", "3-2-1501", "--to", "R-A0002", "--yes"),
    ("desk", "claim", "B"),
    ("shift", "start", "wang.fang"),
    ("fmt",),
]


def test_read_only_disk_is_read_and_refuses_writing(disk: Path, book: Path) -> None:
    expected = [svcctl(book, *words) for words in READING]
    remount(disk, "ro")
    for words, before in zip(READING, expected, strict=True):
        ended = svcctl(book, *words)
        assert (ended.returncode, ended.stdout) == (0, before.stdout), ended
        assert (before.returncode, before.stderr) == (0, ended.stderr), before
    for words in WRITING:
        ended = svcctl(book, *words)
        assert ended.returncode == DISK, ended
        assert READ_ONLY in ended.stderr, ended
    told = svcctl(book, "book", "doctor")
    assert told.returncode == 1
    assert "problem: disk: " in told.stdout
    assert begin(disk / "another").returncode == DISK
    remount(disk, "rw")
    assert done(book, "log", "repair", "漏水") == "T261121-A02"


def test_interrupted_change_is_read_on_a_read_only_disk(disk: Path, book: Path) -> None:
    """Nobody can finish it there, and yet everybody sees it done."""
    if not faults.available():
        pytest.skip("strace may not inject faults here")
    inject = "inject=rename:signal=KILL:when=2"
    words = ("unit", "transfer", "3-2-1501", "--to", "R-A0002", "--yes")
    trace = ("strace", "-o", os.devnull, "-e", inject)
    assert ran(*trace, *words_of(book, *words)).returncode == -9
    assert (book / journal.NAME).exists()
    remount(disk, "ro")
    owner = ("resident", "list", "--unit", "3-2-1501", "--format", "ids")
    assert done(book, *owner) == "R-A0002"
    assert svcctl(book, "validate").stderr.endswith("nothing wrong\n")
    told = svcctl(book, "book", "doctor")
    assert "'unit transfer' was interrupted; 2 files are still to be written" in told.stdout
    fixed = svcctl(book, "book", "doctor", "--fix")
    assert fixed.returncode == 1
    assert READ_ONLY in fixed.stderr
    remount(disk, "rw")
    done(book, "book", "doctor", "--fix")
    assert done(book, *owner) == "R-A0002"
    assert is_sound(book)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_folder_of_somebody_else_is_read_and_refuses_writing(tmp_path: Path) -> None:
    book = make_estate(tmp_path / "book")
    for folder, _names, _files in os.walk(book):
        Path(folder).chmod(0o555)
    assert done(book, "ticket", "list", "--format", "ids") == "T261121-A01"
    ended = svcctl(book, "log", "repair", "漏水")
    assert (ended.returncode, "permission denied" in ended.stderr) == (DISK, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_what_was_logged_stays_though_its_number_could_not_be_printed(tmp_path: Path) -> None:
    book = make_estate(tmp_path / "book")
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            words_of(book, "log", "repair", "漏水"),
            env=ENVIRONMENT,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ended.returncode == DISK
    assert b"cannot write the output" in ended.stderr
    assert done(book, "ticket", "list", "--format", "ids").split()[1:] == ["T261121-A02"]

from __future__ import annotations

import os
from pathlib import Path

import pytest

from svcctl.base.errors import DiskError
from svcctl.base.errors import RecoveryNeededError
from svcctl.book import files
from svcctl.book import journal
from svcctl.book.files import blob_hash
from svcctl.book.source import Disk
from svcctl.book.source import is_record
from tests.support.trade import write

UNIT = "units/3/3-2-1501.toml"


def pending(root: Path, *changes: journal.Change) -> None:
    """Leave a committed journal behind, as a killed writer does."""
    files.prepare(str(root))
    (root / journal.NAME).write_bytes(journal._encode(changes, "test"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (UNIT, True),
        ("book.toml", True),
        ("handbook/policy/2026-01-01.toml", True),
        ("tickets/2026/11/21/T261121-A07.toml", True),
        ("schemas/unit.toml", False),
        ("units/3/notes.txt", False),
        ("units/.trash/a.toml", False),
        ("units/3/.a.toml", False),
        ("unknown/a.toml", False),
        ("pyproject.toml", False),
    ],
)
def test_is_record_knows_places_of_records(path: str, *, expected: bool) -> None:
    assert is_record(path) is expected


def test_list_gives_every_record_file_with_gits_hash(tmp_path: Path) -> None:
    write(tmp_path, UNIT, b"a = 1\n")
    write(tmp_path, "book.toml", b"format = 1\n")
    write(tmp_path, "units/3/.hidden.toml", b"")
    write(tmp_path, "units/3/list.csv", b"")
    assert list(Disk(tmp_path).list()) == [
        ("book.toml", blob_hash(b"format = 1\n")),
        (UNIT, blob_hash(b"a = 1\n")),
    ]


def test_read_gives_bytes_and_missing_is_file_not_found(tmp_path: Path) -> None:
    write(tmp_path, UNIT, b"a = 1\n")
    disk = Disk(tmp_path)
    assert disk.read(UNIT) == b"a = 1\n"
    for missing in ("units/3/none.toml", "units/none/a.toml", f"{UNIT}/a.toml"):
        with pytest.raises(FileNotFoundError):
            disk.read(missing)


def test_read_of_a_large_file_is_whole(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    write(tmp_path, UNIT, data)
    assert Disk(tmp_path).read(UNIT) == data


@pytest.mark.parametrize("path", ["../outside.toml", "units/../../outside.toml"])
def test_read_never_leaves_the_book(path: str, tmp_path: Path) -> None:
    write(tmp_path, "outside.toml", b"secret")
    (tmp_path / "book" / "units").mkdir(parents=True)
    with pytest.raises(DiskError, match="outside the book"):
        Disk(tmp_path / "book").read(path)


def test_read_follows_no_link_to_a_file_or_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "outside/a.toml", b"secret")
    root = tmp_path / "book"
    (root / "units").mkdir(parents=True)
    (root / "units" / "3").symlink_to(tmp_path / "outside")
    (root / "units" / "b.toml").symlink_to(tmp_path / "outside" / "a.toml")
    with pytest.raises(DiskError, match="'units/3' is a symbolic link"):
        Disk(root).read("units/3/a.toml")
    with pytest.raises(DiskError, match="cannot be read"):
        Disk(root).read("units/b.toml")


def test_read_of_a_pipe_does_not_hang(tmp_path: Path) -> None:
    (tmp_path / "units").mkdir()
    os.mkfifo(tmp_path / "units" / "a.toml")
    with pytest.raises(DiskError, match="not a regular file"):
        Disk(tmp_path).read("units/a.toml")


def test_read_many_leaves_out_what_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, UNIT, b"1")
    (tmp_path / "units" / "folder.toml").mkdir()
    found = Disk(tmp_path).read_many([UNIT, "units/none.toml", "units/folder.toml"])
    assert dict(found) == {UNIT: b"1"}


def test_folder_and_subfolders_list_what_is_directly_inside(tmp_path: Path) -> None:
    for name in ("units/3/b.toml", "units/3/a.toml", "units/3/deep/c.toml", "units/3/.x.toml"):
        write(tmp_path, name)
    disk = Disk(tmp_path)
    assert disk.folder("units/3") == ["units/3/a.toml", "units/3/b.toml"]
    assert disk.subfolders("units") == ["3"]
    assert disk.subfolders("units/3") == ["deep"]
    assert disk.folder("units/none") == []
    assert disk.subfolders("units/none") == []


def test_pending_journal_is_seen_as_done(tmp_path: Path) -> None:
    write(tmp_path, UNIT, b"old")
    write(tmp_path, "staff/a.toml", b"bye")
    pending(
        tmp_path,
        journal.Change(UNIT, blob_hash(b"old"), b"new"),
        journal.Change("staff/a.toml", blob_hash(b"bye"), None),
        journal.Change("units/4/4-1-101.toml", None, b"made"),
    )
    disk = Disk(tmp_path)
    assert disk.read(UNIT) == b"new"
    assert not disk.exists("staff/a.toml")
    assert disk.exists("units/4/4-1-101.toml")
    with pytest.raises(FileNotFoundError):
        disk.read("staff/a.toml")
    assert disk.folder("staff") == []
    assert disk.folder("units/4") == ["units/4/4-1-101.toml"]
    assert disk.subfolders("units") == ["3", "4"]
    assert dict(disk.list()) == {
        UNIT: blob_hash(b"new"),
        "units/4/4-1-101.toml": blob_hash(b"made"),
    }


def test_journal_that_comes_and_goes_is_noticed_by_an_open_source(tmp_path: Path) -> None:
    write(tmp_path, UNIT, b"old")
    disk = Disk(tmp_path)
    assert disk.read(UNIT) == b"old"
    pending(tmp_path, journal.Change(UNIT, blob_hash(b"old"), b"new"))
    assert disk.read(UNIT) == b"new"
    journal.recover(tmp_path)
    assert disk.overlay
    assert disk.read(UNIT) == b"new"
    assert not disk.overlay


def test_state_changes_when_a_transaction_came_and_went(tmp_path: Path) -> None:
    write(tmp_path, UNIT, b"old")
    files.prepare(str(tmp_path))
    disk = Disk(tmp_path)
    before = disk.state()
    assert disk.state() == before
    os.utime(tmp_path / ".svcctl", ns=(1, 1))
    before = disk.state()
    pending(tmp_path, journal.Change(UNIT, blob_hash(b"old"), b"new"))
    journal.recover(tmp_path)
    assert disk.state() != before


def test_damaged_journal_is_said_and_not_passed_over(tmp_path: Path) -> None:
    write(tmp_path, UNIT, b"old")
    write(tmp_path, ".svcctl/journal", b"svcctl journal 1 nonsense\n")
    with pytest.raises(RecoveryNeededError):
        Disk(tmp_path).read(UNIT)

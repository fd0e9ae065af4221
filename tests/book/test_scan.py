from __future__ import annotations

import os
from pathlib import Path

import pytest

from svcctl.book import scan as scanning
from svcctl.book import workers
from svcctl.book.scan import Known
from svcctl.book.scan import Scan
from svcctl.book.scan import scan
from tests.support.trade import ticket
from tests.support.trade import write


def known(found: Scan) -> dict[str, Known]:
    return {one.path: Known(one.sign, len(one.names)) for one in found.changed}


def paths(found: Scan) -> set[str]:
    return {one.join(name) for one in found.changed for name in one.names}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for day in (20, 21):
        for number in (1, 2, 3):
            write(tmp_path, *ticket(number, day=day))
    write(tmp_path, "book.toml", "format = 1")
    write(tmp_path, "handbook/roles.toml")
    write(tmp_path, "handbook/policy/2026-01-01.toml")
    write(tmp_path, "units/3/3-2-1501.toml")
    return tmp_path


def test_scan_finds_records_and_nothing_else(book: Path) -> None:
    expected = paths(scan(str(book), {}))
    for stray in (
        "readme.toml",
        "schemas/a.toml",
        "units/.trash/a.toml",
        "units/3/.a.toml",
        "units/3/a.csv",
        "handbook/other.toml",
        "tickets/2026/notes.md",
    ):
        write(book, stray)
    assert paths(scan(str(book), {})) == expected
    assert len(expected) == 10
    assert {"book.toml", "handbook/roles.toml", "units/3/3-2-1501.toml"} <= expected


def test_unchanged_folders_are_the_same(book: Path) -> None:
    first = scan(str(book), {})
    second = scan(str(book), known(first))
    assert second.changed == []
    assert sorted(second.same) == sorted(one.path for one in first.changed)


def changed_after(book: Path, before: Scan) -> list[str]:
    return [one.path for one in scan(str(book), known(before)).changed]


def test_edit_in_place_with_size_and_mtime_restored_is_seen(book: Path) -> None:
    place = book / "units/3/3-2-1501.toml"
    place.write_text("a = 1")
    before = scan(str(book), {})
    about = place.stat()
    place.write_text("a = 2")
    os.utime(place, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert place.stat().st_mtime_ns == about.st_mtime_ns
    assert changed_after(book, before) == ["units/3"]


def test_new_deleted_and_renamed_files_are_seen(book: Path) -> None:
    before = scan(str(book), {})
    write(book, *ticket(4, day=20))
    (book / ticket(1)[0]).unlink()
    (book / "units/3/3-2-1501.toml").rename(book / "units/3/3-2-1502.toml")
    assert sorted(changed_after(book, before)) == [
        "tickets/2026/11/20",
        "tickets/2026/11/21",
        "units/3",
    ]


def test_single_file_kinds_are_looked_at(book: Path) -> None:
    before = scan(str(book), {})
    write(book, "book.toml", "format = 1\n")
    assert changed_after(book, before) == ["book.toml"]
    (book / "book.toml").unlink()
    assert "book.toml" not in {*scan(str(book), known(before)).same}


def test_folder_that_cannot_be_listed_is_odd(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refusing(path: str, *args: int, **named: int) -> int:
        if str(path).endswith("/20"):
            raise PermissionError(path)
        return real(path, *args, **named)

    monkeypatch.setattr(os, "open", refusing)
    found = scan(str(book), {})
    assert found.odd == ["tickets/2026/11/20"]
    assert len(paths(found)) == 7


def test_folder_behind_a_link_is_odd(book: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(elsewhere, "a.toml")
    (book / "units" / "9").symlink_to(elsewhere)
    (book / "units" / "broken").symlink_to(elsewhere / "none")
    assert scan(str(book), {}).odd == ["units/9"]


def test_file_that_vanishes_between_listing_and_look_is_left_out(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.listdir

    def listing(path: int) -> list[str]:
        names = real(path)
        return [*names, "gone.toml"] if "T261121-A01.toml" in names else names

    monkeypatch.setattr(os, "listdir", listing)
    assert len(paths(scan(str(book), {}))) == 10


def test_without_descriptors_the_result_is_the_same(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = paths(scan(str(book), {}))
    (book / "units" / "9").symlink_to(book / "units" / "3")
    monkeypatch.setattr(scanning, "_RELATIVE", False)
    found = scan(str(book), {})
    assert paths(found) == expected
    assert scan(str(book), known(found)).changed == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_two_processes_find_what_one_finds(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(1, 25):
        write(book, *ticket(7, day=day))
    before = known(scan(str(book), {}))
    write(book, *ticket(8, day=3))
    write(book, "units/8/8-1-101.toml")
    (book / "units" / "9").symlink_to(book / "units" / "3")
    alone = scan(str(book), before)
    started = []
    real = workers.start

    def start(job: workers.Job) -> object:
        started.append(job)
        return real(job)

    monkeypatch.setattr(workers, "WORTH_IT", 1)
    monkeypatch.setattr(workers, "start", start)
    both = scan(str(book), before)
    assert started
    assert sorted(both.same) == sorted(alone.same)
    assert sorted(both.changed) == sorted(alone.changed)
    assert both.odd == alone.odd == ["units/9"]

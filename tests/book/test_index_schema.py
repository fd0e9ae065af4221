from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from svcctl.book.index_schema import Cache
from tests.support import trade
from tests.support.trade import everything
from tests.support.trade import index
from tests.support.trade import ticket
from tests.support.trade import write

FILE = ".svcctl/cache/index.sqlite"


@pytest.fixture(autouse=True)
def small_trade() -> Iterator[None]:
    with trade.small_trade():
        yield


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for number in range(1, 30):
        write(tmp_path, *ticket(number, f'open = true\nat = {number}\nunit = "3-2-1501"\n'))
    return tmp_path


def answers(book: Path, *, cached: bool = True) -> object:
    with index(book, cached=cached) as made:
        return everything(made)


def test_file_is_for_its_owner_alone_and_ignored_by_git(book: Path) -> None:
    with index(book) as made:
        made.duties()
        for file in (book / ".svcctl/cache").iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert (book / ".svcctl/.gitignore").read_text() == "*\n"


def test_mode_of_an_existing_file_is_narrowed(book: Path) -> None:
    answers(book)
    (book / FILE).chmod(0o644)
    answers(book)
    assert stat.S_IMODE((book / FILE).stat().st_mode) == 0o600


def test_without_cache_nothing_is_written(book: Path) -> None:
    answers(book, cached=False)
    assert not (book / ".svcctl").exists()


def test_deleting_the_cache_changes_no_answer(book: Path) -> None:
    before = answers(book)
    (book / FILE).unlink()
    assert answers(book) == before == answers(book, cached=False)


def spoil_whole(place: Path) -> None:
    place.write_bytes(b"no database at all" * 100)


def spoil_pages(place: Path) -> None:
    data = bytearray(place.read_bytes())
    for start in range(4096, len(data), 4096):
        data[start : start + 600] = os.urandom(600)
    place.write_bytes(data)


def spoil_rows(place: Path) -> None:
    db = sqlite3.connect(place)
    db.execute("UPDATE content SET row = '{no json'")
    db.execute("UPDATE owed SET clock = '[no json'")
    db.commit()
    db.close()


def cut_short(place: Path) -> None:
    place.write_bytes(place.read_bytes()[:5000])


def empty(place: Path) -> None:
    place.write_bytes(b"")


def without_a_table(place: Path) -> None:
    db = sqlite3.connect(place)
    db.execute("DROP TABLE content")
    db.commit()
    db.close()


def of_another_version(place: Path) -> None:
    db = sqlite3.connect(place)
    db.execute("DROP TABLE meta")
    db.execute("CREATE TABLE meta (something INTEGER)")
    db.execute("CREATE TABLE other (something INTEGER)")
    db.execute("PRAGMA user_version = 999")
    db.commit()
    db.close()


@pytest.mark.parametrize(
    "spoil",
    [spoil_whole, spoil_pages, spoil_rows, cut_short, empty, without_a_table, of_another_version],
)
def test_spoiled_file_is_made_again(spoil: object, book: Path) -> None:
    before = answers(book)
    spoil(book / FILE)  # type: ignore[operator]
    assert answers(book) == before
    with index(book) as made:
        assert everything(made) == before
        assert made._tables._cache.stored


def test_spoiled_clocks_are_computed_again_for_the_same_answer(book: Path) -> None:
    with index(book) as made:
        before = made.duties()
    spoil_rows(book / FILE)
    with index(book) as made:
        assert made.duties() == before != []
    spoil_rows(book / FILE)
    with index(book) as made:
        made.refresh()
        assert made.duties(owed=False) == before


def test_spoiled_file_that_others_use_is_left_and_memory_taken(book: Path) -> None:
    before = answers(book)
    with index(book) as other:
        other.refresh()
        spoil_pages(book / FILE)
        with index(book) as made:
            assert everything(made) == before
            assert not made._tables._cache.stored
        assert (book / FILE).exists()


def test_locked_file_is_not_waited_for(book: Path) -> None:
    before = answers(book)
    write(book, *ticket(40, "open = true\n"))
    db = sqlite3.connect(book / FILE, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    try:
        with index(book) as made:
            assert made.find("T261121-A40")
            assert not made._tables._cache.stored
    finally:
        db.close()
    (book / ticket(40)[0]).unlink()
    assert answers(book) == before


def test_folder_that_cannot_be_written_costs_only_time(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(book)
    real = os.open

    def read_only(path: object, flags: int, *rest: int, **named: int) -> int:
        if "/.svcctl/" in str(path) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(30, "Read-only file system")
        return real(path, flags, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", read_only)
    calls = []

    def counting(data: bytes) -> dict[str, object]:
        calls.append(data)
        return trade.parse(data)

    with index(book, parse=counting) as made:
        assert made.rows("ticket")
        assert calls == []
        assert everything(made) == before
    write(book, *ticket(40, "open = true\n"))
    with index(book) as made:
        assert made.find("T261121-A40")
    (book / FILE).unlink()
    with index(book) as made:
        assert made.find("T261121-A40")


def test_read_only_copy_is_not_taken_while_a_log_holds_newer_rows(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with index(book) as other:
        other.refresh()
        assert (book / f"{FILE}-wal").stat().st_size
        monkeypatch.setattr(Cache, "_prepare", lambda _self, path: os.stat(f"{path}/no"))
        assert Cache(book / ".svcctl/cache", trade.RULES_KEY)._open_copy() is None


def test_disk_full_while_writing_is_no_failure(book: Path) -> None:
    answers(book)
    with index(book) as made:
        made.refresh()
        pages = made._tables._cache.db.execute("PRAGMA page_count").fetchone()[0]
        for number in range(30, 99):
            write(book, *ticket(number, f'open = true\nsubject = "{"x" * 900}"\n'))
        made._tables._forget()
        made._tables._cache.db.execute(f"PRAGMA max_page_count = {pages}")
        assert made.count("ticket") == 98
        assert not made._tables._cache.stored


def test_other_code_that_takes_the_file_over_does_not_mix_rows(book: Path) -> None:
    with index(book) as old:
        before = everything(old)
        with index(book, rules_key="newer") as new:
            new.refresh()
        old.refresh()
        assert everything(old) == before
        assert not old._tables._cache.stored

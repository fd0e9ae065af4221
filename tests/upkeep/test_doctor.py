"""`svcctl book doctor`: every trouble is named, mended with --fix, and gone afterwards."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from svcctl.book import files
from svcctl.book import journal
from svcctl.book.journal import Change
from svcctl.book.local import Local
from tests.support.transcript import World

BOOK = Path(__file__).parents[1] / "check" / "book"
STAFF = "staff/wang.fang.toml"


@pytest.fixture
def book(world: World) -> Path:
    """A healthy book without Git; this clone is desk A."""
    shutil.copytree(BOOK, world.folder, dirs_exist_ok=True)
    settings = world.folder / "book.toml"
    settings.write_text(settings.read_text("utf-8").replace('"zh"', '"en"'), encoding="utf-8")
    Local(world.folder).claim("A", "00000000000000aa")
    return world.folder


def problems(output: str) -> list[str]:
    return [line.split(":")[1].strip() for line in output.splitlines() if line[:7] == "problem"]


@pytest.mark.usefixtures("book")
def test_a_healthy_book_ends_in_0_and_no_git_is_only_a_note(world: World) -> None:
    said = world.run("svcctl book doctor")
    assert problems(said.output) == []
    assert said.status == 0
    assert "note: Git: the book is not under Git" in said.output


def interrupted(book: Path) -> None:
    """Leave a committed journal whose files are still to be written."""
    paths = (STAFF, "book.toml")
    changes = [
        Change(path, files.blob_hash(data), b"# x\n\n" + data)
        for path in paths
        for data in [(book / path).read_bytes()]
    ]
    control = book / files.STATE
    control.mkdir(exist_ok=True)
    (control / "journal").write_bytes(journal._encode(changes, "log"))


def test_an_interrupted_change_is_finished(world: World, book: Path) -> None:
    interrupted(book)
    said = world.run("svcctl book doctor")
    assert (problems(said.output), said.status) == (["journal"], 1)
    assert "2 files are still to be written" in said.output
    assert not (book / STAFF).read_bytes().startswith(b"# x")
    assert world.run("svcctl book doctor --fix").status == 0
    assert (book / STAFF).read_bytes().startswith(b"# x")
    assert world.run("svcctl book doctor").status == 0


def test_an_edit_in_the_way_of_an_interrupted_change_is_kept(world: World, book: Path) -> None:
    interrupted(book)
    (book / STAFF).write_bytes(b"mine\n")
    assert world.run("svcctl book doctor --fix").status == 0
    kept = list((book / ".svcctl/rescued").rglob("wang.fang.toml"))
    assert [one.read_bytes() for one in kept] == [b"mine\n"]


@pytest.mark.parametrize("first", ["svcctl journal 1 abc", "svcctl journal 9 abc"])
def test_a_journal_of_no_use_is_kept_and_its_change_was_not_done(
    world: World, book: Path, first: str
) -> None:
    (book / ".svcctl").mkdir(exist_ok=True)
    (book / ".svcctl/journal").write_text(f"{first}\nrubbish", encoding="utf-8")
    said = world.run("svcctl book doctor --fix")
    assert "finished;" not in said.output
    assert "was not done" in said.output
    kept = next((book / ".svcctl/rescued").rglob("journal"))
    assert kept.relative_to(book).as_posix() in said.output
    assert "settings" in said.output
    assert world.run("svcctl book doctor").status == 0


def test_a_damaged_journal_is_not_blamed_on_what_is_read_through_it(
    world: World, book: Path
) -> None:
    world.run("svcctl validate")
    (book / ".svcctl/journal").write_bytes(b"svcctl journal 1 abc\nrubbish")
    said = world.run("svcctl book doctor")
    assert problems(said.output) == ["journal"]
    assert "file modes" in said.output
    Local(book).set_aside()
    assert problems(world.run("svcctl book doctor").output) == ["journal", "desk"]


def test_leftovers_of_a_dead_writer_are_removed(world: World, book: Path) -> None:
    (book / ".svcctl/tmp").mkdir(parents=True)
    (book / ".svcctl/tmp/1234").write_bytes(b"half")
    assert problems(world.run("svcctl book doctor").output) == ["temporary files"]
    assert world.run("svcctl book doctor --fix").status == 0
    assert list((book / ".svcctl/tmp").iterdir()) == []


def test_an_index_that_lies_is_thrown_away(
    world: World, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Files so fresh would be read again and set it right.
    monkeypatch.setattr("svcctl.book.index_refresh._MARGIN_NS", 0)
    world.run("svcctl validate")
    text = (book / STAFF).read_text("utf-8")
    about = (book / STAFF).stat()
    assert problems(world.run("svcctl book doctor").output) == []
    with sqlite3.connect(book / ".svcctl/cache/index.sqlite") as db:
        db.execute("UPDATE content SET hash = zeroblob(20) WHERE path = ?", (STAFF,))
    db.close()
    assert problems(world.run("svcctl book doctor").output) == ["index"]
    assert world.run("svcctl book doctor --fix").status == 0
    assert not (book / ".svcctl/cache").exists()
    assert (book / STAFF).read_text("utf-8") == text
    assert (book / STAFF).stat().st_mtime_ns == about.st_mtime_ns


def test_a_moved_folder_is_bound_again(world: World, book: Path) -> None:
    state = Local(book).folder / "state.json"
    text = state.read_text("utf-8").replace('"fingerprint": "', '"fingerprint": "0')
    state.write_text(text, encoding="utf-8")
    assert problems(world.run("svcctl book doctor").output) == ["desk"]
    assert world.run("svcctl book doctor --fix").status == 0
    assert Local(book).desk() == "A"


def test_a_damaged_local_state_is_kept_aside(world: World, book: Path) -> None:
    state = Local(book).folder / "state.json"
    state.write_text("{", encoding="utf-8")
    assert problems(world.run("svcctl book doctor").output) == ["desk"]
    assert "svcctl desk claim" in world.run("svcctl book doctor --fix").output
    assert (state.parent / "state.json.damaged").read_text("utf-8") == "{"
    assert world.run("svcctl desk claim Z").status == 0
    assert Local(book).desk() == "Z"


def test_a_clone_without_desk_and_a_desk_without_card_need_a_person(
    world: World, book: Path
) -> None:
    (book / "desks/A.toml").unlink()
    said = world.run("svcctl book doctor --fix")
    assert (problems(said.output), said.status) == (["desk"], 1)
    assert "desks/A.toml" in said.output
    shutil.rmtree(Local(book).folder)
    said = world.run("svcctl book doctor --fix")
    assert problems(said.output) == ["desk"]
    assert "svcctl desk claim" in said.output


@pytest.mark.skipif(os.name == "nt", reason="modes say nothing on Windows")
def test_private_files_open_to_others_are_closed(world: World, book: Path) -> None:
    state = Local(book).folder / "state.json"
    state.chmod(0o644)
    assert problems(world.run("svcctl book doctor").output) == ["file modes"]
    assert world.run("svcctl book doctor --fix").status == 0
    assert state.stat().st_mode & 0o777 == 0o600


def test_settings_that_cannot_be_read_stop_nothing_else(world: World, book: Path) -> None:
    (book / "book.toml").write_bytes(b"[")
    said = world.run("svcctl book doctor")
    assert problems(said.output) == ["settings"]
    assert "ok: desk: A" in said.output

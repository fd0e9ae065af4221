"""Several files at once, what readers see meanwhile, and how it is finished."""

from __future__ import annotations

import errno
import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.errors import BusyError
from svcctl.base.errors import DiskError
from svcctl.base.errors import RecoveryNeededError
from svcctl.base.errors import RefusedError
from svcctl.book import files
from svcctl.book import journal
from svcctl.book.calls import Ops
from svcctl.book.files import blob_hash
from svcctl.book.journal import Change


class Interrupt(Ops):
    """Ends the process, so to speak, at the n-th rename."""

    def __init__(self, at: int, error: BaseException) -> None:
        self.left, self.error = at, error

    def rename(self, old: str, new: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise self.error
        super().rename(old, new)


OLD, NEW = b"old\n", b"new\n"
TWO = [Change("a/x.toml", blob_hash(OLD), NEW), Change("b/y.toml", None, b"y\n")]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.toml").write_bytes(OLD)
    return tmp_path


def tree(book: Path) -> dict[str, bytes]:
    return {
        path.relative_to(book).as_posix(): path.read_bytes()
        for path in book.rglob("*.toml")
        if files.STATE not in path.parts
    }


def residue(book: Path) -> list[str]:
    folder = book / files.STATE
    return sorted(path.name for path in folder.rglob("*") if path.name not in ("tmp", ".gitignore"))


def half_done(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commit `TWO`, interrupted before the first file is renamed into place."""
    with monkeypatch.context() as patch:
        patch.setattr(files, "ops", Interrupt(2, OSError(errno.ENOSPC, "full")))
        with pytest.raises(DiskError, match=r"a/x\.toml and 1 more file.*is committed"):
            journal.commit(book, TWO, "ticket close")


def test_one_file_is_created_replaced_and_deleted_without_a_journal(book: Path) -> None:
    journal.commit(book, [Change("b/y.toml", None, b"y")], "test")
    journal.commit(book, [Change("b/y.toml", blob_hash(b"y"), b"z")], "test")
    assert tree(book) == {"a/x.toml": OLD, "b/y.toml": b"z"}
    journal.commit(book, [Change("b/y.toml", blob_hash(b"z"), None)], "test")
    assert tree(book) == {"a/x.toml": OLD}
    assert residue(book) == []


@pytest.mark.parametrize("count", [2, 5, files.FEW + 5])
def test_many_files_change_together(count: int, book: Path) -> None:
    made = {f"b/{n}/{n}.toml": b"%d" % n for n in range(count)}
    changes = [Change(path, None, data) for path, data in made.items()]
    journal.commit(book, [*changes, Change("a/x.toml", blob_hash(OLD), None)], "test")
    assert tree(book) == made
    assert residue(book) == []


@pytest.mark.parametrize(
    "change, words",
    [
        (Change("a/x.toml", blob_hash(b"other"), NEW), "'a/x.toml' was changed meanwhile"),
        (Change("a/x.toml", blob_hash(b"other"), None), "'a/x.toml' was changed meanwhile"),
        (Change("a/x.toml", None, NEW), "'a/x.toml' was created meanwhile"),
        (Change("a/gone.toml", blob_hash(OLD), NEW), "'a/gone.toml' was changed meanwhile"),
        (Change("a/x.toml", blob_hash(NEW), NEW), "'a/x.toml' was changed meanwhile"),
    ],
    ids=["replaced", "replaced-delete", "created", "deleted", "unchanged-by-us"],
)
@pytest.mark.parametrize("others", [[], [Change("b/c/y.toml", None, b"y")]], ids=["one", "two"])
def test_a_file_changed_since_it_was_read_stops_everything(
    change: Change, words: str, others: list[Change], book: Path
) -> None:
    with pytest.raises(BusyError, match=words):
        journal.commit(book, [*others, change], "test")
    assert tree(book) == {"a/x.toml": OLD}
    assert not (book / "b").exists()
    assert residue(book) == []


def test_a_change_that_changes_nothing_writes_nothing(book: Path) -> None:
    before = (book / "a/x.toml").stat()
    journal.commit(book, [Change("a/x.toml", blob_hash(OLD), OLD)], "test")
    journal.commit(book, [Change("a/none.toml", None, None)], "test")
    journal.commit(book, [], "test")
    assert (book / "a/x.toml").stat() == before
    assert tree(book) == {"a/x.toml": OLD}


def test_two_changes_of_one_file_are_a_mistake_of_the_caller(book: Path) -> None:
    with pytest.raises(ValueError, match=r"a/x\.toml"):
        journal.commit(book, [TWO[0], TWO[0]], "test")


@pytest.mark.parametrize(
    "path", ["../x.toml", "/x.toml", ".svcctl/lock", "link/x.toml", "a/link.toml"]
)
def test_a_path_out_of_the_book_stops_everything(path: str, book: Path, tmp_path: Path) -> None:
    (book / "link").symlink_to(tmp_path.parent)
    (book / "a/link.toml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RefusedError):
        journal.commit(book, [*TWO, Change(path, None, b"x")], "test")
    assert (book / "a/x.toml").read_bytes() == OLD
    assert not (book / "b").exists()


def test_ctrl_c_before_the_commit_point_leaves_nothing(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "ops", Interrupt(1, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        journal.commit(book, TWO, "test")
    assert tree(book) == {"a/x.toml": OLD}
    assert residue(book) == []


def test_readers_see_a_committed_change_before_it_is_in_the_files(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert journal.pending(book) is None
    half_done(book, monkeypatch)
    assert tree(book) == {"a/x.toml": OLD}
    overlay = journal.pending(book)
    assert overlay == ({"a/x.toml": NEW, "b/y.toml": b"y\n"}, "ticket close")


def test_the_next_writer_finishes_it_once(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half_done(book, monkeypatch)
    assert journal.recover(book) == 2
    assert tree(book) == {"a/x.toml": NEW, "b/y.toml": b"y\n"}
    assert residue(book) == []
    assert journal.recover(book) == 0
    assert journal.pending(book) is None


def test_recovery_without_a_state_folder_has_nothing_to_do(book: Path) -> None:
    assert journal.recover(book) == 0
    assert not (book / files.STATE).exists()


def test_recovery_removes_what_a_dead_writer_left(book: Path) -> None:
    files.prepare(str(book))
    (book / files.STATE / "tmp/77-1").touch()
    journal.recover(book)
    assert residue(book) == []


def test_the_journal_can_be_read_by_people(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half_done(book, monkeypatch)
    first, note, one, two, empty, *rest = (book / journal.NAME).read_bytes().split(b"\n")
    assert first.startswith(b"svcctl journal 1 ")
    assert json.loads(note) == {"note": "ticket close", "changes": 2}
    assert json.loads(one) == {"path": "a/x.toml", "old": blob_hash(OLD), "size": 4}
    assert json.loads(two) == {"path": "b/y.toml", "old": None, "size": 2}
    assert (empty, rest) == (b"", [b"new", b"y", b""])


@given(
    note=st.text(),
    rows=st.lists(st.tuples(st.text(), st.none() | st.text(), st.none() | st.binary()), min_size=1),
)
def test_a_journal_is_read_as_it_was_written(
    note: str, rows: list[tuple[str, str | None, bytes | None]]
) -> None:
    changes = [Change(*row) for row in rows]
    assert journal._decode(journal._encode(changes, note)) == (changes, note)


def test_a_note_that_a_shell_passed_undecoded_is_kept() -> None:
    changes = [Change("a", None, b"")]
    assert journal._decode(journal._encode(changes, "log \udce6")) == (changes, "log \udce6")


@given(st.binary() | st.binary().map(lambda data: b"svcctl journal 1 " + data))
def test_no_bytes_are_taken_for_a_journal(data: bytes) -> None:
    with pytest.raises(RecoveryNeededError):
        journal._decode(data)


@pytest.mark.parametrize("cut", [slice(-1), slice(0, 0), slice(20, None)])
def test_a_damaged_journal_stops_readers_and_writers(
    cut: slice, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_done(book, monkeypatch)
    path = book / journal.NAME
    path.write_bytes(path.read_bytes()[cut])
    for use in (journal.pending, journal.recover):
        with pytest.raises(RecoveryNeededError, match="is damaged") as raised:
            use(book)
        assert "svcctl book doctor --fix" in raised.value.hints[0]
    assert tree(book) == {"a/x.toml": OLD}


def test_a_journal_of_a_newer_version_is_left_alone(book: Path) -> None:
    files.prepare(str(book))
    (book / journal.NAME).write_bytes(b"svcctl journal 2 abc\n")
    with pytest.raises(RecoveryNeededError, match="newer svcctl"):
        journal.recover(book)


def test_a_journal_that_leads_out_of_the_book_is_not_followed(book: Path) -> None:
    files.prepare(str(book))
    data = journal._encode([Change("../out.toml", None, b"x")], "evil")
    (book / journal.NAME).write_bytes(data)
    with pytest.raises(RecoveryNeededError, match=r"'\.\./out\.toml' is not a path inside"):
        journal.recover(book)
    assert not (book.parent / "out.toml").exists()


def test_a_file_edited_since_is_named_and_never_overwritten(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_done(book, monkeypatch)
    (book / "a/x.toml").write_bytes(b"by hand\n")
    with pytest.raises(RecoveryNeededError, match=r"'a/x\.toml' was edited") as raised:
        journal.recover(book)
    assert "svcctl book doctor --fix" in raised.value.hints[-1]
    assert tree(book) == {"a/x.toml": b"by hand\n"}
    assert (book / journal.NAME).exists()


def test_rescue_keeps_the_edited_file_and_finishes(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_done(book, monkeypatch)
    (book / "a/x.toml").write_bytes(b"by hand\n")
    (kept,) = journal.rescue(book)
    assert (book / kept).read_bytes() == b"by hand\n"
    assert kept.startswith(".svcctl/rescued/")
    assert kept.endswith("/a/x.toml")
    assert tree(book) == {"a/x.toml": NEW, "b/y.toml": b"y\n"}
    assert journal.recover(book) == 0


def test_rescue_of_a_file_deleted_since_writes_it(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_done(book, monkeypatch)
    (book / "a/x.toml").unlink()
    assert journal.rescue(book) == []
    assert tree(book) == {"a/x.toml": NEW, "b/y.toml": b"y\n"}


def test_rescue_sets_a_damaged_journal_aside(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half_done(book, monkeypatch)
    (book / journal.NAME).write_bytes(b"rubbish")
    (kept,) = journal.rescue(book)
    assert (book / kept).read_bytes() == b"rubbish"
    assert journal.pending(book) is None
    assert tree(book) == {"a/x.toml": OLD}


def test_rescue_twice_keeps_both(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "strftime", lambda _format: "20261121T091200")
    kept = []
    for text in (b"one", b"two"):
        files.prepare(str(book))
        (book / journal.NAME).write_bytes(text)
        kept += journal.rescue(book)
    assert [(book / path).read_bytes() for path in kept] == [b"one", b"two"]


def test_rescue_with_nothing_to_do(book: Path) -> None:
    assert journal.rescue(book) == []
    assert tree(book) == {"a/x.toml": OLD}


def test_flushes_do_not_grow_with_a_batch(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.prepare(str(book))
    counts = []
    for count in (20, 60):
        ops = CountingOps()
        with monkeypatch.context() as patch:
            patch.setattr(files, "ops", ops)
            changes = [Change(f"c{count}/{n}.toml", None, b"n") for n in range(count)]
            journal.commit(book, changes, "test")
        counts.append(ops.flushes)
    assert counts[0] == counts[1] <= 8


class CountingOps(Ops):
    """Counts flushes."""

    flushes = 0

    def fsync(self, fd: int) -> None:
        self.flushes += 1
        os.fsync(fd)

    def syncfs(self, folder: str) -> bool:
        self.flushes += 1
        return super().syncfs(folder)

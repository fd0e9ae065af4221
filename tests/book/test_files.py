"""Durable replacement of single files, their modes, and that no path leads out of the book."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from svcctl.base.errors import DiskError
from svcctl.base.errors import RefusedError
from svcctl.book import calls
from svcctl.book import files
from svcctl.book.calls import Ops


class FailingOps(Ops):
    """Fails one kind of call, on paths or always, and counts."""

    def __init__(self, call: str, number: int, *, folders: bool = False) -> None:
        self.call, self.number, self.folders = call, number, folders
        self.count = 0

    def _maybe(self, call: str, *, folder: bool = False) -> None:
        if call == self.call and folder == self.folders:
            self.count += 1
            raise OSError(self.number, os.strerror(self.number))

    def fsync(self, fd: int) -> None:
        self._maybe("fsync", folder=stat.S_ISDIR(os.fstat(fd).st_mode))
        super().fsync(fd)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        self._maybe("write")
        return super().write(fd, data)

    def rename(self, old: str, new: str) -> None:
        if f"/{files.STATE}/" in old:
            self._maybe("rename")
        super().rename(old, new)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def umask() -> Iterator[None]:
    old = os.umask(0o027)
    yield
    os.umask(old)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def all_files(book: Path) -> set[str]:
    return {path.relative_to(book).as_posix() for path in book.rglob("*") if path.is_file()}


def test_write_one_makes_folders_and_leaves_nothing_else(book: Path) -> None:
    files.write_one(book / "tickets/2026/x.toml", b"x", root=book)
    assert (book / "tickets/2026/x.toml").read_bytes() == b"x"
    assert all_files(book) == {"tickets/2026/x.toml", ".svcctl/.gitignore"}
    assert (book / ".svcctl/.gitignore").read_text() == "*\n"


def test_write_one_replaces_by_another_file(book: Path) -> None:
    path = book / "x.toml"
    files.write_one(path, b"old", root=book)
    with path.open("rb") as reader:
        files.write_one(path, b"new", root=book)
        assert reader.read() == b"old"
    assert files.read(path) == b"new"


def test_write_one_without_a_book_stays_in_its_folder(tmp_path: Path) -> None:
    files.write_one(tmp_path / "state.json", b"{}")
    assert all_files(tmp_path) == {"state.json"}


@pytest.mark.usefixtures("umask")
def test_new_file_follows_the_umask(book: Path) -> None:
    files.write_one(book / "x.toml", b"x", root=book)
    assert mode(book / "x.toml") == 0o640


@pytest.mark.usefixtures("umask")
def test_replaced_file_keeps_its_mode(book: Path) -> None:
    path = book / "x.toml"
    path.touch()
    path.chmod(0o664)
    files.write_one(path, b"x", root=book)
    assert mode(path) == 0o664


@pytest.mark.usefixtures("umask")
def test_shared_folder_gives_its_group_rights_to_what_is_new(book: Path) -> None:
    book.chmod(0o2770)
    files.write_one(book / "a/x.toml", b"x", root=book)
    assert mode(book / "a") == 0o2770
    assert mode(book / "a/x.toml") == 0o660
    assert mode(book / ".svcctl/tmp") == 0o2770


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs another group")
def test_shared_folder_gives_its_group(book: Path) -> None:
    (book / "a").mkdir()
    os.chown(book / "a", -1, 4711)
    (book / "a").chmod(0o2775)
    files.write_one(book / "a/x.toml", b"x", root=book)
    assert (book / "a/x.toml").stat().st_gid == 4711


def test_private_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "local/state.json"
    files.write_private(path, b"1")
    files.write_private(path, b"2")
    assert path.read_bytes() == b"2"
    assert mode(path) == 0o600


def test_folder_on_another_file_system_is_written_beside_the_target(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ops = FailingOps("rename", errno.EXDEV)
    monkeypatch.setattr(files, "ops", ops)
    files.write_one(book / "a/x.toml", b"x", root=book)
    assert ops.count == 1
    assert (book / "a/x.toml").read_bytes() == b"x"
    assert all_files(book) == {"a/x.toml", ".svcctl/.gitignore"}


@pytest.mark.parametrize(
    "call, number, words",
    [
        ("fsync", errno.EIO, "the disk reports an input/output error"),
        ("write", errno.ENOSPC, "no space left on the disk"),
        ("rename", errno.EROFS, "the file system is read-only"),
    ],
)
def test_failure_is_not_retried_and_changes_nothing(
    call: str, number: int, words: str, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_one(book / "x.toml", b"old", root=book)
    ops = FailingOps(call, number)
    monkeypatch.setattr(files, "ops", ops)
    for path in ("x.toml", "new/folder/y.toml"):
        with pytest.raises(DiskError, match=f"{words}; nothing was changed"):
            files.write_one(book / path, b"new", root=book)
    assert ops.count == 2
    assert (book / "x.toml").read_bytes() == b"old"
    assert not (book / "new").exists()
    assert all_files(book) == {"x.toml", ".svcctl/.gitignore"}


def test_unconfirmed_write_says_that_it_is_written(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.prepare(str(book))
    monkeypatch.setattr(files, "ops", FailingOps("fsync", errno.EIO, folders=True))
    with pytest.raises(DiskError, match=r"is written, but the disk did not confirm it"):
        files.write_one(book / "x.toml", b"new", root=book)
    assert (book / "x.toml").read_bytes() == b"new"


def test_file_system_that_cannot_flush_folders_is_accepted(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "ops", FailingOps("fsync", errno.EINVAL, folders=True))
    files.write_one(book / "x.toml", b"new", root=book)
    assert (book / "x.toml").read_bytes() == b"new"


def test_read_tells_missing_from_unreadable(book: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.read(book / "x.toml")
    with pytest.raises(DiskError, match=r"cannot read .*: it is a folder"):
        files.read(book)


def test_blob_hash_is_the_one_of_git() -> None:
    assert files.blob_hash(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_disk_errors_name_the_path() -> None:
    with pytest.raises(DiskError, match="cannot use 'here': permission denied"):  # noqa: SIM117
        with files.disk_errors("here"):
            raise PermissionError(errno.EACCES, "no")


def test_deleted_state_folder_comes_back(book: Path) -> None:
    files.prepare(str(book))
    (book / ".svcctl/tmp").rmdir()
    (book / ".svcctl/.gitignore").unlink()
    files.write_one(book / "x.toml", b"x", root=book)
    assert (book / ".svcctl/.gitignore").read_text() == "*\n"


@pytest.mark.parametrize("name", [".svcctl", ".svcctl/tmp"])
def test_state_folder_that_is_a_link_is_refused(name: str, tmp_path: Path) -> None:
    book, other = tmp_path / "book", tmp_path / "other"
    other.mkdir()
    (book / name).parent.mkdir(parents=True)
    (book / name).symlink_to(other)
    with pytest.raises(RefusedError, match="must be a folder"):
        files.write_one(book / "x.toml", b"x", root=book)
    assert list(other.iterdir()) == []
    assert not (book / "x.toml").exists()


@pytest.mark.parametrize(
    "rel",
    [
        "", "/etc/passwd", "..", "../x.toml", "a/../../x.toml", "a//x.toml", "./x.toml", "a/",
        "a\\..\\x.toml", "C:x.toml", "x.toml:stream", "a/\0.toml", "a\n.toml", "\udc80.toml",
        ".git/config", ".GIT/config", "a/.git/config", ".svcctl/journal", ".Svcctl/x", ".git./x",
        "... /x",
    ],
)  # fmt: skip
def test_path_that_leads_out_is_refused(rel: str, book: Path) -> None:
    with pytest.raises(RefusedError, match="is not a path inside the book"):
        files.inside(book, rel)


@pytest.mark.parametrize(
    "rel", ["book.toml", "units/3/3-2-1501.toml", "手册/规则.toml", ".taplo.toml"]
)
def test_path_in_the_book_is_found_whether_it_exists_or_not(rel: str, book: Path) -> None:
    assert files.inside(book, rel) == book / rel
    (book / rel).parent.mkdir(parents=True, exist_ok=True)
    (book / rel).touch()
    assert files.inside(book, rel) == book / rel


def test_links_are_refused_wherever_they_are(tmp_path: Path) -> None:
    book, other = tmp_path / "book", tmp_path / "other"
    book.mkdir()
    other.mkdir()
    (book / "folder").symlink_to(other)
    (book / "x.toml").symlink_to(other / "x.toml")
    for rel in ("folder/x.toml", "folder/deep/x.toml", "x.toml"):
        with pytest.raises(RefusedError, match="is a link"):
            files.inside(book, rel)


def test_path_through_a_file_is_refused(book: Path) -> None:
    (book / "a").touch()
    with pytest.raises(RefusedError):
        files.inside(book, "a/b/x.toml")


def test_rename_on_windows_waits_for_an_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []
    pauses: list[float] = []

    def busy(old: str, new: str) -> None:
        tries.append(f"{old} {new}")
        if len(tries) < 3:
            raise PermissionError(errno.EACCES, "held")

    monkeypatch.setattr(os, "replace", busy)
    monkeypatch.setattr(time, "sleep", pauses.append)
    calls._rename_patiently("a", "b")
    assert tries == ["a b"] * 3
    assert pauses == sorted(pauses)


def test_rename_on_windows_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def held(_old: str, _new: str) -> None:
        raise PermissionError(errno.EACCES, "held")

    monkeypatch.setattr(os, "replace", held)
    monkeypatch.setattr(time, "sleep", lambda _s: None)
    with pytest.raises(PermissionError):
        calls._rename_patiently("a", "b")

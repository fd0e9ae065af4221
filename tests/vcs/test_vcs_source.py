from __future__ import annotations

from pathlib import Path

import pytest

from svcctl.base.errors import DiskError
from svcctl.base.errors import GitError
from svcctl.base.errors import NotFoundError
from svcctl.book.files import blob_hash
from svcctl.vcs import git
from svcctl.vcs.source import Commit
from svcctl.vcs.source import Staged

pytestmark = pytest.mark.git

UNIT = "units/3/3-2-1501.toml"
STAFF = "staff/wang.fang.toml"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book in a subfolder of a repository, with one commit."""
    root = tmp_path / "office" / "records"
    root.mkdir(parents=True)
    git.run(tmp_path, ["init", "-q", "-b", "main"])
    write(root, UNIT, b'id = "3-2-1501"\n')
    write(root, STAFF, b'id = "wang.fang"\n')
    write(root, "units/3/notes.txt", b"no record")
    write(root, "schemas/unit.toml", b"")
    write(root, "units/.hidden/a.toml", b"")
    write(tmp_path, "units/3/outside.toml", b"")
    commit(tmp_path)
    return root


def write(root: Path, name: str, data: bytes) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(data)


def commit(folder: Path) -> None:
    git.run(folder, ["add", "--all"])
    git.run(folder, ["commit", "-q", "-m", "one"])


@pytest.mark.parametrize("of", [Staged, lambda root: Commit(root, "HEAD")])
def test_list_gives_records_of_the_subfolder_with_their_hashes(of: object, book: Path) -> None:
    source = of(book)  # type: ignore[operator]
    assert dict(source.list()) == {
        UNIT: blob_hash(b'id = "3-2-1501"\n'),
        STAFF: blob_hash(b'id = "wang.fang"\n'),
    }


@pytest.mark.parametrize("of", [Staged, lambda root: Commit(root, "HEAD")])
def test_read_gives_bytes_of_the_version_not_of_the_disk(of: object, book: Path) -> None:
    source = of(book)  # type: ignore[operator]
    write(book, UNIT, b"changed")
    assert source.read(UNIT) == b'id = "3-2-1501"\n'
    assert dict(source.read_many([STAFF, "units/9/none.toml", UNIT])) == {
        STAFF: b'id = "wang.fang"\n',
        UNIT: b'id = "3-2-1501"\n',
    }
    with pytest.raises(FileNotFoundError):
        source.read("units/9/none.toml")


def test_folder_and_subfolders_and_exists(book: Path) -> None:
    source = Commit(book, "HEAD")
    assert source.folder("units/3") == [UNIT]
    assert source.subfolders("units") == ["3"]
    assert source.exists(UNIT)
    assert not source.exists("units/3/3-2-1502.toml")


def test_staged_shows_what_is_added_and_not_what_is_not(book: Path) -> None:
    write(book, UNIT, b"staged")
    git.run(book, ["add", "--", UNIT])
    write(book, UNIT, b"not staged")
    write(book, "staff/li.na.toml", b"new")
    source = Staged(book)
    assert source.read(UNIT) == b"staged"
    assert not source.exists("staff/li.na.toml")


def test_staged_can_be_told_another_index(book: Path, tmp_path: Path) -> None:
    other = tmp_path / "next-index"
    git.run(book, ["read-tree", "HEAD"], env={"GIT_INDEX_FILE": str(other)})
    git.run(book, ["rm", "-q", "--cached", "--", STAFF])
    assert not Staged(book).exists(STAFF)
    assert Staged(book, str(other)).exists(STAFF)


def test_staged_merge_conflict_is_listed_without_content(book: Path) -> None:
    git.run(book, ["switch", "-q", "-c", "other"])
    write(book, UNIT, b"theirs")
    commit(book)
    git.run(book, ["switch", "-q", "main"])
    write(book, UNIT, b"ours")
    commit(book)
    git.run(book, ["merge", "other"], ok=(1,))
    source = Staged(book)
    assert dict(source.list())[UNIT] == ""
    assert dict(source.read_many([UNIT])) == {}
    with pytest.raises(DiskError, match="merge"):
        source.read(UNIT)


def test_symlink_in_git_is_listed_without_content(book: Path) -> None:
    (book / STAFF).unlink()
    (book / STAFF).symlink_to("/etc/passwd")
    commit(book)
    source = Commit(book, "HEAD")
    assert dict(source.list())[STAFF] == ""
    with pytest.raises(DiskError, match="not a plain file"):
        source.read(STAFF)


def test_commit_can_be_an_older_one(book: Path) -> None:
    write(book, UNIT, b"new")
    commit(book)
    assert Commit(book, "HEAD").read(UNIT) == b"new"
    assert Commit(book, "HEAD~1").read(UNIT) == b'id = "3-2-1501"\n'
    assert Commit(book, "main").commit == Commit(book, "HEAD").commit


@pytest.mark.parametrize("rev", ["nonsense", "-x", "HEAD~99", "HEAD@{99}", "", "a\nb"])
def test_commit_that_is_none_is_not_found(rev: str, book: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no revision"):
        list(Commit(book, rev).list())


def test_commit_from_before_the_book_has_no_book(book: Path, tmp_path: Path) -> None:
    git.run(book, ["checkout", "-q", "--orphan", "empty"])
    git.run(book, ["rm", "-rqf", "--cached", "--", str(tmp_path)])
    git.run(book, ["commit", "-q", "--allow-empty", "-m", "nothing"])
    with pytest.raises(NotFoundError, match="there is no book in revision"):
        list(Commit(book, "HEAD").list())


def test_outside_a_repository_is_a_git_error(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="is not in a git repository"):
        list(Commit(tmp_path, "HEAD").list())
    with pytest.raises(GitError, match="is not in a git repository"):
        list(Staged(tmp_path).list())


def test_in_a_worktree_both_versions_work(book: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    git.run(book, ["worktree", "add", "-q", str(second)])
    root = second / "office" / "records"
    assert Staged(root).exists(UNIT)
    assert Commit(root, "HEAD").exists(UNIT)

"""The queue of what awaits its commit: part of the transaction, unseen by readers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.errors import RefusedError
from svcctl.book import files
from svcctl.book import journal
from svcctl.book.journal import Change
from svcctl.book.lock import WriterLock
from svcctl.book.source import Disk
from svcctl.vcs.commits import queue
from svcctl.vcs.commits.queue import Waiting

PLAIN = Waiting(0, "words\n", "王芳", "wang.fang", 1795224000, "+0800", "", "", [])
X = Change("staff/x.toml", None, b"x\n")


def put(root: Path, *changes: Change) -> None:
    """Do as a writing command does."""
    with WriterLock(root, "test", 1):
        journal.recover(root)
        one = PLAIN._replace(changes=list(changes))
        journal.commit(root, [*changes, queue.add(root, one)], "test")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "book.toml").write_bytes(b"format = 1\n")
    return tmp_path


def test_what_is_put_with_the_records_comes_out_in_order(root: Path) -> None:
    put(root, X)
    put(root, Change("staff/y.toml", None, b"y\n"), Change(X.path, files.blob_hash(b"x\n"), None))
    one, two = queue.waiting(root)
    assert (one.number, two.number) == (1, 2)
    assert one == PLAIN._replace(number=1, changes=[X])
    assert two.changes[1] == Change(X.path, files.blob_hash(b"x\n"), None)
    assert not (root / X.path).exists()


def test_ten_comes_after_nine(root: Path) -> None:
    for number in range(11):
        put(root, Change(f"staff/x{number}.toml", None, b"x"))
    assert [one.number for one in queue.waiting(root)] == list(range(1, 12))


def test_a_dropped_one_is_gone_and_its_number_not_given_before_the_others(root: Path) -> None:
    put(root, X)
    put(root, Change("staff/y.toml", None, b"y\n"))
    queue.drop(root, 1)
    queue.drop(root, 1)
    assert queue.numbers(root) == [2]
    put(root, Change("staff/z.toml", None, b"z\n"))
    assert queue.numbers(root) == [2, 3]


def test_an_empty_queue_needs_no_folder(root: Path) -> None:
    assert queue.waiting(root) == []
    assert queue.numbers(root) == []
    assert queue.load(root, 1) is None


changes = st.builds(
    Change,
    st.from_regex(r"[a-z]{1,8}/[a-zé物]{1,8}\.toml", fullmatch=True),
    st.none() | st.just("0" * 40),
    st.none() | st.binary(max_size=40),
)


@given(st.lists(changes, max_size=5), st.text(), st.text(), st.integers(0, 2**40))
def test_every_waiting_commit_survives_the_file(
    found: list[Change], message: str, author: str, at: int
) -> None:
    one = PLAIN._replace(
        number=7,
        message=message.encode("utf-8", "replace").decode(),
        author=author.encode("utf-8", "replace").decode(),
        at=at,
        changes=found,
    )
    assert queue._decode(7, queue._encode(one)) == one


@given(st.integers(0, 300), st.binary(min_size=1, max_size=4))
def test_a_torn_file_is_told_from_a_whole_one(place: int, junk: bytes) -> None:
    whole = queue._encode(PLAIN._replace(changes=[X]))
    torn = whole[: place % len(whole)] + junk
    if torn != whole:
        with pytest.raises((ValueError, KeyError, TypeError)):
            queue._decode(1, torn)


def test_damaged_and_strange_files_are_left_out(root: Path) -> None:
    put(root, X)
    folder = root / ".svcctl/commits"
    (folder / "2").write_bytes(b"torn")
    (folder / "notes.txt").write_bytes(b"mine")
    (folder / "03").write_bytes(b"mine")
    assert queue.numbers(root) == [1, 2]
    assert [one.number for one in queue.waiting(root)] == [1]


@pytest.mark.parametrize(
    "path",
    [
        ".svcctl/journal",
        ".svcctl/lock",
        ".svcctl/commits",
        ".svcctl/commits/",
        ".svcctl/commits/x",
        ".svcctl/commits/0",
        ".svcctl/commits/01",
        ".svcctl/commits/1/2",
        ".svcctl/commits/../journal",
        ".svcctl/commits/¹",
        "staff/.svcctl/commits/1",
        ".git/commits/1",
    ],
)
def test_the_store_is_open_for_nothing_else_in_its_own_folder(root: Path, path: str) -> None:
    (root / ".svcctl").mkdir()
    (root / ".svcctl/keep").touch()
    before = sorted(root.rglob("*"))
    with pytest.raises((RefusedError, OSError)), WriterLock(root, "test", 1):
        journal.commit(root, [X, Change(path, None, b"x")], "test")
    left = {one for one in root.rglob("*") if one.name not in ("lock", "tmp", ".gitignore")}
    assert left == set(before)


def test_a_link_in_its_place_is_refused(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("away")
    (root / ".svcctl").mkdir()
    (root / ".svcctl/commits").symlink_to(away)
    with pytest.raises(RefusedError, match="is a link"):
        put(root, X)
    assert list(away.iterdir()) == []


def test_readers_see_records_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_self: object, _steps: object = None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(journal._Draft, "place", stop)
    with pytest.raises(KeyboardInterrupt):
        put(root, X)
    monkeypatch.undo()
    overlay = journal.pending(root)
    assert overlay is not None
    assert overlay.files == {X.path: b"x\n"}
    assert [path for path, _hash in Disk(root).list()] == ["book.toml", X.path]
    with WriterLock(root, "test", 1):
        assert journal.recover(root) == 2
    assert queue.waiting(root)[0].changes == [X]
    assert [path for path, _hash in Disk(root).list()] == ["book.toml", X.path]

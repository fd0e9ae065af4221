"""What belongs to one clone: a copy is told from it, a move or a worktree is none."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from svcctl.base.errors import DiskError
from svcctl.base.errors import RefusedError
from svcctl.book import local
from svcctl.book.local import Local
from tests.support.builders import folder


def desk_a(root: Path) -> Local:
    """Return the local state of a book that is desk A."""
    made = Local(folder(root))
    made.claim("A", "0123456789abcdef")
    return made


def git(at: Path, *argv: str) -> None:
    """Run git quietly."""
    subprocess.run(["git", *argv], cwd=at, check=True, capture_output=True)


def repository(root: Path, book: str = ".") -> Path:
    """Return a book inside a new repository, committed."""
    root.mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    made = folder(root / book)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    return made


def test_new_folder_is_no_desk_and_says_how_to_become_one(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="no desk yet") as refused:
        Local(folder(tmp_path / "b")).desk()
    assert refused.value.hints == ("claim a free code: svcctl desk claim B",)
    assert not Local(tmp_path / "b").moved()


def test_claimed_desk_is_remembered(tmp_path: Path) -> None:
    desk_a(tmp_path / "b")
    assert Local(tmp_path / "b").desk() == "A"


def test_copy_gives_out_no_numbers(tmp_path: Path) -> None:
    desk_a(tmp_path / "b")
    shutil.copytree(tmp_path / "b", tmp_path / "copy")
    with pytest.raises(RefusedError, match="desk 'A' may live elsewhere"):
        Local(tmp_path / "copy").desk()
    assert Local(tmp_path / "copy").moved()
    assert Local(tmp_path / "b").desk() == "A"


def test_copy_becomes_a_desk_of_its_own(tmp_path: Path) -> None:
    desk_a(tmp_path / "b")
    shutil.copytree(tmp_path / "b", tmp_path / "copy")
    Local(tmp_path / "copy").claim("B", "f" * 16)
    assert Local(tmp_path / "copy").desk() == "B"
    assert Local(tmp_path / "b").desk() == "A"


def test_renamed_folder_is_the_same_desk(tmp_path: Path) -> None:
    desk_a(tmp_path / "b").reserve("T261121-A", 1)
    (tmp_path / "b").rename(tmp_path / "moved")
    moved = Local(tmp_path / "moved")
    assert moved.desk() == "A"
    assert moved.reserve("T261121-A", 1) == 2


def test_other_machine_is_another_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = desk_a(tmp_path / "b")
    monkeypatch.setattr(local, "_machine", lambda: "another")
    with pytest.raises(RefusedError):
        made.desk()


@pytest.mark.git
def test_state_lives_beside_git_and_survives_git_clean(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", "records")
    made = Local(root)
    made.claim("A", "0" * 16)
    made.reserve("T261121-A", 41)
    assert (tmp_path / "r" / ".git") in made.folder.parents
    git(tmp_path / "r", "clean", "-fdxq")
    assert Local(root).desk() == "A"
    assert Local(root).reserve("T261121-A", 1) == 42


@pytest.mark.git
def test_worktrees_share_desk_and_numbers(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", "records")
    Local(root).claim("A", "0" * 16)
    assert Local(root).reserve("T261121-A", 1) == 1
    git(tmp_path / "r", "worktree", "add", "-q", str(tmp_path / "w"), "-b", "side")
    side = Local(tmp_path / "w" / "records")
    assert side.desk() == "A"
    assert side.reserve("T261121-A", 1) == 2
    assert Local(root).reserve("T261121-A", 1) == 3


@pytest.mark.git
def test_git_clone_is_no_desk_and_copied_repository_gives_out_no_numbers(tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    Local(root).claim("A", "0" * 16)
    git(tmp_path, "clone", "-q", str(root), "clone")
    with pytest.raises(RefusedError, match="no desk yet"):
        Local(tmp_path / "clone").desk()
    shutil.copytree(root, tmp_path / "copy", symlinks=True)
    with pytest.raises(RefusedError, match="copied or moved"):
        Local(tmp_path / "copy").desk()


@pytest.mark.git
def test_submodule_keeps_its_state_in_the_repository_above(tmp_path: Path) -> None:
    root = repository(tmp_path / "book")
    above = repository(tmp_path / "above")
    git(above, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(root), "estate")
    made = Local(above / "estate")
    made.claim("A", "0" * 16)
    assert (above / ".git" / "modules" / "estate") in made.folder.parents


@pytest.mark.git
def test_two_books_of_one_repository_have_two_states(tmp_path: Path) -> None:
    repository(tmp_path / "r", "one")
    one, two = Local(tmp_path / "r" / "one"), Local(folder(tmp_path / "r" / "two"))
    one.claim("A", "0" * 16)
    assert one.folder != two.folder
    with pytest.raises(RefusedError, match="no desk yet"):
        two.desk()


def test_broken_git_file_does_not_stop_the_book(tmp_path: Path) -> None:
    (folder(tmp_path / "b") / ".git").write_text("gitdir: nowhere\n")
    made = Local(tmp_path / "b")
    made.claim("A", "0" * 16)
    assert made.folder == tmp_path / "b" / ".svcctl" / "local"


@settings(max_examples=30)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["T261121-A", "R-A"]), st.integers(1, 30)), max_size=12
    )
)
def test_no_number_is_given_twice_and_none_below_the_files(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    made = desk_a(tmp_path_factory.mktemp("book"))
    given_: set[tuple[str, int]] = set()
    for series, at_least in steps:
        number = made.reserve(series, at_least)
        assert number >= at_least
        assert (series, number) not in given_
        assert all(number > other for name, other in given_ if name == series)
        given_.add((series, number))


def test_many_days_later_the_undated_series_is_still_known(tmp_path: Path) -> None:
    made = desk_a(tmp_path / "b")
    made.reserve("R-A", 7)
    made.reserve_many({f"T{year:02}{month:02}{day:02}-A": (1, 3)
                       for year in (24, 25) for month in range(1, 13) for day in range(1,
                       29)})  # fmt: skip
    assert made.reserve("R-A", 1) == 8
    assert made.reserve("T251228-A", 1) == 4
    # An import of old years, taken back, must not give their numbers a second time.
    assert made.reserve("T240101-A", 1) == 4


@pytest.mark.parametrize("text", ["", "{", "[]", "5", "null", '{"last": []}', "\0", "\udcff"])
def test_damaged_state_is_told_and_never_guessed(tmp_path: Path, text: str) -> None:
    made = desk_a(tmp_path / "b")
    (made.folder / "state.json").write_bytes(text.encode(errors="surrogateescape"))
    for ask in (made.read, made.desk, lambda: made.reserve("T261121-A", 1)):
        with pytest.raises(DiskError, match="cannot read") as refused:
            ask()
        assert refused.value.hints == ("svcctl book doctor --fix",)


def test_update_keeps_what_it_does_not_name(tmp_path: Path) -> None:
    made = desk_a(tmp_path / "b")
    made.update(acting="wang.fang")
    made.reserve("T261121-A", 1)
    assert local.acting(tmp_path / "b") == "wang.fang"
    made.update(acting=None)
    assert local.acting(tmp_path / "b") is None
    assert made.desk() == "A"
    assert made.reserve("T261121-A", 1) == 2


def test_state_is_for_its_owner_alone(tmp_path: Path) -> None:
    made = desk_a(tmp_path / "b")
    made.update(acting="wang.fang")
    assert stat.S_IMODE(os.stat(made.folder / "state.json").st_mode) == 0o600

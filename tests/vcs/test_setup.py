"""Blocks, scripts and edits of the set-up: what goes in comes out again, byte for byte."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.errors import BusyError
from svcctl.vcs import git
from svcctl.vcs import state
from svcctl.vcs.setup import blocks
from svcctl.vcs.setup import edits
from svcctl.vcs.setup import install as setup
from svcctl.vcs.setup import scripts
from svcctl.vcs.setup.edits import Edit

LINES = st.lists(
    st.sampled_from([b"a", b"* text", b"# svcctl begin other", b"", b"\xff", b"x\r", b"\r"]),
    max_size=6,
).map(lambda lines: b"".join(line + b"\n" for line in lines))


@given(LINES, st.sampled_from(["", "records", "我的 台账"]))
def test_a_block_appended_comes_out_without_a_trace(data: bytes, book: str) -> None:
    made = blocks.appended(data, blocks.block(book, "one\n"))
    assert made.startswith(data)
    assert blocks.holds(made)
    assert blocks.without(made, book) == data


@given(LINES, st.sampled_from([b"", b"#!/bin/sh\n", b"#!/usr/bin/env bash\n"]))
def test_a_block_in_a_script_stands_first_and_comes_out(data: bytes, first: bytes) -> None:
    made = blocks.in_script(first + data, blocks.block("", "one\n"))
    if first + data:
        assert blocks.without(made, "") == first + data
    assert made.splitlines()[1 if made.startswith(b"#!") else 0] == b"# svcctl begin"


def test_two_books_have_a_block_each_and_one_end_missing_takes_nothing() -> None:
    both = blocks.appended(blocks.appended(b"x\n", blocks.block("a", "1\n")), blocks.block("b", ""))
    assert blocks.without(both, "a") == b"x\n# svcctl begin b\n# svcctl end b\n"
    assert blocks.without(b"# svcctl begin\nmine\n", "") == b"# svcctl begin\nmine\n"


@pytest.mark.parametrize(
    "script, fits",
    [
        (b"#!/bin/sh\n", True),
        (b"#!/usr/bin/env bash\n", True),
        (b"#!/usr/bin/env -S bash -e\n", True),
        (b"#! /bin/dash -u\n", True),
        (b"echo x\n", True),
        (b"#!/usr/bin/env python3\n", False),
        (b"#!/usr/bin/perl\n", False),
        (b"#!/bin/sh\r\n", False),
        (b"\x7fELF\0\0", False),
        (b"#!\n", False),
    ],
)
def test_only_a_shell_script_takes_a_block(script: bytes, fits: bool) -> None:  # noqa: FBT001
    assert blocks.is_shell(script) is fits


def test_what_nobody_touched_comes_back_and_else_our_part_alone_goes(tmp_path: Path) -> None:
    notes = edits.Notes(tmp_path)
    notes.remember("/x/svcctl", {"f": (b"no end", b"no end\nours\n"), "g": (None, b"ours\n")})
    again = edits.Notes(tmp_path)
    assert again.program == "/x/svcctl"
    assert again.former("f", b"no end\nours\n", lambda _data: b"stripped") == b"no end"
    assert again.former("g", b"ours\n", lambda _data: b"stripped") is None
    assert again.former("f", b"changed", lambda _data: b"stripped") == b"stripped"
    assert again.former("other", b"x", lambda _data: b"stripped") == b"stripped"
    assert again.former("f", None, lambda _data: b"stripped") is None


@pytest.mark.parametrize("damaged", [b"", b"[]", b'{"files": 3}', b"\xff"])
def test_notes_that_cannot_be_read_are_none(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "setup.json").write_bytes(damaged)
    assert edits.Notes(tmp_path).former("f", b"x", lambda data: data) == b"x"


def test_git_configuration_is_not_written_while_git_writes_it(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_bytes(b"a")
    config.chmod(0o640)
    edit = Edit(setup.SETTINGS, config, b"a", b"b", "settings")
    (tmp_path / "config.lock").write_bytes(b"")
    with pytest.raises(BusyError, match="another program is changing"):
        edits.apply(edit)
    assert config.read_bytes() == b"a"
    assert (tmp_path / "config.lock").exists()
    (tmp_path / "config.lock").unlink()
    with pytest.raises(BusyError):
        edits.apply(edit._replace(now=b"other"))
    edits.apply(edit)
    assert (config.read_bytes(), config.stat().st_mode & 0o777) == (b"b", 0o640)
    assert sorted(os.listdir(tmp_path)) == ["config"]


def shell(text: str, *args: str, cwd: Path, path: str) -> subprocess.CompletedProcess[bytes]:
    """Run a setting of git as git does."""
    return subprocess.run(
        ["/bin/sh", "-c", f'{text} "$@"', text, *args],
        cwd=cwd,
        env={"PATH": path, "HOME": str(cwd)},
        capture_output=True,
        check=False,
    )


PROGRAMS = "/usr/bin:/bin"
OURS, BASE, THEIRS = b"a\nours\nz\n", b"a\nb\nz\n", b"a\ntheirs\nz\n"
MARKED = b"a\n<<<<<<< ours\nours\n=======\ntheirs\n>>>>>>> theirs\nz\n"


def merged(folder: Path, program: str, book: str = "") -> tuple[int, bytes]:
    for name, data in (("A", OURS), ("O", BASE), ("B", THEIRS)):
        (folder / name).write_bytes(data)
    text = scripts.driver(program, book)
    for sign, value in {"%O": "O", "%A": "A", "%B": "B", "%L": "7", "%P": "'it s.toml'"}.items():
        text = text.replace(sign, value)
    done = shell(text.replace("%%", "%"), cwd=folder, path=PROGRAMS)
    return done.returncode, (folder / "A").read_bytes()


def a_program(folder: Path, body: str) -> str:
    program = folder / "my 'own' 100%" / "svcctl"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.git
@pytest.mark.parametrize(
    "body, status, left",
    [
        ('printf "%s|" "$@" > A', 0, b"git|merge-driver|O|A|B|7|it s.toml|"),
        ('printf "$SVCCTL_BOOK" > A; exit 1', 1, b"my book"),
        ("exit 1", 1, MARKED),  # a Python that does not start
        ("exit 2", 1, MARKED),
        ("exit 70", 1, MARKED),
        ("kill -9 $$", 1, MARKED),
    ],
)
def test_driver_leaves_both_sides_whatever_svcctl_does(
    tmp_path: Path, body: str, status: int, left: bytes
) -> None:
    assert merged(tmp_path, a_program(tmp_path, body), "my book") == (status, left)


@pytest.mark.git
@pytest.mark.parametrize("program", ["", "/nowhere/svcctl"])
def test_driver_without_svcctl_marks_both_sides(tmp_path: Path, program: str) -> None:
    assert merged(tmp_path, program) == (1, MARKED)


@pytest.mark.parametrize(
    "body, said",
    [
        ('printf "in words: $4 $3\\n\\n"', b"in words:  a b.toml\n"),
        ("echo half; exit 1", b"raw\n"),
        ("exit 127", b"raw\n"),
    ],
)
def test_textconv_shows_the_file_as_it_is_where_svcctl_fails(
    tmp_path: Path, body: str, said: bytes
) -> None:
    (tmp_path / "a b.toml").write_bytes(b"raw\n")
    text = scripts.textconv(a_program(tmp_path, body), "")
    done = shell(text, "a b.toml", cwd=tmp_path, path=PROGRAMS)
    assert (done.returncode, done.stdout) == (0, said)


def test_textconv_without_svcctl_shows_the_file_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"raw\xff")
    done = shell(scripts.textconv("", ""), "x", cwd=tmp_path, path=PROGRAMS)
    assert (done.returncode, done.stdout) == (0, b"raw\xff")


@pytest.mark.parametrize(
    "mark, name",
    [
        ("MERGE_HEAD", "merge"),
        ("rebase-merge", "rebase"),
        ("rebase-apply", "rebase"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
        ("BISECT_LOG", "bisect"),
        ("nothing", ""),
    ],
)
def test_what_is_under_way_is_read_from_its_mark(tmp_path: Path, mark: str, name: str) -> None:
    (tmp_path / mark).touch()
    assert state.under_way(tmp_path) == name
    assert all(command.startswith("git ") for command in state.how_to_end(name))


@pytest.mark.git
@pytest.mark.parametrize("place", ["", ".git/worktrees/copy"])
def test_what_is_under_way_where_refs_are_kept_in_tables(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git learnt that in 2.45; in an older one, a ref that is a file stands for one of a table."""
    git.run(tmp_path, ["init", "-q"])
    folder = tmp_path / ".git"
    made = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a"}
    made |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a"}
    git.run(tmp_path, ["commit", "-q", "--allow-empty", "-m", "x"], env=made)
    if place:
        git.run(tmp_path, ["worktree", "add", "-q", str(tmp_path / "copy")])
        folder = tmp_path / place
    (folder / "reftable").mkdir()
    assert state.under_way(folder) == ""
    git.run(tmp_path, ["update-ref", "CHERRY_PICK_HEAD", "HEAD"], env={"GIT_DIR": str(folder)})
    seen = Path.exists
    monkeypatch.setattr(Path, "exists", lambda self: seen(self) and not self.name.endswith("HEAD"))
    assert state.under_way(folder) == "cherry-pick"


@pytest.mark.git
def test_head_counts_what_differs_below_the_book_alone(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)

    book = tmp_path / "我的 book"
    book.mkdir()
    git("init", "-qb", "main")
    first = state.head(book)
    assert (first.branch, first.commit, first.changed) == ("main", "", ())
    for name in ("a", "b", "c c"):
        (book / name).write_text(name * 30)
    git("add", "-A")
    git("commit", "-qm", "x")
    git("mv", "我的 book/a", "我的 book/ä 1")
    (book / "b").write_text("other")
    (book / "新").write_text("new")
    (tmp_path / "outside").write_text("x")
    head = state.head(book)
    assert set(head.changed) == {"我的 book/ä 1", "我的 book/b", "我的 book/新"}
    assert (head.upstream, head.ahead, len(head.commit)) == ("", None, 40)
    git("checkout", "-q", "--detach")
    assert state.head(book).branch == ""
    assert state.identity(book) == "Wang Fang <wang.fang@example.com>"
    assert state.version(book) >= (2,)

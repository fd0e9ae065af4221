"""`svcctl git commit`: what people changed in the book, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcctl.vcs.commits import commit
from tests.support.kept import FIRST
from tests.support.kept import TICKET
from tests.support.kept import Kept

pytestmark = pytest.mark.git

CARD = "units/3/3-2-1501.toml"


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """A book in which people commit."""
    made = Kept(tmp_path / "book")
    for policy in (made.book / "handbook/policy").iterdir():
        text = policy.read_text(encoding="utf-8")
        policy.write_text(text.replace('commit = "auto"', 'commit = "manual"'), encoding="utf-8")
    made.git("commit", "-aqm", "manual")
    made.mark()
    return made


def test_all_changes_of_the_book_are_one_commit(kept: Kept) -> None:
    kept.done("log complaint 3-2-1501 电梯困人")
    kept.done("unit edit 3-2-1501 --alias 十五楼东")
    said = kept.done("git commit")
    assert "2 files committed" in said
    assert kept.log("%an <%ae> %s") == [
        f"王芳 <wang.fang> registered {FIRST} (complaint), changed unit 3-2-1501 (also called)"
    ]
    assert kept.log("%b") == [
        f"registered {FIRST} (complaint)",
        "changed unit 3-2-1501 (also called)",
        "Svcctl: git commit",
    ]
    assert kept.status == ""
    assert "nothing to commit" in kept.done("git commit")


def test_only_the_paths_named(kept: Kept) -> None:
    kept.done("log complaint 3-2-1501 电梯困人")
    kept.done("unit edit 3-2-1501 --alias 十五楼东")
    kept.done("git commit units -m 别名")
    assert kept.log() == ["别名"]
    assert kept.status == f"?? {TICKET}\n"
    missing = kept.svcctl("git commit units")
    assert missing.status == 3
    assert "nothing to commit at 'units'" in missing.output


def test_what_is_not_of_the_book_is_left_alone(kept: Kept) -> None:
    (kept.top / "plan.txt").write_text("a\n", encoding="utf-8")
    (kept.top / "notes.md").write_text("a\n", encoding="utf-8")
    kept.git("add", "plan.txt")
    kept.done("log complaint 3-2-1501 电梯困人")
    kept.done("git commit")
    assert kept.status == "A  plan.txt\n?? notes.md\n"
    assert kept.git("show", "--name-only", "--format=").split() == [TICKET]


def test_a_file_staged_in_part_is_committed_as_it_is(kept: Kept) -> None:
    """As `git commit PATH` does: whoever names the book means its files as they are."""
    path = kept.book / CARD
    path.write_bytes(path.read_bytes() + 'note = "一"\n'.encode())
    kept.git("add", CARD)
    path.write_bytes(path.read_bytes().replace("一".encode(), "二".encode()))
    kept.done("git commit")
    assert "二" in kept.git("show", f"HEAD:{CARD}")
    assert kept.status == ""


def test_deleted_and_moved_files(kept: Kept) -> None:
    kept.done("staff new 李娜 --id li.na")
    kept.done("git commit")
    kept.git("mv", "staff/li.na.toml", "staff/li.nan.toml")
    path = kept.book / "staff/li.nan.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("li.na", "li.nan"), encoding="utf-8")
    kept.done("git commit")
    assert kept.git("ls-files", "staff").split() == ["staff/li.nan.toml", "staff/wang.fang.toml"]
    assert kept.status == ""
    path.unlink()
    kept.done("git commit")
    assert kept.git("ls-files", "staff").split() == ["staff/wang.fang.toml"]


def test_files_with_errors_are_refused_unless_told(kept: Kept) -> None:
    path = kept.book / CARD
    path.write_bytes(path.read_bytes() + b"nonsense = 1\n")
    ended = kept.svcctl("git commit")
    assert ended.status == 1
    assert f"{CARD}:" in ended.output
    assert "nothing was committed" in ended.output
    assert kept.log() == []
    kept.done("git commit --anyway")
    assert kept.log() == ["changed unit 3-2-1501"]
    assert kept.status == ""


def test_what_awaits_comes_first(kept: Kept) -> None:
    kept.git("checkout", "-q", "begin~1")
    kept.git("switch", "-q", "-C", "auto")
    kept.git("checkout", "-q", "--detach")
    assert "no branch is checked out" in kept.done("log complaint 3-2-1501 电梯困人")
    refused = kept.svcctl("git commit")
    assert refused.status == 4
    assert "no branch is checked out" in refused.output
    kept.git("switch", "-q", "auto")
    kept.git("tag", "-f", "begin")
    (kept.book / CARD).write_bytes((kept.book / CARD).read_bytes() + b'note = "x"\n')
    kept.done("git commit")
    assert kept.log() == [f"registered {FIRST} (complaint)", "changed unit 3-2-1501 (note)"]


def test_however_much_awaits_it_is_one_commit_each(kept: Kept) -> None:
    kept.git("switch", "-q", "-C", "auto", "begin~1")
    kept.mark()
    kept.done("log complaint 3-2-1501 电梯困人")
    kept.git("checkout", "-q", "--detach")
    for number in range(commit.MOST + 2):
        kept.done(f"ticket note {FIRST} 第{number}次")
    kept.git("switch", "-q", "auto")
    said = kept.done("git commit")
    assert said == "nothing to commit\n"
    assert len(kept.log()) == commit.MOST + 3
    assert kept.waiting == []


def test_not_during_a_merge(kept: Kept) -> None:
    kept.done("log complaint 3-2-1501 电梯困人")
    (kept.top / ".git/MERGE_HEAD").write_text(kept.git("rev-parse", "HEAD"), encoding="ascii")
    refused = kept.svcctl("git commit")
    assert refused.status == 4
    assert "a merge is under way" in refused.output
    assert "git merge --abort" in refused.output
    assert kept.log() == []


def test_a_message_with_a_number_is_warned_of(kept: Kept) -> None:
    kept.done("log complaint 3-2-1501 电梯困人")
    said = kept.done("git commit -m '13811112222 来电'")
    assert "the message holds a number" in said


def test_links_are_no_records(kept: Kept) -> None:
    (kept.book / "staff/x.toml").symlink_to("/etc/passwd")
    refused = kept.svcctl("git commit --anyway")
    assert refused.status == 6
    assert "not a plain file" in refused.output
    assert kept.log() == []


def test_without_a_repository(tmp_path: Path, kept: Kept) -> None:
    (kept.top / ".git").rename(tmp_path / "away")
    refused = kept.svcctl("git commit")
    assert refused.status == 8
    assert "is not in a git repository" in refused.output

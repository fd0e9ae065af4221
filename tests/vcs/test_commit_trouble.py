"""When git cannot, may not or need not: the record is safe, and its commit is made once."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from svcctl.base.errors import GitError
from svcctl.book import files
from svcctl.book.journal import Change
from svcctl.vcs import git
from svcctl.vcs.commits import commit
from svcctl.vcs.commits import queue
from svcctl.vcs.commits import tip as tips
from svcctl.vcs.commits.queue import Waiting
from tests.support.kept import FIRST
from tests.support.kept import TICKET
from tests.support.kept import Kept

pytestmark = pytest.mark.git

NOW = datetime.fromisoformat("2026-11-21 09:30+08:00")
LOG = "log complaint 3-2-1501 电梯困人"


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    made = Kept(tmp_path / "book")
    made.mark()
    return made


# -- what fails -----------------------------------------------------------------------------------


def test_index_held_by_another_git(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tips, "PATIENCE_S", 0.2)
    lock = kept.top / ".git/index.lock"
    lock.touch()
    said = kept.done(LOG)
    assert "not committed to Git yet" in said
    assert kept.log() == []
    lock.unlink()
    kept.done(f"ticket note {FIRST} 有人在")
    assert len(kept.log()) == 2
    assert kept.status == ""


def test_a_lock_that_a_dead_git_left_is_named_and_not_waited_for(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    real = git.run

    def run(folder: Path, args: Any, **how: Any) -> bytes:
        tried.append(args[0])
        return real(folder, args, **how)

    monkeypatch.setattr(git, "run", run)
    lock = kept.top / ".git/index.lock"
    lock.touch()
    os.utime(lock, (1, 1))
    said = kept.done(LOG)
    assert f"a git that died left '{lock}'" in said
    assert tried.count("update-index") == 1
    told = kept.svcctl("git status")
    assert told.status == 1
    assert f"rm '{lock}'" in told.output
    lock.unlink()
    kept.done("git commit")
    assert len(kept.log()) == 1
    assert kept.status == ""


def test_without_git_the_command_works_and_says_so_once(kept: Kept) -> None:
    path = kept.world.environ["PATH"]
    kept.world.environ["PATH"] = path.partition(":")[0]
    assert kept.done(LOG).count("git is not installed") == 1
    assert kept.done(f"ticket note {FIRST} 有人在").count("git is not installed") == 1
    kept.world.environ["PATH"] = path
    kept.done("unit edit 3-2-1501 --alias 十五楼东")
    assert len(kept.log()) == 3
    assert kept.status == ""


@pytest.mark.parametrize("step", ["config", "rev-parse", "cat-file", "fast-import", "update-index",
                                  "update-ref"])  # fmt: skip
def test_whatever_step_of_git_fails_the_record_is_safe_and_committed_later(
    kept: Kept, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = git.run

    def run(folder: Path, args: Any, **how: Any) -> bytes:
        if args[0] == step:
            raise git.failure(step, 128, b"fatal: No space left on device\n")
        return real(folder, args, **how)

    monkeypatch.setattr(git, "run", run)
    said = kept.done(LOG)
    assert "No space left on device" in said
    assert kept.waiting == ["1"]
    monkeypatch.setattr(git, "run", real)
    kept.done(f"ticket note {FIRST} 有人在")
    assert len(kept.log()) == 2
    assert kept.status == ""
    assert kept.git("fsck", "--strict") == ""


def test_git_that_gave_up_leaves_no_report_of_it(kept: Kept) -> None:
    other = kept.top / ".git/fast_import_crash_1"
    other.write_text("of somebody else")
    tip, person = tips.find(kept.book), tips.Person("a", "a")
    draft = tips.Draft("words\n", person.stamp(1, "+0800"), person, 1, "+0800")
    with pytest.raises(GitError):
        tips.write(tip, draft, [Change("x", None, b"x")], {"x": "no mode"})
    assert list((kept.top / ".git").glob("fast_import_crash_*")) == [other]


def test_interrupted_while_committing(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(*_args: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(tips, "write", write)
    said = kept.done(LOG)
    assert FIRST in said
    assert "interrupted; the next writing command does it" in said
    monkeypatch.undo()
    kept.done(f"ticket note {FIRST} 有人在")
    assert len(kept.log()) == 2


def test_a_mistake_of_ours_does_not_fail_the_command(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> str:
        raise TypeError

    monkeypatch.setattr(tips, "write", broken)
    assert "note: not committed to Git yet: TypeError" in kept.done(LOG)
    monkeypatch.undo()
    monkeypatch.setattr("svcctl.vcs.commits.subject.message", broken)
    kept.done(f"ticket note {FIRST} 有人在")
    assert kept.log() == ["registered T261121-A01 (complaint)", "ticket note"]


def test_a_policy_that_cannot_be_read_commits_nothing_and_says_so(kept: Kept) -> None:
    for policy in (kept.book / "handbook/policy").iterdir():
        policy.write_bytes(b"[git\n")
    said = kept.done("desk claim B")
    assert said.count("note: not committed to Git") == 1
    assert kept.log() == []
    assert kept.waiting == []


def test_somebody_commits_meanwhile(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tips.stage

    def stage(*args: Any) -> None:
        real(*args)
        monkeypatch.setattr(tips, "stage", real)
        kept.git("commit", "-q", "--allow-empty", "-m", "meanwhile")

    monkeypatch.setattr(tips, "stage", stage)
    kept.done(LOG)
    # Theirs holds it, as it was staged by then; nothing is reverted or made twice.
    assert kept.log() == ["meanwhile"]
    assert kept.git("show", f"HEAD:{TICKET}")
    assert kept.status == ""
    assert kept.waiting == []


def test_somebody_commits_before_anything_is_staged(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tips.write

    def write(*args: Any) -> str:
        made = real(*args)
        if not kept.log():
            kept.git("commit", "-q", "--allow-empty", "-m", "meanwhile")
        return made

    monkeypatch.setattr(tips, "write", write)
    kept.done(LOG)
    assert len(kept.log()) == 2
    assert kept.log()[0] == "meanwhile"
    assert kept.status == ""


def test_files_that_a_filter_changes_are_left_to_git(kept: Kept) -> None:
    kept.git("config", "filter.secret.clean", "rot13")
    (kept.top / ".git/info/attributes").write_text("*.toml filter=secret\n", encoding="utf-8")
    assert "a filter changes" in kept.done(LOG)
    assert kept.log() == []
    (kept.top / ".git/info/attributes").unlink()
    kept.done("unit edit 3-2-1501 --alias 十五楼东")
    assert len(kept.log()) == 1


def test_a_file_that_may_be_run_keeps_its_mode(kept: Kept) -> None:
    kept.done(LOG)
    (kept.book / TICKET).chmod(0o755)
    kept.git("commit", "-aqm", "mode")
    kept.done(f"ticket note {FIRST} 有人在")
    assert kept.git("ls-tree", "HEAD", TICKET).startswith("100755")
    assert kept.status == ""


# -- the queue and what is in the branch ----------------------------------------------------------


def add(kept: Kept, *changes: Change, **more: Any) -> None:
    """Put a commit into the queue without a command."""
    plain = Waiting(0, "words\n", "王芳", "wang.fang", 1, "+0800", "", "", list(changes))
    one = queue.add(kept.book, plain._replace(**more))
    assert one.new is not None
    files.write_one(kept.book / one.path, one.new)


def test_several_that_await_are_made_in_order(kept: Kept) -> None:
    for number in range(12):
        old = files.blob_hash(b"x%d" % (number - 1)) if number else None
        add(kept, Change("staff/x.toml", old, b"x%d" % number), message=f"{number}\n")
    (kept.book / "staff/x.toml").write_bytes(b"x11")
    assert commit.flush(kept.book, NOW) == commit.Flushed(12, [])
    assert kept.log() == [str(number) for number in range(12)]


def test_many_that_await_are_made_in_several_turns(kept: Kept) -> None:
    for number in range(5):
        add(kept, Change(f"staff/x{number}.toml", None, b"x"))
        (kept.book / f"staff/x{number}.toml").write_bytes(b"x")
    flushed = commit.flush(kept.book, NOW, most=3)
    assert flushed.done == 3
    assert "2 more commits wait" in flushed.left[0]
    assert commit.flush(kept.book, NOW, most=3) == commit.Flushed(2, [])
    assert len(kept.log()) == 5


def test_what_a_person_committed_is_not_made_again(kept: Kept) -> None:
    """During a merge, somebody takes what commands wrote into the merge itself."""
    kept.git("checkout", "-q", "--detach")
    kept.done(LOG)
    kept.done(f"ticket note {FIRST} 有人在")
    kept.git("checkout", "-q", "main")
    kept.git("add", "-A")
    kept.git("commit", "-qm", "by hand")
    kept.done("unit edit 3-2-1501 --alias 十五楼东")
    assert len(kept.log()) == 2
    assert kept.waiting == []


def put_away(kept: Kept, words: str, how: str) -> str:
    """Run a command while git cannot commit, then let a person put its work away."""
    lock = kept.top / ".git/index.lock"
    lock.touch()
    kept.done(words)
    lock.unlink()
    assert kept.world.run(how).status == 0
    return kept.done("unit edit 3-2-1501 --alias 十五楼东")


def test_what_a_person_stashed_is_committed_by_whoever_takes_it_out(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the history holds an entry that the book lacks, and its number is given again."""
    monkeypatch.setattr(tips, "PATIENCE_S", 0.0)
    said = put_away(kept, LOG, "git stash -u -q")
    assert f"'{TICKET}' was put back to what it was before" in said
    assert len(kept.log()) == 1
    assert kept.waiting == []
    assert kept.status == ""
    kept.git("stash", "pop", "-q")
    kept.done("git commit")
    assert len(kept.log()) == 2
    assert kept.status == ""


def test_what_a_person_threw_away_is_not_committed(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.done(LOG)
    monkeypatch.setattr(tips, "PATIENCE_S", 0.0)
    said = put_away(kept, f"ticket note {FIRST} 有人在", f"git checkout -q {TICKET}")
    assert f"'{TICKET}' was put back to what it was before" in said
    kept.done(f"ticket note {FIRST} 没有人")
    assert len(kept.log()) == 3
    assert kept.status == ""


def test_what_commands_themselves_put_back_is_committed(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tips, "PATIENCE_S", 0.0)
    before = (kept.book / "units/3/3-2-1501.toml").read_bytes()
    lock = kept.top / ".git/index.lock"
    lock.touch()
    kept.done("unit edit 3-2-1501 --note 空置")
    kept.done('unit edit 3-2-1501 --note ""')
    lock.unlink()
    assert (kept.book / "units/3/3-2-1501.toml").read_bytes() == before
    kept.done(LOG)
    assert len(kept.log()) == 3
    assert kept.status == ""


def test_a_damaged_file_of_the_queue_blocks_nothing(kept: Kept) -> None:
    folder = kept.book / ".svcctl/commits"
    folder.mkdir(exist_ok=True)
    (folder / "1").write_bytes(b"torn")
    said = kept.done(LOG)
    assert "'.svcctl/commits/1' is damaged" in said
    assert len(kept.log()) == 1
    assert kept.waiting == []


def test_adopting_a_merge(kept: Kept) -> None:
    onto = kept.git("rev-parse", "HEAD").strip()
    kept.git("checkout", "-q", "-b", "side")
    kept.done(LOG)
    merged = kept.git("rev-parse", "HEAD").strip()
    data = (kept.book / TICKET).read_bytes()
    kept.git("checkout", "-q", "main")
    (kept.book / TICKET).parent.mkdir(parents=True, exist_ok=True)
    (kept.book / TICKET).write_bytes(data)
    change = Change(TICKET, None, data)
    for _time in range(2):  # killed after the first, before the file of the queue was gone
        add(kept, change, adopt=merged, onto=onto)
        assert commit.flush(kept.book, NOW) == commit.Flushed(1, [])
        assert kept.git("rev-parse", "main").strip() == merged
        assert kept.status == ""


def test_adopting_onto_a_branch_that_went_on_is_given_up(kept: Kept) -> None:
    onto = kept.git("rev-parse", "HEAD").strip()
    kept.git("checkout", "-q", "-b", "side")
    kept.done(LOG)
    merged = kept.git("rev-parse", "HEAD").strip()
    kept.git("checkout", "-q", "main")
    kept.git("commit", "-q", "--allow-empty", "-m", "on")
    add(kept, Change(TICKET, None, b"x"), adopt=merged, onto=onto)
    flushed = commit.flush(kept.book, NOW)
    assert "svcctl git sync" in flushed.left[0]
    assert kept.waiting == []
    assert kept.log() == ["on"]

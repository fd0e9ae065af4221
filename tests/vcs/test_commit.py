"""One commit per command, whatever state the repository is in; records are safe in any case."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from svcctl.base.errors import GitError
from svcctl.vcs import git
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


def nobody(kept: Kept) -> None:
    """Forget who git would say commits here."""
    for name in list(kept.world.environ):
        if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER")):
            del kept.world.environ[name]


# -- what is committed ----------------------------------------------------------------------------


def test_each_command_is_one_commit_of_its_files(kept: Kept) -> None:
    assert kept.done(LOG).strip().endswith(FIRST)
    kept.tick("09:40")
    kept.done("ticket answer last 马上到")
    kept.done("unit edit 3-2-1501 --alias 十五楼东")
    assert len(kept.log()) == 3
    names = kept.git("log", "--name-only", "--format=", "begin..").split()
    assert names == ["units/3/3-2-1501.toml", TICKET, TICKET]
    assert kept.status == ""
    assert kept.waiting == []


def test_who_acted_is_the_author_with_name_and_staff_id(kept: Kept) -> None:
    kept.done(LOG)
    assert kept.log("%an <%ae> %aI") == ["王芳 <wang.fang> 2026-11-21T09:20:00+08:00"]
    assert kept.log("%cn <%ce>") == ["Wang Fang <wang.fang@example.com>"]


def test_who_wrote_the_entry_is_the_author(kept: Kept) -> None:
    kept.done("staff new 李娜 --id li.na")
    kept.done(f"--as li.na {LOG}")
    assert kept.log("%an <%ae>")[-1] == "李娜 <li.na>"


def test_nobody_known_to_git_is_needed(kept: Kept) -> None:
    nobody(kept)
    kept.done(LOG)
    assert kept.log("%cn <%ce>") == ["王芳 <wang.fang>"]
    assert os.uname().nodename not in kept.log("%an %ae %cn %ce")[0]


def test_who_git_knows_is_the_committer(kept: Kept) -> None:
    nobody(kept)
    kept.git("config", "user.name", "Front Desk")
    kept.git("config", "user.email", "desk@example.com")
    kept.done(LOG)
    assert kept.log("%an|%cn <%ce>") == ["王芳|Front Desk <desk@example.com>"]


def test_a_batch_is_one_commit_and_one_fast_import(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"kind": "repair", "words": f"第{number}件"} for number in range(400)]
    night = kept.book / ".svcctl/night.jsonl"
    night.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    started = counting(monkeypatch)
    kept.done(f"log --from {night}")
    assert started.count("fast-import") == 1
    assert len(started) == 6
    assert len(kept.log()) == 1
    assert len(kept.git("diff", "--name-only", "begin").split()) == 400
    assert kept.status == ""


def test_few_git_processes_for_a_command(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    started = counting(monkeypatch)
    kept.done(LOG)
    assert started == [
        "config", "rev-parse", "cat-file", "fast-import", "update-index", "update-ref",
    ]  # fmt: skip


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the git commands that are started from now on."""
    started: list[str] = []
    real = subprocess.run

    def run(words: list[str], **how: Any) -> Any:
        started.append(words[len(git._COMMON)])
        return real(words, **how)

    monkeypatch.setattr(subprocess, "run", run)
    return started


def test_policy_manual_commits_nothing(kept: Kept) -> None:
    for policy in (kept.book / "handbook/policy").iterdir():
        text = policy.read_text(encoding="utf-8")
        policy.write_text(text.replace('commit = "auto"', 'commit = "manual"'), encoding="utf-8")
    kept.git("commit", "-aqm", "manual")
    kept.mark()
    kept.done(LOG)
    assert kept.log() == []
    assert kept.waiting == []
    assert kept.status == f"?? {TICKET}\n"


def test_what_fmt_rewrites_is_committed(kept: Kept) -> None:
    card = kept.book / "units/3/3-2-1501.toml"
    card.write_bytes(card.read_bytes().replace(b" = ", b"="))
    kept.git("commit", "-aqm", "by hand")
    kept.mark()
    kept.done("fmt")
    assert kept.log("%an %b") == ["王芳 Svcctl: fmt"]
    assert kept.status == ""


def test_line_ends_of_the_machine_change_nothing(kept: Kept) -> None:
    kept.git("config", "core.autocrlf", "true")
    kept.done(LOG)
    assert len(kept.log()) == 1
    assert kept.status == ""


# -- what a person has staged ---------------------------------------------------------------------


def staged(kept: Kept) -> str:
    return kept.git("diff", "--cached", "begin")


def test_other_staged_files_stay_staged_and_out_of_it(kept: Kept) -> None:
    (kept.top / "plan.txt").write_text("plan\n", encoding="utf-8")
    kept.git("add", "plan.txt")
    (kept.top / "plan.txt").write_text("plan B\n", encoding="utf-8")
    kept.done(LOG)
    assert kept.git("show", "--name-only", "--format=").split() == [TICKET]
    assert kept.status == "AM plan.txt\n"
    assert kept.git("show", ":plan.txt") == "plan\n"


def test_the_same_file_staged_in_part_stays_as_it_was(kept: Kept) -> None:
    kept.done(LOG)
    kept.mark()
    path = kept.book / TICKET
    plain = path.read_bytes()
    path.write_bytes(plain.replace("电梯困人".encode(), "电梯停运".encode()))
    kept.git("add", TICKET)
    path.write_bytes(plain)
    before = kept.git("ls-files", "-s")
    said = kept.done(f"ticket note {FIRST} 有人在")
    assert "is staged with changes of your own" in said
    assert kept.git("ls-files", "-s") == before
    assert kept.git("show", f"HEAD:{TICKET}").count("[[log]]") == 2
    assert "停运" not in kept.git("show", f"HEAD:{TICKET}")


def test_a_deletion_that_was_staged_stays(kept: Kept) -> None:
    kept.done(LOG)
    kept.git("rm", "-q", "--cached", TICKET)
    kept.done(f"ticket note {FIRST} 有人在")
    assert kept.git("ls-files", TICKET) == ""
    assert kept.git("show", f"HEAD:{TICKET}").count("[[log]]") == 2


def test_a_file_only_announced_is_committed(kept: Kept) -> None:
    place = kept.book / TICKET
    place.parent.mkdir(parents=True)
    place.write_bytes(b"")
    kept.git("add", "-N", TICKET)
    place.unlink()
    kept.done(LOG)
    assert kept.status == ""


def test_what_nobody_committed_is_not_swept_up(kept: Kept) -> None:
    card = kept.book / "units/3/3-2-1501.toml"
    card.write_bytes(card.read_bytes() + b'aliases = ["\xe4\xb8\x9c"]\n')
    said = kept.done("unit edit 3-2-1501 --note 空置")
    assert "was changed before and that is not committed either" in said
    assert kept.log() == []
    assert kept.waiting == []
    kept.done("git commit")
    assert kept.status == ""
    assert len(kept.log()) == 1


# -- states of the repository ---------------------------------------------------------------------


def two_sides(kept: Kept) -> None:
    """Make branches that conflict in a file that is not of the book."""
    for branch, text in (("side", "a\n"), ("main", "b\n")):
        kept.git("checkout", "-q", "-B", branch, "begin")
        (kept.top / "plan.txt").write_text(text, encoding="utf-8")
        kept.git("add", "plan.txt")
        kept.git("commit", "-qm", branch)


def fails(kept: Kept, *args: str) -> None:
    with pytest.raises(GitError):
        kept.git(*args)


STATES: dict[str, tuple[Callable[[Kept], object], Callable[[Kept], object]]] = {
    "merge": (
        lambda kept: fails(kept, "merge", "side"),
        lambda kept: kept.git("merge", "--abort"),
    ),
    "rebase": (
        lambda kept: fails(kept, "rebase", "side"),
        lambda kept: kept.git("rebase", "--abort"),
    ),
    "rebase --apply": (
        lambda kept: fails(kept, "rebase", "--apply", "side"),
        lambda kept: kept.git("rebase", "--abort"),
    ),
    "cherry-pick": (
        lambda kept: fails(kept, "cherry-pick", "side"),
        lambda kept: kept.git("cherry-pick", "--abort"),
    ),
    "revert": (
        lambda kept: fails(kept, "revert", "--no-edit", "side"),
        lambda kept: kept.git("revert", "--abort"),
    ),
    "bisect": (
        lambda kept: kept.git("bisect", "start"),
        lambda kept: kept.git("bisect", "reset"),
    ),
    "branch": (
        lambda kept: kept.git("checkout", "-q", "--detach"),
        lambda kept: kept.git("checkout", "-q", "main"),
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_committed_while_git_is_busy_but_afterwards(kept: Kept, state: str) -> None:
    begin, end = STATES[state]
    two_sides(kept)
    tip = kept.git("rev-parse", "main")
    begin(kept)
    said = kept.done(LOG)
    assert said.count("note: not committed to Git") == 1
    assert state.partition(" ")[0] in said
    kept.done(f"ticket note {FIRST} 有人在")
    assert kept.git("rev-parse", "main") == tip
    assert kept.waiting == ["1", "2"]
    end(kept)
    kept.done("unit edit 3-2-1501 --alias 十五楼东")
    assert [line.split()[0] for line in kept.log()[1:]] == ["registered", "note", "changed"]
    assert kept.status == ""
    assert kept.waiting == []


def test_the_first_commit_of_a_branch(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "book")
    kept.git("checkout", "-q", "--orphan", "new")
    kept.git("rm", "-rq", "--cached", ".")
    kept.done(LOG)
    assert kept.git("ls-tree", "-r", "--name-only", "HEAD").split() == [TICKET]
    assert kept.git("log", "--format=%s", "new").count("\n") == 1


def test_book_in_a_subfolder_with_an_odd_name(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "repo", inside='物业 "台账"')
    kept.mark()
    kept.done(LOG)
    kept.done("ticket answer last 马上到")
    assert kept.git("diff", "--name-only", "-z", "begin") == f'物业 "台账"/{TICKET}\0'
    assert len(kept.log()) == 2
    assert kept.status == ""


def test_worktree(kept: Kept, tmp_path: Path) -> None:
    other = tmp_path / "other"
    kept.git("worktree", "add", "-q", "-b", "side", str(other))
    kept.world.folder = other
    kept.done(LOG)
    assert kept.git("log", "--format=%s", "main..side").count("\n") == 1
    assert git.run(other, ["status", "--porcelain"]) == b""
    assert kept.status == ""


def test_shallow_clone(kept: Kept, tmp_path: Path) -> None:
    kept.done(LOG)
    kept.git("clone", "-q", "--depth=1", f"file://{kept.top}", str(tmp_path / "clone"))
    kept.world.folder = tmp_path / "clone"
    kept.done("--as wang.fang desk claim B")
    kept.done(f"--as wang.fang ticket note {FIRST} 有人在")
    told = git.run(tmp_path / "clone", ["log", "--format=%s"]).decode().splitlines()
    assert len(told) == 3
    assert git.run(tmp_path / "clone", ["status", "--porcelain"]) == b""


def test_hashes_of_the_longer_kind(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "book", options=("--object-format=sha256",))
    kept.mark()
    kept.done(LOG)
    kept.done("ticket answer last 马上到")
    assert len(kept.log()) == 2
    assert kept.status == ""
    assert kept.git("fsck", "--strict") == ""


@pytest.mark.parametrize(
    "settings",
    [
        ("core.splitIndex=true",),
        ("core.untrackedCache=true",),
        ("core.fsmonitor=.git/hooks/watch",),
        ("index.version=4",),
        ("index.sparse=true",),
        ("core.fsmonitor=true", "core.untrackedCache=true", "core.splitIndex=true"),
    ],
)
def test_kinds_of_index(kept: Kept, settings: tuple[str, ...]) -> None:
    watch = kept.top / ".git/hooks/watch"
    watch.write_text("#!/bin/sh\nprintf 'token\\0/\\0'\n", encoding="utf-8")
    watch.chmod(0o755)
    for one in settings:
        kept.git("config", *one.split("="))
    kept.git("update-index", "--refresh")
    kept.done(LOG)
    kept.git("status")
    kept.done("ticket answer last 马上到")
    assert len(kept.log()) == 2
    assert kept.status == ""


def test_signed(kept: Kept, tmp_path: Path) -> None:
    key = tmp_path / "key"
    if shutil.which("ssh-keygen") is None:
        pytest.skip("no ssh-keygen")
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(words, check=True)
    public = key.with_suffix(".pub").read_text(encoding="utf-8").rpartition(" ")[0]
    allowed = tmp_path / "allowed"
    allowed.write_text(f"* {public}\n", encoding="utf-8")
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingKey", str(key)),
        ("gpg.ssh.allowedSignersFile", str(allowed)),
    ):
        kept.git("config", name, value)
    sign(kept)
    kept.done(LOG)
    assert kept.log("%G? %an %aI") == ["G 王芳 2026-11-21T09:20:00+08:00"]
    assert kept.status == ""


def sign(kept: Kept) -> None:
    for policy in (kept.book / "handbook/policy").iterdir():
        text = policy.read_text(encoding="utf-8")
        policy.write_text(
            text.replace('commit = "auto"', 'commit = "auto"\nsigned = true'), encoding="utf-8"
        )
    kept.git("commit", "-aqm", "signed")
    kept.mark()


def test_signed_without_a_key_waits(kept: Kept) -> None:
    sign(kept)
    kept.git("config", "gpg.format", "ssh")
    said = kept.done(LOG)
    assert "not committed to Git yet" in said
    assert kept.waiting == ["1"]
    assert kept.log() == []

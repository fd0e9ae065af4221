"""`svcctl git setup`, `status`, `remove` and the hooks, with real git on real repositories."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from svcctl.book import files
from svcctl.book import journal
from svcctl.book.journal import Change
from tests.support.transcript import ROOT
from tests.support.transcript import World

pytestmark = pytest.mark.git

STAFF = "staff/wang.fang.toml"
BARE_PATH = "/usr/bin:/bin"
OWN_HOOK = b'#!/bin/bash -e\necho "mine $# $0" >> hook.log\nexit 0'


class Office(World):
    """A repository and the book in it."""

    def git(
        self, command: str, status: int = 0, at: str = "", environ: dict[str, str] | None = None
    ) -> str:
        """Run git at the top, or in a folder; return all that it printed."""
        done = subprocess.run(
            ["git", *shlex.split(command)],
            cwd=self.folder / at,
            env={**self.environ, **(environ or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == status, done.stdout
        return done.stdout

    def do(self, command: str, status: int = 0) -> str:
        """Run svcctl on the book."""
        done = self.run(f"svcctl {command}")
        assert done.status == status, done.output
        return done.output

    def without_svcctl(self) -> dict[str, str]:
        """Take svcctl from the machine; return the environment without it."""
        shutil.rmtree(self.folder.parent / "home" / "bin")
        return {"PATH": BARE_PATH}

    def picture(self, *left_out: str) -> dict[str, tuple[bytes, int]]:
        """Return every file with its bytes and mode, Git's objects and logs aside."""
        found = {}
        for path in self.folder.rglob("*"):
            name = path.relative_to(self.folder).as_posix()
            aside = (".git/objects", ".git/logs", ".git/index", ".git/svcctl", *left_out)
            if path.is_file() and not name.startswith(aside) and "/.svcctl/" not in f"/{name}":
                found[name] = (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        return found


@pytest.fixture(params=["records", "", "我的 'book'"], ids=["below", "top", "quoted"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    """A book that Git does not know yet in a repository with a file, and nothing set up."""
    return _office(tmp_path, request.param)


@pytest.fixture
def plain(tmp_path: Path) -> Office:
    """The same, in the usual folder."""
    return _office(tmp_path, "records")


def _office(tmp_path: Path, book: str) -> Office:
    office = Office(tmp_path / "office")
    office.do(f"--lang en init {shlex.quote(book or '.')} --staff wang.fang --name 王芳")
    office.git("init -q -b main")
    (office.folder / "README").write_text("mine")
    office.git("add -A")
    office.git("commit -qm first")
    office.environ |= {"SVCCTL_BOOK": book or ".", "SVCCTL_LANG": "en"}
    return office


def book_of(office: Office) -> Path:
    return office.folder / office.environ["SVCCTL_BOOK"]


# -- setup, status, remove --------------------------------------------------------------------


def states(office: Office, status: int) -> dict[str, str]:
    said = json.loads(office.do("git status --format json", status))["record"]
    return {part["part"]: part["state"] for part in said["parts"]}


MADE = ("attributes", "merge-driver", "textconv", "hook-pre-commit", "hook-post-merge")


def test_what_was_set_up_is_there_twice_the_same_and_gone_without_a_trace(office: Office) -> None:
    before = office.picture()
    assert {states(office, 1)[name] for name in MADE} == {"missing"}
    office.do("git setup")
    after = office.picture()
    assert {states(office, 0)[name] for name in MADE} == {"ok"}
    assert "all was as it should be" in office.do("git setup")
    assert office.picture() == after != before
    office.do("git remove")
    assert office.picture() == before
    assert "all was as it should be" in office.do("git remove")
    assert not list((office.folder / ".git").rglob("setup.json"))


def test_dry_run_shows_what_patch_would_do_and_writes_nothing(plain: Office) -> None:
    before = plain.picture()
    diff = plain.do("git setup --dry-run")
    assert plain.picture() == before
    plain.do("git setup")
    after = plain.picture()
    back = plain.do("git remove --dry-run")
    assert plain.picture() == after
    plain.do("git remove")
    for text, wanted in ((diff, after), (back, before)):
        subprocess.run(["patch", "-p0", "-s"], cwd=plain.folder, input=text.encode(), check=True)
        assert {name: data for name, (data, _) in plain.picture().items()} == {
            name: data for name, (data, _) in wanted.items()
        }
    assert plain.do("git remove --dry-run") == "nothing to change\n"


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_own_files_come_back_byte_for_byte(plain: Office, end: bytes) -> None:
    top, book = plain.folder, book_of(plain)
    (book / ".gitattributes").write_bytes(b"*.toml merge=union" + end)
    (book / ".gitignore").write_bytes(b"*.bak" + end)
    (top / ".git/config").write_bytes(
        (top / ".git/config").read_bytes() + b'[merge "svcctl"]\n\tdriver = mine # why' + end
    )
    for name in ("pre-commit", "post-merge"):
        (top / ".git/hooks" / name).write_bytes(b"#!/bin/sh" + end)
        (top / ".git/hooks" / name).chmod(0o755)
    before = plain.picture()
    plain.do("git setup")
    assert "merge: svcctl" in plain.git("check-attr merge -- book.toml", at="records")
    plain.do("git setup")
    plain.do("git remove")
    assert plain.picture() == before


def test_what_others_changed_meanwhile_stays(plain: Office) -> None:
    top, book = plain.folder, book_of(plain)
    config = top / ".git/config"
    before = config.read_bytes()
    plain.do("git setup")
    plain.git("config alias.x y")
    plain.git("config diff.svcctl.wordRegex z")
    for path in (book / ".gitattributes", top / ".git/hooks/pre-commit"):
        with path.open("ab") as file:
            file.write(b"# later\n")
    plain.do("git setup")
    assert set(states(plain, 0).values()) <= {"ok", "note"}
    plain.do("git remove")
    assert config.read_bytes().startswith(before)
    kept = plain.git("config --local --list")
    assert "alias.x=y" in kept
    assert "diff.svcctl.wordregex=z" in kept
    assert "merge.svcctl" not in kept
    assert "textconv" not in kept
    assert (book / ".gitattributes").read_bytes() == b"* -text\n# later\n"
    assert (top / ".git/hooks/pre-commit").read_bytes() == b"#!/bin/sh\n# later\n"


def test_notes_that_are_lost_cost_nothing_of_others(plain: Office) -> None:
    before = plain.picture()
    plain.do("git setup")
    for notes in (plain.folder / ".git").rglob("setup.json"):
        notes.unlink()
    plain.do("git remove")
    assert plain.picture() == before


def test_what_was_changed_is_told_and_set_right(plain: Office) -> None:
    plain.do("git setup")
    plain.git("config merge.svcctl.driver true")
    plain.git("config --unset diff.svcctl.textconv")
    hook = plain.folder / ".git/hooks/post-merge"
    hook.write_bytes(hook.read_bytes().replace(b"exit 0", b"exit 1"))
    with (book_of(plain) / ".gitattributes").open("ab") as file:
        file.write(b"*.toml merge=union\n")
    found = states(plain, 1)
    assert [found[name] for name in MADE] == ["changed", "changed", "missing", "ok", "changed"]
    said = plain.do("git status", 1)
    assert "changed: attributes: something says otherwise: merge: union" in said
    assert (
        "missing: textconv: git diff and git log -p show records as TOML -> svcctl git setup"
        in (said)
    )
    plain.do("git setup")
    found = states(plain, 1)
    assert [found[name] for name in MADE] == ["changed", "ok", "ok", "ok", "ok"]


def test_program_that_moved_is_told(plain: Office) -> None:
    plain.do("git setup")
    home = plain.folder.parent / "home"
    (home / "bin").rename(home / "other")
    plain.environ["PATH"] = plain.environ["PATH"].replace("home/bin", "home/other")
    assert states(plain, 1)["merge-driver"] == "changed"
    plain.do("git setup")
    assert states(plain, 0)["merge-driver"] == "ok"


def test_without_a_repository_one_is_made_with_the_whole_book(tmp_path: Path) -> None:
    office = Office(tmp_path / "work")
    for role in ("AUTHOR", "COMMITTER"):
        for what in ("NAME", "EMAIL"):
            del office.environ[f"GIT_{role}_{what}"]
    office.do("--lang en init estate --staff wang.fang --name 王芳")
    office.environ |= {"SVCCTL_BOOK": "estate", "SVCCTL_LANG": "en"}
    said = office.do("git setup --dry-run")
    assert "would make a repository" in said
    assert not (office.folder / "estate/.git").exists()
    said = office.do("git setup")
    assert "the book is committed: begin the book of estate" in said
    assert office.git("status --porcelain --branch", at="estate") == "## main\n"
    told = office.git("log --format=%an/%ae/%cn/%B", at="estate")
    assert told.startswith("王芳/wang.fang/王芳/begin the book of estate\n\nSvcctl: git setup\n")
    assert ".svcctl" not in office.git("ls-files", at="estate")
    office.do("git remove")
    assert "## main" in office.git("status --porcelain --branch", at="estate")


def test_state_of_the_desk_moves_to_where_git_clean_does_not_reach(tmp_path: Path) -> None:
    office = Office(tmp_path / "work")
    office.do("--lang en init estate --staff wang.fang")
    office.environ |= {"SVCCTL_BOOK": "estate", "SVCCTL_LANG": "en"}
    office.do("git setup")
    office.git("clean -fdxq", at="estate")
    assert "ok: desk: A" in office.do("git status")
    before = office.do("git remove --dry-run")
    assert "+++ /dev/null" in before


def test_init_in_a_repository_sets_up_and_commits_the_book_alone(world: World) -> None:
    office = Office(world.folder)
    office.git("init -q -b main")
    (office.folder / "mine").write_text("x")
    office.git("add mine")
    said = office.do("--lang en init records --staff wang.fang")
    assert "svcctl git status" in said
    assert office.git("status --porcelain") == "A  mine\n"
    office.do("--book records --lang en git status")
    assert office.git("log --format=%s") == "begin the book of records\n"


def test_init_where_git_fails_makes_the_book_all_the_same(world: World) -> None:
    office = Office(world.folder)
    office.git("init -q")
    (office.folder / ".git/config.lock").touch()
    said = office.do("--lang en init records")
    assert "warning: the book is not set up for Git: another program is changing" in said
    assert "hint: svcctl git setup" in said
    (office.folder / ".git/config.lock").unlink()
    office.do("--book records --lang en git setup")
    office.do("--book records --lang en git status")


def test_worktrees_share_settings_and_hooks_and_check_their_own_book(plain: Office) -> None:
    plain.do("git setup")
    plain.git("add -A")
    plain.git("commit -qm attributes")
    plain.git("worktree add -q '../side walk' -b side")
    side = plain.folder.parent / "side walk"
    plain.folder = side
    assert set(states(plain, 0).values()) <= {"ok", "note"}
    break_record(side / "records")
    assert "not committed" in plain.git("commit -am x", 1)
    shutil.rmtree(side / "records")
    plain.git("commit -qam 'no book on this branch'")


def test_each_worktree_gets_back_its_own_files_byte_for_byte(plain: Office) -> None:
    first, side = plain.folder, plain.folder.parent / "side"
    own = {first: b"*.md text", side: b"*.md text\n"}  # one without an end of line
    plain.git("worktree add -q ../side -b side")
    for folder, data in own.items():
        plain.folder = folder
        (book_of(plain) / ".gitattributes").write_bytes(data)
        plain.do("git setup")
    before = (first / ".git/config").read_bytes()
    for folder, data in reversed(own.items()):
        plain.folder = folder
        plain.do("git remove")
        assert (book_of(plain) / ".gitattributes").read_bytes() == data
    assert b"svcctl" in before
    assert b"svcctl" not in (first / ".git/config").read_bytes()


def test_clone_gets_attributes_and_needs_the_rest(plain: Office) -> None:
    plain.do("git setup")
    plain.git("add -A")
    plain.git("commit -qm attributes")
    plain.git("clone -q . ../clone")
    plain.folder = plain.folder.parent / "clone"
    found = states(plain, 1)
    assert [found[name] for name in MADE] == ["ok", *["missing"] * 4]
    assert "problem: Git: not set up: merge driver, textconv" in plain.do("book doctor", 1)
    plain.do("git setup")
    assert plain.git("status --porcelain") == ""
    assert "problem: Git" not in plain.run("svcctl book doctor").output
    plain.do("git remove")
    assert (book_of(plain) / ".gitattributes").read_bytes() == b"* -text\n"


def test_book_that_nobody_set_up_is_a_note_to_the_doctor(plain: Office) -> None:
    assert (
        "note: Git: not set up: attributes, merge driver" in plain.run("svcctl book doctor").output
    )


def test_status_tells_branch_changes_and_what_is_under_way(plain: Office) -> None:
    plain.do("git setup")
    plain.git("add -A")
    plain.git("commit -qm attributes")
    plain.git("clone -q --bare . ../r.git")
    plain.git("remote add origin ../r.git")
    plain.git("fetch -q")
    plain.git("branch -q -u origin/main")
    plain.git("commit -q --allow-empty -m more")
    (book_of(plain) / "staff/new.toml").write_text("x")
    facts = json.loads(plain.do("git status --format json"))["record"]
    assert (facts["branch"], facts["upstream"]) == ("main", "origin/main")
    assert (facts["ahead"], facts["behind"], facts["changes"]) == (1, 0, 1)
    assert facts["identity"] == "Wang Fang <wang.fang@example.com>"
    plain.git("checkout -q -b other HEAD~1")
    (plain.folder / "README").write_text("other")
    plain.git("commit -qam other")
    plain.git("checkout -q main")
    (plain.folder / "README").write_text("ours")
    plain.git("commit -qam ours")
    plain.git("merge other", 1)
    said = plain.do("git status")
    assert "note: state: merge under way; until it ends svcctl commits nothing" in said
    assert "-> git commit or git merge --abort" in said
    plain.git("merge --abort")
    plain.git("checkout -q --detach")
    assert "HEAD stands at" in plain.do("git status")


# -- hooks that are there ---------------------------------------------------------------------


def put_hook(office: Office, name: str, data: bytes, mode: int = 0o755) -> Path:
    path = office.folder / ".git/hooks" / name
    path.write_bytes(data)
    path.chmod(mode)
    return path


def break_record(book: Path) -> None:
    path = book / STAFF
    path.write_bytes(path.read_bytes() + b'nonsense = "x"\n')


def test_own_hook_runs_on_with_its_words_and_svcctl_before_it(plain: Office) -> None:
    put_hook(plain, "pre-commit", OWN_HOOK)
    plain.do("git setup")
    plain.git("commit -q --allow-empty -m x")
    log = plain.folder / "hook.log"
    assert log.read_text() == "mine 0 .git/hooks/pre-commit\n"
    break_record(book_of(plain))
    plain.git("commit -qam x", 1)
    assert log.read_text().count("\n") == 1


@pytest.mark.parametrize(
    "data, mode, said",
    [
        (b"#!/usr/bin/env python3\n", 0o755, "is no shell script; let it call: svcctl --book"),
        (b"\x7fELF\0", 0o755, "is no shell script"),
        (b"#!/bin/sh\n", 0o644, "is not executable, so git does not run it"),
    ],
)
def test_hook_that_takes_no_block_stays_and_is_told(
    plain: Office, data: bytes, mode: int, said: str
) -> None:
    path = put_hook(plain, "pre-commit", data, mode)
    assert f"warning: pre-commit: '{path}' {said}" in plain.do("git setup")
    assert path.read_bytes() == data
    assert states(plain, 1)["hook-pre-commit"] == "missing"
    plain.do("git remove")
    assert path.read_bytes() == data


def test_linked_hook_stays_and_counts_once_it_calls_svcctl(plain: Office) -> None:
    tool = plain.folder / "tool.sh"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    link = plain.folder / ".git/hooks/pre-commit"
    link.symlink_to(tool)
    said = plain.do("git setup")
    assert "is a link; put into what it leads to: svcctl --book records git hook pre-commit" in said
    tool.write_text("#!/bin/sh\nsvcctl --book records git hook pre-commit\n")
    assert states(plain, 0)["hook-pre-commit"] == "ok"
    assert link.is_symlink()


def test_hooks_path_of_the_repository_is_respected(plain: Office) -> None:
    before = plain.picture()
    plain.git("config core.hooksPath 'my hooks'")
    plain.do("git setup")
    assert (plain.folder / "my hooks/pre-commit").exists()
    assert not (plain.folder / ".git/hooks/pre-commit").exists()
    break_record(book_of(plain))
    assert "not committed" in plain.git("commit -am x", 1)
    plain.git("checkout -q records/staff")
    plain.do("git remove")
    plain.git("config --unset core.hooksPath")
    assert plain.picture() == before


def test_hooks_left_behind_in_the_usual_folder_go_too(plain: Office) -> None:
    before = plain.picture()
    plain.do("git setup")
    plain.git("config core.hooksPath other")
    plain.do("git remove")
    plain.git("config --unset core.hooksPath")
    after = plain.picture()
    assert {name for name in after if "/hooks/" in name} == {
        name for name in before if "/hooks/" in name
    }


def test_hooks_of_all_repositories_are_left_alone(plain: Office, tmp_path: Path) -> None:
    config = tmp_path / "gitconfig"
    config.write_text(f"[core]\n\thooksPath = {tmp_path}/shared\n")
    plain.environ["GIT_CONFIG_GLOBAL"] = str(config)
    said = plain.do("git setup")
    assert f"core.hooksPath = {tmp_path}/shared is for all your repositories" in said
    assert not (tmp_path / "shared").exists()
    assert states(plain, 1)["hook-pre-commit"] == "missing"


# -- before a commit --------------------------------------------------------------------------


@pytest.fixture
def guarded(office: Office) -> Office:
    office.do("git setup")
    office.git("add -A")
    office.git("commit -qm attributes")
    return office


def test_wrong_record_is_not_committed_and_warnings_and_others_are(guarded: Office) -> None:
    book = book_of(guarded)
    break_record(book)
    said = guarded.git("commit -am wrong", 1)
    assert f"{STAFF}:" in said
    assert "error[SCH" in said
    assert "not committed; to commit all the same: git commit --no-verify" in said
    assert "wrong" not in guarded.git("log --format=%s")
    (guarded.folder / "README").write_text("other")
    guarded.git("commit -qm 'of something else' README")
    guarded.git("commit -qam anyway --no-verify")


def test_index_of_the_commit_is_looked_at_and_not_the_other(guarded: Office) -> None:
    book = book_of(guarded)
    good = (book / STAFF).read_bytes()
    place = book.relative_to(guarded.folder) / STAFF
    break_record(book)
    guarded.git("commit -am all", 1)
    guarded.git(f"commit -m path -- {shlex.quote(str(place))}", 1)
    guarded.git(f"commit -m path -- {shlex.quote(place.name)}", 1, at=str(place.parent))
    guarded.git("add -A")
    (book / STAFF).write_bytes(good)
    guarded.git("commit -m staged", 1)
    other = book / "staff/li.na.toml"
    other.write_bytes(good.replace(b"wang.fang", b"li.na"))
    guarded.git("add -N -A")
    way = shlex.quote(str(other.relative_to(guarded.folder)))
    guarded.git(f"commit -qm 'path that is good' -- {way}")
    guarded.git("add -A")
    assert guarded.git("status --porcelain") == ""


def test_record_that_others_lead_to_is_not_removed(guarded: Office) -> None:
    guarded.do("unit new 3-2-1501 3-2-1502")
    guarded.do("log complaint 3-2-1501 漏水")
    guarded.git("add -A")
    guarded.git("commit -qm all --allow-empty")
    book = book_of(guarded)
    (book / "units/3/3-2-1502.toml").unlink()
    guarded.git("commit -qam 'nothing leads there'")
    (book / "units/3/3-2-1501.toml").unlink()
    assert "error[LNK101]" in guarded.git("commit -am 'a ticket leads there'", 1)


def test_interrupted_change_blocks_the_commit(guarded: Office) -> None:
    book = book_of(guarded)
    changes = [
        Change(path, files.blob_hash(data), b"# x\n\n" + data)
        for path in (STAFF, "book.toml")
        for data in [(book / path).read_bytes()]
    ]
    (book / ".svcctl/journal").write_bytes(journal._encode(changes, "log"))
    (book / STAFF).write_bytes(b"# x\n\n" + (book / STAFF).read_bytes())
    said = guarded.git("commit -am half", 1)
    assert "an interrupted change is only half in the files" in said
    assert "hint: svcctl book doctor --fix" in said
    guarded.do("book doctor --fix")
    guarded.git("commit -qam whole")


def test_guard_without_svcctl_says_in_one_line_what_to_do(guarded: Office) -> None:
    (guarded.folder / "README").write_text("other")
    said = guarded.git("commit -am x", 1, environ=guarded.without_svcctl())
    assert said == (
        "svcctl is missing, so the records were not checked: "
        "install it, or once do without: git commit --no-verify\n"
    )
    guarded.git("commit -qam x --no-verify", environ={"PATH": BARE_PATH})


def test_guard_with_a_broken_svcctl_says_so(guarded: Office) -> None:
    shim = guarded.folder.parent / "home/bin/svcctl"
    shim.write_text("#!/bin/sh\nexit 127\n")
    (guarded.folder / "README").write_text("other")
    said = guarded.git("commit -am x", 1)
    assert "the records were not checked; to commit all the same: git commit --no-verify" in said


def test_hook_heeds_nothing_of_git_but_the_index(guarded: Office) -> None:
    break_record(book_of(guarded))
    guarded.environ |= {"GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/nowhere", "GIT_PREFIX": "x/"}
    guarded.do("git hook pre-commit")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX"):
        del guarded.environ[name]
    guarded.git("add -A")
    guarded.environ["GIT_DIR"] = "/nowhere"
    assert "not committed" in guarded.do("git hook pre-commit", 1)


def test_the_first_commit_speaks_the_language_of_the_book(world: World) -> None:
    office = Office(world.folder)
    office.do("--lang zh init records --staff wang.fang")
    office.do("--book records --lang en git setup")
    assert office.git("log --format=%s", at="records") == "建立“records”的台账\n"


def test_first_commit_that_git_refuses_leaves_all_else_set_up(world: World) -> None:
    office = Office(world.folder)
    office.do("--lang en init records --staff wang.fang")
    office.git("init -q -b main")
    office.environ |= {"SVCCTL_BOOK": "records", "SVCCTL_LANG": "en"}
    (office.folder / ".git/index.lock").touch()
    said = office.do("git setup")
    assert "warning: the book is not committed: git add failed" in said
    (office.folder / ".git/index.lock").unlink()
    office.do("git setup")
    assert office.git("log --format=%s") == "begin the book of records\n"
    assert office.git("status --porcelain") == ""


def test_first_commit_of_all_is_guarded_too(world: World) -> None:
    office = Office(world.folder)
    office.do("--lang en init records --staff wang.fang")
    office.git("init -q -b main")
    office.environ |= {"SVCCTL_BOOK": "records", "SVCCTL_LANG": "en"}
    office.do("git setup")
    office.git("update-ref -d HEAD")
    break_record(book_of(office))
    office.git("add -A")
    assert "not committed" in office.git("commit -m x", 1)


# -- merges -----------------------------------------------------------------------------------


def two_sides(office: Office, ours: str, theirs: str) -> None:
    """Leave two branches that renamed one colleague, `main` checked out."""
    path = book_of(office) / STAFF
    text = path.read_text("utf-8")
    office.git("branch other")
    path.write_text(text.replace("王芳", ours), encoding="utf-8")
    office.git("commit -qam ours")
    office.git("checkout -q other")
    path.write_text(text.replace("王芳", theirs), encoding="utf-8")
    office.git("commit -qam theirs")
    office.git("checkout -q main")


def test_merge_without_svcctl_marks_both_sides_and_loses_none(guarded: Office) -> None:
    two_sides(guarded, "王方", "王舫")
    gone = guarded.without_svcctl()
    guarded.git("merge other", 1, environ=gone)
    text = (book_of(guarded) / STAFF).read_text("utf-8")
    for line in (
        "<<<<<<< ours\n",
        'name = "王方"\n',
        "=======\n",
        'name = "王舫"\n',
        ">>>>>>> theirs",
    ):
        assert line in text
    assert "<<<<<<<" in guarded.git("diff", environ=gone)
    assert "problem: merge: 1 file is not merged yet -> svcctl git conflicts" in guarded.do(
        "git status", 1
    )
    assert "王舫" in guarded.git("log -p --all", environ=gone)


def test_merge_without_svcctl_that_has_no_conflict_ends_and_advises(guarded: Office) -> None:
    guarded.git("branch other")
    (guarded.folder / "README").write_text("ours")
    guarded.git("commit -qam ours")
    guarded.git("checkout -q other")
    guarded.git("commit -q --allow-empty -m theirs")
    guarded.git("checkout -q main")
    said = guarded.git("merge --no-edit other", environ=guarded.without_svcctl())
    assert said.count("svcctl is missing") == 1
    assert "install it, then: svcctl validate" in said


@pytest.mark.parametrize("how", ["--no-ff", "--ff-only", "--squash"])
def test_what_a_merge_brought_is_checked_and_nothing_else(guarded: Office, how: str) -> None:
    book = book_of(guarded)
    guarded.git("checkout -q -b other")
    break_record(book)
    guarded.git("commit -qam wrong --no-verify")
    guarded.git("checkout -q main")
    (book / "staff/mine.toml").write_text("nonsense")
    said = guarded.git(
        f"merge -q {how} --no-edit other" if how == "--no-ff" else f"merge -q {how} other"
    )
    assert f"{STAFF}:" in said
    assert "the merge is done; what to do about it: svcctl git conflicts; svcctl validate" in said
    assert "mine.toml" not in said


def test_merge_that_is_well_is_silent(guarded: Office) -> None:
    guarded.git("checkout -q -b other")
    path = book_of(guarded) / STAFF
    path.write_text(path.read_text("utf-8").replace("王芳", "王方"), encoding="utf-8")
    guarded.git("commit -qam good")
    guarded.git("checkout -q main")
    assert guarded.git("merge -q other") == ""


def test_hook_after_a_merge_never_fails(guarded: Office) -> None:
    assert "was not checked" in guarded.do("git hook post-merge 0")


def test_autocrlf_changes_no_byte(guarded: Office) -> None:
    guarded.git("config core.autocrlf true")
    path = book_of(guarded) / STAFF
    before = path.read_bytes()
    path.unlink()
    guarded.git("checkout -q -- .")
    assert path.read_bytes() == before
    assert b"\r" not in before
    path.write_bytes(before.replace(b"\n", b"\r\n"))
    assert guarded.git("ls-files --eol -m").count("w/crlf") == 1


# -- for those who use pre-commit ---------------------------------------------------------------


def test_hooks_for_pre_commit_name_commands_that_there_are(guarded: Office) -> None:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    entries = [line.split(": ", 1)[1] for line in text.splitlines() if "entry:" in line]
    assert entries == ["svcctl git hook pre-commit", "svcctl git hook post-merge"]
    for entry in entries:
        guarded.do(entry.removeprefix("svcctl "))
    assert os.path.exists(ROOT / "pyproject.toml")

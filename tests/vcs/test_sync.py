"""Clones that meet in a remote, with real git: what comes, what goes, what needs a person."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from svcctl.book import lock as locks
from svcctl.vcs.sync import desks as module
from svcctl.vcs.sync import meet
from tests.support.clones import Clones

pytestmark = pytest.mark.git


@pytest.fixture
def clones(tmp_path: Path) -> Clones:
    made = Clones(tmp_path / "w")
    made.begin()
    return made


@pytest.fixture
def two(clones: Clones) -> Clones:
    clones.join("b", "B")
    clones.sync("a")
    return clones


def agree(clones: Clones, *names: str) -> None:
    """Check that clones and remote hold the same, with clean working trees that are valid."""
    trees = {clones.tree(name) for name in names} | {clones.tree("r.git", "main")}
    assert len(trees) == 1
    for name in names:
        assert clones.is_clean(name)
        assert "nothing wrong" in clones.do(name, "validate")


# -- a quiet day ------------------------------------------------------------------------------


def test_first_sync_fills_an_empty_remote_and_sets_the_upstream(tmp_path: Path) -> None:
    clones = Clones(tmp_path / "w")
    clones.begin()
    assert clones.tree("r.git", "main") == clones.tree("a")
    assert clones.git("a", "rev-parse --abbrev-ref @{upstream}") == "origin/main"


def test_first_sync_says_what_it_set_up(clones: Clones) -> None:
    clones.git(".", "init -q --bare -b master stick.git")
    clones.git("a", "config --unset branch.main.remote")
    clones.git("a", "remote add usb ../stick.git")
    told = clones.sync("a", "usb")
    assert "'main' belongs to 'usb/main' from now on" in told
    assert "who clones 'usb' gets 'main' from now on" in told
    assert "handed over: " in told
    clones.git(".", "clone -q stick.git c")
    assert clones.tree("c") == clones.tree("a")


def test_nothing_new_is_said_and_changes_nothing(clones: Clones) -> None:
    before = clones.git("a", "rev-parse HEAD")
    assert clones.sync("a") == "in step with 'origin/main'\n"
    assert clones.git("a", "rev-parse HEAD") == before
    assert clones.sync("a", "--quiet") == ""


def test_what_one_desk_did_reaches_the_other(two: Clones) -> None:
    made = two.log("a")
    assert "handed over: 1 commit" in two.sync("a")
    told = two.sync("b")
    assert "came in: 1 commit from 1 desk (A): 1 ticket\n" in told
    assert "电梯异响" in two.do("b", f"ticket show {made}")
    assert two.git("b", "rev-parse HEAD") == two.git("a", "rev-parse HEAD")
    agree(two, "a", "b")


def test_two_desks_at_once_are_merged(two: Clones) -> None:
    ids = {two.log("a", "漏水"), two.log("b", "停电")}
    two.sync("a")
    told = two.sync("b")
    assert "came in: 1 commit from 1 desk (A): 1 ticket\n" in told
    assert "handed over: 1 commit\n" in told
    two.sync("a")
    agree(two, "a", "b")
    assert set(two.do("a", "ticket list --format ids").split()) == ids
    assert two.git("b", "log -1 --format=%P").count(" ") == 1
    assert two.git("b", "log -1 --format=%B").endswith("Svcctl: git sync")


def test_acts_of_two_desks_on_one_ticket_are_both_kept(two: Clones) -> None:
    made = two.log("a")
    two.sync("a")
    two.sync("b")
    two.do("a", f"ticket note {made} 住户来电催")
    two.commit("a")
    two.do("b", f"ticket note {made} 已到现场")
    two.commit("b")
    two.sync("a")
    assert "1 ticket" in two.sync("b")
    two.sync("a")
    agree(two, "a", "b")
    told = two.do("a", f"ticket show {made}")
    assert "住户来电催" in told
    assert "已到现场" in told


def test_dry_run_says_what_would_come_and_go_and_changes_nothing(two: Clones) -> None:
    two.log("a")
    two.sync("a")
    two.log("b")
    before = two.git("b", "rev-parse HEAD"), two.git("r.git", "rev-parse main")
    told = two.sync("b", "--dry-run")
    assert "would come: 1 commit from 1 desk (A): 1 ticket\n" in told
    assert "would go: " in told
    assert (two.git("b", "rev-parse HEAD"), two.git("r.git", "rev-parse main")) == before
    assert two.is_clean("b")


def test_no_push_takes_in_and_hands_nothing_over(two: Clones) -> None:
    made = two.log("a")
    two.sync("a")
    two.log("b")
    before = two.git("r.git", "rev-parse main")
    told = two.sync("b", "--no-push")
    assert "came in: 1 commit" in told
    assert "handed over" not in told
    assert two.git("r.git", "rev-parse main") == before
    assert made in two.do("b", "ticket list --format ids")


def test_tags_are_left_alone(two: Clones) -> None:
    two.git("a", "tag -a -m 1 v1")
    two.log("a")
    two.sync("a")
    assert two.git("r.git", "tag") == ""
    two.git("r.git", "tag here main")
    two.sync("b")
    assert two.git("b", "tag") == ""


# -- what a person has in hand ----------------------------------------------------------------


def test_edits_and_staged_work_of_a_person_stay(two: Clones) -> None:
    two.log("a")
    two.sync("a")
    two.log("b")
    card = two.folder / "b/staff/wang.fang.toml"
    card.write_text("# by hand\n" + card.read_text("utf-8"), encoding="utf-8")
    (two.folder / "b/note.txt").write_text("mine\n", encoding="utf-8")
    two.git("b", "add note.txt")
    told = two.sync("b")
    assert "came in: 1 commit" in told
    assert "2 files here are changed and not committed: svcctl git commit" in told
    assert two.git("b", "status --porcelain") == "A  note.txt\n M staff/wang.fang.toml"
    assert card.read_text("utf-8").startswith("# by hand\n")


@pytest.mark.parametrize("staged", [False, True])
def test_an_edit_that_the_merge_would_touch_stops_it(two: Clones, *, staged: bool) -> None:
    made = two.log("a")
    two.sync("a")
    two.sync("b")
    two.do("a", f"ticket note {made} 再催")
    two.commit("a")
    two.sync("a")
    (record,) = (two.folder / "b").glob("tickets/*/*/*/*.toml")
    record.write_text("# by hand\n" + record.read_text("utf-8"), encoding="utf-8")
    if staged:
        two.git("b", "add -A")
    before = two.git("b", "rev-parse HEAD"), record.read_bytes()
    told = two.sync("b", status=1)
    assert "was changed here, not committed, and changed elsewhere too" in told
    assert "svcctl git commit" in told
    assert (two.git("b", "rev-parse HEAD"), record.read_bytes()) == before
    two.commit("b")
    two.sync("b")
    assert b"# by hand" in record.read_bytes()
    assert "再催" in record.read_text("utf-8")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("switch -q --detach", "no branch is checked out"),
        ("bisect start", "git is in the middle of a bisect"),
    ],
)
def test_awkward_states_are_named_and_left_alone(clones: Clones, command: str, told: str) -> None:
    clones.git("a", command)
    assert told in clones.sync("a", status=1)


def test_a_merge_under_way_is_named_and_left_alone(two: Clones) -> None:
    for clone in ("a", "b"):
        two.git(clone, "config user.name x")
        (two.folder / clone / "note.txt").write_text(clone, encoding="utf-8")
        two.commit(clone)
    two.sync("a")
    told = two.sync("b", status=1)
    assert "only a person can tell what holds" in told
    assert "note.txt" in told
    two.git("b", "fetch -q")
    two.git("b", "merge -q origin/main", status=1)
    assert "git is in the middle of a merge" in two.sync("b", status=1)
    (two.folder / "b/note.txt").write_text("both", encoding="utf-8")
    two.commit("b")
    two.sync("b")
    two.sync("a")
    assert (two.folder / "a/note.txt").read_text("utf-8") == "both"


def test_changed_here_and_removed_there_is_for_a_person(two: Clones) -> None:
    two.do("a", "unit new 3-2-1501")
    two.commit("a")
    two.sync("a")
    two.sync("b")
    two.git("a", "rm -q units/3/3-2-1501.toml")
    two.commit("a")
    two.sync("a")
    two.do("b", "unit edit 3-2-1501 --alias 老王家")
    two.commit("b")
    before = two.git("b", "rev-parse HEAD")
    told = two.sync("b", status=1)
    assert "not settled: units/3/3-2-1501.toml" in told
    assert "svcctl git conflicts" in told
    assert two.git("b", "rev-parse HEAD") == before
    assert two.is_clean("b")


def test_a_clone_without_setup_merges_nothing(two: Clones) -> None:
    two.git(".", "clone -q r.git c")
    assert "svcctl git setup" in two.sync("c", status=1)
    two.git("b", "config --remove-section merge.svcctl")
    assert "this clone was not set up" in two.sync("b", status=1)


# -- the remote -------------------------------------------------------------------------------


def test_without_a_remote_it_says_how_to_get_one(clones: Clones) -> None:
    clones.git("a", "remote remove origin")
    told = clones.sync("a", status=1)
    assert "there is nothing to sync with" in told
    assert "git remote add origin" in told
    clones.git("a", "remote add x ../x.git")
    clones.git("a", "remote add y ../y.git")
    assert "there are several remotes" in clones.sync("a", status=1)
    assert "there is no remote 'z' here" in clones.sync("a", "z", status=2)


def test_a_remote_that_is_not_there_is_one_line_and_changes_nothing(clones: Clones) -> None:
    made = clones.log("a")
    (clones.folder / "r.git").rename(clones.folder / "away.git")
    before = clones.git("a", "rev-parse HEAD")
    told = clones.sync("a", "--quiet", status=8)
    assert told.count("\n") == 1
    assert "'origin' is not there" in told
    assert clones.git("a", "rev-parse HEAD") == before
    (clones.folder / "away.git").rename(clones.folder / "r.git")
    clones.sync("a")
    assert made in clones.git("r.git", "ls-tree -r --name-only main")


def test_a_network_that_is_down_is_one_line(clones: Clones) -> None:
    clones.git("a", "remote set-url origin http://user:secret@127.0.0.1:1/r.git")
    told = clones.sync("a", status=8)
    assert told.count("\n") == 1
    assert "cannot reach 'origin'" in told
    assert "secret" not in told


def test_a_folder_that_is_no_repository_is_told_how_to_become_one(clones: Clones) -> None:
    (clones.folder / "plain").mkdir()
    clones.git("a", "remote set-url origin ../plain")
    told = clones.sync("a", status=8)
    assert "is no git repository" in told
    assert "git init --bare '" in told


def test_a_stick_with_blanks_and_chinese_in_its_name(tmp_path: Path) -> None:
    clones = Clones(tmp_path / "w")
    stick = "U 盘/物业 账册.git"
    (clones.folder / "U 盘").mkdir()
    clones.begin(stick)
    clones.join("b", "B", stick)
    clones.log("b")
    clones.sync("b")
    assert "came in: " in clones.sync("a")
    (clones.folder / "U 盘").rename(clones.folder / "pulled")
    assert "if it is a stick, put it in" in clones.sync("a", status=8)


def test_a_stick_whose_modes_all_read_as_executable(two: Clones) -> None:
    """As on FAT: no modes, no links; the exchange must not depend on either."""
    two.git("r.git", "config core.filemode false")
    two.git("r.git", "config core.symlinks false")
    for path in (two.folder / "r.git").rglob("*"):
        path.chmod(0o777)
    two.log("a")
    two.sync("a")
    two.sync("b")
    agree(two, "a", "b")


def test_a_folder_of_another_user_is_explained(clones: Clones) -> None:
    shim = clones.folder.parent / "home/bin/git"
    shim.write_text(
        "#!/bin/sh\ncase \"$*\" in *' fetch '*) export GIT_TEST_ASSUME_DIFFERENT_OWNER=1;; esac\n"
        f'exec {shutil.which("git")} "$@"\n'
    )
    shim.chmod(0o755)
    told = clones.sync("a", status=8)
    assert "belongs to another user of this machine" in told
    assert "hint: git config --global --add safe.directory " in told


def test_a_folder_that_somebody_works_in(clones: Clones) -> None:
    clones.git(".", "clone -q r.git work")
    clones.git("a", "remote set-url origin ../work")
    clones.log("a")
    told = clones.sync("a", status=8)
    assert "is a folder that somebody works in" in told
    assert "receive.denyCurrentBranch updateInstead" in told
    clones.git("work", "config receive.denyCurrentBranch updateInstead")
    assert "handed over" in clones.sync("a")
    assert clones.tree("work") == clones.tree("a")


def test_a_hook_of_the_remote_that_refuses_is_quoted(clones: Clones) -> None:
    hook = clones.folder / "r.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'the archive is closed on Sundays' >&2\nexit 1\n")
    hook.chmod(0o755)
    clones.log("a")
    told = clones.sync("a", status=8)
    assert "'origin' refused what was pushed: the archive is closed on Sundays" in told
    hook.unlink()
    assert "handed over: 1 commit" in clones.sync("a")


def test_another_name_of_the_branch_there(clones: Clones) -> None:
    clones.git("r.git", "branch -m main master")
    told = clones.sync("a", status=1)
    assert "'origin' has no branch 'main', but: master" in told
    clones.git("a", "config branch.main.merge refs/heads/master")
    clones.git("a", "update-ref -d refs/remotes/origin/main")
    clones.log("a")
    assert "handed over: 1 commit" in clones.sync("a")
    assert clones.tree("r.git", "master") == clones.tree("a")


def test_books_that_began_apart_are_not_mixed(clones: Clones) -> None:
    other = Clones(clones.folder / "other" / "w")
    other.begin()
    other.git("a", f"remote add there {clones.folder / 'r.git'}")
    told = other.sync("a", "there", status=1)
    assert "they have no commit in common" in told
    assert "svcctl desk claim" in told


def test_a_remote_that_was_rewound_is_for_a_person(two: Clones) -> None:
    made = two.log("a")
    two.sync("a")
    two.sync("b")
    two.git("r.git", "update-ref refs/heads/main main~1")
    told = two.sync("b", status=1)
    assert "'origin/main' was rewritten: 1 commit that it had is gone" in told
    assert "git reset --hard" in told
    assert "was rewritten" in two.sync("b", status=1), "asking again does not make it right"
    # One takes it as meant, the other then follows.
    two.git("b", "reset -q --hard refs/svcctl/fetched/origin/main")
    two.sync("b")
    assert made not in two.do("b", "ticket list --format ids")
    assert "was rewritten" in two.sync("a", status=1)
    two.git("a", "push -q --force origin HEAD:refs/heads/main")
    two.sync("a")
    assert "came in" in two.sync("b")


def test_a_remote_that_was_emptied_is_for_a_person(clones: Clones) -> None:
    clones.git("r.git", "update-ref -d refs/heads/main")
    told = clones.sync("a", status=1)
    assert "'origin' had this book and is empty now" in told


# -- others meanwhile -------------------------------------------------------------------------


def test_another_desk_that_was_faster_is_merged_and_told(two: Clones) -> None:
    """The other desk pushes in the moment between our fetch and our push."""
    two.log("b", "停电")
    two.log("a", "漏水")
    hook = two.folder / "b/.git/hooks/pre-push"
    hook.write_text(
        f"#!/bin/sh\nrm -f '{hook}'\nunset GIT_DIR\n"
        f"git -C '{two.folder / 'a'}' push -q origin HEAD:main\n"
    )
    hook.chmod(0o755)
    told = two.sync("b")
    assert "another desk was faster 1 time\n" in told
    assert "came in: 1 commit from 1 desk (A): 1 ticket\n" in told
    two.sync("a")
    agree(two, "a", "b")


def test_a_command_at_this_desk_meanwhile_is_taken_along(
    two: Clones, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.log("a", "漏水")
    two.sync("a")
    two.log("b", "停电")
    plan = meet.plan
    calls: list[str] = []

    def planned(*args: object) -> object:
        made = plan(*args)  # type: ignore[arg-type]
        if len(calls) < 2:
            calls.append(two.git("b", "commit -q --no-verify --allow-empty -m meanwhile"))
        return made

    monkeypatch.setattr(meet, "plan", planned)
    two.sync("b")
    assert len(calls) == 2
    two.sync("a")
    agree(two, "a", "b")


def test_two_syncs_of_one_clone_wait_for_each_other(
    two: Clones, monkeypatch: pytest.MonkeyPatch
) -> None:
    with locks.short_lock(two.folder / "a/.git/svcctl/sync.lock"):
        monkeypatch.setattr(module, "short_lock", lambda path: locks.short_lock(path, 0.05))
        assert "another sync of this clone is at work" in two.sync("a", status=75)
    two.sync("a")


# -- what is wrong in it ----------------------------------------------------------------------


def broken(clones: Clones, clone: str, made: str) -> None:
    """Commit, past the hooks, a ticket whose header does not follow from its log."""
    (record,) = (clones.folder / clone).glob(f"tickets/*/*/*/{made}.toml")
    text = record.read_text("utf-8").replace("漏水", "漏电", 1)
    record.write_text(text, encoding="utf-8")
    clones.git(clone, "commit -q -a --no-verify -m broken")


def test_errors_of_our_own_are_not_handed_over(two: Clones) -> None:
    made = two.log("b", "漏水")
    broken(two, "b", made)
    two.log("a", "停电")
    two.sync("a")
    before = two.git("r.git", "rev-parse main")
    told = two.sync("b", "--quiet", status=1)
    assert f"{made}.toml:" in told
    assert "error[" in told
    assert "nothing was handed over" in told
    assert two.git("r.git", "rev-parse main") == before
    assert "停电" in two.do("b", "ticket list --format csv"), "what came in is here all the same"


def test_errors_that_came_in_are_named_and_stop_nothing(two: Clones) -> None:
    made = two.log("a", "漏水")
    broken(two, "a", made)
    two.git("a", "push -q --no-verify origin HEAD:main")
    two.log("b", "停电")
    told = two.sync("b", status=1)
    assert f"{made}.toml:" in told
    assert "handed over: 1 commit" in told


# -- files that are not the book's ------------------------------------------------------------


def test_programs_and_links_are_left_to_git(two: Clones) -> None:
    (two.folder / "a/run.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (two.folder / "a/run.sh").chmod(0o755)
    (two.folder / "a/link").symlink_to("book.toml")
    made = two.log("a")
    two.sync("a")
    two.log("b")
    two.sync("b")
    assert os.access(two.folder / "b/run.sh", os.X_OK)
    assert (two.folder / "b/link").is_symlink()
    assert made in two.do("b", "ticket list --format ids")
    two.sync("a")
    agree(two, "a", "b")


def test_git_killed_over_programs_and_links_is_finished(two: Clones) -> None:
    """Half of the files are written, the index knows of none."""
    (two.folder / "a/run.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (two.folder / "a/run.sh").chmod(0o755)
    two.log("a")
    (two.folder / "a/link").symlink_to("book.toml")
    two.log("a")
    two.sync("a")
    shutil.copy(two.folder / "a/run.sh", two.folder / "b/run.sh")
    (two.folder / "b/link").symlink_to("book.toml")
    (record,) = (two.folder / "a").glob("tickets/*/*/*/*01.toml")
    half = two.folder / "b" / record.relative_to(two.folder / "a")
    half.parent.mkdir(parents=True)
    shutil.copy(record, half)
    two.log("b")
    two.sync("b")
    two.sync("a")
    agree(two, "a", "b")


# -- what is left to a person -----------------------------------------------------------------


def test_one_field_changed_to_two_is_taken_over_and_told(two: Clones) -> None:
    two.do("a", "unit new 3-2-1501")
    two.do("a", "resident new 孙丽 --kind owner --unit 3-2-1501 --phone 13800000000")
    two.commit("a")
    two.sync("a")
    two.sync("b")
    two.do("a", "resident edit R-A0001 --name 孙莉")
    two.commit("a")
    two.do("b", "resident edit R-A0001 --name 孙俪")
    two.commit("b")
    two.sync("a")
    told = two.sync("b", "--quiet", status=1)
    assert "residents/A/00/R-A0001.toml:" in told
    assert "1 conflict is left to a person: svcctl git conflicts\n" in told
    assert "came in" not in told
    assert two.sync("a", status=1).count("CRD101") == 1
    assert two.tree("a") == two.tree("b") == two.tree("r.git", "main")
    assert two.sync("a") == "in step with 'origin/main'\n"


def manual(clones: Clones, clone: str) -> None:
    """Let the book leave commits to people."""
    (policy,) = (clones.folder / clone).glob("handbook/policy/*.toml")
    text = policy.read_text("utf-8")
    policy.write_text(text.replace('commit = "auto"', 'commit = "manual"'), encoding="utf-8")
    clones.commit(clone)


def test_by_hand_what_nobody_committed_is_told_and_left(clones: Clones) -> None:
    manual(clones, "a")
    clones.do("a", "log repair 漏水")
    told = clones.sync("a")
    assert "1 file here is changed and not committed: svcctl git commit\n" in told
    assert "T261121-A01" not in clones.git("r.git", "ls-tree -r --name-only main")
    assert not clones.is_clean("a")


def test_by_itself_what_commands_did_is_handed_over(clones: Clones) -> None:
    clones.do("a", "log repair 漏水")
    clones.sync("a")
    assert "T261121-A01" in clones.git("r.git", "ls-tree -r --name-only main")
    assert clones.is_clean("a")


def test_commits_that_await_are_made_first(clones: Clones) -> None:
    """They were held up while another git had the index."""
    lock = clones.folder / "a/.git/index.lock"
    lock.touch()
    clones.do("a", "log repair 漏水")
    assert clones.sync("a", status=75).count("svcctl: error: ") == 1
    lock.unlink()
    assert "1 commit of a command awaits" in clones.sync("a", "--dry-run")
    clones.sync("a")
    assert "T261121-A01" in clones.git("r.git", "ls-tree -r --name-only main")


def test_another_git_at_work_is_waited_for_and_a_dead_one_named(
    two: Clones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_INDEX_PAUSE_S", 0.01)
    two.log("a")
    two.sync("a")
    lock = two.folder / "b/.git/index.lock"
    lock.touch()
    before = two.git("b", "rev-parse HEAD")
    assert "another git is at work here" in two.sync("b", status=75)
    os.utime(lock, (0, 0))
    told = two.sync("b", status=1)
    assert "a git that died left '" in told
    assert "rm '" in told
    assert two.git("b", "rev-parse HEAD") == before
    lock.unlink()
    assert two.is_clean("b")
    assert "came in: 1 commit" in two.sync("b")


def test_without_an_identity_it_merges_all_the_same(two: Clones) -> None:
    two.log("a")
    two.sync("a")
    two.log("b")
    two.environ = {
        name: value
        for name, value in two.environ.items()
        if not name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))
    }
    two.sync("b")
    assert two.git("b", "log -1 --format=%an") == "svcctl"


def test_a_book_in_a_subfolder(tmp_path: Path) -> None:
    clones = Clones(tmp_path / "w")
    (clones.folder / "a").mkdir()
    clones.git(".", "init -q -b main a")
    (clones.folder / "a/README").write_text("x\n", encoding="utf-8")
    assert clones.run("svcctl init a/records --staff wang.fang").status == 0
    clones.do("a/records", "git setup")
    clones.git(".", "init -q --bare -b main r.git")
    clones.commit("a")
    clones.git("a", "remote add origin ../r.git")
    clones.sync("a/records")
    clones.git(".", "clone -q r.git b")
    clones.do("b/records", "git setup")
    clones.do("b/records", "desk claim B")
    clones.commit("b")
    shared = clones.log("a/records")
    clones.sync("a/records")
    clones.sync("b/records")
    clones.do("a/records", f"ticket note {shared} 一")
    clones.do("b/records", f"ticket note {shared} 二")
    (clones.folder / "a/README").write_text("y\n", encoding="utf-8")
    clones.commit("a")
    clones.commit("b")
    clones.sync("a/records")
    told = clones.sync("b/records")
    assert "1 ticket, 1 other file" in told
    assert (clones.folder / "b/README").read_text("utf-8") == "y\n"
    clones.sync("a/records")
    assert clones.tree("a") == clones.tree("b")
    assert clones.is_clean("b")


def test_a_repository_of_other_hashes_is_refused_in_a_line(tmp_path: Path) -> None:
    clones = Clones(tmp_path / "w")
    clones.git(".", "init -q -b main --object-format=sha256 a")
    assert clones.run("svcctl init a --staff wang.fang").status == 0
    clones.git("a", "remote add origin ../r.git")
    assert "names its objects by sha256" in clones.sync("a", status=1)

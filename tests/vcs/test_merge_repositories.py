"""What Git does with a book, on real repositories: nothing lost, whatever is merged how.

After each: every entry that anybody wrote is there, every file can be read, `validate` says only
what is expected; or Git itself stops, and `git conflicts` lists it with both sides.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.repositories import GITS
from tests.support.repositories import RESIDENT
from tests.support.repositories import SECOND
from tests.support.repositories import TICKET
from tests.support.repositories import UNIT
from tests.support.repositories import Clone
from tests.support.repositories import founded

pytestmark = pytest.mark.git


@pytest.fixture(scope="module", params=GITS, ids=lambda folder: Path(folder).name or "installed")
def git_program(request: pytest.FixtureRequest) -> str:
    """A folder with a git to run all tests with."""
    return str(request.param)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory, git_program: str) -> Clone:
    """The book as it was before anything happened."""
    return founded(tmp_path_factory.mktemp("origin") / "work", git_program)


@pytest.fixture
def desk(origin: Clone, git_program: str, tmp_path: Path) -> Clone:
    """A copy of it, to be spoilt."""
    shutil.copytree(origin.top, tmp_path / "work", symlinks=True)
    return Clone(tmp_path / "work", git_program)


def branch(desk: Clone, name: str, start: str = "main") -> None:
    desk.git("checkout", "-q", "-b", name, start)


# Cases


def test_two_desks_note_the_same_ticket_and_nothing_stops(desk: Clone) -> None:
    branch(desk, "other")
    theirs = desk.add(TICKET, "B", note="from B")
    desk.commit("b", by="Li Na")
    desk.git("checkout", "-q", "main")
    ours = desk.add(TICKET, "A", note="from A")
    desk.commit("a")
    desk.git("merge", "-q", "--no-edit", "other")
    assert desk.names(TICKET)[-2:] == [ours, theirs] == ["2A", "2B"]
    assert desk.findings() == []
    assert desk.conflicts(0) == []


def test_the_same_id_added_twice_keeps_the_entries_of_both(desk: Clone) -> None:
    new = TICKET.replace("A01", "A09")
    opened = {**desk.read(TICKET), "id": "T261121-A09"}
    branch(desk, "other")
    desk.write(new, opened)
    desk.add(new, "B", note="from B")
    desk.commit("b")
    desk.git("checkout", "-q", "main")
    desk.write(new, opened)
    desk.add(new, "A", note="from A")
    desk.commit("a")
    desk.git("merge", "-q", "--no-edit", "other")
    assert desk.names(new) == ["1A", "2A", "2B"]
    assert desk.findings() == []


def test_the_same_id_for_two_matters_is_listed_and_both_are_kept(desk: Clone) -> None:
    desk.svcctl("book doctor --fix")
    new = TICKET.replace("A01", "A09")
    opened = {**desk.read(TICKET), "id": "T261121-A09"}
    other = {**desk.read(SECOND), "id": "T261121-A09"}
    branch(desk, "other")
    desk.write(new, other)
    desk.commit("b")
    desk.git("checkout", "-q", "main")
    desk.write(new, opened)
    desk.commit("a")
    assert "CONFLICT" in desk.git("merge", "other", ok=(1,))
    (listed,) = desk.conflicts()
    assert (listed["sort"], listed["id"], listed["name"]) == ("twin", "T261121-A09", "1A")
    assert "停了" in str(listed["sides"])
    assert "漏水" in str(listed["sides"])
    assert (
        desk.svcctl("git conflicts take T261121-A09 1A 1").splitlines()[-1].endswith("git commit")
    )
    assert len(set(desk.names(new))) == 2
    assert {one.get("note", "").strip() for one in desk.read(new)["log"]} == {"停了", "漏水"}
    desk.git("commit", "-q", "--no-verify", "--no-edit")
    assert "TKT201" not in desk.findings()


def test_two_endings_that_differ_are_listed_and_one_command_settles_them(desk: Clone) -> None:
    branch(desk, "other")
    desk.add(TICKET, "B", "cancel", why="resident withdrew")
    desk.commit("b")
    desk.git("checkout", "-q", "main")
    desk.add(TICKET, "A", "cancel", why="nothing found")
    desk.commit("a")
    desk.git("merge", "-q", "--no-edit", "other")
    assert "TKT205" in desk.findings()
    (listed,) = desk.conflicts()
    assert listed["sort"] == "end"
    assert "nothing found" in str(listed["sides"][0])
    assert "resident withdrew" in str(listed["sides"][1])
    refused = desk.svcctl("git conflicts take T261121-A01 1", 4)
    assert 'svcctl ticket settle T261121-A01 "…"' in refused


# Cards


def test_a_name_changed_to_two_is_data_with_both_sides_and_who(desk: Clone) -> None:
    branch(desk, "other")
    desk.edit(RESIDENT, name="张珊")
    desk.commit("b", by="Li Na")
    desk.git("checkout", "-q", "main")
    desk.edit(RESIDENT, name="张山")
    desk.commit("a")
    desk.git("merge", "-q", "--no-edit", "other")
    assert desk.findings() == ["CRD101"]
    (listed,) = desk.conflicts()
    assert {(one["value"], one["by"]) for one in listed["sides"]} == {
        ("张珊", "Li Na"),
        ("张山", "Wang Fang"),
    }
    desk.svcctl("git conflicts take R-A0001 name 张三丰")
    assert desk.read(RESIDENT)["name"] == "张三丰"
    assert desk.findings() == []


def test_a_number_changed_to_two_stays_masked_until_chosen(desk: Clone) -> None:
    branch(desk, "other")
    desk.edit(RESIDENT, private={"phones": ["13900139000"]})
    desk.commit("b", by="Li Na")
    desk.git("checkout", "-q", "main")
    desk.edit(RESIDENT, private={"phones": ["13700137000"]})
    desk.commit("a")
    desk.git("merge", "-q", "--no-edit", "other")
    shown = desk.svcctl("git conflicts", 1)
    assert "139****9000" in shown
    assert "13900139000" not in shown
    assert "13900139000" in desk.svcctl("git conflicts --reveal", 1)
    (listed,) = desk.conflicts()
    theirs = [one["by"] for one in listed["sides"]].index("Li Na") + 1
    desk.svcctl(f"git conflicts take R-A0001 phones {theirs}")
    assert desk.read(RESIDENT)["private"] == {"phones": ["13900139000"]}


def test_changed_here_and_taken_away_there_is_told_and_taken(desk: Clone) -> None:
    branch(desk, "other")
    desk.git("rm", "-q", UNIT)
    desk.commit("b", by="Li Na")
    desk.git("checkout", "-q", "main")
    desk.edit(UNIT, note="empty since May")
    desk.commit("a")
    desk.git("merge", "other", ok=(1,))
    (listed,) = desk.conflicts()
    ours, theirs = listed["sides"]
    assert (ours["gone"], ours["by"]) == (False, "Wang Fang")
    assert (theirs["gone"], theirs["by"]) == (True, "Li Na")
    assert "empty since May" in str(ours["words"])
    said = desk.svcctl(f"git conflicts take {UNIT} ours")
    assert "to finish: git commit" in said
    desk.git("commit", "-q", "--no-edit")
    assert desk.read(UNIT)["note"] == "empty since May"
    assert desk.findings() == []


def test_taken_away_here_and_changed_there_may_be_let_go(desk: Clone) -> None:
    desk.git("rm", "-q", RESIDENT)
    desk.commit("a")
    branch(desk, "other", "main~1")
    desk.edit(RESIDENT, note="moved")
    desk.commit("b", by="Li Na")
    desk.git("checkout", "-q", "main")
    desk.git("merge", "other", ok=(1,))
    (listed,) = desk.conflicts()
    assert [one["gone"] for one in listed["sides"]] == [True, False]
    desk.svcctl("git conflicts take R-A0001 drop")
    desk.git("commit", "-q", "--no-edit", "--no-verify")
    assert not (desk.book / RESIDENT).exists()
    assert desk.git("status", "--porcelain") == ""


def test_a_moved_file_that_the_other_side_edits_keeps_the_edit(desk: Clone) -> None:
    moved = UNIT.replace("1501", "1502")
    branch(desk, "other")
    desk.git("mv", UNIT, moved)
    desk.commit("b")
    desk.git("checkout", "-q", "main")
    desk.edit(UNIT, note="edited meanwhile")
    desk.commit("a")
    stopped = "CONFLICT" in desk.git("merge", "--no-edit", "other", ok=(0, 1))
    kept = [path for path in (UNIT, moved) if (desk.book / path).exists()]
    assert any("edited meanwhile" in (desk.book / path).read_text("utf-8") for path in kept)
    if stopped:
        assert desk.conflicts()
    else:
        # The name inside is the old one: what a person did by hand is named.
        assert desk.findings(1)


def test_git_is_asked_as_often_for_one_card_as_for_many(
    desk: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def name_of(place: int) -> str:
        return RESIDENT.replace("0001", f"{place:04d}")

    def all_named(name: str) -> None:
        for place in range(2, 22):
            desk.edit(name_of(place), name=name)

    for place in range(2, 22):
        desk.write(name_of(place), {"id": f"R-A{place:04d}", "name": "张三"})
    desk.commit("many")
    branch(desk, "other")
    all_named("张珊")
    desk.commit("b", by="Li Na")
    desk.git("checkout", "-q", "main")
    all_named("张山")
    desk.commit("a")
    desk.git("merge", "-q", "--no-edit", "other")
    assert len(desk.conflicts()) == 20
    started: list[object] = []
    begin = subprocess.Popen.__init__

    def counted(self: Any, args: Any, *more: Any, **options: Any) -> None:
        started.append(args)
        begin(self, args, *more, **options)

    monkeypatch.setattr(subprocess.Popen, "__init__", counted)
    assert "20 things are left" in desk.svcctl("git conflicts", 1)
    assert len(started) == 4


def test_a_file_moved_to_two_places_is_told_path_by_path(desk: Clone) -> None:
    here, there = UNIT.replace("1501", "1502"), UNIT.replace("1501", "1503")
    branch(desk, "other")
    desk.git("mv", UNIT, there)
    desk.commit("b")
    desk.git("checkout", "-q", "main")
    desk.git("mv", UNIT, here)
    desk.commit("a")
    if "CONFLICT" in desk.git("merge", "--no-edit", "other", ok=(0, 1)):
        gone = {one["path"]: [side["gone"] for side in one["sides"]] for one in desk.conflicts()}
        assert gone == {UNIT: [True, True], here: [False, True], there: [True, False]}
        desk.svcctl(f"git conflicts take {UNIT} drop")
        desk.svcctl(f"git conflicts take {here} ours")
        assert "to finish: git commit" in desk.svcctl(f"git conflicts take {there} theirs")
        desk.git("commit", "-q", "--no-edit", "--no-verify")
    assert desk.read(here) == desk.read(there)
    assert "PTH102" in desk.findings(1)


# Ways to bring commits together


def test_twenty_commits_rebased_over_twenty_keep_every_entry(desk: Clone) -> None:
    branch(desk, "other")
    theirs = [_noted(desk, "B", place) for place in range(20)]
    desk.git("checkout", "-q", "main")
    ours = [_noted(desk, "A", place) for place in range(20)]
    desk.git("rebase", "-q", "other")
    assert set(theirs + ours) <= set(desk.names(TICKET))
    assert len(desk.names(TICKET)) == 41
    assert len(desk.git("log", "--oneline", "HEAD").splitlines()) >= 41
    assert desk.findings() == []


def _noted(desk: Clone, by: str, place: int) -> str:
    name = desk.add(TICKET, by, note=f"{by} {place}")
    desk.commit(f"{by} {place}")
    return name


def test_a_cherry_picked_entry_comes_once(desk: Clone) -> None:
    branch(desk, "other")
    desk.add(TICKET, "B", note="first")
    desk.commit("b1")
    desk.add(TICKET, "B", note="second")
    desk.commit("b2")
    desk.git("checkout", "-q", "main")
    desk.add(TICKET, "A", note="mine")
    desk.commit("a")
    desk.git("cherry-pick", "other~1")
    desk.git("merge", "-q", "--no-edit", "other")
    assert desk.names(TICKET) == ["1A", "2A", "2B", "3B"]
    assert desk.findings() == []


def test_a_revert_takes_no_later_entry_with_it(desk: Clone) -> None:
    desk.add(TICKET, "A", note="one")
    desk.commit("one")
    desk.add(TICKET, "A", note="two")
    desk.commit("two")
    desk.git("revert", "--no-edit", "HEAD~1", ok=(0, 1))
    assert "3A" in desk.names(TICKET)
    # The log only grows: the reverted entry is still there, and nothing is half.
    assert desk.names(TICKET) == ["1A", "2A", "3A"]
    assert desk.findings() == []


def test_a_stash_popped_over_new_entries_keeps_both(desk: Clone) -> None:
    desk.add(TICKET, "A", note="in the stash")
    desk.git("stash", "-q")
    desk.add(TICKET, "B", note="committed")
    desk.commit("b")
    desk.git("stash", "pop")
    assert desk.names(TICKET) == ["1A", "2A", "2B"]
    assert desk.findings() == []


def test_three_desks_in_one_merge(desk: Clone) -> None:
    for name in ("B", "C", "D"):
        branch(desk, f"desk-{name}")
        desk.add(TICKET, name, note=f"from {name}")
        desk.edit(UNIT, note="same everywhere")
        desk.commit(name)
        desk.git("checkout", "-q", "main")
    desk.git("merge", "--no-edit", "desk-B", "desk-C", "desk-D", ok=(0, 1, 2))
    if desk.names(TICKET) != ["1A", "2B", "2C", "2D"]:
        # Git gives up such a merge as a whole when files meet; one by one it goes.
        desk.git("reset", "-q", "--hard", "main")
        for name in ("B", "C", "D"):
            desk.git("merge", "-q", "--no-edit", f"desk-{name}")
    assert desk.names(TICKET) == ["1A", "2B", "2C", "2D"]
    assert desk.findings() == []


def test_a_criss_cross_merge_ends_the_same_on_both_sides(desk: Clone) -> None:
    branch(desk, "other")
    desk.add(TICKET, "B", note="b1")
    desk.edit(UNIT, note="b")
    desk.commit("b1")
    desk.git("checkout", "-q", "main")
    desk.add(TICKET, "A", note="a1")
    desk.edit(UNIT, note="a")
    desk.commit("a1")
    desk.git("branch", "old-main")
    desk.git("merge", "-q", "--no-edit", "other")
    desk.add(TICKET, "A", note="a2")
    desk.commit("a2")
    desk.git("checkout", "-q", "other")
    desk.git("merge", "-q", "--no-edit", "old-main")
    desk.add(TICKET, "B", note="b2")
    desk.commit("b2")
    desk.git("merge", "-q", "--no-edit", "main")
    there = desk.git("rev-parse", "HEAD^{tree}")
    assert desk.names(TICKET) == ["1A", "2A", "2B", "3A", "3B"]
    assert desk.findings() == ["CRD101"]
    desk.git("checkout", "-q", "main")
    desk.git("merge", "-q", "--no-edit", "other~1")
    assert desk.git("rev-parse", "HEAD^{tree}") == there


def test_a_worktree_merges_as_the_first_does(desk: Clone, git_program: str) -> None:
    place = desk.top.parent / "second"
    desk.git("worktree", "add", "-q", "-b", "other", str(place))
    second = Clone(place, git_program)
    second.add(TICKET, "B", note="from B")
    second.commit("b")
    desk.add(TICKET, "A", note="from A")
    desk.commit("a")
    second.git("merge", "-q", "--no-edit", "main")
    assert second.names(TICKET) == ["1A", "2A", "2B"]
    second.edit(UNIT, note="x")
    second.commit("x")
    desk.git("rm", "-q", UNIT)
    desk.commit("gone")
    second.git("merge", "main", ok=(1,))
    (listed,) = second.conflicts()
    assert listed["path"] == UNIT
    second.svcctl("git conflicts take 3-2-1501 ours")
    second.git("commit", "-q", "--no-edit")


@pytest.mark.parametrize(
    ("bring", "finish"),
    [
        (("rebase", "other"), ("-c", "core.editor=true", "rebase", "--continue")),
        (("cherry-pick", "other"), ("-c", "core.editor=true", "cherry-pick", "--continue")),
    ],
    ids=["rebase", "cherry-pick"],
)
def test_a_card_taken_away_stops_other_ways_too_and_they_go_on(
    desk: Clone, bring: tuple[str, ...], finish: tuple[str, ...]
) -> None:
    branch(desk, "other")
    desk.git("rm", "-q", UNIT)
    desk.commit("b", by="Li Na")
    desk.git("checkout", "-q", "main")
    desk.edit(UNIT, note="empty since May")
    desk.commit("a")
    desk.git(*bring, ok=(1,))
    (listed,) = desk.conflicts()
    assert {one["gone"]: one["by"] for one in listed["sides"]} == {
        False: "Wang Fang",
        True: "Li Na",
    }
    kept = ("ours", "theirs")[[one["gone"] for one in listed["sides"]].index(False)]
    said = desk.svcctl(f"git conflicts take {UNIT} {kept}")
    assert f"to finish: git {bring[0]} --continue" in said
    desk.git(*finish, ok=(0, 1))
    desk.git(bring[0], "--skip", ok=(0, 1, 128))
    assert desk.read(UNIT)["note"] == "empty since May"
    assert desk.git("status", "--porcelain") == ""
    assert desk.findings() == []


def test_a_stash_that_meets_a_card_taken_away(desk: Clone) -> None:
    desk.edit(UNIT, note="in the stash")
    desk.git("stash", "-q")
    desk.git("rm", "-q", UNIT)
    desk.commit("gone")
    desk.git("stash", "pop", ok=(1,))
    (listed,) = desk.conflicts()
    assert [one["gone"] for one in listed["sides"]] == [True, False]
    said = desk.svcctl(f"git conflicts take {UNIT} theirs")
    assert "nothing is left to choose" in said
    assert "to finish" not in said
    assert desk.read(UNIT)["note"] == "in the stash"
    assert desk.git("status", "--porcelain").split() == ["A", UNIT]


def test_a_book_taken_into_a_larger_repository_merges_there(
    desk: Clone, git_program: str, tmp_path: Path
) -> None:
    large = Clone(tmp_path / "company", git_program, "estates/cuihu")
    large.git("init", "-q", "-b", "main")
    (large.top / "readme.txt").write_text("company\n", encoding="utf-8")
    large.commit("begin")
    large.git("remote", "add", "cuihu", str(desk.top))
    large.git("fetch", "-q", "cuihu")
    large.git("merge", "-q", "-s", "ours", "--no-commit", "--allow-unrelated-histories",
              "cuihu/main")  # fmt: skip
    large.git("read-tree", "--prefix=estates/cuihu/", "-u", "cuihu/main")
    large.commit("take in")
    large.svcctl("git setup")
    large.commit("set up")
    large.add(TICKET, "C", note="from the company")
    large.commit("c")
    desk.add(TICKET, "B", note="from the desk")
    desk.commit("b")
    large.git("fetch", "-q", "cuihu")
    large.git("merge", "-q", "--no-edit", "-X", "subtree=estates/cuihu", "cuihu/main")
    assert large.names(TICKET) == ["1A", "2B", "2C"]
    assert large.findings() == []


def test_what_rerere_remembers_is_not_put_in_place_of_a_merge(desk: Clone) -> None:
    desk.git("config", "rerere.enabled", "true")
    desk.git("config", "rerere.autoupdate", "true")
    for turn in ("one", "two"):
        branch(desk, f"other-{turn}")
        desk.add(TICKET, "B", note=turn)
        desk.commit("b")
        desk.git("checkout", "-q", "main")
        desk.add(TICKET, "A", note=turn)
        desk.commit("a")
        desk.git("merge", "-q", "--no-edit", f"other-{turn}")
    assert desk.names(TICKET) == ["1A", "2A", "2B", "3A", "3B"]
    assert desk.findings() == []


def test_preferring_our_side_loses_no_entry_of_theirs(desk: Clone) -> None:
    branch(desk, "other")
    desk.add(TICKET, "B", note="from B")
    desk.commit("b")
    desk.git("checkout", "-q", "main")
    desk.add(TICKET, "A", note="from A")
    desk.commit("a")
    desk.git("merge", "-q", "--no-edit", "-s", "ort", "-X", "ours", "other")
    assert desk.names(TICKET) == ["1A", "2A", "2B"]
    assert desk.findings() == []


def test_a_merge_computed_among_objects_uses_the_driver(desk: Clone) -> None:
    branch(desk, "other")
    desk.add(TICKET, "B", note="from B")
    desk.commit("b")
    desk.git("checkout", "-q", "main")
    desk.add(TICKET, "A", note="from A")
    desk.commit("a")
    tree = desk.git("merge-tree", "--write-tree", "main", "other").split()[0]
    merged = desk.git("cat-file", "blob", f"{tree}:{TICKET}")
    assert [f'n = "{name}"' in merged for name in ("2A", "2B")] == [True, True]


def test_a_shallow_clone_merges_and_says_no_author_it_does_not_know(
    desk: Clone, git_program: str, tmp_path: Path
) -> None:
    desk.edit(RESIDENT, name="张珊")
    desk.commit("b", by="Li Na")
    desk.git("clone", "-q", "--depth", "1", f"file://{desk.top}", str(tmp_path / "flat"))
    flat = Clone(tmp_path / "flat", git_program)
    flat.svcctl("git setup")
    flat.edit(RESIDENT, name="张山")
    flat.commit("a", by="Zhao Yi")
    desk.edit(RESIDENT, name="张三三")
    desk.commit("c", by="Li Na")
    flat.git("fetch", "-q", "--depth", "2", "origin")
    flat.git("merge", "-q", "--no-edit", "origin/main")
    (listed,) = flat.conflicts()
    assert {one["value"]: one["by"] for one in listed["sides"]} == {
        "张山": "Zhao Yi",
        "张三三": "Li Na",
    }


def test_a_book_in_a_folder_with_a_chinese_name(tmp_path: Path, git_program: str) -> None:
    desk = founded(tmp_path / "work", git_program, "翠湖/记录")
    branch(desk, "other")
    desk.add(TICKET, "B", note="from B")
    desk.edit(RESIDENT, name="张珊")
    desk.git("rm", "-q", f"翠湖/记录/{UNIT}")
    (desk.top / "readme.txt").write_text("b\n", encoding="utf-8")
    desk.commit("b", by="Li Na")
    desk.git("checkout", "-q", "main")
    desk.add(TICKET, "A", note="from A")
    desk.edit(RESIDENT, name="张山")
    desk.edit(UNIT, note="x")
    (desk.top / "readme.txt").write_text("a\n", encoding="utf-8")
    desk.commit("a")
    desk.git("merge", "other", ok=(1,))
    listed = {one["id"]: one for one in desk.conflicts()}
    assert listed.keys() == {"3-2-1501", "R-A0001"}
    assert {one["by"] for one in listed["R-A0001"]["sides"]} == {"Li Na", "Wang Fang"}
    assert "not in the book, but in dispute too: readme.txt" in desk.svcctl("git conflicts", 1)
    said = desk.svcctl("git conflicts take 3-2-1501 ours")
    assert "to finish" not in said
    desk.git("add", "readme.txt")
    desk.git("commit", "-q", "--no-edit")
    assert desk.names(TICKET) == ["1A", "2A", "2B"]
    assert desk.findings() == ["CRD101"]


def test_cron_on_both_sides_is_one_run(git_program: str, tmp_path: Path) -> None:
    own = founded(tmp_path / "own" / "work", git_program)
    own.world.now = "2026-12-20 09:00"
    branch(own, "other")
    own.svcctl("escalate --all")
    own.commit("b")
    theirs = own.names(TICKET)
    own.git("checkout", "-q", "main")
    own.world.now = "2026-12-20 09:05"
    own.svcctl("escalate --all")
    own.commit("a")
    assert [name for name in theirs if name.startswith("auto/")]
    own.git("merge", "-q", "--no-edit", "other")
    assert own.names(TICKET) == theirs
    assert own.conflicts(0) == []
    assert [code for code in own.findings() if code != "TKT204"] == []


def test_without_svcctl_git_marks_the_lines_and_nothing_gets_past(desk: Clone) -> None:
    branch(desk, "other")
    desk.add(TICKET, "B", note="from B")
    desk.commit("b", by="Li Na")
    desk.git("checkout", "-q", "main")
    desk.add(TICKET, "A", note="from A")
    desk.commit("a")
    driver = desk.git("config", "merge.svcctl.driver")
    missing = driver.replace("/bin/svcctl", "/bin/gone").replace(" svcctl;", " gone;")
    assert missing != driver
    desk.git("config", "merge.svcctl.driver", missing.strip())
    desk.git("merge", "other", ok=(1,))
    text = (desk.book / TICKET).read_text("utf-8")
    assert "<<<<<<< ours" in text
    assert ">>>>>>> theirs" in text
    assert "from A" in text
    assert "from B" in text
    assert "FMT" in "".join(desk.findings(1))
    # Whoever tells Git that all is well is stopped by the hook.
    desk.git("add", TICKET)
    assert "error[FMT" in desk.git("commit", "--no-edit", ok=(1,))
    (listed,) = desk.conflicts()
    assert ("marked" in listed["matter"], listed["path"]) == (True, TICKET)
    desk.git("checkout", "-q", "--merge", "--", TICKET)
    (listed,) = desk.conflicts()
    assert (listed["sort"], listed["path"]) == ("file", TICKET)
    assert "svcctl git conflicts take" in desk.svcctl(f"git conflicts take {TICKET} ours", 4)
    desk.svcctl("git conflicts take T261121-A01 both")
    desk.git("commit", "-q", "--no-edit")
    assert desk.names(TICKET) == ["1A", "2A", "2B"]
    assert desk.findings() == []


def test_marked_lines_that_were_committed_all_the_same_are_joined(desk: Clone) -> None:
    branch(desk, "other")
    desk.add(TICKET, "B", note="from B")
    desk.commit("b", by="Li Na")
    desk.git("checkout", "-q", "main")
    desk.add(TICKET, "A", note="from A")
    desk.commit("a")
    desk.git("config", "merge.svcctl.driver", "git merge-file -L ours -L base -L theirs %A %O %B")
    desk.git("merge", "other", ok=(1,))
    desk.commit("all is well")
    (listed,) = desk.conflicts()
    assert "from A" in str(listed["sides"][0])
    assert "from B" in str(listed["sides"][1])
    desk.svcctl("git conflicts take T261121-A01 both")
    assert desk.names(TICKET) == ["1A", "2A", "2B"]
    assert desk.findings() == []
    assert desk.conflicts(0) == []


def test_two_desks_that_claim_one_code_are_stopped_by_git(desk: Clone) -> None:
    card = "desks/E.toml"
    claim = desk.read("desks/A.toml") | {"id": "E"}
    branch(desk, "other")
    desk.write(card, claim | {"token": "0" * 16})
    desk.commit("b", by="Li Na")
    desk.git("checkout", "-q", "main")
    desk.write(card, claim | {"token": "1" * 16})
    desk.commit("a")
    desk.git("merge", "other", ok=(1,))
    (listed,) = desk.conflicts()
    assert (listed["sort"], listed["path"]) == ("file", card)
    desk.svcctl(f"git conflicts take {card} both", 4)
    desk.svcctl(f"git conflicts take {card} theirs")
    desk.git("commit", "-q", "--no-edit")
    assert desk.read(card)["token"] == "0" * 16


def test_a_book_whose_own_settings_are_in_conflict_is_put_right(desk: Clone) -> None:
    text = (desk.book / "book.toml").read_text("utf-8")
    branch(desk, "other")
    (desk.book / "book.toml").write_text(text + '# theirs\nx = "\n', encoding="utf-8")
    desk.commit("b")
    desk.git("checkout", "-q", "main")
    (desk.book / "book.toml").write_text(text + "# ours\n", encoding="utf-8")
    desk.commit("a")
    desk.git("merge", "other", ok=(1,))
    (listed,) = desk.conflicts()
    assert listed["path"] == "book.toml"
    desk.svcctl("git conflicts take book.toml ours")
    assert (desk.book / "book.toml").read_text("utf-8") == text + "# ours\n"

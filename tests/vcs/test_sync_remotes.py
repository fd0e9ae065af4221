"""Desks that meet in several remotes: they come to rest, and alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcctl.vcs.sync import desks as module
from tests.support.clones import Clones

pytestmark = pytest.mark.git
REMOTES = ("r.git", "u.git")


@pytest.fixture
def three(tmp_path: Path) -> Clones:
    """Three desks with a hub and a stick each."""
    made = Clones(tmp_path / "w")
    made.begin()
    made.git(".", "init -q --bare -b main u.git")
    made.git("a", "remote add usb ../u.git")
    for name in ("b", "c"):
        made.join(name, name.upper())
        made.git(name, "remote add usb ../u.git")
    return made


def heads(clones: Clones) -> list[str]:
    found = [clones.git(name, "rev-parse HEAD") for name in "abc"]
    return found + [clones.git(name, "rev-parse main") for name in REMOTES]


def test_merges_alone_do_not_go_round_for_ever(three: Clones) -> None:
    """Each desk merges what came by the other way; when all have all, nobody merges any more."""
    three.sync("a", "usb")
    ids = {three.log(name) for name in "abc"}
    three.sync("c", "usb")
    three.sync("b")
    for turn in range(4):
        for name in "abc":
            three.now = f"2026-11-21 1{turn}:1{'abc'.index(name)}"
            three.sync(name)
            three.sync(name, "usb")
    rest = heads(three)
    for name in "abc":
        three.now = f"2026-11-21 15:1{'abc'.index(name)}"
        assert three.sync(name) == "in step with 'origin/main'\n"
        assert three.sync(name, "usb") == "in step with 'usb/main'\n"
        assert set(three.do(name, "ticket list --format ids").split()) == ids
    assert heads(three) == rest
    assert {three.tree(name, "main") for name in REMOTES} == {three.tree("a")}


def test_what_a_person_committed_goes_out_though_the_files_are_alike(three: Clones) -> None:
    """Only merges may stay at home; a commit tells who did what."""
    made = three.log("a")
    three.git("a", "commit -q --allow-empty --no-verify -m 核对过")
    assert "handed over: 2 commits\n" in three.sync("a")
    assert "核对过" in three.git("r.git", "log --format=%s main")
    assert made in three.git("r.git", "ls-tree -r --name-only main")


def test_a_clock_that_was_a_week_ahead_makes_nobody_think_the_past_was_rewritten(
    three: Clones,
) -> None:
    three.now = "2026-11-28 09:00"
    three.log("a")
    three.sync("a")
    three.now = "2026-11-21 09:00"
    three.sync("b")
    three.log("b")
    three.sync("b")
    three.sync("c")
    for _turn in range(12):
        three.log("c")
    three.sync("c")
    assert "came in: 12 commits from 1 desk (C): 12 tickets\n" in three.sync("b")
    assert three.sync("b") == "in step with 'origin/main'\n"
    assert "came in: 13 commits" in three.sync("a")
    assert three.tree("a") == three.tree("b") == three.tree("c")


def test_routines_of_two_desks_at_different_times_are_no_change_of_the_past(three: Clones) -> None:
    """The earlier recording counts; the merge takes the other desk's file as it is."""
    three.now = "2026-11-21 09:20"
    three.log("a")
    three.sync("a")
    three.sync("b")
    three.now = "2026-11-25 12:54"
    three.do("b", "escalate --all --take-over")
    three.sync("b")
    three.now = "2026-11-25 14:41"
    three.do("a", "escalate --all --take-over")
    assert "6 messages" in three.sync("a")
    assert "nothing wrong" in three.do("a", "git audit")


def test_a_lock_that_was_left_on_the_stick_is_named(
    three: Clones, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was pulled out while somebody pushed."""
    three.sync("a", "usb")
    three.log("a")
    monkeypatch.setattr(module, "_jittered", lambda _turn: 0.0)
    lock = three.folder / "u.git/refs/heads/main.lock"
    lock.touch()
    told = three.sync("a", "usb", status=1)
    assert "a git that died left '" in told
    assert "u.git/refs/heads/main.lock'" in told
    lock.unlink()
    assert "handed over: " in three.sync("a", "usb")


def test_a_hook_of_this_clone_that_refuses_is_quoted(three: Clones) -> None:
    hook = three.folder / "a/.git/hooks/pre-push"
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    three.log("a")
    assert "'origin' refused what was pushed: not today\n" in three.sync("a", status=8)

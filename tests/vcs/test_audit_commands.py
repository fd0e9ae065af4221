"""Histories that commands made: each command of a transcript committed when it was typed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from svcctl.vcs import git
from svcctl.vcs.audit.book import Audit
from tests.support.builders import at
from tests.support.transcript import ROOT
from tests.support.transcript import Outcome
from tests.support.transcript import World
from tests.support.transcript import replay

pytestmark = pytest.mark.git

GOLDEN = ROOT / "tests" / "cli" / "golden"


class Committing(World):
    """A world that commits all it holds after each command, at the time of its clock.

    The repository lies elsewhere, so that commands find none and leave it alone.
    """

    def begin(self) -> None:
        """Make the repository."""
        self._top = self.folder
        self._git("init", "-q", "-b", "main")

    def end(self) -> None:
        """Put the repository where an audit finds it."""
        git.run(self._top, ["init", "-q", "-b", "main"])
        shutil.rmtree(self._top / ".git")
        (self._top.parent / "history").rename(self._top / ".git")
        git.run(self._top, ["config", "--unset", "core.worktree"], ok=(0, 5))

    def _git(self, *args: str) -> None:
        moment = f"{at(self.now):%Y-%m-%dT%H:%M:%S%z}"
        place = {"GIT_DIR": str(self._top.parent / "history"), "GIT_WORK_TREE": str(self._top)}
        dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        git.run(self._top, args, env=place | dates)

    def run(self, command: str, stdin: str = "") -> Outcome:
        done = super().run(command, stdin)
        self._git("add", "--all")
        self._git("commit", "-q", "--allow-empty", "-m", command)
        return done


@pytest.mark.parametrize(
    "name",
    ["escalate", "shift", "tally", "life_day_zh"],
)
def test_a_transcript_committed_command_by_command_has_no_finding(
    name: str, tmp_path: Path
) -> None:
    world = Committing(tmp_path / "work")
    world.begin()
    replay((GOLDEN / f"{name}.txt").read_text("utf-8"), world)
    world.end()
    with Audit(tmp_path / "work" / "estate") as history:
        wrong = [one for past in history.commits() for one in history.look(past)]
        assert wrong == []
        assert len(history) > 8
        assert history.files > 10


@pytest.mark.parametrize(("name", "book"), [("conflicts", "."), ("git_evening_zh", "estate")])
def test_a_book_that_commits_by_itself_has_no_finding(name: str, book: str, tmp_path: Path) -> None:
    world = World(tmp_path / "work")
    replay((GOLDEN / f"{name}.txt").read_text("utf-8"), world)
    with Audit(tmp_path / "work" / book) as history:
        wrong = [one for past in history.commits() for one in history.look(past)]
        assert wrong == []
        assert len(history) > 8

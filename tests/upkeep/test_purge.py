"""The recipe of docs/guides/redaction.md, run as it stands: afterwards no copy has the words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from svcctl.vcs import git
from tests.support.desk import at_desk
from tests.support.desk import run
from tests.support.transcript import ROOT
from tests.support.transcript import World

pytestmark = pytest.mark.git

PAGE = ROOT / "docs" / "guides" / "redaction.md"
WORDS = ("孙丽", "她说她有病")
TICKET = "tickets/2026/11/21/T261121-A01.toml"


def recipe() -> dict[str, str]:
    found = re.findall(
        r"^```sh purge (\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return dict(found)


def shell(desk: World, folder: str, script: str, *, status: int = 0) -> str:
    desk.environ["PURGE"] = str(desk.folder / "purge")
    done = desk.run(f"cd {folder} && set -e\n{script}")
    assert done.status == status, done.output
    return done.output


def held(folder: Path) -> bytes:
    """Return all that Git holds there: every object, and every file around them."""
    objects = git.run(folder, ["cat-file", "--batch-all-objects", "--batch"])
    around = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return b"\n".join([objects, *around])


def has_words(folder: Path) -> bool:
    return any(word.encode() in held(folder) for word in WORDS)


@pytest.fixture
def desk(world: World) -> World:
    """Two clones and a remote that all have the words: in files, a commit message, a tag."""
    at_desk(
        world,
        "init b --estate 枫林苑 --staff wang.fang --name 王芳",
        "staff new 赵敏 --id zhao.min --role supervisor",
    )
    shell(
        world,
        "b",
        "test -d .git || git init -q -b main; git add -A; git commit -q --allow-empty -m begun\n"
        "git clone -q --bare . ../office.git\n"
        "git remote add origin ../office.git; git fetch -q; git branch -q -u origin/main",
    )
    run(world, "log complaint 后门 电梯困人 --name 孙丽 --note 她说她有病")
    shell(
        world,
        "b",
        "git add -A; git commit -q --allow-empty -m 孙丽的投诉\n"
        "git tag -a -m 孙丽 v1; git branch old",
    )
    run(world, "ticket note A01 孙丽又来电")
    shell(
        world,
        "b",
        "git add -A; git commit -q --allow-empty -m more; git push -q --all; git push -q --tags",
    )
    shell(
        world,
        ".",
        "git clone -q office.git two; git -C two notes --ref textconv/svcctl add -m 孙丽",
    )
    # What a sync remembers of the remote keeps a history alive, like any other ref.
    for name in ("fetched", "seen"):
        shell(world, "b", f"git update-ref refs/svcctl/{name}/origin/main HEAD")
        shell(world, "two", f"git update-ref refs/svcctl/{name}/origin/main HEAD")
    return world


def test_the_words_are_nowhere_after_the_recipe(desk: World) -> None:
    clones = [desk.folder / "b", desk.folder / "two"]
    remote = desk.folder / "office.git"
    assert all(map(has_words, [*clones, remote]))
    before = git.run(clones[0], ["rev-list", "--count", "HEAD"])
    run(desk, "--as zhao.min book redact A01 1A --field caller --why 住户要求")
    run(desk, "--as zhao.min book redact A01 2A --why 住户要求")
    shell(desk, "b", "git add -A; git commit -q --allow-empty -m redacted; git push -q")
    shell(desk, "two", "git pull -q; echo 孙丽 >> book.toml; git stash -q")

    steps = recipe()
    for name in ("words", "files", "aside", "rewrite", "push", "clean"):
        shell(desk, "b", steps[name])
    shell(desk, "office.git", steps["remote"])
    shell(desk, "two", steps["desk"] + steps["clean"])

    for folder in ("b", "two", "office.git"):
        assert shell(desk, folder, steps["check"], status=1).strip() == "0"
        assert not has_words(desk.folder / folder)
    assert int(git.run(clones[0], ["rev-list", "--count", "HEAD"])) >= int(before)
    assert len({git.run(one, ["rev-parse", "HEAD"]) for one in clones}) == 1
    assert "nothing wrong" in run(desk, "validate")
    assert "nothing wrong" in run(desk, "--rev v1 validate")
    assert (clones[1] / TICKET).read_bytes() == (clones[0] / TICKET).read_bytes()
    run(desk, "git setup")
    run(desk, "git sync")
    assert "in step" in run(desk, "git sync")


def test_redacting_alone_leaves_history_as_it_was(desk: World) -> None:
    run(desk, "--as zhao.min book redact A01 1A --field caller --why 住户要求")
    run(desk, "--as zhao.min book redact A01 2A --why 住户要求")
    assert "孙丽" not in (desk.folder / "b" / TICKET).read_text("utf-8")
    assert "孙丽" in run(desk, "--rev v1 ticket show A01")

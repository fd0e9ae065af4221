"""Desk codes at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.transcript import World

if TYPE_CHECKING:
    from pathlib import Path


def test_code_of_this_clone_can_be_taken_up_again(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    assert world.run("svcctl init b --lang en").status == 0
    world.folder = world.folder / "b"
    for code in ("B", "A", "A"):
        assert world.run(f"svcctl desk claim {code}").status == 0
    assert world.run("svcctl desk list --format ids").output == "A\nB\n"
    assert world.run("svcctl book doctor").status == 0


def test_code_of_another_clone_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    assert world.run("svcctl init b --lang en").status == 0
    world.run("cp -r b c")
    world.folder = world.folder / "c"
    refused = world.run("svcctl desk claim A")
    assert (refused.status, "'A' is taken" in refused.output) == (4, True)
    assert world.run("svcctl desk claim C").status == 0
    # Now it is bound to its own place, and still knows nothing of A as its own.
    assert world.run("svcctl desk claim A").status == 4

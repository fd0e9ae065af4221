"""Desk codes at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.transcript import World

if TYPE_CHECKING:
    from pathlib import Path


def test_clone_has_one_code_for_ever(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    assert world.run("svcctl init b --lang en").status == 0
    world.folder = world.folder / "b"
    refused = world.run("svcctl desk claim B")
    assert (refused.status, "desk A already" in refused.output) == (4, True)
    assert world.run("svcctl desk claim A").status == 0
    listed = world.run("svcctl desk list --format ids")
    assert listed.output == "A\n"

"""Desk codes at the terminal."""

from __future__ import annotations

import re
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


def test_a_code_whose_card_says_another_clone_gives_out_no_numbers(tmp_path: Path) -> None:
    """After two claims of one code, the clone that gave way must claim another one first."""
    world = World(tmp_path / "w")
    assert world.run("svcctl init b --lang en --staff wang.fang").status == 0
    world.folder = world.folder / "b"
    card = world.folder / "desks/A.toml"
    own = card.read_text("utf-8")
    card.write_text(re.sub('token = ".*"', f'token = "{"0" * 16}"', own), encoding="utf-8")
    refused = world.run('svcctl log repair "no light"')
    assert (refused.status, "claimed by another clone" in refused.output) == (4, True)
    assert "svcctl desk claim" in refused.output
    assert world.run("svcctl ticket list").status == 0
    assert world.run("svcctl desk claim C").status == 0
    assert world.run('svcctl log repair "no light"').output == "T261121-C01\n"

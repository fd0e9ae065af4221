"""Golden transcripts: what a person types and sees, command by command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.transcript import World

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_transcript(path: Path, world: World, transcript: Callable[[Path], None]) -> None:
    # A module keeps the words it was imported with; another language needs other processes.
    world.processes = path.stem.endswith("_zh")
    transcript(path)

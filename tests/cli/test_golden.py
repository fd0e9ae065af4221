"""Golden transcripts: what a person types and sees, command by command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_transcript(path: Path, transcript: Callable[[Path], None]) -> None:
    transcript(path)

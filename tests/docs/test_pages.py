"""What README and docs show is what happens: their console blocks are run and compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.transcript import ROOT
from tests.support.transcript import World
from tests.support.transcript import check_transcript

if TYPE_CHECKING:
    from collections.abc import Iterable

FENCE = "```console"


def _pages() -> Iterable[Path]:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in pages if FENCE in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page_shows_what_happens(
    page: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    world = World(tmp_path / "w", processes=True)
    # A desk in China: its language, and a charset that every system has.
    del world.environ["LC_ALL"]
    world.environ |= {"LANG": "zh_CN.UTF-8", "LC_CTYPE": "C.UTF-8"}
    update = bool(request.config.getoption("--update-golden"))
    check_transcript(page, world, update=update)
    # Rewriting must not take a mistake of the program for what it should say.
    assert "[exit 70]" not in page.read_text(encoding="utf-8")

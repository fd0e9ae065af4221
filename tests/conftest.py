"""One fixed world for every test: zone, locale, home, language, Git identity."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything imports click: click keeps the gettext functions it finds.
from svcctl.base import i18n
from tests.support.transcript import World
from tests.support.transcript import check_transcript

i18n.use("en")

# The same examples in every run: whoever changes nothing sees the same result. `explore` looks
# further, at random: HYPOTHESIS_PROFILE=explore.
settings.register_profile("dev", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("ci", max_examples=300, deadline=None, derandomize=True)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite transcripts with what was printed"
    )


@pytest.fixture(autouse=True)
def fixed_world(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Fix what the machine would otherwise decide."""
    home = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    decided = ("SVCCTL_", "GIT_", "LC_", "LANG")
    for name in [name for name in os.environ if name.startswith(decided)]:
        monkeypatch.delenv(name)
    # Not in this repository: its book would choose the language.
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Wang Fang")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "wang.fang@example.com")
    time.tzset()
    i18n.use("en")
    yield
    i18n.use("en")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty folder in which transcripts run, with the clock of the specification's example."""
    return World(tmp_path / "work")


@pytest.fixture
def transcript(request: pytest.FixtureRequest, world: World) -> Callable[[Path], None]:
    """Run a transcript file and compare it, or rewrite it with --update-golden."""
    update = bool(request.config.getoption("--update-golden"))
    return lambda path: check_transcript(path, world, update=update)

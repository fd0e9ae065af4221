"""Every code of an audit: a past in which it is planted, its text and its page stand together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from svcctl.base.codes import CODES
from tests.support.pasts import PLANTED
from tests.support.pasts import planted
from tests.support.transcript import ROOT
from tests.support.transcript import World

pytestmark = pytest.mark.git

TEXTS = Path(__file__).parent / "audits"
PAGES = ROOT / "docs" / "diagnostics"


@pytest.mark.parametrize("code", sorted(PLANTED))
def test_planted_history_text_and_page_of_a_code_agree(
    code: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    past = planted(code, tmp_path / "office")
    world = World(past.book)
    world.environ |= {"SVCCTL_LANG": "en"}
    done = world.run("svcctl git audit")
    text, page = TEXTS / f"{code}.txt", PAGES / f"{code}.md"
    if request.config.getoption("--update-golden"):
        text.write_text(done.output, encoding="utf-8", newline="\n")
        words = re.sub(
            r"```text\n.*?```",
            lambda _old: f"```text\n{done.output}```",
            page.read_text("utf-8"),
            flags=re.DOTALL,
        )
        page.write_text(words, encoding="utf-8", newline="\n")
    assert done.output == text.read_text("utf-8")
    assert done.status == 1
    assert re.findall(r"\[([A-Z]{3}\d{3})\]", done.output) == [code]
    words = page.read_text("utf-8")
    assert words.startswith(f"# {code}: ")
    assert f"Severity: {CODES[code].severity}" in words
    assert f"```text\n{done.output}```" in words
    assert "\n## What to do\n" in words


def test_every_code_of_an_audit_is_planted() -> None:
    assert sorted(PLANTED) == sorted(code for code in CODES if code.startswith("AUD"))
    assert sorted(one.stem for one in TEXTS.iterdir()) == sorted(PLANTED)


@pytest.mark.parametrize("code", sorted(PLANTED))
def test_what_was_planted_is_found_in_its_commit(code: str, tmp_path: Path) -> None:
    past = planted(code, tmp_path / "office")
    commit = past.head()
    past.commit("2026-12-05 11:00")
    assert past.codes() == [(code, commit)]

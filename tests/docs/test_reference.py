"""The reference says what the code does; the example in the design is a real ticket."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from svcctl.base.errors import Exit
from svcctl.book import guard
from svcctl.book import toml
from svcctl.kinds import KINDS
from tests.support.reference import filled
from tests.support.transcript import ROOT

REFERENCE = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", ["cli.md", "format.md"])
def test_generated_parts_are_as_the_code_says(name: str, request: pytest.FixtureRequest) -> None:
    page = REFERENCE / name
    now = page.read_text(encoding="utf-8")
    made = filled(now)
    if request.config.getoption("--update-golden"):
        page.write_text(made, encoding="utf-8", newline="\n")
    else:
        assert now == made, "run: pytest tests/docs --update-golden"


def test_format_page_has_every_kind() -> None:
    page = (REFERENCE / "format.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"<!-- fields of {kind}: made from the code -->" in page


def test_every_exit_status_is_explained() -> None:
    page = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (\d+) \| ([A-Z_]+) \| \S", page, re.MULTILINE)
    assert told == [(str(one.value), one.name) for one in Exit]


def test_ticket_in_the_design_is_valid_and_canonical() -> None:
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    found = re.search(r'^```toml\n(id = "T261121-A07"\n.*?)^```$', page, re.MULTILINE | re.DOTALL)
    assert found
    data = found[1].encode()
    record = toml.parse(data)
    kind = KINDS["ticket"]
    path = "tickets/2026/11/21/T261121-A07.toml"
    assert list(guard.findings(kind, record)) == []
    assert guard.canonical_bytes(kind, path, record, None) == data


def _links(page: Path) -> list[str]:
    whole = page.read_text(encoding="utf-8")
    text = re.sub(r"^```.*?^```", "", whole, flags=re.MULTILINE | re.DOTALL)
    return [one for one in re.findall(r"\]\(([^)#]+)", text) if "://" not in one]


@pytest.mark.parametrize(
    "page",
    [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))],
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)
def test_links_lead_somewhere(page: Path) -> None:
    assert [one for one in _links(page) if not (page.parent / one).exists()] == []

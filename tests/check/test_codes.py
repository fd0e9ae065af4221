"""Every finding code: a broken example, its text and its page stand together.

`book/` is a small valid book. `codes/CODE/` holds the files that spoil it: `NAME.bytes` is a Python
literal for bytes that an editor or Git would not leave alone, `NAME.gone` takes the file away.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from svcctl.base.codes import CODES
from svcctl.base.finding import Finding
from svcctl.base.record import Record
from svcctl.book.guard import FORMS
from svcctl.book.source import Disk
from svcctl.check import diagnostic
from svcctl.check.runner import Claim
from svcctl.check.runner import Outcome
from svcctl.check.runner import run
from svcctl.kinds import KINDS

HERE = Path(__file__).parent
EXAMPLES = HERE / "codes"
PAGES = HERE.parents[1] / "docs" / "diagnostics"
SOURCES = HERE.parents[1] / "svcctl"
TO_CHECK = sorted(code for code in CODES if not code.startswith("AUD"))
"""What an audit finds needs a history: tests/vcs/test_audit_codes.py holds it to the same."""
CLAIM = Claim("A", "00000000000000aa")
GOLDEN = "expected.txt"


def spoiled(code: str, root: Path) -> Path:
    """Return a copy of the valid book with the files of one code's example laid over it."""
    shutil.copytree(HERE / "book", root)
    for file in sorted(one for one in (EXAMPLES / code).rglob("*") if one.is_file()):
        if file.name == GOLDEN:
            continue
        target = root / file.relative_to(EXAMPLES / code)
        if target.suffix == ".gone":
            target.with_suffix("").unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix == ".bytes":
            target.with_suffix("").write_bytes(ast.literal_eval(file.read_text("utf-8")))
        else:
            shutil.copyfile(file, target)
    return root


def checked(root: Path) -> Outcome:
    return run(root, Disk(root), claim=CLAIM)


@pytest.fixture
def broken_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for a mistake in the rules of staff: it cannot cope with `li.na`."""
    sound = KINDS["staff"].rules.checks

    def checks(record: Record) -> Iterator[Finding]:
        if record["id"] == "li.na":
            raise KeyError("role")
        yield from sound(record)

    monkeypatch.setattr(KINDS["staff"].rules, "checks", checks)


def test_the_valid_book_has_no_finding(tmp_path: Path) -> None:
    shutil.copytree(HERE / "book", tmp_path / "book")
    assert checked(tmp_path / "book") == Outcome([], 8)


@pytest.mark.parametrize("code", TO_CHECK)
def test_example_text_and_page_of_a_code_agree(
    code: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if code == "RUL101":
        request.getfixturevalue("broken_rule")
    outcome = checked(spoiled(code, tmp_path / "book"))
    text = diagnostic.written(outcome.found, "text", files=outcome.files)
    golden, page = EXAMPLES / code / GOLDEN, PAGES / f"{code}.md"
    if request.config.getoption("--update-golden"):
        golden.write_text(text, encoding="utf-8", newline="\n")
        page.write_text(with_text(page.read_text("utf-8"), text), encoding="utf-8", newline="\n")
    assert text == golden.read_text("utf-8")
    assert code in {one.code for one in outcome.found}
    words = page.read_text("utf-8")
    assert words.startswith(f"# {code}: ")
    assert f"Severity: {CODES[code].severity}" in words
    assert f"```text\n{text}```" in words
    assert "\n## How to mend it\n" in words


def with_text(page: str, text: str) -> str:
    """Return a page with the findings of its example written anew."""
    return re.sub(r"```text\n.*?```", lambda _found: f"```text\n{text}```", page, flags=re.DOTALL)


def test_examples_and_pages_are_of_known_codes() -> None:
    assert sorted(one.name for one in EXAMPLES.iterdir()) == TO_CHECK
    pages = {one.stem for one in PAGES.glob("*.md")} - {"README"}
    assert pages == set(CODES)


def test_the_list_of_pages_names_every_code_in_order() -> None:
    listed = re.findall(r"\[([A-Z]{3}\d{3})\]\(\1\.md\)", (PAGES / "README.md").read_text("utf-8"))
    assert listed == list(CODES)


def test_every_code_that_the_program_raises_is_in_the_table() -> None:
    raised = set()
    for file in SOURCES.rglob("*.py"):
        raised |= set(re.findall(r'"([A-Z]{3}[1-9]\d\d)"', file.read_text("utf-8")))
    assert raised - set(CODES) == set()


def test_every_pattern_of_the_models_has_words() -> None:
    patterns = set()
    for kind in KINDS.values():
        schema = str(kind.model.model_json_schema())
        patterns |= {
            ast.literal_eval(one) for one in re.findall(r"'pattern': ('(?:[^'\\]|\\.)*')", schema)
        }
    assert patterns
    assert patterns - set(FORMS) == set()

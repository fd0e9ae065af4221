"""What starting up may cost, as modules loaded; and that the command table tells the truth."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from svcctl.cli.lazy import load
from svcctl.cli.table import COMMANDS
from svcctl.cli.table import GROUPS
from svcctl.cli.table import Row
from svcctl.term.options import Leaf
from tests.support.transcript import ROOT

HEAVY = ("pydantic", "tabulate", "rtoml", "tomllib", "tomli_w", "sqlite3", "pypinyin", "subprocess",
         "importlib.metadata", "difflib", "zoneinfo", "csv", "wcwidth")  # fmt: skip
LOADED = """
import sys
from svcctl.cli.main import run
status = run(sys.argv[1:])
print("\\n".join(sorted(sys.modules)), file=sys.stderr)
"""


def loaded(*argv: str, **environ: str) -> set[str]:
    """Return the modules in memory after a command line was run."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *argv],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environ},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stderr.splitlines())


def of_svcctl(names: set[str], *packages: str) -> set[str]:
    return {name for name in names if name.startswith(tuple(f"svcctl.{one}" for one in packages))}


def test_version_loads_no_click() -> None:
    names = loaded("--version")
    assert "svcctl.cli.main" in names
    assert not names & {"click", "pathlib", "svcctl.cli.table", *HEAVY}


@pytest.mark.parametrize(
    "argv", [["--help"], *([*group.path.split(), "--help"] for group in GROUPS)]
)
def test_help_loads_click_and_the_table_alone(argv: list[str]) -> None:
    names = loaded(*argv)
    assert "click" in names
    assert not names & set(HEAVY)
    assert not of_svcctl(names, "desk", "upkeep", "book", "check", "duty", "vcs", "handbook")


def test_tab_loads_no_command() -> None:
    program = "from svcctl.cli.main import main; main([])"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program],
        env={
            "PYTHONPATH": str(ROOT),
            "_SVCCTL_COMPLETE": "bash_complete",
            "COMP_WORDS": "svcctl t",
            "COMP_CWORD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "plain,ticket" in done.stdout
    names = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in names
    assert not names & {"pydantic", "tabulate", "rtoml", "sqlite3"}
    assert not of_svcctl(names, "desk", "upkeep", "book")


WRITING = ("pydantic", "tomli_w", "svcctl.book.guard", "svcctl.book.journal", "svcctl.book.local")
BULK = ("tabulate", "wcwidth", "pypinyin", "rtoml", "subprocess", "importlib.metadata", "difflib")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A book with one unit and one ticket, whose index is fresh."""
    root = str(tmp_path_factory.mktemp("start") / "book")
    loaded("init", root, "--estate", "翠湖花园", "--staff", "wang.fang", "--name", "王芳")
    loaded("unit", "new", "3-2-1501", SVCCTL_BOOK=root)
    loaded("log", "repair", "3-2-1501", "厨房漏水", SVCCTL_BOOK=root)
    loaded("due", SVCCTL_BOOK=root)
    return root


@pytest.mark.parametrize(
    "argv",
    [
        ["ticket", "show", "last"],
        ["ticket", "show", "last", "--format", "json"],
        ["ticket", "list", "--format", "jsonl"],
        ["due", "--format", "jsonl"],
        ["callback", "list", "--all", "--format", "jsonl"],
        ["ticket", "incident", "list", "--format", "jsonl"],
        ["due", "--at", "2000-01-01", "--format", "jsonl"],
        ["explain", "last", "--format", "jsonl"],
        ["escalate", "--format", "jsonl"],
        ["callback", "list", "--format", "jsonl"],
        ["reconcile", "tally", "--month", "--format", "jsonl"],
        ["reconcile", "tally", "--format", "jsonl"],
    ],
    ids=" ".join,
)
def test_reading_loads_nothing_that_writing_or_bulk_work_needs(argv: list[str], book: str) -> None:
    names = loaded(*argv, SVCCTL_BOOK=book)
    assert "svcctl.book.book" in names
    # What this desk is called, and who is acting here.
    allowed = {"svcctl.book.local"} if {"last", "callback"} & set(argv) else set()
    assert not names & {*WRITING, *BULK} - allowed


def test_show_of_one_ticket_loads_no_index_and_no_pathlib(book: str) -> None:
    listed = loaded("ticket", "list", "--format", "ids", "-o", f"{book}.ids", SVCCTL_BOOK=book)
    assert "pathlib" not in listed
    with open(f"{book}.ids", encoding="utf-8") as file:
        names = loaded("ticket", "show", file.read().strip(), SVCCTL_BOOK=book)
    assert "svcctl.desk.tickets.look" in names
    assert not names & {"pathlib", "hashlib", "json", "sqlite3", "svcctl.book.index", *WRITING}
    assert not of_svcctl(names, "desk.tickets.actions", "desk.tickets.commands")


def test_registering_loads_no_index(book: str) -> None:
    # A unit that is not found by its id is looked for among the aliases, in the index.
    names = loaded("log", "repair", "3-2-1501", "厨房漏水", SVCCTL_BOOK=book)
    assert "pydantic" in names
    assert not names & {"sqlite3", "svcctl.book.index", "svcctl.book.scan", *BULK} - {
        "importlib.metadata"  # pydantic's own
    }


def test_starting_a_shift_loads_no_index(book: str) -> None:
    names = loaded("shift", "start", "wang.fang", SVCCTL_BOOK=book)
    assert "svcctl.desk.shifts.actions" in names
    assert not names & {"sqlite3", "svcctl.book.index", "svcctl.book.scan", *BULK} - {
        "importlib.metadata"  # pydantic's own
    }


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.path)
def test_every_row_leads_to_a_command_with_help(row: Row) -> None:
    command = load(row, row.path.rpartition(" ")[2])
    assert isinstance(command, Leaf)
    assert command.short_help == row.summary
    context = click.Context(command, info_name=f"svcctl {row.path}")
    assert command.get_help(context).startswith(f"Usage: svcctl {row.path} ")
    for param in command.params:
        described = isinstance(param, click.Argument) or getattr(param, "help", None)
        assert described, f"{row.path}: {param.name} has no help"


def test_table_is_consistent() -> None:
    paths = [row.path for row in COMMANDS]
    names = [group.path for group in GROUPS]
    assert len(set(paths)) == len(paths)
    assert not set(paths) & set(names)
    assert {path.rpartition(" ")[0] for path in paths} - {""} == set(names)
    for summary in [*(row.summary for row in COMMANDS), *(one.summary for one in GROUPS)]:
        assert summary[0].isupper()
        assert not summary.endswith(".")
        assert len(summary) <= 70

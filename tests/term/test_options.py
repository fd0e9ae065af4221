"""What commands are declared with, and the run they get."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from svcctl.base.choice import Choice
from svcctl.base.errors import Exit
from svcctl.base.errors import UsageProblem
from svcctl.cli import main
from svcctl.cli.table import Row
from svcctl.term.context import Run
from svcctl.term.context import Wishes
from svcctl.term.options import Word
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import ids_argument
from svcctl.term.options import note_option
from svcctl.term.options import pass_run
from svcctl.term.options import when_option
from svcctl.term.options import why_option
from svcctl.term.output import Column
from tests.support import builders

KINDS = [Choice("complaint", "投诉", "ts"), Choice("repair", "报修", "bx")]
SEEN: list[Any] = []
TABLE = [
    Row("list", f"{__name__}:list_", "S", "List things"),
    Row("act", f"{__name__}:act", "S", "Act"),
    Row("odd", f"{__name__}:odd", "S", "Odd one"),
]


@command()
@format_options
@pass_run
def list_(run: Run) -> None:
    run.rows(
        [{"id": "T1", "name": "电梯"}, {"id": "T2"}], [Column("id", "Id"), Column("name", "N")]
    )
    SEEN.append(run)


@command(help="Do it.", examples=('svcctl act A07 --note "x"',))
@ids_argument
@click.option("--kind", type=Word("kind", KINDS))
@when_option
@note_option
@why_option
@pass_run
def act(run: Run, **given: object) -> None:
    SEEN.append((run, given))


@command()
@click.option("--rev", help="This command's own.")
@pass_run
def odd(run: Run, rev: str | None) -> None:
    SEEN.append((run.wishes.rev, rev))
    run.ends_with(Exit.FINDINGS)
    run.ends_with(Exit.INVALID)


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command table find this module, which pytest imported under its own name."""
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    SEEN.clear()


def run(*argv: str, table: Sequence[Row] = TABLE) -> int:
    return main.run(argv, table, [])


def type_in(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize(
    "argv",
    [
        ["--as", "li.na", "--rev", "HEAD", "-C", "/b", "--no-index", "--now", "9:00", "act", "A07"],
        ["act", "A07", "--as", "li.na", "--rev", "HEAD", "-C/b", "--no-index", "--now=9:00"],
        ["--as", "x", "act", "--as=li.na", "--book", "/b", "A07", "--rev", "HEAD", "--no-index",
         "--now", "9:00"],
    ],
)  # fmt: skip
def test_general_options_stand_anywhere_and_the_last_counts(argv: list[str]) -> None:
    assert run(*argv) == 0
    assert SEEN[0][0].wishes == Wishes(
        book="/b", acting="li.na", now="9:00", rev="HEAD", no_index=True
    )
    assert SEEN[0][1]["ids"] == ("A07",)


def test_shared_options_arrive_under_their_names() -> None:
    assert (
        run("act", "A07", "--when", "昨天 21:30", "--note", "词", "--why", "因", "--kind", "投诉")
        == 0
    )
    assert SEEN[0][1] == {
        "ids": ("A07",),
        "kind": "complaint",
        "when": "昨天 21:30",
        "note": "词",
        "why": "因",
    }


def test_own_option_of_a_command_hides_the_general_one() -> None:
    assert run("odd", "--rev", "v1") == Exit.FINDINGS
    assert SEEN == [(None, "v1")]


def test_first_status_said_is_the_status_of_the_run() -> None:
    assert run("odd") == Exit.FINDINGS


def test_unknown_value_is_a_usage_error_with_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("act", "A07", "--kind", "repare") == Exit.USAGE
    assert capsys.readouterr().err == (
        "svcctl: error: Invalid value for '--kind': no kind 'repare'; did you mean 'repair'?\n"
        "hint: allowed: complaint 投诉 ts, repair 报修 bx\n"
        "hint: svcctl act --help\n"
    )


def test_option_without_help_lists_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("act", "-h") == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "--kind KIND One of: complaint 投诉 ts, repair 报修 bx." in words


def test_choices_may_come_from_the_run() -> None:
    asked: list[Run] = []

    def choices(run: Run) -> list[Choice]:
        asked.append(run)
        return KINDS

    ctx = click.Context(act)
    assert Word("kind", choices).convert("bx", None, ctx) == "repair"
    assert asked == [Run.of(ctx)]


@pytest.mark.parametrize(
    "data",
    [
        b"A07 A08\r\nB01\n",
        b"\xef\xbb\xbfA07\nA08\nB01",
        "A07\nA08\nB01\n".encode("utf-16"),
    ],
)
def test_dash_reads_ids_from_stdin_in_any_encoding(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, data)
    assert run("act", "T1", "-", "T2") == 0
    assert SEEN[0][1]["ids"] == ("T1", "A07", "A08", "B01", "T2")


def test_stdin_is_left_alone_without_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, b"A07")
    assert run("act") == Exit.USAGE


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("jsonl", '{"id": "T1", "name": "电梯"}\n{"id": "T2", "name": null}\n'),
        ("csv", "id,name\nT1,电梯\nT2,\n"),
        ("ids", "T1\nT2\n"),
    ],
)
def test_format_is_known_to_the_run(
    name: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("list", "--format", name) == 0
    assert capsys.readouterr() == (expected, "")


def test_output_file_decides_the_format(tmp_path: Path) -> None:
    assert run("list", "-o", str(tmp_path / "a.json")) == 0
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["rows"][0]["id"] == "T1"


def test_help_of_a_command_hides_what_every_command_takes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("act", "--help") == 0
    out = capsys.readouterr().out
    assert "--no-index" not in out
    assert 'Examples:\n  svcctl act A07 --note "x"\n' in out


def test_command_without_help_shows_its_summary_never_its_docstring(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("list", "-h") == 0
    assert "  List things.\n" in capsys.readouterr().out


def test_rows_say_when_some_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    made = Run(Wishes(book=None))
    made.__dict__["zone"] = builders.ZONE
    made.rows([{"id": "T1"}], [Column("id", "Id")], total=9)
    assert capsys.readouterr().err == (
        "1 of 9 rows; all of them with -o FILE.csv or --format csv\n"
    )
    made.rows([], [Column("id", "Id")])
    assert capsys.readouterr().err == "nothing to show\n"


def test_now_only_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = builders.folder(tmp_path / "book")
    made = Run(Wishes(book=str(root), now="2026-11-21 09:12"))
    assert made.now() == builders.at("2026-11-21 09:12")
    with pytest.raises(UsageProblem, match="--now only reads"):
        made.writing("log")
    monkeypatch.setenv("SVCCTL_TEST_CLOCK", "1")
    made.must_write_now()


def test_old_revision_only_reads() -> None:
    with pytest.raises(UsageProblem, match="--rev only reads"):
        Run(Wishes(rev="HEAD")).must_write_now()


def test_one_run_happens_at_one_moment(tmp_path: Path) -> None:
    made = Run(Wishes(book=str(builders.folder(tmp_path / "book"))))
    assert made.now() is made.now()
    assert made.now().microsecond == 0
    assert made.moment("2026-11-20 08:00") == builders.at("2026-11-20 08:00")


def test_talk_goes_to_stderr_and_data_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    made = Run()
    made.say("note")
    made.warn("look out")
    made.data("T1")
    assert capsys.readouterr() == ("T1\n", "note\nsvcctl: warning: look out\n")

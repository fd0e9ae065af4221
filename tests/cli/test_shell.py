"""The front door: what is answered, in which words, with which status."""

from __future__ import annotations

import gettext
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from svcctl import __version__
from svcctl.base import i18n
from svcctl.base.errors import BusyError
from svcctl.base.errors import Exit
from svcctl.base.errors import InvalidRecordError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import SvcctlError
from svcctl.cli import main
from svcctl.cli.table import Group
from svcctl.cli.table import Row
from svcctl.term.options import command
from tests.support.transcript import ROOT

MOOD: list[BaseException] = []
TABLE = [
    Row("due", f"{__name__}:due", "Day", "What is due"),
    Row("fail", f"{__name__}:fail", "Day", "Fail as told"),
    Row("unit new", "nowhere.at.all:new", "Records", "Add a unit"),
    Row("unit show", f"{__name__}:due", "Records", "Show a unit"),
]
GROUPS = [Group("unit", "Records", "Apartments")]


@command()
def due() -> None:
    click.echo("today")


@command()
def fail() -> None:
    raise MOOD.pop()


def run(*argv: str) -> int:
    return main.run(argv, TABLE, GROUPS)


def outside(*argv: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run the real program as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "svcctl", *argv],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_bare_call_shows_today(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert capsys.readouterr().out == "today\n"
    assert run("--lang", "en") == 0
    assert capsys.readouterr().out == "today\n"


@pytest.mark.parametrize("argv", [["-h"], ["--help"]])
def test_help_lists_sections_and_loads_nothing(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*argv) == 0
    out = capsys.readouterr().out
    assert (
        "Day:\n  due   What is due\n  fail  Fail as told\n\nRecords:\n  unit  Apartments\n" in out
    )


def test_group_help_lists_commands_that_could_not_even_load(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("unit", "--help") == 0
    assert "Commands:\n  new   Add a unit\n  show  Show a unit\n" in capsys.readouterr().out


def test_group_without_command_shows_help_as_a_usage_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("unit") == Exit.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert "show  Show a unit" in err


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (
            ["deu"],
            "svcctl: error: No such command 'deu'. Did you mean 'due'?\nhint: svcctl --help\n",
        ),
        (
            ["unit", "shwo"],
            (
                "svcctl: error: No such command 'shwo'. Did you mean 'show'?\n"
                "hint: svcctl unit --help\n"
            ),
        ),
        (["xyzzy"], "svcctl: error: No such command 'xyzzy'.\nhint: svcctl --help\n"),
    ],
)
def test_unknown_command_is_suggested_and_never_run(
    argv: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*argv) == Exit.USAGE
    assert capsys.readouterr() == ("", expected)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NotFoundError("no ticket 'A07'"), 3, "svcctl: error: no ticket 'A07'\n"),
        (
            RefusedError("nobody is acting", "svcctl shift start NAME", "or --as"),
            4,
            "svcctl: error: nobody is acting\nhint: svcctl shift start NAME\nhint: or --as\n",
        ),
        (InvalidRecordError("a.toml:1:1: bad"), 5, "svcctl: error: a.toml:1:1: bad\n"),
        (BusyError("busy"), 75, "svcctl: error: busy\n"),
        (
            PermissionError(13, "Permission denied", "/x"),
            6,
            "svcctl: error: '/x': Permission denied\n",
        ),
        (OSError(28, "No space left on device"), 6,
         "svcctl: error: the system refused: No space left on device\n"),
        (KeyboardInterrupt(), 130, "svcctl: interrupted\n"),
        (click.Abort(), 130, "svcctl: interrupted\n"),
        (click.UsageError("bad pair"), 2, "svcctl: error: bad pair\n"),
        (click.ClickException("odd"), 2, "svcctl: error: odd\n"),
    ],
)  # fmt: skip
def test_every_failure_has_words_and_a_status(
    error: BaseException, status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    MOOD.append(error)
    assert run("fail") == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.lstrip("\n").startswith(words)


def test_every_status_of_the_errors_is_a_documented_one() -> None:
    def below(kind: type[SvcctlError]) -> list[type[SvcctlError]]:
        return [one for sub in kind.__subclasses__() for one in (sub, *below(sub))]

    assert {kind.exit_code for kind in below(SvcctlError)} <= set(Exit) - {Exit.DONE, Exit.BUG}


def test_bug_leaves_a_private_log_without_the_words_of_the_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    MOOD.append(ZeroDivisionError("13800001111"))
    assert run("fail") == Exit.BUG
    (log,) = tmp_path.glob("svcctl-bug-*.log")
    err = capsys.readouterr().err
    assert "this is a bug in svcctl: ZeroDivisionError" in err
    assert str(log) in err
    assert "13800001111" not in err + log.read_text("utf-8")
    assert "test_shell.py" in log.read_text("utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_debug_shows_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVCCTL_DEBUG", "1")
    MOOD.append(NotFoundError("gone"))
    assert run("fail") == Exit.NOT_FOUND
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["--version"], ["-V"], ["--lang", "en", "--version"]])
def test_version(argv: list[str]) -> None:
    done = outside(*argv)
    assert (done.returncode, done.stdout.decode()) == (0, f"svcctl {__version__}\n")


@pytest.mark.parametrize("debug", ["", "1"])
def test_process_ends_with_the_status_and_all_that_was_said(debug: str) -> None:
    done = outside("--help", SVCCTL_DEBUG=debug)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"Usage: svcctl ")
    assert done.stdout.endswith(b"\n")
    wrong = outside("deu", SVCCTL_DEBUG=debug)
    assert wrong.returncode == Exit.USAGE
    assert wrong.stderr.endswith(b"hint: svcctl --help\n")


def test_reader_that_leaves_early_ends_it_quietly() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"'{sys.executable}' -m svcctl --help | true"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_under_stdout_is_said() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "svcctl", "--help"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert done.returncode == Exit.DISK
    assert done.stderr.startswith(b"svcctl: error: ")
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("charset", ["gbk", "ascii", "latin-1"])
def test_redirected_output_is_utf8_whatever_the_locale(charset: str) -> None:
    done = outside("电梯", PYTHONIOENCODING=charset)
    assert "No such command '电梯'" in done.stderr.decode("utf-8")


def test_undecodable_argument_is_no_crash() -> None:
    done = subprocess.run(
        [sys.executable.encode(), b"-m", b"svcctl", b"\xff\xfe"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == Exit.USAGE
    assert b"Traceback" not in done.stderr


def test_words_of_click_follow_the_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Words(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return {"Usage:": "用法:", "Records": "记录", "Apartments": "房屋"}.get(
                message, message
            )

    monkeypatch.setattr(i18n, "catalogue", lambda _language: Words())
    assert run("--help") == 0
    out = capsys.readouterr().out
    assert out.startswith("用法: svcctl ")
    assert "记录:\n  unit  房屋\n" in out


def test_completion_offers_names_and_loads_nothing() -> None:
    done = outside(_SVCCTL_COMPLETE="bash_complete", COMP_WORDS="svcctl ticket ca", COMP_CWORD="2")
    assert done.stdout.decode().splitlines() == ["plain,cancel"]

"""The front door: chooses the language, runs the command, and turns every failure into words.

`--version` is answered before click is imported. This is the only place that catches `Exception`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import NoReturn
from typing import TextIO

from svcctl import __version__
from svcctl.base import i18n
from svcctl.base.errors import DiskError
from svcctl.base.errors import Exit
from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.term.start import book_root
from svcctl.term.start import choose_language

if TYPE_CHECKING:
    import click

    from svcctl.cli.table import Group
    from svcctl.cli.table import Row

_MERGE = ("git", "merge-driver")
_MERGE_WORDS = 7  # so many as Git gives; `--help` and slips are click's
# Loading modules makes many objects and no garbage.
_OBJECTS_BETWEEN_COLLECTIONS = 100_000


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run svcctl and end the process with its status."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    status = run(sys.argv[1:] if argv is None else argv)
    if os.environ.get("SVCCTL_DEBUG"):
        # Profilers and the like have work to do at the end.
        sys.exit(status)
    _leave(status)


def _leave(status: int) -> NoReturn:
    """End the process at once.

    All is written and closed; taking the interpreter down object by object would only take time:
    a sixth of a `show`, a fifth of a `log`.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def run(
    argv: Sequence[str],
    rows: Sequence[Row] | None = None,
    groups: Sequence[Group] | None = None,
) -> int:
    """Run one command line and return its exit status.

    Args:
        rows: The command table; the real one unless a test brings its own.
        groups: Its groups.
    """
    if argv and argv[0] in {"--version", "-V"}:
        print(f"svcctl {__version__}")
        return Exit.DONE
    if tuple(argv[:2]) == _MERGE and len(argv) == _MERGE_WORDS:
        return _merge(argv[2:])
    if len(argv) == 3 and list(argv[:2]) == ["git", "textconv"] and argv[2][:1] != "-":
        return textconv(argv[2])
    try:
        _prepare(sys.stdout, "backslashreplace")
        _prepare(sys.stderr, "backslashreplace")
        i18n.use(choose_language(argv, os.environ))
        status = _run_click(list(argv), rows, groups)
        _flush()
    except Exception as error:  # noqa: BLE001 - the one boundary
        return _explain(error)
    except KeyboardInterrupt:
        return _interrupted()
    return status


def textconv(path: str) -> int:
    """Write a record in words for Git, which waits for each: before click is loaded."""
    from svcctl.vcs.telling.textconv import write

    i18n.use(choose_language((), os.environ))
    try:
        root = book_root(None, os.environ)
    except SvcctlError:
        root = None
    with contextlib.suppress(OSError, ValueError):
        write(path, root)
    return Exit.DONE


def _merge(args: Sequence[str]) -> int:
    """Merge one file for Git, which starts this for each: before click is loaded."""
    from svcctl.vcs.merges import driver

    i18n.use(choose_language((), os.environ))
    try:
        return driver.main(args)
    except Exception as error:  # noqa: BLE001 - the one boundary
        return _explain(error)


def _run_click(argv: list[str], rows: Sequence[Row] | None, groups: Sequence[Group] | None) -> int:
    from svcctl.cli import lazy  # click must find the language chosen
    from svcctl.cli import table

    root = lazy.build(
        table.COMMANDS if rows is None else rows, table.GROUPS if groups is None else groups
    )
    status = root.main(argv, prog_name="svcctl", standalone_mode=False)
    return status if isinstance(status, int) else Exit.DONE


def _prepare(stream: TextIO, errors: str) -> None:
    """Make a stream UTF-8 with plain line ends, unless a person's terminal wants otherwise."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None:
        return
    if stream.isatty():
        # A legacy console keeps its charset; what it cannot show must not stop the command.
        reconfigure(errors=errors)
    else:
        # Redirected output is read by programs: the same bytes on every system.
        reconfigure(encoding="utf-8", errors=errors, newline="\n")


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _forget_stdout()
        why = _(error.strerror or "")
        raise DiskError(_("cannot write the output: {why}").format(why=why)) from error


def _explain(error: Exception) -> int:
    """Say what went wrong and return the status for it."""
    if isinstance(error, BrokenPipeError):
        # The reader (`| head`) has seen enough.
        _forget_stdout()
        return Exit.DONE
    if os.environ.get("SVCCTL_DEBUG"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, SvcctlError):
        return _say(error.message, error.hints, error.exit_code)
    if isinstance(error, OSError):
        return _say(_of_system(error), (), Exit.DISK)
    return _explain_click(error)


def _explain_click(error: Exception) -> int:
    import click  # not before the language is chosen

    if isinstance(error, click.Abort):
        return _interrupted()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        print(error.format_message(), file=sys.stderr)
        return Exit.USAGE
    if isinstance(error, click.UsageError):
        return _say(
            error.format_message(), [*getattr(error, "hints", ()), *_help(error)], Exit.USAGE
        )
    if isinstance(error, click.ClickException):
        return _say(error.format_message(), (), Exit.USAGE)
    return _bug(error)


def _help(error: click.UsageError) -> list[str]:
    return [f"{error.ctx.command_path} --help"] if error.ctx else []


def _say(message: str, hints: Iterable[str], status: Exit) -> int:
    lines = [_("svcctl: error: {message}").format(message=message)]
    lines += [_("hint: {hint}").format(hint=hint) for hint in hints]
    try:
        sys.stdout.flush()
    except OSError:
        _forget_stdout()
    print("\n".join(lines), file=sys.stderr)
    return status


def _of_system(error: OSError) -> str:
    why = _(error.strerror or str(error))
    if error.filename is None:
        return _("the system refused: {why}").format(why=why)
    return _("'{path}': {why}").format(path=error.filename, why=why)


def _interrupted() -> int:
    print(_("svcctl: interrupted"), file=sys.stderr)
    return Exit.INTERRUPTED


def _bug(error: Exception) -> int:
    message = _("this is a bug in svcctl: {name}").format(name=type(error).__name__)
    path = _write_trace(error)
    hints = (
        [_("the details are in '{path}'; they name no resident").format(path=path)] if path else []
    )
    return _say(message, hints, Exit.BUG)


def _write_trace(error: Exception) -> str | None:
    """Keep the traceback, readable by its owner alone; without arguments, which may hold names."""
    import platform
    import tempfile
    import traceback

    frames = "".join(traceback.format_tb(error.__traceback__))
    text = f"svcctl {__version__}, Python {platform.python_version()}, {platform.system()}\n"
    try:
        handle, path = tempfile.mkstemp(prefix="svcctl-bug-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{text}{frames}{type(error).__name__}\n")
    except OSError:
        return None
    return path


def _forget_stdout() -> None:
    """Let the interpreter's own flush at exit write into nothing."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

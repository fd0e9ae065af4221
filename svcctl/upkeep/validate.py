"""`svcctl validate`: every finding in the book, or in the files named."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcctl.base.errors import DiskError
from svcctl.base.errors import Exit
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.i18n import ngettext
from svcctl.book.local import Local
from svcctl.book.local import git_top
from svcctl.book.source import Disk
from svcctl.check import diagnostic
from svcctl.check.diagnostic import FORMATS
from svcctl.check.runner import Claim
from svcctl.check.runner import Outcome
from svcctl.check.runner import run as check
from svcctl.term.options import command
from svcctl.term.options import pass_run
from svcctl.upkeep.paths import inside_book

if TYPE_CHECKING:
    from svcctl.book.source import Source
    from svcctl.term.context import Run

finding_format = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    help=_("How findings are written: for people, as JSON, as GitHub annotations."),
)
"""The option `--format` of commands that write findings."""


@command(
    help=_("Check every record, or those at PATH: form, shape, rules, links, private numbers."),
    examples=(
        "svcctl validate",
        "svcctl validate tickets/2026/11",
        "svcctl validate --staged",
        "svcctl validate --rev HEAD~1 --format json",
    ),
)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--staged", is_flag=True, help=_("Check what is staged for the next commit."))
@click.option("--strict", is_flag=True, help=_("End in 1 for warnings too."))
@finding_format
@pass_run
def validate(run: Run, *, paths: tuple[str, ...], staged: bool, strict: bool, form: str) -> None:
    """Check records and print every finding."""
    source = source_of(run, staged=staged)
    outcome = check(
        run.root,
        source,
        paths=[inside_book(run.root, path) for path in paths],
        cached=not run.wishes.no_index,
        claim=claim_of(run.root) if isinstance(source, Disk) else None,
    )
    report(run, outcome, form, strict=strict)


def source_of(run: Run, *, staged: bool) -> Source:
    """Return the version of the book to check.

    Raises:
        UsageProblem: Both a revision and the staged files were asked for.
        GitError: There is no such revision, or no Git.
    """
    if staged:
        from svcctl.vcs.source import Staged

        if run.wishes.rev is not None:
            raise UsageProblem(_("--staged and --rev exclude each other"))
        return Staged(run.root)
    if run.wishes.rev is not None:
        from svcctl.vcs.source import Commit

        return Commit(run.root, run.wishes.rev)
    return Disk(run.root)


def claim_of(root: Path) -> Claim | None:
    """Return the desk that this clone believes to be, if any."""
    try:
        state = Local(root).read()
    except DiskError:
        return None
    return Claim(str(state["desk"]), str(state.get("token", ""))) if state.get("desk") else None


def report(run: Run, outcome: Outcome, form: str, *, strict: bool = False) -> None:
    """Write findings to stdout, their number to stderr, and settle the exit status."""
    prefix = way_to(run.root, form)
    text = diagnostic.written(outcome.found, form, files=outcome.files, prefix=prefix)
    if text:
        run.data(text.removesuffix("\n"))
    errors, warnings = diagnostic.count(outcome.found)
    run.say(_summary(outcome.files, errors, warnings))
    if errors or (strict and warnings):
        run.status = Exit.FINDINGS


def _summary(files: int, errors: int, warnings: int) -> str:
    checked = ngettext("{count} file checked", "{count} files checked", files).format(count=files)
    if not errors and not warnings:
        return _("{checked}, nothing wrong").format(checked=checked)
    wrong = ngettext("{count} error", "{count} errors", errors).format(count=errors)
    doubtful = ngettext("{count} warning", "{count} warnings", warnings).format(count=warnings)
    return _("{title}: {words}").format(title=checked, words=joined((wrong, doubtful)))


def way_to(root: Path, form: str) -> str:
    """Return what leads from where the reader stands to the book."""
    if form == "github":
        top = git_top(root)
        start = top if top is not None else root
    else:
        start = Path.cwd()
    try:
        way = os.path.relpath(root.resolve(), start.resolve()).replace(os.sep, "/")
    except ValueError:
        # Another drive on Windows.
        way = root.resolve().as_posix()
    return "" if way == "." else f"{way}/"

"""`svcctl diff`: what changed in the book, record by record, in words; or what a day brought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from svcctl.base.errors import Exit
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.upkeep.called import files_called
from svcctl.upkeep.called import refuse_unknown
from svcctl.upkeep.shown import Shown
from svcctl.vcs import git
from svcctl.vcs.telling import changes
from svcctl.vcs.telling.names import Names

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(
    help=_(
        "Show what changed, field by field, in words: what nobody committed yet; since a revision; "
        "between two (A..B; A...B since they parted). With --day what came in on one day, what "
        "needs an eye first."
    ),
    examples=(
        "svcctl diff",
        "svcctl diff A07 staff/",
        "svcctl diff HEAD~3..HEAD",
        "svcctl diff --day yesterday",
    ),
    rev=False,
)
@click.argument("what", nargs=-1, metavar="[REV[..REV]] [PATH|ID...]")
@click.option(
    "--day", is_flag=False, flag_value="", metavar="[DAY]",
    help=_("All that came into this branch on a day; today unless given."),
)  # fmt: skip
@click.option("--staged", is_flag=True, help=_("What is staged for the next commit."))
@click.option("--reveal", is_flag=True, help=_("Show private numbers in full."))
@click.option("--exit-code", "exit_code", is_flag=True, help=_("End in 1 if anything differs."))
@format_options
@pass_run
def diff(
    run: Run, /, what: tuple[str, ...], day: str | None, *, staged: bool, reveal: bool,
    exit_code: bool,
) -> None:  # fmt: skip
    """Show what changed."""
    git.find(run.root)  # without Git nothing can be said: one line says so
    shown = Shown(run, Names(run.folder, reveal=reveal))
    if day is not None:
        if what or staged:
            raise UsageProblem(_("--day is for the whole book: without revisions, paths, --staged"))
        from svcctl.upkeep.day import show_day  # a page of its own

        found = show_day(run, shown, day)
    else:
        rev, paths = _read(run, what)
        span = changes.span_of(run.root, rev, staged=staged)
        if staged and span.after != changes.INDEX:
            raise UsageProblem(_("--staged goes with one revision at most"))
        found = shown.write(changes.between(run.root, span, paths))
    if not found and day is None and run.format == "table":
        run.say(_("nothing differs"))
    if found and exit_code:
        run.ends_with(Exit.FINDINGS)


def _read(run: Run, what: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the revisions and the paths among what was typed; the first word may be either."""
    rev, rest = None, list(what)
    paths: list[str] = []
    if rest:
        first = files_called(run, rest[0]) if ".." not in rest[0].strip("./") else []
        if first:
            paths += first
        else:
            rev = rest[0]
        del rest[0]
    for said in rest:
        named = files_called(run, said)
        if not named:
            raise refuse_unknown(said)
        paths += named
    if rev is not None and ".." not in rev:
        _refuse_neither(run, rev)
    return rev, paths


def _refuse_neither(run: Run, said: str) -> None:
    try:
        changes.commit(run.root, said)
    except NotFoundError:
        raise NotFoundError(
            _("'{name}' is no revision, no file and no record").format(name=said),
            "git log --oneline",
        ) from None

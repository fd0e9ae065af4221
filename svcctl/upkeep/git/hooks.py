"""`svcctl git hook NAME`: what Git's hooks call. A commit is guarded, a merge only reported."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from svcctl.base.errors import Exit
from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.term.options import command
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from svcctl.book.source import Source
    from svcctl.check.runner import Outcome
    from svcctl.term.context import Run
    from svcctl.vcs.setup.staged import Changed

_SKIP = "git commit --no-verify"
_AFTER = "svcctl git conflicts; svcctl validate"
_LOOSE = ("LNK101", "DSK101")
"""What a record that is gone leaves behind: links that lead nowhere."""


@command(
    help=_(
        "What Git's hooks call. pre-commit: refuse while a change is half written, or if a staged "
        "record is wrong. post-merge: report what is wrong in what came in; never fails."
    ),
    examples=("svcctl git hook pre-commit", "svcctl git hook post-merge 0"),
)
@click.argument("name", type=click.Choice(("pre-commit", "post-merge")), metavar="NAME")
@click.argument("rest", nargs=-1, metavar="[ARG]...")
@pass_run
def hook(run: Run, name: str, rest: tuple[str, ...]) -> None:
    """Run a hook."""
    if name == "pre-commit":
        _guard(run)
        return
    try:
        _report(run, squashed=rest[:1] == ("1",))
    except SvcctlError as error:
        run.warn(_("what the merge brought was not checked: {why}").format(why=error.message))
    run.status = Exit.DONE


def _guard(run: Run) -> None:
    from svcctl.book import journal
    from svcctl.vcs.setup import staged
    from svcctl.vcs.source import Staged

    index = _index_file()
    changed = staged.changed(run.root, index)
    if not changed.paths and not changed.gone:
        return
    if (run.root / journal.NAME).exists():
        run.say(_("svcctl: error: an interrupted change is only half in the files"))
        run.say(_("hint: {hint}").format(hint="svcctl book doctor --fix"))
        run.status = Exit.FINDINGS
    else:
        _tell(run, _checked(run, Staged(run.root, index), changed))
    if run.status is Exit.FINDINGS:
        run.say(_("svcctl: not committed; to commit all the same: {command}").format(command=_SKIP))


def _index_file() -> str | None:
    """Return the index that this commit is made from: `git commit -a` and `PATH` have their own.

    Git names it from the folder in which it starts the hook.
    """
    named = os.environ.get("GIT_INDEX_FILE")
    return os.path.abspath(named) if named else None


def _report(run: Run, *, squashed: bool) -> None:
    from svcctl.book.source import Disk
    from svcctl.check.diagnostic import count
    from svcctl.vcs.setup import staged

    brought = staged.merged(run.root, squashed=squashed)
    if not brought.paths and not brought.gone:
        return
    outcome = _checked(run, Disk(run.root), brought)
    _tell(run, outcome)
    if any(count(outcome.found)):
        run.say(_("the merge is done; what to do about it: {commands}").format(commands=_AFTER))


def _checked(run: Run, source: Source, changed: Changed) -> Outcome:
    """Check what changed; where a record went, also whether others still lead to it."""
    from svcctl.check.runner import Outcome
    from svcctl.check.runner import run as check

    cached = not run.wishes.no_index
    if not changed.gone:
        return check(run.root, source, paths=changed.paths, cached=cached)
    every = check(run.root, source, cached=cached)
    wanted = set(changed.paths)
    found = [one for one in every.found if one.path in wanted or one.code in _LOOSE]
    return Outcome(found, len(wanted))


def _tell(run: Run, outcome: Outcome) -> None:
    """Write findings, or nothing at all where there are none: a hook is silent about success."""
    if outcome.found:
        from svcctl.upkeep.validate import report

        report(run, outcome, "text")

"""`svcctl git commit`: commit what was changed in the book, by hand or where people commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from svcctl.base.errors import Exit
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.base.private import hide
from svcctl.book import journal
from svcctl.book.lock import WriterLock
from svcctl.book.source import Disk
from svcctl.book.source import is_record
from svcctl.check import diagnostic
from svcctl.check.runner import run as check
from svcctl.term.options import command
from svcctl.term.options import pass_run
from svcctl.term.recording import recorder
from svcctl.term.recording import waiting
from svcctl.upkeep.paths import inside_book
from svcctl.vcs.commits import by_hand
from svcctl.vcs.commits import commit as commits

if TYPE_CHECKING:
    from svcctl.term.context import Run
    from svcctl.vcs.commits.by_hand import Found

_COMMAND = "git commit"


@command(
    help=_(
        "Commit every change of the book, or those at PATH: records, handbook, schemas. The message"
        " is made from what changed unless given. Refused if the check finds errors in these files."
        " What else is staged stays so. Hooks are not run: the check is the same as theirs."
    ),
    examples=(
        "svcctl git commit",
        "svcctl git commit handbook -m 新时限",
        "svcctl git commit staff/wang.fang.toml",
    ),
)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-m", "--message", "words", metavar="WORDS", help=_("The subject, in your words."))
@click.option("--anyway", is_flag=True, help=_("Commit although the check finds errors."))
@pass_run
def commit(run: Run, *, paths: tuple[str, ...], words: str | None, anyway: bool) -> None:
    """Commit what awaits, then all other changes of the book as one commit."""
    run.must_write_now()
    wanted = [inside_book(run.root, path) for path in paths]
    with WriterLock(run.root, _COMMAND):
        journal.recover(run.root)
        history = recorder(run)
        if history:
            history.done(every=True)
        found = by_hand.find(run.root, wanted)
        if not found.changes:
            run.say(_("nothing to commit"))
        elif anyway or _is_sound(run, found):
            _commit(run, found, words or "")


def _is_sound(run: Run, found: Found) -> bool:
    """Check the files; print what is wrong and settle the status if there are errors."""
    paths = [one.path for one in found.changes if one.new is not None and is_record(one.path)]
    if not paths:
        return True
    outcome = check(run.root, Disk(run.root), paths=paths, cached=not run.wishes.no_index)
    errors = [one for one in outcome.found if diagnostic.count([one])[0]]
    if not errors:
        return True
    run.data(diagnostic.written(errors, "text", files=outcome.files).removesuffix("\n"))
    run.say(_("nothing was committed; mend it, or commit with --anyway"))
    run.ends_with(Exit.FINDINGS)
    return False


def _commit(run: Run, found: Found, words: str) -> None:
    if hide(words) != words:
        run.warn(_("the message holds a number of somebody; a commit stays for ever"))
    one = waiting(run, found.changes, _COMMAND, edits=found.edits, words=words)
    commits.make(run.root, one, run.now())
    count = len(found.changes)
    said = ngettext("{count} file committed: {words}", "{count} files committed: {words}", count)
    run.say(said.format(count=count, words=one.message.partition("\n")[0]))

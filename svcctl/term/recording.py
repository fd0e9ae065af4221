"""Who keeps the history of a book in Git: each writing command becomes one commit.

The store asks what is to be written together with the records, and tells when that is done; the
rest is in `svcctl.vcs`. Nothing here fails a command whose records are safe: what Git cannot do now
is said in a line and done by the next one that writes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from svcctl.base import i18n
from svcctl.base.case import MACHINE
from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.book import files
from svcctl.book.local import git_top
from svcctl.kinds import kind_of

if TYPE_CHECKING:
    from pathlib import Path

    from svcctl.book.journal import Change
    from svcctl.term.context import Run
    from svcctl.vcs.commits.queue import Waiting
    from svcctl.vcs.commits.subject import Edit

AUTO = "auto"
_BY = re.compile(rb'^by = "([^"\n]+)"', re.MULTILINE)
_PROGRAM = "svcctl"
"""Who did what a machine did."""
_SLIPS = (LookupError, TypeError, ValueError, AttributeError, AssertionError)
"""Mistakes of ours; the records are safe, so they must not fail the command."""


def recorder(run: Run) -> GitRecorder | None:
    """Return who keeps the history of the book of this run; None where no Git is."""
    return GitRecorder(run) if git_top(run.root) is not None else None


class GitRecorder:
    """Puts what a command wrote into the queue, and makes the commits that await there."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def saved(self, changes: Sequence[Change], command: str) -> Sequence[Change]:
        """Return the file of the queue for these changes; none where people commit themselves."""
        if not self._is_auto():
            return ()
        from svcctl.vcs.commits import queue

        return [queue.add(self._run.root, waiting(self._run, changes, command))]

    def done(self, *, every: bool = False) -> None:
        """Make the commits that await; never raises over it.

        Args:
            every: All of them, however many; for who asks for commits and nothing else.
        """
        from svcctl.vcs.commits import commit

        most = sys.maxsize if every else commit.MOST
        try:
            flushed = commit.flush(self._run.root, self._run.now(), most=most)
        except KeyboardInterrupt:
            # The records are safe; to end as interrupted would say that they are not.
            said = [_("not committed to Git yet: interrupted; the next writing command does it")]
        except _SLIPS as error:
            said = [_("not committed to Git yet: {why}").format(why=repr(error))]
        else:
            said = flushed.left
        for text in said:
            self._run.say(_("note: {text}").format(text=text))

    def _is_auto(self) -> bool:
        day = self._run.now().date()
        try:
            policy = self._run.book.handbook.policy(day)
        except SvcctlError as error:
            why = _("not committed to Git: {why}").format(why=error.message)
            self._run.say(_("note: {text}").format(text=why))
            return False
        return bool(policy.setting("git", "commit", "") == AUTO)


def waiting(
    run: Run,
    changes: Sequence[Change],
    command: str,
    *,
    edits: Sequence[Edit] | None = None,
    words: str = "",
) -> Waiting:
    """Return the commit that holds these changes, by whoever acts here.

    Args:
        edits: The same with the bytes before; read from the files unless given.
        words: What a person wants as its subject.
    """
    from svcctl.vcs.commits.queue import Waiting

    now = run.now()
    told = [_edit(run.root, one) for one in changes] if edits is None else edits
    person = author(run, told)
    with i18n.speaking(_language(run)):
        text = _message(command, told, words)
    name = staff_name(run, person) if person else ""
    person = _PROGRAM if person == MACHINE else person
    zone = f"{now:%z}" or "+0000"
    return Waiting(0, text, name, person, int(now.timestamp()), zone, "", "", list(changes))


def _language(run: Run) -> str:
    said = str(run.book.settings.get("language"))
    return said if said in i18n.LANGUAGES else "zh"


def _message(command: str, edits: Sequence[Edit], words: str) -> str:
    from svcctl.vcs.commits import subject

    try:
        told: str = subject.message(command, edits, words)
    except _SLIPS:
        # Files edited by hand hold anything; the words are not worth the record.
        return f"{words or command}\n\n{subject.TRAILER}: {command}\n"
    return told


def _edit(root: Path, change: Change) -> Edit:
    from svcctl.vcs.commits.subject import Edit

    if change.old is None:
        return Edit(change.path, None, change.new)
    try:
        return Edit(change.path, files.read_raw(f"{root}/{change.path}"), change.new)
    except OSError:
        return Edit(change.path, b"", change.new)


def author(run: Run, edits: Sequence[Edit]) -> str:
    """Return the id of who did all this: as the new entries say, else who is acting; or nobody."""
    cases = (one for one in edits if (kind := kind_of(one.path)) and kind.shape == "case")
    said = {found[-1] for one in cases if (found := _BY.findall(one.after or b""))}
    if len(said) == 1:
        return str(said.pop(), "utf-8", "replace")
    try:
        return run.actor
    except SvcctlError:
        return ""


def staff_name(run: Run, person: str) -> str:
    """Return the name on a colleague's card; the id where there is none that can be read."""
    if person == MACHINE:
        return _PROGRAM
    try:
        name = run.book.get("staff", person).get("name")
    except SvcctlError:
        return person
    return str(name or person)

"""`svcctl git sync`: bring this clone and the others together."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.errors import Exit
from svcctl.base.errors import GitError
from svcctl.base.errors import NotFoundError
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.i18n import ngettext
from svcctl.check import diagnostic
from svcctl.check.runner import run as check
from svcctl.kinds import KINDS
from svcctl.term.options import command
from svcctl.term.options import pass_run
from svcctl.vcs.commits.commit import is_signed
from svcctl.vcs.source import Commit
from svcctl.vcs.sync.arrivals import Came
from svcctl.vcs.sync.desks import Synced
from svcctl.vcs.sync.desks import Wish
from svcctl.vcs.sync.desks import sync as bring_together

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from svcctl.term.context import Run

_SHOWN = 20
_DISPUTES = ("CRD101", "TKT205")
"""What a merge leaves to a person as data; `svcctl git conflicts` takes the choice."""


@command(
    help=_(
        "Fetch what other desks did, merge it, check it, and hand over what was done here; REMOTE"
        " is the usual one unless named. Ends in 1 if a person must look, in 8 if the remote is"
        " not there, in 75 if another sync is at work."
    ),
    examples=(
        "svcctl git sync",
        "svcctl git sync usb",
        "svcctl git sync --dry-run",
        "*/10 * * * * svcctl -C ~/records git sync --quiet",
    ),
)
@click.argument("remote", required=False, metavar="[REMOTE]")
@click.option("--dry-run", "dry", is_flag=True, help=_("Say what would come and go."))
@click.option("--no-push", is_flag=True, help=_("Take in, hand nothing over."))
@click.option("--quiet", "-q", is_flag=True, help=_("Say only what needs a person, for cron."))
@pass_run
def sync(run: Run, *, remote: str | None, dry: bool, no_push: bool, quiet: bool) -> None:
    """Sync with a remote and say what came in."""
    if not dry:
        run.must_write_now()
    done = bring_together(
        run.root,
        Wish(
            now=run.now(),
            examine=lambda rev, paths: _examine(run, rev, paths),
            remote=remote,
            dry=dry,
            push=not no_push,
            signed=is_signed(run.root, run.now()),
            language=str(run.book.settings.get("language", "zh")),
        ),
    )
    if not quiet:
        for line in _course(done, dry=dry):
            run.say(line)
    _report(run, done, quiet=quiet)


def _examine(run: Run, rev: str, paths: Sequence[str]) -> Sequence[Any]:
    """Check those files of a commit that are there."""
    source = Commit(run.root, rev)
    cached = not run.wishes.no_index
    try:
        there = [path for path in paths if source.exists(path)]
        return check(run.root, source, paths=there, cached=cached).found if there else []
    except NotFoundError as error:
        # It was made a moment ago.
        raise GitError(error.message) from error


# -- in words ---------------------------------------------------------------------------------


def _course(done: Synced, *, dry: bool) -> Iterator[str]:
    """Yield what happened, or would."""
    yield from done.notes
    if done.upstream:
        yield _("'{branch}' belongs to '{remote}' from now on").format(
            branch=done.remote.ours, remote=done.remote.label
        )
    if done.greeted:
        yield _("who clones '{remote}' gets '{branch}' from now on").format(
            remote=done.remote.name, branch=done.remote.branch
        )
    if done.faster:
        yield ngettext(
            "another desk was faster {count} time", "another desk was faster {count} times",
            done.faster,
        ).format(count=done.faster)  # fmt: skip
    yield from _exchange(done, dry=dry)
    if done.awaiting:
        yield ngettext(
            "{count} commit of a command awaits", "{count} commits of commands await",
            done.awaiting,
        ).format(count=done.awaiting)  # fmt: skip
    if done.loose:
        yield ngettext(
            "{count} file here is changed and not committed: svcctl git commit",
            "{count} files here are changed and not committed: svcctl git commit",
            len(done.loose),
        ).format(count=len(done.loose))


def _exchange(done: Synced, *, dry: bool) -> Iterator[str]:
    label = done.remote.label
    if done.came.commits:
        words = _("would come: {what}") if dry else _("came in: {what}")
        yield words.format(what=_what_came(done.came))
    if done.went and not done.held:
        words = ngettext("handed over: {count} commit", "handed over: {count} commits", done.went)
        if dry:
            words = ngettext("would go: {count} commit", "would go: {count} commits", done.went)
        yield words.format(count=done.went)
    if not done.came.commits and not done.went:
        yield _("in step with '{remote}'").format(remote=label)


def _what_came(came: Came) -> str:
    commits = ngettext("{count} commit", "{count} commits", came.commits)
    words = commits.format(count=came.commits)
    if came.desks:
        desks = ngettext("{commits} from {count} desk ({names})",
                         "{commits} from {count} desks ({names})", len(came.desks))  # fmt: skip
        words = desks.format(commits=words, count=len(came.desks), names=joined(came.desks))
    kinds = joined(_counted(kind, count) for kind, count in came.kinds)
    return _("{title}: {words}").format(title=words, words=kinds) if kinds else words


def _counted(kind: str, count: int) -> str:
    words = {
        "book": _("the book's settings"),
        "policy": ngettext("{count} policy", "{count} policies", count),
        "roles": _("the roles"),
        "roster": _("the roster"),
        "desk": ngettext("{count} desk code", "{count} desk codes", count),
        "staff": ngettext("{count} colleague", "{count} colleagues", count),
        "unit": ngettext("{count} unit card", "{count} unit cards", count),
        "resident": ngettext("{count} resident", "{count} residents", count),
        "ticket": ngettext("{count} ticket", "{count} tickets", count),
        "shift": ngettext("{count} shift", "{count} shifts", count),
        "tally": ngettext("{count} tally", "{count} tallies", count),
        "incident": ngettext("{count} incident", "{count} incidents", count),
        "message": ngettext("{count} message", "{count} messages", count),
    }
    if kind in KINDS and kind not in words:
        return _("{count} × {kind}").format(count=count, kind=_(kind))
    other = ngettext("{count} other file", "{count} other files", count)
    return words.get(kind, other).format(count=count)


def _report(run: Run, done: Synced, *, quiet: bool) -> None:
    """Show findings, and settle whether a person must look."""
    errors = [one for one in done.found if one.severity == "error"]
    disputes = [one for one in done.found if one.code in _DISPUTES]
    shown = [one for one in done.found if one in errors or one in disputes or not quiet]
    if shown:
        text = diagnostic.written(shown[:_SHOWN], "text", files=0)
        run.data(text.removesuffix("\n"))
    if len(shown) > _SHOWN:
        run.say(_("and {count} more: svcctl validate").format(count=len(shown) - _SHOWN))
    if disputes:
        words = ngettext(
            "{count} conflict is left to a person: svcctl git conflicts",
            "{count} conflicts are left to a person: svcctl git conflicts",
            len(disputes),
        )
        run.say(words.format(count=len(disputes)))
    if done.held:
        run.say(_("nothing was handed over: there are errors in what would go out"))
    if errors or disputes:
        run.ends_with(Exit.FINDINGS)

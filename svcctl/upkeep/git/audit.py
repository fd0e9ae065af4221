"""`svcctl git audit`: what must hold over time, asked of every commit of the book."""

from __future__ import annotations

import json
from datetime import UTC
from datetime import datetime
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from svcctl.base import wording
from svcctl.base.clock import show_moment
from svcctl.base.errors import Exit
from svcctl.base.errors import NotFoundError
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.i18n import ngettext
from svcctl.check import diagnostic
from svcctl.check.diagnostic import Diagnostic
from svcctl.term.options import command
from svcctl.term.options import pass_run
from svcctl.term.progress import progress
from svcctl.upkeep.validate import finding_format
from svcctl.upkeep.validate import way_to
from svcctl.vcs import git
from svcctl.vcs.audit.book import Audit
from svcctl.vcs.audit.book import Found
from svcctl.vcs.source import Commit
from svcctl.vcs.telling.names import Names

if TYPE_CHECKING:
    from pathlib import Path

    from svcctl.term.context import Run
    from svcctl.vcs.audit.walk import Past

_SHORT = 10


@command(
    help=_(
        "Check what must hold over time: entries never change, who acted could, days that are "
        "closed stay closed. Each finding names the commit, and the line in that commit's file. "
        "What was looked into is left behind with --since."
    ),
    examples=(
        "svcctl git audit",
        "svcctl git audit --since audited",
        "svcctl git audit --format json",
    ),
    rev=False,
)
@click.option("--since", metavar="REV", help=_("Leave out what was in the history by REV."))
@finding_format
@pass_run
def audit(run: Run, *, since: str | None, form: str) -> None:
    """Audit the history of the book."""
    place = git.find(run.root)
    if not git.run(run.root, ["rev-parse", "--verify", "--quiet", "HEAD"], ok=(0, 1)):
        raise NotFoundError(_("there is no commit yet"), "svcctl git commit")
    start = Commit(run.root, since).commit if since else ""
    found: list[Found] = []
    with Audit(run.root, start) as history:
        with progress(history.commits(), _("commits"), len(history)) as every:
            for past in every:
                found += history.look(past)
        found += history.signatures()
        files = history.files
        count = len(history)
    _print(run, found, form, files)
    _summary(run, found, count, files)
    _tell_shallow(run, place.common / "shallow")


def _print(run: Run, found: list[Found], form: str, files: int) -> None:
    zone = Names(run.folder).zone  # of a book that cannot be opened, too
    if form == "json":
        run.data(_json(zone, found, files))
        return
    lines = [_diagnostic(zone, one) for one in found]
    text = diagnostic.written(lines, form, files=files, prefix=way_to(run.root, form))
    if text:
        run.data(text.removesuffix("\n"))


def _diagnostic(zone: tzinfo, found: Found) -> Diagnostic:
    """Return a finding as `validate` writes them, with its commit behind the message."""
    past = found.past
    made = _made(found)
    said = _("{message} (commit {hash}, {moment}, {author})").format(
        message=made.message,
        hash=past.hash[:_SHORT],
        moment=show_moment(_moment(past), zone),
        author=wording.shown(past.author),
    )
    return made._replace(message=said)


def _json(zone: tzinfo, found: list[Found], files: int) -> str:
    rows = [
        _made(one)._asdict()
        | {
            "commit": one.past.hash,
            "author": one.past.author,
            "date": _moment(one.past).astimezone(zone).isoformat(),
        }
        for one in found
    ]
    errors = sum(row["severity"] == "error" for row in rows)
    head = {"svcctl": 1, "files": files, "errors": errors, "warnings": len(rows) - errors}
    return json.dumps(head | {"diagnostics": rows}, ensure_ascii=False, indent=1)


def _made(found: Found) -> Diagnostic:
    args = {**found.finding.args, "commit": found.past.hash[:_SHORT]}
    return diagnostic.make(found.path, found.finding._replace(args=args), found.line, found.col)


def _moment(past: Past) -> datetime:
    return datetime.fromtimestamp(past.authored, UTC)


def _summary(run: Run, found: list[Found], commits: int, files: int) -> None:
    looked = ngettext("{count} commit looked at", "{count} commits looked at", commits)
    versions = ngettext("{count} version of files", "{count} versions of files", files)
    said = joined((looked.format(count=commits), versions.format(count=files)))
    if not found:
        run.say(_("{said}: nothing wrong").format(said=said))
    else:
        wrong = ngettext("{count} finding", "{count} findings", len(found))
        wrong = wrong.format(count=len(found))
        run.say(_("{title}: {words}").format(title=said, words=wrong))
        run.say(_("looked into? git tag audited; next time: svcctl git audit --since audited"))
        run.status = Exit.FINDINGS


def _tell_shallow(run: Run, path: Path) -> None:
    """Say where the history of this clone was cut off."""
    try:
        commits = sorted(path.read_text("ascii", "replace").split())
    except OSError:
        return
    for commit in commits:
        run.say(
            _("what came before commit {hash} is not in this clone: git fetch --unshallow").format(
                hash=commit[:_SHORT]
            )
        )

"""`svcctl history`: every commit that touched a record, who and when, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import click

from svcctl.base.i18n import _
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import ids_argument
from svcctl.term.options import pass_run
from svcctl.upkeep.called import files_called
from svcctl.upkeep.called import refuse_unknown
from svcctl.upkeep.shown import Shown
from svcctl.upkeep.shown import write
from svcctl.vcs import git
from svcctl.vcs.telling import history as past
from svcctl.vcs.telling import masking
from svcctl.vcs.telling import words as telling
from svcctl.vcs.telling.names import Names

if TYPE_CHECKING:
    from svcctl.term.context import Run
    from svcctl.vcs.telling.history import Commit
    from svcctl.vcs.telling.history import Step

_KEYS = ("commit", "at", "author", "subject", "command")


class _Past(NamedTuple):
    """What became of one file."""

    path: str
    steps: list[Step]


@command(
    help=_("Show every commit that touched records, who and when, and what it changed in words."),
    examples=("svcctl history A07", "svcctl history wang.fang 3-2-1501 --format json"),
    rev=False,
)
@ids_argument
@click.option("--reveal", is_flag=True, help=_("Show private numbers in full."))
@format_options
@pass_run
def history(run: Run, /, ids: tuple[str, ...], *, reveal: bool) -> None:
    """Show the history of records."""
    git.find(run.root)  # without Git nothing can be said: one line says so
    paths: list[str] = []
    for said in ids:
        named = files_called(run, said)
        if not named:
            raise refuse_unknown(said)
        paths += named
    shown = Shown(run, Names(run.folder, reveal=reveal))
    steps = past.steps(run.root, list(dict.fromkeys(paths)))
    if run.format in ("table", "md"):
        write(run, _by_file(steps), lambda one: _lines(shown, one), None)
        if not steps:
            run.say(_("no commit touched it"))
        return
    write(run, steps, None, lambda one: _data(shown, one), _KEYS)


def _by_file(steps: list[Step]) -> list[_Past]:
    found: dict[str, list[Step]] = {}
    for one in steps:
        found.setdefault(one.seen.path, []).append(one)
    return [_Past(path, found[path]) for path in sorted(found)]


def _lines(shown: Shown, one: _Past) -> Iterator[str]:
    # Of a merge that brought two sides together there is no delta.
    known = (step.seen.delta for step in reversed(one.steps) if step.seen.delta is not None)
    newest = next(known, None)
    yield telling.title_of(newest, shown.names) if newest else telling.line(one.path)
    for step in one.steps:
        yield "  " + head(shown.names, step.commit)
        yield from (f"    {line}" for line in _body(shown, step))


def _body(shown: Shown, step: Step) -> Iterator[str]:
    delta = step.seen.delta
    if delta is not None and (delta.before is None or delta.after is None):
        yield telling.heading(delta, shown.names)
    yield from shown.body(step.seen)


def head(names: Names, commit: Commit | None) -> str:
    """Return when and by whom a commit was made, and what it says of itself."""
    if commit is None:
        return _("not committed")
    at = datetime.fromtimestamp(commit.at, names.zone)
    parts = (f"{at:%Y-%m-%d %H:%M}", author(names, commit), commit.short, subject(names, commit))
    return "  ".join(telling.line(part) for part in parts if part)


def subject(names: Names, commit: Commit) -> str:
    """Return what a commit says of itself; people write numbers there, too."""
    return commit.subject if names.reveal else masking.hidden(commit.subject)


def author(names: Names, commit: Commit) -> str:
    """Return who made a commit, by the name on their card if they have one."""
    return names.staff(commit.person) if names.has_card(commit.person) else commit.author


def _data(shown: Shown, step: Step) -> dict[str, Any]:
    made: dict[str, Any] = dict.fromkeys(_KEYS, "")
    if step.commit is not None:
        one = step.commit
        made |= {"commit": one.hash, "at": datetime.fromtimestamp(one.at, shown.names.zone)}
        made |= {"author": one.author, "subject": subject(shown.names, one), "command": one.command}
    return made | shown.data(step.seen)

"""`svcctl book doctor`: look for trouble around the records, and mend it with --fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from svcctl.base.errors import Exit
from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.check.health import Point
from svcctl.check.health import examine
from svcctl.term.options import command
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(
    help=_(
        "Look at what lies around the records: interrupted changes, index, desk, Git, disk. "
        "Ends in 1 if a problem remains. For the records themselves: svcctl validate."
    ),
    examples=("svcctl book doctor", "svcctl book doctor --fix"),
    rev=False,
)
@click.option("--fix", is_flag=True, help=_("Mend what can be mended."))
@pass_run
def doctor(run: Run, *, fix: bool) -> None:
    """Examine the book, one line for each point."""
    if fix:
        run.must_write_now()
    for point in examine(run.root):
        if point.state == "problem" and not (fix and _mended(run, point)):
            _tell(run, _("problem: {text}"), point)
            run.status = Exit.FINDINGS
        elif point.state != "problem":
            _tell(run, _("ok: {text}") if point.state == "ok" else _("note: {text}"), point)


def _tell(run: Run, state: str, point: Point, then: str = "") -> None:
    said = _("{title}: {words}").format(title=point.name, words=point.said)
    if then or point.cure:
        said = _("{before} -> {after}").format(before=said, after=then or point.cure)
    run.data(state.format(text=said))


def _mended(run: Run, point: Point) -> bool:
    if point.mend is None:
        return False
    if point.ask and run.interactive and not click.confirm(point.ask, err=True):
        return False
    try:
        done = point.mend()
    except SvcctlError as error:
        run.warn(error.message)
        return False
    _tell(run, _("mended: {text}"), point, done)
    return True

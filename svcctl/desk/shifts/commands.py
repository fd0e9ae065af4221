"""Who is typing at this clone. It is trust, not proof, unless commits are signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.term.options import command
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(help=_("Say who is typing here from now on."), examples=("svcctl shift start wang.fang",))
@click.argument("name", metavar="NAME")
@pass_run
def start(run: Run, name: str) -> None:
    """Set the acting person of this clone."""
    run.must_write_now()
    person = run.book.resolve("staff", name, run.now())
    card = run.book.get("staff", person)
    last = card.get("until")
    if last is not None and last < run.now().date():
        raise RefusedError(_("'{id}' left on {day}").format(id=person, day=last))
    before = run.book.local.read().get("acting")
    run.book.local.update(acting=person, acting_since=run.now().isoformat())
    if before and before != person:
        run.say(_("'{before}' was still at the desk; that shift ends now").format(before=before))
    run.say(_("{name} ({id}) is at the desk").format(name=card.get("name", ""), id=person))


@command(help=_("Say that nobody is typing here any more."), examples=("svcctl shift end",))
@pass_run
def end(run: Run) -> None:
    """Clear the acting person of this clone."""
    run.must_write_now()
    person = run.book.local.read().get("acting")
    if not person:
        raise RefusedError(_("nobody is at the desk"), "svcctl shift start NAME")
    run.book.local.update(acting=None, acting_since=None)
    run.say(_("{id} has left the desk").format(id=person))


@command(help=_("Show who is typing here."), examples=("svcctl shift show",))
@pass_run
def show(run: Run) -> None:
    """Show the acting person of this clone."""
    state = run.book.local.read()
    if state.get("acting"):
        run.data(f"{state['acting']}  {str(state.get('acting_since', ''))[:16].replace('T', ' ')}")
    else:
        run.say(_("nobody is at the desk"))

"""The outbox at the terminal: who is still to be told, and that they were."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.i18n import _
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import ids_argument
from svcctl.term.options import open_list
from svcctl.term.options import pass_run
from svcctl.term.options import when_option
from svcctl.term.options import why_option
from svcctl.term.whom import role_or_colleague

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(
    "list",
    help=_("List messages, the oldest first, with who is meant today."),
    examples=("svcctl message list --open", "svcctl message list --open --to 客服主管"),
)
@click.option("--open", "open_", is_flag=True, help=_("Only those that wait to be sent."))
@click.option("--to", metavar="ROLE|NAME", help=_("Only those for this role or colleague."))
@click.option("--mine", is_flag=True, help=_("Only those for the acting person."))
@format_options
@pass_run
def list_(run: Run, *, open_: bool, to: str | None, mine: bool) -> None:
    """List messages."""
    from svcctl.desk.messages import look

    wanted = {run.actor} if mine else None
    if to:
        wanted = (wanted or set()) | {"".join(role_or_colleague(run, to))}
    run.rows(look.listed(run, open_=open_, to=wanted), look.columns(run))
    run.report_unreadable()


@command(help=_("Show messages."), examples=("svcctl message show T261121-A07.done.2",))
@ids_argument
@format_options
@pass_run
def show(run: Run, ids: tuple[str, ...]) -> None:
    """Show messages."""
    from svcctl.desk.messages import look

    for name in ids:
        record = run.book.get("message", run.book.resolve("message", name, run.now()))
        run.one(record, look.page(run, record))


@command(
    help=_("Record that messages were sent; those that were sent already are left as they are."),
    examples=(
        "svcctl message sent T261121-A07.done.2 --via 来电",
        "svcctl message list --open --format ids | svcctl message sent -",
    ),
)
@ids_argument
@click.option("--via", type=open_list("channel", _("channel")))
@click.option("--to-whom", metavar="NAME", help=_("Who was in fact told."))
@when_option
@pass_run
def sent(run: Run, ids: tuple[str, ...], via: str | None, to_whom: str | None,
         when: str | None) -> None:  # fmt: skip
    """Record that messages were sent."""
    whom = run.book.resolve("staff", to_whom, run.now()) if to_whom else None
    _each(run, ids, "sent", when, {"via": via, "to": whom})


@command(
    help=_("Record that messages need not be sent."),
    examples=('svcctl message drop T261121-A07.done.2 --why "已当面告知"',),
)
@ids_argument
@why_option
@pass_run
def drop(run: Run, ids: tuple[str, ...], why: str | None) -> None:
    """Record that messages need not be sent."""
    _each(run, ids, "drop", None, {"why": why})


def _each(run: Run, ids: Iterable[str], did: str, when: str | None, said: dict[str, Any]) -> None:
    from svcctl.desk.messages import actions

    done: list[tuple[str, bool]] = []
    with run.writing(f"message {did}") as change:
        deed = run.deed(when)
        for name in dict.fromkeys(ids):
            record = change.get("message", run.book.resolve("message", name, run.now()))
            again = did == "sent" and record.get("status") == "sent"
            if not again:
                change.put("message", actions.act(record, deed, did, **said))
            done.append((record["id"], again))
    for name, again in done:
        run.say(_said(did, again=again).format(id=name))


def _said(did: str, *, again: bool) -> str:
    if again:
        return _("{id}: was sent already")
    return _("{id}: sent") if did == "sent" else _("{id}: will not be sent")

"""Desk codes at the terminal: which clone may give out which numbers."""

from __future__ import annotations

import getpass
import re
import secrets
from typing import TYPE_CHECKING

import click

from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.ids import DESK_PATTERN
from svcctl.desk.desks import actions
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.output import Column

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(
    help=_("Make this clone a desk with a code of its own."),
    examples=("svcctl desk claim B --name 北门前台",),
)
@click.argument("code", metavar="CODE")
@click.option("--name", metavar="WORDS", help=_("What people call this desk."))
@pass_run
def claim(run: Run, code: str, name: str | None) -> None:
    """Claim a desk code for this clone."""
    code = code.upper()
    if not re.match(DESK_PATTERN, code):
        raise UsageProblem(_("'{code}' is no desk code; one to three letters").format(code=code))
    local = run.book.local
    with run.writing("desk claim") as change:
        token = local.intended(code) or local.claimed(code) or secrets.token_hex(8)
        if not change.has("desk", code):
            local.intend(code, token)
            change.put("desk", actions.claim(code, getpass.getuser(), run.now(), token, name))
        elif change.get("desk", code).get("token") not in (
            local.intended(code),
            local.claimed(code),
        ):
            raise RefusedError(
                _("desk '{code}' is taken; a code belongs to one clone for ever").format(code=code),
                "svcctl desk list",
            )
    # After the card is safe: a clone without a code can claim again, a code without a card cannot.
    if local.read().get("desk") != code or local.moved():
        local.finish(code, token)
    run.say(_("this clone is desk {code}").format(code=code))


@command("list", help=_("List the desks of this book."), examples=("svcctl desk list",))
@format_options
@pass_run
def list_(run: Run) -> None:
    """List desks."""
    own = run.book.local.read().get("desk")
    rows = [
        row | {"here": _("this clone") if row["id"] == own else ""}
        for row in run.book.index.rows("desk")
    ]
    run.rows(
        rows,
        [
            Column("id", _("desk")),
            Column("name", _("called")),
            Column("claimed_by", _("claimed by")),
            Column("claimed_at", _("claimed at")),
            Column("here", ""),
        ],
    )
    run.report_unreadable()

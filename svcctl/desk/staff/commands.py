"""The commands of staff: add, list, show, change."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base import phones
from svcctl.base.clock import parse_day
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.desk.staff import actions
from svcctl.desk.staff import intake
from svcctl.desk.staff import rules
from svcctl.desk.staff import view
from svcctl.term.batch import each_row
from svcctl.term.batch import from_option
from svcctl.term.batch import read_batch
from svcctl.term.doubts import tell_doubts
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import ids_argument
from svcctl.term.options import note_option
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from datetime import date

    from svcctl.base.choice import Choice
    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.term.context import Run

REVEAL = click.option("--reveal", is_flag=True, help=_("Show private numbers in full."))


@command(
    help=_("Add a staff member, or many from a file. The id is made of the name: wang.fang."),
    examples=(
        "svcctl staff new 王芳 --role 客服管理员 --phone 13800138000",
        "svcctl staff new --from staff.csv",
    ),
)
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--id", "own", metavar="ID", help=_("If it shall not be made of the name."))
@click.option("--department", metavar="DEPARTMENT", help=_("repair, 工程部 …"))
@click.option("--role", multiple=True, metavar="ROLE", help=_("agent, 客服主管 …; repeatable."))
@click.option("--phone", multiple=True, metavar="NUMBER", help=_("Repeatable."))
@click.option("--when", metavar="DAY", help=_("The first day, if not today."))
@note_option
@from_option
@pass_run
def new(run: Run, name: str | None, source: str | None, **said: Any) -> None:
    """Add staff members."""
    if bool(name) == bool(source):
        raise UsageProblem(_("give a name, or a file with --from"))
    made: list[str] = []
    with run.writing("staff new") as change:
        if source:
            each_row(read_batch(source), lambda row: made.append(_add(run, change, row)))
        else:
            said["id"], said["since"] = said.pop("own"), said.pop("when")
            given = {key: value for key, value in said.items() if value}
            made.append(_add(run, change, {"name": name, **given}))
    for staff in made:
        run.data(staff)


def _add(run: Run, change: Transaction, said: dict[str, Any]) -> str:
    card = intake.card(said, run.book.handbook, run.now().date())
    staff = str(card["id"])
    if change.has("staff", staff):
        raise RefusedError(
            _("'{id}' is in the book already").format(id=staff),
            f"svcctl staff show {staff}",
            _("if it is somebody else of this name, give another id with --id"),
        )
    change.put("staff", card)
    tell_doubts(run, "staff", card)
    return staff


def _day(run: Run, said: str | None) -> date:
    today = run.now().date()
    return parse_day(said, today) if said else today


def _words(run: Run, day: date) -> tuple[list[Choice], list[Choice]]:
    """Return the roles and departments of a day."""
    handbook = run.book.handbook
    return handbook.role_choices(day), handbook.policy(day).options("department")


@command(
    "list",
    help=_("List who works here, with the roles of today or of another day."),
    examples=("svcctl staff list", "svcctl staff list --role 客服主管 --at 2026-01-01"),
)
@click.option("--role", metavar="ROLE", help=_("Only who holds this role that day."))
@click.option("--department", metavar="DEPARTMENT", help=_("repair, 工程部 …"))
@click.option("--at", metavar="DAY", help=_("Who worked here on that day."))
@click.option("--all", "everyone", is_flag=True, help=_("Also who has left."))
@REVEAL
@format_options
@pass_run
def list_(run: Run, role: str | None, department: str | None, at: str | None, **how: bool) -> None:
    """List staff."""
    day = _day(run, at)
    handbook = run.book.handbook
    roles = intake.roles((role,), handbook, day) if role else []
    wanted = intake.fields({"department": department} if department else {}, handbook, day)
    rows = [
        row
        for row in view.listed(run.book.index.rows("staff"), day, everyone=how["everyone"])
        if set(roles) <= set(row["roles"]) and wanted.get("department") in (None, row["department"])
    ]
    if how["reveal"]:
        rows = [{**row, "phones": _phones(run, row["id"])} for row in rows]
    run.rows(rows, view.columns(*_words(run, day)))
    run.report_unreadable()


def _phones(run: Run, staff: str) -> list[str]:
    return list(run.book.get("staff", staff).get("private", {}).get("phones", []))


@command(help=_("Show staff members."), examples=("svcctl staff show wang.fang --reveal",))
@ids_argument
@REVEAL
@format_options
@pass_run
def show(run: Run, ids: tuple[str, ...], *, reveal: bool) -> None:
    """Show staff members."""
    words = _words(run, run.now().date())
    for typed in ids:
        record = run.book.get("staff", run.book.resolve("staff", typed, run.now()))
        shown = record if reveal else rules.masked(record)
        run.one(shown, view.lines(shown, *words))


@command(
    help=_("Change staff members; an empty word clears a field. Roles are ended, never erased."),
    examples=(
        "svcctl staff edit wang.fang --role 客服主办 --no-role 客服管理员 --when 2026-12-01",
        "svcctl staff edit wang.fang --left --when 2026-12-31",
    ),
)
@ids_argument
@click.option("--name", metavar="NAME", help=_("The name, corrected."))
@click.option("--department", metavar="DEPARTMENT", help=_("repair, 工程部 …"))
@click.option("--role", multiple=True, metavar="ROLE", help=_("A role from --when on; repeatable."))
@click.option(
    "--no-role", multiple=True, metavar="ROLE", help=_("A role whose last day is --when.")
)
@click.option("--phone", multiple=True, metavar="NUMBER", help=_("Repeatable."))
@click.option("--no-phone", multiple=True, metavar="NUMBER", help=_("A number no longer used."))
@click.option("--left", is_flag=True, help=_("--when is the last day; open roles end on it."))
@click.option("--when", metavar="DAY", help=_("The day, if not today."))
@note_option
@pass_run
def edit(run: Run, ids: tuple[str, ...], **said: Any) -> None:
    """Change staff members."""
    given = {key: value for key, value in said.items() if value not in (None, (), False)}
    day = _day(run, given.get("when"))
    gone: list[str] = []
    with run.writing("staff edit") as change:
        for typed in ids:
            card = change.get("staff", run.book.resolve("staff", typed, run.now()))
            card = _edited(run, card, given)
            card = _in_roles(run, card, given, day)
            if given.get("left"):
                card = actions.leave(card, day)
                gone.append(card["id"])
            change.put("staff", card)
            tell_doubts(run, "staff", card)
            run.say(_("{id} is changed").format(id=card["id"]))
    for name in gone:
        _warn_of_duties(run, name)


def _warn_of_duties(run: Run, name: str) -> None:
    """Name the open tickets of somebody who leaves: a duty must not leave with them."""
    rows = run.book.index.rows("ticket", open=True, person=name)
    if rows:
        listed = " ".join(str(row["id"]) for row in rows)
        run.warn(_("'{id}' still has open tickets: {tickets}").format(id=name, tickets=listed))
        run.say(_("next: {step}").format(step=f"svcctl ticket assign {rows[0]['id']} --to …"))


def _edited(run: Run, card: Record, given: dict[str, Any]) -> Record:
    fields = intake.fields(given, run.book.handbook, run.now().date())
    if given.get("name"):
        fields["name"] = given["name"]
    if "phone" in given or "no_phone" in given:
        kept = [*card.get("private", {}).get("phones", [])]
        kept += fields.get("private", {}).get("phones", [])
        gone = {phones.parse(one) for one in given.get("no_phone", ())}
        fields["private"] = {"phones": [one for one in dict.fromkeys(kept) if one not in gone]}
    return actions.edit(card, fields)


def _in_roles(run: Run, card: Record, given: dict[str, Any], day: date) -> Record:
    for role in intake.roles(given.get("no_role"), run.book.handbook, day):
        card = actions.leave_role(card, role, day)
    for role in intake.roles(given.get("role"), run.book.handbook, day):
        card = actions.take_role(card, role, day)
    return card

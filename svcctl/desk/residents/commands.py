"""The commands of residents: add, list, show, change, find; and handing a unit over."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base import phones
from svcctl.base.choice import refuse_unknown_columns
from svcctl.base.clock import parse_day
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.desk.residents import actions
from svcctl.desk.residents import intake
from svcctl.desk.residents import rules
from svcctl.desk.residents import search
from svcctl.desk.residents import transfers
from svcctl.desk.residents import view
from svcctl.desk.residents.words import KINDS
from svcctl.desk.residents.words import RELATIONS
from svcctl.desk.residents.words import WATCH
from svcctl.desk.units import rules as units
from svcctl.term.batch import each_row
from svcctl.term.batch import from_option
from svcctl.term.batch import read_batch
from svcctl.term.doubts import tell_doubts
from svcctl.term.options import Word
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import ids_argument
from svcctl.term.options import note_option
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.term.context import Run

REVEAL = click.option("--reveal", is_flag=True, help=_("Show private numbers in full."))


def _fields(function: Callable[..., object]) -> Callable[..., object]:
    """Add the options that say who somebody is."""
    for option in (
        click.option("--kind", metavar="KIND", help=_("owner, tenant, 租户, 商户 …")),
        click.option("--salutation", metavar="WORD", help=_("mr or ms, 先生 or 女士.")),
        click.option("--phone", multiple=True, metavar="NUMBER", help=_("Repeatable.")),
        click.option("--id-number", metavar="NUMBER", help=_("Identity number; checked, masked.")),
        click.option("--id-kind", metavar="PAPER", help=_("passport, permit, company …")),
        click.option("--birthday", metavar="DAY", help=_("Day of birth.")),
        click.option("--watch", multiple=True, metavar="FLAG", help=_("attention, key …")),
        click.option("--speaks", metavar="zh|en", help=_("Language they want.")),
        click.option("--contact", metavar="WAY", help=_("phone, sms, 微信, visit, none.")),
        click.option("--relation", metavar="WHAT", help=_("What they are to the unit: owner …")),
        click.option("--when", metavar="DAY", help=_("When they came or left, if not today.")),
        note_option,
    ):
        function = option(function)
    return function


@command(
    help=_("Add a resident, or anyone the centre deals with; or many from a file."),
    examples=(
        "svcctl resident new 曾国华 --kind owner --phone 13800138000 --unit 3栋2单元1501",
        "svcctl resident new --from residents.csv",
    ),
)
@click.argument("name", required=False, metavar="[NAME]")
@_fields
@click.option("--unit", metavar="UNIT", help=_("Where they belong."))
@from_option
@pass_run
def new(run: Run, name: str | None, source: str | None, **said: Any) -> None:
    """Add residents."""
    if bool(name) == bool(source):
        raise UsageProblem(_("give a name, or a file with --from"))
    made: list[Record] = []
    with run.writing("resident new") as change:
        if source:
            each_row(read_batch(source), lambda row: made.append(_add(run, change, row)))
        else:
            made.append(_add(run, change, {"name": name, **_given(said)}))
    for card in made:
        run.data(str(card["id"]))
    if not source:
        tell_doubts(run, "resident", made[0])
        _tell_same_numbers(run, made[0])


def _given(said: dict[str, Any]) -> dict[str, Any]:
    """Leave out options that were not used."""
    return {key: value for key, value in said.items() if value is not None and value != ()}


def _add(run: Run, change: Transaction, said: dict[str, Any]) -> Record:
    refuse_unknown_columns(said, intake.COLUMNS)
    today = run.now().date()
    fields = {"name": intake.name(said.get("name")), **intake.fields(said, today)}
    unit = _unit(run, change, said["unit"]) if said.get("unit") else None
    role = intake.relation(said.get("relation"), fields.get("kind")) if unit else ""
    # Numbers are minted last, so that a line with an error uses none up.
    card = actions.new(change.mint("resident"), fields)
    if unit:
        card = actions.move_in(card, unit, role, _day(said.get("when"), today))
    change.put("resident", card)
    return card


def _unit(run: Run, change: Transaction, typed: str) -> str:
    return units.resolve(typed, change.has, lambda: run.book.index)


def _day(said: str | None, today: date) -> date:
    return parse_day(said, today) if said else today


def _tell_same_numbers(run: Run, card: Record) -> None:
    if others := search.same_numbers(run.book, card):
        run.warn(view.same_number(others, card))


@command(
    "list",
    help=_("List residents; private numbers are masked."),
    examples=("svcctl resident list --kind 租户", "svcctl resident list --unit 3-2-1501"),
)
@click.option("--kind", type=Word(_("kind"), KINDS), help=_("Only this kind: owner, 租户 …"))
@click.option("--watch", type=Word(_("watch flag"), WATCH), help=_("Only with this flag."))
@click.option("--unit", metavar="UNIT", help=_("Who belongs to the unit now."))
@REVEAL
@format_options
@pass_run
def list_(run: Run, kind: str | None, watch: str | None, unit: str | None, **how: bool) -> None:
    """List residents."""
    at = units.resolve(unit, run.book.has, lambda: run.book.index) if unit else None
    rows = [
        row
        for row in run.book.index.rows("resident")
        if kind in (None, row["kind"])
        and (watch is None or watch in row["watch"])
        and (at is None or at in row["units"])
    ]
    _list(run, rows, reveal=how["reveal"])


def _list(run: Run, rows: list[dict[str, Any]], *, reveal: bool) -> None:
    if reveal:
        rows = [view.revealed(row, run.book.get("resident", row["id"])) for row in rows]
    run.rows(rows, view.columns())
    run.report_unreadable()


@command(
    help=_("Find residents by part of a name, pinyin or initials, end of a phone number, unit."),
    examples=(
        "svcctl resident find zgh",
        "svcctl resident find 8000",
        "svcctl resident find 3栋2单元1501",
    ),
)
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@REVEAL
@format_options
@pass_run
def find(run: Run, words: tuple[str, ...], *, reveal: bool) -> None:
    """Find residents."""
    _list(run, search.find(run.book, words), reveal=reveal)


@command(
    help=_("Show residents: who they are, their units over time, their tickets."),
    examples=("svcctl resident show R-A0123", "svcctl resident show 曾国华 --reveal"),
)
@ids_argument
@REVEAL
@format_options
@pass_run
def show(run: Run, ids: tuple[str, ...], *, reveal: bool) -> None:
    """Show residents."""
    for typed in ids:
        record = run.book.get("resident", search.one(run.book, typed, run.book.has))
        index = run.book.index
        linked = {one.id for one in index.backlinks("resident", record["id"])}
        shown = record if reveal else rules.masked(record)
        run.one(shown, view.lines(shown, index.rows("ticket", ids=sorted(linked))))


@command(
    help=_("Change residents; an empty word clears a field. Relations are ended, never erased."),
    examples=(
        "svcctl resident edit R-A0123 --phone 13900139000",
        "svcctl resident edit R-A0123 --move-in 3-2-1502 --relation tenant --when 2026-11-01",
        "svcctl resident edit R-A0123 --move-out 3-2-1502",
    ),
)
@ids_argument
@click.option("--name", metavar="NAME", help=_("The name, corrected."))
@_fields
@click.option("--no-phone", multiple=True, metavar="NUMBER", help=_("A number no longer used."))
@click.option("--no-watch", multiple=True, metavar="FLAG", help=_("A flag no longer used."))
@click.option("--move-in", "came", metavar="UNIT", help=_("A unit they belong to from --when."))
@click.option("--move-out", "left", metavar="UNIT", help=_("A unit they left on --when."))
@pass_run
def edit(run: Run, ids: tuple[str, ...], **said: Any) -> None:
    """Change residents."""
    given = _given(said)
    with run.writing("resident edit") as change:
        found = [search.one(run.book, typed, change.has) for typed in ids]
        for resident in found:
            card = change.get("resident", resident)
            card = actions.edit(card, _changes(card, given, run.now().date()))
            card = _moved(run, change, card, given)
            change.put("resident", card)
            tell_doubts(run, "resident", card)
    for resident in found:
        run.say(_("{resident} is changed").format(resident=resident))


def _changes(card: Record, given: dict[str, Any], today: date) -> dict[str, Any]:
    """Return the fields to set; numbers and flags are added to those there are."""
    fields = intake.fields(given, today)
    details = card.get("private", {})
    if "phone" in given or "no_phone" in given:
        kept = [*details.get("phones", []), *(fields.get("private", {}).get("phones") or [])]
        gone = {phones.parse(one) for one in given.get("no_phone", ())}
        left = [one for one in dict.fromkeys(kept) if one not in gone]
        fields["private"] = {**fields.get("private", {}), "phones": left}
    if "watch" in given or "no_watch" in given:
        kept = [*card.get("watch", []), *(fields.get("watch") or [])]
        gone = set(intake.flags(given.get("no_watch", ())))
        fields["watch"] = [one for one in dict.fromkeys(kept) if one not in gone]
    return fields


def _moved(run: Run, change: Transaction, card: Record, given: dict[str, Any]) -> Record:
    when = _day(given.get("when"), run.now().date())
    if given.get("left"):
        role = intake.relation(given["relation"], None) if given.get("relation") else None
        card = actions.move_out(card, _unit(run, change, given["left"]), role, when)
    if given.get("came"):
        role = intake.relation(given.get("relation"), card.get("kind"))
        card = actions.move_in(card, _unit(run, change, given["came"]), role, when)
    return card


@command(
    help=_("Hand a unit over: one relation ends on the day, another begins. Nothing is erased."),
    examples=(
        "svcctl unit transfer 3-2-1501 --from R-A0123 --to R-A0456 --when 2026-11-01",
        "svcctl unit transfer 3-2-1501 --to R-A0456 --relation tenant --yes",
    ),
)
@click.argument("unit", metavar="UNIT")
@click.option(
    "--from", "leaving", multiple=True, metavar="WHOM",
    help=_("Who leaves; all who hold it if not said. Repeatable."),
)  # fmt: skip
@click.option("--to", "coming", multiple=True, metavar="WHOM", help=_("Who comes. Repeatable."))
@click.option(
    "--relation",
    type=Word(_("relation"), RELATIONS),
    default="owner",
    help=_("What passes over: owner unless said otherwise."),
)
@click.option("--when", metavar="DAY", help=_("The day of it, if not today."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@pass_run
def transfer(
    run: Run, unit: str, leaving: tuple[str, ...], coming: tuple[str, ...], **said: Any
) -> None:
    """Hand a unit over."""
    run.must_write_now()
    book = run.book
    name = units.resolve(unit, book.has, lambda: book.index)
    move = actions.Move(name, said["relation"], _day(said["when"], run.now().date()))
    holders = [one.person for one in search.open_in(book, name, move.role)]
    left = [search.one(book, one, book.has) for one in leaving] or list(dict.fromkeys(holders))
    came = [search.one(book, one, book.has) for one in coming]
    plan = transfers.Plan(move, tuple(left), tuple(came))
    # What cannot be is refused before anybody is asked.
    cards = {one: book.get("resident", one) for one in (*left, *came)}
    actions.transfer([cards[one] for one in left], [cards[one] for one in came], move)
    for words in transfers.summary(book, plan, cards):
        run.say(words)
    _confirm(run, yes=said["yes"])
    with run.writing("unit transfer") as change:
        for card in actions.transfer(
            [change.get("resident", one) for one in left],
            [change.get("resident", one) for one in came],
            move,
        ):
            change.put("resident", card)
    count = len(left) + len(came)
    words = ngettext("{unit}: {count} card changed", "{unit}: {count} cards changed", count)
    run.say(words.format(unit=name, count=count))


def _confirm(run: Run, *, yes: bool) -> None:
    """Go on only if somebody says so.

    Raises:
        RefusedError: Nobody did.
    """
    if yes:
        return
    if not run.interactive:
        raise RefusedError(
            _("a transfer must be confirmed"), _("read the list above, then repeat with --yes")
        )
    if not click.confirm(_("Hand it over?"), err=True):
        raise RefusedError(_("nothing was changed"))

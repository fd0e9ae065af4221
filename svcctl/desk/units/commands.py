"""The commands of units: add, list, show, change. Handing over is with the residents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base import unitid
from svcctl.base.clock import parse_day
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.text import fold_id
from svcctl.desk.residents.relations import who_lives
from svcctl.desk.units import actions
from svcctl.desk.units import intake
from svcctl.desk.units import rules
from svcctl.desk.units import view
from svcctl.desk.units.words import KINDS
from svcctl.desk.units.words import STATES
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


def _fields(function: Callable[..., object]) -> Callable[..., object]:
    """Add the options that say what a unit is."""
    for option in (
        click.option("--area", metavar="M2", help=_("Square metres: 89.50.")),
        click.option("--state", metavar="STATE", help=_("occupied, vacant, 托管, zxz …")),
        click.option("--building", metavar="NAME", help=_("Where a shop or parking space lies.")),
        click.option(
            "--alias",
            multiple=True,
            metavar="NAME",
            help=_("What people also call it; repeatable."),
        ),
        click.option(
            "--meter",
            "meters",
            type=(str, str, str),
            multiple=True,
            metavar="KIND NUMBER BASE",
            help=_("A meter and its base reading (- if unknown); repeatable."),
        ),
        click.option("--when", metavar="DAY", help=_("Day of the base readings, if not today.")),
        note_option,
    ):
        function = option(function)
    return function


@command(
    help=_("Add units, each by the name people use; or many from a file."),
    examples=(
        "svcctl unit new 3栋2单元1501 --area 89.50 --state 未入住",
        "svcctl unit new S-12 --building 3 --meter water W-1207 0",
        "svcctl unit new --from units.csv",
    ),
)
@click.argument("units", nargs=-1, metavar="[UNIT]...")
@_fields
@from_option
@pass_run
def new(run: Run, units: tuple[str, ...], source: str | None, **said: Any) -> None:
    """Add units."""
    if bool(units) == bool(source):
        raise UsageProblem(_("name the units, or a file with --from"))
    made: list[str] = []
    with run.writing("unit new") as change:
        known = {unitid.shape(one): one for one in run.book.index.ids("unit")}
        today = run.now().date()
        if source:
            each_row(
                read_batch(source),
                lambda row: made.append(_add(change, intake.from_row(row, today), known)),
            )
        for typed in units:
            card = _described(actions.new(intake.unit(typed), {}), said, today)
            made.append(_add(change, card, known))
            tell_doubts(run, "unit", card)
    for unit in made:
        run.data(unit)


def _add(change: Transaction, card: Record, known: dict[str, str]) -> str:
    unit = str(card["id"])
    if twin := known.get(unitid.shape(unit)):
        raise RefusedError(
            _("'{unit}' is in the book already, as '{twin}'").format(unit=unit, twin=twin),
            f"svcctl unit show {twin}",
        )
    change.put("unit", card)
    known[unitid.shape(unit)] = unit
    return unit


def _described(card: Record, said: dict[str, Any], today: date) -> Record:
    given = {key: value for key, value in said.items() if value is not None}
    if given.get("alias"):
        given["aliases"] = [*card.get("aliases", []), *given["alias"]]
    card = actions.edit(card, intake.fields(given))
    on = parse_day(given["when"], today) if given.get("when") else today
    for meter in given.get("meters", ()):
        card = actions.with_meter(card, intake.meter(meter, on))
    return card


@command(
    "list",
    help=_("List units by building, entrance and room."),
    examples=("svcctl unit list 3-2 --who", "svcctl unit list --state 空置 --tree"),
)
@click.argument("below", required=False, metavar="[BUILDING[-ENTRANCE]]")
@click.option("--kind", type=Word(_("kind"), KINDS), help=_("Only homes, shops or parking."))
@click.option("--state", type=Word(_("state"), STATES), help=_("Only in this state: 空置 …"))
@click.option("--tree", is_flag=True, help=_("Buildings with their entrances and rooms."))
@click.option("--who", is_flag=True, help=_("With the people of each unit."))
@click.option("--at", metavar="DAY", help=_("The people of that day."))
@format_options
@pass_run
def list_(run: Run, below: str | None, at: str | None, **wanted: Any) -> None:
    """List units."""
    rows = [
        row
        for row in run.book.index.rows("unit")
        if _below(row, below) and all(wanted[key] in (None, row[key]) for key in ("kind", "state"))
    ]
    rows.sort(key=lambda row: unitid.order(row["id"]))
    if wanted["tree"] and run.format == "table":
        for text in view.tree(rows):
            run.data(text)
    elif wanted["who"] or at:
        residents = run.book.index.rows("resident")
        run.rows(view.with_people(rows, residents, _day(run, at)), view.columns(who=True))
    else:
        run.rows(rows, view.columns(who=False))
    run.report_unreadable()


def _below(row: dict[str, Any], said: str | None) -> bool:
    if not said:
        return True
    wanted = re.findall(r"[A-Z0-9]+", fold_id(said))
    own = [row["building"], *([row["entrance"]] if row["entrance"] else []), row["room"]]
    by_id = str(row["id"]).split("-")
    return wanted in (own[: len(wanted)], by_id[: len(wanted)])


def _day(run: Run, said: str | None) -> date:
    today = run.now().date()
    return parse_day(said, today) if said else today


@command(
    help=_("Show units: what they are, who lives there, and their whole story."),
    examples=("svcctl unit show 3栋2单元1501", "svcctl unit show 3-2-1501 --at 2025-03-01"),
)
@ids_argument
@click.option("--at", metavar="DAY", help=_("Who lived there on that day."))
@format_options
@pass_run
def show(run: Run, ids: tuple[str, ...], at: str | None) -> None:
    """Show units."""
    day = _day(run, at)
    for typed in ids:
        unit = rules.resolve(typed, run.book.has, lambda: run.book.index)
        record = run.book.get("unit", unit)
        index = run.book.index
        residents = index.rows(
            "resident",
            ids=[one[2] for one in index.backlinks("unit", unit) if one[1] == "resident"],
        )
        people = who_lives(residents, unit, day)
        events = view.story(unit, residents, index.rows("ticket", unit=unit), run.zone)
        shown = {
            **record,
            "people": [
                {"resident": one.person, "name": one.name, "as": one.role}
                | {"since": one.since, "until": one.until}
                for one in people
            ],
            "story": [event._asdict() for event in events],
        }
        run.one(shown, view.lines(record, people, day, events))
    run.report_unreadable()


@command(
    help=_("Change units; an empty word clears a field."),
    examples=("svcctl unit edit 3-2-1501 --state 装修中", 'svcctl unit edit 3-2-1501 --note ""'),
)
@ids_argument
@_fields
@click.option("--no-alias", multiple=True, metavar="NAME", help=_("A name no longer used."))
@pass_run
def edit(run: Run, ids: tuple[str, ...], no_alias: tuple[str, ...], **said: Any) -> None:
    """Change units."""
    with run.writing("unit edit") as change:
        for typed in ids:
            unit = rules.resolve(typed, change.has, lambda: run.book.index)
            card = _described(change.get("unit", unit), said, run.now().date())
            kept = [alias for alias in card.get("aliases", []) if alias not in no_alias]
            card = actions.edit(card, {"aliases": kept})
            change.put("unit", card)
            tell_doubts(run, "unit", card)
            run.say(_("{unit} is changed").format(unit=unit))

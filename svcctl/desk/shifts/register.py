"""`svcctl shift line` and `done`: the work log and the night record (REC-06, REC-07, REC-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base import phones
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.text import shortened
from svcctl.desk.residents import callers
from svcctl.desk.shifts import actions
from svcctl.desk.shifts import doing
from svcctl.desk.shifts import hours
from svcctl.desk.shifts import intake
from svcctl.desk.shifts.words import LINE_CHOICES
from svcctl.desk.shifts.words import REMARK
from svcctl.term.options import Word
from svcctl.term.options import command
from svcctl.term.options import note_option
from svcctl.term.options import pass_run
from svcctl.term.options import when_option

if TYPE_CHECKING:
    from svcctl.base.record import Deed
    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.term.context import Run


@command(
    help=_(
        "Write a line into the work log or night record: what came in and was seen. "
        "What is not done by the end of the night becomes a ticket."
    ),
    examples=(
        'svcctl shift line 报修 3-2-1501 "厨房漏水" --name 孙丽 --phone 13800138000',
        'svcctl shift line "楼道灯不亮" --place "5 栋 2 楼" --done "已换灯泡"',
        'svcctl shift line 记事 "23:00 巡查一遍,正常"',
    ),
)
@click.argument("words", nargs=-1, required=True, metavar='[KIND] [UNIT] "WORDS"')
@click.option("--kind", type=Word(_("kind"), LINE_CHOICES))
@click.option("--unit", metavar="UNIT", help=_("The unit it is about."))
@click.option("--place", metavar="WORDS", help=_("Where, if it is not about one unit."))
@click.option("--name", metavar="NAME", help=_("Who says it, as they say it."))
@click.option("--phone", metavar="NUMBER", help=_("Number to call back; kept with the resident."))
@click.option("--resident", metavar="ID", help=_("Who says it, if the book knows them."))
@click.option("--channel", metavar="CHANNEL", help=_("How it came: phone, visit, 微信 …"))
@click.option("--urgent", is_flag=True, help=_("It cannot wait."))
@click.option("--done", metavar="RESULT", help=_("What came of it; nothing is left to do."))
@note_option
@when_option
@pass_run
def line(run: Run, words: tuple[str, ...], when: str | None, **said: Any) -> None:
    """Write down a line."""
    given = intake.spoken(words) | {key: value for key, value in said.items() if value}
    given = shortened(intake.with_number(given))
    if given.get("resident") and not run.book.has("resident", given["resident"]):
        raise UsageProblem(
            _("there is no {kind} '{id}'").format(kind=_("resident"), id=given["resident"])
        )
    deed = run.deed(when)
    with run.writing("shift line") as change:
        record = _shift(run, change, deed)
        fields = intake.line(given, _unit(run), _policy(run, deed).options("channel"))
        if given.get("phone"):
            fields |= _caller(run, change, given)
        record = actions.line(record, deed, fields, str(given.get("note") or ""))
        name = str(record["log"][-1]["n"])
        if given.get("done"):
            record = actions.done(record, deed._replace(when=deed.at), name, str(given["done"]))
        change.put("shift", record)
    run.data(f"{record['id']}/{name}")
    _say_open(run, record, name, fields, done=bool(given.get("done")))


def _policy(run: Run, deed: Deed) -> Any:
    return run.book.handbook.policy(deed.when.date())


def _shift(run: Run, change: Transaction, deed: Deed) -> Record:
    """Return the shift that is open here; one is begun if there is none: a line is never lost."""
    records = doing.of_desk(run, deed.at)
    if found := doing.current(run, records, deed.at, deed.by):
        return change.get("shift", str(found["id"]))
    now = deed._replace(when=deed.at)
    span = hours.upcoming(_policy(run, now), deed.at)
    return actions.start(change.mint("shift", span.day), now, span.name, span.day)


def _unit(run: Run) -> Any:
    def unit(typed: str) -> str:
        from svcctl.desk.units import rules as units  # only where a unit is named

        return units.resolve(typed, run.book.has, lambda: run.book.index)

    return unit


def _caller(run: Run, change: Transaction, said: dict[str, Any]) -> dict[str, Any]:
    """Keep the number with the resident who has it, or with a new card; return who that is."""
    number = phones.parse(str(said["phone"]))
    if resident := said.get("resident"):
        if more := callers.with_number(change.get("resident", resident), number):
            change.put("resident", more)
        return {}
    index = run.book.index
    found = index.rows("resident", ids=index.search("resident", [number]))
    fits = callers.fitting(said, found)
    if len(fits) > 1:
        return {}
    if fits:
        return {"resident": fits[0]}
    card = callers.stranger(change.mint("resident"), said)
    change.put("resident", card)
    return {"resident": card["id"]}


def _say_open(run: Run, record: Record, name: str, fields: dict[str, Any], *, done: bool) -> None:
    if fields.get("unit_said"):
        run.say(_("the book has no one unit '{said}'").format(said=fields["unit_said"]))
    if done or fields["kind"] == REMARK:
        return
    ways = {"done": f'svcctl shift done {name} "…"', "ticket": f"svcctl shift convert {name}"}
    if fields.get("urgent"):
        run.say(_("urgent: {done}, or at once {ticket}").format(**ways))
    elif record.get("name") == "night":
        run.say(_("open until the handover: {done}, else {ticket}").format(**ways))


@command(
    help=_("Say what came of lines of the work log; nothing is left to do about them."),
    examples=('svcctl shift done 3A "已修好"', 'svcctl shift done A01/3A A01/4A "已答复"'),
)
@click.argument("given", nargs=-1, required=True, metavar='LINE... "RESULT"')
@when_option
@pass_run
def done(run: Run, given: tuple[str, ...], when: str | None) -> None:
    """Close lines."""
    *lines, result = given
    if not lines:
        raise UsageProblem(_("name the lines, then say what came of it"))
    deed = run.deed(when)
    with run.writing("shift done") as change:
        for said in lines:
            shift, name = doing.find_line(run, said, deed.when)
            record = actions.done(change.get("shift", shift), deed, name, result)
            change.put("shift", record)
    for said in lines:
        run.say(_("{line}: done").format(line=said))

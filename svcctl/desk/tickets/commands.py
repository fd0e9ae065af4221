"""The commands of a ticket's life at the terminal; each is one act of `rules.ACTIONS`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.desk.tickets import actions
from svcctl.desk.tickets import intake
from svcctl.desk.tickets import view
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.desk.tickets.words import STATUS_CHOICES
from svcctl.term.batch import each_row
from svcctl.term.batch import from_option
from svcctl.term.batch import read_batch
from svcctl.term.options import Word
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import ids_argument
from svcctl.term.options import note_option
from svcctl.term.options import pass_run
from svcctl.term.options import when_option
from svcctl.term.options import why_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from svcctl.base.choice import Choice
    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.term.context import Run


def _handbook_list(name: str) -> Any:
    def choices(run: Run) -> Iterable[Choice]:
        return run.book.handbook.policy(run.now().date()).options(name)

    return choices


CHANNEL = Word(_("channel"), _handbook_list("channel"))
DEPARTMENT = Word(_("department"), _handbook_list("department"))


@command(
    help=_("Register what came in: a kind and a few words are enough."),
    examples=(
        'svcctl log complaint 3-2-1501 "电梯困人" --phone 13800138000 --urgent',
        'svcctl log 报修 3栋2单元1501 "厨房漏水"',
        "svcctl log --from night.csv",
    ),
)
@click.argument("kind", required=False, metavar="[KIND]")
@click.argument("words", nargs=-1, metavar='[UNIT] ["WORDS"]')
@click.option("--name", metavar="NAME", help=_("Who says it, as they say it."))
@click.option("--phone", metavar="NUMBER", help=_("Number to call back; kept with the resident."))
@click.option("--resident", metavar="ID", help=_("Who says it, if the book knows them."))
@click.option("--place", metavar="WORDS", help=_("Where, if it is not about one unit."))
@click.option("--channel", metavar="CHANNEL", help=_("How it came: phone, visit, 微信 …"))
@click.option("--severity", metavar="SEVERITY", help=_("For a complaint: major, important, minor."))
@click.option("--urgent", is_flag=True, help=_("It cannot wait."))
@click.option("--wanted", metavar="DAY", help=_("By when the resident asked for it."))
@click.option("--demand", metavar="WORDS", help=_("What the resident asks for."))
@click.option("--department", metavar="DEPARTMENT", help=_("Hand it on at once."))
@note_option
@why_option
@when_option
@from_option
@pass_run
def log(run: Run, /, source: str | None, words: tuple[str, ...], **said: Any) -> None:
    """Register one matter, or many from a file."""
    if source and (given := sorted(key for key, value in said.items() if value) or words):
        raise click.UsageError(
            _("'{given}' cannot go with --from; write it into the lines").format(given=given[0])
        )
    rows = read_batch(source) if source else [(1, _spoken(run, words, said))]
    made: list[Record] = []
    strangers: list[dict[str, Any]] = []
    with run.writing("log") as change:
        if source:
            each_row(rows, lambda row: made.append(_register(run, change, row, strangers)))
        else:
            made.append(_register(run, change, rows[0][1], strangers))
    for ticket in made:
        run.data(ticket["id"])
    if source:
        run.say(
            ngettext("{count} registered", "{count} registered", len(made)).format(count=len(made))
        )
    elif run.interactive:
        run.say(view.next_step(made[0]))


def _spoken(run: Run, words: tuple[str, ...], said: dict[str, Any]) -> dict[str, Any]:
    """Return what was said on the command line; asks for what is missing if somebody is there."""
    if len(words) > 2:
        raise click.UsageError(_("put the words in quotation marks"))
    spoken = {key: value for key, value in said.items() if value}
    if words:
        spoken["words"] = words[-1]
    if len(words) > 1:
        spoken["unit"] = words[0]
    if run.interactive:
        _ask(spoken)
    return spoken


def _ask(spoken: dict[str, Any]) -> None:
    if not spoken.get("kind"):
        known = " ".join(choice.zh or choice.key for choice in KIND_CHOICES)
        spoken["kind"] = click.prompt(f"{_('kind')} ({known})", err=True)
    if not spoken.get("words"):
        spoken["unit"] = click.prompt(_("unit, as said"), default="", show_default=False, err=True)
        spoken["words"] = click.prompt(_("what is it about"), err=True)


def _register(
    run: Run, change: Transaction, said: dict[str, Any], strangers: list[dict[str, Any]]
) -> Record:
    said = intake.shortened(said)
    deed = run.deed(str(said["when"]) if said.get("when") else None)
    if said.get("by"):
        deed = deed._replace(by=run.book.resolve("staff", str(said["by"]), run.now()))
    policy = run.book.handbook.policy(deed.when.date())
    actions.refuse_late_entry(deed, policy, said.get("why") or "")
    known = intake.Knowledge(run.book.has, policy, run.now().date())
    spoken = {key: value for key, value in said.items() if key not in ("when", "why", "note", "by")}
    fields = intake.fields(spoken, known)
    if said.get("phone") and fields.get("resident"):
        _keep_number(change, fields["resident"], said["phone"])
    elif said.get("phone"):
        fields["resident"] = _caller(run, change, said, strangers)
    ticket = actions.register(
        change.mint("ticket", deed.at.date()),
        deed,
        fields,
        note=str(said.get("note") or ""),
        why=str(said.get("why") or ""),
    )
    change.put("ticket", ticket)
    return ticket


def _caller(
    run: Run, change: Transaction, said: dict[str, Any], strangers: list[dict[str, Any]]
) -> str | None:
    """Return the resident whose number was given; a new card holds it if nobody has it yet.

    None if several have it and the name does not tell which.

    Args:
        strangers: Cards made earlier in this run; one number gets one card.
    """
    number = intake.number(said["phone"])
    found = run.book.index.rows("resident", ids=run.book.index.search("resident", [number]))
    found += [card for card in strangers if number in card["private"]["phones"]]
    fits = intake.callers(said, found)
    if fits:
        return fits[0] if len(fits) == 1 else None
    card = intake.stranger(change.mint("resident"), said)
    change.put("resident", card)
    strangers.append(card)
    return str(card["id"])


def _keep_number(change: Transaction, resident: str, phone: object) -> None:
    """Keep a number with the resident who gave it: the ticket shows only a mask of it."""
    card = change.get("resident", resident)
    if more := intake.with_number(card, phone):
        change.put("resident", more)


@command(
    "list",
    help=_("List tickets, the newest last."),
    examples=(
        "svcctl ticket list --open",
        "svcctl ticket list --unit 3-2-1501 --format csv -o a.csv",
    ),
)
@click.option("--open/--ended", "open_", default=None, help=_("Only open or only ended tickets."))
@click.option("--kind", type=Word(_("kind"), KIND_CHOICES))
@click.option("--status", type=Word(_("status"), STATUS_CHOICES))
@click.option("--severity", type=Word(_("severity"), SEVERITY_CHOICES))
@click.option("--department", type=DEPARTMENT)
@click.option("--assignee", metavar="NAME")
@click.option("--unit", metavar="UNIT")
@click.option("--urgent", is_flag=True, default=None)
@click.option("--since", metavar="DAY", help=_("Opened on this day or later."))
@click.option("--until", metavar="DAY", help=_("Opened on this day or earlier."))
@click.option("--find", metavar="WORDS", help=_("Whose subject, caller or place has these words."))
@format_options
@pass_run
def list_(run: Run, /, **wanted: Any) -> None:
    """List tickets."""
    run.rows(view.listed(run.book.index, wanted, run.now()), view.columns())
    run.report_unreadable()


@command(
    help=_("Show tickets: the header and what was done, in order."),
    examples=("svcctl ticket show A07",),
)
@ids_argument
@format_options
@pass_run
def show(run: Run, ids: tuple[str, ...]) -> None:
    """Show tickets."""
    for name in ids:
        record = run.book.get("ticket", run.book.resolve("ticket", name, run.now()))
        run.one(record, view.page(record, run.zone))


def _each(
    run: Run,
    ids: tuple[str, ...],
    did: str,
    said: dict[str, Any],
    fields: dict[str, Any] | None = None,
) -> None:
    """Do one act to each of some tickets, in one transaction."""
    when = said.pop("when", None)
    done: list[Record] = []
    with run.writing(f"ticket {did}") as change:
        deed = run.deed(when)
        policy = run.book.handbook.policy(deed.when.date())
        actions.refuse_late_entry(deed, policy, said.get("why") or "")
        for name in ids:
            ticket = change.get("ticket", run.book.resolve("ticket", name, run.now()))
            ticket = actions.act(ticket, deed, did, fields, **said)
            change.put("ticket", ticket)
            done.append(ticket)
    for ticket in done:
        run.say(view.outcome(ticket, did))


@command(
    help=_("Write down something about tickets."),
    examples=('svcctl ticket note A07 "住户下午在家"',),
)
@click.argument("name", metavar="ID")
@click.argument("note", metavar="WORDS")
@when_option
@why_option
@pass_run
def note(run: Run, /, name: str, **said: Any) -> None:
    """Add a note."""
    _each(run, (name,), "note", said)


@command(
    help=_("Hand tickets to a department or a colleague."),
    examples=("svcctl ticket assign A07 --to 工程部", "svcctl ticket assign A07 --to li.na"),
)
@ids_argument
@click.option("--to", required=True, metavar="WHOM", help=_("A department or a colleague's id."))
@note_option
@when_option
@why_option
@pass_run
def assign(run: Run, /, ids: tuple[str, ...], to: str, **said: Any) -> None:
    """Hand tickets on."""
    departments = run.book.handbook.policy(run.now().date()).options("department")
    fields: dict[str, Any]
    if run.book.has("staff", to):
        fields = {"assignee": to}
    else:
        fields = {"department": intake.option(to, departments, _("department or colleague"))}
    _each(run, ids, "assign", said, fields)


@command(
    help=_("Write down what the resident was answered; --final for the clear answer."),
    examples=('svcctl ticket answer A07 "工程部今天下午到场" --final',),
)
@click.argument("name", metavar="ID")
@click.argument("note", metavar="WORDS")
@click.option("--final", is_flag=True, help=_("It is the clear answer, not only a first reply."))
@click.option("--via", type=CHANNEL, help=_("How: phone, visit, 微信 …"))
@when_option
@why_option
@pass_run
def answer(run: Run, /, name: str, **said: Any) -> None:
    """Record an answer."""
    _each(run, (name,), "answer", said)


@command(
    help=_("The work is done; say with what result."),
    examples=('svcctl ticket done A07 "更换门机,试运行正常"',),
)
@click.argument("name", metavar="ID")
@click.argument("note", metavar="WORDS")
@when_option
@why_option
@pass_run
def done(run: Run, /, name: str, **said: Any) -> None:
    """Finish the work."""
    _each(run, (name,), "done", said)


@command(
    help=_("The resident was told the result."), examples=("svcctl ticket tell A07 --via phone",)
)
@ids_argument
@click.option("--via", type=CHANNEL, help=_("How: phone, visit, 微信 …"))
@note_option
@when_option
@why_option
@pass_run
def tell(run: Run, /, ids: tuple[str, ...], **said: Any) -> None:
    """Record that the result was told."""
    _each(run, ids, "tell", said)


@command(help=_("File tickets that are done and told."), examples=("svcctl ticket close A07",))
@ids_argument
@note_option
@when_option
@why_option
@pass_run
def close(run: Run, /, ids: tuple[str, ...], **said: Any) -> None:
    """Close tickets."""
    _each(run, ids, "close", said)


@command(help=_("Take tickets up again."), examples=('svcctl ticket reopen A07 --why "又漏了"',))
@ids_argument
@click.option("--why", required=True, metavar="REASON", help=_("The reason."))
@when_option
@pass_run
def reopen(run: Run, /, ids: tuple[str, ...], **said: Any) -> None:
    """Reopen tickets."""
    _each(run, ids, "reopen", said)


@command(
    help=_("Cancel tickets; their numbers stay."),
    examples=('svcctl ticket cancel A07 --why "住户撤回"',),
)
@ids_argument
@click.option("--why", required=True, metavar="REASON", help=_("The reason."))
@when_option
@pass_run
def cancel(run: Run, /, ids: tuple[str, ...], **said: Any) -> None:
    """Cancel tickets."""
    _each(run, ids, "cancel", said)


@command(
    help=_("Correct the header of a ticket, or complete what was unknown."),
    examples=("svcctl ticket edit A07 --unit 3-2-1501", "svcctl ticket edit A07 --severity 重大"),
)
@click.argument("name", metavar="ID")
@click.option("--kind", type=Word(_("kind"), KIND_CHOICES))
@click.option("--subject", metavar="WORDS")
@click.option("--severity", type=Word(_("severity"), SEVERITY_CHOICES))
@click.option("--urgent/--not-urgent", default=None)
@click.option("--unit", metavar="UNIT")
@click.option("--place", metavar="WORDS")
@click.option("--resident", metavar="ID")
@click.option("--name", "caller", metavar="NAME")
@click.option("--channel", type=CHANNEL)
@click.option("--wanted", metavar="DAY")
@click.option("--demand", metavar="WORDS")
@why_option
@pass_run
def edit(run: Run, /, name: str, why: str | None, **said: Any) -> None:
    """Correct a ticket."""
    given = {key: value for key, value in said.items() if value is not None}
    with run.writing("ticket edit") as change:
        ticket = change.get("ticket", run.book.resolve("ticket", name, run.now()))
        fields = intake.corrections(given, change.has, run.now().date())
        ticket = actions.edit(ticket, run.deed(), fields, why=why or "")
        change.put("ticket", ticket)
    run.say(view.outcome(ticket, "edit"))

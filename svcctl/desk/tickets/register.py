"""`svcctl log`: registering what came in, at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import click

from svcctl.base import phones
from svcctl.base.clock import length
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.base.text import shortened
from svcctl.desk.residents import callers
from svcctl.desk.tickets import actions
from svcctl.desk.tickets import intake
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.term.batch import each_row
from svcctl.term.batch import from_option
from svcctl.term.batch import read_batch
from svcctl.term.doubts import tell_doubts
from svcctl.term.options import command
from svcctl.term.options import note_option
from svcctl.term.options import pass_run
from svcctl.term.options import when_option
from svcctl.term.options import why_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from svcctl.base.record import Deed
    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.handbook.lookup import Policy
    from svcctl.term.context import Run


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
@click.option("--category", metavar="CATEGORY", help=_("What it is about: leak, 电梯, safety …"))
@click.option(
    "--concerned", metavar="DEPARTMENT", help=_("The department that a complaint is about.")
)
@click.option("--accused", metavar="NAME", help=_("The person that a complaint is about."))
@click.option("--convenient", metavar="WORDS", help=_("When somebody is home."))
@click.option("--warranty", is_flag=True, help=_("Within the warranty."))
@click.option("--urgent", is_flag=True, help=_("It cannot wait."))
@click.option("--wanted", metavar="DAY", help=_("By when the resident asked for it."))
@click.option("--demand", metavar="WORDS", help=_("What the resident asks for."))
@click.option("--department", metavar="DEPARTMENT", help=_("Hand it on at once."))
@click.option("--incident", metavar="ID", help=_("The incident it is part of; with --from, all."))
@note_option
@why_option
@when_option
@from_option
@pass_run
def log(run: Run, /, source: str | None, words: tuple[str, ...], **said: Any) -> None:
    """Register one matter, or many from a file."""
    if source and (given := sorted(_not_for_all(said)) or words):
        raise click.UsageError(
            _("'{given}' cannot go with --from; write it into the lines").format(given=given[0])
        )
    rows = read_batch(source) if source else [(1, _spoken(run, words, said))]
    if source and said["incident"]:
        rows = [(number, {"incident": said["incident"], **row}) for number, row in rows]
    with run.writing("log") as change:
        if source:
            made = _register_many(run, change, rows)
        else:
            draft = _draft(run, change, run.deed(), rows[0][1], [])
            made = [_register(change, draft, change.mint("ticket", draft.deed.at.date()))]
    for ticket in made:
        run.data(ticket["id"])
        _say_unknown_unit(run, ticket)
        tell_doubts(run, "ticket", ticket)
    if source:
        run.say(
            ngettext("{count} registered", "{count} registered", len(made)).format(count=len(made))
        )
    elif run.interactive:
        _say_what_follows(run, made[0])


def _not_for_all(said: Mapping[str, Any]) -> list[str]:
    """Return the options that were used and cannot hold for all lines of a batch."""
    return [key for key, value in said.items() if value and key != "incident"]


def _say_what_follows(run: Run, ticket: Record) -> None:
    """Tell a person who waits which tickets may be the same matter, and what is owed first."""
    from svcctl.desk.tickets import view  # for a person who waits

    for row in _likely_doubles(run, ticket) if not ticket.get("incident") else ():
        step = f"svcctl ticket duplicate {ticket['id']} --of {row['id']}"
        if row.get("incident"):
            step = f"svcctl ticket incident add {row['incident']} {ticket['id']}"
        run.say(
            _("perhaps the same as {other} {where} {subject}: {step}").format(
                other=row["id"],
                where=row.get("where", ""),
                subject=row.get("subject", ""),
                step=step,
            )
        )
    for line in view.next_step(ticket, lambda: run.book.handbook, run.now()):
        run.say(line)


def _likely_doubles(run: Run, ticket: Record) -> list[Mapping[str, Any]]:
    """Return the rows of tickets that may be the same matter; the policy says how far back."""
    from svcctl.desk.tickets import doubles  # for a person who waits

    now = run.now()
    back = run.book.handbook.policy(now.date()).setting("time", "doubles", doubles.BACK)
    if back == "off":
        return []
    since = int((now - length(back)).timestamp())
    index = run.book.index
    rows = [*index.rows("ticket", open=True), *index.rows("ticket", since=since)]
    return doubles.likely(rows, ticket, now, back)


def _say_unknown_unit(run: Run, ticket: Record) -> None:
    if ticket.get("unit_said") and not ticket.get("unit"):
        run.say(
            _(
                "the book has no one unit '{said}'; when it is known: "
                "svcctl ticket edit {id} --unit …"
            ).format(said=ticket["unit_said"], id=ticket["id"])
        )


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


class _Draft(NamedTuple):
    """A ticket but for its number."""

    deed: Deed
    fields: dict[str, Any]
    note: str
    why: str


def _register_many(
    run: Run, change: Transaction, rows: list[tuple[int, dict[str, Any]]]
) -> list[Record]:
    """Register what lines of a file say; the numbers are reserved all at once."""
    strangers: list[dict[str, Any]] = []
    drafts: list[_Draft] = []
    made: list[Record] = []
    deed = run.deed()
    each_row(
        rows,
        lambda row: drafts.append(_draft(run, change, deed, intake.renamed(row), strangers)),
    )
    names = change.mint_many("ticket", [one.deed.at.date() for one in drafts])
    lines = [number for number, _row in rows]
    named = zip(lines, zip(drafts, names, strict=True), strict=True)
    each_row(named, lambda both: made.append(_register(change, *both)))
    return made


def _register(change: Transaction, draft: _Draft, name: str) -> Record:
    handed = {key: value for key in _HANDED if (value := draft.fields.get(key))}
    fields = {key: value for key, value in draft.fields.items() if key not in _HANDED}
    ticket = actions.register(name, draft.deed, fields, note=draft.note, why=draft.why)
    if handed:
        ticket = actions.act(ticket, draft.deed, "assign", handed)
    change.put("ticket", ticket)
    return ticket


_HANDED = ("department", "assignee")
"""What is handed on at once is so by an entry of its own: from then on the department owes."""


def _draft(
    run: Run,
    change: Transaction,
    deed: Deed,
    said: dict[str, Any],
    strangers: list[dict[str, Any]],
) -> _Draft:
    """Return the ticket that was said; `deed` is one of now."""
    said = shortened(said)
    if said.get("when"):
        deed = deed._replace(when=run.moment(str(said["when"])))
    if said.get("by"):
        deed = deed._replace(by=_who(run, str(said["by"]), deed))
    policy = run.book.handbook.policy(deed.when.date())
    actions.refuse_late_entry(deed, policy, said.get("why") or "")
    known = knowledge(run, policy)
    spoken = {key: value for key, value in said.items() if key not in ("when", "why", "note", "by")}
    if said.get("incident"):
        spoken["incident"] = run.book.resolve("incident", str(said["incident"]), run.now())
        spoken.setdefault("category", change.get("incident", spoken["incident"]).get("category"))
    fields = intake.fields(spoken, known)
    intake.refuse_early(fields["wanted"], deed.when.date())
    if said.get("phone") and fields.get("resident"):
        _keep_number(change, fields["resident"], said["phone"])
    elif said.get("phone"):
        fields["resident"] = _caller(run, change, said, strangers)
    return _Draft(deed, fields, str(said.get("note") or ""), str(said.get("why") or ""))


def _who(run: Run, said: str, deed: Deed) -> str:
    """Return the colleague who took a matter down; they worked here on that day."""
    from svcctl.desk.staff import rules as staff  # only where a line names who

    person = run.book.resolve("staff", said, run.now())
    staff.refuse_absent(run.book.get("staff", person), deed.when.date())
    return person


def knowledge(run: Run, policy: Policy) -> intake.Knowledge:
    """Return what intake may ask about the book; the index is opened only for an unknown name."""
    book = run.book

    def unit(typed: str) -> str:
        from svcctl.desk.units import rules as units  # only where a unit is named

        return units.resolve(typed, book.has, lambda: book.index)

    return intake.Knowledge(book.has, unit, policy, run.now().date())


def _caller(
    run: Run, change: Transaction, said: dict[str, Any], strangers: list[dict[str, Any]]
) -> str | None:
    """Return the resident whose number was given; a new card holds it if nobody has it yet.

    None if several have it and the name does not tell which.

    Args:
        strangers: Cards made earlier in this run; one number gets one card.
    """
    number = phones.parse(str(said["phone"]))
    found = run.book.index.rows("resident", ids=run.book.index.search("resident", [number]))
    found += [card for card in strangers if number in card["private"]["phones"]]
    fits = callers.fitting(said, found)
    if fits:
        return fits[0] if len(fits) == 1 else None
    card = callers.stranger(change.mint("resident"), said)
    change.put("resident", card)
    strangers.append(card)
    return str(card["id"])


def _keep_number(change: Transaction, resident: str, phone: object) -> None:
    """Keep a number with the resident who gave it: the ticket shows only a mask of it."""
    card = change.get("resident", resident)
    if more := callers.with_number(card, phone):
        change.put("resident", more)

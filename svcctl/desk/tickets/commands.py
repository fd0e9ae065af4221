"""The commands of a ticket's life at the terminal; each is one act of `rules.ACTIONS`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.errors import NotFoundError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.desk.tickets import actions
from svcctl.desk.tickets import intake
from svcctl.desk.tickets import view
from svcctl.desk.tickets.register import knowledge
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.term.options import Word
from svcctl.term.options import command
from svcctl.term.options import ids_argument
from svcctl.term.options import note_option
from svcctl.term.options import open_list
from svcctl.term.options import pass_run
from svcctl.term.options import when_option
from svcctl.term.options import why_option
from svcctl.term.options import with_stdin

if TYPE_CHECKING:
    from collections.abc import Callable

    from svcctl.base.record import Record
    from svcctl.term.context import Run

CHANNEL = open_list("channel", _("channel"))


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


def _words_argument(function: Callable[..., object]) -> Callable[..., object]:
    """Add `ID... "WORDS"` as `given: tuple[str, ...]`: the last one is what is said of all."""
    return click.argument("given", nargs=-1, required=True, metavar='ID... "WORDS"')(function)


def _with_words(run: Run, given: tuple[str, ...], did: str, said: dict[str, Any]) -> None:
    """Do one act that needs words; asks for them if somebody is there."""
    *ids, words = given if len(given) > 1 else (*given, "")
    if not words and run.interactive:
        words = click.prompt(_("in words"), err=True)
    _each(run, tuple(with_stdin(ids)), did, {**said, "note": words})


@command(
    help=_("Write down something about tickets."),
    examples=(
        'svcctl ticket note A07 "住户下午在家"',
        'svcctl ticket list --open --format ids | svcctl ticket note - "已在晨会通报"',
    ),
)
@_words_argument
@when_option
@why_option
@pass_run
def note(run: Run, /, given: tuple[str, ...], **said: Any) -> None:
    """Add a note."""
    _with_words(run, given, "note", said)


@command(
    help=_("Hand tickets to a department or a colleague."),
    examples=("svcctl ticket assign A07 --to 工程部", "svcctl ticket assign A07 --to li.na"),
)
@ids_argument
@click.option(
    "--to", required=True, metavar="WHOM", help=_("A department, or a colleague's id or name.")
)
@note_option
@when_option
@why_option
@pass_run
def assign(run: Run, /, ids: tuple[str, ...], to: str, **said: Any) -> None:
    """Hand tickets on."""
    _each(run, ids, "assign", said, _receiver(run, to))


def _receiver(run: Run, to: str) -> dict[str, Any]:
    """Return the field for a department (key, word, initials) or a colleague (id, name)."""
    if run.book.has("staff", to):
        return {"assignee": to}
    departments = run.book.handbook.policy(run.now().date()).options("department")
    try:
        return {"department": intake.option(to, departments, _("department or colleague"))}
    except UsageProblem as problem:
        try:
            return {"assignee": run.book.resolve("staff", to, run.now())}
        except NotFoundError:
            raise problem from None


@command(
    help=_("Write down what the resident was answered; --final for the clear answer."),
    examples=('svcctl ticket answer A07 "工程部今天下午到场" --final',),
)
@_words_argument
@click.option("--final", is_flag=True, help=_("It is the clear answer, not only a first reply."))
@click.option("--via", type=CHANNEL, help=_("How: phone, visit, 微信 …"))
@when_option
@why_option
@pass_run
def answer(run: Run, /, given: tuple[str, ...], **said: Any) -> None:
    """Record an answer."""
    _with_words(run, given, "answer", said)


@command(
    help=_("The work is done; say with what result."),
    examples=('svcctl ticket done A07 "更换门机,试运行正常"',),
)
@_words_argument
@when_option
@why_option
@pass_run
def done(run: Run, /, given: tuple[str, ...], **said: Any) -> None:
    """Finish the work."""
    _with_words(run, given, "done", said)


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
@click.option("--subject", metavar="WORDS", help=_("What it is about."))
@click.option("--severity", type=Word(_("severity"), SEVERITY_CHOICES))
@click.option("--urgent/--not-urgent", default=None, help=_("It cannot wait."))
@click.option("--unit", metavar="UNIT", help=_("The unit it is about."))
@click.option("--place", metavar="WORDS", help=_("Where, if it is not about one unit."))
@click.option("--resident", metavar="ID", help=_("Who says it, if the book knows them."))
@click.option("--name", "caller", metavar="NAME", help=_("Who says it, as they say it."))
@click.option("--channel", type=CHANNEL)
@click.option("--wanted", metavar="DAY", help=_("By when the resident asked for it."))
@click.option("--demand", metavar="WORDS", help=_("What the resident asks for."))
@when_option
@why_option
@pass_run
def edit(run: Run, /, name: str, when: str | None, why: str | None, **said: Any) -> None:
    """Correct a ticket."""
    given = {key: value for key, value in said.items() if value is not None}
    with run.writing("ticket edit") as change:
        ticket = change.get("ticket", run.book.resolve("ticket", name, run.now()))
        deed = run.deed(when)
        policy = run.book.handbook.policy(deed.when.date())
        actions.refuse_late_entry(deed, policy, why or "")
        known = knowledge(run, policy)
        ticket = actions.edit(ticket, deed, intake.corrections(given, known), why=why or "")
        change.put("ticket", ticket)
    run.say(view.outcome(ticket, "edit"))

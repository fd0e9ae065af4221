"""`svcctl callback record`: what came of return calls (VIS-04, VIS-06, VIS-12, VIS-16)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import click

from svcctl.base import i18n
from svcctl.base import private
from svcctl.base import text
from svcctl.base.choice import Choice
from svcctl.base.choice import resolve
from svcctl.base.entry import next_name
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import N_
from svcctl.base.i18n import _
from svcctl.desk.staff import rules as staff
from svcctl.desk.tickets import actions
from svcctl.desk.tickets import calls
from svcctl.desk.tickets import view
from svcctl.desk.tickets.doing import all_of
from svcctl.desk.tickets.doing import bounds
from svcctl.desk.tickets.facts import facts
from svcctl.desk.tickets.rates import CALLBACK
from svcctl.desk.tickets.runs import policy_of
from svcctl.desk.tickets.words import OUTCOME_CHOICES
from svcctl.desk.tickets.words import WAY_CHOICES
from svcctl.term.batch import each_row
from svcctl.term.batch import from_option
from svcctl.term.batch import read_batch
from svcctl.term.options import command
from svcctl.term.options import note_option
from svcctl.term.options import pass_run
from svcctl.term.options import when_option
from svcctl.term.options import why_option
from svcctl.term.options import with_stdin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from svcctl.base.errors import SvcctlError
    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.desk.tickets.needs import Bounds
    from svcctl.term.context import Run

_COLUMN_CHOICES = (
    Choice("id", "编号"),
    Choice("outcome", "结果"),
    Choice("score", "评分"),
    Choice("note", "备注", "", "", ("意见",)),
    Choice("by", "方式"),
    Choice("second", "同行"),
    Choice("when", "时间"),
    Choice("why", "原因"),
)
"""The columns of a batch for `callback record --from`."""

_SCORES = "12345"
_LONGEST_WORDS = 120


@command(
    help=_("Record what came of return calls; who is not satisfied has the work done again."),
    examples=(
        "svcctl callback record A07 satisfied --score 5",
        'svcctl callback record A07 不满意 --note "又漏了"',
        "svcctl callback record A07 A08 未联系上",
        "svcctl callback record A07 满意 --by visit --second li.na",
        "svcctl callback record --from calls.csv",
    ),
)
@click.argument("given", nargs=-1, metavar="[ID... OUTCOME]")
@click.option("--score", type=click.IntRange(1, 5), help=_("How satisfied: 1 to 5."))
@note_option
@click.option("--by", metavar="WAY", help=_("phone or visit, 电话 or 上门."))
@click.option("--second", metavar="NAME", help=_("The colleague who came along on a visit."))
@when_option
@why_option
@from_option
@pass_run
def record(run: Run, /, given: tuple[str, ...], source: str | None, **said: Any) -> None:
    """Record return calls."""
    rows = read_batch(source) if source else []
    if source and (extra := [*given, *(key for key, value in said.items() if value)]):
        raise click.UsageError(
            _("'{given}' cannot go with --from; write it into the lines").format(given=extra[0])
        )
    spoken = [] if source else list(_spoken(run, given, said))
    made: list[_Call] = []
    with run.writing("callback record") as change:
        allowed = bounds(run)
        each_row(rows, lambda row: made.append(_record(run, change, allowed, _renamed(row))))
        wrong: list[SvcctlError] = []
        for one in spoken:
            try:
                made.append(_record(run, change, allowed, one))
            except (RefusedError, NotFoundError, UsageProblem) as problem:
                wrong.append(problem)
        if wrong:
            raise all_of(wrong, len(spoken))
    for call in made:
        for line in _told(run, call):
            run.say(line)


def _spoken(run: Run, given: tuple[str, ...], said: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one call for each ticket named; asks for the outcome if somebody is there."""
    *ids, outcome = given if len(given) > 1 else (*given, "")
    if ids and not outcome and run.interactive:
        known = " ".join(choice.zh or choice.key for choice in OUTCOME_CHOICES)
        outcome = click.prompt(f"{_('outcome')} ({known})", err=True)
    if not ids or not outcome:
        raise click.UsageError(_("say which ticket, and what came of it"))
    for name in with_stdin(ids):
        yield {**said, "id": name, "outcome": outcome}


def _renamed(row: dict[str, Any]) -> dict[str, Any]:
    return {resolve(key, _COLUMN_CHOICES, _("column")): value for key, value in row.items()}


class _Call(NamedTuple):
    """A call that was recorded.

    Attributes:
        doubts: What is doubtful about it.
        message: Id of the message to `to` that somebody is not satisfied; empty for none.
    """

    ticket: Record
    result: str
    doubts: list[str]
    message: str
    to: str


def _record(run: Run, change: Transaction, allowed: Bounds, said: dict[str, Any]) -> _Call:
    """Record one call in a transaction; raises what `actions.act` raises."""
    name = run.book.resolve("ticket", str(said.get("id") or ""), run.now())
    result = resolve(str(said.get("outcome") or ""), OUTCOME_CHOICES, _("outcome"))
    deed = run.deed(str(said["when"]) if said.get("when") else None)
    policy = allowed.handbook.policy(deed.when.date())
    why = str(said.get("why") or "")
    actions.refuse_late_entry(deed, policy, why)
    ticket = change.get("ticket", name)
    entry: dict[str, Any] = {
        "result": result,
        "score": _score(said.get("score")),
        "via": resolve(str(said["by"]), WAY_CHOICES, _("way")) if said.get("by") else None,
        "second": _second(run, said.get("second")),
        "note": str(said.get("note") or ""),
        "why": why,
    }
    after = actions.act(ticket, deed, CALLBACK, bounds=allowed, **entry)
    change.put("ticket", after)
    made = next_name(ticket["log"], deed.desk)
    written = next(one for one in after["log"] if one["n"] == made)
    doubts = calls.doubts(ticket, written, allowed.handbook)
    message, to = "", ""
    if result == calls.UNSATISFIED:
        to = policy_of(facts(ticket), allowed.handbook).setting(CALLBACK, "tell") or ""
        message = _post(run, change, ticket, written, to) if to else ""
    return _Call(after, result, doubts, message, to)


def _score(said: object) -> int | None:
    if not said:
        return None
    word = text.fold(str(said))
    if word not in _SCORES or len(word) != 1:
        raise UsageProblem(_("'{score}' is no score from 1 to 5").format(score=said))
    return int(word)


def _second(run: Run, said: object) -> str | None:
    """Return who came along on a visit; they must work here that day."""
    if not said:
        return None
    name = run.book.resolve("staff", str(said), run.now())
    if not staff.works(run.book.get("staff", name), run.now().date()):
        raise UsageProblem(_("'{id}' does not work here").format(id=name), "svcctl staff list")
    return name


def _post(run: Run, change: Transaction, ticket: Record, entry: dict[str, Any], to: str) -> str:
    """Put a message to the supervisor into the outbox (VIS-04, VIS-06)."""
    from svcctl.duty import outbox  # for a bad outcome alone

    # What is written into the book is in its language, whoever types.
    own = i18n.catalogue(str(run.book.settings.get("language", "")))
    words = own.gettext(N_("not satisfied on the callback: {note}")).format(
        note=private.hide(text.line(entry["note"]))[:_LONGEST_WORDS]
    )
    posted = outbox.post(
        change,
        about=ticket["id"],
        key=f"unsatisfied/{entry['n'].lower()}",
        to=to,
        moment=entry.get("when", entry["at"]),
        at=entry["at"],
        words=words,
    )
    return posted or ""


def _told(run: Run, made: _Call) -> Iterator[str]:
    """Yield what the caller is told: what is doubtful, what came of it, what comes next."""
    ticket, name = made.ticket, made.ticket["id"]
    for words in made.doubts:
        yield _("svcctl: warning: {text}").format(
            text=_("{title}: {words}").format(title=name, words=words)
        )
    yield view.outcome(ticket, CALLBACK)
    if made.result == calls.UNSATISFIED:
        if made.message:
            role = run.word("role", made.to)
            yield _("{id}: {role} is told ({message})").format(
                id=name, role=role, message=made.message
            )
        yield _('next: svcctl ticket progress {id} "…"').format(id=name)
        return
    now = calls.standing(ticket, run.book.handbook)
    if now.concluded and made.result == calls.UNREACHABLE:
        yield _("{id}: {tried} days without an answer conclude the callback").format(
            id=name, tried=now.tried
        )
    if not now.concluded:
        yield _(
            "{id}: day {tried} of {wanted} without an answer; a call on {day} or later concludes it"
        ).format(id=name, tried=now.tried, wanted=now.wanted, day=now.earliest(run.now().date()))
    elif "told" in facts(ticket):
        yield _("next: svcctl ticket close {id}").format(id=name)
    else:
        yield _("next: svcctl ticket tell {id}, then svcctl ticket close {id}").format(id=name)

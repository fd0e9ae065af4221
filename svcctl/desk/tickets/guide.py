"""`svcctl ticket lifecycle`: the table of acts and states, and what is legal for one ticket now."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.choice import show
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.desk.tickets import lifecycle
from svcctl.desk.tickets.lifecycle import ACTIONS
from svcctl.desk.tickets.needs import Bounds
from svcctl.desk.tickets.needs import early_close
from svcctl.desk.tickets.runs import limit_of
from svcctl.desk.tickets.view import result_word
from svcctl.desk.tickets.words import DUTY_CHOICES
from svcctl.desk.tickets.words import ENTRY_CHOICES
from svcctl.desk.tickets.words import FACT_CHOICES
from svcctl.desk.tickets.words import FIELD_CHOICES
from svcctl.desk.tickets.words import STATUS_CHOICES
from svcctl.desk.tickets.words import STATUSES
from svcctl.desk.tickets.words import verb
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.options import with_stdin
from svcctl.term.output import Column

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from svcctl.base.record import Record
    from svcctl.term.context import Run

    Row = dict[str, Any]


@command(
    "lifecycle",
    help=_(
        "Show what can be done with a ticket in which state, who may, what it needs and which "
        "facts it notes; of tickets named, what is legal now."
    ),
    examples=("svcctl ticket lifecycle", "svcctl ticket lifecycle A07"),
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@format_options
@pass_run
def lifecycle_(run: Run, ids: tuple[str, ...]) -> None:
    """Show the life of tickets as a table."""
    if ids:
        run.rows(
            [row for name in with_stdin(ids) for row in _legal(run, name)],
            [Column("id", _("id")), *_columns(run, hidden=("from", "needs", "facts"))],
        )
        return
    every = [row for step in ACTIONS for row in _branches(run, step)]
    if run.format != "table":
        run.rows(every, _columns(run, hidden=()))
        return
    grouped = [row for step in ACTIONS for row in _grouped(run, step)]
    run.rows(grouped, _columns(run, hidden=("command",)))


def _legal(run: Run, said: str) -> Iterator[Row]:
    """Yield one row for each step that is legal for a ticket now and makes sense for it."""
    name = run.book.resolve("ticket", said, run.now())
    record = run.book.get("ticket", name)
    state = str(record.get("status", ""))
    left_out = _senseless(record, Bounds(run.book.handbook, frozenset()))
    for step in ACTIONS:
        then = lifecycle.after(step, state)
        if then is not None and step not in left_out:
            yield {"id": name, **_row(run, step, name), "from": state, "to": then}


def _senseless(record: Record, bounds: Bounds) -> set[str]:
    early = early_close(record, bounds)
    steps = {"close", "close/answered", "close/invalid"} - {f"close/{early}" if early else "close"}
    if "appointment" not in record:
        steps.add("missed")
    if limit_of(record, bounds.policy(record), "watertest") is None:
        steps |= {"watertest", "watertest/failed"}
    return steps


def _branches(run: Run, step: str) -> Iterator[Row]:
    """Yield one row for each state in which a step is legal, for programs."""
    for before, then in ACTIONS[step].moves.items():
        yield {"id": step, **_row(run, step, "ID"), "from": before, "to": then}


def _grouped(run: Run, step: str) -> Iterator[Row]:
    """Yield one row for the states that a step leaves as they are, and one for each other end."""
    ends: dict[str, list[str]] = {}
    for before, then in ACTIONS[step].moves.items():
        ends.setdefault("" if before == then else then, []).append(before)
    for then, states in ends.items():
        row = _row(run, step, "ID")
        yield {**row, "from": _states(states), "to": then or _("stays")}


def _row(run: Run, step: str, name: str) -> Row:
    action = ACTIONS[step]
    did, _slash, result = step.partition("/")
    # What a step with a result needs is what its act needs.
    needs = action.needs or ACTIONS[did].needs
    reserved = action.who or ACTIONS[did].who
    policy = run.book.handbook.policy(run.now().date())
    return {
        "act": did,
        "result": result or None,
        "step": step,
        "who": (policy.setting("may", reserved) if reserved else None) or "",
        "needs": list(needs),
        "facts": list(action.touches),
        "clocks": list(dict.fromkeys(duty for fact in action.touches for duty in _duties(fact))),
        "command": lifecycle.typed(step, name),
    }


def _duties(fact: str) -> tuple[str, ...]:
    return lifecycle.CLOCKS.get(fact, ())


_NAMED = {
    frozenset(STATUSES): _("any"),
    frozenset(lifecycle.OPEN): _("not ended"),
    frozenset(lifecycle.RUNNING): _("not done"),
    frozenset(lifecycle.ENDED): _("ended"),
    frozenset(("done", *lifecycle.ENDED)): _("done or ended"),
}


def _states(states: Iterable[str]) -> str:
    several = list(states)
    words = joined(show(one, STATUS_CHOICES) for one in several)
    return _NAMED.get(frozenset(several), words)


def _columns(run: Run, *, hidden: tuple[str, ...]) -> list[Column]:
    """Return the columns; those that are hidden are for programs."""
    fields = (*ENTRY_CHOICES, *FIELD_CHOICES)
    shown = [
        Column("step", _("act"), show=_step),
        Column("from", _("state"), show=lambda state: show(state, STATUS_CHOICES)),
        Column("to", _("then"), show=lambda state: show(state, STATUS_CHOICES)),
        Column("who", _("who"), show=lambda role: run.word("role", role)),
        Column("needs", _("needs"), show=lambda keys: _listed(keys, fields)),
        Column("facts", _("facts"), show=lambda keys: _listed(keys, FACT_CHOICES)),
        Column("clocks", _("clocks"), 0, show=lambda keys: _listed(keys, DUTY_CHOICES)),
        Column("act", _("act"), 0),
        Column("result", _("result"), 0),
        Column("command", _("command")),
    ]
    return [one._replace(width=0) if one.key in hidden else one for one in shown]


def _step(step: str) -> str:
    did, _slash, result = step.partition("/")
    word = did if verb(did) == did else f"{verb(did)} {did}"
    if not result:
        return word
    return _("{deed} ({result})").format(deed=word, result=result_word(did, result))


def _listed(keys: Iterable[str], choices: Iterable[Any]) -> str:
    known = list(choices)
    return joined(show(key, known) for key in keys)

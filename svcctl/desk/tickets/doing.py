"""Doing one act to some tickets, in one transaction: what every command of their life shares.

A command is declared with `@act_command`; the function beneath it only says which header fields
the act sets, and what the entry says.
"""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.desk.staff import rules as staff
from svcctl.desk.tickets import actions
from svcctl.desk.tickets import view
from svcctl.desk.tickets.needs import Bounds
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
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from svcctl.base.errors import SvcctlError
    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.term.context import Run
    from svcctl.term.options import Leaf

    Said = dict[str, Any]
    Fields = Mapping[str, Any] | None

CHANNEL = open_list("channel", _("channel"))
VIA = click.option("--via", type=CHANNEL, help=_("How: phone, visit, 微信 …"))
WORDS = "WORDS"
MOMENT = "MOMENT"
FILE = "FILE"
_KEYS = {WORDS: "note", MOMENT: "moment", FILE: "file"}


def bounds(run: Run) -> Bounds:
    """Return what the handbook allows the acting person; roles are read when they are asked for."""
    book = run.book

    def standing() -> frozenset[str]:
        return staff.standing(book.get("staff", run.actor), book.handbook, run.now().date())

    return Bounds(book.handbook, standing)


def act_command(
    *, help: str, examples: Sequence[str] = (), last: str = "", because: bool = True
) -> Callable[[Callable[[Run, Said], Fields]], Leaf]:
    """Declare the command of one act, of the name of the function beneath.

    It takes ids, `--when`, `--why` and the options of the function. The function is given the run
    and all that was said; it takes out of it what the entry does not say, and returns the header
    fields to set.

    Args:
        last: What stands behind the ids: `WORDS`, which are the note, a `MOMENT` or a `FILE`.
        because: Whether `--why` is the usual one; else the function has its own.
    """

    def declare(function: Callable[[Run, Said], Fields]) -> Leaf:
        did = function.__name__

        def run_it(run: Run, /, **said: Any) -> None:
            ids = _parted(run, said, last) if last else said.pop("ids")
            each(run, ids, did, said, function(run, said))

        made: Callable[..., Any] = update_wrapper(run_it, function)
        made = why_option(made) if because else made
        made = when_option(made)
        made = made if last == WORDS else note_option(made)
        made = _parts_argument(made, last) if last else ids_argument(made)
        return command(did, help=help, examples=examples)(pass_run(made))

    return declare


def _parts_argument(function: Callable[..., Any], last: str) -> Callable[..., Any]:
    shown = 'ID... "WORDS"' if last == WORDS else f"ID... {last}"
    return click.argument("given", nargs=-1, required=True, metavar=shown)(function)


def _parted(run: Run, said: Said, last: str) -> tuple[str, ...]:
    """Return the ids; what stands behind them goes into `said`, or is asked for."""
    given = said.pop("given")
    *ids, end = given if len(given) > 1 else (*given, "")
    if not end and run.interactive:
        asked = {WORDS: _("in words"), MOMENT: _("when"), FILE: _("which file")}
        end = click.prompt(asked[last], err=True)
    said[_KEYS[last]] = end
    return with_stdin(ids)


def each(
    run: Run, ids: Iterable[str], did: str, said: dict[str, Any], fields: Fields = None
) -> list[Record]:
    """Do one act to each of some tickets, in one transaction, and say what came of it.

    Raises:
        SvcctlError: It cannot be done to one of them; nothing was done, and all such are named.
    """
    when = said.pop("when", None)
    done: list[Record] = []
    wrong: list[SvcctlError] = []
    names = list(ids)
    with run.writing(f"ticket {did}") as change:
        deed = run.deed(when)
        allowed = bounds(run)
        policy = allowed.handbook.policy(deed.when.date())
        actions.refuse_late_entry(deed, policy, said.get("why") or "")
        for name in names:
            try:
                ticket = _found(run, change, name)
                done.append(actions.act(ticket, deed, did, fields, bounds=allowed, **said))
                change.put("ticket", done[-1])
            except (RefusedError, NotFoundError, UsageProblem) as problem:
                wrong.append(problem)
        if wrong:
            raise all_of(wrong, len(names))
    for ticket in done:
        run.say(view.outcome(ticket, did))
        if did in ("classify", "edit"):
            for line in view.made_late(ticket, run.book.handbook, run.now()):
                run.say(line)
    return done


def _found(run: Run, change: Transaction, name: str) -> Record:
    return change.get("ticket", run.book.resolve("ticket", name, run.now()))


def all_of(wrong: list[SvcctlError], count: int) -> SvcctlError:
    """Return one error that names every ticket to which something could not be done."""
    if count == 1:
        return wrong[0]
    same = len({type(one) for one in wrong}) == 1
    message = _("{wrong} of {count} cannot be done; nothing was written").format(
        wrong=len(wrong), count=count
    )
    kind = type(wrong[0]) if same else RefusedError
    return kind(message, *map(_in_words, wrong))


def _in_words(problem: SvcctlError) -> str:
    """Return a problem with what helps; where much would, it is a choice to be made apart."""
    hints = problem.hints if len(problem.hints) == 1 else ()
    return _("; ").join((problem.message, *hints))

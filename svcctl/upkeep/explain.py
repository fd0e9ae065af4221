"""`svcctl explain`: every clock of a record, to the minute, with where its figure comes from.

With a draft of a policy: what these clocks would be, and who would have been late.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import click

from svcctl.base.case import as_of
from svcctl.base.clock import moment
from svcctl.base.clock import show_moment
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.book.layout import kind_of_id
from svcctl.kinds import ESCALATE
from svcctl.kinds import KINDS
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.options import with_stdin
from svcctl.upkeep.clock_words import ClockWords

if TYPE_CHECKING:
    from svcctl.base.record import Record
    from svcctl.handbook.lookup import Handbook
    from svcctl.kinds import Clock
    from svcctl.kinds import Kind
    from svcctl.term.context import Run

_MOMENTS = ("start", "due", "met", "ended")
_MOMENTS_OR_ZERO = ("held_until", "set_at")


class View(NamedTuple):
    """From when and by which rules records are looked at.

    Attributes:
        then: Whether only what was written down by `now` counts.
    """

    now: datetime
    then: bool
    handbook: Handbook


@command(
    help=_("Show every clock of a record and how it was counted; or who would be late by a draft."),
    examples=(
        "svcctl explain A07",
        "svcctl explain A07 --at '2026-11-20 18:00'",
        "svcctl explain --policy draft.toml --since 2026-07-01",
    ),
)
@click.argument("ids", nargs=-1, metavar="[ID]...", help=_("Which; `-` reads ids from stdin."))
@click.option("--at", metavar="MOMENT", help=_("As it was then, by what was written down by then."))
@click.option("--policy", metavar="FILE", help=_("Judge by this draft of a policy file."))
@click.option("--since", metavar="DATE", help=_("With --policy: all opened from this day on."))
@click.option("--kind", metavar="KIND", help=_("With --since: only tickets of this kind."))
@format_options
@pass_run
def explain(
    run: Run, ids: tuple[str, ...], *, at: str | None, policy: str | None, **which: str | None
) -> None:
    """Explain the clocks of records."""
    names = with_stdin(ids)
    if not names or which["since"]:
        if names or at or not policy:
            raise UsageProblem(
                _("say which records, or --policy and --since"),
                "svcctl explain A07",
                "svcctl explain --policy draft.toml --since 2026-07-01",
            )
        from svcctl.upkeep.what_if import compare  # for this question alone

        compare(run, policy, which["since"], which["kind"])
        return
    view = View(run.moment(at), at is not None, _handbook(run, policy))
    for said in names:
        _explain(run, said, view)


def _handbook(run: Run, policy: str | None) -> Handbook:
    if policy is None:
        return run.book.handbook
    from svcctl.upkeep.drafts import draft  # checking it takes a model

    return run.book.handbook.supposing(draft(run, policy))


def _explain(run: Run, said: str, view: View) -> None:
    kind = kind_of_id(said.upper()) or KINDS["ticket"]
    name = run.book.resolve(kind.name, said, run.now())
    record = run.book.get(kind.name, name)
    clocks = kind.rule("clocks")
    if clocks is None:
        raise NotFoundError(_("a {kind} has no clocks").format(kind=_(kind.name)))
    if view.then:
        record = _as_of(run, kind, record, view.now)
    made = clocks(record, kind.rules.facts(record), view.handbook)
    own = [one for one in made if one.duty != ESCALATE]
    rungs = [one for one in made if one.duty == ESCALATE]
    data = {
        "id": name,
        "clocks": [_data(run, one) for one in own],
        "escalation": [_data(run, one) for one in rungs],
    }
    run.one(data, _lines(ClockWords(run, kind, view.now), kind.rules.describe(record), own, rungs))


def _as_of(run: Run, kind: Kind, record: Record, then: datetime) -> Record:
    earlier = as_of(record, then, kind.rules)
    if earlier is None:
        raise NotFoundError(
            _("'{id}' was not written down yet at {moment}").format(
                id=record["id"], moment=show_moment(then, run.zone)
            )
        )
    return earlier


def _data(run: Run, one: Clock) -> dict[str, Any]:
    data = one._asdict()
    for key in _MOMENTS:
        data[key] = None if data[key] is None else moment(data[key]).astimezone(run.zone)
    for key in _MOMENTS_OR_ZERO:
        data[key] = moment(data[key]).astimezone(run.zone) if data[key] else None
    return data


def _lines(words: ClockWords, title: str, clocks: list[Clock], rungs: list[Clock]) -> Iterator[str]:
    yield title
    if not clocks:
        yield "  " + _("nothing is owed by a time limit")
    for one in clocks:
        yield from words.lines(one)
    yield from words.ladder(rungs)

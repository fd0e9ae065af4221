"""`svcctl explain`: every clock of a record, to the minute, with where its figure comes from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from datetime import timedelta
from datetime import tzinfo
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.choice import show as label
from svcctl.base.clock import moment
from svcctl.base.clock import show_moment
from svcctl.base.clock import show_span
from svcctl.base.errors import NotFoundError
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.book.layout import kind_of_id
from svcctl.kinds import KINDS
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import ids_argument
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from svcctl.base.record import Record
    from svcctl.kinds import Clock
    from svcctl.kinds import Kind
    from svcctl.term.context import Run


@command(
    help=_("Show every clock of a record and how it was counted."), examples=("svcctl explain A07",)
)
@ids_argument
@format_options
@pass_run
def explain(run: Run, ids: tuple[str, ...]) -> None:
    """Explain the clocks of records."""
    for said in ids:
        kind = kind_of_id(said.upper()) or KINDS["ticket"]
        name = run.book.resolve(kind.name, said, run.now())
        record = run.book.get(kind.name, name)
        clocks = kind.rule("clocks")
        if clocks is None:
            raise NotFoundError(_("a {kind} has no clocks").format(kind=_(kind.name)))
        made = clocks(record, kind.rules.facts(record), run.book.handbook)
        data = {"id": name, "clocks": [_data(one, run.zone) for one in made]}
        run.one(data, _lines(run, kind, record, made))


def _data(one: Clock, zone: tzinfo) -> dict[str, Any]:
    return one._asdict() | {
        key: None if value is None else datetime.fromtimestamp(value, zone)
        for key, value in (("start", one.start), ("due", one.due), ("met", one.met))
    }


def _lines(run: Run, kind: Kind, record: Record, clocks: list[Clock]) -> Iterator[str]:
    yield kind.rules.describe(record)
    if not clocks:
        yield "  " + _("nothing is owed by a time limit")
    for one in clocks:
        yield f"  {label(one.duty, kind.rules.DUTIES)}: {_verdict(run, one)}"
        start = show_moment(moment(one.start), run.zone)
        yield "    " + _since(one).format(moment=start)
        if one.limit:
            yield "    " + _("+ {limit} ({rule})").format(limit=_limit(one.limit), rule=one.rule)
        else:
            yield "    " + _("until the day agreed ({rule})").format(rule=one.rule)
        if one.due is not None:
            until = show_moment(moment(one.due), run.zone, end_of_day=True)
            yield "    " + _("= {until}").format(until=until)
        if one.owner:
            yield "    " + _("owed by {owner}").format(owner=run.word("role", one.owner))


def _since(one: Clock) -> str:
    return {
        "opened": _("from {moment}, when it came in"),
        "reopened": _("from {moment}, when it was taken up again"),
    }.get(one.since, _("from {moment}"))


def _limit(limit: str) -> str:
    if limit == "0d":
        return _("the end of the same day")
    if limit.endswith("d"):
        return _("{days} days, to 24:00 of the last").format(days=limit[:-1])
    if limit.endswith("h"):
        return ngettext("{hours} hour", "{hours} hours", int(limit[:-1])).format(hours=limit[:-1])
    return limit


def _verdict(run: Run, one: Clock) -> str:
    if one.void:
        return _("no longer owed: the ticket is {status}").format(status=one.void)
    if one.due is None:
        return _("stands still")
    if one.met is not None:
        met = show_moment(moment(one.met), run.zone)
        if one.met <= one.due:
            return _("met at {met}").format(met=met)
        return _("met at {met}, late by {span}").format(
            met=met, span=show_span(timedelta(seconds=one.met - one.due))
        )
    left = timedelta(seconds=one.due - int(run.now().timestamp()))
    span = show_span(left)
    return (
        _("late by {span}").format(span=span)
        if left < timedelta(0)
        else _("{span} left").format(span=span)
    )

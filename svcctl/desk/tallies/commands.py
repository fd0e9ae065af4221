"""`svcctl reconcile tally`: the tally of a day, week or month, traced and filed."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base import fields
from svcctl.base.choice import resolve
from svcctl.base.choice import show as label
from svcctl.base.clock import show_moment
from svcctl.base.errors import Exit
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.desk.tallies import counting
from svcctl.desk.tallies import view
from svcctl.desk.tallies.rules import equation
from svcctl.desk.tallies.words import DIMENSION_CHOICES
from svcctl.desk.tallies.words import NUMBER_CHOICES
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.handbook import periods
from svcctl.handbook.periods import Period
from svcctl.term.options import Word
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import note_option
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from svcctl.base.record import Record
    from svcctl.desk.tallies.counting import Seen
    from svcctl.term.context import Run


@command(
    help=_(
        "Count what was open, what came and went, and what is open: of today, or of the day, week "
        "or month given. Counted by when things happened; area and department are those of now."
    ),
    examples=(
        "svcctl reconcile tally",
        "svcctl reconcile tally --week 上周 --by severity --kind 投诉",
        "svcctl reconcile tally --month 2026-10 --trace complaint/closed",
        "svcctl reconcile tally --day yesterday --file",
    ),
)
@click.option(
    "--day", is_flag=False, flag_value="", metavar="[DAY]", help=_("One day; today unless given.")
)
@click.option(
    "--week",
    is_flag=False,
    flag_value="",
    metavar="[WEEK]",
    help=_("One week: 2026-W47, a day in it, last; this week unless given."),
)
@click.option(
    "--month",
    is_flag=False,
    flag_value="",
    metavar="[MONTH]",
    help=_("One month: 2026-11, a day in it, last; this month unless given."),
)
@click.option("--by", type=Word(_("group"), DIMENSION_CHOICES), default="kind")
@click.option(
    "--kind",
    "kinds",
    type=Word(_("kind"), KIND_CHOICES),
    multiple=True,
    help=_("Only this kind; repeatable."),
)
@click.option(
    "--trace", metavar="NUMBER", help=_("List the tickets behind a number: new, complaint/closed.")
)
@click.option("--file", "filing", is_flag=True, help=_("Keep it on file, once per period."))
@note_option
@format_options
@pass_run
def tally(run: Run, /, **said: Any) -> None:
    """Show or file a tally."""
    period = _period(run, said)
    if said["filing"]:
        _file(run, period, said)
        return
    if run.format == "ids" and not said["trace"]:
        raise UsageProblem(_("a tally has numbers, no ids"), "svcctl reconcile tally --trace new")
    filed = _filed(run, period)
    if filed is not None:
        # A new `report.week_ends` does not move a week that is on file.
        first, last = fields.day(filed, "first"), fields.day(filed, "last")
        period = Period(period.name, first or period.first, last or period.last)
    tickets, unlike = _seen(run, period)
    only = frozenset(said["kinds"]) or None
    if said["trace"]:
        _trace(run, said["trace"], said["by"], tickets, only)
    else:
        _show(run, period, said["by"], tickets, only)
        _compare(run, filed, tickets)
        _tell_unlike(run, unlike)
    run.report_unreadable()


def _period(run: Run, said: dict[str, Any]) -> Period:
    given = [sort for sort in ("day", "week", "month") if said[sort] is not None]
    if len(given) > 1:
        raise UsageProblem(_("one of --day, --week and --month, not several"))
    sort = given[0] if given else "day"
    today = run.now().date()
    period = periods.read(sort, said[sort] or "", today, run.book.handbook)
    if period.first > today:
        raise UsageProblem(_("{period} has not begun").format(period=period.name))
    return period


def _seen(run: Run, period: Period) -> tuple[list[Seen], list[str]]:
    """Return what each ticket adds, and the ids whose header says otherwise than their log."""
    now = int(run.now().timestamp())
    start = int(period.start(run.zone).timestamp())
    end = min(int(period.end(run.zone).timestamp()), now + 1)
    areas = run.book.handbook.policy(period.last).areas()
    found: list[Seen] = []
    unlike: list[str] = []
    # Whoever looks at an earlier moment sees headers that are later than it.
    to_date = end == now + 1 and run.wishes.now is None
    bases = run.book.index.bases(
        "ticket", until=end - 1, open_or_closed_after=start, only=("turns",)
    )
    for name, row, _head, facts in bases:
        area = counting.area_of(row.get("unit"), row.get("place"), areas)
        one = counting.seen(
            name, facts["turns"], (start, end), area, str(row.get("department", ""))
        )
        if to_date and bool(row.get("open")) != (one is not None and one.open is not None):
            unlike.append(name)
        if one is not None:
            found.append(one)
    return found, unlike


def _show(
    run: Run, period: Period, by: str, tickets: Sequence[Seen], only: frozenset[str] | None
) -> None:
    groups = counting.lines(tickets, by, only)
    every = view.total(counting.lines(tickets, "", only)[""], groups)
    rows = [view.row(run, by, key, line) for key, line in view.sorted_groups(run, by, groups)]
    rows.append(view.row(run, "", "", every))
    if run.format in ("table", "md"):
        run.say(f"{run.book.settings.get('estate', '')}  {period.title()}")
        if run.now() < period.end(run.zone):
            run.say(_("so far, as of {now}").format(now=show_moment(run.now(), run.zone)))
    run.rows(rows, view.columns(run, by))
    if run.format == "table":
        shown = {key: rows[-1][key] for key in counting.NUMBERS if rows[-1][key] or key in _ALWAYS}
        run.say(_("{title}: {words}").format(title=_("total"), words=equation(shown)))
    for key, line in [*groups.items(), ("", every)]:
        if wrong := counting.difference(line):
            named = view.word(run, by, key) if line is not every else _("total")
            run.warn(_("'{group}' does not add up: {ids}").format(group=named, ids=" ".join(wrong)))
            run.ends_with(Exit.FINDINGS)


_ALWAYS = ("opening", "new", "reopened", "closed", "cancelled", "duplicate", "open")


def _tell_unlike(run: Run, names: Sequence[str]) -> None:
    if names:
        words = _("the log of {ids} tells otherwise than the status")
        run.warn(words.format(ids=" ".join(names)))
        run.ends_with(Exit.FINDINGS)


# -- behind a number -----------------------------------------------------------------------------


def _trace(
    run: Run, wanted: str, by: str, tickets: Sequence[Seen], only: frozenset[str] | None
) -> None:
    group, _slash, said = wanted.rpartition("/")
    number = resolve(said, NUMBER_CHOICES, _("number"))
    if group:
        by, key = _group(run, group, by, tickets, only)
        line = counting.lines(tickets, by, only).get(key, {})
    else:
        groups = counting.lines(tickets, by, only)
        line = view.total(counting.lines(tickets, "", only)[""], groups)
    items = _items(line, number, every=not group)
    run.rows(view.traced(run, items), view.trace_columns(run))


def _items(line: counting.Line, number: str, *, every: bool) -> list[counting.Item]:
    if number == "difference":
        wrong = set(counting.difference(line))
        return [item for items in line.values() for item in items if item.id in wrong]
    if number == "reclassified":
        # Among all groups what goes out of one comes into another.
        return [*line["into"], *(() if every else line["away"])]
    return line[number]


def _group(
    run: Run, said: str, by: str, tickets: Sequence[Seen], only: Iterable[str] | None
) -> tuple[str, str]:
    """Return the dimension and key of a group: of the one asked for, else of the first that has it.

    Raises:
        UsageProblem: No group is called so.
    """
    kinds = frozenset(only) if only is not None else None
    known: list[str] = []
    for one in dict.fromkeys((by, *counting.DIMENSIONS)):
        keys = counting.lines(tickets, one, kinds)
        choices = view.choices(run, one, keys)
        try:
            return one, resolve(said, choices, _("group"))
        except UsageProblem:
            known += [choice.key or view.NO_GROUP.en for choice in choices]
    raise UsageProblem(
        _("no group '{group}' in this tally").format(group=said),
        _("there are: {groups}").format(groups=", ".join(dict.fromkeys(known))),
    )


# -- on file -------------------------------------------------------------------------------------


def _filed(run: Run, period: Period) -> Record | None:
    return run.book.get("tally", period.name) if run.book.has("tally", period.name) else None


def _file(run: Run, period: Period, said: dict[str, Any]) -> None:
    from svcctl.desk.tallies import actions  # reading does without

    if said["trace"] or said["kinds"]:
        raise UsageProblem(_("what is filed is the whole tally: without --kind and --trace"))
    deed = run.deed()
    actions.refuse_unfinished(period, deed, run.zone)
    with run.writing("reconcile tally") as change:
        if change.has("tally", period.name):
            filed = change.get("tally", period.name)
            raise RefusedError(
                _("{period} was {filed}").format(period=period.name, filed=_by_whom(run, filed)),
                _("what came later: {command}").format(command=view.command(period)),
            )
        tickets, unlike = _seen(run, period)
        if found := [path for path, *_why in run.book.index.unreadable()]:
            raise RefusedError(
                _("'{path}' cannot be read, so the tally may lack it").format(path=found[0]),
                "svcctl validate",
            )
        card = actions.file(period, tickets, deed, run.zone, said["note"])
        change.put("tally", card)
    run.data(f"{period.name}: {equation(card)}")
    _tell_unlike(run, unlike)


def _compare(run: Run, filed: Record | None, tickets: Sequence[Seen]) -> None:
    """Say what the book has and a tally on file has not, or the other way round."""
    if filed is None:
        return
    found = counting.since_filed(fields.table(filed, "trace"), tickets)
    run.say(_("{title}: {words}").format(title=_by_whom(run, filed), words=equation(filed)))
    for one in found:
        words = _("on file, no longer in the book: {id} {number} ({group})") if one.gone else _(
            "came after it was filed: {id} {number} ({group})"
        )  # fmt: skip
        number = label(one.number, NUMBER_CHOICES)
        run.say(words.format(id=one.id, number=number, group=view.in_words(run, one.group)))
    if found:
        run.ends_with(Exit.FINDINGS)


def _by_whom(run: Run, filed: Record) -> str:
    at = filed.get("filed_at")
    moment = show_moment(at, run.zone) if isinstance(at, datetime) else str(at)
    return _("filed on {moment} by {by}").format(moment=moment, by=fields.text(filed, "filed_by"))

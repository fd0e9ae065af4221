"""`svcctl report`: the summaries that are read at the meeting on Friday and filed by the month.

Each ticket is judged by the policy in force when it was opened. Residents' names never appear.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base import clock
from svcctl.base.choice import Choice
from svcctl.base.choice import resolve
from svcctl.base.choice import show as label
from svcctl.base.clock import show_moment
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.desk.tallies.counting import area_of
from svcctl.desk.tallies.words import area_choices
from svcctl.desk.tickets import words
from svcctl.desk.tickets.rates import callback_rates
from svcctl.handbook import periods
from svcctl.handbook.periods import Period
from svcctl.kinds import KINDS
from svcctl.report import callbacks as called
from svcctl.report import complaints as complained
from svcctl.report import page
from svcctl.report import repairs as repaired
from svcctl.report.complaints import Terms
from svcctl.report.figures import Case
from svcctl.report.figures import Figure
from svcctl.report.figures import Report
from svcctl.report.figures import Section
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.output import Column
from svcctl.term.output import markdown

if TYPE_CHECKING:
    from svcctl.term.context import Run

_WEEK = click.option(
    "--week",
    is_flag=False,
    flag_value="",
    metavar="[WEEK]",
    help=_("One week: 2026-W47, a day in it, last; this week unless given."),
)
_MONTH = click.option(
    "--month",
    is_flag=False,
    flag_value="",
    metavar="[MONTH]",
    help=_("One month: 2026-11, a day in it, last; this month unless given."),
)
_TRACE = click.option(
    "--trace", metavar="NUMBER", help=_("List the tickets behind a number: severity/major.")
)


@command(
    help=_(
        "Sum up complaints, suggestions and opinions: of a week, or of the month that is cut off "
        "for the file. Read it aloud, or write it to a file."
    ),
    examples=(
        "svcctl report complaints --week",
        "svcctl report complaints --month 2026-10 -o 投诉.md",
        "svcctl report complaints --week --trace severity/major",
    ),
)
@_WEEK
@_MONTH
@_TRACE
@format_options
@pass_run
def complaints(run: Run, *, week: str | None, month: str | None, trace: str | None) -> None:
    """Report on complaints."""
    period = _period(run, week, month, "file")
    cases = [case for case in _came_in(run, period) if case.head.get("kind") in complained.KINDS]
    terms = _terms(run, period, cases)
    title = _("complaints and suggestions")
    report = _report(run, title, period, complained.sections(cases, terms))
    _out(run, report._replace(notes=() if month is None else _filing(run, period)), trace)


def _filing(run: Run, period: Period) -> tuple[str, ...]:
    """Say where the month's file goes (VAR-42); the department manager approves it before."""
    said = run.book.handbook.policy(period.last).setting("report", "archive_to", [])
    names = joined(run.word("department", str(one)) for one in said)
    return (_("for the file of: {departments}").format(departments=names),) if names else ()


@command(
    help=_("Sum up callbacks: those that were owed from a day in the week or month on."),
    examples=("svcctl report callbacks --week", "svcctl report callbacks --month last"),
)
@_WEEK
@_MONTH
@_TRACE
@format_options
@pass_run
def callbacks(run: Run, *, week: str | None, month: str | None, trace: str | None) -> None:
    """Report on callbacks."""
    period = _period(run, week, month, "month")
    start, end = _span(run, period)
    cases = list(_cases(run, period, until=end - 1, open_or_closed_after=start))
    terms = _terms(run, period, cases)
    found = called.sections(cases, terms, _count(terms.now, start, end))
    _out(run, _report(run, _("callbacks"), period, found), trace)


@command(
    help=_("Sum up the repairs that came in during a month."),
    examples=("svcctl report repairs --month", "svcctl report repairs --month last -o a.csv"),
)
@_MONTH
@_TRACE
@format_options
@pass_run
def repairs(run: Run, *, month: str | None, trace: str | None) -> None:
    """Report on repairs."""
    period = _period(run, None, month or "", "month")
    cases = [case for case in _came_in(run, period) if case.head.get("kind") in repaired.KINDS]
    terms = _terms(run, period, cases)
    public = run.book.handbook.policy(period.last).setting("report", "public", [])
    found = repaired.sections(cases, terms, frozenset(map(str, public)))
    _out(run, _report(run, _("repairs"), period, found), trace)


# -- what it is made of --------------------------------------------------------------------------


def _period(run: Run, week: str | None, month: str | None, sort: str) -> Period:
    if week is not None and month is not None:
        raise UsageProblem(_("one of --week and --month, not both"))
    today = run.now().date()
    if month is None:
        period = periods.read("week", week or "", today, run.book.handbook)
    else:
        period = periods.read(sort, month, today, run.book.handbook)
    if period.first > today:
        raise UsageProblem(_("{period} has not begun").format(period=period.name))
    return period


def _span(run: Run, period: Period) -> tuple[int, int]:
    """Return the first moment of a period, and the first one after it or after now."""
    end = int(period.end(run.zone).timestamp())
    return int(period.start(run.zone).timestamp()), min(end, int(run.now().timestamp()) + 1)


def _came_in(run: Run, period: Period) -> Iterator[Case]:
    start, end = _span(run, period)
    return _cases(run, period, since=start, until=end - 1)


def _cases(run: Run, period: Period, **wanted: Any) -> Iterator[Case]:
    handbook, rules = run.book.handbook, KINDS["ticket"].rules
    areas = handbook.policy(period.last).areas()
    for name, row, head, facts in run.book.index.bases("ticket", **wanted):
        area = area_of(row.get("unit"), row.get("place"), areas)
        yield Case(name, head, facts, rules.clocks(head, facts, handbook), area)


def _count(now: int, start: int | None, end: int | None) -> called.Count:
    def count(case: Case) -> dict[str, int]:
        one = (dict(case.head), case.facts, case.clocks)
        return callback_rates([one], now, since=start, until=end)._asdict()

    return count


def _terms(run: Run, period: Period, cases: Sequence[Case]) -> Terms:
    now = int(run.now().timestamp())
    policy = run.book.handbook.policy(period.last)
    return Terms(
        now,
        _lists(run, cases),
        policy.setting("report", "repeats", 3),
        _names(run, cases),
        called.figures(cases, _count(now, None, None)),
    )


def _names(run: Run, cases: Iterable[Case]) -> frozenset[str]:
    """Return the names of the people whose matters these are; they must not appear."""
    heads = [case.head for case in cases]
    ids = sorted({str(head["resident"]) for head in heads if head.get("resident")})
    known = {str(row.get("name", "")) for row in run.book.index.rows("resident", ids=ids)}
    return frozenset(known | {str(head.get("caller", "")) for head in heads}) - {""}


_FIXED = {
    "kind": words.KIND_CHOICES,
    "severity": words.SEVERITY_CHOICES,
    "status": words.STATUS_CHOICES,
    "validity": words.VALIDITY_CHOICES,
    "liability": words.LIABILITY_CHOICES,
    "duty": words.DUTY_CHOICES,
}


def _lists(run: Run, cases: Iterable[Case] = ()) -> Callable[[str], Sequence[Choice]]:
    """Return what gives the values of a list; the handbook's are those of today."""
    policy = run.book.handbook.policy(run.now().date())
    known: dict[str, Sequence[Choice]] = dict(_FIXED)
    known["area"] = area_choices(policy.areas(), (case.area for case in cases))

    def give(name: str) -> Sequence[Choice]:
        if name not in known:
            known[name] = policy.options(name)
        return known[name]

    return give


# -- how it leaves -------------------------------------------------------------------------------


def _report(run: Run, name: str, period: Period, sections: list[Section]) -> Report:
    title = f"{run.book.settings.get('estate', '')}  {name}  {period.title()}"
    if run.now() < period.end(run.zone):
        now = show_moment(run.now(), run.zone)
        title += "  " + _("so far, as of {now}").format(now=now)
    return Report(title, sections)


def _out(run: Run, report: Report, trace: str | None) -> None:
    if trace is not None:
        _trace(run, report, trace)
    elif run.format == "table":
        run.text(page.text(report))
    elif run.format == "md":
        run.text(page.markdown(report, markdown))
    elif run.format == "ids":
        run.rows([{"id": name} for name in report.ids()], [Column("id", _("id"))])
    else:
        run.rows(page.rows(report), _columns())
    run.report_unreadable()


def _columns() -> list[Column]:
    return [
        Column("section", _("section")),
        Column("key", _("key")),
        Column("words", _("words")),
        Column("count", _("number")),
        Column("of", _("out of")),
        Column("rate", _("share")),
        Column("amount", _("sum")),
        Column("about", _("about")),
        Column("ids", _("tickets")),
    ]


def _trace(run: Run, report: Report, wanted: str) -> None:
    """List the tickets behind one figure; `SECTION/KEY/of` those that it is a share of."""
    said, _slash, key = wanted.partition("/")
    whole = key.endswith("/of")
    sections = {one.key: one for one in report.sections}
    titles = [Choice(one.key, one.title, "", one.title) for one in report.sections]
    section = sections[resolve(said, titles, _("section"))]
    ids = _ids(section, key.removesuffix("/of"), whole=whole)
    rows = {row["id"]: row for row in run.book.index.rows("ticket", ids=sorted(set(ids)))}
    run.rows((_row(run, rows[name]) for name in ids if name in rows), _trace_columns(run))


def _ids(section: Section, key: str, *, whole: bool) -> Sequence[str]:
    if not key:
        return [name for one in section.figures for name in one.ids]
    figures = {one.key: one for one in section.figures}
    named = [Choice(one.key, one.words, "", one.words) for one in section.figures]
    figure: Figure = figures[resolve(key, named, _("number"))]
    return (figure.of or ()) if whole else figure.ids


def _row(run: Run, row: dict[str, Any]) -> dict[str, Any]:
    opened = clock.moment(row["at"]).astimezone(run.zone) if row.get("at") else None
    keys = ("id", "kind", "severity", "category", "status", "where", "department")
    return {key: row.get(key, "") for key in keys} | {"opened": opened}


def _trace_columns(run: Run) -> list[Column]:
    def said(choices: Sequence[Choice]) -> Callable[[Any], str]:
        return lambda key: label(str(key), choices)

    lists = _lists(run)
    return [
        Column("id", _("id")),
        Column("opened", _("opened")),
        Column("kind", _("kind"), show=said(lists("kind"))),
        Column("severity", _("severity"), show=said(lists("severity"))),
        Column("category", _("class"), show=said(lists("category"))),
        Column("status", _("status"), show=said(lists("status"))),
        Column("where", _("where"), 12),
        Column("department", _("department"), show=said(lists("department"))),
    ]

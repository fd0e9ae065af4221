"""A report as people read it: text for reading aloud, Markdown, rows for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.report.figures import Figure
from svcctl.report.figures import Report
from svcctl.report.figures import Section

Table = Callable[[Sequence[str], Iterable[Sequence[str]]], Iterator[str]]
"""Gives the lines of a Markdown table of titles and cells."""


def text(report: Report) -> Iterator[str]:
    """Yield the lines of a report: one for a section, one for each thing that is named."""
    yield report.title
    yield from report.notes
    for section in report.sections:
        figures = _telling(section)
        if section.named and figures:
            yield _("{title}:").format(title=section.title)
            yield from (f"  {_named(one)}" for one in figures)
        else:
            said = joined(map(_said, _spoken(section, figures)))
            yield _("{title}: {words}").format(title=section.title, words=said or _("none"))


def _spoken(section: Section, figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures to read aloud: shares that are none are left out, but for the main one."""
    shares = [one for one in figures if one.of]
    main = shares[:1] if section.key != "late" else []
    return [one for one in figures if one.ids or one.of is None or one in main]


def _telling(section: Section) -> list[Figure]:
    """Return the figures that say something: a share of nothing does not."""
    return [one for one in section.figures if one.of is None or one.of]


def _said(one: Figure) -> str:
    if one.amount:
        return f"{one.words} {one.amount}"
    if one.of is None:
        return f"{one.words} {len(one.ids)}"
    return _("{words} {count} of {of} ({rate})").format(
        words=one.words, count=len(one.ids), of=len(one.of), rate=percent(one)
    )


def _named(one: Figure) -> str:
    if one.about:
        return _("{title}: {words}").format(title=one.words, words=one.about)
    return _("{words}: {count} ({ids})").format(
        words=one.words, count=len(one.ids), ids=" ".join(one.ids)
    )


def percent(one: Figure) -> str:
    """Return a share in percent, rounded down: 100 % is all of them."""
    if not one.of:
        return ""
    tenths = len(one.ids) * 1000 // len(one.of)
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest} %" if rest else f"{whole} %"


def markdown(report: Report, table: Table) -> Iterator[str]:
    """Yield the lines of a report in Markdown."""
    yield f"# {report.title}"
    for note in report.notes:
        yield ""
        yield note
    for section in report.sections:
        yield ""
        yield f"## {section.title}"
        yield ""
        if section.figures:
            yield from table(*_cells(section._replace(figures=_telling(section))))
        else:
            yield _("none")


def _cells(section: Section) -> tuple[list[str], list[list[str]]]:
    if section.named and any(one.about for one in section.figures):
        return [_("id"), _("particulars")], [[one.words, one.about] for one in section.figures]
    if section.named:
        titles = [section.title, _("number"), _("tickets")]
        return titles, [
            [one.words, str(len(one.ids)), " ".join(one.ids)] for one in section.figures
        ]
    if any(one.of is not None for one in section.figures):
        return [section.title, _("number"), _("out of"), _("share")], [
            [one.words, _number(one), "" if one.of is None else str(len(one.of)), percent(one)]
            for one in section.figures
        ]
    return [section.title, _("number")], [[one.words, _number(one)] for one in section.figures]


def _number(one: Figure) -> str:
    return one.amount or str(len(one.ids))


def rows(report: Report) -> Iterator[dict[str, Any]]:
    """Yield every figure as a row: section, key, words, count, of, rate, amount, ids."""
    for section in report.sections:
        for one in section.figures:
            yield {
                "section": section.key,
                "key": one.key,
                "words": one.words,
                "count": len(one.ids),
                "of": None if one.of is None else len(one.of),
                "rate": None if one.rate is None else round(one.rate, 4),
                "amount": one.amount or None,
                "about": one.about or None,
                "ids": list(one.ids),
            }

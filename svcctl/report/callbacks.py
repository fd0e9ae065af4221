"""The summary of callbacks (RPT-09, RPT-19; NUM-24, NUM-29, NUM-30; VIS-07, VIS-10)."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

from svcctl.base.choice import show
from svcctl.base.i18n import N_
from svcctl.base.i18n import _
from svcctl.report.complaints import Terms
from svcctl.report.complaints import repeated
from svcctl.report.figures import NOT_SAID
from svcctl.report.figures import Case
from svcctl.report.figures import Figure
from svcctl.report.figures import Section
from svcctl.report.figures import field

Count = Callable[[Case], Mapping[str, int]]
"""Counts the callbacks of one ticket: `owed`, `reached`, `unreachable` …."""

_RESULTS = (
    ("reached", N_("reached")),
    ("unreachable", N_("unreachable")),
    ("refused", N_("refused")),
    ("open", N_("still owed")),
    ("late", N_("of these late")),
    ("filed", N_("closed without a callback")),
    ("on_time", N_("called in time")),
)
_ANSWERS = (
    ("satisfied", N_("satisfied")),
    ("fair", N_("fairly satisfied")),
    ("unsatisfied", N_("not satisfied")),
)


def figures(cases: Sequence[Case], count: Count) -> list[Figure]:
    """Return what became of the callbacks: shares of those owed, and answers of those reached."""
    ids = _ids(cases, count)
    owed, reached = ids["owed"], ids["reached"]
    found = [Figure("owed", _("owed"), owed)]
    found += [Figure(key, _(words), ids[key], owed) for key, words in _RESULTS]
    return found + [Figure(key, _(words), ids[key], reached) for key, words in _ANSWERS]


def _ids(cases: Sequence[Case], count: Count) -> dict[str, tuple[str, ...]]:
    """Return the ids behind each number; a ticket may be in one more than once."""
    names = ("owed", *(key for key, _words in (*_RESULTS, *_ANSWERS)))
    found: dict[str, list[str]] = {name: [] for name in names}
    for case in cases:
        counted = count(case)
        for name in names:
            found[name] += [case.id] * counted.get(name, 0)
    return {name: tuple(ids) for name, ids in found.items()}


def sections(cases: Sequence[Case], terms: Terms, count: Count) -> list[Section]:
    """Return the sections of the report on the callbacks of `cases`."""
    owed = [case for case in cases if count(case).get("owed")]
    found = [Section("all", _("callbacks"), figures(owed, count))]
    for key, name, title in (
        ("kind", "kind", _("reached, by kind")),
        ("class", "category", _("reached, by class")),
    ):
        found.append(Section(key, title, _shares(owed, name, terms, count)))
    bad = [case for case in owed if count(case).get("unsatisfied")]
    listed = [Figure(case.id, case.id, (case.id,), about=_about(case, terms)) for case in bad]
    found.append(Section("unsatisfied", _("not satisfied"), listed, named=True))
    # What several were not content with is what has to be put right (VIS-07).
    return found + repeated(bad, terms)


def _shares(cases: Sequence[Case], name: str, terms: Terms, count: Count) -> list[Figure]:
    choices = terms.lists(name)
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(field(name)(case), []).append(case)
    order = [one.key for one in choices if one.key in groups]
    order += sorted(groups.keys() - set(order) - {""}) + ([""] if "" in groups else [])
    found = []
    for key in order:
        ids = _ids(groups[key], count)
        words = show(key, choices) if key else _("not stated")
        found.append(Figure(key or NOT_SAID, words, ids["reached"], ids["owed"]))
    return found


def _about(case: Case, terms: Terms) -> str:
    keys = ("kind", "category", "status")
    return _("; ").join(
        show(str(case.head[key]), terms.lists(key)) for key in keys if key in case.head
    )

"""The summary of complaints, suggestions and opinions (RPT-08, RPT-14, RPT-18; CMP-20, 24, 25)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from svcctl.base.choice import show
from svcctl.base.clock import show_days
from svcctl.base.i18n import N_
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.kinds import ESCALATE
from svcctl.report import repeats
from svcctl.report.figures import Case
from svcctl.report.figures import Figure
from svcctl.report.figures import Lists
from svcctl.report.figures import Section
from svcctl.report.figures import field
from svcctl.report.figures import late
from svcctl.report.figures import lateness
from svcctl.report.figures import split

KINDS = ("complaint", "suggestion", "opinion")
ENDED = frozenset(("closed", "cancelled", "duplicate"))


class Terms(NamedTuple):
    """What a report is made with.

    Attributes:
        now: Until when things are counted, epoch seconds.
        lists: The words of values.
        repeats: From how many on a problem is one that comes again.
        hidden: Names that must not appear.
        satisfaction: The figures of the callbacks of some cases.
    """

    now: int
    lists: Lists
    repeats: int
    hidden: frozenset[str] = frozenset()
    satisfaction: Sequence[Figure] = ()


_SPLITS = (
    ("severity", "severity", N_("severity")),
    ("class", "category", N_("class")),
    ("department", "department", N_("department")),
    ("channel", "channel", N_("channel")),
    ("cause", "cause", N_("cause")),
    ("validity", "validity", N_("validity")),
    ("liability", "liability", N_("liability")),
)
_OF_COMPLAINTS = ("severity", "validity", "liability")


def sections(cases: Sequence[Case], terms: Terms) -> list[Section]:
    """Return the sections of the report on `cases`, which came in during its period."""
    own = [case for case in cases if case.head.get("kind") == "complaint"]
    found = [
        Section("total", _("came in"), [all_of(cases)]),
        Section("kind", _("kind"), split(cases, field("kind"), terms.lists("kind"))),
    ]
    for key, name, title in _SPLITS:
        some = own if key in _OF_COMPLAINTS else cases
        found.append(Section(key, _(title), split(some, field(name), terms.lists(name))))
    found.insert(5, area(cases, terms))
    found.append(Section("late", _("late"), late(cases, terms.now, terms.lists("duty"))))
    found.append(Section("callbacks", _("callbacks"), list(terms.satisfaction)))
    return [*found, *repeated(cases, terms), still_open(cases, terms)]


def all_of(cases: Sequence[Case]) -> Figure:
    """Return the number of all cases."""
    return Figure("all", _("total"), tuple(case.id for case in cases))


def area(cases: Sequence[Case], terms: Terms) -> Section:
    """Return how many cases there are of each area."""
    return Section("area", _("area"), split(cases, lambda case: case.area, terms.lists("area")))


def repeated(cases: Sequence[Case], terms: Terms) -> list[Section]:
    """Return what came up again and again, by class and area and by words, each with its ids."""
    classes = repeats.by_class(cases, terms.repeats, terms.lists("category"), terms.lists("area"))
    words = repeats.by_words(cases, terms.repeats, terms.hidden)
    return [
        Section("repeated", _("repeated, same class and area"), classes, named=True),
        Section("words", _("repeated, same words"), words, named=True),
    ]


def still_open(cases: Sequence[Case], terms: Terms) -> Section:
    """Return what is not ended, the gravest and oldest first."""
    grave = [one.key for one in terms.lists("severity")]
    left = [case for case in cases if case.head.get("status") not in ENDED]

    def rank(case: Case) -> tuple[int, int, str]:
        severity = case.head.get("severity")
        place = grave.index(severity) if severity in grave else len(grave)
        return place, case.facts.get("opened", 0), case.id

    figures = [_open(case, terms) for case in sorted(left, key=rank)]
    return Section("open", _("still open"), figures, named=True)


def _open(case: Case, terms: Terms) -> Figure:
    late_ = [
        show(clock.duty, terms.lists("duty"))
        for clock in case.clocks
        if clock.duty != ESCALATE
        and clock.met is None
        and not clock.void
        and lateness(clock, terms.now)
    ]
    age = timedelta(seconds=max(0, terms.now - case.facts.get("opened", terms.now)))
    parts = [
        show(str(case.head[key]), terms.lists(key))
        for key in ("kind", "severity", "category")
        if case.head.get(key)
    ]
    parts += [show(str(case.head.get("status", "")), terms.lists("status"))]
    parts += [_("open for {span}").format(span=show_days(age))]
    if late_:
        parts.append(_("late: {duties}").format(duties=joined(dict.fromkeys(late_))))
    return Figure(case.id, case.id, (case.id,), about=_("; ").join(parts))

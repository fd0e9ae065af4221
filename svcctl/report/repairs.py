"""The month's summary of repairs (RPT-15, RPT-17; REP-06, REP-14, NUM-28; ANL-02)."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence
from decimal import Decimal
from decimal import InvalidOperation
from typing import Any

from svcctl.base.i18n import N_
from svcctl.base.i18n import _
from svcctl.report.complaints import Terms
from svcctl.report.complaints import all_of
from svcctl.report.complaints import area
from svcctl.report.complaints import repeated
from svcctl.report.complaints import still_open
from svcctl.report.figures import Case
from svcctl.report.figures import Figure
from svcctl.report.figures import Section
from svcctl.report.figures import field
from svcctl.report.figures import late
from svcctl.report.figures import split

KINDS = ("repair",)


def sections(cases: Sequence[Case], terms: Terms, public: Collection[str]) -> list[Section]:
    """Return the sections of the report on `cases`.

    Args:
        public: The classes that are facilities of the estate, wherever they are.
    """
    found = [Section("total", _("came in"), [all_of(cases)])]
    for key, name, title in (("class", "category", _("class")), ("cause", "cause", _("cause"))):
        found.append(Section(key, title, split(cases, field(name), terms.lists(name))))
    found.insert(2, area(cases, terms))
    found.append(Section("fees", _("fees"), _fees(cases)))
    found.append(Section("appointments", _("appointments"), _appointments(cases, terms.now)))
    found.append(Section("signed", _("signed"), _signed(cases, terms.now)))
    found.append(Section("late", _("late"), late(cases, terms.now, terms.lists("duty"))))
    found.append(Section("callbacks", _("callbacks"), list(terms.satisfaction)))
    damaged = [case for case in cases if _is_public(case, public)]
    by_class = split(damaged, field("category"), terms.lists("category"))
    title = _("damaged public facilities, for engineering")
    found.append(Section("public", title, by_class, named=True))
    return [*found, *repeated(cases, terms), still_open(cases, terms)]


def _is_public(case: Case, public: Collection[str]) -> bool:
    return case.head.get("category") in public or ("place" in case.head and "unit" not in case.head)


def _fees(cases: Sequence[Case]) -> list[Figure]:
    """Return how many were paid for and free, and the sum: in yuan, exact."""
    charged = {case.id: _yuan(case) for case in cases}
    paid = tuple(name for name, fee in charged.items() if fee)
    free = tuple(name for name, fee in charged.items() if not fee)
    warranty = tuple(case.id for case in cases if case.head.get("warranty") is True)
    total = sum(charged.values(), Decimal("0.00"))
    return [
        Figure("paid", _("paid"), paid),
        Figure("free", _("free"), free),
        Figure("warranty", _("in warranty"), warranty),
        Figure("sum", _("sum (yuan)"), paid, amount=f"{total:.2f}"),
    ]


def _yuan(case: Case) -> Decimal:
    try:
        return Decimal(str(case.head.get("fee") or "0"))
    except InvalidOperation:  # edited by hand; `validate` says so
        return Decimal(0)


def _appointments(cases: Sequence[Case], now: int) -> list[Figure]:
    """Return what became of the appointments: kept, nobody home, late, moved, still to come."""
    found: dict[str, list[str]] = {key: [] for key, _words in _WORDS}
    for case in cases:
        made = case.facts.get("appointments", ())
        for one in made:
            found[_fate(case, one, now)].append(case.id)
    every = tuple(name for ids in found.values() for name in ids)
    fates = [Figure(key, _(words), tuple(found[key]), every) for key, words in _WORDS]
    return [Figure("made", _("made"), every), *fates]


_WORDS = (
    ("kept", N_("kept")),
    ("missed", N_("nobody home")),
    ("broken", N_("not kept")),
    ("moved", N_("moved")),
    ("ahead", N_("to come")),
)


def _fate(case: Case, made: Sequence[Any], now: int) -> str:
    """Return what became of an appointment, one of `facts["appointments"]`."""
    agreed, _begins, ends, given_up, how, _turn = made
    if given_up is not None:
        return "missed" if how == "missed" else "moved"
    finished = [one["done"] for one in case.facts["cycles"] if one.get("done", -1) >= agreed]
    done = min(finished, default=None)
    if done is not None:
        return "kept" if done <= ends else "broken"
    ended = case.facts.get("cancelled", now)
    return "broken" if min(now, ended) > ends else "ahead"


def _signed(cases: Sequence[Case], now: int) -> list[Figure]:
    """Return how many were signed by the resident, of those that were done."""
    owed: list[str] = []
    signed: list[str] = []
    for case in cases:
        for clock in case.clocks:
            if clock.duty == "sign" and clock.void in ("", "closed") and clock.start <= now:
                owed.append(case.id)
                signed += [case.id] if clock.met is not None else []
    return [Figure("signed", _("signed"), tuple(signed), tuple(owed))]

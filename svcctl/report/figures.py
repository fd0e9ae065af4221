"""What a report is made of: figures, each with the ids behind it, in sections.

A number is never kept without its tickets, so every one can be traced.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from svcctl.base.choice import Choice
from svcctl.base.choice import show
from svcctl.base.i18n import _
from svcctl.kinds import ESCALATE
from svcctl.kinds import Clock


class Case(NamedTuple):
    """One ticket of a report.

    Attributes:
        head: Its header fields.
        clocks: Every clock, by the policy in force when it was opened.
        area: Where its unit is.
    """

    id: str
    head: Mapping[str, Any]
    facts: Mapping[str, Any]
    clocks: Sequence[Clock]
    area: str


class Figure(NamedTuple):
    """One number: as many as there are ids.

    Attributes:
        of: The ids it is a share of; None where it is no share.
        amount: A sum of money, shown in place of the number; empty for none.
        about: Further words, in a list.
    """

    key: str
    words: str
    ids: tuple[str, ...]
    of: tuple[str, ...] | None = None
    amount: str = ""
    about: str = ""

    @property
    def rate(self) -> float | None:
        """Return the share, None where there is nothing to share."""
        return len(self.ids) / len(self.of) if self.of else None


class Section(NamedTuple):
    """Figures of one kind.

    Attributes:
        named: Whether the ids are shown with each figure.
    """

    key: str
    title: str
    figures: list[Figure]
    named: bool = False


class Report(NamedTuple):
    """A report: headline, sections, and what else is said below the headline."""

    title: str
    sections: list[Section]
    notes: tuple[str, ...] = ()

    def ids(self) -> list[str]:
        """Return all tickets that a figure counts, each once."""
        every = (name for section in self.sections for one in section.figures for name in one.ids)
        return sorted(set(every))


Lists = Callable[[str], Sequence[Choice]]
"""Gives the values of a list with their words, in order: `kind`, `severity`, `category` …."""


def split(
    cases: Iterable[Case], key: Callable[[Case], str], choices: Sequence[Choice]
) -> list[Figure]:
    """Return how many cases there are of each value, in the order of the choices, others last."""
    found: dict[str, list[str]] = {}
    for case in cases:
        found.setdefault(key(case), []).append(case.id)
    known = [one.key for one in choices if one.key in found]
    others = sorted((one for one in found if one and one not in known), key=_natural)
    order = [*known, *others, *([""] if "" in found else ())]
    return [
        Figure(one or NOT_SAID, show(one, choices) if one else _("not stated"), tuple(found[one]))
        for one in order
    ]


NOT_SAID = "not-said"


def _natural(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdecimal() else (10**9, key)


def field(name: str) -> Callable[[Case], str]:
    """Return what gives a header field of a case as text."""
    return lambda case: str(case.head.get(name) or "")


def late(cases: Iterable[Case], now: int, choices: Sequence[Choice]) -> list[Figure]:
    """Return for each duty how many clocks ran out, of those that ran out or were met in time.

    A clock that still runs counts in neither; one that fell away counts if it was late by then.
    """
    owed: dict[str, list[str]] = {}
    over: dict[str, list[str]] = {}
    for case in cases:
        for clock in case.clocks:
            is_late = lateness(clock, now)
            if clock.duty == ESCALATE or is_late is None:
                continue
            owed.setdefault(clock.duty, []).append(case.id)
            if is_late:
                over.setdefault(clock.duty, []).append(case.id)
    order = [one.key for one in choices]
    order += sorted(owed.keys() - set(order))
    return [
        Figure(duty, show(duty, choices), tuple(over.get(duty, ())), tuple(owed[duty]))
        for duty in order
        if duty in owed
    ]


def lateness(clock: Clock, now: int) -> bool | None:
    """Tell whether a clock ran out, None if it cannot be said: it runs, or fell away in time."""
    if clock.due is None:
        return None
    if clock.met is not None and clock.met <= now:
        return clock.met > clock.due
    stop = now if clock.ended is None or not clock.void else min(clock.ended, now)
    return True if stop > clock.due else None

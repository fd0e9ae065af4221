"""A clock in words: from when, how long, until when, and what came of it; lines that add up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from svcctl.base.choice import show as label
from svcctl.base.clock import length_words
from svcctl.base.clock import moment
from svcctl.base.clock import show_moment
from svcctl.base.clock import show_span
from svcctl.base.i18n import _
from svcctl.term.names import Names

if TYPE_CHECKING:
    from datetime import datetime

    from svcctl.kinds import Clock
    from svcctl.kinds import Kind
    from svcctl.term.context import Run


class ClockWords:
    """How the clocks of one kind of record are told.

    Args:
        now: The moment from which it is looked.
    """

    def __init__(self, run: Run, kind: Kind, now: datetime) -> None:
        self._zone = run.zone
        self._kind = kind
        self._now = int(now.timestamp())
        self.names = Names(run)

    def lines(self, one: Clock) -> Iterator[str]:
        """Yield the lines of one clock: verdict, start, limit, end, owner."""
        name = self.duty(one.duty)
        if one.part:
            name = _("{duty} ({part})").format(duty=name, part=one.part)
        yield "  " + _("{title}: {words}").format(title=name, words=self._verdict(one))
        yield "    " + _since(one).format(
            moment=self._moment(one.start, one), owner=self.names.of(one.owner)
        )
        yield "    " + self._limit(one).format(rule=one.rule, length=length_words(one.limit))
        if one.paused:
            yield "    " + _("+ {span} that it waited").format(span=_exact(one.paused))
        if one.due is not None:
            yield "    " + _("= {until}").format(until=self._moment(one.due, one, end_of_day=True))
        if one.owner:
            yield "    " + _("owed by {owner}").format(owner=self.names.of(one.owner))
        if one.held:
            yield "    " + self._held(one)

    def duty(self, duty: str) -> str:
        """Return the word for a duty."""
        return label(duty, self._kind.rules.DUTIES)

    def ladder(self, rungs: list[Clock]) -> Iterator[str]:
        """Yield what was brought before whom, and what comes next."""
        if not rungs:
            return
        yield "  " + _("raised when late:")
        for one in sorted(rungs, key=lambda one: (one.met is None, one.due or 0, one.part)):
            yield "    " + self._rung(one)

    def _rung(self, one: Clock) -> str:
        words = (
            _("{moment} {duty} was brought before {name}")
            if one.met is not None
            else _("{moment} {duty} is to be brought before {name}")
        )
        said = words.format(
            moment=self._moment(
                one.met if one.met is not None else one.due or 0, one, end_of_day=True
            ),
            duty=self.duty(one.since),
            name=self.names.of(one.owner),
        )
        if one.limit:  # not for one that belonged to a limit there is no longer
            said = _("{said} ({after}, {rule})").format(
                said=said, after=after_words(one.limit), rule=one.rule
            )
        return _("{said}; nobody is above").format(said=said) if one.by == "end" else said

    def _limit(self, one: Clock) -> str:
        if one.by:
            return {
                "appointment": _("to the end of the appointment ({rule})"),
                "agreed": _("to the day agreed with the resident ({rule})"),
                "wanted": _("to the day the resident asked for ({rule})"),
                "waiting_until": _("to the day it waits for ({rule})"),
            }.get(one.by, _("to the moment noted in the record ({rule})"))
        if one.limit == "shift":
            return _("to the end of the shift ({rule})")
        if one.limit == "0d":
            return (
                _("+ the end of the same day ({rule})")
                if self._same_day(one)
                else _("+ the end of the day on which the night shift ends ({rule})")
            )
        if one.limit.endswith("d"):
            return _("+ {length}, to 24:00 of the last ({rule})")
        return _("+ {length} ({rule})")

    def _same_day(self, one: Clock) -> bool:
        if one.due is None:
            return True
        last = moment(one.due - one.paused - 1).astimezone(self._zone).date()
        return last == moment(one.start).astimezone(self._zone).date()

    def _verdict(self, one: Clock) -> str:
        if one.void:
            return self._fallen(one)
        if one.due is None:
            return _("stands still")
        if one.met is not None:
            met = self._moment(one.met, one)
            if one.met <= one.due:
                return _("met at {met}").format(met=met)
            return _("met at {met}, late by {span}").format(met=met, span=_about(one.met - one.due))
        left = one.due - self._now
        words = _("late by {span}") if left < 0 else _("{span} left")
        return words.format(span=_about(left))

    def _fallen(self, one: Clock) -> str:
        words = {
            "closed": _("no longer owed: it was closed"),
            "cancelled": _("no longer owed: it was withdrawn"),
            "duplicate": _("no longer owed: it is a duplicate"),
            "reassigned": _("no longer owed: it was handed to another department"),
            "reopened": _("no longer owed: it was taken up again"),
            "moved": _("no longer the end: another was agreed on"),
            "missed": _("no longer the end: nobody was home"),
            "invalid": _("not owed: it was judged invalid"),
            "incident": _("not owed by each: the incident is dealt with as one"),
            "earlier": _("not owed: it was done before this book knew of it"),
            "done": _("not owed: it was dealt with at once"),
        }.get(one.void) or _("no longer owed ({why})").format(why=one.void)
        if one.ended is None:
            return words
        since = self._moment(one.ended, one)
        return _("{words}, since {moment}").format(words=words, moment=since)

    def _held(self, one: Clock) -> str:
        until = self._moment(one.held_until, one)
        return _("until {until} {name} answers for it, whose reclassification made it late").format(
            until=until, name=self.names.of(one.held)
        )

    def _moment(self, epoch: int, one: Clock, *, end_of_day: bool = False) -> str:
        """Write a moment to the minute; to the second where else the sum would not come out."""
        shown = show_moment(moment(epoch), self._zone, end_of_day=end_of_day)
        if one.paused % 60 and not shown.endswith("24:00"):
            return f"{shown}:{epoch % 60:02}"
        return shown


def _since(one: Clock) -> str:
    return {
        "opened": _("from {moment}, when it came in"),
        "reopened": _("from {moment}, when it was taken up again"),
        "handover": _("from {moment}, when the night's matters were handed over"),
        "handed": _("from {moment}, when it was handed to {owner}"),
        "missed": _("from {moment}, when nobody was home"),
        "done": _("from {moment}, when it was done"),
        "passed": _("from {moment}, when the water test was passed"),
        "failed": _("from {moment}, when the water test failed"),
        "unsatisfied": _("from {moment}, when the resident was not satisfied"),
        "wait": _("from {moment}, when the wait began"),
        "changed": _("from {moment}, when what had been confirmed was changed"),
    }.get(one.since, _("from {moment}"))


def after_words(after: str) -> str:
    """Return a signed length from a limit in words."""
    if after.startswith("-"):
        return _("{length} before the limit").format(length=length_words(after[1:]))
    if after[:-1] == "0":
        return _("at the limit")
    return _("{length} after the limit").format(length=length_words(after))


def _about(seconds: int) -> str:
    """Return a length to the minute; less than that to the second."""
    if 0 < abs(seconds) < 60:
        return _("{seconds}s").format(seconds=abs(seconds))
    return show_span(timedelta(seconds=seconds))


def _exact(seconds: int) -> str:
    """Return a length to the second, which are named only where there are any."""
    span = show_span(timedelta(seconds=seconds))
    rest = abs(seconds) % 60
    return _("{span} {seconds}s").format(span=span, seconds=rest) if rest else span

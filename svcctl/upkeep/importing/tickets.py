"""Rows as tickets: the day a case was opened and the day it was closed become log entries."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from datetime import datetime
from datetime import time
from typing import Any
from typing import NamedTuple

from svcctl.base import phones
from svcctl.base import private
from svcctl.base.case import happened
from svcctl.base.choice import Choice
from svcctl.base.clock import show_moment
from svcctl.base.i18n import _
from svcctl.base.record import Deed
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.desk.tickets import actions
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.desk.tickets.words import STATUS_CHOICES
from svcctl.upkeep.importing.cells import Field
from svcctl.upkeep.importing.cells import Unfit
from svcctl.upkeep.importing.cells import Values
from svcctl.upkeep.importing.known import Known
from svcctl.upkeep.importing.plan import Outcome
from svcctl.upkeep.importing.plan import Write

_FIRST_YEAR, _LAST_YEAR = 2000, 2099
"""Ids hold two digits of the year."""

_SUBJECT = 200
_TAKEN = (
    "kind", "severity", "urgent", "demand", "channel", "category", "wanted", "caller",
)  # fmt: skip
"""The fields of a case that become fields of the ticket as they are."""


class Way(NamedTuple):
    """How tickets are taken over.

    Attributes:
        system: Where they come from.
        by: Whose entries they become.
        why: Reason written into the first entry.
        closing: Acts that a closing day stands for.
        update: Whether cases that went on in the old system go on here.
        unknown: Field -> what happens to a unit or resident that the book does not know; where
            nothing is said, the words are kept as they are.
    """

    system: str
    by: str
    why: str
    closing: tuple[str, ...]
    update: bool
    unknown: Mapping[str, str]


class Act(NamedTuple):
    """One entry to be written: what, when, with what."""

    did: str
    when: datetime
    fields: Mapping[str, Any]
    words: Mapping[str, Any]


def fields(known: Known) -> tuple[Field, ...]:
    """Return what a list of cases can fill."""
    people = tuple(Choice(str(row["id"]), str(row.get("name", ""))) for row in known.rows("staff"))
    return (
        Field("opened", "moment", required=True),
        Field("closed", "moment"),
        Field("kind", "choice", KIND_CHOICES, required=True),
        Field("subject", "line", required=True),
        Field("severity", "choice", SEVERITY_CHOICES),
        Field("urgent", "flag"),
        Field("status", "choice", STATUS_CHOICES),
        Field("unit", "plain"),
        Field("place", "name"),
        Field("resident", "plain"),
        Field("caller", "name"),
        Field("phone", "phones"),
        Field("demand", "words"),
        Field("channel", "choice", known.options("channel")),
        Field("category", "choice", known.options("category")),
        Field("wanted", "day"),
        Field("department", "choice", known.options("department")),
        Field("assignee", "choice", people),
        Field("note", "words"),
        Field("result", "words"),
    )


class Tickets:
    """Makes tickets of rows, and knows which are in the book."""

    def __init__(self, known: Known, way: Way) -> None:
        self._known = known
        self._way = way
        self._seen: set[str] = set()
        self._writes: list[Write] = []
        self._created = 0
        rows = known.rows("ticket")
        self._here = {str(row["source"]): str(row["id"]) for row in rows if row.get("source")}

    def writes(self) -> Sequence[Write]:
        """Return the tickets to be written."""
        return self._writes

    def take(self, said: Values, key: str) -> Outcome:
        """Return what becomes of a case; raises as `Adapter.take` says."""
        source = f"{self._way.system}:{key}"
        if source in self._seen:
            raise Unfit(_("'{key}' stands in the list twice").format(key=key))
        acts = list(self._acts(said, source))
        old = self._here.get(source)
        outcome = self._again(old, acts) if old else self._new(acts)
        self._seen.add(source)
        return outcome

    # -- a case that is new here ----------------------------------------------------------------

    def _new(self, acts: Sequence[Act]) -> Outcome:
        day = acts[0].when.date()
        series = f"T{day:%y%m%d}-{self._known.desk}"
        first, *rest = acts
        opened = actions.register(f"{series}01", self._deed(first), first.fields, **first.words)
        record = self._done(opened, rest)
        made = self._created
        self._created += 1
        self._writes.append(Write(record, new=True, day=day))
        return Outcome("create", f"{series}..", record["subject"], made=made)

    def _done(self, record: Record, acts: Sequence[Act]) -> Record:
        for act in acts:
            record = actions.act(record, self._deed(act), act.did, act.fields, **act.words)
        if wrong := self._known.faults("ticket", record):
            raise Unfit("; ".join(wrong))
        return record

    def _deed(self, act: Act) -> Deed:
        return Deed(self._way.by, self._known.now, act.when, self._known.desk)

    # -- a case that is here already ------------------------------------------------------------

    def _again(self, name: str, acts: Sequence[Act]) -> Outcome:
        record = self._known.get("ticket", name)
        there = [_trace(entry) for entry in record["log"]]
        wanted = [_wanted(act) for act in acts]
        title = str(record.get("subject", ""))
        if there[: len(wanted)] == wanted:
            return Outcome("unchanged", name, title)
        if wanted[: len(there)] != there:
            return Outcome("differs", name, title, _("the book's ticket is kept"))
        more = acts[len(there) :]
        steps = " + ".join(act.did for act in more)
        if not self._way.update:
            return Outcome("differs", name, title, _("not taken over: {steps}").format(steps=steps))
        self._writes.append(Write(self._done(record, more)))
        return Outcome("update", name, title, steps)

    # -- what a row says --------------------------------------------------------------------------

    def _acts(self, said: Values, source: str) -> Iterator[Act]:
        given, kept = dict(said.fields), list(said.kept)
        opened = self._moment(given["opened"])
        if opened > self._known.now:
            raise Unfit(_("opened in the future: {day}").format(day=self._show(opened)))
        if not _FIRST_YEAR <= opened.year <= _LAST_YEAR:
            raise Unfit(_("opened in {year}; ids begin with 2000").format(year=opened.year))
        header = self._header(given, kept)
        note = "\n".join(part for part in (str(given.get("note", "")), *kept) if part)
        yield Act("open", opened, header | {"source": source}, {"note": note, "why": self._way.why})
        to: dict[str, Any] = {key: given[key] for key in ("department", "assignee") if key in given}
        if to:
            yield Act("assign", opened, to, {})
        yield from self._ending(given, opened)

    def _header(self, given: Mapping[str, Any], kept: list[str]) -> dict[str, Any]:
        header = {key: given[key] for key in _TAKEN if key in given}
        if header["kind"] != "complaint" and "severity" in header:
            raise Unfit(_("only a complaint has a severity"))
        subject = given["subject"]
        if len(subject) > _SUBJECT:
            # Cut for the list; no word is lost.
            kept.insert(0, subject)
            subject = subject[: _SUBJECT - 1] + "…"
        header["subject"] = subject
        header |= self._where(given, kept)
        if phone := given.get("phone"):
            header["contact"] = phones.mask(phone[0])
        if resident := given.get("resident"):
            header |= self._who(str(resident), header, kept)
        return header

    def _where(self, given: Mapping[str, Any], kept: list[str]) -> dict[str, str]:
        """A name that is no unit of the book, or of several, is kept as it was said."""
        found = {"place": given["place"]} if "place" in given else {}
        if said := given.get("unit"):
            units = self._known.units(said)
            if len(units) == 1:
                found["unit"] = units[0]
            else:
                found |= self._strange("unit", said, "unit_said", kept)
        return found

    def _who(self, said: str, header: Mapping[str, Any], kept: list[str]) -> dict[str, str]:
        if self._known.has("resident", said):
            return {"resident": said}
        return self._strange("resident", said, "" if "caller" in header else "caller", kept)

    def _strange(self, field: str, said: str, instead: str, kept: list[str]) -> dict[str, str]:
        policy = self._way.unknown.get(field)
        if policy == "reject":
            raise Unfit(_("there is no {kind} '{id}' in the book").format(kind=_(field), id=said))
        if policy is None and instead:
            return {instead: private.hide(said)}
        kept.append(private.hide(said))
        return {}

    def _ending(self, given: Mapping[str, Any], opened: datetime) -> Iterator[Act]:
        status, closed = given.get("status"), given.get("closed")
        ended = status in ("done", "closed", "cancelled") or (status is None and closed is not None)
        if not ended:
            if closed is not None:
                raise Unfit(_("it is {status}, but has a closing day").format(status=status))
            return
        if closed is None:
            raise Unfit(_("it is {status}, but has no closing day").format(status=status))
        when = self._closing_moment(closed, opened)
        result = str(given.get("result") or self._way.why)
        if status == "cancelled":
            yield Act("cancel", when, {}, {"why": result})
            return
        for did in ("done",) if status == "done" else self._way.closing:
            yield Act(did, when, {}, {"note": result} if did == "done" else {})

    def _closing_moment(self, closed: date, opened: datetime) -> datetime:
        when = self._moment(closed)
        if not isinstance(closed, datetime) and when.date() == opened.date():
            when = max(when, opened)  # a day without time is all of that day
        if when < opened:
            raise Unfit(
                _("closed {closed}, before it was opened {opened}").format(
                    closed=self._show(when), opened=self._show(opened)
                )
            )
        if when > self._known.now:
            raise Unfit(_("closed in the future: {day}").format(day=self._show(when)))
        return when

    def _moment(self, said: date) -> datetime:
        if not isinstance(said, datetime):
            return datetime.combine(said, time(), self._known.zone)
        if said.tzinfo is None:
            return said.replace(tzinfo=self._known.zone)
        return said.astimezone(self._known.zone)

    def _show(self, moment: datetime) -> str:
        return show_moment(moment, self._known.zone)


def _trace(entry: Entry) -> tuple[Any, ...]:
    """What tells whether an entry is the one that a row asks for, whoever wrote it down when."""
    return entry.get("did"), happened(entry), entry.get("set") or {}, _words(entry.get("note"))


def _wanted(act: Act) -> tuple[Any, ...]:
    return act.did, act.when, dict(act.fields), _words(act.words.get("note"))


def _words(note: object) -> str:
    return str(note or "").replace("\r\n", "\n").strip()

"""How messages are shown: whom each is for now, and whether it is still needed."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base import redaction
from svcctl.base.case import MACHINE
from svcctl.base.case import happened
from svcctl.base.choice import show as label
from svcctl.base.clock import moment
from svcctl.base.clock import show_moment
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.desk.messages.rules import is_settled
from svcctl.desk.messages.words import ACT_CHOICES
from svcctl.desk.messages.words import STATUS_CHOICES
from svcctl.desk.staff import rules as staff
from svcctl.kinds import KINDS
from svcctl.term.output import Column

if TYPE_CHECKING:
    from svcctl.base.record import Record
    from svcctl.kinds import Clock
    from svcctl.term.context import Run

Row = dict[str, Any]


def listed(run: Run, *, open_: bool, to: set[str] | None) -> Iterator[Row]:
    """Yield the rows of the list, the oldest first.

    Args:
        open_: Only those that wait to be sent.
        to: Only those for one of these roles and colleagues, or for whom they come down to.
    """
    index = run.book.index
    found = index.rows("message", open=True if open_ else None)
    found.sort(key=lambda row: row["at"] or 0)
    holders = _Holders(run)
    about = _About(run, {str(row["about"]) for row in found})
    for row in found:
        who = holders.of(row["to"])
        if to is None or row["to"] in to or to & set(who):
            yield _row(run, row, who, about)


def _row(run: Run, row: Row, who: dict[str, str], about: _About) -> Row:
    known = about.row(row["about"])
    settled = row["open"] and about.is_settled(row["about"], row["key"])
    return {
        "id": row["id"],
        "moment": _local(run, row["at"]),
        "to": row["to"],
        "who": list(who),
        "names": list(who.values()),
        "about": row["about"],
        "where": known.get("where", ""),
        "what": known.get("title", ""),
        "words": row["words"],
        "status": row["status"],
        "settled": settled,
        "state": _("settled") if settled else label(row["status"], STATUS_CHOICES),
        "deliver": _local(run, row["deliver"]),
        "key": row["key"],
    }


def _local(run: Run, epoch: int | None) -> datetime | None:
    return None if epoch is None else moment(epoch).astimezone(run.zone)


class _Holders:
    """Who a role comes down to today; each is looked for once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._staff = run.book.index.rows("staff")
        self._names = {str(row["id"]): str(row["name"]) for row in self._staff}
        self._found: dict[str, dict[str, str]] = {}

    def of(self, to: str) -> dict[str, str]:
        """Return id and name of each one who is meant."""
        if to in self._names:
            return {to: self._names[to]}
        if to not in self._found:
            today = self._run.now().date()
            cards = staff.holders(self._staff, self._run.book.handbook, to, today)
            self._found[to] = {str(one["id"]): str(one["name"]) for one in cards}
        return self._found[to]


class _About:
    """The records that messages are about: their rows, and what of them is done."""

    def __init__(self, run: Run, names: set[str]) -> None:
        self._index = run.book.index
        self._clocks: dict[str, list[Clock]] = {}
        self._rows = {
            str(row["id"]): row
            for kind in KINDS.values()
            if kind.prefix
            for row in self._index.rows(
                kind.name, ids=[one for one in names if one[:1] == kind.prefix]
            )
        }

    def row(self, name: str) -> Row:
        """Return the list row of a record, empty if it is gone."""
        return self._rows.get(name, {})

    def is_settled(self, name: str, key: str) -> bool:
        """Tell whether what a message is about was done meanwhile."""
        row = self.row(name)
        if name not in self._clocks:
            path = row.get("path")
            self._clocks[name] = [one.clock for one in self._index.clocks(path)] if path else []
        return is_settled(key, self._clocks[name], is_open=bool(row.get("open")))


def columns(run: Run) -> list[Column]:
    """Return the columns of the list."""
    return [
        Column("id", _("id")),
        Column("moment", _("when"), show=lambda at: show_moment(at, run.zone, end_of_day=True)[5:]),
        Column("to", _("to"), 12, show=lambda to: run.word("role", to)),
        Column("names", _("holder"), 10),
        Column("where", _("where"), 10),
        Column("words", _("words"), 32),
        Column("state", _("state")),
        Column("status", _("status"), 0),
        Column("settled", _("settled"), 0),
        Column("who", _("holder"), 0),
        Column("about", _("about"), 0),
        Column("what", _("what"), 0),
        Column("deliver", _("not before"), 0),
        Column("key", _("key"), 0),
    ]


def page(run: Run, record: Record) -> Iterator[str]:
    """Yield the lines of one message."""
    who = _Holders(run).of(record["to"])
    about = _About(run, {record["about"]})
    known = about.row(record["about"])
    yield str(record["id"])
    yield _("  about: {about}").format(
        about=" ".join(
            str(one) for one in (record["about"], known.get("where"), known.get("title")) if one
        )
    )
    names = joined(who.values()) or _("nobody")
    yield _("  to: {role} ({names})").format(role=run.word("role", record["to"]), names=names)
    if record.get("words"):
        yield _("  words: {words}").format(words=record["words"])
    if record.get("deliver"):
        yield _("  not before: {at}").format(at=show_moment(record["deliver"], run.zone))
    settled = record["status"] == "queued" and about.is_settled(record["about"], record["key"])
    state = label(record["status"], STATUS_CHOICES)
    if settled:
        state = _("{state} ({note})").format(state=state, note=_("settled"))
    yield _("  state: {state}").format(state=state)
    yield from _story(run, record["log"])


def _story(run: Run, log: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for entry in log:
        said = (entry.get("to"), entry.get("via") and run.word("channel", entry["via"]),
                entry.get("why"))  # fmt: skip
        more = " ".join(str(one) for one in said if one)
        did = label(entry["did"], ACT_CHOICES)
        machine = entry["by"] == MACHINE
        by = _("automatic") if machine else entry["by"]
        when = show_moment(happened(dict(entry)), run.zone, end_of_day=machine)
        yield f"  {when} {by} {did} {more}".rstrip()
        yield from (f"    {line}" for line in redaction.told(entry, run.zone))

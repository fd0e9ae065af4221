"""How shifts are shown: in a list, in a line, and as the handover sheet."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import timedelta
from datetime import tzinfo
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.case import happened
from svcctl.base.choice import show as label
from svcctl.base.clock import moment
from svcctl.base.clock import show_moment
from svcctl.base.clock import show_span
from svcctl.base.fields import text
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.record import Record
from svcctl.desk.shifts import hours
from svcctl.desk.shifts import rules
from svcctl.desk.shifts.sheet import ALWAYS
from svcctl.desk.shifts.sheet import PARTS
from svcctl.desk.shifts.sheet import Item
from svcctl.desk.shifts.story import people
from svcctl.desk.shifts.story import replay
from svcctl.desk.shifts.words import LINE_CHOICES
from svcctl.desk.shifts.words import SHIFT_CHOICES
from svcctl.desk.shifts.words import STATUS_CHOICES
from svcctl.desk.tickets.words import DUTY_CHOICES
from svcctl.term.output import Column

if TYPE_CHECKING:
    from svcctl.handbook.lookup import Policy

Name = Callable[[str], str]


def title(record: Mapping[str, Any]) -> str:
    """Return which shift of which day it is."""
    return f"{label(text(record, 'name'), SHIFT_CHOICES)} {record.get('day', '')}"


def punctual(minutes: int, policy: Policy) -> Iterator[str]:
    """Yield whether somebody comes in time: so long before the shift as the policy says (NUM-07).

    Args:
        minutes: After the beginning of the shift; negative before it.
    """
    wanted = int(hours.early(policy).total_seconds() // 60)
    span = show_span(timedelta(minutes=abs(minutes)))
    if minutes > 0:
        yield _("{span} late for the shift").format(span=span)
    elif minutes == 0 < wanted:
        yield _("at the last minute; the handbook asks for {wanted} before the shift").format(
            wanted=show_span(timedelta(minutes=wanted))
        )
    elif -minutes >= wanted:
        yield _("in time: {span} before the shift").format(span=span)
    else:
        yield _("{span} before the shift; the handbook asks for {wanted}").format(
            span=span, wanted=show_span(timedelta(minutes=wanted))
        )


def pending(record: Record) -> Iterator[str]:
    """Yield what is still to be done about a shift before."""
    said = {"id": record["id"], "title": title(record)}
    if record.get("status") == "open":
        step = f"svcctl shift end {record['id']}"
        yield _("{id} ({title}) is not ended yet: {step}").format(step=step, **said)
    elif record.get("status") == "ended":
        step = "svcctl shift accept"
        yield _("{id} ({title}) waits to be accepted: {step}").format(step=step, **said)


def columns(name: Name) -> list[Column]:
    """Return the columns of a list of shifts.

    Args:
        name: Gives the name of a colleague.
    """
    return [
        Column("id", _("id")),
        Column("day", _("day")),
        Column("name", _("shift"), show=lambda key: label(key, SHIFT_CHOICES)),
        Column("status", _("status"), show=lambda key: label(key, STATUS_CHOICES)),
        Column("on", _("on duty"), 24, show=lambda who: joined(map(name, who))),
        Column("standin", _("stand-in"), show=lambda who: name(who) if who else ""),
        Column("lines", _("lines")),
        Column("todo", _("open")),
    ]


def line(item: Item, zone: tzinfo, name: Name) -> str:
    """Return one line of the sheet."""
    kind = label(item.kind, LINE_CHOICES)
    if item.part in ("late", "due"):
        parts = [_moment(item, zone), label(item.duty, DUTY_CHOICES), item.id]
        parts += [item.where, item.what, name(item.owner)]
    elif item.part == "line":
        parts = [item.id, _moment(item, zone), kind, item.where, item.what]
    elif item.part in ("major", "other"):
        parts = [item.id, kind, item.where, item.what, name(item.owner)]
    elif item.part == "defect":
        parts = [_moment(item, zone), name(item.owner), item.what]
    else:
        parts = [item.id, item.where, item.what, name(item.owner)]
    return "  ".join(part for part in parts if part)


def _moment(item: Item, zone: tzinfo) -> str:
    if item.at is None:
        return ""
    return show_moment(moment(item.at), zone, end_of_day=item.part in ("late", "due"))[5:]


def sheet(
    record: Record, items: Sequence[Item], zone: tzinfo, name: Name, *, markdown: bool
) -> Iterator[str]:
    """Yield the lines of a handover sheet, for people or as Markdown."""
    top, head, dot = ("# ", "## ", "- ") if markdown else ("", "", "  ")
    yield f"{top}{_('handover sheet')} {record['id']}  {title(record)}"
    if markdown:
        yield ""
    for words in _heading(record, zone, name):
        yield f"{'- ' if markdown else ''}{words}"
    for part in PARTS:
        own = [one for one in items if one.part == part.key]
        if not own and part.key not in ALWAYS:
            continue
        if markdown:
            yield ""
        words = label(part.key, PARTS)
        yield head + (_("{words} ({count})").format(words=words, count=len(own)) if own else words)
        if markdown:
            yield ""
        yield from (f"{dot}{line(one, zone, name)}" for one in own)
        if not own:
            yield f"{dot}{_('none')}"


def _heading(record: Record, zone: tzinfo, name: Name) -> Iterator[str]:
    acts = replay(record.get("log", [])).applied
    there = dict.fromkeys(
        one for entry in acts if entry.get("did") in ("start", "join") for one in people(entry)
    )
    yield _("on duty: {names}").format(names=joined(map(name, there)))
    if standin := text(record, "standin"):
        yield _("stand-in: {name}").format(name=name(standin))
    for entry in acts:
        when = show_moment(happened(entry), zone)
        who = name(text(entry, "by"))
        if entry.get("did") == "end":
            yield _("handed over by {name}, {when}").format(name=who, when=when)
        elif entry.get("did") == "accept" and not entry.get("result"):
            yield _("accepted by {name}, {when}").format(name=who, when=when)
    if (successor := text(record, "successor")) and record.get("status") == "ended":
        yield _("to follow: {name}").format(name=name(successor))


def open_lines(records: Iterable[Record], zone: tzinfo) -> Iterator[str]:
    """Yield the open lines of some shifts."""
    for record in records:
        for name, one in rules.open_lines(record).items():
            parts = (
                f"{record['id']}/{name}",
                show_moment(happened(one.entry), zone)[5:],
                label(text(one.said, "kind"), LINE_CHOICES),
                rules.where(one.said),
                text(one.said, "subject"),
            )
            yield "  ".join(part for part in parts if part)

"""The handover sheet, computed: what the next shift has to know (REC-10, SHF-10, SHF-11).

Leftovers and cautions in words, lines nothing was done about, open repairs, complaints and major
matters, what falls due in the next shift, tools. Of a shift that is over: as it stood at its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from svcctl.base import redaction
from svcctl.base.case import happened
from svcctl.base.choice import Choice
from svcctl.base.clock import epoch
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.desk.shifts.rules import where
from svcctl.desk.shifts.story import replay
from svcctl.desk.shifts.words import REMARK

PARTS = (
    Choice("left", "遗留问题", "", "left over"),
    Choice("caution", "应注意事项", "", "to watch for"),
    Choice("line", "未办的值班记录", "", "open lines"),
    Choice("major", "重大和紧急事项", "", "major and urgent matters"),
    Choice("complaint", "投诉", "", "complaints"),
    Choice("repair", "报修", "", "repairs"),
    Choice("other", "其他未办结", "", "other open matters"),
    Choice("late", "已超时", "", "late already"),
    Choice("due", "下一班到期", "", "due in the next shift"),
    Choice("tool", "工具器械", "", "tools"),
    Choice("missing", "未清点", "", "not counted"),
    Choice("defect", "接班不合格", "", "not accepted because of"),
)
"""The parts of the sheet, in their order."""

ALWAYS = ("left", "caution", "line", "major", "complaint", "repair", "due", "tool")
"""Parts that say so when there is nothing."""


class Item(NamedTuple):
    """One thing on the sheet.

    Attributes:
        part: Key of one of `PARTS`.
        at: Epoch seconds: until when, for what falls due; else when it happened.
    """

    part: str
    id: str = ""
    where: str = ""
    what: str = ""
    duty: str = ""
    kind: str = ""
    at: int | None = None
    owner: str = ""


def compose(
    record: Record,
    moment: int,
    tickets: Iterable[Mapping[str, Any]],
    due: Iterable[Item],
    tools: Sequence[str],
) -> list[Item]:
    """Return what stands on the sheet of a shift.

    Args:
        moment: As of when, epoch seconds.
        tickets: List rows of tickets; those that are not open at that moment are left out.
        due: What is late, and what falls due in the next shift.
        tools: Those of the handbook's list.
    """
    lines = list(_lines(record, moment))
    made = _made_of(record, {one.id for one in lines})
    matters = [one for one in (*_matters(tickets, moment), *due) if one.id not in made]
    items = [*_words(_end(record)), *lines, *matters]
    items += [*_tools(record, tools), *_defects(record)]
    order = {one.key: place for place, one in enumerate(PARTS)}
    return sorted(items, key=lambda one: order[one.part])


def _end(record: Record) -> Entry:
    """Return what was said at the end; what was said before a defect holds if not said anew."""
    last: Entry = {}
    for one in replay(record.get("log", [])).applied:
        if one.get("did") == "end":
            last = last | one
    return last


def _made_of(record: Record, lines: set[str]) -> set[str]:
    """Return the tickets that were made later of lines which stand on the sheet themselves."""
    told = replay(record.get("log", [])).lines
    return {
        text(line.closed, "ticket")
        for name, line in told.items()
        if line.closed is not None and f"{record['id']}/{name}" in lines
    } - {""}


def _words(last: Entry) -> Iterator[Item]:
    yield from (Item("left", what=line) for line in redaction.told(last))
    for part, key in (("left", "left"), ("caution", "note")):
        for line in text(last, key).strip().splitlines():
            yield Item(part, what=line)


def _lines(record: Record, moment: int) -> Iterator[Item]:
    for name, line in replay(record.get("log", [])).lines.items():
        closed = epoch(line.closed.get("at")) if line.closed is not None else None
        if line.said.get("kind") == REMARK or (closed is not None and closed <= moment):
            continue
        yield Item(
            "line",
            id=f"{record['id']}/{name}",
            where=where(line.said),
            what=text(line.said, "subject"),
            kind=text(line.said, "kind"),
            at=epoch(happened(line.entry)),
        )


def _matters(tickets: Iterable[Mapping[str, Any]], moment: int) -> Iterator[Item]:
    for row in tickets:
        if not _was_open(row, moment):
            continue
        kind = str(row.get("kind", ""))
        part = kind if kind in ("complaint", "repair") else "other"
        if row.get("severity") == "major" or row.get("urgent"):
            part = "major"
        yield Item(
            part,
            id=str(row["id"]),
            where=str(row.get("where", "")),
            what=str(row.get("title", "")),
            kind=kind,
            owner=str(row.get("assignee") or row.get("department") or ""),
        )


def _was_open(row: Mapping[str, Any], moment: int) -> bool:
    """Tell whether work on a ticket was left at a moment, as far as its list row tells."""
    opened, done = row.get("at"), row.get("done_at")
    if opened is None or opened > moment:
        return False
    ended = row.get("closed_at") or row.get("ended_at")
    if not row.get("open") and ended is None:
        return False  # cancelled, or a duplicate
    return all(end is None or end > moment for end in (done, ended))


def uncounted(record: Record, listed: Sequence[str]) -> list[str]:
    """Return the tools of the handbook's list that were not counted at the end (SHF-11)."""
    counted = texts(_end(record), "tools")
    return [tool for tool in listed if not any(one.startswith(tool) for one in counted)]


def _tools(record: Record, listed: Sequence[str]) -> Iterator[Item]:
    if last := _end(record):
        yield from (Item("tool", what=one) for one in texts(last, "tools"))
        yield from (Item("missing", what=one) for one in uncounted(record, listed))


def _defects(record: Record) -> Iterator[Item]:
    for entry in replay(record.get("log", [])).applied:
        if entry.get("result") == "defect":
            yield Item(
                "defect",
                what=text(entry, "note"),
                owner=text(entry, "by"),
                at=epoch(happened(entry)),
            )

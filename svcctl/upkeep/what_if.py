"""`svcctl explain --policy draft.toml --since DAY`: who would have been late under another rule.

All tickets opened since a day are judged twice, by the rule in force when each was opened and by
the draft. No file of a ticket is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from datetime import time
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from svcctl.base.choice import resolve
from svcctl.base.choice import show as label
from svcctl.base.clock import moment
from svcctl.base.clock import parse_day
from svcctl.base.clock import show_moment
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.desk.tickets.clocks import owed
from svcctl.desk.tickets.runs import limits_of
from svcctl.desk.tickets.runs import policy_of
from svcctl.desk.tickets.words import DUTY_CHOICES
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.duty.supposed import Change
from svcctl.duty.supposed import changes
from svcctl.duty.supposed import is_late
from svcctl.kinds import KINDS
from svcctl.term.output import Column
from svcctl.upkeep.drafts import draft

if TYPE_CHECKING:
    from svcctl.book.index import Basis
    from svcctl.handbook.lookup import Handbook
    from svcctl.term.context import Run


class Found(NamedTuple):
    """What came of judging all tickets twice.

    Attributes:
        rows: What would be otherwise, as list rows.
        tickets: How many were judged.
        late: How many duties are late by the rules in force, `would_be` by the draft.
    """

    rows: list[dict[str, Any]]
    tickets: int
    late: int
    would_be: int


def compare(run: Run, path: str, since: str | None, kind: str | None) -> None:
    """Show which duties of the tickets since a day would have been late, or no longer."""
    now = run.now()
    day = parse_day(since or "", now.date())
    wanted = None if kind is None else resolve(kind, KIND_CHOICES, _("kind"))
    policy = draft(run, path)
    found = _judged(run, policy, datetime.combine(day, time(), now.tzinfo), wanted)
    run.rows(found.rows, _columns(run))
    if run.format == "table":
        _say(run, found, f"{day}")
    run.report_unreadable()


def _judged(run: Run, policy: dict[str, Any], since: datetime, kind: str | None) -> Found:
    ours = run.book.handbook
    theirs = ours.supposing(policy)
    now = int(run.now().timestamp())
    rows: list[dict[str, Any]] = []
    tickets = late = would_be = 0
    for basis in run.book.index.bases("ticket", since=int(since.timestamp())):
        if kind is not None and basis.row.get("kind") != kind:
            continue
        tickets += 1
        before = after = owed(basis.head, basis.facts, ours)
        if not _alike(basis, ours, theirs):
            after = owed(basis.head, basis.facts, theirs)
        late += sum(is_late(one, now) for one in before)
        would_be += sum(is_late(one, now) for one in after)
        rows += [_row(run, basis.row, one) for one in changes(before, after, now)]
    return Found(rows, tickets, late, would_be)


def _alike(basis: Basis, ours: Handbook, theirs: Handbook) -> bool:
    """Tell whether the draft says of a ticket's class what holds anyway, as it does of most."""
    one, other = policy_of(basis.facts, ours), policy_of(basis.facts, theirs)
    return limits_of(basis.head, one) == limits_of(basis.head, other) and (
        one.every_setting() == other.every_setting()
    )


def _row(run: Run, row: dict[str, Any], one: Change) -> dict[str, Any]:
    clock = one.clock
    return {
        "id": row["id"],
        "duty": clock.duty,
        "part": clock.part,
        "task": f"{KINDS['ticket'].rules.matter(row)} {label(clock.duty, DUTY_CHOICES)}",
        "kind": row.get("kind"),
        "severity": row.get("severity"),
        "verdict": _verdict(one),
        "before": _local(run, one.before.due if one.before else None),
        "after": _local(run, one.after.due if one.after else None),
        "met": _local(run, clock.met),
        "where": row.get("where", ""),
        "what": row.get("title", ""),
    }


def _local(run: Run, epoch: int | None) -> datetime | None:
    return None if epoch is None else moment(epoch).astimezone(run.zone)


def _verdict(one: Change) -> str:
    if one.would_be and not one.was_late:
        return "late"
    if one.was_late and not one.would_be:
        return "in time"
    if one.was_late:
        return "still late"
    if one.before is None or one.after is None:
        return "added" if one.before is None else "dropped"
    return "moved"


def _columns(run: Run) -> list[Column]:
    def until(moment: datetime) -> str:
        return show_moment(moment, run.zone, end_of_day=True)

    words = {
        "late": _("would be late"),
        "in time": _("would be in time"),
        "still late": _("late either way"),
        "moved": _("in time either way"),
        "added": _("owed by the draft alone"),
        "dropped": _("no longer owed"),
    }
    return [
        Column("verdict", _("verdict"), 24, show=lambda word: words[word]),
        Column("task", _("duty"), 32),
        Column("id", _("id")),
        Column("before", _("until"), show=until),
        Column("after", _("by the draft"), show=until),
        Column("met", _("met"), show=lambda moment: show_moment(moment, run.zone)),
        Column("where", _("where"), 0),
        Column("what", _("what"), 0),
        Column("duty", _("duty"), 0),
        Column("part", _("part"), 0),
        Column("kind", _("kind"), 0),
        Column("severity", _("severity"), 0),
    ]


def _say(run: Run, found: Found, day: str) -> None:
    for line in _summary(found, day):
        run.say(line)


def _summary(found: Found, day: str) -> Iterator[str]:
    judged = ngettext(
        "{count} ticket opened since {day}", "{count} tickets opened since {day}", found.tickets
    ).format(count=found.tickets, day=day)
    if not found.rows:
        yield _("{tickets}: the draft changes nothing").format(tickets=judged)
        return
    verdicts = [row["verdict"] for row in found.rows]
    yield _("{tickets}: late {late}, by the draft {would_be}").format(
        tickets=judged, late=found.late, would_be=found.would_be
    )
    late, saved = verdicts.count("late"), verdicts.count("in time")
    yield _("{late} newly late, {saved} no longer, {moved} otherwise different").format(
        late=late, saved=saved, moved=len(verdicts) - late - saved
    )

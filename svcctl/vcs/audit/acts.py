"""What must hold of an act when it comes into the history: who did it, and when it says it was.

Pure: asked of the entries that a commit adds, and of the book as it was then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from datetime import datetime
from typing import Any
from typing import NamedTuple

from svcctl.base import clock
from svcctl.base import entry as entries
from svcctl.base.case import MACHINE
from svcctl.base.errors import UsageProblem
from svcctl.base.fields import text
from svcctl.base.finding import Finding
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.kinds import KINDS
from svcctl.kinds import Kind
from svcctl.vcs.audit.then import Ground
from svcctl.vcs.audit.then import Then
from svcctl.vcs.audit.walk import Past

NEAR = "7d"
"""How far `at` may lie before its commit, where the policy says nothing: desks work offline."""

AHEAD_S = 600
"""How far `at` may lie behind its commit, in seconds: two machines' clocks."""


class Scene(NamedTuple):
    """A commit, and the book around it.

    Attributes:
        before: The book at its parents.
        ground: The staff and the handbook as the commit leaves them.
        begins: Whether the book begins here; what it held until then was never committed.
    """

    past: Past
    before: tuple[Then, ...]
    ground: Ground
    begins: bool


def of_entry(
    scene: Scene, kind: Kind, record: Record, place: int, entry: Entry
) -> Iterator[Finding]:
    """Yield what is wrong with an entry that a commit adds to a case."""
    at = entry.get("at")
    if not isinstance(at, datetime) or at.tzinfo is None:
        return  # `validate` says so
    if not scene.begins:
        yield from _time(scene, place, entry, at)
        yield from _closed(scene, place, entry, at)
    by = text(entry, "by")
    machine = text(entry, "n").startswith(f"{MACHINE}/") and by == MACHINE
    if not machine:
        yield from _person(scene.ground, place, entry, at)
        yield from _role(scene.ground, kind, record, place, entry)


def _person(ground: Ground, place: int, entry: Entry, at: datetime) -> Iterator[Finding]:
    by, day = text(entry, "by"), at.astimezone(ground.zone).date()
    card = ground.card(by)
    said: dict[str, Any] = {"by": by, "n": entry.get("n"), "day": day}
    if card is None:
        yield Finding("AUD107", ("log", place, "by"), said)
    elif not KINDS["staff"].rules.works(card, day):
        yield Finding("AUD108", ("log", place, "by"), said)


def _role(
    ground: Ground, kind: Kind, record: Record, place: int, entry: Entry
) -> Iterator[Finding]:
    reserved, card = kind.rule("reserved"), ground.card(text(entry, "by"))
    if reserved is None or card is None:
        return
    try:
        role = reserved(record, entry, ground.handbook)
    except (LookupError, TypeError, ValueError, AttributeError):
        return  # a broken log; `validate` says how
    day = entry["at"].astimezone(ground.zone).date()
    if role and role not in KINDS["staff"].rules.standing(card, ground.handbook, day):
        said = {"by": entry.get("by"), "did": entry.get("did"), "role": role, "day": day}
        yield Finding("AUD109", ("log", place, "by"), said)


def _time(scene: Scene, place: int, entry: Entry, at: datetime) -> Iterator[Finding]:
    past, moment = scene.past, at.timestamp()
    said = {"n": entry.get("n"), "at": at, "committed": _shown(past.committed, scene.ground)}
    if moment > past.committed + AHEAD_S:
        yield Finding("AUD114", ("log", place, "at"), said)
    # When it was made: a rebase carries over later what was committed in time.
    elif (near := near_s(scene.ground, past)) is not None and moment < past.authored - near:
        yield Finding("AUD113", ("log", place, "at"), said)


def near_s(ground: Ground, past: Past) -> int | None:
    """Return how far an entry may lie before its commit, in seconds; None where that is off."""
    said = ground.handbook.policy(day_of(past.authored, ground)).setting("git", "near", NEAR)
    if said == "off":
        return None
    try:
        return int(clock.length(said).total_seconds())
    except UsageProblem:
        return int(clock.length(NEAR).total_seconds())


def _closed(scene: Scene, place: int, entry: Entry, at: datetime) -> Iterator[Finding]:
    """An act recorded before a tally was filed must have been in the history by then.

    Another desk may have been offline; but not one that is known to have written since.
    """
    desk = entries.desk(entry.get("n"))
    for then in scene.before if desk else ():
        tally = then.tallies.closing(at, scene.ground.zone)
        if tally is None:
            continue
        if then.ground.desks <= 1 or then.latest.get(desk, 0.0) > tally.filed_at:
            said = {"n": entry.get("n"), "at": at, "tally": tally.id}
            yield Finding("AUD111", ("log", place, "at"), said)
            return


def day_of(moment: int, ground: Ground) -> Any:
    """Return the day of a moment in the zone of the book."""
    return datetime.fromtimestamp(moment, UTC).astimezone(ground.zone).date()


def _shown(moment: int, ground: Ground) -> datetime:
    return datetime.fromtimestamp(moment, UTC).astimezone(ground.zone)


def note(latest: dict[str, float], entry: Entry) -> None:
    """Note when a desk wrote an entry that has come into the history."""
    desk, at = entries.desk(entry.get("n")), entry.get("at")
    if desk and isinstance(at, datetime):
        latest[desk] = max(at.timestamp(), latest.get(desk, 0.0))

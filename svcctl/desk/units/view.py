"""How units are shown: in a list, as a tree, on a page with their story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import tzinfo
from itertools import groupby
from typing import Any
from typing import NamedTuple

from svcctl.base import unitid
from svcctl.base.choice import show as label
from svcctl.base.fields import tables
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.base.record import Record
from svcctl.desk.residents.relations import Relation
from svcctl.desk.residents.relations import of_unit
from svcctl.desk.residents.relations import who_lives
from svcctl.desk.residents.words import RELATIONS
from svcctl.desk.units import rules
from svcctl.desk.units.words import KINDS
from svcctl.desk.units.words import METERS
from svcctl.desk.units.words import STATES
from svcctl.term.output import Column

Row = Mapping[str, Any]


class Event(NamedTuple):
    """One line of a unit's story.

    Attributes:
        day: ISO day; empty where the beginning is not known.
        what: `came`, `left` or `ticket`.
        id: Whom or which ticket.
        words: For people.
    """

    day: str
    what: str
    id: str
    words: str


def columns(*, who: bool) -> list[Column]:
    """Return the columns of a list of units; with `who`, the people of the unit."""
    return [
        Column("id", _("unit")),
        Column("kind", _("kind"), show=lambda key: label(str(key), KINDS)),
        Column("building", _("building")),
        Column("entrance", _("entrance")),
        Column("room", _("room")),
        Column("area", _("area m²")),
        Column("state", _("state"), show=lambda key: label(str(key), STATES)),
        *([Column("people", _("people"), 30)] if who else []),
        Column("aliases", _("also called"), 20),
    ]


def with_people(rows: Iterable[Row], residents: Iterable[Row], day: date) -> Iterator[Row]:
    """Yield rows of units with the names of the people of that day, owners first."""
    here: dict[str, list[Row]] = {}
    for one in residents:
        for relation in one["relation"]:
            here.setdefault(relation["unit"], []).append(one)
    for row in rows:
        unit = str(row["id"])
        people = who_lives(here.get(unit, []), unit, day)
        yield {**row, "people": list(dict.fromkeys(one.name for one in people))}


def tree(rows: Sequence[Row]) -> Iterator[str]:
    """Yield buildings, their entrances and rooms, with how many are in which state."""
    ordered = sorted(rows, key=lambda row: unitid.order(str(row["id"])))
    for (kind, building), group in groupby(ordered, key=_building):
        units = list(group)
        yield f"{_heading(kind, building)}  {_states(units)}"
        for entrance, inside in groupby(units, key=lambda row: row.get("entrance", "")):
            rooms = " ".join(str(row["room"]) for row in inside)
            mark = _("entrance {entrance}: ").format(entrance=entrance) if entrance else ""
            yield f"  {mark}{rooms}"


def _building(row: Row) -> tuple[str, str]:
    return str(row["kind"]), str(row.get("building", ""))


def _heading(kind: str, building: str) -> str:
    if kind == "home":
        return _("building {building}").format(building=building)
    return " ".join(part for part in (label(kind, KINDS), building) if part)


def _states(units: list[Row]) -> str:
    count = ngettext("{count} unit", "{count} units", len(units)).format(count=len(units))
    states = Counter(str(row.get("state") or "") for row in units)
    shown = [f"{label(one.key, STATES)} {states[one.key]}" for one in STATES if states[one.key]]
    return f"{count}: {', '.join(shown)}" if shown else count


def story(unit: str, residents: Iterable[Row], tickets: Iterable[Row], zone: tzinfo) -> list[Event]:
    """Return all that happened to a unit, in time order."""
    events = []
    for one in of_unit(residents, unit):
        role = label(one.role, RELATIONS)
        said = {"name": one.name, "id": one.person, "role": role}
        events.append(
            Event(one.since, "came", one.person, _("{name} ({id}) becomes {role}").format(**said))
        )
        if one.until:
            words = _("{name} ({id}) is {role} no longer").format(**said)
            events.append(Event(one.until, "left", one.person, words))
    for row in tickets:
        at = row.get("at")
        day = datetime.fromtimestamp(at, UTC).astimezone(zone).date().isoformat() if at else ""
        words = f"{row['id']} {row.get('subject', '')}"
        events.append(Event(day, "ticket", str(row["id"]), words))
    return sorted(events, key=lambda event: (event.day, event.what != "left", event.what, event.id))


def lines(record: Record, people: list[Relation], day: date, events: list[Event]) -> Iterator[str]:
    """Yield the page of a unit."""
    yield rules.describe(record)
    yield from _facts(record)
    yield _("People on {day}:").format(day=day)
    for one in people:
        role = label(one.role, RELATIONS)
        yield f"  {one.person} {one.name}  {role}  {span(one.since, one.until)}"
    if not people:
        yield f"  {_('nobody known')}"
    if events:
        yield _("Story:")
    for event in events:
        yield f"  {event.day or '?':<10}  {event.words}"


def _facts(record: Record) -> Iterator[str]:
    state = text(record, "state")
    shown = {
        _("kind"): label(text(record, "kind"), KINDS),
        _("state"): label(state, STATES) if state else "",
        _("area m²"): text(record, "area"),
        _("also called"): ", ".join(texts(record, "aliases")),
        _("note"): text(record, "note").strip(),
    }
    for name, value in shown.items():
        if value:
            yield f"  {name}: {value}"
    for _place, meter in tables(record, "meter"):
        base = _("base {base} on {day}").format(
            base=meter.get("base"), day=meter.get("base_on", "?")
        )
        parts = [label(text(meter, "kind"), METERS), text(meter, "number")]
        yield f"  {' '.join([*filter(None, parts), *([base] if meter.get('base') else [])])}"


def span(since: str, until: str) -> str:
    """Return the time of a relation for people: `2025-03-01 .. 2026-02-28`."""
    return f"{since or '?'} .. {until}".rstrip()

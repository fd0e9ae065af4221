"""What the commands of shifts share: which shift is this desk's, who is meant, who is rostered."""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import InvalidRecordError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.fields import day as day_of
from svcctl.base.fields import text
from svcctl.base.i18n import _
from svcctl.base.ids import parse_dated
from svcctl.book.layout import day_folder
from svcctl.desk.shifts import hours
from svcctl.desk.shifts import rules
from svcctl.desk.staff import rules as staff
from svcctl.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from svcctl.base.record import Record
    from svcctl.handbook.timetable import Span
    from svcctl.term.context import Run

_BACK = 2
"""Days in which a shift of this desk is looked for: one forgotten the day before is still told."""


def colleague(run: Run, name: str) -> Record:
    """Return the card of somebody who works here.

    Raises:
        NotFoundError: Nobody is called so.
        RefusedError: They have left.
    """
    card = run.book.get("staff", run.book.resolve("staff", name, run.now()))
    last = card.get("until")
    if last is not None and last < run.now().date():
        raise RefusedError(_("'{id}' left on {day}").format(id=card["id"], day=last))
    return card


def name(run: Run, person: str) -> str:
    """Return the name of a colleague, the id where there is no card."""
    try:
        return str(run.book.get("staff", person).get("name") or person)
    except (InvalidRecordError, NotFoundError):
        return person


def standin(run: Run, name: str | None) -> str | None:
    """Return who stands in; warns if they have not the role that does (SHF-07)."""
    if name is None:
        return None
    card = colleague(run, name)
    today = run.now().date()
    role = run.book.handbook.policy(today).setting("shift", "standin")
    if role and role not in staff.roles(card, today):
        run.warn(
            _("'{id}' is no {role}; the handbook has one stand in").format(
                id=card["id"], role=run.word("role", role)
            )
        )
    return str(card["id"])


def of_desk(run: Run, moment: datetime) -> list[Record]:
    """Return this desk's shifts of the last days, in their order; unreadable ones are left out.

    Read from the folders of these days: the index of a large book takes longer.
    """
    found: list[Record] = []
    for back in range(_BACK, -1, -1):
        for name in sorted(_names(run, moment.date() - timedelta(days=back))):
            try:
                found.append(run.book.get("shift", name))
            except (InvalidRecordError, NotFoundError):
                continue
    return found


def _names(run: Run, day: date) -> Iterator[str]:
    for path in run.book.source.folder(day_folder(KINDS["shift"], day.year, day.month, day.day)):
        made = parse_dated(path.rpartition("/")[2].removesuffix(".toml"))
        if made and made.desk == run.book.desk:
            yield str(made)


def span(run: Run, record: Mapping[str, Any]) -> Span:
    """Return the hours of a shift."""
    day = day_of(record, "day") or run.now().date()
    times = run.book.handbook.policy(day).timetable
    return hours.span(times, text(record, "name"), day, run.zone)


def is_there(record: Mapping[str, Any], person: str) -> bool:
    """Tell whether somebody is on a shift, or stands in for those who are."""
    return person in record.get("on", []) or person == record.get("standin")


def current(run: Run, records: list[Record], moment: datetime, person: str) -> Record | None:
    """Return the open shift of a moment, if there is one: the person's own before another."""
    policy = run.book.handbook.policy(moment.date())
    fit = [
        one
        for one in records
        if one.get("status") == "open" and hours.is_current(policy, span(run, one), moment)
    ]
    own = [one for one in fit if is_there(one, person)]
    best = own or fit
    return best[-1] if best else None


def named(run: Run, said: str) -> str:
    """Return the id of the shift that was named."""
    return run.book.resolve("shift", said, run.now())


def roster(run: Run) -> Record:
    """Return the roster, empty if the handbook has none."""
    try:
        return run.book.get("roster", "roster")
    except NotFoundError:
        return {}


def least(run: Run, moment: datetime) -> int:
    """Return how many are to be at the desk (NUM-06)."""
    return int(run.book.handbook.policy(moment.date()).setting("shift", "least", 0))


def find_line(run: Run, said: str, moment: datetime) -> tuple[str, str]:
    """Return shift and entry of the line that was named: `3A`, `A01/3A`, `S261121-A01/3A`.

    Raises:
        NotFoundError: There is no such line.
        AmbiguousError: Several shifts of these days have one of this name open.
    """
    shift, _slash, name = said.strip().upper().rpartition("/")
    if shift:
        return named(run, shift), name
    found = [one for one in of_desk(run, moment) if name in rules.open_lines(one)]
    if not found:
        raise NotFoundError(
            _("no open line '{line}' in the shifts of these days").format(line=said),
            "svcctl shift show",
        )
    if len(found) > 1:
        raise AmbiguousError(
            _("'{name}' may be any of these").format(name=said),
            *(f"{one['id']}/{name}" for one in found),
        )
    return str(found[0]["id"]), name

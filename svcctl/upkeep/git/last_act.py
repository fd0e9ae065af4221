"""The last act of somebody at this desk: which entries of which cases it wrote."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from datetime import datetime
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import NamedTuple

from svcctl.base.entry import desk as desk_of
from svcctl.base.entry import in_order
from svcctl.base.entry import tables_of
from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import InvalidRecordError
from svcctl.base.i18n import _
from svcctl.kinds import KINDS
from svcctl.vcs.telling import words as telling

if TYPE_CHECKING:
    from svcctl.base.record import Entry
    from svcctl.base.record import Record
    from svcctl.kinds import Kind
    from svcctl.term.context import Run

WINDOWS = (timedelta(hours=1), timedelta(hours=36))
"""How far back the last act is looked for: as far as short forms of ids reach."""


class Act(NamedTuple):
    """One entry that somebody wrote, with the record it is of."""

    kind: Kind
    record: Record
    entry: Entry

    @property
    def at(self) -> datetime:
        """When it was recorded."""
        moment: datetime = self.entry["at"]
        return moment


def last_acts(run: Run) -> list[Act]:
    """Return what the acting person did last at this desk; several if it was one batch.

    Raises:
        AmbiguousError: Different things were done in the same second; which, must be said.
    """
    for span in WINDOWS:
        since = int((run.now() - span).timestamp()) - 1
        found = [act for kind in _cases() for act in _since(run, kind, since)]
        if found:
            newest = max(act.at.timestamp() for act in found)
            return _one_batch([act for act in found if act.at.timestamp() == newest])
    return []


def last_act_on(run: Run, kind: Kind, name: str) -> Act | None:
    """Return what the acting person did last on a record, None if nothing."""
    return _own_last(run, kind, run.book.get(kind.name, name))


def _cases() -> Iterator[Kind]:
    return (kind for kind in KINDS.values() if kind.shape == "case")


def _since(run: Run, kind: Kind, since: int) -> Iterator[Act]:
    for name in run.book.index.changed_after(kind.name, since):
        try:
            record = run.book.get(kind.name, name)
        except InvalidRecordError:
            continue  # `validate` names it; an undo is for what can be read
        act = _own_last(run, kind, record)
        if act is not None and act.at.timestamp() > since:
            yield act


def _own_last(run: Run, kind: Kind, record: Record) -> Act | None:
    me, here = run.actor, run.book.desk
    own = [
        one
        for one in in_order(tables_of(record["log"]))
        if one.get("by") == me
        and desk_of(one.get("n")) == here
        and isinstance(one.get("at"), datetime)
    ]
    return Act(kind, record, own[-1]) if own else None


def _one_batch(acts: Iterable[Act]) -> list[Act]:
    found = list(acts)
    if len({(act.kind.name, act.entry.get("did")) for act in found}) > 1:
        raise several_at_once(
            f"{act.record['id']}  # {telling.act(act.kind, act.entry)}" for act in found
        )
    return found


def several_at_once(names: Iterable[str]) -> AmbiguousError:
    """Return the error for different things done in one second, of which none is the last."""
    return AmbiguousError(
        _("several things were done in the same second; say which one"),
        *(f"svcctl git undo {name}" for name in names),
    )

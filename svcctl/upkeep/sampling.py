"""Writing a sample estate: the files of a made-up book, all of them or none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.book import files
from svcctl.book import journal
from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.book.layout import path_of
from svcctl.book.local import Local
from svcctl.book.lock import WriterLock
from svcctl.kinds import KINDS
from svcctl.sample.compose import records
from svcctl.sample.world import Plan
from svcctl.sample.world import World
from svcctl.upkeep.founding import handbook_files
from svcctl.upkeep.founding import side_files

UNTIL = date(2026, 11, 21)
"""The last day of a sample unless another is asked for: fixed, so that everybody gets the same."""

AGENT = "wang.fang"
"""Who is at the desk of a new sample, so that it can be written in at once."""

_FIRST_YEAR = 2000
_LAST_YEAR = 2099
_DESK = "A"
_OWN = files.STATE


def sample_files(plan: Plan, world: World | None = None) -> dict[str, bytes]:
    """Return every file of a sample book by path; the same bytes for the same plan everywhere.

    The handbook is the shipped one, in force before the first ticket.

    Args:
        world: Where the faults that were planted are noted.
    """
    world = world or World(plan)
    first = world.rules_from
    # What is tried on a sample stays out of the history of whatever repository it lies in.
    return {
        **handbook_files(first, commit="manual"),
        **side_files(),
        **dict(_record_files(plan, world)),
    }


def labels(world: World) -> bytes:
    """Return the faults that were planted, one JSON object a line, for tests to look for."""
    lines = [json.dumps(one._asdict()) for one in sorted(world.labels)]
    return "".join(f"{line}\n" for line in lines).encode()


def _record_files(plan: Plan, world: World) -> Iterator[tuple[str, bytes]]:
    for kind, record in records(plan, world):
        path = _path(kind, str(record.get("id", kind)))
        yield path, canonical_bytes(KINDS[kind], path, record, None)


def _path(kind: str, name: str) -> str:
    path = path_of(KINDS[kind], name)
    if path is None:
        raise LookupError(name)  # a generator made a name that has no place: a mistake in it
    return path


def write(root: Path, plan: Plan, *, world: World | None = None) -> int:
    """Make a sample book in a new or empty folder; this clone is its desk A, `AGENT` sits there.

    All or nothing: interrupted, the folder is as good as empty, and asking again makes the book.

    Args:
        world: Where the faults that were planted are noted.

    Returns:
        How many files the book has.

    Raises:
        UsageProblem: The days lie before 2000 or after 2099, where ids have no years.
        RefusedError: The folder holds something.
        NotFoundError: It is no folder, or lies in none.
        DiskError: The disk refused; nothing was written unless the message says so.
    """
    _must_have_ids(plan)
    _must_be_empty(root)
    made = sample_files(plan, world)
    with files.disk_errors(root):
        root.mkdir(exist_ok=True)
    local, token = Local(root), _token(made[f"desks/{_DESK}.toml"])
    with WriterLock(root, "sample"):
        journal.recover(root)
        _must_be_empty(root)
        local.intend(_DESK, token)
        changes = [journal.Change(path, None, data) for path, data in made.items()]
        journal.commit(root, changes, "sample")
    local.finish(_DESK, token, acting=AGENT, acting_since=World(plan).now.isoformat())
    return len(made)


def _must_have_ids(plan: Plan) -> None:
    months = plan.until.year * 12 + plan.until.month - 1 - plan.months
    if months < _FIRST_YEAR * 12 or plan.until.year > _LAST_YEAR:
        raise UsageProblem(
            _("a sample lies between the years {first} and {last}").format(
                first=_FIRST_YEAR, last=_LAST_YEAR
            )
        )


def _must_be_empty(root: Path) -> None:
    if not root.exists():
        if not root.parent.is_dir():
            raise NotFoundError(_("there is no folder '{folder}'").format(folder=root.parent))
        return
    if not root.is_dir():
        raise NotFoundError(_("'{folder}' is no folder").format(folder=root))
    with files.disk_errors(root):
        held = sorted(one.name for one in root.iterdir() if one.name != _OWN)
    if held:
        raise RefusedError(
            _("'{folder}' is not empty: it holds '{name}'").format(folder=root, name=held[0]),
            _("name a folder that does not exist yet"),
        )


def _token(desk: bytes) -> str:
    return str(toml.parse(desk)["token"])

"""The files a new book begins with. `init` and the sample estate share them."""

from __future__ import annotations

import getpass
import secrets
from datetime import UTC
from datetime import date
from datetime import datetime
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.book import files
from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.book.journal import Change
from svcctl.book.journal import commit
from svcctl.book.layout import path_of
from svcctl.book.local import Local
from svcctl.book.lock import WriterLock
from svcctl.desk.desks.actions import claim
from svcctl.kinds import KINDS

_LOCK_PATIENCE_S = 10.0


def found(root: Path, estate: str, zone: str, language: str) -> None:
    """Make a book at `root`: settings, handbook, schemas, and desk A claimed by this clone.

    Raises:
        UsageProblem: There is no such time zone.
        DiskError: The folder cannot be written.
    """
    now = datetime.now(UTC).replace(microsecond=0).astimezone(_zone(zone))
    token = secrets.token_hex(8)
    records = [
        ("book", settings(estate, zone, language)),
        ("desk", claim("A", getpass.getuser(), now, token)),
    ]
    with files.disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
    with WriterLock(root, "init", _LOCK_PATIENCE_S):
        made = {**handbook_files(date(now.year, 1, 1)), **side_files(), **_files(records)}
        commit(root, [Change(path, None, data) for path, data in made.items()], "init")
    Local(root).claim("A", token)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise UsageProblem(_("there is no time zone '{zone}'").format(zone=name)) from None


def settings(estate: str, zone: str, language: str) -> Record:
    """Return the record of `book.toml`."""
    return {
        "estate": estate,
        "time_zone": zone,
        "language": language,
        "format": 1,
        "routines_desk": "A",
    }


def handbook_files(first: date) -> dict[str, bytes]:
    """Return the handbook in full, in force from `first`: an upgrade of svcctl changes no rule."""
    template = resources.files("svcctl.handbook") / "template"
    policy = (template / "policy.toml").read_bytes()
    roles = (template / "roles.toml").read_bytes()
    comment = toml.leading_comment(policy)
    record = toml.parse(policy) | {"id": first.isoformat()}
    path = f"handbook/policy/{first}.toml"
    return {
        path: comment + canonical_bytes(KINDS["policy"], path, record, None),
        "handbook/roles.toml": roles,
    }


def side_files() -> dict[str, bytes]:
    """Return what a book carries besides records: schemas, editor settings, Git attributes."""
    from svcctl.upkeep.schemas import schema_files

    return {
        ".gitattributes": b"* -text\n",
        ".gitignore": b"/.svcctl/\n",
        **schema_files(),
    }


def _files(records: list[tuple[str, Record]]) -> dict[str, bytes]:
    made = {}
    for kind, record in records:
        path = path_of(KINDS[kind], str(record.get("id", kind))) or kind
        made[path] = canonical_bytes(KINDS[kind], path, record, None)
    return made

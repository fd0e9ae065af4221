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

from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.book import files
from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.book.journal import Change
from svcctl.book.journal import commit
from svcctl.book.journal import recover
from svcctl.book.layout import path_of
from svcctl.book.local import Local
from svcctl.book.lock import WriterLock
from svcctl.desk.desks.actions import claim
from svcctl.kinds import KINDS
from svcctl.kinds import kind_of
from svcctl.term.start import MARK

_DESK = "A"
_JOINED = {".gitattributes": b"*.toml -text\n", ".gitignore": b"/.svcctl/\n"}
"""What a repository's own files of these names get to say as well."""


def found(
    root: Path, estate: str, zone: str, language: str, *, colleague: Record | None = None
) -> bool:
    """Make a book at `root`: settings, handbook, schemas, and desk A claimed by this clone.

    If an earlier call was interrupted after the book was written, finish that one.

    Args:
        colleague: The card of who is at the desk from now on, if anybody.

    Returns:
        Whether the book is new; False if an interrupted one was finished.

    Raises:
        UsageProblem: There is no such time zone.
        RefusedError: There is a book already.
        DiskError: The folder cannot be written.
    """
    now = datetime.now(UTC).replace(microsecond=0).astimezone(_zone(zone))
    with files.disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
    local = Local(root)
    with WriterLock(root, "init"):
        recover(root)
        token = refuse_second(root) or secrets.token_hex(8)
        made = _files([("staff", colleague)] if colleague else [])
        if new := not (root / MARK).exists():
            local.intend(_DESK, token)
            desk = claim(_DESK, getpass.getuser(), now, token)
            made |= _files([("book", settings(estate, zone, language)), ("desk", desk)])
            made |= handbook_files(date(now.year, 1, 1)) | side_files()
        changes = [one for path, data in made.items() if (one := _change(root, path, data, new))]
        commit(root, changes, "init")
    acting = {"acting": colleague["id"], "acting_since": now.isoformat()} if colleague else {}
    local.finish(_DESK, token, **acting)
    return new


def refuse_second(root: Path) -> str | None:
    """Return the token of an interrupted `found`, None in a folder without a book.

    Raises:
        RefusedError: There is a book, and it is finished.
        DiskError: The state of this clone cannot be read.
    """
    token = Local(root).intended(_DESK)
    if (root / MARK).exists() and token is None:
        raise RefusedError(_("there is a book in '{folder}' already").format(folder=root))
    return token


def _change(root: Path, path: str, data: bytes, new: bool) -> Change | None:  # noqa: FBT001
    """Return how a file of the new book comes to be where there may be one of that name.

    A repository has its own `.gitignore` and `.gitattributes`, which get a line more; settings of
    its editor stay. Records of something else are in the way.

    Raises:
        RefusedError: A record is there, without a book that it belongs to.
    """
    try:
        before = files.read(root / path)
    except FileNotFoundError:
        return Change(path, None, data)
    if line := _JOINED.get(path):
        if line in before:
            return None
        end = b"\n" if before and not before.endswith(b"\n") else b""
        return Change(path, files.blob_hash(before), before + end + line)
    if new and kind_of(path) is not None:
        raise RefusedError(
            _("'{path}' is there already, but no book that it belongs to").format(path=path),
            _("begin the book in a folder of its own"),
        )
    if not path.startswith("schemas/") or before == data:
        return None
    return Change(path, files.blob_hash(before), data)


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


def handbook_files(first: date, *, commit: str = "auto") -> dict[str, bytes]:
    """Return the handbook in full, in force from `first`: an upgrade of svcctl changes no rule.

    Args:
        commit: Who commits what a command wrote, `auto` or `manual`.
    """
    template = resources.files("svcctl.handbook") / "template"
    policy = (template / "policy.toml").read_bytes()
    roles = (template / "roles.toml").read_bytes()
    comment = toml.leading_comment(policy)
    record = toml.parse(policy) | {"id": first.isoformat()}
    record["git"] = record["git"] | {"commit": commit}
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

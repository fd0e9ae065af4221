"""What the handbook has to say about records, and what the book has to say about the handbook.

Values of open lists (channel, department), roles, and the kinds that limits are for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any
from typing import get_args
from zoneinfo import ZoneInfo

from svcctl.base.errors import SvcctlError
from svcctl.base.finding import Finding
from svcctl.base.record import Record
from svcctl.book import files
from svcctl.book import guard
from svcctl.book import toml
from svcctl.handbook.lookup import Handbook
from svcctl.kinds import KINDS
from svcctl.kinds import Kind

if TYPE_CHECKING:
    from svcctl.book.source import Source

_ZONE = "Asia/Shanghai"
ROLES = "handbook/roles.toml"
POLICIES = "handbook/policy"


class Rules:
    """The handbook that a book is checked by; read when first asked for.

    Attributes:
        key: What clocks depend on besides the files of the handbook: the time zone.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        zone = _zone(source)
        self._zone = zone or ZoneInfo(_ZONE)
        # What was computed with a guessed zone must not be kept for when it is known.
        self.key = str(self._zone) if zone else f"guessed\n{self._zone}"

    @property
    def handbook(self) -> Handbook:
        """The handbook, as far as it can be used."""
        return self._read[0]

    @property
    def usable(self) -> Handbook | None:
        """The handbook, or None if a file is broken: what that would have listed is unknown."""
        handbook, whole = self._read
        return handbook if whole else None

    @cached_property
    def _read(self) -> tuple[Handbook, bool]:
        return read(self._source, self._zone)


def read(source: Source, zone: ZoneInfo) -> tuple[Handbook, bool]:
    """Return the handbook of a book, and whether all of it could be used.

    A file that is broken is left out and reported by its own check; what was computed without it
    must not be kept.
    """
    whole = True
    roles: Record = {}
    policies: list[Record] = []
    digest = [str(zone)]
    for path in [*sorted(source.folder(POLICIES)), ROLES]:
        kind = KINDS["roles" if path == ROLES else "policy"]
        record, data = _usable(source, kind, path)
        if record is None:
            whole = whole and data is None and path == ROLES
            continue
        digest += [path, files.blob_hash(data or b"")]
        if path == ROLES:
            roles = record
        else:
            policies.append(record)
    key = "\n".join(digest)
    return Handbook(policies, roles, zone, key if whole else f"broken\n{key}"), whole


def _zone(source: Source) -> ZoneInfo | None:
    """Return the zone that the book names; a check of an unchanged book loads no model for it."""
    try:
        return ZoneInfo(str(toml.parse_one(source.read("book.toml"))["time_zone"]))
    except (SvcctlError, toml.TomlError, KeyError, OSError, ValueError):
        return None


def _usable(source: Source, kind: Kind, path: str) -> tuple[Record | None, bytes | None]:
    """Return a record that rules may rely on, and its bytes; None where there is none."""
    try:
        data = source.read(path)
    except FileNotFoundError:
        return None, None
    except (SvcctlError, OSError):
        return None, b""
    try:
        record = toml.parse(data)
    except toml.TomlError:
        return None, data
    return (None if guard.shape(kind, record) else record), data


def against(kind: Kind, record: Record, handbook: Handbook | None) -> list[Finding]:
    """Return what in a record does not agree with the handbook; never raises."""
    if handbook is None:
        return []
    rule = kind.rule("against")
    found: list[Finding] = []
    try:
        if kind.name == "policy":
            found += _limits(record)
        if rule is not None:
            found.extend(rule(record, handbook))
    except Exception:  # noqa: BLE001 - rules meet any shape; the shape's own findings say why
        return found
    return found


def _limits(record: Record) -> Iterator[Finding]:
    """Yield limits for kinds of ticket and severities that there are not."""
    for place, limit in enumerate(record.get("limit", [])):
        for field in ("kind", "severity"):
            value = limit.get(field)
            allowed = _possible("ticket", field)
            if isinstance(value, str) and value not in allowed and (field, value) != ("kind", "*"):
                args = {"value": value, "field": field, "allowed": ", ".join(allowed)}
                args["nearest"] = guard.nearest(value, allowed)
                yield Finding("HBK106", ("limit", place, field), args)


def _possible(kind: str, field: str) -> tuple[str, ...]:
    """Return the values that a model allows for a field."""
    return tuple(_literals(KINDS[kind].model.model_fields[field].annotation))


def _literals(annotation: Any) -> Iterator[str]:
    for part in get_args(annotation):
        if isinstance(part, str):
            yield part
        else:
            yield from _literals(part)

"""The handbook in force on a day.

Policy files are named for the first day they apply to. A later file states changes and inherits
the rest: a `[[limit]]` or `[[option]]` replaces the earlier one with the same key, a setting the
earlier setting. A record is judged by the policy of the day it was opened, so a file dated later
changes nothing that is already running.

Works on plain dicts, so reading commands need no models.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from datetime import date
from datetime import tzinfo
from functools import cached_property
from typing import Any
from typing import NamedTuple

from svcctl.base import fields
from svcctl.base.choice import Choice


class Limit(NamedTuple):
    """A time limit of the policy in force.

    Attributes:
        within: `24h`, `2d` …; never empty here.
        owner: Role that owes the duty while nobody is named.
        rule: Requirement id that the figure comes from.
        policy: Id of the policy file that set it.
    """

    duty: str
    kind: str
    severity: str
    within: str
    owner: str
    rule: str
    policy: str


_LIMIT_KEYS = ("duty", "kind", "severity", "within", "owner", "rule")


class Policy:
    """Everything in force on one day."""

    def __init__(self, files: Iterable[Mapping[str, Any]]) -> None:
        self._limits: dict[tuple[str, str, str], Limit] = {}
        self._options: dict[str, dict[str, Choice]] = {}
        self._settings: dict[tuple[str, str], Any] = {}
        for file in files:
            self._add(file)

    def _add(self, file: Mapping[str, Any]) -> None:
        for row in _tables(file.get("limit")):
            limit = _limit(row, str(file["id"]))
            self._limits[limit.duty, limit.kind, limit.severity] = limit
        for row in _tables(file.get("option")):
            choice = _choice(row)
            self._options.setdefault(str(row.get("list", "")), {})[choice.key] = choice
        for section, values in file.items():
            if isinstance(values, Mapping):
                self._settings.update({(section, key): value for key, value in values.items()})

    def limits(self, kind: str, severity: str) -> list[Limit]:
        """Return the limits of one kind of ticket, the severity's own before the kind's.

        A limit set to `off` is in force as "no limit" and left out.
        """
        found: dict[str, Limit] = {}
        for key in (("*", ""), (kind, ""), (kind, severity)):
            for limit in self._limits.values():
                if (limit.kind, limit.severity) == key:
                    found[limit.duty] = limit
        return [limit for limit in found.values() if limit.within != "off"]

    def every_limit(self) -> list[Limit]:
        """Return all limits in force, in the order of the files."""
        return list(self._limits.values())

    def options(self, name: str) -> list[Choice]:
        """Return the values of an open list (`channel`, `department`), in the handbook's order."""
        return list(self._options.get(name, {}).values())

    def setting(self, section: str, key: str, default: Any = None) -> Any:
        """Return a single setting such as `time.late_entry`."""
        return self._settings.get((section, key), default)

    def every_setting(self) -> list[tuple[str, str, Any]]:
        """Return (section, key, value) of all settings in force."""
        return [(section, key, value) for (section, key), value in self._settings.items()]


class Handbook:
    """All policy files of a book, looked up by day.

    Args:
        roles: The roles file, or what reads it when roles are first asked for: intake needs none.
        key: Digest of the files, or what computes it.

    Attributes:
        zone: The estate's time zone.
    """

    def __init__(
        self,
        files: Iterable[Mapping[str, Any]],
        roles: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
        zone: tzinfo,
        key: str | Callable[[], str],
    ) -> None:
        self._files = sorted(
            ((day, file) for file in files if (day := in_force_from(file))), key=lambda one: one[0]
        )
        self._given_roles = roles
        self._made: dict[int, Policy] = {}
        self.zone = zone
        self._key = key

    @property
    def key(self) -> str:
        """Digest of the files, so that derived data know which handbook they were made with."""
        return self._key if isinstance(self._key, str) else self._key()

    def policy(self, day: date) -> Policy:
        """Return the policy in force on `day`; before the first file, the first file's."""
        count = sum(1 for start, _file in self._files if start <= day) or min(1, len(self._files))
        if count not in self._made:
            self._made[count] = Policy(file for _day, file in self._files[:count])
        return self._made[count]

    def days(self) -> list[date]:
        """Return the first days of the policy files, earliest first."""
        return [day for day, _file in self._files]

    def roles(self, day: date) -> list[Mapping[str, Any]]:
        """Return the roles in use on `day`.

        Raises:
            InvalidRecordError: The roles file cannot be read.
        """
        return [role for role in self._roles if _in_use(role, day)]

    def role_keys(self) -> frozenset[str]:
        """Return the keys of all roles, in use or not; raises as `roles` does."""
        return frozenset(str(role.get("key", "")) for role in self._roles)

    @cached_property
    def _roles(self) -> list[Mapping[str, Any]]:
        given = self._given_roles
        return _tables((given() if callable(given) else given).get("role"))


def in_force_from(file: Mapping[str, Any]) -> date | None:
    """Return the first day a policy file applies to, None if its id is not a day."""
    try:
        return date.fromisoformat(str(file.get("id", "")))
    except ValueError:
        return None


def _choice(row: Mapping[str, Any]) -> Choice:
    key, zh, abbr, en = (str(row.get(part, "")) for part in ("key", "zh", "abbr", "en"))
    others = row.get("aliases")
    return Choice(key, zh, abbr, en, tuple(map(str, others)) if isinstance(others, list) else ())


def _limit(row: Mapping[str, Any], policy: str) -> Limit:
    duty, kind, severity, within, owner, rule = (str(row.get(key, "")) for key in _LIMIT_KEYS)
    return Limit(duty, kind, severity, within, owner, rule, policy)


def _in_use(role: Mapping[str, Any], day: date) -> bool:
    since = fields.day(role, "since") or date.min
    until = fields.day(role, "until") or date.max
    return since <= day <= until


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []

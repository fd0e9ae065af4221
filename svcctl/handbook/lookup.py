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
from svcctl.handbook.timetable import Timetable


class Limit(NamedTuple):
    """A time limit of the policy in force.

    Attributes:
        category: Empty, or the one class of matters it is for.
        within: `24h`, `2d`, `shift` (the end of the shift) or `agreed` (only as agreed).
        owner: Role that owes the duty while nobody is named.
        rule: Requirement id that the figure comes from.
        to: Role that the duty is met towards; for `forward`.
        agreed: Whether a day that the resident asks for or agrees to stands instead (VAR-04).
        policy: Id of the policy file that set it.
    """

    duty: str
    kind: str
    severity: str
    category: str
    within: str
    owner: str
    rule: str
    to: str
    agreed: bool
    policy: str


class Rung(NamedTuple):
    """A rung of the ladder on which what is late is raised.

    Attributes:
        duty: The duty it is for; `*` for all.
        severity: Empty for all.
        step: Its place on the ladder, from 1.
        after: How long after the limit, `-4h` before it.
        up: How many rungs above the owner of the duty the one is who is told; 0 the owner.
        to: A role instead of `up`; empty otherwise.
        rule: Requirement id.
        policy: Id of the policy file that set it.
    """

    duty: str
    severity: str
    step: int
    after: str
    up: int
    to: str
    rule: str
    policy: str


_LIMIT_KEYS = ("duty", "kind", "severity", "category", "within", "owner", "rule", "to")


class Policy:
    """Everything in force on one day."""

    def __init__(self, files: Iterable[Mapping[str, Any]]) -> None:
        self._limits: dict[tuple[str, str, str, str], Limit] = {}
        self._rungs: dict[tuple[str, str, int], Rung] = {}
        self._areas: dict[str, Mapping[str, Any]] = {}
        self._options: dict[str, dict[str, Choice]] = {}
        self._settings: dict[tuple[str, str], Any] = {}
        self._made: dict[tuple[str, str, str], list[Limit]] = {}
        self._ladders: dict[tuple[str, str], list[Rung]] = {}
        for file in files:
            self._add(file)

    def _add(self, file: Mapping[str, Any]) -> None:
        for row in _tables(file.get("limit")):
            limit = _limit(row, str(file["id"]))
            self._limits[limit.duty, limit.kind, limit.severity, limit.category] = limit
        for row in _tables(file.get("rung")):
            rung = _rung(row, str(file["id"]))
            self._rungs[rung.duty, rung.severity, rung.step] = rung
        for row in _tables(file.get("area")):
            self._areas[str(row.get("key", ""))] = row
        for row in _tables(file.get("option")):
            choice = _choice(row)
            self._options.setdefault(str(row.get("list", "")), {})[choice.key] = choice
        for section, values in file.items():
            if isinstance(values, Mapping):
                self._settings.update({(section, key): value for key, value in values.items()})

    def limits(self, kind: str, severity: str, category: str = "") -> list[Limit]:
        """Return the limits of one kind of ticket, the more particular before the general.

        A limit set to `off` is in force as "no limit" and left out.
        """
        key = kind, severity, category
        if key not in self._made:
            self._made[key] = self._limits_of(*key)
        return self._made[key]

    def _limits_of(self, kind: str, severity: str, category: str) -> list[Limit]:
        found: dict[str, tuple[int, Limit]] = {}
        for limit in self._limits.values():
            fits = (
                limit.kind in ("*", kind)
                and limit.severity in ("", severity)
                and limit.category in ("", category)
            )
            rank = sum((limit.kind != "*", 2 * bool(limit.severity), 4 * bool(limit.category)))
            if fits and rank >= found.get(limit.duty, (-1,))[0]:
                found[limit.duty] = rank, limit
        return [limit for _rank, limit in found.values() if limit.within != "off"]

    def rungs(self, duty: str, severity: str) -> list[Rung]:
        """Return the ladder of a duty from its lowest rung, the particular before the general.

        A rung whose `after` is `off` is left out.
        """
        key = duty, severity
        if key not in self._ladders:
            self._ladders[key] = self._ladder_of(*key)
        return self._ladders[key]

    def _ladder_of(self, duty: str, severity: str) -> list[Rung]:
        found: dict[int, Rung] = {}
        for key in (("*", ""), ("*", severity), (duty, ""), (duty, severity)):
            found |= {
                rung.step: rung
                for rung in self._rungs.values()
                if (rung.duty, rung.severity) == key
            }
        return [found[step] for step in sorted(found) if found[step].after != "off"]

    def every_rung(self) -> list[Rung]:
        """Return all rungs in force, in the order of the files."""
        return list(self._rungs.values())

    def areas(self) -> list[Mapping[str, Any]]:
        """Return the areas of the estate: `key`, `zh`, `en`, `buildings`, `ambassador`."""
        return list(self._areas.values())

    def every_limit(self) -> list[Limit]:
        """Return all limits in force, in the order of the files."""
        return list(self._limits.values())

    def options(self, name: str) -> list[Choice]:
        """Return the values of an open list (`channel`, `department`), in the handbook's order."""
        return list(self._options.get(name, {}).values())

    def setting(self, section: str, key: str, default: Any = None) -> Any:
        """Return a single setting such as `time.late_entry`.

        Args:
            default: What holds if there is none; a value of another type reads as none.
        """
        value = self._settings.get((section, key), default)
        return value if default is None or isinstance(value, type(default)) else default

    @cached_property
    def timetable(self) -> Timetable:
        """The hours of the shifts."""
        return Timetable(self.setting)

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
        self._made: dict[tuple[date, ...], Policy] = {}
        self._lines: dict[tuple[str, date], list[str]] = {}
        self._supposed: date | None = None
        self.zone = zone
        self._key = key

    @property
    def key(self) -> str:
        """Digest of the files, so that derived data know which handbook they were made with."""
        return self._key if isinstance(self._key, str) else self._key()

    def policy(self, day: date) -> Policy:
        """Return the policy in force on `day`; before the first file, the first file's."""
        first = max(day, self._files[0][0]) if self._files else day
        held = tuple(
            start for start, _file in self._files if start <= first or start == self._supposed
        )
        if held not in self._made:
            self._made[held] = Policy(file for start, file in self._files if start in held)
        return self._made[held]

    def supposing(self, draft: Mapping[str, Any]) -> Handbook:
        """Return this handbook as if a policy file held for every day.

        It stands where its day puts it, and for a file of the same day if there is one.
        """
        day = in_force_from(draft)
        others = [file for start, file in self._files if start != day]
        made = Handbook([*others, draft], self._given_roles, self.zone, f"{self.key}\n{draft}")
        made._supposed = day
        return made

    def days(self) -> list[date]:
        """Return the first days of the policy files, earliest first."""
        return [day for day, _file in self._files]

    def roles(self, day: date) -> list[Mapping[str, Any]]:
        """Return the roles in use on `day`.

        Raises:
            InvalidRecordError: The roles file cannot be read.
        """
        return [role for role in self._roles if _in_use(role, day)]

    def role_choices(self, day: date) -> list[Choice]:
        """Return the roles in use on a day as they may be said: key, Chinese word, other names."""
        return [_choice(role) for role in self.roles(day)]

    def above(self, role: str, day: date) -> list[str]:
        """Return the line of command on a day: the role itself, its superior, and so on upwards.

        A superior that is not in use on that day is passed over: the line goes on above it.
        """
        if (role, day) not in self._lines:
            self._lines[role, day] = self._line(role, day)
        return list(self._lines[role, day])

    def _line(self, role: str, day: date) -> list[str]:
        used = {str(one.get("key")): one.get("superior") for one in self.roles(day)}
        superior = {str(one.get("key")): one.get("superior") for one in self._roles} | used
        line, seen = [role], {role}
        above = superior.get(role)
        while isinstance(above, str) and above not in seen:
            seen.add(above)
            line += [above] if above in used else []
            above = superior.get(above)
        return line

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
    duty, kind, severity, category, within, owner, rule, to = (
        str(row.get(key, "")) for key in _LIMIT_KEYS
    )
    agreed = row.get("agreed") is True
    return Limit(duty, kind, severity, category, within, owner, rule, to, agreed, policy)


def _rung(row: Mapping[str, Any], policy: str) -> Rung:
    duty, severity, after, to, rule = (
        str(row.get(key, "")) for key in ("duty", "severity", "after", "to", "rule")
    )
    step, up = (value if isinstance(value := row.get(key), int) else 0 for key in ("step", "up"))
    return Rung(duty, severity, step, after, max(0, up), to, rule, policy)


def _in_use(role: Mapping[str, Any], day: date) -> bool:
    since = fields.day(role, "since") or date.min
    until = fields.day(role, "until") or date.max
    return since <= day <= until


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []

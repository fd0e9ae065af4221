"""What differs between the policies of two days, limit by limit. Pure.

What counts is what is in force: a new row that says what held anyway is no difference, and a row
that is more particular than before changes what it is for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from svcctl.handbook.lookup import Limit
from svcctl.handbook.lookup import Policy
from svcctl.handbook.lookup import Rung

LISTS = ("channel", "department", "category", "cause")


class Difference(NamedTuple):
    """One thing that differs; None where it is not in force.

    Attributes:
        part: `limit`, `rung`, `area`, `setting`, or the name of a list.
        key: What it is about: of a limit duty, kind, severity, category; of a rung duty, severity,
            step; of a setting section and key; else its key.
    """

    part: str
    key: tuple[str, ...]
    before: Any
    after: Any


def differences(before: Policy, after: Policy) -> Iterator[Difference]:
    """Yield what differs, in the order of the files."""
    yield from _limits(before, after)
    yield from _rungs(before, after)
    yield from _settings(before, after)
    for name in LISTS:
        ours, theirs = ({one.key: one for one in two.options(name)} for two in (before, after))
        yield from _between(name, ours, theirs)
    old, new = ({str(one.get("key")): one for one in two.areas()} for two in (before, after))
    yield from _between("area", old, new)


def _limits(before: Policy, after: Policy) -> Iterator[Difference]:
    said = [{_key(one): one for one in two.every_limit()} for two in (before, after)]
    for key in dict.fromkeys([*said[0], *said[1]]):
        ours, theirs = _in_force(before, key), _in_force(after, key)
        # What follows from a change of a more general row is told there.
        stated = _figures(said[0].get(key)) != _figures(said[1].get(key))
        if stated and _figures(ours) != _figures(theirs):
            yield Difference("limit", key, ours, theirs)


def _key(limit: Limit) -> tuple[str, str, str, str]:
    return limit.duty, limit.kind, limit.severity, limit.category


def _in_force(policy: Policy, key: tuple[str, str, str, str]) -> Limit | None:
    duty, *matter = key
    return next((one for one in policy.limits(*matter) if one.duty == duty), None)


def _figures(limit: Limit | None) -> tuple[object, ...] | None:
    """Return what a limit says, apart from where it says so."""
    return limit and (limit.within, limit.agreed, limit.to, limit.owner)


def _rungs(before: Policy, after: Policy) -> Iterator[Difference]:
    said = [
        {(one.duty, one.severity, one.step): one for one in two.every_rung()}
        for two in (before, after)
    ]
    for key in dict.fromkeys([*said[0], *said[1]]):
        ours, theirs = _rung_in_force(before, *key), _rung_in_force(after, *key)
        stated = _place(said[0].get(key)) != _place(said[1].get(key))
        if stated and _place(ours) != _place(theirs):
            yield Difference("rung", (key[0], key[1], str(key[2])), ours, theirs)


def _rung_in_force(policy: Policy, duty: str, severity: str, step: int) -> Rung | None:
    return next((one for one in policy.rungs(duty, severity) if one.step == step), None)


def _place(rung: Rung | None) -> tuple[object, ...] | None:
    return rung and (rung.after, rung.up, rung.to)


def _settings(before: Policy, after: Policy) -> Iterator[Difference]:
    ours, theirs = (
        {(section, key): value for section, key, value in two.every_setting()}
        for two in (before, after)
    )
    for place in dict.fromkeys([*ours, *theirs]):
        if ours.get(place) != theirs.get(place):
            yield Difference("setting", place, ours.get(place), theirs.get(place))


def _between(part: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Difference]:
    for key in dict.fromkeys([*ours, *theirs]):
        if ours.get(key) != theirs.get(key):
            yield Difference(part, (key,), ours.get(key), theirs.get(key))

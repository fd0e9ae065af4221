"""What residents come with, and the words the desk writes down: `words.toml`, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any
from typing import NamedTuple

from svcctl.book import toml


class Matter(NamedTuple):
    """One thing that people come with.

    Attributes:
        kind: Kind of ticket.
        department: Who deals with it.
        where: Places it is about: `home`, `shop`, `parking`, `public`.
        weight: How often, against the others.
        hours: How long it takes, least and most, when nothing goes wrong.
        subject: The short line.
        said: What may be noted at intake.
        result: What may come of it.
        severity: Of a complaint.
        season: `rain`, `summer`, `winter`, `festival`; empty for all the year.
        urgent: How many of a hundred are urgent.
        category: What it is filed under; empty where nothing fits.
        causes: What it may come from.
    """

    kind: str
    department: str
    where: tuple[str, ...]
    weight: int
    hours: tuple[int, int]
    subject: str
    said: tuple[str, ...]
    result: tuple[str, ...]
    severity: str = ""
    season: str = ""
    urgent: int = 0
    category: str = ""
    causes: tuple[str, ...] = ()


class Line(NamedTuple):
    """One line of the work log or night record.

    Attributes:
        shift: `day`, `midday` or `night`.
        result: What came of it; a remark has none.
    """

    shift: str
    kind: str
    subject: str
    place: str = ""
    result: str = ""


@cache
def log_lines(shift: str) -> tuple[Line, ...]:
    """Return what may stand in the log of a shift."""
    return tuple(one for one in (Line(**row) for row in _file()["line"]) if one.shift == shift)


@cache
def matters() -> tuple[Matter, ...]:
    """Return everything that people come with."""
    rows = _file()["matter"]
    return tuple(Matter(**{key: _fixed(value) for key, value in row.items()}) for row in rows)


def matter(subject: str) -> Matter:
    """Return the matter with a subject, as `words.toml` writes it."""
    return next(one for one in matters() if one.subject == subject)


def lists(name: str) -> tuple[str, ...]:
    """Return a list of wordings: `demands`, `told`, `places` …."""
    return _fixed(_file()["lists"][name])  # type: ignore[no-any-return]


def first_replies(department: str) -> tuple[str, ...]:
    """Return how a department's first reply is noted."""
    return _fixed(_file()["first_replies"][department])  # type: ignore[no-any-return]


@cache
def _file() -> dict[str, Any]:
    return toml.parse((resources.files("svcctl.sample") / "words.toml").read_bytes())


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value

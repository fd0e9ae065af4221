"""Links between records as the index answers them: who names whom, what is named and not there."""

from __future__ import annotations

import json
from typing import NamedTuple

from svcctl.book.index_tables import HERE
from svcctl.book.index_tables import Tables
from svcctl.kinds import KINDS


class Backlink(NamedTuple):
    """A field of another record that names this one."""

    path: str
    kind: str
    id: str
    where: tuple[str | int, ...]


def backlinks(tables: Tables, kind: str, name: str) -> list[Backlink]:
    """Return the fields of other records that name this one, by path."""
    found = tables.ask(
        "SELECT c.path, c.kind, c.id, l.wheres FROM link l"  # noqa: S608 - constants
        f" CROSS JOIN content c ON c.c = l.content {HERE}"
        " WHERE l.kind = ? AND l.id = ? ORDER BY c.path",
        kind,
        name,
    )
    return [
        Backlink(path, of, other, where)
        for path, of, other, text in found
        for where in _wheres(text)
    ]


def dangling(tables: Tables) -> list[tuple[Backlink, str, str]]:
    """Return every link to a record that is not there: the link, kind and id named."""
    found = tables.ask(
        "SELECT c.path, c.kind, c.id, l.wheres, l.kind, l.id"  # noqa: S608 - constants
        " FROM (SELECT DISTINCT kind, id FROM link) t"
        " CROSS JOIN link l ON l.kind = t.kind AND l.id = t.id"
        f" CROSS JOIN content c ON c.c = l.content {HERE}"
        " WHERE NOT EXISTS (SELECT 1 FROM content o CROSS JOIN place q ON q.content = o.c"
        " WHERE o.id = t.id AND o.kind = t.kind) ORDER BY c.path, l.kind, l.id",
    )
    return [
        (Backlink(path, kind, name, where), other, missing)
        for path, kind, name, text, other, missing in found
        for where in _wheres(text)
    ]


def doubles(tables: Tables) -> list[tuple[str, str, list[str]]]:
    """Return (kind, id, paths) of ids that more than one file has."""
    found = tables.ask(
        f"SELECT c.kind, c.id, json_group_array(c.path) FROM content c {HERE}"  # noqa: S608
        " GROUP BY c.id, c.kind HAVING count(*) > 1"
    )
    return [(kind, name, sorted(json.loads(paths))) for kind, name, paths in found]


def unclaimed(tables: Tables, known: set[str]) -> list[tuple[str, str, str]]:
    """Return (path, id, desk) of records whose id was given by a desk that has no card."""
    # The index over ids alone answers this; rows are read only for what it finds.
    given = tables.ask(
        "SELECT DISTINCT substr(id, 1, 1), rtrim(substr(id, instr(id, '-') + 1), '0123456789')"
        " FROM content WHERE id GLOB '[A-Z]*-[A-Z]*[0-9]'"
    )
    found: list[tuple[str, str, str]] = []
    for letter, desk in sorted(given):
        kind = next((one.name for one in KINDS.values() if one.prefix == letter), None)
        if kind and desk.isalpha() and desk not in known:
            found += tables.ask(
                f"SELECT c.path, c.id, ? FROM content c {HERE}"  # noqa: S608 - constants
                " WHERE c.kind = ? AND c.id GLOB ? ORDER BY c.path",
                desk,
                kind,
                f"{letter}*-{desk}[0-9]*",
            )
    return found


def _wheres(text: str) -> list[tuple[str | int, ...]]:
    return [tuple(where) for where in json.loads(text)]

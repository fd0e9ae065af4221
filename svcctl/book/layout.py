"""Where each record lives. The path follows from the id and never holds state that changes.

tickets/2026/11/21/T261121-A07.toml    dated: by day, because month folders cost several times
                                       more Git objects per commit
messages/2026/11/21/T261121-A07.done.3.toml
                                       keyed: the id of another record and what of it
residents/A/01/R-A0123.toml            serial: a hundred a folder
units/3/3-2-1501.toml                  by building
staff/wang.fang.toml                   flat
book.toml                              single
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from svcctl.base.ids import parse_dated
from svcctl.base.ids import parse_serial
from svcctl.kinds import KINDS
from svcctl.kinds import Kind
from svcctl.kinds import kind_of

_SAFE = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9])?"
_DATED_PATH = (
    r"([a-z]+)/20([0-9]{2})/([0-9]{2})/([0-9]{2})/"
    r"(([A-Z])\2\3\4-[A-Z]{1,3}(?!00\.)(?:[0-9]{2}|[1-9][0-9]{2,6}))\.toml"
)
_KEY = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*"
_RESERVED = r"(?i)^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)"


def path_of(kind: Kind, name: str) -> str | None:
    """Return the path of a record below the book, or None if `name` is no id of this kind."""
    if kind.naming == "single":
        return kind.folder if name == kind.name else None
    if not re.fullmatch(_SAFE, name):
        return None
    below = _below(kind, name)
    if below is None or any(re.match(_RESERVED, part) for part in below.split("/")):
        return None
    return f"{kind.folder}/{below}.toml"


def _below(kind: Kind, name: str) -> str | None:
    if kind.naming == "dated":
        dated = parse_dated(name)
        fits = dated and dated.prefix == kind.prefix
        return f"{dated.day:%Y/%m/%d}/{name}" if dated and fits else None
    if kind.naming == "keyed":
        about, _dot, key = name.partition(".")
        dated = parse_dated(about)
        return f"{dated.day:%Y/%m/%d}/{name}" if dated and re.fullmatch(_KEY, key) else None
    if kind.naming == "serial":
        serial = parse_serial(name)
        fits = serial and serial.prefix == kind.prefix
        return f"{serial.desk}/{serial.number // 100:02d}/{name}" if serial and fits else None
    if kind.naming == "unit":
        return f"{name.split('-', maxsplit=1)[0]}/{name}"
    return name


def id_of(path: str) -> str | None:
    """Return the id that a path stands for, or None if no record may live there."""
    kind = kind_of(path)
    if kind is None or not path.endswith(".toml"):
        return None
    if kind.naming == "dated" and (name := _dated(kind, path)):
        return name
    name = kind.name if kind.naming == "single" else path.rpartition("/")[2].removesuffix(".toml")
    return name if path_of(kind, name) == path else None


def _dated(kind: Kind, path: str) -> str:
    """Return the id of a dated record at its usual place; empty if only a close look can tell.

    The same rules as `path_of` in one pattern: every check of a book asks this of every ticket.
    """
    found = re.fullmatch(_DATED_PATH, path)
    if found and found.group(1, 6) == (kind.folder, kind.prefix):
        return found[5] if _is_day(*found.group(2, 3, 4)) else ""
    return ""


@lru_cache(maxsize=64)
def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(2000 + int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def kind_of_id(name: str) -> Kind | None:
    """Return the kind that an id with a prefix letter belongs to."""
    for kind in KINDS.values():
        if kind.prefix and name[:1] == kind.prefix and path_of(kind, name):
            return kind
    return None


def day_folder(kind: Kind, year: int, month: int, day: int) -> str:
    """Return the folder of the records of one day."""
    return f"{kind.folder}/{year:04d}/{month:02d}/{day:02d}"

"""What people call a unit, and its id: building, entrance, room; `S` for shops, `P` for parking.

`3栋2单元1501`, `3号楼2单元1501室`, `3-2-1501`, `３栋１５０１`, `商铺12`, `车位B1-023` are read.
The ids are `3-2-1501`, `3-1501`, `S-12` (`S-3-12` in building 3) and `P-B1-023`. Leading zeros
stay as written: an estate may tell 0101 from 101.
"""

from __future__ import annotations

import re
from typing import Literal
from typing import NamedTuple

from svcctl.base.ids import parse_dated
from svcctl.base.ids import parse_serial
from svcctl.base.text import fold_id

PATTERN = r"^[A-Z0-9]{1,8}(?:-[A-Z0-9]{1,8}){1,2}$"
SHOP = "S"
PARKING = "P"

_W = r"[A-Z0-9]{1,8}"
_BUILDING = r"(?:号楼|号院|栋|幢|座|#楼?|号|楼)"
_HOME = (
    rf"^(?P<building>{_W}?){_BUILDING}-?"
    rf"(?:(?P<entrance>{_W}?)(?:单元|门|梯|-))?-?"
    r"(?:(?P<floor>\d{1,2})(?:楼|层)-?)?"
    rf"(?P<room>{_W})(?:号房|室|号|房|户)?$"
)
_ENTRANCE = (
    rf"^(?P<building>{_W}?)-(?P<entrance>{_W}?)(?:单元|门|梯)-?"
    r"(?:(?P<floor>\d{1,2})(?:楼|层)-?)?"
    rf"(?P<room>{_W})(?:号房|室|号|房|户)?$"
)
_ZONE = rf"(?:(?P<zone>{_W}?)(?:号楼|栋|幢|座|#|区|-)-?)?"
_SHOP_WORD = r"(?:商铺|铺位|店铺|商店|门面|门市|铺|S-?)"
_PARK_WORD = r"(?:地下|地库|地面)?(?:停车位|车位|车库|P-?)"
_TAIL = rf"(?:(?P<inner>{_W}?)-)?(?P<room>{_W})号?"
_SHOP_AFTER = rf"^{_ZONE}{_SHOP_WORD}-?{_TAIL}$"
_PARK_AFTER = rf"^{_ZONE}{_PARK_WORD}-?{_TAIL}$"
_SHOP_BEFORE = rf"^{_ZONE}(?P<room>{_W})号?(?:商铺|铺位|店铺|铺)$"
_PARK_BEFORE = rf"^{_ZONE}(?P<room>{_W})号?(?:停车位|车位)$"
_NUMERAL = r"[零〇一二三四五六七八九十]+(?=栋|幢|座|号|楼|单元|门|梯|层|区|室|户|房|商|铺)"
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}


class UnitParts(NamedTuple):
    """The parts of a unit id. For shops and parking the building (or zone) may be empty."""

    kind: Literal["home", "shop", "parking"]
    building: str
    entrance: str
    room: str


def parse(typed: str) -> str | None:
    """Return the id of a unit as people say it, None if it is not the name of a unit.

    >>> parse("３栋2单元1501室")
    '3-2-1501'
    """
    plain = re.sub(_NUMERAL, lambda found: str(_number(found[0])), fold_id(typed))
    plain = re.sub(r"[-_/.、,·]+", "-", plain).strip("-")
    if not any(char.isdigit() for char in plain) or parse_serial(plain) or parse_dated(plain):
        return None
    return plain if re.match(PATTERN, plain) else _said(plain)


def _said(plain: str) -> str | None:
    for pattern, head in (
        (_SHOP_AFTER, SHOP),
        (_PARK_AFTER, PARKING),
        (_SHOP_BEFORE, SHOP),
        (_PARK_BEFORE, PARKING),
        (_HOME, ""),
        (_ENTRANCE, ""),
    ):
        found = re.match(pattern, plain)
        if found:
            return _joined(head, found.groupdict())
    plain = re.sub(r"(?:室|号|房|户)$", "", plain)
    return plain if re.match(PATTERN, plain) else None


def _joined(head: str, said: dict[str, str | None]) -> str | None:
    room = said["room"] or ""
    floor = said.get("floor")
    if floor and room.isdigit() and len(room) <= 2:  # "15楼1" is room 1501
        room = f"{floor}{room:0>2}"
    parts = (head, said.get("building"), said.get("zone"), said.get("entrance"), said.get("inner"))
    made = "-".join([*(part for part in parts if part), room])
    return made if re.match(PATTERN, made) and any(char.isdigit() for char in room) else None


def _number(han: str) -> int:
    if "十" not in han:
        return int("".join(str(_DIGITS[char]) for char in han))
    tens, ones = han.split("十", 1)
    return (_DIGITS.get(tens, 1)) * 10 + (_DIGITS.get(ones, 0))


def is_id(text: str) -> bool:
    """Tell whether `text` is a unit id in canonical form."""
    return bool(re.match(PATTERN, text))


def split(unit: str) -> UnitParts:
    """Return the parts of a unit id; of a broken one as far as they can be told."""
    head, *rest = unit.split("-")
    room = rest[-1] if rest else ""
    middle = rest[0] if len(rest) > 1 else ""
    if head == SHOP:
        return UnitParts("shop", middle, "", room)
    if head == PARKING:
        return UnitParts("parking", middle, "", room)
    return UnitParts("home", head, middle, room)


def order(unit: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key in which 3-2-901 comes before 3-2-1501 and homes before shops."""
    kind = split(unit).kind
    first = {"home": 0, "shop": 1, "parking": 2}[kind]
    parts = re.findall(r"\d+|[A-Z]+", unit)
    return ((first, ""), *((int(part), "") if part.isdigit() else (-1, part) for part in parts))


def shape(unit: str) -> str:
    """Return the id without leading zeros: two ids of one shape are likely one unit."""
    return "-".join(part.lstrip("0") or "0" for part in unit.split("-"))

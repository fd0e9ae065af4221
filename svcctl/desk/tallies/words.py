"""The words of a tally."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from svcctl.base.choice import Choice
from svcctl.base.unitid import PARKING
from svcctl.base.unitid import SHOP
from svcctl.desk.tallies.counting import PUBLIC

NUMBER_CHOICES = (
    Choice("opening", "期初", "qc", "opening"),
    Choice("new", "新增", "xz", "new"),
    Choice("reopened", "重开", "ck", "reopened"),
    Choice("into", "转入", "zr", "in", ("reclassified in",)),
    Choice("away", "转出", "zc", "out", ("reclassified out",)),
    Choice("closed", "归档", "gd", "closed", ("消项", "done")),
    Choice("cancelled", "取消", "qx", "cancelled"),
    Choice("duplicate", "重复", "cf", "duplicate"),
    Choice("open", "期末", "qm", "open", ("未结",)),
    Choice("reclassified", "改类", "gl", "reclassified"),
    Choice("difference", "差额", "ce", "difference"),
)
"""The numbers of a tally, as `--trace` takes them."""

DIMENSION_CHOICES = (
    Choice("kind", "类别", "lb", "kind"),
    Choice("severity", "等级", "dj", "severity"),
    Choice("class", "分类", "fl", "class"),
    Choice("area", "区域", "qy", "area"),
    Choice("department", "部门", "bm", "department"),
)
"""What a tally can be split by."""


FIELDS = (
    *NUMBER_CHOICES,
    Choice("first", "首日", "", "first day"),
    Choice("last", "末日", "", "last day"),
    Choice("filed_at", "存档时间", "", "filed at"),
    Choice("filed_by", "存档人", "", "filed by"),
    Choice("note", "备注", "", "note"),
    Choice("group", "分组", "", "group"),
    Choice("by", "按", "", "by"),
    Choice("key", "代号", "", "key"),
    Choice("trace", "所含工单", "", "tickets behind it"),
)
"""Every field of a tally."""

VALUES: dict[str, tuple[Choice, ...] | str] = {"by": DIMENSION_CHOICES, "filed_by": "staff"}
"""What the values of a field stand on; `staff` is the people."""


def area_choices(areas: Iterable[Mapping[str, Any]], keys: Iterable[str]) -> list[Choice]:
    """Return the areas of a policy with their words, then the buildings that are in none of them.

    Args:
        keys: The areas that occur, as `counting.area_of` gives them.
    """
    found = [
        Choice(str(one.get("key", "")), str(one.get("zh", "")), "", str(one.get("en", "")))
        for one in areas
    ]
    known = {one.key for one in found} | {one.key for one in _NO_BUILDING}
    others = sorted(set(keys) - known - {""}, key=_natural)
    found += [Choice(one, f"{one}栋", "", f"building {one}") for one in others]
    return [*found, *_NO_BUILDING]


_NO_BUILDING = (
    Choice(SHOP, "商铺", "sp", "shops"),
    Choice(PARKING, "车位", "cw", "parking"),
    Choice(PUBLIC, "公共区域", "gg", "public areas"),
)


def _natural(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdecimal() else (10**9, key)

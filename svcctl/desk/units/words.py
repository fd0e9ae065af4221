"""The closed lists of units: kinds, states (ENU-18), meters (REC-17)."""

from __future__ import annotations

from svcctl.base.choice import Choice

KINDS = (
    Choice("home", "住宅", "zz", "home"),
    Choice("shop", "商铺", "sp", "shop"),
    Choice("parking", "车位", "cw", "parking space"),
)

STATES = (
    Choice("occupied", "已入住", "yrz", "occupied"),
    Choice("not-moved-in", "未入住", "wrz", "not moved in"),
    Choice("vacant", "空置", "kz", "vacant"),
    Choice("custody", "托管", "tg", "in custody"),
    Choice("decorating", "装修中", "zxz", "decorating"),
    Choice("for-rent", "出租代办", "czdb", "to let by us"),
    Choice("for-sale", "出售代办", "csdb", "for sale by us"),
)

METERS = (
    Choice("water", "水表", "sb", "water meter"),
    Choice("power", "电表", "db", "power meter"),
    Choice("gas", "燃气表", "rqb", "gas meter"),
)

FIELDS = (
    Choice("kind", "类别", "", "kind"),
    Choice("building", "楼栋", "", "building"),
    Choice("entrance", "单元", "", "entrance"),
    Choice("room", "室号", "", "room"),
    Choice("area", "面积", "", "area"),
    Choice("state", "状态", "", "state"),
    Choice("aliases", "别名", "", "also called"),
    Choice("note", "备注", "", "note"),
    Choice("meter", "计量表", "", "meter"),
    Choice("meter.kind", "表种", "", "meter"),
    Choice("number", "表号", "", "number"),
    Choice("base", "底数", "", "first reading"),
    Choice("base_on", "抄表日", "", "read on"),
)
"""Every field of a unit, in the order in which they are shown."""

VALUES: dict[str, tuple[Choice, ...] | str] = {
    "kind": KINDS,
    "state": STATES,
    "meter.kind": METERS,
}
"""What the values of a field stand on; `meter.kind` is the field `kind` of a meter."""

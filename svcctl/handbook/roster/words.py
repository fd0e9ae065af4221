"""The words of the roster."""

from __future__ import annotations

from svcctl.base.choice import Choice

FIELDS = (
    Choice("row", "排班", "", "row"),
    Choice("shift", "班次", "", "shift"),
    Choice("weekdays", "星期", "", "weekdays"),
    Choice("since", "自", "", "since"),
    Choice("until", "至", "", "until"),
    Choice("instead", "顶替上列", "", "instead of the rows above"),
    Choice("staff", "人员", "", "staff"),
    Choice("standin", "替班人", "", "stand-in"),
    Choice("note", "备注", "", "note"),
)
"""Every field of the roster, in the order in which they are shown."""

VALUES: dict[str, tuple[Choice, ...] | str] = {
    "shift": (
        Choice("day", "白班", "", "day shift"),
        Choice("midday", "午间值班", "", "midday duty"),
        Choice("night", "夜班", "", "night shift"),
    ),
    "weekdays": (
        Choice("mon", "周一", "", "Mon"),
        Choice("tue", "周二", "", "Tue"),
        Choice("wed", "周三", "", "Wed"),
        Choice("thu", "周四", "", "Thu"),
        Choice("fri", "周五", "", "Fri"),
        Choice("sat", "周六", "", "Sat"),
        Choice("sun", "周日", "", "Sun"),
    ),
    "staff": "staff",
    "standin": "staff",
}
"""What the values of a field stand on; `staff` is the people."""

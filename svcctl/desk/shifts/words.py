"""The fixed vocabularies of shifts, with their Chinese words and pinyin initials."""

from __future__ import annotations

from svcctl.base.choice import Choice
from svcctl.desk.tickets.words import KIND_CHOICES

SHIFT_CHOICES = (
    Choice("day", "白班", "bb", "day shift", ("日班",)),
    Choice("midday", "午间值班", "wj", "midday duty", ("午班", "中午")),
    Choice("night", "夜班", "yb", "night shift", ("夜间值班", "夜间")),
)
"""The shifts of a day; a night belongs to the day on which it begins (GAP-27)."""

STATUS_CHOICES = (
    Choice("open", "值班中", "zbz", "on duty"),
    Choice("ended", "待接班", "djb", "to be accepted"),
    Choice("handed-over", "已交接", "yjj", "handed over"),
)
"""Where a shift stands: it is over when the successor has countersigned (SHF-13)."""

ACT_CHOICES = (
    Choice("start", "开班", "kb", "started"),
    Choice("join", "到岗", "dg", "came"),
    Choice("leave", "离岗", "lg", "left"),
    Choice("line", "记录", "jl", "line"),
    Choice("done", "办妥", "bt", "done"),
    Choice("convert", "转工单", "zgd", "made a ticket"),
    Choice("note", "备注", "bz", "note"),
    Choice("end", "交班", "jb", "ended"),
    Choice("accept", "接班", "jb", "accepted"),
    Choice("escalate", "上报", "sb", "escalated"),
)
"""What can be done with a shift, as it stands in its log."""

REMARK = "note"
LINE_CHOICES = (*KIND_CHOICES, Choice(REMARK, "记事", "js", "remark"))
"""Kinds of matter in the work log; a remark leaves nothing to be done (REC-06, REC-08)."""

DUTY_CHOICES = (
    Choice("convert", "夜班转单", "", "make a ticket"),
    Choice("escalate", "上报", "", "escalate"),
)
"""What a shift owes."""

SHIFTS = tuple(choice.key for choice in SHIFT_CHOICES)
STATUSES = tuple(choice.key for choice in STATUS_CHOICES)
LINES = tuple(choice.key for choice in LINE_CHOICES)

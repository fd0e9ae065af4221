"""The fixed vocabularies of shifts, with their Chinese words and pinyin initials."""

from __future__ import annotations

from svcctl.base import redaction
from svcctl.base.choice import Choice
from svcctl.desk.tickets.words import FIELD_CHOICES as TICKET_FIELDS
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

_OF_A_MATTER = ("kind", "urgent", "subject", "unit", "unit_said", "place", "resident", "caller",
                "contact", "channel")  # fmt: skip
FIELDS = (
    Choice("name", "班次", "", "shift"),
    Choice("day", "日期", "", "day"),
    Choice("status", "状态", "", "status"),
    Choice("on", "值班人", "", "on duty"),
    Choice("standin", "替班人", "", "stand-in"),
    Choice("successor", "接班人", "", "to follow"),
    *(choice for choice in TICKET_FIELDS if choice.key in _OF_A_MATTER),
    Choice("log", "经过", "", "log"),
    Choice("line", "记录", "", "line"),
    Choice("when", "发生", "", "happened"),
    Choice("who", "人员", "", "who"),
    Choice("of", "所指记录", "", "of line"),
    Choice("ticket", "工单", "", "ticket"),
    Choice("result", "结果", "", "result"),
    Choice("to", "呈送对象", "", "to"),
    Choice("end", "已无上级", "", "nobody above"),
    Choice("left", "未完事项", "", "left to do"),
    Choice("tools", "工具清点", "", "tools counted"),
    Choice("why", "原因", "", "reason"),
    Choice("note", "文字", "", "words"),
    Choice("after", "位于其后", "", "stands behind"),
    *redaction.FIELDS,
)
"""Every field of a shift, of its entries and of a line."""

RESULT_CHOICES = (Choice("defect", "不接班", "", "not accepted"),)
"""What an acceptance may come to instead (SHF-12)."""

VALUES: dict[str, tuple[Choice, ...] | str] = {
    "name": SHIFT_CHOICES,
    "status": STATUS_CHOICES,
    "kind": LINE_CHOICES,
    "channel": "channel",
    "to": "role",
    "on": "staff",
    "who": "staff",
    "standin": "staff",
    "successor": "staff",
    "accept.result": RESULT_CHOICES,
}
"""What the values of a field stand on: words, or a list of the handbook; `staff` is the people."""

SHIFTS = tuple(choice.key for choice in SHIFT_CHOICES)
STATUSES = tuple(choice.key for choice in STATUS_CHOICES)
LINES = tuple(choice.key for choice in LINE_CHOICES)

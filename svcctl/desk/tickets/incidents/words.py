"""The fixed vocabularies of incidents, with their Chinese words and pinyin initials."""

from __future__ import annotations

from svcctl.base import redaction
from svcctl.base.choice import Choice

STATUS_CHOICES = (
    Choice("open", "处理中", "clz", "open"),
    Choice("done", "已排除", "ypc", "done"),
)
"""Whether the cause is mended. The tickets of those who reported it have lives of their own."""

ACT_CHOICES = (
    Choice("open", "登记", "dj", "registered"),
    Choice("edit", "更正", "gz", "corrected"),
    Choice("note", "备注", "bz", "note"),
    Choice("wording", "告示", "gs", "wording"),
    Choice("done", "排除", "pc", "done"),
    Choice("reopen", "重开", "ck", "reopened"),
)
"""What can be done with an incident, as it stands in its log."""

FIELD_CHOICES = (
    Choice("subject", "事由", "", "subject"),
    Choice("status", "状态", "", "status"),
    Choice("category", "分类", "", "category"),
    Choice("place", "地点", "", "place"),
    Choice("buildings", "楼栋", "", "buildings"),
    Choice("cause", "原因分类", "", "cause"),
    Choice("wording", "告示", "", "wording"),
)
"""The header fields of an incident, in the order in which they are shown."""

FIELDS = (
    *FIELD_CHOICES,
    Choice("log", "经过", "", "log"),
    Choice("when", "发生", "", "happened"),
    Choice("why", "原因", "", "reason"),
    Choice("note", "文字", "", "words"),
    *redaction.FIELDS,
)
"""Every field of an incident and of its entries."""

VALUES: dict[str, tuple[Choice, ...] | str] = {
    "status": STATUS_CHOICES,
    "category": "category",
    "cause": "cause",
}
"""What the values of a field stand on: words, or a list of the handbook."""

STATUSES = tuple(choice.key for choice in STATUS_CHOICES)

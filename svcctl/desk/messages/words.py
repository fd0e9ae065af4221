"""The states and acts of a message, with their Chinese words and pinyin initials."""

from __future__ import annotations

from svcctl.base import redaction
from svcctl.base.choice import Choice

STATUS_CHOICES = (
    Choice("queued", "待发", "df", "queued"),
    Choice("sent", "已发", "yf", "sent"),
    Choice("dropped", "不发", "bf", "dropped"),
)
"""Whether somebody was told. That it is no longer needed is computed, never a state."""

ACT_CHOICES = (
    Choice("queue", "待发", "", "queued"),
    Choice("sent", "已发", "", "sent"),
    Choice("drop", "不发", "", "dropped"),
)
"""What an entry says that it did."""

FIELDS = (
    Choice("about", "关于", "", "about"),
    Choice("key", "事项", "", "matter"),
    Choice("status", "状态", "", "status"),
    Choice("to", "发给", "", "to"),
    Choice("words", "内容", "", "words"),
    Choice("deliver", "不早于", "", "not before"),
    Choice("log", "经过", "", "log"),
    Choice("when", "发生", "", "happened"),
    Choice("via", "方式", "", "via"),
    Choice("why", "原因", "", "reason"),
    Choice("after", "位于其后", "", "stands behind"),
    *redaction.FIELDS,
)
"""Every field of a message and of its entries."""

VALUES: dict[str, tuple[Choice, ...] | str] = {
    "status": STATUS_CHOICES,
    "to": "role",
    "via": "channel",
}
"""What the values of a field stand on: words, or a list of the handbook."""

STATUSES = tuple(choice.key for choice in STATUS_CHOICES)

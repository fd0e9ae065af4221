"""The states and acts of a message, with their Chinese words and pinyin initials."""

from __future__ import annotations

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

STATUSES = tuple(choice.key for choice in STATUS_CHOICES)

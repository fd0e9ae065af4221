"""The words of a desk's card."""

from __future__ import annotations

from svcctl.base.choice import Choice

FIELDS = (
    Choice("name", "名称", "", "name"),
    Choice("claimed_at", "认领时间", "", "claimed at"),
    Choice("claimed_by", "认领人", "", "claimed by"),
    Choice("token", "标记", "", "token"),
)
"""Every field of a desk, in the order in which they are shown."""

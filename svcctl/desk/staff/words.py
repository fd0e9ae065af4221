"""The words of a staff card."""

from __future__ import annotations

from svcctl.base.choice import Choice

FIELDS = (
    Choice("name", "姓名", "", "name"),
    Choice("department", "部门", "", "department"),
    Choice("since", "自", "", "since"),
    Choice("until", "至", "", "until"),
    Choice("note", "备注", "", "note"),
    Choice("role", "岗位", "", "role"),
    Choice("private", "私密", "", "private"),
    Choice("phones", "电话", "", "phones"),
)
"""Every field of a staff card, in the order in which they are shown."""

VALUES: dict[str, tuple[Choice, ...] | str] = {"department": "department", "role": "role"}
"""The lists of the handbook that values stand on."""

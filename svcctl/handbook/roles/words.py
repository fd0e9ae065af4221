"""The words of the file of roles."""

from __future__ import annotations

from svcctl.base.choice import Choice

FIELDS = (
    Choice("role", "岗位", "", "role"),
    Choice("key", "代号", "", "key"),
    Choice("zh", "中文名", "", "in Chinese"),
    Choice("en", "英文名", "", "in English"),
    Choice("aliases", "别名", "", "also called"),
    Choice("superior", "上级", "", "superior"),
    Choice("deputy", "代理岗位", "", "deputy"),
    Choice("since", "自", "", "since"),
    Choice("until", "至", "", "until"),
)
"""Every field of the roles, in the order in which they are shown."""

VALUES: dict[str, tuple[Choice, ...] | str] = {"superior": "role", "deputy": "role"}
"""The lists of the handbook that values stand on."""

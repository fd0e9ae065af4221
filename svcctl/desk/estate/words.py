"""The words of `book.toml`."""

from __future__ import annotations

from svcctl.base.choice import Choice

FIELDS = (
    Choice("estate", "小区", "", "estate"),
    Choice("time_zone", "时区", "", "time zone"),
    Choice("language", "语言", "", "language"),
    Choice("format", "格式版本", "", "version of the formats"),
    Choice("routines_desk", "例行任务前台", "", "desk of the routines"),
)
"""Every field of the book, in the order in which they are shown."""

VALUES: dict[str, tuple[Choice, ...] | str] = {
    "language": (Choice("zh", "中文", "", "Chinese"), Choice("en", "英文", "", "English"))
}
"""What the values of a field stand on."""

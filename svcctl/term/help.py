"""Help that fits the screen in Chinese, too: click counts characters where columns count."""

from __future__ import annotations

from collections.abc import Iterable

import click

from svcctl.term.output import text_width

_FILLER = "\x00"


class HelpText(click.HelpFormatter):
    """Wraps by columns: while click lays out, a double-width character is followed by a filler."""

    def write_text(self, text: str) -> None:
        """Write wrapped text."""
        super().write_text(_filled(text))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write a two-column list."""
        filled = [(_filled(name), _filled(words)) for name, words in rows]
        super().write_dl(filled, col_max, col_spacing)

    def getvalue(self) -> str:
        """Return all that was written."""
        return super().getvalue().replace(_FILLER, "")


class ShellContext(click.Context):
    """A click context whose help is laid out by columns."""

    formatter_class = HelpText


def _filled(text: str) -> str:
    if text.isascii():
        return text
    return "".join(one + _FILLER if text_width(one) > 1 else one for one in text)

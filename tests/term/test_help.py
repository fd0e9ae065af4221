"""Help in Chinese fits the screen."""

from __future__ import annotations

import click

from svcctl.term.help import HelpText
from svcctl.term.options import command
from svcctl.term.output import text_width

LONG = "登记住户来电、来访反映的一切事项:投诉、报修、咨询、建议,有类别和几个字就可以登记。" * 4


@command(help=LONG)
@click.option("--note", metavar="WORDS", help=LONG)
@click.option("--栋", "building", metavar="号", help="楼栋")
def register() -> None:
    """Do nothing; only its help is looked at."""


def test_no_line_is_wider_than_the_screen_and_no_word_is_lost() -> None:
    context = register.context_class(register, info_name="svcctl log")
    text = register.get_help(context)
    assert all(text_width(line) <= 80 for line in text.splitlines())
    assert "".join(text.split()).count(LONG) == 2
    assert "\x00" not in text


def test_second_column_lines_up_after_a_wide_first() -> None:
    form = HelpText(width=40)
    form.write_dl([("--栋 号", "楼栋"), ("--unit 1", "room")])
    starts = [text_width(line[: line.rindex(" ")]) for line in form.getvalue().splitlines()]
    assert starts == [9, 9]

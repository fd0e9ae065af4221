"""Real processes that speak Chinese: what a desk reads, from help to mistakes."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest

from svcctl.cli.table import COMMANDS
from svcctl.cli.table import GROUPS
from tests.support.transcript import World

# Words of ours and click's that must not be left; keys, commands and METAVARS may be English.
ENGLISH = re.compile(
    r"\b(?:a|an|the|is|are|not|no|of|for|to|with|by|only|usage|options|commands?|error|hint)\b",
    re.IGNORECASE,
)
# Typed as it stands: options, METAVARS, commands, and what a person said.
TYPED = re.compile(r"--[a-z-]+|\[?[A-Z]+\]?(?:\.\.\.)?\b|'[^']*'|^ +svcctl .*$", re.MULTILINE)
EVERY_HELP = """
from svcctl.base import i18n
i18n.use("zh")
from svcctl.cli import main
from svcctl.cli import table
for path in ("", *(group.path for group in table.GROUPS), *(row.path for row in table.COMMANDS)):
    assert main.run([*path.split(), "--help"]) == 0
    print("\f")
"""


def english(text: str) -> list[str]:
    """Return the English words left in a text, apart from what is typed as it stands."""
    return ENGLISH.findall(TYPED.sub(" ", text))


@pytest.fixture
def desk(world: World) -> World:
    """A Chinese book with one ticket, spoken to by real processes."""
    made = world.run("svcctl init . --lang zh --estate 枫林苑 --staff wang.fang --name 王芳")
    assert made.status == 0, made.output
    world.environ |= {"SVCCTL_LANG": "zh"}
    said = world.run('svcctl log 投诉 3-2-1501 "电梯困人"')
    assert said.status == 0, said.output
    world.processes = True
    return world


@pytest.mark.parametrize(
    "command, status, said",
    [
        ("svcctl shw", 2, "svcctl: 错误：没有 'shw' 这个命令。"),
        ("svcctl ticket shw", 2, "您要的是不是 'show'？"),
        ("svcctl due --wthin 2d", 2, "没有 '--wthin' 这个选项。"),
        ("svcctl ticket show", 2, "缺少参数 'ID...'"),
        ("svcctl due extra", 2, "多余的参数（extra）"),
        ("svcctl due --format xml", 2, "'--format' 的值无效：'xml' 不在可选值之内"),
        ("svcctl due --within soon", 2, "提示：请写成 30m、24h 或 2d"),
        ("svcctl ticket show A99", 3, "没有工单“A99”"),
        ("svcctl unit show 9-9-999", 3, "没有房号“9-9-999”"),
        ("svcctl ticket close A01", 4, "“T261121-A01”的状态是登记"),
        ("svcctl sample x --units some", 2, "'some' 不是有效的数字"),
    ],
)
def test_mistakes_are_told_in_chinese(desk: World, command: str, status: int, said: str) -> None:
    outcome = desk.run(command)
    assert outcome.status == status
    assert said in outcome.output
    assert english(outcome.output) == []


def test_every_help_is_chinese_and_fits_the_screen(desk: World) -> None:
    """In one process, because a process has one language from its start."""
    (desk.folder / "every.py").write_text(EVERY_HELP, encoding="utf-8")
    outcome = desk.run(f"{sys.executable} every.py")
    pages = outcome.output.split("\f\n")[:-1]
    assert outcome.status == 0
    assert len(pages) == len(COMMANDS) + len(GROUPS) + 1
    for page in pages:
        assert page.startswith("用法: svcctl")
        assert "选项:" in page
        assert english(page) == []
        described = [line for line in page.splitlines() if not line.startswith("  svcctl ")]
        assert max(map(columns, described)) <= 80


def test_the_screen_of_today_is_straight(desk: World) -> None:
    outcome = desk.run("svcctl --now '2026-11-30 10:00'")
    assert outcome.status == 0
    lines = outcome.output.splitlines()
    heading = next(place for place, line in enumerate(lines) if line.startswith("时间"))
    summary = lines.index("超时 4 · 今天 0 · 明天 0 · 其后一周 0")
    rule, rows = lines[heading + 1], lines[heading + 2 : summary]
    starts = [found.start() for found in re.finditer("-+", rule)]
    assert len(rows) == 4
    for line in (lines[heading], *rows):
        cells = by_column(line)
        assert columns(line) <= 100
        assert all(cells[at] != " " and cells[at - 2 : at] == "  " for at in starts[1:])


def by_column(line: str) -> str:
    """Return a line with one character for each column of the terminal."""
    return "".join(one * (1 + (columns(one) > 1)) for one in line)


def columns(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in text)


def test_a_list_and_a_page_have_chinese_headings(desk: World) -> None:
    listed = desk.run("svcctl ticket list").output.splitlines()[0].split()
    assert listed == ["编号", "类别", "等级", "状态", "位置", "事由", "承办", "登记时间"]
    page = desk.run("svcctl ticket show A01").output
    assert "类别: 投诉" in page
    assert desk.run("svcctl validate").output.startswith("已检查 ")


def test_keys_of_data_stay_english(desk: World) -> None:
    outcome = desk.run("svcctl ticket list --format csv")
    assert outcome.output.splitlines()[0].startswith("id,kind,severity,status,")

"""What people read goes through `_()`: no bare text in help, headings, messages and errors."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from svcctl.locale.update import MARKS
from svcctl.locale.update import PACKAGE

# Where the argument of each function is text for people: its place, or its name.
SAID: dict[str, tuple[int | str, ...]] = {
    "say": (0,),
    "warn": (0,),
    "data": (0,),
    "option": ("help", "prompt"),
    "argument": ("help",),
    "command": ("help",),
    "_global": ("help",),
    "confirm": (0, "text"),
    "prompt": (0, "text"),
    "Column": (1, "title"),
    "Word": (0,),
    "Point": (0, 2, 3, 5),
}
# A problem is told as it is; programmers' own errors (ValueError …) are not meant for people.
PROBLEM = re.compile(r"^(?:\w*(?:Error|Problem)|Unfit|BadParameter|ClickException)$")
NOT_FOR_PEOPLE = frozenset(
    {"ValueError", "TypeError", "KeyError", "OSError", "RuntimeError", "AssertionError",
     "FileNotFoundError", "NotImplementedError", "LookupError", "JSONDecodeError"}
)  # fmt: skip
# Two words that follow each other read as language; ids, paths and keys do not.
WORDS = re.compile(r"[^\W\d_]{2,}[ ,;:]+[^\W\d_]{2,}|[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"\{[^}]*\}")
COMMAND = re.compile(r"^(?:svcctl|git|pip|cd|python) ")


def name_of(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def said_in(call: ast.Call) -> list[ast.expr]:
    """Return the arguments of a call that people read."""
    name = name_of(call)
    if PROBLEM.match(name) and name not in NOT_FOR_PEOPLE:
        return list(call.args)
    places = SAID.get(name, ())
    return [one for place, one in enumerate(call.args) if place in places] + [
        one.value for one in call.keywords if one.arg in places
    ]


def bare(node: ast.AST) -> Iterator[ast.Constant]:
    """Yield the texts inside an argument that no mark of translation covers."""
    if isinstance(node, ast.Call) and name_of(node) in MARKS:
        return
    if isinstance(node, ast.JoinedStr) and is_command(node.values[:1]):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    for inner in ast.iter_child_nodes(node):
        yield from bare(inner)


def is_command(first: list[ast.expr]) -> bool:
    """Tell whether a text with places to fill in begins as a command to type."""
    return any(isinstance(one, ast.Constant) and COMMAND.match(str(one.value)) for one in first)


def untranslated(tree: ast.AST) -> list[tuple[int, str]]:
    found = [
        (text.lineno, str(text.value))
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for argument in said_in(call)
        for text in bare(argument)
    ]
    return [one for one in found if reads_as_language(one[1])]


def reads_as_language(text: str) -> bool:
    return bool(WORDS.search(PLACEHOLDER.sub("", text))) and not COMMAND.match(text)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_nobody_is_spoken_to_in_bare_english(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    wrong = [f"{path.relative_to(PACKAGE)}:{line}: {text}" for line, text in untranslated(tree)]
    assert wrong == []


def test_messages_are_filled_in_after_they_are_translated() -> None:
    """`_(f"…")` and `_("…".format())` would look up a message that no catalogue has."""
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            made = [
                one
                for one in node.args[: MARKS.get(node.func.id, 0)]
                if isinstance(one, ast.JoinedStr | ast.BinOp)
                or (isinstance(one, ast.Call) and name_of(one) == "format")
            ]
            wrong += [f"{path.relative_to(PACKAGE)}:{one.lineno}" for one in made]
    assert wrong == []


def test_bare_english_is_seen() -> None:
    tree = ast.parse(
        "run.say('all is well')\n"
        "run.say(_('all is well'))\n"
        "raise RefusedError(_('no'), 'try it again', 'svcctl ticket show A07')\n"
        "raise ValueError('two changes of one file')\n"
        "click.option('--x', help='Some help.')\n"
        "Column('id', 'the {id} column')\n"
    )
    assert sorted(untranslated(tree)) == [
        (1, "all is well"),
        (3, "try it again"),
        (5, "Some help."),
        (6, "the {id} column"),
    ]

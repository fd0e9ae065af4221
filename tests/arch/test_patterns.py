"""Regular expressions that every supported Python understands alike."""

from __future__ import annotations

import ast
import re

import pytest

from tests.arch.test_layers import Module
from tests.arch.test_layers import modules

# Python before 3.11.5 forgets where it was when such a group fails half-way, and matches too much.
POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{+[0-9]*,?[0-9]*\}+)\+")


def texts(module: Module) -> list[str]:
    return [
        one.value
        for one in ast.walk(module.tree)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_no_group_is_possessive(module: Module) -> None:
    assert [text for text in texts(module) if POSSESSIVE_GROUP.search(text)] == []


@pytest.mark.parametrize("pattern", ["(?:a)*+", "(a|b)++", "(?:a)?+", "(?:a){0,7}+"])
def test_a_possessive_group_is_seen(pattern: str) -> None:
    assert POSSESSIVE_GROUP.search(pattern)

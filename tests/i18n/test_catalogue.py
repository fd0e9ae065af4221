"""The Chinese catalogue: complete, current, compiled, and with the placeholders of the source."""

from __future__ import annotations

import ast
import errno
import importlib.util
import os
import re
import sys
from pathlib import Path
from string import Formatter

import pytest

from svcctl.base import i18n
from svcctl.base.catalogue import Catalogue
from svcctl.locale import foreign
from svcctl.locale import update

CURRENT = update.current()
TRANSLATIONS = [one for one in CURRENT if one.id]
AGAIN = "run: python -m svcctl.locale.update"
# Set by code, not written in it: click looks these up through a variable.
LOOKED_UP = {"required"}


def texts(said: object) -> list[str]:
    return [said] if isinstance(said, str) else [str(one) for one in said or ()]  # type: ignore[attr-defined]


def placeholders(text: str) -> set[str]:
    return {
        f"{name}!{conversion}:{spec}"
        for _literal, name, spec, conversion in Formatter().parse(text)
        if name is not None and name not in foreign.MAY_BE_LEFT_OUT
    }


def test_every_message_of_the_source_is_in_the_catalogue_and_no_other() -> None:
    said = {tuple(texts(one.id)) for one in TRANSLATIONS}
    assert {tuple(texts(one)) for one in update.messages()} == said, AGAIN


def test_nothing_is_untranslated_fuzzy_or_left_over() -> None:
    assert update.untranslated(CURRENT) == []
    assert [one.id for one in TRANSLATIONS if one.fuzzy] == []
    assert not CURRENT.obsolete


def test_both_files_are_as_the_tool_writes_them() -> None:
    made = update.updated(CURRENT)
    assert update.PO.read_bytes() == update.po_bytes(made), AGAIN
    assert update.MO.read_bytes() == update.mo_bytes(made), AGAIN


def test_placeholders_are_those_of_the_source() -> None:
    wrong = []
    for one in TRANSLATIONS:
        allowed = [placeholders(text) for text in texts(one.id)]
        if any(placeholders(text) not in allowed for text in texts(one.string)):
            wrong.append(one.id)
    assert wrong == []


def test_chinese_says_it_in_chinese_signs() -> None:
    """No half-width comma, colon or quotation mark between Chinese characters, no final stop."""
    half = re.compile(r"[\u4e00-\u9fff][,;!?']|[,;!?'][\u4e00-\u9fff]")
    wrong = [said for one in TRANSLATIONS for said in texts(one.string) if half.search(said)]
    stops = [
        one.string
        for one in TRANSLATIONS
        if str(one.string).endswith("。") and not texts(one.id)[-1].endswith((".", "!"))
    ]
    assert (wrong, stops) == ([], [])


def test_messages_of_click_are_asked_for_by_the_click_that_is_installed() -> None:
    found = importlib.util.find_spec("click")
    assert found is not None
    assert found.origin is not None
    said = {
        message
        for path in Path(found.origin).parent.glob("*.py")
        for message in update.marked(ast.parse(path.read_text("utf-8")))
    }
    known = {*foreign.CLICK, *foreign.NEVER_SHOWN}
    assert known - said == LOOKED_UP
    assert said - known == set(), "translate them in svcctl.locale.foreign, or say NEVER_SHOWN"


@pytest.mark.skipif(sys.platform != "linux", reason="the words are those of Linux")
def test_reasons_of_the_system_are_those_it_gives() -> None:
    said = {os.strerror(number) for number in errno.errorcode}
    assert set(foreign.SYSTEM) <= said


def test_a_message_is_found_wherever_it_stands() -> None:
    tree = ast.parse(
        "_('a' 'b'); f\"{_('in f')}\"; N_('later'); ngettext('one', 'many', n); _(name); other('x')"
    )
    assert set(update.marked(tree)) == {"ab", "in f", "later", ("one", "many")}


def test_a_message_keeps_its_translation_until_its_words_change(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("_('desk')", encoding="utf-8")
    assert "desk" in update.messages(tmp_path)
    made = update.updated(CURRENT)
    assert made["desk"].string == CURRENT["desk"].string
    made["desk"].string = ""
    assert update.untranslated(made) == ["desk"]


def test_what_is_not_translated_stays_as_it_is() -> None:
    words = update.Words(locale="zh_CN")
    words.add(("{count} file", "{count} files"))
    words.add("yes", "是")
    made = Catalogue(update.mo_bytes(words))
    assert made.ngettext("{count} file", "{count} files", 2) == "{count} files"
    assert made.gettext("yes") == "是"


def test_no_text_is_no_text() -> None:
    i18n.use("zh")
    assert i18n._("") == ""
    assert isinstance(i18n.catalogue("zh"), Catalogue)
    assert i18n.ngettext("{count} error", "{count} errors", 2) == "{count} 个错误"

"""Values that people give by English key, Chinese word or pinyin initials.

`投诉`, `complaint`, `Complaint` and `ts` all mean the same kind of ticket. Full-width letters are
folded, as a Chinese input method leaves them.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple

from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import language
from svcctl.base.text import fold


class Choice(NamedTuple):
    """One allowed value.

    Attributes:
        key: What is kept in the book.
        zh: The word said at a Chinese desk.
        abbr: Pinyin initials, as typed in a hurry.
        en: The word said in English; the key where empty.
        aliases: Other words that mean the same.
    """

    key: str
    zh: str = ""
    abbr: str = ""
    en: str = ""
    aliases: tuple[str, ...] = ()


def refuse_unknown_columns(given: Iterable[str], columns: Sequence[str]) -> None:
    """Refuse a line of a batch with a column that does not exist.

    Raises:
        UsageProblem: There is one.
    """
    if unknown := sorted(set(given) - set(columns)):
        raise UsageProblem(
            _("unknown column '{column}'").format(column=unknown[0]),
            _("known: {columns}").format(columns=", ".join(columns)),
        )


def resolve(text: str, choices: Iterable[Choice], what: str) -> str:
    """Return the key that `text` means.

    Args:
        what: Name of the thing asked for, for the message: `kind`, `severity` ….

    Raises:
        UsageProblem: No such value; names the nearest and lists all.
        AmbiguousError: Pinyin initials of several values.
    """
    allowed = list(choices)
    wanted = _plain(text)
    for choice in allowed:
        spoken = (choice.key, choice.zh, choice.en, *choice.aliases)
        if wanted and wanted in map(_plain, spoken):
            return choice.key
    same = [choice for choice in allowed if wanted and wanted == _plain(choice.abbr)]
    if len(same) > 1:
        raise AmbiguousError(
            _("'{text}' means several values of {what}").format(text=text, what=what),
            *(say(choice) for choice in same),
        )
    if same:
        return same[0].key
    raise _unknown(text, wanted, allowed, what)


def show(key: str, choices: Iterable[Choice]) -> str:
    """Return the word for `key` in the language of this run; an unknown key is shown as it is."""
    for choice in choices:
        if choice.key == key:
            word = choice.zh if language() == "zh" else choice.en
            return word or key
    return key


def say(choice: Choice) -> str:
    """Return all ways to give a value: `complaint 投诉 ts`."""
    return " ".join(part for part in (choice.key, choice.zh, choice.abbr) if part)


def _unknown(text: str, wanted: str, allowed: Sequence[Choice], what: str) -> UsageProblem:
    listed = _("allowed: {values}").format(values=", ".join(say(choice) for choice in allowed))
    near = _nearest(wanted, allowed)
    if near:
        message = _("no {what} '{text}'; did you mean '{near}'?")
        return UsageProblem(message.format(what=what, text=text, near=near), listed)
    return UsageProblem(_("no {what} '{text}'").format(what=what, text=text), listed)


def _plain(text: str) -> str:
    """Return `text` as it is compared: half-width, lower case, `-` and `_` as blanks."""
    return " ".join(fold(text).lower().replace("-", " ").replace("_", " ").split())


def _nearest(wanted: str, allowed: Iterable[Choice]) -> str:
    from difflib import get_close_matches  # only for a mistake

    ways = {
        _plain(way): way
        for choice in allowed
        for way in (choice.en, choice.abbr, choice.zh, choice.key)
        if way
    }
    found = get_close_matches(wanted, ways, n=1, cutoff=0.5)
    return ways[found[0]] if found else ""

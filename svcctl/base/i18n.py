"""The words of this run: gettext, with click's own words in the same catalogue.

`use` must be called once, before any command module is imported, because help texts are
translated when the module that holds them is imported.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager

LANGUAGES = ("zh", "en")
_DOMAIN = "svcctl"
_LOCALE = {"zh": "zh_CN", "en": "en"}
_words: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def use(language: str) -> None:
    """Set the language of messages, help and tables for this process: `zh` or `en`."""
    global _words, _language  # noqa: PLW0603 - one language a process, set at its start
    _language = language
    _words = catalogue(language)
    # click takes these two names when it is imported; they follow the language from then on.
    gettext.gettext = _
    gettext.ngettext = ngettext


def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations of `language`; English needs none."""
    if language == "en":
        return gettext.NullTranslations()
    from svcctl.base.catalogue import Catalogue

    path = os.path.join(_folder(), _LOCALE[language], "LC_MESSAGES", f"{_DOMAIN}.mo")
    try:
        with open(path, "rb") as file:
            return Catalogue(file.read())
    except (OSError, ValueError):
        # A damaged installation speaks English.
        return gettext.NullTranslations()


def language() -> str:
    """Return the language in use."""
    return _language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let messages be made in another language for a while: that of the book, for its records."""
    global _words, _language
    before = _words, _language
    if language != _language:
        _words, _language = catalogue(language), language
    try:
        yield
    finally:
        _words, _language = before


def _(message: str) -> str:
    """Translate `message`; format it afterwards: `_("no {id}").format(id=…)`."""
    # The empty message is where a catalogue keeps its own header.
    return _words.gettext(message) if message else ""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a text for translation where it is shown: `_(N_("…"))`, in two places."""
    return message


def ngettext(msgid1: str, msgid2: str, n: int) -> str:
    """Translate by number."""
    return _words.ngettext(msgid1, msgid2, n)


def joined(words: Iterable[str]) -> str:
    """Return words one after the other, with the sign that stands between them."""
    return _(", ").join(words)


def _folder() -> str:
    # os.path: pathlib would cost `--version` a third of its time.
    return os.path.join(os.path.dirname(os.path.dirname(__file__)), "locale")

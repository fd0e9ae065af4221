"""What must be known before click is imported: where the book is, and the language of this run.

Cheap on purpose: one walk up from the current folder and one look at the first lines of
`book.toml`, without a TOML parser.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from collections.abc import Sequence

from svcctl.base.errors import NotFoundError
from svcctl.base.i18n import _

MARK = "book.toml"
"""The file that makes a folder a book."""

USUAL_NAME = "records"
"""Name of the folder that holds the book inside a repository."""

_LANGUAGE_LINE = re.compile(rb'^language[ \t]*=[ \t]*["\']([A-Za-z_-]+)["\']', re.MULTILINE)
_FIRST_LINES = 4096
_CHINESE_ON_WINDOWS = 0x04


def find_book(start: str) -> str | None:
    """Return the book that `start` lies in: the nearest folder, upwards, that is or holds one."""
    folder = os.path.abspath(start)
    while True:
        found = _book_in(folder)
        if found:
            return found
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def book_root(wish: str | None, environ: Mapping[str, str]) -> str:
    """Return the book to work on: `wish` (--book), SVCCTL_BOOK, or the one around this folder.

    Raises:
        NotFoundError: None there.
    """
    named = wish or environ.get("SVCCTL_BOOK")
    if named:
        found = _book_in(os.path.abspath(named))
        if found:
            return found
        raise NotFoundError(
            _("no book in '{folder}'").format(folder=named),
            f"svcctl init {named}",
        )
    here = _here()
    found = find_book(here) if here else None
    if found:
        return found
    raise NotFoundError(
        _("no book in this folder or above it"),
        _("name one with --book DIR or SVCCTL_BOOK, or begin one: svcctl init DIR"),
    )


def choose_language(argv: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return `zh` or `en`: --lang, SVCCTL_LANG, the book, then the locale."""
    return (
        language_of(_said(argv, ("--lang",)))
        or language_of(environ.get("SVCCTL_LANG"))
        or _of_book(argv, environ)
        or _of_locale(environ)
        or "en"
    )


def language_of(text: str | None) -> str | None:
    """Return the language that `zh_CN.UTF-8`, `中文`, `en` … name, or None."""
    word = (text or "").strip().lower()
    if word.startswith(("zh", "cn", "中")):
        return "zh"
    if word.startswith(("en", "英")) or word in {"c", "posix", "c.utf-8", "c.utf8"}:
        return "en"
    return None


def _book_in(folder: str) -> str | None:
    for path in (folder, os.path.join(folder, USUAL_NAME)):
        if os.path.isfile(os.path.join(path, MARK)):
            return path
    return None


def _here() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        # The folder was deleted under the shell.
        return None


def _said(argv: Sequence[str], names: tuple[str, ...]) -> str | None:
    """Return the last value given for an option, as click would: `--name X`, `--name=X`, `-nX`."""
    value = None
    for place, word in enumerate(argv):
        if word == "--":
            break
        for name in names:
            if word == name and place + 1 < len(argv):
                value = argv[place + 1]
            elif name.startswith("--") and word.startswith(name + "="):
                value = word[len(name) + 1 :]
            elif not name.startswith("--") and word.startswith(name) and word != name:
                value = word[len(name) :]
    return value


def _of_book(argv: Sequence[str], environ: Mapping[str, str]) -> str | None:
    try:
        root = book_root(_said(argv, ("--book", "-C")), environ)
        with open(os.path.join(root, MARK), "rb") as file:
            found = _LANGUAGE_LINE.search(file.read(_FIRST_LINES))
    except (OSError, NotFoundError, ValueError):
        # The command itself says what is wrong with the book, in the language chosen without it.
        return None
    return language_of(found[1].decode()) if found else None


def _of_locale(environ: Mapping[str, str]) -> str | None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return language_of(environ[name])
    return _of_windows() if sys.platform == "win32" else None


def _of_windows() -> str | None:
    import ctypes  # Windows only

    user = getattr(ctypes, "windll").kernel32.GetUserDefaultUILanguage()  # noqa: B009 - not on Linux
    return "zh" if user & 0x3FF == _CHINESE_ON_WINDOWS else None

"""A compiled catalogue (.mo) that is searched instead of read through.

A run says a few dozen of some thousand messages, and reading all of them takes as long as the rest
of a short command's own work. The form is gettext's: little-endian, ids sorted; `ngettext` has one
form, as Chinese has.
"""

from __future__ import annotations

import gettext
from bisect import bisect_left

MAGIC = b"\xde\x12\x04\x95"
_HEAD = 8
_PLACE = 8


class Catalogue(gettext.NullTranslations):
    """The translations in `data`, the bytes of a .mo file; what is not there stays as it is.

    Raises:
        ValueError: It is no such file.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__()
        if not data.startswith(MAGIC):
            raise ValueError("no catalogue")
        self._data = data
        self._count, self._ids, self._texts = (
            self._number(_HEAD + 4 * place) for place in range(3)
        )
        self._found: dict[str, str | None] = {}

    def gettext(self, message: str) -> str:
        """Return the translation of a message."""
        said = self._look_up(message)
        return message if said is None else said

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the translation, which is one for all numbers."""
        said = self._look_up(msgid1)
        return super().ngettext(msgid1, msgid2, n) if said is None else said

    def _look_up(self, message: str) -> str | None:
        if message not in self._found:
            self._found[message] = self._search(message)
        return self._found[message]

    def _search(self, message: str) -> str | None:
        wanted = message.encode("utf-8", "surrogatepass")
        place = bisect_left(range(self._count), wanted, key=self._id)
        if place == self._count or self._id(place) != wanted:
            return None
        return self._text(self._texts, place).decode()

    def _id(self, place: int) -> bytes:
        # Singular and plural stand one after the other; the singular names both.
        return self._text(self._ids, place).partition(b"\0")[0]

    def _text(self, table: int, place: int) -> bytes:
        size, start = (self._number(table + _PLACE * place + 4 * part) for part in range(2))
        return self._data[start : start + size]

    def _number(self, at: int) -> int:
        return int.from_bytes(self._data[at : at + 4], "little")

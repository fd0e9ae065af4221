"""The canonical form of a record: order of keys, cleaned values, and a cheap proof of the form.

What it looks like is said in `svcctl.book.toml`, which reads and writes it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Mapping
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from functools import lru_cache
from math import isfinite
from typing import Any

from svcctl.base.i18n import _
from svcctl.book.toml_lines import TomlError

_INT_LIMIT = 2**63

_MINUTE = timedelta(minutes=1)
_EMPTIES: tuple[object, ...] = ("", [], {})

# The grammar of what `emit` writes, a little too narrow on purpose: no inline tables, no nested
# arrays, floats only where the shortest text is the given one. What matches is TOML 1.0.
_CHAR = r'[^"\\\x00-\x08\n-\x1f\x7f]'
_CHARS = r'[^"\\\x00-\x08\x0b-\x1f\x7f]'
_ESC = r'\\(?:["\\bf]|u00(?:0[0-7be-f]|1[0-9a-f]|7f))'
_DAY = r"[0-9]{4}-[0-9][0-9]-[0-9][0-9]"
_CLOCK = r"[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"
_OFFSET = r"(?:\+|-(?!00:00))[0-9][0-9]:[0-9][0-9]"
_PLAIN = (
    rf"{_DAY}(?: {_CLOCK}(?:{_OFFSET})?)?(?=[,\n])"
    r"|(?:0|-?[1-9][0-9]{0,17}+)(?=[,\n])"
    r"|true|false"
    r"|-?(?:0|[1-9][0-9]{0,7}+)\.(?:0|[0-9]{0,3}[1-9])(?=[,\n])"
    rf"|{_CLOCK}(?=[,\n])"
)
_TEXT = rf'"""\n(?:{_CHAR}++|{_ESC})*\n(?:{_CHARS}++|{_ESC})*"""'
_ITEM = rf'    (?:"(?:{_CHAR}++|{_ESC})*"(?!")|{_PLAIN}|{_TEXT}),\n'
_VALUE = rf'"(?:{_CHAR}++|{_ESC})+"|{_PLAIN}|{_TEXT}|\[\n(?:{_ITEM})+\]'
_KEY = r"[A-Za-z0-9_-]++"
_LINE = rf"{_KEY} = (?:{_VALUE})\n"
_NAME = rf"{_KEY}(?:\.{_KEY}){{0,7}}"
_HEADER = rf"\[(?:\[{_NAME}\]|{_NAME})\]\n"
_FORM = rf"(?:{_LINE})*(?:(?:\A|(?!\A)\n){_HEADER}(?:{_LINE})*)*"
_LEAD = r"(?:#[^\n]*\n|\n)+"
# Not `^` with MULTILINE: a literal prefix makes the search three times as fast.
_HEADERS = r"\n(\[[^\n]*)"
BARE_KEY = r"[A-Za-z0-9_-]+"


class Order:
    """The order of keys in a file; made once for each kind.

    Attributes:
        keys: All keys in order; others come last, alphabetically.
        inside: The order in sub-tables and arrays of tables, by key.
        rank: Place of each key.
    """

    __slots__ = ("inside", "keys", "rank")

    def __init__(self, keys: Iterable[str] = (), inside: Mapping[str, Order] | None = None) -> None:
        self.keys = tuple(keys)
        self.inside = dict(inside or {})
        self.rank = {key: place for place, key in enumerate(self.keys)}

    def __repr__(self) -> str:
        return f"Order({self.keys!r}, {self.inside!r})"

    def sorted(self, keys: Iterable[str]) -> list[str]:
        """Return `keys` in order."""
        last = len(self.keys)
        return sorted(keys, key=lambda key: (self.rank.get(key, last), key))


NO_ORDER = Order()


def has_form(text: str) -> bool:
    """Say whether text is in the form's grammar, and so TOML 1.0 if any parser takes it.

    False means not proven. A leading comment block is passed over.
    """
    if text.startswith("#"):
        text = re.sub(_LEAD, "", text, count=1)
    return _fits(text)


@lru_cache(maxsize=1)
def _fits(text: str) -> bool:
    # A check parses a file and then asks for its form: the same text twice in a row.
    return re.fullmatch(_FORM, text) is not None


def is_proven(text: str, record: Mapping[str, Any], order: Order) -> bool:
    """Prove cheaply that `text`, which parses to `record`, is canonical; False means not proven.

    Text in the form's grammar has scalars, then blocks. What is left to prove is the order of keys
    and that each table has its one header in its place: the headers that the record calls for must
    be those in the text. A line of some text that looks like a header only makes the proof fail.
    """
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        return False
    if not _fits(text) or "\n<<<<<<<" in text or "\n>>>>>>>" in text:
        return False
    headers: list[str] = []
    return _is_ordered(record, order, "", headers) and headers == re.findall(_HEADERS, "\n" + text)


def _is_ordered(
    table: Mapping[str, Any], order: Order, name: str, headers: list[str], *, entry: bool = False
) -> bool:
    """Say whether scalars are in order, and add the headers that a table and its inner ones need.

    A table without scalars needs none, so that one in the text is one too many.
    """
    rank, unlisted = order.rank, len(order.rank)
    before, last = -1, ""
    inner = []
    for key, value in table.items():
        sort = type(value)
        # In the grammar a list holds either tables only or none.
        if sort is dict or (sort is list and value and type(value[0]) is dict):
            inner.append(key)
            continue
        place = rank.get(key, unlisted)
        if place < before or (place == before and key < last):
            return False
        before, last = place, key
    if entry:
        headers.append(f"[[{name}]]")
    elif name and before >= 0:
        headers.append(f"[{name}]")
    for key in order.sorted(inner) if len(inner) > 1 else inner:
        inside = order.inside.get(key, NO_ORDER)
        path = f"{name}.{key}" if name else key
        value = table[key]
        if type(value) is dict:
            if not _is_ordered(value, inside, path, headers):
                return False
        elif not all(_is_ordered(one, inside, path, headers, entry=True) for one in value):
            return False
    return True


def is_block(value: object) -> bool:
    """Say whether a value stands in blocks of its own: a table or an array of tables only."""
    if isinstance(value, dict):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def clean(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table as its file holds it: normal text, whole seconds, no empties.

    Raises:
        TomlError: A value that no file can hold.
    """
    cleaned: dict[str, Any] = {}
    for key, value in table.items():
        name = key if key.isascii() else unicodedata.normalize("NFC", key)
        if name in cleaned:
            raise TomlError(_("'{key}' is there twice").format(key=name))
        kept = _clean(value)
        if kept is not None and kept not in _EMPTIES:
            cleaned[name] = kept
    return cleaned


def _clean(value: Any) -> Any:
    """Return a value as the file holds it; empties inside lists stay, None does not."""
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, datetime):
        return _clean_moment(value)
    if isinstance(value, time):
        return value.replace(microsecond=0)
    if isinstance(value, Mapping):
        return clean(value)
    if isinstance(value, (list, tuple)):
        return [_clean(one) for one in value if one is not None]
    refuse_unfit(value)
    return value


def _clean_text(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _clean_moment(moment: datetime) -> datetime:
    offset = moment.utcoffset()
    if offset is not None and offset % _MINUTE:
        # Local mean time before standard time; TOML's offsets are whole minutes.
        try:
            moment = moment.astimezone(timezone(offset // _MINUTE * _MINUTE))
        except OverflowError:
            raise TomlError(_("'{value}' cannot be stored").format(value=moment)) from None
    return moment.replace(microsecond=0)


def refuse_unfit(value: object) -> None:
    """Refuse a number that not every reader of TOML can hold.

    Raises:
        TomlError: An integer beyond 64 bits, infinity or not a number.
    """
    if isinstance(value, float) and not isfinite(value):
        raise TomlError(_("'{value}' cannot be stored").format(value=value))
    if isinstance(value, int) and not -_INT_LIMIT <= value < _INT_LIMIT:
        raise TomlError(_("an integer beyond 64 bits cannot be stored"))

"""The words by which a Chinese name is found: pinyin and initials, every reading of the surname.

Dictionaries read 曾 as ceng and 单 as dan; as surnames they are zeng and shan. So a surname is
kept under each of its readings, and a lü also as lv, lu and lyu. The dictionary is loaded only when
a Chinese name comes by.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from svcctl.base.text import fold
from svcctl.base.text import is_han

_PAIRS = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政"
    "濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马"
    "公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌"
    "微生公户公仪梁丘公仲左丘公伯西门公祖第五公乘贯丘公皙南荣东里仲长子桑即墨"
    "达奚褚师纳兰叶赫完颜单于尔朱"
)
_COMPOUND = frozenset(_PAIRS[place : place + 2] for place in range(0, len(_PAIRS), 2))
_ALSO = {
    "黑": ("he",),
    "折": ("she",),
    "盖": ("ge",),
    "那": ("na",),
    "过": ("guo",),
    "幺": ("yao",),
}
_MOST_READINGS = 12
"""Readings of a two-character surname that are kept; only rare ones have more."""


def terms(name: str) -> list[str]:
    """Return search words for a name, without repetition: pinyin, initials, given name alone.

    >>> sorted(terms("曾伟"))
    ['ceng', 'cengwei', 'cw', 'wei', 'zeng', 'zengwei', 'zw']
    """
    han = "".join(char for char in fold(name) if is_han(char))
    found: dict[str, None] = {}
    if han:
        family, given = split(han)
        for word in (*_full(family, given), *_parts(family, given)):
            if word.isascii():  # a rare character may have no reading
                found.update(dict.fromkeys(spellings(word)))
    return list(found)


def split(name: str) -> tuple[str, str]:
    """Return surname and given name; two-character surnames are known by a list."""
    if len(name) > 2 and name[:2] in _COMPOUND:  # a surname alone is no name
        return name[:2], name[2:]
    if name in _COMPOUND:
        return name, ""
    return name[:1], name[1:]


def _full(family: str, given: str) -> Iterator[str]:
    for first in _surnames(family):
        for second in _given(given):
            yield "".join((*first, *second))
            yield "".join(syllable[0] for syllable in (*first, *second))


def _parts(family: str, given: str) -> Iterator[str]:
    for first in _surnames(family):
        yield "".join(first)
    for second in _given(given):
        if second:
            yield "".join(second)


def _surnames(family: str) -> list[tuple[str, ...]]:
    return list(product(*(readings(char) for char in family)))[:_MOST_READINGS]


def _given(given: str) -> list[tuple[str, ...]]:
    """Return the usual reading of a given name, and each with one character read otherwise."""
    usual = tuple(readings(char)[0] for char in given)
    found = [usual]
    for place, char in enumerate(given):
        found += [(*usual[:place], other, *usual[place + 1 :]) for other in readings(char)[1:3]]
    return found


def spellings(word: str) -> tuple[str, ...]:
    """Return a reading with `v` (for ü) also as people type it: lv, lu, lyu."""
    if "v" not in word:
        return (word,)
    return (word, word.replace("v", "u"), word.replace("v", "yu"))


def query(typed: str) -> str:
    """Return a typed pinyin word as the terms spell it: `Lü Bu` -> `lv bu`, tone marks dropped."""
    plain = unicodedata.normalize("NFD", fold(typed).lower()).replace("u\u0308", "v")
    marked = "".join(char for char in plain if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", marked).replace("'", "")


def staff_id(name: str) -> str:
    """Return the id proposed for a colleague: `wang.fang`; empty if the name gives none."""
    han = "".join(char for char in fold(name) if is_han(char))
    if han:
        family, given = split(han)
        words = ["".join(_surname_first(family)), "".join(readings(char)[0] for char in given)]
    else:
        words = [
            "".join(c for c in part if c.isascii() and c.isalnum()) for part in name.lower().split()
        ]
    return ".".join(word.replace("v", "yu") for word in words if word.isascii() and word)


def _surname_first(family: str) -> tuple[str, ...]:
    if family in _SURNAME_READING:
        return (_SURNAME_READING[family],)
    return tuple(readings(char)[0] for char in family)


_SURNAME_READING = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "朴": "piao",
    "翟": "zhai", "覃": "qin", "盖": "ge", "乐": "yue", "缪": "miao", "种": "chong", "员": "yun",
    "繁": "po", "黑": "he", "秘": "bi", "召": "shao", "洗": "xian", "冼": "xian", "折": "she",
    "尉迟": "yuchi", "万俟": "moqi", "单于": "chanyu", "长孙": "zhangsun", "澹台": "tantai",
}  # fmt: skip


@lru_cache(maxsize=8192)
def readings(char: str) -> tuple[str, ...]:
    """Return the readings of a character, the usual one first; itself if it has none."""
    found = _reader()(char)
    return tuple(dict.fromkeys((*found, *_ALSO.get(char, ())))) or (char,)


@lru_cache(maxsize=1)
def _reader() -> Callable[[str], list[str]]:
    """Load the dictionary: 58 ms instead of 180 without its phrases (measured)."""
    switches = ("PYPINYIN_NO_PHRASES", "PYPINYIN_NO_DICT_COPY")
    before = {name: os.environ.get(name) for name in switches}
    os.environ.update(dict.fromkeys(switches, "true"))
    try:
        from pypinyin import Style  # costly, and few commands need it
        from pypinyin import pinyin
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def read(char: str) -> list[str]:
        found: list[list[str]] = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
        return found[0] if found else []

    return read

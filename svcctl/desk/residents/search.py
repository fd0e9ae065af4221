"""Finding residents by what people say: a name or part of it, pinyin, initials, phone, unit."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base import phones
from svcctl.base import pinyin
from svcctl.base import unitid
from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import NotFoundError
from svcctl.base.fields import table
from svcctl.base.fields import texts
from svcctl.base.i18n import _
from svcctl.base.ids import parse_serial
from svcctl.base.text import fold
from svcctl.base.text import fold_id
from svcctl.base.text import is_han
from svcctl.desk.residents import relations
from svcctl.desk.units import rules as units

if TYPE_CHECKING:
    from svcctl.base.record import Record
    from svcctl.book.book import Book


def find(book: Book, said: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of the residents that all the words fit, those living here first.

    A word that names a unit is one; else digits are the end (or the beginning) of a phone number,
    Latin letters a name, pinyin or initials, and Chinese characters any part of a name.
    """
    words = [word for one in said if (word := fold(one))]
    whole = " ".join(words)
    rows = _of_unit(book, whole)
    if rows is not None:
        return rows
    if number := phones.normalise(whole):
        words = [number]
    fits: set[str] | None = None
    for word in words:
        found = _by_word(book, word)
        fits = found if fits is None else fits & found
    return book.index.rows("resident", ids=sorted(fits or ()))


def _by_word(book: Book, word: str) -> set[str]:
    rows = _of_unit(book, word)
    if rows is not None:
        return {str(row["id"]) for row in rows}
    if word.isdigit() and len(word) > phones.TAIL and phones.normalise(word) is None:
        return _by_long_tail(book, word) | set(book.index.search("resident", [word]))
    if not any(map(is_han, word)):
        word = pinyin.query(word)
    return set(book.index.search("resident", [word]))


def _by_long_tail(book: Book, digits: str) -> set[str]:
    """Return who has a phone ending in more digits than the index keeps."""
    maybe = book.index.search("resident", [digits[-phones.TAIL :]])
    return {one for one in maybe if has_phone(book.get("resident", one), digits)}


def has_phone(record: Record, digits: str) -> bool:
    """Tell whether one of somebody's numbers ends in these digits."""
    numbers = texts(table(record, "private"), "phones")
    return any("".join(filter(str.isdigit, one)).endswith(digits) for one in numbers)


def _of_unit(book: Book, word: str) -> list[dict[str, Any]] | None:
    """Return who is or was in the unit that a word names; None if it names none."""
    if not word or word.isdigit():
        return None
    found = units.which(
        word,
        lambda unit: book.has("unit", unit),
        lambda one: book.index.rows("unit", ids=book.index.search("unit", [one])),
    )
    if not found and not (unitid.parse(word) and any(map(is_han, word))):
        return None
    linked = {
        one.id
        for unit in found
        for one in book.index.backlinks("unit", unit)
        if one.kind == "resident"
    }
    rows = book.index.rows("resident", ids=sorted(linked))
    return sorted(rows, key=lambda row: not set(found) & set(row["units"]))


def one(book: Book, typed: str, has: Callable[[str, str], bool]) -> str:
    """Return the id of the one resident that is meant: an id, or words that fit one alone.

    Raises:
        NotFoundError: Nobody fits.
        AmbiguousError: Several do; the hints list them.
    """
    plain = fold_id(typed)
    if _is_id(plain) and has("resident", plain):
        return plain
    rows = [] if _is_id(plain) else find(book, [typed])
    if len(rows) == 1:
        return str(rows[0]["id"])
    if not rows:
        raise NotFoundError(
            _("there is no resident '{name}'").format(name=typed), f"svcctl resident find {typed}"
        )
    raise AmbiguousError(
        _("'{name}' may be any of these").format(name=typed),
        *(" ".join([row["id"], row["name"], *row["units"]]) for row in rows[:10]),
    )


def _is_id(word: str) -> bool:
    return parse_serial(word) is not None


def same_numbers(book: Book, record: Record) -> list[str]:
    """Return who else has one of the telephone numbers of this card."""
    numbers = [n for n in texts(table(record, "private"), "phones") if not phones.is_public(n)]
    found = {one for number in numbers for one in book.index.search("resident", [number])}
    return sorted(found - {str(record.get("id"))})


def open_in(book: Book, unit: str, role: str | None = None) -> list[relations.Relation]:
    """Return the relations to a unit that have no end yet."""
    linked = {one.id for one in book.index.backlinks("unit", unit) if one.kind == "resident"}
    return relations.open_relations(book.index.rows("resident", ids=sorted(linked)), unit, role)

"""From cells to values: what one field's columns say, by the forms that fields have.

A cell that cannot be understood raises `Unfit`; whether the row is rejected for it, the words are
kept in the note, or a default is taken, the map says, field by field.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from datetime import datetime
from functools import lru_cache
from typing import Any
from typing import Literal
from typing import NamedTuple

from svcctl.base import phones
from svcctl.base import private
from svcctl.base import text
from svcctl.base.choice import Choice
from svcctl.base.i18n import _
from svcctl.upkeep.importing.read import Cell
from svcctl.upkeep.importing.read import Line
from svcctl.upkeep.importing.read import same
from svcctl.upkeep.importing.read import show

Form = Literal[
    "line", "name", "words", "plain", "list", "choice", "flag", "day", "moment", "phones", "number"
]

DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d",
    "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y年%m月%d日 %H:%M",
)  # fmt: skip
"""Formats that can be read in one way only; day and month in doubt must be named in the map."""

_TIME_SIGNS = re.compile(r"%-?[HIMSpfcX]")
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?E\+?\d{1,2}$", re.IGNORECASE)
_EXACT_IN_EXCEL = 10**15
_SUBJECT = 200
_SEPARATORS = re.compile(r"[;,；，、\n]|/(?=\s*[+\d])")
_YES = frozenset(("1", "y", "yes", "true", "是", "有", "√", "✓", "急"))
_NO = frozenset(("0", "n", "no", "false", "否", "无", "×"))


class Field(NamedTuple):
    """A field that a list can fill.

    Attributes:
        name: As the map calls it.
        form: How its cells are read.
        choices: Allowed values of a `choice`.
        required: Whether a row without it is rejected.
    """

    name: str
    form: Form
    choices: tuple[Choice, ...] = ()
    required: bool = False


class Rule(NamedTuple):
    """How the map fills one field.

    Attributes:
        places: Positions of its columns.
        names: Their names as the heading writes them.
        join: Between the parts of several columns.
        formats: For days and moments.
        table: Folded words of the list -> value here.
        unknown: `reject`, `note` or `default`.
        default: Value of an empty cell, read already; None for none.
    """

    field: Field
    places: tuple[int, ...]
    names: tuple[str, ...]
    join: str
    formats: tuple[str, ...]
    table: Mapping[str, str]
    unknown: str
    default: Any = None


class Values(NamedTuple):
    """What one row says.

    Attributes:
        fields: Field -> value; empty ones are left out.
        kept: Lines for the note: words that fit no field.
        faults: Why the row cannot be taken; empty if it can.
        masked: How many private numbers in texts were masked.
    """

    fields: dict[str, Any]
    kept: list[str]
    faults: list[str]
    masked: int


class Unfit(Exception):  # noqa: N818 - an outcome, caught by whoever reads rows
    """A value that cannot be understood, or a row that cannot be taken; the text says why."""


def values(line: Line, rules: Sequence[Rule], blank: frozenset[str]) -> Values:
    """Return what a row says by the rules of the map."""
    made: dict[str, Any] = {}
    kept: list[str] = []
    faults: list[str] = []
    for rule in rules:
        parts = zip(rule.names, (_filled(line.cells[at], blank) for at in rule.places), strict=True)
        given = [(name, cell) for name, cell in parts if cell != ""]
        value = None
        try:
            value = read(rule, given) if given else None
        except Unfit as unfit:
            if rule.unknown == "reject":
                faults.append(str(unfit))
            elif rule.unknown == "note":
                kept += [f"{name}: {text.line(show(cell))}" for name, cell in given]
        value = rule.default if value is None else value
        if value is not None:
            made[rule.field.name] = value
        elif rule.field.required and not faults:
            faults.append(_("{field} is empty").format(field=rule.field.name))
    texts = [rule.field.name for rule in rules if rule.field.form in ("line", "name", "words")]
    return _without_numbers(made, texts, kept, faults)


def _filled(cell: Cell, blank: frozenset[str]) -> Cell:
    return "" if isinstance(cell, str) and same(cell) in blank else cell


def _without_numbers(
    made: dict[str, Any], texts: Iterable[str], kept: list[str], faults: list[str]
) -> Values:
    """Mask phones and identity numbers in texts; they may stand only with a resident."""
    masked = 0
    for key in texts:
        if found := private.find(made.get(key) or ""):
            masked += len(found)
            made[key] = private.hide(made[key])
    for place, line in enumerate(kept):
        if found := private.find(line):
            masked += len(found)
            kept[place] = private.hide(line)
    return Values(made, kept, faults, masked)


def read(rule: Rule, given: Sequence[tuple[str, Cell]]) -> Any:
    """Return what the filled cells of one field say; None where they stand for nothing.

    Raises:
        Unfit: They cannot be understood.
    """
    return _READERS[rule.field.form](rule, given)


def _line(rule: Rule, given: Sequence[tuple[str, Cell]]) -> str | None:
    return text.line(rule.join.join(_looked_up(rule, cell) for _name, cell in given)) or None


def _name(rule: Rule, given: Sequence[tuple[str, Cell]]) -> str | None:
    found = _line(rule, given)
    if found is not None and len(found) > _SUBJECT:
        raise Unfit(_("{column} is longer than 200 characters").format(column=given[0][0]))
    return found


def _words(rule: Rule, given: Sequence[tuple[str, Cell]]) -> str | None:
    if len(rule.places) == 1:
        return _looked_up(rule, given[0][1]).strip() or None
    return "\n".join(f"{name}: {show(cell)}" for name, cell in given)


def _looked_up(rule: Rule, cell: Cell) -> str:
    words = show(cell)
    return rule.table.get(same(words), words) if rule.table else words


def _choice(rule: Rule, given: Sequence[tuple[str, Cell]]) -> str | None:
    """Of several columns the first that is understood counts: the finer one stands first."""
    for _column, cell in given:
        word = same(show(cell))
        if word in rule.table:
            return rule.table[word] or None
        for choice in rule.field.choices:
            if word in (same(choice.key), same(choice.zh), same(choice.en)):
                return choice.key
    column, cell = given[0]
    raise Unfit(_("{column}: '{value}' is unknown").format(column=column, value=show(cell)))


def _flag(rule: Rule, given: Sequence[tuple[str, Cell]]) -> bool | None:
    column, cell = given[0]
    word = same(rule.table.get(same(show(cell)), show(cell)))
    if word in _YES:
        return True
    if word in _NO or not word:
        return None
    raise Unfit(
        _("{column}: '{value}' is neither yes nor no").format(column=column, value=show(cell))
    )


def _day(rule: Rule, given: Sequence[tuple[str, Cell]]) -> date:
    found = _moment(rule, given)
    return found.date() if isinstance(found, datetime) else found


def _moment(rule: Rule, given: Sequence[tuple[str, Cell]]) -> date:
    """Return a day, or a moment where the cell has a time; day and time may be two columns."""
    column, cell = given[0]
    if len(given) == 1 and isinstance(cell, datetime):
        return cell.replace(microsecond=0) if cell.time() != datetime.min.time() else cell.date()
    if len(given) == 1 and isinstance(cell, date):
        return cell
    if len(given) == 1 and isinstance(cell, float | int):
        plain = show(cell)
        if len(plain) != 8 or "%Y%m%d" not in rule.formats:
            raise Unfit(
                _("{column}: {value} is a number, not a date").format(column=column, value=plain)
            )
    words = " ".join(show(one) for _name, one in given)
    found = _parsed(words, rule.formats)
    if found is None:
        raise Unfit(
            _("{column}: '{value}' is no date in a known form").format(column=column, value=words)
        )
    return found


@lru_cache(maxsize=20_000)
def _parsed(words: str, formats: tuple[str, ...]) -> date | None:
    for form in formats:
        try:
            found = datetime.strptime(words, form)
        except ValueError:
            continue
        return found.replace(microsecond=0) if _TIME_SIGNS.search(form) else found.date()
    return None


def _phones(_rule: Rule, given: Sequence[tuple[str, Cell]]) -> list[str]:
    found: dict[str, None] = {}
    for column, cell in given:
        refuse_ruined(column, cell)
        for typed in _SEPARATORS.split(show(cell)):
            if not typed.strip():
                continue
            number = phones.normalise(typed)
            if number is None:
                said = typed.strip()
                raise Unfit(
                    _("{column}: '{value}' is no telephone number").format(
                        column=column, value=said
                    )
                )
            found[number] = None
    return list(found)


def _list(_rule: Rule, given: Sequence[tuple[str, Cell]]) -> list[str] | None:
    parts = [text.line(part) for _name, cell in given for part in _SEPARATORS.split(show(cell))]
    return list(dict.fromkeys(part for part in parts if part)) or None


def _number(rule: Rule, given: Sequence[tuple[str, Cell]]) -> str | None:
    for column, cell in given:
        refuse_ruined(column, cell)
    return _line(rule, given)


def refuse_ruined(column: str, cell: Cell) -> None:
    """Raise for a number that the spreadsheet has already damaged.

    A mobile number kept as a number is whole: eleven digits, none of them a leading zero.

    Raises:
        Unfit: Digits are lost, or may be.
    """
    words = show(cell)
    is_number = isinstance(cell, float | int) and not isinstance(cell, bool)
    if _SCIENTIFIC.match(words) or (is_number and not re.match(r"^1[3-9]\d{9}$", words)):
        raise Unfit(
            _("{column}: {value} was kept as a number, so digits may be lost").format(
                column=column, value=words
            )
        )


def key_of(column: str, cell: Cell) -> str:
    """Return the old system's number of a row.

    Raises:
        Unfit: There is none, or the spreadsheet has damaged it.
    """
    words = text.line(show(cell))
    if not words:
        raise Unfit(_("{column} is empty").format(column=column))
    too_long = isinstance(cell, float | int) and (abs(cell) >= _EXACT_IN_EXCEL or cell != int(cell))
    if too_long or _SCIENTIFIC.match(words):
        raise Unfit(
            _("{column}: {value} was kept as a number, so digits may be lost").format(
                column=column, value=words
            )
        )
    return words


_READERS: dict[str, Callable[[Rule, Sequence[tuple[str, Cell]]], Any]] = {
    "line": _line,
    "plain": _line,
    "list": _list,
    "name": _name,
    "words": _words,
    "choice": _choice,
    "flag": _flag,
    "day": _day,
    "moment": _moment,
    "phones": _phones,
    "number": _number,
}

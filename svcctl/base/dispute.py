"""What a merge left to a person inside a card: read as data, and settled; pure.

The card says so in its `disputed` tables (`svcctl.base.model.Dispute`): the field holds one
version, the table tells what else it may be. Taking the table out settles it, and so does writing
something else into the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from typing import NamedTuple

from svcctl.base.record import Record

PRIVATE = "private"


class Dispute(NamedTuple):
    """One field of a card that two sides changed in two ways.

    Attributes:
        above: `("private",)` if the field is below `private`, else empty.
        field: Its dotted name below that; in a list of tables the list first: `relation.until`.
        row: In a list of tables, what tells the row apart.
        values: What the field may be; none where the whole row is disputed.
        gone: Whether one side took the field, or the row, out.
    """

    above: tuple[str, ...]
    field: str
    row: Mapping[str, Any]
    values: tuple[Any, ...]
    gone: bool

    @property
    def where(self) -> tuple[str, ...]:
        """The place of the field in the card."""
        return (*self.above, *self.field.split("."))

    @property
    def name(self) -> str:
        """The field as a person types it; of a row, with what tells the row apart."""
        name = ".".join(self.where)
        row = ",".join(str(one) for one in self.row.values())
        return f"{name}@{row}" if row else name

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What there is to choose from, in the order of its numbers."""
        kept = [Choice(one) for one in self.values] or [Choice(row=True)]
        return (*kept, Choice(gone=True)) if self.gone else tuple(kept)


class Choice(NamedTuple):
    """One side of a dispute: a value, a row as it stands, or nothing at all."""

    value: Any = None
    row: bool = False
    gone: bool = False


def disputes(record: Record) -> list[Dispute]:
    """Return what is disputed in a card; what is misshapen is left to `validate`."""
    return [
        _dispute(above, one)
        for above in ((), (PRIVATE,))
        for one in _tables(record.get(PRIVATE) if above else record, "disputed")
        if isinstance(one.get("field"), str)
    ]


def _dispute(above: tuple[str, ...], one: Mapping[str, Any]) -> Dispute:
    row, values = one.get("row"), one.get("values")
    return Dispute(
        above,
        one["field"],
        row if isinstance(row, dict) else {},
        tuple(values) if isinstance(values, list) else (),
        one.get("gone") is True,
    )


def _tables(table: object, key: str) -> list[dict[str, Any]]:
    found = table.get(key) if isinstance(table, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def brought(before: Record | None, after: Record | None, one: Dispute, choice: Choice) -> bool:
    """Tell whether the step from one version of a card to the next brought this side of a dispute.

    Where a line of history merely begins, it brought all that is there.
    """
    old, new = _state(before or {}, one), _state(after or {}, one)
    if choice.gone:
        return old is not None and new is None
    if choice.row:
        return new is not None and old != new
    if isinstance(new, list) and not isinstance(choice.value, list):
        return choice.value in new and choice.value not in (old if isinstance(old, list) else ())
    return bool(new == choice.value) and old != new


def is_of_list(record: Record, one: Dispute) -> bool:
    """Tell whether the values in dispute are items of a list."""
    return isinstance(_state(record, one), list) and not _is_whole(one)


def edited_since(record: Record, one: Dispute) -> Any:
    """Return what somebody wrote in the field after the merge; None if it holds one of the sides.

    Of a list, or a row as a whole, nothing is told.
    """
    now = _state(record, one)
    told = one.values and not is_of_list(record, one) and now not in one.values
    return now if told else None


def _state(record: Record, one: Dispute) -> Any:
    """Return what a card says in the disputed place; None if nothing."""
    here: Any = record
    for key in one.where:
        if isinstance(here, dict):
            here = here.get(key)
        elif isinstance(here, list):
            here = (_row_of(here, one) or {}).get(key)
        else:
            return None
    if isinstance(here, list) and one.row:
        return _row_of(here, one)
    return here


def _row_of(rows: list[Any], one: Dispute) -> dict[str, Any] | None:
    """Return the row; of several whose first day is itself in dispute, the one that has it."""
    fits = [row for row in rows if isinstance(row, dict) and _is_row(row, one)]
    last = one.where[-1]
    return next((row for row in fits if row.get(last) in one.values), fits[-1] if fits else None)


def _is_row(row: Mapping[str, Any], one: Dispute) -> bool:
    return bool(one.row) and all(row.get(key) == value for key, value in one.row.items())


def settled(record: Record, one: Dispute, choice: Choice) -> Record:
    """Return the card with a choice made; `choice.value` may be none of the sides."""
    made = deepcopy(record)
    holder: Any = made
    for key in one.above:
        holder = holder[key]
    _put(holder, one, choice)
    _take_out(made, holder, one)
    return made


def after_edit(before: Record, after: Record) -> Record:
    """Return an edited card without the disputes that the edit settled: of what it changed."""
    written = [one for one in disputes(before) if _state(before, one) != _state(after, one)]
    left = disputes(after)
    made = deepcopy(after) if written else after
    for one in written:
        if one in left:
            _take_out(made, made[PRIVATE] if one.above else made, one)
    return made


def _take_out(record: Record, holder: dict[str, Any], one: Dispute) -> None:
    kept = [x for x in holder.get("disputed", []) if _dispute(one.above, x) != one]
    holder["disputed"] = kept
    if not kept:
        del holder["disputed"]
    if one.above and not holder:
        del record[PRIVATE]


def _put(holder: dict[str, Any], one: Dispute, choice: Choice) -> None:
    if choice.row:
        return  # it stands already
    *above, last = one.field.split(".")
    here: Any = holder
    for key in above:
        here = here.setdefault(key, {})
        if isinstance(here, list):
            here = _row_of(here, one)
        if here is None:
            return
    if one.row and not above:
        here[last] = [row for row in here.get(last, []) if not _is_row(row, one)]
    elif isinstance(here.get(last), list) and not _is_whole(one):
        here[last] = _items(here[last], one, choice)
    elif choice.gone:
        here.pop(last, None)
    else:
        here[last] = choice.value
    if here.get(last) == []:
        del here[last]


def _is_whole(one: Dispute) -> bool:
    return any(isinstance(value, list) for value in one.values)


def _items(items: list[Any], one: Dispute, choice: Choice) -> list[Any]:
    """Return a list in which the chosen item alone stands in the place of the disputed ones."""
    kept = [one_item for one_item in items if one_item not in one.values]
    first = next((place for place, item in enumerate(items) if item in one.values), len(items))
    if not choice.gone and choice.value not in kept:
        kept.insert(first, choice.value)
    return kept

"""What people call a record: its id, `A07` of the last hours, `last`, a colleague by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from typing import TYPE_CHECKING

from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import InvalidRecordError
from svcctl.base.errors import NotFoundError
from svcctl.base.i18n import _
from svcctl.base.ids import DatedId
from svcctl.base.ids import parse_short
from svcctl.base.text import fold
from svcctl.base.text import fold_id
from svcctl.kinds import KINDS

if TYPE_CHECKING:
    from svcctl.book.book import Book

_SHORT_FORM_HOURS = 36


def resolve(book: Book, kind: str, text: str, now: datetime) -> str:
    """Return the id that `text` means; see `Book.resolve`.

    Raises:
        NotFoundError: Nothing fits.
        AmbiguousError: More than one record fits; the hints list them.
    """
    name = fold(text)
    for same in (name, fold_id(text), name.lower()):
        if book.has(kind, same):
            return same
    found = _short(book, kind, name, now) or _called(book, kind, name)
    if not found:
        raise NotFoundError(_("there is no {kind} '{name}'").format(kind=_(kind), name=text))
    if len(found) > 1:
        raise AmbiguousError(
            _("'{name}' may be any of these").format(name=text),
            *(_described(book, kind, one) for one in found),
        )
    return found[0]


def _called(book: Book, kind: str, name: str) -> list[str]:
    """Return the ids of the staff of this name; others are found by their own commands."""
    if kind != "staff":
        return []
    rows = book.index.rows(kind, ids=book.index.search(kind, [name]))
    return [str(row["id"]) for row in rows if row.get("name") == name]


def _described(book: Book, kind: str, name: str) -> str:
    try:
        return str(KINDS[kind].rules.describe(book.get(kind, name)))
    except InvalidRecordError:
        return name


def _short(book: Book, kind: str, name: str, now: datetime) -> list[str]:
    if KINDS[kind].naming != "dated":
        return []
    recent = list(_recent(book, kind, now))
    if name.lower() == "last":
        own = [one for one in recent if one.desk == book.desk]
        return [str(max(own, key=lambda one: (one.day, one.number)))] if own else []
    tail = fold_id(name)
    short = parse_short(tail)
    fits = (
        one
        for one in recent
        if short == (one.desk, one.number) or ("-" in tail and str(one).endswith(tail))
    )
    return [str(one) for one in fits if _fresh(book, kind, one, now)]


def _fresh(book: Book, kind: str, one: DatedId, now: datetime) -> bool:
    """Tell whether a record of the last days is of the last hours; unreadable ones may be."""
    first = now.astimezone(UTC) - timedelta(hours=_SHORT_FORM_HOURS)
    if one.day > first.astimezone(now.tzinfo).date():
        return True
    try:
        written = book.get(kind, str(one))["log"][0]["at"]
        return bool(written >= first)
    except (InvalidRecordError, LookupError, TypeError):
        return True


def _recent(book: Book, kind: str, now: datetime) -> Iterator[DatedId]:
    past = now.astimezone(UTC) - timedelta(hours=_SHORT_FORM_HOURS)
    first = past.astimezone(now.tzinfo).date()
    for back in range((now.date() - first).days + 1):
        yield from book.of_day(kind, now.date() - timedelta(days=back))

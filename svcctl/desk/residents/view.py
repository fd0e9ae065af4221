"""How residents are shown: in a list and on a page. Private numbers are masked unless revealed."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from svcctl.base import phones
from svcctl.base.choice import Choice
from svcctl.base.choice import show as label
from svcctl.base.fields import table
from svcctl.base.fields import text
from svcctl.base.fields import texts
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.record import Record
from svcctl.desk.residents import relations
from svcctl.desk.residents import rules
from svcctl.desk.residents import words
from svcctl.term.output import Column

Row = Mapping[str, Any]


def columns() -> list[Column]:
    """Return the columns of a list of residents."""
    return [
        Column("id", _("id")),
        Column("name", _("name"), 24),
        Column("kind", _("kind"), show=lambda key: label(str(key), words.KINDS)),
        Column("units", _("units"), 30),
        Column("phones", _("phones"), 34),
        Column("watch", _("watch"), 20, show=_flags),
        Column("salutation", _("salutation"), 0),
        Column("relation", _("relations"), 0),
    ]


def _flags(keys: Iterable[str]) -> str:
    return joined(label(key, words.WATCH) for key in keys)


def lines(record: Record, tickets: Iterable[Row]) -> Iterator[str]:
    """Yield the page of a resident; what is private must be masked before."""
    yield rules.describe(record)
    for name, value in _facts(record):
        if value:
            yield f"  {name}: {value}"
    held = sorted(relations.of(record), key=lambda one: (one.since, one.until))
    if held:
        yield _("Units:")
    for one in held:
        until = one.until or _("today")
        yield f"  {one.unit}  {label(one.role, words.RELATIONS)}  {one.since or '?'} .. {until}"
    shown = [f"  {row['id']}  {row.get('status', '')}  {row.get('subject', '')}" for row in tickets]
    if shown:
        yield _("Tickets:")
        yield from shown


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    details = table(record, "private")

    def said(key: str, choices: tuple[Choice, ...]) -> str:
        return label(text(record, key), choices) if text(record, key) else ""

    yield _("kind"), said("kind", words.KINDS)
    yield _("salutation"), said("salutation", words.SALUTATIONS)
    yield _("watch"), _flags(texts(record, "watch"))
    yield _("speaks"), said("language", words.LANGUAGES)
    yield _("reached by"), said("contact", words.CONTACTS)
    yield _("phones"), ", ".join(texts(details, "phones"))
    paper = label(text(details, "id_kind") or "resident-id", words.PAPERS)
    yield paper, text(details, "id_number")
    yield _("birthday"), str(details.get("birthday", ""))
    yield _("note"), text(record, "note").strip()


def revealed(row: Row, record: Record) -> dict[str, Any]:
    """Return a row with the telephone numbers in full."""
    return {**row, "phones": texts(table(record, "private"), "phones")}


def same_number(others: list[str], record: Record) -> str:
    """Return the warning that a number of this card is on other cards too."""
    numbers = texts(table(record, "private"), "phones")
    return _("{id}: a number ({phones}) is also with {others}").format(
        id=record["id"], phones=", ".join(map(phones.mask, numbers)), others=", ".join(others)
    )

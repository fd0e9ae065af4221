"""What `git diff` and `git log -p` read instead of a record file: the record in words.

Git runs this once for each version of each file, and stops a diff whose text it does not get.
So it starts quickly (no click, no pydantic), it never fails, and what it cannot read it hands on as
it is. Lines stay where they are while a record grows: the heading and the heads of entries begin
at the margin, all else is indented, which is what Git shows above a hunk goes by.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from svcctl.base.i18n import _
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.book.layout import id_of
from svcctl.book.layout import kind_of_id
from svcctl.book.toml import MAX_BYTES
from svcctl.book.toml import parse_one
from svcctl.book.toml import without_bom_and_cr
from svcctl.kinds import KINDS
from svcctl.kinds import Kind
from svcctl.kinds import kind_of
from svcctl.vcs.delta import compare
from svcctl.vcs.delta import log_of
from svcctl.vcs.telling import masking
from svcctl.vcs.telling import words as telling
from svcctl.vcs.telling.names import Names

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def write(path: str, root: str | None) -> None:
    """Write to stdout what Git is to compare for a file; never raises.

    Args:
        path: Where the file is: in the book, or where Git put a version of it.
        root: The book, for names; None: keys stay.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return
    out = sys.stdout.buffer
    out.write(convert(data, path, root))
    out.flush()


def convert(data: bytes, path: str, root: str | None) -> bytes:
    """Return the text of a record file; where it is none that can be read, `data`, masked."""
    if len(data) > MAX_BYTES:
        return data
    try:
        record = parse_one(without_bom_and_cr(data))
        kind = _kind(path, root, record)
        if kind is None:
            return _masked(data)
        name = id_of(_below(path, root)) or str(record.get("id", kind.name))
        return "".join(f"{one}\n" for one in lines(kind, name, record, Names(root))).encode()
    except Exception:  # noqa: BLE001 - a file may hold anything, and git must get its text
        return _masked(data)


def _masked(data: bytes) -> bytes:
    """Return bytes as they are, but for the private numbers in them."""
    text = data.decode("utf-8", "surrogateescape")
    return masking.hidden(text).encode("utf-8", "surrogateescape")


def lines(kind: Kind, name: str, record: Record, names: Names) -> Iterator[str]:
    """Yield a whole record in words, line by line."""
    yield telling.title(kind, name, record, names)
    if kind.shape == "card":
        delta = compare(kind, name, None, record)
        for field in delta.fields if delta else ():
            for words in telling.changed_field(kind, field, names, new=True):
                yield f"  {words}"
        return
    for key in telling.ordered(kind, record.keys() - {"id", "log"}):
        yield from _field(telling.field(kind, (key,)), key, record[key], (kind, names), "  ")
    for entry in log_of(record):
        yield from _entry(kind, entry, names)


def _entry(kind: Kind, entry: Entry, names: Names) -> Iterator[str]:
    yield telling.head(kind, entry, names)
    for name, words in telling.entry_fields(kind, entry, names):
        if name:
            yield "    " + _("{title}: {words}").format(title=name, words=words)
    if words := telling.recorded(entry, names):
        yield f"    {words}"
    note = entry.get("note")
    for one in str(note).splitlines() if note is not None else ():
        yield f"    {telling.value(kind, ('note',), one, names)}".rstrip()


def _field(name: str, key: str, said: Any, how: tuple[Kind, Names], indent: str) -> Iterator[str]:
    """Yield a field of a header, a text of several lines in as many."""
    kind, names = how
    parts = said.splitlines() if isinstance(said, str) else [said]
    for place, one in enumerate(parts or [""]):
        words = telling.value(kind, (key,), one, names)
        yield indent + (f"  {words}" if place else _("{title}: {words}").format(
            title=name, words=words
        ))  # fmt: skip


def _below(path: str, root: str | None) -> str:
    """Return a path below the book; as it is if it lies elsewhere."""
    if root is None:
        return path
    below = os.path.relpath(os.path.abspath(path), os.path.abspath(root))
    return below.replace(os.sep, "/")


def _kind(path: str, root: str | None, record: Mapping[str, Any]) -> Kind | None:
    below = _below(path, root)
    if root is not None and not below.startswith("../"):
        return kind_of(below) if below.endswith(".toml") else None
    return KINDS.get(_guessed(os.path.basename(path), record)) or _by_id(record)


def _by_id(record: Mapping[str, Any]) -> Kind | None:
    name = record.get("id")
    return kind_of_id(name) if isinstance(name, str) else None


_MARKS = (
    ("book", ("estate", "time_zone")),
    ("message", ("about", "key")),
    ("tally", ("filed_at", "first")),
    ("desk", ("claimed_at",)),
    ("unit", ("room", "kind")),
)
"""Fields by which a kind is known whose ids have no letter of their own."""


def _guessed(name: str, record: Mapping[str, Any]) -> str:
    """Return the kind of a version that Git put in a folder of its own; empty if unknown."""
    own = record.get("id")
    for kind, keys in _MARKS:
        if all(key in record for key in keys):
            return kind
    if own is None:
        found = re.search(r"(?:^|_)(roles|roster)\.toml$", name)
        return found[1] if found else ""
    if not isinstance(own, str) or not name.endswith(f"{own}.toml"):
        return ""
    if re.fullmatch(_DAY, own):
        return "policy"
    return "staff" if "name" in record and not kind_of_id(own) else ""

"""What the index keeps of one file: computed from its bytes by the rules of its kind.

Rules meet whatever people wrote by hand. If one of them fails, the file is kept as unreadable: it
never vanishes. Messages are not kept, because they are in the language of the run that made them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from datetime import date
from datetime import datetime
from datetime import time
from functools import lru_cache
from itertools import islice
from typing import Any
from typing import NamedTuple

import svcctl
from svcctl.base.clock import is_plausible
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.book.scan import fingerprint
from svcctl.kinds import kind_of

Parse = Callable[[bytes], Record]

_DIGITS = r"[0-9]+"
# 2.5 ms to compile, for words that are new alone.
_WIDE = r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
_MOMENT = "$moment"
_AT_ONCE = 500
_READERS: dict[str, type[datetime | date | time]] = {
    # A datetime is a date too, so it comes first.
    "datetime": datetime,
    "date": date,
    "time": time,
}
# A date typed where a text belongs is shown as it is written; `validate` says what is wrong.
_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


class Summary(NamedTuple):
    """One line of the content layer; see `index_schema`. Plain values, so that it can be piped."""

    path: str
    hash: bytes
    kind: str
    id: str
    ord: str
    bad: int
    open: int | None = None
    unit: str | None = None
    person: str | None = None
    at: int | None = None
    ended: int | None = None
    last: int | None = None
    disputed: int = 0
    row: str | None = None
    terms: str = ""
    links: tuple[tuple[str, str, str], ...] = ()
    basis: str | None = None


def name_of(path: str) -> str:
    """Return the id that a record at `path` has by its place."""
    kind = kind_of(path)
    if kind is not None and kind.naming == "single":
        return kind.name
    return path.rpartition("/")[2].removesuffix(".toml")


def sort_key(name: str) -> str:
    """Return a text that sorts ids as people count: day, desk, number; unit 9 before unit 10."""
    return re.sub(_DIGITS, lambda found: found[0].zfill(10), name)


def rows_of(found: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Return list rows from (id, path, row as JSON)."""
    rows: list[dict[str, Any]] = []
    left = iter(found)
    # One call of the decoder for many rows; not for all, so that their text is not held at once.
    while batch := list(islice(left, _AT_ONCE)):
        decoded = json.loads(f"[{','.join([row for _id, _path, row in batch])}]")
        for row, (name, path, _text) in zip(decoded, batch, strict=True):
            row["id"] = name
            row["path"] = path
        rows += decoded
    return rows


def unread(path: str, digest: bytes) -> Summary:
    """Return what is kept of a file that cannot be understood."""
    kind = kind_of(path)
    name = name_of(path)
    return Summary(path, digest, kind.name if kind else "", name, sort_key(name), 1)


def summarise(path: str, digest: bytes, data: bytes, parse: Parse) -> Summary:
    """Return what the index keeps of a file; never raises for what is in the file."""
    try:
        return _summarise(path, digest, data, parse)
    except Exception:  # noqa: BLE001 - whatever rules stumble over, the file must stay listed
        return unread(path, digest)


def trouble(path: str, data: bytes, parse: Parse) -> tuple[str, int, int] | None:
    """Return why a file is unreadable and where (line and column), or None if it is not."""
    try:
        _summarise(path, b"", data, parse)
    except Exception as error:  # noqa: BLE001 - as in `summarise`
        return explain(error)
    return None


def explain(error: Exception) -> tuple[str, int, int]:
    """Return message, line and column for an error of the parser or of the rules."""
    line, col = getattr(error, "line", None), getattr(error, "col", None)
    if isinstance(line, int) and isinstance(col, int):
        return str(getattr(error, "message", error)), line, col
    words = f"{type(error).__name__}: {error}"
    return _("the rules cannot make sense of this record ({error})").format(error=words), 1, 1


def _summarise(path: str, digest: bytes, data: bytes, parse: Parse) -> Summary:
    kind = kind_of(path)
    if kind is None:
        raise ValueError(path)
    record = parse(data)
    facts = known(record) if (known := kind.rule("facts")) else None
    row = _row(kind.rule("row"), record, facts)
    is_open = row.get("open")
    name = name_of(path)
    found = Summary(
        path,
        digest,
        kind.name,
        name,
        sort_key(name),
        0,
        None if is_open is None else int(bool(is_open)),
        _text(row, "unit"),
        _text(row, "person"),
        _epoch(row, "at"),
        _epoch(row, "ended_at"),
        _last(record),
        int(_is_disputed(record)),
        _plain(row),
        _terms(kind.rule("terms"), record),
        _links(kind.rule("links"), record),
        _basis(kind.rule("clocks"), record, facts),
    )
    _refuse_surrogates(found)
    return found


def _row(rule: Callable[..., Any] | None, record: Record, facts: object) -> dict[str, Any]:
    if rule is None:
        return {}
    return dict(rule(record) if facts is None else rule(record, facts))


def _text(row: dict[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{key} = {value!r}")
    return value


def _epoch(row: dict[str, Any], key: str) -> int | None:
    value = row.get(key)
    if value is not None and (not isinstance(value, int) or abs(value) > 1 << 60):
        raise TypeError(f"{key} = {value!r}")
    return value


def _last(record: Record) -> int | None:
    """Return when a case was last written to, by what its log says."""
    log = record.get("log")
    moments = [one.get("at") for one in log if isinstance(one, dict)] if log else []
    known = [one for one in moments if isinstance(one, datetime) and is_plausible(one)]
    return int(max(known).timestamp()) if known else None


def _is_disputed(record: Record) -> bool:
    """Return whether a merge left something in the record that waits for a person's choice."""
    if record.get("disputed"):
        return True
    if log := record.get("log"):
        try:
            return len({one.get("n") for one in log}) < len(log)
        except (AttributeError, TypeError):
            return False  # no log; `validate` says how
    private = record.get("private")
    return isinstance(private, dict) and bool(private.get("disputed"))


def _terms(rule: Callable[..., Iterable[str]] | None, record: Record) -> str:
    if rule is None:
        return ""
    found = dict.fromkeys(word for term in rule(record) for word in words(term))
    return "\n" + "\n".join(found) + "\n" if found else ""


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared: width and case folded."""
    if not text.isascii():
        import unicodedata

        text = unicodedata.normalize("NFKC", text)
    return text.casefold().split()


def is_wide(word: str) -> bool:
    """Return whether a word is in a script without spaces, where any part of it may be meant."""
    return re.search(_WIDE, word) is not None


def _links(rule: Callable[..., Any] | None, record: Record) -> tuple[tuple[str, str, str], ...]:
    if rule is None:
        return ()
    places: dict[tuple[str, str], list[Any]] = {}
    for where, kind, name in rule(record):
        places.setdefault((kind, name), []).append(where)
    return tuple((kind, name, _wheres(tuple(where))) for (kind, name), where in places.items())


@lru_cache(4096)
def _wheres(places: tuple[tuple[str | int, ...], ...]) -> str:
    # Most records name others in the same few places.
    return _plain(places)


def _basis(clocks: object, record: Record, facts: object) -> str | None:
    """Return what clocks are computed from, so that a new handbook needs no file to be read."""
    if clocks is None:
        return None
    head = {key: value for key, value in record.items() if key != "log"}
    return pack((head, facts or {}))


def pack(value: object) -> str:
    """Return a record as JSON; dates and times survive."""
    return _tagging(value)


def unpack(text: str) -> Any:
    """Return what `pack` was given; times with an offset come back as equal ones."""
    return json.loads(text, object_hook=_untagged) if _MOMENT in text else json.loads(text)


def _tagged(value: object) -> dict[str, list[str]]:
    for name, of in _READERS.items():
        if isinstance(value, of):
            return {_MOMENT: [name, value.isoformat()]}
    raise TypeError(repr(value))


_tagging = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_tagged).encode


def _untagged(value: dict[str, Any]) -> Any:
    if value.keys() == {_MOMENT}:
        name, text = value[_MOMENT]
        return _READERS[name].fromisoformat(text)
    return value


def _refuse_surrogates(found: Summary) -> None:
    # What cannot be encoded cannot be stored either; `unit` and `person` are in `row` too.
    parts = [found.row or "", found.terms, found.basis or "", found.path]
    for link in found.links:
        parts += link
    "".join(parts).encode()


def rules_key() -> str:
    """Return a digest of the installed code that computes rows; differs after any change to it.

    Sizes and times of the modules, not their text: one pass over a few folders.
    """
    home = os.path.dirname(svcctl.__file__)
    seen = [svcctl.__version__]
    for name in ("base", "book", "desk", "handbook"):
        seen += _modules(os.path.join(home, name))
    seen += _modules(home, below=False)
    return digest("\n".join(sorted(seen)))


def digest(text: str) -> str:
    """Return a short digest of a text, the same in every run."""
    return fingerprint(text.encode("utf-8", "backslashreplace")).hex()


def _modules(folder: str, *, below: bool = True) -> Iterator[str]:
    try:
        with os.scandir(folder) as listing:
            entries = list(listing)
    except OSError:
        # Installed as a zip archive: the version alone has to do.
        return
    for entry in entries:
        if entry.name.endswith(".py"):
            about = entry.stat()
            yield f"{folder}/{entry.name} {about.st_size} {about.st_mtime_ns}"
        elif below and "." not in entry.name and not entry.name.startswith("__"):
            yield from _modules(f"{folder}/{entry.name}")

"""What is wrong between records: links that lead nowhere, desks nobody claimed, one id twice.

All of it is asked of the index, so nothing is read but the files that have such a finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator

from svcctl.base.errors import SvcctlError
from svcctl.base.finding import Finding
from svcctl.base.finding import Where
from svcctl.base.i18n import _
from svcctl.book import toml
from svcctl.book.index import Index
from svcctl.book.layout import path_of
from svcctl.book.source import Source
from svcctl.check.diagnostic import Diagnostic
from svcctl.check.file import placed
from svcctl.kinds import KINDS
from svcctl.kinds import kind_of

_NAMED_WRONG = ("PTH101", "PTH102", "PTH103")


def check(index: Index, source: Source, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return what is wrong between the records of a book.

    Args:
        found: What is wrong inside the files; an id in the wrong file may be another's.
    """
    by_path: dict[str, list[Finding]] = {}
    for path, finding in (
        *_loose(index),
        *_unclaimed(index),
        *_ruled(index),
        *_doubles(source, found),
    ):
        by_path.setdefault(path, []).append(finding)
    return [
        one
        for path, findings in by_path.items()
        for one in placed(path, _read(source, path), findings)
    ]


def _read(source: Source, path: str) -> bytes:
    try:
        return toml.without_bom_and_cr(source.read(path))
    except (SvcctlError, OSError):
        return b""


def _loose(index: Index) -> Iterator[tuple[str, Finding]]:
    for link, kind, name in index.dangling():
        if kind == "desk" and link.where[-1:] == ("n",):
            yield link.path, Finding("DSK101", link.where, {"id": link.id, "desk": name})
        else:
            noun = getattr(KINDS[kind].rules, "NOUN", kind)
            said = {"kind": noun, "what": _(kind), "id": name}
            yield link.path, Finding("LNK101", link.where, said)


def _unclaimed(index: Index) -> Iterator[tuple[str, Finding]]:
    for path, name, desk in index.unclaimed():
        where: Where = ("id",)
        yield path, Finding("DSK101", where, {"id": name, "desk": desk})


def _ruled(index: Index) -> Iterator[tuple[str, Finding]]:
    """Yield what the rules of a kind see only in all its rows together."""
    for kind in KINDS.values():
        rule = kind.rule("across")
        if rule is None:
            continue
        rows = index.rows(kind.name)
        paths = {str(row["id"]): str(row["path"]) for row in rows}
        for name, finding in rule(rows):
            yield paths[name], finding


def _doubles(source: Source, found: Iterable[Diagnostic]) -> Iterator[tuple[str, Finding]]:
    """Yield ids that a file in the wrong place shares with the file that has it by right."""
    for path in sorted({one.path for one in found if one.code in _NAMED_WRONG}):
        kind = kind_of(path)
        if kind is None or kind.naming == "single":
            continue
        try:
            said = toml.parse(_read(source, path)).get("id")
        except toml.TomlError:
            continue
        other = path_of(kind, said) if isinstance(said, str) else None
        if other and other != path and source.exists(other):
            where: Where = ("id",)
            yield path, Finding("LNK102", where, {"id": said, "other": other})

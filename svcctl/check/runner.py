"""The check of a whole book, or of some of its files: every finding, sorted.

Files known to be clean, by their hash, for this code and this handbook, are not read again; what
lies between records is asked of the index each time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from itertools import islice
from pathlib import Path
from typing import Any
from typing import NamedTuple

from svcctl.base.errors import NotFoundError
from svcctl.base.errors import SvcctlError
from svcctl.base.finding import Finding
from svcctl.base.i18n import _
from svcctl.book import files
from svcctl.book import toml
from svcctl.book import workers
from svcctl.book.index import Index
from svcctl.book.source import Disk
from svcctl.book.source import Source
from svcctl.check import across
from svcctl.check import diagnostic
from svcctl.check import file
from svcctl.check import handbook as handbooks
from svcctl.check import names
from svcctl.check.diagnostic import Diagnostic
from svcctl.handbook.lookup import Handbook

_TWO_PROCESSES = 5_000
_CHUNK = 500

_Part = tuple[list[tuple[Any, ...]], list[tuple[str, str]], list[str]]
"""Of some files: diagnostics as plain tuples, (path, hash) of those without, paths read."""


class Claim(NamedTuple):
    """What this clone believes of its desk: the code and the token of its claim."""

    desk: str
    token: str


class Outcome(NamedTuple):
    """What a check found, sorted, and how many files it covers."""

    found: list[Diagnostic]
    files: int


def run(
    root: Path,
    source: Source,
    *,
    paths: Iterable[str] = (),
    cached: bool = True,
    claim: Claim | None = None,
) -> Outcome:
    """Check a book and return everything that is wrong.

    Args:
        root: The folder with `book.toml`.
        source: The version of the book to check.
        paths: Files or folders relative to the book; all of it if none are given.
        cached: Whether the derived index may be used and kept.
        claim: This clone's desk, if it has one.

    Raises:
        NotFoundError: There is nothing at one of `paths`.
        RecoveryNeededError: A pending journal is damaged.
        GitError: Git cannot list or read the version.
    """
    handbook, whole = handbooks.read(source)
    wanted = tuple(paths)
    with Index(
        root, source, handbook_key=handbook.key, handbook=lambda: handbook, cached=cached
    ) as index:
        index.refresh()
        todo = [path for path, _hash in index.unmarked()]
        total = index.total()
        if wanted:
            chosen = _choose(index.paths(), wanted, root)
            todo, total = sorted(set(todo) & chosen), len(chosen)
        # What a broken policy file would have listed is unknown: only the file itself is reported.
        found = _files(index, source, handbook if whole else None, todo)
        found += across.check(index, source, found)
        found += _whole_book(index, root, source, claim)
    if wanted:
        found = [one for one in found if _is_below(one.path, wanted)]
    return Outcome(diagnostic.in_order(found), total)


def _choose(every: list[str], wanted: tuple[str, ...], root: Path) -> set[str]:
    for one in wanted:
        if not any(_is_below(path, (one,)) for path in every) and not (root / one).exists():
            raise NotFoundError(_("there is nothing to check at '{path}'").format(path=one))
    return {path for path in every if _is_below(path, wanted)}


def _is_below(path: str, wanted: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/") or one in ("", ".") for one in wanted)


# -- the files --------------------------------------------------------------------------------


def _files(
    index: Index, source: Source, handbook: Handbook | None, todo: list[str]
) -> list[Diagnostic]:
    left = dict.fromkeys(todo)
    found: list[Diagnostic] = []
    clean: list[tuple[str, str]] = []
    with _in_bulk():
        for wrong, right, read in _parts(source, handbook, todo):
            found += [Diagnostic(*one) for one in wrong]
            clean += right
            for path in read:
                left.pop(path, None)
    found += _unread(source, left)
    index.mark_clean(clean)
    return found


def _parts(source: Source, handbook: Handbook | None, todo: list[str]) -> Iterator[_Part]:
    # A child would share the pipe to git, so only the disk is read by two.
    if len(todo) < _TWO_PROCESSES or not isinstance(source, Disk) or not workers.available():
        return _checked(source, handbook, todo)
    _load_rules(source, handbook, todo)
    half = len(todo) // 2
    theirs = workers.start(lambda: _checked(source, handbook, todo[half:]))
    return chain(_checked(source, handbook, todo[:half]), theirs)


def _load_rules(source: Source, handbook: Handbook | None, todo: list[str]) -> None:
    """Check a few files, so that a child inherits models and parsers ready for use."""
    for _part in _checked(source, handbook, [*todo[:1], *todo[-1:]]):
        pass


def _checked(source: Source, handbook: Handbook | None, todo: list[str]) -> Iterator[_Part]:
    reading = source.read_many(todo)
    while batch := list(islice(reading, _CHUNK)):
        wrong: list[tuple[Any, ...]] = []
        right: list[tuple[str, str]] = []
        for path, data in batch:
            if found := file.check(path, data, handbook):
                wrong += map(tuple, found)
            else:
                right.append((path, files.blob_hash(data)))
        yield wrong, right, [path for path, _data in batch]


def _unread(source: Source, left: Iterable[str]) -> list[Diagnostic]:
    """Return the diagnostics of files that are listed but could not be read."""
    found = []
    for path in left:
        try:
            data = source.read(path)
        except FileNotFoundError:
            # It is gone since the index looked; then nothing is wrong with it.
            continue
        except SvcctlError as error:
            problem = Finding("FMT108", (), {"problem": error.message})
            found.append(diagnostic.make(path, problem))
        else:
            # It is there now: somebody has just written it.
            found += file.check(path, data, None)
    return found


@contextmanager
def _in_bulk() -> Iterator[None]:
    """Keep the collector from walking over what lives to the end anyway."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


# -- the book as a whole ----------------------------------------------------------------------


def _whole_book(index: Index, root: Path, source: Source, claim: Claim | None) -> list[Diagnostic]:
    found = [
        diagnostic.make(path, Finding("FMT108", (), {"problem": problem}))
        for path, problem, _line, _col in index.unreadable()
        if not path.endswith(".toml")
    ]
    if not source.folder(handbooks.POLICIES):
        found.append(diagnostic.make(handbooks.POLICIES, Finding("HBK107")))
    if isinstance(source, Disk):
        found += names.unlisted(root)
        found += _claimed_twice(source, claim) if claim else []
    return found


def _claimed_twice(source: Source, claim: Claim) -> list[Diagnostic]:
    path = f"desks/{claim.desk}.toml"
    try:
        data = source.read(path)
        token = toml.parse(data).get("token")
    except (SvcctlError, OSError, toml.TomlError):
        return []
    if token == claim.token:
        return []
    return file.placed(path, data, [Finding("DSK102", ("token",), {"desk": claim.desk})])

"""The check of a whole book, or of some of its files: every finding, sorted.

Files known to be clean, by their hash, for this code and this handbook, are not read again; what
lies between records is asked of the index each time.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
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
from svcctl.book.index_refresh import Inspect
from svcctl.book.index_rows import Parse
from svcctl.book.layout import id_of
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
"""Files from which on a second process gains more than it costs (measured)."""

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
    wanted = dict.fromkeys(paths)
    rules = handbooks.Rules(source)
    with Index(
        root, source, handbook_key=rules.key, handbook=lambda: rules.handbook, cached=cached
    ) as index:
        # Most findings come from the look that the index takes at new files: read and parsed once.
        said = index.refresh(None if wanted else _inspection(rules))
        todo = [path for path, _hash in index.unmarked() if path not in said]
        total = index.total()
        if wanted:
            chosen = _choose(index.paths(), wanted, root)
            todo, total = sorted(set(todo) & chosen), len(chosen)
        found = [Diagnostic(*one) for some in said.values() for one in some]
        found += _files(index, source, rules, todo) if todo else []
        found += _between(index, source, found)
        found += _whole_book(index, root, source, claim)
    if wanted:
        found = [one for one in found if _wanted_above(one.path, wanted)]
    return Outcome(diagnostic.in_order(found), total)


def _inspection(rules: handbooks.Rules) -> Inspect:
    def inspect(path: str, data: bytes, parse: Parse) -> list[tuple[Any, ...]]:
        return [tuple(one) for one in file.check(path, data, rules.usable, parse)]

    return inspect


def _between(index: Index, source: Source, found: list[Diagnostic]) -> list[Diagnostic]:
    """Return what is wrong between records; not asked again while no record has changed."""
    # Ids in wrong places, which `found` tells of, are never clean: they are found each time.
    if isinstance(source, Disk) and not found and index.is_sound():
        return []
    more = across.check(index, source, found)
    if isinstance(source, Disk) and not found and not more:
        index.mark_sound()
    return more


def _choose(every: list[str], wanted: Collection[str], root: Path) -> set[str]:
    below = {path: _wanted_above(path, wanted) for path in every}
    met = {one for found in below.values() for one in found}
    for one in wanted:
        if one not in met and not (root / one).exists():
            raise NotFoundError(_("there is nothing to check at '{path}'").format(path=one))
    return {path for path, found in below.items() if found}


def _wanted_above(path: str, wanted: Collection[str]) -> list[str]:
    """Return which of the wanted files and folders a path is, or lies below.

    By looking its few folders up, not by comparing it with all that is wanted: after a merge that
    may be as many as there are files.
    """
    parts = path.split("/")
    above = ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return [one for one in ("", ".", *above) if one in wanted]


# -- the files --------------------------------------------------------------------------------


def _files(
    index: Index, source: Source, rules: handbooks.Rules, todo: list[str]
) -> list[Diagnostic]:
    """Check files that the index knew already, and those of versions in Git."""
    left = dict.fromkeys(todo)
    found: list[Diagnostic] = []
    clean: list[tuple[str, str]] = []
    with workers.uncollected():
        for wrong, right, read in _parts(source, rules.usable, todo):
            found += [Diagnostic(*one) for one in wrong]
            clean += right
            for path in read:
                left.pop(path, None)
    found += _unread(source, left)
    index.mark_clean(clean)
    return found


def _parts(source: Source, handbook: Handbook | None, todo: list[str]) -> Iterator[_Part]:
    # A child would share the pipe to git, so only the disk is read by two.
    if not isinstance(source, Disk):
        return iter([_checked(source, handbook, todo)])
    return workers.deal(
        todo, lambda part: _checked(source, handbook, part), worth_it=_TWO_PROCESSES
    )


def _checked(source: Source, handbook: Handbook | None, todo: Sequence[str]) -> _Part:
    wrong: list[tuple[Any, ...]] = []
    right: list[tuple[str, str]] = []
    read: list[str] = []
    for path, data in source.read_many(todo):
        read.append(path)
        if found := file.check(path, data, handbook):
            wrong += map(tuple, found)
        else:
            right.append((path, files.blob_hash(data)))
    return wrong, right, read


def _unread(source: Source, left: Iterable[str]) -> list[Diagnostic]:
    """Return the diagnostics of files that are listed but could not be read."""
    found = []
    for path in left:
        try:
            data = source.read(path)
        except FileNotFoundError:
            # It is gone since the index looked; then nothing is wrong with it. But a name that
            # is no text is listed and can never be opened.
            if id_of(path) is None:
                found.append(names.misplaced(path))
        except SvcctlError as error:
            problem = Finding("FMT108", (), {"problem": error.message})
            found.append(diagnostic.make(path, problem))
        else:
            # It is there now: somebody has just written it.
            found += file.check(path, data, None)
    return found


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

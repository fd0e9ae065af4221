"""Everything that a merge left to a person, with both sides and where they came from.

- `field`: a card whose field two sides changed in two ways; the card itself says so.
- `end`: a case that was ended in two ways.
- `twin`: two entries of one name in a case.
- `file`: a path that Git could not merge, such as one that was changed here and deleted there; or
  a record in which a merge without svcctl left the lines of both sides, marked.

The first three are found through the book's index, without reading the other files; who brought
which side is asked of Git in one go. Without Git they are listed all the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from svcctl.base import dispute as disputes
from svcctl.base.dispute import Dispute
from svcctl.base.errors import SvcctlError
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.book import files
from svcctl.book import journal
from svcctl.book.index_rows import name_of
from svcctl.book.journal import Change
from svcctl.book.lock import WriterLock
from svcctl.book.toml import TomlError
from svcctl.kinds import KINDS
from svcctl.kinds import kind_of
from svcctl.vcs import git
from svcctl.vcs.git import Repository
from svcctl.vcs.merges import origin
from svcctl.vcs.merges import twins
from svcctl.vcs.merges.origin import Author
from svcctl.vcs.merges.origin import Step
from svcctl.vcs.merges.origin import Versions
from svcctl.vcs.telling import words as telling

if TYPE_CHECKING:
    from svcctl.book.book import Book

FIELD, END, TWIN, FILE = "field", "end", "twin", "file"
BASE, OURS, THEIRS = 1, 2, 3
"""Git's numbers for the versions of a path that it could not merge."""


class Side(NamedTuple):
    """One of the versions between which a person chooses.

    Attributes:
        value: Of a field; None where it is gone.
        gone: Whether this side took it out.
        entry: Of a case.
        hash: Of a file; empty where it is deleted.
        author: Who committed it; None where Git does not know.
    """

    value: Any = None
    gone: bool = False
    entry: Entry | None = None
    hash: str = ""
    author: Author | None = None


class Conflict(NamedTuple):
    """One thing left to a person.

    Attributes:
        sort: `field`, `end`, `twin` or `file`.
        kind: Name of the record's kind; empty where the path is none of a record.
        id: The record's id.
        path: From the book.
        name: What is chosen with: the field, the name of the entries, `end`; empty for a file.
        sides: The versions; of a file always ours, then theirs.
        dispute: Of a field.
        base: Of a file: what both began with, empty where it was not there.
        listed: Whether the sides are items of a list, such as telephone numbers.
        title: The record in words, as far as it can be read.
        data: Of a file with marked lines: what it was on each side.
        now: Of a field: what somebody wrote there since, if it is none of the sides.
    """

    sort: str
    kind: str
    id: str
    path: str
    name: str
    sides: tuple[Side, ...]
    dispute: Dispute | None = None
    base: str = ""
    listed: bool = False
    title: str = ""
    data: tuple[bytes, ...] = ()
    now: Any = None


# In records


def in_records(book: Book, repo: Repository | None) -> list[Conflict]:
    """Return what records themselves say is left to choose.

    Raises:
        SvcctlError: The book cannot be read.
    """
    found: list[Conflict] = []
    for kind, name, path in book.index.disputed():
        try:
            record = book.parse(book.source.read(path))
        except (OSError, TomlError, SvcctlError):
            continue  # changed meanwhile; it is among the unreadable then
        found += of_record(kind, name, path, record)
    return found if repo is None else _with_authors(repo, found)


def of_record(kind: str, name: str, path: str, record: Record) -> Iterator[Conflict]:
    """Yield what one record says is left to choose; nobody is named yet."""
    title = telling.title(KINDS[kind], name, record)
    for one in _of_record(kind, name, path, record):
        yield one._replace(title=title)


def _of_record(kind: str, name: str, path: str, record: Record) -> Iterator[Conflict]:
    if KINDS[kind].shape == "card":
        for one in disputes.disputes(record):
            sides = tuple(Side(choice.value, choice.gone) for choice in one.choices)
            listed = disputes.is_of_list(record, one)
            now = disputes.edited_since(record, one)
            yield Conflict(FIELD, kind, name, path, one.name, sides, one, listed=listed, now=now)
        return
    for twin, entries in twins.twins(record).items():
        yield Conflict(TWIN, kind, name, path, twin, tuple(Side(entry=one) for one in entries))
    rivals = KINDS[kind].rule("rivals")
    if record.get("disputed") and rivals is not None:
        sides = tuple(Side(entry=one) for one in rivals(record.get("log", [])))
        yield Conflict(END, kind, name, path, END, sides)


def _with_authors(repo: Repository, found: list[Conflict]) -> list[Conflict]:
    """Return the same with the authors of the fields; entries say themselves who wrote them."""
    steps = origin.safely(repo, {one.path for one in found if one.sort == FIELD})
    versions = Versions(repo.folder)
    versions.read(digest for of in steps.values() for one in of for digest in (one[1], one[2]))
    return [_authored(one, steps.get(one.path, []), versions) for one in found]


def _authored(one: Conflict, steps: list[Step], versions: Versions) -> Conflict:
    dispute = one.dispute
    if dispute is None:
        return one
    sides = []
    for side, choice in zip(one.sides, dispute.choices, strict=True):
        author = next(
            (
                step.author
                for step in steps
                if disputes.brought(
                    versions.record(step.before), versions.record(step.after), dispute, choice
                )
            ),
            None,
        )
        sides.append(side._replace(author=author))
    return one._replace(sides=tuple(sides))


# In files


def in_files(repo: Repository) -> tuple[list[Conflict], list[str]]:
    """Return what Git could not merge below the book, and the paths outside it.

    Raises:
        GitError: Git failed.
    """
    inside: dict[str, dict[int, str]] = {}
    outside: dict[str, None] = {}
    for path, stage, digest in _unmerged(repo):
        if path.startswith(repo.prefix):
            inside.setdefault(path.removeprefix(repo.prefix), {})[stage] = digest
        else:
            outside[path] = None
    steps = origin.safely(repo, inside) if inside else {}
    found = [_of_file(path, stages, steps.get(path, [])) for path, stages in inside.items()]
    return found, list(outside)


def _unmerged(repo: Repository) -> Iterator[tuple[str, int, str]]:
    for line in git.run(repo.top, ["ls-files", "-u", "-z"]).split(b"\0")[:-1]:
        about, _tab, path = line.partition(b"\t")
        _mode, digest, stage = about.decode().split(" ")
        yield os.fsdecode(path), int(stage), digest


def _of_file(path: str, stages: dict[int, str], steps: list[Step]) -> Conflict:
    kind = kind_of(path)
    sides = tuple(_side(stages.get(stage, ""), steps) for stage in (OURS, THEIRS))
    name = name_of(path) if kind else path
    return Conflict(
        FILE, kind.name if kind else "", name, path, "", sides, base=stages.get(BASE, "")
    )


def _side(digest: str, steps: list[Step]) -> Side:
    author = next((step.author for step in steps if step.after == digest), None)
    return Side(gone=not digest, hash=digest, author=author)


def in_marked(book: Book) -> list[Conflict]:
    """Return the records that cannot be read because the lines of both sides stand in them.

    Raises:
        SvcctlError: The book cannot be read.
    """
    found = []
    for path, *_why in book.index.unreadable():
        kind = kind_of(path)
        try:
            both = parted(book.source.read(path)) if kind else None
        except (OSError, SvcctlError):
            continue
        if kind is not None and both is not None:
            sides = tuple(Side(hash=files.blob_hash(one)) for one in both)
            found.append(Conflict(FILE, kind.name, name_of(path), path, "", sides, data=both))
    return found


def parted(data: bytes) -> tuple[bytes, bytes] | None:
    """Return both sides of a file with conflict markers; None if it has none, or broken ones."""
    sides: tuple[list[bytes], list[bytes]] = ([], [])
    takes: tuple[int, ...] = _BOTH
    for line in data.splitlines(keepends=True):
        mark = next((one for one in _MARKS if line.startswith(one)), None)
        if mark is None:
            for place in takes:
                sides[place].append(line)
        elif takes not in _MARKS[mark][0]:
            return None
        else:
            takes = _MARKS[mark][1]
    ours, theirs = (b"".join(one) for one in sides)
    return (ours, theirs) if takes == _BOTH and ours != theirs else None


_BOTH, _FIRST, _NEITHER, _SECOND = (0, 1), (0,), (), (1,)
_MARKS: dict[bytes, tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]] = {
    b"<<<<<<< ": ((_BOTH,), _FIRST),
    b"||||||| ": ((_FIRST,), _NEITHER),
    b"=======": ((_FIRST, _NEITHER), _SECOND),
    b">>>>>>> ": ((_SECOND,), _BOTH),
}
"""Of each marker: after what it may come, and to which sides the lines after it belong."""


def choose(root: Path, one: Conflict, data: bytes | None, command: str) -> None:
    """Write what a file is to be.

    Not by a transaction of the book: the book may be unreadable just because of this file.

    Args:
        data: What the file is to hold; None: there is to be no such file.

    Raises:
        BusyError: Another writer holds the book.
        DiskError: The disk refused.
    """
    with WriterLock(root, command):
        journal.recover(root)
        before = _on_disk(root / one.path)
        if data != before:
            old = files.hash_of(before)
            journal.commit(root, [Change(one.path, old, data)], command)


def tell_git(repo: Repository, path: str) -> None:
    """Let Git know that a path is as it should be.

    Raises:
        GitError: Git refused; the file is as chosen.
    """
    if _on_disk(repo.folder / path) is None:
        git.run(repo.folder, ["rm", "-q", "--cached", "--ignore-unmatch", "--", path])
    else:
        git.run(repo.folder, ["add", "--", path])


def _on_disk(path: os.PathLike[str]) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None

"""What git calls to merge one file of the book: `svcctl git merge-driver %O %A %B %L %P`.

The result goes into the file of our side. Status 0: merged, perhaps with disputes in the card.
1: a person must look. Then the file holds either both versions of an entry (`validate` names it),
or git's own text merge with conflict markers, which no record file may hold: nothing reads it by
accident. Text merges are done where a side cannot be read, where a comment would be lost, where two
desks claimed one code, and for files that are no records.

Git starts this once for every file: it loads neither click nor pydantic, and subprocess only for a
text merge.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.layout import id_of
from svcctl.book.toml_form import clean
from svcctl.kinds import Kind
from svcctl.kinds import kind_of
from svcctl.vcs.merges.lists import content
from svcctl.vcs.merges.lists import in_one_order
from svcctl.vcs.merges.lists import named
from svcctl.vcs.merges.merge import CannotMergeError
from svcctl.vcs.merges.merge import merge
from svcctl.vcs.merges.orders import quick_order_of
from svcctl.vcs.merges.twins import twins

MERGED = 0
CONFLICT = 1
_ARGUMENTS = 5
_MARK = "book.toml"
_MARKER_SIZE = "7"
# What rules may fail with on a file that some hand has broken: its lines are merged then.
_BROKEN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class Merged(NamedTuple):
    """What three versions of a file amount to.

    Attributes:
        record: As a record; None where it is none, or only a person can tell.
        data: As a file; None where comments would be lost.
        twins: Names that two different entries bear which did so on neither side.
    """

    record: Record | None = None
    data: bytes | None = None
    twins: tuple[str, ...] = ()


def main(args: Sequence[str]) -> int:
    """Merge as git asks: `%O %A %B %L %P`, the first three relative to the current folder."""
    if len(args) != _ARGUMENTS:
        import sys

        print("usage: svcctl git merge-driver %O %A %B %L %P", file=sys.stderr)
        return 2
    base, ours, theirs, size, path = args
    files = Path(base), Path(ours), Path(theirs)
    versions = [one.read_bytes() for one in files]
    kind = kind_of_path(path)
    result = merge_files(kind, *versions) if kind else Merged()
    if result.data is not None:
        files[1].write_bytes(result.data)
        return CONFLICT if result.twins else MERGED
    clean_text = _merge_text(files, size if size.isdecimal() else _MARKER_SIZE)
    if kind is None:
        return MERGED if clean_text else CONFLICT
    same = clean_text and not result.twins and _says(files[1].read_bytes(), result.record)
    return MERGED if same else CONFLICT


def kind_of_path(path: str) -> Kind | None:
    """Return the kind of a file by its path below the top of the repository.

    The book may be a folder of it. Where it is not on disk, the path tells: no record lives where
    another kind's could.
    """
    parts = path.split("/")
    for count in reversed(range(len(parts))):
        if os.path.isfile("/".join([*parts[:count], _MARK])):
            return _kind("/".join(parts[count:]))
    inner = ("/".join(parts[count:]) for count in range(len(parts)))
    return next((kind for kind in map(_kind, inner) if kind), None)


def _kind(path: str) -> Kind | None:
    return kind_of(path) if id_of(path) is not None else None


def merge_files(kind: Kind, base: bytes, ours: bytes, theirs: bytes) -> Merged:
    """Merge three versions of one record's file; an empty base is none. Never raises."""
    data = [toml.without_bom_and_cr(one) for one in (base, ours, theirs)]
    old, one, two = (_read(side) for side in data)
    if one is None or two is None or (old is None and data[0] and kind.shape == "card"):
        return Merged()
    try:
        record = merge(kind, old, one, two)
        written = toml.emit(record, quick_order_of(kind))
        again = clean(toml.parse_one(written))
    except (CannotMergeError, toml.TomlError, *_BROKEN):
        return Merged()
    double: tuple[str, ...] = ()
    if kind.shape == "case":
        # What was double before is known and no news of this merge.
        double = tuple({*twins(record)} - {*twins(one), *twins(two)})
    if content(again) != content(clean(record)) or any(map(toml.stray_comments, data)):
        return Merged(record, None, double)
    return Merged(record, _leading(*data) + written, double)


def _read(data: bytes) -> Record | None:
    """Return a file's record, None where it is empty or none."""
    if not data.strip():
        return None
    try:
        return clean(toml.parse_one(data))
    except toml.TomlError:
        return None


def _leading(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """Merge the comments at the top line by line: what either side wrote there is there."""
    old, one, two = (_comment(side) for side in (base, ours, theirs))
    if two in (one, old):
        lines = one
    elif one == old:
        lines = two
    else:
        first, second = sorted((one, two))
        items = named(first) | named(second)
        order = in_one_order(named(old).keys(), named(first).keys(), named(second).keys())
        lines = [items[name] for name in order]
    return toml.leading_comment("\n".join([*lines, ""]).encode("utf-8", "surrogateescape"))


def _comment(data: bytes) -> list[str]:
    return toml.leading_comment(data).decode("utf-8", "surrogateescape").splitlines()[:-1]


def _says(data: bytes, record: Record | None) -> bool:
    """Tell whether a file that git merged as text says what the merge of the records does."""
    found = _read(toml.without_bom_and_cr(data))
    return record is not None and found is not None and content(found) == content(clean(record))


def _merge_text(files: tuple[Path, Path, Path], size: str) -> bool:
    """Let git merge the lines; return whether it could."""
    from svcctl.base.errors import GitError
    from svcctl.vcs import git

    base, ours, theirs = map(os.path.abspath, files)
    labels = ["-L", "ours", "-L", "base", "-L", "theirs"]
    args = ["merge-file", "-p", f"--marker-size={size}", *labels, ours, base, theirs]
    try:
        # Its exit status is the number of conflicts.
        written = git.run(Path.cwd(), args, ok=range(128))
    except GitError:
        # Too strange for git (a NUL byte): both versions whole, so that none is lost.
        written = _both(files, int(size))
    files[1].write_bytes(written)
    return (b"<" * int(size) + b" ours") not in written


def _both(files: tuple[Path, Path, Path], size: int) -> bytes:
    ours, theirs = files[1].read_bytes(), files[2].read_bytes()
    lines = (b"<" * size + b" ours", ours, b"=" * size, theirs, b">" * size + b" theirs", b"")
    return b"\n".join(lines)

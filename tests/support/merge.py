"""Two clones of a book merged as Git will do it one day: logs by union and fold, cards by file."""

from __future__ import annotations

from pathlib import Path

from svcctl.base.entry import union
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.kinds import kind_of


def files(book: Path) -> dict[str, bytes]:
    """Return every file of a book by its path, without what a clone keeps for itself."""
    return {
        path.relative_to(book).as_posix(): path.read_bytes()
        for path in sorted(book.rglob("*"))
        if path.is_file() and ".svcctl" not in path.relative_to(book).parts
    }


def merge(base: Path, ours: Path, theirs: Path, into: Path) -> None:
    """Write the merge of two clones that were one book at `base`."""
    before, one, two = files(base), files(ours), files(theirs)
    for path in sorted(one.keys() | two.keys()):
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_merged(path, before.get(path), one.get(path), two.get(path)))


def _merged(path: str, base: bytes | None, ours: bytes | None, theirs: bytes | None) -> bytes:
    if ours is None or theirs is None:
        alone = theirs if ours is None else ours
        assert alone is not None
        return alone
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    kind = kind_of(path)
    assert kind is not None, path
    assert kind.shape == "case", path
    one, two = toml.parse(ours), toml.parse(theirs)
    log = union(one["log"], two["log"])
    record: Record = {"id": one["id"], **kind.rules.fold(log), "log": log}
    return canonical_bytes(kind, path, record, None)

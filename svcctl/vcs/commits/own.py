"""What somebody last changed on cards, as Git knows it: a commit says who by the staff id."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import NamedTuple

from svcctl.base.fields import changed
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.layout import id_of
from svcctl.kinds import kind_of
from svcctl.vcs import git
from svcctl.vcs.commits.subject import TRAILER
from svcctl.vcs.delta import Field
from svcctl.vcs.delta import compare

_BEGINNINGS = ("init", "git setup")
"""What made the first commit of a book: everybody's cards, so nobody's act."""


class CardChange(NamedTuple):
    """What a commit did to one card.

    Attributes:
        new: Whether the card was made by it.
        fields: Fields that differ, with their values before and after.
    """

    kind: str
    id: str
    new: bool
    fields: tuple[Field, ...]


class CardCommit(NamedTuple):
    """A commit of somebody that changed cards.

    Attributes:
        at: Author time, epoch seconds.
    """

    hash: str
    at: int
    changes: tuple[CardChange, ...]


def last(root: Path, person: str, paths: Sequence[str], *, since: str = "") -> CardCommit | None:
    """Return the last commit by somebody that touched cards at `paths`, None if there is none.

    Args:
        person: Staff id, which is the author's address.
        paths: Files or folders of the book.
        since: As git says it, `36 hours ago`; empty for ever.

    Raises:
        GitError: Git is missing or failed.
    """
    git.find(root)
    if not git.run(root, ["rev-parse", "--verify", "--quiet", "HEAD"], ok=(0, 1)):
        return None
    limits = [f"--since={since}"] if since else []
    asked = ["log", "-1", "--no-merges", "--format=%H %at", "-F", f"--author=<{person}>", *limits]
    asked += ["--invert-grep", *(f"--grep={TRAILER}: {one}" for one in _BEGINNINGS)]
    if not (said := git.run(root, [*asked, "--", *paths]).decode()):
        return None
    name, at = said.split()
    asked = ["diff-tree", "-r", "-z", "--root", "--no-commit-id", "--no-renames", "--relative"]
    listed = git.run(root, [*asked, name, "--", *paths]).decode("utf-8", "surrogateescape")
    return CardCommit(name, int(at), tuple(_changes(root, listed.split("\0"))))


def is_alone(root: Path, commit: CardCommit, paths: Sequence[str]) -> bool:
    """Tell whether a commit changed nothing of the book but what is at `paths`.

    Raises:
        GitError: Git is missing or failed.
    """
    asked = ["diff-tree", "-r", "-z", "--root", "--no-commit-id", "--no-renames", "--name-only"]
    touched = git.run(root, [*asked, "--relative", commit.hash]).decode("utf-8", "surrogateescape")
    return all(path.split("/")[0] in paths for path in touched.split("\0")[:-1])


def _changes(root: Path, parts: Sequence[str]) -> list[CardChange]:
    """Return the changes of parts `:mode mode hash hash STATUS` and `path`, in turn."""
    found = [(parts[at].split(" "), parts[at + 1]) for at in range(0, len(parts) - 1, 2)]
    made = []
    with git.BatchReader(root) as reader:
        for (_old_mode, _new_mode, old, new, _status), path in found:
            kind, name = kind_of(path), id_of(path)
            if kind is None or name is None or kind.shape != "card":
                continue
            before, after = (_record(data) for data in reader.read_many([old, new]))
            delta = compare(kind, name, before, after)
            if delta is not None and after is not None:
                made.append(CardChange(kind.name, name, before is None, delta.fields))
    return made


def _record(data: bytes | None) -> Record | None:
    if data is None:
        return None
    try:
        return toml.parse_one(data)
    except toml.TomlError:
        return None


def taken_back(card: Record, change: CardChange) -> tuple[Record, list[Field], list[Field]]:
    """Return a card with a change taken back, the fields put back and those that stay.

    A field stays that somebody has changed since.
    """
    back: list[Field] = []
    kept: list[Field] = []
    for field in change.fields:
        (back if _value(card, field.where) == field.after else kept).append(field)
    made = card
    for field in back:
        made = changed(made, _nested(field.where, field.before))
    return made, back, kept


def _value(card: Mapping[str, Any], where: Sequence[str]) -> Any:
    value: Any = card
    for key in where:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _nested(where: Sequence[str], value: Any) -> dict[str, Any]:
    made: Any = value
    for key in reversed(where):
        made = {key: made}
    return dict(made)

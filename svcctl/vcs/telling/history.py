"""Commits and what they did to the book's files: who, when, and each record field by field.

One `git log` and one `cat-file`, however many commits and files there are. A merge did only what
differs from all that it brought together.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import NamedTuple

from svcctl.base.i18n import _
from svcctl.kinds import KINDS
from svcctl.vcs import git
from svcctl.vcs.delta import Delta
from svcctl.vcs.delta import Where
from svcctl.vcs.telling.changes import FILES
from svcctl.vcs.telling.changes import Raw
from svcctl.vcs.telling.changes import Seen
from svcctl.vcs.telling.changes import Span
from svcctl.vcs.telling.changes import between
from svcctl.vcs.telling.changes import head
from svcctl.vcs.telling.changes import raws
from svcctl.vcs.telling.changes import read
from svcctl.vcs.telling.changes import text

_FORMAT = (
    "%x01%H%x02%P%x02%ct%x02%an%x02%ae%x02%s"
    "%x02%(trailers:key=Svcctl,valueonly=true,separator=%x2C)"
)
_SHORT = 10


class Commit(NamedTuple):
    """A commit.

    Attributes:
        at: When it was committed, epoch seconds.
        author: Their name.
        email: Their address; for a commit by a command the staff id.
        subject: First line of the message.
        command: The command that made it; empty where a person did.
    """

    hash: str
    parents: tuple[str, ...]
    at: int
    author: str
    email: str
    subject: str
    command: str

    @property
    def short(self) -> str:
        """Return enough of the hash to say which it is."""
        return self.hash[:_SHORT]

    @property
    def person(self) -> str:
        """Return the staff id of the author, if the commit says so."""
        return self.email.partition("@")[0]


class Logged(NamedTuple):
    """A commit and the files it changed.

    Attributes:
        files: What differs; of a merge one for each parent and file, in the order of the parents.
    """

    commit: Commit
    files: tuple[Raw, ...]


class Step(NamedTuple):
    """What became of one file: in a commit, or since (None).

    Attributes:
        planted: Whether a merge changed by itself what none of its sides had touched.
    """

    commit: Commit | None
    seen: Seen
    planted: bool = False


def log(root: Path, asked: Sequence[str], paths: Sequence[str] = ()) -> list[Logged]:
    """Return commits, the earliest first, with the files below the book that they changed.

    Args:
        asked: More for `git log`: a range, `--first-parent` ….

    Raises:
        GitError: Git is missing or failed.
    """
    repo = git.find(root)
    args = ["log", "-z", "--raw", "-c", "--no-renames", "--no-abbrev", "--no-relative",
            "--no-color", "--no-show-signature", "--encoding=UTF-8", "--date-order",
            "--reverse", "--full-history", f"--format={_FORMAT}",
            *asked, "--", *(paths or ["."])]  # fmt: skip
    found: list[Logged] = []
    pieces: list[bytes] = []
    for piece in [*git.run(root, args).split(b"\0"), b"\x01"]:
        if not piece.lstrip(b"\n").startswith(b"\x01"):
            pieces.append(piece.lstrip(b"\n"))
            continue
        if found:
            found[-1] = found[-1]._replace(files=tuple(_files(pieces, repo.prefix)))
        pieces.clear()
        if commit := _commit(piece):
            found.append(Logged(commit, ()))
    return found


def _commit(piece: bytes) -> Commit | None:
    parts = text(piece).strip("\n").removeprefix("\x01").split("\x02", 6)
    if len(parts) < len(Commit._fields):
        return None
    name, parents, at, author, email, subject, command = parts
    moment = int(at) if at.isdigit() else 0
    return Commit(name, tuple(parents.split()), moment, author, email, subject, command.strip())


def _files(pieces: Sequence[bytes], prefix: str) -> Iterator[Raw]:
    pieces = [one for one in pieces if one]
    for about, path in zip(pieces[::2], pieces[1::2], strict=False):
        if not about.startswith(b"::"):
            yield from raws((about, path), prefix)
            continue
        parents = len(about) - len(about.lstrip(b":"))
        parts = about.lstrip(b":").split(b" ")
        modes, blobs = parts[: parents + 1], parts[parents + 1 : -1]
        for place in range(parents):
            pair = b" ".join((modes[place], modes[-1], blobs[place], blobs[-1], b"M"))
            yield from raws((b":" + pair, path), prefix)


def steps(root: Path, paths: Sequence[str]) -> list[Step]:
    """Return all that ever became of some files, the earliest first, what is uncommitted last.

    Raises:
        GitError: Git is missing or failed.
    """
    newest = head(root)
    found: list[Step] = []
    if newest:
        found = list(told(root, log(root, [newest], paths)))
        found += [Step(None, one) for one in between(root, Span(newest, FILES), paths)]
    return found


def told(root: Path, logged: Iterable[Logged]) -> Iterator[Step]:
    """Yield what commits did, file by file.

    Raises:
        GitError: Git is missing or failed.
    """
    wanted = list(logged)
    every = (seen for _raw, seen in read(root, [raw for one in wanted for raw in one.files]))
    for one in wanted:
        by_path: dict[str, list[Seen]] = {}
        for _raw in one.files:
            seen = next(every)
            by_path.setdefault(seen.path, []).append(seen)
        for found in by_path.values():
            if len(one.commit.parents) > 1:
                yield Step(one.commit, _of_merge(found), _is_planted(found))
            elif found[0].what:
                yield Step(one.commit, found[0])


def _of_merge(found: Sequence[Seen]) -> Seen:
    """Return what a merge itself did to a file: what differs from every parent."""
    first, others = found[0], [one.delta for one in found[1:]]
    if first.delta is None or any(one is None for one in others):
        return first._replace(delta=None, words=first.words or _("brought together"))
    rest = [one for one in others if one is not None]
    delta = first.delta._replace(
        added=tuple(one for one in first.delta.added if all(one in two.added for two in rest)),
        # What any of them had must still be there.
        removed=tuple(one for two in (first.delta, *rest) for one in two.removed),
        altered=tuple(
            one for one in first.delta.altered if all(one in two.altered for two in rest)
        ),
        fields=tuple(
            one
            for one in first.delta.fields
            if all((one.where, one.after) in _made(two) for two in rest)
        ),
    )
    if delta.added or delta.removed or delta.altered or delta.fields:
        return first._replace(delta=delta)
    return first._replace(delta=None, words=_("brought together"))


def _made(delta: Delta) -> list[tuple[Where, Any]]:
    """Return what a field became, whatever it was before."""
    return [(one.where, one.after) for one in delta.fields]


def _is_planted(found: Sequence[Seen]) -> bool:
    """Tell whether a merge has a value that is on no side, of a field that all sides had alike."""
    deltas = [one.delta for one in found if one.delta is not None]
    if len(deltas) < len(found) or KINDS[deltas[0].kind].shape != "card":
        return False
    return any(all(one in two.fields for two in deltas[1:]) for one in deltas[0].fields)

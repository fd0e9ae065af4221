"""What changed in the book between two versions of it: file by file, read and compared.

A version is a commit, Git's index, or the files as they are. However much changed, git is started
a fixed number of times: one diff, one `cat-file`, and for the files as they are one list of those
that Git does not know. Nothing here fails over what a file holds; what cannot be read is told.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from svcctl.base.errors import GitError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.files import blob_hash
from svcctl.book.layout import id_of
from svcctl.book.source import Disk
from svcctl.book.source import is_record
from svcctl.book.source import read_plain
from svcctl.kinds import Kind
from svcctl.kinds import kind_of
from svcctl.vcs import git
from svcctl.vcs.delta import Delta
from svcctl.vcs.delta import compare
from svcctl.vcs.git import Repository

FILES, INDEX = "files", "index"
ADDED, CHANGED, GONE, MOVED = "added", "changed", "gone", "moved"
_LINK, _MODULE, _NOTHING = "120000", "160000", "000000"
_CONTROL = ".svcctl/"
_PENDING = "J"
"""Status of a file that a committed journal is about to write."""


class Span(NamedTuple):
    """Two versions of a book: hashes of commits or trees, or `FILES`, or `INDEX`."""

    before: str
    after: str = FILES


class Raw(NamedTuple):
    """One file that differs, as Git names it.

    Attributes:
        path: From the book.
        before: Blob before; empty where there was none.
        after: Blob after; empty where there is none, or where it is the file on disk.
        modes: Git's modes of both.
        status: Git's letter.
    """

    path: str
    before: str
    after: str
    modes: tuple[str, str]
    status: str


class Seen(NamedTuple):
    """One file that differs, read.

    Attributes:
        path: From the book.
        what: `ADDED`, `CHANGED`, `GONE` or `MOVED`.
        delta: What differs in the record; None where that cannot be said.
        words: What there is to say instead of a delta.
        same: Whether both versions were read and say the same.
    """

    path: str
    what: str
    delta: Delta | None
    words: str = ""
    same: bool = False


# -- versions -------------------------------------------------------------------------------------


def span_of(root: Path, said: str | None, *, staged: bool = False) -> Span:
    """Return the versions that a person names: `REV`, `A..B`, `A...B`, or nothing.

    Raises:
        NotFoundError: There is no such revision.
        GitError: Git is missing or failed.
    """
    said = said or ""
    for dots in ("...", ".."):
        if dots in said:
            one, two = (part or "HEAD" for part in said.split(dots, 1))
            first, second = commit(root, one), commit(root, two)
            return Span(base(root, first, second) if dots == "..." else first, second)
    after = INDEX if staged else FILES
    if said:
        return Span(commit(root, said), after)
    return Span(head(root) or empty(root), after)


def commit(root: Path, rev: str) -> str:
    """Return the hash of a commit.

    Raises:
        NotFoundError: There is none.
    """
    unknown = NotFoundError(_("there is no revision '{rev}'").format(rev=rev), "git log --oneline")
    if rev.startswith("-") or not rev.isprintable():
        raise unknown
    asked = ["rev-parse", "--verify", "--quiet", f"{rev}^{{commit}}"]
    try:
        found = git.run(root, asked, ok=(0, 1))
    except GitError:
        raise unknown from None
    if not found:
        raise unknown
    return found.decode().strip()


def head(root: Path) -> str:
    """Return the commit here, empty before the first one."""
    asked = ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]
    return git.run(root, asked, ok=(0, 1)).decode().strip()


def base(root: Path, one: str, two: str) -> str:
    """Return where two commits parted; a tree without files if they never were one."""
    found = git.run(root, ["merge-base", one, two], ok=(0, 1)).decode().strip()
    return found or empty(root)


def empty(root: Path) -> str:
    """Return the tree without files."""
    return git.run(root, ["hash-object", "-t", "tree", "--stdin"]).decode().strip()


# -- what differs ---------------------------------------------------------------------------------


def between(root: Path, span: Span, paths: Sequence[str] = ()) -> Iterator[Seen]:
    """Return every file of the book that differs between two versions, in the order of the paths.

    Args:
        paths: Only these files and folders; all if none.

    Raises:
        GitError: Git is missing or failed.
    """
    repo = git.find(root)
    disk = _Files(root) if span.after == FILES else None
    found = {one.path: one for one in _listed(repo, span, paths)}
    if disk is not None:
        for path in _unknown(repo, paths):
            found.setdefault(path, Raw(path, "", "", (_NOTHING, _NOTHING), "A"))
        for path in disk.pending(paths):
            blob = f"{span.before}:{repo.prefix}{path}"
            found.setdefault(path, Raw(path, blob, "", ("100644", "100644"), _PENDING))
    ordered = [found[path] for path in sorted(found) if not path.startswith(_CONTROL)]
    seen = read(root, ordered, disk)
    if any(one.modes[1] == _NOTHING and one.before for one in ordered):
        return _without_moves(list(seen))
    return (one for _raw, one in seen if one.what)


def _listed(repo: Repository, span: Span, paths: Sequence[str]) -> Iterator[Raw]:
    points = {
        FILES: [span.before],
        INDEX: ["--cached", span.before],
    }.get(span.after, [span.before, span.after])
    asked = ["diff", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-relative", *points]
    printed = git.run(repo.folder, [*asked, "--", *(paths or ["."])])
    yield from raws(printed.split(b"\0"), repo.prefix)


def raws(pieces: Sequence[bytes], prefix: str) -> Iterator[Raw]:
    """Yield what `--raw -z` says of files below `prefix`; of merges it tells in another form."""
    for about, path in zip(pieces[::2], pieces[1::2], strict=False):
        name = text(path)
        if about.startswith(b":") and name.startswith(prefix):
            old, new, before, after, status = about[1:].decode().split(" ")
            blobs = ["" if set(one) == {"0"} else one for one in (before, after)]
            yield Raw(name.removeprefix(prefix), blobs[0], blobs[1], (old, new), status[:1])


def text(path: bytes) -> str:
    """Return a path as text; bytes that are none stay recognisable."""
    return path.decode("utf-8", "backslashreplace")


def _unknown(repo: Repository, paths: Sequence[str]) -> list[str]:
    asked = ["ls-files", "--others", "-z", "--exclude-standard", "--", *(paths or ["."])]
    return [text(one) for one in git.run(repo.folder, asked).split(b"\0") if one]


class _Files:
    """The files as they are, seen through a pending journal."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._overlay: Mapping[str, bytes | None] = {}
        disk = Disk(root)
        try:
            disk.settle()
            self._overlay = disk.overlay
        except SvcctlError:
            pass  # a damaged journal: the files are what there is

    def pending(self, paths: Sequence[str]) -> list[str]:
        """Return the paths that the journal will write."""
        return [
            path
            for path in self._overlay
            if not paths or any(f"{path}/".startswith(f"{one}/") for one in paths)
        ]

    def read(self, path: str) -> tuple[bytes | None, str]:
        """Return the bytes of a file, None if there is none, and what is wrong with it."""
        if path in self._overlay:
            return self._overlay[path], ""
        full = os.path.join(self._root, path)
        try:
            about = os.lstat(full)
            if not stat.S_ISREG(about.st_mode):
                return None, _sort(about.st_mode)
            if about.st_size > toml.MAX_BYTES:
                return None, _("it is larger than any record")
            return read_plain(full), ""
        except (FileNotFoundError, NotADirectoryError):
            return None, ""
        except (OSError, ValueError) as error:
            return None, str(getattr(error, "strerror", None) or error)


def _sort(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return _("it is a symbolic link")
    return _("it is a folder") if stat.S_ISDIR(mode) else _("it is no regular file")


# -- reading --------------------------------------------------------------------------------------


class _Side(NamedTuple):
    data: bytes | None
    wrong: str = ""


def read(
    root: Path, found: Iterable[Raw], disk: _Files | None = None
) -> Iterator[tuple[Raw, Seen]]:
    """Yield each file with what became of it; one git process for all.

    Raises:
        GitError: Git is missing or failed.
    """
    wanted = list(found)
    asked = [name for raw in wanted for name in _blobs(raw, disk)]
    with ExitStack() as stack:
        blobs: Iterator[bytes | None] = iter(())
        if asked:
            blobs = stack.enter_context(git.BatchReader(root)).read_many(asked)
        for raw in wanted:
            known = dict(zip(_blobs(raw, disk), blobs, strict=False))
            before = _side(raw, raw.modes[0], known.get(raw.before))
            if disk is None:
                after = _side(raw, raw.modes[1], known.get(raw.after))
            else:
                after = _Side(*disk.read(raw.path))
            seen = _seen(raw, before, after)
            digest = raw.after or (blob_hash(after.data or b"") if seen.what == ADDED else "")
            yield raw._replace(after=digest), seen


def _blobs(raw: Raw, disk: _Files | None) -> list[str]:
    """Return the blobs to read for a file, each once."""
    both = [raw.before] if _plain(raw.modes[0]) else []
    both += [raw.after] if disk is None and _plain(raw.modes[1]) else []
    return list(dict.fromkeys(one for one in both if one))


def _plain(mode: str) -> bool:
    return mode.startswith("100")


def _side(raw: Raw, mode: str, data: bytes | None) -> _Side:
    if mode == _LINK:
        return _Side(None, _("it is a symbolic link"))
    if mode == _MODULE:
        return _Side(None, _("it is a repository of its own"))
    if _plain(mode) and data is None and raw.status != _PENDING:
        return _Side(None, _("git does not have its content here"))
    return _Side(data)


def _seen(raw: Raw, before: _Side, after: _Side) -> Seen:
    was, is_ = (side.data is not None or bool(side.wrong) for side in (before, after))
    what = ADDED if not was else CHANGED if is_ else GONE
    if before.data == after.data and not before.wrong and not after.wrong:
        return Seen(raw.path, "", None)
    if raw.status == "U":
        return Seen(raw.path, what, None, _("its merge is not finished"))
    kind, name = kind_of(raw.path), id_of(raw.path)
    if kind is None or name is None or not is_record(raw.path):
        return Seen(raw.path, what, None, after.wrong or before.wrong or _("it is no record"))
    return _compared(kind, name, Seen(raw.path, what, None), (before, after))


def _compared(kind: Kind, name: str, seen: Seen, sides: tuple[_Side, _Side]) -> Seen:
    before, after = sides
    old, wrong_before = parsed(before.data, before.wrong)
    new, wrong_after = parsed(after.data, after.wrong)
    if wrong_after:
        return seen._replace(words=_("it cannot be read: {why}").format(why=wrong_after))
    if wrong_before:
        words = _("before it could not be read: {why}").format(why=wrong_before)
        return seen._replace(words=words)
    delta = compare(kind, name, old, new)
    if delta is None:
        return seen._replace(words=_("only its form differs"), same=True)
    return seen._replace(delta=delta)


def parsed(data: bytes | None, wrong: str = "") -> tuple[Record | None, str]:
    """Return a record, None if there is no file, and why it cannot be read."""
    if data is None or wrong:
        return None, wrong
    try:
        return toml.parse(toml.without_bom_and_cr(data)), ""
    except toml.TomlError as error:
        said = _("{problem} ({line}:{col})")
        return None, said.format(problem=error.message, line=error.line, col=error.col)
    except (SvcctlError, ValueError, RecursionError) as error:
        return None, str(error)


def _without_moves(found: Sequence[tuple[Raw, Seen]]) -> Iterator[Seen]:
    """Yield what differs; a file that stands elsewhere unchanged is one that was moved."""
    gone = {raw.before: seen.path for raw, seen in found if seen.what == GONE and raw.before}
    sources: dict[str, str] = {}
    for raw, seen in found:
        if seen.what == ADDED and (source := gone.pop(raw.after, "")):
            sources[seen.path] = source
    moved = set(sources.values())
    for _raw, seen in found:
        if source := sources.get(seen.path, ""):
            words = _("it was at '{path}' before").format(path=source)
            yield Seen(seen.path, MOVED, None, words)
        elif seen.what and seen.path not in moved:
            yield seen

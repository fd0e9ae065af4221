"""The tip of the branch in hand: what it holds, and moving it on by one commit.

Nothing here looks at working files or runs hooks: objects are written by `git fast-import`, then
exactly the index entries of the changed paths, then the branch, each only if it is what it was.
In this order a person who commits meanwhile takes the change into their commit and reverts nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from svcctl.base.errors import GitError
from svcctl.book import files
from svcctl.book.journal import Change
from svcctl.vcs import git
from svcctl.vcs import state

PATIENCE_S = 3.0
"""How long to wait for another git that holds the index."""
_PAUSE_S = 0.05
_DRAFT = "refs/worktree/svcctl"
"""The name that `git fast-import` asks for; it never comes to be."""
_DURABLE = {
    "GIT_CONFIG_COUNT": "2",
    "GIT_CONFIG_KEY_0": "core.fsync",
    "GIT_CONFIG_VALUE_0": "committed,loose-object",
    "GIT_CONFIG_KEY_1": "core.fsyncMethod",
    "GIT_CONFIG_VALUE_1": "batch",
}
"""What was committed leaves the queue, so it must be on the disk by then."""
_WANTED = r"^(user\.(name|email)|committer\.(name|email)|core\.filemode|filter\..*)$"


class Tip(NamedTuple):
    """Where the work tree of a book stands.

    Attributes:
        root: The book.
        prefix: Its path below the top of the work tree, ending in `/`; empty at the top.
        git: The folder of this work tree's own state.
        branch: Full name of the branch; empty where none is checked out.
        commit: Its last commit; empty where there is none yet.
        width: Length of this repository's hashes.
    """

    root: Path
    prefix: str
    git: Path
    branch: str
    commit: str
    width: int


class Held(NamedTuple):
    """What the last commit and the index hold of a path: our own hashes, None for nothing."""

    head: str | None
    staged: str | None


class Person(NamedTuple):
    """Whoever stands in a commit."""

    name: str
    email: str

    def stamp(self, at: int, zone: str) -> str:
        """Return the line that git keeps of them."""
        return f"{_plain(self.name) or 'svcctl'} <{_plain(self.email) or 'svcctl'}> {at} {zone}"


class Draft(NamedTuple):
    """A commit about to be made."""

    message: str
    author: str
    committer: Person
    at: int
    zone: str


def find(root: Path) -> Tip:
    """Return where the book's work tree stands; one process.

    Raises:
        GitError: It is in no repository, or git is missing or refuses.
    """
    asked = ["--show-toplevel", "--show-prefix", "--git-dir", "--show-object-format"]
    # Before the first commit `HEAD` means nothing, which ends in 128 after all that was known.
    told = git.run(root, ["rev-parse", *asked, "HEAD", "--symbolic-full-name", "HEAD"], ok=(0, 128))
    lines = told.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) < len(asked) + 1:
        git.find(root)  # says why
    width = 64 if lines[3] == "sha256" else 40
    commit, branch = lines[4], lines[5]
    if len(commit) != width:
        commit = ""
        branch = git.run(root, ["symbolic-ref", "-q", "HEAD"], ok=(0, 1)).decode().strip()
    return Tip(root, lines[1], root / lines[2], "" if branch == "HEAD" else branch, commit, width)


def settings(root: Path) -> dict[str, str]:
    """Return what git's configuration says of the committer, of file modes and filters.

    Raises:
        GitError: The configuration cannot be read.
    """
    found = git.run(root, ["config", "-z", "--get-regexp", _WANTED], ok=(0, 1))
    pairs = (line.partition("\n") for line in found.decode("utf-8", "replace").split("\0"))
    return {key: value for key, _end, value in pairs if key}


def committer(own: Mapping[str, str]) -> Person | None:
    """Return who git says commits here; None unless somebody said so: it is never guessed."""
    name = os.environ.get("GIT_COMMITTER_NAME") or own.get("committer.name") or own.get("user.name")
    email = os.environ.get("GIT_COMMITTER_EMAIL")
    email = email or own.get("committer.email") or own.get("user.email")
    return Person(name, email) if name and email else None


def held(tip: Tip, paths: Sequence[str]) -> tuple[str, dict[str, Held]]:
    """Return what is under way, and what last commit and index hold of paths.

    Raises:
        GitError: Git is missing or failed.
    """
    at_head = [f"{tip.commit}:{tip.prefix}{path}" if tip.commit else "" for path in paths]
    in_index = [f":0:{tip.prefix}{path}" for path in paths]
    found = contents(tip.root, [*(name for name in at_head if name), *in_index])
    count = len(paths)
    heads = found[:count] if tip.commit else [None] * count
    pairs = zip(paths, heads, found[-count:] if count else [], strict=True)
    # An entry that was only announced (`git add -N`) is empty; a record never is.
    each = {
        path: Held(files.hash_of(head), files.hash_of(index or None)) for path, head, index in pairs
    }
    return state.under_way(tip.git), each


def contents(root: Path, names: Sequence[str]) -> list[bytes | None]:
    """Return the contents of objects by any names git knows; None where there is none.

    Raises:
        GitError: Git is missing or failed.
    """
    asked = b"".join(name.encode("utf-8", "surrogateescape") + b"\0" for name in names)
    told = git.run(root, ["cat-file", "--batch", "-z"], data=asked)
    found: list[bytes | None] = []
    start = 0
    for _name in names:
        end = told.index(b"\n", start)
        head, start = told[start:end], end + 1
        if head.endswith((b" missing", b" ambiguous")):
            found.append(None)
            continue
        size = int(head.rpartition(b" ")[2])
        found.append(told[start : start + size])
        start += size + 1
    return found


def write(tip: Tip, draft: Draft, changes: Iterable[Change], modes: Mapping[str, str]) -> str:
    """Write the objects of a commit on the tip and return its hash; nothing leads to it yet.

    Raises:
        GitError: Git is missing or failed, such as for want of space.
    """
    stamp = draft.committer.stamp(draft.at, draft.zone)
    parts = [
        "feature done\nfeature get-mark\n",
        f"commit {_DRAFT}\nmark :1\nauthor {draft.author}\ncommitter {stamp}\n",
    ]
    stream = [part.encode("utf-8", "surrogateescape") for part in parts]
    stream.append(_data(draft.message.encode("utf-8", "replace")))
    stream += [f"from {tip.commit}\n".encode()] if tip.commit else []
    for change in changes:
        place = _quoted(f"{tip.prefix}{change.path}").encode("utf-8", "surrogateescape")
        if change.new is None:
            stream.append(b"D %s\n" % place)
        else:
            mode = modes.get(change.path, "100644").encode()
            stream += [b"M %s inline %s\n" % (mode, place), _data(change.new)]
    stream.append(f"\nget-mark :1\nreset {_DRAFT}\nfrom {'0' * tip.width}\n\ndone\n".encode())
    try:
        told = git.run(tip.root, ["fast-import", "--quiet"], data=b"".join(stream), env=_DURABLE)
    except GitError:
        _sweep_reports(tip.git)
        raise
    return told.decode().split()[0]


def _sweep_reports(folder: Path) -> None:
    """Remove the report that git writes each time; on a full disk every command would leave one."""
    for report in folder.glob("fast_import_crash_*"):
        with contextlib.suppress(OSError):
            if _DRAFT.encode() in report.read_bytes():
                report.unlink()


def _data(data: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(data), data)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def sign(tip: Tip, draft: Draft, unsigned: str) -> str:
    """Return the hash of the same commit, signed as git is configured to.

    Raises:
        GitError: Git is missing or failed, or there is no key.
    """
    author = draft.author.rpartition(">")[0]
    stamp = draft.author.rpartition("> ")[2]
    env = {
        "GIT_AUTHOR_NAME": author.partition(" <")[0],
        "GIT_AUTHOR_EMAIL": author.partition(" <")[2],
        "GIT_AUTHOR_DATE": f"@{stamp}",
        "GIT_COMMITTER_NAME": _plain(draft.committer.name) or "svcctl",
        "GIT_COMMITTER_EMAIL": _plain(draft.committer.email) or "svcctl",
        "GIT_COMMITTER_DATE": f"@{draft.at} {draft.zone}",
    }
    parent = ["-p", tip.commit] if tip.commit else []
    args = ["commit-tree", "-S", *parent, f"{unsigned}^{{tree}}"]
    told = git.run(tip.root, args, data=draft.message.encode("utf-8", "replace"), env=env)
    return told.decode().strip()


def stage(tip: Tip, changes: Iterable[Change], modes: Mapping[str, str]) -> None:
    """Set the index entries of paths to what is committed; all others stay as they are.

    Raises:
        GitError: Git is missing or failed, or another git holds the index for long.
    """
    lines = []
    for change in changes:
        mode = "0" if change.new is None else modes.get(change.path, "100644")
        name = "0" * tip.width if change.new is None else object_name(tip, change.new)
        lines.append(f"{mode} {name}\t{tip.prefix}{change.path}\0")
    if lines:
        data = "".join(lines).encode("utf-8", "surrogateescape")
        patiently(
            lambda: git.run(tip.root, ["update-index", "-z", "--index-info"], data=data), tip.git
        )


def object_name(tip: Tip, data: bytes) -> str:
    """Return the name that this repository gives to the bytes of a file."""
    if tip.width == 40:
        return files.blob_hash(data)
    return hashlib.sha256(b"blob %d\0%s" % (len(data), data)).hexdigest()


def move(tip: Tip, commit: str, why: str) -> None:
    """Let the branch lead to `commit`, if it still is what it was.

    Raises:
        GitError: It is not, or git is missing or failed.
    """
    args = ["update-ref", "-m", why, tip.branch, commit, tip.commit or "0" * tip.width]
    git.run(tip.root, args, env=_DURABLE)


def patiently(act: Callable[[], object], folder: Path) -> None:
    """Do what needs git's index, and wait a while if another git holds it.

    Args:
        folder: Where the index is.

    Raises:
        GitError: It still does, or died while it did, or git failed otherwise.
    """
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            act()
        except GitError as error:
            held_by_other = "index.lock" in " ".join((error.message, *error.hints))
            if held_by_other and (dead := state.left_lock(folder)):
                raise dead from None
            if not held_by_other or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def modes(tip: Tip, changes: Iterable[Change], own: Mapping[str, str]) -> dict[str, str]:
    """Return the modes of files that are not plain ones, where this repository minds."""
    if own.get("core.filemode") == "false":
        return {}
    found = {}
    for change in changes:
        try:
            runs = os.stat(f"{os.fspath(tip.root)}/{change.path}").st_mode & 0o100
        except OSError:
            continue
        if runs:
            found[change.path] = "100755"
    return found


def filtered(tip: Tip, paths: Sequence[str], own: Mapping[str, str]) -> str | None:
    """Return the first path that git would change on its way into a commit, if any.

    Raises:
        GitError: Git is missing or failed.
    """
    if not any(key.endswith((".clean", ".process")) for key in own):
        return None
    asked = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
    told = git.run(tip.root, ["check-attr", "-z", "--stdin", "filter"], data=asked).split(b"\0")
    for path, value in zip(told[0::3], told[2::3], strict=False):
        if value not in (b"unspecified", b"unset", b""):
            return path.decode("utf-8", "replace")
    return None


def _plain(text: str) -> str:
    """Return a name as git keeps it: without the signs that end it."""
    kept = "".join(char for char in text if char.isprintable() and char not in "<>")
    return kept.strip(" .,:;\"'\\")

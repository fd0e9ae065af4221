"""What people changed in a book themselves, or commands did where people commit: all of it at once.

Files of the book are its records, handbook, schemas and the settings beside them; whatever else
lies in the repository is not looked at.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from svcctl.base.errors import DiskError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.book import files
from svcctl.book.journal import Change
from svcctl.kinds import kind_of
from svcctl.vcs import git
from svcctl.vcs import state
from svcctl.vcs.commits import tip as tips
from svcctl.vcs.commits.subject import Edit
from svcctl.vcs.commits.tip import Tip

_BESIDE = (".gitattributes", ".gitignore", ".taplo.toml", "README.md")
_FOLDERS = ("handbook", "schemas")


class Found(NamedTuple):
    """What is to be committed, as changes and with what the last commit holds."""

    changes: list[Change]
    edits: list[Edit]


def find(root: Path, wanted: Sequence[str] = ()) -> Found:
    """Return what differs from the last commit, staged or not, of the book or below some paths.

    Args:
        wanted: Paths relative to the book; the empty one is the book itself.

    Raises:
        RefusedError: Something of git is under way, or a path is not of the book.
        NotFoundError: Nothing differs at a path.
        DiskError: A file cannot be read, or is no plain file.
        GitError: There is no repository, or git failed.
    """
    tip = tips.find(root)
    _refuse_under_way(tip)
    every = list(_changed(tip))
    for one in wanted:
        if one and not any(_is_at(path, one) for path in every):
            raise NotFoundError(_("nothing to commit at '{path}'").format(path=one))
    paths = [path for path in every if not wanted or any(_is_at(path, one) for one in wanted)]
    return _found(tip, sorted(path for path in paths if _is_of_book(path)))


def _refuse_under_way(tip: Tip) -> None:
    what = state.under_way(tip.git)
    if what:
        raise RefusedError(
            _("a {what} is under way; finish it first").format(what=_(what)),
            *state.how_to_end(what),
        )
    if not tip.branch:
        raise RefusedError(_("no branch is checked out"), "git switch main")


def _is_at(path: str, wanted: str) -> bool:
    return not wanted or path == wanted or path.startswith(f"{wanted}/")


def _is_of_book(path: str) -> bool:
    if "/." in f"/{path}" and path not in _BESIDE:
        return False
    top = path.partition("/")[0]
    return kind_of(path) is not None or top in _FOLDERS or path in _BESIDE


def _changed(tip: Tip) -> Iterator[str]:
    """Yield the paths below the book that differ from the last commit or are new."""
    asked = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", "."]
    for line in git.run(tip.root, asked).decode("utf-8", "surrogateescape").split("\0"):
        how, path = line[:2], line[3:].removeprefix(tip.prefix)
        if how in ("DD", "AU", "UD", "UA", "DU", "AA", "UU"):
            raise RefusedError(
                _("the merge of '{path}' is not finished").format(path=path),
                "svcctl git conflicts",
            )
        if path:
            yield path


def _found(tip: Tip, paths: Sequence[str]) -> Found:
    names = [f"{tip.commit}:{tip.prefix}{path}" for path in paths] if tip.commit else []
    before = tips.contents(tip.root, names) if names else [None] * len(paths)
    found = Found([], [])
    for path, old in zip(paths, before, strict=True):
        new = _on_disk(tip.root, path)
        if new != old:
            found.changes.append(Change(path, files.hash_of(old), new))
            found.edits.append(Edit(path, old, new))
    return found


def _on_disk(root: Path, path: str) -> bytes | None:
    place = f"{os.fspath(root)}/{path}"
    try:
        if not stat.S_ISREG(os.lstat(place).st_mode):
            raise DiskError(_("'{path}' is not a plain file").format(path=path))
        return files.read(place)
    except (FileNotFoundError, NotADirectoryError):
        return None

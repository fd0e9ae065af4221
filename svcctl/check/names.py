"""Files that are where no record may live, seen by their names alone.

What the index lists is below the folders of the kinds and ends in `.toml`. Here is what it does not
list: names that differ from the right ones in upper and lower case only. They are lost on Linux
and found on Windows, so two desks would not see the same book.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from svcctl.base.finding import Finding
from svcctl.book.layout import path_of
from svcctl.check import diagnostic
from svcctl.check.diagnostic import Diagnostic
from svcctl.kinds import KINDS
from svcctl.kinds import kind_of

_SUFFIX = ".toml"
_TOPS = {kind.folder.split("/")[0].lower(): kind.folder.split("/")[0] for kind in KINDS.values()}


def unlisted(root: Path) -> Iterator[Diagnostic]:
    """Yield record files of the working folder that the index does not list."""
    try:
        with os.scandir(root) as listing:
            entries = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in listing)
    except OSError:
        return
    for name, is_folder in entries:
        right = _TOPS.get(name.lower())
        if right is None:
            continue
        if name != right:
            yield _wrong_case(name, right)
        elif is_folder:
            yield from _below(root, name)


def _below(root: Path, top: str) -> Iterator[Diagnostic]:
    todo = [top]
    while todo:
        folder = todo.pop()
        try:
            names = os.listdir(f"{root}/{folder}")
        except OSError:
            continue
        if ("/".join(names) + "/").count(f"{_SUFFIX}/") == len(names):
            continue  # The usual folder, settled without a step in Python for each name.
        for name in names:
            if name.startswith(".") or name.endswith(_SUFFIX):
                continue
            path = f"{root}/{folder}/{name}"
            if os.path.isdir(path) and not os.path.islink(path):
                todo.append(f"{folder}/{name}")
            elif name.lower().endswith(_SUFFIX):
                right = name[: -len(_SUFFIX)] + _SUFFIX
                yield _wrong_case(f"{folder}/{name}", f"{folder}/{right}")


def misplaced(path: str) -> Diagnostic:
    """Return what is to be said of a listed file where no record may live."""
    right = right_case(path)
    if right is None:
        return diagnostic.make(path, Finding("PTH101"))
    return _wrong_case(path, right)


def right_case(path: str) -> str | None:
    """Return the path that a record would have, if only upper and lower case differ."""
    kind = kind_of(path)
    if kind is None or kind.naming == "single":
        return None
    stem = path.rpartition("/")[2].removesuffix(_SUFFIX)
    for name in (stem, stem.upper(), stem.lower()):
        right = path_of(kind, name)
        if right is not None and right != path and right.lower() == path.lower():
            return right
    return None


def _wrong_case(path: str, right: str) -> Diagnostic:
    return diagnostic.make(path, Finding("PTH103", (), {"right": right}))

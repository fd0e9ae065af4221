"""Which files of the book somebody means: a path, a folder, or what a record is called."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from svcctl.base.errors import NotFoundError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.ids import parse_short
from svcctl.base.text import fold
from svcctl.base.text import fold_id
from svcctl.book.layout import id_of
from svcctl.book.layout import path_of
from svcctl.kinds import KINDS
from svcctl.upkeep.paths import inside_book

if TYPE_CHECKING:
    from svcctl.term.context import Run


def files_called(run: Run, said: str) -> list[str]:
    """Return the paths, from the book, of what somebody names; none if nothing is called so.

    What is no longer there may be named too, by its path or its whole id.
    """
    try:
        path = inside_book(run.root, said)
    except UsageProblem:
        path = None
    if path is not None and os.path.lexists(os.path.join(run.folder, path)):
        return [path or "."]
    if path is not None and id_of(path):
        return [path]
    names = dict.fromkeys((fold(said), fold_id(said), fold(said).lower()))
    places = [one for name in names for kind in KINDS.values() if (one := path_of(kind, name))]
    there = [one for one in places if os.path.lexists(os.path.join(run.folder, one))]
    return list(dict.fromkeys(there)) or _in_short(run, said) or _once(names)


def refuse_unknown(said: str) -> NotFoundError:
    """Return the error for what nothing is called."""
    return NotFoundError(_("no file and no record is called '{name}'").format(name=said))


def _in_short(run: Run, said: str) -> list[str]:
    """Return the paths of what a short form means: `A07`, `last`, a colleague's name."""
    last = fold_id(said).rpartition("-")[2]
    is_short = fold(said).lower() == "last" or parse_short(last) or not said.isascii()
    for kind in ("ticket", "incident", "shift", "staff") if is_short else ():
        try:
            return [run.book.path(kind, run.book.resolve(kind, said, run.now()))]
        except NotFoundError:
            continue
    return []


def _once(names: dict[str, None]) -> list[str]:
    """Return where records would be that have an id with a letter of their own."""
    return [
        path
        for name in names
        for kind in KINDS.values()
        if kind.naming in ("dated", "serial", "keyed", "unit")
        and (path := path_of(kind, name))
        and (kind.naming != "unit" or _is_unit(name))
    ]


def _is_unit(name: str) -> bool:
    from svcctl.base.unitid import is_id

    return is_id(name)

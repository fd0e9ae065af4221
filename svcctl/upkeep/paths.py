"""Paths that people give: from where they stand, or from the book's folder."""

from __future__ import annotations

from pathlib import Path

from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _


def inside_book(root: Path, typed: str) -> str:
    """Return a typed path relative to the book, with `/`; empty for the book itself.

    What exists seen from here is meant; else it is taken as relative to the book, as findings
    name it.

    Raises:
        UsageProblem: It is outside the book.
    """
    book = root.resolve()
    here = Path(typed)
    # The last part may be a link, whose own name counts and not where it leads.
    for path in (here, book / typed):
        full = path.parent.resolve() / path.name if path.name not in ("", "..") else path.resolve()
        if full.is_relative_to(book) and (full.exists() or path is not here):
            way = full.relative_to(book).as_posix()
            return "" if way == "." else way
    raise UsageProblem(_("'{path}' is not in the book").format(path=typed))

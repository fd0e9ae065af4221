"""A unit as people say it: its id if the book has one unit of that name, else the words."""

from __future__ import annotations

from collections.abc import Callable

from svcctl.base import private
from svcctl.base import text
from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import NotFoundError


def where(said: object, unit: Callable[[str], str]) -> dict[str, str]:
    """Return `unit` if what was said means one unit of the book, else `unit_said`.

    Args:
        unit: Gives the id of the unit that a name means; raises if none or several are called so.
    """
    words = text.line(str(said or ""))
    if not words:
        return {}
    try:
        return {"unit": unit(words)}
    except (NotFoundError, AmbiguousError):
        return {"unit_said": private.hide(words)}

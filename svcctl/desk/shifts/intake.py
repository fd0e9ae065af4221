"""From what was typed to a line of the work log (REC-06 … REC-08).

Never blocked: words are enough. A number said in the words is taken for the one to call back; the
line shows a mask of it.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from svcctl.base import phones
from svcctl.base import private
from svcctl.base import text
from svcctl.base.choice import Choice
from svcctl.base.choice import resolve
from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.desk.shifts.words import LINE_CHOICES
from svcctl.desk.units.said import where

UNSAID = "call"
"""The kind of a line whose kind nobody said: a message taken (REC-07)."""


def spoken(words: Sequence[str]) -> dict[str, str]:
    """Return what stands without options: `[KIND] [UNIT] "WORDS"`.

    Raises:
        UsageProblem: More words than that; they lack quotation marks.
    """
    if len(words) > 3:
        raise UsageProblem(_("put the words in quotation marks"))
    said = {"words": words[-1]} if words else {}
    first = words[:-1]
    if first and (kind := _kind(first[0])):
        said["kind"] = kind
        first = first[1:]
    if len(first) > 1:
        raise UsageProblem(_("put the words in quotation marks"))
    return said | ({"unit": first[0]} if first else {})


def _kind(word: str) -> str:
    try:
        return resolve(word, LINE_CHOICES, _("kind"))
    except AmbiguousError:
        raise
    except UsageProblem:
        return ""


def with_number(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said with every number out of the words, the first one as the caller's."""
    made = dict(said)
    for key in ("words", "name", "place", "note", "done"):
        words = str(said.get(key) or "")
        for found in private.find(words):
            if found.kind == "phone" and not made.get("phone"):
                made["phone"] = words[found.start : found.end]
        if words:
            made[key] = private.hide(words)
    return made


def line(
    said: Mapping[str, Any], unit: Callable[[str], str], channels: Iterable[Choice]
) -> dict[str, Any]:
    """Return the fields of a line.

    Args:
        unit: Gives the id of the unit that a name means; raises if none or several are called so.
        channels: What the handbook lists.

    Raises:
        UsageProblem: Nothing was said, or a value is impossible.
    """
    subject = text.line(str(said.get("words") or ""))
    if not subject:
        raise UsageProblem(_("say in a few words what it is about"))
    channel = said.get("channel")
    fields = {
        "kind": resolve(str(said.get("kind") or UNSAID), LINE_CHOICES, _("kind")),
        "urgent": True if said.get("urgent") else None,
        "subject": subject,
        **where(said.get("unit"), unit),
        "place": _line(said.get("place")),
        "resident": said.get("resident"),
        "caller": _line(said.get("name")),
        "contact": phones.mask(phones.parse(str(said["phone"]))) if said.get("phone") else None,
        "channel": resolve(str(channel), list(channels), _("channel")) if channel else None,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _line(said: object) -> str | None:
    return private.hide(text.line(str(said))) or None if said else None


def counted(said: Iterable[str], listed: Sequence[str]) -> list[str]:
    """Return the tools that were counted (SHF-11).

    Args:
        said: `对讲机 2` …; `all` or `齐` for all that are listed.
    """
    found: list[str] = []
    for one in filter(None, map(text.line, said)):
        found += listed if text.fold(one).lower() in _ALL else [one]
    return found


_ALL = frozenset(("all", "齐", "全", "齐全"))

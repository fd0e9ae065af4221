"""What of a record must not be seen by everybody: numbers below `private`, and those in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from svcctl.kinds import Kind
from svcctl.vcs.delta import Where

PRIVATE = "private"


def hidden(text: str) -> str:
    """Return a text with the private numbers in it masked."""
    if not any(map(str.isdigit, text)):
        return text
    from svcctl.base.private import hide  # nearly no word has a digit

    return hide(text)


def masked(kind: Kind, where: Where, said: Any) -> Any:
    """Return a value below `private` fit to be seen."""
    rule = kind.rule("masked")
    if rule is not None and len(where) == 2:
        try:
            shown = rule({PRIVATE: {where[1]: said}})[PRIVATE].get(where[1])
        except (LookupError, TypeError, ValueError, AttributeError):
            shown = said
        if shown != said:
            return shown
    return _all_masked(said) if where[-1] != "id_kind" else said


def _all_masked(said: Any) -> Any:
    from svcctl.base import idcard
    from svcctl.base.private import hide
    from svcctl.base.private import mask_day

    if isinstance(said, int) and not isinstance(said, bool):
        return _number(said)
    if isinstance(said, str):
        shown = hide(said)
        return idcard.mask(said) if shown == said and any(map(str.isdigit, said)) else shown
    if isinstance(said, list):
        return [_all_masked(one) for one in said]
    if isinstance(said, Mapping):
        return {key: _all_masked(one) for key, one in said.items()}
    return mask_day(said) if isinstance(said, date) else said


def safe(kind: Kind, said: Any, where: Where = ()) -> Any:
    """Return data of a record for programs: as they are, but private numbers masked."""
    if where[:1] == (PRIVATE,) and len(where) > 1:
        return masked(kind, where, said)
    if isinstance(said, Mapping):
        return {key: safe(kind, one, (*where, str(key))) for key, one in said.items()}
    if isinstance(said, list):
        return [safe(kind, one, where) for one in said]
    if where == (PRIVATE,):
        return _all_masked(said)
    if isinstance(said, int) and not isinstance(said, bool):
        return _number(said)
    return hidden(said) if isinstance(said, str) else said


def _number(said: int) -> int | str:
    """Return a number as it is, or masked as text where somebody wrote a private one so."""
    shown = hidden(str(said))
    return said if shown == str(said) else shown

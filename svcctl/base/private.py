"""What must not be seen by everybody: masks, and private numbers inside free text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal
from typing import NamedTuple

from svcctl.base import idcard
from svcctl.base import phones
from svcctl.base.text import half_width

# (?<!\d) and (?!\d): a longer number (tracking, receipt) holds no phone.
_DIGITS = re.compile(r"\d{4}")
_IDENTITY = r"(?<!\d)\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)"
_PHONE = (
    r"(?<![\d.])(?:(?:\+|00)86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"
    r"|(?<![\d.-])\(?0(?:10|2\d|[3-9]\d\d)\)?[ -]?[2-8]\d{2,3}[ -]?\d{4}(?!\d)"
)


class Private(NamedTuple):
    """A private number found in a text: `text[start:end]`, and how it may be shown."""

    kind: Literal["phone", "id-number"]
    start: int
    end: int
    masked: str


def find(text: str) -> list[Private]:
    """Return the phones and identity numbers in a text, in order.

    400/800 and service numbers are nobody's own. An identity number counts when its birth date
    is possible, even with a wrong check digit: a mistyped one still tells who it is.
    """
    found: list[Private] = []
    # Nearly every text ends here; full-width digits are digits too.
    if not _DIGITS.search(text):
        return found
    plain = half_width(text)
    taken = [False] * len(plain)
    for one in (*_identities(plain), *_phones(plain)):
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = [True] * (one.end - one.start)
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def _identities(plain: str) -> Iterator[Private]:
    for match in re.finditer(_IDENTITY, plain):
        number = idcard.normalise(match[0])
        if idcard.fault(number) in (None, "check") and not number.startswith("0"):
            yield Private("id-number", *match.span(), idcard.mask(number))


def _phones(plain: str) -> Iterator[Private]:
    for match in re.finditer(_PHONE, plain):
        number = phones.normalise(match[0])
        if number:
            yield Private("phone", *match.span(), phones.mask(number))


def hide(text: str) -> str:
    """Return `text` with every private number in it masked."""
    for one in reversed(find(text)):
        text = text[: one.start] + one.masked + text[one.end :]
    return text


def mask_day(day: date) -> str:
    """Return a birthday fit to be seen: its year."""
    return f"{day.year:04d}-**-**"

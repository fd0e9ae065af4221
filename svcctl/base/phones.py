"""Telephone numbers: which are possible, how they are written in the book, how they are masked.

Mobile `13800138000`, landline with area code `010-65551234`, with extension `010-65551234-801`,
400/800 numbers, short service numbers (110, 12345, 10086, 95588), and numbers abroad
`+85291234567`.
"""

from __future__ import annotations

import re

from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.text import fold_id

_EXTENSION = r"(?:转分机|转接|转|分机号?|EXT\.?|X|#|,)-?(\d{1,6})$"
_HOME = r"^(?:\+|00)86"
_MOBILE = r"^1[3-9]\d{9}$"
_LANDLINE = r"^(010|02\d|0[3-9]\d\d)-?([2-8]\d{6,7})(?:-(\d{1,6}))?$"
_PUBLIC = r"^[48]00\d{7}$"
_SERVICE = r"^(?:1[012]\d|1[012]\d{3}|11[68]114|9[56]\d{3,4})$"
_ABROAD = r"^(?:\+|00)([1-9]\d{6,14})$"
TAIL = 4
"""Length of the part that a mask leaves and that `find` knows."""


def normalise(typed: str) -> str | None:
    """Return a typed number as the book writes it, None if there can be no such number.

    >>> normalise("（０１０）6555 1234 转 801")
    '010-65551234-801'
    """
    plain = fold_id(typed)
    extension = re.search(_EXTENSION, plain)
    if extension:
        plain = f"{plain[: extension.start()]}-{extension[1]}"
    plain = re.sub(r"[().·/]", "-", plain)
    plain = re.sub(r"-+", "-", plain).strip("-")
    return _national(plain) or _abroad(plain)


def parse(typed: str) -> str:
    """Return a typed number as the book writes it.

    Raises:
        UsageProblem: There can be no such number.
    """
    number = normalise(typed)
    if number is None:
        raise UsageProblem(
            _("'{number}' is no telephone number").format(number=typed),
            _("write 13800138000, 010-65551234 with its area code, or 010-65551234-801"),
        )
    return number


def _national(plain: str) -> str | None:
    home = re.match(_HOME, plain)
    if not home:
        return _at_home(plain)
    rest = plain[home.end() :].lstrip("-")
    return _at_home(rest) or _at_home("0" + rest)  # +86 10 6555 1234 leaves out the zero


def _at_home(plain: str) -> str | None:
    digits = plain.replace("-", "")
    if re.match(_MOBILE, digits) or re.match(_PUBLIC, digits) or re.match(_SERVICE, plain):
        return digits
    return _landline(plain)


def _landline(plain: str) -> str | None:
    for reading in (plain, re.sub(r"^(0\d+-\d{3,4})-(\d{4})(?!\d)", r"\1\2", plain)):
        found = re.match(_LANDLINE, reading)
        if found and (len(found[1]) == 4 or len(found[2]) == 8):  # 3-digit areas dial 8
            number = f"{found[1]}-{found[2]}"
            return f"{number}-{found[3]}" if found[3] else number
    return None


def _abroad(plain: str) -> str | None:
    found = re.match(_ABROAD, plain.replace("-", ""))
    return f"+{found[1]}" if found and not found[1].startswith("86") else None


def is_public(number: str) -> bool:
    """Tell whether a number is nobody's own: 400/800 and service numbers need no mask."""
    return bool(re.match(_PUBLIC, number) or re.match(_SERVICE, number))


def mask(number: str) -> str:
    """Return a number fit to be seen: `138****8000`, `010-****1234`; public ones as they are."""
    if is_public(number):
        return number
    found = re.match(_LANDLINE, number)
    if found:
        rest = f"-{found[3]}" if found[3] else ""
        return f"{found[1]}-****{found[2][-TAIL:]}{rest}"
    if len(number) > 7:  # enough to leave both ends
        return f"{number[:3]}****{number[-TAIL:]}"
    return "*" * len(number)


def tail(number: str) -> str:
    """Return the last four digits, extension left out; empty for a public number."""
    if is_public(number):
        return ""
    found = re.match(_LANDLINE, number)
    return (found[2] if found else re.sub(r"\D", "", number))[-TAIL:]

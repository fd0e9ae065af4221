"""Resident identity numbers: the birth date and the check digit, and nothing else.

The county code is never judged: codes are given when the card is issued, so a real person's code
may not have existed in the year of birth (Dongguan before 1988 …; python-stdnum #442).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from svcctl.base.text import fold_id

_NEW = r"^\d{17}[\dX]$"
_OLD = r"^\d{15}$"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_COMPANY = r"^[0-9A-HJ-NPQRTUWXY]{18}$"
_COMPANY_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

Fault = Literal["form", "date", "check"]


def normalise(typed: str) -> str:
    """Return a typed number without spaces and dashes, `x` as `X`."""
    return fold_id(typed).replace("-", "")


def fault(number: str) -> Fault | None:
    """Return what is wrong with a resident identity number of 18 or (old cards) 15 digits."""
    if not re.match(_NEW, number) and not re.match(_OLD, number):
        return "form"
    if birthday(number) is None:
        return "date"
    if re.match(_NEW, number) and check_digit(number) != number[-1]:
        return "check"
    return None


def birthday(number: str) -> date | None:
    """Return the birth date in a number, None where there is no such day."""
    if re.match(_NEW, number):
        year, rest = int(number[6:10]), number[10:14]
    elif re.match(_OLD, number):
        year, rest = 1900 + int(number[6:8]), number[8:12]
    else:
        return None
    try:
        return date(year, int(rest[:2]), int(rest[2:])) if year >= 1850 else None
    except ValueError:
        return None


def check_digit(number: str) -> str:
    """Return the 18th sign that the first 17 digits ask for (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def company_fault(number: str) -> Fault | None:
    """Return what is wrong with a company's unified social credit code (GB 32100)."""
    if not re.match(_COMPANY, number):
        return "form"
    total = sum(
        _COMPANY_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(number[:17])
    )
    return None if _COMPANY_SIGNS[-total % 31] == number[17] else "check"


def mask(number: str) -> str:
    """Return a number fit to be seen: `110101********4477`; shorter papers keep their ends."""
    if len(number) >= 15:  # the resident numbers
        return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"
    if len(number) > 4:  # enough to leave both ends
        return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"
    return "*" * len(number)

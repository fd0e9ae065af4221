"""Chinese names as often as they really occur, and made-up numbers that can be nobody's.

Surnames weigh by their share of the population (per 10,000, rounded); given names follow the
fashion of the years a person was born in. Telephone numbers begin with 154, which no carrier was
given, and identity numbers with 99, which no place has: a demo must not hold a stranger's number.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from random import Random
from typing import Any
from typing import Literal
from typing import NamedTuple

from svcctl.base import idcard
from svcctl.book import toml

Sex = Literal["f", "m"]


class Name(NamedTuple):
    """Who somebody is: the name as written, sex and birthday."""

    text: str
    sex: Sex
    born: date


Weighed = tuple[list[str], list[int]]


@cache
def _file() -> dict[str, Any]:
    return toml.parse((resources.files("svcctl.sample") / "names.toml").read_bytes())


@cache
def _list(name: str) -> Weighed:
    return _weighed(_file()[name])


@cache
def _fashions(sex: Sex) -> dict[int, Weighed]:
    """Return given names by the first year of their fashion."""
    own = [one for one in _file()["given"] if one["sex"] == sex]
    return {one["since"]: _weighed(one["names"]) for one in own}


def _weighed(text: str) -> Weighed:
    pairs = [(word.rstrip("0123456789"), word) for word in text.split()]
    return [word for word, _raw in pairs], [int(raw[len(word) :]) for word, raw in pairs]


def surname(rng: Random) -> str:
    """Return a surname."""
    return rng.choices(*_list("surnames"))[0]


def given(rng: Random, sex: Sex, year: int) -> str:
    """Return a given name as it was in fashion in a year."""
    fashions = _fashions(sex)
    return rng.choices(*fashions[max(start for start in fashions if start <= year)])[0]


def person(rng: Random, ages: tuple[int, int], today: date, family: str = "") -> Name:
    """Return somebody of an age within `ages` (both inclusive); of `family` if it is given."""
    sex: Sex = "f" if rng.random() < 0.49 else "m"
    year = today.year - rng.randint(*ages) - 1
    born = date(year, rng.randint(1, 12), rng.randint(1, 28))
    return Name((family or surname(rng)) + given(rng, sex, year), sex, born)


def mobile(rng: Random) -> str:
    """Return a mobile number of the range 154, which nobody has."""
    return f"154{rng.randrange(10**8):08d}"


def identity(rng: Random, name: Name) -> str:
    """Return an identity number with a right check digit, of a place that does not exist."""
    order = rng.randrange(1, 400) * 2 + (0 if name.sex == "f" else 1)
    front = f"99{rng.randint(1, 4):02d}{rng.randint(1, 12):02d}{name.born:%Y%m%d}{order:03d}"
    return front + idcard.check_digit(front)


_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def company_code(rng: Random) -> str:
    """Return a company's credit code with a right check sign, of a place that does not exist."""
    front = "919900" + "00MA" + "".join(rng.choices(_SIGNS, k=7))
    total = sum(_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(front))
    return front + _SIGNS[-total % 31]


def shop(rng: Random) -> str:
    """Return the name of a shop."""
    return _brand(rng) + rng.choices(*_list("trades"))[0]


def firm(rng: Random) -> str:
    """Return the name of a company."""
    return f"{_brand(rng)}{rng.choices(*_list('firms'))[0]}有限公司"


def _brand(rng: Random) -> str:
    return rng.choices(*_list("brands"))[0]

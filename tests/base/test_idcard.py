from __future__ import annotations

from datetime import date

import pytest

from svcctl.base import idcard


def proper(first: str) -> str:
    return first + idcard.check_digit(first)


@pytest.mark.parametrize(
    "first",
    [
        "44190019800101001",  # Dongguan, a code younger than its holder
        "46000319900307447",  # Danzhou
        "83000019900307447",  # residence permit, Taiwan
        "99999919900307447",  # no county at all: not ours to judge
    ],
)
def test_fault_never_judges_the_county_code(first: str) -> None:
    assert idcard.fault(proper(first)) is None


def test_fault_known_good_number_with_x() -> None:
    assert idcard.fault("11010519491231002X") is None


@pytest.mark.parametrize(
    ("number", "what"),
    [
        ("110105194912310021", "check"),
        ("110105199002300020", "date"),
        ("11010500001231002X", "date"),
        ("1101051949123100", "form"),
        ("110105900307447", None),
        ("110105901307447", "date"),
        ("", "form"),
        ("11010519491231002x", "form"),
    ],
)
def test_fault_names_what_is_wrong(number: str, what: str | None) -> None:
    assert idcard.fault(number) == what


def test_normalise_folds_what_people_type() -> None:
    assert idcard.normalise(" 110105 19491231-００２ｘ") == "11010519491231002X"


def test_birthday_of_old_and_new_cards() -> None:
    assert idcard.birthday("11010519491231002X") == date(1949, 12, 31)
    assert idcard.birthday("110105491231002") == date(1949, 12, 31)


def test_company_code_check_digit() -> None:
    assert idcard.company_fault("91350100M000100Y43") is None
    assert idcard.company_fault("91350100M000100Y44") == "check"
    assert idcard.company_fault("91350100M000100Y4") == "form"


def test_mask_keeps_both_ends() -> None:
    assert idcard.mask("110101199003074477") == "110101********4477"
    assert idcard.mask("E12345678") == "E1*****78"
    assert idcard.mask("123") == "***"

from __future__ import annotations

import pytest

from svcctl.base import phones
from svcctl.base.errors import UsageProblem


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("１３８－００１３－８０００", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("0086-13800138000", "13800138000"),
        ("010-65551234", "010-65551234"),
        ("（０１０）6555 1234 转 801", "010-65551234-801"),
        ("010-65551234转分机801", "010-65551234-801"),
        ("02165551234 ext. 5", "021-65551234-5"),
        ("0755-8888-6666", "0755-88886666"),
        ("0371 6555123", "0371-6555123"),
        ("+86 10 6555 1234", "010-65551234"),
        ("+86-871-63151234", "0871-63151234"),
        ("400-810-1234", "4008101234"),
        ("110", "110"),
        ("12345", "12345"),
        ("95588", "95588"),
        ("+852 9123 4567", "+85291234567"),
    ],
)
def test_normalise_possible_numbers_have_one_form(typed: str, kept: str) -> None:
    assert phones.normalise(typed) == kept
    assert phones.normalise(kept) == kept


@pytest.mark.parametrize(
    "typed", ["", "abc", "12", "65551234", "1380013800", "12800138000", "010-6555123", "+861380013"]
)
def test_normalise_impossible_numbers_are_none(typed: str) -> None:
    assert phones.normalise(typed) is None


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800138000", "138****8000"),
        ("010-65551234-801", "010-****1234-801"),
        ("4008101234", "4008101234"),
        ("110", "110"),
        ("55512", "*****"),
    ],
)
def test_mask_hides_only_private_numbers(number: str, shown: str) -> None:
    assert phones.mask(number) == shown


def test_tail_is_the_last_four_digits_without_extension() -> None:
    assert phones.tail("010-65551234-801") == "1234"
    assert phones.tail("13800138000") == "8000"
    assert phones.tail("4008101234") == ""


def test_a_number_typed_is_read_or_refused_with_how_to_write_it() -> None:
    assert phones.parse("138 0013 8000") == "13800138000"
    with pytest.raises(UsageProblem):
        phones.parse("12345678")
    with pytest.raises(UsageProblem, match="'1380013' is no telephone number") as caught:
        phones.parse("1380013")
    assert "010-65551234" in caught.value.hints[0]

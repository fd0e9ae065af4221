"""The catalogue that is searched says what gettext's own reader says."""

from __future__ import annotations

import gettext
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.catalogue import Catalogue
from svcctl.locale.update import MO

DATA = MO.read_bytes()
THEIRS = gettext.GNUTranslations(io.BytesIO(DATA))
OURS = Catalogue(DATA)
IDS = sorted(
    one if isinstance(one, str) else one[0]
    for one in THEIRS._catalog  # type: ignore[attr-defined]
    if one
)


def test_every_message_is_found() -> None:
    # Of those with a plural the library's own answer differs between versions of Python.
    single = [one for one in IDS if one in THEIRS._catalog]  # type: ignore[attr-defined]
    assert len(single) > 500
    assert [OURS.gettext(one) for one in single] == [THEIRS.gettext(one) for one in single]


@pytest.mark.parametrize("number", [0, 1, 2, 11])
def test_numbers_have_one_form(number: int) -> None:
    several = [one[0] for one in THEIRS._catalog if isinstance(one, tuple)]  # type: ignore[attr-defined]
    assert several
    for one in several:
        assert OURS.ngettext(one, "many", number) == THEIRS.ngettext(one, "many", number)


@given(st.text() | st.sampled_from(IDS).map(lambda one: one[:-1]))
def test_what_is_not_there_stays_as_it_is(message: str) -> None:
    if message and message not in IDS:
        assert OURS.gettext(message) == message
        assert OURS.ngettext(message, "many", 2) == "many"


@pytest.mark.parametrize("data", [b"", b"\x95\x04\x12\xde" + DATA[4:], b"msgid"])
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no catalogue"):
        Catalogue(data)

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from svcctl.base.errors import RefusedError
from svcctl.book.book import Book
from svcctl.upkeep.founding import found
from tests.support.builders import folder

DAY, NEXT = date(2019, 1, 2), date(2019, 1, 3)


def test_many_ids_come_in_the_order_asked_for_and_go_on_where_mint_left_off(
    tmp_path: Path,
) -> None:
    found(tmp_path / "book", "枫林苑", "Asia/Shanghai", "en")
    with Book(tmp_path / "book").begin("test") as change:
        assert change.mint("ticket", DAY) == "T190102-A01"
        assert change.mint_many("ticket", [NEXT, DAY, DAY, NEXT]) == [
            "T190103-A01", "T190102-A02", "T190102-A03", "T190103-A02",
        ]  # fmt: skip
        assert change.mint("ticket", DAY) == "T190102-A04"
        assert change.mint_many("resident", [None, None]) == ["R-A0001", "R-A0002"]
        assert change.mint("resident") == "R-A0003"


def test_many_ids_are_never_given_again_by_a_later_transaction(tmp_path: Path) -> None:
    found(tmp_path / "book", "枫林苑", "Asia/Shanghai", "en")
    book = Book(tmp_path / "book")
    given = []
    for _turn in range(2):
        with book.begin("test") as change:
            given += change.mint_many("ticket", [DAY] * 60)
    assert len(set(given)) == 120
    assert given[-1] == "T190102-A120"


def test_a_folder_that_is_no_desk_mints_none(tmp_path: Path) -> None:
    book = Book(folder(tmp_path / "book"))
    with book.begin("test") as change, pytest.raises(RefusedError):
        change.mint_many("ticket", [DAY])

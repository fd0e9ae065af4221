"""What the models say about a broken record reaches people in their language, never pydantic's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import time
from typing import Any

import pytest

from svcctl.base import i18n
from svcctl.base import wording
from svcctl.book import guard
from svcctl.book import toml
from svcctl.kinds import KINDS
from svcctl.kinds import kind_of
from tests.support.transcript import ROOT

BOOK = ROOT / "records"
EXAMPLES = 3
# What a TOML file can hold in place of any value.
WRONG: tuple[Any, ...] = (
    True, 7, -1, 1.5, float("nan"), 2**63 - 1, "", "x" * 30_000, "no such", "a\nb", "2026-01-01",
    [], [1], ["", ""], {}, {"a": 1}, date(2026, 1, 1), time(1, 2),
    datetime(2026, 1, 1), datetime(2026, 1, 1, microsecond=5, tzinfo=UTC),
)  # fmt: skip


def examples(name: str) -> list[dict[str, Any]]:
    found = [
        path
        for path in sorted(BOOK.rglob("*.toml"))
        if (kind := kind_of(path.relative_to(BOOK).as_posix())) and kind.name == name
    ]
    return [toml.parse(path.read_bytes()) for path in found[:EXAMPLES]]


def places(value: object, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        yield (*at, "strange")
        for key in value:
            yield (*at, key)
            yield from places(value[key], (*at, key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield (*at, place)
            yield from places(one, (*at, place))


def put(value: Any, at: tuple[Any, ...], new: object) -> Any:
    if not at:
        return new
    if isinstance(value, dict):
        return {**value, at[0]: put(value.get(at[0]), at[1:], new)}
    return [put(one, at[1:], new) if place == at[0] else one for place, one in enumerate(value)]


@pytest.mark.parametrize("name", KINDS)
def test_no_shape_of_a_record_is_told_in_the_words_of_pydantic(name: str) -> None:
    i18n.use("zh")
    records = examples(name)
    assert records
    said = {
        wording.message(finding)
        for record in records
        for at in places(record)
        for new in WRONG
        for finding in guard.shape(KINDS[name], put(record, at, new))
        if finding.code == "SCH106"  # the code that carries words of others
    }
    assert said <= {"无效：时间只记到秒", "无效：不是 1900 年至 2199 年之间的时间"}


def test_a_number_out_of_bounds_is_told_in_our_words() -> None:
    i18n.use("zh")
    found = guard.shape(KINDS["policy"], {"id": "2026-01-01", "callback": {"attempts": 0}})
    told = {one.where: wording.hint(one) for one in found if one.code == "SCH104"}
    assert told == {("callback", "attempts"): "应为：不小于 1"}

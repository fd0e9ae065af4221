"""The handbook in force on a day: later files override and inherit, and nothing reaches back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.record import Record
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.lookup import Policy
from tests.support.builders import ZONE
from tests.support.handbooks import handbook
from tests.support.handbooks import limit
from tests.support.handbooks import policy
from tests.support.handbooks import shipped

DUTIES = ("reply", "answer", "done")
KINDS = ("*", "complaint", "repair")
SEVERITIES = ("", "major")

rows = st.builds(
    limit, st.sampled_from(DUTIES), st.sampled_from(["1h", "2d", "off"]), st.sampled_from(KINDS),
    st.sampled_from(SEVERITIES),
)  # fmt: skip
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
policies = st.lists(
    st.builds(lambda day, some: policy(str(day), *some), days, st.lists(rows, max_size=6)),
    max_size=5,
    unique_by=lambda file: file["id"],
)


def slow_limit(files: list[Record], day: date, duty: str, kind: str, severity: str) -> str | None:
    """Return the limit in force: the last word of the files up to the day, closest key first."""
    told = sorted(file["id"] for file in files)
    heard = [one for one in told if one <= str(day)] or told[:1]
    for wanted in ((kind, severity), ("*", severity), (kind, ""), ("*", "")):
        for name in reversed(heard):
            (file,) = [each for each in files if each["id"] == name]
            for row in reversed(file["limit"]):
                if (row["duty"], row["kind"], row.get("severity", "")) == (duty, *wanted):
                    return None if row["within"] == "off" else str(row["within"])
    return None


@given(
    policies, days, st.sampled_from(DUTIES), st.sampled_from(KINDS[1:]), st.sampled_from(SEVERITIES)
)
def test_limits_are_the_last_word_said_about_the_closest_key(
    files: list[Record], day: date, duty: str, kind: str, severity: str
) -> None:
    found = Handbook(files, {}, ZONE, "").policy(day).limits(kind, severity)
    within = [one.within for one in found if one.duty == duty]
    assert within == [said for said in [slow_limit(files, day, duty, kind, severity)] if said]


@given(
    policies, days, days, st.sampled_from(KINDS[1:]), st.sampled_from(SEVERITIES), st.lists(rows)
)
def test_file_dated_later_changes_nothing_before(
    files: list[Record],
    day: date,
    other: date,
    kind: str,
    severity: str,
    more: list[dict[str, Any]],
) -> None:
    files = [policy("2025-01-01", limit("reply", "1h")), *files]
    early, late = sorted((day, other))
    added = policy(str(late + timedelta(days=1)), *more)
    files = [file for file in files if file["id"] != added["id"]]
    before = Handbook(files, {}, ZONE, "").policy(early).limits(kind, severity)
    assert Handbook([added, *files], {}, ZONE, "").policy(early).limits(kind, severity) == before


def test_later_file_overrides_what_it_states_and_inherits_the_rest() -> None:
    first = policy(
        "2026-01-01", limit("reply", "24h"), limit("done", "3d"), time={"late_entry": "24h"},
        option=[{"list": "channel", "key": "phone", "zh": "来电", "abbr": "ld", "en": "phone"},
                {"list": "channel", "key": "visit", "zh": "来访", "abbr": "lf", "en": "visit"}],
    )  # fmt: skip
    second = policy(
        "2026-07-01", limit("reply", "2h"),
        option=[{"list": "channel", "key": "phone", "zh": "电话", "abbr": "dh", "en": "phone"},
                {"list": "channel", "key": "app", "zh": "小程序", "abbr": "xcx", "en": "app"}],
    )  # fmt: skip
    book = handbook(second, first)
    old, new = book.policy(date(2026, 6, 30)), book.policy(date(2026, 7, 1))
    assert {one.duty: one.within for one in old.limits("complaint", "")} == {
        "reply": "24h",
        "done": "3d",
    }
    assert {one.duty: one.within for one in new.limits("complaint", "")} == {
        "reply": "2h",
        "done": "3d",
    }
    assert {one.duty: one.policy for one in new.limits("complaint", "")} == {
        "reply": "2026-07-01", "done": "2026-01-01",
    }  # fmt: skip
    assert [one.zh for one in new.options("channel")] == ["电话", "来访", "小程序"]
    assert [one.zh for one in old.options("channel")] == ["来电", "来访"]
    assert new.setting("time", "late_entry") == "24h"
    assert book.days() == [date(2026, 1, 1), date(2026, 7, 1)]


def test_off_takes_a_limit_away() -> None:
    book = handbook(shipped(), policy("2026-07-01", limit("reply", "off")))
    assert "reply" not in {
        one.duty for one in book.policy(date(2026, 7, 1)).limits("complaint", "")
    }


def test_handbook_without_policies_has_no_limits() -> None:
    empty = Handbook([], {}, ZONE, "").policy(date(2026, 1, 1))
    assert empty.limits("complaint", "major") == []
    assert empty.options("channel") == []
    assert empty.setting("time", "late_entry", "x") == "x"


@pytest.mark.parametrize(
    "file",
    [
        {},
        {"id": "soon"},
        {"id": "2026-13-01"},
        {"id": 5},
        {"id": None, "limit": [limit("reply", "1h")]},
    ],
)
def test_file_without_a_day_is_left_out(file: Record) -> None:
    assert Handbook([file], {}, ZONE, "").days() == []


@pytest.mark.parametrize("table", [5, "x", [5], [{}], {}, [{"duty": []}], None])
def test_broken_tables_read_as_far_as_they_go(table: object) -> None:
    made = Policy([{"id": "2026-01-01", "limit": table, "option": table}])
    assert made.limits("complaint", "major") == []
    assert made.options("channel") == []


ROLES = {
    "role": [
        {"key": "agent", "zh": "客服", "en": "agent"},
        {"key": "old", "zh": "旧", "en": "old", "until": date(2026, 6, 30)},
        {"key": "new", "zh": "新", "en": "new", "since": date(2026, 7, 1)},
    ]
}


@pytest.mark.parametrize(
    "day, keys", [("2026-06-30", ["agent", "old"]), ("2026-07-01", ["agent", "new"])]
)
def test_roles_are_dated_and_both_days_count(day: str, keys: list[str]) -> None:
    book = Handbook([], ROLES, ZONE, "")
    assert [one["key"] for one in book.roles(date.fromisoformat(day))] == keys
    assert book.role_keys() == {"agent", "old", "new"}


@pytest.mark.parametrize("day", [date.min, date.max])
def test_role_without_days_is_always_in_use(day: date) -> None:
    assert "agent" in {one["key"] for one in Handbook([], ROLES, ZONE, "").roles(day)}


def test_shipped_limits_name_where_they_come_from() -> None:
    limits = handbook().policy(date(2026, 1, 1)).every_limit()
    assert limits
    assert all(one.rule and one.owner for one in limits)


def test_roles_are_read_when_they_are_asked_for_and_once() -> None:
    asked: list[int] = []

    def read() -> Mapping[str, Any]:
        asked.append(1)
        return ROLES

    book = Handbook([], read, ZONE, "")
    book.policy(date(2026, 11, 21))
    assert asked == []
    assert book.role_keys() == Handbook([], ROLES, ZONE, "").role_keys()
    assert book.roles(date(2026, 11, 21))
    assert asked == [1]


@given(policies, days, days)
def test_supposing_a_file_of_the_book_changes_nothing_from_its_day_on(
    files: list[Record], day: date, other: date
) -> None:
    whole = Handbook(files, {}, ZONE, "")
    for file in files:
        supposed = whole.supposing(file)
        if other >= date.fromisoformat(file["id"]):
            assert supposed.policy(other).every_limit() == whole.policy(other).every_limit()
    assert (
        whole.policy(day).every_limit() == Handbook(files, {}, ZONE, "").policy(day).every_limit()
    )


def test_a_draft_holds_for_every_day_on_top_of_what_was_before_it() -> None:
    first = policy("2026-01-01", limit("reply", "24h"), limit("done", "3d"))
    later = policy("2026-07-01", limit("done", "2d"))
    book = handbook(first, later)
    draft = policy("2026-12-01", limit("reply", "1h"))
    said = {
        day: {one.duty: one.within for one in book.supposing(draft).policy(day).every_limit()}
        for day in (date(2025, 1, 1), date(2026, 2, 1), date(2026, 8, 1))
    }
    assert said[date(2025, 1, 1)] == said[date(2026, 2, 1)] == {"reply": "1h", "done": "3d"}
    assert said[date(2026, 8, 1)] == {"reply": "1h", "done": "2d"}
    # A draft of an earlier day stands below what came after it.
    early = policy("2026-03-01", limit("reply", "1h"), limit("done", "1d"))
    found = book.supposing(early).policy(date(2026, 8, 1)).every_limit()
    assert {one.duty: one.within for one in found} == {"reply": "1h", "done": "2d"}
    assert [one.within for one in book.policy(date(2026, 8, 1)).every_limit()] == ["24h", "2d"]

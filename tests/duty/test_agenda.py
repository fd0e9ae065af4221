"""Today's list: what is late, what ends today, what comes after, in every zone."""

from __future__ import annotations

from datetime import UTC
from datetime import datetime
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.book.index import Duty
from svcctl.duty.agenda import agenda
from svcctl.duty.agenda import last_needed
from svcctl.kinds import Clock
from tests.support.builders import ZONE
from tests.support.builders import at

NOW = at("2026-11-21 09:12")
NEW_YORK = ZoneInfo("America/New_York")


def duty(due: datetime | None, owner: str = "agent", name: str = "reply", **more: Any) -> Duty:
    """Return a duty that ends then."""
    epoch = None if due is None else int(due.timestamp())
    clock = Clock(name, 0, "opened", "24h", epoch, None, owner, "house", **more)
    return Duty("T261121-A01", "ticket", "p", clock, {})


@pytest.mark.parametrize(
    "due, group",
    [
        ("2026-11-21 09:11", "late"),
        ("2026-11-21 09:12", "today"),
        ("2026-11-22 00:00", "today"),  # 24:00 of today
        ("2026-11-22 00:01", "tomorrow"),
        ("2026-11-23 00:00", "tomorrow"),
        ("2026-11-23 00:01", "week"),
        ("2026-11-29 00:00", "week"),
        ("2026-11-29 00:01", ""),
    ],
)
def test_each_duty_belongs_to_one_group(due: str, group: str) -> None:
    seen = agenda([duty(at(due))], NOW)
    counts = {"late": seen.late, "today": seen.today, "tomorrow": seen.tomorrow, "week": seen.week}
    assert {name for name, count in counts.items() if count} == ({group} - {""})


@given(
    st.lists(st.integers(-3 * 1440, 12 * 1440)),
    st.integers(0, 1439),
    st.sampled_from([ZONE, NEW_YORK, UTC]),
)
def test_counts_and_items_agree_with_a_plain_count(
    minutes: list[int], minute: int, zone: ZoneInfo
) -> None:
    now = (datetime(2026, 10, 30, tzinfo=UTC) + timedelta(minutes=minute)).astimezone(zone)
    ends = [now.astimezone(UTC) + timedelta(minutes=one) for one in minutes]
    horizon = timedelta(days=2)
    seen = agenda([duty(one) for one in ends], now, horizon=horizon)
    midnights = [
        datetime.combine(now.date() + timedelta(days=day), datetime.min.time(), zone).astimezone(
            UTC
        )
        for day in (1, 2, 8)
    ]
    left = [one for one in ends if one >= now]
    assert seen.late == len(ends) - len(left)
    assert seen.today == sum(one <= midnights[0] for one in left)
    assert seen.tomorrow == sum(midnights[0] < one <= midnights[1] for one in left)
    assert seen.week == sum(midnights[1] < one <= midnights[2] for one in left)
    shown = [one for one in ends if (one - now.astimezone(UTC)) <= horizon]
    shown.sort(key=lambda one: one >= now)  # late ones first
    # In UTC: in the hour that comes twice, times of two zones are never equal (PEP 495).
    assert [item.due.astimezone(UTC) for item in seen.items] == shown
    assert [item.left for item in seen.items] == [one - now.astimezone(UTC) for one in shown]


def test_late_is_told_right_in_the_hour_that_comes_twice() -> None:
    first = datetime(2026, 11, 1, 1, 50, tzinfo=NEW_YORK)
    second = datetime(2026, 11, 1, 1, 10, fold=1, tzinfo=NEW_YORK)
    (item,) = agenda([duty(first)], second).items
    assert item.group == "late"
    assert item.left == timedelta(minutes=-20)


def test_only_what_is_kept_is_counted() -> None:
    duties = [duty(at("2026-11-21 08:00"), owner=owner) for owner in ("agent", "li.na", "li.na")]
    seen = agenda(duties, NOW, keep=lambda _duty, owner: owner == "li.na")
    assert (len(seen.items), seen.late) == (2, 2)


def test_duty_that_stands_still_is_not_shown() -> None:
    assert agenda([duty(None)], NOW) == ([], 0, 0, 0, 0)


def test_late_first_then_today_then_what_must_be_completed() -> None:
    duties = [
        duty(at(due), name=name)
        for due, name in (
            ("2026-11-21 08:00", "confirm"),
            ("2026-11-21 08:30", "reply"),
            ("2026-11-21 10:00", "complete"),
            ("2026-11-21 12:00", "done"),
            ("2026-11-23 00:00", "convert"),
            ("2026-11-23 00:00", "sign"),
        )
    ]
    items = agenda(duties, NOW).items
    assert [(item.group, item.duty) for item in items] == [
        ("late", "confirm"),
        ("late", "reply"),
        ("today", "done"),
        ("complete", "complete"),
        ("complete", "convert"),
    ]
    near = agenda(duties, NOW, horizon=timedelta(hours=1)).items
    assert [item.duty for item in near] == ["confirm", "reply", "complete"]


@pytest.mark.parametrize("minute, owner", [(59, "li.na"), (60, "agent"), (61, "agent")])
def test_who_made_it_late_answers_for_it_for_an_hour(minute: int, owner: str) -> None:
    until = int((NOW + timedelta(minutes=60)).timestamp())
    one = duty(at("2026-11-21 08:00"), held="li.na", held_until=until)
    (item,) = agenda([one], NOW + timedelta(minutes=minute)).items
    assert item.owner == owner


@given(
    st.lists(st.integers(-3 * 1440, 20 * 1440)),
    st.integers(0, 1439),
    st.none() | st.integers(0, 15 * 1440),
)
def test_nothing_after_the_last_needed_moment_counts(
    minutes: list[int], minute: int, ahead: int | None
) -> None:
    now = NOW + timedelta(minutes=minute)
    horizon = None if ahead is None else timedelta(minutes=ahead)
    duties = [duty(now + timedelta(minutes=one)) for one in sorted(minutes)]
    last = last_needed(now, horizon)
    needed = [one for one in duties if (one.clock.due or 0) <= last]
    assert agenda(needed, now, horizon=horizon) == agenda(duties, now, horizon=horizon)

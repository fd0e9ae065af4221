"""Limits, pauses, days and moments: against a slow reference and in zones with summer time."""

from __future__ import annotations

from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base import clock
from svcctl.base.clock import Pause
from svcctl.base.errors import UsageProblem

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
CAIRO = ZoneInfo("Africa/Cairo")
ZONES = st.sampled_from([SHANGHAI, NEW_YORK, CAIRO, ZoneInfo("Asia/Kathmandu"), UTC])
START = datetime(2026, 11, 20, 9, 12, tzinfo=SHANGHAI)

moments = st.integers(0, 400 * 24 * 60).map(
    lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)
limits = st.one_of(
    st.integers(0, 5000).map("{}m".format),
    st.integers(0, 500).map("{}h".format),
    st.integers(0, 40).map("{}d".format),
)


@st.composite
def pauses(draw: st.DrawFn, *, open_end: bool = True) -> list[Pause]:
    """Draw spans that may touch, overlap, be empty, turned round, or never end."""
    made = []
    for _turn in range(draw(st.integers(0, 5))):
        start = draw(moments)
        length = draw(st.integers(-100, 5000))
        lasts = open_end and draw(st.integers(0, 9)) == 0
        made.append(Pause(start, None if lasts else start + timedelta(minutes=length)))
    return made


def slow_due(start: datetime, limit: str, zone: ZoneInfo, spans: list[Pause]) -> datetime | None:
    """Count minute by minute: a minute inside any pause does not count."""
    amount, unit = int(limit[:-1]), limit[-1]
    if unit == "d":
        day = start.astimezone(zone).date() + timedelta(days=amount + 1)
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        minutes = int((midnight.timestamp() - start.timestamp()) // 60)
    else:
        minutes = amount * {"m": 1, "h": 60}[unit]
    at = int(start.timestamp()) // 60
    held = [
        (int(one.start.timestamp()) // 60, None if one.end is None else one.end.timestamp() // 60)
        for one in spans
    ]
    while minutes:
        over = [end for begin, end in held if begin <= at and (end is None or at < end)]
        if None in over:
            return None
        minutes -= 0 if over else 1
        at += 1
    return datetime.fromtimestamp(at * 60, UTC)


@given(moments, st.integers(0, 2000), st.sampled_from("mh"), ZONES, pauses())
def test_hours_agree_with_counting_minutes(
    start: datetime, amount: int, unit: str, zone: ZoneInfo, spans: list[Pause]
) -> None:
    limit = f"{amount}m" if unit == "m" else f"{amount % 60}h"
    assert clock.due(start, limit, zone, spans) == slow_due(start, limit, zone, spans)


@given(moments, st.integers(0, 3), ZONES, pauses())
def test_days_agree_with_counting_minutes(
    start: datetime, days: int, zone: ZoneInfo, spans: list[Pause]
) -> None:
    assert clock.due(start, f"{days}d", zone, spans) == slow_due(start, f"{days}d", zone, spans)


@given(moments, limits, ZONES, pauses(), st.data())
def test_splitting_a_pause_changes_nothing(
    start: datetime, limit: str, zone: ZoneInfo, spans: list[Pause], data: st.DataObject
) -> None:
    pieces = []
    for one in spans:
        if one.end is None or one.end <= one.start:
            pieces.append(one)
            continue
        length = int((one.end - one.start).total_seconds())
        cut = one.start + timedelta(seconds=data.draw(st.integers(0, length)))
        pieces += [Pause(cut, one.end), Pause(one.start, cut)]
    shuffled = data.draw(st.permutations(pieces))
    assert clock.due(start, limit, zone, shuffled) == clock.due(start, limit, zone, spans)


@given(moments, limits, ZONES, pauses())
def test_a_pause_told_twice_counts_once(
    start: datetime, limit: str, zone: ZoneInfo, spans: list[Pause]
) -> None:
    assert clock.due(start, limit, zone, spans * 2) == clock.due(start, limit, zone, spans)


@given(moments, st.integers(0, 300), st.integers(0, 300), st.sampled_from("mhd"), ZONES, pauses())
def test_a_longer_limit_never_ends_earlier(
    start: datetime, one: int, two: int, unit: str, zone: ZoneInfo, spans: list[Pause]
) -> None:
    short, long = sorted((one, two))
    early = clock.due(start, f"{short}{unit}", zone, spans)
    late = clock.due(start, f"{long}{unit}", zone, spans)
    assert late is None or (early is not None and early <= late)


@given(moments, limits, ZONES, pauses(open_end=False), pauses(open_end=False))
def test_more_pauses_never_end_earlier(
    start: datetime, limit: str, zone: ZoneInfo, some: list[Pause], more: list[Pause]
) -> None:
    plain = clock.due(start, limit, zone, some)
    held = clock.due(start, limit, zone, some + more)
    assert plain is not None
    assert held is not None
    assert plain <= held


@given(moments, limits, ZONES)
def test_the_zone_of_the_start_does_not_matter(start: datetime, limit: str, zone: ZoneInfo) -> None:
    assert clock.due(start.astimezone(NEW_YORK), limit, zone) == clock.due(start, limit, zone)


@given(moments, st.integers(0, 5000), ZONES)
def test_hours_are_exact(start: datetime, hours: int, zone: ZoneInfo) -> None:
    end = clock.due(start, f"{hours}h", zone)
    assert end is not None
    assert end.timestamp() - start.timestamp() == hours * 3600


@pytest.mark.parametrize(
    "start, limit, zone, end",
    [
        ("2026-11-21 09:12", "0d", SHANGHAI, "2026-11-21 24:00"),
        ("2026-11-21 00:00", "0d", SHANGHAI, "2026-11-21 24:00"),
        ("2026-11-21 23:59", "2d", SHANGHAI, "2026-11-23 24:00"),
        ("2026-12-30 09:00", "2d", SHANGHAI, "2027-01-01 24:00"),
        ("2028-02-27 09:00", "2d", SHANGHAI, "2028-02-29 24:00"),
        ("2026-02-27 09:00", "2d", SHANGHAI, "2026-03-01 24:00"),
        ("2026-01-31 09:00", "10d", SHANGHAI, "2026-02-10 24:00"),
        # The night of 8 March has 23 hours there, that of 1 November 25.
        ("2026-03-07 12:00", "24h", NEW_YORK, "2026-03-08 13:00"),
        ("2026-03-07 12:00", "1d", NEW_YORK, "2026-03-08 24:00"),
        ("2026-10-31 12:00", "24h", NEW_YORK, "2026-11-01 11:00"),
        ("2026-10-31 12:00", "0d", NEW_YORK, "2026-10-31 24:00"),
        ("2026-11-21 09:12", "90m", SHANGHAI, "2026-11-21 10:42"),
    ],
)
def test_limits_by_example(start: str, limit: str, zone: ZoneInfo, end: str) -> None:
    moment = clock.due(datetime.fromisoformat(start).replace(tzinfo=zone), limit, zone)
    assert moment is not None
    assert clock.show_moment(moment, zone, end_of_day=True) == end


def test_pause_over_the_change_of_the_clocks_counts_real_hours() -> None:
    start = datetime(2026, 3, 7, 12, tzinfo=NEW_YORK)
    night = Pause(
        datetime(2026, 3, 8, 0, tzinfo=NEW_YORK), datetime(2026, 3, 8, 6, tzinfo=NEW_YORK)
    )
    held = clock.due(start, "24h", NEW_YORK, [night])
    assert held is not None
    assert held.timestamp() - start.timestamp() == (24 + 5) * 3600


def test_day_without_midnight_ends_when_the_next_begins() -> None:
    # Cairo skips 00:00 to 01:00 on 24 April 2026.
    end = clock.end_of_day(date(2026, 4, 23), CAIRO)
    assert end.astimezone(UTC) == datetime(2026, 4, 23, 22, tzinfo=UTC)


def test_for_ever_is_a_day() -> None:
    assert clock.end_of_day(date.max, SHANGHAI).date() == date.max


@pytest.mark.parametrize(
    "text", ["", "24", "h", "1.5h", "-1h", "01h", "2 d", "24h\n", "2D", "123456h", "２４h", "2w"]
)
def test_what_is_no_limit(text: str) -> None:
    assert not clock.is_limit(text)
    with pytest.raises(UsageProblem, match="not a time limit"):
        clock.due(START, text, SHANGHAI)


@pytest.mark.parametrize("midnight", [True, False])
def test_midnight_is_24_00_only_where_a_day_ends(midnight: bool) -> None:  # noqa: FBT001
    moment = datetime(2027, 1, 1, tzinfo=SHANGHAI)
    shown = clock.show_moment(moment, SHANGHAI, end_of_day=midnight)
    assert shown == ("2026-12-31 24:00" if midnight else "2027-01-01 00:00")


def test_other_times_are_shown_alike() -> None:
    moment = datetime(2026, 11, 21, 9, 12, tzinfo=UTC)
    assert clock.show_moment(moment, SHANGHAI, end_of_day=True) == "2026-11-21 17:12"
    assert clock.show_moment(moment, NEW_YORK) == "2026-11-21 04:12"


@pytest.mark.parametrize(
    "minutes, shown",
    [
        (0, "0m"),
        (59, "59m"),
        (60, "1h 00m"),
        (61, "1h 01m"),
        (1440, "1d 0h 00m"),
        (-1501, "1d 1h 01m"),
    ],
)
def test_spans(minutes: int, shown: str) -> None:
    assert clock.show_span(timedelta(minutes=minutes)) == shown


@pytest.mark.parametrize(
    "text, day",
    [
        ("2026-11-21", "2026-11-21"),
        (" 2026/11/21 ", "2026-11-21"),
        ("2026.11.21", "2026-11-21"),
        ("2026年11月21日", "2026-11-21"),
        ("2026年1月2号", "2026-01-02"),
        ("２０２６－１１－２１", "2026-11-21"),
        ("2026-1-2", "2026-01-02"),
        ("today", "2026-11-20"),
        ("Yesterday", "2026-11-19"),
        ("前天", "2026-11-18"),
        ("后天", "2026-11-22"),
        ("2028-02-29", "2028-02-29"),
    ],
)
def test_days_as_people_write_them(text: str, day: str) -> None:
    assert clock.parse_day(text, START.date()) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026-13-01", "2026-00-10", "0000-01-01", "2026年2月30日"]
)
def test_day_that_does_not_exist(text: str) -> None:
    with pytest.raises(UsageProblem, match=f"there is no day '{text}'"):
        clock.parse_day(text, START.date())


@pytest.mark.parametrize("text", ["", "soon", "21", "11-21", "2026", "20261121", "2026-11-21x"])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(UsageProblem, match="is not a day"):
        clock.parse_day(text, START.date())


@pytest.mark.parametrize(
    "text, moment",
    [
        ("09:12", "2026-11-20 09:12:00"),
        ("9:12", "2026-11-20 09:12:00"),
        ("０９：１２", "2026-11-20 09:12:00"),
        ("09:12:30", "2026-11-20 09:12:30"),
        ("昨天 21:30", "2026-11-19 21:30:00"),
        ("昨天21:30", "2026-11-19 21:30:00"),
        ("Yesterday 21:30", "2026-11-19 21:30:00"),
        ("24:00", "2026-11-21 00:00:00"),
        ("2026-12-31 24:00", "2027-01-01 00:00:00"),
        ("2026-11-21", "2026-11-21 00:00:00"),
        ("2026-11-21T09:12", "2026-11-21 09:12:00"),
        ("2026年11月21日　09：12", "2026-11-21 09:12:00"),
        ("2026-11-21 01:12:00Z", "2026-11-21 09:12:00"),
        ("2026-11-21T01:12:00.75+00:00", "2026-11-21 09:12:00"),
        ("2026-11-21T09:12+0800", "2026-11-21 09:12:00"),
    ],
)
def test_moments_as_people_write_them(text: str, moment: str) -> None:
    assert clock.parse_moment(text, START).isoformat(" ") == f"{moment}+08:00"


@pytest.mark.parametrize(
    "text",
    [
        "25:00", "24:30", "09:60", "9999-12-31 24:00", "2026-02-29 09:00", "2026-13-01T00:00Z",
        "0001-01-01T00:00+23:00", "0001-01-01", "1899-12-31 23:59", "9999-12-31",
        "", "  ", "soon", "09:12 2026-11-21", "9.12", "09:12Z",
    ],
)  # fmt: skip
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(UsageProblem):
        clock.parse_moment(text, START)


def test_hour_that_summer_time_skips_is_no_moment() -> None:
    now = datetime(2026, 3, 8, 12, tzinfo=NEW_YORK)
    with pytest.raises(UsageProblem, match="there is no moment '02:30'"):
        clock.parse_moment("02:30", now)
    assert clock.parse_moment("03:30", now).utcoffset() == timedelta(hours=-4)


def test_day_whose_midnight_is_skipped_is_a_moment() -> None:
    now = datetime(2026, 4, 24, 12, tzinfo=CAIRO)
    assert (
        clock.parse_moment("2026-04-24", now).timestamp()
        == datetime(2026, 4, 23, 22, tzinfo=UTC).timestamp()
    )


@given(st.text(max_size=30))
def test_reading_a_moment_ends_in_a_moment_or_a_usage_problem(text: str) -> None:
    try:
        made = clock.parse_moment(text, START)
    except UsageProblem:
        return
    assert made.tzinfo is not None
    assert not made.microsecond


@given(moments, ZONES)
def test_what_is_written_is_read_back(moment: datetime, zone: ZoneInfo) -> None:
    text = moment.astimezone(zone).isoformat(" ")
    assert clock.parse_moment(text, START) == moment


@pytest.mark.parametrize("minutes, shown", [(61, "1h 01m"), (1439, "23h 59m"), (-1501, "1d 1h")])
def test_spans_in_a_list_are_to_the_hour_from_a_day_on(minutes: int, shown: str) -> None:
    assert clock.show_days(timedelta(minutes=minutes)) == shown

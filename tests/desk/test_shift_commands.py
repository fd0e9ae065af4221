"""Shifts at the terminal: from the first minute of a new clerk to the handover (SHF-01 …)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from svcctl.base.record import Record
from svcctl.book.book import Book
from tests.support.transcript import World

ROSTER = """\
[[row]]
shift = "day"
staff = [
    "wang.fang",
]

[[row]]
shift = "midday"
staff = [
    "li.na",
]

[[row]]
shift = "night"
staff = [
    "zhao.qiang",
]
standin = "chen.an"
"""


@pytest.fixture
def desk(world: World) -> Iterator[World]:
    """A book with four colleagues and two units; nobody is at the desk."""
    world.environ = world.environ | {"SVCCTL_BOOK": "b"}
    world.now = "2026-11-01 09:00"
    for command in (
        "init b --estate 翠湖花园 --lang en",
        "staff new 王芳 --id wang.fang --role agent",
        "staff new 李娜 --id li.na --role agent",
        "staff new 赵强 --id zhao.qiang --role repairer",
        "staff new 陈安 --id chen.an --role guard",
        "unit new 3-2-1501 3-2-1502",
    ):
        run(world, command)
    yield world
    checked = run(world, "validate")
    assert "nothing wrong" in checked, checked


def run(desk: World, command: str, status: int = 0, now: str = "") -> str:
    if now:
        desk.now = f"2026-11-{now}" if " " in now else f"2026-11-21 {now}"
    done = desk.run(f"svcctl {command}")
    assert done.status == status, done.output
    return done.output


def with_roster(desk: World) -> None:
    (desk.folder / "b/handbook/roster.toml").write_text(ROSTER, encoding="utf-8")


def shifts(desk: World) -> list[Record]:
    return list(Book(desk.folder / "b").records("shift"))


def tickets(desk: World) -> list[Record]:
    return list(Book(desk.folder / "b").records("ticket"))


# Coming.


def test_first_command_of_a_new_clerk(desk: World) -> None:
    told = run(desk, "shift start 王芳", now="09:12")
    assert "王芳 (wang.fang) is at the desk" in told
    assert "S261121-A01: day shift 2026-11-21, 08:30-17:30" in told
    assert "roster" not in told
    made = shifts(desk)[0]
    assert (made["name"], made["on"], made["status"]) == ("day", ["wang.fang"], "open")
    run(desk, "log repair 漏水")
    # Said again, nothing changes; a second colleague joins the same shift.
    run(desk, "shift start 王芳", now="09:30")
    assert shifts(desk) == [made]
    assert "'wang.fang' was typing here" in run(desk, "shift start li.na", now="09:40")
    assert [one["on"] for one in shifts(desk)] == [["wang.fang", "li.na"]]


def test_clone_that_is_no_desk_still_knows_who_is_typing(desk: World) -> None:
    desk.run("rm -r b/.svcctl")
    told = run(desk, "shift start 王芳", now="09:12")
    assert "no shift record was opened" in told
    assert run(desk, "shift show").startswith("wang.fang")
    assert shifts(desk) == []
    assert "wang.fang has left the desk" in run(desk, "shift end")
    # Claimed anew, so that its entries have a desk.
    run(desk, "desk claim B")


def test_who_left_and_who_is_unknown_begin_no_shift(desk: World) -> None:
    run(desk, "staff edit li.na --left --when 2026-11-20")
    assert "left on 2026-11-20" in run(desk, "shift start li.na", 4, now="09:12")
    run(desk, "shift start 李四", 3)
    run(desk, "shift start", 4)
    assert shifts(desk) == []


@pytest.mark.parametrize(
    "now, name, said",
    [
        ("08:15", "wang.fang", "in time: 15m before the shift"),
        ("08:25", "wang.fang", "5m before the shift; the handbook asks for 15m"),
        ("08:42", "wang.fang", "12m late for the shift"),
        ("17:16", "zhao.qiang", "14m before the shift; the handbook asks for 15m"),
        ("11:45", "li.na", "in time: 15m before the shift"),
    ],
)
def test_roster_tells_who_is_late_and_stops_nobody(
    desk: World, now: str, name: str, said: str
) -> None:
    """NUM-07, SHF-09."""
    with_roster(desk)
    told = run(desk, f"shift start {name}", now=now)
    assert said in told
    assert "on the roster: " in told
    assert "late" not in run(desk, "shift start chen.an")


@pytest.mark.parametrize(
    "now, given, shift",
    [
        ("21 16:00", "", "day 2026-11-21"),
        ("21 17:15", "", "night 2026-11-21"),
        ("21 16:00", "--shift 夜班", "night 2026-11-21"),
        ("22 03:00", "", "night 2026-11-21"),
        ("22 08:14", "", "night 2026-11-21"),
        ("22 08:15", "", "day 2026-11-22"),
        ("21 12:10", "--shift midday", "midday 2026-11-21"),
        ("21 12:10", "", "day 2026-11-21"),
        ("22 08:20", '--when "2026-11-22 03:00"', "night 2026-11-21"),
    ],
)
def test_shift_is_that_of_the_hour(desk: World, now: str, given: str, shift: str) -> None:
    """GAP-27: a night belongs to the day on which it begins."""
    run(desk, f"shift start zhao.qiang {given}", now=now)
    made = shifts(desk)[0]
    assert f"{made['name']} {made['day']}" == shift
    assert made["id"] == f"S{made['day']:%y%m%d}-A01"


def test_summer_timetable(desk: World) -> None:
    """SHF-18, NUM-05."""
    desk.now = "2026-07-01 17:40"
    assert "day shift 2026-07-01, 08:30-18:00" in run(desk, "shift start wang.fang")


# Leaving and standing in.


def test_called_away_at_night(desk: World) -> None:
    """SHF-07, EMG-06."""
    run(desk, "shift start zhao.qiang", now="17:20")
    refused = run(desk, "shift leave --why 水管爆裂", 4, now="23:00")
    assert "nobody would be at the desk" in refused
    assert "svcctl shift leave --standin NAME" in refused
    assert "is no guard" in run(desk, "shift leave --standin li.na")
    assert run(desk, "shift show").startswith("li.na")
    run(desk, 'shift line "门岗来电" --done "已转告"', now="23:10")
    run(desk, "shift start zhao.qiang", now="23:50")
    assert shifts(desk)[0]["on"] == ["zhao.qiang"]
    assert "is no guard" not in run(desk, "shift leave --standin chen.an", now="23:55")
    assert shifts(desk)[0]["standin"] == "chen.an"


def test_one_of_two_may_leave(desk: World) -> None:
    run(desk, "shift start wang.fang", now="09:00")
    run(desk, "shift start li.na")
    told = run(desk, "shift leave 王芳 --why 开会", now="10:00")
    assert "at the desk of 'S261121-A01': 李娜" in told
    assert run(desk, "shift show").startswith("li.na")
    assert "is not on" in run(desk, "shift leave wang.fang", 4)
    run(desk, "shift leave", 4)


# The work log.


def test_line_keeps_the_number_with_the_resident_and_shows_a_mask(desk: World) -> None:
    """REC-07; the full number stands nowhere in the record."""
    run(desk, "resident new 孙丽 --kind owner --unit 3-2-1501 --phone 13800138000")
    run(desk, "shift start zhao.qiang", now="20:00")
    said = (
        'shift line 报修 3栋2单元1501 "厨房漏水" --name 孙丽 --phone 13800138000 --note 方便:周六'
    )
    assert run(desk, said, now="21:40").startswith("S261121-A01/2A\n")
    run(desk, 'shift line 投诉 "13911112222 来电说太吵" --name 马阿姨 --urgent', now="21:50")
    path = next((desk.folder / "b/shifts").rglob("*.toml"))
    text = path.read_text("utf-8")
    assert "13800138000" not in text
    assert "13911112222" not in text
    first, second = (one["line"] for one in shifts(desk)[0]["log"][1:])
    assert (first["resident"], first["contact"], first["unit"]) == (
        "R-A0001", "138****8000", "3-2-1501",
    )  # fmt: skip
    assert (second["contact"], second["kind"], second["urgent"]) == (
        "139****2222", "complaint", True,
    )  # fmt: skip
    card = Book(desk.folder / "b").get("resident", second["resident"])
    assert (card["name"], card["private"]["phones"]) == ("马阿姨", ["13911112222"])


def test_no_words_of_a_record_show_a_number(desk: World) -> None:
    run(desk, "shift start zhao.qiang", now="20:00")
    run(desk, "shift line 报修 漏水 --name 13800138001 --place 13800138002 --note 13800138003")
    run(desk, "shift done 2A 已回电13800138004")
    run(desk, "shift end --to 王芳 --left 电13800138005 --note 电13800138006")
    run(desk, "shift start 王芳")
    run(desk, "shift accept --note 电13800138007")
    path = min((desk.folder / "b/shifts").rglob("*.toml"))
    text = path.read_text("utf-8")
    assert "1380013800" not in text
    assert text.count("138****800") == 8


def test_line_is_never_blocked(desk: World) -> None:
    """No shift, no kind, no unit that the book knows: words are enough."""
    run(desk, "--as zhao.qiang shift line 后门 有人按铃", now="22:10")
    made = shifts(desk)[0]
    assert (made["name"], made["on"], made["log"][1]["line"]["unit_said"]) == (
        "night", ["zhao.qiang"], "后门",
    )  # fmt: skip
    run(desk, f'--as zhao.qiang shift line "{"长" * 300}"')
    assert shifts(desk)[0]["log"][2]["note"] == "长" * 300


@pytest.mark.parametrize(
    "words, status",
    [
        ("a b c d", 2),
        ('"  "', 2),
        ("漏水 --kind 抱怨", 2),
        ("漏水 --channel fone", 2),
        ("漏水 --resident R-A0009", 2),
        ("漏水 --phone 12345678901234", 2),
        ('漏水 --when "2026-11-21 23:00"', 4),
    ],
)
def test_impossible_line_is_named_and_nothing_is_written(
    desk: World, words: str, status: int
) -> None:
    run(desk, "shift start zhao.qiang", now="21:00")
    before = shifts(desk)
    run(desk, f"shift line {words}", status)
    assert shifts(desk) == before


def test_line_that_is_done_leaves_nothing(desk: World) -> None:
    run(desk, "shift start zhao.qiang", now="21:00")
    assert "open until" not in run(desk, 'shift line "灯不亮" --done "已换灯泡"')
    assert "open until" not in run(desk, "shift line 记事 巡查正常")
    assert "svcctl shift done 5A" in run(desk, "shift line 报修 漏水")
    assert "urgent" in run(desk, "shift line 报修 爆管 --urgent")
    run(desk, "shift done 5A A01/6A 已修好", now="23:00")
    assert run(desk, "due --within 2d --format ids") == ""
    assert "is done" in run(desk, "shift done A01/5A again", 4)
    run(desk, "shift done 5A again", 3)
    run(desk, "shift done 5A", 2)


# The handover.


def a_night(desk: World) -> None:
    """Write a night with two lines that are left, one at each side of midnight."""
    run(desk, "shift start zhao.qiang", now="17:20")
    run(desk, "shift line 报修 3-2-1501 厨房漏水 --name 孙丽", now="21:40")
    run(desk, "shift line 投诉 后门 太吵", now="22 02:10")


def test_unconverted_line_is_due_at_the_handover(desk: World) -> None:
    """RPT-07, NUM-09; VAR-29: an urgent one at once."""
    a_night(desk)
    run(desk, "shift line 报修 爆管 --urgent", now="22 03:00")
    rows = [json.loads(row) for row in run(desk, "due --format jsonl", now="22 08:00").splitlines()]
    assert [(row["what"], row["due"][11:16], row["late"], row["owner"]) for row in rows] == [
        ("爆管", "03:00", True, "agent"),
        ("厨房漏水", "08:30", False, "agent"),
        ("太吵", "08:30", False, "agent"),
    ]
    assert "svcctl shift convert S261121-A01" in run(desk, "due")
    assert "late" in run(desk, "due --check", 1, now="22 09:00")


def test_conversion_makes_tickets_that_came_in_when_the_lines_did(desk: World) -> None:
    a_night(desk)
    assert "named if they cannot wait: S261121-A01/2A, S261121-A01/3A" in run(desk, "shift convert")
    run(desk, "shift start wang.fang", now="22 08:16")
    told = run(desk, "shift convert").splitlines()
    assert told == [
        "T261122-A01",
        "S261121-A01/2A -> T261122-A01",
        "T261122-A02",
        "S261121-A01/3A -> T261122-A02",
        "2 tickets made",
    ]
    first, second = tickets(desk)
    assert (first["line"], first["unit"], first["caller"]) == (
        "S261121-A01/2A", "3-2-1501", "孙丽",
    )  # fmt: skip
    assert (second["kind"], second["unit_said"]) == ("complaint", "后门")
    assert f"{first['log'][0]['when']:%d %H:%M}" == "21 21:40"
    assert first["log"][0]["by"] == "wang.fang"
    assert "no line waits" in run(desk, "shift convert")
    again = run(desk, "shift convert S261121-A01/2A", 4)
    assert "is ticket 'T261122-A01' already" in again
    # The routing runs from the handover, the answer from the call.
    clocks = json.loads(run(desk, "explain T261122-A02 --format jsonl"))["clocks"]
    starts = {one["duty"]: one["start"][11:16] for one in clocks}
    assert (starts["contact"], starts["reply"]) == ("08:30", "02:10")


def test_line_that_nobody_converts_is_raised_once(desk: World) -> None:
    """SHF-06, CMP-34: as anything that is late."""
    a_night(desk)
    run(desk, "escalate --all --format ids", now="22 08:29")
    assert len(shifts(desk)[0]["log"]) == 3
    for _again in range(2):
        run(desk, "escalate --all", now="22 08:50")
    names = [one["n"] for one in shifts(desk)[0]["log"][3:]]
    assert names == ["auto/escalate/convert-2a/2", "auto/escalate/convert-3a/2"]
    run(desk, "--as wang.fang shift convert")
    assert run(desk, "escalate --format ids", now="30 08:50").count("S261121") == 0


def test_conversion_of_named_lines_all_or_none(desk: World) -> None:
    a_night(desk)
    run(desk, "shift line 记事 巡查正常", now="22 03:00")
    run(desk, "shift convert 2A S261121-A01/4A", 4)
    run(desk, "shift convert 2A S261121-A01/9A", 4)
    run(desk, "shift convert 9A", 3)
    assert tickets(desk) == []
    run(desk, "shift convert 2A 2a --kind 投诉")
    assert [one["kind"] for one in tickets(desk)] == ["complaint"]
    run(desk, "shift convert S261121-A01")
    assert [one["kind"] for one in tickets(desk)] == ["complaint", "complaint"]
    assert "no open line" in run(desk, "shift convert S261121-A01", 4)


def test_shift_ends_when_somebody_follows(desk: World) -> None:
    """SHF-13, NUM-06."""
    a_night(desk)
    refused = run(desk, "shift end", 4, now="22 08:28")
    assert "nobody has come to relieve" in refused
    assert "svcctl shift end --to NAME" in refused
    run(desk, "shift end --to zhao.qiang", 4)
    told = run(desk, "shift end --to 王芳 --left 等配件 --note 停水 --tools 对讲机")
    assert "zhao.qiang has left the desk" in told
    assert "not counted: 手电筒" in told
    assert "nobody is acting" in run(desk, "log repair x", 4)
    told = run(desk, "shift start 王芳")
    assert "waits to be accepted: svcctl shift accept" in told
    assert "handed over to wang.fang" in run(desk, "shift accept")
    run(desk, "shift accept", 3)


def test_successor_who_is_the_same_or_does_not_accept(desk: World) -> None:
    """SHF-09, SHF-12: whoever had it stays until it is put right."""
    a_night(desk)
    run(desk, "shift start wang.fang", now="22 08:16")
    assert "S261121-A01 (night shift 2026-11-21) is not ended yet" in run(desk, "shift start li.na")
    assert "S261121-A01 is ended; 2 open lines" in run(desk, "--as zhao.qiang shift end --tools 齐")
    assert "somebody else accepts" in run(desk, "--as zhao.qiang shift accept", 4)
    told = run(desk, "shift accept --defect 台面未清理")
    assert "zhao.qiang stays until that is put right" in told
    assert shifts(desk)[0]["status"] == "open"
    assert "svcctl --as zhao.qiang shift end S261121-A01" in told
    run(desk, "--as zhao.qiang shift end S261121-A01", now="22 08:40")
    run(desk, "shift accept S261121-A01")
    assert shifts(desk)[0]["status"] == "handed-over"
    # Nobody else's shift ended meanwhile.
    assert run(desk, "shift show").startswith("li.na")


def test_ending_what_another_has_not_begun_leaves_the_desk_as_it_is(desk: World) -> None:
    run(desk, "shift start wang.fang", now="21 09:00")
    told = run(desk, "--as zhao.qiang shift end", 4)
    assert "'zhao.qiang' has no shift that could be ended" in told
    assert run(desk, "shift show").startswith("wang.fang")


def test_shift_of_another_is_accepted_before_the_own_that_waits(desk: World) -> None:
    """SHF-12: nobody accepts what they ended, and it does not hide what they can accept."""
    run(desk, "shift start wang.fang", now="20 17:20")
    run(desk, "shift end --to zhao.qiang", now="21 08:20")
    run(desk, "shift start zhao.qiang", now="21 08:25")
    run(desk, "shift end --to wang.fang", now="21 17:20")
    run(desk, "shift start wang.fang", now="21 17:22")
    assert "S261121-A01 is handed over to wang.fang" in run(desk, "shift accept")
    run(desk, "--as zhao.qiang shift accept")


def test_sheet_says_what_the_next_shift_needs(desk: World) -> None:
    """REC-10, SHF-10, SHF-11: and stays as it was, whatever is done later."""
    run(desk, "shift start wang.fang", now="21 16:00")
    run(desk, "log repair 3-2-1502 门铃不响", now="16:30")
    run(desk, "log complaint 3-2-1501 电梯困人 --severity major", now="16:40")
    run(desk, "log complaint 3-2-1502 太吵 --severity minor", now="16:45")
    run(
        desk,
        'shift end --to 赵强 --left "1501 等配件" --note "3 栋停水" --tools 对讲机',
        now="17:31",
    )
    run(desk, "shift start zhao.qiang")
    run(desk, "shift accept")
    rows = [
        json.loads(row) for row in run(desk, "shift sheet S261121-A01 --format jsonl").splitlines()
    ]
    said = [(row["part"], row["id"] or row["what"]) for row in rows if row["part"] != "missing"]
    assert said[:5] == [
        ("left", "1501 等配件"), ("caution", "3 栋停水"), ("major", "T261121-A02"),
        ("complaint", "T261121-A03"), ("repair", "T261121-A01"),
    ]  # fmt: skip
    assert ("tool", "对讲机") in said
    assert sum(row["part"] == "missing" for row in rows) == 3
    due = {(row["id"], row["duty"]): row["at"][8:16] for row in rows if row["part"] == "due"}
    assert due["T261121-A02", "forward"] == "22T00:00"
    assert all("21T17:31" < at <= "22T08:30" for at in due.values())
    run(desk, "ticket cancel T261121-A01 --why 弄错", now="18:00")
    page = run(desk, "shift sheet S261121-A01 -o sheet.md")
    page = (desk.folder / "sheet.md").read_text("utf-8")
    assert page.startswith("# handover sheet S261121-A01")
    assert "## left over (1)\n\n- 1501 等配件\n" in page
    assert "accepted by 赵强, 2026-11-21 17:31" in page


def test_list_and_show(desk: World) -> None:
    with_roster(desk)
    assert "nobody is at the desk" in run(desk, "shift show", now="12:00")
    assert "night shift  17:30-08:30  赵强  stand-in: 陈安" in run(
        desk, "shift show --at 2026-11-30"
    )
    a_night(desk)
    shown = run(desk, "shift show")
    assert "S261121-A01  night shift 2026-11-21  on duty  赵强" in shown
    assert "S261121-A01/3A  11-22 02:10  complaint  后门?  太吵" in shown
    assert run(desk, "shift list --open --format ids") == "S261121-A01\n"
    assert run(desk, "shift list --since 2026-11-22 --format ids") == ""
    row = json.loads(run(desk, "shift list --format jsonl"))
    assert (row["name"], row["lines"], row["todo"]) == ("night", 2, 2)
    run(desk, "shift sheet", 0)
    run(desk, "shift sheet A77", 3)


def test_forgotten_shift_takes_no_lines_of_another_day(desk: World) -> None:
    run(desk, "shift start wang.fang", now="09:00")
    told = run(desk, "shift line 记事 开门", now="23 09:00")
    assert told.startswith("S261123-A01/2A")
    assert "S261121-A01 (day shift 2026-11-21) is not ended yet" in run(desk, "shift start li.na")
    # It can still be ended: a later one has begun.
    run(desk, "--as wang.fang shift end S261121-A01 --note 忘了交班")


def test_who_is_not_relieved_stays_and_writes_into_the_same_record(desk: World) -> None:
    """SHF-13."""
    a_night(desk)
    assert run(desk, "shift line 记事 接班人未到", now="22 09:10").startswith("S261121-A01/")


def test_roster_names_colleagues_that_there_are(desk: World) -> None:
    with_roster(desk)
    path = desk.folder / "b/handbook/roster.toml"
    path.write_text(ROSTER.replace("chen.an", "chen.bo"), encoding="utf-8")
    assert "there is no staff 'chen.bo'" in run(desk, "handbook check", 1)
    assert "night shift  17:30-08:30  赵强  stand-in: chen.bo" in run(
        desk, "shift show --at 2026-11-30"
    )
    path.write_text(ROSTER.replace('"night"', '"evening"'), encoding="utf-8")
    assert "'evening' is not possible here" in run(desk, "validate", 1)
    with_roster(desk)

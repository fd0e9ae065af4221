from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC
from datetime import date
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from svcctl.base.errors import InvalidRecordError
from svcctl.book import index_refresh
from svcctl.book import journal
from svcctl.book import scan as scanning
from svcctl.book import workers
from svcctl.book.files import blob_hash
from svcctl.book.files import prepare
from svcctl.book.source import Disk
from svcctl.kinds import KINDS
from svcctl.vcs import git
from svcctl.vcs.source import Commit
from svcctl.vcs.source import Staged
from tests.support import trade
from tests.support.trade import everything
from tests.support.trade import index
from tests.support.trade import ticket
from tests.support.trade import write

LONG_AGO = 1_000_000_000
UNIT = 'unit = "3-2-1501"\n'


@pytest.fixture(autouse=True)
def small_trade() -> Iterator[None]:
    with trade.small_trade():
        yield


@pytest.fixture
def book(tmp_path: Path) -> Path:
    write(tmp_path, "book.toml", "format = 1\n")
    write(tmp_path, "units/3/3-2-1501.toml", 'id = "3-2-1501"\n')
    write(tmp_path, "staff/li.na.toml", 'id = "li.na"\n')
    write(tmp_path, *ticket(1, f'open = true\nat = 1000\nsubject = "Lift stuck"\n{UNIT}'))
    write(tmp_path, *ticket(2, 'open = true\nat = 2000\nperson = "li.na"\nreply_met = 5\n'))
    write(tmp_path, *ticket(3, 'open = false\nat = 3000\nsubject = "电梯困人"\n'))
    return tmp_path


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"][-3:] for row in rows]


class Counting:
    """A parser that counts, to show that nothing is read without need."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, data: bytes) -> dict[str, Any]:
        self.count += 1
        return trade.parse(data)


def settle(root: Path) -> None:
    """Give files an age, so that what is seen of them is trusted."""
    after = index_refresh._MARGIN_NS
    index_refresh._MARGIN_NS = -(10**18)
    with index(root) as made:
        made.refresh()
    index_refresh._MARGIN_NS = after


# -- rows ---------------------------------------------------------------------------------------


def test_rows_have_the_columns_of_the_rules_and_id_and_path(book: Path) -> None:
    with index(book) as made:
        assert made.rows("ticket", ids=["T261121-A01"]) == [
            {
                "open": True,
                "unit": "3-2-1501",
                "person": None,
                "at": 1000,
                "subject": "Lift stuck",
                "id": "T261121-A01",
                "path": ticket(1)[0],
            }
        ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["A01", "A02", "A03"]),
        ({"open": True}, ["A01", "A02"]),
        ({"open": False}, ["A03"]),
        ({"unit": "3-2-1501"}, ["A01"]),
        ({"person": "li.na"}, ["A02"]),
        ({"since": 2000}, ["A02", "A03"]),
        ({"until": 2000}, ["A01", "A02"]),
        ({"since": 1500, "until": 2500}, ["A02"]),
        ({"ids": []}, []),
        ({"ids": ["T261121-A03", "T261121-A99"]}, ["A03"]),
        ({"open": True, "person": "li.na"}, ["A02"]),
    ],
)
def test_rows_can_be_filtered(wanted: dict[str, Any], expected: list[str], book: Path) -> None:
    with index(book) as made:
        assert names(made.rows("ticket", **wanted)) == expected


def test_ids_sort_as_people_count(book: Path) -> None:
    for number in (100, 10, 9):
        write(book, *ticket(number))
    write(book, *ticket(1, day=9))
    for unit in ("10-1-101", "9-1-101", "3-10-1", "3-9-1"):
        write(book, f"units/{unit.split('-')[0]}/{unit}.toml", f'id = "{unit}"\n')
    with index(book) as made:
        assert [one.removeprefix("T2611") for one in made.ids("ticket")] == [
            "09-A01", "21-A01", "21-A02", "21-A03", "21-A09", "21-A10", "21-A100",
        ]  # fmt: skip
        assert made.ids("unit") == ["3-2-1501", "3-9-1", "3-10-1", "9-1-101", "10-1-101"]


def test_single_file_kinds_have_the_name_of_the_kind(book: Path) -> None:
    with index(book) as made:
        assert made.ids("book") == ["book"]
        assert made.find("book") == "book.toml"


def test_find_count_and_paths(book: Path) -> None:
    with index(book) as made:
        assert made.find("T261121-A02") == ticket(2)[0]
        assert made.find("T261121-A99") is None
        assert made.count("ticket") == 3
        assert made.count("ticket", open=True) == 2
        assert made.paths("staff") == ["staff/li.na.toml"]
        assert len(made.paths()) == 6
        data = (book / "staff/li.na.toml").read_bytes()
        assert made.files("staff") == [("staff/li.na.toml", blob_hash(data))]


# -- freshness ----------------------------------------------------------------------------------


def test_second_look_reads_nothing(book: Path) -> None:
    settle(book)
    counting = Counting()
    with index(book, parse=counting) as made:
        assert names(made.rows("ticket", open=True)) == ["A01", "A02"]
    assert counting.count == 0


def test_only_the_changed_file_is_parsed(book: Path) -> None:
    settle(book)
    write(book, *ticket(2, "open = false\n"))
    counting = Counting()
    with index(book, parse=counting) as made:
        assert names(made.rows("ticket", open=True)) == ["A01"]
    assert counting.count == 1


def test_touched_file_is_read_but_not_parsed(book: Path) -> None:
    settle(book)
    os.utime(book / ticket(2)[0], ns=(LONG_AGO, LONG_AGO))
    counting = Counting()
    with index(book, parse=counting) as made:
        assert names(made.rows("ticket", open=True)) == ["A01", "A02"]
    assert counting.count == 0


def test_file_changed_as_it_was_read_is_not_trusted(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write(book, *ticket(2, "open = true\n#"))
    with index(book) as made:
        made.refresh()
    # The same size within the same tick of the clock: the system shows the same stat.
    about = place.stat()
    place.write_text(place.read_text().replace("open = true\n#", "open = false\n"))
    real = os.stat

    def same(path: Any, **named: Any) -> Any:
        found = real(path, **named)
        if path != place.name:
            return found
        return SimpleNamespace(
            st_mtime_ns=about.st_mtime_ns,
            st_ctime_ns=about.st_ctime_ns,
            st_size=found.st_size,
            st_ino=found.st_ino,
        )

    assert about.st_size == place.stat().st_size
    monkeypatch.setattr(os, "stat", same)
    with index(book) as made:
        assert names(made.rows("ticket", open=True)) == ["A01"]


def test_file_from_the_future_is_read_each_time(book: Path) -> None:
    settle(book)
    far = 4_000_000_000 * 10**9
    os.utime(book / ticket(1)[0], ns=(far, far))
    for _look in range(2):
        with index(book) as made:
            assert names(made.rows("ticket")) == ["A01", "A02", "A03"]
            folder = "SELECT length(sign) FROM folder WHERE path = 'tickets/2026/11/21'"
            assert made._tables.ask(folder) == [(0,)]


def test_deleted_and_renamed_files_are_gone(book: Path) -> None:
    settle(book)
    (book / ticket(1)[0]).unlink()
    (book / ticket(2)[0]).rename(book / ticket(5)[0])
    with index(book) as made:
        assert names(made.rows("ticket")) == ["A03", "A05"]


def test_deleted_folder_is_gone(book: Path) -> None:
    settle(book)
    (book / "staff/li.na.toml").unlink()
    (book / "staff").rmdir()
    with index(book) as made:
        assert made.paths("staff") == []


def test_open_index_shows_one_state_until_refreshed(book: Path) -> None:
    with index(book) as made, index(book) as other:
        assert made.count("ticket") == 3
        write(book, *ticket(4))
        assert other.count("ticket") == 4
        assert made.count("ticket") == 3
        made.refresh()
        assert made.count("ticket") == 4


def test_other_rules_drop_all_rows(book: Path) -> None:
    settle(book)
    counting = Counting()
    with index(book, parse=counting, rules_key="newer") as made:
        assert made.count("ticket") == 3
    assert counting.count == 6


def test_many_changes_leave_no_rubbish_behind(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svcctl.book.index_store._SLACK", 5)
    for turn in range(60):
        write(book, *ticket(1, f'at = {turn}\nsubject = "turn{turn}"\n{UNIT}'))
        with index(book) as made:
            assert names(made.rows("ticket", since=turn, until=turn)) == ["A01"]
            made.duties()
    with index(book) as made:
        for table in ("content", "term", "link", "basis", "broken", "owed"):
            count = f"SELECT count(*) FROM {table}"  # noqa: S608 - a constant
            assert made._tables.ask(count)[0][0] < 40
        assert made.search("ticket", ["turn59"]) == ["T261121-A01"]
        assert everything(made) == everything(index(book, cached=False))


# -- what cannot be read ------------------------------------------------------------------------


def test_file_that_cannot_be_parsed_is_named_and_not_listed(book: Path) -> None:
    write(book, *ticket(2, "open = \n"))
    with index(book) as made:
        assert names(made.rows("ticket")) == ["A01", "A03"]
        (found,) = made.unreadable()
        assert found[0] == ticket(2)[0]
        assert "TOMLDecodeError" in found[1]
        assert made.find("T261121-A02") == ticket(2)[0]
        assert "T261121-A02" in made.ids("ticket")
        assert "T261121-A02" not in made.ids("ticket", readable=True)


def test_error_of_the_parser_keeps_its_line_and_column(book: Path) -> None:
    class PlacedError(Exception):
        message, line, col = "no value", 2, 8

    def refusing(data: bytes) -> dict[str, Any]:
        if b"A02" in data:
            raise PlacedError
        return trade.parse(data)

    with index(book, parse=refusing) as made:
        assert made.unreadable() == [(ticket(2)[0], "no value", 2, 8)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('break = "row"\n', "rules broke"),
        ("unit = 7\n", "unit = 7"),
        ('at = "soon"\n', "at = 'soon'"),
        ("at = 9223372036854775807\n", "at = 9223372036854775807"),
        ('[[log]]\nn = "1A"\n', "KeyError"),
        ("log = 3\n", "TypeError"),
        ('at = {"$moment" = 1}\n', "at = "),
    ],
)
def test_file_that_rules_stumble_over_is_named(text: str, why: str, book: Path) -> None:
    write(book, *ticket(2, text))
    for cached in (True, True, False):
        with index(book, cached=cached) as made:
            assert names(made.rows("ticket")) == ["A01", "A03"]
            (found,) = made.unreadable()
            assert found[0] == ticket(2)[0]
            assert why in found[1]


def test_file_whose_clocks_break_is_listed_and_named(book: Path) -> None:
    write(book, *ticket(2, 'open = true\nbreak = "clocks"\n'))
    with index(book) as made:
        assert names(made.rows("ticket", open=True)) == ["A01", "A02"]
        assert {duty.id for duty in made.duties()} == {"T261121-A01", "T261121-A03"}
        (found,) = made.unreadable()
        assert found[0] == ticket(2)[0]
        assert "clocks broke" in found[1]


def test_repaired_file_is_back(book: Path) -> None:
    write(book, *ticket(2, "open = \n"))
    with index(book) as made:
        assert len(made.unreadable()) == 1
        write(book, *ticket(2, "open = true\n"))
        made.refresh()
        assert made.unreadable() == []
        assert names(made.rows("ticket", open=True)) == ["A01", "A02"]


def test_folder_behind_a_link_is_named(book: Path) -> None:
    (book / "units" / "9").symlink_to(book / "units" / "3")
    with index(book) as made:
        (found,) = made.unreadable()
        assert found[0] == "units/9"
        assert made.ids("unit") == ["3-2-1501"]
        assert made.paths("unit") == ["units/3/3-2-1501.toml"]


def test_links_and_pipes_in_the_place_of_records_are_named(book: Path) -> None:
    (book / "staff" / "a.toml").symlink_to(book / "staff" / "li.na.toml")
    os.mkfifo(book / "staff" / "b.toml")
    (book / "staff" / "c.toml").mkdir()
    for cached in (True, True, False):
        with index(book, cached=cached) as made:
            assert [one[0] for one in made.unreadable()] == [
                "staff/a.toml", "staff/b.toml", "staff/c.toml",
            ]  # fmt: skip


def test_name_that_is_not_utf_8_is_named_and_breaks_nothing(book: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(book / "staff") + b"/\xb7\xe3.toml")).write_text("")
        place = os.fsdecode(os.fsencode(book / "units") + b"/\xb7")
        os.mkdir(place)
        Path(place, "a.toml").write_text("")
    except (OSError, UnicodeError):
        pytest.skip("the file system takes only UTF-8")
    for _look in range(2):
        with index(book) as made:
            named = [one[0] for one in made.unreadable()]
            assert named == ["staff/\\xb7\\xe3.toml", "units/\\xb7"]
            assert made.ids("staff", readable=True) == ["li.na"]


def test_unreadable_bytes_are_tried_again(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Disk.fetch
    broken = True

    def fetch(self: Disk, path: str) -> bytes:
        if broken and path == ticket(2)[0]:
            raise OSError(5, "Input/output error")
        return real(self, path)

    monkeypatch.setattr(Disk, "fetch", fetch)
    settle(book)
    with index(book) as made:
        assert [one[:2] for one in made.unreadable()] == [
            (ticket(2)[0], f"'{ticket(2)[0]}' cannot be read: Input/output error")
        ]
    broken = False
    with index(book) as made:
        assert made.unreadable() == []
        assert names(made.rows("ticket")) == ["A01", "A02", "A03"]


# -- duties -------------------------------------------------------------------------------------


def test_duties_are_what_is_owed_by_limit(book: Path) -> None:
    write(book, *ticket(4, "at = 500\nvoid = true\n"))
    write(book, *ticket(5, "at = 600\npaused = true\n"))
    with index(book) as made:
        found = made.duties()
    assert [(duty.id[-3:], duty.clock.duty, duty.clock.due) for duty in found] == [
        ("A01", "reply", 1100),
        ("A01", "answer", 1200),
        ("A02", "answer", 2200),
        ("A03", "reply", 3100),
        ("A03", "answer", 3200),
    ]
    assert (found[2].clock.owner, found[2].clock.rule, found[2].clock.limit) == (
        "li.na",
        "TST-01",
        "200s",
    )
    assert found[0].row["subject"] == "Lift stuck"
    assert found[0].row["id"] == "T261121-A01"


def test_all_clocks_include_met_void_and_paused_ones(book: Path) -> None:
    write(book, *ticket(4, "at = 500\nvoid = true\n"))
    write(book, *ticket(5, "at = 600\npaused = true\n"))
    with index(book) as made:
        found = made.duties(owed=False)
        assert len(found) == 10
        assert [duty.clock.void for duty in found if duty.id.endswith("A04")] == ["cancelled"] * 2
        assert [duty.clock.due for duty in found[-2:]] == [None, None]
        assert [duty.clock.met for duty in made.clocks(ticket(2)[0])] == [5, None]
        assert made.clocks("tickets/none.toml") == []


def test_duties_can_be_filtered(book: Path) -> None:
    with index(book) as made:
        assert [duty.clock.due for duty in made.duties(until=1200)] == [1100, 1200]
        assert made.duties(kind="unit") == []
        assert [duty.clock.due for duty in made.duties(owed=False, until=1200)] == [1100, 1200]


def test_duties_can_be_chosen_by_name(book: Path) -> None:
    with index(book) as made:
        for owed in (True, False):
            only = made.duties(owed=owed, only=("reply",))
            assert {duty.clock.duty for duty in only} == {"reply"}
            but = made.duties(owed=owed, but=("reply",))
            assert {duty.clock.duty for duty in but} == {"answer"}
            assert len(only) + len(but) == len(made.duties(owed=owed))
            assert made.duties(owed=owed, only=()) == []
        assert made.owed_count("reply", until=1100) == 1
        assert made.owed_count("reply", until=1099) == 0
        assert made.owed_count("dance", until=9999) == 0


def test_bases_are_what_clocks_are_made_of(book: Path) -> None:
    write(book, *ticket(4, 'open = true\nat = 4000\nwhen = 2026-11-21\n[[log]]\nby = "li.na"\n'))
    write(book, *ticket(5, "open = \n"))
    with index(book) as made:
        *_others, last = made.bases("ticket")
        assert (last.id, last.row) == ("T261121-A04", made.rows("ticket", ids=["T261121-A04"])[0])
        assert last.head == {
            "id": "T261121-A04",
            "open": True,
            "at": 4000,
            "when": date(2026, 11, 21),
        }
        assert last.facts == {"opened": 4000, "entries": 1}
        assert list(made.bases("unit")) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["A01", "A02", "A03", "A04"]),
        ({"since": 2000}, ["A02", "A03", "A04"]),
        ({"until": 2000}, ["A01", "A02"]),
        ({"open_or_closed_after": 5000}, ["A01", "A02", "A04"]),
        ({"open_or_closed_after": 5001}, ["A01", "A02"]),
        ({"open_or_closed_after": 4500, "since": 1500, "until": 4000}, ["A02", "A04"]),
    ],
)
def test_bases_can_be_filtered(wanted: dict[str, Any], expected: list[str], book: Path) -> None:
    write(book, *ticket(3, "open = false\nat = 3000\nended_at = 4000\n"))
    write(book, *ticket(4, "open = false\nat = 4000\nended_at = 5000\n"))
    with index(book) as made:
        assert [basis.id[-3:] for basis in made.bases("ticket", **wanted)] == expected


def test_some_facts_alone_come_without_a_head(book: Path) -> None:
    write(book, *ticket(3, "open = false\nat = 3000\nended_at = 4000\n"))
    with index(book) as made:
        every: tuple[dict[str, Any], ...] = ({}, {"since": 1500}, {"open_or_closed_after": 4001})
        for wanted in every:
            whole = list(made.bases("ticket", **wanted))
            some = list(made.bases("ticket", **wanted, only=("opened", "none")))
            assert some == [
                one._replace(head={}, facts={"opened": one.facts["opened"]}) for one in whole
            ]


def test_bases_are_taken_a_few_at_a_time(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with index(book) as made:
        whole = list(made.bases("ticket"))
        monkeypatch.setattr("svcctl.book.index_bases._AT_ONCE", 2)
        assert list(made.bases("ticket")) == whole


def test_records_written_to_later_are_known(book: Path) -> None:
    entry = '[[log]]\nby = "li.na"\nat = 2026-11-21 09:1{minute}:00+08:00\n'
    write(book, *ticket(1, entry.format(minute=1) + entry.format(minute=2)))
    write(book, *ticket(2, entry.format(minute=3)))
    at = int(datetime(2026, 11, 21, 1, 12, tzinfo=UTC).timestamp())
    with index(book) as made:
        assert made.changed_after("ticket", at) == ["T261121-A02"]
        assert made.changed_after("ticket", at - 1) == ["T261121-A01", "T261121-A02"]
        assert made.changed_after("ticket", at + 60) == []


def test_changed_handbook_needs_no_file_to_be_read(book: Path) -> None:
    settle(book)
    counting = Counting()
    for key, reply in (("one", 100), ("two", 7), ("one", 100)):
        given: dict[str, Any] = {"handbook_key": key, "parse": counting}
        with index(book, handbook=lambda reply=reply: trade.handbook(reply), **given) as made:
            assert made.duties()[0].clock.due == 1000 + reply
    assert counting.count == 0


def test_handbook_is_loaded_only_when_clocks_are_missing(book: Path) -> None:
    def broken() -> Any:
        raise InvalidRecordError("policy broke")

    with index(book, handbook=broken) as made:
        assert names(made.rows("ticket", open=True)) == ["A01", "A02"]
        with pytest.raises(InvalidRecordError):
            made.duties()
        assert made.count("ticket") == 3
    with index(book) as made:
        expected = made.duties()
    with index(book, handbook=broken) as made:
        assert made.duties() == expected


def test_handbook_files_are_part_of_what_clocks_depend_on(book: Path) -> None:
    with index(book) as made:
        assert made.duties()[0].clock.due == 1100
    write(book, "handbook/policy/2026-01-01.toml", "reply = 9\n")
    with index(book, handbook=lambda: trade.handbook(9)) as made:
        assert made.duties()[0].clock.due == 1009


def test_dates_in_the_head_reach_the_clocks_whole(book: Path) -> None:
    seen = []

    def clocks(record: dict[str, Any], _facts: object, _handbook: object) -> list[Any]:
        seen.append({key: record[key] for key in record if key.startswith("when")})
        assert "log" not in record
        return []

    KINDS["ticket"].rules.clocks = clocks  # type: ignore[attr-defined]
    text = "when = 2026-11-21 09:12:00+08:00\nwhen_day = 2026-11-21\nwhen_time = 08:30:00\n"
    write(book, *ticket(1, text + '[[log]]\nby = "li.na"\n'))
    with index(book) as made:
        made.duties()
    assert trade.parse(text.encode()) in seen


# -- words and links ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["lift"], ["T261121-A01"]),
        (["LI", "stu"], ["T261121-A01"]),
        (["lift stuck"], ["T261121-A01"]),
        (["ift"], []),
        (["困人"], ["T261121-A03"]),
        (["电梯", "困"], ["T261121-A03"]),
        (["ｌｉｆｔ"], ["T261121-A01"]),
        (["lift", "困"], []),
        ([], []),
        (["%"], []),
    ],
)
def test_search(words: list[str], expected: list[str], book: Path) -> None:
    with index(book) as made:
        assert made.search("ticket", words) == expected


def test_backlinks_say_where(book: Path) -> None:
    write(book, *ticket(4, '[[log]]\nby = "li.na"\n[[log]]\nby = "li.na"\n'))
    with index(book) as made:
        path, name = ticket(4)[0], "T261121-A04"
        assert made.backlinks("staff", "li.na") == [
            (path, "ticket", name, ("log", 0, "by")),
            (path, "ticket", name, ("log", 1, "by")),
        ]
        assert [one.id for one in made.backlinks("unit", "3-2-1501")] == ["T261121-A01"]
        assert made.dangling() == []


def test_dangling_names_links_that_lead_nowhere(book: Path) -> None:
    (book / "units/3/3-2-1501.toml").unlink()
    with index(book) as made:
        assert made.dangling() == [
            ((ticket(1)[0], "ticket", "T261121-A01", ("unit",)), "unit", "3-2-1501")
        ]


def test_doubles_names_ids_that_two_files_have(book: Path) -> None:
    write(book, "units/9/3-2-1501.toml", "")
    with index(book) as made:
        assert made.doubles() == [
            ("unit", "3-2-1501", ["units/3/3-2-1501.toml", "units/9/3-2-1501.toml"])
        ]


# -- clean marks --------------------------------------------------------------------------------


def test_marks_hold_until_file_or_handbook_change(book: Path) -> None:
    with index(book, handbook_key="one") as made:
        files = made.files()
        assert made.unmarked() == files
        made.mark_clean(files[:-1])
        assert made.unmarked() == files[-1:]
        assert made.is_clean(*files[0])
        assert not made.is_clean(*files[-1])
    with index(book, handbook_key="two") as made:
        assert made.unmarked() == files
    write(book, *ticket(1, "open = false\n"))
    with index(book, handbook_key="one") as made:
        assert {path for path, _hash in made.unmarked()} == {ticket(1)[0], files[-1][0]}
        assert [path for path, _hash in made.unmarked("ticket")] == [ticket(1)[0]]


def test_mark_of_other_bytes_is_no_mark(book: Path) -> None:
    with index(book) as made:
        made.mark_clean([(ticket(1)[0], "00" * 20)])
        assert ticket(1)[0] in dict(made.unmarked())


# -- a journal pending --------------------------------------------------------------------------


def leave_pending(root: Path, *changes: journal.Change) -> None:
    prepare(str(root))
    (root / journal.NAME).write_bytes(journal._encode(changes, "test"))


def changes_of(book: Path) -> list[journal.Change]:
    old = (book / ticket(1)[0]).read_bytes()
    staff = (book / "staff/li.na.toml").read_bytes()
    path, text = ticket(9, "open = true\n", day=30)
    return [
        journal.Change(ticket(1)[0], blob_hash(old), b"open = false\n"),
        journal.Change("staff/li.na.toml", blob_hash(staff), None),
        journal.Change(path, None, text.encode()),
        journal.Change("book.toml", blob_hash(b"format = 1\n"), b"at = 5\n"),
    ]


@pytest.mark.parametrize("cached", [True, False])
def test_pending_journal_is_seen_as_done_and_not_remembered(*, cached: bool, book: Path) -> None:
    settle(book)
    leave_pending(book, *changes_of(book))
    for _look in range(2):
        with index(book, cached=cached) as made:
            assert names(made.rows("ticket", open=True)) == ["A02", "A09"]
            assert made.rows("book")[0]["at"] == 5
            assert made.paths("staff") == []
            seen = everything(made)
    journal.recover(book)
    with index(book, cached=cached) as made:
        assert everything(made) == seen


def test_journal_taken_back_leaves_no_trace(book: Path) -> None:
    settle(book)
    with index(book) as made:
        before = everything(made)
    leave_pending(book, *changes_of(book))
    with index(book) as made:
        assert everything(made) != before
    (book / journal.NAME).unlink()
    with index(book) as made:
        assert everything(made) == before


def test_transaction_during_the_look_is_seen_whole(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = scanning.scan
    looks = 0

    def scan(root: str, known: Any) -> Any:
        nonlocal looks
        looks += 1
        found = real(root, known)
        if looks == 1:
            # Written and finished after the folders were looked at.
            leave_pending(book, *changes_of(book))
            journal.recover(book)
        return found

    monkeypatch.setattr(index_refresh, "scan", scan)
    with index(book) as made:
        assert names(made.rows("ticket", open=True)) == ["A02", "A09"]
        assert made.paths("staff") == []
    assert looks == 2


def test_book_that_never_rests_is_shown_in_the_end(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = iter(range(1000))
    monkeypatch.setattr(Disk, "state", lambda _disk: (next(state),))
    with index(book) as made:
        assert names(made.rows("ticket", open=True)) == ["A01", "A02"]


# -- versions in Git ----------------------------------------------------------------------------


@pytest.fixture
def repository(book: Path) -> Path:
    git.run(book, ["init", "-q", "-b", "main"])
    write(book, ".gitignore", ".svcctl/\n")
    git.run(book, ["add", "--all"])
    git.run(book, ["commit", "-q", "-m", "one"])
    return book


@pytest.mark.git
@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("of", [Staged, lambda root: Commit(root, "HEAD")])
def test_version_in_git_answers_like_the_disk(of: Any, *, cached: bool, repository: Path) -> None:
    with index(repository) as made:
        expected = everything(made)
    with index(repository, of(repository), cached=cached) as made:
        assert everything(made) == expected


@pytest.mark.git
def test_version_in_git_reuses_rows_and_leaves_those_of_the_disk_alone(repository: Path) -> None:
    settle(repository)
    write(repository, *ticket(1, "open = false\n"))
    settle(repository)
    counting = Counting()
    with index(repository, Commit(repository, "HEAD"), parse=counting) as made:
        assert names(made.rows("ticket", open=True)) == ["A01", "A02"]
    assert counting.count == 0
    with index(repository, parse=counting) as made:
        assert names(made.rows("ticket", open=True)) == ["A02"]
    assert counting.count == 0


@pytest.mark.git
def test_old_version_is_read_once(repository: Path) -> None:
    write(repository, *ticket(1, "open = false\n"))
    git.run(repository, ["commit", "-q", "-a", "-m", "two"])
    settle(repository)
    with index(repository, Commit(repository, "HEAD~1")) as made:
        assert names(made.rows("ticket", open=True)) == ["A01", "A02"]
        assert made.duties()[0].clock.due == 1100
    counting = Counting()
    with index(repository, Commit(repository, "HEAD~1"), parse=counting) as made:
        assert names(made.rows("ticket", open=True)) == ["A01", "A02"]
    assert counting.count == 0


@pytest.mark.git
def test_branch_switch_reads_but_does_not_parse(repository: Path) -> None:
    settle(repository)
    git.run(repository, ["switch", "-q", "-c", "other"])
    write(repository, *ticket(1, "open = false\n"))
    git.run(repository, ["commit", "-q", "-a", "-m", "two"])
    settle(repository)
    git.run(repository, ["switch", "-q", "main"])
    counting = Counting()
    with index(repository, parse=counting) as made:
        assert names(made.rows("ticket", open=True)) == ["A01", "A02"]
    assert counting.count == 0


@pytest.mark.git
def test_unfinished_merge_is_named_in_what_is_staged(repository: Path) -> None:
    for branch, text in (("other", "open = true\n#x"), ("main", "open = true\n#y")):
        git.run(repository, ["switch", "-q", *(["-c"] if branch == "other" else []), branch])
        write(repository, *ticket(1, text))
        git.run(repository, ["commit", "-q", "-a", "-m", "x"])
    git.run(repository, ["merge", "other"], ok=(1,))
    with index(repository, Staged(repository)) as made:
        (found,) = made.unreadable()
        assert found[0] == ticket(1)[0]
        assert "merge" in found[1]
        assert names(made.rows("ticket")) == ["A02", "A03"]


# -- two processes ------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_two_processes_make_the_same_index(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10, 40):
        write(book, *ticket(number, f"open = true\nat = {number}\n{UNIT}", day=number % 5 + 1))
    write(book, *ticket(41, "open =\n"))
    expected = everything(index(book, cached=False))
    started = []
    real = workers.start

    def start(job: workers.Job) -> object:
        started.append(job)
        return real(job)

    monkeypatch.setattr(workers, "WORTH_IT", 3)
    monkeypatch.setattr(workers, "start", start)
    monkeypatch.setattr(workers, "_CHUNK", 4)
    monkeypatch.setattr(index_refresh, "_BULK", 10)
    for _look in range(2):
        with index(book) as made:
            assert everything(made) == expected
    assert len(started) > 3


def test_bulk_build_has_all_indexes_in_the_end(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = "SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY 1"
    with index(book, cached=False) as made:
        expected = made._tables.ask(stored)
    monkeypatch.setattr(index_refresh, "_BULK", 1)
    with index(book, cached=False) as made:
        assert made._tables.ask(stored) == expected

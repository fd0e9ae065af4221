"""A book opened: settings, reading, short forms, transactions, numbers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from datetime import datetime
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from svcctl.base.errors import AmbiguousError
from svcctl.base.errors import BusyError
from svcctl.base.errors import InvalidRecordError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.book import Book
from svcctl.book.local import Local
from svcctl.desk.tickets import actions
from svcctl.upkeep.founding import found
from tests.support.builders import at
from tests.support.builders import deed
from tests.support.builders import folder
from tests.support.builders import ticket
from tests.support.builders import write
from tests.support.transcript import ROOT

NOW = at("2026-11-21 09:12")
DAY = NOW.date()


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A book with its handbook, at desk A, with one colleague."""
    found(tmp_path / "book", "枫林苑", "Asia/Shanghai", "en")
    made = Book(tmp_path / "book")
    with made.begin("test") as change:
        change.put("staff", {"id": "wang.fang", "name": "王芳"})
    return made


def register(book: Book, when: str = "2026-11-21 09:12", **fields: object) -> str:
    """Register a complaint and return its id."""
    doing = deed(when)
    said = {"kind": "complaint", "subject": "电梯困人", **fields}
    with book.begin("test") as change:
        made = actions.register(change.mint("ticket", doing.at.date()), doing, said)
        change.put("ticket", made)
    return str(made["id"])


# Opening.


def test_folder_that_is_no_book(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no book at") as missing:
        Book(tmp_path)
    assert missing.value.hints == ("svcctl init DIR",)


@pytest.mark.parametrize(
    "text, message",
    [
        ("estate = ", "book.toml:1:"),
        ("format = 2\n", "format '2'; this svcctl knows format 1"),
        ('estate = "x"\n', "format 'None'"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, "book.toml", text)
    with pytest.raises(InvalidRecordError, match=message):
        Book(tmp_path)


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "", "../etc", "Asia", "x\\0"])
def test_zone_that_there_is_not(tmp_path: Path, zone: str) -> None:
    write(tmp_path, "book.toml", f'format = 1\ntime_zone = "{zone}"\n'.replace("\\0", "\\u0000"))
    with pytest.raises(InvalidRecordError, match="unknown time zone"):
        _ = Book(tmp_path).zone


# The handbook.


def test_handbook_without_roles_or_policies_is_an_empty_one(book: Book) -> None:
    (book.root / "handbook" / "roles.toml").unlink()
    assert Book(book.root).handbook.role_keys() == frozenset()
    shutil.rmtree(book.root / "handbook")
    assert Book(book.root).handbook.days() == []


def test_broken_policy_is_told_with_its_place(book: Book) -> None:
    write(book.root, "handbook/policy/2027-01-01.toml", 'id = "2027-01-01"\ntitle = \n')
    with pytest.raises(InvalidRecordError, match=r"handbook/policy/2027-01-01.toml:2:\d+: "):
        _ = Book(book.root).handbook


@pytest.mark.parametrize("within", ['"2 days"', '""', "24", "[]"])
def test_limit_that_is_none_is_told_and_not_guessed(book: Book, within: str) -> None:
    text = (
        f'id = "2027-01-01"\n\n[[limit]]\nduty = "reply"\nkind = "complaint"\nwithin = {within}\n'
    )
    write(book.root, "handbook/policy/2027-01-01.toml", text)
    with pytest.raises(InvalidRecordError, match=r"2027-01-01\.toml' has the limit") as refused:
        _ = Book(book.root).handbook
    assert refused.value.hints == ("svcctl validate handbook/policy/2027-01-01.toml",)


def test_handbook_key_follows_every_byte_and_the_zone(book: Book) -> None:
    before = Book(book.root).handbook.key
    path = book.root / "handbook" / "roles.toml"
    path.write_bytes(path.read_bytes() + b"\n")
    after = Book(book.root).handbook.key
    assert before != after
    settings = book.root / "book.toml"
    settings.write_text(settings.read_text().replace("Asia/Shanghai", "Asia/Tokyo"))
    assert Book(book.root).handbook.key != after


# Reading.


def test_reading_one_record(book: Book) -> None:
    name = register(book)
    assert book.get("ticket", name)["status"] == "registered"
    assert book.has("ticket", name)
    assert [one["id"] for one in book.records("ticket")] == [name]


@pytest.mark.parametrize("name", ["T261121-A99", "T991231-ZZZ01"])
def test_record_that_there_is_not(book: Book, name: str) -> None:
    assert not book.has("ticket", name)
    with pytest.raises(NotFoundError, match=f"no ticket '{name}'"):
        book.get("ticket", name)


@pytest.mark.parametrize(
    "name", ["../book", "", "A07", "T261121-A07\n", "x" * 300, "T261121-A07\0"]
)
def test_name_that_is_no_id(book: Book, name: str) -> None:
    assert not book.has("ticket", name)
    with pytest.raises(UsageProblem, match="is no id of a ticket"):
        book.get("ticket", name)


def test_unreadable_record_is_told_with_its_place(book: Book) -> None:
    path = book.root / book.path("ticket", register(book))
    path.write_bytes(b"<<<<<<< HEAD\n")
    with pytest.raises(InvalidRecordError, match=r"T261121-A01\.toml:1:1: ") as refused:
        book.get("ticket", "T261121-A01")
    assert refused.value.hints == ("svcctl validate tickets/2026/11/21/T261121-A01.toml",)


# Short forms.


@pytest.mark.parametrize("said", ["A01", "a1", "A1", " A01 ", "Ａ０１", "T261121-A01",
                                  "t261121-a01",
                                  "Ｔ２６１１２１－Ａ０１", "T261121—A01", "last", "Last",
                                  "ｌａｓｔ"])  # fmt: skip
def test_ways_to_name_a_ticket(book: Book, said: str) -> None:
    register(book)
    assert book.resolve("ticket", said, NOW) == "T261121-A01"


@pytest.mark.parametrize(
    "opened, found_",
    [
        ("2026-11-19 21:12", True),
        ("2026-11-19 21:11", False),
        ("2026-11-19 00:10", False),
        ("2026-11-20 00:00", True),
        ("2026-11-18 23:59", False),
    ],
)
def test_number_is_looked_for_within_36_hours(book: Book, opened: str, found_: bool) -> None:  # noqa: FBT001
    name = register(book, opened)
    now = at("2026-11-21 09:12")
    if found_:
        assert book.resolve("ticket", "A01", now) == name
    else:
        with pytest.raises(NotFoundError, match="no ticket 'A01'"):
            book.resolve("ticket", "A01", now)


def test_number_of_two_days_lists_both(book: Book) -> None:
    both = {register(book, "2026-11-20 09:12"), register(book)}
    with pytest.raises(AmbiguousError, match="'A01' may be any of these") as several:
        book.resolve("ticket", "A01", NOW)
    assert {hint.split()[0] for hint in several.value.hints} == both
    # The one of three days ago is past.
    assert book.resolve("ticket", "A01", NOW + timedelta(hours=30)) == "T261121-A01"


def test_unreadable_candidate_is_not_passed_over(book: Book) -> None:
    name = register(book, "2026-11-19 21:00")
    (book.root / book.path("ticket", name)).write_bytes(b"=")
    assert book.resolve("ticket", "A01", NOW) == name


def test_36_hours_are_real_ones(tmp_path: Path) -> None:
    found(tmp_path / "b", "x", "America/New_York", "en")
    book = Book(tmp_path / "b")
    zone = ZoneInfo("America/New_York")
    opened = datetime(2026, 3, 7, 20, 30, tzinfo=zone)
    with book.begin("test") as change:
        change.put("staff", {"id": "wang.fang", "name": "王芳"})
        name = change.mint("ticket", opened.date())
        doing = deed()._replace(at=opened, when=opened)
        change.put("ticket", actions.register(name, doing, {"kind": "call", "subject": "x"}))
    assert book.resolve("ticket", "A01", datetime(2026, 3, 9, 9, 30, tzinfo=zone)) == name
    with pytest.raises(NotFoundError):
        book.resolve("ticket", "A01", datetime(2026, 3, 9, 9, 31, tzinfo=zone))


def test_last_is_the_newest_of_this_desk(book: Book) -> None:
    register(book, "2026-11-20 09:12")
    mine = register(book)
    write(book.root, "tickets/2026/11/21/T261121-B05.toml", "")
    assert book.resolve("ticket", "last", NOW) == mine


def test_last_without_any(book: Book) -> None:
    with pytest.raises(NotFoundError, match="no ticket 'last'"):
        book.resolve("ticket", "last", NOW)


def test_card_has_no_short_form(book: Book) -> None:
    assert book.resolve("staff", " wang.fang ", NOW) == "wang.fang"
    with pytest.raises(NotFoundError):
        book.resolve("staff", "A01", NOW)


# Transactions.


def test_block_that_raises_writes_nothing(book: Book) -> None:
    with pytest.raises(ZeroDivisionError), book.begin("test") as change:  # noqa: PT012
        change.put("ticket", ticket())
        raise ZeroDivisionError
    assert not book.has("ticket", "T261121-A07")


@pytest.mark.parametrize(
    "spoilt",
    [
        {"status": "closed"}, {"subject": ""}, {"kind": "x"}, {"extra": 1}, {"log": []},
        {"unit": 5}, {"severity": "major", "kind": "repair"}, {"wanted": "2026-11-30"},
    ],
    ids=str,
)  # fmt: skip
def test_record_that_is_not_valid_is_not_written(book: Book, spoilt: Record) -> None:
    with (  # noqa: PT012
        pytest.raises(InvalidRecordError, match="would not be valid"),
        book.begin("test") as change,
    ):
        change.put("staff", {"id": "li.na", "name": "李娜"})
        change.put("ticket", ticket() | spoilt)
    assert not book.has("staff", "li.na")


def test_transaction_sees_its_own_changes(book: Book) -> None:
    with book.begin("test") as change:
        change.put("ticket", ticket())
        read = change.get("ticket", "T261121-A07")
        assert change.has("ticket", "T261121-A07")
        read["log"].append("spoilt")
        assert len(change.get("ticket", "T261121-A07")["log"]) == 1


def test_record_read_is_a_copy(book: Book) -> None:
    name = register(book)
    with book.begin("test") as change:
        change.get("ticket", name)["log"].clear()
        assert change.get("ticket", name)["log"]


def test_record_changed_meanwhile_by_hand_is_not_overwritten(book: Book) -> None:
    name = register(book)
    path = book.root / book.path("ticket", name)
    with pytest.raises(BusyError), book.begin("test") as change:  # noqa: PT012
        record = actions.act(change.get("ticket", name), deed(), "note", note="x")
        change.put("ticket", record)
        path.write_bytes(b"# by hand\n" + path.read_bytes())
    assert path.read_bytes().startswith(b"# by hand\n")


def test_record_that_came_meanwhile_is_not_overwritten(book: Book) -> None:
    with pytest.raises(BusyError), book.begin("test") as change:  # noqa: PT012
        change.put("ticket", ticket())
        write(book.root, "tickets/2026/11/21/T261121-A07.toml", "by hand")
    assert (book.root / "tickets/2026/11/21/T261121-A07.toml").read_text() == "by hand"


def test_leading_comment_is_kept_and_any_other_stops_the_write(book: Book) -> None:
    name = register(book)
    path = book.root / book.path("ticket", name)

    def note() -> None:
        with book.begin("test") as change:
            change.put("ticket", actions.act(change.get("ticket", name), deed(), "note", note="x"))

    path.write_text("# 注意\n" + path.read_text())
    note()
    assert path.read_text().startswith("# 注意\n")
    path.write_text(path.read_text().replace("[[log]]", "# here\n[[log]]", 1))
    with pytest.raises(RefusedError, match="a comment in line"):
        note()
    assert path.read_text().count('did = "note"') == 1


def test_same_bytes_are_not_written_again(book: Book) -> None:
    path = book.root / "staff" / "wang.fang.toml"
    before = path.stat().st_ino
    with book.begin("test") as change:
        change.put("staff", change.get("staff", "wang.fang"))
    assert path.stat().st_ino == before


def test_index_follows_what_was_written(book: Book) -> None:
    assert book.index.rows("ticket") == []
    name = register(book)
    assert [row["id"] for row in book.index.rows("ticket")] == [name]


# Numbers.


def mint(book: Book, kind: str = "ticket", day: date | None = DAY) -> str:
    """Take a number and give up: it is spent all the same."""
    with pytest.raises(ZeroDivisionError), book.begin("test") as change:  # noqa: PT012
        name = change.mint(kind, day)
        raise ZeroDivisionError
    return name


def test_numbers_count_by_day_and_widen(book: Book) -> None:
    Local(book.root).reserve("T261121-A", 98)
    assert [register(book) for _turn in range(3)] == ["T261121-A99", "T261121-A100", "T261121-A101"]
    assert register(book, "2026-11-22 09:12") == "T261122-A01"
    assert [row["id"] for row in book.index.rows("ticket")] == [
        "T261121-A99", "T261121-A100", "T261121-A101", "T261122-A01",
    ]  # fmt: skip


def test_number_of_a_deleted_file_is_not_given_again(book: Book) -> None:
    (book.root / book.path("ticket", register(book))).unlink()
    assert register(book) == "T261121-A02"


def test_number_of_a_dropped_transaction_is_not_given_again(book: Book) -> None:
    assert mint(book) == "T261121-A01"
    assert register(book) == "T261121-A02"


def test_files_that_came_by_a_merge_are_counted(book: Book) -> None:
    write(book.root, "tickets/2026/11/21/T261121-A41.toml", "")
    write(book.root, "tickets/2026/11/21/T261121-B77.toml", "")
    write(book.root, "tickets/2026/11/21/T261121-A99.toml.orig", "")
    assert mint(book) == "T261121-A42"


@pytest.mark.git
def test_older_branch_gives_no_number_again(book: Book) -> None:
    def git(*argv: str) -> None:
        subprocess.run(["git", *argv], cwd=book.root, check=True, capture_output=True)

    (book.root / ".svcctl" / "local").rename(book.root / "local")
    git("init", "-q", "-b", "main")
    shutil.rmtree(book.root / "local")
    Local(book.root).claim("A", toml.parse((book.root / "desks/A.toml").read_bytes())["token"])
    git("add", "-A")
    git("commit", "-qm", "before")
    first = register(Book(book.root))
    git("checkout", "-q", "-b", "work")
    git("add", "-A")
    git("commit", "-qm", "ticket")
    git("checkout", "-q", "main")
    assert not (book.root / book.path("ticket", first)).exists()
    assert register(Book(book.root)) == "T261121-A02"


@pytest.mark.parametrize("last, following", [(99, "R-A0100"), (9999, "R-A10000")])
def test_serial_numbers_go_on_after_the_highest_file(book: Book, last: int, following: str) -> None:
    write(book.root, f"residents/A/{last // 100:02}/R-A{last:04}.toml", "")
    assert mint(book, "resident", None) == following


def test_serial_numbers_look_past_an_empty_folder(book: Book) -> None:
    write(book.root, "residents/A/07/R-A0742.toml", "")
    write(book.root, "residents/A/08/readme", "")
    (book.root / "residents" / "A" / "junk").mkdir()
    assert mint(book, "resident", None) == "R-A0743"


def test_folder_that_is_no_desk_gives_no_number_but_reads(tmp_path: Path) -> None:
    book = Book(folder(tmp_path / "book"))
    assert book.index.rows("ticket") == []
    with pytest.raises(RefusedError, match="no desk yet"), book.begin("test") as change:
        change.mint("ticket", DAY)


MINTER = """
import sys
from datetime import date
from pathlib import Path
from svcctl.book.book import Book

sys.stdin.readline()
for _turn in range(int(sys.argv[2])):
    with Book(Path(sys.argv[1])).begin("test") as change:
        name = change.mint("ticket", date(2026, 11, 21))
    print(name)
"""


@pytest.mark.race
@pytest.mark.git
def test_processes_at_once_in_two_worktrees_never_share_a_number(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()

    def git(*argv: str) -> None:
        subprocess.run(["git", *argv], cwd=root, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    found(root, "枫林苑", "Asia/Shanghai", "en")
    git("add", "-A")
    git("commit", "-qm", "first")
    git("worktree", "add", "-q", str(tmp_path / "w"), "-b", "side")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", MINTER, str(place), "15"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PYTHONPATH": str(ROOT)}, text=True,
        )
        for place in (root, tmp_path / "w", root)
    ]  # fmt: skip
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    names = [name for one in running for name in one.communicate(timeout=60)[0].split()]
    assert [one.returncode for one in running] == [0, 0, 0]
    assert sorted(names) == [f"T261121-A{number:02}" for number in range(1, 46)]

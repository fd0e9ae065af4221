"""Two desks that each caught up after a week on their own: one book, as if one had run in time.

But for when it was recorded, and behind which entry: a desk knows only what it has seen.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from svcctl.base.entry import union
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.kinds import KINDS
from svcctl.kinds import kind_of
from tests.support.builders import at
from tests.support.merge import files
from tests.support.merge import merge
from tests.support.transcript import World

OPENED = at("2026-11-16 09:00")
WEEK = at("2026-11-24 09:00")
RAN = "escalate --all --format ids"
INTAKE = (
    'complaint "电梯困人" --severity major',
    'complaint "物业费账单有误" --severity important',
    'complaint "楼上夜间噪音" --severity minor',
    'repair "厨房漏水"',
    'inquiry "装修手续"',
    'suggestion "加装充电桩"',
)
MAJOR, IMPORTANT, MINOR, REPAIR, INQUIRY, SUGGESTION = (
    f"T261116-A{number:02}" for number in range(1, 7)
)


def said(world: World, book: Path, when: datetime, words: str) -> str:
    """Run a command that must succeed and return what it printed."""
    world.now = f"{when:%Y-%m-%d %H:%M}"
    ended = world.run(f"svcctl --book {book} --as wang.fang {words}")
    assert ended.status == 0, (words, ended.output)
    return ended.output


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "work")


@pytest.fixture
def base(world: World) -> Path:
    """A book with one open matter of each sort, some minutes apart."""
    book = world.folder / "base"
    world.now = f"{OPENED:%Y-%m-%d %H:%M}"
    assert world.run(f"svcctl init {book} --staff wang.fang").status == 0
    said(world, book, OPENED, "staff new 李娜 --id li.na --role lead")
    for number, words in enumerate(INTAKE):
        said(world, book, OPENED + timedelta(minutes=7 * number), f"log {words}")
    return book


@pytest.fixture
def desks(world: World, base: Path) -> tuple[Path, Path]:
    """Two clones that know the same: desk A, and desk B that was claimed in a copy."""
    north, south = world.folder / "a", world.folder / "b"
    shutil.copytree(base, south)
    said(world, south, OPENED, "desk claim B")
    shutil.copytree(south / "desks", base / "desks", dirs_exist_ok=True)
    # Moved, not copied: it keeps its desk.
    shutil.move(base, north)
    shutil.copytree(north, base)
    said(world, north, OPENED, "book doctor --fix")
    return north, south


ACTS: tuple[tuple[str, float, str], ...] = (
    # desk, hours after the opening, what a person does
    ("B", 2, f"ticket assign {IMPORTANT} --to finance"),
    ("A", 20, f'ticket note {SUGGESTION} "住户又来电"'),
    ("A", 100, f"ticket assign {REPAIR} --to engineering"),
    ("B", 101, f"ticket assign {MAJOR} --to engineering"),
    ("A", 101, f'ticket answer {SUGGESTION} "在研究"'),
    ("B", 104, f'ticket note {SUGGESTION} "问何时有结果"'),
    ("A", 120, f'ticket answer {INQUIRY} "手续清单已给"'),
    ("B", 130, f'ticket answer {IMPORTANT} "账单已核对"'),
    ("A", 140, f'ticket answer {MAJOR} "已换门机" --final'),
    ("A", 141, f'ticket done {MINOR} "已劝导"'),
    ("B", 142, f'ticket note {MINOR} "邻居也来过"'),
)
"""None of these stops a rung that the other desk, which does not know of it, would have raised."""


def acted(world: World, clones: dict[str, Path]) -> list[tuple[datetime, str, Entry]]:
    """Let people work at their desks; return each entry they made with its ticket."""
    made = []
    for desk, hours, words in ACTS:
        when = OPENED + timedelta(hours=hours)
        book = clones[desk]
        name = next(one for one in words.split() if one.startswith("T2611"))
        said(world, book, when, words)
        made.append((when, name, ticket(book, name)["log"][-1]))
    return made


def ticket(book: Path, name: str) -> Record:
    return toml.parse((book / f"tickets/2026/11/16/{name}.toml").read_bytes())


def in_time(world: World, base: Path, made: list[tuple[datetime, str, Entry]]) -> Path:
    """Return the book of one desk that heard of everything at once and ran every hour."""
    book = world.folder / "one"
    shutil.move(base, book)
    said(world, book, OPENED, "book doctor --fix")
    left = list(made)
    when = OPENED
    while when <= WEEK:
        while left and left[0][0] <= when:
            _moment, name, entry = left.pop(0)
            path = f"tickets/2026/11/16/{name}.toml"
            record = ticket(book, name)
            log = union(record["log"], [entry])
            kind = KINDS["ticket"]
            record = {"id": name, **kind.rules.fold(log), "log": log}
            (book / path).write_bytes(canonical_bytes(kind, path, record, None))
        said(world, book, when, RAN)
        when += timedelta(hours=1)
    return book


def timeless(book: Path) -> dict[str, Any]:
    """Return all records of a book without when and where a machine wrote down what it did."""
    found: dict[str, Any] = {}
    for path, data in files(book).items():
        kind = kind_of(path)
        if kind is None or not path.endswith(".toml"):
            continue
        record = toml.parse(data)
        if kind.shape == "case":
            record["log"] = sorted(map(told, record["log"]), key=lambda one: str(one["n"]))
        found[path] = record
    del found["book.toml"]["routines_desk"]
    return found


def told(entry: Entry) -> Entry:
    if entry["by"] != "auto":
        return entry
    when = entry.get("when", entry["at"])
    return {**{key: one for key, one in entry.items() if key not in ("at", "after")}, "when": when}


def test_merged_book_is_that_of_one_desk_that_ran_in_time(
    world: World, base: Path, desks: tuple[Path, Path]
) -> None:
    north, south = desks
    made = acted(world, {"A": north, "B": south})
    first = said(world, north, WEEK, RAN).split()
    second = said(world, south, WEEK + timedelta(hours=4), f"{RAN} --take-over").split()
    assert len(first) > 20
    assert len(second) > 20
    merged = world.folder / "merged"
    merge(base, north, south, merged)
    settings = toml.parse((merged / "book.toml").read_bytes())
    assert settings["routines_desk"] == "B"
    checked = world.run(f"svcctl --book {merged} validate")
    assert checked.status == 0, checked.output
    one = in_time(world, base, made)
    # The second desk looked four hours later, so it may know more.
    said(world, one, WEEK + timedelta(hours=4), RAN)
    ours, theirs = timeless(merged), timeless(one)
    assert ours.keys() == theirs.keys()
    for path in theirs:
        assert ours[path] == theirs[path], path


def test_merge_is_the_same_from_both_sides(
    world: World, base: Path, desks: tuple[Path, Path]
) -> None:
    north, south = desks
    acted(world, {"A": north, "B": south})
    said(world, north, WEEK, RAN)
    said(world, south, WEEK + timedelta(hours=4), f"{RAN} --take-over")
    one, two = world.folder / "one-way", world.folder / "other-way"
    merge(base, north, south, one)
    merge(base, south, north, two)
    assert files(one) == files(two)


def test_what_only_one_desk_knew_stays_and_its_message_is_settled(
    world: World, base: Path, desks: tuple[Path, Path]
) -> None:
    """Somebody may have been told: the book does not forget that, it says that it is settled."""
    north, south = desks
    said(world, north, OPENED + timedelta(hours=3), f'ticket answer {INQUIRY} "手续清单已给"')
    assert INQUIRY not in said(world, north, WEEK, RAN)
    assert INQUIRY in said(world, south, WEEK, f"{RAN} --take-over")
    merged = world.folder / "merged"
    merge(base, north, south, merged)
    raised = [one["n"] for one in ticket(merged, INQUIRY)["log"] if one["by"] == "auto"]
    assert "auto/escalate/reply/2" in raised
    shown = said(world, merged, WEEK, f"message show {INQUIRY}.reply.2")
    assert "settled" in shown
    assert said(world, merged, WEEK, "escalate --format ids") == ""

"""The outbox: posted once under a key, sent at least once, never unsent (design: routines)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.entry import union
from svcctl.base.errors import RefusedError
from svcctl.base.errors import SvcctlError
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.book.book import Book
from svcctl.book.guard import findings
from svcctl.desk.messages import actions
from svcctl.desk.messages import rules
from svcctl.desk.staff import rules as staff
from svcctl.duty.outbox import post
from svcctl.handbook.lookup import Handbook
from svcctl.kinds import KINDS
from svcctl.kinds import Clock
from tests.support.builders import ZONE
from tests.support.builders import at
from tests.support.builders import deed
from tests.support.builders import folder
from tests.support.builders import write
from tests.support.transcript import World

ABOUT = "T261121-A07"
NOW = at("2026-11-22 10:00")


def queued(key: str = "reply/2", **said: Any) -> Record:
    fields = {"about": ABOUT, "key": key, "to": "lead", **said}
    first: Entry = {
        "n": "auto/queue", "after": "0", "at": NOW, "by": "auto", "did": "queue", "set": fields,
    }  # fmt: skip
    return {"id": rules.id_for(ABOUT, key), **rules.fold([first]), "log": [first]}


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    root = folder(tmp_path / "book")
    write(root, "staff/wang.fang.toml", 'id = "wang.fang"\nname = "王芳"\n')
    opened = Book.open(root)
    yield opened
    opened.close()


def posted(book: Book, **said: Any) -> str | None:
    given: dict[str, Any] = {
        "about": ABOUT,
        "key": "done-2/3",
        "to": "lead",
        "moment": NOW,
        "at": NOW,
    } | said
    with book.begin("test") as change:
        return post(change, **given)


def test_posted_once_under_its_key(book: Book) -> None:
    later = at("2026-11-23 08:00")
    name = posted(book, words="办结 已超时", at=later)
    assert name == "T261121-A07.done-2.3"
    record = book.get("message", name)
    assert book.path("message", name) == f"messages/2026/11/21/{name}.toml"
    assert {key: record[key] for key in record if key != "log"} == {
        "id": name, "status": "queued", "about": ABOUT, "key": "done-2/3", "to": "lead",
        "words": "办结 已超时",
    }  # fmt: skip
    (entry,) = record["log"]
    assert (entry["n"], entry["after"], entry["when"], entry["at"]) == (
        "auto/queue", "0", NOW, later,
    )  # fmt: skip
    assert posted(book, to="director") is None
    assert book.get("message", name)["to"] == "lead"
    assert posted(book, key="done-2/4") == "T261121-A07.done-2.4"


def test_posted_twice_in_one_transaction_is_one(book: Book) -> None:
    said: dict[str, Any] = {"about": ABOUT, "key": "x/1", "to": "lead", "moment": NOW, "at": NOW}
    with book.begin("test") as change:
        assert post(change, **said) == "T261121-A07.x.1"
        assert post(change, **said) is None


def test_deliver_is_kept_only_if_it_is_later(book: Book) -> None:
    for key, deliver in (("a/1", NOW), ("a/2", at("2026-11-22 11:00"))):
        name = posted(book, key=key, deliver=deliver)
        assert name is not None
        kept = book.get("message", name).get("deliver")
        assert kept == (None if deliver == NOW else deliver)


@pytest.mark.parametrize("key", ["Done/3", "", "a//b", "王", "../x", "a.b"])
def test_key_that_makes_no_id_is_refused(book: Book, key: str) -> None:
    with pytest.raises(SvcctlError):
        posted(book, key=key)
    assert book.index.rows("message") == []


def test_sent_then_said_again() -> None:
    message = actions.act(queued(), deed(), "sent", to="li.na", via="phone")
    assert (message["status"], message["log"][-1]["n"]) == ("sent", "1A")
    assert findings(KINDS["message"], message) == []
    for did in ("sent", "drop"):
        with pytest.raises(RefusedError, match="sent already"):
            actions.act(message, deed(), did, why="x")


def test_dropped_with_a_reason() -> None:
    with pytest.raises(RefusedError, match="needs --why"):
        actions.act(queued(), deed(), "drop")
    assert actions.act(queued(), deed(), "drop", why="已当面告知")["status"] == "dropped"


def later(n: str, did: str) -> Entry:
    return {"n": n, "at": at("2026-11-22 10:05"), "by": "wang.fang", "did": did}


acts = st.lists(
    st.builds(later, st.sampled_from(["1A", "1B", "2A", "2B"]), st.sampled_from(["sent", "drop"])),
    max_size=4,
    unique_by=lambda one: one["n"],
)


@given(acts, acts)
def test_what_one_desk_sent_was_sent_whatever_another_thought(
    ours: list[Entry], theirs: list[Entry]
) -> None:
    first = queued()["log"]
    log = union([*first, *ours], [*first, *theirs])
    state = rules.fold(log)["status"]
    did = {one["did"] for one in log}
    assert state == ("sent" if "sent" in did else "dropped" if "drop" in did else "queued")
    assert rules.strays(log) == []
    assert log[0]["n"] == "auto/queue"


values = st.sampled_from([None, 1, "sent", "queue", "1A"])
broken = st.dictionaries(st.sampled_from(["n", "did", "set", "at"]), values)


@given(st.lists(st.one_of(st.none(), st.integers(), broken)))
def test_any_log_can_be_folded(log: list[Any]) -> None:
    assert "status" in rules.fold(log)


def clock(duty: str, part: str = "", met: int | None = None, void: str = "") -> Clock:
    return Clock(duty, 0, "opened", "24h", 100, met, "agent", "house", void, part=part)


@pytest.mark.parametrize(
    "key, every, is_open, settled",
    [
        ("done/2", [clock("done")], True, False),
        ("done/2", [clock("done", met=50)], True, True),
        ("done/2", [clock("done", void="cancelled")], False, True),
        ("done-2/2", [clock("done", met=50), clock("done", "2")], True, False),
        ("done-2/2", [clock("done"), clock("done", "2", met=5)], True, True),
        ("hand/2a", [clock("done")], True, False),
        ("hand/2a", [clock("done")], False, True),
        ("unsatisfied/7a", [], True, False),
    ],
)
def test_settled_when_the_duty_is_met_or_the_record_ended(
    *, key: str, every: list[Clock], is_open: bool, settled: bool
) -> None:
    assert rules.is_settled(key, every, is_open=is_open) is settled


# -- who is meant today ---------------------------------------------------------------------------

ROLES = {
    "role": [
        {"key": "supervisor", "superior": "manager", "deputy": "lead"},
        {"key": "manager", "deputy": "supervisor"},
        {"key": "lead"},
        {"key": "odd", "deputy": "even"},
        {"key": "even", "deputy": "odd"},
    ]
}
BOOK = Handbook([], ROLES, ZONE, "test")


def colleague(name: str, role: str, until: str = "") -> dict[str, Any]:
    return {"id": name, "name": name, "role": [{"role": role, "until": until}]}


@pytest.mark.parametrize(
    "role, held, found",
    [
        ("supervisor", [("a", "supervisor"), ("b", "lead")], ["a"]),
        ("supervisor", [("a", "supervisor"), ("b", "supervisor")], ["a", "b"]),
        ("supervisor", [("b", "lead")], ["b"]),
        ("manager", [("b", "lead")], ["b"]),
        ("lead", [("a", "supervisor")], []),
        ("odd", [], []),
        ("unknown", [("a", "lead")], []),
    ],
)
def test_role_comes_down_to_its_holder_or_deputy(
    role: str, held: list[tuple[str, str]], found: list[str]
) -> None:
    """ROL, VAR-19."""
    cards = [colleague(*one) for one in held]
    assert [one["id"] for one in staff.holders(cards, BOOK, role, NOW.date())] == found


def test_one_who_held_the_role_until_yesterday_does_not_hold_it() -> None:
    cards = [colleague("a", "supervisor", "2026-11-21"), colleague("b", "lead")]
    assert [one["id"] for one in staff.holders(cards, BOOK, "supervisor", NOW.date())] == ["b"]


# -- at the terminal ------------------------------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A book in which an inquiry was raised twice."""
    made = World(tmp_path / "work")
    made.environ["SVCCTL_BOOK"] = "book"
    for now, words in (
        ("2026-11-21 09:12", "init book --staff wang.fang"),
        ("2026-11-21 09:12", "staff new 李娜 --id li.na --role lead"),
        ("2026-11-21 09:12", 'log inquiry "装修手续"'),
        ("2026-11-24 10:00", "escalate --all"),
    ):
        made.now = now
        assert made.run(f"svcctl {words}").status == 0
    return made


def rows(world: World, words: str) -> list[dict[str, Any]]:
    said = world.run(f"svcctl message list {words} --format jsonl")
    assert said.status == 0, said
    return [json.loads(line) for line in said.output.splitlines()]


def test_list_says_whom_it_comes_down_to(world: World) -> None:
    one, two = rows(world, "--open")
    assert (one["to"], one["who"], one["names"]) == ("lead", ["li.na"], ["李娜"])
    # Nobody is supervisor; the lead deputises.
    assert (two["to"], two["who"]) == ("supervisor", ["li.na"])
    assert one["what"] == "装修手续"
    assert [one["moment"], two["moment"]] == [
        "2026-11-22T09:12:00+08:00",
        "2026-11-23T09:12:00+08:00",
    ]


@pytest.mark.parametrize(
    "words, count",
    [("", 2), ("--to lead", 1), ("--to 客服主管", 1), ("--to 李娜", 2), ("--to wang.fang", 0),
     ("--mine --as li.na", 2), ("--mine", 0)],
)  # fmt: skip
def test_list_for_one(world: World, words: str, count: int) -> None:
    assert len(rows(world, words)) == count
    assert rows(world, f"{words} --no-index") == rows(world, words)


def test_settled_is_shown_and_the_script_drops_or_sends(world: World) -> None:
    assert not any(one["settled"] for one in rows(world, "--open"))
    assert world.run('svcctl ticket answer T261121-A01 "清单已给"').status == 0
    assert all(one["settled"] for one in rows(world, "--open"))
    ids = [one["id"] for one in rows(world, "--open")]
    assert world.run(f"svcctl message sent {ids[0]} {ids[0]} --via phone").status == 0
    assert world.run(f'svcctl message drop {ids[1]} --why "已办"').status == 0
    assert [(one["status"], one["settled"]) for one in rows(world, "")] == [
        ("sent", False),
        ("dropped", False),
    ]
    assert rows(world, "--open") == []
    checked = world.run("svcctl validate")
    assert (checked.status, "nothing wrong" in checked.output) == (0, True)


def test_all_or_none(world: World) -> None:
    ids = [one["id"] for one in rows(world, "--open")]
    assert world.run(f"svcctl message sent {ids[0]} T261121-A01.reply.9").status == 3
    assert len(rows(world, "--open")) == 2


def test_ids_from_a_list_are_sent(world: World) -> None:
    listed = world.run("svcctl message list --open --format ids").output
    assert world.run("svcctl message sent - --to-whom 李娜", stdin=listed).status == 0
    assert rows(world, "--open") == []

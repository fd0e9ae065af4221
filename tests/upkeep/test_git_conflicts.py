"""`svcctl git conflicts` where there is no Git, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.book.source import Disk
from svcctl.kinds import KINDS
from tests.support.desk import at_desk
from tests.support.desk import run
from tests.support.transcript import World

RESIDENT = "residents/A/00/R-A0001.toml"
TICKET = "tickets/2026/11/21/T261121-A01.toml"
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def desk(world: World) -> World:
    """A book that is in no repository, with one resident and one ticket."""
    return at_desk(
        world,
        "init b --staff wang.fang --name 王芳",
        "unit new 3-2-1501",
        "resident new 张三 --phone 13800138000 --unit 3-2-1501 --relation owner",
        "shift start wang.fang",
        "log inquiry 车位",
    )


def change(desk: World, kind: str, path: str, how: Change) -> None:
    place = desk.folder / "b" / path
    record = toml.parse(place.read_bytes())
    how(record)
    place.write_bytes(canonical_bytes(KINDS[kind], path, record, None))


def read(desk: World, path: str) -> dict[str, Any]:
    return toml.parse((desk.folder / "b" / path).read_bytes())


def disputed(*tables: dict[str, Any]) -> Change:
    return lambda record: record.update(disputed=list(tables))


def listed(desk: World) -> list[dict[str, Any]]:
    printed = run(desk, "git conflicts --format json -o c.json", 1)
    assert "left to choose" in printed
    found: list[dict[str, Any]] = json.loads((desk.folder / "c.json").read_text("utf-8"))["record"][
        "conflicts"
    ]
    return found


def test_nothing_left_ends_in_0(desk: World) -> None:
    assert run(desk, "git conflicts") == "nothing is left to choose\n"


def test_without_git_the_sides_are_listed_and_settled_all_the_same(desk: World) -> None:
    change(desk, "resident", RESIDENT, disputed({"field": "name", "values": ["张三", "张山"]}))
    (one,) = listed(desk)
    assert [(side["value"], side["by"]) for side in one["sides"]] == [
        ("张三", None),
        ("张山", None),
    ]
    assert one["take"] == "svcctl git conflicts take R-A0001 name 1"
    run(desk, "git conflicts take r-a0001 name 2")
    assert read(desk, RESIDENT)["name"] == "张山"
    assert run(desk, "git conflicts") == "nothing is left to choose\n"


def test_the_list_is_the_same_without_the_index(desk: World) -> None:
    change(desk, "resident", RESIDENT, disputed({"field": "name", "values": ["张三", "张山"]}))
    assert run(desk, "git conflicts", 1) == run(desk, "--no-index git conflicts", 1)


def test_a_hidden_option_may_stand_before_the_command(desk: World) -> None:
    change(desk, "resident", RESIDENT, disputed({"field": "name", "values": ["张三", "张山"]}))
    assert "R-A0001" in run(desk, "git conflicts --no-index", 1)
    assert "'name' is settled" in run(desk, "git conflicts --no-index take R-A0001 name 1")
    assert "No such command 'tak'" in run(desk, "git conflicts tak", 2)
    assert "Commands:" in run(desk, "git conflicts --help")


def test_a_field_is_named_as_people_call_it_and_a_row_by_what_tells_it_apart(desk: World) -> None:
    row = {"unit": "3-2-1501", "as": "owner"}
    since = read(desk, RESIDENT)["relation"][0]["since"]
    later = since.replace(year=2025)
    table = {"field": "relation.since", "values": [later, since], "row": row}
    change(desk, "resident", RESIDENT, disputed(table))
    (one,) = listed(desk)
    assert one["name"] == "relation.since@owner,3-2-1501"
    assert one["matter"] == "'relation/since' of 3-2-1501, owner was changed in two ways"
    assert "is no value for" in run(desk, "git conflicts take R-A0001 relation.since yesterday", 2)
    run(desk, "git conflicts take R-A0001 relation.since 2024-01-02")
    assert str(read(desk, RESIDENT)["relation"][0]["since"]) == "2024-01-02"


def test_what_somebody_wrote_since_is_told_and_an_edit_settles(desk: World) -> None:
    sides = {"field": "name", "values": ["张散", "张伞"]}
    change(desk, "resident", RESIDENT, disputed(sides))
    assert "    it was changed since, and says now: 张三\n" in run(desk, "git conflicts", 1)
    run(desk, "resident edit R-A0001 --name 张伞")
    assert "disputed" not in read(desk, RESIDENT)
    assert run(desk, "git conflicts") == "nothing is left to choose\n"


def test_a_choice_that_would_not_be_valid_is_refused_and_nothing_changes(desk: World) -> None:
    change(desk, "resident", RESIDENT, disputed({"field": "kind", "values": ["owner", "tenant"]}))
    before = read(desk, RESIDENT)
    run(desk, "git conflicts take R-A0001 kind nobility", 5)
    assert read(desk, RESIDENT) == before


def test_what_is_not_in_dispute_is_not_found(desk: World) -> None:
    assert "nothing of 'R-A0001' is in dispute" in run(desk, "git conflicts take R-A0001 name 1", 3)


def test_entries_of_one_name_both_stay_and_the_ticket_is_found_by_its_short_form(
    desk: World,
) -> None:
    path = desk.folder / "b" / TICKET
    text = path.read_text("utf-8")
    twin = text[text.index("[[log]]") :].replace("车位", "车位在哪")
    path.write_text(text + "\n" + twin, encoding="utf-8")
    (one,) = listed(desk)
    assert (one["sort"], one["name"], len(one["sides"])) == ("twin", "1A", 2)
    assert "none of the choices" in run(desk, "git conflicts take A01 1A 3", 2)
    assert "1A, the other is now 2A" in run(desk, "git conflicts take A01 1A 1")
    assert [entry["n"] for entry in read(desk, TICKET)["log"]] == ["1A", "2A"]


def test_only_records_in_dispute_are_read(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    change(desk, "resident", RESIDENT, disputed({"field": "name", "values": ["张三", "张山"]}))
    run(desk, "ticket list")
    asked: list[str] = []
    whole = Disk.read

    def counted(self: Disk, path: str) -> bytes:
        asked.append(path)
        return whole(self, path)

    monkeypatch.setattr(Disk, "read", counted)
    run(desk, "git conflicts", 1)
    assert RESIDENT in asked
    assert TICKET not in asked

"""Who would have been late under another rule: `explain --policy DRAFT --since DAY`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from svcctl.book.source import Disk
from tests.support.transcript import World

LIMIT = """
[[limit]]
duty = "{duty}"
kind = "complaint"
within = "{within}"
owner = "agent"
rule = "house"
"""


@pytest.fixture
def desk(world: World) -> World:
    """A book with three complaints, answered after 1 and after 30 hours, and not yet."""
    world.environ = world.environ | {"SVCCTL_BOOK": "b"}
    for step in (
        "2026-11-10 09:00 | init b --staff wang.fang",
        "2026-11-10 09:00 | log complaint early",
        "2026-11-10 10:00 | ticket answer T261110-A01 soon",
        "2026-11-12 09:00 | log complaint late --severity minor",
        "2026-11-13 15:00 | ticket answer T261112-A01 soon",
        "2026-11-21 08:00 | log complaint new",
        "2026-11-21 08:00 | log inquiry other",
    ):
        world.now, _bar, command = step.partition(" | ")
        done = world.run(f"svcctl {command}")
        assert done.status == 0, done.output
    world.now = "2026-11-21 09:12"
    return world


@pytest.fixture
def draft(desk: World) -> Callable[..., str]:
    """Write a draft of limits and return its name."""

    def write(day: str = "2026-12-01", **limits: str) -> str:
        rows = [LIMIT.format(duty=duty, within=within) for duty, within in limits.items()]
        text = f'id = "{day}"\ntitle = "draft"\n' + "".join(rows)
        (desk.folder / "draft.toml").write_text(text)
        return "draft.toml"

    return write


def verdicts(desk: World, path: str, options: str = "--since 2026-11-01") -> str:
    """Return what the draft changes, as `ticket duty verdict`."""
    done = desk.run(f"svcctl explain --policy {path} {options} --format jsonl")
    assert done.status == 0, done.output
    rows = map(json.loads, done.output.splitlines())
    return ", ".join(f"{row['id'][1:7]} {row['duty']} {row['verdict']}" for row in rows)


def test_the_current_rule_changes_nothing(desk: World) -> None:
    done = desk.run("svcctl explain --policy b/handbook/policy/2026-01-01.toml --since 2026-01-01")
    assert done.status == 0
    assert "4 tickets opened since 2026-01-01: the draft changes nothing\n" in done.output


def test_a_later_file_of_the_book_changes_nothing_for_what_it_holds_for(
    desk: World, draft: Callable[..., str]
) -> None:
    policy = desk.folder / "b" / "handbook" / "policy" / "2026-11-21.toml"
    policy.write_bytes((desk.folder / draft("2026-11-21", reply="1h")).read_bytes())
    path = f"b/handbook/policy/{policy.name}"
    assert verdicts(desk, path, "--since 2026-11-21") == ""
    assert verdicts(desk, path) == "261110 reply moved, 261112 reply still late"


@pytest.mark.parametrize(
    "within, expected",
    [
        ("24h", ""),
        ("60m", "261110 reply moved, 261112 reply still late, 261121 reply late"),
        ("59m", "261110 reply late, 261112 reply still late, 261121 reply late"),
        ("30h", "261110 reply moved, 261112 reply in time, 261121 reply moved"),
        ("1799m", "261110 reply moved, 261112 reply still late, 261121 reply moved"),
        ("off", "261110 reply dropped, 261112 reply in time, 261121 reply dropped"),
    ],
)
def test_who_would_have_been_late(
    desk: World, draft: Callable[..., str], within: str, expected: str
) -> None:
    assert verdicts(desk, draft(reply=within)) == expected


def test_a_duty_that_there_was_not(desk: World, draft: Callable[..., str]) -> None:
    path = draft(answer="2d")
    assert verdicts(desk, path) == "261110 answer late, 261112 answer late, 261121 answer added"


def test_only_since_a_day_and_of_a_kind(desk: World, draft: Callable[..., str]) -> None:
    path = draft(reply="1m")
    assert verdicts(desk, path, "--since 2026-11-13") == "261121 reply late"
    assert verdicts(desk, path, "--since 2026-11-01 --kind 咨询") == ""
    assert "261110" in verdicts(desk, path, "--since 2026-11-01 --kind ts")


def test_totals(desk: World, draft: Callable[..., str]) -> None:
    done = desk.run(f"svcctl explain --policy {draft(reply='1m')} --since 2026-11-01")
    assert "4 tickets opened since 2026-11-01: late 5, by the draft 7\n" in done.output
    assert "2 newly late, 0 no longer, 1 otherwise different\n" in done.output


def test_no_ticket_file_is_read(
    desk: World, draft: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = draft(reply="1m")
    expected = verdicts(desk, path)
    real = Disk.read
    read: list[str] = []

    def noted(disk: Disk, name: str) -> bytes:
        read.append(name)
        return real(disk, name)

    monkeypatch.setattr(Disk, "read", noted)
    assert verdicts(desk, path) == expected
    assert [name for name in read if name.startswith("tickets/")] == []


def test_a_draft_that_is_no_policy_is_refused_with_the_place(
    desk: World, draft: Callable[..., str]
) -> None:
    path = draft(reply="soon")
    for command in (
        f"explain --policy {path} --since 2026-11-01",
        f"explain T261121-A01 --policy {path}",
        f"handbook diff {path}",
    ):
        done = desk.run(f"svcctl {command}")
        assert done.status == 5
        assert "draft.toml:7:1: error[SCH104]" in done.output
        assert "'draft.toml' is no valid policy" in done.output


@pytest.mark.parametrize(
    "text", ['id = "2026-12-01"\ntitle = ', 'id = "soon"\ntitle = "x"\n', "\ufeff[[limit]]\n"]
)
def test_a_broken_draft_is_refused(desk: World, text: str) -> None:
    (desk.folder / "draft.toml").write_text(text)
    assert desk.run("svcctl explain --policy draft.toml --since 2026-11-01").status == 5


@pytest.mark.parametrize(
    "options, status",
    [
        ("", 2),
        ("--since 2026-11-01", 2),
        ("--policy draft.toml", 2),
        ("T261121-A01 --since 2026-11-01 --policy draft.toml", 2),
        ("--since 2026-11-01 --policy draft.toml --at 2026-11-20", 2),
        ("--since soon --policy draft.toml", 2),
        ("--since 2026-11-01 --policy draft.toml --kind dance", 2),
        ("--since 2026-11-01 --policy none.toml", 3),
    ],
)
def test_what_is_asked_must_be_clear(
    desk: World, draft: Callable[..., str], options: str, status: int
) -> None:
    draft(reply="1h")
    assert desk.run(f"svcctl explain {options}").status == status

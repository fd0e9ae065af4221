"""`svcctl book redact`: who may, what it asks, what is shown afterwards, in every kind of case."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcctl.term.context import Run
from tests.support.desk import at_desk
from tests.support.desk import run
from tests.support.transcript import World

WORDS = "她说她有病"
TICKET = "T261121-A01"


@pytest.fixture
def desk(world: World) -> World:
    """A ticket with words in its first two entries; a supervisor is at hand."""
    return at_desk(
        world,
        "init b --estate 枫林苑 --staff wang.fang --name 王芳",
        "staff new 赵敏 --id zhao.min --role supervisor",
        f"log complaint 后门 电梯困人 --name 孙丽 --note {WORDS}",
        "ticket note A01 孙丽又来电",
    )


def text(desk: World, path: str) -> str:
    return Path(desk.folder / "b" / path).read_text("utf-8")


def test_only_who_judges_may(desk: World) -> None:
    said = run(desk, "book redact A01 2A --why 住户要求", status=4)
    assert "svcctl staff list --role supervisor" in said
    assert "孙丽又来电" in text(desk, f"tickets/2026/11/21/{TICKET}.toml")


def test_a_role_of_its_own_may_where_the_policy_says_so(desk: World) -> None:
    policy = desk.folder / "b/handbook/policy/2026-01-01.toml"
    changed = policy.read_text("utf-8").replace("[may]\n", '[may]\nredact = "director"\n')
    policy.write_text(changed, encoding="utf-8")
    said = run(desk, "--as zhao.min book redact A01 2A --why 住户要求", status=4)
    assert "--role director" in said
    run(desk, "staff new 钱总 --id qian.zong --role director")
    run(desk, "--as qian.zong book redact A01 2A --why 住户要求")


def test_it_needs_a_reason(desk: World) -> None:
    assert "--why" in run(desk, "--as zhao.min book redact A01 2A", status=2)
    assert "--why" in run(desk, "--as zhao.min book redact A01 2A --why ' '", status=2)


def test_what_is_refused_is_told_in_the_language_of_the_run(world: World) -> None:
    at_desk(world, "--lang zh init b --staff wang.fang", "log complaint 后门 电梯困人 --name 孙丽")
    make = "--lang en staff new 赵敏 --id zhao.min --role supervisor"
    run(world, make)
    redact = "--lang en --as zhao.min book redact A01"
    assert "has no entry '9A'" in run(world, f"{redact} 9A --why x", status=3)
    run(world, f"{redact} 1A --field caller --why x")
    held = text(world, f"tickets/2026/11/21/{TICKET}.toml")
    assert 'caller = "已抹去"' in held  # in the language of the book


def test_texts_are_named_as_people_name_them(desk: World) -> None:
    said = run(desk, "--as zhao.min --lang zh book redact A01 1A --field 要求 --why x", status=2)
    assert "没有“要求”" in said
    assert "其中可抹去：事由、所述房号、来人" in said


def test_the_words_are_gone_and_it_is_told_what_remains(desk: World) -> None:
    said = run(desk, "--as zhao.min book redact a01 1a --field caller --why 住户要求")
    assert "redacted: words, caller" in said
    assert "still stand in: 2A" in said
    assert "docs/guides/redaction.md" in said
    run(desk, "--as zhao.min book redact A01 2A --why 住户要求")
    held = text(desk, f"tickets/2026/11/21/{TICKET}.toml")
    assert "孙丽" not in held
    assert WORDS not in held
    assert "nothing wrong" in run(desk, "validate")
    shown = run(desk, "ticket show A01")
    assert shown.count("words redacted by zhao.min 2026-11-21 09:12: 住户要求") == 2
    assert "caller: redacted" in shown
    assert TICKET in run(desk, "ticket list --format ids")
    assert run(desk, "ticket list --find 孙丽 --format ids") == ""


def test_the_reason_must_not_hold_a_number(desk: World) -> None:
    run(desk, "--as zhao.min book redact A01 2A --why 电话13812345678")
    assert "PRV101" in run(desk, "validate")


def test_lines_of_a_shift_incidents_and_messages_too(desk: World) -> None:
    desk.now = "2026-11-21 18:00"
    run(desk, "shift start wang.fang --shift night")
    run(desk, "shift line 孙丽家漏水 --kind repair --name 孙丽 --unit 后门")
    run(desk, "--as zhao.min book redact S261121-A01 2A --field all --why 住户要求")
    assert "孙丽" not in run(desk, "shift sheet S261121-A01")
    run(desk, "ticket incident new 孙丽家停水 --note 孙丽说的")
    run(desk, "--as zhao.min book redact I261121-A01 1A --field 事由 --why 住户要求")
    shown = run(desk, "ticket incident show I261121-A01")
    assert "孙丽" not in shown
    assert "words redacted by zhao.min" in shown
    run(desk, "--as zhao.min escalate A01 --to manager --why 孙丽要找经理")
    (name,) = run(desk, "message list --format ids").split()
    run(desk, f"--as zhao.min book redact {name} auto/queue --field words --why 住户要求")
    shown = run(desk, f"message show {name}")
    assert "孙丽" not in shown
    assert "words redacted by zhao.min" in shown
    assert "nothing wrong" in run(desk, "validate")


def test_cards_are_edited_instead(desk: World) -> None:
    said = run(desk, "--as zhao.min book redact zhao.min 1A --why x", status=4)
    assert "svcctl staff edit zhao.min" in said


def test_nothing_is_written_with_rev_or_now(desk: World) -> None:
    del desk.environ["SVCCTL_TEST_CLOCK"]
    assert "--now only reads" in run(desk, "book redact A01 2A --why x", status=2)
    desk.now = ""
    assert "--rev only reads" in run(desk, "--rev HEAD book redact A01 2A --why x", status=2)


def test_a_person_is_asked_unless_they_said_yes(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Run, "interactive", True)
    asked = "--as zhao.min book redact A01 2A --why 住户要求"
    said = desk.run(f"svcctl {asked}", "n\n")
    assert said.status != 0
    assert "Take the words out of entry 2A?" in said.output
    assert "孙丽又来电" in text(desk, f"tickets/2026/11/21/{TICKET}.toml")
    run(desk, f"{asked} --yes")
    assert "孙丽又来电" not in text(desk, f"tickets/2026/11/21/{TICKET}.toml")

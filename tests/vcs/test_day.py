from __future__ import annotations

import subprocess
from datetime import date
from datetime import datetime
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from svcctl.book import toml
from svcctl.book.journal import Change
from svcctl.book.toml import Order
from svcctl.handbook.lookup import Handbook
from svcctl.kinds import KINDS
from svcctl.vcs import git
from svcctl.vcs.commits import queue
from svcctl.vcs.telling import changes
from svcctl.vcs.telling import day as days
from svcctl.vcs.telling.day import Rules
from svcctl.vcs.telling.day import Sign

pytestmark = pytest.mark.git

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 21)
NEXT = DAY + timedelta(days=1)
STAFF = "staff/li.na.toml"
POLICY = {
    "id": "2026-01-01",
    "title": "x",
    "git": {"commit": "auto"},
    "time": {"late_entry": "24h"},
    "callback": {"by_handler": "warn"},
}


def rules(**other: Any) -> Rules:
    policy = {**POLICY, **other}
    handbook = Handbook([policy], {}, ZONE, "x")
    return Rules(handbook, [policy], lambda name: name in ("li.na", "wang.fang"), {
        "li.na": "李娜",
    }.get)  # type: ignore[arg-type] # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Path:
    git.run(tmp_path, ["init", "-q", "-b", "main"])
    write(tmp_path, STAFF, {"id": "li.na", "name": "李娜"})
    commit(tmp_path, "2026-11-20 23:59")
    return tmp_path


def write(root: Path, name: str, record: dict[str, Any]) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(toml.emit(record, Order((), {})))


def commit(root: Path, when: str, command: str = "", email: str = "wang.fang") -> None:
    git.run(root, ["add", "--all"])
    words = f"words\n\nSvcctl: {command}" if command else "words"
    who = {"GIT_AUTHOR_NAME": "王芳", "GIT_AUTHOR_EMAIL": email}
    git.run(root, ["commit", "-q", "--allow-empty", "-m", words],
            env=who | {"GIT_COMMITTER_DATE": f"{when} +0800"})  # fmt: skip


def at(hour: int, day: int = 21) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ZONE)


def entry(did: str, name: str = "1A", by: str = "wang.fang", **said: Any) -> dict[str, Any]:
    return {"n": name, "at": at(9), "by": by, "did": did, **said}


def ticket(root: Path, *log: dict[str, Any], name: str = "T261121-A01") -> None:
    record = {"id": name, **KINDS["ticket"].rules.fold(log), "log": list(log)}
    write(root, f"tickets/2026/11/21/{name}.toml", record)


OPENED = entry("open", set={"kind": "repair", "subject": "tap", "assignee": "li.na"})


def signs(root: Path, day: date = DAY, today: date = NEXT, **policy: Any) -> list[Sign]:
    return list(days.signs(days.day_of(root, day, today, ZONE), rules(**policy)))


def told(found: list[Sign]) -> list[tuple[str, str]]:
    return [
        (one.what, one.seen.delta.id if one.seen and one.seen.delta else one.person)
        for one in found
    ]


# -- what a day is --------------------------------------------------------------------------------


def test_a_day_ends_at_midnight_of_the_book(book: Path) -> None:
    ticket(book, OPENED)
    commit(book, "2026-11-21 00:00", "log")
    ticket(book, OPENED, name="T261121-A02")
    commit(book, "2026-11-21 23:59", "log")
    ticket(book, OPENED, name="T261121-A03")
    commit(book, "2026-11-22 00:00", "log")
    found = days.day_of(book, DAY, NEXT, ZONE)
    assert [one.delta.id for one in found.seen if one.delta] == ["T261121-A01", "T261121-A02"]
    assert len(found.logged) == 2


def test_a_day_before_the_first_commit_has_nothing(book: Path) -> None:
    found = days.day_of(book, date(2026, 11, 1), DAY, ZONE)
    assert (found.span, found.seen, found.logged) == (None, [], [])


def test_a_day_without_commits_has_nothing(book: Path) -> None:
    found = days.day_of(book, DAY, NEXT, ZONE)
    assert (found.seen, found.logged) == ([], [])
    assert found.span is not None


def test_what_a_book_begins_with_is_no_act_of_the_first_day(book: Path) -> None:
    found = days.day_of(book, date(2026, 11, 20), NEXT, ZONE)
    assert found.begun is not None
    assert [(one.path, one.what) for one in found.founding] == [(STAFF, "added")]
    assert not found.seen


def test_the_first_day_has_what_was_done_after_the_book_began(book: Path) -> None:
    ticket(book, OPENED)
    commit(book, "2026-11-20 23:59", "log")
    found = days.day_of(book, date(2026, 11, 20), NEXT, ZONE)
    assert [one.delta.id for one in found.seen if one.delta] == ["T261121-A01"]
    assert [one.path for one in found.founding] == [STAFF]
    assert days.day_of(book, DAY, NEXT, ZONE).begun is None


def test_what_a_book_begins_with_needs_no_eye_but_what_cannot_be_read_does(tmp_path: Path) -> None:
    git.run(tmp_path, ["init", "-q", "-b", "main"])
    write(tmp_path, "desks/A.toml", {"id": "A"})
    ticket(tmp_path, {**OPENED, "when": at(8, 1)}, entry("extend", "2A", "li.na"))
    commit(tmp_path, "2026-11-21 09:00", email="temp@example.com")
    assert signs(tmp_path) == []
    (tmp_path / "staff").mkdir()
    (tmp_path / STAFF).write_bytes(b"<<<<<<< ours\n")
    git.run(tmp_path, ["add", "--all"])
    git.run(tmp_path, ["commit", "-q", "--amend", "--no-edit"],
            env={"GIT_COMMITTER_DATE": "2026-11-21 09:00 +0800"})  # fmt: skip
    assert [(one.what, one.path) for one in signs(tmp_path)] == [("unreadable", STAFF)]


def test_today_has_what_nobody_committed_and_earlier_days_have_not(book: Path) -> None:
    ticket(book, OPENED)
    assert [one.path for one in days.day_of(book, DAY, DAY, ZONE).seen]
    assert not days.day_of(book, DAY, NEXT, ZONE).seen


def test_today_works_before_the_first_commit(tmp_path: Path) -> None:
    git.run(tmp_path, ["init", "-q"])
    ticket(tmp_path, OPENED)
    found = days.day_of(tmp_path, DAY, DAY, ZONE)
    assert [one.what for one in found.seen] == ["added"]


def test_what_a_merge_brings_came_in_when_it_was_merged(book: Path) -> None:
    git.run(book, ["switch", "-q", "-c", "side"])
    ticket(book, OPENED)
    commit(book, "2026-11-20 23:59", "log")
    git.run(book, ["switch", "-q", "main"])
    git.run(book, ["merge", "-q", "--no-ff", "-m", "merge", "side"],
            env={"GIT_COMMITTER_DATE": "2026-11-21 10:00 +0800"})  # fmt: skip
    found = days.day_of(book, DAY, NEXT, ZONE)
    assert [one.what for one in found.seen] == ["added"]
    assert len(found.logged) == 2


# -- what needs an eye ----------------------------------------------------------------------------


def test_work_by_commands_needs_no_eye(book: Path) -> None:
    ticket(book, OPENED)
    commit(book, "2026-11-21 09:00", "log")
    write(book, STAFF, {"id": "li.na", "name": "李"})
    commit(book, "2026-11-21 10:00", "staff edit")
    assert signs(book) == []


def test_a_hand_edit_of_what_was_written_the_same_day_is_seen(book: Path) -> None:
    ticket(book, OPENED)
    commit(book, "2026-11-21 09:00", "log")
    ticket(book, {**OPENED, "note": "changed"})
    commit(book, "2026-11-21 10:00")
    [sign] = signs(book)
    assert told([sign]) == [("rewritten", "T261121-A01")]
    assert sign.commit is not None
    assert sign.commit.author == "王芳"


def test_a_hand_edit_that_is_not_committed_is_seen_today(book: Path) -> None:
    ticket(book, OPENED)
    commit(book, "2026-11-21 09:00", "log")
    ticket(book, {**OPENED, "note": "changed"})
    [sign] = signs(book, today=DAY)
    assert told([sign]) == [("rewritten", "T261121-A01")]
    assert sign.commit is None


def test_cards_changed_past_the_commands_are_seen_where_commands_commit(book: Path) -> None:
    write(book, STAFF, {"id": "li.na", "name": "李"})
    assert told(signs(book, today=DAY)) == [("by-hand", "li.na")]
    commit(book, "2026-11-21 10:00")
    assert told(signs(book)) == [("by-hand", "li.na")]
    assert signs(book, git={"commit": "manual"}) == []


def test_authors_without_a_card_are_named_once(book: Path) -> None:
    for number in (1, 2):
        ticket(book, OPENED, name=f"T261121-A0{number}")
        commit(book, "2026-11-21 10:00", "log", email="temp@example.com")
    assert [one.what for one in signs(book)] == ["no-card"]


def test_late_entries_are_seen_by_the_policy(book: Path) -> None:
    ticket(book, {**OPENED, "when": at(8, 20)})
    ticket(book, {**OPENED, "when": at(9, 20)}, name="T261121-A02")
    commit(book, "2026-11-21 10:00", "log")
    assert told(signs(book)) == [("late", "T261121-A01")]
    assert signs(book, time={"late_entry": "off"}) == []


def test_machines_are_never_late(book: Path) -> None:
    ticket(book, OPENED, {"n": "auto/escalate/done/2", "after": "1A", "at": at(9), "by": "auto",
                          "when": at(1, 1), "did": "escalate", "to": "lead"})  # fmt: skip
    commit(book, "2026-11-21 10:00", "escalate")
    assert signs(book) == []


@pytest.mark.parametrize(
    ("by", "found"), [("li.na", [("same-person", "T261121-A01")]), ("wang.fang", [])]
)
def test_who_has_the_work_and_grants_more_time_is_seen(
    by: str, found: list[tuple[str, str]], book: Path
) -> None:
    ticket(book, OPENED, entry("extend", "2A", by, set={"agreed": date(2026, 12, 1)}))
    commit(book, "2026-11-21 10:00", "ticket extend")
    assert told(signs(book)) == found


def test_the_accused_who_judges_is_seen_by_name(book: Path) -> None:
    opened = entry("open", set={"kind": "complaint", "subject": "x", "accused": "李娜"})
    ticket(book, opened, entry("judge", "2A", "li.na", set={"validity": "invalid"}))
    commit(book, "2026-11-21 10:00", "ticket judge")
    assert told(signs(book)) == [("same-person", "T261121-A01")]


def test_files_that_cannot_be_read_are_seen(book: Path) -> None:
    (book / STAFF).write_bytes(b"<<<<<<< ours\n")
    commit(book, "2026-11-21 10:00", "sync")
    assert [one.what for one in signs(book)] == ["unreadable"]


def test_a_file_that_only_looks_otherwise_can_be_read(book: Path) -> None:
    (book / STAFF).write_bytes(b"# x\n" + (book / STAFF).read_bytes())
    commit(book, "2026-11-21 10:00", "fmt")
    assert signs(book) == []


def test_git_is_started_as_often_for_many_commits_as_for_few(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    popen = subprocess.Popen

    def counting(*args: Any, **more: Any) -> Any:
        started.append(1)
        return popen(*args, **more)

    counts = []
    for number in range(1, 8):
        ticket(book, OPENED, name=f"T261121-A0{number}")
        commit(book, "2026-11-21 10:00")
        if number in (1, 7):
            monkeypatch.setattr(subprocess, "Popen", counting)
            started.clear()
            days.day_of(book, DAY, DAY, ZONE)
            counts.append(len(started))
            monkeypatch.setattr(subprocess, "Popen", popen)
    assert counts[0] == counts[1]
    assert counts[0] <= 16


def test_a_rule_that_breaks_over_a_broken_log_hides_nothing_else(book: Path) -> None:
    path = "tickets/2026/11/21/T261121-A01.toml"
    write(book, path, {"id": "T261121-A01", "log": [{"n": "1A", "did": 3, "at": "x", "when": 4}]})
    write(book, STAFF, {"id": "li.na", "name": "李"})
    commit(book, "2026-11-21 10:00")
    assert ("by-hand", "li.na") in told(signs(book))
    assert changes.head(book)


def test_what_runs_by_itself_needs_no_card(book: Path) -> None:
    ticket(book, OPENED)
    commit(book, "2026-11-21 10:00", "escalate", email="svcctl")
    assert signs(book) == []
    ticket(book, OPENED, name="T261121-A02")
    commit(book, "2026-11-21 11:00", "", email="svcctl")
    assert ("no-card", "王芳") in told(signs(book))


def test_acts_written_past_the_commands_are_seen(book: Path) -> None:
    ticket(book, OPENED)
    commit(book, "2026-11-21 09:00", "log")
    ticket(book, OPENED, entry("note", "2A", note="by hand"))
    commit(book, "2026-11-21 10:00")
    assert told(signs(book)) == [("by-hand", "T261121-A01")]


def test_what_git_commit_commits_was_changed_past_the_commands(book: Path) -> None:
    write(book, STAFF, {"id": "li.na", "name": "李"})
    ticket(book, OPENED)
    commit(book, "2026-11-21 09:00", "git commit")
    assert told(signs(book)) == [("by-hand", "li.na"), ("by-hand", "T261121-A01")]
    ticket(book, {**OPENED, "note": "changed"})
    commit(book, "2026-11-21 10:00", "git commit")
    assert told(signs(book)) == [("rewritten", "T261121-A01"), ("by-hand", "li.na")]


def test_who_agrees_with_himself_on_a_later_day_is_seen(book: Path) -> None:
    opened = entry("open", set={"kind": "repair", "subject": "tap"})
    ticket(book, opened, entry("extend", "2A", "li.na", agreed_by="李娜"))
    ticket(book, opened, entry("extend", "2A", "li.na", agreed_by="孙丽"), name="T261121-A02")
    commit(book, "2026-11-21 10:00", "ticket extend")
    assert told(signs(book)) == [("same-person", "T261121-A01")]


def test_a_card_changed_inside_a_merge_is_seen(book: Path) -> None:
    def merged(name: str) -> list[tuple[str, str]]:
        git.run(book, ["merge", "-q", "--no-ff", "--no-commit", "side"])
        write(book, STAFF, {"id": "li.na", "name": name})
        commit(book, "2026-11-21 10:00")
        return told(signs(book))

    git.run(book, ["switch", "-q", "-c", "side"])
    ticket(book, OPENED)
    commit(book, "2026-11-21 09:00", "log")
    git.run(book, ["switch", "-q", "main"])
    ticket(book, OPENED, name="T261121-A02")
    commit(book, "2026-11-21 09:00", "log")
    assert merged("李") == [("by-hand", "li.na")]
    git.run(book, ["reset", "-q", "--hard", "HEAD~1"])
    assert merged("李娜") == []


def test_cases_taken_over_from_another_system_are_not_late(book: Path) -> None:
    opened = {**OPENED, "when": at(1, 1), "set": {**OPENED["set"], "source": "wy:1"}}
    ticket(book, opened)
    commit(book, "2026-11-21 10:00", "import tickets")
    assert signs(book) == []
    [seen] = days.day_of(book, DAY, NEXT, ZONE).seen
    assert days.is_old(seen)
    ticket(book, opened, {**entry("note", "2A", note="x"), "when": at(9, 2)})
    commit(book, "2026-11-22 10:00", "ticket note")
    assert told(signs(book, NEXT, NEXT + timedelta(days=1))) == [("late", "T261121-A01")]


def test_in_the_middle_of_a_merge_nobody_is_accused(book: Path) -> None:
    ticket(book, OPENED)
    commit(book, "2026-11-21 09:00", "log")
    git.run(book, ["switch", "-q", "-c", "side"])
    ticket(book, OPENED, entry("note", "2A", note="one"))
    commit(book, "2026-11-21 09:10", "ticket note")
    git.run(book, ["switch", "-q", "main"])
    ticket(book, OPENED, entry("note", "2A", note="two"))
    commit(book, "2026-11-21 09:20", "ticket note")
    git.run(book, ["merge", "-q", "side"], ok=(0, 1))
    ticket(book, OPENED, entry("note", "2A", note="one"), entry("note", "2A", note="two"))
    write(book, STAFF, {"id": "li.na", "name": "李"})
    assert days.day_of(book, DAY, DAY, ZONE).under_way == "merge"
    assert signs(book, today=DAY) == []
    git.run(book, ["merge", "--abort"], ok=(0, 1, 128))


def test_what_awaits_its_commit_was_not_changed_by_hand(book: Path) -> None:
    path = "tickets/2026/11/21/T261121-A01.toml"
    ticket(book, OPENED)
    data = (book / path).read_bytes()
    change = queue.add(book, queue.Waiting(1, "m", "x", "x", 0, "+0800", "", "", [
        Change(path, None, data)
    ]))  # fmt: skip
    (book / change.path).parent.mkdir(parents=True, exist_ok=True)
    (book / change.path).write_bytes(change.new or b"")
    assert signs(book, today=DAY) == []
    ticket(book, {**OPENED, "note": "by hand"})
    assert told(signs(book, today=DAY)) == [("by-hand", "T261121-A01")]

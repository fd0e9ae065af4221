from __future__ import annotations

from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from svcctl.book import toml
from svcctl.book.toml import Order
from svcctl.desk.messages import rules
from svcctl.vcs import git
from svcctl.vcs.telling import history

pytestmark = pytest.mark.git

PATH = "messages/2026/11/21/T261121-A01.done.2.toml"
AT = datetime(2026, 11, 21, 9, 12, tzinfo=UTC)


def entry(name: str, did: str, **said: Any) -> dict[str, Any]:
    return {"n": name, "at": AT, "by": "li.na", "did": did, **said}


QUEUED = entry("1A", "queue", set={"about": "T261121-A01", "key": "done/2", "to": "lead"})


@pytest.fixture
def book(tmp_path: Path) -> Path:
    git.run(tmp_path, ["init", "-q", "-b", "main"])
    save(tmp_path, QUEUED)
    commit(tmp_path, "queued\n\nwords\n\nSvcctl: escalate")
    return tmp_path


def save(root: Path, *log: dict[str, Any]) -> None:
    path = root / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {"id": "T261121-A01.done.2", **rules.fold(log), "log": list(log)}
    path.write_bytes(toml.emit(record, Order((), {})))


def commit(root: Path, message: str) -> None:
    git.run(root, ["add", "--all"])
    who = {"GIT_AUTHOR_NAME": "王芳", "GIT_AUTHOR_EMAIL": "wang.fang"}
    git.run(root, ["commit", "-q", "--allow-empty", "-m", message], env=who)


def test_a_commit_says_who_when_and_which_command(book: Path) -> None:
    [step] = history.steps(book, [PATH])
    one = step.commit
    assert one is not None
    assert (one.author, one.person, one.subject, one.command) == (
        "王芳", "wang.fang", "queued", "escalate",
    )  # fmt: skip
    assert one.parents == ()
    assert step.seen.what == "added"


def test_what_is_not_committed_comes_last(book: Path) -> None:
    save(book, QUEUED, entry("2A", "sent", via="phone"))
    steps = history.steps(book, [PATH])
    assert [step.commit is None for step in steps] == [False, True]
    assert steps[1].seen.delta is not None
    assert [one["n"] for one in steps[1].seen.delta.added] == ["2A"]


def test_commits_that_did_not_touch_it_are_left_out(book: Path) -> None:
    (book / "other").write_text("x")
    commit(book, "other")
    assert len(history.steps(book, [PATH])) == 1
    assert history.steps(book, ["staff/nobody.toml"]) == []


def diverge(book: Path) -> None:
    git.run(book, ["switch", "-q", "-c", "side"])
    save(book, QUEUED, entry("2B", "sent", via="phone"))
    commit(book, "side")
    git.run(book, ["switch", "-q", "main"])
    save(book, QUEUED, entry("2A", "sent", via="visit"))
    commit(book, "main")
    git.run(book, ["merge", "-q", "--no-commit", "side"], ok=(0, 1))


def test_a_merge_that_lost_nothing_did_nothing_itself(book: Path) -> None:
    diverge(book)
    save(book, QUEUED, entry("2A", "sent", via="visit"), entry("2B", "sent", via="phone"))
    commit(book, "merged")
    merge = history.steps(book, [PATH])[-1]
    assert merge.commit is not None
    assert len(merge.commit.parents) == 2
    assert merge.seen.delta is None
    assert merge.seen.words == "brought together"


def test_a_merge_that_lost_an_entry_is_told(book: Path) -> None:
    diverge(book)
    save(book, QUEUED, entry("2A", "sent", via="visit"), entry("3A", "sent", via="letter"))
    commit(book, "merged")
    delta = history.steps(book, [PATH])[-1].seen.delta
    assert delta is not None
    assert [one["n"] for one in delta.removed] == ["2B"]
    assert [one["n"] for one in delta.added] == ["3A"]
    assert delta.rewritten


def test_a_repository_without_commits_has_no_history(tmp_path: Path) -> None:
    git.run(tmp_path, ["init", "-q"])
    save(tmp_path, QUEUED)
    assert history.steps(tmp_path, [PATH]) == []


def test_steps_of_two_desks_come_in_the_order_of_time(book: Path) -> None:
    def step(name: str, hour: int) -> None:
        save(book, QUEUED, entry(name, "sent"))
        git.run(book, ["add", "--all"])
        when = f"2095-11-21 {hour}:00 +0800"
        git.run(book, ["commit", "-q", "-m", name], env={"GIT_COMMITTER_DATE": when})

    git.run(book, ["switch", "-q", "-c", "side"])
    step("2A", 10)
    step("3A", 12)
    git.run(book, ["switch", "-q", "main"])
    step("2B", 11)
    step("3B", 13)
    git.run(book, ["merge", "-q", "-s", "ours", "-m", "merged", "side"])
    names = [one.commit.subject for one in history.steps(book, [PATH])[1:5] if one.commit]
    assert names == ["2A", "2B", "3A", "3B"]


def test_a_merge_that_joins_what_both_sides_added_says_so(book: Path) -> None:
    path = "residents/A/00/R-A0001.toml"

    def save_card(*flags: str) -> None:
        (book / path).parent.mkdir(parents=True, exist_ok=True)
        card = {"id": "R-A0001", "name": "x", "watch": list(flags)}
        (book / path).write_bytes(toml.emit(card, Order((), {})))
        commit(book, "card")

    save_card("key")
    git.run(book, ["switch", "-q", "-c", "side"])
    save_card("key", "one")
    git.run(book, ["switch", "-q", "main"])
    save_card("key", "two")
    git.run(book, ["merge", "-q", "-s", "ours", "--no-commit", "side"])
    save_card("key", "one", "two")
    last = history.steps(book, [path])[-1]
    assert last.seen.delta is not None
    assert [one.after for one in last.seen.delta.fields] == [["key", "one", "two"]]
    assert not last.planted

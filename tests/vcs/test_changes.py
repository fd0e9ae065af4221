from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from svcctl.base.errors import NotFoundError
from svcctl.book import toml
from svcctl.book.source import Disk
from svcctl.book.toml import Order
from svcctl.vcs import git
from svcctl.vcs.telling import changes
from svcctl.vcs.telling import history
from svcctl.vcs.telling.changes import FILES
from svcctl.vcs.telling.changes import INDEX
from svcctl.vcs.telling.changes import Seen
from svcctl.vcs.telling.changes import Span
from svcctl.vcs.telling.changes import between
from svcctl.vcs.telling.changes import span_of

pytestmark = pytest.mark.git

UNIT = "units/3/3-2-1501.toml"
STAFF = "staff/li.na.toml"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book in a subfolder with a name that is not ASCII, with one commit."""
    root = tmp_path / "办公室" / "records"
    root.mkdir(parents=True)
    git.run(tmp_path, ["init", "-q", "-b", "main"])
    write(root, "book.toml", {"estate": "x"})
    write(root, UNIT, {"id": "3-2-1501", "room": "1501"})
    write(root, STAFF, {"id": "li.na", "name": "李娜"})
    write(tmp_path, "outside.toml", {"id": "x"})
    commit(root, "one")
    return root


def write(root: Path, name: str, record: dict[str, Any] | bytes) -> None:
    data = record if isinstance(record, bytes) else toml.emit(record, Order((), {}))
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(data)


def commit(root: Path, subject: str, *more: str) -> str:
    top = git.find(root).top
    git.run(top, ["add", "--all"])
    git.run(top, ["-c", "user.name=Wang", "-c", "user.email=wang.fang@x", "commit", "-q", "-m",
                  subject, *more])  # fmt: skip
    return changes.head(root)


def seen(root: Path, span: Span | None = None, paths: Sequence[str] = ()) -> dict[str, Seen]:
    return {one.path: one for one in between(root, span or span_of(root, None), paths)}


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The git commands that were started."""
    started: list[str] = []

    popen = subprocess.Popen

    def counting(args: Sequence[str], **more: Any) -> Any:
        started.append(args[6])
        return popen(args, **more)

    monkeypatch.setattr(subprocess, "Popen", counting)
    return started


# -- which versions -------------------------------------------------------------------------------


def test_nothing_named_is_what_nobody_committed_new_files_too(book: Path) -> None:
    assert seen(book) == {}
    write(book, STAFF, {"id": "li.na", "name": "李"})
    write(book, "staff/a.b.toml", {"id": "a.b", "name": "A"})
    os.unlink(book / UNIT)
    found = seen(book)
    assert {path: one.what for path, one in found.items()} == {
        STAFF: "changed", "staff/a.b.toml": "added", UNIT: "gone",
    }  # fmt: skip
    delta = found[STAFF].delta
    assert delta is not None
    assert [tuple(one) for one in delta.fields] == [(("name",), "李娜", "李")]


def test_a_book_without_commits_is_all_new(tmp_path: Path) -> None:
    git.run(tmp_path, ["init", "-q"])
    write(tmp_path, STAFF, {"id": "li.na", "name": "x"})
    assert seen(tmp_path)[STAFF].what == "added"
    git.run(tmp_path, ["add", "--all"])
    assert seen(tmp_path, span_of(tmp_path, None, staged=True))[STAFF].what == "added"


def test_staged_is_what_would_be_committed_not_the_file(book: Path) -> None:
    write(book, STAFF, {"id": "li.na", "name": "staged"})
    git.run(book, ["add", "--all"])
    write(book, STAFF, {"id": "li.na", "name": "later"})
    delta = seen(book, span_of(book, None, staged=True))[STAFF].delta
    assert delta is not None
    assert delta.fields[0].after == "staged"
    delta = seen(book)[STAFF].delta
    assert delta is not None
    assert delta.fields[0].after == "later"


def test_ranges(book: Path) -> None:
    first = changes.head(book)
    git.run(book, ["switch", "-q", "-c", "side"])
    write(book, "staff/a.b.toml", {"id": "a.b", "name": "A"})
    side = commit(book, "side")
    git.run(book, ["switch", "-q", "main"])
    write(book, STAFF, {"id": "li.na", "name": "N"})
    main = commit(book, "two")
    assert set(seen(book, span_of(book, "main..side"))) == {"staff/a.b.toml", STAFF}
    assert set(seen(book, span_of(book, "main...side"))) == {"staff/a.b.toml"}
    assert span_of(book, "main..side") == Span(main, side)
    assert span_of(book, "..side") == Span(main, side)
    assert span_of(book, f"{first}") == Span(first, FILES)
    assert span_of(book, first, staged=True) == Span(first, INDEX)


@pytest.mark.parametrize("rev", ["nothing", "-x", "main..nothing", "a\nb", "HEAD~9"])
def test_a_revision_that_is_none_is_named(book: Path, rev: str) -> None:
    with pytest.raises(NotFoundError):
        span_of(book, rev)


def test_only_below_the_paths_asked_for(book: Path) -> None:
    write(book, STAFF, {"id": "li.na", "name": "李"})
    write(book, UNIT, {"id": "3-2-1501", "room": "15"})
    write(book, "staff/a.b.toml", {"id": "a.b", "name": "A"})
    assert set(seen(book, paths=["staff"])) == {STAFF, "staff/a.b.toml"}
    assert set(seen(book, paths=[UNIT])) == {UNIT}


# -- whatever files hold --------------------------------------------------------------------------


def linked(root: Path) -> str:
    os.symlink("/etc/hostname", root / "staff/linked.toml")
    return "staff/linked.toml"


def huge(root: Path) -> str:
    write(root, "staff/huge.toml", b"#" * (5 * 1024 * 1024))
    return "staff/huge.toml"


def marked(root: Path) -> str:
    write(root, UNIT, b"<<<<<<< ours\nid = 1\n=======\n>>>>>>> theirs\n")
    return UNIT


def no_text(root: Path) -> str:
    write(root, UNIT, b'id = "\xff"\n')
    return UNIT


def no_record(root: Path) -> str:
    write(root, "schemas/unit.schema.json", b"{}")
    return "schemas/unit.schema.json"


def no_place(root: Path) -> str:
    write(root, "tickets/2026/11/21/T261120-A01.toml", {"id": "T261120-A01"})
    return "tickets/2026/11/21/T261120-A01.toml"


def folder_for_file(root: Path) -> str:
    os.unlink(root / UNIT)
    (root / UNIT).mkdir()
    return UNIT


def deep(root: Path) -> str:
    write(root, UNIT, b"a = " + b"[" * 3000 + b"]" * 3000)
    return UNIT


STRANGE = [linked, huge, marked, no_text, no_record, no_place, folder_for_file, deep]


@pytest.mark.parametrize("make", STRANGE)
def test_what_cannot_be_compared_is_told_in_a_line(make: Callable[[Path], str], book: Path) -> None:
    path = make(book)
    before = changes.head(book)
    found = seen(book)[path]
    assert found.delta is None
    assert found.words
    after = commit(book, "strange", "--allow-empty")
    committed = seen(book, Span(before, after)).get(path)
    assert committed is None or committed.words or committed.what == "gone"
    assert [one.seen.path for one in history.steps(book, [path])]


def test_what_could_not_be_read_before_is_told(book: Path) -> None:
    marked(book)
    commit(book, "broken")
    write(book, UNIT, {"id": "3-2-1501", "room": "1501"})
    found = seen(book)[UNIT]
    assert found.delta is None
    assert "merge conflict" in found.words or "conflict marker" in found.words


def test_form_alone_is_told_as_such(book: Path) -> None:
    write(book, UNIT, b'room = "1501"\r\nid = "3-2-1501"\r\n')
    found = seen(book)[UNIT]
    assert (found.delta, found.words) == (None, "only its form differs")


def test_a_file_that_was_only_touched_does_not_differ(book: Path) -> None:
    os.utime(book / UNIT, (1, 1))
    assert seen(book) == {}


def test_a_record_that_was_moved_is_told_once(book: Path) -> None:
    before = changes.head(book)
    os.rename(book / UNIT, book / "units/3/3-2-1502.toml")
    assert {path: one.what for path, one in seen(book).items()} == {
        "units/3/3-2-1502.toml": "moved"
    }
    after = commit(book, "moved")
    [one] = seen(book, Span(before, after)).values()
    assert UNIT in one.words


def test_a_repository_inside_is_told(book: Path) -> None:
    inner = book / "staff" / "inner"
    inner.mkdir()
    git.run(inner, ["init", "-q"])
    write(inner, "a", b"x")
    git.run(inner, ["add", "--all"])
    git.run(inner, ["-c", "user.name=x", "-c", "user.email=x", "commit", "-q", "-m", "x"])
    assert any(path.startswith("staff/inner") for path in seen(book))
    before = changes.head(book)
    after = commit(book, "module")
    assert all(one.delta is None for one in seen(book, Span(before, after)).values())


def test_a_merge_that_is_not_finished_is_told(book: Path) -> None:
    git.run(book, ["switch", "-q", "-c", "side"])
    write(book, UNIT, {"id": "3-2-1501", "room": "1"})
    commit(book, "side")
    git.run(book, ["switch", "-q", "main"])
    write(book, UNIT, {"id": "3-2-1501", "room": "2"})
    commit(book, "two")
    git.run(book, ["merge", "side"], ok=(1,))
    assert seen(book)[UNIT].delta is None


def test_a_pending_journal_is_read_as_done(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = toml.emit({"id": "li.na", "name": "written soon"}, Order((), {}))
    monkeypatch.setattr(Disk, "settle", lambda _self: ())
    monkeypatch.setattr(Disk, "overlay", {STAFF: data})
    delta = seen(book)[STAFF].delta
    assert delta is not None
    assert [one.after for one in delta.fields] == ["written soon"]


# -- how often git is started ---------------------------------------------------------------------


def test_git_is_started_as_often_for_many_files_as_for_one(
    book: Path, processes: list[str]
) -> None:
    counts = []
    write(book, "staff/a0.toml", {"id": "a0", "name": "first"})
    commit(book, "first")
    for many in (1, 150):
        for number in range(many):
            write(book, f"staff/a{number}.toml", {"id": f"a{number}", "name": f"{many}"})
        processes.clear()
        assert len(seen(book)) == many
        counts.append(len(processes))
        before = changes.head(book)
        after = commit(book, "more")
        processes.clear()
        assert len(seen(book, Span(before, after))) == many
        counts.append(len(processes))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 6


def test_history_starts_git_as_often_for_many_commits_as_for_one(
    book: Path, processes: list[str]
) -> None:
    processes.clear()
    assert len(history.steps(book, [STAFF])) == 1
    once = len(processes)
    for number in range(12):
        write(book, STAFF, {"id": "li.na", "name": f"n{number}"})
        commit(book, f"n{number}")
    processes.clear()
    assert len(history.steps(book, [STAFF])) == 13
    assert len(processes) == once

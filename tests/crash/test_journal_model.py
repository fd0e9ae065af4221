"""Power cuts, kills and disk errors at every step, on a disk that forgets what was not flushed."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

import pytest

from svcctl.base.errors import DiskError
from svcctl.book import files
from svcctl.book import journal
from svcctl.book.files import blob_hash
from svcctl.book.journal import Change
from tests.crash.model_fs import ModelDisk
from tests.crash.model_fs import PowerCut
from tests.crash.model_fs import every_loss

pytestmark = pytest.mark.crash

BOOK = Path("/book")
BEFORE = {"book.toml": b"format = 1\n", "a/x.toml": b"x old\n", "a/z.toml": b"z old\n"}
LEFT = f"{files.temp_folder('')}/1-1".strip("/")
STATE = {f"{files.STATE}/.gitignore": b"*\n", LEFT: b"left by a dead writer"}
Tree = dict[str, bytes]


class Case(NamedTuple):
    changes: list[Change]
    has_syncfs: bool = True
    has_state: bool = True
    limit: int = 600

    def disk(self) -> ModelDisk:
        tree = BEFORE | STATE if self.has_state else BEFORE
        found = {f"{BOOK}/{path}": data for path, data in tree.items()}
        return ModelDisk(found, has_syncfs=self.has_syncfs)

    @property
    def after(self) -> Tree:
        tree: Tree = dict(BEFORE)
        for path, _old, new in self.changes:
            if new is None:
                del tree[path]
            else:
                tree[path] = new
        return tree


def change(path: str, new: bytes | None) -> Change:
    old = BEFORE.get(path)
    return Change(path, blob_hash(old) if old is not None else None, new)


MIXED = [change("a/x.toml", b"x new\n"), change("b/c/y.toml", b"y\n"), change("a/z.toml", None)]
BULK = [change("a/x.toml", b"x new\n"), *(change(f"d{n % 3}/{n}.toml", b"n\n") for n in range(11))]
CASES = {
    "create": Case([change("b/c/y.toml", b"y\n")]),
    "create-in-a-new-book": Case([change("y.toml", b"y\n")], has_state=False),
    "replace": Case([change("a/x.toml", b"x new\n")]),
    "delete": Case([change("a/x.toml", None)]),
    "mixed": Case(MIXED),
    "mixed-in-a-new-book": Case(MIXED, has_state=False, limit=100),
    "bulk": Case(BULK, limit=40),
    "bulk-without-syncfs": Case(BULK, has_syncfs=False, limit=40),
}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture(autouse=True)
def restore_ops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ops", files.ops)


def commit(disk: ModelDisk, case: Case) -> str:
    """Run the change; return how it ended: `done`, `dead` or the message of the error."""
    files.ops = disk
    try:
        journal.commit(BOOK, case.changes, "test")
    except PowerCut:
        return "dead"
    except DiskError as error:
        return error.message
    return "done"


def records(disk: ModelDisk) -> Tree:
    """Return the files without those of `.svcctl`."""
    tree = disk.tree(str(BOOK))
    return {path: data for path, data in tree.items() if not path.startswith(files.STATE)}


def seen(disk: ModelDisk) -> Tree:
    """Return what a reader sees: the files and over them what is committed."""
    files.ops = disk
    tree = records(disk)
    overlay = journal.pending(BOOK)
    for path, data in (overlay.files if overlay else {}).items():
        tree.pop(path, None)
        if data is not None:
            tree[path] = data
    return tree


def recovered(disk: ModelDisk) -> Tree:
    """Recover, look for residue and return the records."""
    files.ops = disk
    journal.recover(BOOK)
    left = {path for path in disk.tree(str(BOOK)) if path.startswith(files.STATE)}
    assert left <= {f"{files.STATE}/.gitignore"}
    return records(disk)


def stopped(case: Case, fault: int | None) -> Iterator[tuple[ModelDisk, str]]:
    """Yield the disk and the outcome with the fault at the first, second … call, then none."""
    step, reached = 0, True
    while reached:
        step += 1
        disk = case.disk()
        disk.fail_at, disk.fault = step, fault
        outcome = commit(disk, case)
        reached = len(disk.steps) >= step
        yield disk, outcome


def test_power_cut_at_any_call_leaves_all_or_nothing(case: Case) -> None:
    ends = set()
    for disk, outcome in stopped(case, None):
        for after in every_loss(disk, case.limit):
            view, tree = seen(after), recovered(after)
            assert tree in ((case.after,) if outcome == "done" else (BEFORE, case.after))
            assert view == tree
            ends.add(tree == BEFORE)
    assert ends == {True, False}


def test_kill_at_any_call_leaves_all_or_nothing(case: Case) -> None:
    for disk, outcome in stopped(case, None):
        disk.restart()
        view, tree = seen(disk), recovered(disk)
        assert tree in ((case.after,) if outcome == "done" else (BEFORE, case.after))
        assert view == tree


@pytest.mark.parametrize("fault", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def test_error_at_any_call_is_told_truly_and_survives_a_power_cut(case: Case, fault: int) -> None:
    for disk, outcome in stopped(case, fault):
        disk.restart()
        told = (BEFORE, case.after)
        if outcome == "done":
            told = (case.after, case.after)
        elif "nothing was changed" in outcome:
            told = (BEFORE, BEFORE)
        else:
            assert "committed" in outcome or "is written" in outcome
            assert seen(disk) == case.after
        assert seen(disk) in told
        for after in every_loss(disk, case.limit // 4):
            view, tree = seen(after), recovered(after)
            assert tree in told
            assert view == tree


def test_what_the_writer_after_a_kill_finds_survives_a_power_cut(case: Case) -> None:
    for disk, _outcome in stopped(case, None):
        disk.restart()
        files.ops = disk
        if not case.has_syncfs:
            disk.flush_all()  # stands for os.sync
        else:
            files.settle(str(BOOK))  # done by the lock
        found = recovered(disk)
        for after in every_loss(disk, case.limit // 4):
            assert recovered(after) == found


@pytest.mark.parametrize("name", ["mixed", "bulk"])
@pytest.mark.parametrize("fault", [None, errno.EIO], ids=["power", "EIO"])
def test_recovery_may_itself_be_interrupted_at_any_call(name: str, fault: int | None) -> None:
    case = CASES[name]
    for disk, _outcome in stopped(case, None):
        disk.restart()
        files.ops = disk
        if journal.pending(BOOK) is None:
            continue
        for again in interrupted_recoveries(disk, fault):
            for after in every_loss(again, 30 if name == "mixed" else 2):
                assert recovered(after) in (BEFORE, case.after)
            again.restart()
            assert recovered(again) == case.after


def interrupted_recoveries(disk: ModelDisk, fault: int | None) -> Iterator[ModelDisk]:
    step, reached = 0, True
    while reached:
        step += 1
        again = deepcopy(disk)
        again.fail_at, again.fault = step, fault
        files.ops = again
        with suppress(PowerCut, DiskError):
            journal.recover(BOOK)
        reached = len(again.steps) >= step
        yield again


def test_the_model_finds_a_missing_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the flush of folders the same search must fail, or it proves nothing."""
    monkeypatch.setattr(files, "sync_folder", lambda _folder: None)
    case = CASES["create"]
    disk = case.disk()
    assert commit(disk, case) == "done"
    found = [recovered(after) for after in every_loss(disk, 100)]
    assert BEFORE in found
    assert case.after in found


def test_the_model_finds_unflushed_data(monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES["replace"]
    disk = case.disk()
    monkeypatch.setattr(disk, "fsync", lambda _fd: None)
    assert commit(disk, case) == "done"
    found = [recovered(after)["a/x.toml"] for after in every_loss(disk, 100)]
    assert b"x " in b"".join(found)
    assert any(data not in (b"x old\n", b"x new\n") for data in found)


def test_a_finished_journal_never_comes_back_over_later_changes() -> None:
    case = CASES["mixed"]
    for later in (b"x last\n", BEFORE["a/x.toml"]):
        disk = case.disk()
        assert commit(disk, case) == "done"
        journal.commit(BOOK, [Change("a/x.toml", blob_hash(b"x new\n"), later)], "later")
        for after in every_loss(disk, 200):
            assert recovered(after) == case.after | {"a/x.toml": later}


@pytest.mark.parametrize("fault", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def test_an_error_before_the_commit_point_leaves_nothing_behind(case: Case, fault: int) -> None:
    folders = count_folders(case.disk())
    for disk, outcome in stopped(case, fault):
        if "nothing was changed" not in outcome:
            continue
        allowed = STATE if case.has_state else {f"{files.STATE}/.gitignore"}
        assert set(disk.tree(str(BOOK))) <= BEFORE.keys() | allowed
        assert count_folders(disk) <= folders + (0 if case.has_state else 2)


def count_folders(disk: ModelDisk) -> int:
    return sum(node.is_folder for node in disk.nodes())

"""Real commands, killed and starved at the system calls that change the book or this clone's state.

After each fault something ordinary follows: another writing command, the doctor, or the same
command again. Then the book is as before or as after, `validate` finds nothing, and no number is
given twice. What a failed command says is a sentence with status 6, never a traceback.
"""

from __future__ import annotations

import compileall
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from svcctl.book.local import Local
from svcctl.book.source import Disk
from svcctl.check.runner import Claim
from svcctl.check.runner import run as validate
from tests.crash import faults
from tests.crash.faults import Outcome
from tests.crash.faults import Scenario
from tests.crash.faults import Tree
from tests.support.program import ENVIRONMENT
from tests.support.program import PROGRAM
from tests.support.program import PROJECT
from tests.support.program import begin
from tests.support.program import done
from tests.support.program import make_estate
from tests.support.program import ran
from tests.support.program import svcctl
from tests.support.program import words_of

pytestmark = [
    pytest.mark.crash,
    pytest.mark.slow,
    pytest.mark.skipif(not faults.available(), reason="strace may not inject faults here"),
]

LATER = "logged after the fault"
STATE = ".svcctl/local/state.json"
SAID = {"EIO": "input/output error", "ENOSPC": "no space left"}
ROWS = 12


@pytest.fixture(scope="module", autouse=True)
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A compiled copy of the program: calls are counted, so it must start alike each time."""
    place = tmp_path_factory.mktemp("program")
    shutil.copytree(PROJECT / "svcctl", place / "svcctl")
    compileall.compile_dir(place, quiet=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENVIRONMENT, "PYTHONPATH", str(place))
        yield


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_estate(tmp_path_factory.mktemp("estate") / "book")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def settle(book: Path) -> None:
    """Tell a copy of the estate that it is no copy."""
    local = Local(book)
    state = local.read()
    if state:
        local.claim(state["desk"], state["token"])


def scenario(book: Path, *words: str) -> Scenario:
    """Return the command on copies of a book, followed by a look at the whole."""
    return Scenario(words_of("{book}", *words), book, ready=settle, proof=proof, env=ENVIRONMENT)


def proof(book: Path, status: int, state: str) -> str:
    """Return what is wrong with a book after recovery."""
    del status, state
    own = Local(book).read()
    claim = Claim(own["desk"], own["token"]) if own.get("desk") else None
    found = validate(book, Disk(book), cached=False, claim=claim).found
    return "\n".join(str(one) for one in found)


def log_again(book: Path) -> None:
    """Register one more matter: it recovers what it finds, and needs a number of its own."""
    done(book, "log", "repair", LATER)


def doctor(book: Path) -> None:
    svcctl(book, "book", "doctor", "--fix")


def without_later(found: Tree) -> dict[str, bytes]:
    return {path: data for path, data in found.items() if LATER.encode() not in data}


def followed_by_log(plain: Scenario, work: Path) -> Scenario:
    """Return a scenario in which recovery is one more `log`, which is not part of the states."""
    book = plain.fixture.parent / f"after-{work.parent.name}"
    shutil.copytree(plain.fixture, book)
    settle(book)
    assert ran(*(word.replace("{book}", str(book)) for word in plain.command)).returncode == 0
    first, last = faults.tree(plain.fixture), faults.tree(book)
    return plain._replace(
        before=lambda found: without_later(found) == first,
        after=lambda found: without_later(found) == last,
        recover=log_again,
        proof=lambda book, status, state: (
            proof(book, status, state) or one_later(book, len(first if state == "before" else last))
        ),
    )


def one_later(book: Path, others: int) -> str:
    """The ticket of `log_again` has a number, and so a file, that nothing else has."""
    count = len(faults.tree(book)) - others
    return "" if count == 1 else f"{count} files more than expected"


def judge(outcomes: list[Outcome]) -> None:
    """Check what the commands said: sentences with status 6, or nothing at all if it was done."""
    assert outcomes
    for one in outcomes:
        told = f"{one.fault} at {one.call.line}: {one.status}\n{one.stderr}"
        if one.fault == "KILL":
            assert one.status == -9, told
            continue
        assert one.status in (0, 6), told
        assert one.status == 0 or SAID[one.fault] in one.stderr, told
        assert one.status == 0 or one.stderr.count("svcctl: error: ") == 1, told


def test_log_of_one_file(estate: Path, work: Path) -> None:
    plain = scenario(estate, "log", "complaint", "3-2-1501", "又困人")
    outcomes = faults.check(followed_by_log(plain, work), work)
    judge(outcomes)
    assert {one.state for one in outcomes} == {"before", "after"}
    assert any(STATE in one.call.line for one in outcomes)


def test_log_of_an_unknown_caller(estate: Path, work: Path) -> None:
    """A resident's card and a ticket: two files, two numbers."""
    plain = scenario(estate, "log", "repair", "3-2-1501", "漏水", "--phone", "13811112222")
    outcomes = faults.check(followed_by_log(plain, work), work, limit=42)
    judge(outcomes)
    assert {one.state for one in outcomes} == {"before", "after"}


def test_transfer_of_a_unit(estate: Path, work: Path) -> None:
    words = ("unit", "transfer", "3-2-1501", "--from", "R-A0001", "--to", "R-A0002", "--yes")
    plain = scenario(estate, *words)._replace(recover=doctor)
    outcomes = faults.check(plain, work)
    judge(outcomes)
    assert {one.state for one in outcomes} == {"before", "after"}


def test_batch_with_one_flush_for_all(estate: Path, work: Path, tmp_path: Path) -> None:
    night = tmp_path / "night.jsonl"
    rows = ({"kind": "complaint", "words": f"第{number}件"} for number in range(ROWS))
    night.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    plain = scenario(estate, "log", "--from", str(night))
    outcomes = faults.check(followed_by_log(plain, work), work, limit=42)
    judge(outcomes)
    assert {one.state for one in outcomes} == {"before", "after"}


def test_escalate_all(late: Path, work: Path) -> None:
    """Tickets and messages together; whoever was stopped runs it again, once in effect."""
    plain = scenario(late, *ESCALATE)._replace(recover=escalate_again)
    outcomes = faults.check(plain, work, limit=30)
    judge(outcomes)
    assert {one.state for one in outcomes} == {"before", "after"}


ESCALATE = ("escalate", "--all", "--take-over", "--format", "ids")


@pytest.fixture
def late(estate: Path, tmp_path: Path) -> Path:
    """A copy of the estate in which two matters are late since the night."""
    root = tmp_path / "late"
    shutil.copytree(estate, root)
    settle(root)
    for words in ("电梯困人", "漏水"):
        done(root, "log", "complaint", words, "--when", "2026-11-20 09:30")
    return root


def escalate_again(book: Path) -> None:
    """The doctor settles what was begun; a second run finds all of it, or nothing, to do."""
    doctor(book)
    place = Path(tempfile.mkdtemp(dir=book.parent))
    copy = place / "again"
    shutil.copytree(book, copy)
    settle(copy)
    ran_twice = [done(copy, *ESCALATE) for _time in range(2)]
    assert ran_twice[1] == ""
    assert bool(ran_twice[0]) is not any(book.glob("messages/**/*.toml"))
    shutil.rmtree(place)


def test_flush_of_a_batch(estate: Path, work: Path, tmp_path: Path) -> None:
    """The one call on which a batch stands, with every fault."""
    night = tmp_path / "night.csv"
    night.write_text("kind,words\n" + "complaint,电梯\n" * ROWS, encoding="utf-8")
    plain = scenario(estate, "log", "--from", str(night))
    others = tuple(f"{name}(" for name in ("openat", "write", "mkdir", "fsync", "rename"))
    outcomes = faults.check(plain._replace(recover=doctor, skip=others), work)
    judge(outcomes)
    assert "syncfs" in {one.call.name for one in outcomes}


def test_new_book(tmp_path: Path, work: Path) -> None:
    """A second `init` finishes the first, or says that there is nothing left to do."""
    empty = tmp_path / "empty"
    empty.mkdir()
    plain = Scenario(
        [*PROGRAM, "init", "{book}", "--staff", "wang.fang"],
        empty,
        before=lambda found: not found,
        after=lambda found: "book.toml" in found and "staff/wang.fang.toml" in found,
        proof=begin_again,
        env=ENVIRONMENT,
    )
    outcomes = faults.check(plain, work, limit=36)
    judge(outcomes)
    assert {one.state for one in outcomes} == {"before", "after"}


def begin_again(book: Path, status: int, state: str) -> str:
    ended = begin(book)
    finished = Local(book).read().get("claiming") is None
    if status == 0 and ended.returncode != 4:
        return f"a finished book was begun again: {ended.stderr}"
    if ended.returncode not in (0, 4) or not finished:
        return f"a second init ended in {ended.returncode}: {ended.stderr}"
    made = svcctl(book, "log", "repair", LATER)
    if made.stdout != "T261121-A01\n":
        return f"{state}: no number 1 of desk A: {made}"
    return proof(book, status, state)


def test_claim_of_a_desk_code(estate: Path, work: Path) -> None:
    """A code is not lost: whoever wrote the card can finish the claim."""
    outcomes = faults.check(
        scenario(estate, "desk", "claim", "B")._replace(
            before=lambda found: "desks/B.toml" not in found,
            after=lambda found: "desks/B.toml" in found,
            proof=claim_again,
        ),
        work,
        limit=48,
    )
    judge(outcomes)
    assert {one.state for one in outcomes} == {"before", "after"}


def claim_again(book: Path, status: int, state: str) -> str:
    if status == 0 and Local(book).desk() != "B":
        return "it is not desk B, but the command said so"
    if state == "before" and Local(book).desk() != "A":
        return "it is desk B without a card"
    ended = svcctl(book, "desk", "claim", "B")
    if ended.returncode != 0 or Local(book).desk() != "B":
        return f"claimed again, it ended in {ended.returncode}: {ended.stderr}"
    return proof(book, status, state)


def test_start_of_a_shift(estate: Path, work: Path) -> None:
    """The record first, then who is acting here: whoever is stopped between says it again."""
    done(estate, "staff", "new", "李娜", "--id", "li.na")
    plain = scenario(estate, "shift", "start", "li.na")
    outcomes = faults.check(
        plain._replace(
            more=acting,
            before=lambda found: found[ACTING] == b"wang.fang",
            after=lambda found: found[ACTING] == b"li.na" and SHIFT in found,
            proof=start_again,
        ),
        work,
        limit=48,
    )
    judge(outcomes)
    assert {one.state for one in outcomes} == {"before", "after"}


ACTING = "who is acting"
SHIFT = "shifts/2026/11/21/S261121-A01.toml"


def start_again(book: Path, status: int, state: str) -> str:
    ended = svcctl(book, "shift", "start", "li.na")
    if ended.returncode != 0 or Local(book).read().get("acting") != "li.na":
        return f"started again, it ended in {ended.returncode}: {ended.stderr}"
    shifts = done(book, "shift", "list", "--format", "ids").split()
    if len(shifts) != 1 or shifts[0] not in ended.stderr:
        return f"not one shift, but {shifts}"
    return proof(book, status, state)


def acting(book: Path) -> Tree:
    return {ACTING: str(Local(book).read().get("acting")).encode()}


@pytest.fixture
def untidy(estate: Path, tmp_path: Path) -> Path:
    """A copy of the estate with three files in another form."""
    root = tmp_path / "untidy"
    shutil.copytree(estate, root)
    for path in ("staff/wang.fang.toml", "units/3/3-2-1501.toml", "units/3/3-2-1502.toml"):
        text = (root / path).read_text(encoding="utf-8")
        (root / path).write_text(text.replace(" = ", "="), encoding="utf-8")
    settle(root)
    return root


def test_fmt(untidy: Path, work: Path) -> None:
    plain = scenario(untidy, "fmt")
    outcomes = faults.check(
        plain._replace(proof=lambda *how: proof(*how) if how[2] == "after" else ""), work, limit=40
    )
    judge(outcomes)
    assert {one.state for one in outcomes} == {"before", "after"}


@pytest.fixture
def half(untidy: Path) -> Path:
    """A book whose `fmt` was killed between its files."""
    inject = "inject=rename:signal=KILL:when=3"
    ended = ran("strace", "-o", os.devnull, "-e", inject, *words_of(untidy, "fmt"))
    assert ended.returncode == -9
    assert faults.seen(untidy) != faults.tree(untidy)
    return untidy


@pytest.mark.parametrize("words", [("log", "repair", LATER), ("book", "doctor", "--fix")])
def test_recovery_by_the_next_command(words: tuple[str, ...], half: Path, work: Path) -> None:
    """What was committed stays so, however often the one that finishes it fails."""
    whole = faults.seen(half)
    plain = scenario(half, *words)._replace(
        before=lambda _found: False, after=lambda found: without_later(found) == whole
    )
    outcomes = faults.check(plain, work, limit=36)
    assert {one.state for one in outcomes} == {"after"}
    if words[0] == "log":
        judge(outcomes)
    assert not any("Traceback" in one.stderr or one.status == 70 for one in outcomes)


def test_the_index_is_never_a_reason_to_fail(estate: Path, work: Path) -> None:
    """It is derived: a disk that refuses it costs time, not the command."""
    plain = scenario(estate, "log", "repair", "3-2-1501", "漏水", "--phone", "13811112222")
    others = (".svcctl/tmp", ".svcctl/lock", ".svcctl/local", "residents", ".svcctl>", "tickets")
    outcomes = faults.check(plain._replace(skip=others), work, faults=["EIO", "ENOSPC"], limit=20)
    assert all(".svcctl/cache" in one.call.line for one in outcomes)
    assert {one.status for one in outcomes} == {0}
    assert {one.state for one in outcomes} == {"after"}

"""Real faults: a command is killed or fails at each system call that changes the book, in turn.

`check` runs a command once under strace on a copy of a fixture and notes its calls on the book.
Then for each call and fault it runs the command on a fresh copy, looks at the book as a reader
would, recovers as the next writer would, and looks again: both times the book must be wholly as
before or wholly as after. It does not matter how the command ended, only that what it said is true.

    outcomes = check(Scenario(command=["svcctl", "--book", "{book}", …], fixture=folder), tmp_path)

Only calls of the command's own process are counted, not those of git or other children.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from functools import partial
from pathlib import Path
from typing import NamedTuple

from svcctl.book import files
from svcctl.book import journal
from svcctl.book.lock import WriterLock

Tree = Mapping[str, bytes]
"""All files of a book by path, without `.svcctl` and `.git`."""

FAULTS = ("KILL", "EIO", "ENOSPC")
_CALLS = (
    "open,openat,creat,write,pwrite64,writev,pwritev,fsync,fdatasync,syncfs,sync_file_range,"
    "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,"
    "truncate,ftruncate,chmod,fchmod,fchmodat,fchown,copy_file_range,sendfile,fallocate"
)
_LINE = re.compile(r"^(?:\d+ +)?([a-z0-9_]+)\((.*)$")
_TEMPORARY = re.compile(r"(?:^|/)\.[^/]+\.\d+-\d+$")
_APART = (files.STATE, ".git")
_TIMEOUT_S = 60
_TRIES = 3


class Call(NamedTuple):
    """One system call on the book: the `nth` of its name in the process."""

    name: str
    nth: int
    line: str


class Outcome(NamedTuple):
    """How one run with a fault ended."""

    call: Call
    fault: str
    status: int
    stderr: str
    state: str


class Scenario(NamedTuple):
    """A command and the two states it may leave.

    Attributes:
        command: Its arguments; `{book}` in one stands for the copy of the fixture.
        fixture: The folder to copy, a book.
        before: Whether a tree is the old state; None: equal to the fixture.
        after: Whether a tree is the new state; None: equal to what a run without fault leaves.
        ready: What makes a fresh copy usable, e.g. tells it that it was moved.
        more: What belongs to a state besides files of the book, by any names.
        recover: What the next writer does; None: lock and `journal.recover`.
        proof: A last look at a recovered book, with how the command ended and the state; what is
            wrong, or nothing.
        skip: Calls whose line holds one of these words get no fault.
        env: The environment of the command; None: this one's.
    """

    command: Sequence[str]
    fixture: Path
    before: Callable[[Tree], bool] | None = None
    after: Callable[[Tree], bool] | None = None
    ready: Callable[[Path], object] | None = None
    more: Callable[[Path], Tree] | None = None
    recover: Callable[[Path], object] | None = None
    proof: Callable[[Path, int, str], str] | None = None
    skip: tuple[str, ...] = (f"{files.STATE}/cache",)
    env: Mapping[str, str] | None = None


@cache
def available() -> bool:
    """Tell whether strace is here and may trace and inject."""
    if shutil.which("strace") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        command = ["strace", "-o", f"{folder}/log", "-e", "inject=mkdir,mkdirat:error=EIO:when=1"]
        run = subprocess.run([*command, "mkdir", f"{folder}/x"], capture_output=True, check=False)
        return run.returncode == 1 and b"Input/output error" in run.stderr


def check(
    scenario: Scenario,
    work: Path,
    *,
    faults: Iterable[str] = FAULTS,
    limit: int | None = None,
    workers: int = 3,
) -> list[Outcome]:
    """Run all faults; `work` is an empty folder for the copies.

    Args:
        limit: Run so many at most, spread evenly over calls and faults.

    Raises:
        AssertionError: Some run left neither state, or residue, or said what is not true.
    """
    calls, scenario = _rehearse(scenario, work)
    cases = _spread([(call, fault) for call in calls for fault in faults], limit)
    with ThreadPoolExecutor(workers) as pool:
        outcomes = list(pool.map(partial(_run_case, scenario, work), range(len(cases)), cases))
    bad = [one for one in outcomes if one.state not in ("before", "after")]
    assert not bad, "\n".join(
        f"{one.fault} at {one.call.name} {one.call.nth}: {one.state}; status {one.status}\n"
        f"  {one.call.line}\n  {one.stderr.strip()}"
        for one in bad
    )
    return outcomes


def tree(book: Path) -> dict[str, bytes]:
    """Return the files of a book as they are."""
    found = {}
    for path in sorted(book.rglob("*")):
        rel = path.relative_to(book).as_posix()
        if path.is_file() and rel.split("/")[0] not in _APART:
            found[rel] = path.read_bytes()
    return found


def seen(book: Path) -> dict[str, bytes]:
    """Return the files as a reader sees them, over them what is committed."""
    found = tree(book)
    overlay = journal.pending(book)
    for path, data in (overlay.files if overlay else {}).items():
        found.pop(path, None)
        if data is not None:
            found[path] = data
    return found


def recover(book: Path) -> int:
    """Do what the next writer does first."""
    with WriterLock(book, "recovery after a fault", 10):
        return journal.recover(book)


def _spread(cases: list[tuple[Call, str]], limit: int | None) -> list[tuple[Call, str]]:
    if limit is None or limit >= len(cases):
        return cases
    return [cases[number * len(cases) // limit] for number in range(limit)]


def _look(
    scenario: Scenario, book: Path, files_of: Callable[[Path], dict[str, bytes]]
) -> dict[str, bytes]:
    return files_of(book) | dict(scenario.more(book) if scenario.more else {})


def _rehearse(scenario: Scenario, work: Path) -> tuple[list[Call], Scenario]:
    """Run without faults; return the calls to fail and the scenario with its states filled in."""
    # Twice: the first run may still write compiled modules.
    _trace(scenario, _copy(scenario, work / "warm"), [])
    book = _copy(scenario, work / "rehearsal")
    run, log = _trace(scenario, book, [])
    assert run.returncode == 0, f"fails without any fault: {run.stderr}"
    last = _look(scenario, book, tree)
    first = _look(scenario, scenario.fixture, tree)
    filled = scenario._replace(
        before=scenario.before or (lambda found: found == first),
        after=scenario.after or (lambda found: found == last),
        recover=scenario.recover or recover,
    )
    calls = [call for call in _book_calls(log, book) if not _skipped(call, scenario)]
    assert calls, "no call on the book was seen"
    assert _state(filled, last) == "after"
    return calls, filled


def _skipped(call: Call, scenario: Scenario) -> bool:
    return any(word in call.line for word in scenario.skip)


def _book_calls(log: str, book: Path) -> list[Call]:
    counts: Counter[str] = Counter()
    calls = []
    for line in log.splitlines():
        found = _LINE.match(line)
        if not found:
            continue
        name = found[1]
        counts[name] += 1
        reads = name in ("open", "openat") and not re.search("O_CREAT|O_TRUNC", line)
        if str(book) in line and not reads:
            calls.append(Call(name, counts[name], line.replace(str(book), "{book}")))
    return calls


def _copy(scenario: Scenario, target: Path) -> Path:
    shutil.copytree(scenario.fixture, target, symlinks=True)
    if scenario.ready is not None:
        scenario.ready(target)
    return target


def _trace(
    scenario: Scenario, book: Path, options: list[str]
) -> tuple[subprocess.CompletedProcess[str], str]:
    log = book.with_name(f"{book.name}.log")
    command = [word.replace("{book}", str(book)) for word in scenario.command]
    options = options or ["-e", f"trace={_CALLS}"]
    run = subprocess.run(
        ["strace", "-y", "-s", "0", "-o", str(log), *options, *command],
        env=None if scenario.env is None else dict(scenario.env),
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
        timeout=_TIMEOUT_S,
    )
    return run, log.read_text(encoding="utf-8", errors="replace")


def _run_case(scenario: Scenario, work: Path, number: int, case: tuple[Call, str]) -> Outcome:
    call, fault = case
    for attempt in range(_TRIES):
        outcome, hit = _run_once(scenario, work / f"case{number}-{attempt}", call, fault)
        # A module compiled meanwhile, because somebody edits it, shifts the count for once.
        if hit:
            return outcome
    return outcome._replace(state=f"calls differ from run to run; {outcome.state}")


def _run_once(scenario: Scenario, target: Path, call: Call, fault: str) -> tuple[Outcome, bool]:
    book = _copy(scenario, target)
    how = "signal=KILL" if fault == "KILL" else f"error={fault}"
    options = ["-e", f"trace={call.name}", "-e", f"inject={call.name}:{how}:when={call.nth}"]
    run, log = _trace(scenario, book, options)
    state = _judge(scenario, book, run)
    if state in ("before", "after"):
        shutil.rmtree(book)
    outcome = Outcome(call, fault, run.returncode, run.stderr, state)
    return outcome, _was_hit(log, call, book)


def _was_hit(log: str, call: Call, book: Path) -> bool:
    lines = [line for line in log.splitlines() if _LINE.match(line)]
    return len(lines) >= call.nth and str(book) in lines[call.nth - 1]


def _judge(scenario: Scenario, book: Path, run: subprocess.CompletedProcess[str]) -> str:
    assert scenario.recover is not None
    view = _state(scenario, _look(scenario, book, seen))
    scenario.recover(book)
    found = _look(scenario, book, tree)
    state = _state(scenario, found)
    if "Traceback" in run.stderr:
        return "a traceback"
    if run.returncode == 0 and state != "after":
        return f"{state}, but the command said it was done"
    unchanged = state == _state(scenario, _look(scenario, scenario.fixture, seen))
    if "nothing was changed" in run.stderr and not unchanged:
        return f"{state}, but the command said nothing was changed"
    if view != state:
        return f"readers saw '{view}', recovery made it '{state}'"
    wrong = _residue(book, found)
    if not wrong and scenario.proof is not None and state in ("before", "after"):
        wrong = scenario.proof(book, run.returncode, state)
    return wrong or state


def _state(scenario: Scenario, found: Tree) -> str:
    assert scenario.before is not None
    assert scenario.after is not None
    if scenario.before(found):
        return "before"
    return "after" if scenario.after(found) else f"neither: {sorted(found)}"


def _residue(book: Path, found: Tree) -> str:
    left = [path for path in found if _TEMPORARY.search(path)]
    tmp = book / files.STATE / "tmp"
    left += [path.name for path in tmp.iterdir()] if tmp.exists() else []
    if (book / journal.NAME).exists():
        left.append(journal.NAME)
    return f"residue: {left}" if left else ""

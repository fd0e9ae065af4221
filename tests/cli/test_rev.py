"""`--rev`: every reading command answers as it would in a checkout of that commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcctl.cli.table import COMMANDS
from tests.support.desk import run
from tests.support.transcript import Outcome
from tests.support.transcript import World

pytestmark = pytest.mark.git

READING = (
    "due",
    "due --at '2026-11-20 15:00'",
    "due --within 30d --format json",
    "escalate",
    "explain T261120-A01",
    "explain T261120-A01 --at '2026-11-20 15:00'",
    "explain T261120-A02",
    "reconcile tally",
    "callback list",
    "report complaints",
    "report callbacks",
    "report repairs",
    "ticket list",
    "ticket list --open --format csv",
    "ticket list --find 电梯",
    "ticket list --unit 3-2-1501",
    "ticket show T261120-A01",
    "ticket show last",
    "ticket lifecycle",
    "ticket lifecycle T261120-A01",
    "ticket incident list",
    "ticket incident show I261120-A01",
    "ticket incident wording I261120-A01",
    "unit list",
    "unit list --at 2026-01-01",
    "unit show 3-2-1501",
    "unit show 3-2-1501 --at 2026-01-01",
    "resident list",
    "resident show R-A0001",
    "resident find 孙",
    "resident find 周",
    "staff list",
    "staff list --at 2026-01-01",
    "staff show wang.fang",
    "staff show li.na",
    "shift show --at 2026-10-01",
    "shift list",
    "shift sheet S261120-A01",
    "message list",
    "message show T261120-A01.hand.3a",
    "validate",
    "handbook show",
    "handbook show --at 2026-01-01",
    "handbook check",
    "desk list",
)
"""Commands that read; those with an id are asked for what is new and for what is old."""

APART = {"shift show"}
"""Who is acting at this clone is left out with --rev, so it is not the same."""

NOW_ONLY = {
    "diff",
    "history R-A0001",
    "fmt --check",
    "book doctor",
    "git status",
    "git audit",
    "git conflicts list",
    "init new",
    "sample new",
}
"""Commands that would look past --rev."""

NO_BOOK = {"handbook diff", "git textconv", "git merge-driver", "git hook"}
"""Commands about files that are named, or that Git calls."""

EARLY = (
    "init office/book --estate 枫林苑 --staff wang.fang --name 王芳",
    "unit new 3-2-1501",
    "resident new 孙丽 --phone 13812345678 --unit 3-2-1501 --relation owner",
    "shift start wang.fang",
    "log complaint 3-2-1501 电梯困人 --name 孙丽 --severity major",
    "ticket note A01 已到现场",
    "escalate A01 --to manager --why 急",
    "ticket incident new 停水 --buildings 3",
    "ticket incident wording I261120-A01 3栋停水",
)
LATE = (
    "log repair 后门 门禁坏了",
    "ticket answer T261120-A01 已答复 --final",
    "ticket edit T261120-A01 --subject 扶梯停了",
    "ticket incident done I261120-A01 修好了",
    "staff new 李娜 --id li.na --role lead",
    "resident new 周明 --unit 3-2-1501 --relation tenant",
    "resident edit R-A0001 --phone 13900001111",
    "unit edit 3-2-1501 --area 89.50",
    "shift line 巡查 --kind repair",
)


def git(world: World, *commands: str) -> None:
    for one in commands:
        done = world.run(f"git {one}")
        assert done.status == 0, done.output


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the book in a subfolder; three versions: none, an early one, now."""
    world = World(tmp_path_factory.mktemp("rev") / "work", now="2026-11-20 08:00")
    save = ("add --all", "commit -q --allow-empty -m saved")
    git(world, "init -q -b main", *save, "tag nothing")
    (world.folder / "office").mkdir()
    world.environ["SVCCTL_BOOK"] = "office/book"
    for hour, one in enumerate(EARLY, 9):
        world.now = f"2026-11-20 {hour:02d}:00"
        run(world, one)
    git(world, *save, "tag early", "branch side")
    world.now = "2026-11-21 09:12"
    for one in LATE:
        run(world, one)
    policy = world.folder / "office/book/handbook/policy/2026-01-01.toml"
    changed = policy.read_text("utf-8").replace('late_entry = "24h"', 'late_entry = "48h"')
    assert changed != policy.read_text("utf-8")
    policy.write_text(changed, encoding="utf-8")
    git(world, *save, "worktree add -q --detach ../old early")
    return world.folder


@pytest.fixture
def office(repository: Path) -> World:
    """The repository, to be read."""
    world = World(repository)
    world.environ["SVCCTL_BOOK"] = str(repository / "office/book")
    return world


def there(office: World, command: str) -> Outcome:
    """Return what a command says in a checkout of the early version."""
    book = office.folder.parent / "old/office/book"
    return office.run(f"svcctl -C {book} {command}")


def test_every_reading_command_answers_from_the_commit(office: World) -> None:
    wrong = []
    told = 0
    for command in READING:
        wanted = there(office, command)
        told += wanted.output != office.run(f"svcctl {command}").output
        wrong += [
            f"{options} {command}"
            for options in ("--rev early", "--rev early --no-index")
            if office.run(f"svcctl {options} {command}") != wanted
        ]
    assert wrong == []
    assert told > len(READING) // 2, "the two versions must differ for this to prove anything"


@pytest.mark.parametrize("form", ["short", "early", "side", "HEAD@{1}", "early~0", "saved"])
def test_a_commit_is_named_as_git_names_it(office: World, form: str) -> None:
    short = office.run("git rev-parse --short early").output.strip()
    git(office, "update-ref -m x HEAD early", "update-ref -m x HEAD main@{1}")
    rev = {"short": short, "saved": "side^{/saved}"}.get(form, form)
    said = office.run(f"svcctl --rev '{rev}' ticket show T261120-A01")
    assert said == there(office, "ticket show T261120-A01")


def test_before_there_was_a_book_it_says_so(office: World) -> None:
    assert "there is no book in revision 'nothing'" in run(office, "--rev nothing due", status=3)
    assert "no revision" in run(office, "--rev nowhere due", status=3)
    assert "no revision" in run(office, "--rev --all due", status=3)


def test_the_book_may_be_read_from_inside_it_and_from_a_worktree(office: World) -> None:
    wanted = there(office, "ticket list")
    book = office.folder / "office/book"
    old = office.folder.parent / "old/office/book"
    assert office.run(f"svcctl -C {old} --rev main ticket list") == office.run("svcctl ticket list")
    del office.environ["SVCCTL_BOOK"]
    office.folder = book / "tickets"
    assert office.run("svcctl --rev early ticket list") == wanted


def test_who_types_now_is_no_part_of_a_commit(office: World) -> None:
    assert run(office, "shift show").startswith("wang.fang")
    said = run(office, "--rev early shift show")
    assert not said.startswith("wang.fang")
    assert "S261120-A01" in said
    assert "巡查" not in said


@pytest.mark.parametrize("command", sorted(NOW_ONLY))
def test_what_cannot_look_back_says_so(office: World, command: str) -> None:
    assert "--rev" in run(office, f"--rev early {command}", status=2)
    assert not (office.folder / "new").exists()


def test_every_command_is_accounted_for(office: World) -> None:
    reading = {one for row in COMMANDS for one in [row.path] if _told(one, READING)}
    now_only = {row.path for row in COMMANDS if _told(row.path, NOW_ONLY)}
    for row in COMMANDS:
        if row.path in reading | now_only | APART | NO_BOOK:
            continue
        said = office.run(f"svcctl --rev early {row.path} {WRITING.get(row.path, 'T261120-A01')}")
        assert "--rev" in said.output, (row.path, said.output)
        assert said.status == 2


def _told(path: str, commands: object) -> bool:
    return any(one == path or one.startswith(f"{path} ") for one in commands)  # type: ignore[attr-defined]


_MAP = "x.csv --map x.toml"
_T = "T261120-A01"
WRITING = {
    "log": "complaint 后门 x",
    "callback record": f"{_T} satisfied",
    "ticket note": f"{_T} x",
    "ticket judge": f"{_T} --validity valid",
    "ticket forward": f"{_T} --to manager",
    "ticket assign": f"{_T} --to 工程部",
    "ticket appoint": f"{_T} '明天 14:00'",
    "ticket wait": f"{_T} --for 等配件 --until 2026-12-01",
    "ticket extend": f"{_T} --until 2026-12-01 --with x",
    "ticket attach": f"{_T} /dev/null",
    "ticket charge": f"{_T} --fee 1",
    "ticket watertest": f"{_T} --result passed",
    "ticket reopen": f"{_T} --why x",
    "ticket cancel": f"{_T} --why x",
    "ticket duplicate": f"{_T} --of {_T}",
    "ticket incident new": "x",
    "ticket incident add": f"I261120-A01 {_T}",
    "ticket incident drop": f"I261120-A01 {_T}",
    "ticket incident note": "I261120-A01 x",
    "ticket incident edit": "I261120-A01 --subject x",
    "ticket incident done": "I261120-A01 x",
    "ticket incident tell": "I261120-A01",
    "ticket incident reopen": "I261120-A01 --why x",
    "unit new": "3-2-1502",
    "unit edit": "3-2-1501 --area 1.00",
    "unit transfer": "3-2-1501 --to R-A0001 --yes",
    "resident new": "x",
    "resident edit": "R-A0001 --note x",
    "staff new": "x",
    "staff edit": "wang.fang --note x",
    "shift start": "wang.fang",
    "shift line": "x --kind repair",
    "shift done": "2A x",
    "shift convert": "",
    "shift leave": "",
    "shift end": "",
    "shift accept": "",
    "message sent": "T261120-A01.hand.3a",
    "message drop": "T261120-A01.hand.3a --why x",
    "import residents": _MAP,
    "import units": _MAP,
    "import tickets": _MAP,
    "desk claim": "B",
    "book redact": f"{_T} 1A --why x",
    "git setup": "",
    "git remove": "",
    "git commit": "",
    "git sync": "",
    "git undo": "",
    "git conflicts take": "R-A0001 name 1",
}
"""What a writing command needs before it can refuse."""

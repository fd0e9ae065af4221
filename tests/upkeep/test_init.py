"""A new book: valid, a desk, where something is in the way nothing of it is lost."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.book import toml
from svcctl.book.book import Book
from svcctl.book.guard import findings
from svcctl.book.layout import id_of
from svcctl.book.order import order_of
from svcctl.kinds import kind_of
from svcctl.upkeep.founding import found
from tests.support.transcript import World


def paths(root: Path) -> set[str]:
    """Return the files of a book below its root, without the state of the clone."""
    every = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return {path for path in every if not path.startswith((".svcctl/", ".git/"))}


def test_every_record_is_valid_canonical_and_in_its_place(tmp_path: Path) -> None:
    found(tmp_path / "b", "翠湖花园", "Asia/Shanghai", "zh")
    for path in paths(tmp_path / "b"):
        kind = kind_of(path)
        if kind is None:
            continue
        data = (tmp_path / "b" / path).read_bytes()
        record = toml.parse(data)
        assert id_of(path)
        assert findings(kind, record) == []
        assert data == toml.leading_comment(data) + toml.emit(record, order_of(kind)), path


def test_book_says_what_was_asked_for(tmp_path: Path) -> None:
    found(tmp_path / "b", "翠湖花园", "America/New_York", "en")
    book = Book(tmp_path / "b")
    assert book.settings == {
        "estate": "翠湖花园", "time_zone": "America/New_York", "language": "en", "format": 1,
        "routines_desk": "A",
    }  # fmt: skip
    assert book.desk == "A"
    assert [row["id"] for row in book.index.rows("desk")] == ["A"]


def test_state_of_the_clone_is_kept_out_of_git(tmp_path: Path) -> None:
    found(tmp_path / "b", "x", "Asia/Shanghai", "en")
    assert (tmp_path / "b" / ".svcctl" / ".gitignore").read_text() == "*\n"
    assert (tmp_path / "b" / ".gitignore").read_text() == "/.svcctl/\n"


@pytest.mark.git
@pytest.mark.parametrize("own", ["*.bak\n", "*.bak", "", "*.bak\r\n"])
def test_repository_keeps_its_own_files_and_gets_a_line_more(tmp_path: Path, own: str) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "r")], check=True)
    root = tmp_path / "r"
    for name in (".gitignore", ".gitattributes"):
        (root / name).write_bytes(own.encode())
    (root / ".taplo.toml").write_text("# mine\n")
    (root / "README.md").write_text("mine")
    found(root, "x", "Asia/Shanghai", "en")
    head = own if not own or own.endswith("\n") else f"{own}\n"
    assert (root / ".gitignore").read_bytes().decode() == f"{head}/.svcctl/\n"
    assert (root / ".gitattributes").read_bytes().decode() == f"{head}*.toml -text\n"
    assert (root / ".taplo.toml").read_text() == "# mine\n"
    status = subprocess.run(
        ["git", "status", "--porcelain", "-uall"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert ".svcctl" not in status


def test_line_that_is_there_is_not_added_again(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("/.svcctl/\n")
    found(tmp_path, "x", "Asia/Shanghai", "en")
    assert (tmp_path / ".gitignore").read_text() == "/.svcctl/\n"


def test_record_without_its_book_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "handbook").mkdir()
    (tmp_path / "handbook" / "roles.toml").write_text("mine")
    with pytest.raises(RefusedError, match=r"'handbook/roles\.toml' is there already"):
        found(tmp_path, "x", "Asia/Shanghai", "en")
    assert paths(tmp_path) == {"handbook/roles.toml"}
    assert (tmp_path / "handbook" / "roles.toml").read_text() == "mine"


def test_book_is_not_begun_twice(tmp_path: Path) -> None:
    found(tmp_path, "x", "Asia/Shanghai", "en")
    before = {path: (tmp_path / path).read_bytes() for path in paths(tmp_path)}
    with pytest.raises(RefusedError, match="there is a book in"):
        found(tmp_path, "y", "Asia/Shanghai", "en")
    assert {path: (tmp_path / path).read_bytes() for path in paths(tmp_path)} == before


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "", "CET+1", "../zone", "Asia", "\0"])
def test_unknown_zone_makes_nothing(tmp_path: Path, zone: str) -> None:
    with pytest.raises(UsageProblem, match="there is no time zone"):
        found(tmp_path / "b", "x", zone, "en")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    "command, status, said",
    [
        ("init b --staff 'Wang Fang'", 5, "id: 'Wang Fang' has not the form expected"),
        ("init b --staff ../x", 5, "has not the form expected"),
        (f"init b --estate {'x' * 201}", 5, "longer than the 200 allowed"),
        ("init b --zone Asia/Nowhere", 2, "there is no time zone"),
        ("init ''", 2, "name the folder"),
        ("init file", 6, "cannot use 'file'"),
        ("init file/b", 6, "cannot use 'file/b'"),
        ("init", 2, "Missing argument"),
    ],
)
def test_what_cannot_begin_leaves_no_book(
    world: World, command: str, status: int, said: str
) -> None:
    (world.folder / "file").write_text("x")
    done = world.run(f"svcctl {command}")
    assert (done.status, said in done.output) == (status, True), done.output
    assert {path for path in paths(world.folder) if ".svcctl/" not in path} == {"file"}


def test_folder_names_the_estate_unless_told(world: World) -> None:
    assert world.run("svcctl init 枫林苑").status == 0
    assert Book(world.folder / "枫林苑").settings["estate"] == "枫林苑"


def test_first_colleague_is_at_the_desk(world: World) -> None:
    assert world.run("svcctl init b --staff wang.fang --name 王芳").status == 0
    assert world.run("svcctl --book b shift show").output.startswith("wang.fang")
    assert Book(world.folder / "b").get("staff", "wang.fang")["name"] == "王芳"

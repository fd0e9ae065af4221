"""`svcctl sample DIR`: all of a book or nothing, in a folder that was empty."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from svcctl.base.errors import DiskError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.book import journal
from svcctl.book.book import Book
from svcctl.book.local import acting
from svcctl.cli.main import run
from svcctl.sample.world import Plan
from svcctl.upkeep import sampling
from svcctl.upkeep.sampling import UNTIL
from svcctl.upkeep.sampling import sample_files
from svcctl.upkeep.sampling import write
from tests.support.transcript import ROOT

RECORDS = ROOT / "records"
TINY = Plan(seed=2, units=12, months=1, until=UNTIL)


def held(root: Path) -> dict[str, bytes]:
    """Return the files of a book by path, the local state left out."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] != ".svcctl"
    }


def test_the_records_of_this_repository_are_the_small_sample() -> None:
    expected = sample_files(Plan(seed=7, units=60, months=2, until=date(2026, 11, 21)))
    found = held(RECORDS)
    again = "svcctl sample DIR --seed 7 --units 60 --months 2, then copy all but .svcctl"
    assert sorted(found) == sorted(expected), again
    assert [path for path in expected if found[path] != expected[path]] == [], again


def test_what_is_written_is_what_was_made_and_this_clone_is_desk_a(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    assert write(root, TINY) == len(held(root))
    assert held(root) == sample_files(TINY)
    book = Book(root)
    assert book.desk == "A"
    assert acting(root) == "wang.fang"
    assert book.settings["estate"] == "翠湖花园"


def test_handbook_is_in_force_before_the_first_ticket() -> None:
    made = sample_files(TINY._replace(months=14))
    assert "handbook/policy/2025-01-01.toml" in made
    assert "handbook/policy/2026-01-01.toml" in sample_files(TINY)
    assert "handbook/policy/2026-01-01.toml" in sample_files(TINY._replace(until=date(2027, 5, 1)))


def test_an_empty_folder_will_do_and_a_full_one_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty", TINY)
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RefusedError, match=r"mine\.txt"):
        write(full, TINY)
    assert [one.name for one in full.iterdir()] == ["mine.txt"]


def test_a_file_or_a_missing_parent_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(NotFoundError, match="file"):
        write(tmp_path / "file", TINY)
    with pytest.raises(NotFoundError, match="nowhere"):
        write(tmp_path / "nowhere" / "demo", TINY)


def test_interrupted_it_leaves_no_book_and_can_be_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "demo"

    def full_disk(*_args: object) -> None:
        raise DiskError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(journal, "commit", full_disk)
        with pytest.raises(DiskError):
            write(root, TINY)
    assert held(root) == {}
    write(root, TINY)
    assert held(root) == sample_files(TINY)


@pytest.mark.parametrize("until", [date(2000, 1, 15), date(2100, 1, 1)], ids=str)
def test_days_that_ids_cannot_tell_are_refused(tmp_path: Path, until: date) -> None:
    with pytest.raises(UsageProblem, match="between"):
        write(tmp_path / "demo", TINY._replace(until=until))
    assert not (tmp_path / "demo").exists()


def test_the_command_makes_a_book_that_validates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "demo"
    words = ["--seed", "2", "--units", "12", "--months", "1", "--until", "2026-11-21"]
    assert run(["--lang", "en", "sample", str(root), *words]) == 0
    assert "a sample estate of 12 units" in capsys.readouterr().err
    assert held(root) == sample_files(TINY)
    assert run(["--lang", "en", "-C", str(root), "validate"]) == 0


def test_the_default_last_day_is_fixed() -> None:
    assert date(2026, 11, 21) == sampling.UNTIL

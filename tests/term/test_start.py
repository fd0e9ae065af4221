"""Finding the book and choosing the language before click is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcctl.base.errors import NotFoundError
from svcctl.term.start import book_root
from svcctl.term.start import choose_language
from svcctl.term.start import find_book
from svcctl.term.start import language_of
from tests.support import builders


def test_book_is_found_from_inside_it(tmp_path: Path) -> None:
    root = builders.folder(tmp_path / "estate")
    deep = root / "tickets" / "2026"
    deep.mkdir(parents=True)
    assert find_book(str(deep)) == str(root)


def test_records_folder_beside_is_the_book(tmp_path: Path) -> None:
    root = builders.folder(tmp_path / "repo" / "records")
    code = tmp_path / "repo" / "src"
    code.mkdir()
    assert find_book(str(code)) == str(root)


def test_nearest_book_wins(tmp_path: Path) -> None:
    builders.folder(tmp_path / "outer")
    inner = builders.folder(tmp_path / "outer" / "inner")
    assert find_book(str(inner)) == str(inner)


def test_named_book_is_not_looked_for_above(tmp_path: Path) -> None:
    root = builders.folder(tmp_path / "estate")
    below = root / "tickets"
    below.mkdir()
    with pytest.raises(NotFoundError) as caught:
        book_root(str(below), {})
    assert caught.value.hints == (f"svcctl init {below}",)


def test_option_beats_environment(tmp_path: Path) -> None:
    one = builders.folder(tmp_path / "one")
    two = builders.folder(tmp_path / "two" / "records")
    environ = {"SVCCTL_BOOK": str(one)}
    assert book_root(None, environ) == str(one)
    assert book_root(str(two.parent), environ) == str(two)


def test_no_book_says_how_to_name_or_begin_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFoundError, match="or above it") as caught:
        book_root(None, {})
    assert "svcctl init" in caught.value.hints[0]


def test_deleted_current_folder_is_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(NotFoundError):
        book_root(None, {})
    assert choose_language([], {}) == "en"


@pytest.mark.parametrize(
    ("argv", "environ", "book", "expected"),
    [
        ([], {}, None, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, None, "zh"),
        ([], {"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, None, "en"),
        ([], {"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "en_US"}, None, "zh"),
        ([], {"LANG": "de_DE.UTF-8"}, None, "en"),
        ([], {"LANG": "en_US.UTF-8"}, "zh", "zh"),
        ([], {"LANG": "zh_CN.UTF-8"}, "en", "en"),
        ([], {"SVCCTL_LANG": "en"}, "zh", "en"),
        (["--lang", "zh"], {"SVCCTL_LANG": "en"}, "en", "zh"),
        (["due", "--lang=zh"], {}, None, "zh"),
        (["due", "--", "--lang", "zh"], {}, None, "en"),
        (["due", "--lang"], {}, "zh", "zh"),
        (["--lang", "fr"], {}, "zh", "zh"),
    ],
)
def test_language_goes_option_environment_book_locale(
    argv: list[str],
    environ: dict[str, str],
    book: str | None,
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(builders.folder(tmp_path / "book", book) if book else tmp_path)
    assert choose_language(argv, environ) == expected


@pytest.mark.parametrize("said", [["--book", "{}"], ["--book={}"], ["-C", "{}"], ["-C{}"]])
def test_language_of_the_named_book(said: list[str], tmp_path: Path) -> None:
    root = builders.folder(tmp_path / "枫林苑", "zh")
    assert choose_language([word.format(root) for word in said], {"LANG": "en_US"}) == "zh"


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b'language = "fr"\n', b"# language = 'zh'\n"]
)
def test_broken_book_toml_leaves_the_locale(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_bytes(data)
    assert choose_language(["-C", str(tmp_path)], {"LANG": "en_US"}) == "en"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("zh_CN.UTF-8", "zh"), ("中文", "zh"), ("EN", "en"), ("C", "en"), ("fr", None), (None, None)],
)
def test_names_of_languages(text: str | None, expected: str | None) -> None:
    assert language_of(text) == expected

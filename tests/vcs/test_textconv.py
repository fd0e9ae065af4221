from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from svcctl.base import i18n
from svcctl.kinds import KINDS
from svcctl.vcs.telling import textconv
from tests.support.transcript import ROOT

BOOK = ROOT / "records"
BROKEN = (
    b"",
    b"\xff\xfe",
    b"id = ",
    b"<<<<<<< ours\nid = 1\n=======\n>>>>>>> theirs\n",
    b'id = "x"\n',
    b'id = 3\nkind = []\nlog = "x"\n',
    b"x" * (4 * 1024 * 1024 + 1),
    b'id = "T261121-A07"\n[[log]]\nn = 1\nset = 3\n'[:-3],
)


def one_of(kind: str) -> Path:
    folder = BOOK / KINDS[kind].folder
    return folder if folder.is_file() else min(folder.rglob("*.toml"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_version_that_git_put_elsewhere_reads_as_the_file_itself(
    kind: str, tmp_path: Path
) -> None:
    path = one_of(kind)
    data = path.read_bytes()
    text = textconv.convert(data, str(path), str(BOOK))
    assert text != data
    for name in (f"X4f_{path.name}", path.name):
        assert textconv.convert(data, str(tmp_path / name), str(BOOK)) == text


@pytest.mark.parametrize("data", BROKEN, ids=range(len(BROKEN)))
@pytest.mark.parametrize("name", ["tickets/2026/11/21/T261121-A07.toml", "staff/a.toml", "x.toml"])
def test_what_cannot_be_read_is_handed_on_as_it_is(data: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_bytes(b"")
    for path in (tmp_path / name, Path(name)):
        shown = textconv.convert(data, str(path), str(tmp_path))
        assert shown == data or shown.decode()


def test_a_record_with_strange_values_is_told_or_handed_on(tmp_path: Path) -> None:
    data = b'id = "T261121-A07"\nkind = 3\nstatus = []\n[[log]]\nn = 1\nat = "x"\nset = 3\n'
    assert textconv.convert(data, str(tmp_path / "T261121-A07.toml"), None)


def test_limits_of_a_policy_are_told_in_words() -> None:
    data = (
        b'id = "2026-01-01"\n[close]\nexempt = ["inquiry"]\n[[limit]]\nduty = "contact"\n'
        b'kind = "complaint"\nseverity = "major"\nwithin = "1h"\nowner = "nobody"\n'
    )
    i18n.use("zh")
    told = textconv.convert(data, "2026-01-01.toml", None).decode()
    i18n.use("en")
    assert "免除的类别：咨询" in told
    assert "待办：首次联系、类别：投诉、等级：重大、期限：1h" in told


def test_numbers_are_masked() -> None:
    residents = sorted((BOOK / "residents").rglob("*.toml"))[:20]
    for path in residents:
        text = textconv.convert(path.read_bytes(), str(path), str(BOOK)).decode()
        phones = [one for one in path.read_text().split('"') if one.isdigit() and len(one) == 11]
        assert all(phone not in text for phone in phones)


def test_without_a_book_keys_stay(tmp_path: Path) -> None:
    path = one_of("ticket")
    text = textconv.convert(path.read_bytes(), str(tmp_path / path.name), None).decode()
    assert text.startswith("ticket T")


def test_lines_at_the_margin_are_the_heading_and_the_entries() -> None:
    path = one_of("ticket")
    lines = textconv.convert(path.read_bytes(), str(path), str(BOOK)).decode().splitlines()
    heads = [line for line in lines[1:] if not line.startswith(" ")]
    assert heads
    assert all(line.startswith("2026-") and line.endswith("]") for line in heads)


def test_it_starts_without_click_and_pydantic() -> None:
    code = (
        "import sys\nfrom svcctl.cli import main\n"
        f"status = main.run(['git', 'textconv', {str(one_of('ticket'))!r}])\n"
        "loaded = {'click', 'pydantic', 'rtoml', 'sqlite3', 'subprocess'} & set(sys.modules)\n"
        "sys.exit(f'{status} {sorted(loaded)}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BOOK, env={"PYTHONPATH": str(ROOT), "SVCCTL_LANG": "en"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr.strip() == "0 []"
    assert "[1A]" in done.stdout


@pytest.mark.parametrize("name", ["missing.toml", ""])
def test_it_ends_well_whatever_it_is_given(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "svcctl", "git", "textconv", str(tmp_path / name)],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_numbers_are_masked_in_what_cannot_be_read() -> None:
    data = '<<<<<<< ours\nphones = ["13912345678"]\n=======\r\n电话 13912345679\n'.encode()
    shown = textconv.convert(data, "residents/A/00/R-A0001.toml", None)
    assert shown == data.replace(b"13912345678", b"139****5678").replace(
        b"13912345679", b"139****5679"
    )
    noise = b"\xff\x00 13912345678"
    assert b"\xff\x00" in textconv.convert(noise, "x.toml", None)

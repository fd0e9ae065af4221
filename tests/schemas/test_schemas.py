"""The JSON Schemas: up to date, and third-party checkers judge real files by them as svcctl does.

What a checker cannot see is written down here too: dates reach it as text.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from check_jsonschema.formats import FormatOptions
from check_jsonschema.formats import make_format_checker
from check_jsonschema.parsers import toml as other_toml
from check_jsonschema.regex_variants import RegexImplementation
from check_jsonschema.regex_variants import RegexVariantName

from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.book.guard import shape
from svcctl.desk.tickets import actions
from svcctl.kinds import KINDS
from svcctl.kinds import kind_of
from svcctl.upkeep import schemas
from svcctl.upkeep.founding import found
from tests.support.builders import at
from tests.support.builders import deed
from tests.support.builders import ticket
from tests.support.transcript import ROOT

FILES = schemas.schema_files()


def full_ticket() -> Record:
    """Return a ticket that has had most of what can be."""
    fields = {
        "kind": "complaint", "urgent": True, "severity": "minor", "subject": "电梯困人",
        "unit_said": "后门", "place": "大堂", "resident": "R-A0001", "caller": "孙丽",
        "contact": "138****8000", "demand": "道歉", "channel": "phone", "wanted": date(2026, 11,
        30),
        "source": "17",
    }  # fmt: skip
    record = actions.register("T261121-A07", deed(), fields, note="a\nb")
    late = deed()._replace(at=at("2026-11-21 10:00"))
    record = actions.act(record, late, "assign", {"department": "repair", "assignee": "li.na"})
    then = deed("2026-11-21 10:00")
    record = actions.edit(record, then, {"unit": "3-2-1501"}, why="查到了")
    record = actions.act(record, then, "answer", note="好", via="phone", final=True)
    record = actions.act(record, then, "done", note="好")
    record = actions.act(actions.act(record, then, "tell", via="phone"), then, "close")
    return actions.act(record, then, "reopen", why="又来")


RECORDS: list[tuple[str, Record]] = [
    ("ticket", ticket()),
    ("ticket", full_ticket()),
    ("unit", {"id": "3-2-1501", "kind": "home", "building": "3", "entrance": "2",
              "room": "1501", "area": "89.50"}),
    ("resident", {"id": "R-A0001", "name": "孙丽", "kind": "owner", "private": {
        "phones": ["13800138000"], "birthday": date(1980, 2, 29)}, "relation": [
        {"unit": "3-2-1501", "as": "owner", "since": date(2020, 1, 1)}]}),
    ("staff", {"id": "wang.fang", "name": "王芳"}),
    ("desk", {"id": "A", "claimed_at": at("2026-11-21 09:12"), "claimed_by": "wang",
    "token": "0" * 16}),
]  # fmt: skip
BROKEN: list[tuple[str, str, str]] = [
    ("ticket", 'status = "registered"', 'status = "begun"'),
    ("ticket", 'id = "T261121-A07"', 'id = "261121-A07"'),
    ("ticket", 'kind = "complaint"', "kind = 5"),
    ("ticket", "at = 2026-11-21 09:12:00+08:00", 'at = "soon"'),
    ("ticket", "at = 2026-11-21 09:12:00+08:00", "at = 2026-11-21"),
    ("ticket", 'n = "1A"', 'n = "1a"'),
    ("ticket", 'subject = "电梯困人"', 'subject = ""'),
    ("ticket", 'subject = "电梯困人"', 'subject = "a\\nb"'),
    ("ticket", 'did = "open"\n', 'did = "open"\ncolour = "red"\n'),
    ("ticket", 'by = "wang.fang"\n', ""),
    ("resident", "since = 2020-01-01", "since = 2020"),
    ("resident", 'as = "owner"', 'as = "king"'),
    ("staff", 'name = "王芳"', 'nam = "王芳"'),
    ("unit", 'kind = "home"', 'kind = "castle"'),
    ("desk", 'token = "0000000000000000"', 'token = "xyz"'),
]


def checker(kind: str) -> Any:
    """Return a third-party validator of a kind's files."""
    made = json.loads(FILES[f"schemas/{kind}.schema.json"])
    jsonschema.Draft202012Validator.check_schema(made)
    options = FormatOptions(regex_impl=RegexImplementation(RegexVariantName.default))
    return jsonschema.Draft202012Validator(made, format_checker=make_format_checker(options))


def seen(data: bytes) -> Any:
    """Return a file as a third-party checker sees it."""
    return other_toml.load(BytesIO(data))


def file_of(kind: str, record: Record) -> bytes:
    """Return the canonical file of a record."""
    return canonical_bytes(KINDS[kind], "x", record, None)


def first(kind: str) -> bytes:
    """Return the canonical file of the first record of a kind."""
    return file_of(kind, next(record for name, record in RECORDS if name == kind))


def test_schemas_in_the_repository_are_those_of_the_models(tmp_path: Path) -> None:
    schemas.write(tmp_path / "made")
    made = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    kept = {path.name: path.read_bytes() for path in (ROOT / "schemas").iterdir()}
    assert kept == made, "python -m svcctl.upkeep.schemas schemas"


def test_schema_of_a_kind_that_is_no_more_is_removed(tmp_path: Path) -> None:
    (tmp_path / "ghost.schema.json").write_text("{}")
    (tmp_path / "mine.txt").write_text("x")
    schemas.write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "mine.txt", *(f"{kind}.schema.json" for kind in KINDS),
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_one_and_says_nothing_of_null(kind: str) -> None:
    checker(kind)
    text = FILES[f"schemas/{kind}.schema.json"].decode()
    assert '"null"' not in text
    assert json.loads(text)["title"] == kind
    assert json.loads(text)["additionalProperties"] is False


@pytest.mark.parametrize("kind, record", RECORDS, ids=[kind for kind, _record in RECORDS])
def test_valid_file_is_accepted(kind: str, record: Record) -> None:
    data = file_of(kind, record)
    checker(kind).validate(seen(data))
    assert shape(KINDS[kind], toml.parse(data)) == []


@pytest.mark.parametrize("kind, right, wrong", BROKEN)
def test_broken_file_is_refused_by_both(kind: str, right: str, wrong: str) -> None:
    good = first(kind).decode()
    assert right in good
    bad = good.replace(right, wrong, 1).encode()
    assert not checker(kind).is_valid(seen(bad))
    assert shape(KINDS[kind], toml.parse(bad))


@pytest.mark.parametrize(
    "kind, right, wrong",
    [
        # Text where a day or moment belongs.
        ("ticket", "at = 2026-11-21 09:12:00+08:00", 'at = "2026-11-21T09:12:00+08:00"'),
        ("resident", "since = 2020-01-01", 'since = "2020-01-01"'),
        # No offset: shown to the checker as UTC.
        ("ticket", "at = 2026-11-21 09:12:00+08:00", "at = 2026-11-21 09:12:00"),
    ],
)
def test_what_only_svcctl_sees(kind: str, right: str, wrong: str) -> None:
    bad = first(kind).decode().replace(right, wrong, 1).encode()
    assert checker(kind).is_valid(seen(bad))
    assert shape(KINDS[kind], toml.parse(bad))


def test_new_book_is_accepted(tmp_path: Path) -> None:
    found(tmp_path, "枫林苑", "Asia/Shanghai", "zh")
    for path in sorted(tmp_path.rglob("*.toml")):
        kind = kind_of(path.relative_to(tmp_path).as_posix())
        if kind is not None:
            checker(kind.name).validate(seen(path.read_bytes()))


@pytest.mark.slow
def test_checker_run_as_others_run_it(tmp_path: Path) -> None:
    schema = tmp_path / "ticket.schema.json"
    schema.write_bytes(FILES["schemas/ticket.schema.json"])
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_bytes(file_of("ticket", full_ticket()))
    bad.write_bytes(first("ticket").replace(b"at = 2026-11-21 09:12:00+08:00", b'at = "soon"'))
    assert other(schema, good).returncode == 0
    refused = other(schema, good, bad)
    assert refused.returncode == 1
    assert "'soon' is not a 'date-time'" in refused.stdout
    assert "good.toml" not in refused.stdout


def other(schema: Path, *paths: Path) -> subprocess.CompletedProcess[str]:
    """Run the third-party checker on files."""
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--schemafile", str(schema), *map(str, paths)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_editors_find_the_schema_of_every_kind() -> None:
    rules = toml.parse(FILES[".taplo.toml"])["rule"]
    assert [Path(one["schema"]["path"]).name for one in rules] == [
        f"{kind}.schema.json" for kind in KINDS
    ]
    for one in rules:
        assert one["schema"]["path"].removeprefix("./") in FILES
    assert {"tickets/**/*.toml", "book.toml", "handbook/roles.toml"} <= {
        one["include"][0] for one in rules
    }

"""Where records live: id and path follow from each other, and no name leads out of the book."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.ids import DatedId
from svcctl.base.ids import SerialId
from svcctl.base.unitid import PATTERN as UNIT
from svcctl.book.layout import day_folder
from svcctl.book.layout import id_of
from svcctl.book.layout import kind_of_id
from svcctl.book.layout import path_of
from svcctl.kinds import KINDS
from svcctl.kinds import Kind
from svcctl.kinds import kind_of

desks = st.from_regex(r"[A-Z]{1,3}", fullmatch=True)


def of_day(prefix: str) -> st.SearchStrategy[str]:
    return st.builds(
        lambda day, desk, number: str(DatedId(prefix, day, desk, number)),
        st.dates(date(2000, 1, 1), date(2099, 12, 31)), desks, st.integers(1, 99_999),
    )  # fmt: skip


dated = of_day("T")
serial = st.builds(
    lambda desk, number: str(SerialId("R", desk, number)), desks, st.integers(1, 9_999_999)
)
keys = st.lists(st.from_regex(r"[a-z0-9-]{1,9}", fullmatch=True), min_size=1, max_size=3)
NAMES = {
    "message": st.builds(lambda about, key: f"{about}.{'.'.join(key)}", dated, keys),
    "ticket": dated,
    "resident": serial,
    "unit": st.from_regex(UNIT, fullmatch=True),
    "staff": st.from_regex(r"[a-z][a-z0-9]{0,9}(\.[a-z][a-z0-9]{0,9})?", fullmatch=True),
    "desk": desks,
    "policy": st.dates().map(str),
    "book": st.just("book"),
    "roles": st.just("roles"),
    "roster": st.just("roster"),
    "shift": of_day("S"),
    "incident": of_day("I"),
    "tally": st.from_regex(r"20[0-9]{2}-(?:W[0-9]{2}|[0-9]{2}(?:-[0-9]{2})?)", fullmatch=True),
}
RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)),
}
ids = st.sampled_from(sorted(NAMES)).flatmap(
    lambda kind: st.tuples(st.just(KINDS[kind]), NAMES[kind])
)


def reserved(path: str) -> bool:
    """Tell whether Windows keeps a part of a path for a device."""
    return any(part.split(".")[0].lower() in RESERVED for part in path.split("/"))


def test_every_kind_is_tried() -> None:
    assert NAMES.keys() == KINDS.keys()


@given(ids)
def test_id_and_path_lead_to_each_other(one: tuple[Kind, str]) -> None:
    kind, name = one
    path = path_of(kind, name)
    if path is None:
        assert any(part.lower() in RESERVED for part in re.split(r"[-./]", name))
        return
    assert id_of(path) == name
    assert kind_of(path) is kind


@given(ids, ids)
def test_no_two_ids_share_a_path(one: tuple[Kind, str], two: tuple[Kind, str]) -> None:
    first, second = path_of(*one), path_of(*two)
    assert first is None or first != second or one == two


HOSTILE = [
    "", ".", "..", "../x", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "x/../y", "CON", "con",
    "nul", "NUL.toml", "aux.x", "COM1", "lpt9.a", "a\0b", "a\n", "\na", "a\nb", " a", "a ", "a.",
    ".a",
    "-rf", "~", "$HOME", "a:b", "a*", "x" * 81, "x" * 5000, "T261121-A07/../x", "T261121-A07.toml",
    "３-2-1501", "王芳", "a\u202eb", "\ud800", "C:x", "a|b", "a?", "a;b", "a`b",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_name_has_no_path(kind: str, name: str) -> None:
    path = path_of(KINDS[kind], name)
    # "T….toml" and the like are possible names of cards, harmless ones.
    assert path is None or (name == "T261121-A07.toml" and path.endswith(f"/{name}.toml"))


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=100))
def test_every_path_stays_inside_and_works_on_every_system(kind: str, name: str) -> None:
    path = path_of(KINDS[kind], name)
    if path is not None:
        assert os.path.normpath(path) == path
        assert ".." not in PurePosixPath(path).parts
        assert path.isascii()
        assert path.isprintable()
        assert not reserved(path)
        assert all(len(part) < 100 for part in path.split("/"))


@given(st.text(max_size=60))
def test_reading_any_path_backwards(path: str) -> None:
    name = id_of(path)
    if name is not None:
        kind = kind_of(path)
        assert kind is not None
        assert path_of(kind, name) == path


@pytest.mark.parametrize("name", ["CON-1-2", "NUL-7", "COM1-2-301", "con-1"])
def test_building_named_like_a_device_is_no_unit(name: str) -> None:
    assert path_of(KINDS["unit"], name) is None


@pytest.mark.parametrize(
    "kind, name, path",
    [
        ("ticket", "T261121-A07", "tickets/2026/11/21/T261121-A07.toml"),
        ("ticket", "T261121-A100", "tickets/2026/11/21/T261121-A100.toml"),
        ("message", "T261121-A07.done-2.3", "messages/2026/11/21/T261121-A07.done-2.3.toml"),
        ("message", "S261121-A01.late", "messages/2026/11/21/S261121-A01.late.toml"),
        ("message", "T261121-A07", None),
        ("message", "T261121-A07.Done.3", None),
        ("message", "T261121-A07..3", None),
        ("message", "T261131-A07.done.3", None),
        ("message", "R-A0123.done.3", None),
        ("resident", "R-A0123", "residents/A/01/R-A0123.toml"),
        ("resident", "R-AB12345", "residents/AB/123/R-AB12345.toml"),
        ("unit", "3-2-1501", "units/3/3-2-1501.toml"),
        ("staff", "wang.fang", "staff/wang.fang.toml"),
        ("desk", "A", "desks/A.toml"),
        ("policy", "2026-01-01", "handbook/policy/2026-01-01.toml"),
        ("roles", "roles", "handbook/roles.toml"),
        ("book", "book", "book.toml"),
    ],
)
def test_paths_are_stable(kind: str, name: str, path: str | None) -> None:
    assert path_of(KINDS[kind], name) == path
    assert day_folder(KINDS["ticket"], 2026, 11, 21) == "tickets/2026/11/21"


@pytest.mark.parametrize(
    "path",
    [
        "tickets/2026/11/22/T261121-A07.toml", "tickets/T261121-A07.toml",
        "tickets/2026/11/21/x.toml",
        "tickets/2026/11/21/T261121-A07", "tickets/2026/11/21/R-A0001.toml",
        "residents/B/01/R-A0123.toml",
        "messages/2026/11/22/T261121-A07.done.3.toml", "messages/2026/11/21/T261121-A07.toml",
        "residents/A/02/R-A0123.toml", "units/4/3-2-1501.toml", "staff/x/y.toml",
        "elsewhere/x.toml",
        "tickets", "", "book.toml/x.toml", "handbook/other.toml",
        "Tickets/2026/11/21/T261121-A07.toml",
    ],
)  # fmt: skip
def test_where_no_record_may_live(path: str) -> None:
    assert id_of(path) is None


@pytest.mark.parametrize(
    "name, kind",
    [("T261121-A07", "ticket"), ("R-A0123", "resident"), ("A07", None), ("3-2-1501", None)],
)
def test_kind_that_an_id_names(name: str, kind: str | None) -> None:
    found = kind_of_id(name)
    assert (found.name if found else None) == kind

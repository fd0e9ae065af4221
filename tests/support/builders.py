"""Records and books made for tests: valid unless a test spoils them on purpose."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from svcctl.base.record import Deed
from svcctl.base.record import Entry
from svcctl.base.record import Record

ZONE = ZoneInfo("Asia/Shanghai")
BOOK_TOML = """\
estate = "枫林苑"
time_zone = "Asia/Shanghai"
language = "en"
format = 1
routines_desk = "A"
"""
STAFF_TOML = 'id = "wang.fang"\nname = "王芳"\n'


def at(text: str) -> datetime:
    """Return a moment in the estate's zone: `2026-11-21 09:12`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def deed(when: str = "2026-11-21 09:12", by: str = "wang.fang", desk: str = "A") -> Deed:
    """Return who did something, recorded as it happened."""
    moment = at(when)
    return Deed(by=by, at=moment, when=moment, desk=desk)


def entry(n: str, did: str, when: str = "2026-11-21 09:12", **more: object) -> Entry:
    """Return one `[[log]]` block."""
    return {"n": n, "at": at(when), "by": "wang.fang", "did": did, **more}


def ticket(name: str = "T261121-A07", **header: object) -> Record:
    """Return a registered complaint with one entry."""
    fields = {"kind": "complaint", "subject": "电梯困人", **header}
    return {
        "id": name,
        "status": "registered",
        **fields,
        "log": [entry("1A", "open", set=dict(fields))],
    }


def unit(name: str = "3-2-1501", **fields: object) -> Record:
    """Return a home: building, entrance, room."""
    building, entrance, room = name.split("-")
    parts = {"building": building, "entrance": entrance, "room": room}
    return {"id": name, "kind": "home", **parts, **fields}


def resident(name: str = "R-A0123", **fields: object) -> Record:
    """Return a resident without relations."""
    return {"id": name, "name": "孙丽", **fields}


def folder(root: Path, language: str = "en") -> Path:
    """Write the smallest folder that is a book, by hand, and return it."""
    root.mkdir(parents=True, exist_ok=True)
    text = BOOK_TOML.replace('"en"', f'"{language}"')
    (root / "book.toml").write_text(text, encoding="utf-8")
    return root


def write(root: Path, path: str, text: str) -> Path:
    """Write a file of a book by hand, past the store."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")
    return target

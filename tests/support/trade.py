"""A small trade for tests of the index: three kinds whose rules are a few lines."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from svcctl.base.record import Link
from svcctl.base.record import Record
from svcctl.book.index import Index
from svcctl.book.source import Disk
from svcctl.book.source import Source
from svcctl.kinds import KINDS
from svcctl.kinds import Clock
from svcctl.kinds import Kind

RULES_KEY = "test"


def parse(data: bytes) -> Record:
    return tomllib.loads(data.decode())


def row(record: Record, _facts: object = None) -> dict[str, Any]:
    if record.get("break") == "row":
        raise LookupError("rules broke")
    ended = {"ended_at": record["ended_at"]} if "ended_at" in record else {}
    return ended | {
        "open": record.get("open"),
        "unit": record.get("unit"),
        "person": record.get("person"),
        "at": record.get("at"),
        "subject": record.get("subject", ""),
    }


def links(record: Record) -> Iterator[Link]:
    if "unit" in record:
        yield Link(("unit",), "unit", record["unit"])
    for place, entry in enumerate(record.get("log", [])):
        yield Link(("log", place, "by"), "staff", entry["by"])


def facts(record: Record) -> dict[str, int]:
    return {"opened": record.get("at", 0), "entries": len(record.get("log", []))}


def clocks(record: Record, facts: dict[str, int], handbook: Any) -> list[Clock]:
    if record.get("break") == "clocks":
        raise LookupError("clocks broke")
    start = facts["opened"]
    limits = {"reply": handbook.reply, "answer": handbook.answer}
    return [
        Clock(
            duty,
            start,
            "opened",
            f"{limit}s",
            None if record.get("paused") else start + limit,
            record.get(f"{duty}_met"),
            record.get("person", ""),
            "TST-01",
            "cancelled" if record.get("void") else "",
        )
        for duty, limit in limits.items()
    ]


def handbook(reply: int = 100, answer: int = 200) -> SimpleNamespace:
    return SimpleNamespace(reply=reply, answer=answer)


def _kind(name: str, folder: str, naming: Any, **rules: Any) -> Kind:
    kind = Kind(name, folder, "", "card", naming, "nowhere")
    kind.__dict__["rules"] = SimpleNamespace(**rules)
    return kind


@contextmanager
def small_trade() -> Iterator[None]:
    """Put the small trade in the place of the real one."""
    before = dict(KINDS)
    KINDS.clear()
    for kind in (
        _kind("book", "book.toml", "single", row=row),
        _kind("policy", "handbook/policy", "flat", row=row),
        _kind("unit", "units", "unit", row=row),
        _kind("staff", "staff", "flat", row=row),
        _kind(
            "ticket",
            "tickets",
            "dated",
            row=row,
            terms=lambda record: [record["subject"]] if "subject" in record else [],
            links=links,
            facts=facts,
            clocks=clocks,
        ),
    ):
        KINDS[kind.name] = kind
    try:
        yield
    finally:
        KINDS.clear()
        KINDS.update(before)


def write(root: Path, path: str, text: str | bytes = "") -> Path:
    """Write a file of the book."""
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text.encode() if isinstance(text, str) else text)
    return place


def ticket(number: int, text: str = "", day: int = 21) -> tuple[str, str]:
    """Return path and text of a ticket."""
    name = f"T2611{day:02d}-A{number:02d}"
    return f"tickets/2026/11/{day:02d}/{name}.toml", f'id = "{name}"\n{text}'


def index(root: Path, source: Source | None = None, **given: Any) -> Index:
    """Return an index of the small trade."""
    wanted: dict[str, Any] = {
        "handbook": handbook,
        "parse": parse,
        "rules_key": RULES_KEY,
        "cached": True,
    } | given
    return Index(root, source or Disk(root), **wanted)


def everything(made: Index) -> dict[str, Any]:
    """Return all that an index can be asked, to compare two of them."""
    kinds = list(KINDS)
    return {
        "rows": {kind: made.rows(kind) for kind in kinds},
        "open": {kind: made.rows(kind, open=True) for kind in kinds},
        "ids": {kind: made.ids(kind) for kind in kinds},
        "files": made.files(),
        "duties": made.duties(),
        "all duties": made.duties(owed=False),
        "bases": list(made.bases("ticket")),
        "unreadable": made.unreadable(),
        "search": made.search("ticket", ["lift"]),
        "links": made.backlinks("unit", "3-2-1501"),
        "dangling": made.dangling(),
        "doubles": made.doubles(),
    }

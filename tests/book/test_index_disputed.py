from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from svcctl.book.index import Index
from svcctl.book.source import Disk

CARD = 'id = "{id}"\nname = "A"\n'
CASE = 'id = "T261121-A0{n}"\nstatus = "registered"\n{head}\n'
ENTRY = '\n[[log]]\nn = "{n}"\nat = 2026-11-21 09:12:00+08:00\nby = "wang.fang"\ndid = "open"\n'
DISPUTE = '\n[[{table}]]\nfield = "name"\nvalues = ["A", "B"]\n'


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.fixture
def index(tmp_path: Path) -> Index:
    write(tmp_path, "residents/A/00/R-A0001.toml", CARD.format(id="R-A0001"))
    above = CARD.format(id="R-A0002") + DISPUTE.format(table="disputed")
    write(tmp_path, "residents/A/00/R-A0002.toml", above)
    below = CARD.format(id="R-A0003") + DISPUTE.format(table="private.disputed")
    write(tmp_path, "residents/A/00/R-A0003.toml", below)
    folder = "tickets/2026/11/21"
    sound = CASE.format(n=1, head="") + ENTRY.format(n="1A") + ENTRY.format(n="2A")
    write(tmp_path, f"{folder}/T261121-A01.toml", sound)
    twice = CASE.format(n=2, head="") + ENTRY.format(n="1A") * 2
    write(tmp_path, f"{folder}/T261121-A02.toml", twice)
    ended = CASE.format(n=3, head="disputed = true") + ENTRY.format(n="1A")
    write(tmp_path, f"{folder}/T261121-A03.toml", ended)
    write(tmp_path, f"{folder}/T261121-A04.toml", "<<<<<<< ours\n")
    return Index(tmp_path, Disk(tmp_path))


def test_what_a_merge_left_is_found_and_nothing_else(index: Index) -> None:
    assert [(kind, name) for kind, name, _path in index.disputed()] == [
        ("resident", "R-A0002"),
        ("resident", "R-A0003"),
        ("ticket", "T261121-A02"),
        ("ticket", "T261121-A03"),
    ]


def test_it_is_found_without_going_through_all_records(index: Index, tmp_path: Path) -> None:
    index.disputed()
    index.close()
    with sqlite3.connect(next(tmp_path.rglob("index.sqlite"))) as db:
        asked = (
            "EXPLAIN QUERY PLAN SELECT c.kind FROM content c CROSS JOIN place p"
            " ON p.content = c.c WHERE c.disputed"
        )
        plan = [line[3] for line in db.execute(asked)]
    assert "content_disputed" in plan[0]

"""The floors: the least that a program doing the same work must cost; and the days of the book."""

from __future__ import annotations

from datetime import date
from datetime import timedelta
from pathlib import Path

FIRST = date(2026, 1, 1)
DAYS = 320
LAST = FIRST + timedelta(days=DAYS - 1)

BARE_CLICK = """
import click

@click.group()
def root():
    pass

@root.command()
@click.argument("name")
def show(name):
    click.echo(name)

root()
"""

CLICK_AND_PYDANTIC = """
import datetime
import click
from pydantic import BaseModel

class Row(BaseModel):
    a: str
    b: str
    c: str
    d: str
    e: str
    f: str
    g: str
    h: str
    i: int
    j: int
    k: int
    l: int
    m: datetime.datetime
    n: str | None = None
    o: str | None = None

@click.group()
def root():
    pass

@root.command()
@click.argument("name")
def log(name):
    now = datetime.datetime.now(datetime.UTC)
    texts = dict.fromkeys("abcdefgh", name)
    click.echo(Row(**texts, i=1, j=2, k=3, l=4, m=now).a)

root()
"""

READ_PARSE_VALIDATE = """
import os
import sys
import rtoml
from svcctl.kinds import KINDS

validate = KINDS["ticket"].model.__pydantic_validator__.validate_python
count = 0
for folder, _folders, names in os.walk(sys.argv[1]):
    for name in names:
        handle = os.open(folder + "/" + name, os.O_RDONLY)
        data = os.read(handle, 65536)
        os.close(handle)
        validate(rtoml.loads(data.decode()))
        count += 1
print(count)
"""


def write(folder: Path) -> None:
    """Write the floor programs into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "click_bare.py").write_text(BARE_CLICK)
    (folder / "click_pydantic.py").write_text(CLICK_AND_PYDANTIC)
    (folder / "check_floor.py").write_text(READ_PARSE_VALIDATE)

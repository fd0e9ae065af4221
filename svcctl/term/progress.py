"""A bar for work that takes a while, shown only to a person who waits."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

from svcctl.term.output import is_terminal

T = TypeVar("T")


@contextmanager
def progress(items: Iterable[T], label: str, length: int | None = None) -> Iterator[Iterable[T]]:
    """Show how far a loop over `items` is, while it runs inside this context.

    `with progress(files, _("reading")) as files: …`.

    Off a terminal nothing is written and `items` is handed back as it is.
    """
    if not is_terminal(sys.stderr):
        yield items
        return
    with click.progressbar(items, length=length, label=label, file=sys.stderr) as bar:
        yield bar

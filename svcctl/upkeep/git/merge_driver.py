"""`svcctl git merge-driver`: what Git calls to merge one file of the book.

Git's own calls are answered before click is loaded, in `cli.main`; this is for all other ways to
write the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from svcctl.base.errors import Exit
from svcctl.base.i18n import _
from svcctl.term.options import command
from svcctl.term.options import pass_run
from svcctl.vcs.merges import driver

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(
    help=_(
        "Merge two versions of a file into OURS, as Git asks for it. Exits 1 where a person must "
        "look; SIZE is the length of conflict markers, PATH where the file is in the repository."
    ),
    examples=("svcctl git merge-driver %O %A %B %L %P",),
)
@click.argument("base", metavar="BASE")
@click.argument("ours", metavar="OURS")
@click.argument("theirs", metavar="THEIRS")
@click.argument("size", metavar="SIZE")
@click.argument("path", metavar="PATH")
@pass_run
def merge_driver(run: Run, **words: str) -> None:
    """Merge one file."""
    asked = [words[name] for name in ("base", "ours", "theirs", "size", "path")]
    run.status = Exit(driver.main(asked))

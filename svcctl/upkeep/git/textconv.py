"""`svcctl git textconv FILE`: what Git reads instead of a record, for its diffs.

Git's own calls are answered before click is loaded, in `cli.main`; this is for all other ways to
write the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.term.options import command
from svcctl.term.options import pass_run
from svcctl.vcs.telling.textconv import write

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(
    help=_("Print a record in words, as `git diff` and `git log -p` compare it."),
    examples=("svcctl git textconv tickets/2026/11/21/T261121-A07.toml",),
)
@click.argument("file", metavar="FILE")
@pass_run
def textconv(run: Run, file: str) -> None:
    """Print a record in words."""
    try:
        root = run.folder
    except SvcctlError:
        root = None
    write(file, root)

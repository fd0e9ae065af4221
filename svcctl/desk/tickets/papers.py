"""Fees and papers of a ticket. A paper's content stays where it is; the book has its checksum."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base import private
from svcctl.base.errors import DiskError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.desk.tickets import intake
from svcctl.desk.tickets.doing import FILE
from svcctl.desk.tickets.doing import act_command

if TYPE_CHECKING:
    from svcctl.desk.tickets.doing import Said
    from svcctl.term.context import Run

_IDENTITY = ("身份证", "护照", "idcard", "id-card", "id_card", "passport")
"""What scans of identity papers are called."""


@act_command(
    help=_("What the work costs the resident, and the receipt; or that it costs nothing."),
    examples=(
        "svcctl ticket charge A07 --fee 35 --receipt 0012345",
        "svcctl ticket charge A07 --free",
    ),
)
@click.option("--fee", metavar="YUAN", help=_("In yuan: 35 or 35.50."))
@click.option("--free", is_flag=True, help=_("It costs nothing."))
@click.option("--receipt", metavar="NUMBER", help=_("The number of the receipt."))
def charge(_run: Run, said: Said) -> dict[str, Any]:
    """Record a fee (REC-12)."""
    fee, free, receipt = (said.pop(key) for key in ("fee", "free", "receipt"))
    if bool(fee) == free:
        raise UsageProblem(_("give a fee with --fee, or say --free"))
    if free and receipt:
        raise UsageProblem(_("there is no receipt for what is free"))
    return {"fee": intake.money(fee or "0"), "receipt": intake.one_line(receipt)}


@act_command(
    help=_(
        "A paper or picture belongs to tickets: its name and checksum are kept, and where it is. "
        "The file is not copied."
    ),
    examples=('svcctl ticket attach A07 现场.jpg --kept "投诉档案盒 3"',),
    last=FILE,
)
@click.option("--kept", metavar="WHERE", help=_("Where the paper is."))
def attach(run: Run, said: Said) -> None:
    """Attach a file."""
    said |= paper(said["file"], run.root)


def paper(name: str, root: Path) -> dict[str, str]:
    """Return the name and the checksum of a file; one that lies in the book by its place there.

    Raises:
        UsageProblem: No file was said.
        NotFoundError: There is no such file.
        DiskError: It cannot be read.
        RefusedError: It is the scan of an identity paper and lies in the book.
    """
    if not name:
        raise UsageProblem(_("say which file"))
    path, book = Path(name).resolve(), root.resolve()
    inside = path.is_relative_to(book)
    if inside and any(word in path.name.lower() for word in _IDENTITY):
        raise RefusedError(
            _("'{file}' seems to be an identity paper; its scan must not lie in the book").format(
                file=path.name
            ),
            _("move it elsewhere; --kept says where the paper is"),
        )
    shown = path.relative_to(book).as_posix() if inside else path.name
    return {"file": private.hide(shown), "sha256": _checksum(path, name)}


def _checksum(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, IsADirectoryError):
        raise NotFoundError(_("there is no file '{path}'").format(path=name)) from None
    except OSError as error:
        raise DiskError(
            _("cannot read '{path}': {error}").format(path=name, error=_(error.strerror or ""))
        ) from None

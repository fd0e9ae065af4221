"""`svcctl fmt`: bring files edited by hand into canonical form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from svcctl.base.errors import Exit
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.book import files
from svcctl.book import journal
from svcctl.book.index import Index
from svcctl.book.journal import Change
from svcctl.book.lock import WriterLock
from svcctl.book.source import Disk
from svcctl.check.form import Formed
from svcctl.check.form import formed
from svcctl.term.options import command
from svcctl.term.options import pass_run
from svcctl.term.recording import recorder
from svcctl.upkeep.paths import inside_book

if TYPE_CHECKING:
    from svcctl.term.context import Run


@command(
    help=_(
        "Bring files edited by hand into canonical form: all of the book, or those at PATH. "
        "What a record says is not changed; files that cannot be read stay as they are."
    ),
    examples=("svcctl fmt", "svcctl fmt --check", "svcctl fmt staff/wang.fang.toml"),
    rev=False,
)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--check", is_flag=True, help=_("Write nothing; end in 1 if something would change."))
@pass_run
def fmt(run: Run, *, paths: tuple[str, ...], check: bool) -> None:
    """Rewrite files in canonical form, all of them in one transaction."""
    wanted = [inside_book(run.root, path) for path in paths]
    if not check:
        run.must_write_now()
    lock = nullcontext() if check else WriterLock(run.root, "fmt")
    with lock:
        if not check:
            journal.recover(run.root)
        changes, kept = _changes(run, wanted)
        if not check:
            _write(run, changes)
    for change in changes:
        run.data(change.path)
    for path, why in kept:
        run.warn(f"{path}:{why.line}:{why.col}: {why.why}")
    run.say(_summary(len(changes), len(kept), check=check))
    if kept or (check and changes):
        run.status = Exit.FINDINGS


def _write(run: Run, changes: list[Change]) -> None:
    history = recorder(run)
    more = history.saved(changes, "fmt") if history and changes else ()
    journal.commit(run.root, [*changes, *more], "fmt")
    if history:
        history.done()


def _changes(run: Run, wanted: list[str]) -> tuple[list[Change], list[tuple[str, Formed]]]:
    """Return what is to be rewritten, and the files that must stay as they are and why."""
    source = Disk(run.root)
    changes: list[Change] = []
    kept: list[tuple[str, Formed]] = []
    for path in _chosen(run, source, wanted):
        try:
            data = source.read(path)
        except FileNotFoundError:
            continue
        except SvcctlError as error:
            kept.append((path, Formed(None, error.message)))
            continue
        made = formed(path, data)
        if made.data is None:
            kept.append((path, made))
        elif made.data != data:
            changes.append(Change(path, files.blob_hash(data), made.data))
    return changes, kept


def _chosen(run: Run, source: Disk, wanted: list[str]) -> Iterator[str]:
    with Index(run.root, source, cached=not run.wishes.no_index) as index:
        index.refresh()
        every = index.paths()
    for one in wanted:
        if one and not any(path == one or path.startswith(f"{one}/") for path in every):
            raise NotFoundError(_("there is no record at '{path}'").format(path=one))
    for path in every:
        if not wanted or any(
            not one or path == one or path.startswith(f"{one}/") for one in wanted
        ):
            yield path


def _summary(changed: int, kept: int, *, check: bool) -> str:
    if not changed and not kept:
        return _("everything is in canonical form")
    if check:
        said = ngettext("{count} file would change", "{count} files would change", changed)
    else:
        said = ngettext("{count} file rewritten", "{count} files rewritten", changed)
    text = said.format(count=changed)
    if kept:
        left = ngettext("{count} file left as it is", "{count} files left as they are", kept)
        text += "; " + left.format(count=kept)
    return text

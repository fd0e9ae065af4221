"""Commands that take over lists of units, residents and cases from other systems.

A list is read and planned as a whole; what does not fit is named row by row. Then all of it is
written in one transaction, or nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import click

from svcctl.base import i18n
from svcctl.base.errors import DiskError
from svcctl.base.errors import Exit
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import N_
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.term.context import Run
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.output import Column
from svcctl.term.output import Form
from svcctl.term.output import opened
from svcctl.upkeep.importing import excel
from svcctl.upkeep.importing import mapping as maps
from svcctl.upkeep.importing import plan as plans
from svcctl.upkeep.importing import read
from svcctl.upkeep.importing import residents as resident_rows
from svcctl.upkeep.importing import tickets as ticket_rows
from svcctl.upkeep.importing import units as unit_rows
from svcctl.upkeep.importing.known import Known

if TYPE_CHECKING:
    from svcctl.book.book import Book
    from svcctl.book.book import Transaction
    from svcctl.upkeep.importing.cells import Field
    from svcctl.upkeep.importing.model import Map
    from svcctl.upkeep.importing.plan import Adapter
    from svcctl.upkeep.importing.plan import Plan
    from svcctl.upkeep.importing.read import Sheet

_WHY = N_("taken over from {system}")
REASON = "reason"
"""The column that rejects carry beside their own."""


class Job(NamedTuple):
    """One import as asked for: which kind, from where, with which map."""

    kind: str
    path: Path
    map_path: Path
    data: bytes
    mapping: Map
    sheet: Sheet


class Wish(NamedTuple):
    """What is to be done with the plan."""

    only_plan: bool
    skip_rejects: bool
    rejects: str | None


def _options(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--rejects", metavar="FILE", help=_("Where to write rows that do not fit.")),
        click.option("--skip-rejects", is_flag=True, help=_("Leave out rows that do not fit.")),
        click.option(
            "--plan", "only_plan", is_flag=True, help=_("Show row by row what would happen.")
        ),
        click.option(
            "--map", "map_path", required=True, metavar="MAP.toml",
            help=_("Which column becomes which field; see the guide on importing."),
        ),
        click.argument("file", metavar="FILE"),
    ):  # fmt: skip
        function = option(function)
    return format_options(function)


@command(
    help=_("Take over a list of units from a CSV or Excel file."),
    examples=("svcctl import units 房产.xlsx --map units.toml --plan",),
    rev=False,
)
@_options
@pass_run
def units(run: Run, file: str, map_path: str, **wish: Any) -> None:
    """Import units."""
    _import(run, _job("unit", file, map_path), Wish(**wish))


@command(
    help=_("Take over a list of residents from a CSV or Excel file."),
    examples=("svcctl import residents 业主.xlsx --map residents.toml --plan",),
    rev=False,
)
@_options
@pass_run
def residents(run: Run, file: str, map_path: str, **wish: Any) -> None:
    """Import residents."""
    _import(run, _job("resident", file, map_path), Wish(**wish))


@command(
    help=_("Take over a list of cases from a CSV or Excel file."),
    examples=("svcctl import tickets cases.csv --map cases.toml --plan",),
    rev=False,
)
@_options
@pass_run
def tickets(run: Run, file: str, map_path: str, **wish: Any) -> None:
    """Import tickets."""
    _import(run, _job("ticket", file, map_path), Wish(**wish))


# -- reading --------------------------------------------------------------------------------------


def _job(kind: str, file: str, map_path: str) -> Job:
    """Read the map and the list.

    Raises:
        UsageProblem: One of them cannot be understood.
        NotFoundError: One of them is not there.
    """
    data = _bytes(map_path)
    mapping = maps.load(data, map_path)
    if mapping.kind != f"{kind}s":
        raise UsageProblem(
            _("the map is for a list of {kind}").format(kind=mapping.kind),
            f"svcctl import {mapping.kind} {file} --map {map_path}",
        )
    sheet = read.find_sheet(_lines(file, mapping), maps.columns(mapping))
    return Job(kind, Path(file), Path(map_path), data, mapping, sheet)


def _lines(file: str, mapping: Map) -> list[read.Line]:
    if Path(file).suffix.lower() in excel.SUFFIXES:
        return excel.read_workbook(_bytes(file), mapping.file.sheet)
    return read.read_text(read.decode(_bytes(file), mapping.file.encoding), mapping.file.delimiter)


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise NotFoundError(_("there is no file '{path}'").format(path=path)) from None
    except OSError as error:
        raise DiskError(
            _("cannot read '{path}': {why}").format(path=path, why=_(error.strerror or ""))
        ) from None


# -- planning -------------------------------------------------------------------------------------


def _plan(run: Run, book: Book, job: Job) -> Plan:
    """Return what becomes of every row.

    Raises:
        UsageProblem: The map names fields or values that are not there.
    """
    known = Known(book, run.now(), book.desk)
    fields = _FIELDS[job.kind](known)
    if wrong := [*maps.faults(job.mapping, fields), *_key_faults(job)]:
        raise maps.problem(job.data, str(job.map_path), wrong)
    rules = maps.rules(job.mapping, fields, job.sheet.heading)
    blank = map(read.same, job.mapping.file.blank)
    return plans.make(job.sheet, rules, _adapter(run, known, job), _key_place(job), blank)


def _key_faults(job: Job) -> Iterator[maps.Fault]:
    if job.kind == "ticket":
        for name in ("system", "key"):
            if not getattr(job.mapping, name):
                words = _("'{key}' is missing; without it a second run would take all cases again")
                yield maps.Fault((), words.format(key=name))


def _key_place(job: Job) -> int | None:
    if job.mapping.key is None:
        return None
    names = [read.same(name) for name in job.sheet.heading]
    return names.index(read.same(job.mapping.key))


def _adapter(run: Run, known: Known, job: Job) -> Adapter:
    update = job.mapping.existing == "update"
    if job.kind == "unit":
        return unit_rows.Units(known, update=update)
    if job.kind == "resident":
        return resident_rows.Residents(known, update=update, unknown=job.mapping.unknown)
    return ticket_rows.Tickets(known, _way(run, known, job))


def _way(run: Run, known: Known, job: Job) -> ticket_rows.Way:
    by = job.mapping.by or run.actor
    if not known.has("staff", by):
        raise NotFoundError(
            _("the map says by = '{by}', but there is no such staff member").format(by=by),
            "svcctl staff list",
        )
    system = job.mapping.system or ""
    return ticket_rows.Way(
        system=system,
        by=by,
        why=job.mapping.why or _in_book(known.book, _WHY).format(system=system),
        closing=tuple(job.mapping.closing.split("+")),
        update=job.mapping.existing == "update",
        unknown=job.mapping.unknown,
    )


def _in_book(book: Book, message: str) -> str:
    """Return a message in the language of the book, because it is written into it."""
    language = str(book.settings.get("language", ""))
    return i18n.catalogue(language if language in i18n.LANGUAGES else "en").gettext(message)


_FIELDS: dict[str, Callable[[Known], tuple[Field, ...]]] = {
    "unit": unit_rows.fields,
    "resident": resident_rows.fields,
    "ticket": ticket_rows.fields,
}


# -- doing ----------------------------------------------------------------------------------------


def _import(run: Run, job: Job, wish: Wish) -> None:
    if wish.only_plan:
        plan = _plan(run, run.book, job)
        _show(run, plan)
        if plan.rejects():
            run.ends_with(Exit.FINDINGS)
            if wish.rejects:
                _write_rejects(run, job, plan, wish)
        _tell(run, plan, done=False)
        return
    with run.writing(f"import {job.mapping.kind}") as change:
        # Planned under the lock: nobody can add a record between looking and writing.
        plan = _plan(run, change.book, job)
        if plan.rejects():
            _refuse(run, job, plan, wish)
        names = _put(change, job.kind, plan)
    if run.wishes.format or run.wishes.path:
        _show(run, plan, names)
    _tell(run, plan, done=True)


def _put(change: Transaction, kind: str, plan: Plan) -> list[str]:
    """Put all records; return the ids that the new ones got."""
    numbered = [write for write in plan.writes if write.new]
    names = change.mint_many(kind, [write.day for write in numbered]) if numbered else []
    given = iter(names)
    for write in plan.writes:
        change.put(kind, {**write.record, "id": next(given)} if write.new else write.record)
    return names


def _refuse(run: Run, job: Job, plan: Plan, wish: Wish) -> None:
    """Hand the rejects back; refuse the whole unless they are to be skipped.

    Raises:
        RefusedError: Rejects are not to be skipped.
    """
    path = _write_rejects(run, job, plan, wish)
    count = len(plan.rejects())
    if wish.skip_rejects:
        run.ends_with(Exit.FINDINGS)
        return
    first = plan.rejects()[0]
    message = ngettext(
        "{count} row of {all} does not fit; nothing was written",
        "{count} rows of {all} do not fit; nothing was written",
        count,
    )
    raise RefusedError(
        message.format(count=count, all=len(plan.steps)),
        _("row {row}: {reason}").format(row=first.line.number, reason=first.outcome.reason),
        _("all of them, with reasons: {path}").format(path=path),
        _("mend them there and in the map, or take over the rest: --skip-rejects"),
    )


def _write_rejects(run: Run, job: Job, plan: Plan, wish: Wish) -> Path:
    """Write the rows that do not fit: the same columns and the reason.

    Raises:
        UsageProblem: The file named is the list itself.
        DiskError: It cannot be written.
    """
    path = Path(wish.rejects) if wish.rejects else _free_name(job.path)
    if path.resolve() == job.path.resolve():
        raise UsageProblem(_("'{path}' is the list itself").format(path=path))
    heading = list(job.sheet.heading)
    # A file of rejects that is tried again has the column already.
    again = heading[-1:] == [REASON] and REASON not in maps.columns(job.mapping)
    width = len(heading) - again
    with opened(Form("csv", str(path), None)) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*heading[:width], REASON])
        for step in plan.rejects():
            cells = [read.show(cell) for cell in step.line.cells]
            # What stands beyond the heading stays beyond the reason.
            writer.writerow([*cells[:width], step.outcome.reason, *cells[width + again :]])
    run.say(_("rows that do not fit: {path}").format(path=path))
    return path


def _free_name(path: Path) -> Path:
    """Return a free name beside the list: rejects that somebody mends are not overwritten."""
    made = path.with_name(f"{path.stem}.rejects.csv")
    number = 2
    while made.exists():
        made = path.with_name(f"{path.stem}.rejects-{number}.csv")
        number += 1
    return made


def _show(run: Run, plan: Plan, names: Sequence[str] = ()) -> None:
    columns = [
        Column("row", _("row")),
        Column("verdict", _("what"), show=lambda value: verdicts[value]),
        Column("id", _("id")),
        Column("title", _("title"), 40),
        Column("reason", _("reason"), 60),
    ]
    verdicts = _verdicts()
    run.rows((_row(step, names) for step in plan.steps), columns)


def _row(step: plans.Step, names: Sequence[str]) -> dict[str, object]:
    number, outcome = step.line.number, step.outcome
    name = names[outcome.made] if names and outcome.made is not None else outcome.name
    return {
        "row": number, "verdict": outcome.verdict, "id": name, "title": outcome.title,
        "reason": outcome.reason,
    }  # fmt: skip


def _verdicts() -> dict[str, str]:
    return {
        "create": _("create"),
        "update": _("update"),
        "unchanged": _("unchanged"),
        "differs": _("differs"),
        "reject": _("reject"),
    }


def _tell(run: Run, plan: Plan, *, done: bool) -> None:
    words = _verdicts()
    counted = [(plan.count(verdict), words[verdict]) for verdict in plans.VERDICTS]
    counts = [f"{count} {word}" for count, word in counted if count]
    total = ngettext("{count} row", "{count} rows", len(plan.steps)).format(count=len(plan.steps))
    run.say(f"{total}: {', '.join(counts)}" if counts else total)
    if plan.masked:
        message = ngettext(
            "{count} private number in texts is masked: full ones stand only with residents",
            "{count} private numbers in texts are masked: full ones stand only with residents",
            plan.masked,
        )
        run.say(message.format(count=plan.masked))
    if plan.count("differs"):
        run.say(
            _("where rows differ, the book is kept; existing = update in the map takes the list")
        )
    if not done:
        run.say(_("nothing was written; without --plan it is"))

"""Looking at incidents: `ticket incident list`, `show` and `wording`."""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base import clock
from svcctl.base import i18n
from svcctl.base import redaction
from svcctl.base.case import happened
from svcctl.base.choice import show as label
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.i18n import ngettext
from svcctl.desk.tickets.incidents import rules
from svcctl.desk.tickets.incidents import wording as words_of
from svcctl.desk.tickets.incidents.words import ACT_CHOICES
from svcctl.desk.tickets.incidents.words import FIELD_CHOICES
from svcctl.desk.tickets.incidents.words import STATUS_CHOICES
from svcctl.desk.tickets.lifecycle import RUNNING
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import STATUS_CHOICES as TICKET_STATUSES
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import ids_argument
from svcctl.term.options import pass_run
from svcctl.term.output import Column

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from svcctl.base.record import Record
    from svcctl.book.index import Index
    from svcctl.term.context import Run

_OWED = ("tell", "callback")


def members(index: Index, name: str) -> list[dict[str, Any]]:
    """Return the list rows of the tickets that belong to an incident."""
    ids = [one.id for one in index.backlinks("incident", name) if one.kind == "ticket"]
    return index.rows("ticket", ids=ids) if ids else []


def outcome(record: Record, did: str) -> str:
    """Return the line that confirms an act."""
    return _("{id}: {did}; now {status}").format(
        id=record["id"],
        did=label(did, ACT_CHOICES),
        status=label(record["status"], STATUS_CHOICES),
    )


@command(
    "list",
    help=_("List incidents, the newest last, with how many tickets each has."),
    examples=("svcctl ticket incident list --open",),
)
@click.option(
    "--open/--done", "open_", default=None, help=_("Only open ones, or only mended ones.")
)
@format_options
@pass_run
def list_(run: Run, /, *, open_: bool | None) -> None:
    """List incidents."""
    index = run.book.index
    rows = (
        {**row, "began": _at(run, row["at"]), **_counts(members(index, row["id"]))}
        for row in index.rows("incident", open=open_)
    )
    run.rows(rows, _columns())
    run.report_unreadable()


def _at(run: Run, epoch: int | None) -> datetime | None:
    return None if epoch is None else clock.moment(epoch).astimezone(run.zone)


def _counts(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Return how many tickets there are, and how many of them have not ended."""
    every = list(rows)
    return {"tickets": len(every), "left": sum(1 for one in every if one.get("open"))}


def _columns() -> list[Column]:
    return [
        Column("id", _("id")),
        Column("status", _("status"), show=lambda key: label(key, STATUS_CHOICES)),
        Column("began", _("began")),
        Column("where", _("where"), 14, show=lambda said: joined(said.split(", "))),
        Column("subject", _("subject"), 30),
        Column("tickets", _("tickets")),
        Column("left", _("open")),
        Column("category", _("category"), 0),
        Column("buildings", _("buildings"), 0),
        Column("cause", _("cause"), 0),
    ]


@command(
    help=_("Show incidents: what was done, who reported them, what is still owed to whom."),
    examples=("svcctl ticket incident show I261121-A01", "svcctl ticket incident show last"),
)
@ids_argument
@format_options
@pass_run
def show(run: Run, ids: tuple[str, ...]) -> None:
    """Show incidents."""
    for typed in ids:
        record = run.book.get("incident", run.book.resolve("incident", typed, run.now()))
        rows = members(run.book.index, record["id"])
        run.one({**record, "tickets": [row["id"] for row in rows]}, _page(run, record, rows))
    # A ticket that cannot be read is missing from what is still owed.
    run.report_unreadable()


def _page(run: Run, record: Record, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of an incident's page."""
    yield f"{record['id']}  {record.get('subject', '')}"
    for choice in FIELD_CHOICES[1:]:
        if choice.key in record:
            yield f"  {label(choice.key, FIELD_CHOICES)}: {_value(run, record, choice.key)}"
    yield ""
    for entry in record.get("log", []):
        moment = happened(entry)
        stamp = clock.show_moment(moment, run.zone) if isinstance(moment, datetime) else ""
        did = label(str(entry.get("did", "")), ACT_CHOICES)
        yield f"{stamp}  {did}  {entry.get('by', '')}  [{entry.get('n', '')}]"
        yield from (f"    {line}" for line in redaction.told(entry, run.zone))
        for key in ("why", "note"):
            yield from (f"    {line}" for line in str(entry.get(key, "")).strip().splitlines())
    yield ""
    counted = ngettext("{count} ticket", "{count} tickets", len(rows)).format(count=len(rows))
    owed = _owed(run, rows)
    yield _("{title}: {words}").format(title=counted, words=owed) if owed else counted
    for row in rows:
        parts = (
            row["id"],
            label(str(row.get("kind", "")), KIND_CHOICES),
            row.get("where", ""),
            label(str(row.get("status", "")), TICKET_STATUSES),
            row.get("caller", ""),
            row.get("subject", ""),
        )
        yield "  " + "  ".join(str(part) for part in parts if part)


def _value(run: Run, record: Record, key: str) -> str:
    value = record[key]
    if key == "status":
        return label(value, STATUS_CHOICES)
    if key in ("category", "cause"):
        options = run.book.handbook.policy(run.now().date()).options(key)
        return label(value, options)
    if isinstance(value, list):
        return joined(map(str, value))
    return " ".join(str(value).split())


def _owed(run: Run, rows: list[dict[str, Any]]) -> str:
    """Return what is still owed to those who reported it, in words."""
    ids = {row["id"] for row in rows}
    if not ids:
        return ""
    duties = run.book.index.duties(kind="ticket", only=_OWED)
    count = Counter(one.clock.duty for one in duties if one.id in ids)
    parts = [
        _("{count} not done").format(count=sum(row.get("status") in RUNNING for row in rows)),
        _("{count} to be told").format(count=count["tell"]),
        _("{count} to be called back").format(count=count["callback"]),
    ]
    return joined(parts)


@command(
    help=_(
        "Print what residents are told, for each building that reported: for the notice board or a "
        "message group. With a text: this is the wording from now on; {building} {entrances} "
        "{time} {today} {subject} {result} {estate}, or 楼栋 单元 时间 今天 事由 结果 小区 in "
        "braces, are filled in."
    ),
    examples=(
        "svcctl ticket incident wording I261121-A01",
        'svcctl ticket incident wording I261121-A01 "{楼栋}业主:主水管爆裂,预计 12:00 恢复供水。"',
    ),
)
@click.argument("name", metavar="INCIDENT")
@click.argument("words", required=False, metavar='["TEXT"]')
@format_options
@pass_run
def wording(run: Run, name: str, words: str | None) -> None:
    """Print or set the wording for residents."""
    incident = run.book.resolve("incident", name, run.now())
    if words is not None:
        _set_wording(run, incident, words)
    record = run.book.get("incident", incident)
    rows = members(run.book.index, incident)
    made = list(_notices(run, record, rows))
    if run.format == "table" and not run.wishes.path:
        for place, text in made:
            if place.reports:
                reported = ngettext("{count} ticket", "{count} tickets", place.reports)
                building = _("building {building}").format(building=place.building or "?")
                reports = reported.format(count=place.reports)
                run.say("-- " + _("{title}: {words}").format(title=building, words=reports))
            run.data(text)
        return
    columns = [Column("id", "id"), *(Column(key, key) for key in ("building", "entrances"))]
    columns += [Column("tickets", "tickets"), Column("text", "text")]
    run.rows(
        (
            {
                "id": incident,
                "building": place.building,
                "entrances": list(place.entrances),
                "tickets": place.reports,
                "text": text,
            }
            for place, text in made
        ),
        columns,
    )


def _set_wording(run: Run, incident: str, words: str) -> None:
    from svcctl.desk.tickets.incidents import actions  # to write alone
    from svcctl.term.doubts import tell_doubts

    words_of.refuse_unknown(words)
    with run.writing("ticket incident wording") as change:
        record = change.get("incident", incident)
        record = actions.act(record, run.deed(), "wording", {"wording": words.strip()})
        change.put("incident", record)
    tell_doubts(run, "incident", record)


def _notices(
    run: Run, record: Record, rows: list[dict[str, Any]]
) -> Iterator[tuple[words_of.Place, str]]:
    """Yield the text for each building, in the language of the book."""
    say = i18n.catalogue(str(run.book.settings.get("language", ""))).gettext
    result = rules.result(record)
    usual = words_of.WHEN_DONE if result else words_of.WHILE_OPEN
    began = rules.opened(record) or datetime.now(UTC)
    values = {
        "time": clock.show_moment(began, run.zone),
        "today": run.now().date().isoformat(),
        "subject": str(record.get("subject", "")),
        "result": " ".join(result.split()),
        "estate": str(run.book.settings.get("estate", "")),
    }
    text = str(record.get("wording") or say(usual)).strip()
    where = words_of.places(rows, record.get("buildings", []))
    yield from words_of.notices(text, where, values, say)

"""`ticket incident …`: the commands that write. One cause, many reporters."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import click

from svcctl.base import text
from svcctl.base import unitid
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.desk.tickets import actions as tickets
from svcctl.desk.tickets.doing import all_of
from svcctl.desk.tickets.doing import bounds
from svcctl.desk.tickets.facts import facts
from svcctl.desk.tickets.incidents import actions
from svcctl.desk.tickets.incidents import look
from svcctl.desk.tickets.lifecycle import RUNNING
from svcctl.term.doubts import tell_doubts
from svcctl.term.options import command
from svcctl.term.options import note_option
from svcctl.term.options import open_list
from svcctl.term.options import pass_run
from svcctl.term.options import when_option
from svcctl.term.options import why_option
from svcctl.term.options import with_stdin

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable

    from svcctl.base.errors import SvcctlError
    from svcctl.base.record import Deed
    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.desk.tickets.needs import Bounds
    from svcctl.term.context import Run

INCIDENT = "incident"
_ON_TRIAL = "I000101-A01"

_CATEGORY = click.option("--category", type=open_list("category", _("category")))
_BUILDINGS = click.option(
    "--buildings", metavar="3,4", help=_("The buildings it concerns, separated by commas.")
)
_PLACE = click.option("--place", metavar="WORDS", help=_("Where it is."))
_SKIP = click.option("--skip", is_flag=True, help=_("Leave out the tickets that cannot be."))
_NAME = click.argument("name", metavar="INCIDENT")
_IDS = click.argument("ids", nargs=-1, metavar="ID...")


@command(
    help=_("Begin an incident: one cause, however many report it. Their tickets can follow."),
    examples=(
        'svcctl ticket incident new "3 栋主水管爆裂" --category 给排水 --buildings 3,4 A07 A08',
        "svcctl log 报修 3-2-1501 没水 --incident last",
    ),
)
@click.argument("words", metavar='"WORDS"')
@click.argument("ids", nargs=-1, metavar="[ID...]")
@_CATEGORY
@_BUILDINGS
@_PLACE
@note_option
@when_option
@why_option
@pass_run
def new(run: Run, /, words: str, ids: tuple[str, ...], **said: Any) -> None:
    """Begin an incident."""
    fields = _fields({**said, "subject": words})
    with run.writing("ticket incident new") as change:
        allowed = bounds(run)
        deed = _deed(run, allowed, said)
        members = _tickets(run, change, ids)
        joining = deed._replace(when=deed.at)  # --when is when the cause began
        for one in members:
            actions.join(one, joining, _ON_TRIAL, allowed)  # numbers are minted last
        name = change.mint(INCIDENT, deed.at.date())
        record = actions.begin(name, deed, fields, note=said["note"] or "", why=said["why"] or "")
        change.put(INCIDENT, record)
        for one in members:
            change.put("ticket", actions.join(one, joining, name, allowed))
    run.data(name)
    tell_doubts(run, INCIDENT, record)
    if run.interactive:
        run.say(_("next: svcctl log … --incident {id}").format(id=name))


def _fields(said: dict[str, Any]) -> dict[str, Any]:
    """Return the header fields of what was said; an empty word clears one."""
    made: dict[str, Any] = {
        key: text.line(said[key]) for key in ("subject", "place") if said.get(key) is not None
    }
    if "subject" in made and not made["subject"]:
        raise UsageProblem(_("say in a few words what it is about"))
    if said.get("buildings") is not None:
        made["buildings"] = _buildings(said["buildings"])
    return made | {key: said[key] for key in ("category",) if said.get(key) is not None}


def _buildings(said: str) -> list[str]:
    """Return the buildings of `3,4栋`: as they stand in the ids of units."""
    plain = text.fold(said).upper()
    for word in ("号楼", "栋", "幢", "座", "、", ";", "/"):
        plain = plain.replace(word, ",")
    names = [name for one in plain.split(",") for name in one.split()]
    for name in names:
        if not (name.isascii() and name.isalnum()):
            raise UsageProblem(_("'{name}' is no building").format(name=name), "--buildings 3,4")
    return sorted(set(names), key=unitid.order)


def _deed(run: Run, allowed: Bounds, said: dict[str, Any]) -> Deed:
    deed = run.deed(said.get("when"))
    policy = allowed.handbook.policy(deed.when.date())
    tickets.refuse_late_entry(deed, policy, said.get("why") or "")
    return deed


def _tickets(run: Run, change: Transaction, ids: Iterable[str]) -> list[Record]:
    names = [run.book.resolve("ticket", one, run.now()) for one in with_stdin(tuple(ids))]
    return [change.get("ticket", name) for name in dict.fromkeys(names)]


def _incident(run: Run, change: Transaction, name: str) -> Record:
    return change.get(INCIDENT, run.book.resolve(INCIDENT, name, run.now()))


# -- who belongs to it ----------------------------------------------------------------------------


@command(
    help=_("Put tickets to an incident; each keeps its own telling and its own callback."),
    examples=("svcctl ticket incident add I261121-A01 A07 A08",),
)
@_NAME
@_IDS
@why_option
@pass_run
def add(run: Run, /, name: str, ids: tuple[str, ...], why: str | None) -> None:
    """Put tickets to an incident."""
    _belong(run, (name, ids), "add", why, actions.join)


@command(
    help=_("Take tickets out of an incident."),
    examples=('svcctl ticket incident drop I261121-A01 A08 --why "是厨房漏水"',),
)
@_NAME
@_IDS
@why_option
@pass_run
def drop(run: Run, /, name: str, ids: tuple[str, ...], why: str | None) -> None:
    """Take tickets out of an incident."""
    _belong(run, (name, ids), "drop", why, actions.leave)


def _belong(
    run: Run,
    which: tuple[str, tuple[str, ...]],
    did: str,
    why: str | None,
    do: Callable[[Record, Deed, str, Bounds], Record],
) -> None:
    name, ids = which
    if not ids:
        raise click.UsageError(_("say which tickets"))
    with run.writing(f"ticket incident {did}") as change:
        allowed = bounds(run)
        deed = _deed(run, allowed, {"why": why})
        incident = str(_incident(run, change, name)["id"])
        members = _tickets(run, change, ids)
        if did == "add":
            members = [one for one in members if one.get("incident") != incident]
        wrong: list[SvcctlError] = []
        for one in members:
            try:
                change.put("ticket", do(one, deed, incident, allowed))
            except RefusedError as problem:
                wrong.append(problem)
        if wrong:
            raise all_of(wrong, len(members))
    every = look.members(run.book.index, incident)
    run.say(
        ngettext("{id}: {count} ticket", "{id}: {count} tickets", len(every)).format(
            id=incident, count=len(every)
        )
    )


# -- what happens to it ---------------------------------------------------------------------------


@command(
    help=_("Write down something about an incident."),
    examples=('svcctl ticket incident note I261121-A01 "关 3 栋总阀,预计两小时"',),
)
@_NAME
@click.argument("words", metavar='"WORDS"')
@when_option
@why_option
@pass_run
def note(run: Run, /, name: str, words: str, **said: Any) -> None:
    """Add a note."""
    _act(run, name, "note", said, note=words)


@command(
    help=_("Correct what an incident is about; an empty word clears a field."),
    examples=("svcctl ticket incident edit I261121-A01 --buildings 3,4,5",),
)
@_NAME
@click.option("--subject", metavar="WORDS", help=_("What it is about."))
@_CATEGORY
@_BUILDINGS
@_PLACE
@why_option
@pass_run
def edit(run: Run, /, name: str, **said: Any) -> None:
    """Correct an incident."""
    _act(run, name, "edit", said, _fields(said))


@command(
    help=_("The cause is back: an incident is open again. Its tickets are reopened one by one."),
    examples=('svcctl ticket incident reopen I261121-A01 --why "接口又漏"',),
)
@_NAME
@click.option("--why", required=True, metavar="REASON", help=_("The reason."))
@when_option
@pass_run
def reopen(run: Run, /, name: str, **said: Any) -> None:
    """Open an incident again."""
    _act(run, name, "reopen", said)


def _act(
    run: Run,
    name: str,
    did: str,
    said: dict[str, Any],
    fields: dict[str, Any] | None = None,
    **more: Any,
) -> None:
    """Do one act to an incident alone, and say what came of it."""
    with run.writing(f"ticket incident {did}") as change:
        deed = _deed(run, bounds(run), said)
        why = said.get("why") or ""
        record = actions.act(_incident(run, change, name), deed, did, fields, why=why, **more)
        change.put(INCIDENT, record)
    run.say(look.outcome(record, did))
    tell_doubts(run, INCIDENT, record)


@command(
    help=_("The cause is mended; --all: and with it the work of every ticket of the incident."),
    examples=(
        'svcctl ticket incident done I261121-A01 "换好主管接口,10:40 恢复供水" --all',
        'svcctl ticket incident done last "已修复" --all --skip --cause 老化磨损',
    ),
)
@_NAME
@click.argument("words", metavar='"RESULT"')
@click.option("--all", "every", is_flag=True, help=_("Its open tickets are done too."))
@click.option("--cause", type=open_list("cause", _("cause")))
@_SKIP
@when_option
@why_option
@pass_run
def done(run: Run, /, name: str, words: str, **said: Any) -> None:
    """Finish an incident."""
    cause = {"cause": said["cause"]} if said["cause"] else {}
    more = {"note": words, "why": said["why"] or ""}
    with run.writing("ticket incident done") as change:
        allowed = bounds(run)
        deed = _deed(run, allowed, said)
        record = _incident(run, change, name)
        if record["status"] != "done" or not said["every"]:
            record = actions.act(record, deed, "done", cause, **more)
            change.put(INCIDENT, record)
        rows = look.members(_fresh(run), record["id"])
        running = [row["id"] for row in rows if row.get("status") in RUNNING]
        job = _Job(run, change, allowed, deed, skip=said["skip"])
        finished = job.each("done", running, cause, more) if said["every"] else []
    run.say(look.outcome(record, "done"))
    left = len(running) - len(finished)
    if finished:
        run.say(
            ngettext("{count} ticket done", "{count} tickets done", len(finished)).format(
                count=len(finished)
            )
        )
        run.say(_("next: svcctl ticket incident tell {id} --via …").format(id=record["id"]))
    if left and not said["every"]:
        words = ngettext(
            '{count} ticket is not done; svcctl ticket incident done {id} "…" --all',
            '{count} tickets are not done; svcctl ticket incident done {id} "…" --all',
            left,
        )
        run.say(words.format(count=left, id=record["id"]))


@command(
    help=_("All who reported an incident were told the result."),
    examples=("svcctl ticket incident tell I261121-A01 --via wechat",),
)
@_NAME
@click.option("--via", type=open_list("channel", _("channel")), help=_("How: phone, visit, 微信 …"))
@_SKIP
@note_option
@when_option
@why_option
@pass_run
def tell(run: Run, /, name: str, **said: Any) -> None:
    """Record that all were told."""
    with run.writing("ticket incident tell") as change:
        allowed = bounds(run)
        deed = _deed(run, allowed, said)
        incident = str(_incident(run, change, name)["id"])
        rows = look.members(_fresh(run), incident)
        asked = [
            row["id"]
            for row in rows
            if row.get("status") in RUNNING
            or (row.get("status") == "done" and not _told(change, row["id"]))
        ]
        job = _Job(run, change, allowed, deed, skip=said["skip"])
        more = {"via": said["via"], "note": said["note"] or "", "why": said["why"] or ""}
        made = job.each("tell", asked, {}, more)
    if not made:
        run.say(_("{id}: nobody is left to be told").format(id=incident))
        return
    run.say(
        ngettext("{id}: {count} was told", "{id}: {count} were told", len(made)).format(
            id=incident, count=len(made)
        )
    )


def _told(change: Transaction, name: str) -> bool:
    return "told" in facts(change.get("ticket", name))


def _fresh(run: Run) -> Any:
    """Return the index of the book as it is now: nothing changes it while the lock is held."""
    run.book.close()
    return run.book.index


class _Job(NamedTuple):
    """One act on many tickets of an incident, in one transaction."""

    run: Run
    change: Transaction
    bounds: Bounds
    deed: Deed
    skip: bool

    def each(
        self, did: str, names: Iterable[str], fields: dict[str, Any], said: dict[str, Any]
    ) -> list[Record]:
        """Do it to each, and return those it was done to.

        Raises:
            RefusedError: Some cannot be, and `skip` does not leave them out; all are named.
        """
        made: list[Record] = []
        bad: list[SvcctlError] = []
        for name in names:
            ticket = self.change.get("ticket", name)
            try:
                made.append(tickets.act(ticket, self.deed, did, fields, bounds=self.bounds, **said))
            except RefusedError as error:
                bad.append(error)
        if bad and not self.skip:
            every = all_of(bad, len(bad) + len(made))
            raise RefusedError(every.message, *every.hints, _("--skip leaves them out"))
        for ticket in made:
            self.change.put("ticket", ticket)
        for one in bad:
            self.run.say(_("left out: {why}").format(why=one.message))
        return made

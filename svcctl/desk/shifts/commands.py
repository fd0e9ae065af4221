"""Who is at this desk: coming, leaving, ending a shift, accepting it from those before.

The acting person is known to this clone alone. It is trust, not proof, unless commits are signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.i18n import ngettext
from svcctl.base.record import Deed
from svcctl.desk.shifts import actions
from svcctl.desk.shifts import doing
from svcctl.desk.shifts import hours
from svcctl.desk.shifts import intake
from svcctl.desk.shifts import rules
from svcctl.desk.shifts import view
from svcctl.desk.shifts.sheet import uncounted
from svcctl.desk.shifts.words import SHIFT_CHOICES
from svcctl.handbook.roster.rules import on as rostered
from svcctl.term.options import Word
from svcctl.term.options import command
from svcctl.term.options import note_option
from svcctl.term.options import pass_run
from svcctl.term.options import when_option
from svcctl.term.options import why_option

if TYPE_CHECKING:
    from svcctl.base.record import Record
    from svcctl.handbook.timetable import Span
    from svcctl.term.context import Run


@command(
    help=_("Begin or join a shift: from now on you are typing here."),
    examples=("svcctl shift start wang.fang", "svcctl shift start 赵强 --shift 夜班"),
)
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--shift", type=Word(_("shift"), SHIFT_CHOICES))
@click.option("--standin", metavar="NAME", help=_("Who steps in when you are called away."))
@when_option
@pass_run
def start(
    run: Run, name: str | None, shift: str | None, standin: str | None, when: str | None
) -> None:
    """Set the acting person of this clone, and open or join the shift record of this desk."""
    run.must_write_now()
    card = doing.colleague(run, name or run.actor)
    person = str(card["id"])
    before = run.book.local.read().get("acting")
    deed, no_desk = _deed(run, person, when)
    record = None if no_desk else _begin(run, deed, shift, doing.standin(run, standin))
    # After the record is safe: whoever is stopped here can say the same again.
    run.book.local.update(acting=person, acting_since=run.now().isoformat())
    if before and before != person:
        run.say(_("'{before}' was typing here until now").format(before=before))
    run.say(_("{name} ({id}) is at the desk").format(name=card.get("name", ""), id=person))
    if record is None:
        run.warn(_("no shift record was opened: {why}").format(why=no_desk))
    else:
        _say_shift(run, record, deed)


def _deed(run: Run, person: str, when: str | None) -> tuple[Deed, str]:
    """Return the deed, and why this clone can keep no record, if it cannot."""
    moment = run.moment(when)
    try:
        return Deed(person, run.now(), moment, run.book.desk), ""
    except RefusedError as why:
        return Deed(person, run.now(), moment, ""), why.message


def _begin(run: Run, deed: Deed, shift: str | None, standin: str | None) -> Record:
    """Open the shift of the moment, or join the one that is open."""
    with run.writing("shift start") as change:
        records = doing.of_desk(run, deed.when)
        hour = _span(run, records, deed, shift)
        found = [
            one
            for one in records
            if one.get("status") == "open"
            and (one.get("name"), one.get("day")) == (hour.name, hour.day)
        ]
        if not found:
            name = change.mint("shift", hour.day)
            record = actions.start(name, deed, hour.name, hour.day, standin)
            change.put("shift", record)
            return record
        record = change.get("shift", str(found[-1]["id"]))
        if deed.by not in record.get("on", []):
            record = actions.join(record, deed, standin)
            change.put("shift", record)
        elif standin and standin != record.get("standin"):
            record = actions.name_standin(record, deed, standin)
            change.put("shift", record)
        return record


def _span(run: Run, records: list[Record], deed: Deed, shift: str | None) -> Span:
    """Return which shift somebody begins: the one named, their own open one, the one to come."""
    policy = run.book.handbook.policy(deed.when.date())
    times = policy.timetable
    if shift:
        return hours.named(times, shift, deed.when, run.zone)
    own = [doing.span(run, one) for one in records if _goes_on(one, deed.by)]
    if running := [one for one in own if one.start <= deed.when < one.end]:
        return running[-1]
    found = hours.upcoming(policy, deed.when)
    midday = times.midday(deed.when + hours.early(policy))
    if midday and found.name == "day":
        roster = doing.roster(run)
        if deed.by in rostered(roster, "midday", midday.day).staff:
            return found if deed.by in rostered(roster, "day", midday.day).staff else midday
    return found


def _goes_on(record: Record, person: str) -> bool:
    return record.get("status") == "open" and doing.is_there(record, person)


def _say_shift(run: Run, record: Record, deed: Deed) -> None:
    span = doing.span(run, record)
    hour = f"{span.start:%H:%M}-{span.end:%H:%M}"
    words = _("{id}: {shift}, {hours}")
    run.say(words.format(id=record["id"], shift=view.title(record), hours=hour))
    names = rostered(doing.roster(run), span.name, span.day).staff
    if names:
        said = joined(doing.name(run, one) for one in names)
        run.say(_("on the roster: {names}").format(names=said))
    if deed.by in names and rules.comings(record, deed.by) == 1:
        policy = run.book.handbook.policy(span.day)
        for line in view.punctual(hours.lateness(span, deed.when), policy):
            run.say(line)
    for other in doing.of_desk(run, deed.when):
        if other["id"] == record["id"]:
            continue
        for line in view.pending(other):
            run.say(line)


@command(
    help=_("Leave the desk; somebody stays. Whoever is called away names who stands in."),
    examples=('svcctl shift leave --standin 陈安 --why "3 栋水管爆裂"',),
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--standin", metavar="NAME", help=_("Who steps in meanwhile."))
@why_option
@when_option
@pass_run
def leave(
    run: Run, names: tuple[str, ...], standin: str | None, why: str | None, when: str | None
) -> None:
    """Leave the desk, or say that others did."""
    deed = run.deed(when)
    gone = [str(doing.colleague(run, name)["id"]) for name in names] or [deed.by]
    steps_in = doing.standin(run, standin)
    with run.writing("shift leave") as change:
        record = _open(run, deed, gone[0])
        record = actions.leave(
            change.get("shift", str(record["id"])), deed, gone,
            least=doing.least(run, deed.when), standin=steps_in, why=why or "",
        )  # fmt: skip
        change.put("shift", record)
    there = [doing.name(run, one) for one in record.get("on") or [record["standin"]]]
    if run.book.local.read().get("acting") in gone:
        follows = None if record.get("on") else record.get("standin")
        since = run.now().isoformat() if follows else None
        run.book.local.update(acting=follows, acting_since=since)
    for name in gone:
        run.say(_("{id} has left the desk").format(id=name))
    run.say(_("at the desk of '{id}': {names}").format(id=record["id"], names=joined(there)))


def _open(run: Run, deed: Deed, person: str) -> Record:
    found = doing.current(run, doing.of_desk(run, deed.when), deed.when, person)
    if found is None:
        raise RefusedError(_("no shift is open at this desk"), "svcctl shift start NAME")
    return found


@command(
    help=_(
        "End the shift: say what is left, what to watch for and which tools were counted. "
        "The successor countersigns with shift accept."
    ),
    examples=(
        "svcctl shift end",
        'svcctl shift end --to 赵强 --left "1501 等配件" --note "3 栋停水" --tools 齐',
    ),
)
@click.argument("shift", required=False, metavar="[ID]")
@click.option("--to", metavar="NAME", help=_("Who follows, if they are not there yet."))
@click.option("--left", metavar="WORDS", help=_("What is left to the next shift."))
@click.option(
    "--tools", multiple=True, metavar="WORDS", help=_("What was counted; all or 齐 for all listed.")
)
@note_option
@when_option
@pass_run
def end(run: Run, shift: str | None, when: str | None, **said: Any) -> None:
    """End a shift, and clear the acting person of this clone if they were on it."""
    run.must_write_now()
    acting = run.book.local.read().get("acting")
    person = run.wishes.acting or acting
    if not person and not shift:
        raise RefusedError(_("nobody is at the desk"), "svcctl shift start NAME")
    name = _to_end(run, shift, run.actor)
    if name is None:
        if run.actor != acting:
            raise RefusedError(
                _("'{id}' has no shift that could be ended").format(id=run.actor),
                "svcctl shift list",
            )
        run.book.local.update(acting=None, acting_since=None)
        run.say(_("{id} has left the desk").format(id=acting))
        return
    record, missing = _end(run, name, run.deed(when), said)
    if acting and doing.is_there(record, acting) and not _elsewhere(run, record, acting):
        run.book.local.update(acting=None, acting_since=None)
        run.say(_("{id} has left the desk").format(id=acting))
    _say_end(run, record, missing)


def _to_end(run: Run, said: str | None, person: str) -> str | None:
    """Return the shift to be ended: the one named, else the oldest that the person is on."""
    if said:
        return doing.named(run, said)
    try:
        records = doing.of_desk(run, run.now())
    except RefusedError:  # this clone is no desk, and keeps no record
        return None
    own = [one for one in records if _goes_on(one, person)]
    return str(own[0]["id"]) if own else None


def _end(run: Run, name: str, deed: Deed, said: dict[str, Any]) -> tuple[Record, list[str]]:
    successor = str(doing.colleague(run, said["to"])["id"]) if said["to"] else None
    with run.writing("shift end") as change:
        record = change.get("shift", name)
        listed = run.book.handbook.policy(deed.when.date()).setting("shift", "tools", [])
        tools = intake.counted(said["tools"], listed)
        words = {"left": said["left"], "note": said["note"], "tools": tools}
        relieved = doing.least(run, deed.when) == 0 or _relieved(run, record, deed)
        record = actions.end(record, deed, words, relieved=relieved, successor=successor)
        change.put("shift", record)
    return record, uncounted(record, listed)


def _relieved(run: Run, record: Record, deed: Deed) -> bool:
    """Tell whether a later shift of this desk has begun; midday is within the day."""
    own = doing.span(run, record)
    return any(
        one.get("status") == "open"
        and one["id"] != record["id"]
        and (doing.span(run, one).start > own.start or record.get("name") == "midday")
        for one in doing.of_desk(run, deed.when)
    )


def _elsewhere(run: Run, record: Record, person: str) -> bool:
    return any(
        one["id"] != record["id"] and one.get("status") == "open" and person in one.get("on", [])
        for one in doing.of_desk(run, run.now())
    )


def _say_end(run: Run, record: Record, missing: list[str]) -> None:
    left = len(rules.open_lines(record))
    run.say(
        ngettext(
            "{id} is ended; {count} open line", "{id} is ended; {count} open lines", left
        ).format(id=record["id"], count=left)
    )
    if missing:
        run.warn(_("not counted: {tools}").format(tools=joined(missing)))
    run.say(_("handover sheet: svcctl shift sheet {id}").format(id=record["id"]))
    run.say(_("the successor: svcctl shift start NAME && svcctl shift accept"))


@command(
    help=_(
        "Accept the shift before yours: you have read its handover sheet and counted the tools. "
        "With --defect it is not accepted, and who had it stays until that is put right."
    ),
    examples=("svcctl shift accept", 'svcctl shift accept --defect "台面未清理"'),
)
@click.argument("shift", required=False, metavar="[ID]")
@click.option("--defect", metavar="WORDS", help=_("What is not in order."))
@note_option
@when_option
@pass_run
def accept(
    run: Run, shift: str | None, defect: str | None, note: str | None, when: str | None
) -> None:
    """Countersign a shift, or refuse it."""
    run.must_write_now()
    deed = run.deed(when)
    name = doing.named(run, shift) if shift else _to_accept(run, deed)
    with run.writing("shift accept") as change:
        record = change.get("shift", name)
        ended_by = rules.ended_by(record)
        record = actions.accept(record, deed, note or "", defect or "")
        change.put("shift", record)
    if defect:
        run.say(
            _("{id} is not accepted: {why}; {who} stays until that is put right").format(
                id=name, why=defect, who=ended_by
            )
        )
        step = f"svcctl --as {ended_by} shift end {name}"
        run.say(_("next: {step}").format(step=step))
        return
    run.say(_("{id} is handed over to {who}").format(id=name, who=deed.by))
    if rules.open_lines(record):
        run.say(_("next: {step}").format(step="svcctl shift convert"))


def _to_accept(run: Run, deed: Deed) -> str:
    records = [one for one in doing.of_desk(run, deed.when) if one.get("status") == "ended"]
    if not records:
        raise NotFoundError(_("no shift of this desk waits to be accepted"), "svcctl shift list")
    # Whoever ended a shift does not accept it; that of another may wait behind their own.
    others = [one for one in records if rules.ended_by(one) != deed.by]
    return str((others or records)[0]["id"])

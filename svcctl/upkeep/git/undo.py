"""`svcctl git undo`: take back the last own act by one more, where that is still possible."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import click

from svcctl.base.case import append
from svcctl.base.case import entry as entry_of
from svcctl.base.errors import GitError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.base.i18n import speaking
from svcctl.base.undoing import Undoing
from svcctl.base.undoing import refuse_since
from svcctl.book.layout import kind_of_id
from svcctl.desk.staff import rules as staff
from svcctl.desk.tickets import actions as tickets
from svcctl.desk.tickets.needs import Bounds
from svcctl.kinds import KINDS
from svcctl.term.options import command
from svcctl.term.options import pass_run
from svcctl.upkeep.git.last_act import Act
from svcctl.upkeep.git.last_act import last_act_on
from svcctl.upkeep.git.last_act import last_acts
from svcctl.upkeep.git.last_act import several_at_once
from svcctl.vcs.commits import own
from svcctl.vcs.telling import words as telling
from svcctl.vcs.telling.names import Names

if TYPE_CHECKING:
    from svcctl.base.record import Deed
    from svcctl.base.record import Record
    from svcctl.book.book import Transaction
    from svcctl.kinds import Kind
    from svcctl.term.context import Run
    from svcctl.vcs.commits.own import CardChange
    from svcctl.vcs.commits.own import CardCommit

_CARDS = ("resident", "unit", "staff")
_SINCE = "36 hours ago"
_SHORT = 10


class Step(NamedTuple):
    """One thing that an undo does: lines for people, and the doing."""

    shown: list[str]
    do: Callable[[Transaction, Deed], str]


@command(
    help=_(
        "Take back what you did last at this desk, or last on the record ID: by one more entry, "
        "never by changing history. A registration is cancelled, what was ended is taken up again, "
        "fields and cards get their former values. What has happened (an answer, a call) stays. "
        "Doing it twice brings the act back."
    ),
    examples=("svcctl git undo", "svcctl git undo A07", "svcctl git undo R-A0123 --dry-run"),
)
@click.argument("name", metavar="[ID]", required=False)
@click.option("--dry-run", "dry", is_flag=True, help=_("Only show what it would do."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@pass_run
def undo(run: Run, name: str | None, *, dry: bool, yes: bool) -> None:
    """Undo the last own act."""
    run.must_write_now()
    steps = _steps_on(run, name) if name else _last_steps(run)
    for step in steps:
        for line in step.shown:
            run.say(line)
    if dry:
        return
    if not yes and run.interactive:
        click.confirm(_("Take it back?"), abort=True, err=True)
    with run.writing("git undo") as change:
        deed = run.deed()
        done = [step.do(change, deed) for step in steps]
    for line in done:
        run.say(line)


def _last_steps(run: Run) -> list[Step]:
    acts = last_acts(run)
    commit = _last_commit(run)
    newest = acts[0].at.timestamp() if acts else 0
    if commit and commit.at > newest:
        return _card_steps(run, commit, commit.changes)
    if commit and commit.at == newest and own.is_alone(run.root, commit, _folders()):
        raise several_at_once(
            [*(one.record["id"] for one in acts), *(x.id for x in commit.changes)]
        )
    if not acts:
        raise NotFoundError(
            _("nothing that {name} did here in the last 36 hours").format(name=run.actor),
            "svcctl git undo ID",
        )
    return _case_steps(run, acts)


def _steps_on(run: Run, said: str) -> list[Step]:
    kind, name = _meant(run, said)
    if kind.shape == "case":
        act = last_act_on(run, kind, name)
        if act is None:
            raise _nothing(run, name)
        return _case_steps(run, [act])
    path = run.book.path(kind.name, name)
    commit = own.last(run.root, run.actor, [path])
    if commit is None:
        raise _nothing(run, name)
    return _card_steps(run, commit, commit.changes)


def _nothing(run: Run, name: str) -> NotFoundError:
    return NotFoundError(
        _("{by} has done nothing to '{id}' here").format(by=run.actor, id=name),
        f"svcctl history {name}",
    )


def _meant(run: Run, said: str) -> tuple[Kind, str]:
    """Return the record that somebody means; short forms are of tickets."""
    kind = kind_of_id(said.upper())
    if kind is None:
        below = (KINDS[name] for name in (*_CARDS, "message") if run.book.has(name, said))
        kind = next(below, KINDS["ticket"])
    return kind, run.book.resolve(kind.name, said, run.now())


def _folders() -> list[str]:
    return [KINDS[one].folder for one in _CARDS]


def _last_commit(run: Run) -> CardCommit | None:
    """Return the last own commit of cards; None too where there is no Git."""
    try:
        return own.last(run.root, run.actor, _folders(), since=_SINCE)
    except GitError:
        return None


# -- cases ----------------------------------------------------------------------------------------


def _case_steps(run: Run, acts: Sequence[Act]) -> list[Step]:
    wrong: list[RefusedError] = []
    steps = []
    for act in acts:
        try:
            steps.append(_case_step(run, act))
        except RefusedError as problem:
            wrong.append(problem)
    if len(wrong) == 1 == len(acts):
        raise wrong[0]
    if wrong:
        message = ngettext(
            "{wrong} of {count} cannot be taken back; nothing was written",
            "{wrong} of {count} cannot be taken back; nothing was written",
            len(wrong),
        ).format(wrong=len(wrong), count=len(acts))
        raise RefusedError(message, *(one.message for one in wrong))
    return steps


def _case_step(run: Run, act: Act) -> Step:
    _undoing(act)  # what speaks against it is told in the language of this run
    with speaking(str(run.book.settings.get("language", "en"))):
        undoing = _undoing(act)
    head = telling.title(act.kind, str(act.record["id"]), act.record)
    line = telling.entry(act.kind, act.entry, Names(run.folder))
    then = telling.act(act.kind, {"did": undoing.did})
    shown = [head, f"  {line}", "  " + _("is taken back by: {did}").format(did=then)]
    names = Names(run.folder)
    for key, value in undoing.fields.items():
        words = telling.value(act.kind, (key,), value, names)
        name = telling.field(act.kind, (key,))
        shown.append("    " + _("{title}: {words}").format(title=name, words=words))

    def do(change: Transaction, deed: Deed) -> str:
        with speaking(str(run.book.settings.get("language", "en"))):
            fresh = change.get(act.kind.name, str(act.record["id"]))
            again = _own(fresh, act)
            record = _done(run, again, deed, _undoing(again))
        change.put(act.kind.name, record)
        return _("{id}: {did}").format(id=record["id"], did=then)

    return Step(shown, do)


def _own(fresh: Record, act: Act) -> Act:
    """Return the act in the record as it is now, under the lock."""
    found = [one for one in fresh["log"] if one.get("n") == act.entry["n"]]
    return act._replace(record=fresh, entry=found[0])


def _undoing(act: Act) -> Undoing:
    refuse_since(act.record, act.entry)
    rules: Any = import_module(f"{act.kind.home}.undoing")
    made: Undoing = rules.undo(act.record, act.entry)
    return made


def _done(run: Run, act: Act, deed: Deed, undoing: Undoing) -> Record:
    if act.kind.name == "ticket":
        handbook = run.book.handbook
        card = run.book.get("staff", run.actor)
        bounds = Bounds(handbook, lambda: staff.standing(card, handbook, run.now().date()))
        said = dict(undoing.said)
        return tickets.act(act.record, deed, undoing.did, undoing.fields, bounds=bounds, **said)
    made = entry_of(act.record["log"], deed, undoing.did, undoing.fields, **undoing.said)
    return append(act.record, made, act.kind.rules)


# -- cards ----------------------------------------------------------------------------------------


def _card_steps(run: Run, commit: CardCommit, changes: Sequence[CardChange]) -> list[Step]:
    for one in changes:
        if one.new:
            raise RefusedError(
                _("'{id}' is a new card; it is not deleted, its number is given").format(id=one.id),
                f"svcctl {one.kind} edit {one.id} …",
                f"svcctl history {one.id}",
            )
    steps = [_card_step(run, one, commit.hash[:_SHORT]) for one in changes]
    if not steps:
        raise RefusedError(_("commit {commit} changed no card").format(commit=commit.hash[:_SHORT]))
    return steps


def _card_step(run: Run, one: CardChange, commit: str) -> Step:
    kind = KINDS[one.kind]
    card, back, kept = own.taken_back(run.book.get(one.kind, one.id), one)
    names = Names(run.folder)
    if not back:
        raise RefusedError(
            _("all that commit {commit} changed of '{id}' was changed again since").format(
                commit=commit, id=one.id
            ),
            f"svcctl history {one.id}",
        )
    shown = [telling.title(kind, one.id, card)]
    for field in back:
        turned = field._replace(before=field.after, after=field.before)
        shown += [f"  {line}" for line in telling.changed_field(kind, turned, names)]
    for field in kept:
        name = telling.field(kind, field.where)
        shown.append("  " + _("{field}: changed again since, stays").format(field=name))

    def do(change: Transaction, deed: Deed) -> str:
        del deed
        fresh, _back, _kept = own.taken_back(change.get(one.kind, one.id), one)
        change.put(one.kind, fresh)
        return _("{id}: as before").format(id=one.id)

    return Step(shown, do)

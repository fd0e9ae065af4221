"""`svcctl book redact`: take the words of one entry out of a record that must forget them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from svcctl.base.choice import Choice
from svcctl.base.choice import resolve
from svcctl.base.choice import show
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.i18n import speaking
from svcctl.base.redaction import ALL
from svcctl.base.redaction import Redaction
from svcctl.base.redaction import blank
from svcctl.base.redaction import elsewhere
from svcctl.base.redaction import redact as without_words
from svcctl.base.text import fold
from svcctl.base.text import line
from svcctl.book.layout import kind_of_id
from svcctl.desk.staff import rules as staff
from svcctl.kinds import KINDS
from svcctl.term.options import command
from svcctl.term.options import pass_run

if TYPE_CHECKING:
    from svcctl.base.record import Entry
    from svcctl.base.record import Record
    from svcctl.kinds import Kind
    from svcctl.term.context import Run

GUIDE = "docs/guides/redaction.md"


@command(
    help=_(
        "Take the note and the reason out of entry N of a ticket, shift, incident or message, and "
        "the texts named with --field. Who did what and when stays, so do all limits. "
        "Git's history keeps the words."
    ),
    examples=(
        "svcctl book redact A07 2A --why 住户要求删除",
        "svcctl book redact A07 1A --field caller --field subject --why 个人信息",
    ),
)
@click.argument("name", metavar="ID")
@click.argument("entry", metavar="N")
@click.option("--why", required=True, metavar="REASON", help=_("The reason."))
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="FIELD",
    help=_("A text besides, by its key: subject, caller …; all for every one."),
)
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@pass_run
def redact(
    run: Run, *, name: str, entry: str, why: str, fields: tuple[str, ...], yes: bool
) -> None:
    """Redact one entry of a case (NFR-02, GAP-17)."""
    run.must_write_now()
    kind, name = _meant(run, name)
    if not (why := line(why)):
        raise UsageProblem(_("say why"), _("add --why …"))
    _refuse_others(run)
    free = frozenset(getattr(kind.rules, "FREE", ()))
    deed = run.deed()
    with speaking(str(run.book.settings.get("language", "en"))):
        instead = blank()
    named = [_field(kind, one) for one in fields]
    how = Redaction(deed.by, deed.at, why, named, free, instead)
    wanted = _entry_name(entry)
    if not yes and run.interactive:
        _ask(run, kind, run.book.get(kind.name, name), wanted)
    with run.writing("book redact") as change:
        record, before = without_words(change.get(kind.name, name), wanted, how, kind.rules)
        change.put(kind.name, record)
    _tell(run, kind, record, before)


def _meant(run: Run, said: str) -> tuple[Kind, str]:
    """Return the case that somebody means; cards have no log that words could be taken out of."""
    kind = kind_of_id(said.upper())
    if kind is None:
        below = (one for one in KINDS.values() if run.book.has(one.name, said))
        kind = next(below, KINDS["ticket"])
    name = run.book.resolve(kind.name, said, run.now())
    if kind.shape == "case":
        return kind, name
    raise RefusedError(
        _("'{id}' has no log; what its card says is changed by editing it").format(id=name),
        *([f"svcctl {kind.name} edit {name} …"] if kind.name in _EDITED else ()),
        _("what Git has kept of it: {guide}").format(guide=GUIDE),
    )


_EDITED = ("unit", "resident", "staff")


def _field(kind: Kind, said: str) -> str:
    """Return the key of a text that somebody names by key or word."""
    free = getattr(kind.rules, "FREE", ())
    known = {one.key: one for one in getattr(kind.rules, "FIELDS", ()) if one.key in free}
    every = Choice(ALL, "全部", "", "all")
    return resolve(said, [*known.values(), every], _("field"))


def _entry_name(said: str) -> str:
    folded = fold(said)
    return folded if "/" in folded else folded.upper()


def _refuse_others(run: Run) -> None:
    """Reserved for `may.redact` of the policy, else for whoever judges."""
    today = run.now().date()
    handbook = run.book.handbook
    policy = handbook.policy(today)
    role = policy.setting("may", "redact") or policy.setting("may", "judge")
    if role and role not in staff.standing(run.book.get("staff", run.actor), handbook, today):
        raise RefusedError(
            _("to redact is reserved for a role: {role}").format(
                role=show(role, handbook.role_choices(today))
            ),
            f"svcctl staff list --role {role}",
        )


def _ask(run: Run, kind: Kind, record: Record, name: str) -> None:
    run.say(kind.rules.describe(record))
    question = _("Take the words out of entry {n}? They cannot be brought back.").format(n=name)
    click.confirm(question, abort=True, err=True)


def _tell(run: Run, kind: Kind, record: Record, before: Entry) -> None:
    free = frozenset(getattr(kind.rules, "FREE", ()))
    (after,) = (one for one in record["log"] if one.get("n") == before["n"])
    gone = [key for key in ("note", "why", "left") if key in before]
    gone += [one for one in after.get("redacted_fields", []) if one not in gone]
    run.say(
        _("{id} {n}: redacted: {fields}").format(
            id=record["id"], n=before["n"], fields=joined(_called(kind, one) for one in gone)
        )
    )
    if more := elsewhere(record, before, free):
        run.say(_("the same words still stand in: {names}").format(names=joined(more)))
    run.say(
        _(
            "Git's history, other clones and backups still hold the words; how to purge them: "
            "{guide}"
        ).format(guide=GUIDE)
    )


def _called(kind: Kind, key: str) -> str:
    return show(key, getattr(kind.rules, "FIELDS", ()))

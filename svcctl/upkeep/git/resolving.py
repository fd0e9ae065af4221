"""Writing down what a person chose after a merge."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base import dispute as disputes
from svcctl.base.dispute import Choice
from svcctl.base.dispute import Dispute
from svcctl.base.entry import number
from svcctl.base.errors import InvalidRecordError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.kinds import KINDS
from svcctl.upkeep.git import conflict_words as words
from svcctl.vcs.merges import conflicts
from svcctl.vcs.merges import twins
from svcctl.vcs.merges.conflicts import Conflict
from svcctl.vcs.merges.merge import CannotMergeError
from svcctl.vcs.merges.merge import merge
from svcctl.vcs.merges.origin import Versions

if TYPE_CHECKING:
    from svcctl.term.context import Run

_COMMAND = "git conflicts take"
FILE_CHOICES = ("ours", "theirs", "both", "drop", "edited")
_NUMBERS = {"1": "ours", "2": "theirs"}


def field(run: Run, one: Conflict, chosen: str) -> str:
    """Settle a disputed field of a card.

    Raises:
        NotFoundError: Somebody else settled it meanwhile.
        UsageProblem: The value is none for this field.
        InvalidRecordError: The card would not be valid.
    """
    with run.writing(_COMMAND) as change:
        record = change.get(one.kind, one.id)
        dispute = next((x for x in disputes.disputes(record) if x == one.dispute), None)
        if dispute is None:
            raise _settled_meanwhile(one)
        choice = _choice(dispute, chosen)
        change.put(one.kind, disputes.settled(record, dispute, choice))
    if choice.gone:
        return _("{id}: '{field}' is taken out").format(id=one.id, field=words.field(one))
    return _("{id}: '{field}' is settled").format(id=one.id, field=words.field(one))


def _choice(dispute: Dispute, chosen: str) -> Choice:
    place = _place(chosen, len(dispute.choices))
    if place is not None:
        return dispute.choices[place]
    if not dispute.values:
        raise UsageProblem(
            _("'{choice}' is none of the choices").format(choice=chosen),
            _("1: keep the line; 2: take it out"),
        )
    sample = dispute.values[0]
    if isinstance(sample, str):
        if chosen.isdecimal() and len(chosen) == 1:
            # There is no such side; that somebody is called `3` is less likely than a slip.
            count = len(dispute.choices)
            raise UsageProblem(
                _("'{choice}' is none of the choices").format(choice=chosen),
                _("a number from 1 to {count}, or the right value").format(count=count),
            )
        return Choice(chosen)
    try:
        value: Any = toml.parse(f"it = {chosen}\n".encode())["it"]
    except toml.TomlError:
        value = None
    if type(value) is not type(sample):
        raise UsageProblem(
            _("'{choice}' is no value for '{field}'").format(choice=chosen, field=dispute.name),
            _("write it as the others are written"),
        )
    return Choice(value)


def _place(chosen: str, count: int) -> int | None:
    """Return which side a number means, from 0; None if it is no such number."""
    if chosen.isdecimal() and 1 <= int(chosen) <= count:
        return int(chosen) - 1
    return None


def _settled_meanwhile(one: Conflict) -> NotFoundError:
    return NotFoundError(
        _("nothing of '{id}' is in dispute").format(id=one.id), "svcctl git conflicts"
    )


def twin(run: Run, one: Conflict, chosen: str) -> str:
    """Give entries of one name names of their own; all of them stay.

    Raises:
        UsageProblem: The choice is none of the numbers.
        RefusedError: The name is a machine's, or this clone has no desk to name entries for.
    """
    place = _place(chosen, len(one.sides))
    if place is None:
        raise UsageProblem(
            _("'{choice}' is none of the choices").format(choice=chosen), words.command(one)
        )
    if not number(one.name):
        raise RefusedError(
            _("'{name}' was named by a program and cannot have another name").format(name=one.name),
            _("take one of the two out by hand: {path}").format(path=one.path),
        )
    desk = run.book.desk
    with run.writing(_COMMAND) as change:
        record = change.get(one.kind, one.id)
        if one.name not in twins.twins(record):
            raise _settled_meanwhile(one)
        kind = KINDS[one.kind]
        before = {entry.get("n") for entry in record["log"]}
        made = twins.parted(kind, record, one.name, place, desk)
        change.put(one.kind, made)
    fresh = [str(entry["n"]) for entry in made["log"] if entry.get("n") not in before]
    return _("{id}: one keeps the name {name}, the other is now {others}").format(
        id=one.id, name=one.name, others=", ".join(fresh) or one.name
    )


def versions(run: Run, found: Iterable[Conflict]) -> Versions:
    """Return the versions of files in dispute.

    Raises:
        GitError: Git failed.
    """
    made = Versions(run.root)
    in_files = [one for one in found if one.sort == conflicts.FILE]
    for one in in_files:
        made.bytes |= {side.hash: data for side, data in zip(one.sides, one.data, strict=False)}
    made.read(digest for one in in_files for digest in (one.base, *(x.hash for x in one.sides)))
    return made


def file(run: Run, one: Conflict, chosen: str) -> str:
    """Settle a path that Git could not merge.

    Raises:
        UsageProblem: There is no such choice here.
        RefusedError: Entries would be lost, or the two cannot be joined.
        InvalidRecordError: What is chosen is no valid record.
    """
    chosen = _NUMBERS.get(chosen, chosen)
    if chosen not in FILE_CHOICES:
        raise UsageProblem(
            _("'{choice}' is none of the choices").format(choice=chosen), ", ".join(FILE_CHOICES)
        )
    data = _bytes(run, one, chosen, versions(run, [one]))
    if data is None and one.kind and KINDS[one.kind].shape == "case":
        run.warn(_("'{id}' is gone; what it said is in Git's history alone").format(id=one.id))
    conflicts.choose(run.root, one, data, _COMMAND)
    return _("{path}: settled").format(path=one.path)


def _bytes(run: Run, one: Conflict, chosen: str, of: Versions) -> bytes | None:
    if chosen == "drop":
        return None
    if chosen == "both":
        return _joined(one, of)
    if chosen == "edited":
        return _edited(run, one)
    side = one.sides[("ours", "theirs").index(chosen)]
    other = one.sides[1 if chosen == "ours" else 0]
    if side.gone:
        return None
    kept, lost = of.record(side.hash), of.record(other.hash)
    if one.kind and KINDS[one.kind].shape == "case" and _loses(kept, lost):
        raise RefusedError(
            _("the other side of '{id}' has entries that would be lost").format(id=one.id),
            words.command(one, "both"),
        )
    return of.bytes[side.hash]


def _loses(kept: Record | None, lost: Record | None) -> bool:
    if lost is None:
        return False
    there: Sequence[object] = kept.get("log", []) if kept else []
    return any(entry not in there for entry in lost.get("log", []))


def _joined(one: Conflict, of: Versions) -> bytes:
    ours, theirs = (of.record(side.hash) for side in one.sides)
    if not one.kind or ours is None or theirs is None:
        raise _not_joined(one)
    kind = KINDS[one.kind]
    try:
        made = merge(kind, of.record(one.base), ours, theirs)
    except CannotMergeError:
        raise _not_joined(one) from None
    return canonical_bytes(kind, one.path, made, of.bytes[one.sides[0].hash])


def _not_joined(one: Conflict) -> RefusedError:
    return RefusedError(
        _("the two versions of '{path}' cannot be joined").format(path=one.path),
        words.command(one, "ours"),
        words.command(one, "theirs"),
    )


def _edited(run: Run, one: Conflict) -> bytes:
    try:
        data = (run.root / one.path).read_bytes()
    except FileNotFoundError:
        raise NotFoundError(
            _("there is no '{path}'").format(path=one.path), words.command(one, "drop")
        ) from None
    if one.kind:
        try:
            record = toml.parse(data)
        except toml.TomlError as error:
            raise InvalidRecordError(
                _("'{path}' cannot be read yet: {why}").format(path=one.path, why=error.message)
            ) from None
        canonical_bytes(KINDS[one.kind], one.path, record, data)
    elif b"\n<<<<<<< " in b"\n" + data:
        raise InvalidRecordError(_("'{path}' still holds both sides").format(path=one.path))
    return data

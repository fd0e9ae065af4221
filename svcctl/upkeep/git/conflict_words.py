"""What a merge left to a person, in words for somebody who does not know Git."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from collections.abc import Sequence
from datetime import UTC
from datetime import datetime
from typing import Any

from svcctl.base.clock import show_moment
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.record import Record
from svcctl.kinds import KINDS
from svcctl.vcs.delta import compare
from svcctl.vcs.merges import conflicts
from svcctl.vcs.merges.conflicts import Conflict
from svcctl.vcs.merges.conflicts import Side
from svcctl.vcs.merges.origin import Versions
from svcctl.vcs.telling import words as telling
from svcctl.vcs.telling.names import Names

_MOST = 8
"""Lines of what one side changed in a file; more tell nobody which to take."""


def page(found: Sequence[Conflict], versions: Versions, names: Names) -> Iterator[str]:
    """Yield all that is in dispute, each record under one heading."""
    before = ""
    for one in found:
        if one.path != before:
            yield _heading(one, versions)
        before = one.path
        yield from lines(one, versions, names)


def lines(one: Conflict, versions: Versions, names: Names) -> Iterator[str]:
    """Yield what is in dispute, each side, and what to type."""
    yield f"  {_matter(one, names)}"
    for place, side in enumerate(one.sides):
        number = ("ours", "theirs")[place] if one.sort == conflicts.FILE else str(place + 1)
        told = list(_side(one, side, versions, names))
        yield f"    {number}  {told[0]}{_by(side, names)}"
        yield from (f"      {line}" for line in told[1:])
    if one.now is not None:
        said = telling.value(KINDS[one.kind], _where(one), one.now, names)
        yield "    " + _("it was changed since, and says now: {value}").format(value=said)
    for line in ways(one):
        yield f"  {line}"


def data(one: Conflict, versions: Versions, names: Names) -> dict[str, Any]:
    """Return the same for programs; keys are English and stay."""
    return {
        "sort": one.sort,
        "kind": one.kind or None,
        "id": one.id,
        "path": one.path,
        "title": _heading(one, versions),
        "name": one.name or None,
        "matter": _matter(one, names),
        "sides": [_side_data(one, side, versions, names) for side in one.sides],
        "take": command(one),
    }


def _heading(one: Conflict, versions: Versions) -> str:
    kind = KINDS.get(one.kind)
    if kind is None:
        return one.path
    title = one.title or telling.title(kind, one.id, _any_version(one, versions))
    return _("{title} ({path})").format(title=title, path=one.path)


def _any_version(one: Conflict, versions: Versions) -> Record | None:
    hashes = (*(side.hash for side in one.sides), one.base)
    return next((found for digest in hashes if (found := versions.record(digest))), None)


def field(one: Conflict) -> str:
    """Return what a disputed field is called."""
    if one.dispute is None:
        return one.name
    return telling.field(KINDS[one.kind], one.dispute.where)


def _matter(one: Conflict, names: Names) -> str:
    if one.sort == conflicts.TWIN:
        return _("two entries bear the name {name}").format(name=one.name)
    if one.sort == conflicts.END:
        return _("it was ended in two ways; the first counts until somebody decides")
    if one.sort == conflicts.FILE:
        return _of_file(one)
    if one.dispute is None or not one.dispute.row:
        return _("'{field}' was changed in two ways").format(field=field(one))
    pairs = telling.pairs(KINDS[one.kind], one.dispute.row, names, one.dispute.where[:1])
    return _("'{field}' of {row} was changed in two ways").format(
        field=field(one), row=joined(said for _key, said in pairs)
    )


def _of_file(one: Conflict) -> str:
    ours, theirs = (not side.gone for side in one.sides)
    if one.data:
        return _("the lines of both sides stand in it, marked; nothing can read it so")
    if ours and theirs:
        both_changed = _("it was changed on both sides in ways that do not fit together")
        return both_changed if one.base else _("both sides added it, each with other contents")
    if not ours and not theirs:
        return _("both sides took it away, or moved it to different places")
    if not one.base:
        return _("it was moved here by one side")
    return _("one side changed it, the other took it away")


def _side(one: Conflict, side: Side, versions: Versions, names: Names) -> Iterator[str]:
    if side.entry is not None:
        yield telling.entry(KINDS[one.kind], side.entry, names)
    elif one.sort == conflicts.FILE:
        yield from _file_side(one, side, versions, names)
    elif side.gone:
        yield _("taken out")
    elif one.dispute is not None and not one.dispute.values:
        yield _("kept, and changed")
    else:
        said = [side.value] if one.listed else side.value
        yield telling.value(KINDS[one.kind], _where(one), said, names)


def _where(one: Conflict) -> tuple[str, ...]:
    return one.dispute.where if one.dispute else ()


def _file_side(one: Conflict, side: Side, versions: Versions, names: Names) -> Iterator[str]:
    if side.gone:
        yield _("taken away") if one.base else _("not there")
        return
    yield _("changed") if one.base else _("added")
    changes = _changes(one, side, versions, names)
    yield from changes[:_MOST]
    if len(changes) > _MOST:
        yield _("… and {count} more").format(count=len(changes) - _MOST)


def _changes(one: Conflict, side: Side, versions: Versions, names: Names) -> list[str]:
    """Return what one side did to a file since both began, as far as it can be read."""
    kind = KINDS.get(one.kind)
    if kind is None:
        return []
    before, after = (versions.record(digest) for digest in (one.base, side.hash))
    if after is None:
        return [_("it cannot be read")]
    delta = compare(kind, one.id, before, after)
    return list(telling.lines(delta, names)) if delta else []


def _by(side: Side, names: Names) -> str:
    if side.author is None:
        return ""
    when = show_moment(datetime.fromtimestamp(side.author.at, UTC), names.zone)
    return "  " + _("({name}, {when})").format(name=telling.line(side.author.name), when=when)


def _side_data(one: Conflict, side: Side, versions: Versions, names: Names) -> dict[str, Any]:
    kind = KINDS.get(one.kind)
    author = side.author
    found: dict[str, Any] = {
        "words": list(_side(one, side, versions, names)),
        "gone": side.gone,
        "by": author.name if author else None,
        "at": datetime.fromtimestamp(author.at, names.zone) if author else None,
        "commit": author.commit if author else None,
    }
    if kind is not None and side.entry is not None:
        entry = side.entry
        found |= {"entry": telling.safe(kind, entry, names)}
        found |= {"by": entry.get("by"), "at": entry.get("at")}
    elif kind is not None and one.sort == conflicts.FIELD:
        said = [side.value] if one.listed else side.value
        safe = telling.safe(kind, said, names, _where(one))
        found["value"] = safe[0] if one.listed and isinstance(safe, list) and safe else safe
    return found


# What to type


def command(one: Conflict, choice: str = "") -> str:
    """Return the command that settles it."""
    if one.sort == conflicts.FILE:
        usual = "theirs" if one.sides[0].gone else "ours"
        return f"svcctl git conflicts take {shlex.quote(one.path)} {choice or usual}"
    if one.sort == conflicts.END:
        return f'svcctl {one.kind} settle {one.id} "…"'
    return f"svcctl git conflicts take {one.id} {shlex.quote(one.name)} {choice or 1}"


def ways(one: Conflict) -> Iterator[str]:
    """Yield what can be done about it, with the commands."""
    if one.sort == conflicts.END:
        yield from endings(one.kind, one)
    elif one.sort == conflicts.TWIN:
        yield _("both stay; choose which keeps the name: {command}").format(command=command(one))
    elif one.sort == conflicts.FILE:
        yield from _for_file(one)
    else:
        yield _("choose a number, or say what is right: {command}").format(command=command(one))


def _for_file(one: Conflict) -> Iterator[str]:
    sides = [
        name for name, side in zip(("ours", "theirs"), one.sides, strict=True) if not side.gone
    ]
    if one.kind and len(sides) == 2:
        yield _("join both: {command}").format(command=command(one, "both"))
    for name in sides:
        yield _("take this side: {command}").format(command=command(one, name))
    if not one.data:
        yield _("let it be gone: {command}").format(command=command(one, "drop"))
    if sides:
        edited = command(one, "edited")
        yield _("put the file right by hand, then: {command}").format(command=edited)


def endings(noun: str, one: Conflict) -> tuple[str, str]:
    """Return how an ending is chosen."""
    return (
        _("let the first stand: {command}").format(command=f'svcctl {noun} settle {one.id} "…"'),
        _("or end it anew: {command}").format(command=f'svcctl {noun} reopen {one.id} --why "…"'),
    )

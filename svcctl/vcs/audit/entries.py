"""What must hold over time inside one case: pure rules over two or more of its versions.

Entries are told apart by their name `n` and never change; a redaction takes words out, and what a
machine wrote on two sides becomes one.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from svcctl.base.case import MACHINE
from svcctl.base.entry import union
from svcctl.base.finding import Finding
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.base.redaction import WORDS
from svcctl.vcs.delta import log_of

Named = dict[str, list[Entry]]
"""Entries by name; several of one name are a mistake that is kept."""


class Versions(NamedTuple):
    """A case before and after a commit.

    Attributes:
        olds: What it was in each parent that had it otherwise.
        new: What it is.
        merged: Whether the commit is a merge.
        carried: Whether it was made elsewhere and carried over, as by a rebase.
        first: What entries were before somebody changed them: going back is no change.
        everywhere: Whether no parent had it as it is now.
    """

    olds: Sequence[Record]
    new: Record
    merged: bool = False
    carried: bool = False
    first: Mapping[str, Sequence[Entry]] = {}
    everywhere: bool = True


class Lost(NamedTuple):
    """What the history had before: to be remembered, so that putting it right is no change."""

    finding: Finding
    name: str
    entries: Sequence[Entry]


def named(record: Record | None) -> Named:
    """Return the entries of a case by their names."""
    found: Named = {}
    for one in log_of(record):
        found.setdefault(str(one.get("n", "")), []).append(one)
    return found


def changed(seen: Versions) -> Iterator[Lost]:
    """Yield entries that were changed or removed, with what they had been."""
    olds, log = [named(one) for one in seen.olds], log_of(seen.new)
    now = named(seen.new)
    places = {id(one): place for place, one in enumerate(log)}
    for name in dict.fromkeys(name for old in olds for name in old):
        every = _distinct(one for old in olds for one in old.get(name, ()))
        if name not in now:
            place = _place_before(log, olds, name)
            said = {"n": name, "did": every[0].get("did")}
            yield Lost(Finding("AUD102", place, said), name, every)
            continue
        if any(_is_redacted(one) for one in every) and not any(map(_is_redacted, now[name])):
            wrong: list[Entry] = now[name]
        else:
            wrong = [one for one in now[name] if not _may_stand(one, every, seen)]
        for one in wrong:
            fields = _differing(every[0], one)
            here = next((key for key in fields if key in one), "n")
            where = ("log", places[id(one)], here)
            said = {"n": name, "fields": fields}
            yield Lost(Finding("AUD101", where, said), name, every)


def added(seen: Versions) -> list[tuple[int, Entry]]:
    """Return the entries that no earlier version has, with their places in the log."""
    before = {name for old in seen.olds for name in named(old)}
    return [
        (place, one)
        for place, one in enumerate(log_of(seen.new))
        if str(one.get("n", "")) not in before
        and one not in seen.first.get(str(one.get("n", "")), ())
    ]


def _distinct(entries: Iterator[Entry]) -> list[Entry]:
    found: list[Entry] = []
    for one in entries:
        if one not in found:
            found.append(one)
    return found


def _may_stand(one: Entry, every: Sequence[Entry], seen: Versions) -> bool:
    if one in every or one in seen.first.get(str(one.get("n", "")), ()):
        return True
    if _is_redacted(one):
        redacted = [old for old in every if _is_redacted(old)]
        return (seen.merged and bool(redacted)) or any(_redacts(old, one) for old in every)
    if not str(one.get("n", "")).startswith(f"{MACHINE}/"):
        return False
    if seen.merged:
        # Another parent has it just as it is now: the earlier of two machines' recordings.
        taken = [] if seen.everywhere else [one]
        return len([*every, *taken]) > 1 and _folded([*every, *taken]) == [one]
    return seen.carried and any(union([old], [one]) == [one] for old in every)


def _folded(entries: Sequence[Entry]) -> list[Entry]:
    made: list[Entry] = []
    for one in entries:
        made = union(made, [one])
    return made


def _is_redacted(entry: Entry) -> bool:
    return entry.get("redacted") is True


_MARKS = ("redacted", "redacted_at", "redacted_by", "redacted_why", "redacted_fields")


def _redacts(old: Entry, new: Entry) -> bool:
    """Tell whether one entry is another without its words: who, what and when must remain."""
    out = new.get("redacted_fields")
    gone = {*WORDS, *_MARKS, *(out if isinstance(out, list) else ())}
    if any(word in new for word in WORDS):
        return False
    return _without(old, gone) == _without(new, gone)


def _without(entry: Mapping[str, Any], gone: set[Any]) -> dict[str, Any]:
    return {
        key: _without(value, gone) if isinstance(value, dict) else value
        for key, value in entry.items()
        if key not in gone
    }


def _differing(old: Entry, new: Entry) -> list[str]:
    keys = dict.fromkeys([*old, *new])
    return [key for key in keys if old.get(key) != new.get(key)]


def _place_before(log: Sequence[Entry], olds: Sequence[Named], name: str) -> tuple[str | int, ...]:
    """Return the place of the entry behind which a lost one stood; that of the first, if none."""
    earlier: list[str] = []
    for old in olds:
        if name in old:
            names = list(old)
            earlier = names[: names.index(name)]
            break
    places = [place for place, one in enumerate(log) if str(one.get("n", "")) in earlier]
    return ("log", places[-1] if places else 0, "n")

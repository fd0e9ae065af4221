"""What changed in a record, in words: acts, fields and values as people call them.

The words come from the kinds: `ACTS`, `FIELDS`, `VALUES` and `KEYED` of their rules. Every text is
one line without control characters. Private numbers are masked unless asked for in full. Records
may hold anything, so nothing here fails over what a file says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import tzinfo
from typing import Any
from typing import Protocol

from svcctl.base.case import MACHINE
from svcctl.base.case import happened
from svcctl.base.choice import Choice
from svcctl.base.choice import show
from svcctl.base.clock import show_moment
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.kinds import KINDS
from svcctl.kinds import Kind
from svcctl.vcs.delta import Delta
from svcctl.vcs.delta import Field
from svcctl.vcs.delta import Where
from svcctl.vcs.telling import masking

_MOST = 12
"""Items of a list that are told one by one."""

_CHECKSUM = 64
_TOKEN = 4

_EVERY = (
    Choice("disputed", "争议", "", "in dispute"),
    Choice("field", "字段", "", "field"),
    Choice("values", "取值", "", "values"),
    Choice("gone", "已删除", "", "gone"),
    Choice("log", "经过", "", "log"),
    Choice("redacted", "已抹去", "", "redacted"),
    Choice("redacted_by", "抹去人", "", "redacted by"),
    Choice("redacted_at", "抹去时间", "", "redacted at"),
    Choice("redacted_why", "抹去原因", "", "reason for redacting"),
    Choice("redacted_fields", "抹去内容", "", "fields redacted"),
    Choice("private", "私密", "", "private"),
)
"""Fields that any kind may have."""

_ASIDE = frozenset(
    ("n", "at", "when", "after", "by", "did", "set", "unset", "line", "why", "note", "final")
)
"""What an entry says that is not told by name."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


class Names(Protocol):
    """Who knows what staff ids and the handbook's keys stand for; see `vcs.names`."""

    def staff(self, key: str) -> str:
        """Return the name of a colleague, or the key."""
        ...

    def word(self, name: str, key: str) -> str:
        """Return the word for a key of a list of the handbook, or the key."""
        ...

    @property
    def zone(self) -> tzinfo:
        """Zone in which moments are read."""
        ...

    @property
    def reveal(self) -> bool:
        """Whether private numbers are told in full."""
        ...


class _Unknown:
    """Nobody's names: keys stay."""

    zone: tzinfo = UTC
    reveal = False

    def staff(self, key: str) -> str:
        return key

    def word(self, name: str, key: str) -> str:
        del name
        return key


NO_NAMES: Names = _Unknown()


# -- acts, fields, values -------------------------------------------------------------------------


def act(kind: Kind, entry: Entry) -> str:
    """Return what was done: `water test (failed)`."""
    did = str(entry.get("did", ""))
    word = line(show(did, _choices(kind, "ACTS")))
    result = entry.get("result")
    if isinstance(result, str) and result:
        known = _values(kind).get(f"{did}.result", ())
        words = line(result if isinstance(known, str) else show(result, known))
        return _("{deed} ({result})").format(deed=word, result=words)
    return word + (_(" (final)") if entry.get("final") is True else "")


def field(kind: Kind, where: Where) -> str:
    """Return the words for a field: `phones`, `may/extend`."""
    parts = where[1:] if where[:1] == (masking.PRIVATE,) and len(where) > 1 else where
    own = (*_choices(kind, "FIELDS"), *_EVERY)
    dotted = ".".join(parts)
    if len(parts) > 1 and (word := show(dotted, own)) != dotted:
        return line(word)
    return "/".join(line(show(part, own)) for part in parts)


def value(kind: Kind, where: Where, said: Any, names: Names) -> str:
    """Return the words for a value of a field; lists and tables in one line, `-` for none."""
    if said is None:
        return "-"
    if where[:1] == (masking.PRIVATE,) and not names.reveal:
        said = masking.masked(kind, where, said)
    return _words(kind, where, said, names)


def _words(kind: Kind, where: Where, said: Any, names: Names) -> str:
    if isinstance(said, list):
        return _listed(kind, where, said, names)
    if isinstance(said, Mapping):
        parts = pairs(kind, said, names, where)
        return joined(_("{title}: {words}").format(title=key, words=one) for key, one in parts)
    return _text(kind, where, said, names) if isinstance(said, str) else _plain(said, names)


def _plain(said: Any, names: Names) -> str:
    if isinstance(said, bool):
        return _("yes") if said else _("no")
    if isinstance(said, datetime):
        return _moment(said, names)
    if isinstance(said, date):
        return said.isoformat()
    return line(str(said) if names.reveal else masking.hidden(str(said)))


def _moment(moment: datetime, names: Names, *, end_of_day: bool = False) -> str:
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return show_moment(known, names.zone if moment.tzinfo else UTC, end_of_day=end_of_day)


def _text(kind: Kind, where: Where, said: str, names: Names) -> str:
    if len(said) == _CHECKSUM and where[-1:] == ("sha256",):
        return f"{line(said)[:_MOST]}…"
    if where[-1:] == ("token",):
        return f"{line(said)[:_TOKEN]}…"  # nobody reads it; enough to tell two of them apart
    known = _known(kind, where)
    if isinstance(known, str):
        return line(names.word(known, said))
    word = line(show(said, known) if known else said)
    return word if names.reveal else masking.hidden(word)


def _listed(kind: Kind, where: Where, said: list[Any], names: Names) -> str:
    shown = joined(_words(kind, where, one, names) for one in said[:_MOST])
    if len(said) > _MOST:
        return _("{words} … ({count} in all)").format(words=shown, count=len(said))
    return shown


def pairs(
    kind: Kind, table: Mapping[str, Any], names: Names, above: Where = ()
) -> Iterator[tuple[str, str]]:
    """Yield the fields of a table and their values in words, in the order of the kind."""
    for key in ordered(kind, table):
        where = (*above, key)
        yield _inner(kind, where), value(kind, where, table[key], names)


def _inner(kind: Kind, where: Where) -> str:
    """Return the words for a field of a row, which stands beside the words of the list."""
    return field(kind, where if _has_own(kind, where) else where[-1:])


def ordered(kind: Kind, keys: Iterable[str]) -> list[str]:
    """Return keys in the order in which the kind shows its fields; unknown ones last."""
    place = {choice.key: at for at, choice in enumerate(_choices(kind, "FIELDS"))}
    return sorted(map(str, keys), key=lambda key: place.get(key, len(place)))


def _has_own(kind: Kind, where: Where) -> bool:
    dotted = ".".join(where)
    return len(where) > 1 and any(dotted == one.key for one in _choices(kind, "FIELDS"))


def _choices(kind: Kind, name: str) -> tuple[Choice, ...]:
    found: tuple[Choice, ...] = getattr(kind.rules, name, ())
    return found


def _values(kind: Kind) -> Mapping[str, tuple[Choice, ...] | str]:
    found: Mapping[str, tuple[Choice, ...] | str] = getattr(kind.rules, "VALUES", {})
    return found


def _known(kind: Kind, where: Where) -> tuple[Choice, ...] | str:
    """Return what the values of a field stand on; the more particular before the general."""
    values = _values(kind)
    for start in range(len(where)):
        if found := values.get(".".join(where[start:])):
            return found
    return ()


def line(text: str) -> str:
    """Return a text as one line that drives no terminal."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def safe(kind: Kind, said: Any, names: Names, where: Where = ()) -> Any:
    """Return data of a record for programs: as they are, but private numbers masked."""
    return said if names.reveal else masking.safe(kind, said, where)


# -- entries --------------------------------------------------------------------------------------


def stamp(entry: Entry, names: Names) -> str:
    """Return when an entry's act happened; a machine acts at limits, whose midnight is 24:00."""
    moment = happened(entry)
    if not isinstance(moment, datetime):
        return line(str(moment)) if moment is not None else "?"
    return _moment(moment, names, end_of_day=entry.get("by") == MACHINE)


def person(entry: Entry, names: Names) -> str:
    """Return who did what an entry says."""
    by = entry.get("by")
    if by == MACHINE:
        return _("automatic")
    return line(names.staff(by)) if isinstance(by, str) else "?"


def head(kind: Kind, one: Entry, names: Names) -> str:
    """Return when an entry's act happened, what it was, who did it, and the entry's name."""
    return f"{_who(kind, one, names)}  {_name(one)}"


def entry(kind: Kind, one: Entry, names: Names) -> str:
    """Return an entry as one line: when, what, who, what was said, its name."""
    said = _("; ").join(_said(kind, one, names))
    parts = (_who(kind, one, names), said, _name(one))
    return "  ".join(part for part in parts if part)


def recorded(one: Entry, names: Names) -> str:
    """Return when an entry was written down, where that is not when it happened."""
    at = one.get("at")
    if "when" not in one or not isinstance(at, datetime):
        return ""
    return _("written down {at}").format(at=_moment(at, names))


def _who(kind: Kind, one: Entry, names: Names) -> str:
    return f"{stamp(one, names)}  {act(kind, one)}  {person(one, names)}"


def _name(one: Entry) -> str:
    return f"[{line(str(one.get('n', '')))}]"


def _said(kind: Kind, one: Entry, names: Names) -> Iterator[str]:
    for name, words in entry_fields(kind, one, names):
        yield _("{title}: {words}").format(title=name, words=words) if name else words
    if words := recorded(one, names):
        yield words


def entry_fields(kind: Kind, one: Entry, names: Names) -> Iterator[tuple[str, str]]:
    """Yield what an entry says: the name of a field, empty for plain words, and the words."""
    did = str(one.get("did", ""))
    for key in ordered(kind, one.keys() - _ASIDE):
        if key != "result" or not isinstance(one[key], str):
            yield field(kind, (key,)), value(kind, (did, key), one[key], names)
    for name in ("line", "set"):
        inner = one.get(name)
        yield from pairs(kind, inner, names) if isinstance(inner, Mapping) else ()
    unset = one.get("unset")
    for key in unset if isinstance(unset, list) else ():
        yield field(kind, (str(key),)), "-"
    if "why" in one:
        yield field(kind, ("why",)), value(kind, ("why",), one["why"], names)
    if "note" in one:
        yield "", value(kind, ("note",), one["note"], names)


# -- what changed ---------------------------------------------------------------------------------


def title(kind: Kind, name: str, record: Record | None, names: Names = NO_NAMES) -> str:
    """Return the kind of a record, its id, and what it is about, with the names of people."""
    if kind.naming == "single":
        return _(kind.name)
    describe = kind.rule("describe")
    try:
        spoken = _spoken(kind, record, names) if describe and record else {}
        words = masking.hidden(line(describe(spoken))) if describe and record else ""
    except (LookupError, TypeError, ValueError, AttributeError):
        words = ""
    about = words if words.startswith(name) else f"{name} {words}".strip()
    return _("{kind} {title}").format(kind=_(kind.name), title=about)


def _spoken(kind: Kind, record: Record, names: Names) -> Record:
    """Return a case with people and roles in its header by their names, not by their keys."""
    if kind.shape != "case":
        return record
    made = dict(record)
    for key, known in _values(kind).items():
        said = record.get(key)
        if isinstance(known, str) and isinstance(said, str):
            made[key] = names.word(known, said)
        elif isinstance(known, str) and isinstance(said, list):
            made[key] = [names.word(known, str(one)) for one in said]
    return made


def title_of(delta: Delta, names: Names = NO_NAMES) -> str:
    """Return which record changed."""
    return title(KINDS[delta.kind], delta.id, delta.after or delta.before, names)


def heading(delta: Delta, names: Names = NO_NAMES) -> str:
    """Return the line above what changed in a record: which, and whether it is new or gone."""
    said = title_of(delta, names)
    if delta.before is None:
        return _("{title} (new)").format(title=said)
    return _("{title} (gone)").format(title=said) if delta.after is None else said


def lines(delta: Delta, names: Names) -> Iterator[str]:
    """Yield what changed in a record, a line each; `!!` before what a log should never show."""
    kind = KINDS[delta.kind]
    if kind.shape == "case":
        yield from _of_case(kind, delta, names)
    elif delta.after is not None:
        new = delta.before is None
        for one in _in_order(kind, delta.fields):
            yield from changed_field(kind, one, names, new=new)


def _in_order(kind: Kind, fields: Iterable[Field]) -> list[Field]:
    found = list(fields)
    tops = ordered(kind, dict.fromkeys(str(one.where[0]) for one in found))
    place = {key: at for at, key in enumerate(tops)}
    return sorted(found, key=lambda one: place[str(one.where[0])])


def _of_case(kind: Kind, delta: Delta, names: Names) -> Iterator[str]:
    yield from loud(delta, names)
    yield from redacted(delta, names)
    for one in delta.added:
        yield entry(kind, one, names)


def redactions(delta: Delta) -> Iterator[tuple[Entry, Entry]]:
    """Yield the entries that lost their words, before and after."""
    for old, new in delta.altered:
        if new.get("redacted") is True and old.get("redacted") is not True:
            yield old, new


def redacted(delta: Delta, names: Names) -> Iterator[str]:
    """Yield what was redacted."""
    for _old, new in redactions(delta):
        yield _("redacted: {entry}").format(entry=entry(KINDS[delta.kind], new, names))


def loud(delta: Delta, names: Names) -> Iterator[str]:
    """Yield what happened to a log that nobody may do to it."""
    kind = KINDS[delta.kind]
    if not delta.rewritten:
        return
    if delta.after is None:
        yield _("!! the whole record is gone, {count} entries").format(count=len(delta.removed))
        return
    for one in delta.removed:
        yield _("!! taken out: {entry}").format(entry=entry(kind, one, names))
    for old, new in delta.altered:
        if new.get("redacted") is not True:
            words = _("; ").join(_differs(kind, old, new, names))
            yield _("!! rewritten: {entry}: {words}").format(
                entry=head(kind, old, names), words=words
            )
    for differs in delta.fields:
        for words in changed_field(kind, differs, names):
            yield _("!! not what the log says: {words}").format(words=words)


def _differs(kind: Kind, old: Entry, new: Entry, names: Names) -> Iterator[str]:
    flat = [_flat(one) for one in (old, new)]
    for key in ordered(kind, dict.fromkeys([*flat[0], *flat[1]])):
        before, after = flat[0].get(key), flat[1].get(key)
        if before != after:
            yield from changed_field(kind, Field((key,), before, after), names)


def _flat(one: Entry) -> dict[str, Any]:
    inner = [table for key in ("line", "set") if isinstance(table := one.get(key), Mapping)]
    found = {key: said for key, said in one.items() if key not in ("line", "set")}
    for table in inner:
        found |= table
    return found


def changed_field(kind: Kind, one: Field, names: Names, *, new: bool = False) -> Iterator[str]:
    """Yield what became of a field: `phones: 138… -> 139…`, or each row of a list that differs."""
    name = field(kind, one.where)
    if _is_rows(one.before) or _is_rows(one.after):
        for sign, words in rows(kind, one, names):
            said = _("{title}: {words}").format(title=name, words=words)
            yield said if new else f"{sign} {said}"
        return
    after = value(kind, one.where, one.after, names)
    if new:
        yield _("{title}: {words}").format(title=name, words=after)
        return
    before = value(kind, one.where, one.before, names)
    yield _("{what}: {before} -> {after}").format(what=name, before=before, after=after)


def _is_rows(said: Any) -> bool:
    return isinstance(said, list) and any(isinstance(one, Mapping) for one in said)


def rows(kind: Kind, one: Field, names: Names) -> Iterator[tuple[str, str]]:
    """Yield (`+`, `-` or `~`, words) for the rows of a list of tables that differ."""
    before, after = (list(said) if isinstance(said, list) else [] for said in one[1:])
    for row in list(before):
        if row in after:
            before.remove(row)
            after.remove(row)
    keys = tuple(getattr(kind.rules, "KEYED", {}).get(".".join(one.where), ()))
    for old in before:
        twin = next((row for row in after if _is_same(row, old, keys)), None)
        if twin is None:
            yield "-", value(kind, one.where, old, names)
            continue
        after.remove(twin)
        kept = {key: twin[key] for key in keys if key in twin}
        words = _words(kind, one.where, kept, names)
        yield "~", f"{words}  {_('; ').join(_inside(kind, one.where, (old, twin), names))}"
    for row in after:
        yield "+", value(kind, one.where, row, names)


def _is_same(row: Any, old: Any, keys: tuple[str, ...]) -> bool:
    both = isinstance(row, Mapping) and isinstance(old, Mapping)
    return both and bool(keys) and all(row.get(key) == old.get(key) for key in keys)


def _inside(
    kind: Kind, above: Where, both: tuple[Mapping[str, Any], Mapping[str, Any]], names: Names
) -> Iterator[str]:
    for key in ordered(kind, dict.fromkeys([*both[0], *both[1]])):
        before, after = (one.get(key) for one in both)
        if before != after:
            where = (*above, key)
            yield _("{what}: {before} -> {after}").format(
                what=_inner(kind, where),
                before=value(kind, where, before, names),
                after=value(kind, where, after, names),
            )

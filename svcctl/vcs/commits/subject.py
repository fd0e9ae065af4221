"""What a commit says: like a line of the log, in the language of the book.

It is read by whoever can read the repository, and stays for ever. So it is made of acts, ids,
fields and the handbook's own words alone; never of what people said, their names or numbers.
The last paragraph, `Svcctl: COMMAND`, tells that a command wrote all of the commit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple

from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.layout import id_of
from svcctl.kinds import KINDS
from svcctl.kinds import kind_of
from svcctl.vcs.delta import Delta
from svcctl.vcs.delta import compare
from svcctl.vcs.telling import words as telling

TRAILER = "Svcctl"
MOST = 50
"""Lines of the body: one for each record, up to so many."""
_GROUPS = 3
_FIELDS = 4
_MATTER = ("ticket", "incident")
_PLAIN = r"[a-z][a-z0-9_-]*"
_NO_NAME = r"(?:handbook|schemas)(?:/[a-z0-9._-]+)+|\.?[a-z]+(?:\.[a-z]+)?"


class Edit(NamedTuple):
    """One file of a commit: its path in the book and its bytes before and after, None for none."""

    path: str
    before: bytes | None
    after: bytes | None


class _Said(NamedTuple):
    """A line about one record, and what it has in common with others."""

    rank: tuple[int, int]
    act: str
    kind: str
    line: str


def message(command: str, edits: Iterable[Edit], words: str = "") -> str:
    """Return the whole message of a commit.

    Args:
        command: What wrote it, for the trailer; it must hold nothing that anybody typed.
        words: What a person wants as subject instead.
    """
    said = sorted((_said(one) for one in edits), key=lambda one: one.rank)
    parts = [words.strip() or subject(said)]
    if len(said) > 1:
        lines = [one.line for one in said[:MOST]]
        if len(said) > MOST:
            lines.append(_("and {count} more").format(count=len(said) - MOST))
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, f"{TRAILER}: {command}"]) + "\n"


def subject(said: Sequence[_Said]) -> str:
    """Return the first line: each kind of act once, with the record or their number."""
    groups = Counter((one.act, one.kind) for one in said)
    lines = {(one.act, one.kind): one.line for one in said}
    told = [
        lines[group]
        if count == 1
        else _("{act}: {count} × {kind}").format(act=group[0], count=count, kind=group[1])
        for group, count in list(groups.items())[:_GROUPS]
    ]
    return joined(told) + (" …" if len(groups) > _GROUPS else "")


def _said(edit: Edit) -> _Said:
    kind, name = kind_of(edit.path), id_of(edit.path)
    if kind is None or name is None:
        return _of_file(edit)
    rank = list(KINDS).index(kind.name)
    what = f"{_(kind.name)} {name}" if kind.shape == "card" and name != kind.name else name
    what = _(kind.name) if name == kind.name else what
    try:
        before, after = _record(edit.before), _record(edit.after)
        delta = compare(kind, name, before, after)
    except toml.TomlError:
        delta = None
    act, about = _deed(edit), ""
    if delta is not None and kind.shape == "case":
        act, about = _case_act(delta) or act, _matter(delta)
    elif delta is not None and edit.before is not None and edit.after is not None:
        about = _fields(delta)
    words = _("{act} {what} ({about})") if about else _("{act} {what}")
    line = words.format(act=act, what=what, about=about)
    return _Said((int(kind.shape != "case"), rank), act, _(kind.name), line)


def _record(data: bytes | None) -> Record | None:
    return None if data is None else toml.parse(data)


def _deed(edit: Edit) -> str:
    if edit.before is None:
        return _("added")
    return _("changed") if edit.after is not None else _("removed")


def _of_file(edit: Edit) -> _Said:
    """Return the line for what is no record, or lies where none may be."""
    known = re.fullmatch(_NO_NAME, edit.path)
    top, slash, _rest = edit.path.partition("/")
    # Somebody may have named a file after somebody.
    what = edit.path if known else f"{top}/…" if slash else "…"
    line = _("{act} {what}").format(act=_deed(edit), what=what)
    return _Said((2, 0), _deed(edit), top if slash and known else _("file"), line)


def _case_act(delta: Delta) -> str:
    """Return what was done to a case: the acts of its new entries, each once."""
    if delta.after is None:
        return ""
    kind = KINDS[delta.kind]
    acts = [_act(delta, one) for one in delta.added]
    if any(new.get("redacted") is True for _old, new in delta.altered):
        acts.append(_("redacted"))
    told = list(dict.fromkeys(one for one in acts if one))
    return joined(told[:_FIELDS]) if told and kind.shape == "case" else ""


def _act(delta: Delta, entry: dict[str, object]) -> str:
    """Return the word for an entry's act, unless the file holds some word of its own there."""
    plain = all(re.fullmatch(_PLAIN, str(entry[key])) for key in ("did", "result") if key in entry)
    return telling.act(KINDS[delta.kind], entry) if plain and "did" in entry else ""


def _matter(delta: Delta) -> str:
    """Return what kind of matter it is and how grave: `complaint/major`."""
    matter, record = KINDS[delta.kind].rule("matter"), delta.after or delta.before or {}
    told = {key: record[key] for key in ("kind", "severity") if key in record}
    if delta.kind not in _MATTER or matter is None or "kind" not in told:
        return ""
    plain = all(re.fullmatch(_PLAIN, str(one)) for one in told.values())
    return str(matter(told)) if plain else ""


def _fields(delta: Delta) -> str:
    """Return which fields of a card changed; names of fields that nobody knows are left out."""
    kind = KINDS[delta.kind]
    known = {one.key for one in getattr(kind.rules, "FIELDS", ())}
    tops = [one.where[1:2] or one.where if one.where[0] == "private" else one.where[:1]
            for one in delta.fields]  # fmt: skip
    told = [telling.field(kind, one) for one in dict.fromkeys(tops) if one[0] in known]
    return joined(told[:_FIELDS]) + ("…" if len(told) > _FIELDS else "")

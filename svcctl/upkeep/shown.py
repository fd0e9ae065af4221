"""How what changed in the book is shown: a record's lines for people, its data for programs."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.handbook.compare import differences
from svcctl.handbook.lookup import Policy
from svcctl.kinds import KINDS
from svcctl.term import output
from svcctl.term.output import Column
from svcctl.upkeep.handbook_diff import row
from svcctl.upkeep.handbook_diff import said
from svcctl.upkeep.policy_words import PolicyWords
from svcctl.vcs.telling import changes
from svcctl.vcs.telling import words as telling
from svcctl.vcs.telling.changes import Seen
from svcctl.vcs.telling.names import Names

if TYPE_CHECKING:
    from svcctl.term.context import Run
    from svcctl.vcs.delta import Delta

_KEYS = ("id", "kind", "path", "change", "rewritten", "added", "removed", "altered", "fields",
         "words")  # fmt: skip
_FLAT = ("id", "kind", "path", "change", "entry", "field", "before", "after")


class Shown:
    """Shows what changed.

    Args:
        names: What keys stand for.
    """

    def __init__(self, run: Run, names: Names) -> None:
        self._run = run
        self.names = names

    def lines(self, seen: Seen) -> Iterator[str]:
        """Yield a heading and, indented, what changed."""
        yield self.heading(seen)
        yield from (f"  {line}" for line in self.body(seen))

    def heading(self, seen: Seen) -> str:
        """Return which record or file it is."""
        if seen.delta is not None:
            return telling.heading(seen.delta, self.names)
        states = {
            changes.ADDED: _("{title} (new)"),
            changes.GONE: _("{title} (gone)"),
            changes.MOVED: _("{title} (moved)"),
        }
        return states.get(seen.what, "{title}").format(title=telling.line(seen.path))

    def body(self, seen: Seen) -> Iterator[str]:
        """Yield what changed, a line each."""
        if seen.delta is None:
            yield telling.line(seen.words)
            return
        if seen.delta.kind == "policy" and (told := self.policy(seen.delta)):
            yield from told
            return
        yield from telling.lines(seen.delta, self.names)

    def policy(self, delta: Delta) -> list[str]:
        """Return what a policy file changes of what is in force, in words; empty if nothing."""
        before, after = self._in_force(delta)
        try:
            words = PolicyWords(self._run, before, after)
            found = [said(row(words, one)) for one in differences(before, after)]
            if not any((before.every_limit(), before.every_setting(), before.every_rung())):
                # The handbook a book begins with is read with `handbook show`.
                count = len(found)
                return [ngettext("{count} rule", "{count} rules", count).format(count=count)]
            return found
        except (SvcctlError, LookupError, TypeError, ValueError, AttributeError):
            return []  # a file with a broken form, or a handbook; field by field it can be told

    def _in_force(self, delta: Delta) -> tuple[Policy, Policy]:
        earlier = [
            file for file in self.names.policies().values() if str(file.get("id", "")) < delta.id
        ]
        both = (delta.before, delta.after)
        own = [[{**file, "id": delta.id}] if file is not None else [] for file in both]
        return Policy([*earlier, *own[0]]), Policy([*earlier, *own[1]])

    def data(self, seen: Seen) -> dict[str, Any]:
        """Return what changed as data; private numbers as the run shows them."""
        made: dict[str, Any] = dict.fromkeys(_KEYS, "")
        made |= {"id": seen.path, "path": seen.path, "change": seen.what, "words": seen.words}
        made |= {key: [] for key in ("added", "removed", "altered", "fields")}
        delta = seen.delta
        if delta is None:
            return made | {"rewritten": False}
        kind = KINDS[delta.kind]

        def safe(value: Any, where: tuple[str, ...] = ()) -> Any:
            return telling.safe(kind, value, self.names, where)

        return made | {
            "id": delta.id,
            "kind": delta.kind,
            "rewritten": delta.rewritten,
            "added": safe(list(delta.added)),
            "removed": safe(list(delta.removed)),
            "altered": [{"before": safe(old), "after": safe(new)} for old, new in delta.altered],
            "fields": [
                {
                    "field": ".".join(map(str, one.where)),
                    "before": safe(one.before, one.where),
                    "after": safe(one.after, one.where),
                }
                for one in delta.fields
            ],
        }

    def write(self, found: Iterable[Seen]) -> int:
        """Write what changed in the format of the run; return how many records or files."""
        counted = 0

        def count(every: Iterable[Seen]) -> Iterator[Seen]:
            nonlocal counted
            for one in every:
                counted += 1
                yield one

        write(self._run, count(found), self.lines, self.data)
        return counted


def write(run: Run, found: Iterable[Any], lines: Any, data: Any, more: Iterable[str] = ()) -> None:
    """Write things in the format of the run: by `lines` for people, by `data` for programs.

    The zone of the book is not asked for: a book that cannot be opened can be shown all the same.
    """
    form = output.Form(run.format, run.wishes.path or "", None)
    if run.format in ("table", "md"):
        output.write_text((line for one in found for line in lines(one)), form)
    elif run.format == "csv":
        rows = (flat for one in found for flat in flattened(data(one), more))
        output.write_rows(rows, [Column(key, key) for key in (*more, *_FLAT)], form)
    else:
        output.write_rows(map(data, found), [Column(key, key) for key in (*more, *_KEYS)], form)


def flattened(data: dict[str, Any], more: Iterable[str] = ()) -> Iterator[dict[str, Any]]:
    """Yield a line of a sheet for each entry or field that differs."""
    head = {key: data[key] for key in (*more, "id", "kind", "path", "change")}
    rows: list[dict[str, Any]] = []
    for name, key in (("added", "after"), ("removed", "before")):
        rows += [{"entry": one.get("n", ""), key: _compact(one)} for one in data[name]]
    for one in data["altered"]:
        both = {key: _compact(one[key]) for key in ("before", "after")}
        rows.append({"entry": one["after"].get("n", ""), **both})
    for one in data["fields"]:
        both = {key: _compact(one[key]) for key in ("before", "after")}
        rows.append({"field": one["field"], **both})
    for row_ in rows or [{"after": data["words"]}]:
        yield head | row_


def _compact(value: Any) -> Any:
    """Return a value as one cell holds it."""
    if isinstance(value, list | dict):
        import json  # for this format alone

        return json.dumps(output.plain(value), ensure_ascii=False)
    return value

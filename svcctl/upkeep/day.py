"""`svcctl diff --day`: the page by which an administrator reads a day.

First what needs an eye, then the day in numbers, then each ticket act by act, then all else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.case import happened
from svcctl.base.choice import show as label
from svcctl.base.clock import parse_day
from svcctl.base.clock import show_days
from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import N_
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.i18n import ngettext
from svcctl.book.source import is_record
from svcctl.desk.tallies import counting
from svcctl.desk.tallies.words import NUMBER_CHOICES
from svcctl.handbook import periods
from svcctl.kinds import KINDS
from svcctl.term import output
from svcctl.upkeep.history import author
from svcctl.upkeep.history import head
from svcctl.upkeep.shown import Shown
from svcctl.upkeep.shown import write
from svcctl.vcs.telling import day as days
from svcctl.vcs.telling import words as telling

if TYPE_CHECKING:
    from svcctl.base.record import Entry
    from svcctl.handbook.lookup import Handbook
    from svcctl.term.context import Run
    from svcctl.vcs.delta import Delta
    from svcctl.vcs.telling.changes import Seen
    from svcctl.vcs.telling.day import Day
    from svcctl.vcs.telling.day import Sign

_NEW_CARDS = 10
"""New cards of a kind that are named one by one."""

_FEW_FILES = 3

_TITLES = {
    days.BROKEN: N_("cannot be read"),
    days.REWRITTEN: N_("a log was edited by hand"),
    days.BY_HAND: N_("changed past the commands"),
    days.STRANGER: N_("committed by somebody with no staff card"),
    days.LATE: N_("written down late"),
    days.SAME: N_("asked for and granted by the same person"),
}


def show_day(run: Run, shown: Shown, said: str) -> int:
    """Write what a day brought; return how many records and files differ.

    Raises:
        UsageProblem: It is no day.
        GitError: There is no repository, git is missing or failed.
    """
    now = _now(run, shown)
    day = parse_day(said, now.date()) if said else now.date()
    found = days.day_of(run.root, day, now.date(), shown.names.zone)
    page = _Page(run, shown, found)
    if run.format in ("csv", "ids"):
        write(run, found.seen, shown.lines, shown.data)
    else:
        form = output.Form(run.format, run.wishes.path or "", None)
        output.write_one(page.data(), page.lines(), form._replace(format=_plain(run.format)))
    return len(found.seen)


def _plain(form: str) -> str:
    return "table" if form == "md" else form


def _now(run: Run, shown: Shown) -> datetime:
    try:
        return run.now()
    except SvcctlError:
        # The clock of a book that cannot be opened.
        return datetime.now(shown.names.zone)


class _Page:
    """The page of one day."""

    def __init__(self, run: Run, shown: Shown, found: Day) -> None:
        self._run = run
        self._shown = shown
        self._names = shown.names
        self._found = found
        handbook = _handbook(run)
        policies = list(self._names.policies().values())
        rules = days.Rules(handbook, policies, self._names.has_card, self._names.staff)
        self._signs = list(days.signs(found, rules))

    def lines(self) -> Iterator[str]:
        """Yield the page."""
        yield self._title()
        if self._found.span is None:
            return
        yield from self._eye()
        yield from self._numbers()
        tickets = [one for one in self._found.seen if _kind(one) == "ticket"]
        if tickets:
            yield _("tickets")
        for seen in sorted(tickets, key=_first_act):
            yield from (f"  {line}" for line in self._record(seen))
        yield from self._others()

    def _title(self) -> str:
        if self._found.span is None:
            return _("{day}: nothing had been committed by then").format(day=self._found.day)
        commits = len(self._found.logged)
        count = ngettext("{count} commit", "{count} commits", commits).format(count=commits)
        parts = [str(self._found.day), count]
        if self._found.uncommitted:
            parts.append(_("and what is not committed yet"))
        return "  ".join(parts)

    # -- what needs an eye --------------------------------------------------------------------

    def _eye(self) -> Iterator[str]:
        rules = [one for one in self._found.seen if one.path.startswith(days.HANDBOOK)]
        yield _("needs an eye")
        for what, title in _TITLES.items():
            own = [one for one in self._signs if one.what == what]
            if own:
                yield "  " + _(title)
            for one in own:
                yield from (f"    {line}" for line in self._sign(one))
            if what == days.STRANGER and rules:
                yield "  " + _("the handbook was changed")
                for seen in rules:
                    yield from (f"    {line}" for line in self._rules(seen))
        if not self._signs and not rules:
            yield "  " + _("nothing out of the ordinary")

    def _rules(self, seen: Seen) -> Iterator[str]:
        is_new = _is_new_card(seen) and _kind(seen) != "policy"
        return iter([self._shown.heading(seen)]) if is_new else self._shown.lines(seen)

    def _sign(self, one: Sign) -> Iterator[str]:
        if one.seen is None:
            if one.commit is not None:
                yield head(self._names, one.commit)
            return
        if one.entry is not None:
            yield f"{self._about(one.seen)}  {self._deed(one)}"
            return
        yield f"{self._shown.heading(one.seen)}  {self._by(one)}"
        if one.what == days.REWRITTEN and one.seen.delta is not None:
            yield from (f"  {line}" for line in telling.loud(one.seen.delta, self._names))
        elif one.what == days.BROKEN:
            yield f"  {telling.line(one.seen.words)}"

    def _by(self, one: Sign) -> str:
        if one.commit is None:
            return f"({_('not committed')})"
        return f"({author(self._names, one.commit)}, {one.commit.short})"

    def _about(self, seen: Seen) -> str:
        return seen.delta.id if seen.delta is not None else seen.path

    def _deed(self, one: Sign) -> str:
        entry: Entry = one.entry or {}
        kind = KINDS[_kind(one.seen)] if one.seen else KINDS["ticket"]
        words = telling.entry(kind, entry, self._names)
        if one.what == days.LATE:
            return _("{entry}: {span} later").format(entry=words, span=show_days(days.gap(entry)))
        return words

    # -- the day in numbers -------------------------------------------------------------------

    def _numbers(self) -> Iterator[str]:
        try:
            numbers = tally(self._run, self._found)
        except SvcctlError as error:
            yield _("no numbers: {why}").format(why=error.message)
            return
        shown = (
            f"{label(key, NUMBER_CHOICES)} {count}"
            for key, count in numbers.items()
            if count or key in ("opening", "new", "closed", "open")
        )
        yield _("{title}: {words}").format(title=_("tickets of the day"), words=joined(shown))

    # -- records ------------------------------------------------------------------------------

    def _record(self, seen: Seen) -> Iterator[str]:
        yield self._shown.heading(seen)
        if seen.delta is None:
            yield f"  {telling.line(seen.words)}"
            return
        yield from (f"  {line}" for line in telling.loud(seen.delta, self._names))
        kind = KINDS[seen.delta.kind]
        for one in sorted(seen.delta.added, key=_moment):
            yield f"  {telling.entry(kind, one, self._names)}"

    def _others(self) -> Iterator[str]:
        told = ("ticket",)
        rest = [
            one
            for one in self._found.seen
            if _kind(one) not in told and not one.path.startswith(days.HANDBOOK)
        ]
        files = [one for one in rest if one.delta is None and not is_record(one.path)]
        rest = [one for one in rest if one.delta is not None]
        if len(files) <= _FEW_FILES:
            rest = [*rest, *files]
        new = Counter(_kind(one) for one in rest if _is_new_card(one))
        many = {kind for kind, count in new.items() if count > _NEW_CARDS}
        named = [one for one in rest if not (_is_new_card(one) and _kind(one) in many)]
        if rest or files:
            yield _("other records")
        if len(files) > _FEW_FILES:
            words = ngettext("{count} file that is no record", "{count} files that are no records",
                             len(files))  # fmt: skip
            yield "  " + words.format(count=len(files))
        for kind in many:
            yield "  " + _("{kind}: {count} new").format(kind=_(kind), count=new[kind])
        for seen in named:
            case = seen.delta is not None and KINDS[seen.delta.kind].shape == "case"
            lines = self._record(seen) if case else self._shown.lines(seen)
            yield from (f"  {line}" for line in lines)

    # -- for programs -------------------------------------------------------------------------

    def data(self) -> dict[str, Any]:
        """Return the day as data."""
        span = self._found.span
        numbers: dict[str, int] = {}
        if span is not None:
            try:
                numbers = tally(self._run, self._found)
            except SvcctlError:
                numbers = {}
        return {
            "id": str(self._found.day),
            "from": span.before if span else "",
            "to": span.after if span else "",
            "commits": [one.commit.hash for one in self._found.logged],
            "eye": [self._sign_data(one) for one in self._signs],
            "tally": numbers,
            "records": [self._shown.data(one) for one in self._found.seen],
        }

    def _sign_data(self, one: Sign) -> dict[str, Any]:
        return {
            "what": one.what,
            "id": self._about(one.seen) if one.seen else "",
            "path": one.seen.path if one.seen else "",
            "entry": str((one.entry or {}).get("n", "")),
            "person": one.person,
            "commit": one.commit.hash if one.commit else "",
        }


def tally(run: Run, found: Day) -> dict[str, int]:
    """Return the numbers of the day's tickets by when things happened, as `reconcile tally` does.

    Raises:
        SvcctlError: The book cannot be opened, or the handbook not be read.
    """
    day = periods.read("day", str(found.day), found.day, run.book.handbook)
    start, end = (int(one.timestamp()) for one in (day.start(run.zone), day.end(run.zone)))
    bases = run.book.index.bases(
        "ticket", until=end - 1, open_or_closed_after=start, only=("turns",)
    )
    every = (counting.seen(name, facts["turns"], (start, end), "", "")
             for name, _row, _head, facts in bases)  # fmt: skip
    line = counting.lines([one for one in every if one is not None])[""]
    return {number: len(line[number]) for number in counting.NUMBERS}


def _handbook(run: Run) -> Handbook | None:
    try:
        return run.book.handbook
    except SvcctlError:
        return None


def _kind(seen: Seen | None) -> str:
    return seen.delta.kind if seen is not None and seen.delta is not None else ""


def _is_new_card(seen: Seen) -> bool:
    delta: Delta | None = seen.delta
    return delta is not None and delta.before is None and KINDS[delta.kind].shape == "card"


def _first_act(seen: Seen) -> tuple[float, str]:
    added: Iterable[Entry] = seen.delta.added if seen.delta is not None else ()
    return min(map(_moment, added), default=0.0), seen.path


def _moment(entry: Entry) -> float:
    moment = happened(entry)
    if not isinstance(moment, datetime):
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

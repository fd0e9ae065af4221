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

from svcctl.base.case import MACHINE
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
    from svcctl.vcs.telling.history import Commit

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
        if self._found.begun is not None:
            yield self._begun()
        yield from self._eye()
        yield from self._numbers()
        yield from self._tickets()
        yield from self._others()

    def _title(self) -> str:
        if self._found.span is None:
            return _("{day}: nothing had been committed by then").format(day=self._found.day)
        commits = len(self._found.logged)
        count = ngettext("{count} commit", "{count} commits", commits).format(count=commits)
        parts = [str(self._found.day), count]
        if self._found.under_way:
            parts.append(_("not finished: {name}").format(name=_(self._found.under_way)))
        if self._found.uncommitted:
            parts.append(_("and what is not committed yet"))
        return "  ".join(parts)

    def _begun(self) -> str:
        kinds = Counter(_kind(one) for one in self._found.founding)
        counts = [f"{_(kind)} {count}" for kind, count in sorted(kinds.items()) if kind]
        return _("the book begins: {words}").format(words=joined(counts))

    # -- what needs an eye --------------------------------------------------------------------

    def _eye(self) -> Iterator[str]:
        rules = [one for one in self._found.seen if one.path.startswith(days.HANDBOOK)]
        yield _("needs an eye")
        for what, title in _TITLES.items():
            own = [one for one in self._signs if one.what == what and not _is_told_of_rules(one)]
            if own:
                yield "  " + _(title)
            for one in own:
                yield from (f"    {line}" for line in self._sign(one))
            if what == days.STRANGER and rules:
                yield "  " + _("the handbook was changed")
                for seen in rules:
                    yield from (f"    {line}" for line in self._rules(seen))
        if not rules and not self._signs:
            yield "  " + _("nothing out of the ordinary")

    def _rules(self, seen: Seen) -> Iterator[str]:
        yield f"{self._shown.heading(seen)}  {self._by(self._last_commit(seen))}"
        if not _is_new_card(seen) or _kind(seen) == "policy":
            yield from (f"  {line}" for line in self._shown.body(seen))

    def _last_commit(self, seen: Seen) -> Commit | None:
        if any(one.path == seen.path for one in self._found.uncommitted):
            return None
        every = (
            one.commit
            for one in reversed(self._found.logged)
            for raw in one.files
            if raw.path == seen.path
        )
        return next(every, None)

    def _sign(self, one: Sign) -> Iterator[str]:
        if one.seen is None:
            if one.commit is not None:
                yield head(self._names, one.commit)
            return
        if one.entry is not None:
            yield f"{self._about(one.seen)}  {self._deed(one)}"
            return
        yield f"{self._shown.heading(one.seen)}  {self._by(one.commit)}"
        if one.what == days.BY_HAND and not _is_case(one.seen) and not _is_new_card(one.seen):
            yield from (f"  {line}" for line in self._shown.body(one.seen))
        elif one.what == days.REWRITTEN and one.seen.delta is not None:
            yield from (f"  {line}" for line in telling.loud(one.seen.delta, self._names))
        elif one.what == days.BROKEN:
            yield f"  {telling.line(one.seen.words)}"

    def _by(self, commit: Commit | None) -> str:
        if commit is None:
            return _("(not committed)")
        said = _("({name}, {commit})")
        return said.format(name=author(self._names, commit), commit=commit.short)

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

    def _tickets(self) -> Iterator[str]:
        """Yield the tickets that people did something with, then those only the clock moved."""
        every = (one for one in self._found.seen if _kind(one) == "ticket")
        tickets = sorted(every, key=_first_act)
        old = [one for one in tickets if days.is_old(one)]
        moved = [one for one in tickets if _is_by_clock(one)]
        worked = [one for one in tickets if not (_is_by_clock(one) or days.is_old(one))]
        worked = [one for one in worked if _acts(one)]
        if worked or old:
            yield _("tickets")
        for seen in worked:
            yield from (f"  {line}" for line in self._record(seen))
        if old:
            words = _("taken over from another system: {count}").format(count=len(old))
            yield f"  {words}"
        if moved:
            yield _("raised by the clock alone")
        for seen in moved:
            yield f"  {self._shown.heading(seen)}  {self._raised(seen)}"

    def _record(self, seen: Seen) -> Iterator[str]:
        yield self._shown.heading(seen)
        if seen.delta is None:
            yield f"  {telling.line(seen.words)}"
            return
        yield from (f"  {line}" for line in telling.redacted(seen.delta, self._names))
        kind, acts = KINDS[seen.delta.kind], sorted(seen.delta.added, key=_moment)
        for one in acts:
            if not _is_rung(one):
                yield f"  {telling.entry(kind, one, self._names)}"
        if any(map(_is_rung, acts)):
            yield f"  {self._raised(seen)}"

    def _raised(self, seen: Seen) -> str:
        """Return before whom the clock put a ticket, in one line."""
        kind, acts = KINDS[_kind(seen)], [one for one in _acts(seen) if _is_rung(one)]
        whom = dict.fromkeys(telling.value(kind, ("to",), one["to"], self._names) for one in acts)
        did, by = telling.act(kind, acts[0]), telling.person(acts[0], self._names)
        return f"{did}  {by}  {joined(whom)}"

    def _others(self) -> Iterator[str]:
        told = {one.path for one in self._signs if one.what == days.BY_HAND}
        rest = [
            one
            for one in self._found.seen
            if _kind(one) not in ("ticket", "message")
            and not (one.path in told and not _is_case(one) and not _is_new_card(one))
            and not one.path.startswith(days.HANDBOOK)
            and not (_is_case(one) and not _acts(one))
        ]
        lines = [*self._messages(), *self._files(rest), *self._cards(rest)]
        if lines:
            yield _("other records")
        yield from (f"  {line}" for line in lines)

    def _messages(self) -> Iterator[str]:
        """Yield how many messages were queued and sent; each stands with its ticket."""
        kind = KINDS["message"]
        acts = Counter(
            telling.act(kind, entry)
            for one in self._found.seen
            if _kind(one) == "message"
            for entry in _acts(one)
        )
        if acts:
            words = joined(f"{word} {count}" for word, count in acts.items())
            yield _("{title}: {words}").format(title=_(kind.name), words=words)

    def _files(self, rest: list[Seen]) -> Iterator[str]:
        files = [one for one in rest if one.delta is None and not is_record(one.path)]
        if len(files) <= _FEW_FILES:
            for seen in files:
                yield from self._shown.lines(seen)
            return
        words = ngettext("{count} file that is no record", "{count} files that are no records",
                         len(files))  # fmt: skip
        yield words.format(count=len(files))

    def _cards(self, rest: list[Seen]) -> Iterator[str]:
        rest = [one for one in rest if one.delta is not None]
        new = Counter(_kind(one) for one in rest if _is_new_card(one))
        many = {kind: count for kind, count in new.items() if count > _NEW_CARDS}
        for kind, count in many.items():
            yield _("{kind}: {count} new").format(kind=_(kind), count=count)
        for seen in rest:
            if not _is_new_card(seen):
                yield from self._record(seen) if _is_case(seen) else self._shown.lines(seen)
            elif _kind(seen) not in many:
                yield self._new_card(seen)

    def _new_card(self, seen: Seen) -> str:
        """Return a new card in one line, without what its heading says."""
        heading = self._shown.heading(seen)
        if _kind(seen) == "tally":
            return heading  # which has its numbers
        known = heading.split()
        body = (line for line in self._shown.body(seen) if line.split()[-1] not in known)
        return f"{heading}  {_('; ').join(body)}".rstrip()

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
            "begun": self._found.begun.commit.hash if self._found.begun else "",
            "founding": len(self._found.founding),
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


def _is_case(seen: Seen) -> bool:
    return seen.delta is not None and KINDS[seen.delta.kind].shape == "case"


def _acts(seen: Seen) -> list[Entry]:
    """Return what was done with a case, also what was redacted."""
    if seen.delta is None:
        return []
    return [*seen.delta.added, *(new for _old, new in telling.redactions(seen.delta))]


def _is_rung(entry: Entry) -> bool:
    return entry.get("by") == MACHINE and entry.get("did") == "escalate" and "to" in entry


def _is_by_clock(seen: Seen) -> bool:
    acts = _acts(seen)
    return bool(acts) and all(map(_is_rung, acts))


def _is_told_of_rules(one: Sign) -> bool:
    """Tell whether a sign is about a file of the handbook, whose changes are told in words."""
    path = one.seen.path if one.seen is not None else ""
    return one.what == days.BY_HAND and path.startswith(days.HANDBOOK)


def _first_act(seen: Seen) -> tuple[float, str]:
    added: Iterable[Entry] = seen.delta.added if seen.delta is not None else ()
    return min(map(_moment, added), default=0.0), seen.path


def _moment(entry: Entry) -> float:
    moment = happened(entry)
    if not isinstance(moment, datetime):
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

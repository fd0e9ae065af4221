"""The one table of record kinds, and what the kernel may ask of each.

The kernel (`book`, `check`, `duty`, `vcs`) knows the trade only through a `Kind`. A kind's rules
are plain functions over dicts and load quickly; its model (pydantic) loads only to write or check.

A rules module offers, all optional but `row`:

    row(record) -> dict            the columns that lists show, JSON values only; may hold the
                                   reserved keys `open` (bool), `unit`, `person`, `at` (epoch),
                                   `ended_at` (epoch; absent while open), `title` and `where`
                                   (how other lists name it), `parts` (the same keys for a `part`
                                   of a clock, where that is about something of its own).
                                   For a kind with facts: row(record, facts)
    terms(record) -> iterable[str] words by which `find` finds it
    links(record) -> iterable[Link]
    checks(record) -> iterable[Finding]      within one record, beyond what the model says
    against(record, handbook) -> iterable[Finding]   what the handbook does not know
    across(rows) -> iterable[tuple[str, Finding]]    (id, finding) seen only in all rows together
    describe(record) -> str        one line for people
    NOUN                           the word before `list`, where it is not the kind's name
    FIELDS                         Choice of each field, for people
    VALUES                         field -> Choice of each of its values, or the name of the list
                                   of the handbook (`channel`, `role` …) that they stand on, or
                                   `staff`; `callback.via` is the field of one act or table alone
    KEYED                          list of tables -> the fields by which its rows are told apart;
                                   a merge goes by them (`relation` -> `unit`, `as`)
    WHOLE                          lists whose items belong together, dotted: `shift.summer`
    LOUD                           fields by which two records added under one id are two things:
                                   no merge makes one of them
and for a case:
    fold(log) -> dict              header fields from log entries; total
    ACTS                           Choice of each act of the log, for people
    facts(record) -> dict[str, int]          what happened when (epoch seconds)
    clocks(record, facts, handbook) -> list[Clock]   every clock, met or not; without *now*
    rivals(log) -> list[Entry]     where it was ended in two ways: the ending that holds, the rest
    DUTIES                         Choice of each duty its clocks name, for people
    FREE                           fields of free text, which `book redact` may blank
    reserved(record, entry, handbook) -> str    the role that an act is reserved for, or empty
    approvals(record, handbook) -> iterable[Approval]   those that nobody may give for themselves;
                                   `git audit` and `diff --day` name who did. Who asked may be a
                                   name as it was said
    STEPS                          duty -> the command that meets it
    step(duty, row) -> str         the same, where it depends on the record
    matter(row) -> str             what it is about in one or two words, before the duty

A model module offers `MODEL`, a pydantic model whose field order is the order in the file.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal
from typing import NamedTuple

from svcctl.base.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel


class Clock(NamedTuple):
    """One duty with a time limit, computed from a record and the policy in force.

    Attributes:
        duty: What is owed: `reply`, `answer`, `done` ….
        start: When the clock started, epoch seconds.
        since: The fact it runs from, for `explain`.
        limit: As the policy writes it, e.g. `24h`; empty when the limit is a moment in the record.
        due: Epoch seconds; None while a pause holds the clock.
        met: When the duty was done, epoch seconds; None while it is owed.
        owner: Staff id or role that owes it; empty when nobody is named yet.
        rule: The requirement id or the record field the limit comes from.
        void: Why the duty fell away (`cancelled` …); such a clock is shown by `explain`, never due.
        paused: Seconds by which pauses moved `due`.
        part: Which of several clocks of one duty, empty for the first: `2` for the second time.
        role: The role that the limit names as owner, whoever owes it now: where its ladder starts.
        by: What the end follows from where it is not the limit: `appointment`, `wanted` ….
        held: Who else answers for it until `held_until`: who made it late by a reclassification.
        held_until: Epoch seconds; 0 for never.
        ended: When it fell away, as `void` says; or since when nobody asked for it that was met
            all the same.
        set_at: When its end became what it is, where it was moved; 0 if it never was.
    """

    duty: str
    start: int
    since: str
    limit: str
    due: int | None
    met: int | None
    owner: str
    rule: str
    void: str = ""
    paused: int = 0
    part: str = ""
    role: str = ""
    by: str = ""
    held: str = ""
    held_until: int = 0
    ended: int | None = None
    set_at: int = 0


ESCALATE = "escalate"
"""The duty of bringing what is late before somebody; the act that does it; what its entries are
named for. A clock of this duty is a rung of a ladder: nobody owes it to a resident."""

END = "end"
"""`by` of a rung that is reached when there is nobody above (GAP-16)."""


class Kind:
    """One kind of record.

    Attributes:
        name: Word used in code and files; in messages `_(kind.name)`.
        folder: Top folder below the book.
        prefix: Letter that its ids begin with; empty for natural names.
        shape: `case` (append-only log, header folded from it) or `card`.
        naming: How ids are made; decides the path, see `svcctl.book.layout`.
        home: Package with its `rules` and `model`.
    """

    def __init__(
        self,
        name: str,
        folder: str,
        prefix: str,
        shape: Literal["case", "card"],
        naming: Literal["dated", "serial", "unit", "flat", "single", "keyed"],
        home: str,
    ) -> None:
        self.name = name
        self.folder = folder
        self.prefix = prefix
        self.shape = shape
        self.naming = naming
        self.home = home

    def __repr__(self) -> str:
        return f"Kind({self.name!r})"

    @cached_property
    def rules(self) -> ModuleType:
        """The rules module of this kind."""
        return import_module(f"{self.home}.rules")

    @cached_property
    def model(self) -> type[BaseModel]:
        """The pydantic model of this kind's files; imports pydantic."""
        model: type[BaseModel] = import_module(f"{self.home}.model").MODEL
        model.model_rebuild()
        return model

    def rule(self, name: str) -> Callable[..., Any] | None:
        """Return one function of the rules module, or None where the kind has no such rule."""
        return getattr(self.rules, name, None)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(N_("book"), "book.toml", "", "card", "single", "svcctl.desk.estate"),
        Kind(N_("policy"), "handbook/policy", "", "card", "flat", "svcctl.handbook.policy"),
        Kind(N_("roles"), "handbook/roles.toml", "", "card", "single", "svcctl.handbook.roles"),
        Kind(N_("roster"), "handbook/roster.toml", "", "card", "single", "svcctl.handbook.roster"),
        Kind(N_("desk"), "desks", "", "card", "flat", "svcctl.desk.desks"),
        Kind(N_("staff"), "staff", "", "card", "flat", "svcctl.desk.staff"),
        Kind(N_("unit"), "units", "", "card", "unit", "svcctl.desk.units"),
        Kind(N_("resident"), "residents", "R", "card", "serial", "svcctl.desk.residents"),
        Kind(N_("ticket"), "tickets", "T", "case", "dated", "svcctl.desk.tickets"),
        Kind(N_("shift"), "shifts", "S", "case", "dated", "svcctl.desk.shifts"),
        Kind(N_("tally"), "tallies", "", "card", "flat", "svcctl.desk.tallies"),
        Kind(N_("incident"), "incidents", "I", "case", "dated", "svcctl.desk.tickets.incidents"),
        Kind(N_("message"), "messages", "", "case", "keyed", "svcctl.desk.messages"),
    )
}
"""Every kind of record, by name."""


_BY_TOP = {kind.folder: kind.name for kind in KINDS.values()}


def kind_of(path: str) -> Kind | None:
    """Return the kind that a path (relative to the book, `/`-separated) belongs to, or None."""
    # Nearly every path is settled by its first part; this is asked several times of every file.
    top = path[: path.find("/")]
    likely = KINDS.get(_BY_TOP.get(top, ""))
    if likely is not None and likely.folder == top:
        return likely
    for kind in KINDS.values():
        # The first test alone settles nearly all: this is asked of every file.
        if path.startswith(kind.folder) and path[len(kind.folder) :][:1] in ("", "/"):
            return kind
    return None

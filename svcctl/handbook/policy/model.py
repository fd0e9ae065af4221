"""The policy file: limits, open lists and settings in force from a day."""

from __future__ import annotations

from typing import Annotated
from typing import Literal

from pydantic import Field

from svcctl.base.clock import LIMIT_PATTERN
from svcctl.base.model import Card
from svcctl.base.model import Key
from svcctl.base.model import Part
from svcctl.base.model import Word

Within = Annotated[str, Field(pattern=rf"^(?:off|{LIMIT_PATTERN})$")]
LimitWithin = Annotated[str, Field(pattern=rf"^(?:off|agreed|shift|{LIMIT_PATTERN})$")]
Offset = Annotated[str, Field(pattern=rf"^(?:off|-?{LIMIT_PATTERN})$")]
Hours = Annotated[
    str, Field(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]$")
]
YearDay = Annotated[str, Field(pattern=r"^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$")]
DUTIES = (
    "contact", "forward", "reply", "answer", "report", "appoint", "done", "watertest", "tell",
    "sign", "callback", "confirm", "complete", "resume", "convert",
)  # fmt: skip
Rule = Annotated[
    str,
    Field(
        pattern=r"^(?:[A-Z]{3}-[0-9]{2,3})(?: [A-Z]{3}-[0-9]{2,3})*(?: assumed)?$|^assumed$|^house$"
    ),
]


class LimitRow(Part):
    """One time limit: who owes what within which time of the event.

    `kind = "*"` holds for every kind of ticket. `within` is `90m`, `24h`, `2d` (24:00 of that day),
    `shift` (the end of the shift), `agreed` (only the day or hour agreed with the resident) or
    `off`. `agreed`: a day the resident asks for or agrees to stands instead. `to`: the role that
    something is put before. `rule` is the requirement the figure comes from, `assumed`, or `house`
    for the centre's own.
    """

    duty: Literal[DUTIES]  # type: ignore[valid-type]
    kind: str
    severity: str | None = None
    category: Key | None = None
    within: LimitWithin
    owner: str
    to: Key | None = None
    agreed: bool | None = None
    rule: Rule


class RungRow(Part):
    """One rung of the ladder on which what is late is raised.

    `after`: how long after the limit, or before it with a minus: `-4h`, `0m`, `1d` (of 24 hours).
    `up`: how many rungs above the owner of the duty; or a role in `to`.
    """

    duty: Literal["*", *DUTIES]  # type: ignore[valid-type]
    severity: str | None = None
    step: Annotated[int, Field(ge=1, le=99)]
    after: Offset
    up: Annotated[int, Field(ge=0, le=20)] | None = None
    to: Key | None = None
    rule: Rule


class AreaRow(Part):
    """The buildings that one ambassador looks after, while they do."""

    key: Key
    zh: Word
    en: Word
    buildings: Annotated[list[Word], Field(min_length=1)]
    ambassador: Word | None = None


Others = list[Word]


class OptionRow(Part):
    """One value of an open list: its Chinese word, pinyin initials, and other words for it."""

    list: Literal["channel", "department", "category", "cause"]
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    zh: str
    abbr: str
    en: str
    aliases: Others = []


class TimeSettings(Part):
    """Settings about when things are written down.

    `late_entry`: an event older than this needs a reason when it is recorded. `doubles`: how far
    back a matter that has ended may be the same as a new one.
    """

    late_entry: Within | None = None
    waiting_pauses: list[Key] | None = None
    doubles: Within | None = None


class ShiftSettings(Part):
    """The timetable: hours as `17:30-08:30`, in summer (both days included) and else.

    `early`: how long before a shift one comes. `least`: how many are always there. `standin`: the
    role that steps in at night (SHF-07).
    """

    summer: Annotated[list[YearDay], Field(min_length=2, max_length=2)] | None = None
    midday: Hours | None = None
    midday_summer: Hours | None = None
    night: Hours | None = None
    night_summer: Hours | None = None
    early: Within | None = None
    least: Annotated[int, Field(ge=0, le=99)] | None = None
    standin: Key | None = None
    tools: list[Word] | None = None


class CallbackSettings(Part):
    """Return calls: how many attempts on different days conclude; who may not call.

    `by_handler`: what happens if the one who did the work calls: `refuse`, `warn` or `off`.
    `staff_inside`: how many go on a visit inside a home; fewer is warned of. `tell`: the role that
    is told when somebody is not satisfied.
    """

    attempts: Annotated[int, Field(ge=1, le=99)] | None = None
    by_handler: Literal["refuse", "warn", "off"] | None = None
    staff_inside: Annotated[int, Field(ge=1, le=9)] | None = None
    tell: Key | None = None


class CloseSettings(Part):
    """What a ticket needs before it is filed, and the kinds that need none of it."""

    needs: list[Literal["told", "callback", "watertest", "feasibility", "sign"]] | None = None
    exempt: list[Key] | None = None


class EscalateSettings(Part):
    """When a message about something late goes out: `now`, or in service `hours` by day."""

    deliver: Literal["now", "hours"] | None = None


class MaySettings(Part):
    """The role that an act is reserved for; those above it and its deputy may too.

    `redact`: who may take words out of a record; the one who judges, where it is not said.
    """

    confirm: Key | None = None
    judge: Key | None = None
    extend: Key | None = None
    callback: Key | None = None
    redact: Key | None = None


class ReportSettings(Part):
    """Periods: the weekday a week ends on, the day of the month the complaint file is cut off.

    `repeats`: from how many on a problem is one that comes again. `public`: the classes that are
    the estate's own facilities, whose damage engineering is told of (RPT-17). `archive_to`: the
    departments that keep the month's complaint file (VAR-42).
    """

    week_ends: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] | None = None
    cutoff_day: Annotated[int, Field(ge=1, le=31)] | None = None
    repeats: Annotated[int, Field(ge=2, le=99)] | None = None
    public: list[Key] | None = None
    archive_to: list[Key] | None = None


class GitSettings(Part):
    """The book in Git: who commits, and what an audit of its history holds against it.

    `commit`: `auto`, svcctl commits what each command wrote; or `manual`, people do. `signed`:
    whether every commit must carry a good signature. `near`: how far the time at which an entry
    was recorded may lie from that of its commit.
    """

    commit: Literal["auto", "manual"] | None = None
    signed: bool | None = None
    near: Within | None = None


class Policy(Card):
    """A policy file; its id is the first day it applies to."""

    id: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    title: Word
    time: TimeSettings | None = None
    shift: ShiftSettings | None = None
    callback: CallbackSettings | None = None
    close: CloseSettings | None = None
    escalate: EscalateSettings | None = None
    may: MaySettings | None = None
    report: ReportSettings | None = None
    git: GitSettings | None = None
    limit: list[LimitRow] = []
    rung: list[RungRow] = []
    area: list[AreaRow] = []
    option: list[OptionRow] = []


MODEL = Policy

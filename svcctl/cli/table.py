"""The command table: what there is, where it lives, where help lists it. Imports no command.

Summaries are English source text, translated when shown; `N_` marks them for extraction.
"""

from __future__ import annotations

from typing import NamedTuple

from svcctl.base.i18n import N_


class Row(NamedTuple):
    """One command.

    Attributes:
        path: Words that call it: `unit new`.
        target: `module:attribute` of the click command.
        section: Heading under which the root's help lists it; inside a group it is not used.
        summary: One line for the list of commands.
        hidden: Whether lists leave it out: git calls it, people do not.
    """

    path: str
    target: str
    section: str
    summary: str
    hidden: bool = False


class Group(NamedTuple):
    """A word that commands are grouped under; the commands come from the paths of the rows.

    Groups nest: the path of an inner one begins with that of the outer one.

    Attributes:
        default: The command that the group's own name stands for; empty: it shows its help.
    """

    path: str
    section: str
    summary: str
    default: str = ""


_DAY = N_("Day by day")
_WORK = N_("Records")
_BOOK = N_("The book itself")

GROUPS: tuple[Group, ...] = (
    Group("reconcile", _DAY, N_("Do the numbers agree")),
    Group("callback", _DAY, N_("Return calls: whom to call, and what came of it")),
    Group("report", _DAY, N_("Summaries for the week and the month")),
    Group("ticket", _WORK, N_("Complaints, repairs, inquiries and all else that came in")),
    Group("ticket incident", _WORK, N_("One cause that many people report")),
    Group("unit", _WORK, N_("Apartments, shops and parking spaces")),
    Group("resident", _WORK, N_("Everyone the centre deals with")),
    Group("staff", _WORK, N_("The people who work here")),
    Group("message", _WORK, N_("The outbox: who is to be told what")),
    Group("shift", _WORK, N_("Shifts: who is here, the work log, the handover")),
    Group("handbook", _BOOK, N_("The rules in force: time limits, roles")),
    Group("import", _BOOK, N_("Take over lists from other systems")),
    Group("desk", _BOOK, N_("Desk codes of the clones of this book")),
    Group("book", _BOOK, N_("The book's own health")),
    Group("git", _BOOK, N_("The book in Git: commits, merges, several desks")),
    Group("git conflicts", _BOOK, N_("What a merge left to you, and choosing"), default="list"),
)

_TICKETS = "svcctl.desk.tickets"
_LOOK = "svcctl.desk.tickets.look"
_CALLBACKS = "svcctl.desk.tickets.callbacks"
_CALLING = "svcctl.desk.tickets.calling"
_INCIDENTS = "svcctl.desk.tickets.incidents.commands"
_INCIDENT_LOOK = "svcctl.desk.tickets.incidents.look"
_UNITS = "svcctl.desk.units.commands"
_RESIDENTS = "svcctl.desk.residents.commands"
_STAFF = "svcctl.desk.staff.commands"
_SHIFTS = "svcctl.desk.shifts.commands"
_SHIFT_LINES = "svcctl.desk.shifts.register"
_SHIFT_LOOK = "svcctl.desk.shifts.look"
_DESKS = "svcctl.desk.desks.commands"
_MESSAGES = "svcctl.desk.messages.commands"
_UPKEEP = "svcctl.upkeep"
_GIT = "svcctl.upkeep.git"

COMMANDS: tuple[Row, ...] = (
    Row("log", "svcctl.desk.tickets.register:log", _DAY, N_("Register what came in")),
    Row("due", f"{_UPKEEP}.due:due", _DAY, N_("What is due, whose it is, how late")),
    Row(
        "escalate",
        f"{_UPKEEP}.escalate:escalate",
        _DAY,
        N_("What has passed its limit, and whom to tell"),
    ),
    Row(
        "explain", f"{_UPKEEP}.explain:explain", _DAY, N_("Every clock of a record, to the minute")
    ),
    Row(
        "reconcile tally",
        "svcctl.desk.tallies.commands:tally",
        _DAY,
        N_("Tickets carried over, new, ended, open: of a day, week or month"),
    ),
    Row("diff", f"{_UPKEEP}.diff:diff", _DAY, N_("What changed in the book or on a day, in words")),
    Row("history", f"{_UPKEEP}.history:history", _DAY, N_("Who changed a record, when and what")),
    Row("callback list", f"{_CALLBACKS}:list_", _DAY, N_("Whom to call back, with the number")),
    Row("callback record", f"{_CALLING}:record", _DAY, N_("Record what came of return calls")),
    Row(
        "report complaints",
        f"{_UPKEEP}.reports:complaints",
        _DAY,
        N_("Complaints and suggestions of a week or a month's file"),
    ),
    Row(
        "report callbacks",
        f"{_UPKEEP}.reports:callbacks",
        _DAY,
        N_("Callbacks of a week or month: owed, reached, satisfied"),
    ),
    Row("report repairs", f"{_UPKEEP}.reports:repairs", _DAY, N_("Repairs of a month")),
    Row("ticket list", f"{_LOOK}:list_", _WORK, N_("List tickets")),
    Row("ticket show", f"{_LOOK}:show", _WORK, N_("Show tickets with all that happened")),
    Row(
        "ticket lifecycle",
        "svcctl.desk.tickets.guide:lifecycle_",
        _WORK,
        N_("What can be done in which state; of a ticket, what now"),
    ),
    Row("ticket note", f"{_TICKETS}.commands:note", _WORK, N_("Add words to a ticket")),
    Row(
        "ticket edit",
        f"{_TICKETS}.commands:edit",
        _WORK,
        N_("Correct or complete a ticket's fields"),
    ),
    Row(
        "ticket classify",
        f"{_TICKETS}.judging:classify",
        _WORK,
        N_("Say how grave and of which class; confirm it"),
    ),
    Row("ticket judge", f"{_TICKETS}.judging:judge", _WORK, N_("Valid or not, and who answers")),
    Row(
        "ticket forward",
        f"{_TICKETS}.routing:forward",
        _WORK,
        N_("Put a ticket before a role or colleague"),
    ),
    Row(
        "ticket assign",
        f"{_TICKETS}.routing:assign",
        _WORK,
        N_("Hand a ticket to a department or person"),
    ),
    Row(
        "ticket contact",
        f"{_TICKETS}.routing:contact",
        _WORK,
        N_("Record that the resident was spoken to"),
    ),
    Row("ticket appoint", f"{_TICKETS}.dates:appoint", _WORK, N_("Make an appointment")),
    Row(
        "ticket missed",
        f"{_TICKETS}.dates:missed",
        _WORK,
        N_("Record that nobody was home at the appointment"),
    ),
    Row("ticket wait", f"{_TICKETS}.dates:wait", _WORK, N_("Wait for something until a day")),
    Row(
        "ticket extend",
        f"{_TICKETS}.dates:extend",
        _WORK,
        N_("Agree on a later day with the resident"),
    ),
    Row("ticket progress", f"{_TICKETS}.work:progress", _WORK, N_("Record how far the work is")),
    Row(
        "ticket answer",
        f"{_TICKETS}.work:answer",
        _WORK,
        N_("Record the answer given to the resident"),
    ),
    Row(
        "ticket report",
        f"{_TICKETS}.routing:report",
        _WORK,
        N_("Record a department's reply to the desk"),
    ),
    Row(
        "ticket feasibility",
        f"{_TICKETS}.judging:feasibility",
        _WORK,
        N_("Record whether a suggestion can be carried out"),
    ),
    Row(
        "ticket attach",
        f"{_TICKETS}.papers:attach",
        _WORK,
        N_("Note a paper or picture with its checksum"),
    ),
    Row("ticket charge", f"{_TICKETS}.papers:charge", _WORK, N_("Record the fee and receipt")),
    Row("ticket done", f"{_TICKETS}.work:done", _WORK, N_("Record that the work is done")),
    Row(
        "ticket watertest",
        f"{_TICKETS}.work:watertest",
        _WORK,
        N_("Record the water test of a leak"),
    ),
    Row("ticket tell", f"{_TICKETS}.work:tell", _WORK, N_("Record that the resident was told")),
    Row("ticket sign", f"{_TICKETS}.work:sign", _WORK, N_("Record the resident's signature")),
    Row("ticket close", f"{_TICKETS}.ending:close", _WORK, N_("Close tickets")),
    Row("ticket reopen", f"{_TICKETS}.ending:reopen", _WORK, N_("Open a closed ticket again")),
    Row(
        "ticket cancel",
        f"{_TICKETS}.ending:cancel",
        _WORK,
        N_("Withdraw a ticket that should not be"),
    ),
    Row(
        "ticket duplicate",
        f"{_TICKETS}.ending:duplicate",
        _WORK,
        N_("End a ticket that is another's double"),
    ),
    Row(
        "ticket settle",
        f"{_TICKETS}.ending:settle",
        _WORK,
        N_("Settle what a merge left in dispute"),
    ),
    Row(
        "ticket incident new", f"{_INCIDENTS}:new", _WORK, N_("Begin an incident, with its tickets")
    ),
    Row("ticket incident add", f"{_INCIDENTS}:add", _WORK, N_("Put tickets to an incident")),
    Row("ticket incident drop", f"{_INCIDENTS}:drop", _WORK, N_("Take tickets out of an incident")),
    Row("ticket incident note", f"{_INCIDENTS}:note", _WORK, N_("Add words to an incident")),
    Row("ticket incident edit", f"{_INCIDENTS}:edit", _WORK, N_("Correct an incident")),
    Row("ticket incident done", f"{_INCIDENTS}:done", _WORK, N_("The cause is mended")),
    Row("ticket incident tell", f"{_INCIDENTS}:tell", _WORK, N_("All who reported were told")),
    Row("ticket incident reopen", f"{_INCIDENTS}:reopen", _WORK, N_("The cause is back")),
    Row("ticket incident list", f"{_INCIDENT_LOOK}:list_", _WORK, N_("List incidents")),
    Row("ticket incident show", f"{_INCIDENT_LOOK}:show", _WORK, N_("Show incidents")),
    Row(
        "ticket incident wording",
        f"{_INCIDENT_LOOK}:wording",
        _WORK,
        N_("The wording for residents, per building"),
    ),
    Row("unit new", f"{_UNITS}:new", _WORK, N_("Add a unit")),
    Row("unit list", f"{_UNITS}:list_", _WORK, N_("List units by building and entrance")),
    Row("unit show", f"{_UNITS}:show", _WORK, N_("Show a unit, who lives there and its story")),
    Row("unit edit", f"{_UNITS}:edit", _WORK, N_("Change a unit")),
    Row("unit transfer", f"{_RESIDENTS}:transfer", _WORK, N_("Hand a unit over to somebody else")),
    Row("resident new", f"{_RESIDENTS}:new", _WORK, N_("Add a resident")),
    Row("resident list", f"{_RESIDENTS}:list_", _WORK, N_("List residents")),
    Row("resident show", f"{_RESIDENTS}:show", _WORK, N_("Show a resident")),
    Row("resident edit", f"{_RESIDENTS}:edit", _WORK, N_("Change a resident")),
    Row("resident find", f"{_RESIDENTS}:find", _WORK, N_("Find by name, pinyin, phone or unit")),
    Row("staff new", f"{_STAFF}:new", _WORK, N_("Add a staff member")),
    Row("staff list", f"{_STAFF}:list_", _WORK, N_("List staff")),
    Row("staff show", f"{_STAFF}:show", _WORK, N_("Show a staff member")),
    Row("staff edit", f"{_STAFF}:edit", _WORK, N_("Change a staff member")),
    Row(
        "shift start",
        f"{_SHIFTS}:start",
        _WORK,
        N_("Begin a shift: from now on you are acting here"),
    ),
    Row(
        "shift line",
        f"{_SHIFT_LINES}:line",
        _WORK,
        N_("Write a line into the work log or night record"),
    ),
    Row("shift done", f"{_SHIFT_LINES}:done", _WORK, N_("Say what came of a line")),
    Row("shift convert", f"{_UPKEEP}.convert:convert", _WORK, N_("Make tickets of night lines")),
    Row("shift leave", f"{_SHIFTS}:leave", _WORK, N_("Leave the desk to those who stay")),
    Row("shift end", f"{_SHIFTS}:end", _WORK, N_("End the shift")),
    Row("shift accept", f"{_SHIFTS}:accept", _WORK, N_("Accept the shift before, or refuse it")),
    Row("shift show", f"{_SHIFT_LOOK}:show", _WORK, N_("Show who is here and what is open")),
    Row("shift sheet", f"{_SHIFT_LOOK}:sheet", _WORK, N_("Show the handover sheet")),
    Row("shift list", f"{_SHIFT_LOOK}:list_", _WORK, N_("List shifts")),
    Row("message list", f"{_MESSAGES}:list_", _WORK, N_("List messages and whom they are for")),
    Row("message show", f"{_MESSAGES}:show", _WORK, N_("Show messages")),
    Row("message sent", f"{_MESSAGES}:sent", _WORK, N_("Record that messages were sent")),
    Row("message drop", f"{_MESSAGES}:drop", _WORK, N_("Record that messages need not be sent")),
    Row("validate", f"{_UPKEEP}.validate:validate", _BOOK, N_("Check every record")),
    Row("fmt", f"{_UPKEEP}.fmt:fmt", _BOOK, N_("Bring files into canonical form")),
    Row("init", f"{_UPKEEP}.init:init", _BOOK, N_("Begin a new book")),
    Row(
        "sample", f"{_UPKEEP}.sample:sample", _BOOK, N_("Make a believable estate to try things on")
    ),
    Row("handbook show", f"{_UPKEEP}.handbook:show", _BOOK, N_("Show the rules in force on a day")),
    Row(
        "handbook diff",
        f"{_UPKEEP}.handbook_diff:diff",
        _BOOK,
        N_("What another policy changes, in words"),
    ),
    Row("handbook check", f"{_UPKEEP}.handbook:check", _BOOK, N_("Check the handbook")),
    Row(
        "import residents",
        f"{_UPKEEP}.imports:residents",
        _BOOK,
        N_("Take over a list of residents"),
    ),
    Row("import units", f"{_UPKEEP}.imports:units", _BOOK, N_("Take over a list of units")),
    Row("import tickets", f"{_UPKEEP}.imports:tickets", _BOOK, N_("Take over a list of cases")),
    Row("desk claim", f"{_DESKS}:claim", _BOOK, N_("Claim a desk code for this clone")),
    Row("desk list", f"{_DESKS}:list_", _BOOK, N_("List desk codes and who claimed them")),
    Row(
        "book doctor",
        f"{_UPKEEP}.doctor:doctor",
        _BOOK,
        N_("Look for trouble, and mend it with --fix"),
    ),
    Row("book redact", f"{_UPKEEP}.redact:redact", _BOOK, N_("Take words out of a record")),
    Row("git setup", f"{_GIT}.setup:setup", _BOOK, N_("Make Git and svcctl know each other")),
    Row("git status", f"{_GIT}.status:status", _BOOK, N_("How the book stands in Git")),
    Row("git remove", f"{_GIT}.setup:remove", _BOOK, N_("Take out all that the set-up did")),
    Row("git commit", f"{_GIT}.commit:commit", _BOOK, N_("Commit what was changed in the book")),
    Row("git sync", f"{_GIT}.sync:sync", _BOOK, N_("Exchange with the other desks")),
    Row(
        "git conflicts list",
        f"{_GIT}.conflicts:list_",
        _BOOK,
        N_("List what a merge left to you, with both sides"),
    ),
    Row("git conflicts take", f"{_GIT}.conflicts:take", _BOOK, N_("Choose between the sides")),
    Row("git undo", f"{_GIT}.undo:undo", _BOOK, N_("Take back what you did last")),
    Row("git audit", f"{_GIT}.audit:audit", _BOOK, N_("Check what must hold over time")),
    Row(
        "git textconv",
        f"{_GIT}.textconv:textconv",
        _BOOK,
        N_("What Git reads instead of a record"),
        hidden=True,
    ),
    Row(
        "git merge-driver",
        f"{_GIT}.merge_driver:merge_driver",
        _BOOK,
        N_("What Git calls to merge a file"),
        hidden=True,
    ),
    Row("git hook", f"{_GIT}.hooks:hook", _BOOK, N_("What Git's hooks call"), hidden=True),
)

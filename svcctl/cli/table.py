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
    """

    path: str
    target: str
    section: str
    summary: str


class Group(NamedTuple):
    """A word that commands are grouped under; the commands come from the paths of the rows."""

    path: str
    section: str
    summary: str


_DAY = N_("Day by day")
_WORK = N_("Records")
_BOOK = N_("The book itself")

GROUPS: tuple[Group, ...] = (
    Group("ticket", _WORK, N_("Complaints, repairs, inquiries and all else that came in")),
    Group("unit", _WORK, N_("Apartments, shops and parking spaces")),
    Group("resident", _WORK, N_("Everyone the centre deals with")),
    Group("staff", _WORK, N_("The people who work here")),
    Group("shift", _WORK, N_("Who is at this desk")),
    Group("handbook", _BOOK, N_("The rules in force: time limits, roles")),
    Group("import", _BOOK, N_("Take over lists from other systems")),
    Group("desk", _BOOK, N_("Desk codes of the clones of this book")),
    Group("book", _BOOK, N_("The book's own health")),
)

_TICKETS = "svcctl.desk.tickets.commands"
_LOOK = "svcctl.desk.tickets.look"
_UNITS = "svcctl.desk.units.commands"
_RESIDENTS = "svcctl.desk.residents.commands"
_STAFF = "svcctl.desk.staff.commands"
_SHIFTS = "svcctl.desk.shifts.commands"
_DESKS = "svcctl.desk.desks.commands"
_UPKEEP = "svcctl.upkeep"

COMMANDS: tuple[Row, ...] = (
    Row("log", "svcctl.desk.tickets.register:log", _DAY, N_("Register what came in")),
    Row("due", f"{_UPKEEP}.due:due", _DAY, N_("What is due, whose it is, how late")),
    Row(
        "explain", f"{_UPKEEP}.explain:explain", _DAY, N_("Every clock of a record, to the minute")
    ),
    Row("ticket list", f"{_LOOK}:list_", _WORK, N_("List tickets")),
    Row("ticket show", f"{_LOOK}:show", _WORK, N_("Show tickets with all that happened")),
    Row("ticket note", f"{_TICKETS}:note", _WORK, N_("Add words to a ticket")),
    Row(
        "ticket assign", f"{_TICKETS}:assign", _WORK, N_("Hand a ticket to a department or person")
    ),
    Row(
        "ticket answer", f"{_TICKETS}:answer", _WORK, N_("Record the answer given to the resident")
    ),
    Row("ticket done", f"{_TICKETS}:done", _WORK, N_("Record that the work is done")),
    Row("ticket tell", f"{_TICKETS}:tell", _WORK, N_("Record that the resident was told")),
    Row("ticket close", f"{_TICKETS}:close", _WORK, N_("Close tickets")),
    Row("ticket reopen", f"{_TICKETS}:reopen", _WORK, N_("Open a closed ticket again")),
    Row("ticket cancel", f"{_TICKETS}:cancel", _WORK, N_("Withdraw a ticket that should not be")),
    Row("ticket edit", f"{_TICKETS}:edit", _WORK, N_("Correct or complete a ticket's fields")),
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
    Row("shift end", f"{_SHIFTS}:end", _WORK, N_("End the shift")),
    Row("shift show", f"{_SHIFTS}:show", _WORK, N_("Show who is acting here")),
    Row("validate", f"{_UPKEEP}.validate:validate", _BOOK, N_("Check every record")),
    Row("fmt", f"{_UPKEEP}.fmt:fmt", _BOOK, N_("Bring files into canonical form")),
    Row("init", f"{_UPKEEP}.init:init", _BOOK, N_("Begin a new book")),
    Row(
        "sample", f"{_UPKEEP}.sample:sample", _BOOK, N_("Make a believable estate to try things on")
    ),
    Row("handbook show", f"{_UPKEEP}.handbook:show", _BOOK, N_("Show the rules in force on a day")),
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
)

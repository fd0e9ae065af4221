"""Every finding code: how grave it is, what it says, what helps.

A code is stable and never reused. The first letters say where it belongs: `FMT` the form of the
file, `PTH` where it is, `SCH` its shape, `LNK` links, `LOG` the log of a case (but a ticket's),
`CRD` a card, `RUL` the rules themselves, `BOK` the book, `DSK` desks, `HBK` the handbook, `PRV`
privacy, `AUD` what must hold over time; `TKT`, `SHF`, `TAL`, `UNI`, `RES`, `STF` the kinds of
records.
The page `docs/diagnostics/CODE.md` explains each one with a broken example; a test joins the three.
"""

from __future__ import annotations

from typing import Literal
from typing import NamedTuple

from svcctl.base.i18n import N_

Severity = Literal["error", "warning"]


class Code(NamedTuple):
    """One finding code.

    Attributes:
        severity: An error must not be written; a warning is told and may stand.
        message: English source of the message; `{name}` are the finding's args.
        hint: What to do, as a sentence or a command; may be empty. `{path}` is the file.
    """

    severity: Severity
    message: str
    hint: str = ""


def _error(message: str, hint: str = "") -> Code:
    return Code("error", message, hint)


def _warning(message: str, hint: str = "") -> Code:
    return Code("warning", message, hint)


_FORM = {
    "FMT101": _error(N_("{problem}"), N_("mend the file by hand at the place named")),
    "FMT102": _error(N_("not in canonical form, from this line on"), N_("svcctl fmt {path}")),
    "FMT103": _error(
        N_("a comment below the first lines would be lost at the next write"),
        N_("move it to the top of the file or into a note"),
    ),
    "FMT104": _error(
        N_("conflict marker of an unfinished merge"),
        N_("choose what is right, then: git add {path}"),
    ),
    "FMT105": _error(
        N_("the file begins with a byte order mark"),
        N_("save it as UTF-8 without BOM, or: svcctl fmt {path}"),
    ),
    "FMT106": _error(
        N_("the lines end in CR LF"), N_("save it with LF line ends, or: svcctl fmt {path}")
    ),
    "FMT107": _error(N_("byte {byte} is not UTF-8"), N_("save the file as UTF-8")),
    "FMT108": _error(N_("{problem}"), N_("svcctl book doctor")),
}

_PATH = {
    "PTH101": _error(N_("no record may live at this path"), N_("move or remove the file")),
    "PTH102": _error(
        N_("the file is named '{stem}' but its id is '{id}'"),
        N_("ids never change; rename the file"),
    ),
    "PTH103": _error(
        N_("only upper and lower case tell this path from '{right}'; not every system can"),
        N_("git mv {path} {right}"),
    ),
}

_SHAPE = {
    "SCH101": _error(N_("'{key}' is missing"), N_("add it")),
    "SCH102": _error(N_("unknown key '{key}'"), N_("remove it or correct its name")),
    "SCH103": _error(N_("'{value}' is not possible here"), N_("possible: {allowed}")),
    "SCH104": _error(N_("'{value}' has not the form expected here"), N_("expected: {form}")),
    "SCH105": _error(N_("wrong kind of value: {expected} expected")),
    "SCH106": _error(N_("not valid: {problem}"), N_("correct the value")),
    "SCH107": _error(N_("must not be empty"), N_("remove the key or give it a value")),
    "SCH108": _error(N_("longer than the {limit} allowed"), N_("shorten it")),
    "SCH109": _error(
        N_("the moment has no offset from UTC"), N_("write it as 2026-11-21 09:12:00+08:00")
    ),
}

_LINKS = {
    "LNK101": _error(
        N_("there is no {what} '{id}'"),
        N_("svcctl {kind} list shows what there is; add it or correct the id here"),
    ),
    "LNK102": _error(N_("'{id}' is also the id in '{other}'"), N_("one of the two must go")),
}

_LOG = {
    "LOG101": _error(N_("entry '{n}' stands here twice"), N_("keep one of the two")),
    "LOG102": _error(
        N_("the entries are not in the order of their names"), N_("svcctl fmt {path}")
    ),
    "LOG103": _error(
        N_("'{key}' is {header} in the header, but the log says {log}"),
        N_("undo the edit by hand; change a record with svcctl, so that its log knows"),
    ),
    "LOG104": _warning(
        N_("entry '{n}' ({did}) does not apply at its place and has no effect"),
        N_("look at what two desks did; if it was meant, do it again"),
    ),
    "LOG105": _error(
        N_("entry '{n}' happened after it was written down"), N_("'when' is never later than 'at'")
    ),
}

_CARD = {
    "CRD101": _warning(
        N_("two sides changed '{field}' in two ways, and nobody has chosen yet"),
        N_("svcctl git conflicts"),
    ),
}

_RULES = {
    "RUL101": _error(
        N_("the rules for this kind of record failed on it ({problem})"),
        N_("this is a mistake in svcctl too; please report it with the file"),
    ),
}

_BOOK = {
    "BOK101": _error(N_("unknown time zone '{zone}'"), N_("for example Asia/Shanghai")),
    "DSK101": _error(
        N_("'{id}' was written by desk '{desk}', which nobody claimed"),
        N_("svcctl desk list; the card desks/{desk}.toml may be missing from a merge"),
    ),
    "DSK102": _error(
        N_("desk '{desk}' was claimed by another clone too"),
        N_("one of the two must claim a free code: svcctl desk claim"),
    ),
}

_HANDBOOK = {
    "HBK101": _error(N_("'{id}' is no day"), N_("a policy file is named for its first day")),
    "HBK102": _error(N_("{table} '{key}' stands here twice"), N_("keep one of the two")),
    "HBK103": _error(
        N_("there is no role '{role}'"), N_("add it to handbook/roles.toml or correct it")
    ),
    "HBK104": _error(
        N_("the superiors of '{role}' run in a circle"), N_("the topmost role has no superior")
    ),
    "HBK105": _error(
        N_("'{value}' is not on the handbook's list '{list}'"), N_("svcctl handbook show")
    ),
    "HBK106": _error(N_("'{value}' is no {field} of a ticket"), N_("possible: {allowed}")),
    "HBK107": _warning(
        N_("the handbook has no policy file, so nothing has a time limit"),
        N_("copy one from another book into handbook/policy/"),
    ),
}

_TALLY = {
    "TAL101": _error(
        N_("the tally does not add up: {equation}"),
        N_("a tally on file is not changed by hand: take back the change to {path}"),
    ),
    "TAL102": _error(
        N_("{number} is {said}, but {count} tickets are named for it"),
        N_("a tally on file is not changed by hand: take back the change to {path}"),
    ),
}

_TICKET = {
    "TKT201": _error(N_("entry '{n}' stands here twice"), N_("keep one of the two")),
    "TKT202": _error(
        N_("the entries are not in the order of their names"), N_("svcctl fmt {path}")
    ),
    "TKT203": _error(
        N_("'{key}' is {header} in the header, but the log says {log}"),
        N_("undo the edit by hand; change a record with svcctl, so that its log knows"),
    ),
    "TKT204": _warning(
        N_("entry '{n}' ({did}) does not apply at its place and has no effect"),
        N_("look at what two desks did; if it was meant, do it again"),
    ),
    "TKT205": _warning(
        N_("'{id}' was ended in two different ways"),
        N_("svcctl ticket settle {id} WHY; or: svcctl ticket reopen {id}, then end it once"),
    ),
    "TKT206": _error(
        N_("a {kind} has no severity; only complaints have"),
        N_("remove the severity, or mend the kind"),
    ),
    "TKT207": _warning(
        N_("done, but it is not known which unit '{said}' is"), N_("svcctl ticket edit ID --unit …")
    ),
    "TKT208": _error(
        N_("entry '{n}' happened after it was written down"), N_("'when' is never later than 'at'")
    ),
}

_SHIFT = {
    "SHF101": _warning(
        N_("nobody is on the shift '{shift}' on {days}, and so each week until {until}"),
        N_("add a row with somebody for these weekdays"),
    ),
    "SHF102": _error(
        N_("the row ends on {until}, before it begins on {since}"),
        N_("correct one of the two days"),
    ),
}

_UNIT = {
    "UNI101": _error(
        N_("{field} is '{value}', but the id '{id}' says '{should}'"), N_("correct the field")
    ),
    "UNI102": _error(
        N_("kind is '{kind}', but the id '{id}' is that of a {should}"), N_("correct the kind")
    ),
    "UNI103": _error(N_("meter {kind} '{number}' stands here twice"), N_("keep one of the two")),
    "UNI104": _warning(
        N_("the alias '{alias}' also belongs to '{other}'"), N_("an alias must lead to one unit")
    ),
    "UNI105": _warning(
        N_("the alias '{alias}' reads as the unit '{unit}'"),
        N_("remove it; it leads to the wrong unit"),
    ),
    "UNI106": _warning(
        N_("the {kind} meter has a first reading without its day"), N_("add base_on = 2026-11-21")
    ),
}

_RESIDENT = {
    "RES101": _error(
        N_("the relation to '{unit}' ends on {until}, before it begins on {since}"),
        N_("correct one of the two days"),
    ),
    "RES102": _error(
        N_("'{as}' of '{unit}' overlaps with relation number {other}"),
        N_("end the earlier one first, or keep one of the two"),
    ),
    "RES103": _error(
        N_("'{masked}' is no possible phone number"), N_("11 digits, or area code and number")
    ),
    "RES104": _error(
        N_("'{masked}' has not the form of an identity number"),
        N_("18 characters; for other papers set id_kind"),
    ),
    "RES105": _error(
        N_("the birth date in the identity number '{masked}' does not exist"),
        N_("ask for the number again"),
    ),
    "RES106": _error(
        N_("the check digit of '{masked}' is wrong, so a digit was mistyped"),
        N_("ask for the number again"),
    ),
    "RES107": _warning(
        N_("the birthday is not the one in the identity number '{masked}'"),
        N_("correct one of the two"),
    ),
    "RES109": _warning(N_("the phone '{masked}' stands here twice"), N_("keep one of the two")),
    "RES110": _warning(
        N_("the phone '{masked}' is not written as the book writes phones"),
        N_("write it again with: svcctl resident edit"),
    ),
    "RES111": _warning(
        N_("the identity number '{masked}' is not written as the book writes it"),
        N_("capital X, no spaces; or write it again with: svcctl resident edit"),
    ),
}

_STAFF = {
    "STF101": _error(
        N_("the time of '{what}' ends on {until}, before it begins on {since}"),
        N_("correct one of the two days"),
    ),
    "STF102": _error(
        N_("the role '{role}' overlaps with role number {other}"),
        N_("end the earlier one first, or keep one of the two"),
    ),
    "STF103": _error(
        N_("'{masked}' is no possible phone number"), N_("11 digits, or area code and number")
    ),
    "STF106": _warning(
        N_("the role '{role}' is held outside the time of employment"), N_("correct the days")
    ),
    "STF109": _warning(N_("the phone '{masked}' stands here twice"), N_("keep one of the two")),
    "STF110": _warning(
        N_("the phone '{masked}' is not written as the book writes phones"),
        N_("write it again with: svcctl staff edit"),
    ),
}

_MESSAGE = {
    "MSG101": _error(
        N_("the id is '{id}', but what the message is about and its key make it '{should}'"),
        N_("undo the edit by hand; a message is found under the key it was posted with"),
    ),
}

_PRIVACY = {
    "PRV101": _warning(
        N_("a private number ('{number}') stands in open text"),
        N_("keep it with the resident: svcctl resident edit; then take it out here"),
    ),
}

_TAKE_BACK = N_(
    "see what it was: git show {commit} -- {path}; put it back, and look into who did it and why"
)
_ACCEPT = N_("look into it; what is settled can be left behind with: svcctl git audit --since REV")

_AUDIT = {
    "AUD101": _error(N_("entry '{n}' was changed after it was written: {fields}"), _TAKE_BACK),
    "AUD102": _error(N_("entry '{n}' ({did}) was taken out"), _TAKE_BACK),
    "AUD103": _error(
        N_("'{id}' was removed; a case is ended, never removed"),
        N_("take it back from the commit before: git checkout {commit}~1 -- {path}"),
    ),
    "AUD104": _error(
        N_("'{id}' was removed and is now something else; an id is never used again"),
        N_("take back what it was, and give the other thing an id of its own"),
    ),
    "AUD105": _error(
        N_("'{key}' became {header} in the header, but the log says {log}"), _TAKE_BACK
    ),
    "AUD106": _error(
        N_("'{by}' approved with entry '{n}' what they had asked for or done themselves"), _ACCEPT
    ),
    "AUD107": _error(N_("there was no colleague '{by}' when entry '{n}' was written"), _ACCEPT),
    "AUD108": _error(N_("'{by}' was not employed on {day}, when entry '{n}' was written"), _ACCEPT),
    "AUD109": _error(
        N_("'{did}' was reserved for the role '{role}', which '{by}' did not have on {day}"),
        _ACCEPT,
    ),
    "AUD110": _error(N_("the tally {id} was changed after it was filed: {fields}"), _TAKE_BACK),
    "AUD111": _error(
        N_("entry '{n}' says {at}, but came into the history after the tally {tally} was filed"),
        _ACCEPT,
    ),
    "AUD112": _error(
        N_("the policy in force from {id} was changed only on {day}: {fields}"),
        N_("rules change from a day to come: make a new policy file"),
    ),
    "AUD113": _error(N_("entry '{n}' says {at}, but was committed only on {committed}"), _ACCEPT),
    "AUD114": _error(
        N_("entry '{n}' says {at}, later than its commit on {committed}"),
        N_("set the clock of that machine right"),
    ),
    "AUD115": _error(
        N_("the desk code '{id}' changed hands: {field}"),
        N_("a code belongs to one clone for ever: the other one claims a free code"),
    ),
    "AUD116": _error(
        N_("the commit is not signed, but the policy wants it"),
        N_("git config commit.gpgSign true"),
    ),
    "AUD117": _error(
        N_("the signature of the commit is bad, or its key was withdrawn ({key})"), _ACCEPT
    ),
    "AUD118": _error(
        N_("the signature of the commit cannot be checked here ({key})"),
        N_("import the key; for SSH keys set gpg.ssh.allowedSignersFile"),
    ),
    "AUD119": _warning(
        N_("this version cannot be read: {problem}"),
        N_("what came after it was compared with what was before it"),
    ),
}

CODES: dict[str, Code] = {
    **_FORM,
    **_PATH,
    **_SHAPE,
    **_LINKS,
    **_LOG,
    **_CARD,
    **_RULES,
    **_BOOK,
    **_HANDBOOK,
    **_TICKET,
    **_SHIFT,
    **_TALLY,
    **_UNIT,
    **_RESIDENT,
    **_STAFF,
    **_MESSAGE,
    **_PRIVACY,
    **_AUDIT,
}
"""Every finding code."""

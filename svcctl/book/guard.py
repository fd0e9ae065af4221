"""Nothing that is not a valid record in canonical form gets past here into the book.

What the model says about a record's shape becomes findings in plain words; the rules of its kind
add theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from svcctl.base.entry import PATTERN as ENTRY_NAME
from svcctl.base.entry import PLACE
from svcctl.base.errors import InvalidRecordError
from svcctl.base.errors import RefusedError
from svcctl.base.finding import Finding
from svcctl.base.finding import Where
from svcctl.base.i18n import N_
from svcctl.base.i18n import _
from svcctl.base.ids import DESK_PATTERN
from svcctl.base.unitid import PATTERN as UNIT_ID
from svcctl.base.wording import code_of
from svcctl.base.wording import one_line
from svcctl.book import toml
from svcctl.book.order import order_of

if TYPE_CHECKING:
    from svcctl.base.record import Record
    from svcctl.kinds import Kind

FORMS: dict[str, str] = {
    ENTRY_NAME: N_("a number and a desk code such as 7A"),
    PLACE: N_("the name of an entry such as 7A, or 0 for the beginning"),
    DESK_PATTERN: N_("one to three capital letters such as A"),
    UNIT_ID: N_("a unit such as 3-2-1501"),
    r"^[A-Z0-9]{1,8}$": N_("capital letters and digits, at most 8"),
    r"^(?:0|[1-9][0-9]{0,5})\.[0-9]{2}$": N_("square metres with two decimals such as 89.50"),
    r"^(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,3})?$": N_("a reading such as 1024 or 1024.5"),
    r"^[^\n\r\t]*$": N_("a single line"),
    r"^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,7}$": N_("a field such as name or relation.until"),
    r"^[a-z][a-z0-9-]*$": N_("small letters, digits and dashes"),
    r"^[a-z][a-z_]*$": N_("the name of a field such as unit_said"),
    r"^[0-9a-f]{16}$": N_("16 digits 0-9 a-f"),
    r"^R-[A-Z]{1,3}[0-9]{4,9}$": N_("a resident's id such as R-A0123"),
    r"^T\d{6}-[A-Z]{1,3}\d{2,7}$": N_("a ticket's id such as T261121-A07"),
    r"^\d{4}-\d\d-\d\d$": N_("a day such as 2026-01-01"),
    r"^\d{4}-(?:\d\d-\d\d|W\d\d|\d\d)$": N_("a period such as 2026-11-21, 2026-W47, 2026-11"),
    r"^T\d{6}-[A-Z]{1,3}\d{2,7} [a-z][a-z-]*/[a-z-]*/[a-z0-9-]*"
    r"(?: > [a-z][a-z-]*/[a-z-]*/[a-z0-9-]*)?$": N_(
        "a ticket and its group such as T261121-A07 complaint/minor/noise"
    ),
    r"^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$": N_("a staff id such as wang.fang"),
    r"^[a-z][a-z0-9]*(?:[.-][a-z0-9]+){0,3}$": N_("a staff id such as wang.fang"),
    r"^(?:off|agreed|shift|(?:0|[1-9][0-9]{0,4})(?:m|h|d))$": N_(
        "a limit such as 30m, 24h, 2d, shift, agreed, or off"
    ),
    r"^(?:off|-?(?:0|[1-9][0-9]{0,4})(?:m|h|d))$": N_("a time before or after such as -4h, 0m, 2d"),
    r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]$": N_(
        "hours such as 17:30-08:30"
    ),
    r"^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$": N_("a day of the year such as 05-01"),
    r"^I\d{6}-[A-Z]{1,3}\d{2,7}$": N_("an incident's id such as I261121-A01"),
    r"^[A-Z]\d{6}-[A-Z]{1,3}\d{2,7}(?:\.[a-z0-9-]+){1,4}$": N_(
        "a message's id such as T261121-A07.done.3"
    ),
    r"^[A-Z]\d{6}-[A-Z]{1,3}\d{2,7}$": N_("the id of a record such as T261121-A07"),
    r"^[a-z0-9-]{1,40}(?:/[a-z0-9-]{1,40}){0,3}$": N_("a key such as done-2/3"),
    r"^S\d{6}-[A-Z]{1,3}\d{2,7}$": N_("a shift's id such as S261121-A01"),
    r"^S\d{6}-[A-Z]{1,3}\d{2,7}/[1-9]\d{0,8}[A-Z]{1,3}$": N_(
        "a line of a night record such as S261121-A01/3A"
    ),
    r"^(?:0|[1-9][0-9]{0,8})\.[0-9]{2}$": N_("yuan with two decimals such as 35.00"),
    r"^[0-9a-f]{64}$": N_("64 digits 0-9 a-f"),
    r"^(?:off|(?:0|[1-9][0-9]{0,4})(?:m|h|d))$": N_("a limit such as 30m, 24h, 2d, or off"),
    r"^(?:[A-Z]{3}-[0-9]{2,3})(?: [A-Z]{3}-[0-9]{2,3})*(?: assumed)?$|^assumed$|^house$": N_(
        "requirement ids such as NUM-39 VAR-01, assumed, or house"
    ),
}
"""What the patterns of the models ask for, in words. A test finds patterns that are not here."""

_WANTED = {
    "string": N_("text"),
    "int": N_("a whole number"),
    "float": N_("a number"),
    "bool": N_("true or false"),
    "datetime": N_("a moment such as 2026-11-21 09:12:00+08:00"),
    "date": N_("a day such as 2026-11-21"),
    "list": N_("a list"),
    "dict": N_("a table"),
    "model": N_("a table"),
}

_BOUNDS = {
    "greater_than_equal": ("ge", N_("at least {limit}")),
    "less_than_equal": ("le", N_("at most {limit}")),
}


def findings(kind: Kind, record: Record) -> list[Finding]:
    """Return everything wrong inside one record: its shape, and what its rules say.

    Rules are written for records of the right shape. On others they are asked too, so that one run
    tells as much as possible, but what they say about a misshapen place does not count, and a rule
    that fails there is no finding.
    """
    disputed = list(_disputed(record)) if kind.shape == "card" else []
    return _wrong(kind, record) + disputed


def _wrong(kind: Kind, record: Record) -> list[Finding]:
    wrong = shape(kind, record)
    checks = kind.rule("checks")
    if checks is None:
        return wrong
    if not wrong:
        return _ruled(kind, checks(record))
    bad = {(*one.where, one.args["key"]) if one.code == "SCH101" else one.where for one in wrong}
    try:
        more = list(checks(record))
    except Exception:  # noqa: BLE001 - the shape is reported; rules may fail on it in any way
        return wrong
    return wrong + [one for one in more if not _overlaps(one.where, bad)]


def shape(kind: Kind, record: Record) -> list[Finding]:
    """Return what the model of a kind says about a record's shape."""
    from pydantic import ValidationError

    try:
        kind.model.__pydantic_validator__.validate_python(record)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return [_shape(kind, one) for one in found]
    except RecursionError:
        return [Finding("SCH106", (), {"problem": _("nested too deeply")})]
    return []


def _disputed(record: Record) -> Iterator[Finding]:
    """Yield what a merge could not choose and nobody has settled since."""
    for above in ((), ("private",)):
        table: Any = record.get("private") if above else record
        found = table.get("disputed") if isinstance(table, dict) else None
        for place, one in enumerate(found if isinstance(found, list) else ()):
            if isinstance(one, dict) and isinstance(one.get("field"), str):
                field = ".".join((*above, one["field"]))
                yield Finding("CRD101", (*above, "disputed", place, "field"), {"field": field})


def _ruled(kind: Kind, said: Iterator[Finding]) -> list[Finding]:
    """Return what the rules said, up to where they failed, if they did."""
    found: list[Finding] = []
    try:
        found.extend(said)
    except Exception as error:  # noqa: BLE001 - a file must never stop the check of all others
        problem = f"{kind.name}: {type(error).__name__}: {error}"
        found.append(Finding("RUL101", (), {"problem": problem}))
    return found


def _overlaps(where: Where, bad: Iterable[tuple[object, ...]]) -> bool:
    """Tell whether a place is inside a bad one, or the bad one inside it."""
    return any(where[: len(one)] == one[: len(where)] for one in bad)


class _Trouble(NamedTuple):
    """One error of the model, as pydantic tells it."""

    where: Where
    sort: str
    value: object
    context: Mapping[str, Any]
    text: str


def _shape(kind: Kind, error: Mapping[str, Any]) -> Finding:
    one = _Trouble(
        tuple(error["loc"]), error["type"], error.get("input"), error.get("ctx", {}), error["msg"]
    )
    if one.sort == "missing":
        return Finding("SCH101", one.where[:-1], {"key": one.where[-1]})
    if one.sort == "extra_forbidden":
        return _unknown_key(kind, one.where)
    if one.sort == "literal_error":
        return _not_allowed(one)
    if one.sort == "string_pattern_mismatch":
        pattern = str(one.context.get("pattern", ""))
        form = _(FORMS[pattern]) if pattern in FORMS else pattern
        return Finding("SCH104", one.where, {"value": _hidden(one), "form": form})
    if one.sort in _BOUNDS:
        key, words = _BOUNDS[one.sort]
        form = _(words).format(limit=one.context.get(key))
        return Finding("SCH104", one.where, {"value": _hidden(one), "form": form})
    return _wrong_value(one)


def _wrong_value(one: _Trouble) -> Finding:
    sort = one.sort
    if sort in ("string_too_short", "too_short"):
        return Finding("SCH107", one.where)
    if sort in ("string_too_long", "too_long"):
        return Finding("SCH108", one.where, {"limit": one.context.get("max_length")})
    if sort == "timezone_aware":
        return Finding("SCH109", one.where)
    if sort == "value_error":
        return Finding("SCH106", one.where, {"problem": _(str(one.context.get("error", "")))})
    wanted = _WANTED.get(sort.removesuffix("_type"))
    if wanted and sort.endswith("_type"):
        return Finding("SCH105", one.where, {"expected": _(wanted)})
    return Finding("SCH106", one.where, {"problem": one.text})


def _unknown_key(kind: Kind, where: Where) -> Finding:
    order = order_of(kind)
    for part in where[:-1]:
        if isinstance(part, str):
            order = order.inside.get(part, toml.Order())
    key = str(where[-1])
    return Finding("SCH102", where, {"key": key, "nearest": nearest(key, order.keys)})


def _not_allowed(one: _Trouble) -> Finding:
    allowed = _values(str(one.context.get("expected", "")))
    return Finding(
        "SCH103",
        one.where,
        {
            "value": one.value,
            "allowed": ", ".join(allowed),
            "nearest": nearest(str(one.value), allowed),
        },
    )


def _values(expected: str) -> list[str]:
    """Cut pydantic's list `'a', 'b' or 'c'` into its values."""
    return [part.strip("' ") for part in expected.replace(" or ", ", ").split(", ")]


def _hidden(one: _Trouble) -> object:
    """Private values are not repeated in messages, whatever they look like."""
    return "***" if "private" in one.where else one.value


def nearest(word: str, words: Sequence[str]) -> str:
    """Return the one of `words` that `word` was probably meant to be; empty if none is near."""
    from difflib import get_close_matches  # only for a mistake

    found = get_close_matches(word[:80].lower(), words, n=1, cutoff=0.6)
    return found[0] if found else ""


def canonical_bytes(kind: Kind, path: str, record: Record, before: bytes | None) -> bytes:
    """Return the file for `record`, keeping the leading comment of the file it replaces.

    Raises:
        InvalidRecordError: The record breaks a rule that is an error.
        RefusedError: The old file has a comment that a rewrite would lose.
    """
    wrong = [one for one in findings(kind, record) if code_of(one).severity == "error"]
    if wrong:
        raise InvalidRecordError(
            _("'{path}' would not be valid").format(path=path), *(one_line(one) for one in wrong)
        )
    if before is None:
        return toml.emit(record, order_of(kind))
    if lines := toml.stray_comments(before):
        raise RefusedError(
            _("'{path}' has a comment in line {line} that a rewrite would lose").format(
                path=path, line=lines[0]
            ),
            _("move it to the top of the file or into a note"),
        )
    return toml.leading_comment(before) + toml.emit(record, order_of(kind))

"""The map file: reading it, and fitting it to the fields of a kind and the heading of a list.

Every mistake in a map is named at once, with its place in the file; a mistyped name comes with the
nearest right one.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.book import toml
from svcctl.upkeep.importing.cells import DATES
from svcctl.upkeep.importing.cells import Field
from svcctl.upkeep.importing.cells import Rule
from svcctl.upkeep.importing.cells import Unfit
from svcctl.upkeep.importing.cells import read
from svcctl.upkeep.importing.read import same

if TYPE_CHECKING:
    from svcctl.upkeep.importing.model import Constant
    from svcctl.upkeep.importing.model import Map

REST = "*"
"""As a column: all columns that no other field uses."""


class Fault(NamedTuple):
    """One mistake in a map: where, and what."""

    where: tuple[str | int, ...]
    text: str


def load(data: bytes, path: str) -> Map:
    """Return the map in a file.

    Raises:
        UsageProblem: It is no TOML or not a map; the hints name every place.
    """
    from pydantic import ValidationError

    from svcctl.upkeep.importing.model import Map

    try:
        return Map.model_validate(toml.parse(data))
    except toml.TomlError as error:
        raise UsageProblem(
            _("the map cannot be read"), f"{path}:{error.line}:{error.col}: {error.message}"
        ) from None
    except ValidationError as error:
        wrong = [_shape(one) for one in error.errors(include_url=False)]
        raise problem(data, path, wrong) from None


def problem(data: bytes, path: str, faults: Sequence[Fault]) -> UsageProblem:
    """Return the error that names every fault of a map with its place."""
    lines = []
    for fault in dict.fromkeys(faults):
        line, col = toml.locate(data, fault.where)
        lines.append((line, f"{path}:{line}:{col}: {fault.text}"))
    return UsageProblem(_("the map does not fit"), *(text for _line, text in sorted(lines)))


def _shape(error: Mapping[str, Any]) -> Fault:
    where = tuple(error["loc"])
    key = ".".join(str(part) for part in where)
    if error["type"] == "extra_forbidden":
        return Fault(where, _("unknown key '{key}'").format(key=key))
    if error["type"] == "missing":
        return Fault(where[:-1], _("'{key}' is missing").format(key=key))
    if error["type"] == "literal_error":
        expected = str(error.get("ctx", {}).get("expected", ""))
        allowed = expected.replace("'", "").replace(" or ", ", ")
        return Fault(
            where,
            _("'{value}' is not possible here; possible: {allowed}").format(
                value=error.get("input"), allowed=allowed
            ),
        )
    # Alternatives of a union are one mistake to a person.
    key = ".".join(str(part) for part in where[:2])
    return Fault(where[:2], _("'{key}' has a value of the wrong kind").format(key=key))


def columns(mapping: Map) -> list[str]:
    """Return the columns that a map names, without `*`."""
    named = [mapping.key] if mapping.key else []
    for field in mapping.columns:
        named += [name for name in _named(mapping, field) if name != REST]
    return list(dict.fromkeys(named))


def _named(mapping: Map, field: str) -> list[str]:
    value = mapping.columns[field]
    return [value] if isinstance(value, str) else list(value)


def faults(mapping: Map, fields: Sequence[Field]) -> Iterator[Fault]:
    """Yield what is wrong in a map, whatever the list: fields, values, defaults."""
    known = {field.name: field for field in fields}
    for section in ("columns", "join", "dates", "values", "unknown", "default", "constant"):
        for name in getattr(mapping, section):
            if name not in known:
                yield Fault((section, name), _no_field(name, list(known)))
    for name, field in known.items():
        both = name in mapping.columns and name in mapping.constant
        if both:
            yield Fault(("constant", name), _("'{field}' has a column already").format(field=name))
        given = name in mapping.columns or name in mapping.constant or name in mapping.default
        if field.required and not given:
            yield Fault(("columns",), _("'{field}' has no column").format(field=name))
        for section in ("join", "dates", "values", "unknown"):
            if name in getattr(mapping, section) and name not in mapping.columns:
                yield Fault((section, name), _("'{field}' has no column").format(field=name))
        yield from _value_faults(mapping, field)


def _no_field(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return _("no field '{name}'; did you mean '{near}'?").format(name=name, near=near[0])
    return _("no field '{name}'; there are: {known}").format(name=name, known=", ".join(known))


def _value_faults(mapping: Map, field: Field) -> Iterator[Fault]:
    empty = _rule(field)
    for said, value in mapping.values.get(field.name, {}).items():
        if value != "":
            yield from _value_fault(empty, value, ("values", field.name, said))
    for section in ("default", "constant"):
        if field.name in (given := getattr(mapping, section)):
            yield from _value_fault(empty, given[field.name], (section, field.name))
    if mapping.unknown.get(field.name) == "default" and field.name not in mapping.default:
        yield Fault(("unknown", field.name), _("'{field}' has no default").format(field=field.name))
    is_bare = field.required and field.name not in mapping.default
    if is_bare and mapping.unknown.get(field.name) == "note":
        yield Fault(
            ("unknown", field.name),
            _("'{field}' must have a value, so it needs a default").format(field=field.name),
        )


def _value_fault(empty: Rule, value: Constant, where: tuple[str, ...]) -> Iterator[Fault]:
    try:
        _constant(empty, value)
    except Unfit as unfit:
        listed = ", ".join(choice.key for choice in empty.field.choices)
        more = "; " + _("possible: {allowed}").format(allowed=listed) if listed else ""
        yield Fault(where, f"{unfit}{more}")


def _rule(field: Field, **parts: Any) -> Rule:
    empty: dict[str, Any] = {
        "places": (0,), "names": (field.name,), "join": " ", "formats": DATES, "table": {},
        "unknown": "reject",
    }  # fmt: skip
    return Rule(field, **(empty | parts))


def _constant(empty: Rule, value: Constant) -> Any:
    return read(empty, [(empty.field.name, value)])


def rules(mapping: Map, fields: Sequence[Field], heading: Sequence[str]) -> list[Rule]:
    """Return how each field is filled from a list with this heading."""
    at = {same(name): place for place, name in reversed(list(enumerate(heading)))}
    used = {same(name) for name in columns(mapping)}
    rest = [place for place, name in enumerate(heading) if name and same(name) not in used]
    made = []
    for field in fields:
        default = mapping.default.get(field.name, mapping.constant.get(field.name))
        value = None if default is None else _constant(_rule(field), default)
        if field.name not in mapping.columns and value is None:
            continue
        places: list[int] = []
        for name in _named(mapping, field.name) if field.name in mapping.columns else ():
            places += rest if name == REST else [at[same(name)]]
        made.append(_filled_from(mapping, field, tuple(places), heading)._replace(default=value))
    return made


def _filled_from(
    mapping: Map, field: Field, places: tuple[int, ...], heading: Sequence[str]
) -> Rule:
    formats = mapping.dates.get(field.name, DATES)
    table = {
        same(said): _as_text(value) for said, value in mapping.values.get(field.name, {}).items()
    }
    if field.form == "choice":
        # The value may be written as any word of the choice; the key is what is kept.
        plain = _rule(field)
        table = {said: _constant(plain, value) if value else "" for said, value in table.items()}
    return _rule(
        field,
        places=places,
        names=tuple(heading[place] for place in places),
        join=mapping.join.get(field.name, " "),
        formats=(formats,) if isinstance(formats, str) else tuple(formats),
        table=table,
        unknown=mapping.unknown.get(field.name, "reject"),
    )


def _as_text(value: Constant) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)

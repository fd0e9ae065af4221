"""The pages that are made from the code: every command, every field of every file.

`pytest tests/docs --update-golden` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Annotated
from typing import Any
from typing import Literal
from typing import get_args
from typing import get_origin

import click
from pydantic import AwareDatetime

from svcctl.base.model import EntryName
from svcctl.base.model import Word
from svcctl.base.model import Words
from svcctl.book.order import order_of
from svcctl.cli.lazy import build
from svcctl.cli.lazy import load
from svcctl.cli.table import COMMANDS
from svcctl.cli.table import GROUPS
from svcctl.desk.tickets.lifecycle import ACTIONS
from svcctl.desk.tickets.lifecycle import ENDED
from svcctl.desk.tickets.lifecycle import OPEN
from svcctl.desk.tickets.lifecycle import RUNNING
from svcctl.desk.tickets.lifecycle import typed
from svcctl.desk.tickets.words import ACT_CHOICES
from svcctl.desk.tickets.words import RESULT_CHOICES
from svcctl.desk.tickets.words import STATUSES
from svcctl.kinds import KINDS
from svcctl.term.options import global_options
from svcctl.term.options import hidden_options

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from svcctl.base.choice import Choice
    from svcctl.cli.table import Row

_MARKED = "<!-- {name}: made from the code -->\n{body}<!-- end -->"
_NAMED = {Word: "one line", Words: "text", EntryName: "entry name"}
_PLAIN = {
    str: "text",
    date: "day",
    datetime: "moment",
    AwareDatetime: "moment",
    bool: "true",
    int: "number",
}
_LINE = r"^[^\n\r\t]*$"


def filled(page: str) -> str:
    """Return a page with every marked part made anew.

    Raises:
        KeyError: A mark names no part.
    """
    parts = dict(_parts())
    return re.sub(
        r"<!-- ([a-z ]+): made from the code -->\n.*?<!-- end -->",
        lambda found: _MARKED.format(name=found[1], body=parts[found[1]]),
        page,
        flags=re.DOTALL,
    )


def _parts() -> Iterator[tuple[str, str]]:
    yield "commands", "".join(_commands())
    titles = ("did", "中文", "from", "to", "needs", "who", "notes", "command")
    yield "acts of ticket", _table(titles, list(map(_act, ACTIONS)))
    for kind in KINDS.values():
        keys = order_of(kind).keys
        yield f"fields of {kind.name}", "".join(_tables(kind.model, keys))


# -- commands --------------------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    root = build(COMMANDS, GROUPS)
    every = [_option(one) for one in global_options(hidden=False)]
    yield "\n## Every command takes\n\n" + _table(("option", "meaning"), every) + "\n"
    titles = {group.path: group.summary for group in GROUPS}
    for name in root.lazy:
        rows = [row for row in COMMANDS if row.path.split()[0] == name]
        summary = f"{titles[name]}.\n\n" if name in titles else ""
        yield f"## {name}\n\n{summary}" + "".join(f"{_command(row)}\n" for row in rows)


def _command(row: Row) -> str:
    command = load(row, row.path.rpartition(" ")[2])
    context = click.Context(command, info_name=f"svcctl {row.path}")
    usage = " ".join([f"svcctl {row.path}", *command.collect_usage_pieces(context)])
    parts = [f"`{usage}`", command.help or ""]
    hidden = {id(one) for one in hidden_options()}
    own = [one for one in command.get_params(context) if id(one) not in hidden]
    options = [
        _option(one) for one in own if isinstance(one, click.Option) and "--help" not in one.opts
    ]
    if options:
        parts.append(_table(("option", "meaning"), options).rstrip("\n"))
    if examples := getattr(command, "examples", ()):
        parts.append("```sh\n" + "\n".join(examples) + "\n```")
    title = f"### {row.path}\n\n" if " " in row.path else ""
    return title + "\n\n".join(parts) + "\n"


def _option(option: click.Parameter) -> tuple[str, str]:
    names = ", ".join([*option.opts, *option.secondary_opts])
    flag = isinstance(option, click.Option) and (option.is_flag or option.count)
    shown = "" if flag or option.name == "help" else f" {_metavar(option)}"
    words = getattr(option, "help", None) or ""
    if isinstance(option, click.Option) and option.show_default and not flag:
        words += f" Default: {option.default}."
    return f"`{names}{shown}`", words


def _metavar(option: click.Parameter) -> str:
    return option.make_metavar(click.Context(click.Command("svcctl")))


def _act(step: str) -> tuple[str, ...]:
    did, _slash, result = step.partition("/")
    row, plain = ACTIONS[step], ACTIONS[did]
    words = _zh(did, ACT_CHOICES)
    needs = {"note": "words"}
    who = row.who or plain.who
    return (
        step,
        f"{words}：{_zh(result, RESULT_CHOICES[did])}" if result else words,
        _states([state for state in row.moves if state]),
        _ends(row.moves),
        ", ".join(needs.get(one, one) for one in row.needs or plain.needs),
        f"`may.{who}`" if who else "",
        ", ".join(row.touches),
        f"`{typed(step, 'ID')}`",
    )


def _zh(key: str, choices: Iterable[Choice]) -> str:
    return next(one.zh for one in choices if one.key == key)


def _ends(moves: Mapping[str, str]) -> str:
    """Say where an act leads; nothing where the state stays as it is."""
    ends = sorted({after for before, after in moves.items() if after != before})
    stays = [state for state, after in moves.items() if after == state]
    return "; ".join([*ends, *(f"stays {_states(stays)}" for _one in ends[:1] if stays)])


_STATES = {
    frozenset(STATUSES): "any",
    frozenset(OPEN): "not ended",
    frozenset(RUNNING): "not done",
    frozenset(ENDED): "ended",
    frozenset(("done", *ENDED)): "done, ended",
}


def _states(several: Iterable[str]) -> str:
    found = frozenset(several)
    return _STATES.get(found) or ", ".join(state for state in STATUSES if state in found)


# -- fields ----------------------------------------------------------------------------------------


def _tables(
    model: type[BaseModel],
    keys: tuple[str, ...],
    path: str = "",
    above: AbstractSet[str] = frozenset(),
) -> Iterator[str]:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    rows, inner = [], []
    for key in keys:
        field = fields[key]
        needed = "yes" if field.is_required() else ""
        part = _inner(field.annotation)
        if part is not None:
            many = _is_list(field.annotation)
            name = f"{path}{key}"
            block = f"[[{name}]]" if many else f"[{name}]"
            rows.append((f"`{key}`", f"table{'s' if many else ''} `{block}`", needed))
            inner.append((part, name, block))
        else:
            rows.append((f"`{key}`", _form(field), needed))
    yield _table(("key", "value", "needed"), rows)
    if not path and (words := _sentence(model.__bases__[0]) if _is_fields(model) else ""):
        yield f"\n{words}\n"
    for part, name, block in inner:
        first = tuple(field.alias or key for key, field in part.model_fields.items())
        yield f"\n`{block}`: {_sentence(part)}\n"
        if set(first) <= fields.keys() or set(first) <= above:
            yield f"Every key is one of the file's own: `{'`, `'.join(first)}`.\n"
            continue
        yield "\n"
        yield from _tables(part, first, f"{name}.", above | fields.keys())


def _is_fields(model: type[BaseModel]) -> bool:
    return model.__bases__[0].__name__ == "Fields" and "log" in model.model_fields


def _sentence(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _form(field: FieldInfo) -> str:
    pattern = next((found for one in field.metadata if (found := _pattern(one))), "")
    return _told(pattern) if pattern else _type(field.annotation)


def _told(pattern: str) -> str:
    return _NAMED[Word] if pattern == _LINE else f"`{pattern.strip('^$').replace('$|^', '|')}`"


def _type(annotation: Any) -> str:
    if annotation in _NAMED:
        return _NAMED[annotation]
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{one}`" for one in get_args(annotation))
    if get_origin(annotation) is list:
        return f"list of: {_type(get_args(annotation)[0])}"
    if get_origin(annotation) is Annotated:
        pattern = next((found for one in annotation.__metadata__ if (found := _pattern(one))), "")
        return _told(pattern) if pattern else _type(get_args(annotation)[0])
    left = [one for one in get_args(annotation) if one is not type(None)]
    return " or ".join(map(_type, left)) or str(annotation)


def _pattern(constraint: Any) -> str:
    pattern = getattr(constraint, "pattern", None)
    if pattern is None:
        pattern = next(
            (one.pattern for one in getattr(constraint, "metadata", ()) if hasattr(one, "pattern")),
            "",
        )
    return str(pattern or "")


def _inner(annotation: Any) -> type[BaseModel] | None:
    if hasattr(annotation, "model_fields"):
        found: type[BaseModel] = annotation
        return found
    return next((part for one in get_args(annotation) if (part := _inner(one))), None)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(map(_is_list, get_args(annotation)))


def _table(titles: tuple[str, ...], rows: list[Any]) -> str:
    lines = [titles, tuple("---" for _one in titles), *rows]
    cells = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)

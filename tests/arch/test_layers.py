"""Who may know whom (docs/design.md, "The house"): read from the imports, not from good will."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.support.transcript import ROOT

PACKAGE = ROOT / "svcctl"

# What each layer may import from svcctl, besides itself.
LOWER = ("kinds", "base")
STORE = ("book", "handbook", *LOWER)
KERNEL = ("duty", "check", "vcs", "report", *STORE)
CORE = ("desk.actions", "desk.rules", "desk.model")
ALLOWED: dict[str, tuple[str, ...]] = {
    "base": (),
    "kinds": ("base",),
    "locale": (),
    "handbook": LOWER,
    "book": ("handbook", *LOWER),
    "vcs": STORE,
    "duty": STORE,
    "check": ("vcs", *STORE),
    "report": ("duty", "check", *STORE),
    "term": KERNEL,
    "sample": ("duty", *CORE, *STORE),
    "upkeep": ("term", "sample", *CORE, *KERNEL),
    "cli": ("term", "upkeep", "desk.commands", *KERNEL),
    "desk.model": ("desk.rules", *LOWER),
    "desk.rules": ("handbook", *LOWER),
    "desk.actions": ("desk.rules", "handbook", *LOWER),
    "desk.commands": ("term", *CORE, *KERNEL),
}

# The four rooms of a desk. Other modules are part of one of them; of its rules unless named here.
ROOMS = ("model", "rules", "actions", "commands")
PARTS = {"intake": "actions", "view": "commands", "search": "commands", "transfers": "commands",
         "look": "commands", "register": "commands", "doing": "commands",
         "routing": "commands", "dates": "commands", "work": "commands", "papers": "commands",
         "judging": "commands", "ending": "commands", "guide": "commands",
         "callbacks": "commands", "calling": "commands"}  # fmt: skip

# Who owns a dependency: a package, a module, or a room.
OWNERS: dict[str, tuple[str, ...]] = {
    "click": ("svcctl.cli", "svcctl.term", "svcctl.upkeep", "desk.commands"),
    "pydantic": (
        "svcctl.handbook",
        "svcctl.base.model",
        "svcctl.book.guard",
        "desk.model",
        "svcctl.upkeep.importing",
    ),
    "rtoml": ("svcctl.book.toml",),
    "tomllib": ("svcctl.book.toml",),
    "tomli_w": ("svcctl.book.toml",),
    "tabulate": ("svcctl.term.output",),
    "subprocess": ("svcctl.vcs",),
    "sqlite3": ("svcctl.book",),
    "fcntl": ("svcctl.book",),
    "msvcrt": ("svcctl.book",),
    "pypinyin": ("svcctl.base.pinyin",),
    "python_calamine": ("svcctl.upkeep",),
    "xlsxwriter": ("svcctl.report", "svcctl.upkeep"),
    "charset_normalizer": ("svcctl.upkeep",),
    "babel": ("svcctl.locale",),
}

PURE = ("desk.rules", "desk.actions", "desk.model", "base", "kinds")
# They read the dictionaries that are installed with the program, nothing else.
READS_DICTIONARIES = {"svcctl.base.i18n", "svcctl.base.pinyin"}
IMPURE = frozenset(
    {"os", "io", "pathlib", "shutil", "tempfile", "socket", "time", "random", "subprocess", "sys"}
)
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}

# Whatever a file or a rule does to them, the others must still be listed and checked, and git must
# get its text.
CATCH_ALL = (
    "svcctl.cli.main",
    "svcctl.book.guard",
    "svcctl.book.index",
    "svcctl.check",
    "svcctl.vcs.telling.textconv",
)
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
LONGEST = 500


class Import(NamedTuple):
    """One import statement: which module, where, and whether it runs."""

    module: str
    line: int
    runs: bool


class Module(NamedTuple):
    """One source file, parsed."""

    name: str
    layer: str
    text: str
    tree: ast.Module
    imports: tuple[Import, ...]


@cache
def modules() -> tuple[Module, ...]:
    return tuple(read(path) for path in sorted(PACKAGE.rglob("*.py")))


def read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    return Module(name, layer(name), text, tree, tuple(imports(tree)))


def layer(module: str) -> str:
    """Return the layer of a module: its package, or its room where it belongs to a desk."""
    parts = module.split(".")
    if len(parts) == 1 or parts[1] == "__main__":
        return "cli"
    if parts[1] != "desk":
        return parts[1]
    room = parts[-1]
    return f"desk.{room if room in ROOMS else PARTS.get(room, 'rules')}"


def imports(tree: ast.Module) -> Iterator[Import]:
    typed = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, node not in typed)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            inner = f"{module}.{node.names[0].name}"
            # `from svcctl.book import files` imports the module svcctl.book.files.
            is_module = (ROOT / (inner.replace(".", "/") + ".py")).is_file()
            yield Import(inner if is_module else module, node.lineno, node not in typed)


def owns(module: Module, owner: str) -> bool:
    return module.layer == owner or (module.name + ".").startswith(owner + ".")


def test_imports_point_downwards() -> None:
    wrong = [
        f"{module.name}:{one.line}: {module.layer} -> {layer(one.module)}"
        for module in modules()
        for one in module.imports
        if one.module.startswith("svcctl.")
        and layer(one.module) not in (module.layer, *ALLOWED[module.layer])
    ]
    assert wrong == []


def test_a_desk_knows_only_models_and_rules_of_another() -> None:
    wrong = [
        f"{module.name}:{one.line}: {one.module}"
        for module in modules()
        for one in module.imports
        if module.name.startswith("svcctl.desk.")
        and one.module.startswith("svcctl.desk.")
        and one.module.split(".")[2] != module.name.split(".")[2]
        and layer(one.module) not in {"desk.model", "desk.rules"}
    ]
    assert wrong == []


def test_rules_and_actions_load_no_model_when_they_run() -> None:
    wrong = [
        f"{module.name}:{one.line}: {one.module}"
        for module in modules()
        for one in module.imports
        if module.layer in {"desk.rules", "desk.actions"}
        and one.runs
        and one.module.endswith(".model")
    ]
    assert wrong == []


def test_every_dependency_is_declared_and_stays_with_its_owner() -> None:
    wrong = []
    for module in modules():
        for one in module.imports:
            top = one.module.split(".")[0]
            known = top == "svcctl" or top in OWNERS or top in sys.stdlib_module_names
            owners = OWNERS.get(top, ()) if one.runs else ()
            if not known or (owners and not any(owns(module, owner) for owner in owners)):
                wrong.append(f"{module.name}:{one.line}: {one.module}")
    assert wrong == []


def test_pure_rooms_touch_no_file_and_no_clock() -> None:
    wrong = []
    for module in modules():
        if module.layer not in PURE or module.name in READS_DICTIONARIES:
            continue
        wrong += [
            f"{module.name}:{one.line}: {one.module}"
            for one in module.imports
            if one.runs and one.module.split(".")[0] in IMPURE
        ]
        wrong += [
            f"{module.name}:{node.lineno}: {ast.unparse(node)}"
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Call) and asks_the_world(node)
        ]
    assert wrong == []


def asks_the_world(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id in {"open", "print", "input"}
    if isinstance(call.func, ast.Attribute):
        owner = ast.unparse(call.func.value).rpartition(".")[2]
        return (owner, call.func.attr) in CLOCKS
    return False


def test_modules_are_short_named_for_what_they_own_and_say_so() -> None:
    wrong = []
    for module in modules():
        lines = len(module.text.splitlines())
        if lines > LONGEST:
            wrong.append(f"{module.name}: {lines} lines")
        if module.name.rpartition(".")[2] in FORBIDDEN_NAMES:
            wrong.append(f"{module.name}: names nothing it owns")
        if module.text.strip() and not ast.get_docstring(module.tree):
            wrong.append(f"{module.name}: no docstring")
    assert wrong == []


def test_only_the_named_few_catch_everything() -> None:
    wrong = []
    for module in modules():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ExceptHandler) or module.name.startswith(CATCH_ALL):
                continue
            caught = ast.unparse(node.type) if node.type else "BaseException"
            again = any(isinstance(one, ast.Raise) and not one.exc for one in ast.walk(node))
            if caught in {"Exception", "BaseException"} and not again:
                wrong.append(f"{module.name}:{node.lineno}")
    assert wrong == []


def test_what_breaks_a_rule_is_seen() -> None:
    tree = ast.parse(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from pydantic import BaseModel\n"
        "def f():\n    import click\n    from svcctl.book import files\n"
    )
    assert [(one.module, one.runs) for one in imports(tree)] == [
        ("typing", True),
        ("pydantic", False),
        ("click", True),
        ("svcctl.book.files", True),
    ]
    assert layer("svcctl.desk.tickets.words") == "desk.rules"
    assert layer("svcctl.desk.estate.book.model") == "desk.model"
    assert asks_the_world(ast.parse("datetime.datetime.now(UTC)").body[0].value)  # type: ignore[attr-defined]

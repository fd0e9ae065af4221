"""JSON Schemas of every kind of file, made from the models, for editors and other checkers.

They show a file's shape and no more. A checker sees TOML's dates and moments as text in the forms
`date` and `date-time`, so a quoted date, or a moment without offset, may pass there; `svcctl
validate` refuses both, and what depends on more than one place.

`python -m svcctl.upkeep.schemas DIR` writes them into a folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from svcctl.kinds import KINDS
from svcctl.kinds import Kind

_FOLDER = "schemas"


def schema(kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema of one kind's files."""
    made: dict[str, Any] = _plain(kind.model.model_json_schema(by_alias=True))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": kind.name, **made}


def _plain(value: Any) -> Any:
    """Leave out what says nothing about a TOML file: null, which it has not, and made-up titles."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {
        key: _plain(one)
        for key, one in value.items()
        if not (key == "title" and isinstance(one, str)) and not (key == "default" and not one)
    }
    options = [one for one in made.get("anyOf", ()) if one != {"type": "null"}]
    if len(options) == 1:
        made = {key: one for key, one in made.items() if key != "anyOf"} | options[0]
    elif options:
        made["anyOf"] = options
    return made


def schema_files() -> dict[str, bytes]:
    """Return `schemas/KIND.schema.json` for every kind, and the `.taplo.toml` that names them."""
    made = {
        f"{_FOLDER}/{kind.name}.schema.json": (
            json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"
        ).encode()
        for kind in KINDS.values()
    }
    return made | {".taplo.toml": _taplo().encode()}


def _taplo() -> str:
    rules = [
        "[[rule]]\n"
        f'include = ["{_pattern(kind)}"]\n\n'
        "[rule.schema]\n"
        f'path = "./{_FOLDER}/{kind.name}.schema.json"\n'
        "enabled = true\n"
        for kind in KINDS.values()
    ]
    return "\n".join(rules)


def _pattern(kind: Kind) -> str:
    return kind.folder if kind.naming == "single" else f"{kind.folder}/**/*.toml"


def write(folder: Path) -> None:
    """Write the schemas into a folder, and remove those of kinds that are no more."""
    wanted = {
        path.rpartition("/")[2]: data
        for path, data in schema_files().items()
        if path.startswith(f"{_FOLDER}/")
    }
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.schema.json"):
        if old.name not in wanted:
            old.unlink()
    for name, data in wanted.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    write(Path(sys.argv[1]))

"""JSON Schemas of every kind of file, made from the models, for editors and other checkers."""

from __future__ import annotations

import json
from typing import Any

from svcctl.kinds import KINDS
from svcctl.kinds import Kind


def schema(kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema of one kind's files."""
    made = kind.model.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": kind.name, **made}


def schema_files() -> dict[str, bytes]:
    """Return `schemas/KIND.schema.json` for every kind, and the `.taplo.toml` that names them."""
    made = {
        f"schemas/{kind.name}.schema.json": (
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
        f'path = "./schemas/{kind.name}.schema.json"\n'
        "enabled = true\n"
        for kind in KINDS.values()
    ]
    return "\n".join(rules)


def _pattern(kind: Kind) -> str:
    return kind.folder if kind.naming == "single" else f"{kind.folder}/**/*.toml"

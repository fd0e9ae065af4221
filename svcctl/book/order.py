"""The order of keys in a file is the order of fields in its model, `FIRST` before the rest."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from typing import Any
from typing import get_args

from svcctl.book.toml import Order

if TYPE_CHECKING:
    from pydantic import BaseModel

    from svcctl.kinds import Kind


@cache
def order_of(kind: Kind) -> Order:
    """Return the key order of a kind's files; loads the model."""
    return _order(kind.model)


def _order(model: type[BaseModel]) -> Order:
    first: tuple[str, ...] = getattr(model, "FIRST", ("id",))
    keys, inside = [], {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        keys.append(key)
        if (part := _part(field.annotation)) is not None:
            inside[key] = _order(part)
    keys.sort(key=lambda key: first.index(key) if key in first else len(first))
    return Order(tuple(keys), inside)


def _part(annotation: Any) -> type[BaseModel] | None:
    if hasattr(annotation, "model_fields"):
        part: type[BaseModel] = annotation
        return part
    for inner in get_args(annotation):
        if (found := _part(inner)) is not None:
            return found
    return None

"""The map file: which column becomes which field, and what happens to what does not fit."""

from __future__ import annotations

from typing import Annotated
from typing import Literal

from pydantic import Field

from svcctl.base.model import Part
from svcctl.base.model import Word

Column = Annotated[str, Field(min_length=1, max_length=200)]
Constant = str | bool | int


class FilePart(Part):
    """How the file is written, where it cannot be told by itself.

    `blank` lists what stands for an empty cell: `N/A`, `NULL`, `无`.
    """

    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: str | None = None
    blank: list[str] = []


class Map(Part):
    """A map file.

    Attributes:
        kind: What the file lists.
        system: Short name of the system it comes from; `source` becomes `system:key`.
        key: Column with the number that the old system gave.
        by: Staff id that the entries are by; else who is acting.
        why: Reason written into each ticket, because it happened long ago.
        existing: What happens when a record is here already and differs: the book's is kept, or
            it is brought up to the list.
        closing: What a closing day stands for.
        columns: Field -> column, or several columns. `"*"` are all that no other field uses.
        join: Field -> what stands between the parts of several columns.
        dates: Field -> formats as strptime knows them, tried in order.
        values: Field -> what stands in the list -> value here.
        unknown: Field -> what happens to a value that cannot be understood.
        default: Field -> value where the cell is empty, and for `unknown = "default"`.
        constant: Field -> value of every row; such a field has no column.
    """

    kind: Literal["residents", "units", "tickets"]
    system: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")] | None = None
    key: Column | None = None
    by: Word | None = None
    why: Word | None = None
    existing: Literal["keep", "update"] = "keep"
    closing: Literal["done", "done+tell", "done+tell+close"] = "done+tell+close"
    file: FilePart = FilePart()
    columns: dict[str, Column | list[Column]]
    join: dict[str, str] = {}
    dates: dict[str, str | list[str]] = {}
    values: dict[str, dict[str, Constant]] = {}
    unknown: dict[str, Literal["reject", "note", "default"]] = {}
    default: dict[str, Constant] = {}
    constant: dict[str, Constant] = {}

"""A finding: something wrong in a record, as data.

Rules return findings; `svcctl.check` adds the file, line and column and words them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Where = tuple[str | int, ...]
"""Path of keys and list positions inside a record, e.g. `("log", 2, "set", "unit")`."""


class Finding(NamedTuple):
    """One thing wrong, by code; the words are in `svcctl.check.codes`.

    Attributes:
        code: Stable code such as `TKT204`; never reused.
        where: Path inside the record; empty for the whole file.
        args: Values for the message and the hint.
    """

    code: str
    where: Where = ()
    args: Mapping[str, object] = {}

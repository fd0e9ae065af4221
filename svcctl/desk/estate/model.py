"""The file `book.toml`: what this book is."""

from __future__ import annotations

from typing import Annotated
from typing import Literal

from pydantic import Field

from svcctl.base.ids import DESK_PATTERN
from svcctl.base.model import Card
from svcctl.base.model import Word


class Estate(Card):
    """The estate, its clock and its language; `format` is the version of the file formats."""

    estate: Word
    time_zone: Word
    language: Literal["zh", "en"]
    format: Literal[1]
    routines_desk: Annotated[str, Field(pattern=DESK_PATTERN)]


MODEL = Estate

"""The card of a desk: who claimed its code. A code belongs to one clone, for ever."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from svcctl.base.ids import DESK_PATTERN
from svcctl.base.model import Card
from svcctl.base.model import Moment
from svcctl.base.model import Word


class Desk(Card):
    """A claimed desk code; `token` tells two clones that claimed the same code apart."""

    id: Annotated[str, Field(pattern=DESK_PATTERN)]
    name: Word | None = None
    claimed_at: Moment
    claimed_by: Word
    token: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


MODEL = Desk

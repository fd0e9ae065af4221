"""What may be wrong with a list of telephone numbers on a card."""

from __future__ import annotations

from collections.abc import Iterator

from svcctl.base import phones
from svcctl.base.finding import Finding
from svcctl.base.finding import Where


def phone_findings(numbers: list[str], family: str) -> Iterator[Finding]:
    """Yield impossible numbers (103), numbers not in the book's form (110), repeated ones (109).

    Args:
        numbers: `private.phones` of the card.
        family: First three letters of the codes: `RES`, `STF`.
    """
    seen = set()
    for place, number in enumerate(numbers):
        where: Where = ("private", "phones", place)
        proper = phones.normalise(number)
        if proper is None:
            yield Finding(f"{family}103", where, {"masked": phones.mask(number)})
        elif proper != number:
            yield Finding(f"{family}110", where, {"masked": phones.mask(proper)})
        if (proper or number) in seen:
            yield Finding(f"{family}109", where, {"masked": phones.mask(proper or number)})
        seen.add(proper or number)

"""What can be done to the card of a unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from svcctl.base import unitid
from svcctl.base.errors import UsageProblem
from svcctl.base.fields import changed
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.base.text import fold

_HUNDREDTH = Decimal("0.01")
_AMOUNT = re.compile(r"^[0-9]{1,9}(?:\.[0-9]{1,9})?$")


def new(unit: str, fields: Mapping[str, Any]) -> Record:
    """Return the card of a new unit; building, entrance and room come from its id."""
    parts = unitid.split(unit)
    card = {
        "id": unit,
        "kind": parts.kind,
        "building": parts.building,
        "entrance": parts.entrance,
        "room": parts.room,
    }
    return changed({}, {**card, **fields})


def edit(record: Record, changes: Mapping[str, Any]) -> Record:
    """Return the card with `changes` set; None clears a field. Id, kind and place never change."""
    return changed(record, changes)


def with_meter(record: Record, meter: Mapping[str, Any]) -> Record:
    """Return the card with a meter added, or changed where it is there already."""
    meters = [dict(one) for one in record.get("meter", [])]
    for place, one in enumerate(meters):
        if one.get("kind") == meter["kind"] and one.get("number") in (None, meter.get("number")):
            meters[place] = changed(one, meter)
            break
    else:
        meters.append(changed({}, meter))
    return changed(record, {"meter": meters})


def area(typed: str) -> str:
    """Return a typed area in square metres with two decimals.

    Raises:
        UsageProblem: It is no area, or has more than two decimals.
    """
    return str(_amount(typed.lower().removesuffix("m²").removesuffix("㎡"), _HUNDREDTH, typed))


def reading(typed: str) -> str:
    """Return a typed meter reading without leading zeros.

    Raises:
        UsageProblem: It is no reading, or has more than three decimals.
    """
    value = _amount(typed, Decimal("0.001"), typed).normalize()
    return f"{value:f}"


def _amount(words: str, step: Decimal, typed: str) -> Decimal:
    plain = fold(words).replace(" ", "")
    if not _AMOUNT.match(plain):
        raise UsageProblem(_("'{value}' is not an amount").format(value=typed))
    value = Decimal(plain)
    if value.quantize(step) != value:
        raise UsageProblem(_("'{value}' has too many decimals").format(value=typed))
    return value.quantize(step)

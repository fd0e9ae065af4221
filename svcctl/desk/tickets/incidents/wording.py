"""What residents are told about an incident: one text, filled in for each building."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from svcctl.base import unitid
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import N_
from svcctl.base.i18n import _
from svcctl.desk.tickets.doubles import spot

_FIELD = r"\{([^{}\n]*)\}"
FIELDS = {
    "building": "楼栋",
    "entrances": "单元",
    "time": "时间",
    "today": "今天",
    "subject": "事由",
    "result": "结果",
    "estate": "小区",
}
"""What a wording may name in braces, in English or Chinese."""

_ENGLISH = {zh: name for name, zh in FIELDS.items()}

WHILE_OPEN = N_(
    "{building}: {subject} (since {time}). We are working on it and shall tell you when it is "
    "mended. {estate} service centre, {today}"
)
WHEN_DONE = N_(
    "{building}: {subject} (since {time}) is mended: {result}. Thank you for your patience. "
    "{estate} service centre, {today}"
)
"""The wording where nobody wrote one."""


class Place(NamedTuple):
    """A building, and from which of its entrances how many reported; no building: nobody knows."""

    building: str
    entrances: tuple[str, ...]
    reports: int


def places(rows: Iterable[Mapping[str, Any]], buildings: Iterable[str]) -> list[Place]:
    """Return the buildings that an incident concerns, in the order in which people count.

    Args:
        rows: List rows of the tickets.
        buildings: Those that the incident itself names.
    """
    found: dict[str, list[str]] = {one: [] for one in buildings}
    for row in rows:
        said = " ".join(str(row.get(key) or "") for key in ("unit_said", "place"))
        building, entrance = spot(str(row.get("unit") or ""), said)
        found.setdefault(building, []).append(entrance)
    if len(found) > 1 and "" in found:
        del found[""]  # a notice goes up somewhere
    return [
        Place(one, tuple(sorted(set(found[one]) - {""}, key=unitid.order)), len(found[one]))
        for one in sorted(found, key=lambda one: unitid.order(one or "0"))
    ]


def refuse_unknown(text: str) -> None:
    """Raise if a wording names something in braces that is not known.

    Raises:
        UsageProblem: It does; names what is.
    """
    for name in re.findall(_FIELD, text):
        if name not in FIELDS and name not in _ENGLISH:
            listed = ", ".join(f"{{{one}}} {{{zh}}}" for one, zh in FIELDS.items())
            raise UsageProblem(
                _("the wording has '{field}', which is not known").format(field=f"{{{name}}}"),
                _("allowed: {values}").format(values=listed),
            )


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a wording with what stands in braces filled in; what is not known stays."""

    def value(found: re.Match[str]) -> str:
        name = _ENGLISH.get(found[1], found[1])
        return values.get(name, found[0])

    return re.sub(_FIELD, value, text)


def notices(
    text: str, where: Iterable[Place], values: Mapping[str, str], say: Callable[[str], str]
) -> Iterator[tuple[Place, str]]:
    """Yield each place with its text.

    Args:
        values: What is the same for all: `time`, `today`, `subject`, `result`, `estate`.
        say: Translates into the language of the book, which residents are told in.
    """
    for one in where:
        building = say(N_("building {building}")).format(building=one.building)
        entrances = [say(N_("entrance {entrance}")).format(entrance=name) for name in one.entrances]
        own = {
            "building": building if one.building else values["estate"],
            "entrances": say(N_(", ")).join(entrances) or say(N_("all entrances")),
        }
        yield one, fill(text, {**values, **own})

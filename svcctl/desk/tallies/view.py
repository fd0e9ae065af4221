"""How a tally is shown: a line for each group, and the tickets behind a number."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.choice import Choice
from svcctl.base.choice import show as label
from svcctl.base.clock import moment
from svcctl.base.i18n import _
from svcctl.desk.tallies import counting
from svcctl.desk.tallies.words import DIMENSION_CHOICES
from svcctl.desk.tallies.words import NUMBER_CHOICES
from svcctl.desk.tallies.words import area_choices
from svcctl.desk.tickets.words import KIND_CHOICES
from svcctl.desk.tickets.words import SEVERITY_CHOICES
from svcctl.desk.tickets.words import STATUS_CHOICES
from svcctl.term.output import Column

if TYPE_CHECKING:
    from svcctl.desk.tallies.counting import Item
    from svcctl.desk.tallies.counting import Line
    from svcctl.desk.tallies.counting import Move
    from svcctl.handbook.periods import Period
    from svcctl.term.context import Run

NO_GROUP = Choice("", "无", "", "none", ("no",))
_FIXED = {"kind": KIND_CHOICES, "severity": SEVERITY_CHOICES}
_LISTS = {"class": "category", "department": "department"}


def choices(run: Run, by: str, keys: Iterable[str]) -> list[Choice]:
    """Return the groups of a tally with their words, in the order in which they are shown."""
    keys = set(keys)
    known = _known(run, by, keys)
    found = [one for one in known if one.key in keys]
    found += [Choice(key) for key in sorted(keys - {one.key for one in known} - {""})]
    return [*found, NO_GROUP] if "" in keys else found


def _known(run: Run, by: str, keys: Iterable[str]) -> list[Choice]:
    if by in _FIXED:
        return list(_FIXED[by])
    policy = run.book.handbook.policy(run.now().date())
    if by == "area":
        return area_choices(policy.areas(), keys)
    return policy.options(_LISTS[by]) if by in _LISTS else []


def word(run: Run, by: str, key: str) -> str:
    """Return the word for a group."""
    return label(key, _known(run, by, (key,)) if key else [NO_GROUP])


def sorted_groups(run: Run, by: str, groups: dict[str, Line]) -> Iterator[tuple[str, Line]]:
    """Yield the groups in the order of the fixed words, of the handbook, or as people count."""
    for choice in choices(run, by, groups):
        yield choice.key, groups[choice.key]


def total(every: Line, groups: dict[str, Line]) -> Line:
    """Return the line of all, with what was reclassified among the groups shown."""
    moved = {
        number: [item for line in groups.values() for item in line[number]]
        for number in ("into", "away")
    }
    return every | moved


def row(run: Run, by: str, key: str, line: Line) -> dict[str, Any]:
    """Return one line as numbers; without `by` the one of all."""
    words = word(run, by, key) if by else _("total")
    numbers = {number: len(line[number]) for number in counting.NUMBERS}
    return {"by": by, "group": key, "words": words, **numbers, "difference": counting.gap(numbers)}


def columns(run: Run, by: str) -> list[Column]:
    """Return the columns of a tally."""
    del run
    return [
        Column("words", label(by, DIMENSION_CHOICES)),
        *(Column(number, label(number, NUMBER_CHOICES)) for number in counting.NUMBERS),
        Column("by", _("by"), 0),
        Column("group", _("group"), 0),
        Column("difference", label("difference", NUMBER_CHOICES), 0),
    ]


def traced(run: Run, items: Iterable[Item]) -> Iterator[dict[str, Any]]:
    """Yield the tickets behind a number, with when it happened and the groups it is counted in."""
    behind = list(items)
    ids = {item.id for item in behind}
    rows = {row["id"]: row for row in run.book.index.rows("ticket", ids=sorted(ids))}
    for item in behind:
        known = rows.get(item.id, {})
        made = {"id": item.id, **(_move(run, item.move) if item.move else {})}
        made |= dict(zip(("kind", "severity", "class"), item.group, strict=True))
        yield made | {key: known.get(key, "") for key in ("status", "where", "subject")}


def _move(run: Run, move: Move) -> dict[str, Any]:
    changed = move.how == "reclassified" and move.before is not None
    return {
        "when": moment(move.moment).astimezone(run.zone),
        "how": move.how,
        "was": "/".join(move.before or ()) if changed else "",
    }


def trace_columns(run: Run) -> list[Column]:
    """Return the columns of the tickets behind a number."""
    return [
        Column("id", _("id")),
        Column("when", _("when")),
        Column("how", _("number"), show=lambda key: label(key, NUMBER_CHOICES)),
        Column("kind", _("kind"), show=lambda key: label(key, KIND_CHOICES)),
        Column("severity", _("severity"), show=lambda key: label(key, SEVERITY_CHOICES)),
        Column(
            "class",
            label("class", DIMENSION_CHOICES),
            show=lambda key: word(run, "class", key) if key else "",
        ),
        Column("was", _("was"), 20, show=lambda group: in_words(run, group)),
        Column("status", _("status"), show=lambda key: label(key, STATUS_CHOICES)),
        Column("where", _("where"), 12),
        Column("subject", _("subject"), 24),
    ]


def in_words(run: Run, group: str) -> str:
    """Return groups as they stand on file, `complaint/minor/noise > …`, in words."""
    return " > ".join(_in_words(run, one) for one in group.split(" > ")) if group else ""


def _in_words(run: Run, group: str) -> str:
    keys = zip(("kind", "severity", "class"), group.split("/"), strict=False)
    return " ".join(word(run, by, key) for by, key in keys if key)


def command(period: Period) -> str:
    """Return the command that shows the tally of a period."""
    sort = {10: "day", 8: "week"}.get(len(period.name), "month")
    return f"svcctl reconcile tally --{sort} {period.name}"

"""What happened when in a shift, taken from its log; moments are epoch seconds.

The facts are plain JSON values, because the index keeps them.
"""

from __future__ import annotations

from typing import Any

from svcctl.base.case import happened
from svcctl.base.clock import epoch
from svcctl.base.fields import text
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.desk.shifts.story import Line
from svcctl.desk.shifts.story import replay
from svcctl.desk.shifts.story import step_of
from svcctl.desk.tickets.facts import RUNG

Facts = dict[str, Any]


def facts(record: Record) -> Facts:
    """Return the facts of a shift, from the entries that apply.

    `began`, `ended`, `accepted`: moments; the last two are gone while the successor does not
    accept. `lines`: one table for each line with `n`, `came` (when), `known` (written down),
    `kind`, `urgent`, and `closed` (when) and `how` (`done`, `convert`) once nothing is left of it.
    `raised`: name of a rung → [moment, to, whether nobody is above].
    """
    story = replay(record.get("log", []))
    found: Facts = {"lines": [_line(name, one) for name, one in story.lines.items()]}
    for entry in story.applied:
        if (moment := epoch(happened(entry))) is None:
            continue
        step = step_of(entry)
        if step in _MOMENTS:
            found[_MOMENTS[step]] = moment
        elif step == "accept/defect":
            found.pop("ended", None)
        elif step == "escalate" and text(entry, "n").startswith(RUNG):
            told = [moment, text(entry, "to"), entry.get("end") is True]
            found.setdefault("raised", {})[text(entry, "n").removeprefix(RUNG)] = told
    return found


_MOMENTS = {"start": "began", "end": "ended", "accept": "accepted"}


def _line(name: str, line: Line) -> Facts:
    made: Facts = {
        "n": name,
        "came": epoch(happened(line.entry)),
        "known": epoch(line.entry.get("at")),
        "kind": text(line.said, "kind"),
    }
    if line.said.get("urgent") is True:
        made["urgent"] = True
    if line.closed is not None:
        made |= {"closed": _closed(line.closed), "how": text(line.closed, "did")}
    return made


def _closed(entry: Entry) -> int | None:
    # A ticket made of a line tells when it came in; when it was made is when it was written.
    return epoch(entry.get("at") if entry.get("did") == "convert" else happened(entry))

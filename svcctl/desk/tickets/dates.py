"""What is agreed on with a resident: appointments, waiting, a later day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.clock import parse_day
from svcctl.base.clock import parse_moment
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.text import fold
from svcctl.desk.staff import rules as staff
from svcctl.desk.tickets.doing import MOMENT
from svcctl.desk.tickets.doing import VIA
from svcctl.desk.tickets.doing import act_command
from svcctl.desk.tickets.words import WAIT_CHOICES
from svcctl.term.options import Word

if TYPE_CHECKING:
    from datetime import datetime

    from svcctl.desk.tickets.doing import Said
    from svcctl.term.context import Run

_SPAN = r"(?P<start>.*\d:\d\d)\s*(?:-|–|~|至|到)\s*(?P<end>\d{1,2}:\d\d)"


@act_command(
    help=_("Agree on a moment, or on a span, at which somebody comes."),
    examples=(
        'svcctl ticket appoint A07 "明天 14:00-16:00"',
        "svcctl ticket appoint A07 15:30",
        'svcctl ticket appoint A07 "2026-11-23 09:00" --until 11:00',
    ),
    last=MOMENT,
)
@click.option("--until", metavar="MOMENT", help=_("The end of the span, if it is one."))
@VIA
def appoint(run: Run, said: Said) -> dict[str, Any]:
    """Make an appointment; the last one counts."""
    start, end = appointment(said.pop("moment"), said.pop("until"), run.now())
    return {"appointment": start} | ({"appointment_end": end} if end else {})


def appointment(text: str, until: str | None, now: datetime) -> tuple[datetime, datetime | None]:
    """Return begin and end of an appointment: `明天 14:00-16:00`, or its end said apart.

    Raises:
        UsageProblem: There is no such moment, or the end is not after the begin.
    """
    words = fold(text)
    if not words:
        raise UsageProblem(_("say when: a day and a time"), _("write it as '明天 14:00-16:00'"))
    if found := re.fullmatch(_SPAN, words):
        words, until = found["start"], until or found["end"]
    start = parse_moment(words, now)
    if not re.search(r"\d:\d\d", words):
        raise UsageProblem(
            _("'{text}' has no time of the day").format(text=text),
            _("write it as '明天 14:00-16:00'"),
        )
    if not until:
        return start, None
    # A time alone is one of the day of the appointment, not of today.
    alone = re.fullmatch(r"\d{1,2}:\d\d", fold(until))
    end = parse_moment(until, start if alone else now)
    if end <= start:
        raise UsageProblem(_("the appointment would end before it begins"))
    return start, end


@act_command(
    help=_("Nobody was home at the appointment; a new one is owed."),
    examples=('svcctl ticket missed A07 --when 14:10 --note "敲门无人"',),
)
@click.option("--second", metavar="NAME", help=_("The colleague who came along."))
def missed(run: Run, said: Said) -> None:
    """Record that an appointment came to nothing."""
    said["second"] = along(run, said["second"])


def along(run: Run, name: str | None) -> str | None:
    """Return the id of the colleague who came along, if one did; they work here."""
    if not name:
        return None
    person = run.book.resolve("staff", name, run.now())
    staff.refuse_absent(run.book.get("staff", person), run.now().date())
    return person


@act_command(
    help=_("Wait for somebody or something until a day, on which it is taken up again."),
    examples=("svcctl ticket wait A07 --for 等配件 --until 2026-11-27",),
)
@click.option("--for", "waiting", required=True, type=Word(_("reason"), WAIT_CHOICES))
@click.option("--until", required=True, metavar="DAY", help=_("The last day of waiting."))
def wait(run: Run, said: Said) -> dict[str, Any]:
    """Let tickets wait."""
    return {
        "waiting": said.pop("waiting"),
        "waiting_until": parse_day(said.pop("until"), run.now().date()),
    }


@act_command(
    help=_("The resident agrees to a later day: where the rules let that move the limit."),
    examples=("svcctl ticket extend A07 --until 2026-11-25 --with 孙女士",),
)
@click.option("--until", required=True, metavar="DAY", help=_("The day agreed on."))
@click.option("--with", "agreed_by", required=True, metavar="NAME", help=_("Who agreed to it."))
@VIA
def extend(run: Run, said: Said) -> dict[str, Any]:
    """Agree on a later day (VAR-04)."""
    return {"agreed": parse_day(said.pop("until"), run.now().date())}

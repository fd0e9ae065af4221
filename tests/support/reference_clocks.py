"""What a ticket owes, worked out by a patient colleague from the log, entry by entry.

A second account of `domain.md` (Time, Tickets), slow and plain, sharing no code with the product:
its own life of a ticket, its own calendar that steps from day to day and from minute to minute, its
own reading of the policy. `reckon` returns each duty as (duty, part, start, due, met, void): `due`
is None where nothing is agreed on, `met` where it is still owed or fell away.

The second run of a duty is part `2`; the second end that was agreed on in the first round of work
is part `1-2`.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.support.reference_calendar import Calendar
from tests.support.reference_calendar import Rules
from tests.support.reference_log import ENDED
from tests.support.reference_log import Act
from tests.support.reference_log import Round
from tests.support.reference_log import header
from tests.support.reference_log import read

Row = dict[str, Any]
DUTIES = (
    "contact", "forward", "reply", "answer", "report", "appoint", "done", "watertest", "tell",
    "sign", "callback", "confirm", "complete", "resume",
)  # fmt: skip


class Owed(NamedTuple):
    """One duty of a ticket, all moments in epoch seconds."""

    duty: str
    part: str
    start: int
    due: int | None
    met: int | None
    void: str


# -- the duties -----------------------------------------------------------------------------------


def reckon(
    log: list[dict[str, Any]], files: list[Row], above: dict[str, list[str]], zone: ZoneInfo
) -> list[Owed]:
    """Return every duty of a ticket.

    Args:
        files: Policy files.
        above: Role → all roles above it.
    """
    return list(Clerk(log, files, above, zone).reckon())


class Clerk:
    """Reckons the duties of one ticket; see `reckon`."""

    def __init__(
        self, log: list[dict[str, Any]], files: list[Row], above: dict[str, list[str]],
        zone: ZoneInfo,
    ) -> None:  # fmt: skip
        self.acts, self.rounds = read(log)
        self.head = header(log)
        self.opened = self.acts[0].when
        self.written = int(self.acts[0].entry["at"].timestamp())
        self.state = self.acts[-1].after
        self.above = above
        # Judged by the policy of the day on which it was opened.
        self.rules = Rules(files, datetime.fromtimestamp(self.opened, zone).date())
        keys = ("summer", "night", "night_summer")
        self.calendar = Calendar(zone, {key: self.rules.setting("shift", key) for key in keys})

    def reckon(self) -> Iterator[Owed]:
        """Yield every duty, by the class that the ticket is in now (GAP-26)."""
        for duty in DUTIES:
            row = self.row(duty)
            if row is not None:
                yield from getattr(self, duty)(row)

    def row(self, duty: str) -> Row | None:
        """Return the limit for a duty, None where there is none or it is `off`."""
        kind, severity, category = (
            str(self.head.get(key, "")) for key in ("kind", "severity", "category")
        )
        return self.rules.limit(duty, kind, severity, category)

    # From start to end.

    def due(self, row: Row, start: int, duty: str = "") -> int | None:
        """Return when the limit of a row is over.

        Hours are exact; "N days" end at 24:00 of day N, the day of the event being day 0; 当天 is
        24:00 of the day, at night of the day on which that night ends; `shift` is the end of the
        shift, by night for what can wait the end of the day that follows.
        """
        within = row["within"]
        if within == "agreed":
            return None
        if within == "shift":
            urgent = self.head.get("urgent")
            return self.calendar.end_of_shift(
                start if urgent else self.calendar.after_the_night(start)
            )
        if within == "0d":
            day = self.calendar.local(self.calendar.after_the_night(start)).date()
            return self.calendar.end_of_day(day)
        amount, unit = int(within[:-1]), within[-1]
        if unit == "d":
            end = self.calendar.end_of_day(self.calendar.local(start).date(), amount)
        else:
            end = start + amount * {"h": 3600, "m": 60}[unit]
        return self.pushed(start, end) if duty == "done" else end

    def pushed(self, start: int, end: int) -> int:
        """Move an end by what was waited until then, where the policy stops the clock for that."""
        reasons = self.rules.setting("time", "waiting_pauses") or []
        spans = [(begins, until) for begins, until, why in self.waits() if why in reasons]
        edges = sorted({edge for span in spans for edge in span if edge > start})
        now = start
        for edge in edges:
            if now >= end:
                break
            if any(begins <= now < until for begins, until in spans):
                end += edge - now
            now = edge
        return end

    def waits(self) -> Iterator[tuple[int, int, str]]:
        """Yield from when to when it waited, at most to the end of the day said, and for what."""
        for place, act in enumerate(self.acts):
            if act.did == "wait":
                over, _how = self.end_of_wait(place)
                last = self.calendar.end_of_day(act.sets("waiting_until"))
                yield act.when, last if over is None else min(last, over), act.sets("waiting")

    def end_of_wait(self, place: int) -> tuple[int | None, str]:
        """Return when a wait was over, and as what the ticket ended if that was why."""
        for act in self.acts[place + 1 :]:
            if act.after in ENDED:
                return act.when, act.after
            if act.did in {"wait", "done"} or act.clears("waiting"):
                return act.when, ""
        return None, ""

    # Met, or fallen away.

    def first(self, fits: Callable[[Act], object]) -> int | None:
        """Return when the earliest of the acts happened that fit, however late it was told."""
        return min((act.when for act in self.acts if fits(act)), default=None)

    def once(self, duty: str, row: Row, start: int, met: int | None, part: str = "") -> Owed:
        """Make a duty of the ticket as a whole: unmet, it falls away when the ticket ends.

        Taken over from elsewhere, it falls away if the work was done before this book knew of it.
        """
        void = self.state if met is None and self.state in ENDED else ""
        done = self.rounds[0].first("done") if self.head.get("source") else None
        if met is None and not void and done and start <= done < self.written:
            void = "earlier"
        return Owed(duty, part, start, self.due(row, start), met, void)

    def after_done(self, duty: str, row: Row, one: Round, start: int, met: int | None) -> Owed:
        """Make a duty that follows from the work of a round.

        It falls away when that is filed, or taken up again; and if the work was done before this
        book knew of the matter, in a ticket taken over from elsewhere.
        """
        void = one.ended or ("reopened" if one.taken_up_again else "")
        if self.head.get("source") and (one.first("done") or 0) < self.written:
            void = "earlier"
        return Owed(duty, one.part, start, self.due(row, start), met, "" if met else void)

    def routed(self) -> int:
        """Return from when a matter is passed on: at night, if it can wait, from the handover."""
        if self.head.get("urgent"):
            return self.opened
        return self.calendar.after_the_night(self.opened)

    # One duty after the other.

    def contact(self, row: Row) -> Iterator[Owed]:
        """NUM-38: whoever has it speaks to the resident; an answer is contact too."""
        met = self.first(lambda act: act.did in {"contact", "answer", "tell"})
        yield self.once("contact", row, self.routed(), met)

    def forward(self, row: Row) -> Iterator[Owed]:
        """NUM-31, NUM-34: a person puts it before the role or one above; else it is handed on."""

        def enough(act: Act) -> bool:
            if not row.get("to"):
                here = not self.head.get("source") or act.when >= self.written
                return act.did == "assign" or (act.did == "done" and here)
            return (
                act.did in {"forward", "escalate"}
                and act.entry["by"] != "auto"
                and act.entry["to"] in (row["to"], *self.above.get(row["to"], []))
            )

        owed = self.once("forward", row, self.routed(), self.first(enough))
        own = self.first(lambda act: act.did == "assign")
        yield owed if row.get("to") else self.alone(owed, own)

    def alone(self, owed: Owed, own: object) -> Owed:
        """Of what is one matter with others, the incident is handed on, appointed and signed for.

        It counts for a ticket only if it was done for this one on its own, and in time.
        """
        in_time = owed.met is not None and (owed.due is None or owed.met <= owed.due)
        one_of_many = "incident" in self.head and not (own and in_time)
        return owed._replace(met=None, void="incident") if one_of_many else owed

    def reply(self, row: Row) -> Iterator[Owed]:
        """NUM-39, NUM-40, VAR-01: any answer; it runs from the call, also at night."""
        met = self.first(lambda act: act.did in {"answer", "tell"})
        yield self.once("reply", row, self.opened, met)

    def answer(self, row: Row) -> Iterator[Owed]:
        """NUM-32: an answer said to be the clear one, or the result."""
        met = self.first(
            lambda act: act.did == "tell" or (act.did == "answer" and act.entry.get("final"))
        )
        yield self.once("answer", row, self.opened, met)

    def report(self, row: Row) -> Iterator[Owed]:
        """NUM-39, CMP-21: each department from when it was handed the matter; done is a reply."""
        handed: list[list[Any]] = []
        for act in self.acts:
            waiting = handed[-1] if handed and handed[-1][2] is None else None
            department = act.sets("department") if act.did == "assign" else None
            if department and not (waiting and waiting[1] == department):
                handed.append([act.when, department, None])
            elif act.did in {"report", "done"} and waiting:
                waiting[2] = act.when
        for place, (start, _department, met) in enumerate(handed):
            one = self.once("report", row, start, met, str(place + 1) if place else "")
            passed_on = met is None and place + 1 < len(handed)
            yield one._replace(void="reassigned") if passed_on else one

    def appoint(self, row: Row) -> Iterator[Owed]:
        """REP-03: from the intake, from a new round, from each visit at which nobody was home."""
        made: list[Owed] = []
        for one in self.rounds:
            owing: list[list[int | None]] = [[one.begins if one.number else self.routed(), None]]
            for act in one.acts:
                if act.did == "appoint" and owing[-1][1] is None:
                    owing[-1][1] = act.when
                elif act.did == "missed":
                    owing.append([act.when, None])
            for start, agreed in owing:
                assert start is not None
                met = one.first("done") if agreed is None else agreed
                part = str(len(made) + 1) if made else ""
                void = one.ended if met is None else ""
                owed = Owed("appoint", part, start, self.due(row, start), met, void)
                made.append(owed if made else self.alone(owed, agreed is not None))
        yield from made

    def done(self, row: Row) -> Iterator[Owed]:
        """NUM-33, NUM-35, NUM-36, GAP-32: by the limit, or by what was agreed on last.

        Agreed on are an appointment (for what has no limit), a later day, or first the day that the
        resident asked for (VAR-04). Each of these ends stays to be judged.
        """
        only = row["within"] == "agreed"
        for one in self.rounds:
            ends: list[tuple[int | None, str]] = []
            else_ = end = self.due(row, one.begins, "done")
            if (only or row.get("agreed")) and not one.number and "wanted" in self.head:
                else_ = end = self.calendar.end_of_day(self.head["wanted"])
            visit = False
            for act in one.acts if only or row.get("agreed") else ():
                if act.did == "appoint" and only:
                    ends.append((end, "moved"))
                    until = act.sets("appointment_end") or act.sets("appointment")
                    end, visit = int(until.timestamp()), True
                elif act.did == "missed" and visit:
                    ends.append((end, "missed"))
                    end, visit = else_, False
                elif act.sets("agreed"):
                    ends.append((end, "moved"))
                    else_ = end = self.calendar.end_of_day(act.sets("agreed"))
                    visit = False
            finished = one.first("done")
            ends.append((end, "" if finished else one.ended))
            yield from self.ends(one, ends, finished)

    def ends(
        self, one: Round, ends: list[tuple[int | None, str]], finished: int | None
    ) -> Iterator[Owed]:
        count = 0
        for place, (end, void) in enumerate(ends):
            if end is None:
                continue  # there was nothing to be late for
            part = f"{one.number + 1}-{count + 1}" if count else one.part
            met = finished if place == len(ends) - 1 else None
            yield Owed("done", part, one.begins, end, met, void)
            count += 1

    def watertest(self, row: Row) -> Iterator[Owed]:
        """NUM-26: a leak that was mended owes a test, whatever it shows."""
        for one in self.rounds:
            if done := one.first("done"):
                yield self.after_done("watertest", row, one, done, one.first("watertest"))

    def tell(self, row: Row) -> Iterator[Owed]:
        """NUM-37, VAR-03: the result is told on the day on which it exists."""
        for one in self.rounds:
            if done := one.first("done"):
                yield self.after_done("tell", row, one, done, one.first("tell"))

    def sign(self, row: Row) -> Iterator[Owed]:
        """REP-15: the resident signs the finished order."""
        for one in self.rounds:
            if done := one.first("done"):
                signed = one.first("sign")
                yield self.alone(self.after_done("sign", row, one, done, signed), signed)

    def callback(self, row: Row) -> Iterator[Owed]:
        """NUM-25 … NUM-29, GAP-11: from done, of a leak from the test that was passed.

        Only the valid are called back (VAR-07, VAR-30). Reached or refused is an end of it; so is
        an attempt on the last of the different days that the policy asks for.
        """
        for one in self.rounds:
            start = one.first("done")
            if start is not None and self.row("watertest"):
                start = one.first("watertest", result="passed")
            if start is None:
                continue
            made = self.after_done("callback", row, one, start, self.concluded(one))
            invalid = self.head.get("validity") == "invalid" and made.met is None
            yield made._replace(void="invalid") if invalid else made

    def concluded(self, one: Round) -> int | None:
        days = set()
        for act in one.acts:
            if act.did != "callback":
                continue
            if act.entry["result"] != "unreachable":
                return act.when
            days.add(self.calendar.local(act.when).date())
            if len(days) == (self.rules.setting("callback", "attempts") or 3):
                return act.when
        return None

    def confirm(self, row: Row) -> Iterator[Owed]:
        """GAP-26: the severity is confirmed; changed after that by another, it is again."""
        asked: list[list[int | None]] = [[self.opened, None]]
        confirmed, was = False, ("", "")
        fields: dict[str, Any] = {}
        for act in self.acts:
            fields = header([{"set": fields}, act.entry])
            now = str(fields.get("kind", "")), str(fields.get("severity", ""))
            if act.did == "classify" and act.entry.get("confirmed"):
                confirmed = True
                if asked[-1][1] is None:
                    asked[-1][1] = act.when
            elif now != was and confirmed:
                confirmed = False
                asked.append([act.when, None])
            was = now
        for place, (start, met) in enumerate(asked):
            assert start is not None
            yield self.once("confirm", row, start, met, str(place + 1) if place else "")

    def complete(self, row: Row) -> Iterator[Owed]:
        """A unit that was said but is not known is found out."""
        if any(act.sets("unit_said") for act in self.acts):
            met = self.first(lambda act: act.sets("unit") or act.sets("place"))
            yield self.once("complete", row, self.opened, met)

    def resume(self, row: Row) -> Iterator[Owed]:
        """What waits until a day comes back on that day."""
        del row
        count = 0
        for place, act in enumerate(self.acts):
            if act.did == "wait":
                over, how = self.end_of_wait(place)
                part = str(count + 1) if count else ""
                last = self.calendar.end_of_day(act.sets("waiting_until"))
                yield Owed("resume", part, act.when, last, None if how else over, how)
                count += 1

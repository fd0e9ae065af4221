"""The clocks of the trade on tickets written by hand: by the product and by the slow reference.

Intake, nights, forwarding, answers, and until when the work is owed. Nights in November are 17:30
to 08:30, in summer 18:00 to 08:30.
"""

from __future__ import annotations

import pytest

from svcctl.base.record import Record
from tests.support.cases import act
from tests.support.cases import case
from tests.support.cases import check
from tests.support.cases import complaint
from tests.support.cases import day
from tests.support.cases import done
from tests.support.cases import repair
from tests.support.cases import visit
from tests.support.handbooks import shipped

# Time: exact hours, days to 24:00, nights (NUM-31 … NUM-40, VAR-29, VAR-33, GAP-15, GAP-27).


def test_figures_of_a_major_complaint() -> None:
    """NUM-31, NUM-32, NUM-33, NUM-38, NUM-39, VAR-01, GAP-26."""
    check(
        case(complaint("11-21 09:12", "major")),
        "contact 11-21 09:12 → 11-21 10:12",
        "forward 11-21 09:12 → 11-21 24:00",
        "reply 11-21 09:12 → 11-22 09:12",
        "answer 11-21 09:12 → 11-23 24:00",
        "done 11-21 09:12 → 12-01 24:00",
        "confirm 11-21 09:12 → 11-21 24:00",
    )


def test_figures_of_an_important_and_a_minor_complaint() -> None:
    """NUM-34, NUM-35, NUM-36."""
    check(
        case(complaint("11-21 09:12", "important")),
        "forward 11-21 09:12 → 11-21 10:12",
        "done 11-21 09:12 → 11-24 24:00",
        "answer",
    )
    check(case(complaint("11-21 09:12", "minor")), "forward", "done 11-21 09:12 → 11-23 24:00")


def test_night_call_is_passed_on_from_the_handover_and_answered_from_the_call() -> None:
    """NUM-09, NUM-34, VAR-29: routing waits for 08:30; 当天 is the day the night ends on."""
    check(
        case(complaint("11-21 22:10", "important")),
        "contact 11-22 08:30 → 11-22 09:30",
        "forward 11-22 08:30 → 11-22 09:30",
        "reply 11-21 22:10 → 11-22 22:10",
        "confirm 11-21 22:10 → 11-22 24:00",
        "done 11-21 22:10 → 11-24 24:00",
    )


def test_after_midnight_it_is_the_same_night_but_another_day() -> None:
    """GAP-27: the night ends on the day of the call; N days count from the calendar day."""
    check(
        case(complaint("11-22 02:00", "important")),
        "forward 11-22 08:30 → 11-22 09:30",
        "confirm 11-22 02:00 → 11-22 24:00",
        "done 11-22 02:00 → 11-25 24:00",
    )


def test_major_complaint_at_night_is_before_the_director_on_the_day_the_night_ends() -> None:
    """NUM-31."""
    check(case(complaint("11-21 22:10", "major")), "forward 11-22 08:30 → 11-22 24:00")


def test_urgent_does_not_wait_for_the_morning() -> None:
    """VAR-29: urgent on any kind; its shift ends when the night does."""
    check(
        case(complaint("11-21 22:10", "important", urgent=True)),
        "contact 11-21 22:10 → 11-21 23:10",
        "forward 11-21 22:10 → 11-21 23:10",
    )
    check(
        case(repair("11-21 22:10", urgent=True)),
        "forward 11-21 22:10 → 11-21 22:40",
        "appoint 11-21 22:10 → 11-22 08:30",
    )


@pytest.mark.parametrize(
    "when, begins",
    [
        ("09-30 17:45", "09-30 17:45"),  # the last day of summer: the night begins at 18:00
        ("09-30 18:00", "10-01 08:30"),
        ("10-01 17:29", "10-01 17:29"),
        ("10-01 17:45", "10-02 08:30"),
        ("04-30 17:45", "05-01 08:30"),
        ("05-01 17:45", "05-01 17:45"),
        ("05-01 08:29", "05-01 08:30"),  # the night began on the last of April
        ("11-21 08:30", "11-21 08:30"),
        ("11-21 17:30", "11-22 08:30"),
    ],
)
def test_nights_of_summer_and_winter(when: str, begins: str) -> None:
    """NUM-04, NUM-05, SHF-18: the season is that of the day on which the night begins."""
    ends = f"{begins[:-5]}{int(begins[-5:-3]) + 1:02}{begins[-3:]}"
    check(case(complaint(when, "important")), f"forward {begins} → {ends}")


def test_what_happened_counts_not_when_it_was_written_down() -> None:
    """A night complaint typed at 08:20; an answer told late."""
    record = case(
        complaint("11-22 08:20", "minor", happened="11-21 23:40"),
        act("11-22 15:00", "answer", note="b"),
        act("11-22 16:00", "answer", note="a", happened="11-22 09:00"),
    )
    check(
        record,
        "reply 11-21 23:40 → 11-22 23:40 met 11-22 09:00",
        "contact 11-22 08:30 → 11-22 09:30 met 11-22 09:00",
    )


# Forward (VAR-05, GAP-16).


@pytest.mark.parametrize(
    "did, to, met",
    [
        ("forward", "director", " met 11-21 10:00"),
        ("forward", "supervisor", ""),
        ("forward", "manager", ""),
        ("escalate", "director", " met 11-21 10:00"),
    ],
)
def test_major_goes_to_the_director_straight(did: str, to: str, met: str) -> None:
    """NUM-31, VAR-05: who stands below is not enough."""
    record = case(complaint("11-21 09:12", "major"), act("11-21 10:00", did, to=to, why="y"))
    check(record, f"forward 11-21 09:12 → 11-21 24:00{met}")


def test_important_may_go_above_the_supervisor() -> None:
    """NUM-34."""
    record = case(
        complaint("11-21 09:12", "important"), act("11-21 10:00", "forward", to="manager")
    )
    check(record, "forward 11-21 09:12 → 11-21 10:12 met 11-21 10:00")


def test_what_a_machine_raises_is_not_forwarded() -> None:
    """Forward meets a duty; escalate raises what is late."""
    rung = act("11-22 10:12", "escalate", to="supervisor", by="auto", after="1A",
               n="auto/escalate/forward/3")  # fmt: skip
    check(case(complaint("11-21 09:12", "important"), rung), "forward 11-21 09:12 → 11-21 10:12")


def test_repair_is_handed_on_by_the_first_order() -> None:
    """REP-03, REP-16."""
    record = case(
        repair("11-21 09:12"),
        act("11-21 09:20", "assign", assignee="li.na"),
        act("11-21 11:00", "assign", department="repair"),
    )
    check(record, "forward 11-21 09:12 → 11-21 09:42 met 11-21 09:20")


# Answers and departments.


def test_first_reply_is_no_clear_answer_unless_it_is_said_to_be() -> None:
    """NUM-32, NUM-39, VAR-01."""
    first = act("11-21 10:00", "answer", note="在看")
    final = act("11-21 11:00", "answer", note="好", final=True)
    check(
        case(complaint("11-21 09:12", "major"), first),
        "reply 11-21 09:12 → 11-22 09:12 met 11-21 10:00",
        "answer 11-21 09:12 → 11-23 24:00",
    )
    check(
        case(complaint("11-21 09:12", "major"), first, final),
        "answer 11-21 09:12 → 11-23 24:00 met 11-21 11:00",
    )


def test_each_department_owes_its_reply_from_when_it_was_handed_the_matter() -> None:
    """NUM-39, CMP-21: handed again to the same one, it owes it from the first time."""
    record = case(
        complaint("11-21 09:00", "minor"),
        act("11-21 09:30", "assign", department="repair"),
        act("11-21 10:00", "assign", department="repair"),
        act("11-21 15:00", "assign", department="security"),
        act("11-21 16:00", "report", note="已查"),
        act("11-22 09:00", "assign", department="security"),
        done("11-22 10:00"),
    )
    check(
        record,
        "report 11-21 09:30 → 11-22 09:30 reassigned",
        "report-2 11-21 15:00 → 11-22 15:00 met 11-21 16:00",
        "report-3 11-22 09:00 → 11-23 09:00 met 11-22 10:00",
    )


# Done: by the limit, by what was agreed on (VAR-02, VAR-04, GAP-32).


def test_minor_complaint_by_the_day_the_resident_asked_for() -> None:
    """NUM-36, VAR-04: for a minor one alone."""
    wanted = day("12-24")
    check(case(complaint("11-21 09:12", "minor", wanted=wanted)), "done 11-21 09:12 → 12-24 24:00")
    check(case(complaint("11-21 09:12", "major", wanted=wanted)), "done 11-21 09:12 → 12-01 24:00")


def test_agreed_extension_moves_the_end_and_the_first_stays_to_be_judged() -> None:
    """VAR-04: agreed extensions are logged."""
    late = act("11-24 09:00", "extend", agreed=day("11-27"), agreed_by="陈先生")
    check(
        case(complaint("11-21 09:12", "minor"), late, done("11-26 10:00")),
        "done 11-21 09:12 → 11-23 24:00 moved",
        "done-1-2 11-21 09:12 → 11-27 24:00 met 11-26 10:00",
    )


def test_what_was_agreed_on_before_it_was_reopened_does_not_count_after() -> None:
    """The first round stays as it was judged; the second has the limit of its own."""
    record = case(
        complaint("11-21 09:12", "minor", wanted=day("11-22")),
        act("11-22 09:00", "extend", agreed=day("11-25"), agreed_by="陈先生"),
        done("11-25 10:00"),
        act("12-01 09:00", "reopen", why="又来"),
    )
    check(
        record,
        "done 11-21 09:12 → 11-22 24:00 moved",
        "done-1-2 11-21 09:12 → 11-25 24:00 met 11-25 10:00",
        "done-2 12-01 09:00 → 12-03 24:00",
    )


def test_repair_is_owed_by_its_appointment() -> None:
    """REP-03, GAP-32: until then an appointment is owed by the end of the shift."""
    check(case(repair("11-21 09:12")), "appoint 11-21 09:12 → 11-21 17:30", "done")
    check(
        case(repair("11-21 09:12"), visit("11-21 09:30", "11-22 14:00", "11-22 16:00"),
             done("11-22 15:10")),
        "appoint 11-21 09:12 → 11-21 17:30 met 11-21 09:30",
        "done 11-21 09:12 → 11-22 16:00 met 11-22 15:10",
    )  # fmt: skip


def test_night_repair_is_appointed_by_the_end_of_the_day_shift() -> None:
    """NUM-08, VAR-29: scheduled the next day."""
    check(case(repair("11-21 22:10")), "appoint 11-22 08:30 → 11-22 17:30")
    check(case(repair("05-01 19:10")), "appoint 05-02 08:30 → 05-02 18:00")


def test_nobody_home_owes_a_new_appointment() -> None:
    """The first is not to be late for any more."""
    record = case(
        repair("11-21 09:12"),
        visit("11-21 09:30", "11-21 14:00", "11-21 15:00"),
        act("11-21 14:20", "missed", appointment=None, appointment_end=None),
        visit("11-21 16:00", "11-22 10:00"),
        done("11-22 10:30"),
    )
    check(
        record,
        "appoint 11-21 09:12 → 11-21 17:30 met 11-21 09:30",
        "appoint-2 11-21 14:20 → 11-21 17:30 met 11-21 16:00",
        "done 11-21 09:12 → 11-21 15:00 missed",
        "done-1-2 11-21 09:12 → 11-22 10:00 met 11-22 10:30",
    )


def test_missed_without_a_new_appointment_leaves_nothing_to_be_late_for_but_that() -> None:
    record = case(
        repair("11-21 09:12"),
        visit("11-21 09:30", "11-21 14:00"),
        act("11-21 14:20", "missed", appointment=None),
    )
    check(
        record,
        "appoint 11-21 09:12 → 11-21 17:30 met 11-21 09:30",
        "appoint-2 11-21 14:20 → 11-21 17:30",
        "done 11-21 09:12 → 11-21 14:00 missed",
    )


def test_one_of_many_owes_a_visit_once_it_is_a_matter_of_its_own() -> None:
    """REP-03: the incident is appointed as one, but not for whom it did not help."""
    of_many = repair("11-21 09:12", incident="I261121-A01")
    finished = act("11-21 10:00", "done", note="已修复")
    bad = act("11-21 11:00", "callback", result="unsatisfied", note="还没水")
    check(case(of_many, finished), "appoint 11-21 09:12 → 11-21 17:30 incident")
    check(
        case(of_many, finished, bad),
        "appoint 11-21 09:12 → 11-21 17:30 incident",
        "appoint-2 11-21 11:00 → 11-21 17:30",
    )
    check(
        case(
            of_many,
            visit("11-21 09:30", "11-21 14:00"),
            act("11-21 14:20", "missed", appointment=None),
        ),
        "appoint 11-21 09:12 → 11-21 17:30 met 11-21 09:30",
        "appoint-2 11-21 14:20 → 11-21 17:30",
    )


def test_appointment_that_was_moved_is_no_missed_one() -> None:
    record = case(
        repair("11-21 09:12"),
        visit("11-21 09:30", "11-21 14:00"),
        visit("11-21 15:00", "11-22 10:00"),
    )
    check(
        record,
        "appoint 11-21 09:12 → 11-21 17:30 met 11-21 09:30",
        "done 11-21 09:12 → 11-21 14:00 moved",
        "done-1-2 11-21 09:12 → 11-22 10:00",
    )


def waited(*reasons: str) -> tuple[Record, ...]:
    """Return a policy under which waiting for these stops the clock of the work."""
    return (shipped() | {"time": {"waiting_pauses": list(reasons)}},)


def test_waiting_stops_no_clock_but_owes_its_end() -> None:
    """GAP-15: clocks never sleep."""
    wait = act("11-22 10:00", "wait", waiting="parts", waiting_until=day("11-23"))
    go_on = act("11-24 09:00", "progress", note="到货", waiting=None, waiting_until=None)
    check(
        case(complaint("11-21 09:12", "important"), wait, go_on),
        "done 11-21 09:12 → 11-24 24:00",
        "resume 11-22 10:00 → 11-23 24:00 met 11-24 09:00",
    )


def test_waiting_stops_the_clock_where_the_policy_says_so() -> None:
    """No longer than to the day that was said: 10:00 of the 22nd to 24:00 of the 23rd, 38 h."""
    wait = act("11-22 10:00", "wait", waiting="parts", waiting_until=day("11-23"))
    go_on = act("11-24 09:00", "progress", note="到货", waiting=None, waiting_until=None)
    record = case(complaint("11-21 09:12", "important"), wait, go_on)
    check(record, "done 11-21 09:12 → 11-26 14:00", files=waited("parts"))
    check(record, "done 11-21 09:12 → 11-24 24:00", files=waited("resident"))
    check(record, "reply 11-21 09:12 → 11-22 09:12", files=waited("parts"))

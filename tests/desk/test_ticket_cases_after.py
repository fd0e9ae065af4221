"""The clocks of the trade on tickets written by hand: by the product and by the slow reference.

What follows from the work; ends and new beginnings; classes; policies.
"""

from __future__ import annotations

from typing import Any

import pytest

from svcctl.base.record import Record
from tests.support.cases import act
from tests.support.cases import case
from tests.support.cases import check
from tests.support.cases import complaint
from tests.support.cases import done
from tests.support.cases import repair
from tests.support.handbooks import limit
from tests.support.handbooks import policy
from tests.support.handbooks import shipped

# After the work: water test, told, signed, callback (NUM-24 … NUM-30, NUM-37, GAP-11, GAP-31).


def test_result_is_told_and_signed_the_same_day() -> None:
    """NUM-37, VAR-03, REP-15: at night, on the day on which the night ends."""
    check(
        case(repair("11-21 09:12"), done("11-21 10:00"), act("11-21 10:05", "sign"),
             act("11-21 11:00", "tell")),
        "tell 11-21 10:00 → 11-21 24:00 met 11-21 11:00",
        "sign 11-21 10:00 → 11-21 24:00 met 11-21 10:05",
    )  # fmt: skip
    check(case(repair("11-21 09:12"), done("11-21 20:00")), "tell 11-21 20:00 → 11-22 24:00")


@pytest.mark.parametrize(
    "opening, expected",
    [
        (repair("11-21 09:12", category="safety"), ["callback 11-21 10:00 → 11-23 24:00"]),
        (repair("11-21 09:12"), ["callback 11-21 10:00 → 11-23 24:00"]),
        (repair("11-21 09:12", category="leak"),
         ["callback", "watertest 11-21 10:00 → 11-23 24:00"]),
        (complaint("11-21 09:12", "minor"), ["callback 11-21 10:00 → 11-23 24:00"]),
        (act("11-21 09:12", "open", kind="suggestion", subject="x"),
         ["callback 11-21 10:00 → 11-23 24:00"]),
        (act("11-21 09:12", "open", kind="opinion", subject="x"), ["callback"]),
        (act("11-21 09:12", "open", kind="inquiry", subject="x"), ["callback", "tell"]),
    ],
)  # fmt: skip
def test_who_is_called_back(opening: dict[str, Any], expected: list[str]) -> None:
    """NUM-24 … NUM-29, VAR-06, VAR-07, GAP-31."""
    check(case(opening, done("11-21 10:00")), *expected)


def test_leak_with_a_failed_and_then_a_passed_test() -> None:
    """NUM-26, GAP-11: called back three days after the test that was passed."""
    record = case(
        repair("11-21 09:12", category="leak"),
        done("11-21 10:00"),
        act("11-22 10:00", "watertest", result="failed"),
        done("11-23 10:00"),
        act("11-24 10:00", "watertest", result="passed"),
        act("11-26 10:00", "callback", result="satisfied"),
    )
    check(
        record,
        "watertest 11-21 10:00 → 11-23 24:00 met 11-22 10:00",
        "watertest-2 11-23 10:00 → 11-25 24:00 met 11-24 10:00",
        "callback-2 11-24 10:00 → 11-27 24:00 met 11-26 10:00",
        "tell 11-21 10:00 → 11-21 24:00 reopened",
        "tell-2 11-23 10:00 → 11-23 24:00",
        "appoint 11-21 09:12 → 11-21 17:30 met 11-21 10:00",
        "appoint-2 11-22 10:00 → 11-22 17:30 met 11-23 10:00",
    )


def called(*calls: tuple[str, str]) -> Record:
    """Return a repair that was done and called back."""
    made = [act(when, "callback", result=result) for when, result in calls]
    return case(repair("11-21 09:12"), done("11-21 10:00"), *made)


@pytest.mark.parametrize(
    "calls, met",
    [
        ([("11-22 09:00", "fair")], "11-22 09:00"),
        ([("11-22 09:00", "refused")], "11-22 09:00"),
        ([("11-22 09:00", "unreachable"), ("11-22 18:00", "unreachable"),
          ("11-22 20:00", "unreachable")], None),
        ([("11-22 09:00", "unreachable"), ("11-22 18:00", "unreachable"),
          ("11-23 09:00", "unreachable"), ("11-24 09:00", "unreachable")], "11-24 09:00"),
        ([("11-22 09:00", "unreachable"), ("11-23 09:00", "satisfied")], "11-23 09:00"),
    ],
)  # fmt: skip
def test_three_attempts_on_different_days_conclude(
    calls: list[tuple[str, str]], met: str | None
) -> None:
    """VIS-02, assumed: two attempts on one day count once; refused is an end."""
    over = f" met {met}" if met else ""
    check(called(*calls), f"callback 11-21 10:00 → 11-23 24:00{over}")


def test_not_satisfied_reopens() -> None:
    """VIS-04: that was a callback; the work, its result and its callback are owed anew."""
    again = called(("11-22 09:00", "unsatisfied"))
    check(
        again,
        "callback 11-21 10:00 → 11-23 24:00 met 11-22 09:00",
        "appoint 11-21 09:12 → 11-21 17:30 met 11-21 10:00",
        "appoint-2 11-22 09:00 → 11-22 17:30",
    )


def test_invalid_is_not_called_back() -> None:
    """VAR-07, VAR-30: told all the same."""
    record = case(
        complaint("11-21 09:12", "minor"),
        act("11-21 09:30", "judge", validity="invalid"),
        done("11-21 10:00"),
    )
    check(record, "callback 11-21 10:00 → 11-23 24:00 invalid", "tell 11-21 10:00 → 11-21 24:00")


# Ends and new beginnings.


@pytest.mark.parametrize("did, state", [("cancel", "cancelled"), ("duplicate", "duplicate")])
def test_what_was_given_up_owes_nothing(did: str, state: str) -> None:
    record = case(
        complaint("11-21 09:12", "important"),
        act("11-21 10:00", "answer", note="x"),
        act("11-21 11:00", did, why="y", duplicate_of="T261121-A01"),
    )
    check(
        record,
        "reply 11-21 09:12 → 11-22 09:12 met 11-21 10:00",
        f"forward 11-21 09:12 → 11-21 10:12 {state}",
        f"done 11-21 09:12 → 11-24 24:00 {state}",
        f"confirm 11-21 09:12 → 11-21 24:00 {state}",
    )


def test_inquiry_answered_at_once_is_filed() -> None:
    """Closing needs done, told and called back, except for inquiries."""
    record = case(
        act("11-21 09:12", "open", kind="inquiry", subject="x"),
        act("11-21 09:15", "answer", note="x"),
        act("11-21 09:16", "close", result="answered"),
    )
    check(record, "reply 11-21 09:12 → 11-22 09:12 met 11-21 09:15", "done", "tell", "callback")


def test_what_is_reopened_after_it_was_cancelled_owes_its_work_once() -> None:
    record = case(
        complaint("11-21 09:12", "important"),
        act("11-21 10:00", "cancel", why="x"),
        act("11-23 09:00", "reopen", why="y"),
        done("11-24 10:00"),
        act("11-24 11:00", "tell"),
        act("11-24 12:00", "callback", result="satisfied"),
        act("11-24 12:00", "close"),
        act("11-30 09:00", "reopen", why="y"),
    )
    check(
        record,
        "done 11-21 09:12 → 11-24 24:00 cancelled",
        "done-2 11-23 09:00 → 11-26 24:00 met 11-24 10:00",
        "done-3 11-30 09:00 → 12-03 24:00",
        "tell-2 11-24 10:00 → 11-24 24:00 met 11-24 11:00",
        "callback-2 11-24 10:00 → 11-26 24:00 met 11-24 12:00",
    )


def test_repair_cancelled_and_reopened_owes_one_appointment() -> None:
    record = case(
        repair("11-21 09:12"),
        act("11-21 10:00", "cancel", why="x"),
        act("11-23 09:00", "reopen", why="y"),
    )
    check(
        record,
        "appoint 11-21 09:12 → 11-21 17:30 cancelled",
        "appoint-2 11-23 09:00 → 11-23 17:30",
    )


def test_work_done_elsewhere_before_owes_nothing_that_follows() -> None:
    """A ticket taken over from another system."""
    record = case(
        repair("11-21 09:12", happened="03-01 10:00", source="2019-7"),
        done("11-21 09:12", happened="03-02 10:00"),
    )
    check(
        record,
        "callback 03-02 10:00 → 03-04 24:00 earlier",
        "tell 03-02 10:00 → 03-02 24:00 earlier",
        "forward 03-01 10:00 → 03-01 10:30 earlier",
    )


# Classes (GAP-26).


def test_reclassifying_recomputes_from_the_intake() -> None:
    record = case(
        complaint("11-21 09:12", "minor"),
        act("11-24 10:00", "edit", severity="major", by="li.na"),
    )
    check(
        record,
        "forward 11-21 09:12 → 11-21 24:00",
        "answer 11-21 09:12 → 11-23 24:00",
        "done 11-21 09:12 → 12-01 24:00",
    )


def test_severity_is_confirmed_and_after_a_change_again() -> None:
    """GAP-26: intake proposes, the supervisor confirms."""
    record = case(
        complaint("11-21 09:12", "minor"),
        act("11-21 10:00", "edit", severity="important"),
        act("11-21 11:00", "classify", severity="important", confirmed=True),
        act("11-23 10:00", "edit", severity="major"),
    )
    check(
        record,
        "confirm 11-21 09:12 → 11-21 24:00 met 11-21 11:00",
        "confirm-2 11-23 10:00 → 11-23 24:00",
    )


def test_unknown_unit_is_found_out() -> None:
    """A caller without a room."""
    record = case(
        complaint("11-21 09:12", unit_said="后门"),
        act("11-21 12:00", "edit", unit="3-2-1501", unit_said=None),
    )
    check(record, "complete 11-21 09:12 → 11-22 24:00 met 11-21 12:00")
    check(case(complaint("11-21 09:12", unit="3-2-1501")), "complete")


# The policy of the day on which it was opened.


def test_policy_that_changed_since_is_another_tickets() -> None:
    """A file dated later changes nothing that is running, whenever the work goes on."""
    files = (shipped(), policy("2026-07-01", limit("reply", "2h"), limit("callback", "off")))
    record = case(complaint("06-30 23:30", "minor"), done("07-02 10:00"))
    check(
        record,
        "reply 06-30 23:30 → 07-01 23:30",
        "callback 07-02 10:00 → 07-04 24:00",
        files=files,
    )
    later = case(complaint("07-01 00:10", "minor"), done("07-02 10:00"))
    check(later, "reply 07-01 00:10 → 07-01 02:10", "callback", files=files)


def test_limit_of_nothing_is_no_duty() -> None:
    """VAR-02: a solve limit can be switched off."""
    files = (shipped(), policy("2026-02-01", limit("done", "off", "complaint", "minor")))
    check(case(complaint("11-21 09:12", "minor")), "done", files=files)
    check(case(complaint("11-21 09:12", "major")), "done 11-21 09:12 → 12-01 24:00", files=files)

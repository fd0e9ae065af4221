"""Figures of reports: what is late, what comes again, and every number with its tickets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base.choice import Choice
from svcctl.kinds import Clock
from svcctl.report import page
from svcctl.report import repairs
from svcctl.report import repeats
from svcctl.report.complaints import Terms
from svcctl.report.complaints import sections
from svcctl.report.figures import Case
from svcctl.report.figures import Figure
from svcctl.report.figures import Report
from svcctl.report.figures import Section
from svcctl.report.figures import late
from svcctl.report.figures import lateness
from svcctl.report.figures import split

LISTS = {"severity": (Choice("major", "重大", "", "major"), Choice("minor", "轻微", "", "minor"))}


def clock(duty: str = "reply", due: int | None = 100, met: int | None = None, **more: Any) -> Clock:
    return Clock(duty, 0, "opened", "24h", due, met, "agent", "NUM-39", **more)


def case(name: str, *clocks: Clock, area: str = "", facts: Any = None, **head: Any) -> Case:
    known = {"opened": 0, "cycles": []} | (facts or {})
    return Case(name, {"status": "registered", **head}, known, clocks, area)


def terms(now: int = 1000, least: int = 3, hidden: frozenset[str] = frozenset()) -> Terms:
    return Terms(now, lambda name: LISTS.get(name, ()), least, hidden)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (clock(met=100), False),
        (clock(met=101), True),
        (clock(due=1000), None),
        (clock(due=999), True),
        (clock(due=None), None),
        (clock(void="cancelled", ended=90), None),
        (clock(void="cancelled", ended=110), True),
        (clock(due=500, met=1200), True),
    ],
)
def test_late_is_what_ran_out_whether_it_was_met_later_or_fell_away(
    one: Clock, expected: object
) -> None:
    assert lateness(one, 1000) is expected


def test_the_late_rate_counts_each_clock_and_no_rung() -> None:
    cases = [
        case("T1", clock(met=50), clock("done", met=300), clock("done", part="2", due=5000)),
        case("T2", clock(), clock("escalate")),
    ]
    found = {one.key: (one.ids, one.of) for one in late(cases, 1000, ())}
    assert found == {"reply": (("T2",), ("T1", "T2")), "done": (("T1",), ("T1",))}


def test_values_come_in_the_order_of_the_handbook_and_nothing_is_left_out() -> None:
    cases = [case("T1", severity="minor"), case("T2"), case("T3", severity="odd"),
             case("T4", severity="major")]  # fmt: skip
    found = split(cases, lambda one: str(one.head.get("severity", "")), LISTS["severity"])
    assert [(one.words, one.ids) for one in found] == [
        ("major", ("T4",)), ("minor", ("T1",)), ("odd", ("T3",)), ("not stated", ("T2",))
    ]  # fmt: skip


def test_what_comes_again_is_found_by_class_and_area() -> None:
    cases = [case(f"T{number}", category="noise", area="3") for number in range(3)]
    cases += [case("T8", category="noise", area="4"), case("T9", category="leak", area="3")]
    assert [one.ids for one in repeats.by_class(cases, 3, (), ())] == [("T0", "T1", "T2")]
    assert repeats.by_class(cases, 4, (), ()) == []


def test_what_comes_again_is_found_by_its_words_the_longest_shared() -> None:
    subjects = ["3栋2单元装修噪音扰民", "晚上装修噪音", "装修噪音太大", "水管漏水",
                "lift door stuck", "the lift door again", "lift door"]  # fmt: skip
    cases = [case(f"T{place}", subject=one) for place, one in enumerate(subjects)]
    found = repeats.by_words(cases, 3)
    assert [(one.words, one.ids) for one in found] == [
        ("装修噪音", ("T0", "T1", "T2")), ("lift door", ("T4", "T5", "T6"))
    ]  # fmt: skip


def test_a_name_is_no_repeated_problem() -> None:
    cases = [case(f"T{place}", subject=f"欧阳修远{word}") for place, word in enumerate("漏堵吵")]
    assert [one.words for one in repeats.by_words(cases, 3)] == ["欧阳修远"]
    assert repeats.by_words(cases, 3, {"欧阳修远"}) == []


SUBJECTS = st.text("电梯困人漏水噪音abc 12", max_size=12)


@given(st.lists(SUBJECTS, max_size=12), st.integers(2, 4))
def test_repeated_words_stand_in_each_subject_named(subjects: list[str], least: int) -> None:
    cases = [case(f"T{place}", subject=one) for place, one in enumerate(subjects)]
    texts = {one.id: one.head["subject"] for one in cases}
    for found in repeats.by_words(cases, least):
        assert len(found.ids) >= least
        for name in found.ids:
            assert found.words.replace(" ", "") in texts[name].replace(" ", "").lower() or all(
                word in texts[name].lower() for word in found.words.split()
            )


def test_the_open_ones_are_named_gravest_first_with_what_is_late() -> None:
    cases = [
        case("T1", kind="complaint", severity="minor"),
        case("T2", clock(), clock("escalate"), kind="complaint", severity="major"),
        case("T3", kind="complaint", severity="major", status="closed"),
    ]
    found = next(one for one in sections(cases, terms()) if one.key == "open")
    assert [one.key for one in found.figures] == ["T2", "T1"]
    assert found.figures[0].about.endswith("late: reply")


def test_shares_are_rounded_down_so_that_all_means_all() -> None:
    most = Figure("a", "a", ("T",) * 1999, ("T",) * 2000)
    assert page.percent(most) == "99.9 %"
    assert page.percent(Figure("a", "a", ("T",), ("T",))) == "100 %"
    assert page.percent(Figure("a", "a", (), ())) == ""


def test_a_report_reads_as_text_and_as_rows() -> None:
    report = Report(
        "Maple Court",
        [
            Section("late", "late", [Figure("reply", "reply", (), ("T1",))]),
            Section("again", "again", [Figure("x", "x", ("T1", "T2"))], named=True),
            Section("none", "nothing", [], named=True),
        ],
    )
    assert list(page.text(report)) == [
        "Maple Court", "late: none", "again:", "  x: 2 (T1 T2)", "nothing: none"
    ]  # fmt: skip
    rows = [(one["section"], one["count"], one["of"], one["rate"]) for one in page.rows(report)]
    assert rows == [("late", 0, 1, 0.0), ("again", 2, None, None)]
    assert report.ids() == ["T1", "T2"]


def appointments(now: int, *made: list[Any], **facts: Any) -> dict[str, int]:
    one = case("T1", facts={"appointments": list(made), **facts})
    found = repairs.sections([one], terms(now), ())
    figures = next(section for section in found if section.key == "appointments").figures
    return {figure.key: len(figure.ids) for figure in figures if figure.ids}


def test_appointments_are_kept_missed_moved_or_not_kept() -> None:
    done = {"cycles": [{"start": 0, "done": 150}]}
    assert appointments(500, [10, 100, 200, None, None, 0], **done) == {"made": 1, "kept": 1}
    assert appointments(500, [10, 100, 140, None, None, 0], **done) == {"made": 1, "broken": 1}
    assert appointments(500, [10, 100, 200, 205, "missed", 0]) == {"made": 1, "missed": 1}
    moved = appointments(50, [10, 100, 200, 20, "moved", 0], [20, 300, 400, None, None, 0])
    assert moved == {"made": 2, "moved": 1, "ahead": 1}
    assert appointments(500, [10, 100, 200, None, None, 0]) == {"made": 1, "broken": 1}


def test_fees_are_summed_exactly_and_public_damage_is_named() -> None:
    cases = [
        case("T1", kind="repair", fee="0.10", unit="3-2-1501"),
        case("T2", kind="repair", fee="0.20", category="lift", unit="3-2-1501"),
        case("T3", kind="repair", fee="0.00", place="北门", warranty=True),
        case("T4", kind="repair"),
    ]
    found = {one.key: one.figures for one in repairs.sections(cases, terms(), ("lift",))}
    fees = {one.key: one for one in found["fees"]}
    assert fees["sum"].amount == "0.30"
    assert fees["paid"].ids == ("T1", "T2")
    assert fees["free"].ids == ("T3", "T4")
    assert fees["warranty"].ids == ("T3",)
    assert {name for one in found["public"] for name in one.ids} == {"T2", "T3"}

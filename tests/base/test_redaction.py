"""Redaction takes words out of one entry; who did what, when, and what is owed stay."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcctl.base import entry as entries
from svcctl.base import i18n
from svcctl.base import redaction
from svcctl.base.case import append_unasked
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.record import Record
from svcctl.base.redaction import ALL
from svcctl.base.redaction import Redaction
from svcctl.base.redaction import redact
from svcctl.book import guard
from svcctl.desk.tickets import rules
from svcctl.kinds import KINDS
from tests.support.builders import at
from tests.support.builders import entry
from tests.support.builders import ticket
from tests.support.handbooks import handbook
from tests.support.lives import lives


def how(*fields: str, when: str = "2026-11-22 09:00", by: str = "zhao.min") -> Redaction:
    return Redaction(by, at(when), "住户要求", fields, rules.FREE)


def told(record: Record, n: str = "1A") -> dict[str, Any]:
    return next(one for one in record["log"] if one["n"] == n)


def spoken() -> Record:
    """Return a ticket whose first entry says who called and what they said."""
    made = ticket(caller="孙丽")
    made["log"][0]["note"] = "她说她有病"
    return append_unasked(made, entry("2A", "note", note="孙丽又来电"), rules)


def test_the_words_go_and_the_deed_stays() -> None:
    before = spoken()
    after, was = redact(before, "2A", how(), rules)
    assert was == told(before, "2A")
    assert told(after, "2A") == {
        "n": "2A",
        "at": was["at"],
        "by": "wang.fang",
        "did": "note",
        "redacted": True,
        "redacted_by": "zhao.min",
        "redacted_at": at("2026-11-22 09:00"),
        "redacted_why": "住户要求",
    }
    assert told(after) == told(before)


def test_texts_go_only_where_they_are_named_and_the_header_follows() -> None:
    after, _was = redact(spoken(), "1A", how("caller"), rules)
    assert after["caller"] == "redacted"
    assert after["subject"] == "电梯困人"
    assert told(after)["redacted_fields"] == ["caller"]
    assert "note" not in told(after)


def test_all_texts_may_go_and_the_blank_speaks_the_books_language() -> None:
    with i18n.speaking("zh"):
        after, _was = redact(spoken(), "1A", how(ALL), rules)
    assert (after["caller"], after["subject"]) == ("已抹去", "已抹去")
    assert after["kind"] == "complaint"


def test_more_may_be_taken_out_later_and_the_later_one_is_told() -> None:
    once, _was = redact(spoken(), "1A", how("caller"), rules)
    twice, _was = redact(once, "1A", how("subject", when="2026-11-23 09:00", by="li.na"), rules)
    assert told(twice)["redacted_fields"] == ["caller", "subject"]
    assert told(twice)["redacted_by"] == "li.na"
    merged = entries.union(once["log"], twice["log"])
    assert merged == entries.union(twice["log"], once["log"]) == twice["log"]


def test_two_desks_redact_apart_and_both_texts_are_gone() -> None:
    ours, _was = redact(spoken(), "1A", how("caller"), rules)
    theirs, _was = redact(spoken(), "1A", how("subject", by="li.na"), rules)
    merged = entries.union(ours["log"], theirs["log"])
    assert [one["n"] for one in merged] == ["1A", "2A"]
    assert merged == entries.union(theirs["log"], ours["log"])
    assert rules.fold(merged) | {"caller": "redacted", "subject": "redacted"} == rules.fold(merged)


@pytest.mark.parametrize(
    ("n", "fields", "wrong"),
    [
        ("9A", (), NotFoundError),
        ("1A", ("demand",), UsageProblem),
        ("1A", ("unit",), UsageProblem),
        ("3A", (), RefusedError),
    ],
)
def test_what_cannot_be_taken_out_is_refused(
    n: str, fields: tuple[str, ...], wrong: type[Exception]
) -> None:
    record = append_unasked(spoken(), entry("3A", "contact"), rules)
    with pytest.raises(wrong):
        redact(record, n, how(*fields), rules)


def test_what_is_redacted_already_is_refused_again() -> None:
    once, _was = redact(spoken(), "2A", how(), rules)
    with pytest.raises(RefusedError, match="no words"):
        redact(once, "2A", how(), rules)


def test_an_entry_that_stands_twice_must_be_mended_first() -> None:
    record = spoken()
    record["log"].append({**record["log"][1], "note": "另一句"})
    with pytest.raises(RefusedError, match="several entries"):
        redact(record, "2A", how(), rules)


def test_a_redacted_closing_does_not_hide_or_make_a_dispute() -> None:
    closed = ticket(kind="inquiry")
    first = entry("2A", "close", result="answered", note="一")
    second = entry("2B", "close", result="answered", note="一")
    log = [*closed["log"], first, second]
    agreed = {"id": closed["id"], **rules.fold(log), "log": log}
    assert "disputed" not in agreed
    after, _was = redact(agreed, "2B", how(), rules)
    assert "disputed" not in after

    other = [*closed["log"], first, {**second, "note": "二"}]
    disputed = {"id": closed["id"], **rules.fold(other), "log": other}
    assert disputed["disputed"] is True
    with pytest.raises(RefusedError, match="something else"):
        redact(disputed, "2B", how(), rules)


def test_where_the_same_words_still_stand_is_told() -> None:
    before = spoken()
    after, was = redact(before, "1A", how("caller"), rules)
    assert redaction.elsewhere(after, was, rules.FREE) == ["2A"]
    once, was = redact(before, "2A", how(), rules)
    assert redaction.elsewhere(once, was, rules.FREE) == []


def test_a_redacted_entry_must_say_who_when_and_why_and_hold_no_words() -> None:
    good, _was = redact(spoken(), "2A", how(), rules)
    assert guard.findings(KINDS["ticket"], good) == []
    for key in ("redacted_by", "redacted_at", "redacted_why"):
        entry = {one: value for one, value in told(good, "2A").items() if one != key}
        bad = {**good, "log": [good["log"][0], entry]}
        assert [one.code for one in guard.findings(KINDS["ticket"], bad)] == ["SCH106"]
    for more in ({"note": "还在"}, {"redacted": None}):
        entry = {key: one for key, one in (told(good, "2A") | more).items() if one is not None}
        bad = {**good, "log": [good["log"][0], entry]}
        assert [one.code for one in guard.findings(KINDS["ticket"], bad)] == ["SCH106"]


HANDBOOK = handbook()


@given(lives(), st.data())
def test_whatever_a_ticket_went_through_its_state_and_clocks_stay(
    life: Record, data: st.DataObject
) -> None:
    n = data.draw(st.sampled_from([one["n"] for one in life["log"]]))
    try:
        after, was = redact(life, n, how(ALL), rules)
    except RefusedError:
        return
    gone = set(told(after, n).get("redacted_fields", []))
    assert {key: one for key, one in after.items() if key not in gone | {"log"}} == {
        key: one for key, one in life.items() if key not in gone | {"log"}
    }
    assert rules.clocks(after, rules.facts(after), HANDBOOK) == rules.clocks(
        life, rules.facts(life), HANDBOOK
    )
    assert not any(key in told(after, n) for key in redaction.WORDS)
    for merged in (
        entries.union(life["log"], after["log"]),
        entries.union(after["log"], life["log"]),
    ):
        assert merged == after["log"]
        assert was not in merged or was == told(after, n)

"""The page of all duties has each one, with the figures and sources that a new book has."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from svcctl.desk.shifts import words as shift_words
from svcctl.desk.tickets import words as ticket_words
from svcctl.desk.tickets.lifecycle import ACTIONS
from svcctl.desk.tickets.lifecycle import CLOCKS
from svcctl.handbook.policy.model import DUTIES
from svcctl.kinds import ESCALATE
from tests.support.transcript import ROOT

PAGE = (ROOT / "docs" / "guides" / "clocks.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "reference" / "format.md").read_text(encoding="utf-8")
ROWS = {found[1]: found[0] for found in re.finditer(r"^\| `(\w+)` .*$", PAGE, re.MULTILINE)}
WORDS = {one.key: one.zh for one in (*shift_words.DUTY_CHOICES, *ticket_words.DUTY_CHOICES)}
TEMPLATE = tomllib.loads(
    files("svcctl.handbook.template").joinpath("policy.toml").read_text(encoding="utf-8")
)


def test_the_table_has_every_duty_of_the_policy_and_no_other() -> None:
    assert list(ROWS) == list(DUTIES)


def test_every_duty_that_a_fact_moves_is_in_the_table() -> None:
    assert {duty for duties in CLOCKS.values() for duty in duties} - {ESCALATE} <= set(ROWS)


@pytest.mark.parametrize("duty", DUTIES)
def test_a_row_has_the_word_limits_owners_and_sources_of_a_new_book(duty: str) -> None:
    row = ROWS[duty]
    assert f"`{duty}` {WORDS[duty]} |" in row
    for limit in TEMPLATE["limit"]:
        if limit["duty"] != duty or limit["within"] == "off":
            continue
        assert f"`{limit['within']}`" in row
        assert f"`{limit['owner']}`" in row
        for source in set(limit["rule"].split()) - {"assumed"}:
            assert source in row


def test_what_meets_a_duty_is_an_act() -> None:
    named = {word for row in ROWS.values() for word in re.findall(r"`([a-z]+)`", row.split("|")[3])}
    assert named <= {*(step.partition("/")[0] for step in ACTIONS), "attempts"}


@pytest.mark.parametrize("step", ACTIONS)
def test_the_reference_has_every_act_of_the_life_of_a_ticket(step: str) -> None:
    assert re.search(rf"^\| {re.escape(step)} \|", REFERENCE, re.MULTILINE)

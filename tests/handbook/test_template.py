"""The handbook that `init` writes is valid, consistent, and says what the trade's page says."""

from __future__ import annotations

from svcctl.book import toml
from svcctl.book.guard import findings
from svcctl.handbook.lookup import Handbook
from svcctl.handbook.policy import rules as policy_rules
from svcctl.kinds import KINDS
from tests.support.builders import ZONE
from tests.support.handbooks import TEMPLATE
from tests.support.handbooks import shipped

ROLES = toml.parse(TEMPLATE.with_name("roles.toml").read_bytes())


def test_policy_and_roles_are_valid() -> None:
    assert findings(KINDS["policy"], shipped()) == []
    assert findings(KINDS["roles"], ROLES) == []


def test_every_owner_is_a_role() -> None:
    book = Handbook([shipped()], ROLES, ZONE, "")
    assert list(policy_rules.against(shipped(), book)) == []


def test_limit_stated_twice_is_told() -> None:
    twice = shipped()
    twice["limit"] = [*twice["limit"], twice["limit"][0]]
    twice["option"] = [*twice["option"], twice["option"][0]]
    assert [one.code for one in findings(KINDS["policy"], twice)] == ["HBK102", "HBK102"]


def test_day_that_does_not_exist_is_told() -> None:
    assert [one.code for one in findings(KINDS["policy"], shipped("2026-02-30"))] == ["HBK101"]


def test_superiors_must_exist_and_run_in_no_circle() -> None:
    def role(key: str, superior: str) -> dict[str, str]:
        return {"key": key, "zh": key, "en": key, "superior": superior}

    broken = {
        "role": [role("a", "b"), role("b", "a"), role("c", "a"), role("d", "x"), role("e", "e")]
    }
    told = [(one.code, one.where[1]) for one in findings(KINDS["roles"], broken)]
    assert told == [("HBK104", 0), ("HBK104", 1), ("HBK103", 3), ("HBK104", 4)]

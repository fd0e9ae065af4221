"""What the builders make is valid, so that a test fails for its own reason."""

from __future__ import annotations

import pytest

from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.kinds import KINDS
from tests.support import builders


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("unit", builders.unit()),
        ("resident", builders.resident()),
        ("ticket", builders.ticket()),
        ("staff", toml.parse(builders.STAFF_TOML.encode())),
        ("book", toml.parse(builders.BOOK_TOML.encode())),
    ],
)
def test_built_record_is_valid(kind: str, record: Record) -> None:
    KINDS[kind].model.model_validate(record)
    checks = KINDS[kind].rule("checks")
    assert list(checks(record) if checks else ()) == []

"""Every clock of a ticket is what a patient colleague works out from the log."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings

from svcctl.base.record import Record
from tests.support.builders import ZONE
from tests.support.cases import ABOVE
from tests.support.cases import found
from tests.support.cases import told
from tests.support.handbooks import shipped
from tests.support.lives import handbooks
from tests.support.lives import lives
from tests.support.reference_clocks import reckon


@given(lives())
def test_by_the_shipped_policy(record: Record) -> None:
    files = [shipped()]
    assert told(found(record, *files)) == told(reckon(record["log"], files, ABOVE, ZONE))


@given(lives(), handbooks())
@settings(max_examples=100)
def test_by_any_policy(record: Record, files: list[Record]) -> None:
    assert told(found(record, *files)) == told(reckon(record["log"], files, ABOVE, ZONE))

"""The order of keys in a file: that of the model, what a reader wants first before the rest."""

from __future__ import annotations

import pytest

from svcctl.book.order import order_of
from svcctl.book.toml import Order
from svcctl.kinds import KINDS
from svcctl.kinds import Kind


def test_ticket_begins_with_what_a_reader_wants() -> None:
    order = order_of(KINDS["ticket"])
    assert order.keys[:4] == ("id", "kind", "status", "disputed")
    assert order.keys[-1] == "log"
    assert order.inside["log"].keys[:6] == ("n", "after", "at", "when", "by", "did")
    assert order.inside["log"].keys[-1] == "set"


def test_fields_of_an_entry_stand_as_in_the_header() -> None:
    order = order_of(KINDS["ticket"])
    header = [key for key in order.keys if key not in {"id", "status", "disputed", "log"}]
    assert list(order.inside["log"].inside["set"].keys) == header


def test_keys_are_those_in_the_file_not_in_the_code() -> None:
    assert "as" in order_of(KINDS["resident"]).inside["relation"].keys


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_field_of_every_kind_has_its_place(kind: Kind) -> None:
    def placed(order: Order) -> None:
        assert len(set(order.keys)) == len(order.keys)
        assert order.inside.keys() <= set(order.keys)
        for inner in order.inside.values():
            placed(inner)

    order = order_of(kind)
    assert set(order.keys) == {
        field.alias or name for name, field in kind.model.model_fields.items()
    }
    placed(order)

"""The order of keys that a merge goes by is that of the models."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from svcctl.book.order import order_of
from svcctl.book.toml_form import Order
from svcctl.kinds import KINDS
from svcctl.vcs.merges import orders
from svcctl.vcs.merges.orders import quick_order_of


def blocks(name: str, order: Order) -> Iterator[str]:
    """Yield a table's keys, and those of the tables in it, as the module holds them."""
    keys = textwrap.wrap(" ".join(order.keys), 96, break_on_hyphens=False, break_long_words=False)
    yield "\n".join([f"{name}:", *(f"  {line}" for line in keys)])
    for key, inside in order.inside.items():
        yield from blocks(f"{name}.{key}", inside)


def plain(order: Order) -> tuple[object, ...]:
    return order.keys, {key: plain(one) for key, one in order.inside.items()}


def test_the_orders_are_those_of_the_models(request: pytest.FixtureRequest) -> None:
    written = "\n\n".join(
        one for kind in KINDS.values() for one in blocks(kind.name, order_of(kind))
    )
    if request.config.getoption("--update-golden"):
        file = Path(orders.__file__)
        text = re.sub(
            r'_WRITTEN = """\n.*?"""',
            lambda _found: f'_WRITTEN = """\n{written}\n"""',
            file.read_text("utf-8"),
            flags=re.DOTALL,
        )
        file.write_text(text, encoding="utf-8", newline="\n")
    assert f'"""\n{written}\n"""' in Path(orders.__file__).read_text("utf-8")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_quick_order_of_a_kind_is_its_order(name: str) -> None:
    assert plain(quick_order_of(KINDS[name])) == plain(order_of(KINDS[name]))

"""What people are called, read from single small files of the book.

For words about the past and for broken books: nothing is opened, indexed or checked, and whatever
cannot be read leaves the key as it is. Each file is read when it is first asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import UTC
from datetime import tzinfo
from functools import cached_property
from typing import Any

from svcctl.base import i18n
from svcctl.base.choice import show
from svcctl.base.errors import SvcctlError
from svcctl.base.fields import table
from svcctl.base.fields import tables
from svcctl.base.fields import text
from svcctl.book.layout import path_of
from svcctl.book.source import read_plain
from svcctl.book.toml import TomlError
from svcctl.book.toml import parse_one
from svcctl.kinds import KINDS

_POLICIES = "handbook/policy"
_OF_TICKETS = ("duty", "kind", "severity")
"""Lists of no handbook: what a policy says of tickets and shifts."""
_ZONE = re.compile(rb'^time_zone[ \t]*=[ \t]*["\']([A-Za-z0-9_+/-]+)["\']', re.MULTILINE)


class Names:
    """Names of the staff and words of the handbook, by key; a key nobody knows stays.

    Args:
        root: Folder of the book; None where there is none.
        reveal: Whether private numbers are told in full.
    """

    def __init__(self, root: str | None, *, reveal: bool = False) -> None:
        self.root = root
        self.reveal = reveal
        self._staff: dict[str, str] = {}

    def staff(self, key: str) -> str:
        """Return the name of a colleague."""
        if key not in self._staff:
            path = path_of(KINDS["staff"], key)
            self._staff[key] = text(self._read(path), "name") if path else ""
        return self._staff[key] or key

    def has_card(self, key: str) -> bool:
        """Tell whether there is a readable card of a colleague with this id."""
        return self.staff(key) != key

    def word(self, name: str, key: str) -> str:
        """Return the word for a value of a list: `channel` …, `role`, `staff`, `duty`, `kind`."""
        if name == "staff":
            return self.staff(key)
        if name in _OF_TICKETS:
            return _word_of_tickets(name, key)
        found = self._words.get((name, key)) or key
        # Something is put before a role or before a colleague.
        return self.staff(key) if found == key and name == "role" else found

    @cached_property
    def zone(self) -> tzinfo:
        """Zone of the book; UTC where it is not known."""
        from zoneinfo import ZoneInfo  # only where there is a moment

        try:
            # Not parsed: of a book that is broken, too, the times should be right.
            found = _ZONE.search(read_plain(f"{self.root}/book.toml"))
            return ZoneInfo(found[1].decode()) if found else UTC
        except (KeyError, OSError, ValueError):
            return UTC

    @cached_property
    def _words(self) -> dict[tuple[str, str], str]:
        language = i18n.language()
        words = {}
        for file in self._policies():
            for _place, row in tables(file, "option"):
                words[text(row, "list"), text(row, "key")] = text(row, language)
        for _place, row in tables(self._read("handbook/roles.toml"), "role"):
            words["role", text(row, "key")] = text(row, language)
        return words

    def policies(self) -> dict[str, Mapping[str, Any]]:
        """Return the policy files that can be read, by path, earliest first."""
        return dict(zip(self._policy_paths, self._policies(), strict=True))

    def _policies(self) -> Iterator[Mapping[str, Any]]:
        return (self._read(path) for path in self._policy_paths)

    @cached_property
    def _policy_paths(self) -> list[str]:
        try:
            names = os.listdir(f"{self.root}/{_POLICIES}") if self.root else []
        except OSError:
            return []
        return [f"{_POLICIES}/{name}" for name in sorted(names) if name.endswith(".toml")]

    def _read(self, path: str) -> Mapping[str, Any]:
        if self.root is None:
            return {}
        try:
            return table({"it": parse_one(read_plain(f"{self.root}/{path}"))}, "it")
        except (OSError, ValueError, TomlError, SvcctlError):
            return {}


def _word_of_tickets(name: str, key: str) -> str:
    rules = KINDS["ticket"].rules
    if name == "duty":
        return show(key, [*rules.DUTIES, *KINDS["shift"].rules.DUTIES])
    return show(key, rules.VALUES[name])

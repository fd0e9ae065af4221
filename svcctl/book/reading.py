"""What a book refuses to read because it would have to be guessed, and how it says so."""

from __future__ import annotations

from svcctl.base.clock import is_limit
from svcctl.base.errors import InvalidRecordError
from svcctl.base.i18n import _
from svcctl.base.record import Record
from svcctl.book import toml


def has_log(record: Record) -> bool:
    """Tell whether a case has a log that can be replayed: entries, all of them tables."""
    log = record.get("log")
    return isinstance(log, list) and bool(log) and all(isinstance(one, dict) for one in log)


def refuse_vague(path: str, policy: Record) -> None:
    """Refuse a policy with a limit that is none: every clock would be guessed.

    Raises:
        InvalidRecordError: There is one.
    """
    for table, key, words in _LENGTHS:
        rows = policy.get(table)
        for row in rows if isinstance(rows, list) else ():
            said = row.get(key) if isinstance(row, dict) else None
            if said in words or (isinstance(said, str) and is_limit(said.removeprefix("-"))):
                continue
            raise InvalidRecordError(
                _("'{path}' has the limit '{limit}', which is none").format(path=path, limit=said),
                f"svcctl validate {path}",
            )


_LENGTHS = (("limit", "within", ("off", "agreed", "shift")), ("rung", "after", ("off",)))
"""Where a policy says a length, and the words that may stand instead."""


def unreadable(path: str, error: toml.TomlError) -> InvalidRecordError:
    """Return the error for a file that cannot be parsed, pointing at the place."""
    return InvalidRecordError(
        f"{path}:{error.line}:{error.col}: {error.message}", f"svcctl validate {path}"
    )

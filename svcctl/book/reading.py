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
    limits = policy.get("limit")
    for row in limits if isinstance(limits, list) else ():
        within = row.get("within") if isinstance(row, dict) else None
        if within != "off" and not (isinstance(within, str) and is_limit(within)):
            raise InvalidRecordError(
                _("'{path}' has the limit '{limit}', which is none").format(
                    path=path, limit=within
                ),
                f"svcctl validate {path}",
            )


def unreadable(path: str, error: toml.TomlError) -> InvalidRecordError:
    """Return the error for a file that cannot be parsed, pointing at the place."""
    return InvalidRecordError(
        f"{path}:{error.line}:{error.col}: {error.message}", f"svcctl validate {path}"
    )

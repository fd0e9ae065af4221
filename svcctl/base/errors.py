"""What can go wrong with an operation, and the exit status each ends in.

Bad *data* is reported as findings (`svcctl.base.finding`); bad *operations* raise one of these.
Only `svcctl.cli.main` turns them into words and a status.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses. Stable: scripts and cron depend on them."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    INVALID = 5
    DISK = 6
    RECOVERY = 7
    GIT = 8
    BUG = 70
    BUSY = 75
    INTERRUPTED = 130


class SvcctlError(Exception):
    """Base of all expected failures; never raised bare.

    Args:
        message: What failed, subject in single quotes; already in the reader's language.
        hints: Commands or sentences that help, each shown on its own line.
    """

    exit_code: Exit = Exit.BUG

    def __init__(self, message: str, *hints: str) -> None:
        super().__init__(message)
        self.message = message
        self.hints = hints


class UsageProblem(SvcctlError):
    """Input that cannot be understood, found after parsing the command line."""

    exit_code = Exit.USAGE


class AmbiguousError(UsageProblem):
    """A short form that means several records; the hints list them."""


class NotFoundError(SvcctlError):
    """No such record, book or file."""

    exit_code = Exit.NOT_FOUND


class RefusedError(SvcctlError):
    """A rule of the trade or of the book forbids it."""

    exit_code = Exit.REFUSED


class InvalidRecordError(SvcctlError):
    """A record on disk cannot be read or is not valid."""

    exit_code = Exit.INVALID


class DiskError(SvcctlError):
    """The system refused to read or write; nothing was changed unless the message says so."""

    exit_code = Exit.DISK


class RecoveryNeededError(SvcctlError):
    """An interrupted transaction that cannot be finished without a person."""

    exit_code = Exit.RECOVERY


class GitError(SvcctlError):
    """Git is missing or failed.

    Attributes:
        said: Git's own words, line by line, for those who look into them.
    """

    exit_code = Exit.GIT
    said: tuple[str, ...] = ()


class BusyError(SvcctlError):
    """Another writer holds the book, or a record changed since it was read; safe to try again."""

    exit_code = Exit.BUSY

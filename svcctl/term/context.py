"""One run of the program: its book, its clock, who is typing, and how its data leaves.

Everything is opened on first use, so a command pays only for what it asks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import tzinfo
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base import i18n
from svcctl.base.clock import parse_moment
from svcctl.base.errors import Exit
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.base.record import Deed
from svcctl.term import output
from svcctl.term import start

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from pathlib import Path

    from svcctl.book.book import Book
    from svcctl.book.book import Transaction
    from svcctl.book.source import Source

_KEY = "svcctl.term.run"


class Wishes(SimpleNamespace):
    """What the options that every command takes asked for."""

    book: str | None = None
    acting: str | None = None
    now: str | None = None
    rev: str | None = None
    no_index: bool = False
    format: str | None = None
    path: str | None = None


class Run:
    """What a command works with; get it with `@pass_run`."""

    def __init__(self, wishes: Wishes | None = None) -> None:
        self.wishes = wishes or Wishes()
        self.status = Exit.DONE

    @classmethod
    def of(cls, context: click.Context) -> Run:
        """Return the run that a click context belongs to; made on first use."""
        run: Run = context.meta.setdefault(_KEY, cls())
        return run

    # -- the book -------------------------------------------------------------------------------

    @cached_property
    def root(self) -> Path:
        """Folder of the book.

        Raises:
            NotFoundError: There is none.
        """
        from pathlib import Path  # reading commands do without

        return Path(self.folder)

    @cached_property
    def folder(self) -> str:
        """Folder of the book, as text.

        Raises:
            NotFoundError: There is none.
        """
        return start.book_root(self.wishes.book, os.environ)

    @cached_property
    def book(self) -> Book:
        """The open book: on disk, or as committed with `--rev`.

        Raises:
            SvcctlError: It is missing, unreadable or damaged.
        """
        from svcctl.book.book import Book  # not every command opens the book

        cached = not self.wishes.no_index
        source = self._source()
        if source is None:
            return Book.open(self.folder, cached=cached)
        return Book.open(self.folder, source=source, cached=cached)

    def close(self) -> None:
        """Close what the command opened."""
        if "book" in self.__dict__:
            self.book.close()

    def _source(self) -> Source | None:
        if self.wishes.rev is None:
            return None
        from svcctl.vcs.source import Commit  # with --rev alone

        return Commit(self.root, self.wishes.rev)

    def writing(self, command: str) -> AbstractContextManager[Transaction]:
        """Return the transaction of a writing command: `with run.writing("log") as change:`.

        Raises:
            UsageProblem: With `--now` (time is not chosen by who writes) or `--rev`.
        """
        from svcctl.term.recording import recorder

        self.must_write_now()
        return self.book.begin(command, on_wait=self._say_waiting, recorder=recorder(self))

    def _say_waiting(self, holder: Mapping[str, Any]) -> None:
        from svcctl.book.lock import Holder  # whoever waits has loaded it

        who = Holder(**holder) if holder else _("another writer")
        self.say(_("waiting for {holder}").format(holder=who))

    def must_write_now(self) -> None:
        """Refuse a pretended time or an old revision to a command that writes.

        Raises:
            UsageProblem: `--now` or `--rev` was given.
        """
        if self.wishes.now is not None and os.environ.get("SVCCTL_TEST_CLOCK") != "1":
            raise UsageProblem(
                _("--now only reads; this command writes"),
                _("say when it happened with --when"),
            )
        if self.wishes.rev is not None:
            raise UsageProblem(_("--rev only reads; this command writes"))

    # -- time and person ------------------------------------------------------------------------

    @cached_property
    def zone(self) -> tzinfo:
        """Zone of the book."""
        return self.book.zone

    def now(self) -> datetime:
        """Return the one moment at which this run takes place, in the book's zone, to the second.

        Raises:
            UsageProblem: `--now` is not a moment.
        """
        return self._now

    @cached_property
    def _now(self) -> datetime:
        wall = datetime.now(UTC).replace(microsecond=0).astimezone(self.zone)
        if self.wishes.now is None:
            return wall
        return parse_moment(self.wishes.now, wall)

    def moment(self, text: str | None) -> datetime:
        """Return the moment that a person wrote, or now.

        Raises:
            UsageProblem: It is not a moment.
        """
        return self.now() if text is None else parse_moment(text, self.now())

    @cached_property
    def actor(self) -> str:
        """Id of the staff member who is typing: `--as`, else who started a shift here.

        Raises:
            RefusedError: Nobody said who, or the colleague has left.
            NotFoundError: No such staff member.
        """
        from svcctl.book import local  # only writing asks who

        named = self.wishes.acting or local.acting(self.root)
        if not named:
            raise RefusedError(
                _("nobody is acting at this desk"),
                "svcctl shift start NAME",
            )
        name = self.book.resolve("staff", named, self.now())
        until = self.book.get("staff", name).get("until")
        if isinstance(until, date) and until < self.now().date():
            raise RefusedError(
                _("'{id}' left on {day}").format(id=name, day=until), "svcctl shift start NAME"
            )
        return name

    def deed(self, when: str | None = None) -> Deed:
        """Return who does this, when it is recorded and when it happened.

        Args:
            when: What `--when` was given, if anything.

        Raises:
            RefusedError: Nobody is acting, or this clone has no desk.
            UsageProblem: `when` is not a moment.
        """
        return Deed(by=self.actor, at=self.now(), when=self.moment(when), desk=self.book.desk)

    @property
    def language(self) -> str:
        """Language of this run: `zh` or `en`."""
        return i18n.language()

    @property
    def interactive(self) -> bool:
        """Whether a person sits here who can be asked."""
        return output.is_terminal(sys.stdin) and output.is_terminal(sys.stderr)

    def word(self, name: str, key: str) -> str:
        """Return the word for a role, or for a value of a list of today's handbook.

        Args:
            name: `role`, or the list: `channel`, `department`, `category`, `cause`.
            key: What the book holds; returned as it is if the handbook does not know it.
        """
        return self._words.get((name, key)) or key

    @cached_property
    def _words(self) -> dict[tuple[str, str], str]:
        today = self.now().date()
        policy = self.book.handbook.policy(today)
        words = {
            (name, one.key): getattr(one, self.language)
            for name in ("channel", "department", "category", "cause")
            for one in policy.options(name)
        }
        for role in self.book.handbook.roles(today):
            words["role", str(role.get("key"))] = str(role.get(self.language) or "")
        return words

    # -- what leaves ----------------------------------------------------------------------------

    @property
    def format(self) -> str:
        """Format in which data leaves: table, json, jsonl, csv or ids."""
        return output.format_for(self.wishes.format, self.wishes.path)

    def say(self, text: str) -> None:
        """Tell the person something, on stderr."""
        print(output.clean(text), file=sys.stderr)

    def warn(self, text: str) -> None:
        """Warn the person, on stderr."""
        self.say(_("svcctl: warning: {text}").format(text=text))

    def data(self, text: str) -> None:
        """Write one line (or several) of data to stdout."""
        print(output.clean(text) if output.is_terminal(sys.stdout) else text)

    def rows(
        self,
        rows: Iterable[output.Row],
        columns: Sequence[output.Column],
        *,
        total: int | None = None,
    ) -> None:
        """Write a list in the format asked for.

        Args:
            total: How many there are in all, if `rows` holds fewer on purpose.

        Raises:
            DiskError: The file named with -o cannot be written.
        """
        counted = _Counted(rows)
        left = output.write_rows(counted, columns, self._form())
        shown = counted.count - (left or 0)
        every = counted.count if total is None else total
        if self.format == "table" and not counted.count:
            self.say(_("nothing to show"))
        elif every > shown:
            message = ngettext(
                "{shown} of {every} row; all of them with -o FILE.csv or --format csv",
                "{shown} of {every} rows; all of them with -o FILE.csv or --format csv",
                every,
            )
            self.say(message.format(shown=shown, every=every))

    def one(self, record: output.Row, lines: Iterable[str]) -> None:
        """Write one record: `lines` for people, `record` itself in the other formats.

        Raises:
            DiskError: The file named with -o cannot be written.
        """
        output.write_one(record, lines, self._form())

    def text(self, lines: Iterable[str]) -> None:
        """Write a page made for people, in the form of a table or as Markdown.

        Raises:
            DiskError: The file named with -o cannot be written.
        """
        output.write_text(lines, self._form())

    def _form(self) -> output.Form:
        zone = self.zone if self.format in ("table", "md") else None
        return output.Form(self.format, self.wishes.path or "", zone)

    # -- how it ends ----------------------------------------------------------------------------

    def ends_with(self, status: Exit) -> None:
        """Let the run end in `status` once the command is through; the first one said counts."""
        if self.status is Exit.DONE:
            self.status = status

    def report_unreadable(self) -> None:
        """Name the files that a list could not read, and end in 5; call it after the list."""
        for path, message, line, col in self.book.index.unreadable():
            self.say(
                _("{path}:{line}:{col}: error: {message}").format(
                    path=path, line=line, col=col, message=message
                )
            )
            self.ends_with(Exit.INVALID)


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterable[output.Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> _Counted:
        self._more = iter(self._rows)
        return self

    def __next__(self) -> output.Row:
        row = next(self._more)
        self.count += 1
        return row

"""Questions to the book that need no file to be read: the derived index.

Answers are those of a full look at every file, at the price of a stat of each. The tables live in
`.svcctl/cache/`, where they can be deleted at any time; without them (`cached=False`) the same
tables are made in memory. One index object shows one state of the book, that of its `refresh`.

Files that cannot be understood are in no list of rows, but always in `unreadable`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any
from typing import Self

from svcctl.base.record import Record
from svcctl.book import index_links
from svcctl.book import index_rows
from svcctl.book.index_bases import WITH_BASIS
from svcctl.book.index_bases import Basis
from svcctl.book.index_bases import Wanted
from svcctl.book.index_bases import bases
from svcctl.book.index_bases import some_facts
from svcctl.book.index_clocks import clocks_of
from svcctl.book.index_duties import COUNT
from svcctl.book.index_duties import OWED
from svcctl.book.index_duties import Duty
from svcctl.book.index_duties import duties_of
from svcctl.book.index_duties import every_duty
from svcctl.book.index_duties import in_order
from svcctl.book.index_links import Backlink
from svcctl.book.index_refresh import Inspect
from svcctl.book.index_rows import Parse
from svcctl.book.index_rows import rows_of
from svcctl.book.index_schema import Cache
from svcctl.book.index_tables import HERE
from svcctl.book.index_tables import Tables
from svcctl.book.source import Source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Backlink", "Basis", "Duty", "Index"]


class Index:
    """The index of one version of a book.

    Args:
        root: The folder with `book.toml`.
        source: The version; the working folder is looked at, other versions are listed.
        handbook_key: What clocks depend on besides the handbook's files, e.g. the time zone. The
            files need not be in it: the index sees itself when they change.
        handbook: Gives the handbook that clocks are computed with; called only when needed.
        parse: Reads a record file; `svcctl.book.toml.parse` unless given, loaded when needed.
        cached: Whether tables may be read from and written to disk.
        rules_key: Identity of the code that computes rows; that of the installed code unless given.
    """

    def __init__(  # noqa: PLR0913 - what an answer depends on, by name
        self,
        root: Path | str,
        source: Source,
        *,
        handbook_key: str = "",
        handbook: Callable[[], Any] = lambda: None,
        parse: Parse | None = None,
        cached: bool = True,
        rules_key: str | None = None,
    ) -> None:
        self._source = source
        self._handbook = handbook
        self._parse = parse or _parse
        key = index_rows.rules_key() if rules_key is None else rules_key
        cache = Cache(f"{root}/.svcctl/cache" if cached else None, key)
        self._tables = Tables(cache, source, self._parse, handbook_key)

    def refresh(self, inspect: Inspect | None = None) -> dict[str, list[tuple[Any, ...]]]:
        """Look at the source again; all answers that follow are of this one state.

        Args:
            inspect: Asked about every file of the working folder that has to be read anyway, in
                the processes that read them. What it has nothing to say about is marked clean.

        Returns:
            What `inspect` said, by path, of the files that it found something wrong with.

        Raises:
            RecoveryNeededError: A pending journal is damaged.
            GitError: Git failed to list or read a version.
        """
        return self._tables.refresh(inspect)

    def close(self) -> None:
        """Let go of the database."""
        self._tables.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # -- records --------------------------------------------------------------------------------

    def rows(  # noqa: PLR0913 - each a filter by name
        self,
        kind: str,
        *,
        open: bool | None = None,
        unit: str | None = None,
        person: str | None = None,
        ids: Iterable[str] | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> list[dict[str, Any]]:
        """Return the list rows of a kind with `id` and `path` added, in the order of ids.

        Args:
            open: Only those that say so.
            unit: Only those of this unit.
            person: Only those of this person.
            ids: Only these.
            since: Only those with an `at` not before this moment (epoch seconds).
            until: Only those with an `at` not after this moment.
        """
        names = None if ids is None else json.dumps(list(ids))
        filters: tuple[tuple[str, object], ...] = (
            ("c.open = ?", None if open is None else int(open)),
            ("c.unit = ?", unit),
            ("c.person = ?", person),
            ("c.id IN (SELECT value FROM json_each(?))", names),
            ("c.at >= ?", since),
            ("c.at <= ?", until),
        )
        wanted = [(text, value) for text, value in filters if value is not None]
        where = " AND ".join(["c.kind = ?", "c.bad = 0", *(text for text, _value in wanted)])
        return self._tables.ask_for(
            rows_of,
            f"SELECT c.id, c.path, c.row FROM content c {HERE}"  # noqa: S608 - constants
            f" WHERE {where} ORDER BY c.ord, c.id, c.path",
            kind,
            *(value for _text, value in wanted),
        )

    def ids(self, kind: str, *, readable: bool = False) -> list[str]:
        """Return the ids of a kind in their order, by the names of the files."""
        found = self._tables.ask(
            f"SELECT c.id FROM content c {HERE}"  # noqa: S608 - constants
            " WHERE c.kind = ? AND c.bad <= ? AND c.path LIKE '%.toml' ORDER BY c.ord, c.id",
            kind,
            int(not readable),
        )
        return [name for (name,) in found]

    def count(self, kind: str, *, open: bool | None = None) -> int:
        """Return how many readable records of a kind there are."""
        condition = "" if open is None else f" AND c.open = {int(open)}"
        found = self._tables.ask(
            f"SELECT count(*) FROM content c {HERE}"  # noqa: S608 - constants
            f" WHERE c.kind = ? AND c.bad = 0{condition}",
            kind,
        )
        return int(found[0][0])

    def paths(self, kind: str | None = None) -> list[str]:
        """Return the paths of all record files, or those of one kind, sorted."""
        return [path for path, _hash in self.files(kind)]

    def files(self, kind: str | None = None) -> list[tuple[str, str]]:
        """Return (path, Git blob hash) of all record files; no hash if the bytes cannot be had."""
        condition = "" if kind is None else " AND c.kind = ?"
        found: list[tuple[str, str]] = self._tables.ask(
            f"SELECT c.path, lower(hex(c.hash)) FROM content c {HERE}"  # noqa: S608 - constants
            f" WHERE c.path LIKE '%.toml'{condition} ORDER BY c.path",
            *(() if kind is None else (kind,)),
        )
        return found

    def total(self) -> int:
        """Return how many files are known, readable or not."""
        return int(self._tables.ask("SELECT count(*) FROM place")[0][0])

    def find(self, name: str) -> str | None:
        """Return the path of the record with this id, the first if there are several."""
        found = self._tables.ask(
            f"SELECT c.path FROM content c {HERE} WHERE c.id = ? ORDER BY c.path",  # noqa: S608
            name,
        )
        return str(found[0][0]) if found else None

    def disputed(self) -> list[tuple[str, str, str]]:
        """Return (kind, id, path) of the records in which a merge left something to choose.

        Cards with `disputed` tables, cases that say so, and logs with two entries of one name.
        """
        found: list[tuple[str, str, str]] = self._tables.ask(
            f"SELECT c.kind, c.id, c.path FROM content c {HERE}"  # noqa: S608 - constants
            " WHERE c.disputed ORDER BY c.kind, c.ord, c.path",
        )
        return found

    def unreadable(self) -> list[tuple[str, str, int, int]]:
        """Return (path, why, line, column) of the files that are missing from lists."""
        found = self._tables.ask(
            f"SELECT c.path FROM content c {HERE} WHERE c.bad"  # noqa: S608 - constants
            " UNION ALL"
            f" SELECT c.path FROM broken k CROSS JOIN content c ON c.c = k.content {HERE}"
            " WHERE k.handbook = ?",
            self._tables.handbook_number(),
        )
        # Sorted here: to have them sorted SQLite goes through all files by path.
        return [(path, *self._trouble(path)) for (path,) in sorted(set(found))]

    def _trouble(self, path: str) -> tuple[str, int, int]:
        try:
            data = self._source.read(path)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            return str(error), 1, 1
        found = index_rows.trouble(path, data, self._parse)
        return found or self._clock_trouble(path, data)

    def _clock_trouble(self, path: str, data: bytes) -> tuple[str, int, int]:
        try:
            line = index_rows.summarise(path, b"", data, self._parse)
            head, facts = index_rows.unpack(line.basis or "[{},{}]")
            clocks_of(line.kind, head, facts, self._handbook())
        except Exception as error:  # noqa: BLE001 - as above
            return index_rows.explain(error)
        return index_rows.explain(ValueError(path))

    # -- what is owed ---------------------------------------------------------------------------

    def duties(
        self,
        *,
        owed: bool = True,
        kind: str | None = None,
        until: int | None = None,
        only: Iterable[str] | None = None,
        but: Iterable[str] = (),
    ) -> list[Duty]:
        """Return the clocks of all records, those first that are due first.

        Args:
            owed: Only those that run now: with a limit, not met, not fallen away. These are kept
                ready; all others are made anew each time they are asked for.
            kind: Only those of records of this kind.
            until: Only those with a limit not after this moment (epoch seconds).
            only: Only these duties.
            but: Not these duties.

        Raises:
            InvalidRecordError: The handbook cannot be read.
        """
        wanted, unwanted = None if only is None else list(only), list(but)
        if owed:
            names = None if wanted is None else json.dumps(wanted), json.dumps(unwanted)
            return self._tables.ask_clocks(self._handbook, duties_of, OWED, kind, until, *names)
        return in_order(
            [
                one
                for one in self._every_duty("?1 IS NULL OR c.kind = ?1", kind)
                if (wanted is None or one.clock.duty in wanted)
                and one.clock.duty not in unwanted
                and (until is None or (one.clock.due is not None and one.clock.due <= until))
            ]
        )

    def owed_count(self, duty: str, *, until: int) -> int:
        """Return how many clocks of one duty are owed with a limit not after a moment.

        Raises:
            InvalidRecordError: The handbook cannot be read.
        """
        return self._tables.ask_clocks(
            self._handbook, lambda found: int(next(iter(found))[0]), COUNT, duty, until
        )

    def clocks(self, path: str) -> list[Duty]:
        """Return every clock of the record at `path`, by limit.

        Raises:
            InvalidRecordError: The handbook cannot be read.
        """
        return in_order(self._every_duty("c.path = ?1", path))

    def _every_duty(self, condition: str, value: str | None) -> list[Duty]:
        handbook = self._handbook()
        return self._tables.ask_for(
            lambda found: every_duty(found, handbook), f"{WITH_BASIS} AND ({condition})", value
        )

    def bases(
        self,
        kind: str,
        *,
        since: int | None = None,
        until: int | None = None,
        open_or_closed_after: int | None = None,
        only: Sequence[str] | None = None,
    ) -> Iterator[Basis]:
        """Yield what clocks and reports are made of, of the records of a kind, in order of ids.

        No file is read; few are held at once. Those that cannot be read are left out.

        Args:
            since: Only those with an `at` not before this moment (epoch seconds).
            until: Only those with an `at` not after this moment.
            open_or_closed_after: Only those that are open, or ended not before this moment.
            only: Only these facts and no head, which is quicker; all are held at once.
        """
        wanted = Wanted(kind, since, until, open_or_closed_after)
        if only is None:
            return bases(self._tables, wanted)
        return iter(some_facts(self._tables, wanted, only))

    def changed_after(self, kind: str, moment: int) -> list[str]:
        """Return the ids of the records written to after a moment (epoch seconds), in order."""
        found = self._tables.ask(
            f"SELECT c.id FROM content c {HERE}"  # noqa: S608 - constants
            " WHERE c.kind = ? AND c.bad = 0 AND c.last > ? ORDER BY c.ord, c.id",
            kind,
            moment,
        )
        return [name for (name,) in found]

    # -- words and links ------------------------------------------------------------------------

    def search(self, kind: str, words: Iterable[str]) -> list[str]:
        """Return the ids of the records in which every word is found.

        A word is found at the start of a word of the record, and in scripts without spaces
        anywhere. Case and width make no difference.
        """
        wanted = [word for text in words for word in index_rows.words(text)]
        wanted = [word if index_rows.is_wide(word) else f"\n{word}" for word in wanted]
        if not wanted:
            return []
        condition = " AND instr(t.words, ?)" * len(wanted)
        found = self._tables.ask(
            "SELECT c.id FROM term t CROSS JOIN content c ON c.c = t.content"  # noqa: S608
            f" {HERE} WHERE t.kind = ?{condition} ORDER BY c.ord, c.id",
            kind,
            *wanted,
        )
        return [name for (name,) in found]

    def backlinks(self, kind: str, name: str) -> list[Backlink]:
        """Return the fields of other records that name this one, by path."""
        return index_links.backlinks(self._tables, kind, name)

    def dangling(self) -> list[tuple[Backlink, str, str]]:
        """Return every link to a record that is not there: the link, kind and id named."""
        return index_links.dangling(self._tables)

    def doubles(self) -> list[tuple[str, str, list[str]]]:
        """Return (kind, id, paths) of ids that more than one file has."""
        return index_links.doubles(self._tables)

    def unclaimed(self) -> list[tuple[str, str, str]]:
        """Return (path, id, desk) of records whose id was given by a desk that has no card."""
        return index_links.unclaimed(self._tables, set(self.ids("desk")))

    # -- known to be clean ----------------------------------------------------------------------

    def mark_clean(self, files: Iterable[tuple[str, str]]) -> None:
        """Note that nothing is wrong inside these files, given as (path, Git blob hash).

        Holds for this code and this handbook. Best effort: it may be forgotten.
        """
        marks = [(path, bytes.fromhex(digest)) for path, digest in files]
        if marks:
            self._tables.mark_clean(marks)

    def is_clean(self, path: str, digest: str) -> bool:
        """Return whether nothing is known to be wrong inside this file with these bytes."""
        asked = "SELECT 1 FROM content WHERE path = ? AND hash = ? AND clean = ?"
        return bool(
            self._tables.ask(asked, path, bytes.fromhex(digest), self._tables.handbook_number())
        )

    def is_sound(self) -> bool:
        """Return whether `mark_sound` was called and nothing in the tables changed since then."""
        return self._tables.is_sound()

    def mark_sound(self) -> None:
        """Note that nothing is wrong between the records as they are now; best effort."""
        self._tables.mark_sound()

    def unmarked(self, kind: str | None = None) -> list[tuple[str, str]]:
        """Return (path, Git blob hash) of the files that are not known to be clean, sorted."""
        number = self._tables.handbook_number()
        one = (
            f"SELECT c.path, lower(hex(c.hash)) FROM content c {HERE}"  # noqa: S608 - constants
            " WHERE c.path LIKE '%.toml' AND (?1 IS NULL OR c.kind = ?1) AND c.clean"
        )
        found: list[tuple[str, str]] = self._tables.ask(
            f"{one} IS NULL UNION ALL {one} < ?2 UNION ALL {one} > ?2", kind, number
        )
        return sorted(found)


def _parse(data: bytes) -> Record:
    from svcctl.book import toml  # lists of an unchanged book need no parser

    return toml.parse(data)

"""Pasts: Git histories of a small book, made step by step, with something planted in them.

The identity, the dates and the bytes are fixed, so that the hashes are the same everywhere.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.book.order import order_of
from svcctl.kinds import kind_of
from svcctl.vcs import git
from svcctl.vcs.audit.book import Audit
from svcctl.vcs.audit.book import Found
from tests.support.builders import at

BOOK = Path(__file__).parents[1] / "check" / "book"
TICKET = "tickets/2026/11/21/T261121-A07.toml"
SHIFT = "shifts/2026/11/21/S261121-A01.toml"
TALLY = "tallies/2026-11-21.toml"
POLICY = "handbook/policy/2026-01-01.toml"
RESIDENT = "residents/A/01/R-A0123.toml"
BEGUN = "2026-11-21 09:30"


class Past:
    """A book in a subfolder of a new repository."""

    def __init__(self, folder: Path, book: Path | None = BOOK) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.book = folder / "book"
        git.run(folder, ["init", "-q", "-b", "main"])
        if book is not None:
            shutil.copytree(book, self.book)

    @classmethod
    def begun(cls, folder: Path) -> Past:
        """Return the small valid book, committed once."""
        past = cls(folder)
        past.commit(BEGUN)
        return past

    def git(self, *args: str, when: str = BEGUN) -> str:
        """Run git at some time."""
        moment = f"{at(when):%Y-%m-%dT%H:%M:%S%z}"
        dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        return git.run(self.folder, args, env=dates).decode().strip()

    def commit(self, when: str) -> str:
        """Commit all there is, and return the hash."""
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "words", when=when)
        return self.head()

    def head(self) -> str:
        """Return the hash of the last commit."""
        return self.git("rev-parse", "HEAD")

    def get(self, path: str) -> Record:
        """Read a record."""
        return toml.parse((self.book / path).read_bytes())

    def put(self, path: str, record: Record) -> None:
        """Write a record; a case with the header that its log amounts to."""
        kind = kind_of(path)
        assert kind is not None
        if kind.shape == "case":
            record = {"id": record["id"], **kind.rules.fold(record["log"]), "log": record["log"]}
        self.write(path, toml.emit(record, order_of(kind)))

    def write(self, path: str, data: bytes) -> None:
        """Write bytes."""
        (self.book / path).parent.mkdir(parents=True, exist_ok=True)
        (self.book / path).write_bytes(data)

    def swap(self, path: str, old: str, new: str) -> None:
        """Edit a file by hand."""
        text = (self.book / path).read_text("utf-8")
        assert old in text
        self.write(path, text.replace(old, new, 1).encode())

    def remove(self, path: str) -> None:
        """Remove a file."""
        (self.book / path).unlink()

    def act(self, when: str, did: str, path: str = TICKET, /, **said: Any) -> Entry:
        """Add an entry to a case."""
        record = self.get(path)
        number = max(int(one["n"][:-1]) for one in record["log"] if one["n"][0].isdigit()) + 1
        desk = said.pop("desk", "A")
        entry = {"n": f"{number}{desk}", "at": at(when), "by": "wang.fang", "did": did} | said
        record["log"].append(entry)
        self.put(path, record)
        return entry

    def steps(self, steps: Iterable[tuple[str, dict[str, bytes]]]) -> None:
        """Commit many times with one process: (when, path in the book -> content) each."""
        out = bytearray()
        for when, files in steps:
            out += b"commit refs/heads/main\ncommitter W <w@x> %d +0800\ndata 0\n" % _epoch(when)
            if out.count(b"commit refs") == 1 and self.git("for-each-ref", "refs/heads/main"):
                out += b"from refs/heads/main^0\n"
            for path, data in files.items():
                out += f"M 100644 inline book/{path}\ndata {len(data)}\n".encode() + data + b"\n"
        git.run(self.folder, ["fast-import", "--quiet"], data=bytes(out))
        self.git("reset", "-q", "--hard")

    def audit(self, since: str = "") -> list[Found]:
        """Audit the history."""
        with Audit(self.book, since) as history:
            found = [one for past in history.commits() for one in history.look(past)]
            return found + list(history.signatures())

    def codes(self, since: str = "") -> list[tuple[str, str]]:
        """Return code and short hash of every finding."""
        return [(one.finding.code, one.past.hash) for one in self.audit(since)]


def _epoch(when: str) -> int:
    return int(at(when).timestamp())


def tally(new: int = 1) -> Record:
    """Return the tally of the day of the ticket."""
    return {
        "id": "2026-11-21",
        "first": at("2026-11-21 00:00").date(),
        "last": at("2026-11-21 00:00").date(),
        "filed_at": at("2026-11-22 08:40"),
        "filed_by": "wang.fang",
        **dict.fromkeys(("opening", "reopened", "closed", "cancelled", "duplicate"), 0),
        "new": new,
        "open": new,
        "trace": {"new": ["T261121-A07 complaint/major/"][:new]},
    }


def card(name: str, **fields: Any) -> Record:
    """Return a card of a colleague."""
    since = datetime(2020, 3, 1).date()
    return {
        "id": name,
        "name": name,
        "since": since,
        "role": [{"role": "agent", "since": since}],
        **fields,
    }


# -- one past for each code of an audit; each returns when what was planted was committed ----------


def _aud101(past: Past) -> str:
    past.swap(TICKET, "at = 2026-11-21 09:12:00", "at = 2026-11-21 08:12:00")
    return "2026-11-23 10:00"


def _aud102(past: Past) -> str:
    record = past.get(TICKET)
    past.put(TICKET, record | {"log": record["log"][:1]})
    return "2026-11-23 10:00"


def _aud103(past: Past) -> str:
    past.remove(TICKET)
    return "2026-11-23 10:00"


def _aud104(past: Past) -> str:
    card = past.get(RESIDENT)
    past.remove(RESIDENT)
    past.commit("2026-11-22 10:00")
    past.put(RESIDENT, card | {"name": "某人"})
    return "2026-11-23 10:00"


def _aud105(past: Past) -> str:
    past.swap(TICKET, 'status = "assigned"', 'status = "closed"')
    return "2026-11-23 10:00"


def _aud106(past: Past) -> str:
    log = [
        {"n": "1A", "at": at("2026-11-21 08:30"), "by": "wang.fang", "did": "start",
         "who": ["wang.fang"], "set": {"name": "day", "day": at("2026-11-21 00:00").date()}},
        {"n": "2A", "at": at("2026-11-21 17:30"), "by": "wang.fang", "did": "end"},
    ]  # fmt: skip
    past.put(SHIFT, {"id": "S261121-A01", "log": log})
    past.commit("2026-11-21 17:31")
    past.act("2026-11-21 17:40", "accept", SHIFT)
    return "2026-11-21 17:41"


def _aud107(past: Past) -> str:
    past.act("2026-11-21 10:00", "note", by="zhou.xia", note="已联系")
    return "2026-11-21 10:01"


def _aud108(past: Past) -> str:
    past.put("staff/li.na.toml", card("li.na", until=at("2026-11-20 00:00").date()))
    past.commit("2026-11-21 09:40")
    past.act("2026-11-21 10:00", "note", by="li.na", note="已联系")
    return "2026-11-21 10:01"


def _aud109(past: Past) -> str:
    text = (past.book / POLICY).read_bytes()
    past.write(POLICY, text.replace(b"\n[[limit]]", b'\n[may]\njudge = "supervisor"\n\n[[limit]]'))
    past.git("add", "--all")
    past.git("commit", "-q", "--amend", "-m", "words")
    past.act("2026-11-21 10:00", "judge", set={"validity": "invalid"})
    return "2026-11-21 10:01"


def _aud110(past: Past) -> str:
    past.put(TALLY, tally())
    past.commit("2026-11-22 08:41")
    past.put(TALLY, tally(0))
    return "2026-11-23 10:00"


def _aud111(past: Past) -> str:
    past.put(TALLY, tally())
    past.commit("2026-11-22 08:41")
    past.act("2026-11-21 21:00", "answer", note="已答复")
    return "2026-11-22 09:00"


def _aud112(past: Past) -> str:
    past.swap(POLICY, 'within = "24h"', 'within = "48h"')
    return "2026-11-23 10:00"


def _aud113(past: Past) -> str:
    past.act("2026-11-22 10:00", "answer", note="已答复")
    return "2026-12-05 10:00"


def _aud114(past: Past) -> str:
    past.act("2026-11-25 10:00", "answer", note="已答复")
    return "2026-11-23 10:00"


def _aud115(past: Past) -> str:
    past.swap("desks/A.toml", "00000000000000aa", "00000000000000bb")
    return "2026-11-23 10:00"


def _aud116(past: Past) -> str:
    policy = {"id": "2026-11-22", "title": "签名", "git": {"signed": True}}
    past.put("handbook/policy/2026-11-22.toml", policy)
    past.commit("2026-11-21 18:00")
    past.act("2026-11-22 10:00", "answer", note="已答复")
    return "2026-11-22 10:01"


def _aud117(past: Past) -> str:
    return _aud116(past)


def _aud118(past: Past) -> str:
    return _aud116(past)


def _aud119(past: Past) -> str:
    past.swap(TICKET, 'status = "assigned"', 'status = "assigned')
    return "2026-11-23 10:00"


PLANTED: dict[str, Callable[[Past], str]] = {
    name[1:].upper(): plant
    for name, plant in list(globals().items())
    if name.startswith("_aud") and callable(plant)
}
"""Code → what plants it."""

SIGNED = {
    "AUD117": "BADSIG 00000000000000AA Wang Fang",
    "AUD118": "ERRSIG 00000000000000AA 1 8 00 1795312860 9 -",
}
"""Code → what a program that checks signatures says of the last commit."""


def planted(code: str, folder: Path) -> Past:
    """Return a past with what one code finds planted in it, and one commit behind."""
    past = Past.begun(folder)
    past.commit(PLANTED[code](past))
    if code in SIGNED:
        sign(past, SIGNED[code])
    return past


def sign(past: Past, says: str) -> None:
    """Give the last commit a signature, of which the program that checks it will say something."""
    program = past.folder / ".git" / "checks"
    program.write_text(f"#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] {says}'\n", "utf-8")
    program.chmod(0o755)
    past.git("config", "gpg.program", str(program))
    head, _empty, words = past.git("cat-file", "commit", "HEAD").partition("\n\n")
    block = "-----BEGIN PGP SIGNATURE-----\n \n wsB\n -----END PGP SIGNATURE-----"
    data = f"{head}\ngpgsig {block}\n\n{words}\n".encode()
    made = git.run(past.folder, ["hash-object", "-t", "commit", "-w", "--stdin"], data=data)
    past.git("update-ref", "HEAD", made.decode().strip())

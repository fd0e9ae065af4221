"""Desks that do whatever comes, and meet in a hub and on a stick: all alike at last, nothing lost.

What each command acknowledged is kept beside the clones and compared with what they have in the
end. The seeds are fixed: whoever changes nothing sees the same result.
"""

from __future__ import annotations

import json
import random
from datetime import datetime
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from svcctl.book import toml
from tests.support.clones import Clones

pytestmark = pytest.mark.git
UNITS = ("3-2-1501", "3-2-1502")
REMOTES = ("r.git", "u.git")
ACTS = (
    "log repair {unit} {words}",
    "log complaint {unit} {words}",
    "ticket note {ticket} {words}",
    "ticket answer {ticket} {words} --final",
    "ticket assign {ticket} --to 工程部",
    "ticket edit {ticket} --subject {words}",
    "ticket done {ticket} {words}",
    "ticket cancel {ticket} --why {words}",
    "ticket reopen {ticket} --why {words}",
    "ticket settle {ticket} {words}",
    "ticket incident new {words} {ticket}",
    "book redact {ticket} 2{desk} --why {words} --yes",
    "resident edit R-A0001 --name 人{digit}",
    "resident edit R-A0001 --phone 1380000000{digit}",
    "resident edit R-A0001 --no-phone 1380000000{digit}",
    "resident edit R-A0001 --move-in {unit} --relation tenant",
    "resident edit R-A0001 --move-out {unit}",
    "unit edit {unit} --alias 名{digit}",
    "unit edit {unit} --note {words}",
    "staff edit wang.fang --phone 1390000000{digit}",
    "shift start",
    "shift line {words}",
    "escalate --all --take-over",
    "git undo --yes",
)


class Desks(Clones):
    """Three desks, of which one has a wrong clock, and all that they ever wrote."""

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(folder)
        self.draw = random.Random(seed)  # noqa: S311 - the same in every run
        self.moment = datetime(2026, 11, 21, 9, 12)
        self.behind = {"a": timedelta(0), "b": timedelta(minutes=2), "c": timedelta(days=-7)}
        self.written: dict[tuple[str, str], dict[str, Any]] = {}
        self.begin()
        self.git(".", "init -q --bare -b main u.git")
        self.git("a", "remote add usb ../u.git")
        for name in "bc":
            self.join(name, name.upper())
            self.git(name, "remote add usb ../u.git")
        self.do("a", "staff edit wang.fang --role supervisor --role manager --when 2026-01-01")
        for unit in UNITS:
            self.do("a", f"unit new {unit}")
        self.do("a", "resident new 孙丽 --kind owner --unit 3-2-1501 --phone 13800000000")
        self.meet()

    def act(self, clone: str, command: str) -> str:
        """Run a command that may well be refused; a crash is none of its answers."""
        self.now = f"{self.moment + self.behind[clone]:%Y-%m-%d %H:%M}"
        done = self.run(f"svcctl -C {clone} --as wang.fang {command}")
        assert done.status in range(10), done.output
        for path in (self.folder / clone).glob("*/2026/**/*.toml"):
            for one in toml.parse(path.read_bytes()).get("log", []):
                self.written.setdefault((path.stem, one["n"]), one)
        return done.output

    def something(self, clone: str) -> None:
        """Do any act, as people do: some are not possible just now."""
        known = sorted(one.stem for one in (self.folder / clone).glob("tickets/*/*/*/*.toml"))
        said = {
            "unit": self.draw.choice(UNITS),
            "ticket": self.draw.choice(known[-4:] or ["A01"]),
            "words": f"话{self.draw.randrange(10**6)}",
            "digit": self.draw.randrange(10),
            "desk": self.draw.choice("ABC"),
        }
        self.act(clone, self.draw.choice(ACTS).format(**said))

    def choose(self, clone: str) -> None:
        """Settle what is in dispute, by any of its sides."""
        told = self.act(clone, "git conflicts --format json")
        found, _end = json.JSONDecoder().raw_decode(told[told.index("{") :])
        for one in found["record"]["conflicts"]:
            take = one["take"].removeprefix("svcctl ").replace("…", "定了")
            self.act(clone, take[:-1] + self.draw.choice("12") if one["sort"] == "field" else take)

    def meet(self) -> None:
        """Sync everywhere until nothing moves any more."""
        before: list[str] = []
        for _turn in range(6):
            for name in "abc":
                for remote in ("origin", "usb"):
                    assert "nothing was handed over" not in self.act(name, f"git sync {remote}")
            now = [self.git(name, "rev-parse main") for name in ("a", "b", "c", *REMOTES)]
            if now == before:
                return
            before = now
        pytest.fail("the desks never come to rest")


@pytest.mark.parametrize("seed", [1, 2])
def test_desks_end_alike_and_nothing_is_lost(seed: int, tmp_path: Path) -> None:
    desks = Desks(tmp_path / "w", seed)
    for _step in range(70):
        clone = desks.draw.choice("abc")
        desks.moment += timedelta(minutes=desks.draw.choice([1, 10, 60, 480]))
        turn = desks.draw.random()
        if turn < 0.15:
            desks.act(clone, f"git sync {desks.draw.choice(['origin', 'usb'])}")
        elif turn < 0.2:
            desks.choose(clone)
        else:
            desks.something(clone)
    desks.meet()
    assert len({desks.tree(name, "main") for name in ("a", "b", "c", *REMOTES)}) == 1
    assert all(desks.is_clean(name) for name in "abc")
    there: dict[tuple[str, str], dict[str, Any]] = {}
    for path in (desks.folder / "a").glob("*/2026/**/*.toml"):
        for one in toml.parse(path.read_bytes()).get("log", []):
            assert there.setdefault((path.stem, one["n"]), one) is one, "a name is there twice"
    for name, one in desks.written.items():
        now = there[name]
        same = {**one, "at": 0, "after": 0} == {**now, "at": 0, "after": 0}
        assert now == one or now.get("redacted") or (name[1].startswith("auto/") and same)
    assert " 0 errors" in f" {desks.do('a', 'validate')}".replace("nothing wrong", " 0 errors")
    assert "nothing wrong" in desks.act("a", "git audit")

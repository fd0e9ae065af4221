"""A long history for timing: many commits of one entry each, then one commit of many files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from datetime import timedelta
from pathlib import Path

from estate import LAST_MOMENT

from svcctl.base.record import Deed
from svcctl.book import toml
from svcctl.book.guard import canonical_bytes
from svcctl.desk.tickets import actions
from svcctl.kinds import KINDS

COMMITS = 5_000
CHANGED = 1_000
_BRANCH = b"refs/heads/main"


def build(root: Path, commits: int = COMMITS, changed: int = CHANGED) -> None:
    """Give the repository of the book at `root` a past; files and index end at the last commit."""
    paths = sorted(path.relative_to(root).as_posix() for path in root.glob("tickets/**/*.toml"))
    stream = b"".join(_stream(root, paths, commits, changed))
    importer = ["git", "fast-import", "--quiet", "--force"]
    subprocess.run(importer, cwd=root, input=stream, check=True)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=root, check=True)


def _stream(root: Path, paths: list[str], commits: int, changed: int) -> Iterator[bytes]:
    every = max(1, len(paths) // commits)
    held: dict[str, bytes] = {}
    for number in range(commits):
        path = paths[number * every % len(paths)]
        moment = LAST_MOMENT - timedelta(seconds=10 * (commits - number))
        held[path] = _noted(held.get(path) or (root / path).read_bytes(), path, moment)
        yield _commit(f"跟进 {number}", moment, number == 0, {path: held[path]})
    several = paths[:: max(1, len(paths) // changed)][:changed]
    last = {
        path: _noted(held.get(path) or (root / path).read_bytes(), path, LAST_MOMENT)
        for path in several
    }
    yield _commit(f"跟进 {len(last)} 件", LAST_MOMENT, first=False, files=last)


def _noted(data: bytes, path: str, moment: datetime) -> bytes:
    deed = Deed("wang.fang", moment, moment, "A")
    record = actions.act(toml.parse(data), deed, "note", {}, note="来电询问")
    return canonical_bytes(KINDS["ticket"], path, record, data)


def _commit(words: str, at: datetime, first: bool, files: dict[str, bytes]) -> bytes:  # noqa: FBT001
    subject = words.encode()
    who = b"%s <%s> %d +0800" % ("王芳".encode(), b"wang.fang", int(at.timestamp()))
    parts = [b"commit %s\nauthor %s\ncommitter %s\n" % (_BRANCH, who, who)]
    parts.append(b"data %d\n%s\n" % (len(subject), subject))
    if first:
        parts.append(b"from %s^0\n" % _BRANCH)
    for path, data in files.items():
        parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    return b"".join(parts) + b"\n"


if __name__ == "__main__":
    build(Path(sys.argv[1]))

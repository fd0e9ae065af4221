"""A small writing command for the fault harness; prints expected errors as svcctl does.

Usage: python -S driver.py PROJECT BOOK WHAT
"""

import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from svcctl.base.errors import SvcctlError
from svcctl.book import files
from svcctl.book import journal
from svcctl.book.journal import Change
from svcctl.book.lock import WriterLock


def changes(book: Path, what: str) -> list[Change]:
    """Return the changes of `one`, `three`, `bulk`; of `recover` none."""
    old = files.blob_hash(files.read(book / "a/x.toml"))
    replace = Change("a/x.toml", old, b"x new\n")
    gone = Change("a/z.toml", files.blob_hash(b"z old\n"), None)
    return {
        "recover": [],
        "one": [Change("b/c/y.toml", None, b"y\n")],
        "three": [replace, Change("b/c/y.toml", None, b"y\n"), gone],
        "bulk": [replace, *(Change(f"d/{n}.toml", None, b"n\n") for n in range(9))],
    }[what]


def main() -> int:
    """Run one command on a book."""
    book, what = Path(sys.argv[2]), sys.argv[3]
    try:
        with WriterLock(book, what, 1):
            journal.recover(book)
            journal.commit(book, changes(book, what), what)
    except SvcctlError as error:
        print(f"error: {error.message}", file=sys.stderr)
        return error.exit_code
    return 0


sys.exit(main())

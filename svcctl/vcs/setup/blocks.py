"""A marked block in a file that is somebody else's: put in, found, taken out; pure.

    # svcctl begin records
    …
    # svcctl end records

The words behind the mark name the book, so that two books in one repository have a block each.
"""

from __future__ import annotations

_BEGIN = b"# svcctl begin"
_END = b"# svcctl end"
SHEBANG = b"#!/bin/sh\n"
_SHELLS = (b"sh", b"bash", b"dash", b"ash", b"ksh", b"mksh", b"zsh")


def block(book: str, lines: str) -> bytes:
    """Return the block of a book.

    Args:
        book: Its place in the repository; empty at the top.
        lines: What stands between the marks, each line with its end.
    """
    return _mark(_BEGIN, book) + lines.encode() + _mark(_END, book)


def _mark(word: bytes, book: str) -> bytes:
    name = " ".join(book.split()).encode()
    return word + (b" " + name if name else b"") + b"\n"


def appended(data: bytes | None, made: bytes) -> bytes:
    """Return a file with a block behind all else."""
    before = data or b""
    return before + (b"\n" if before and not before.endswith(b"\n") else b"") + made


def in_script(data: bytes | None, made: bytes) -> bytes:
    """Return a shell script with a block before all else: what stands there may end early."""
    if not data:
        return SHEBANG + made
    if not data.startswith(b"#!"):
        return made + data
    first, end, rest = data.partition(b"\n")
    return first + (end or b"\n") + made + rest


def without(data: bytes, book: str) -> bytes:
    """Return a file without the block of a book, nor anything else changed."""
    begin, end = _mark(_BEGIN, book), _mark(_END, book)
    lines = data.splitlines(keepends=True)
    kept: list[bytes] = []
    inside = False
    for place, line in enumerate(lines):
        if not inside and _is(line, begin) and any(_is(one, end) for one in lines[place:]):
            inside = True
        elif inside and _is(line, end):
            inside = False
        elif not inside:
            kept.append(line)
    return b"".join(kept)


def _is(line: bytes, mark: bytes) -> bool:
    return line.rstrip(b"\r\n") == mark.rstrip(b"\n")


def holds(data: bytes) -> bool:
    """Return whether a file holds a block of any book."""
    return any(line.startswith(_BEGIN) for line in data.splitlines())


def is_shell(data: bytes) -> bool:
    """Return whether a script is one that a POSIX shell runs, so that a block fits into it."""
    if b"\0" in data:
        return False
    if not data.startswith(b"#!"):
        return True  # the system hands such a file to its shell
    first = data.partition(b"\n")[0]
    if first.endswith(b"\r"):
        return False  # it cannot run as it is
    words = [word for word in first[2:].split() if not word.startswith(b"-")]
    names = [word.rpartition(b"/")[2] for word in words]
    if names[:1] in ([b"env"], [b"busybox"]):
        names = names[1:]
    return bool(names) and names[0] in _SHELLS

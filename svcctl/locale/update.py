"""Keep the catalogue up to date: `python -m svcctl.locale.update`, after any message changed.

Reads every message marked in the source, keeps the translations there are, drops what is gone,
compiles, and ends in 1 naming what still lacks a translation. Needs Babel; svcctl itself does not.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.messages.pofile import write_po

from svcctl.locale import foreign

HERE = Path(__file__).parent
PACKAGE = HERE.parent
PO = HERE / "zh_CN" / "LC_MESSAGES" / "svcctl.po"
MO = PO.with_suffix(".mo")
MARKS = {"_": 1, "N_": 1, "ngettext": 2}
"""Functions that mark a message, and how many of their arguments are text."""

Message = str | tuple[str, ...]


class Words(Catalog):
    """A catalogue whose bytes depend on its messages alone: no dates, no tool versions."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header lines of the file."""
        return [
            ("Project-Id-Version", "svcctl"),
            ("Language", "zh_CN"),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def marked(tree: ast.AST) -> Iterator[Message]:
    """Yield every message marked in a syntax tree, those inside f-strings too."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [
            one.value
            for one in node.args[: MARKS.get(node.func.id, 0)]
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if texts and len(texts) == MARKS[node.func.id]:
            yield texts[0] if len(texts) == 1 else tuple(texts)


def messages(package: Path = PACKAGE) -> dict[Message, str]:
    """Return every message of the program with the first file that holds it, in stable order."""
    found: dict[Message, str] = {}
    for path in sorted(package.rglob("*.py")):
        name = f"{package.name}/{path.relative_to(package).as_posix()}"
        for message in marked(ast.parse(path.read_text("utf-8"))):
            found.setdefault(message, name)
    for message in foreign.CLICK:
        found.setdefault(message, "click")
    for message in foreign.SYSTEM:
        found.setdefault(message, "system")
    return dict(sorted(found.items(), key=lambda item: (item[1], key(item[0]))))


def key(message: Message | list[str]) -> str:
    """Return what a message is looked up by: its singular."""
    return message if isinstance(message, str) else message[0]


def current() -> Catalog:
    """Return the catalogue as it stands in the .po file."""
    data = PO.read_bytes()
    made = read_po(io.BytesIO(data), locale="zh_CN")
    # Read once more: Babel takes the indentation out of the glossary.
    lines = data.decode().splitlines()
    made.header_comment = "\n".join(takewhile(lambda line: line.startswith("#"), lines))
    return made


def updated(old: Catalog) -> Words:
    """Return the catalogue of today's messages with the translations of `old`."""
    made = Words(locale="zh_CN", header_comment=old.header_comment, fuzzy=False)
    for message, place in messages().items():
        known = old.get(key(message))
        string = known.string if known and known.id == message else None
        made.add(message, string, locations=[(place, 0)])
    return made


def po_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue as a .po file; places are files without lines, so that diffs are short."""
    out = io.BytesIO()
    write_po(out, catalogue, width=0, include_lineno=False, ignore_obsolete=True)
    return out.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue compiled; what is not translated is left out (Babel joins its forms)."""
    made = Words(locale="zh_CN", fuzzy=False)
    for one in catalogue:
        if one.id and one.string and all(one.string):
            made.add(one.id, one.string)
    out = io.BytesIO()
    write_mo(out, made)
    return out.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the messages that lack a translation."""
    missing = []
    for one in catalogue:
        said = [one.string] if isinstance(one.string, str) else list(one.string or [""])
        if one.id and not all(said):
            missing.append(key(one.id))
    return missing


def main() -> int:
    """Rewrite both files; say what lacks a translation."""
    made = updated(current())
    PO.write_bytes(po_bytes(made))
    MO.write_bytes(mo_bytes(made))
    missing = untranslated(made)
    for message in missing:
        print(f"not translated: {message!r}")
    print(f"{len(made)} messages, {len(missing)} without a translation")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())

"""What people type, brought into one form: composed characters, half-width letters, plain dashes.

Chinese input methods write `３栋`, `：`, `Ｔ２６…－…`; all of it means its ASCII twin.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−─━﹣ー"), "-")
_SPACES = r"\s+"
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f]"
_LONGEST_LINE = 200


def half_width(text: str) -> str:
    """Return `text` with full-width letters, digits, signs and spaces made half-width.

    One character stays one character, so positions found in the result hold for `text`.
    """
    return text.translate(_HALF_WIDTH)


def fold(text: str) -> str:
    """Return a typed word in its plain form: NFC, half-width, single spaces, none around."""
    return re.sub(_SPACES, " ", half_width(unicodedata.normalize("NFC", text))).strip()


def fold_id(text: str) -> str:
    """Return a typed id in its plain form: folded, capital letters, no spaces, one kind of dash."""
    return fold(text).translate(_DASHES).replace(" ", "").upper()


def line(text: str) -> str:
    """Return `text` as one line to keep: NFC, single spaces, no control characters.

    Punctuation keeps its width: `：` is right in a Chinese sentence.
    """
    return re.sub(_SPACES, " ", unicodedata.normalize("NFC", re.sub(_CONTROL, " ", text))).strip()


def several(said: Any) -> list[str]:
    """Return the parts of a value that may be a list, or text parted by `;`."""
    parts = said.replace("；", ";").split(";") if isinstance(said, str) else said or ()
    return [kept for part in parts if (kept := line(str(part)))]


def shortened(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said with `words` that fit one line; longer ones are whole in the `note`."""
    words = line(str(said.get("words") or ""))
    if len(words) <= _LONGEST_LINE:
        return dict(said)
    note = "\n".join(filter(None, (words, str(said.get("note") or ""))))
    return {**said, "words": f"{words[: _LONGEST_LINE - 1]}…", "note": note}


def is_han(char: str) -> bool:
    """Tell whether `char` is a Chinese character."""
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U000323af"

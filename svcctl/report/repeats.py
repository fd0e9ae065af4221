"""Problems that come again and again (CMP-20, ANL-04, VIS-07): what to prevent.

Two signs: the same class in the same area, and the same words in the subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from svcctl.base.choice import Choice
from svcctl.base.choice import show
from svcctl.base.i18n import _
from svcctl.base.text import half_width
from svcctl.base.text import is_han
from svcctl.report.figures import Case
from svcctl.report.figures import Figure

_WORD = r"[a-z]{2,}|[\u3400-\u9fff\U00020000-\U000323af]+"
_SPOT = r"[0-9a-z]{1,8}\s*(?:号楼|栋|幢|座|单元|室|号)"
_LONG = 4


def by_class(
    cases: Iterable[Case], least: int, classes: Sequence[Choice], areas: Sequence[Choice]
) -> list[Figure]:
    """Return the classes that came up at least so often in one area."""
    found: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        if (category := str(case.head.get("category") or "")) and case.area:
            found.setdefault((category, case.area), []).append(case.id)
    often = [(len(ids), key, ids) for key, ids in found.items() if len(ids) >= least]
    return [
        Figure(
            f"{category}@{area}",
            _("{class_} in {area}").format(class_=show(category, classes), area=show(area, areas)),
            tuple(ids),
        )
        for _count, (category, area), ids in sorted(often, key=lambda one: (-one[0], one[1]))
    ]


def by_words(cases: Iterable[Case], least: int, hidden: Iterable[str] = ()) -> list[Figure]:
    """Return the words that stand in at least so many subjects, the longest that they share.

    Four Chinese characters in a row, or two words of another script, are words in this sense.

    Args:
        hidden: Names of people: they are cut out before subjects are compared.
    """
    texts = {case.id: _plain(str(case.head.get("subject") or ""), hidden) for case in cases}
    found: dict[str, list[str]] = {}
    for name, text in texts.items():
        for piece in dict.fromkeys(_pieces(text)):
            found.setdefault(piece, []).append(name)
    often: dict[tuple[str, ...], str] = {}
    for piece, ids in found.items():
        if len(ids) >= least:
            often.setdefault(tuple(ids), piece)
    # What is said of some of them is left out where more share other words.
    largest = [one for one in often if not any(set(one) < set(other) for other in often)]
    return [
        Figure(words, words, ids)
        for ids in sorted(largest, key=lambda one: (-len(one), one))
        for words in [_grown(often[ids], [texts[name] for name in ids])]
    ]


def _plain(subject: str, hidden: Iterable[str]) -> str:
    """Return a subject as it is compared: where it is and who says so left out."""
    for name in hidden:
        if name:
            subject = subject.replace(name, " ")
    plain = re.sub(_SPOT, " ", half_width(subject).lower())
    return " ".join(re.findall(_WORD, plain))


def _pieces(text: str) -> Iterator[str]:
    words = text.split()
    for place, word in enumerate(words):
        if is_han(word[0]):
            yield from (
                word[start : start + _LONG] for start in range(max(1, len(word) - _LONG + 1))
            )
        elif place + 1 < len(words) and not is_han(words[place + 1][0]):
            yield f"{word} {words[place + 1]}"


def _grown(piece: str, texts: Sequence[str]) -> str:
    """Return the longest run of signs around `piece` that all texts share."""
    first = texts[0]
    start = first.index(piece)
    end = start + len(piece)
    while end < len(first) and all(first[start : end + 1] in text for text in texts):
        end += 1
    while start and all(first[start - 1 : end] in text for text in texts):
        start -= 1
    return first[start:end].strip()

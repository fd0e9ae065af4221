"""Taking words out of a case: one entry is replaced by its twin without them.

The twin keeps who did what and when, and all that is no free text, so that the header, the clocks
and the later entries stay as they are; it says who took the words out, when and why. It wins over
the original in every merge (`svcctl.base.entry`). What Git has kept it cannot reach (NFR-02,
GAP-17).
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import UTC
from datetime import datetime
from datetime import tzinfo
from typing import Any
from typing import NamedTuple

from svcctl.base.choice import Choice
from svcctl.base.choice import show
from svcctl.base.clock import show_moment
from svcctl.base.entry import in_order
from svcctl.base.entry import tables_of
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.record import Entry
from svcctl.base.record import Record

WORDS = ("note", "why", "left")
"""What a redacted entry never has."""

ALL = "all"
"""As a field: every text that the entry sets."""

_BLANK = Choice("redacted", "已抹去", "", "redacted")

FIELDS = (
    Choice("redacted", "已抹去", "", "redacted"),
    Choice("redacted_by", "抹去人", "", "redacted by"),
    Choice("redacted_at", "抹去时间", "", "redacted at"),
    Choice("redacted_why", "抹去原因", "", "why redacted"),
    Choice("redacted_fields", "抹去的栏目", "", "fields redacted"),
)
"""What a redacted entry says of itself, for people."""

_GROUPS = ("set", "line")


class Redaction(NamedTuple):
    """Who takes words out of an entry, and which.

    Attributes:
        fields: Texts besides the words: `caller`, `subject` …; `ALL` for each there is.
        free: The fields of the kind that are free text.
        blank: What stands in their place, in the language of the book; unless given, of this run.
    """

    by: str
    at: datetime
    why: str
    fields: Sequence[str]
    free: frozenset[str]
    blank: str = ""


def blank() -> str:
    """Return what stands in the place of a text that was taken out, in the language in use."""
    return show(_BLANK.key, [_BLANK])


def redact(record: Record, name: str, how: Redaction, rules: Any) -> tuple[Record, Entry]:
    """Return a case with entry `name` redacted, and the entry as it was.

    Args:
        rules: The rules of its kind: `fold`, `strays`, and `facts` if it has any.

    Raises:
        NotFoundError: There is no such entry.
        UsageProblem: A field is no free text, or the entry does not say it.
        RefusedError: There is nothing to take out, or the record would say something else.
    """
    entry = _entry(record, name)
    gone = _fields(record, entry, how, rules)
    made = _twin(entry, gone, how)
    if not any(key in entry for key in WORDS) and not set(gone) - set(_gone_before(entry)):
        raise _nothing(record, entry, how.free, rules)
    log = [made if one is entry else one for one in record["log"]]
    after = {"id": record["id"], **rules.fold(log), "log": log}
    _refuse_change(record, after, gone, rules)
    return after, entry


def _entry(record: Record, name: str) -> Entry:
    found = [one for one in tables_of(record["log"]) if one.get("n") == name]
    if not found:
        known = joined(str(one.get("n", "")) for one in tables_of(record["log"]))
        raise NotFoundError(
            _("'{id}' has no entry '{n}'").format(id=record["id"], n=name),
            _("there are: {names}").format(names=known),
        )
    if len(found) > 1:
        raise RefusedError(
            _("'{id}' has several entries '{n}'").format(id=record["id"], n=name),
            f"svcctl validate {record['id']}",
        )
    return found[0]


def texts_of(entry: Entry, free: frozenset[str]) -> dict[str, str]:
    """Return the free texts that an entry says besides its words, by field."""
    parts: list[Mapping[str, Any]] = [entry]
    parts += [entry[key] for key in _GROUPS if isinstance(entry.get(key), Mapping)]
    return {
        key: value
        for part in parts
        for key, value in part.items()
        if key in free and isinstance(value, str)
    }


def _fields(record: Record, entry: Entry, how: Redaction, rules: Any) -> list[str]:
    said = texts_of(entry, how.free)
    wanted = list(said) if ALL in how.fields else list(dict.fromkeys(how.fields))
    for key in wanted:
        if key not in said:
            raise UsageProblem(
                _("entry {n} of '{id}' has no text '{field}'").format(
                    n=entry["n"], id=record["id"], field=_called(key, rules)
                ),
                *_may_go(said, rules),
            )
    return wanted


def _may_go(said: Iterable[str], rules: Any) -> Iterator[str]:
    if fields := joined(_called(key, rules) for key in said):
        yield _("texts that can be taken out of it: {fields}").format(fields=fields)


def _called(key: str, rules: Any) -> str:
    return show(key, getattr(rules, "FIELDS", ()))


def _twin(entry: Entry, gone: Sequence[str], how: Redaction) -> Entry:
    made = {key: value for key, value in entry.items() if key not in WORDS}
    instead = how.blank or blank()
    for key in gone:
        if key in made:
            made[key] = instead
    for group in _GROUPS:
        if isinstance(part := made.get(group), Mapping):
            made[group] = {key: instead if key in gone else value for key, value in part.items()}
    # Never before an earlier redaction of it: of two, the later one tells who and why.
    earlier = entry.get("redacted_at")
    at = how.at
    if isinstance(earlier, datetime) and earlier.timestamp() > at.timestamp():
        at = earlier
    made |= {"redacted": True, "redacted_by": how.by, "redacted_at": at, "redacted_why": how.why}
    if fields := {*gone, *_gone_before(entry)}:
        made["redacted_fields"] = sorted(fields)
    return made


def _gone_before(entry: Entry) -> list[str]:
    fields = entry.get("redacted_fields")
    return [one for one in fields if isinstance(one, str)] if isinstance(fields, list) else []


def _nothing(record: Record, entry: Entry, free: frozenset[str], rules: Any) -> RefusedError:
    return RefusedError(
        _("entry {n} of '{id}' has no words that could be taken out").format(
            n=entry["n"], id=record["id"]
        ),
        *_may_go(texts_of(entry, free), rules),
    )


def _refuse_change(before: Record, after: Record, gone: Sequence[str], rules: Any) -> None:
    """Words alone may go: state, dates and duties must be what they were."""
    facts = getattr(rules, "facts", lambda _record: None)
    same = (
        _apart(before, gone) == _apart({"id": before["id"], **rules.fold(after["log"])}, gone)
        and rules.strays(before["log"]) == rules.strays(after["log"])
        and facts(before) == facts(after)
    )
    if not same:
        raise RefusedError(
            _("without these words '{id}' would amount to something else").format(id=before["id"]),
            f"svcctl validate {before['id']}",
        )


def _apart(record: Record, gone: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in gone and key != "log"}


def elsewhere(record: Record, before: Entry, free: frozenset[str]) -> list[str]:
    """Return the names of other entries that still hold a text that was taken out of one."""
    (after,) = (one for one in record["log"] if one.get("n") == before.get("n"))
    still = set(texts_of(after, free).values())
    lost = {text for text in texts_of(before, free).values() if text not in still}
    lost |= {str(before[key]).strip() for key in WORDS if key in before}
    return [
        str(one["n"])
        for one in in_order(tables_of(record["log"]))
        if one is not after and any(text in _said(one, free) for text in lost)
    ]


def _said(entry: Entry, free: frozenset[str]) -> str:
    words = [str(entry[key]) for key in WORDS if key in entry]
    return "\n".join([*words, *texts_of(entry, free).values()])


def told(entry: Mapping[str, Any], zone: tzinfo | None = None) -> Iterator[str]:
    """Yield the line that shows a redacted entry: by whom, when and why; none for any other."""
    if entry.get("redacted") is not True:
        return
    at = entry.get("redacted_at")
    shown = show_moment(at, zone or at.tzinfo or UTC) if isinstance(at, datetime) else ""
    line = _("words redacted by {by} {at}: {why}").format(
        by=entry.get("redacted_by", ""), at=shown, why=entry.get("redacted_why", "")
    )
    yield " ".join(line.split())

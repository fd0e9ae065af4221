"""`svcctl handbook diff`: in words, what another policy changes for residents and for staff."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.clock import parse_day
from svcctl.base.errors import NotFoundError
from svcctl.base.i18n import _
from svcctl.handbook.compare import Difference
from svcctl.handbook.compare import differences
from svcctl.handbook.lookup import in_force_from
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.upkeep.policy_words import PolicyWords

if TYPE_CHECKING:
    from svcctl.handbook.lookup import Policy
    from svcctl.term.context import Run

RESIDENTS, STAFF = "residents", "staff"
_FELT = frozenset(
    ("contact", "reply", "answer", "appoint", "done", "tell", "callback", "watertest", "sign")
)
"""Duties whose limits a resident feels; the others are between colleagues."""
_FELT_SETTINGS = frozenset((("callback", "attempts"), ("time", "waiting_pauses")))


@command(
    help=_("Say in words what changes between the policies of two days, or by a draft."),
    examples=(
        "svcctl handbook diff draft.toml",
        "svcctl handbook diff 2026-01-01 2026-07-01",
    ),
)
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@format_options
@pass_run
def diff(run: Run, before: str, after: str | None) -> None:
    """Compare two policies; a draft alone is compared with the newest."""
    if after is None and _is_file(before):
        before, after = "", before
    old, new = _policy(run, before), _policy(run, after or "")
    names = before or _("the newest"), after or _("the newest")
    words = PolicyWords(run, old, new)
    found = [row(words, one) for one in differences(old, new)]
    data = {"from": names[0], "to": names[1], "changes": found}
    run.one(data, _lines(names, found))


def _is_file(said: str) -> bool:
    return said.endswith(".toml") or os.path.isfile(said)


def _policy(run: Run, said: str) -> Policy:
    """Return the policy that a file would make, or that of a day; of no word, the newest."""
    handbook = run.book.handbook
    if _is_file(said):
        from svcctl.upkeep.drafts import draft  # checking it takes a model

        made = draft(run, said)
        return handbook.supposing(made).policy(in_force_from(made) or date.max)
    if not handbook.days():
        raise NotFoundError(
            _("the handbook has no policy file, so nothing has a time limit"),
            "svcctl handbook check",
        )
    return handbook.policy(parse_day(said, run.now().date()) if said else date.max)


def row(words: PolicyWords, one: Difference) -> dict[str, Any]:
    """Return one difference in words: for whom, what, before and after."""
    before, after = (words.value(one.part, value, one.key) for value in (one.before, one.after))
    if one.part == "limit" and before == after:
        before, after = words.owner(one.before), words.owner(one.after)
    return {
        "for": RESIDENTS if _is_felt(one) else STAFF,
        "part": one.part,
        "key": list(one.key),
        "what": words.name(one.part, one.key),
        "before": before,
        "after": after,
    }


def _is_felt(one: Difference) -> bool:
    if one.part == "limit":
        ends = [limit and (limit.within, limit.agreed) for limit in (one.before, one.after)]
        return one.key[0] in _FELT and ends[0] != ends[1]
    return one.part == "setting" and one.key in _FELT_SETTINGS


def _lines(names: tuple[str, str], found: list[dict[str, Any]]) -> Iterator[str]:
    yield _("{before} -> {after}").format(before=names[0], after=names[1])
    if not found:
        yield "  " + _("nothing changes")
    for whom, title in ((RESIDENTS, _("for residents")), (STAFF, _("for staff"))):
        rows = [one for one in found if one["for"] == whom]
        if rows:
            yield "  " + title
        for one in rows:
            yield "    " + said(one)


def said(one: dict[str, Any]) -> str:
    """Return a difference as one line."""
    return _("{what}: {before} -> {after}").format(
        what=one["what"], before=one["before"], after=one["after"]
    )

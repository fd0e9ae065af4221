"""`svcctl handbook`: the rules in force on a day, and whether the handbook is sound."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import Any

import click

from svcctl.base.clock import parse_day
from svcctl.base.errors import NotFoundError
from svcctl.base.i18n import _
from svcctl.base.i18n import language
from svcctl.book.source import Disk
from svcctl.check.runner import run as check_book
from svcctl.handbook.compare import LISTS
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.output import Column
from svcctl.upkeep.validate import finding_format
from svcctl.upkeep.validate import report
from svcctl.upkeep.validate import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from svcctl.base.choice import Choice
    from svcctl.handbook.lookup import Policy
    from svcctl.term.context import Run


@command(
    help=_("Show the limits, lists, roles and settings in force today or on another day."),
    examples=("svcctl handbook show", "svcctl handbook show --at 2026-03-01 --format csv"),
)
@click.option("--at", metavar="DATE", help=_("The day; today unless given."))
@format_options
@pass_run
def show(run: Run, *, at: str | None) -> None:
    """Show the handbook in force."""
    day = parse_day(at, run.now().date()) if at else run.now().date()
    handbook = run.book.handbook
    if not handbook.days():
        raise NotFoundError(
            _("the handbook has no policy file, so nothing has a time limit"),
            "svcctl handbook check",
        )
    policy = handbook.policy(day)
    if run.format == "table":
        run.say(_("in force on {day}; from {policy}").format(day=day, policy=_since(run, day)))
    run.rows(
        [
            *_limits(policy),
            *_rungs(policy),
            *_options(policy),
            *_areas(policy),
            *_roles(run, day),
            *_settings(policy),
        ],
        [
            Column("part", _("part")),
            Column("name", _("item")),
            Column("kind", _("kind")),
            Column("severity", _("severity")),
            Column("category", _("category")),
            Column("value", _("value")),
            Column("owner", _("owner")),
            Column("to", _("before whom")),
            Column("rule", _("rule")),
            Column("policy", _("from file")),
        ],
    )


def _since(run: Run, day: date) -> str:
    days = run.book.handbook.days()
    return ", ".join(str(one) for one in days if one <= day) or str(days[0])


def _limits(policy: Policy) -> Iterator[dict[str, Any]]:
    for one in policy.every_limit():
        yield {
            "part": "limit",
            "name": one.duty,
            "kind": one.kind,
            "severity": one.severity,
            "category": one.category,
            "value": f"{one.within}, agreed" if one.agreed else one.within,
            "owner": one.owner,
            "to": one.to,
            "rule": one.rule,
            "policy": one.policy,
        }


def _rungs(policy: Policy) -> Iterator[dict[str, Any]]:
    for one in policy.every_rung():
        yield {
            "part": "rung",
            "name": f"{one.duty}/{one.step}",
            "severity": one.severity,
            "value": one.after,
            "to": one.to or f"up {one.up}",
            "rule": one.rule,
            "policy": one.policy,
        }


def _areas(policy: Policy) -> Iterator[dict[str, Any]]:
    for one in policy.areas():
        yield {
            "part": "area",
            "name": one.get("key", ""),
            "value": ", ".join(map(str, one.get("buildings", ()))),
            "owner": one.get("ambassador", ""),
        }


def _options(policy: Policy) -> Iterator[dict[str, Any]]:
    for name in LISTS:
        for one in policy.options(name):
            yield {"part": name, "name": one.key, "value": _words(one)}


def _words(one: Choice) -> str:
    word = one.zh if language() == "zh" else one.en or one.key
    return f"{word} ({one.abbr})" if one.abbr else word


def _roles(run: Run, day: date) -> Iterator[dict[str, Any]]:
    for role in run.book.handbook.roles(day):
        yield {
            "part": "role",
            "name": role.get("key", ""),
            "value": role.get(language()) or role.get("key", ""),
            "owner": role.get("superior", ""),
        }


def _settings(policy: Policy) -> Iterator[dict[str, Any]]:
    for section, key, value in policy.every_setting():
        yield {"part": section, "name": key, "value": value}


@command(
    help=_("Check the handbook alone: its files, and that every role named in them exists."),
    examples=("svcctl handbook check",),
)
@finding_format
@pass_run
def check(run: Run, *, form: str) -> None:
    """Check the handbook's files."""
    source = source_of(run, staged=False)
    cached = not run.wishes.no_index and isinstance(source, Disk)
    report(run, check_book(run.root, source, paths=["handbook"], cached=cached), form)

"""Whom somebody means: a role by its words, or a colleague by id or name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcctl.base.choice import resolve
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from svcctl.base.choice import Choice
    from svcctl.term.context import Run


def role_or_colleague(run: Run, said: str) -> tuple[str, str]:
    """Return the key of a role, or the id of a colleague; raises as `choice_or_colleague` does."""
    roles = run.book.handbook.role_choices(run.now().date())
    return choice_or_colleague(run, said, roles, _("role or colleague"))


def choice_or_colleague(
    run: Run, said: str, choices: Iterable[Choice], what: str
) -> tuple[str, str]:
    """Return the key of a choice, or the id of a colleague; the other is empty.

    Args:
        what: Name of the thing asked for, for the message.

    Raises:
        UsageProblem: It is neither; the hints say what there is.
    """
    if run.book.has("staff", said):
        return "", said
    try:
        return resolve(said, choices, what), ""
    except UsageProblem as problem:
        try:
            return "", run.book.resolve("staff", said, run.now())
        except NotFoundError:
            raise problem from None
